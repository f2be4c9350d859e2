use std::fs;
use std::path::Path;

use async_graphql_parser::types::{ExecutableDocument, Selection, SelectionSet};
use reports::Reports;
use serde_json::Value;

use crate::{GLOSSARY, REPORTS, poppler, view};

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/definitions");

fn put(path: &Path, text: &str) {
    use std::io::Write as _;
    fs::File::create(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

/// A folder with a copy of a shipped definition under another name, changed file by file.
fn copied(code: &str, change: impl Fn(&str, String) -> Option<String>) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(code);
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(format!("{HERE}/rectification_list")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path)
            .unwrap()
            .replace("rectification_list", code);
        if let Some(text) = change(name, text) {
            put(&folder.join(name), &text);
        }
    }
    root
}

fn problems(root: &tempfile::TempDir) -> Vec<String> {
    match Reports::load(&[root.path().to_owned()], &GLOSSARY) {
        Ok(_) => Vec::new(),
        Err(all) => all.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn rp_def_1_2_the_shipped_definitions_pass_with_every_sample() {
    assert_eq!(REPORTS.prove(&GLOSSARY), []);
    for definition in REPORTS.iter() {
        for case in ["empty", "typical", "worst"] {
            assert!(definition.samples.contains_key(case));
        }
        assert_eq!(definition.fingerprint().len(), 64);
    }
}

#[test]
fn rp_def_3_an_operators_folder_is_checked_in_the_same_way() {
    let root = copied("probe", |_, text| Some(text));
    let reports = Reports::load(&[root.path().to_owned()], &GLOSSARY).unwrap();
    assert!(reports.get("probe").is_some());
    let shipped = REPORTS.get("rectification_list").unwrap();
    assert_ne!(
        reports.get("probe").unwrap().fingerprint(),
        shipped.fingerprint()
    );
    assert_eq!(
        reports.get("rectification_list").unwrap().fingerprint(),
        shipped.fingerprint()
    );
    // In place of a shipped one only with a higher version.
    let root = copied("rectification_list", |_, text| Some(text));
    assert!(problems(&root)[0].contains("does not exceed version 1"));
    let root = copied("rectification_list", |name, text| match name {
        "report.toml" => Some(text.replace("version = 1", "version = 2")),
        _ => Some(text),
    });
    let reports = Reports::load(&[root.path().to_owned()], &GLOSSARY).unwrap();
    assert_eq!(reports.get("rectification_list").unwrap().spec.version, 2);
}

#[test]
fn rp_def_1_all_problems_of_a_folder_are_told_at_once() {
    let root = copied("probe", |name, text| match name {
        "report.toml" => Some(
            text.replace("data_level = 3", "data_level = 7")
                .replace("\"AUDITOR\"", "\"KING\"")
                .replace("id = \"gantt\"", "id = \"vendor\""),
        ),
        "query.graphql" => Some(text.replace("$contract: ID!", "$contract: ID, $more: ID!")),
        "report.html.j2" => Some(format!("{text}{{% endfor %}}<script>")),
        "report.typ" => Some(format!(
            "{text}\n#table([x])\n#read(\"/a\")\n#import \"@preview/a:1.0.0\"\n"
        )),
        "sample.json" => Some(text.replacen("\"worst\"", "\"best\"", 1)),
        _ => Some(text),
    });
    put(&root.path().join("probe/extra.txt"), "");
    let all = problems(&root).join("\n");
    for part in [
        "probe/extra.txt",
        "data_level is 1, 2 or 3",
        "no role KING",
        "id vendor stands twice",
        "$contract is ID, params say ID!",
        "$more is not in params",
        "endfor",
        "<script is not allowed",
        "table( is for base.typ",
        "read( is for base.typ",
        "only /base.typ is imported",
        "the case worst is missing",
    ] {
        assert!(all.contains(part), "{part} in\n{all}");
    }
}

#[test]
fn rp_def_1_a_query_is_one_reading_operation_with_its_params() {
    for (query, word) in [
        (
            "mutation M($contract: ID!) { x(a: $contract) }",
            "only a query",
        ),
        (
            "subscription S($contract: ID!) { x(a: $contract) }",
            "only a query",
        ),
        ("query A { a } query B { b }", "exactly one"),
        ("query A { a }", "the parameter contract is not used"),
        ("query {", "expected"),
    ] {
        let root = copied("probe", |name, text| match name {
            "query.graphql" => Some(query.to_owned()),
            _ => Some(text),
        });
        let all = problems(&root).join("\n");
        assert!(all.contains(word), "{word} in {all}");
    }
}

#[test]
fn rp_def_1_a_section_that_an_output_lacks_is_told() {
    let root = copied("probe", |name, text| match name {
        "report.html.j2" => Some(text.replace("data-section=\"schedule\"", "")),
        "report.typ" => Some(text.replace("#section(\"summary\")", "== x")),
        _ => Some(text),
    });
    let all = problems(&root).join("\n");
    assert!(
        all.contains("report.html.j2: the section schedule is missing"),
        "{all}"
    );
    assert!(
        all.contains("report.typ: the section summary is missing"),
        "{all}"
    );
}

#[test]
fn rp_def_1_an_undefined_name_is_an_error_in_both_templates() {
    for (file, from, to) in [
        ("report.html.j2", "l.dueCount_text", "l.dueCount_txt"),
        ("report.typ", "l.dueCount_text", "l.dueCount_txt"),
    ] {
        let root = copied("probe", |name, text| match name == file {
            true => Some(text.replace(from, to)),
            false => Some(text),
        });
        let all = problems(&root).join("\n");
        assert!(
            all.contains("undefined") || all.contains("dueCount_txt"),
            "{file}: {all}"
        );
    }
}

#[test]
fn rp_def_1_a_missing_word_or_file_is_told() {
    let root = copied("probe", |name, text| (name != "report.typ").then_some(text));
    assert!(
        problems(&root)
            .join("\n")
            .contains("probe/report.typ: is missing")
    );
    let empty = reports::Glossary::default();
    let all = REPORTS.prove(&empty);
    assert!(
        all.iter()
            .any(|one| one.message.contains("no word for Risk.CRITICAL"))
    );
}

/// Where a value is not an answer of the selection: a field too many, too few, or of another kind.
fn unlike(
    document: &ExecutableDocument,
    selection: &SelectionSet,
    value: &Value,
    path: &str,
    out: &mut Vec<String>,
) {
    match value {
        Value::Array(items) => {
            for item in items {
                unlike(document, selection, item, path, out);
            }
        }
        Value::Object(fields) => {
            let mut asked = Vec::new();
            spread(document, selection, &mut asked);
            for (key, inner) in &asked {
                let place = format!("{path}.{key}");
                match fields.get(*key) {
                    None => out.push(format!("{place} is missing")),
                    Some(value) if inner.items.is_empty() => {
                        let nested = value.is_object()
                            || value
                                .as_array()
                                .is_some_and(|all| all.iter().any(Value::is_object));
                        if nested {
                            out.push(format!("{place} is asked without fields"));
                        }
                    }
                    Some(value) => unlike(document, inner, value, &place, out),
                }
            }
            for key in fields.keys() {
                if asked.iter().all(|(name, _)| name != key) {
                    out.push(format!("{path}.{key} is not asked for"));
                }
            }
        }
        Value::Null => (),
        other => out.push(format!("{path} is {other}")),
    }
}

/// The fields of a selection under the names of the answer, fragments resolved.
fn spread<'a>(
    document: &'a ExecutableDocument,
    selection: &'a SelectionSet,
    out: &mut Vec<(&'a str, &'a SelectionSet)>,
) {
    for item in &selection.items {
        match &item.node {
            Selection::Field(field) => {
                let name = field.node.response_key().node.as_str();
                out.push((name, &field.node.selection_set.node));
            }
            Selection::FragmentSpread(spread_of) => {
                let name = &spread_of.node.fragment_name.node;
                let fragment = &document.fragments[name].node;
                spread(document, &fragment.selection_set.node, out);
            }
            Selection::InlineFragment(inline) => {
                spread(document, &inline.node.selection_set.node, out);
            }
        }
    }
}

#[test]
fn rp_def_2_samples_are_answers_of_exactly_the_query() {
    for definition in REPORTS.iter() {
        let document = async_graphql_parser::parse_query(&definition.query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let selection = &operation.node.selection_set.node;
        for (case, sample) in &definition.samples {
            let mut all = Vec::new();
            unlike(&document, selection, &sample["data"], case, &mut all);
            all.sort();
            all.dedup();
            assert_eq!(all, Vec::<String>::new(), "{}", definition.spec.code);
        }
    }
}

#[test]
fn rp_cont_1_risk_definitions_and_deadlines_are_those_of_the_catalogue() {
    let catalogue: Value =
        serde_json::from_str(include_str!("../../../entity/data/ticket-categories.json")).unwrap();
    let levels = catalogue["risk_levels"].as_array().unwrap();
    assert_eq!(levels.len(), 4);
    let html = reports::html(&view("inspection_report", "typical")).unwrap();
    let pdf = reports::pdf(&view("inspection_report", "typical")).unwrap();
    let text = poppler("pdftotext", &["-raw", "-enc", "UTF-8"], &pdf.bytes);
    let dense =
        |text: &str| -> String { text.chars().filter(|char| !char.is_whitespace()).collect() };
    for level in levels {
        let limit = match level["deadline"].as_str().unwrap() {
            "PT24H" => "24 小时",
            "P5WD" => "5 个工作日",
            "P15WD" => "15 个工作日",
            "P90D" => "90 日",
            other => panic!("{other} has no words in the report"),
        };
        let definition = level["definition_zh"].as_str().unwrap();
        let row = format!("<td>{definition}</td><td>{limit}</td>");
        assert!(html.contains(&row), "{row}");
        if let Some(text) = &text {
            assert!(dense(text).contains(&dense(definition)), "{definition}");
        }
    }
}

#[test]
fn samples_name_no_person_in_full() {
    // 某 stands for what a real report would name.
    fn names(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    match value.as_str() {
                        Some(text) if key == "name" && text.chars().count() < 6 => {
                            out.push(text.to_owned());
                        }
                        _ => names(value, out),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| names(item, out)),
            _ => (),
        }
    }
    for definition in REPORTS.iter() {
        for sample in definition.samples.values() {
            let mut all = Vec::new();
            names(&sample["data"]["inspection"]["participants"], &mut all);
            names(&sample["meta"], &mut all);
            assert!(all.iter().all(|name| name.contains('某')), "{all:?}");
        }
    }
}
