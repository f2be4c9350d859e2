//! Schemas of OpenAPI: shapes and types. A reference to a schema of the document stays a name, so nothing is endless.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::model::{
    Deprecated, EnumValue, Field, Limits, Shape, ShapeField, TypeDef, TypeKind,
};
use super::{Reader, SCHEMAS, entries, is_true, list, string, text};
use crate::docs::Text;

impl<'a> Reader<'a> {
    pub(super) fn type_def(&mut self, schema: &'a Value, place: &str) -> TypeDef {
        let about = text(schema, "description");
        let shape = self.bare(schema, place);
        let def = match &shape {
            Shape::Object(fields, open) => TypeDef {
                fields: fields.iter().map(|one| self.field(schema, one)).collect(),
                open: *open,
                ..TypeDef::new(TypeKind::Object, about)
            },
            Shape::OneOf(shapes) => TypeDef {
                members: shapes.clone(),
                ..TypeDef::new(TypeKind::Union, about)
            },
            Shape::Scalar(name, limits) if name == "string" && !limits.values.is_empty() => {
                TypeDef {
                    values: limits
                        .values
                        .iter()
                        .map(|value| EnumValue {
                            name: value
                                .as_str()
                                .map_or_else(|| value.to_string(), ToOwned::to_owned),
                            description: Text::default(),
                            deprecated: None,
                        })
                        .collect(),
                    ..TypeDef::new(TypeKind::Enum, about)
                }
            }
            _ => TypeDef {
                alias: Some(shape.clone()),
                ..TypeDef::new(TypeKind::Scalar, about)
            },
        };
        self.noted(schema, &shape, place);
        def
    }

    fn field(&mut self, schema: &'a Value, field: &ShapeField) -> Field {
        let own = schema
            .get("properties")
            .and_then(|all| all.get(&field.name))
            .unwrap_or(&Value::Null);
        Field {
            name: field.name.clone(),
            place: String::new(),
            shape: field.shape.clone(),
            required: field.required,
            default: own.get("default").map(ToString::to_string),
            description: field.description.clone(),
            deprecated: is_true(own, "deprecated").then(Deprecated::default),
            arguments: Vec::new(),
        }
    }

    /// The shape; a reference to a schema of the document stays a name, so nothing is endless.
    pub(super) fn shape(&mut self, schema: &'a Value, place: &str) -> Shape {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            if let Some(name) = reference
                .strip_prefix(SCHEMAS)
                .filter(|name| !name.contains('/'))
            {
                let known = self
                    .root
                    .pointer(&format!("/components/schemas/{name}"))
                    .is_some();
                if !known {
                    self.wrong(place, format!("{reference} is not in this document"));
                    return Shape::Any;
                }
                return Shape::Named(name.replace("~1", "/").replace("~0", "~"));
            }
            // A reference into the middle of a schema has no name that it could stay.
            let target = self.resolved(schema, place);
            return if target.get("$ref").is_some() {
                Shape::Any
            } else {
                self.deep(target, place)
            };
        }
        let shape = self.bare(schema, place);
        self.noted(schema, &shape, place);
        shape
    }

    fn deep(&mut self, schema: &'a Value, place: &str) -> Shape {
        if place.len() > 2_000 {
            self.wrong(place, "schemas refer to each other without end");
            return Shape::Any;
        }
        self.bare(schema, &format!("{place}>"))
    }

    fn bare(&mut self, schema: &'a Value, place: &str) -> Shape {
        if schema.get("$ref").is_some() {
            return self.shape(schema, place);
        }
        let parts = list(schema, "allOf");
        if !parts.is_empty() {
            return self.merged(schema, parts, place);
        }
        for key in ["oneOf", "anyOf"] {
            let parts = list(schema, key);
            if !parts.is_empty() {
                let mut shapes: Vec<Shape> =
                    parts.iter().map(|part| self.shape(part, place)).collect();
                let before = shapes.len();
                shapes.retain(|shape| *shape != Shape::scalar("null"));
                let nullable = shapes.len() < before;
                let shape = match shapes.len() {
                    1 => shapes.pop().unwrap_or(Shape::Any),
                    _ => Shape::OneOf(shapes),
                };
                return if nullable {
                    Shape::Nullable(Box::new(shape))
                } else {
                    shape
                };
            }
        }
        match schema.get("type") {
            Some(Value::Array(kinds)) => {
                let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
                let nullable = kinds.contains(&"null");
                let mut shapes: Vec<Shape> = kinds
                    .iter()
                    .filter(|kind| **kind != "null")
                    .map(|kind| self.typed(schema, kind, place))
                    .collect();
                let shape = match shapes.len() {
                    1 => shapes.pop().unwrap_or(Shape::Any),
                    _ => Shape::OneOf(shapes),
                };
                if nullable {
                    Shape::Nullable(Box::new(shape))
                } else {
                    shape
                }
            }
            Some(Value::String(kind)) => self.typed(schema, kind, place),
            _ if schema.get("properties").is_some() => self.typed(schema, "object", place),
            _ if schema.get("enum").is_some() || schema.get("const").is_some() => {
                self.typed(schema, "string", place)
            }
            _ => Shape::Any,
        }
    }

    fn typed(&mut self, schema: &'a Value, kind: &str, place: &str) -> Shape {
        match kind {
            "array" => {
                let items = schema
                    .get("items")
                    .map_or(Shape::Any, |items| self.shape(items, place));
                Shape::List(Box::new(items))
            }
            "object" => {
                let required: BTreeSet<&str> = list(schema, "required")
                    .iter()
                    .filter_map(Value::as_str)
                    .collect();
                let mut fields = Vec::new();
                for (name, property) in entries(schema, "properties") {
                    fields.push(ShapeField {
                        shape: self.shape(property, &format!("{place}.{name}")),
                        required: required.contains(name.as_str()),
                        description: text(property, "description"),
                        name: name.clone(),
                    });
                }
                for name in required
                    .iter()
                    .filter(|name| !fields.iter().any(|one| one.name == **name))
                {
                    self.wrong(place, format!("{name} is required and no property"));
                }
                let open = schema.get("additionalProperties") != Some(&Value::Bool(false));
                Shape::Object(fields, open)
            }
            kind => Shape::Scalar(kind.to_owned(), Box::new(limits(schema))),
        }
    }

    /// `allOf` of objects is one object. A part that is no object in the end leaves nothing to say.
    fn merged(&mut self, schema: &'a Value, parts: &'a [Value], place: &str) -> Shape {
        let mut all: Vec<ShapeField> = Vec::new();
        let mut open = true;
        for part in parts {
            let part = self.resolved(part, place);
            let shape = self.deep(part, place);
            match shape {
                Shape::Object(fields, more) => {
                    open = open && more;
                    all.retain(|one| !fields.iter().any(|other| other.name == one.name));
                    all.extend(fields);
                }
                other if parts.len() == 1 => return other,
                _ => {}
            }
        }
        if schema.get("properties").is_some()
            && let Shape::Object(fields, _) = self.typed(schema, "object", place)
        {
            all.retain(|one| !fields.iter().any(|other| other.name == one.name));
            all.extend(fields);
        }
        Shape::Object(all, open)
    }
}

fn limits(schema: &Value) -> Limits {
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let count = |key: &str| schema.get(key).and_then(Value::as_u64);
    let mut values = list(schema, "enum").to_vec();
    values.extend(schema.get("const").cloned());
    Limits {
        format: string(schema, "format"),
        pattern: string(schema, "pattern"),
        range: (number("minimum"), number("maximum")),
        length: (count("minLength"), count("maxLength")),
        values,
    }
}
