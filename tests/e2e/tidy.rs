//! House rules that a compiler does not know.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("node_modules") {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

pub fn all_sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in [
        "api/src",
        "entity/src",
        "migration/src",
        "site-gen/src",
        "site-gen/tests",
        "tests/src",
        "tests/e2e",
        "tests/crash",
        "tests/bench",
    ] {
        sources(&root().join(folder), &mut found);
    }
    found
}

#[test]
fn every_module_says_what_it_is() {
    for (path, text) in all_sources() {
        assert!(text.starts_with("//!"), "{} has no header", path.display());
    }
}

/// L3, L9
#[test]
fn transactions_and_time_come_from_one_place() {
    let banned = [
        ".begin()",
        ".transaction(",
        "CURRENT_TIMESTAMP",
        concat!("datetime(", "'now')"),
        concat!("Utc::", "now()"),
    ];
    for (path, text) in all_sources() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for word in banned {
            let owner = matches!(name.as_str(), "clock.rs" | "tidy.rs");
            assert!(
                owner || !text.contains(word),
                "{} contains {word}",
                path.display()
            );
        }
    }
}

/// G70: SQL text stands in a few places only, and no text of a client becomes SQL.
#[test]
fn sql_text_stands_only_where_the_house_allows_it() {
    // Catalogue queries of foreign databases are what `dbdoc` is for.
    let allowed = [
        "migration/src",
        "api/src/jobs",
        "api/src/db",
        "site-gen/src/dbdoc",
        "site-gen/tests/docs",
        "tests/",
    ];
    let words = [
        "Statement::from_string",
        "Statement::from_sql_and_values",
        "execute_unprepared",
        "raw_sql!",
        "AssertSqlSafe",
        "Expr::cust(",
    ];
    for (path, text) in all_sources() {
        let place = path
            .strip_prefix(root())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        if allowed.iter().any(|folder| place.starts_with(folder)) {
            continue;
        }
        for word in words {
            assert!(!text.contains(word), "{place} contains {word}");
        }
    }
}

/// G81: an extension of the engine would switch every field to the slow path.
#[test]
fn the_schema_carries_no_extension_of_the_engine() {
    for (path, text) in all_sources() {
        let place = path.to_string_lossy();
        assert!(
            place.ends_with("tidy.rs")
                || place.contains("/site-gen/")
                || !text.contains(".extension("),
            "{place} adds an extension"
        );
    }
}

/// L10, L11: money is an integer, and what is hashed is no `jsonb`.
#[test]
fn no_column_holds_a_float_a_decimal_or_rewritten_json() {
    let banned = [
        "decimal(", "Decimal", "double(", "float(", ".money(", ".json(",
    ];
    for (path, text) in all_sources() {
        let name = path.to_string_lossy().into_owned();
        if !name.contains("migration/src") && !name.contains("entity/src") {
            continue;
        }
        for word in banned {
            assert!(
                !text.contains(word) && !text.contains("json_binary"),
                "{name} contains {word}"
            );
        }
    }
}

/// Rules import nothing that does IO.
#[test]
fn rules_know_no_database() {
    for (path, text) in all_sources()
        .into_iter()
        .filter(|(path, _)| path.to_string_lossy().contains("/rules/"))
    {
        assert!(
            !text.contains("sea_orm") && !text.contains("tokio"),
            "{}",
            path.display()
        );
    }
}

/// G95: what is promised and not there yet stands in the list, and nothing that a test names stands there.
#[test]
fn promises_not_due_yet_are_listed_and_none_of_them_is_tested() {
    let text = std::fs::read_to_string(root().join("tests/not-yet.toml")).unwrap();
    let mut listed = std::collections::BTreeSet::new();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (id, due) = line.split_once('=').unwrap();
        let id = id.trim().trim_matches('"').to_owned();
        assert!(
            due.trim().trim_matches('"').len() > 3,
            "{id} does not say with what it falls due"
        );
        assert!(listed.insert(id), "{line} stands twice");
    }
    assert!(listed.len() > 10);
    // Tests of the portal carry their ids in their names.
    for (path, text) in all_sources() {
        for name in text.lines().filter_map(|line| line.split("fn sg_").nth(1)) {
            let mut parts = name.split(['_', '(']);
            let (Some(word), Some(number)) = (parts.next(), parts.next()) else {
                continue;
            };
            let id = format!("SG-{}-{number}", word.to_uppercase());
            assert!(
                !listed.contains(&id),
                "{} tests {id}, which stands in not-yet.toml",
                path.display()
            );
        }
    }
    let is_test = |path: &Path| path.to_string_lossy().contains("tests");
    for (path, text) in all_sources().into_iter().filter(|(path, _)| is_test(path)) {
        for id in text
            .lines()
            .map(str::trim)
            .filter_map(|line| line.strip_prefix("/// "))
            .flat_map(|line| line.split([',', ' ']))
        {
            assert!(
                !listed.contains(id.trim_end_matches(':')),
                "{} tests {id}, which stands in not-yet.toml",
                path.display()
            );
        }
    }
}
