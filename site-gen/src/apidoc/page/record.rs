//! Records for a search: one for each operation, type and field.

use super::super::diff::type_anchor;
use super::super::model::Api;
use super::pack::Sections;
use super::view::Record;
use crate::docs::{Problem, Text};

/// One record for each operation, type and field.
pub(super) fn records(api: &Api, sections: &Sections) -> Result<Vec<u8>, Problem> {
    let mut all = Vec::new();
    let mut add = |kind, name: String, text: &'_ Text, anchor: &str| {
        let path = format!(
            "{}#{anchor}",
            sections
                .of
                .get(anchor)
                .map(String::as_str)
                .unwrap_or_default()
        );
        all.push((kind, name, text.clone(), path));
    };
    for operation in &api.operations {
        add(
            "operation",
            operation.name.clone(),
            &operation.summary,
            &operation.anchor,
        );
        for field in &operation.parameters {
            add(
                "field",
                format!("{}({})", operation.name, field.name),
                &field.description,
                &operation.anchor,
            );
        }
    }
    for (name, def) in &api.types {
        let anchor = type_anchor(name);
        add("type", name.clone(), &def.description, &anchor);
        for field in &def.fields {
            add(
                "field",
                format!("{name}.{}", field.name),
                &field.description,
                &anchor,
            );
        }
        for value in &def.values {
            add(
                "field",
                format!("{name}.{}", value.name),
                &value.description,
                &anchor,
            );
        }
    }
    let records: Vec<Record<'_>> = all
        .iter()
        .map(|(kind, name, text, path)| Record {
            kind,
            name: name.clone(),
            zh: &text.zh,
            en: &text.en,
            path: path.clone(),
        })
        .collect();
    serde_json::to_vec(&records).map_err(|error| Problem::new("search.json", error.to_string()))
}
