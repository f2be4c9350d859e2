//! The load benchmark: the release binary with a hundred thousand tickets, on SQLite and on PostgreSQL.
//!
//! `tests/bench/run` builds and starts what it needs. It measures and prints; it judges nothing, because times on a
//! shared machine prove nothing. Authorisation is on, the cost buckets are off (`serve --unmetered`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measuring program may panic, and prints what it found"
)]

mod data;
mod load;
mod measure;

use std::path::PathBuf;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use e2e::process::{Binary, Store, free_port};
use serde_json::{Map, Value, json};

/// Measures the server under load.
#[derive(Parser)]
pub struct Options {
    /// Tickets of the data set; each has three entries of history.
    #[arg(long, default_value_t = 100_000)]
    tickets: usize,
    /// Connections of the closed loop.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Length of a measurement.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Measurements of each kind; the best one is shown.
    #[arg(long, default_value_t = 3)]
    repeat: u32,
    /// Seed of the data set.
    #[arg(long, default_value_t = 20_261_125)]
    seed: u64,
    /// Which databases; PostgreSQL needs `TEST_DATABASE_URL`.
    #[arg(long, value_enum, default_value_t = Databases::Both)]
    databases: Databases,
    /// Where the data set is kept and found again.
    #[arg(long)]
    data: PathBuf,
    /// Also writes the figures there.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Databases {
    Sqlite,
    Postgres,
    Both,
}

fn main() {
    let options = Options::parse();
    let binary = Binary::build();
    let folder = &options.data;
    std::fs::create_dir_all(folder).unwrap();
    let mut found = Map::new();
    let setting = json!({
        "tickets": options.tickets, "events": options.tickets * data::EVENTS, "connections": options.connections,
        "seconds": options.seconds, "repeat": options.repeat, "seed": options.seed,
        "processors": std::thread::available_parallelism().map_or(0, usize::from),
        "authorisation": true, "cost_buckets": false,
    });
    println!("{setting}");
    found.insert("setting".to_owned(), setting);
    if options.databases != Databases::Sqlite {
        let (store, empty) = e2e_block(async { postgres(folder).await });
        found.insert(
            "postgres".to_owned(),
            run("PostgreSQL", &options, &binary, &store, &empty),
        );
    }
    if options.databases != Databases::Postgres {
        let scratch = tempfile::tempdir().unwrap();
        let (store, empty) = (
            Store::sqlite(&folder.join("sqlite")),
            Store::sqlite(scratch.path()),
        );
        found.insert(
            "sqlite".to_owned(),
            run("SQLite", &options, &binary, &store, &empty),
        );
    }
    if let Some(path) = &options.json {
        let text = serde_json::to_vec_pretty(&found).unwrap();
        std::fs::File::create(path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, &text))
            .unwrap();
    }
}

/// The loader runs the product's own code, whose calls nest deeply.
fn e2e_block<T>(body: impl Future<Output = T>) -> T {
    let mut result = None;
    e2e::block_on(async { result = Some(body.await) });
    result.unwrap()
}

/// Databases on the test server: the loaded one, whose address is kept, and an empty one.
async fn postgres(folder: &std::path::Path) -> (Store, Store) {
    let kept = folder.join("postgres.url");
    let url = match std::fs::read_to_string(&kept) {
        Ok(url) => url,
        Err(_) => {
            let url = e2e::create_database()
                .await
                .expect("TEST_DATABASE_URL is not set");
            std::fs::File::create(&kept)
                .and_then(|mut file| std::io::Write::write_all(&mut file, url.as_bytes()))
                .unwrap();
            url
        }
    };
    let empty = e2e::create_database().await.unwrap();
    let data = folder.join("postgres");
    std::fs::create_dir_all(&data).unwrap();
    let store = |url| Store {
        url,
        data: data.clone(),
    };
    (store(url), store(empty))
}

fn run(name: &str, options: &Options, binary: &Binary, store: &Store, empty: &Store) -> Value {
    let begun = Instant::now();
    let tickets = e2e_block(data::fill(store, options.tickets, options.seed));
    println!(
        "\n{name}: {tickets} tickets, loaded in {:.0} s\n  {:<44} {:>9} {:>9} {:>9} {:>9} {:>9}",
        begun.elapsed().as_secs_f64(),
        "",
        "req/s",
        "p50 ms",
        "p99 ms",
        "cpu ms",
        "bytes"
    );
    // One thread sends, so that most of the processors are left to the server.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let report = runtime.block_on(measure::measure(options, binary, store, empty, free_port()));
    let lines: Map<String, Value> = report
        .lines
        .iter()
        .map(|line| (line.name.to_owned(), line.best.json()))
        .collect();
    json!({ "tickets": tickets, "load": lines, "facts": report.facts })
}

fn row(figures: &load::Figures) -> String {
    format!(
        "{:>9.0} {:>9.2} {:>9.2} {:>9.3} {:>9}",
        figures.per_second, figures.p50_ms, figures.p99_ms, figures.cpu_ms, figures.bytes
    )
}
