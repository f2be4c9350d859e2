//! The SDL and the tables obey the rules of the house.

use e2e::{TestApp, both_backends};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// G31
#[test]
fn the_committed_sdl_is_the_one_of_the_server() {
    let committed = include_str!("../../api/src/schema.graphql");
    assert_eq!(
        committed.trim_end(),
        api::graphql::sdl().trim_end(),
        "run: icuops sdl > api/src/schema.graphql"
    );
}

/// G3, chapter 3: no floats.
#[test]
fn the_schema_knows_no_floats() {
    assert!(!api::graphql::sdl().contains("Float"));
}

const GLOBAL: &[&str] = &[
    "hospital",
    "vendor",
    "person",
    "password_history",
    "session",
    "login_attempt",
    "job",
    "job_run",
    "lease",
    "audit",
    "audit_head",
    "seaql_migrations",
];

async fn names(app: &TestApp, sql: &str) -> Vec<String> {
    let db = app.app.db.read();
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    rows.into_iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

both_backends! {
    /// L81
    async fn every_operational_table_carries_its_tenant_and_points_to_rows_of_the_same_hospital(app: &TestApp) {
        let postgres = app.app.db.backend() == DbBackend::Postgres;
        let tables = if postgres {
            names(app, "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1").await
        } else {
            names(app, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1").await
        };
        let operational: Vec<&String> = tables.iter().filter(|table| !GLOBAL.contains(&table.as_str())).collect();
        assert!(operational.len() > 20);
        for table in &operational {
            let keys = if postgres {
                names(app, &format!("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'")).await
            } else {
                names(app, &format!("SELECT group_concat(\"from\") || ' REFERENCES ' || \"table\" FROM pragma_foreign_key_list('{table}') GROUP BY id")).await
            };
            assert!(keys.iter().any(|key| key.contains("hospital_id") && key.contains("REFERENCES hospital")), "{table} has no tenant: {keys:?}");
            for key in keys {
                let target = key.split("REFERENCES ").nth(1).unwrap().split(['(', ' ']).next().unwrap().to_owned();
                if operational.iter().any(|name| **name == target) {
                    assert!(key.contains("hospital_id"), "{table}: {key}");
                }
            }
        }
    }
}
