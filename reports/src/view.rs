//! From JSON to what the templates print.

mod frame;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use frame::{Confidentiality, Meta, SignOff, Watermark};

use frame::{heading, provenance, texts_of_frame, words};

use crate::chart;
use crate::definition::{Definition, Reports, sha256};
use crate::fonts;
use crate::format::Pass;
use crate::glossary::{Glossary, Lang};
use crate::problem::Problem;
use crate::qr;

/// Largest input, as JSON without white space: 8 MiB.
const MAX_JSON: usize = 8 << 20;

/// What [`Reports::check`] takes. `data` is the `data` of the query's answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    code: String,
    #[serde(default)]
    lang: Lang,
    meta: Meta,
    data: Value,
}

/// A checked report: everything that HTML and PDF print, as text.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    /// Definition that lays it out.
    #[serde(skip)]
    pub(crate) definition: Arc<Definition>,
    /// Code of the definition.
    pub code: String,
    /// Fingerprint of the definition.
    pub fingerprint: String,
    /// Language of the texts.
    pub lang: Lang,
    /// Number of the report.
    pub number: String,
    /// Revision.
    pub revision: u32,
    /// Instant that dates the PDF.
    pub stamp: String,
    /// SHA-256 of the canonical data.
    pub data_sha256: String,
    /// What templates see.
    pub context: Value,
    /// Drawn charts by id.
    pub(crate) charts: BTreeMap<String, chart::Drawn>,
    /// QR code of number, revision and data hash.
    pub(crate) qr: String,
}

/// A view as it travels to the rendering child.
#[derive(Deserialize)]
struct Travelled {
    code: String,
    fingerprint: String,
    lang: Lang,
    number: String,
    revision: u32,
    stamp: String,
    data_sha256: String,
    context: Value,
    charts: BTreeMap<String, chart::Drawn>,
    qr: String,
}

/// JSON with sorted keys and without white space: what is hashed and frozen.
///
/// ```
/// let value = serde_json::json!({"b": [1, null], "a": "x"});
/// assert_eq!(reports::canonical(&value), r#"{"a":"x","b":[1,null]}"#);
/// ```
#[must_use]
pub fn canonical(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let fields: BTreeMap<&String, Value> = fields
                    .iter()
                    .map(|(key, value)| (key, sorted(value)))
                    .collect();
                fields
                    .into_iter()
                    .map(|(key, value)| (key.clone(), value))
                    .collect::<Map<_, _>>()
                    .into()
            }
            Value::Array(items) => items.iter().map(sorted).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }
    sorted(value).to_string()
}

/// SHA-256 (hexadecimal) of the canonical text of a value.
#[must_use]
pub fn data_sha256(value: &Value) -> String {
    sha256(canonical(value).as_bytes())
}

impl Reports {
    /// Checks `{"code", "lang"?, "meta": Meta, "data"}` against its definition and makes the texts.
    ///
    /// # Errors
    /// Every problem with its JSON path: an unknown code, missing or unknown keys of `meta`, a value
    /// that its name does not allow, an enum value without a word, a character without a glyph, a
    /// required section without content, a bound exceeded.
    pub fn check(&self, input: &Value, glossary: &Glossary) -> Result<View, Vec<Problem>> {
        let one = |place: &str, message: String| vec![Problem::new(place, message)];
        let size = input.to_string().len();
        if size > MAX_JSON {
            return Err(one(
                "data",
                format!("{size} bytes of JSON, at most {MAX_JSON}: choose a shorter period"),
            ));
        }
        let parsed: Input = serde_json::from_value(input.clone())
            .map_err(|error| one("input", error.to_string()))?;
        let Some(definition) = self.get(&parsed.code) else {
            return Err(one("code", format!("there is no report {}", parsed.code)));
        };
        view(definition, &parsed, glossary)
    }

    /// A view from its JSON, for the child that lays it out.
    ///
    /// # Errors
    /// Text that is no view, or one of other definitions than these.
    pub fn revive(&self, text: &[u8]) -> Result<View, Problem> {
        let view: Travelled = serde_json::from_slice(text)
            .map_err(|error| Problem::new("view", error.to_string()))?;
        let definition = self
            .get(&view.code)
            .filter(|definition| definition.fingerprint() == view.fingerprint)
            .ok_or_else(|| Problem::new("view", "it is of other definitions than the child's"))?;
        Ok(View {
            definition: Arc::clone(definition),
            code: view.code,
            fingerprint: view.fingerprint,
            lang: view.lang,
            number: view.number,
            revision: view.revision,
            stamp: view.stamp,
            data_sha256: view.data_sha256,
            context: view.context,
            charts: view.charts,
            qr: view.qr,
        })
    }
}

fn view(
    definition: &Arc<Definition>,
    input: &Input,
    glossary: &Glossary,
) -> Result<View, Vec<Problem>> {
    let (spec, meta, lang) = (&definition.spec, &input.meta, input.lang);
    let data_sha256 = data_sha256(&input.data);
    let mut pass = Pass {
        lang,
        glossary,
        enums: &spec.enums,
        texts: &spec.texts,
        replaced: Vec::new(),
        problems: Vec::new(),
        rows: 0,
    };
    let data = pass.run(&input.data, "data");
    let frame = serde_json::to_value(meta).unwrap_or_default();
    // No enum of a definition reaches the frame.
    let none = BTreeMap::new();
    pass.enums = &none;
    let mut frame = pass.run(&frame, "meta");

    let Pass {
        mut problems,
        replaced,
        rows,
        ..
    } = pass;
    if rows > spec.limits.rows {
        problems.push(Problem::new(
            "data",
            format!(
                "{rows} rows, at most {}: choose a shorter period",
                spec.limits.rows
            ),
        ));
    }
    let mut wrong = |place: &str, condition: bool, message: &str| {
        if condition {
            problems.push(Problem::new(place, message));
        }
    };
    wrong(
        "meta.dataSha256",
        meta.data_sha256
            .as_ref()
            .is_some_and(|given| *given != data_sha256),
        "is not the hash of the data",
    );
    wrong(
        "meta.fingerprint",
        meta.fingerprint
            .as_deref()
            .is_some_and(|given| given != definition.fingerprint()),
        "is not the fingerprint of this definition",
    );
    wrong("meta.revision", meta.revision == 0, "starts with 1");
    wrong(
        "meta.correction",
        (meta.revision > 1) != meta.correction.is_some(),
        "belongs to revisions from 2, and only to them",
    );
    wrong("meta.number", meta.number.trim().is_empty(), "is empty");
    let stamp = meta.issued_at.as_ref().unwrap_or(&meta.cut_off_at);

    let mut sections = Map::new();
    for (place, section) in spec.sections.iter().enumerate() {
        let filled = section.path.as_deref().map(|path| fill(&data, path));
        let path = format!("data.{}", section.path.as_deref().unwrap_or_default());
        if section.required {
            match &filled {
                Some(Fill::Absent) => wrong(
                    &path,
                    true,
                    &format!("{}: it is absent", section.title.get(lang)),
                ),
                Some(Fill::Gap) => wrong(
                    &path,
                    true,
                    &format!("{}: an element lacks it", section.title.get(lang)),
                ),
                Some(Fill::Empty) => wrong(
                    &path,
                    section.empty.is_none(),
                    &format!("{} has no content", section.title.get(lang)),
                ),
                Some(Fill::Full) | None => (),
            }
        }
        let title = section.title.get(lang);
        let empty = section
            .empty
            .as_ref()
            .map_or(lang.pick("无。", "None."), |words| words.get(lang));
        sections.insert(
            section.id.clone(),
            json!({
                "id": section.id,
                "title": title,
                "heading": heading(place + 1, title, lang),
                "empty": empty,
                "filled": !matches!(filled, Some(Fill::Empty | Fill::Absent)),
            }),
        );
    }

    let mut charts = BTreeMap::new();
    let mut shown = Map::new();
    for chart in &spec.charts {
        match chart::draw(chart, &data, lang) {
            Ok((drawn, told)) => {
                charts.insert(chart.id.clone(), drawn);
                shown.insert(chart.id.clone(), told);
            }
            Err(problem) => problems.push(problem),
        }
    }
    let address = format!(
        "{}?number={}&revision={}&data={}",
        meta.verify_url,
        meta.number,
        meta.revision,
        data_sha256.get(..16).unwrap_or_default()
    );
    let qr = qr::svg(&address).unwrap_or_else(|message| {
        problems.push(Problem::new("meta.verifyUrl", message));
        String::new()
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    if let Value::Object(frame) = &mut frame {
        texts_of_frame(frame, meta, lang);
    }
    let context = json!({
        "lang": lang.tag(),
        "families": fonts::families(),
        "report": {
            "code": spec.code,
            "title": spec.title.get(lang),
            "landscape": spec.pdf.landscape,
            "version": spec.version.to_string(),
        },
        "sections": sections,
        "words": words(lang),
        "meta": frame,
        "data": data,
        "charts": shown,
        "provenance": provenance(definition, meta, &data_sha256, lang),
        "replaced": replaced,
        "verify": address,
    });
    Ok(View {
        definition: Arc::clone(definition),
        code: spec.code.clone(),
        fingerprint: definition.fingerprint().to_owned(),
        lang,
        number: meta.number.clone(),
        revision: meta.revision,
        stamp: stamp.clone(),
        data_sha256,
        context,
        charts,
        qr,
    })
}

/// Whether something lies under a path.
#[derive(Debug, PartialEq, Eq)]
enum Fill {
    /// Null: not known or not to be seen, which no sentence says.
    Absent,
    /// An empty list or text.
    Empty,
    /// A list whose elements do not all have the field.
    Gap,
    /// Content.
    Full,
}

fn fill(data: &Value, path: &str) -> Fill {
    let (list, field) = match path.split_once("[].") {
        Some((list, field)) => (list, Some(field)),
        None => (path, None),
    };
    let found = match at(data, list) {
        None | Some(Value::Null) => return Fill::Absent,
        Some(value) if blank(value) => return Fill::Empty,
        Some(value) => value,
    };
    let Some(field) = field else {
        return Fill::Full;
    };
    let all = found.as_array().is_some_and(|items| {
        items
            .iter()
            .all(|item| at(item, field).is_some_and(|value| !blank(value)))
    });
    if all { Fill::Full } else { Fill::Gap }
}

/// The value under a dotted path.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(value, |value, name| value.get(name))
}

fn blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_empty_gap_and_full() {
        let data = json!({"a": {"list": [{"x": "1"}, {"x": " "}], "none": [], "text": ""}});
        assert_eq!(fill(&data, "a.list"), Fill::Full);
        assert_eq!(fill(&data, "a.list[].x"), Fill::Gap);
        assert_eq!(fill(&data, "a.none[].x"), Fill::Empty);
        assert_eq!(fill(&data, "a.text"), Fill::Empty);
        assert_eq!(fill(&data, "b.c"), Fill::Absent);
    }
}
