//! The kill −9 loop: the real server is killed inside a burst of writes, again and again (L17).
//!
//! A cycle: start, write with several real HTTP clients, SIGKILL after 0 to 400 ms, then look at what
//! is left (`oracle.rs`) and start again. It tries the order of commits and the atomicity of
//! operations; the page cache outlives a killed process, so it says nothing about a power cut.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test program may panic, and says what it found"
)]

mod burst;
mod oracle;

use std::time::{Duration, Instant};

use api::app::App;
use api::clock::Clock;
use api::config::Config;
use chrono::Days;
use clap::{Parser, ValueEnum};
use e2e::process::{Binary, Seeded, Store, free_port};

/// Kills the server inside bursts of writes and checks what is left.
#[derive(Parser)]
struct Options {
    /// Kills on each database.
    #[arg(long, default_value_t = 50)]
    cycles: u32,
    /// Seed of the instants of the kills; by default another one each time.
    #[arg(long)]
    seed: Option<u64>,
    /// Which databases; PostgreSQL needs `TEST_DATABASE_URL`.
    #[arg(long, value_enum, default_value_t = Databases::Both)]
    databases: Databases,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Databases {
    Sqlite,
    Postgres,
    Both,
}

/// Longest burst, in milliseconds.
const LONGEST_MS: u64 = 400;

fn main() {
    let options = Options::parse();
    let seed = options
        .seed
        .unwrap_or_else(|| u64::from(uuid::Uuid::new_v4().as_fields().0));
    println!("seed {seed}, {} cycles on each database", options.cycles);
    let binary = Binary::build();
    e2e::block_on(async {
        if options.databases != Databases::Postgres {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::sqlite(folder.path());
            run("SQLite", &binary, &store, options.cycles, seed).await;
        }
        if options.databases != Databases::Sqlite
            && let Some(url) = e2e::create_database().await
        {
            let folder = tempfile::tempdir().unwrap();
            let data = folder.path().to_owned();
            let store = Store { url, data };
            run("PostgreSQL", &binary, &store, options.cycles, seed).await;
        }
    });
}

async fn run(name: &str, binary: &Binary, store: &Store, cycles: u32, seed: u64) {
    let begun = Instant::now();
    found(store).await;
    let mut random = Seeded(seed);
    let port = free_port();
    let mut writers = Vec::new();
    let mut seen = oracle::Seen::default();
    for cycle in 1..=cycles {
        let mut server = binary.serve(store, port);
        if writers.is_empty() {
            writers = burst::sign_in(&server.base).await;
        }
        let wait = Duration::from_micros(random.below(LONGEST_MS * 1_000));
        let burst = burst::Burst::start(&server.base, std::mem::take(&mut writers));
        burst.is_under_way().await;
        tokio::time::sleep(wait).await;
        server.kill();
        writers = burst.end().await;
        let place = format!("{name}, cycle {cycle}, seed {seed}, killed after {wait:?}");
        oracle::commands(binary, store, &place);
        seen = oracle::look(store, &mut writers, &place).await;
    }
    // The last word: what was in doubt is sent again, and every job that is due is done.
    let mut server = binary.serve(store, port);
    writers = burst::settle(&server.base, writers).await;
    seen.jobs_done = oracle::jobs_are_done(store, name).await;
    server.kill();
    oracle::commands(binary, store, name);
    let last = oracle::look(store, &mut writers, name).await;
    let acknowledged: u64 = writers.iter().map(|writer| writer.acknowledged).sum();
    let doubts: u64 = writers.iter().map(|writer| writer.doubts).sum();
    let survived: u64 = writers.iter().map(|writer| writer.survived).sum();
    println!(
        "{name}: {cycles} kills in {:.0} s; {acknowledged} operations acknowledged, all present; \
         {doubts} in doubt, {survived} of them complete, the others absent; {} tickets, {} history entries, \
         {} audit rows, {} jobs ({} due ones done), {} mails sent again",
        begun.elapsed().as_secs_f64(),
        last.tickets,
        last.events,
        last.audit,
        last.jobs,
        seen.jobs_done,
        last.mails_again,
    );
    assert!(
        cycles < 20 || (acknowledged > u64::from(cycles) && doubts > 0),
        "the kills did not fall inside the writes"
    );
}

/// The world of the demonstration without tickets, its contract in force today.
async fn found(store: &Store) {
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config::local(store.url.clone(), store.data.clone(), listen);
    let app = App::start(config, Clock::real()).await.unwrap();
    let today = entity::rules::calendar::civil_date(app.clock.now());
    let start = today.checked_sub_days(Days::new(30)).unwrap();
    api::demo::people::found(&app, start).await.unwrap();
    // With addresses every message becomes a mail, so that jobs have effects outside the database.
    api::demo::people::open_mailboxes(&app).await.unwrap();
    app.db.checkpoint().await.unwrap();
}
