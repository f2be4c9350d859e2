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

fn mutations() -> Vec<(String, String)> {
    // `name(input: XInput!): XPayload`, one a line in the sorted SDL.
    let sdl = api::graphql::sdl();
    let block = sdl.split("type Mutation {").nth(1).unwrap();
    let block = block.split("\n}").next().unwrap();
    let mut outside = true;
    let mut found = Vec::new();
    for line in block.lines().map(str::trim) {
        if line.matches("\"\"\"").count() == 1 {
            outside = !outside;
        } else if outside && !line.starts_with("\"\"\"") && !line.is_empty() {
            found.push(line.to_owned());
        }
    }
    let text = found.join(" ");
    let mut rest = text.as_str();
    let mut all = Vec::new();
    while let Some((name, after)) = rest.split_once('(') {
        let (_, after) = after.split_once("): ").unwrap();
        let (payload, after) = after.split_once(' ').unwrap_or((after, ""));
        all.push((name.trim().to_owned(), payload.to_owned()));
        rest = after;
    }
    all
}

/// G25, G27
#[test]
fn every_mutation_has_a_nullable_payload_of_its_own_with_user_errors() {
    let sdl = api::graphql::sdl();
    let all = mutations();
    assert!(all.len() > 20, "{all:?}");
    for (name, payload) in all {
        let mut own = name.clone();
        own.replace_range(..1, &name[..1].to_uppercase());
        assert_eq!(payload, format!("{own}Payload"), "{name}");
        assert!(
            sdl.contains(&format!("type {payload} implements Payload {{")),
            "{payload} is not entered in api::graphql::Payload"
        );
        assert!(sdl.contains(&format!("input {own}Input")), "{own}Input");
    }
}

/// G29: only `Option<Result<T>>` keeps a failing nullable field from taking its parent along.
#[test]
fn no_resolver_answers_with_a_result_of_an_option() {
    for (path, text) in crate::tidy::all_sources() {
        if !path.to_string_lossy().contains("/graphql") || path.to_string_lossy().contains("/http/")
        {
            continue;
        }
        assert!(!text.contains("guard ="), "{} uses a guard", path.display());
        assert!(
            !text.contains("async_graphql::Result<Option<"),
            "{} nulls a parent",
            path.display()
        );
    }
}

/// G30
#[test]
fn a_deprecation_says_what_to_use_and_until_when() {
    for line in api::graphql::sdl()
        .lines()
        .filter(|line| line.contains("@deprecated"))
    {
        let reason = line.split("reason: \"").nth(1).unwrap_or_default();
        let until = reason
            .split("removal ")
            .nth(1)
            .and_then(|rest| rest.get(..10));
        assert!(reason.contains("use "), "{line}");
        let until: chrono::NaiveDate = until.unwrap_or_default().parse().unwrap();
        assert!(until > e2e::contract_start(), "{line}");
    }
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
