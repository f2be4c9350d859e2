//! Examples of GraphQL: made where none is given, and all of them checked against the schema.

mod check;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::check::check;
use super::about::About;
use super::model::{
    Api, Auth, ErrorDef, Example, Field, Kind, Operation, Shape, TypeDef, TypeKind,
};
use super::{graphql, sample};
use crate::docs::{Problem, Text};

/// Adds what the file says, makes the missing examples and checks all.
pub(super) fn graphql(mut api: Api, about: About) -> Result<Api, Vec<Problem>> {
    let mut problems = Vec::new();
    api.title = about.title;
    api.version = about.version;
    api.description = about.description;
    api.addresses = about.addresses;
    api.auth = about
        .auth
        .into_iter()
        .map(|one| Auth {
            name: one.name,
            how: one.how,
            header: one.header,
        })
        .collect();
    api.errors = about
        .errors
        .into_iter()
        .map(|one| ErrorDef {
            code: one.code,
            meaning: one.meaning,
        })
        .collect();
    if let Some(name) = about.errors_from {
        match graphql::errors_of(&api, &name) {
            Ok(errors) => api.errors.extend(errors),
            Err(problem) => problems.push(problem),
        }
    }
    let mut examples: BTreeMap<usize, Vec<Example>> = BTreeMap::new();
    for note in about.examples {
        let Some(place) = api
            .operations
            .iter()
            .position(|one| one.name == note.operation)
        else {
            problems.push(Problem::new(
                format!("example of {}", note.operation),
                "is no operation",
            ));
            continue;
        };
        let variables = if note.variables.is_empty() {
            "{}"
        } else {
            &note.variables
        };
        let parsed = (
            serde_json::from_str::<Value>(variables),
            serde_json::from_str::<Value>(&note.response),
        );
        let (Ok(variables), Ok(response)) = parsed else {
            problems.push(Problem::new(
                format!("example of {}", note.operation),
                "variables or response is no JSON",
            ));
            continue;
        };
        examples.entry(place).or_default().push(made(
            &api,
            note.title,
            &note.document,
            &variables,
            &response,
        ));
        let found = check(
            &api,
            api.operations.get(place),
            &note.document,
            &variables,
            &response,
        );
        problems.extend(
            found
                .into_iter()
                .map(|text| Problem::new(format!("example of {}", note.operation), text)),
        );
    }
    for place in 0..api.operations.len() {
        let Some(operation) = api
            .operations
            .get(place)
            .filter(|_| !examples.contains_key(&place))
        else {
            continue;
        };
        let Some((document, variables, response)) = generate(operation, &api.types) else {
            continue;
        };
        let found = check(&api, Some(operation), &document, &variables, &response);
        problems.extend(
            found
                .into_iter()
                .map(|text| Problem::new(format!("example of {}", operation.name), text)),
        );
        examples.insert(
            place,
            vec![made(
                &api,
                Text::default(),
                &document,
                &variables,
                &response,
            )],
        );
    }
    for (place, found) in examples {
        if let Some(operation) = api.operations.get_mut(place) {
            operation.examples = found;
            operation.auth = api.auth.iter().map(|one| one.name.clone()).collect();
        }
    }
    if problems.is_empty() {
        Ok(api)
    } else {
        Err(problems)
    }
}

fn made(api: &Api, title: Text, document: &str, variables: &Value, response: &Value) -> Example {
    let request = json!({ "query": document, "variables": variables });
    let address = api
        .addresses
        .first()
        .map_or("https://HOST/graphql", String::as_str);
    let header = api.auth.iter().find(|one| !one.header.is_empty());
    let header = header
        .map(|one| format!(" -H {}", quoted(&one.header)))
        .unwrap_or_default();
    let no_variables = variables.as_object().is_some_and(Map::is_empty);
    Example {
        title,
        call: format!(
            "curl -s {} -H 'Content-Type: application/json'{header} -d {}",
            quoted(address),
            quoted(&request.to_string())
        ),
        request: if no_variables {
            document.to_owned()
        } else {
            format!("{document}\n\n{}", pretty(variables))
        },
        response: pretty(response),
    }
}

/// A word for a shell; a variable in it stays one.
pub(super) fn quoted(text: &str) -> String {
    if text.contains("$TOKEN") && !text.contains(['"', '`', '\\']) {
        return format!("\"{text}\"");
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

const MOST_FIELDS: usize = 8;

/// A document, its variables and an answer; None if a required argument contains itself.
fn generate(
    operation: &Operation,
    types: &BTreeMap<String, TypeDef>,
) -> Option<(String, Value, Value)> {
    let mut variables = Map::new();
    let (mut declared, mut passed) = (Vec::new(), Vec::new());
    for parameter in operation
        .parameters
        .iter()
        .filter(|one| one.required || one.name == "first")
    {
        let value = if parameter.name == "first" {
            json!(2)
        } else {
            sample::value(&parameter.shape, types)?
        };
        declared.push(format!(
            "${}: {}",
            parameter.name,
            parameter.shape.text(Kind::Graphql)
        ));
        passed.push(format!("{0}: ${0}", parameter.name));
        variables.insert(parameter.name.clone(), value);
    }
    let wrap = |parts: &[String]| {
        if parts.is_empty() {
            String::new()
        } else {
            format!("({})", parts.join(", "))
        }
    };
    let shape = operation.responses.first()?.shape.as_ref()?;
    let mut selection = String::new();
    let value = select(shape, types, 1, &mut selection)?;
    let document = format!(
        "{} {}{} {{\n  {}{}{selection}\n}}",
        operation.method,
        operation.name,
        wrap(&declared),
        operation.name,
        wrap(&passed)
    );
    Some((
        document,
        Value::Object(variables),
        json!({ "data": { operation.name.clone(): value } }),
    ))
}

/// Writes a selection and gives a value for it. None if there is nothing to select that ends.
fn select(
    shape: &Shape,
    types: &BTreeMap<String, TypeDef>,
    depth: usize,
    out: &mut String,
) -> Option<Value> {
    match shape {
        Shape::Nullable(inner) => select(inner, types, depth, out),
        Shape::List(inner) => Some(Value::Array(vec![select(inner, types, depth, out)?])),
        Shape::Named(name) => {
            let def = types.get(name)?;
            match def.kind {
                TypeKind::Object | TypeKind::Interface => fields(&def.fields, types, depth, out),
                TypeKind::Union => {
                    let Some(Shape::Named(member)) = def.members.first() else {
                        return None;
                    };
                    out.push_str(" { __typename }");
                    Some(json!({ "__typename": member }))
                }
                TypeKind::Enum | TypeKind::Scalar | TypeKind::Input => sample::value(shape, types),
            }
        }
        Shape::Any | Shape::Scalar(..) | Shape::Object(..) | Shape::OneOf(_) => {
            sample::value(shape, types)
        }
    }
}

fn fields(
    all: &[Field],
    types: &BTreeMap<String, TypeDef>,
    depth: usize,
    out: &mut String,
) -> Option<Value> {
    let mut map = Map::new();
    let indent = "  ".repeat(depth + 1);
    let free = all
        .iter()
        .filter(|one| one.deprecated.is_none() && !one.arguments.iter().any(|one| one.required));
    let (leaves, deep): (Vec<_>, Vec<_>) = free.partition(|one| is_leaf(&one.shape, types));
    let mut text = String::new();
    // Leaves tell most; of the rest a few, and only near the root.
    let deep = deep
        .into_iter()
        .filter(|_| depth < 4)
        .take(if depth < 3 { 3 } else { 1 });
    for field in leaves.into_iter().take(MOST_FIELDS).chain(deep) {
        let mut inner = String::new();
        if let Some(value) = select(&field.shape, types, depth + 1, &mut inner) {
            text.push_str(&format!("\n{indent}{}{inner}", field.name));
            map.insert(field.name.clone(), value);
        }
    }
    if map.is_empty() {
        return None;
    }
    out.push_str(&format!(" {{{text}\n{}}}", "  ".repeat(depth)));
    Some(Value::Object(map))
}

fn is_leaf(shape: &Shape, types: &BTreeMap<String, TypeDef>) -> bool {
    match shape {
        Shape::Nullable(inner) | Shape::List(inner) => is_leaf(inner, types),
        Shape::Named(name) => types
            .get(name)
            .is_some_and(|def| matches!(def.kind, TypeKind::Enum | TypeKind::Scalar)),
        Shape::Any | Shape::Scalar(..) | Shape::Object(..) | Shape::OneOf(_) => true,
    }
}
