//! Type-correct values for any argument of the schema.
//!
//! Ids come from a function of the caller, so that one generator serves calls that must find
//! nothing, calls that must succeed, and calls that offer what is not the caller's.

use std::cell::Cell;

use async_graphql_parser::types::{BaseType, Type};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::sdl::{Input, Kind, Place, Sdl, prefix_of};

/// Makes values.
pub struct Maker<'a> {
    /// The schema.
    pub sdl: &'a Sdl,
    /// Now.
    pub now: DateTime<Utc>,
    /// Stands in every text.
    pub tag: &'a str,
    /// Which of several plausible values is taken; also whether optional ones are given: on odd turns.
    pub turn: usize,
    /// Version of the object that is changed.
    pub version: i64,
    /// An id for a prefix.
    pub id: &'a dyn Fn(&str) -> String,
    /// Counts the texts.
    pub count: &'a Cell<u64>,
}

impl Maker<'_> {
    /// Values for all arguments of a field.
    #[must_use]
    pub fn arguments(&self, inputs: &[Input]) -> Map<String, Value> {
        self.members(inputs, "", 0)
    }

    fn members(&self, inputs: &[Input], parent: &str, depth: usize) -> Map<String, Value> {
        inputs
            .iter()
            .filter(|input| !input.optional || (self.turn % 2 == 1 && depth < 4))
            .filter(|input| !(input.optional && is_paging(&input.name)))
            .map(|input| {
                let value = self.value(&input.ty, &input.name, parent, depth);
                (input.name.clone(), value)
            })
            .collect()
    }

    fn next(&self) -> u64 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    fn value(&self, ty: &Type, name: &str, parent: &str, depth: usize) -> Value {
        let BaseType::Named(named) = &ty.base else {
            let BaseType::List(inner) = &ty.base else {
                return Value::Null;
            };
            if name == "checklist" {
                return self.checklist();
            }
            return json!([self.value(inner, name, parent, depth)]);
        };
        match &self.sdl.get(named).kind {
            Kind::Enum(words) => self.word(name, words),
            Kind::Input(members, true) => {
                let member = &members[self.turn % members.len()];
                json!({ &member.name: self.value(&member.ty, &member.name, named, depth + 1) })
            }
            Kind::Input(members, false) => Value::Object(self.members(members, named, depth + 1)),
            _ => self.scalar(named, name, parent),
        }
    }

    fn checklist(&self) -> Value {
        entity::rules::ticket::CHECKLIST
            .iter()
            .map(|item| json!({ "code": item.code, "answer": true }))
            .collect()
    }

    fn word(&self, name: &str, words: &[String]) -> Value {
        let usual = ["CONSULT", "PHONE", "HANDLING", "BEARER", "ANNOUNCEMENT"];
        let usual = words.iter().find(|word| usual.contains(&word.as_str()));
        let found = match usual {
            // A ticket of another kind needs another subcategory.
            Some(usual) if self.turn < 2 || name == "category" => usual,
            _ => &words[self.turn % words.len()],
        };
        json!(found)
    }

    fn scalar(&self, scalar: &str, name: &str, parent: &str) -> Value {
        match scalar {
            "ID" => json!((self.id)(prefix_of(name, parent))),
            "Boolean" => json!(self.turn % 4 < 2),
            "Int" => json!(match name {
                "expectedVersion" | "version" => self.version,
                "rating" => 5,
                "first" | "last" => 25,
                // A month that has begun.
                "year" => i64::from(chrono::Datelike::year(&self.now)),
                "month" => i64::from(chrono::Datelike::month(&self.now)),
                _ => 1,
            }),
            "Long" => json!(1),
            "BigInt" | "Decimal" | "Money" => json!("1"),
            "DateTime" if name == "expiresAt" => {
                json!((self.now + chrono::TimeDelta::days(30)).to_rfc3339())
            }
            "DateTime" => json!(self.now.to_rfc3339()),
            "Date" | "LocalDate" => json!(self.now.format("%Y-%m-%d").to_string()),
            "Duration" => json!("PT1H"),
            _ => self.text(name),
        }
    }

    fn text(&self, name: &str) -> Value {
        let n = self.next();
        let lower = name.to_lowercase();
        json!(match name {
            "idempotencyKey" => format!("made-key-{}-{n}", self.tag.len()),
            "subcategory" => "CONSULT-OPER".to_owned(),
            "code" => "REMOTE".to_owned(),
            "number" => "ICU-2026-999999".to_owned(),
            "account" => format!("made_{n}"),
            "file" => r#"{"_meta":{"status":"PROVISIONAL"},"2031":{"holidays":[],"workdays":[]}}"#
                .to_owned(),
            "timezone" => "Asia/Shanghai".to_owned(),
            _ if lower.contains("password") => "Another-Pass-2026".to_owned(),
            _ if lower.contains("email") => format!("made{n}@demo.example"),
            _ if lower.contains("phone") => "13900000000".to_owned(),
            _ if lower.contains("sha256") => "0".repeat(64),
            _ => format!("{}{n}", self.tag),
        })
    }
}

/// Whether an argument moves inside a connection.
#[must_use]
pub fn is_paging(name: &str) -> bool {
    matches!(name, "after" | "before" | "first" | "last")
}

/// Sets one place of arguments that were made with every optional value.
pub fn put(arguments: &mut Map<String, Value>, place: &Place, value: Value) {
    put_at(arguments, &place.path, place.alone, value);
}

fn put_at(around: &mut Map<String, Value>, path: &[String], alone: bool, value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        let list = around.get(first).is_some_and(Value::is_array);
        if alone {
            around.clear();
        }
        around.insert(first.clone(), if list { json!([value]) } else { value });
        return;
    }
    let inner = around.entry(first.clone()).or_insert_with(|| json!({}));
    let inner = match inner {
        Value::Array(items) => items.first_mut(),
        other => Some(other),
    };
    if let Some(Value::Object(inner)) = inner {
        put_at(inner, rest, alone, value);
    }
}
