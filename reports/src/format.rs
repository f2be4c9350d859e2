//! The one formatting pass: display text beside each value, so that HTML and PDF print the same
//! strings and compute nothing.
//!
//! Beside a field `x` stand `x_text` (always, `—` for null), `x_words` (money in Chinese capitals),
//! `x_blocks` (paragraphs and lists of the free texts that the definition names), `x_tone` and
//! `x_mark` (colour class and shape of an enum value). GraphQL names of ours have no underscore, so
//! nothing collides.

pub mod money;
pub mod time;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::glossary::{Glossary, Lang};
use crate::problem::Problem;
use crate::text::{self, Replaced};

/// What an absent value looks like.
pub const ABSENT: &str = "—";

/// What the pass goes by.
pub struct Pass<'a> {
    /// Language of the texts.
    pub lang: Lang,
    /// Words of the enums.
    pub glossary: &'a Glossary,
    /// Field name, or the end of its path (`findings.state`), → enum name.
    pub enums: &'a BTreeMap<String, String>,
    /// Names of the fields that hold free text of several paragraphs.
    pub texts: &'a [String],
    /// Symbols replaced so far.
    pub replaced: Vec<Replaced>,
    /// What was found wrong so far.
    pub problems: Vec<Problem>,
    /// Objects seen in lists so far.
    pub rows: usize,
}

impl Pass<'_> {
    /// The value with its display texts. `path` is its place, for problems.
    pub fn run(&mut self, value: &Value, path: &str) -> Value {
        match value {
            Value::Object(fields) => Value::Object(self.object(fields, path)),
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(place, item)| {
                        self.rows += usize::from(item.is_object());
                        self.run(item, &format!("{path}[{place}]"))
                    })
                    .collect(),
            ),
            Value::String(text) => Value::String(self.clean(text, path)),
            Value::Number(number) => {
                if number.as_i64().is_none() {
                    self.problem(path, format!("{number} is no integer of 64 bits"));
                }
                value.clone()
            }
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    fn object(&mut self, fields: &Map<String, Value>, path: &str) -> Map<String, Value> {
        let mut out = Map::new();
        for (name, value) in fields {
            let place = format!("{path}.{name}");
            if ["_text", "_words", "_blocks", "_tone", "_mark"]
                .iter()
                .any(|end| name.ends_with(end))
            {
                self.problem(&place, "the name belongs to the formatting pass".to_owned());
                continue;
            }
            let clean = self.run(value, &place);
            if !clean.is_object() {
                self.beside(name, &clean, &place, &mut out);
            }
            out.insert(name.clone(), clean);
        }
        if ["valueMilli", "valueText", "valueBool"]
            .iter()
            .any(|name| fields.contains_key(*name))
        {
            let unit = out.get("unit").and_then(Value::as_str).map(str::to_owned);
            let unit = unit.as_deref();
            for nested in out.values_mut().filter_map(Value::as_object_mut) {
                // An earlier value of the same item has its unit there.
                if nested.contains_key("value_text") && !nested.contains_key("unit") {
                    let text = self.measured(nested, unit);
                    nested.insert("value_text".to_owned(), Value::String(text));
                }
            }
            let text = self.measured(&out, unit);
            out.insert("value_text".to_owned(), Value::String(text));
        }
        out
    }

    /// One of `valueMilli` with its unit, `valueText`, `valueBool`.
    fn measured(&self, fields: &Map<String, Value>, unit: Option<&str>) -> String {
        if let Some(milli) = fields.get("valueMilli").and_then(Value::as_i64) {
            let unit = unit.unwrap_or_default();
            return format!("{} {unit}", milli_text(milli))
                .trim_end()
                .to_owned();
        }
        if let Some(text) = fields.get("valueText").and_then(Value::as_str) {
            return text.to_owned();
        }
        match fields.get("valueBool").and_then(Value::as_bool) {
            Some(yes) => self.yes_no(yes).to_owned(),
            None => ABSENT.to_owned(),
        }
    }

    fn yes_no(&self, yes: bool) -> &'static str {
        match yes {
            true => self.lang.pick("是", "yes"),
            false => self.lang.pick("否", "no"),
        }
    }

    /// Puts the texts of one field beside it.
    fn beside(&mut self, name: &str, value: &Value, path: &str, out: &mut Map<String, Value>) {
        let kind = self.kind(path);
        if let (Some(_), Value::String(_) | Value::Null) = (&kind, value) {
            let (tone, mark) = tone(value.as_str().unwrap_or_default());
            out.insert(format!("{name}_tone"), json!(tone));
            out.insert(format!("{name}_mark"), json!(mark));
        }
        if self.texts.iter().any(|text| text == name) {
            let blocks = value.as_str().map(text::blocks).unwrap_or_default();
            out.insert(format!("{name}_blocks"), Value::Array(blocks));
        }
        if let (true, Some(fen)) = (ends(name, "Fen"), value.as_i64()) {
            out.insert(format!("{name}_words"), json!(money::capitals(fen)));
        }
        let text = match value {
            Value::Array(items) => {
                let texts: Vec<String> = items
                    .iter()
                    .filter(|item| !item.is_object() && !item.is_array())
                    .map(|item| self.scalar(name, kind.as_deref(), item, path))
                    .collect();
                if texts.is_empty() {
                    ABSENT.to_owned()
                } else {
                    texts.join(self.lang.pick("、", ", "))
                }
            }
            scalar => self.scalar(name, kind.as_deref(), scalar, path),
        };
        out.insert(format!("{name}_text"), Value::String(text));
    }

    fn scalar(&mut self, name: &str, kind: Option<&str>, value: &Value, path: &str) -> String {
        match value {
            Value::String(text) => self.string(name, kind, text, path),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => integer_text(name, integer, self.lang),
                None => String::new(),
            },
            Value::Bool(yes) => self.yes_no(*yes).to_owned(),
            Value::Null | Value::Array(_) | Value::Object(_) => ABSENT.to_owned(),
        }
    }

    fn string(&mut self, name: &str, kind: Option<&str>, text: &str, path: &str) -> String {
        if let Some(kind) = kind {
            return match self.glossary.word(kind, text) {
                Some(words) => words.get(self.lang).to_owned(),
                None => {
                    self.problem(path, format!("the glossary has no word for {kind}.{text}"));
                    String::new()
                }
            };
        }
        let (display, what) = if name == "dueAt" || ends(name, "DueAt") {
            (time::due(text), "an instant with offset")
        } else if name == "at" || ends(name, "At") {
            (time::instant(text), "an instant with offset")
        } else if name == "on" || ends(name, "On") {
            (time::date(text), "a date")
        } else {
            return text.to_owned();
        };
        display.unwrap_or_else(|| {
            self.problem(path, format!("{text:?} is not {what}"));
            String::new()
        })
    }

    /// The text with its symbols replaced; a character that no font shows is a problem.
    fn clean(&mut self, text: &str, path: &str) -> String {
        let (clean, replaced) = text::replace(text);
        for one in replaced {
            if !self.replaced.contains(&one) {
                self.replaced.push(one);
            }
        }
        let missing = text::unsupported(&clean);
        if !missing.is_empty() {
            let list: Vec<String> = missing
                .iter()
                .map(|char| format!("{} (U+{:04X})", char.escape_debug(), u32::from(*char)))
                .collect();
            self.problem(path, format!("no font has {}", list.join(", ")));
        }
        clean
    }

    /// The enum of a field: the longest declared end of its path.
    fn kind(&self, path: &str) -> Option<String> {
        let mut rest: String = path
            .split('.')
            .map(|part| part.split('[').next().unwrap_or(part))
            .collect::<Vec<_>>()
            .join(".");
        loop {
            if let Some(kind) = self.enums.get(&rest) {
                return Some(kind.clone());
            }
            rest = rest.split_once('.')?.1.to_owned();
        }
    }

    fn problem(&mut self, path: &str, message: String) {
        self.problems.push(Problem::new(path, message));
    }
}

/// Whether a name ends in the word, with something before it.
fn ends(name: &str, word: &str) -> bool {
    name.len() > word.len() && name.ends_with(word)
}

/// An integer as the ending of its name says.
#[must_use]
pub fn integer_text(name: &str, value: i64, lang: Lang) -> String {
    let is = |word: &str| ends(name, word) || name == word.to_lowercase();
    if is("Fen") {
        money::yuan(value, lang)
    } else if is("Centi") {
        hundredths(value)
    } else if is("Milli") {
        milli_text(value)
    } else if is("Min") {
        time::duration(i128::from(value) * 60, lang)
    } else if name == "limitSec" {
        time::hours(i128::from(value), lang)
    } else if is("Sec") {
        time::duration(i128::from(value), lang)
    } else if is("Bytes") {
        bytes_text(value)
    } else {
        value.to_string()
    }
}

/// Hundredths with two digits: 1170 → `11.70`.
#[must_use]
pub fn hundredths(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let size = value.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// Thousandths without needless zeros: 80000 → `80`, 99950 → `99.95`.
#[must_use]
pub fn milli_text(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let size = value.unsigned_abs();
    let digits = format!("{:03}", size % 1000);
    match digits.trim_end_matches('0') {
        "" => format!("{sign}{}", size / 1000),
        rest => format!("{sign}{}.{rest}", size / 1000),
    }
}

/// Bytes in the largest decimal unit, one digit, half up: 1500 → `1.5 kB`.
#[must_use]
pub fn bytes_text(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let size = u128::from(value.unsigned_abs());
    if size < 1000 {
        return format!("{sign}{size} B");
    }
    let mut step: u128 = 1;
    let (mut tenths, mut unit) = (0, "");
    for name in ["kB", "MB", "GB", "TB", "PB", "EB"] {
        step *= 1000;
        tenths = (size * 20 + step) / (step * 2);
        unit = name;
        // 999,950 B would print as 1000.0 kB.
        if tenths < 10_000 {
            break;
        }
    }
    format!("{sign}{}.{} {unit}", tenths / 10, tenths % 10)
}

/// Colour class and shape of a state. The shape tells it without colour; a word stands beside it.
fn tone(code: &str) -> (&'static str, &'static str) {
    match code {
        "OK" | "VERIFIED" | "CONFIRMED" | "PASS" | "ON_TIME" | "MET" => ("good", "●"),
        "WARNING" | "EXTENDED" | "SUBMITTED" | "IN_PROGRESS" | "MEDIUM" => ("warn", "▲"),
        "SEVERE" | "CRITICAL" | "OVERDUE" | "REJECTED" | "LATE" | "BREACHED" | "FAIL" => {
            ("bad", "■")
        }
        "HIGH" => ("bad", "◆"),
        "LOW" | "OPEN" => ("plain", "△"),
        "WAIVED" | "NA" | "CANCELLED" | "NOT_APPLICABLE" => ("none", "○"),
        _ => ("plain", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass<'a>(
        glossary: &'a Glossary,
        enums: &'a BTreeMap<String, String>,
        texts: &'a [String],
    ) -> Pass<'a> {
        Pass {
            lang: Lang::Zh,
            glossary,
            enums,
            texts,
            replaced: Vec::new(),
            problems: Vec::new(),
            rows: 0,
        }
    }

    #[test]
    fn rp_data_3_the_ending_of_the_name_chooses_the_text() {
        let glossary: Glossary = serde_json::from_value(json!({
            "RiskLevel": {"HIGH": {"zh": "高", "en": "high"}},
            "TaskState": {"OVERDUE": {"zh": "逾期", "en": "overdue"}},
            "Other": {"OVERDUE": {"zh": "不对", "en": "wrong"}},
        }))
        .unwrap_or_default();
        let enums = BTreeMap::from([
            ("risk".to_owned(), "RiskLevel".to_owned()),
            ("state".to_owned(), "Other".to_owned()),
            ("tasks.state".to_owned(), "TaskState".to_owned()),
        ]);
        let texts = ["advice".to_owned()];
        let mut pass = pass(&glossary, &enums, &texts);
        let out = pass.run(
            &json!({
                "foundAt": "2026-09-30T02:05:00Z", "dueAt": "2026-10-13T16:00:00Z",
                "originalDueAt": null, "endedOn": "2026-09-30", "feeFen": 8_370_000,
                "scoreCenti": 1170, "valueMilli": 80_500, "unit": "%", "pauseMin": 65,
                "sizeBytes": 1_500_000, "count": 3, "yes": true, "risk": "HIGH",
                "advice": "扩容\n- 加盘", "names": ["甲", "乙"], "none": [],
                "tasks": [{"state": "OVERDUE"}, {"state": null}],
                "previous": {"valueMilli": 78_000},
            }),
            "data",
        );
        assert_eq!(pass.problems, []);
        for (field, text) in [
            ("foundAt_text", "2026-09-30 10:05"),
            ("dueAt_text", "2026-10-13 24:00"),
            ("originalDueAt_text", ABSENT),
            ("endedOn_text", "2026-09-30"),
            ("feeFen_text", "83,700.00 元"),
            ("feeFen_words", "捌万叁仟柒佰元整"),
            ("scoreCenti_text", "11.70"),
            ("value_text", "80.5 %"),
            ("pauseMin_text", "1 小时 5 分"),
            ("sizeBytes_text", "1.5 MB"),
            ("count_text", "3"),
            ("yes_text", "是"),
            ("risk_text", "高"),
            ("risk_mark", "◆"),
            ("names_text", "甲、乙"),
            ("none_text", ABSENT),
        ] {
            assert_eq!(out.get(field), Some(&json!(text)), "{field}");
        }
        assert_eq!(out.pointer("/tasks/0/state_text"), Some(&json!("逾期")));
        assert_eq!(out.pointer("/tasks/1/state_text"), Some(&json!(ABSENT)));
        assert_eq!(out.pointer("/tasks/1/state_mark"), Some(&json!("")));
        let before = out.pointer("/previous/value_text");
        assert_eq!(before, Some(&json!("78 %")), "in the unit of its item");
        assert_eq!(
            out.get("advice_blocks"),
            Some(&json!([{"kind": "p", "text": "扩容"}, {"kind": "ul", "items": ["加盘"]}]))
        );
        assert_eq!(pass.rows, 2);
    }

    #[test]
    fn rp_data_3_what_does_not_fit_is_named_with_its_path() {
        let glossary = Glossary::default();
        let enums = BTreeMap::from([("risk".to_owned(), "RiskLevel".to_owned())]);
        let mut pass = pass(&glossary, &enums, &[]);
        pass.run(
            &json!({"a": [{"foundAt": "gestern"}, {"risk": "ODD"}], "b": 1.5, "c_text": "x",
                "name": "𠮷"}),
            "data",
        );
        let places: Vec<&str> = pass.problems.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "data.a[0].foundAt",
                "data.a[1].risk",
                "data.b",
                "data.c_text",
                "data.name"
            ]
        );
        assert!(
            pass.problems
                .iter()
                .any(|one| one.message.contains("U+20BB7"))
        );
    }

    #[test]
    fn rp_data_3_sizes_and_small_units() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (i64::MAX, "9.2 EB"),
            (-1500, "-1.5 kB"),
        ] {
            assert_eq!(bytes_text(bytes), text);
        }
        assert_eq!(milli_text(-500), "-0.5");
        assert_eq!(milli_text(1), "0.001");
        assert_eq!(hundredths(-5), "-0.05");
    }
}
