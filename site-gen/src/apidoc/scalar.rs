//! Values of scalars: whether one fits, and one to show.

use serde_json::{Value, json};

use super::model::Limits;

/// Checks a value against a scalar and its limits. A scalar of an unknown name takes any value.
pub(super) fn check(
    value: &Value,
    name: &str,
    limits: &Limits,
    path: &str,
    problems: &mut Vec<String>,
) {
    let fits = match name {
        "string" | "String" | "date" | "datetime" | "Date" | "DateTime" => value.is_string(),
        "ID" => value.is_string() || value.is_i64(),
        "integer" | "Int" | "Long" => value.is_i64() || value.is_u64(),
        "number" | "Float" => value.is_number(),
        "boolean" | "Boolean" => value.is_boolean(),
        _ => true,
    };
    if !fits {
        problems.push(format!("{path}: {value} is no {name}"));
        return;
    }
    if name == "Int"
        && value
            .as_i64()
            .is_none_or(|number| i32::try_from(number).is_err())
    {
        problems.push(format!("{path}: {value} does not fit into 32 bits"));
    }
    if !limits.values.is_empty() && !limits.values.contains(value) {
        problems.push(format!("{path}: {value} is none of the values"));
    }
    if let Some(number) = value.as_f64() {
        let (least, most) = limits.range;
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            problems.push(format!("{path}: {value} is out of range"));
        }
    }
    let Some(text) = value.as_str() else {
        return;
    };
    let length = text.chars().count() as u64;
    let (least, most) = limits.length;
    if least.is_some_and(|least| length < least) || most.is_some_and(|most| length > most) {
        problems.push(format!("{path}: {length} characters are not allowed"));
    }
    // A pattern in the syntax of another engine is shown and not checked.
    if !limits.pattern.is_empty()
        && let Ok(pattern) = regex::Regex::new(&limits.pattern)
        && !pattern.is_match(text)
    {
        problems.push(format!("{path}: {value} does not match the pattern"));
    }
    let wrong = match limits.format.as_str() {
        _ if name == "Date" || name == "date" => !is_date(text),
        _ if name == "DateTime" || name == "datetime" => !is_instant(text),
        "date" => !is_date(text),
        "date-time" => !is_instant(text),
        "uuid" => !is_shaped(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"),
        _ => false,
    };
    if wrong {
        problems.push(format!("{path}: {value} is of another format"));
    }
}

/// `0` stands for a digit, `x` for a hexadecimal one.
fn is_shaped(text: &str, shape: &str) -> bool {
    text.chars().count() == shape.len()
        && text.chars().zip(shape.chars()).all(|(c, mark)| match mark {
            '0' => c.is_ascii_digit(),
            'x' => c.is_ascii_hexdigit(),
            mark => c == mark,
        })
}

fn is_date(text: &str) -> bool {
    is_shaped(text, "0000-00-00")
}

fn is_instant(text: &str) -> bool {
    let (Some(head), Some(rest)) = (text.get(..19), text.get(19..)) else {
        return false;
    };
    let fraction = rest
        .trim_start_matches('.')
        .trim_start_matches(|c: char| c.is_ascii_digit());
    is_shaped(head, "0000-00-00T00:00:00")
        && (fraction == "Z" || is_shaped(fraction, "+00:00") || is_shaped(fraction, "-00:00"))
}

/// A value to show.
pub(super) fn sample(name: &str, limits: &Limits) -> Value {
    if let Some(value) = limits.values.first() {
        return value.clone();
    }
    match (name, limits.format.as_str()) {
        ("Date" | "date", _) | (_, "date") => json!("2026-10-12"),
        ("DateTime" | "datetime", _) | (_, "date-time") => json!("2026-10-12T01:30:00Z"),
        (_, "uuid") => json!("0199d3a0-0000-7000-8000-000000000001"),
        ("ID", _) => json!("id_1"),
        ("integer" | "Int" | "Long", _) => json!(inside(limits, 1.0).round() as i64),
        ("number" | "Float", _) => json!(inside(limits, 1.5)),
        ("boolean" | "Boolean", _) => json!(true),
        _ => json!(text(limits)),
    }
}

fn inside(limits: &Limits, wish: f64) -> f64 {
    let (least, most) = limits.range;
    let wish = least.map_or(wish, |least| wish.max(least));
    most.map_or(wish, |most| wish.min(most))
}

fn text(limits: &Limits) -> String {
    let (least, most) = limits.length;
    let mut text = "text".to_owned();
    while least.is_some_and(|least| (text.len() as u64) < least) && text.len() < 256 {
        text.push('x');
    }
    if let Some(most) = most.and_then(|most| usize::try_from(most).ok()) {
        text.truncate(most);
    }
    text
}
