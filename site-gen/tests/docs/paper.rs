//! Trees for paper of dictionaries and interfaces (SG-DB-7, SG-API-1).

use serde_json::Value;
use site_gen::apidoc;
use site_gen::dbdoc::{self, Book, Overlay, Snapshot};
use site_gen::docs::Language;
use site_gen::press::Tree;

use super::read;

fn dictionary(name: &str, overlay: &str, language: Language) -> Value {
    let snapshot = Snapshot::read(name, &read(&format!("golden/{name}.json"))).unwrap();
    let book = Book::bind(snapshot, Overlay::read("overlay.toml", overlay).unwrap()).unwrap();
    let document = dbdoc::document(&book, &dbdoc::check(&book), None, language);
    serde_json::from_str(Tree::new(&document).unwrap().json()).unwrap()
}

fn interface(file: &str, language: Language) -> Value {
    let api = apidoc::read(file, &read(&format!("data/api/{file}")), None).unwrap();
    serde_json::from_str(Tree::new(&apidoc::document(&api, language)).unwrap().json()).unwrap()
}

/// The words of a run, a cell or a row.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(words).collect(),
        Value::Object(run) => run.get("text").map(words).unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
    }
}

/// Levels that follow each other, anchors that are there once, links that lead to them, tables that are even.
fn holds(tree: &Value) {
    let blocks = tree["blocks"].as_array().unwrap();
    let mut level = 0;
    let mut anchors = Vec::new();
    for block in blocks {
        if block["kind"] == "heading" {
            let own = block["level"].as_u64().unwrap();
            assert!(own <= level + 1, "{block}");
            level = own;
            anchors.extend(block["anchor"].as_str().filter(|anchor| !anchor.is_empty()));
        }
        if block["kind"] == "table" {
            let columns = block["head"].as_array().unwrap().len();
            assert_eq!(block["widths"].as_array().unwrap().len(), columns);
            let rows = block["rows"].as_array().unwrap();
            assert!(
                rows.iter()
                    .all(|row| row.as_array().unwrap().len() == columns)
            );
        }
    }
    let count = anchors.len();
    anchors.sort_unstable();
    anchors.dedup();
    assert_eq!(anchors.len(), count, "an anchor twice");
    let text = tree.to_string();
    let links: Vec<&str> = text
        .split("\"to\":\"#")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(!links.is_empty());
    for link in links {
        assert!(anchors.binary_search(&link).is_ok(), "{link}");
    }
}

#[test]
fn sg_db_7_the_dictionary_for_paper_has_every_table_and_every_column() {
    for name in [
        "postgres",
        "sqlite",
        "oracle",
        "sqlserver",
        "mysql",
        "dameng",
        "kingbase",
    ] {
        let snapshot = Snapshot::read(name, &read(&format!("golden/{name}.json"))).unwrap();
        for language in [Language::Zh, Language::En] {
            let tree = dictionary(name, "", language);
            holds(&tree);
            let blocks = tree["blocks"].as_array().unwrap();
            for table in &snapshot.tables {
                let at = blocks
                    .iter()
                    .position(|block| block["anchor"] == format!("table-{}", table.id()))
                    .unwrap_or_else(|| panic!("{name}: {}", table.id()));
                let columns = blocks[at..]
                    .iter()
                    .find(|block| block["kind"] == "table")
                    .unwrap();
                let rows: Vec<&Value> = columns["rows"].as_array().unwrap().iter().collect();
                assert_eq!(rows.len(), table.columns.len());
                for (row, column) in rows.iter().zip(&table.columns) {
                    assert_eq!(words(&row[1]), column.name);
                    assert_eq!(words(&row[2]), column.data_type);
                }
            }
            assert_eq!(tree, dictionary(name, "", language), "the same each time");
        }
    }
}

#[test]
fn sg_db_7_chapters_follow_the_viewpoints_and_no_table_is_left_out() {
    let tree = dictionary("postgres", &read("data/overlay.toml"), Language::Zh);
    holds(&tree);
    assert_eq!(tree["lang"], "zh");
    let blocks = tree["blocks"].as_array().unwrap();
    let chapters: Vec<String> = blocks
        .iter()
        .filter(|block| block["level"] == 1)
        .map(|block| words(&block["text"]))
        .collect();
    assert_eq!(chapters[0], "概述");
    assert!(chapters.contains(&"其他表".to_owned()), "{chapters:?}");
    let text = tree.to_string();
    for part in [
        "字段名",
        "键 / 外键目标",
        "主键",
        "外键 → ",
        "被引用",
        "数据库强制",
        "约束名",
        "说明覆盖率",
        "合同核对清单",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let english = dictionary("postgres", &read("data/overlay.toml"), Language::En);
    assert_eq!(english["lang"], "en");
    assert_eq!(english["blocks"][0]["text"][0], "Overview");
}

#[test]
fn sg_api_1_an_interface_for_paper_says_how_each_operation_is_called() {
    for file in ["lis.yaml", "adt.toml", "soap.toml"] {
        for language in [Language::Zh, Language::En] {
            let tree = interface(file, language);
            let text = tree.to_string();
            let parts = match language {
                Language::Zh => ["调用方式", "接口参数", "返回格式"],
                Language::En => ["How to call", "Parameters", "Return format"],
            };
            for part in parts {
                assert!(text.contains(part), "{file}: {part}");
            }
            if file == "lis.yaml" {
                holds(&tree);
            }
        }
    }
    let api = apidoc::read("lis.yaml", &read("data/api/lis.yaml"), None).unwrap();
    let tree = interface("lis.yaml", Language::Zh);
    let blocks = tree["blocks"].as_array().unwrap();
    for operation in &api.operations {
        assert!(
            blocks
                .iter()
                .any(|block| block["anchor"] == operation.anchor),
            "{}",
            operation.anchor
        );
    }
    for name in api.types.keys() {
        assert!(
            blocks
                .iter()
                .any(|block| block["anchor"] == format!("type-{name}")),
            "{name}"
        );
    }
}
