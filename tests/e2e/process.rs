//! The real binary: one server a file, a stop that breaks no answer, a doctor that finds damage.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use api::app::App;
use api::clock::Clock;
use api::config::Config;
use e2e::process::{Binary, Store, free_port};
use e2e::{Backend, block_on};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, Statement,
};
use serde_json::{Value, json};

fn binary() -> Binary {
    Binary::at(env!("CARGO_BIN_EXE_icuops-e2e"))
}

async fn store(backend: Backend, folder: &Path) -> Option<Store> {
    let sqlite = Store::sqlite(folder);
    Some(match backend {
        Backend::Sqlite => sqlite,
        Backend::Postgres => Store {
            url: e2e::create_database().await?,
            ..sqlite
        },
    })
}

/// The app of a store, outside of any server.
async fn open(store: &Store) -> App {
    let config = Config::local(
        store.url.clone(),
        store.data.clone(),
        "127.0.0.1:0".parse().unwrap(),
    );
    App::start(config, Clock::real()).await.unwrap()
}

async fn close(app: App) {
    app.db.checkpoint().await.unwrap();
    app.db.close().await.unwrap();
}

/// Every client makes a connection a request: the harder case for a server that stops.
fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}

async fn send(
    client: &reqwest::Client,
    base: &str,
    token: Option<&str>,
    query: &str,
    variables: Value,
) -> Result<(u16, Value), reqwest::Error> {
    let mut request = client
        .post(format!("{base}/graphql"))
        .json(&json!({ "query": query, "variables": variables }));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await?;
    let status = response.status().as_u16();
    // A body that ends early is a broken answer.
    let body = response.text().await.unwrap();
    Ok((status, serde_json::from_str(&body).unwrap()))
}

const CREATE: &str =
    "mutation($i:CreateTicketInput!){createTicket(input:$i){ticket{id} userErrors{code}}}";

fn consultation(key: &str) -> Value {
    json!({ "i": { "category": "CONSULT", "subcategory": "CONSULT-OPER", "description": "十二床特护单无法保存", "channel": "PORTAL", "idempotencyKey": key } })
}

/// G91
#[test]
fn a_stop_under_load_breaks_no_answer_and_loses_no_operation() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        block_on(stop_under_load(backend));
    }
}

async fn stop_under_load(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = store(backend, folder.path()).await else {
        return;
    };
    let app = open(&store).await;
    api::demo::people::found(&app, e2e::contract_start())
        .await
        .unwrap();
    close(app).await;
    let binary = binary();
    let (at, port) = (store.clone(), free_port());
    let mut server = tokio::task::spawn_blocking(move || binary.serve(&at, port))
        .await
        .unwrap();
    let base = server.base.clone();
    let query = "mutation($i:LoginInput!){login(input:$i){token userErrors{code}}}";
    let login = json!({ "i": { "account": "nurse", "password": api::demo::PASSWORD, "session": "BEARER" } });
    let (_, body) = send(&client(), &base, None, query, login).await.unwrap();
    let token = body["data"]["login"]["token"].as_str().unwrap().to_owned();

    let (acknowledged, unheard) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let stopping = Arc::new(AtomicBool::new(false));
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..6 {
        let (base, token) = (base.clone(), token.clone());
        let (acknowledged, unheard, stopping) =
            (acknowledged.clone(), unheard.clone(), stopping.clone());
        // Half of them keep their connection.
        let client = if number % 2 == 0 {
            client()
        } else {
            reqwest::Client::new()
        };
        clients.spawn(async move {
            for turn in 0.. {
                let key = format!("stop-{number}-{turn:04}");
                match send(&client, &base, Some(&token), CREATE, consultation(&key)).await {
                    Ok((status, body)) => {
                        assert_eq!(status, 200, "{body}");
                        assert!(
                            body["data"]["createTicket"]["ticket"]["id"].is_string(),
                            "{body}"
                        );
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                    Err(error) => {
                        assert!(stopping.load(Ordering::SeqCst), "{error:?}");
                        if !error.is_connect() {
                            unheard.fetch_add(1, Ordering::SeqCst);
                        }
                        return;
                    }
                }
            }
        });
    }
    let begun = std::time::Instant::now();
    while acknowledged.load(Ordering::SeqCst) < 30 {
        assert!(
            begun.elapsed() < Duration::from_secs(40),
            "the load does not get going"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stopping.store(true, Ordering::SeqCst);
    let ended = tokio::task::spawn_blocking(move || server.terminate(Duration::from_secs(40)))
        .await
        .unwrap();
    assert!(ended.unwrap().success());
    while let Some(done) = clients.join_next().await {
        done.unwrap();
    }
    let (acknowledged, unheard) = (
        acknowledged.load(Ordering::SeqCst),
        unheard.load(Ordering::SeqCst),
    );
    if backend == Backend::Sqlite {
        let log = folder.path().join("icuops.db-wal");
        assert!(
            std::fs::metadata(log).map_or(0, |found| found.len()) == 0,
            "the log is in the file"
        );
    }
    // What nobody was told of was never begun.
    let app = open(&store).await;
    let tickets = entity::ticket::Entity::find()
        .count(app.db.read())
        .await
        .unwrap();
    assert_eq!(
        tickets, acknowledged as u64,
        "{unheard} connections were not accepted"
    );
    let audited = entity::audit::Entity::find()
        .filter(entity::audit::Column::Action.eq("ticket.create"))
        .count(app.db.read())
        .await
        .unwrap();
    assert_eq!(audited, acknowledged as u64);
    close(app).await;
}

/// L3
#[test]
fn a_second_server_of_the_same_file_is_refused_and_a_short_command_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::sqlite(folder.path());
    let first = binary().serve(&store, free_port());
    let port = free_port().to_string();
    let second = binary().run(&["serve", "--listen", &format!("127.0.0.1:{port}")], &store);
    let said = String::from_utf8(second.stdout).unwrap();
    assert_eq!(second.status.code(), Some(11), "{said}");
    assert!(
        said.contains("另一个 icuops") && said.contains("another icuops"),
        "{said}"
    );
    assert!(binary().run(&["audit", "verify"], &store).status.success());
    drop(first);
    // The lock goes with the process, even with one that was killed.
    let mut third = binary().serve(&store, free_port());
    assert!(third.terminate(Duration::from_secs(30)).unwrap().success());
}

/// L14
#[test]
fn the_doctor_names_the_table_in_which_one_byte_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::sqlite(folder.path());
    let page = block_on_value(async {
        let app = open(&store).await;
        api::demo::people::found(&app, e2e::contract_start())
            .await
            .unwrap();
        let sql = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = 'role_grant'";
        let row = app
            .db
            .read()
            .query_one_raw(Statement::from_string(DbBackend::Sqlite, sql))
            .await
            .unwrap()
            .unwrap();
        let page: i64 = row.try_get_by_index(0).unwrap();
        close(app).await;
        u64::try_from(page).unwrap()
    });
    let doctor = |store: &Store| {
        let output = binary().run(&["doctor"], store);
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (code, said) = doctor(&store);
    assert_eq!(code, Some(0), "{said}");

    let copy = tempfile::tempdir().unwrap();
    let damaged = Store::sqlite(copy.path());
    let mut bytes = std::fs::read(folder.path().join("icuops.db")).unwrap();
    // Number of cells of the first page of the table.
    let at = usize::try_from((page - 1) * 4096 + 4).unwrap();
    bytes[at] ^= 0x01;
    write(&copy.path().join("icuops.db"), &bytes);
    let (code, said) = doctor(&damaged);
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.lines().any(|line| line.starts_with("role_grant: ")),
        "{said}"
    );
    // It looked and touched nothing.
    assert_eq!(std::fs::read(copy.path().join("icuops.db")).unwrap(), bytes);
    assert_eq!(doctor(&store).0, Some(0));
}

fn write(path: &Path, bytes: &[u8]) {
    use std::io::Write;
    std::fs::File::create(path)
        .unwrap()
        .write_all(bytes)
        .unwrap();
}

fn block_on_value<T: Send>(body: impl Future<Output = T>) -> T {
    let mut value = None;
    block_on(async { value = Some(body.await) });
    value.unwrap()
}

/// L1: every acknowledged change has reached the disk.
#[test]
fn every_commit_is_synced() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::sqlite(folder.path());
    block_on(async {
        let app = open(&store).await;
        api::demo::people::found(&app, e2e::contract_start())
            .await
            .unwrap();
        close(app).await;
    });
    if std::process::Command::new("strace")
        .arg("-V")
        .output()
        .is_err()
    {
        e2e::skipped("strace is missing");
        return;
    }
    let mut server = binary().serve(&store, free_port());
    let counts = folder.path().join("strace.out");
    let mut tracer = std::process::Command::new("strace")
        .args([
            "-f",
            "-c",
            "-e",
            "trace=fdatasync,fsync",
            "-p",
            &server.pid().to_string(),
            "-o",
        ])
        .arg(&counts)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(1));
    let base = server.base.clone();
    block_on(async {
        let query = "mutation($i:LoginInput!){login(input:$i){token userErrors{code}}}";
        let login = json!({ "i": { "account": "nurse", "password": api::demo::PASSWORD, "session": "BEARER" } });
        let client = client();
        let (_, body) = send(&client, &base, None, query, login).await.unwrap();
        let token = body["data"]["login"]["token"].as_str().unwrap().to_owned();
        for turn in 0..100 {
            let (_, body) = send(
                &client,
                &base,
                Some(&token),
                CREATE,
                consultation(&format!("sync-{turn:04}")),
            )
            .await
            .unwrap();
            assert!(
                body["data"]["createTicket"]["ticket"]["id"].is_string(),
                "{body}"
            );
        }
    });
    let _ = std::process::Command::new("kill")
        .args(["-INT", &tracer.id().to_string()])
        .status();
    tracer.wait().unwrap();
    assert!(server.terminate(Duration::from_secs(30)).unwrap().success());
    let table = std::fs::read_to_string(&counts).unwrap();
    let syncs: u64 = table
        .lines()
        .filter(|line| line.ends_with("fdatasync") || line.ends_with("fsync"))
        .map(|line| {
            line.split_whitespace()
                .nth(3)
                .unwrap()
                .parse::<u64>()
                .unwrap()
        })
        .sum();
    assert!(syncs >= 100, "{table}");
}
