//! Whether a value fits a shape.

use std::collections::BTreeMap;

use super::model::{Limits, Shape, TypeDef, TypeKind};
use super::scalar;

/// Whether a value fits a shape: problems with the path of each.
#[must_use]
pub fn fits(
    value: &serde_json::Value,
    shape: &Shape,
    types: &BTreeMap<String, TypeDef>,
) -> Vec<String> {
    let mut problems = Vec::new();
    fit(value, shape, types, "$", &mut problems);
    problems
}

fn fit(
    value: &serde_json::Value,
    shape: &Shape,
    types: &BTreeMap<String, TypeDef>,
    path: &str,
    problems: &mut Vec<String>,
) {
    use serde_json::Value;
    match shape {
        Shape::Any => {}
        Shape::Nullable(_) if value.is_null() => {}
        Shape::Nullable(inner) => fit(value, inner, types, path, problems),
        Shape::List(inner) => match value {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    fit(item, inner, types, &format!("{path}[{at}]"), problems);
                }
            }
            _ => problems.push(format!("{path}: no list")),
        },
        Shape::Object(fields, open) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|one| (one.name.as_str(), &one.shape, one.required))
                .collect();
            object(value, &fields, *open, types, path, problems);
        }
        Shape::OneOf(shapes) => {
            let fitting = |shape: &&Shape| fits(value, shape, types).is_empty();
            if !shapes.iter().any(|shape| fitting(&shape)) {
                problems.push(format!("{path}: fits none of the alternatives"));
            }
        }
        Shape::Scalar(name, limits) => scalar::check(value, name, limits, path, problems),
        Shape::Named(name) => match types.get(name) {
            None => problems.push(format!("{path}: unknown type {name}")),
            Some(def) => named(value, name, def, types, path, problems),
        },
    }
}

fn named(
    value: &serde_json::Value,
    name: &str,
    def: &TypeDef,
    types: &BTreeMap<String, TypeDef>,
    path: &str,
    problems: &mut Vec<String>,
) {
    if let Some(alias) = &def.alias {
        return fit(value, alias, types, path, problems);
    }
    match def.kind {
        TypeKind::Enum => {
            let known = |word: &str| def.values.iter().any(|one| one.name == word);
            let word = value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned);
            if !known(&word) {
                problems.push(format!("{path}: {value} is no value of {name}"));
            }
        }
        TypeKind::Scalar => scalar::check(value, name, &Limits::default(), path, problems),
        TypeKind::Union => {
            if !def
                .members
                .iter()
                .any(|shape| fits(value, shape, types).is_empty())
            {
                problems.push(format!("{path}: fits no member of {name}"));
            }
        }
        TypeKind::Object | TypeKind::Input | TypeKind::Interface => {
            let fields: Vec<_> = def
                .fields
                .iter()
                .map(|one| (one.name.as_str(), &one.shape, one.required))
                .collect();
            object(value, &fields, def.open, types, path, problems);
        }
    }
}

fn object(
    value: &serde_json::Value,
    fields: &[(&str, &Shape, bool)],
    open: bool,
    types: &BTreeMap<String, TypeDef>,
    path: &str,
    problems: &mut Vec<String>,
) {
    let Some(map) = value.as_object() else {
        problems.push(format!("{path}: no object"));
        return;
    };
    for (name, shape, required) in fields {
        match map.get(*name) {
            Some(value) => fit(value, shape, types, &format!("{path}.{name}"), problems),
            None if *required => problems.push(format!("{path}.{name}: is missing")),
            None => {}
        }
    }
    for name in map
        .keys()
        .filter(|name| !open && !fields.iter().any(|(known, _, _)| known == name))
    {
        problems.push(format!("{path}.{name}: is no field"));
    }
}
