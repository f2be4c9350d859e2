//! Interfaces that describe themselves in no format of their own: HL7 version 2, FHIR, Web services. TOML.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::example::{pretty, quoted};
use super::fit::fits;
use super::model::{
    Api, Auth, Body, Deprecated, EnumValue, ErrorDef, Example, Field, Kind, Operation, Response,
    Shape, TypeDef, TypeKind,
};
use super::{about, hl7, sample};
use crate::docs::{Names, Problem, Text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    kind: Kind,
    title: Text,
    version: String,
    #[serde(default)]
    description: Text,
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default)]
    auth: Vec<about::AuthNote>,
    #[serde(default)]
    errors: Vec<about::ErrorNote>,
    #[serde(default)]
    groups: Vec<GroupNote>,
    operations: Vec<OperationNote>,
    #[serde(default)]
    types: Vec<TypeNote>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupNote {
    name: String,
    #[serde(default)]
    description: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationNote {
    name: String,
    method: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    address: String,
    summary: Text,
    #[serde(default)]
    description: Text,
    #[serde(default)]
    parameters: Vec<FieldNote>,
    #[serde(default)]
    media: String,
    body: Option<String>,
    #[serde(default)]
    responses: Vec<ResponseNote>,
    #[serde(default)]
    auth: Vec<String>,
    #[serde(default)]
    errors: Vec<String>,
    deprecated: Option<DeprecatedNote>,
    #[serde(default)]
    examples: Vec<ExampleNote>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseNote {
    status: String,
    #[serde(rename = "type")]
    shape: Option<String>,
    #[serde(default)]
    description: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeprecatedNote {
    reason: Text,
    #[serde(default)]
    removed_in: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleNote {
    #[serde(default)]
    title: Text,
    #[serde(default)]
    call: String,
    #[serde(default)]
    request: String,
    #[serde(default)]
    response: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldNote {
    name: String,
    #[serde(rename = "type")]
    shape: String,
    #[serde(rename = "in", default)]
    place: String,
    #[serde(default)]
    required: bool,
    default: Option<String>,
    description: Text,
    deprecated: Option<DeprecatedNote>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeNote {
    name: String,
    description: Text,
    #[serde(default)]
    fields: Vec<FieldNote>,
    #[serde(default)]
    values: Vec<ValueNote>,
    /// Whether there may be fields that are not listed, as FHIR has many.
    #[serde(default)]
    open: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueNote {
    name: String,
    description: Text,
}

const SCALARS: [&str; 8] = [
    "string", "integer", "number", "boolean", "date", "datetime", "binary", "any",
];

/// Reads a description.
pub(super) fn read(file: &str, text: &str) -> Result<Api, Vec<Problem>> {
    let parsed: File = about::toml_of(file, text).map_err(|problem| vec![problem])?;
    if parsed.format != 1 {
        return Err(vec![Problem::new(
            file,
            format!("format {}; this program reads 1", parsed.format),
        )]);
    }
    let mut reader = Reader {
        problems: Vec::new(),
        names: parsed.types.iter().map(|one| one.name.clone()).collect(),
    };
    let mut types = BTreeMap::new();
    for note in parsed.types {
        let place = format!("type {}", note.name);
        let kind = if note.values.is_empty() {
            TypeKind::Object
        } else {
            TypeKind::Enum
        };
        let def = TypeDef {
            fields: note
                .fields
                .into_iter()
                .map(|one| reader.field(&place, one))
                .collect(),
            values: note
                .values
                .into_iter()
                .map(|one| EnumValue {
                    name: one.name,
                    description: one.description,
                    deprecated: None,
                })
                .collect(),
            open: note.open,
            ..TypeDef::new(kind, note.description)
        };
        if types.insert(note.name, def).is_some() {
            reader.problems.push(Problem::new(place, "stands twice"));
        }
    }
    let mut api = Api {
        title: parsed.title,
        version: parsed.version,
        kind: parsed.kind,
        description: parsed.description,
        addresses: parsed.addresses,
        auth: parsed
            .auth
            .into_iter()
            .map(|one| Auth {
                name: one.name,
                how: one.how,
                header: one.header,
            })
            .collect(),
        groups: parsed
            .groups
            .into_iter()
            .map(|one| (one.name, one.description))
            .collect(),
        operations: Vec::new(),
        types,
        errors: parsed
            .errors
            .into_iter()
            .map(|one| ErrorDef {
                code: one.code,
                meaning: one.meaning,
            })
            .collect(),
        in_root: false,
    };
    let mut anchors = Names::default();
    for note in parsed.operations {
        let operation = reader.operation(&api, note, &mut anchors);
        if !api.groups.iter().any(|(name, _)| *name == operation.group) {
            api.groups.push((operation.group.clone(), Text::default()));
        }
        api.operations.push(operation);
    }
    if reader.problems.is_empty() {
        Ok(api)
    } else {
        Err(reader.problems)
    }
}

struct Reader {
    problems: Vec<Problem>,
    names: BTreeSet<String>,
}

impl Reader {
    /// `T`, `T[]`, `T?` in any order behind a name.
    fn shape(&mut self, place: &str, text: &str) -> Shape {
        if let Some(inner) = text.strip_suffix("[]") {
            return Shape::List(Box::new(self.shape(place, inner)));
        }
        if let Some(inner) = text.strip_suffix('?') {
            return Shape::Nullable(Box::new(self.shape(place, inner)));
        }
        match text {
            "any" => Shape::Any,
            name if self.names.contains(name) => Shape::Named(name.to_owned()),
            name if SCALARS.contains(&name) => Shape::scalar(name),
            name => {
                self.problems
                    .push(Problem::new(place, format!("type {name} is not defined")));
                Shape::Any
            }
        }
    }

    fn field(&mut self, place: &str, note: FieldNote) -> Field {
        let place = format!("{place}.{}", note.name);
        Field {
            shape: self.shape(&place, &note.shape),
            name: note.name,
            place: note.place,
            required: note.required,
            default: note.default,
            description: note.description,
            deprecated: note.deprecated.map(|one| Deprecated {
                reason: one.reason,
                removed_in: one.removed_in,
            }),
            arguments: Vec::new(),
        }
    }

    fn operation(&mut self, api: &Api, note: OperationNote, anchors: &mut Names) -> Operation {
        let place = format!("operation {} {}", note.method, note.name);
        for name in note
            .auth
            .iter()
            .filter(|name| !api.auth.iter().any(|one| one.name == **name))
        {
            self.problems.push(Problem::new(
                &place,
                format!("authentication {name} is not defined"),
            ));
        }
        for code in note
            .errors
            .iter()
            .filter(|code| !api.errors.iter().any(|one| one.code == **code))
        {
            self.problems
                .push(Problem::new(&place, format!("error {code} is not defined")));
        }
        let media = if note.media.is_empty() {
            default_media(api.kind).to_owned()
        } else {
            note.media
        };
        let mut operation = Operation {
            anchor: anchors.give(
                &format!("{}-{}", note.method, note.name)
                    .to_lowercase()
                    .replace(['^', '/', ' '], "-"),
            ),
            group: note.group,
            summary: note.summary,
            description: note.description,
            address: note.address,
            parameters: note
                .parameters
                .into_iter()
                .map(|one| self.field(&place, one))
                .collect(),
            body: note.body.map(|text| Body {
                media: media.clone(),
                shape: self.shape(&place, &text),
                required: true,
                description: Text::default(),
            }),
            responses: note
                .responses
                .into_iter()
                .map(|one| Response {
                    shape: one.shape.map(|text| self.shape(&place, &text)),
                    status: one.status,
                    media: media.clone(),
                    description: one.description,
                })
                .collect(),
            auth: note.auth,
            errors: note.errors,
            deprecated: note.deprecated.map(|one| Deprecated {
                reason: one.reason,
                removed_in: one.removed_in,
            }),
            examples: Vec::new(),
            method: note.method,
            name: note.name,
        };
        for example in note.examples {
            let body = operation.body.as_ref().map(|body| &body.shape);
            self.payload(
                api,
                &format!("{place} request"),
                &media,
                &example.request,
                body,
            );
            let answer = operation
                .responses
                .first()
                .and_then(|one| one.shape.as_ref());
            self.payload(
                api,
                &format!("{place} response"),
                &media,
                &example.response,
                answer,
            );
            operation.examples.push(Example {
                title: example.title,
                call: example.call,
                request: example.request.trim_end().to_owned(),
                response: example.response.trim_end().to_owned(),
            });
        }
        if operation.examples.is_empty() && media.ends_with("json") {
            operation
                .examples
                .extend(super::call::made(api, &operation));
        }
        operation
    }

    fn payload(&mut self, api: &Api, place: &str, media: &str, text: &str, shape: Option<&Shape>) {
        if text.is_empty() {
            return;
        }
        let Some(shape) = shape else {
            self.problems
                .push(Problem::new(place, "example of something that has no type"));
            return;
        };
        let found = if media.ends_with("json") {
            match serde_json::from_str::<Value>(text) {
                Ok(value) => fits(&value, shape, &api.types),
                Err(error) => vec![format!("no JSON: {error}")],
            }
        } else if media == hl7::MEDIA {
            hl7::check(text, shape, &api.types)
        } else if media.ends_with("xml") {
            hl7::check_xml(text)
        } else {
            Vec::new()
        };
        self.problems
            .extend(found.into_iter().map(|text| Problem::new(place, text)));
    }
}

fn default_media(kind: Kind) -> &'static str {
    match kind {
        Kind::Hl7 => hl7::MEDIA,
        Kind::Fhir => "application/fhir+json",
        Kind::WebService => "text/xml",
        Kind::Http | Kind::Graphql => "application/json",
    }
}

/// Shows a made value.
pub(super) fn shown(shape: &Shape, api: &Api) -> Option<String> {
    sample::value(shape, &api.types).map(|value| pretty(&value))
}

/// The beginning of a call from a shell.
pub(super) fn curl(method: &str, address: &str, headers: &[String]) -> String {
    let headers: String = headers
        .iter()
        .map(|one| format!(" -H {}", quoted(one)))
        .collect();
    format!("curl -s -X {method} {}{headers}", quoted(address))
}
