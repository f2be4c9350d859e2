//! What a folder must keep: query, templates, samples, sections in both outputs.

use std::collections::BTreeMap;

use async_graphql_parser::types::{DocumentOperations, OperationType};
use serde_json::Value;

use super::spec::Spec;
use super::{CASES, Definition};
use crate::html::{compile, explain};
use crate::pdf::Pdf;
use crate::problem::Problem;

/// One operation, no mutation, variables exactly those of `params`.
pub(super) fn query(spec: &Spec, text: &str) -> Vec<Problem> {
    let place = format!("{}/query.graphql", spec.code);
    let one = |message: String| vec![Problem::new(&place, message)];
    let document = match async_graphql_parser::parse_query(text) {
        Ok(document) => document,
        Err(error) => return one(error.to_string()),
    };
    let operation = match &document.operations {
        DocumentOperations::Single(operation) => &operation.node,
        DocumentOperations::Multiple(named) => match (named.len(), named.values().next()) {
            (1, Some(operation)) => &operation.node,
            (count, _) => return one(format!("{count} operations; exactly one is wanted")),
        },
    };
    let mut problems = Vec::new();
    if operation.ty != OperationType::Query {
        problems.push(Problem::new(
            &place,
            format!("{}: only a query is allowed", operation.ty),
        ));
    }
    let declared: BTreeMap<&str, String> = operation
        .variable_definitions
        .iter()
        .map(|one| {
            (
                one.node.name.node.as_str(),
                one.node.var_type.node.to_string(),
            )
        })
        .collect();
    for (name, ty) in &declared {
        match spec.params.get(*name) {
            None => problems.push(Problem::new(&place, format!("${name} is not in params"))),
            Some(param) if param.graphql() != ty => problems.push(Problem::new(
                &place,
                format!("${name} is {ty}, params say {}", param.graphql()),
            )),
            Some(_) => (),
        }
    }
    for name in spec
        .params
        .keys()
        .filter(|name| !declared.contains_key(name.as_str()))
    {
        problems.push(Problem::new(
            &place,
            format!("the parameter {name} is not used"),
        ));
    }
    problems
}

/// The HTML template compiles and does not switch escaping off.
pub(super) fn html(name: &str, text: &str) -> Vec<Problem> {
    let place = format!("{name}/report.html.j2");
    let mut problems = Vec::new();
    if let Err(error) = compile(text) {
        problems.push(Problem::new(&place, explain(&error)));
    }
    for word in ["autoescape", "style=", "<script", "http:", "https:", "src="] {
        if text.contains(word) {
            problems.push(Problem::new(&place, format!("{word} is not allowed")));
        }
    }
    problems
}

/// A Typst template imports `base.typ` alone, evaluates no text, draws tables by `data-table`
/// (which has the header row that the exporter does not demand) and images by `chart`.
#[must_use]
pub fn lint_typst(place: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (place_of_line, line) in text.lines().enumerate() {
        let mut wrong = |message: &str| {
            problems.push(Problem::new(
                format!("{place}:{}", place_of_line + 1),
                message,
            ));
        };
        for call in ["table", "image", "eval", "plugin", "read", "json"] {
            if calls(line, call) {
                wrong(&format!("{call}( is for base.typ"));
            }
        }
        let imported = line.trim_start();
        if (imported.starts_with("#import") || imported.starts_with("#include"))
            && !imported.starts_with("#import \"/base.typ\"")
        {
            wrong("only /base.typ is imported");
        }
    }
    problems
}

/// Whether a line calls the function or one of its parts (`table.cell(` is one).
fn calls(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(|char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.' | '"'))
            && matches!(after, Some('(' | '.'))
    })
}

/// The named cases of `sample.json`.
pub(super) fn samples(
    name: &str,
    text: &str,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Value> {
    let place = format!("{name}/sample.json");
    let cases: BTreeMap<String, Value> = match serde_json::from_str(text) {
        Ok(cases) => cases,
        Err(error) => {
            problems.push(Problem::new(place, error.to_string()));
            return BTreeMap::new();
        }
    };
    for case in CASES.iter().filter(|case| !cases.contains_key(**case)) {
        problems.push(Problem::new(&place, format!("the case {case} is missing")));
    }
    for (case, sample) in &cases {
        if sample.get("code").and_then(Value::as_str) != Some(name) {
            problems.push(Problem::new(
                &place,
                format!("code of {case} is not {name}"),
            ));
        }
    }
    cases
}

/// Sections of `report.toml` that the HTML does not have.
pub(super) fn sections_html(definition: &Definition, text: &str) -> Vec<Problem> {
    missing(definition, "report.html.j2", |id| {
        text.contains(&format!("data-section=\"{id}\""))
    })
}

/// Sections of `report.toml` that the PDF does not have.
pub(super) fn sections_pdf(definition: &Definition, pdf: &Pdf) -> Vec<Problem> {
    missing(definition, "report.typ", |id| {
        pdf.sections.iter().any(|one| one == id)
    })
}

fn missing(definition: &Definition, file: &str, has: impl Fn(&str) -> bool) -> Vec<Problem> {
    definition
        .spec
        .sections
        .iter()
        .filter(|section| !has(&section.id))
        .map(|section| Problem::new(file, format!("the section {} is missing", section.id)))
        .collect()
}
