//! GraphQL SDL.

use async_graphql_parser::Positioned;
use async_graphql_parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition,
    TypeKind as Parsed, TypeSystemDefinition,
};

use super::about::About;
use super::model::{
    Api, Deprecated, EnumValue, ErrorDef, Field, Kind, Operation, Response, Shape, TypeDef,
    TypeKind,
};
use crate::docs::{Problem, Text};

const SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// Reads an SDL; `about` adds what an SDL cannot say.
///
/// # Errors
/// Text that is no SDL, with line; types that are not defined; an example that does not fit.
pub(super) fn read(file: &str, text: &str, about: About) -> Result<Api, Vec<Problem>> {
    let document = async_graphql_parser::parse_schema(text).map_err(|error| {
        let at = error.positions().next().map_or(1, |at| at.line);
        vec![Problem::line(file, at as u64, error.to_string())]
    })?;
    let (mut query, mut mutation, mut subscription) = (
        "Query".to_owned(),
        "Mutation".to_owned(),
        "Subscription".to_owned(),
    );
    for definition in &document.definitions {
        if let TypeSystemDefinition::Schema(schema) = definition {
            let name = |root: &Option<Positioned<async_graphql_value::Name>>| {
                root.as_ref().map(|one| one.node.to_string())
            };
            query = name(&schema.node.query).unwrap_or(query);
            mutation = name(&schema.node.mutation).unwrap_or(mutation);
            subscription = name(&schema.node.subscription).unwrap_or(subscription);
        }
    }
    let mut api = Api {
        kind: Kind::Graphql,
        ..Api::default()
    };
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(parsed) = definition else {
            continue;
        };
        let name = parsed.node.name.node.to_string();
        let roots = [
            ("query", &query),
            ("mutation", &mutation),
            ("subscription", &subscription),
        ];
        let root = roots.into_iter().find(|(_, root)| **root == name);
        if let (Some((method, _)), Parsed::Object(object)) = (root, &parsed.node.kind) {
            api.groups.push((
                method.to_owned(),
                description(parsed.node.description.as_ref()),
            ));
            api.operations.extend(
                object
                    .fields
                    .iter()
                    .map(|field| operation(method, &field.node)),
            );
        } else {
            api.types.insert(name, type_def(&parsed.node));
        }
    }
    let problems = unknown(file, &api);
    if !problems.is_empty() {
        return Err(problems);
    }
    let order = ["query", "mutation", "subscription"];
    let place = |method: &str| order.iter().position(|one| *one == method);
    api.groups.sort_by_key(|(group, _)| place(group));
    api.operations
        .sort_by(|a, b| (place(&a.method), &a.name).cmp(&(place(&b.method), &b.name)));
    for method in order {
        let titles = match method {
            "query" => ("查询", "Queries"),
            "mutation" => ("变更", "Mutations"),
            _ => ("订阅", "Subscriptions"),
        };
        if let Some((_, text)) = api
            .groups
            .iter_mut()
            .find(|(group, text)| group == method && text.is_empty())
        {
            *text = Text {
                zh: titles.0.to_owned(),
                en: titles.1.to_owned(),
            };
        }
    }
    super::example::graphql(api, about)
}

fn description(text: Option<&Positioned<String>>) -> Text {
    text.map(|text| Text::split(&text.node)).unwrap_or_default()
}

fn operation(method: &str, field: &FieldDefinition) -> Operation {
    let name = field.name.node.to_string();
    Operation {
        anchor: format!("{method}-{name}"),
        method: method.to_owned(),
        group: method.to_owned(),
        summary: description(field.description.as_ref()),
        parameters: field.arguments.iter().map(|one| input(&one.node)).collect(),
        responses: vec![Response {
            status: format!("data.{name}"),
            media: "application/json".to_owned(),
            shape: Some(shape(&field.ty.node)),
            description: Text::default(),
        }],
        deprecated: deprecated(&field.directives),
        name,
        ..Operation::default()
    }
}

fn type_def(parsed: &TypeDefinition) -> TypeDef {
    let about = description(parsed.description.as_ref());
    let names = |list: &[Positioned<async_graphql_value::Name>]| {
        list.iter().map(|one| one.node.to_string()).collect()
    };
    match &parsed.kind {
        Parsed::Scalar => TypeDef::new(TypeKind::Scalar, about),
        Parsed::Object(object) => TypeDef {
            fields: object.fields.iter().map(|one| output(&one.node)).collect(),
            implements: names(&object.implements),
            ..TypeDef::new(TypeKind::Object, about)
        },
        Parsed::Interface(object) => TypeDef {
            fields: object.fields.iter().map(|one| output(&one.node)).collect(),
            implements: names(&object.implements),
            ..TypeDef::new(TypeKind::Interface, about)
        },
        Parsed::Union(union) => TypeDef {
            members: union
                .members
                .iter()
                .map(|one| Shape::Named(one.node.to_string()))
                .collect(),
            ..TypeDef::new(TypeKind::Union, about)
        },
        Parsed::Enum(one) => TypeDef {
            values: one
                .values
                .iter()
                .map(|value| EnumValue {
                    name: value.node.value.node.to_string(),
                    description: description(value.node.description.as_ref()),
                    deprecated: deprecated(&value.node.directives),
                })
                .collect(),
            ..TypeDef::new(TypeKind::Enum, about)
        },
        Parsed::InputObject(object) => TypeDef {
            fields: object.fields.iter().map(|one| input(&one.node)).collect(),
            ..TypeDef::new(TypeKind::Input, about)
        },
    }
}

fn output(field: &FieldDefinition) -> Field {
    Field {
        name: field.name.node.to_string(),
        place: String::new(),
        shape: shape(&field.ty.node),
        // A selection decides what comes back.
        required: false,
        default: None,
        description: description(field.description.as_ref()),
        deprecated: deprecated(&field.directives),
        arguments: field.arguments.iter().map(|one| input(&one.node)).collect(),
    }
}

fn input(value: &InputValueDefinition) -> Field {
    let default = value
        .default_value
        .as_ref()
        .map(|value| value.node.to_string());
    Field {
        name: value.name.node.to_string(),
        place: String::new(),
        shape: shape(&value.ty.node),
        required: !value.ty.node.nullable && default.is_none(),
        default,
        description: description(value.description.as_ref()),
        deprecated: deprecated(&value.directives),
        arguments: Vec::new(),
    }
}

fn shape(parsed: &Type) -> Shape {
    let inner = match &parsed.base {
        BaseType::Named(name) if SCALARS.contains(&name.as_str()) => Shape::scalar(name),
        BaseType::Named(name) => Shape::Named(name.to_string()),
        BaseType::List(inner) => Shape::List(Box::new(shape(inner))),
    };
    if parsed.nullable {
        Shape::Nullable(Box::new(inner))
    } else {
        inner
    }
}

fn deprecated(directives: &[Positioned<ConstDirective>]) -> Option<Deprecated> {
    let directive = directives
        .iter()
        .find(|one| one.node.name.node == "deprecated")?;
    let reason = directive
        .node
        .get_argument("reason")
        .map(|value| match &value.node {
            async_graphql_value::ConstValue::String(text) => text.clone(),
            other => other.to_string(),
        });
    let reason = reason.unwrap_or_default();
    Some(Deprecated {
        removed_in: removal(&reason),
        reason: Text::split(&reason),
    })
}

/// The version behind `removed in`, `移除于` and their like.
pub(super) fn removal(reason: &str) -> String {
    let lower = reason.to_lowercase();
    let behind = [
        "removed in ",
        "removal in ",
        "remove in ",
        "移除于",
        "移除版本",
    ];
    let rest = behind
        .iter()
        .find_map(|words| Some(lower.get(lower.find(words)? + words.len()..)?.to_owned()));
    let rest = rest.unwrap_or_default();
    let version = rest.trim_start_matches([' ', ':', '：', 'v']);
    let end = version
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))
        .unwrap_or(version.len());
    let version = version.get(..end).unwrap_or_default().trim_end_matches('.');
    if version.starts_with(|c: char| c.is_ascii_digit()) {
        version.to_owned()
    } else {
        String::new()
    }
}

fn unknown(file: &str, api: &Api) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut look = |place: String, names: std::collections::BTreeSet<&str>| {
        for name in names
            .into_iter()
            .filter(|name| !api.types.contains_key(*name))
        {
            problems.push(Problem::new(
                format!("{file} {place}"),
                format!("type {name} is not defined"),
            ));
        }
    };
    for (name, def) in &api.types {
        look(name.clone(), def.names());
    }
    for operation in &api.operations {
        let mut names = std::collections::BTreeSet::new();
        operation
            .parameters
            .iter()
            .for_each(|one| one.shape.names(&mut names));
        operation
            .responses
            .iter()
            .filter_map(|one| one.shape.as_ref())
            .for_each(|one| one.names(&mut names));
        look(operation.name.clone(), names);
    }
    problems
}

/// Errors of an enumeration of the schema.
pub(super) fn errors_of(api: &Api, name: &str) -> Result<Vec<ErrorDef>, Problem> {
    let def = api.types.get(name).filter(|def| def.kind == TypeKind::Enum);
    let def = def.ok_or_else(|| {
        Problem::new(
            "errors_from",
            format!("{name} is no enumeration of the schema"),
        )
    })?;
    let errors = def.values.iter().map(|value| ErrorDef {
        code: value.name.clone(),
        meaning: value.description.clone(),
    });
    Ok(errors.collect())
}
