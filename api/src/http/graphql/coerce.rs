//! Variables against their declared types, and every argument against the stated bounds, before execution (G10).
//!
//! The engine would report these as errors of fields, with a path, after other fields have run (M17). What the engine
//! does check before execution (kinds of literals, unknown arguments) is left to it.

use std::collections::HashSet;

use async_graphql::Variables;
use async_graphql_parser::types::{
    BaseType, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type,
};
use async_graphql_value::{ConstValue, Name, Value};
use chrono::{DateTime, NaiveDate};
use serde_json::{Map, Number, Value as Json};

use super::types::{Types, Weight, named_type};
use crate::error::{Error, Reason, Result};

/// Bounds that hold for every input.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Most rows of a page (G16).
    pub page: u64,
    /// Most elements of a list (G74).
    pub list: usize,
    /// Most characters of a text.
    pub text: usize,
}

/// Integers that JSON readers keep exact: |n| < 2^53.
const EXACT: i64 = 1 << 53;

/// Where a value stands, for the message.
#[derive(Debug, Clone)]
struct Path(Vec<String>);

impl Path {
    fn child(&self, name: impl ToString) -> Self {
        let mut path = self.0.clone();
        path.push(name.to_string());
        Self(path)
    }

    fn refuse(&self, reason: Reason) -> Error {
        let place = self.0.join(".");
        let (zh, en) = reason.text();
        Error::input(reason).detail(format!("{place}：{zh}"), format!("{place}: {en}"))
    }
}

/// Coerces the variables of an operation.
///
/// Variables that the operation does not declare are dropped. Types that the schema does not know are left to the
/// engine's validation.
///
/// # Errors
/// `BAD_USER_INPUT` with a reason, naming the variable.
pub fn variables(
    operation: &OperationDefinition,
    given: &Map<String, Json>,
    types: &Types,
    bounds: &Bounds,
) -> Result<Variables> {
    let mut coerced = Variables::default();
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        let name = definition.name.node.as_str();
        let ty = &definition.var_type.node;
        let path = Path(vec![format!("${name}")]);
        match given.get(name) {
            Some(value) => {
                let value = json(value, ty, types, bounds, &path)?;
                coerced.insert(Name::new(name), value);
            }
            None => match &definition.default_value {
                Some(default) => {
                    literal(&default.node.clone().into_value(), ty, types, bounds, &path)?
                }
                None if !ty.nullable => return Err(path.refuse(Reason::ValueMissing)),
                None => {}
            },
        }
    }
    Ok(coerced)
}

/// One JSON value against a type, as the engine will read it.
fn json(
    value: &Json,
    ty: &Type,
    types: &Types,
    bounds: &Bounds,
    path: &Path,
) -> Result<ConstValue> {
    if value.is_null() {
        return if ty.nullable {
            Ok(ConstValue::Null)
        } else {
            Err(path.refuse(Reason::ValueNull))
        };
    }
    let name = match &ty.base {
        BaseType::List(inner) => {
            return match value {
                Json::Array(items) if items.len() > bounds.list => {
                    Err(path.refuse(Reason::ListTooLong))
                }
                Json::Array(items) => items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| json(item, inner, types, bounds, &path.child(at)))
                    .collect::<Result<_>>()
                    .map(ConstValue::List),
                // A single value stands for a list of one.
                one => Ok(ConstValue::List(vec![json(
                    one, inner, types, bounds, path,
                )?])),
            };
        }
        BaseType::Named(name) => name.as_str(),
    };
    if let Some(object) = types.input(name) {
        let Json::Object(given) = value else {
            return Err(path.refuse(Reason::ValueType));
        };
        if let Some(unknown) = given.keys().find(|key| !object.fields.contains_key(*key)) {
            return Err(path.child(unknown).refuse(Reason::UnknownInputField));
        }
        if object.one_of && (given.len() != 1 || given.values().any(Json::is_null)) {
            return Err(path.refuse(Reason::OneOf));
        }
        let mut fields = async_graphql::indexmap::IndexMap::new();
        // In the order given, so that the first fault named is the first one written.
        for (key, value) in given {
            if let Some(field) = object.fields.get(key) {
                fields.insert(
                    Name::new(key),
                    json(value, &field.ty, types, bounds, &path.child(key))?,
                );
            }
        }
        let mut missing: Vec<_> = object
            .fields
            .iter()
            .filter(|(key, field)| {
                !field.ty.nullable && !field.has_default && !given.contains_key(*key)
            })
            .map(|(key, _)| key)
            .collect();
        missing.sort();
        return match missing.first() {
            Some(key) => Err(path.child(key).refuse(Reason::ValueMissing)),
            None => Ok(ConstValue::Object(fields)),
        };
    }
    if let Some(words) = types.enum_values(name) {
        let Json::String(word) = value else {
            return Err(path.refuse(Reason::ValueType));
        };
        return if words.contains(word) {
            Ok(ConstValue::Enum(Name::new(word)))
        } else {
            Err(path.refuse(Reason::UnknownEnum))
        };
    }
    scalar(value, name, bounds).map_err(|reason| path.refuse(reason))
}

/// One scalar; names that are none of ours pass as they are.
fn scalar(value: &Json, name: &str, bounds: &Bounds) -> Result<ConstValue, Reason> {
    let text = |value: &Json| match value {
        Json::String(text) if text.chars().count() > bounds.text => Err(Reason::TextTooLong),
        Json::String(text) => Ok(text.clone()),
        _ => Err(Reason::ValueType),
    };
    Ok(match name {
        "Int" => ConstValue::Number(whole(value, i64::from(i32::MIN), i64::from(i32::MAX))?.into()),
        "Long" => ConstValue::Number(whole(value, -EXACT + 1, EXACT - 1)?.into()),
        "Float" => match value {
            Json::Number(number) => ConstValue::Number(number.clone()),
            _ => return Err(Reason::ValueType),
        },
        "Boolean" => match value {
            Json::Bool(value) => ConstValue::Boolean(*value),
            _ => return Err(Reason::ValueType),
        },
        "ID" => match value {
            Json::Number(number) if number.is_i64() || number.is_u64() => {
                ConstValue::String(number.to_string())
            }
            value => ConstValue::String(text(value)?),
        },
        "String" => ConstValue::String(text(value)?),
        "DateTime" => {
            let text = text(value)?;
            DateTime::parse_from_rfc3339(&text).map_err(|_text| Reason::ValueType)?;
            ConstValue::String(text)
        }
        "Date" => {
            let text = text(value)?;
            NaiveDate::parse_from_str(&text, "%Y-%m-%d").map_err(|_text| Reason::ValueType)?;
            ConstValue::String(text)
        }
        _ => ConstValue::from_json(value.clone()).map_err(|_value| Reason::ValueType)?,
    })
}

/// A whole number inside a range; `3.0` is whole.
fn whole(value: &Json, min: i64, max: i64) -> Result<i64, Reason> {
    let Json::Number(number) = value else {
        return Err(Reason::ValueType);
    };
    let whole = match number.as_i64() {
        Some(whole) => whole,
        None if number.is_u64() => return Err(Reason::ValueRange),
        None => {
            let value = number.as_f64().unwrap_or(f64::NAN);
            if value.fract() != 0.0 {
                return Err(Reason::ValueType);
            }
            if value.abs() >= EXACT as f64 {
                return Err(Reason::ValueRange);
            }
            value as i64
        }
    };
    if (min..=max).contains(&whole) {
        Ok(whole)
    } else {
        Err(Reason::ValueRange)
    }
}

/// Checks the arguments of every field that the operation reaches, each fragment once.
///
/// # Errors
/// `BAD_USER_INPUT` with a reason, naming field and argument.
pub fn arguments(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    root: Option<&str>,
    variables: &Variables,
    types: &Types,
    bounds: &Bounds,
) -> Result<()> {
    let mut seen = HashSet::new();
    let mut sets: Vec<(&SelectionSet, Option<&str>)> = vec![(&operation.selection_set.node, root)];
    while let Some((set, parent)) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::InlineFragment(inline) => {
                    let on = inline
                        .node
                        .type_condition
                        .as_ref()
                        .map(|on| on.node.on.node.as_str());
                    sets.push((&inline.node.selection_set.node, on.or(parent)));
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) =
                        document.fragments.get(name).filter(|_| seen.insert(name))
                    {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        sets.push((&fragment.node.selection_set.node, Some(on)));
                    }
                }
                Selection::Field(node) => {
                    let node = &node.node;
                    let Some(field) = types.field(parent, node.name.node.as_str()) else {
                        continue;
                    };
                    sets.push((&node.selection_set.node, Some(&field.named)));
                    let path = Path(vec![node.response_key().node.to_string()]);
                    if matches!(field.weight, Weight::Connection(_)) {
                        page(
                            |name| node.get_argument(name).map(|v| &v.node),
                            operation,
                            variables,
                            bounds,
                            &path,
                        )?;
                    }
                    for (name, value) in &node.arguments {
                        if let Some(input) = field.arguments.get(name.node.as_str()) {
                            literal(
                                &value.node,
                                &input.ty,
                                types,
                                bounds,
                                &path.child(&name.node),
                            )?;
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// `first` and `last` of a connection (G16).
fn page<'a>(
    argument: impl Fn(&str) -> Option<&'a Value>,
    operation: &OperationDefinition,
    variables: &Variables,
    bounds: &Bounds,
    path: &Path,
) -> Result<()> {
    let size = |name: &str| -> Option<Number> {
        match argument(name)? {
            Value::Number(number) => Some(number.clone()),
            Value::Variable(variable) => {
                let default = || {
                    let all = &operation.variable_definitions;
                    let definition = all.iter().find(|d| d.node.name.node == *variable)?;
                    definition
                        .node
                        .default_value
                        .as_ref()
                        .map(|value| value.node.clone())
                };
                match variables.get(variable).cloned().or_else(default)? {
                    ConstValue::Number(number) => Some(number),
                    _ => None,
                }
            }
            _ => None,
        }
    };
    let sizes = (size("first"), size("last"));
    let fits = |size: &Number| {
        size.as_u64()
            .is_some_and(|size| (1..=bounds.page).contains(&size))
    };
    match sizes {
        (Some(_), Some(_)) => Err(path.refuse(Reason::PageSize)),
        (Some(size), None) | (None, Some(size)) if !fits(&size) => {
            Err(path.refuse(Reason::PageSize))
        }
        _ => Ok(()),
    }
}

/// Bounds and ranges inside a literal; its kind is the engine's business.
fn literal(value: &Value, ty: &Type, types: &Types, bounds: &Bounds, path: &Path) -> Result<()> {
    let (named, _) = named_type(ty);
    match value {
        Value::List(items) => {
            if items.len() > bounds.list {
                return Err(path.refuse(Reason::ListTooLong));
            }
            let inner = match &ty.base {
                BaseType::List(inner) => inner.as_ref(),
                BaseType::Named(_) => ty,
            };
            items
                .iter()
                .enumerate()
                .try_for_each(|(at, item)| literal(item, inner, types, bounds, &path.child(at)))
        }
        Value::Object(fields) => {
            let Some(object) = types.input(named) else {
                return Ok(());
            };
            fields
                .iter()
                .try_for_each(|(name, value)| match object.fields.get(name.as_str()) {
                    Some(field) => literal(value, &field.ty, types, bounds, &path.child(name)),
                    None => Ok(()),
                })
        }
        Value::Number(number) if matches!(named, "Int" | "Long") => {
            match scalar(&Json::Number(number.clone()), named, bounds) {
                Err(Reason::ValueRange) => Err(path.refuse(Reason::ValueRange)),
                _ => Ok(()),
            }
        }
        Value::String(text) if types.is_scalar(named) => {
            match scalar(&Json::String(text.clone()), named, bounds) {
                Err(Reason::TextTooLong) => Err(path.refuse(Reason::TextTooLong)),
                Err(reason) if matches!(named, "DateTime" | "Date") => Err(path.refuse(reason)),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "coerce_tests.rs"]
mod tests;
