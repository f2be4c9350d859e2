//! OpenAPI 3.1 as JSON or YAML.

mod schema;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fit::fits;
use super::model::{Api, Auth, Body, Deprecated, Example, Field, Kind, Operation, Response, Shape};
use super::{call, graphql};
use crate::docs::{Names, Problem, Text};

/// Reads a description.
pub(super) fn read(file: &str, text: &str) -> Result<Api, Vec<Problem>> {
    let root: Value = if file.to_lowercase().ends_with(".json") {
        serde_json::from_str(text)
            .map_err(|error| vec![Problem::line(file, error.line() as u64, error.to_string())])?
    } else {
        serde_saphyr::from_str(text).map_err(|error| {
            let line = error.location().map_or(1, |at| at.line());
            vec![Problem::line(
                file,
                line,
                error.to_string().lines().next().unwrap_or_default(),
            )]
        })?
    };
    let version = string(&root, "openapi");
    if !version.starts_with("3.1") {
        return Err(vec![Problem::new(
            file,
            format!("openapi is {version:?}; this program reads 3.1"),
        )]);
    }
    let mut reader = Reader {
        root: &root,
        problems: Vec::new(),
        examples: Vec::new(),
    };
    let api = reader.api();
    let mut problems = reader.problems;
    for (place, value, shape) in &reader.examples {
        let found = fits(value, shape, &api.types);
        problems.extend(
            found
                .into_iter()
                .map(|text| Problem::new(place, format!("example: {text}"))),
        );
    }
    if problems.is_empty() {
        Ok(api)
    } else {
        Err(problems)
    }
}

struct Reader<'a> {
    root: &'a Value,
    problems: Vec<Problem>,
    /// Examples with their place and shape, checked when all types are known.
    examples: Vec<(String, Value, Shape)>,
}

const METHODS: [&str; 8] = [
    "get", "post", "put", "patch", "delete", "head", "options", "trace",
];
const SCHEMAS: &str = "#/components/schemas/";

fn string(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn text(value: &Value, key: &str) -> Text {
    Text::split(&string(value, key))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn entries<'a>(
    value: &'a Value,
    key: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    value
        .get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::iter)
}

fn is_true(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

impl<'a> Reader<'a> {
    fn wrong(&mut self, place: &str, text: impl Into<String>) {
        self.problems.push(Problem::new(place, text));
    }

    /// Follows references within the document.
    fn resolved(&mut self, value: &'a Value, place: &str) -> &'a Value {
        let mut current = value;
        let mut seen = BTreeSet::new();
        while let Some(reference) = current.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#');
            match pointer.and_then(|pointer| self.root.pointer(pointer)) {
                Some(target) if seen.insert(reference) => current = target,
                Some(_) => {
                    self.wrong(place, format!("{reference} refers to itself"));
                    return &Value::Null;
                }
                None => {
                    self.wrong(place, format!("{reference} is not in this document"));
                    return &Value::Null;
                }
            }
        }
        current
    }

    fn api(&mut self) -> Api {
        let root = self.root;
        let info = root.get("info").unwrap_or(&Value::Null);
        let mut api = Api {
            title: text(info, "title"),
            version: string(info, "version"),
            kind: Kind::Http,
            description: text(info, "description"),
            addresses: list(root, "servers")
                .iter()
                .map(|server| string(server, "url"))
                .collect(),
            groups: list(root, "tags")
                .iter()
                .map(|tag| (string(tag, "name"), text(tag, "description")))
                .collect(),
            ..Api::default()
        };
        let components = root.get("components").unwrap_or(&Value::Null);
        for (name, schema) in entries(components, "schemas") {
            let def = self.type_def(schema, &format!("schemas.{name}"));
            api.types.insert(name.clone(), def);
        }
        for (name, scheme) in entries(components, "securitySchemes") {
            let scheme = self.resolved(scheme, name);
            api.auth.push(auth(name, scheme));
        }
        let mut anchors = Names::default();
        for (path, item) in entries(root, "paths") {
            let item = self.resolved(item, path);
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    let operation = self.operation(path, method, item, operation, &mut anchors);
                    if !api.groups.iter().any(|(name, _)| *name == operation.group) {
                        api.groups.push((operation.group.clone(), Text::default()));
                    }
                    api.operations.push(operation);
                }
            }
        }
        api.groups
            .retain(|(name, _)| api.operations.iter().any(|one| one.group == *name));
        let made: Vec<Option<Example>> = api
            .operations
            .iter()
            .map(|one| {
                one.examples
                    .is_empty()
                    .then(|| call::made(&api, one))
                    .flatten()
            })
            .collect();
        for (operation, example) in api.operations.iter_mut().zip(made) {
            operation.examples.extend(example);
        }
        api
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        item: &'a Value,
        value: &'a Value,
        anchors: &mut Names,
    ) -> Operation {
        let place = format!("{} {path}", method.to_uppercase());
        let id = string(value, "operationId");
        let key = if id.is_empty() {
            format!(
                "{method}-{}",
                path.trim_matches('/').replace(['/', '{', '}'], "-")
            )
        } else {
            id
        };
        let mut operation = Operation {
            anchor: anchors.give(&key.to_lowercase()),
            method: method.to_uppercase(),
            name: path.to_owned(),
            group: list(value, "tags")
                .first()
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            summary: text(value, "summary"),
            description: text(value, "description"),
            address: path.to_owned(),
            ..Operation::default()
        };
        if operation.summary.is_empty() {
            operation.summary = std::mem::take(&mut operation.description);
        }
        if is_true(value, "deprecated") {
            let removed_in = string(value, "x-removal-version");
            let reason = text(value, "x-deprecated-reason");
            operation.deprecated = Some(Deprecated {
                removed_in: if removed_in.is_empty() {
                    graphql::removal(&operation.description.en)
                } else {
                    removed_in
                },
                reason,
            });
        }
        // Parameters of the path stand first; one of the operation replaces its namesake.
        for parameter in list(item, "parameters")
            .iter()
            .chain(list(value, "parameters"))
        {
            let parameter = self.resolved(parameter, &place);
            let field = self.parameter(parameter, &place);
            operation
                .parameters
                .retain(|one| (&one.name, &one.place) != (&field.name, &field.place));
            operation.parameters.push(field);
        }
        if let Some(body) = value.get("requestBody") {
            let body = self.resolved(body, &place);
            if let Some((media, content)) = entries(body, "content").next() {
                operation.body = Some(Body {
                    media: media.clone(),
                    shape: self.content(content, &format!("{place} requestBody")),
                    required: is_true(body, "required"),
                    description: text(body, "description"),
                });
            }
        }
        for (status, response) in entries(value, "responses") {
            let response = self.resolved(response, &place);
            let content = entries(response, "content").next();
            operation.responses.push(Response {
                status: status.clone(),
                media: content.map(|(media, _)| media.clone()).unwrap_or_default(),
                shape: content
                    .map(|(_, content)| self.content(content, &format!("{place} {status}"))),
                description: text(response, "description"),
            });
        }
        let security = value.get("security").or_else(|| self.root.get("security"));
        let names = security.and_then(Value::as_array).into_iter().flatten();
        operation.auth = names
            .filter_map(Value::as_object)
            .flat_map(|one| one.keys().cloned())
            .collect();
        operation.auth.dedup();
        operation
    }

    fn parameter(&mut self, value: &'a Value, place: &str) -> Field {
        let name = string(value, "name");
        let place = format!("{place} {name}");
        let shape = match value.get("schema") {
            Some(schema) => self.shape(schema, &place),
            None => entries(value, "content")
                .next()
                .map_or(Shape::Any, |(_, content)| self.content(content, &place)),
        };
        self.noted(value, &shape, &place);
        let default = value
            .get("schema")
            .and_then(|schema| schema.get("default"))
            .map(ToString::to_string);
        Field {
            place: string(value, "in"),
            required: is_true(value, "required"),
            default,
            description: text(value, "description"),
            deprecated: is_true(value, "deprecated").then(Deprecated::default),
            arguments: Vec::new(),
            name,
            shape,
        }
    }

    fn content(&mut self, content: &'a Value, place: &str) -> Shape {
        let shape = content
            .get("schema")
            .map_or(Shape::Any, |schema| self.shape(schema, place));
        self.noted(content, &shape, place);
        shape
    }

    /// Keeps the examples of something for the check.
    fn noted(&mut self, value: &'a Value, shape: &Shape, place: &str) {
        if let Some(example) = value.get("example") {
            self.examples
                .push((place.to_owned(), example.clone(), shape.clone()));
        }
        match value.get("examples") {
            Some(Value::Array(examples)) => {
                let examples = examples
                    .iter()
                    .map(|one| (place.to_owned(), one.clone(), shape.clone()));
                self.examples.extend(examples);
            }
            Some(Value::Object(examples)) => {
                for (name, example) in examples {
                    let example = self.resolved(example, place);
                    if let Some(value) = example.get("value") {
                        self.examples.push((
                            format!("{place} {name}"),
                            value.clone(),
                            shape.clone(),
                        ));
                    }
                }
            }
            _ => {}
        }
    }
}

fn auth(name: &str, scheme: &Value) -> Auth {
    let mut how = text(scheme, "description");
    let (kind, place) = (string(scheme, "type"), string(scheme, "in"));
    let parameter = string(scheme, "name");
    let (words, header) = match (kind.as_str(), string(scheme, "scheme").as_str()) {
        ("http", "bearer") => (
            "HTTP bearer".to_owned(),
            "Authorization: Bearer $TOKEN".to_owned(),
        ),
        ("http", other) => (format!("HTTP {other}"), String::new()),
        ("apiKey", _) if place == "header" => (
            format!("{place} {parameter}"),
            format!("{parameter}: $TOKEN"),
        ),
        ("apiKey", _) => (format!("{place} {parameter}"), String::new()),
        (other, _) => (other.to_owned(), String::new()),
    };
    if how.is_empty() {
        how = Text {
            zh: words.clone(),
            en: words,
        };
    }
    Auth {
        name: name.to_owned(),
        how,
        header,
    }
}
