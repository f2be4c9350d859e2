//! Says at once that a report could not print a character of a text that was just saved (RP-FONT-4).
//!
//! It refuses nothing: a rare name is entered at night beside a bed, the font is added by day. It looks at the
//! arguments of the mutation, so that no capability can forget it.

use async_graphql::{Context, Value};

use super::lang;
use crate::error::{Error, UserError, UserErrorCode};

/// The most warnings of one mutation: a text in a script without any glyph needs no more.
const MOST: usize = 20;

/// A warning for each text of the arguments that has characters without a glyph.
pub(super) fn warnings(ctx: &Context<'_>) -> Vec<UserError> {
    let mut found = Vec::new();
    // A field that is being resolved has arguments that could be read.
    for (name, value) in ctx.field().arguments().unwrap_or_default() {
        let mut path = Vec::new();
        if name != "input" {
            path.push(name.to_string());
        }
        search(&value, &mut path, &mut found);
    }
    found
        .into_iter()
        .take(MOST)
        .filter_map(|(path, missing)| told(ctx, path, &missing))
        .collect()
}

fn told(ctx: &Context<'_>, path: Vec<String>, missing: &[char]) -> Option<UserError> {
    let list: Vec<String> = missing
        .iter()
        .take(MOST)
        .map(|char| format!("“{char}” (U+{:04X})", u32::from(*char)))
        .collect();
    Error::from(UserErrorCode::CharacterNotPrintable)
        .at(path)
        .detail(list.join("、"), list.join(", "))
        .into_user_error(lang(ctx))
        .ok()
}

fn search(value: &Value, path: &mut Vec<String>, found: &mut Vec<(Vec<String>, Vec<char>)>) {
    match value {
        Value::String(text) => {
            // A password is nobody's to look at.
            let secret = || {
                let name = path.last();
                name.is_some_and(|name| name.to_lowercase().contains("password"))
            };
            // Most texts of most requests are ids and numbers.
            if !text.is_ascii() && !secret() {
                let missing = reports::unsupported(text);
                if !missing.is_empty() {
                    found.push((path.clone(), missing));
                }
            }
        }
        Value::List(all) => {
            for (place, one) in all.iter().enumerate() {
                path.push(place.to_string());
                search(one, path, found);
                path.pop();
            }
        }
        Value::Object(all) => {
            for (name, one) in all {
                path.push(name.to_string());
                search(one, path, found);
                path.pop();
            }
        }
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Enum(_) | Value::Binary(_) => {}
    }
}
