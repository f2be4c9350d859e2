//! Result sets of other products.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use site_gen::dbdoc::{self, Kind, Product};

use super::{data, golden};

const PRODUCTS: [(&str, Product); 5] = [
    ("oracle", Product::Oracle),
    ("sqlserver", Product::Sqlserver),
    ("mysql", Product::Mysql),
    ("dameng", Product::Dameng),
    ("kingbase", Product::Kingbase),
];

#[test]
fn sg_db_1_the_committed_export_of_each_product_gives_its_snapshot() {
    for (name, product) in PRODUCTS {
        let snapshot = dbdoc::from_folder(&data(&format!("data/export/{name}")), product).unwrap();
        golden(&format!("{name}.json"), &snapshot.write().unwrap());
        let stay = snapshot
            .tables
            .iter()
            .find(|table| table.name.eq_ignore_ascii_case("icu_patient_stay"))
            .unwrap();
        assert_eq!(stay.comment.as_deref(), Some("在科记录"), "{name}");
        assert_eq!(stay.foreign_keys.len(), 1, "{name}");
    }
}

#[test]
fn what_a_product_does_not_yield_is_not_provided() {
    let dameng = dbdoc::from_folder(&data("data/export/dameng"), Product::Dameng).unwrap();
    assert!(
        !dameng.has(Kind::Constraints)
            && !dameng.has(Kind::Enums)
            && !dameng.has(Kind::ObjectComments)
    );
    let oracle = dbdoc::from_folder(&data("data/export/oracle"), Product::Oracle).unwrap();
    let cut = oracle
        .views
        .iter()
        .find(|view| view.name == "ICU_LONG_VIEW")
        .unwrap();
    assert_eq!(
        cut.definition, None,
        "a definition that the catalogue cut is none"
    );
}

#[test]
fn queries_read_catalogues_alone() {
    for (name, product) in PRODUCTS {
        let queries = dbdoc::queries(product).unwrap();
        assert_eq!(queries.len(), 8, "{name}");
        for (set, sql) in queries {
            let statement: String = sql
                .lines()
                .filter(|line| !line.starts_with("--"))
                .collect::<Vec<_>>()
                .join("\n");
            assert!(statement.starts_with("SELECT "), "{name}/{set}");
            assert_eq!(statement.matches(';').count(), 1, "{name}/{set}");
            assert!(statement.contains("AS total_rows"), "{name}/{set}");
            let words = statement.to_uppercase();
            for word in [
                "INSERT INTO",
                "DELETE FROM",
                "UPDATE ",
                "CREATE ",
                "DROP ",
                "ALTER ",
                "FOR UPDATE",
                "GRANT ",
            ] {
                assert!(!words.contains(word), "{name}/{set}: {word}");
            }
            let known = [
                "all_",
                "sys.",
                "information_schema.",
                "sys_",
                "(SELECT",
                "c",
                "q",
            ];
            let lower = statement.replace("\n", " ");
            for part in lower
                .split(" FROM ")
                .skip(1)
                .chain(lower.split(" JOIN ").skip(1))
            {
                assert!(
                    known
                        .iter()
                        .any(|start| part.trim_start().starts_with(start)),
                    "{name}/{set}: {part}"
                );
            }
        }
        assert!(dbdoc::script(product).unwrap().contains(">>> comments.csv"));
    }
    assert!(dbdoc::queries(Product::Sqlite).is_none());
}

fn copy(to: &Path) {
    for entry in std::fs::read_dir(data("data/export/oracle")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Changes one file of an export and gives the error.
fn broken(file: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    let path = folder.path().join(file);
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::remove_file(&path).ok();
    if let Some(text) = change(&before) {
        assert_ne!(before, text, "{file}: nothing was changed");
        File::create(&path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }
    dbdoc::from_folder(folder.path(), Product::Oracle)
        .unwrap_err()
        .to_string()
}

#[test]
fn sg_db_1_errors_name_file_and_line() {
    let some = |text: String| Some(text);
    let cases = [
        (
            broken("columns.csv", |_| None),
            "columns.csv or columns.json is missing",
        ),
        (
            broken("columns.csv", |text| {
                some(text.replace("IS_NULLABLE", "NULLABLE"))
            }),
            "columns.csv:1: unknown column",
        ),
        (
            broken("columns.csv", |text| {
                some(text.replace(",DEFAULT_VALUE", "").replace(",SYSDATE", ""))
            }),
            "columns.csv:1: column default_value is missing",
        ),
        (
            broken("keys.csv", |text| {
                some(text.lines().take(4).collect::<Vec<_>>().join("\n"))
            }),
            "keys.csv:4: 3 rows where total_rows says 8",
        ),
        (
            broken("keys.csv", |text| some(text[..text.len() - 9].to_owned())),
            "keys.csv:9: ",
        ),
        (
            broken("comments.csv", |text| {
                some(text.split("\n第二行").next().unwrap().to_owned())
            }),
            "the file ends inside a quoted value",
        ),
        (
            broken("keys.csv", |text| {
                some(text.replace(
                    "ICU_DICT_ITEM,ITEM_CODE,NO ACTION",
                    "ICU_DICT,ITEM_CODE,NO ACTION",
                ))
            }),
            "unknown table ICU.ICU_DICT as target of FK_SHEET_ITEM",
        ),
        (
            broken("triggers.csv", |text| {
                some(text.replace("ICU_NURSING_SHEET", "NO_SUCH"))
            }),
            "triggers.csv:2: unknown table ICU.NO_SUCH",
        ),
        (
            broken("comments.csv", |text| {
                some(text.replace("CARE_LEVEL", "CARE_LEVELS"))
            }),
            "unknown column CARE_LEVELS of table ICU.ICU_PATIENT_STAY",
        ),
        (
            broken("tables.csv", |text| some(text.replace("36", "many"))),
            "column row_estimate: \"many\" is no whole number",
        ),
        (
            broken("table.csv", |_| some("x".to_owned())),
            "table.csv: is no result set",
        ),
        (
            broken("views.csv", |_| some(String::new())),
            "views.csv:1: the file is empty",
        ),
        (
            broken("tables.json", |_| some("[]".to_owned())),
            "tables.csv: stands beside tables.json",
        ),
    ];
    for (error, wanted) in cases {
        assert!(error.contains(wanted), "{error}\nwanted: {wanted}");
    }
}

#[test]
fn errors_of_json_name_the_line_of_the_object() {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(data("data/export/kingbase")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let path = folder.path().join("keys.json");
    let good = std::fs::read_to_string(&path).unwrap();
    let with = |text: &str| {
        File::create(&path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        dbdoc::from_folder(folder.path(), Product::Kingbase)
            .unwrap_err()
            .to_string()
    };
    let unknown = with(&good.replace(
        "\"ref_table\": \"icu_dict_item\"",
        "\"ref_table\": \"gone\"",
    ));
    assert!(
        unknown.starts_with("keys.json:7: unknown table public.gone"),
        "{unknown}"
    );
    let cut = with(&good[..good.len() / 2]);
    assert!(cut.contains("the file was cut"), "{cut}");
    let missing = with(&good.replace("\"position\"", "\"place\""));
    assert!(
        missing.starts_with("keys.json:2: unknown column \"place\""),
        "{missing}"
    );
}
