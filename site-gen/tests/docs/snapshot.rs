//! One set of migrations on PostgreSQL and SQLite.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Database};
use site_gen::dbdoc::{self, Column, Kind, Product, Snapshot};

use super::{data, golden, read};

async fn apply(url: &str, own: &str) {
    let connection = Database::connect(url).await.unwrap();
    for step in ["001_ward", "002_device", own] {
        connection
            .execute_unprepared(&read(&format!("data/migration/{step}.sql")))
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
}

async fn sqlite() -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("icu.db");
    apply(&format!("sqlite:{}?mode=rwc", file.display()), "003_sqlite").await;
    dbdoc::from_database(&format!("sqlite:{}", file.display()), &[])
        .await
        .unwrap()
}

/// Runs a body in a database of its own. None without TEST_DATABASE_URL, which CI must set.
async fn on_postgres<T>(body: impl AsyncFnOnce(&str) -> T) -> Option<T> {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "TEST_DATABASE_URL is not set"
        );
        return None;
    };
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    let name = format!("dbdoc_{}_{nanos}", std::process::id());
    let admin = Database::connect(&server).await.unwrap();
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    apply(&url, "003_postgres").await;
    let result = body(&url).await;
    admin
        .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await
        .unwrap();
    Some(result)
}

/// What no test can know before: version of the server, sizes and estimates.
fn fixed(mut snapshot: Snapshot) -> Snapshot {
    snapshot.product_version = None;
    for table in &mut snapshot.tables {
        table.row_estimate = None;
        table.size_bytes = None;
    }
    snapshot
}

/// What both products say in their own words becomes the same word.
fn common(snapshot: &Snapshot) -> BTreeMap<String, serde_json::Value> {
    let kind = |column: &Column| {
        let kind = column.data_type.to_lowercase();
        kind.replace("character varying", "varchar")
            .replace("timestamp without time zone", "timestamp")
    };
    let default = |column: &Column| {
        column
            .default
            .as_ref()
            .map(|text| text.split("::").next().unwrap().to_owned())
    };
    let table = |table: &dbdoc::Table| {
        let columns: Vec<_> = table
            .columns
            .iter()
            .map(|one| {
                (
                    one.ordinal,
                    one.name.clone(),
                    kind(one),
                    one.nullable,
                    default(one),
                    one.comment.clone(),
                )
            })
            .collect();
        let keys: Vec<_> = table
            .foreign_keys
            .iter()
            .map(|key| {
                (
                    &key.name,
                    &key.columns,
                    &key.target_table,
                    &key.target_columns,
                    &key.on_delete,
                    &key.on_update,
                )
            })
            .collect();
        let unique: Vec<_> = table
            .unique_keys
            .iter()
            .map(|key| (&key.name, &key.columns))
            .collect();
        let indexes: Vec<_> = table
            .indexes
            .iter()
            .filter(|index| !index.of_key)
            .map(|one| {
                (
                    &one.name,
                    one.unique,
                    &one.columns,
                    one.predicate
                        .as_ref()
                        .map(|text| text.trim_matches(['(', ')'])),
                )
            })
            .collect();
        let checks: Vec<_> = table
            .constraints
            .iter()
            .map(|one| (&one.name, &one.kind))
            .collect();
        let triggers: Vec<_> = table
            .triggers
            .iter()
            .map(|one| (&one.name, &one.event))
            .collect();
        let primary = table
            .primary_key
            .as_ref()
            .map(|key| (&key.name, &key.columns));
        serde_json::json!([
            table.comment,
            columns,
            primary,
            unique,
            keys,
            indexes,
            checks,
            triggers
        ])
    };
    let both = ["ward", "bed", "device"];
    let tables = snapshot
        .tables
        .iter()
        .filter(|one| both.contains(&one.name.as_str()));
    tables.map(|one| (one.name.clone(), table(one))).collect()
}

#[tokio::test]
async fn sg_db_1_sqlite_snapshot_is_the_committed_one() {
    let snapshot = fixed(sqlite().await);
    assert!(!snapshot.has(Kind::ObjectComments) && !snapshot.has(Kind::Sizes));
    golden("sqlite.json", &snapshot.write().unwrap());
}

#[tokio::test]
async fn sg_db_1_postgres_snapshot_is_the_committed_one() {
    on_postgres(async |url| {
        let snapshot = dbdoc::from_database(url, &[]).await.unwrap();
        golden("postgres.json", &fixed(snapshot).write().unwrap());
    })
    .await;
}

#[tokio::test]
async fn sg_db_1_both_databases_tell_the_same_of_one_migration_set() {
    let lite = common(&sqlite().await);
    assert_eq!(lite.len(), 3);
    let postgres = Snapshot::read("golden", &read("golden/postgres.json")).unwrap();
    assert_eq!(lite, common(&postgres));
}

#[tokio::test]
async fn sg_db_6_a_living_database_that_drifted_differs_from_its_snapshot() {
    on_postgres(async |url| {
        let before = dbdoc::from_database(url, &["public".to_owned()])
            .await
            .unwrap();
        let again = dbdoc::from_database(url, &["public".to_owned()])
            .await
            .unwrap();
        assert_eq!(dbdoc::diff(&before, &again), []);
        let connection = Database::connect(url).await.unwrap();
        connection
            .execute_unprepared("ALTER TABLE bed ADD COLUMN color VARCHAR(9) NOT NULL")
            .await
            .unwrap();
        connection.close().await.unwrap();
        let after = dbdoc::from_database(url, &["public".to_owned()])
            .await
            .unwrap();
        let changes = dbdoc::diff(&before, &after);
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!(
            (changes[0].code, changes[0].risk),
            ("column_added", dbdoc::Risk::High)
        );
        let none = dbdoc::from_database(url, &["elsewhere".to_owned()])
            .await
            .unwrap();
        assert!(none.tables.is_empty());
    })
    .await;
}

/// KingbaseES keeps the catalogue of PostgreSQL under names `sys_*`, so its queries can be proved here.
#[tokio::test]
async fn queries_for_kingbase_give_what_a_live_snapshot_gives() {
    on_postgres(async |url| {
        let live = dbdoc::from_database(url, &[]).await.unwrap();
        let connection = Database::connect(url).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (name, sql) in dbdoc::queries(Product::Kingbase).unwrap() {
            let sql = sql
                .replace("sys_", "pg_")
                .replace("pg_catalog', 'pg_catalog'", "pg_catalog'");
            let sql = format!(
                "SELECT coalesce(json_agg(r), '[]')::text AS j FROM ({}) r",
                sql.trim_end().trim_end_matches(';')
            );
            let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql);
            let row = connection.query_one_raw(statement).await.unwrap().unwrap();
            let text: String = row.try_get("", "j").unwrap();
            let path = folder.path().join(format!("{name}.json"));
            std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), text.as_bytes())
                .unwrap();
        }
        connection.close().await.unwrap();
        let mut exported = fixed(dbdoc::from_folder(folder.path(), Product::Kingbase).unwrap());
        let mut live = fixed(live);
        // The queries leave out what the pages can do without.
        for table in exported.tables.iter_mut().chain(&mut live.tables) {
            table.parents.clear();
            table.partition = None;
            table
                .columns
                .iter_mut()
                .for_each(|one| one.generated = None);
            table
                .columns
                .iter_mut()
                .filter(|one| one.name == "size")
                .for_each(|one| one.default = None);
            table
                .indexes
                .iter_mut()
                .for_each(|one| one.definition = None);
            table
                .triggers
                .iter_mut()
                .for_each(|one| one.definition = None);
        }
        assert!(exported.tables.len() >= 5);
        assert_eq!(exported.tables, live.tables);
    })
    .await;
}

#[tokio::test]
async fn an_address_is_never_repeated_in_an_error() {
    for url in ["mysql://u:geheim@h/d", "postgres://u:geheim@127.0.0.1:1/d"] {
        let error = dbdoc::from_database(url, &[]).await.unwrap_err();
        assert!(!error.to_string().contains("geheim"), "{error}");
    }
    let missing = data("nowhere.db");
    assert!(
        dbdoc::from_database(&format!("sqlite:{}", missing.display()), &[])
            .await
            .is_err()
    );
    assert!(!missing.exists(), "a snapshot must not make a database");
}
