//! Values to show where a description gives no example: complete as far as required, and never endless.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::model::{Shape, TypeDef, TypeKind};
use super::scalar;

const DEEPEST: usize = 6;

/// A value of a shape. None if a required part contains itself.
pub(super) fn value(shape: &Shape, types: &BTreeMap<String, TypeDef>) -> Option<Value> {
    at(shape, types, 0)
}

fn at(shape: &Shape, types: &BTreeMap<String, TypeDef>, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    match shape {
        Shape::Any => Some(Value::Object(Map::new())),
        Shape::Scalar(name, limits) => Some(scalar::sample(name, limits)),
        Shape::Nullable(inner) => Some(at(inner, types, depth + 1).unwrap_or(Value::Null)),
        Shape::List(inner) => Some(Value::Array(
            at(inner, types, depth + 1).into_iter().collect(),
        )),
        Shape::OneOf(shapes) => shapes.iter().find_map(|shape| at(shape, types, depth + 1)),
        Shape::Object(fields, _) => {
            let fields = fields
                .iter()
                .map(|one| (one.name.as_str(), &one.shape, one.required));
            object(fields, types, depth)
        }
        Shape::Named(name) => {
            let def = types.get(name)?;
            if let Some(alias) = &def.alias {
                return at(alias, types, depth + 1);
            }
            match def.kind {
                TypeKind::Enum => def
                    .values
                    .first()
                    .map(|one| Value::String(one.name.clone())),
                TypeKind::Scalar => Some(scalar::sample(name, &super::model::Limits::default())),
                TypeKind::Union => def
                    .members
                    .iter()
                    .find_map(|shape| at(shape, types, depth + 1)),
                TypeKind::Object | TypeKind::Input | TypeKind::Interface => {
                    let fields = def
                        .fields
                        .iter()
                        .map(|one| (one.name.as_str(), &one.shape, one.required));
                    object(fields, types, depth)
                }
            }
        }
    }
}

fn object<'a>(
    fields: impl Iterator<Item = (&'a str, &'a Shape, bool)>,
    types: &BTreeMap<String, TypeDef>,
    depth: usize,
) -> Option<Value> {
    let mut map = Map::new();
    for (name, shape, required) in fields {
        if !required && depth > 1 {
            continue;
        }
        match at(shape, types, depth + 1) {
            Some(value) => {
                map.insert(name.to_owned(), value);
            }
            None if required => return None,
            None => {}
        }
    }
    Some(Value::Object(map))
}
