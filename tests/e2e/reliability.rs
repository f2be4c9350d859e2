//! Pools, transactions, retries, migrations and stored values, on the databases themselves and through a faulty proxy.

use std::collections::BTreeMap;
use std::time::Duration;

use api::app::App;
use api::clock::Clock;
use api::config::Config;
use api::db::{Db, Protections, retrying};
use chrono::{DateTime, TimeDelta, Utc};
use e2e::proxy::Proxy;
use e2e::{Backend, TestApp, block_on, both_backends, seconds};
use entity::ids::ContractId;
use entity::{audit, contract, job, lease};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, Database, DatabaseConnection, DbBackend, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, Statement,
};
use serde_json::{Value, json};
use sqlx::Row;
use uuid::Uuid;

/// Values of a strategy, the same in every run.
fn some<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// L1
#[test]
fn sqlite_pragma_every_connection() {
    block_on(async {
        let app = TestApp::start(Backend::Sqlite).await.unwrap();
        for (pool, size) in app.app.db.connections().into_iter().zip([1, 4, 2]) {
            let pool = pool.get_sqlite_connection_pool();
            let mut all = Vec::new();
            for _ in 0..size {
                all.push(pool.acquire().await.unwrap());
            }
            assert!(
                pool.try_acquire().is_none(),
                "there are more connections than {size}"
            );
            for connection in &mut all {
                let mut expected = BTreeMap::from([
                    ("journal_mode", "wal"),
                    ("synchronous", "2"),
                    ("busy_timeout", "5000"),
                    ("foreign_keys", "1"),
                    ("journal_size_limit", "67108864"),
                    ("mmap_size", "0"),
                    ("query_only", "0"),
                ]);
                if size > 1 {
                    expected.insert("query_only", "1");
                }
                for (pragma, value) in expected {
                    let sql = sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"));
                    let found = sqlx::query(sql)
                        .fetch_optional(&mut **connection)
                        .await
                        .unwrap();
                    // Where nothing can be mapped into memory, `mmap_size` answers nothing.
                    let found = found.map_or("0".to_owned(), |row| {
                        let number = row
                            .try_get_unchecked::<i64, _>(0)
                            .map(|number| number.to_string());
                        if pragma == "journal_mode" {
                            row.get(0)
                        } else {
                            number.unwrap()
                        }
                    });
                    assert_eq!(found, value, "{pragma}");
                }
            }
        }
    });
}

/// L4
#[test]
fn pool_reentrancy() {
    block_on(async {
        let test = TestApp::start(Backend::Sqlite).await.unwrap();
        let app = test.app.clone();
        let twice = tokio::spawn({
            let app = app.clone();
            async move {
                let held = app.db.begin_write().await.unwrap();
                let again = app.db.begin_write().await;
                drop(held);
                again.is_ok()
            }
        });
        // In a build without these assertions it waits for itself instead.
        let found = twice.await;
        assert!(if cfg!(debug_assertions) {
            found.unwrap_err().is_panic()
        } else {
            !found.unwrap()
        });
        // One after the other is no re-entry, and neither are two tasks at once.
        let one = |app: App| async move {
            for _ in 0..3 {
                let tx = app.db.begin_write().await.unwrap();
                tx.commit().await.unwrap();
            }
        };
        let (first, second) = (
            tokio::spawn(one(app.clone())),
            tokio::spawn(one(app.clone())),
        );
        first.await.unwrap();
        second.await.unwrap();

        // Somebody holds the only writer for longer than anybody waits.
        let token = test.token("nurse").await;
        let input = json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "description": "如何补录", "channel": "PORTAL", "idempotencyKey": "pool-key-1" });
        let create =
            "mutation($i:CreateTicketInput!){createTicket(input:$i){ticket{id} userErrors{code}}}";
        let held = app.db.begin_write().await.unwrap();
        let (_, body) = test
            .send(Some(&token), create, json!({ "i": input.clone() }))
            .await;
        assert_eq!(
            body["errors"][0]["extensions"]["code"], "POOL_TIMEOUT",
            "{body}"
        );
        // Before anything was executed it is the status of the whole answer: this session is noted as seen.
        app.clock.set(app.clock.now() + TimeDelta::minutes(10));
        let answer = reqwest::Client::new()
            .post(format!("{}/graphql", test.base))
            .bearer_auth(&token)
            .json(&json!({ "query": "{viewer{roles}}" }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers().get("retry-after").unwrap(), "1");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "POOL_TIMEOUT");
        held.rollback().await.unwrap();
        let (_, body) = test.send(Some(&token), create, json!({ "i": input })).await;
        assert!(
            body["data"]["createTicket"]["ticket"]["id"].is_string(),
            "{body}"
        );
    });
}

/// L5
#[test]
fn sqlite_wal_starvation() {
    block_on(async {
        let test = TestApp::start(Backend::Sqlite).await.unwrap();
        let app = test.app.clone();
        let stop = tokio_util::sync::CancellationToken::new();
        let upkeep = tokio::spawn(api::upkeep::run(app.clone(), stop.clone()));
        let reading = tokio_util::sync::CancellationToken::new();
        let mut readers = tokio::task::JoinSet::new();
        for number in 0..8_u64 {
            let url = app.config.database_url.clone();
            let reading = reading.clone();
            readers.spawn(async move {
                let options = url
                    .parse::<sqlx::sqlite::SqliteConnectOptions>()
                    .unwrap()
                    .read_only(true);
                let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
                tokio::time::sleep(Duration::from_millis(number * 13)).await;
                while !reading.is_cancelled() {
                    for sql in ["BEGIN", "SELECT count(*) FROM lease"] {
                        sqlx::query(sql).execute(&mut connection).await.unwrap();
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    sqlx::query("COMMIT")
                        .execute(&mut connection)
                        .await
                        .unwrap();
                }
            });
        }
        let begun = std::time::Instant::now();
        let (mut longest, mut written) = (0, 0_u64);
        let payload = "x".repeat(60_000);
        while begun.elapsed() < Duration::from_secs(seconds()) {
            let tx = app.db.begin_write().await.unwrap();
            for number in 0..8 {
                let row = lease::ActiveModel {
                    name: Set(format!("{written}-{number}-{payload}")),
                    holder: Set(Uuid::nil()),
                    term: Set(0),
                    expires_at: Set(app.clock.now()),
                };
                lease::Entity::insert(row)
                    .exec_without_returning(&tx)
                    .await
                    .unwrap();
            }
            tx.commit().await.unwrap();
            written += 1;
            longest = longest.max(app.db.wal_bytes());
        }
        let mib = longest >> 20;
        assert!(
            mib <= 128,
            "the log was {mib} MiB long after {written} transactions"
        );
        // Each name stands in the table and in its key.
        assert!(
            written * 8 * 60_000 * 2 > 128 << 20,
            "{written} transactions are too few to tell"
        );
        reading.cancel();
        while let Some(done) = readers.join_next().await {
            done.unwrap();
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
        let left = app.db.wal_bytes();
        assert!(left <= 1 << 20, "{left} bytes are left of {mib} MiB");
        stop.cancel();
        upkeep.await.unwrap();
    });
}

async fn transactions_left_open(outside: &DatabaseConnection) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    let row = outside
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await
        .unwrap()
        .unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Gives up `begin` while its `BEGIN` is under way, `times`; how often a transaction stayed open or
/// the next borrower's row was not to be seen from outside.
async fn cancelled_begins(protections: Protections, times: u64) -> Option<u64> {
    let url = e2e::create_database().await?;
    Db::connect(&url)
        .await
        .unwrap()
        .migrate(&Clock::real())
        .await
        .unwrap();
    let outside = Database::connect(&url).await.unwrap();
    let (proxy, through) = Proxy::before(&url).await;
    let db = Db::connect_with(&through, protections, Some(1))
        .await
        .unwrap();
    let mut broken = 0;
    for turn in 0..times {
        proxy.faults.delay(Duration::from_millis(50));
        let given_up = tokio::time::timeout(Duration::from_millis(10), db.begin_write()).await;
        assert!(given_up.is_err(), "the proxy was not slow");
        proxy.faults.heal();
        tokio::time::sleep(Duration::from_millis(120)).await;
        let open = transactions_left_open(&outside).await;
        // The next borrower writes without a transaction of its own.
        let row = lease::ActiveModel {
            name: Set(format!("turn {turn}")),
            holder: Set(Uuid::nil()),
            term: Set(0),
            expires_at: Set(DateTime::UNIX_EPOCH),
        };
        lease::Entity::insert(row)
            .exec_without_returning(db.connections()[0])
            .await
            .unwrap();
        let seen = lease::Entity::find_by_id(format!("turn {turn}"))
            .one(&outside)
            .await
            .unwrap();
        if open > 0 || seen.is_none() {
            broken += 1;
            // Nothing would be proven about a pool that is broken already.
            let rollback = db.connections()[0].execute_unprepared("ROLLBACK").await;
            rollback.unwrap();
        }
    }
    Some(broken)
}

/// L6
#[test]
fn postgres_cancelled_begin() {
    block_on(async {
        let times = seconds().max(4) * 5;
        if let Some(broken) = cancelled_begins(Protections::On, times).await {
            assert_eq!(broken, 0, "of {times}");
            // The same with the protections off: this test can fail.
            assert!(cancelled_begins(Protections::Off, 10).await.unwrap() > 0);
        }
    });
}

/// L7
#[test]
fn an_operation_whose_commit_was_cut_off_is_there_once_after_its_replay() {
    block_on(async {
        let Some(url) = e2e::create_database().await else {
            return;
        };
        let (proxy, through) = Proxy::before(&url).await;
        let test = TestApp::start_with(Backend::Postgres, |config| config.database_url = through)
            .await
            .unwrap();
        let token = test.token("nurse").await;
        let create =
            "mutation($i:CreateTicketInput!){createTicket(input:$i){ticket{id} userErrors{code}}}";
        let rounds = seconds() * 2;
        let mut unknown = 0;
        for round in 0..rounds * 2 {
            let after = round < rounds;
            let input = json!({ "i": { "category": "CONSULT", "subcategory": "CONSULT-OPER", "description": "如何补录", "channel": "PORTAL", "idempotencyKey": format!("cut-{round:04}") } });
            if after {
                proxy.faults.cut_after_commit();
            } else {
                proxy.faults.cut_before_commit();
            }
            let (_, body) = test.send(Some(&token), create, input.clone()).await;
            assert!(!proxy.faults.is_armed(), "{body}");
            // The client is told that nobody knows, and how to find out.
            assert_eq!(body["errors"][0]["extensions"]["code"], "TIMEOUT", "{body}");
            unknown += 1;
            let mut tries = 0;
            loop {
                let (_, body) = test.send(Some(&token), create, input.clone()).await;
                if body["data"]["createTicket"]["ticket"]["id"].is_string() {
                    break;
                }
                tries += 1;
                assert!(tries < 20, "{body}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        assert_eq!(unknown, rounds * 2);
        let db = test.app.db.read();
        assert_eq!(
            entity::ticket::Entity::find().count(db).await.unwrap(),
            unknown
        );
        let rows = audit::Entity::find()
            .filter(audit::Column::Action.eq("ticket.create"))
            .count(db)
            .await
            .unwrap();
        assert_eq!(rows, unknown);
        assert!(
            api::audit::verify(&test.app.db)
                .await
                .unwrap()
                .iter()
                .all(|verdict| verdict.damage.is_none())
        );
    });
}

/// L8
#[test]
fn postgres_deadlock() {
    block_on(async {
        let Some(url) = e2e::create_database().await else {
            return;
        };
        let outside = Database::connect(&url).await.unwrap();
        let name = url.rsplit('/').next().unwrap();
        outside
            .execute_unprepared(&format!(
                "ALTER DATABASE {name} SET deadlock_timeout = '10ms'"
            ))
            .await
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = Config::local(
            url,
            folder.path().to_owned(),
            "127.0.0.1:0".parse().unwrap(),
        );
        let app = App::start(config, Clock::real()).await.unwrap();
        for name in ["a", "b"] {
            let row = lease::ActiveModel {
                name: Set(name.to_owned()),
                holder: Set(Uuid::nil()),
                term: Set(0),
                expires_at: Set(DateTime::UNIX_EPOCH),
            };
            lease::Entity::insert(row)
                .exec_without_returning(&outside)
                .await
                .unwrap();
        }
        let both = |app: App, order: [&'static str; 2]| async move {
            for _ in 0..200 {
                retrying(&app, || async {
                    let tx = app.db.begin_write().await?;
                    for name in order {
                        lease::Entity::update_many()
                            .col_expr(lease::Column::Term, Expr::col(lease::Column::Term).add(1))
                            .filter(lease::Column::Name.eq(name))
                            .exec(&tx)
                            .await?;
                        tokio::task::yield_now().await;
                    }
                    Ok(tx.commit().await?)
                })
                .await
                .unwrap();
            }
        };
        use sea_orm::sea_query::ExprTrait;
        let (one, other) = (
            tokio::spawn(both(app.clone(), ["a", "b"])),
            tokio::spawn(both(app.clone(), ["b", "a"])),
        );
        one.await.unwrap();
        other.await.unwrap();
        for name in ["a", "b"] {
            let row = lease::Entity::find_by_id(name.to_owned())
                .one(&outside)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(row.term, 400);
        }
        assert!(app.metrics.tx_retries("40P01") > 0, "there was no deadlock");
    });
}

/// L13
#[test]
fn migrate_race() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let url = match backend {
                Backend::Sqlite => format!(
                    "sqlite://{}?mode=rwc",
                    folder.path().join("icuops.db").display()
                ),
                Backend::Postgres => match e2e::create_database().await {
                    Some(url) => url,
                    None => return,
                },
            };
            let mut racers = tokio::task::JoinSet::new();
            for _ in 0..5 {
                let url = url.clone();
                racers.spawn(async move {
                    Db::connect(&url)
                        .await
                        .unwrap()
                        .migrate(&Clock::real())
                        .await
                        .unwrap()
                });
            }
            let mut applied: Vec<usize> = racers.join_all().await;
            applied.sort_unstable();
            assert!(
                applied[..4].iter().all(|steps| *steps == 0) && applied[4] > 4,
                "{backend:?}: {applied:?}"
            );
            // All become ready, and none applies anything again.
            for _ in 0..5 {
                let db = Db::connect(&url).await.unwrap();
                assert_eq!(db.migrate(&Clock::real()).await.unwrap(), 0);
                assert!(db.probe().await.unwrap().schema);
            }
        });
    }
}

/// L6, L19
#[test]
fn postgres_limits_hold_on_every_connection() {
    block_on(async {
        let Some(url) = e2e::create_database().await else {
            return;
        };
        let db = Db::connect(&url).await.unwrap();
        for pool in db.connections() {
            for (setting, value) in [
                ("statement_timeout", "15s"),
                ("lock_timeout", "3s"),
                ("idle_in_transaction_session_timeout", "30s"),
                ("client_min_messages", "error"),
            ] {
                let row = pool
                    .query_one_raw(Statement::from_string(
                        DbBackend::Postgres,
                        format!("SHOW {setting}"),
                    ))
                    .await
                    .unwrap()
                    .unwrap();
                assert_eq!(
                    row.try_get_by_index::<String>(0).unwrap(),
                    value,
                    "{setting}"
                );
            }
        }
    });
}

both_backends! {
    /// L9
    async fn instants_are_ordered_and_come_back_equal_whatever_their_fraction(app: &TestApp) {
        let app = &app.app;
        let tx = app.db.begin_write().await.unwrap();
        let second = 1_600_000_000_i64..1_600_000_003;
        let fraction = prop_oneof![Just(0_u32), (0_u32..1_000).prop_map(|ms| ms * 1_000_000), (0_u32..1_000_000).prop_map(|us| us * 1_000), 0_u32..1_000_000_000];
        let mut instants: Vec<(String, DateTime<Utc>)> = Vec::new();
        for (number, (second, nanos)) in some((second, fraction), 200).into_iter().enumerate() {
            // What the clock of the server makes of it.
            let at = Clock::standing(DateTime::from_timestamp(second, nanos).unwrap()).now();
            let name = format!("at-{number:03}");
            let row = lease::ActiveModel { name: Set(name.clone()), holder: Set(Uuid::nil()), term: Set(number as i64), expires_at: Set(at) };
            lease::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
            instants.push((name, at));
        }
        tx.commit().await.unwrap();
        instants.sort_by_key(|(name, at)| (*at, name.clone()));
        let ours = lease::Entity::find().filter(lease::Column::Name.starts_with("at-"));
        let names = |rows: Vec<lease::Model>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
        let stored = ours.clone().order_by_asc(lease::Column::ExpiresAt).order_by_asc(lease::Column::Name).all(app.db.read()).await.unwrap();
        let pairs: Vec<_> = stored.iter().map(|row| (row.name.clone(), row.expires_at)).collect();
        assert_eq!(pairs, instants);
        for (low, high) in [(10, 150), (0, 199), (77, 78)] {
            let (from, to) = (instants[low].1, instants[high].1);
            let between = names(ours.clone().filter(lease::Column::ExpiresAt.between(from, to)).order_by_asc(lease::Column::Name).all(app.db.read()).await.unwrap());
            let mut expected: Vec<_> = instants.iter().filter(|(_, at)| *at >= from && *at <= to).map(|(name, _)| name.clone()).collect();
            expected.sort();
            assert_eq!(between, expected);
            let below = ours.clone().filter(lease::Column::ExpiresAt.lt(from)).count(app.db.read()).await.unwrap();
            assert_eq!(below, instants.iter().filter(|(_, at)| *at < from).count() as u64);
        }
    }

    /// L10
    async fn money_comes_back_to_the_fen(app: &TestApp) {
        let app = &app.app;
        let row = contract::Entity::find().one(app.db.read()).await.unwrap().unwrap();
        let id: ContractId = row.id;
        let edges = [0, 1, -1, 9_200_000_000_000_000_000, -9_200_000_000_000_000_000, i64::MAX, i64::MIN, 12_345_678_901_234_567, (1 << 53) + 1];
        for fen in edges.into_iter().chain(some(any::<i64>(), 100)) {
            let tx = app.db.begin_write().await.unwrap();
            contract::Entity::update_many().col_expr(contract::Column::FeeFen, Expr::value(fen)).filter(contract::Column::Id.eq(id)).exec(&tx).await.unwrap();
            tx.commit().await.unwrap();
            let found = contract::Entity::find_by_id(id).one(app.db.read()).await.unwrap().unwrap();
            assert_eq!(found.fee_fen, fen);
            let same = contract::Entity::find().filter(contract::Column::FeeFen.eq(fen)).count(app.db.read()).await.unwrap();
            assert!(same >= 1, "{fen} is not found by its value");
        }
    }

    /// L11
    async fn what_is_hashed_comes_back_byte_for_byte(app: &TestApp) {
        let app = &app.app;
        let odd = [r#"{"b":1.0E+2,"a":0.10,"a":"\u0041","z":12345678901234567890.0001}"#, " {\n\t\"k\" : 1 } ", "\u{feff}{}", "{\"é\":\"e\u{301}\"}"];
        let texts = odd.into_iter().map(str::to_owned).chain(some("\\PC{0,200}", 40));
        let chain = Uuid::new_v4();
        for (number, text) in texts.enumerate() {
            let tx = app.db.begin_write().await.unwrap();
            let row = audit::ActiveModel {
                chain: Set(chain),
                seq: Set(number as i64 + 1),
                at: Set(app.clock.now()),
                action: Set("test".to_owned()),
                object_id: Set(None),
                payload: Set(text.clone().into_bytes()),
                prev_hash: Set(format!("{number}")),
                hash: Set(String::new()),
            };
            audit::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
            api::jobs::enqueue(&tx, app, api::jobs::NewJob {
                kind: api::jobs::Kind::Mail,
                hospital: entity::hospital::Entity::find().one(&tx).await.unwrap().unwrap().id,
                subject: chain,
                payload: text.clone(),
                dedup: Some(format!("bytes-{number}")),
                run_at: app.clock.now(),
            }).await.unwrap();
            tx.commit().await.unwrap();
            let found = audit::Entity::find_by_id((chain, number as i64 + 1)).one(app.db.read()).await.unwrap().unwrap();
            assert_eq!(found.payload, text.as_bytes());
            let found = job::Entity::find().filter(job::Column::Dedup.eq(format!("bytes-{number}"))).one(app.db.read()).await.unwrap().unwrap();
            assert_eq!(found.payload, text);
        }
    }
}
