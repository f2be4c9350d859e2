//! Interface documents (系统接口文档, 一(八)): GraphQL SDL, OpenAPI 3.1 or a TOML description become static pages.
//!
//! Reading order: `model` the one model · `fit` the check of values · `graphql`, `openapi`, `description` what is read ·
//! `example`, `call`, `sample`, `hl7` examples and their checks · `diff` changes between versions · `page`, `tree` what is written.

mod about;
mod call;
mod description;
mod diff;
mod example;
mod fit;
mod graphql;
mod hl7;
mod model;
mod openapi;
mod page;
mod sample;
mod scalar;
mod tree;

pub use diff::{Change, diff};
pub use fit::fits;
pub use model::*;
pub use page::pages;
pub use tree::document;

use crate::docs::Problem;

/// Reads an interface; the ending of the name tells its format. `about` belongs to an SDL alone.
///
/// # Errors
/// Everything that is wrong with it: syntax with line, names that are not defined, examples that do not fit.
pub fn read(file: &str, text: &str, about: Option<(&str, &str)>) -> Result<Api, Vec<Problem>> {
    if text.contains(['\u{e000}', '\u{e001}']) {
        return Err(vec![Problem::new(file, "holds characters of private use")]);
    }
    let ending = file
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default();
    match (ending.as_str(), about) {
        ("graphql" | "graphqls" | "gql", about) => {
            let about = about
                .map(|(file, text)| about::toml_of(file, text))
                .transpose();
            graphql::read(
                file,
                text,
                about.map_err(|problem| vec![problem])?.unwrap_or_default(),
            )
        }
        (_, Some((about, _))) => Err(vec![Problem::new(
            about,
            "belongs to an SDL; this format says it itself",
        )]),
        ("json" | "yaml" | "yml", None) => openapi::read(file, text),
        ("toml", None) => description::read(file, text),
        _ => Err(vec![Problem::new(
            file,
            "is none of .graphql, .json, .yaml, .toml",
        )]),
    }
}

/// What has no description in any language; a text in one of them falls back with its language marked.
#[must_use]
pub fn undescribed(api: &Api) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut look = |place: String, text: &crate::docs::Text| {
        if text.is_empty() {
            found.push(Problem::new(place, "has no description"));
        }
    };
    for operation in &api.operations {
        look(operation.name.clone(), &operation.summary);
        for parameter in &operation.parameters {
            look(
                format!("{}({})", operation.name, parameter.name),
                &parameter.description,
            );
        }
    }
    for (name, def) in &api.types {
        look(name.clone(), &def.description);
        for field in &def.fields {
            look(format!("{name}.{}", field.name), &field.description);
            for argument in &field.arguments {
                look(
                    format!("{name}.{}({})", field.name, argument.name),
                    &argument.description,
                );
            }
        }
        for value in &def.values {
            look(format!("{name}.{}", value.name), &value.description);
        }
    }
    found
}
