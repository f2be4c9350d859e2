//! One result set as CSV or JSON: rows with the line that each begins in.

use std::path::Path;

use serde_json::value::RawValue;

use super::super::catalog::Field;
use crate::docs::{Problem, files};

/// A result set.
pub(super) struct Sheet {
    pub rows: Vec<Row>,
}

/// A row; values in the order of the columns of the set, None for NULL.
pub(super) struct Row {
    file: String,
    pub line: u64,
    fields: &'static [Field],
    values: Vec<Option<String>>,
}

impl Row {
    /// A problem in this row.
    pub fn problem(&self, text: impl Into<String>) -> Problem {
        Problem::line(&self.file, self.line, text)
    }

    /// The value, None for NULL, an empty text or a column that the file does not have.
    pub fn maybe(&self, column: &str) -> Option<&str> {
        let place = self.fields.iter().position(|field| field.name == column)?;
        self.values
            .get(place)?
            .as_deref()
            .filter(|text| !text.is_empty())
    }

    /// The value, which must be there.
    pub fn text(&self, column: &str) -> Result<&str, Problem> {
        self.maybe(column)
            .ok_or_else(|| self.problem(format!("column {column} is empty")))
    }

    /// The value as a number.
    pub fn number(&self, column: &str) -> Result<Option<i64>, Problem> {
        let Some(text) = self.maybe(column) else {
            return Ok(None);
        };
        // Clients write 12.0 for a whole number of a decimal type.
        let whole = text
            .trim()
            .trim_end_matches('0')
            .strip_suffix('.')
            .unwrap_or(text.trim());
        let number = text.trim().parse().or_else(|_unused| whole.parse());
        number.map(Some).map_err(|error: std::num::ParseIntError| {
            self.problem(format!(
                "column {column}: {text:?} is no whole number: {error}"
            ))
        })
    }

    /// The value as yes or no.
    pub fn flag(&self, column: &str) -> Result<bool, Problem> {
        match self.maybe(column).map(str::to_ascii_uppercase).as_deref() {
            Some("YES" | "Y" | "1" | "TRUE" | "T") => Ok(true),
            None | Some("NO" | "N" | "0" | "FALSE" | "F") => Ok(false),
            Some(other) => {
                Err(self.problem(format!("column {column}: {other:?} is neither YES nor NO")))
            }
        }
    }
}

/// Reads `<name>.csv` or `<name>.json`; None if there is neither.
pub(super) fn read(
    folder: &Path,
    name: &str,
    fields: &'static [Field],
) -> Result<Option<Sheet>, Problem> {
    let (csv, json) = (format!("{name}.csv"), format!("{name}.json"));
    let (at_csv, at_json) = (folder.join(&csv), folder.join(&json));
    let (file, rows) = match (at_csv.is_file(), at_json.is_file()) {
        (true, true) => {
            return Err(Problem::new(
                csv,
                format!("stands beside {json}: keep one of them"),
            ));
        }
        (true, false) => {
            let rows = from_csv(&csv, &decoded(&at_csv, &csv)?, fields)?;
            (csv, rows)
        }
        (false, true) => {
            let rows = from_json(&json, &decoded(&at_json, &json)?, fields)?;
            (json, rows)
        }
        (false, false) => return Ok(None),
    };
    complete(&file, &rows)?;
    Ok(Some(Sheet { rows }))
}

/// Clients under Windows save GB18030 or UTF-16 as often as UTF-8.
fn decoded(path: &Path, file: &str) -> Result<String, Problem> {
    let bytes = std::fs::read(path).map_err(|error| files::at(path, &error))?;
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        let (text, wrong) =
            encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        if wrong {
            return Err(Problem::new(
                file,
                format!("bytes that are not {}", encoding.name()),
            ));
        }
        return Ok(text.into_owned());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let line = 1 + error
                .as_bytes()
                .iter()
                .take(error.utf8_error().valid_up_to())
                .filter(|b| **b == b'\n')
                .count();
            let (text, wrong) = encoding_rs::GB18030.decode_without_bom_handling(error.as_bytes());
            if wrong {
                return Err(Problem::line(
                    file,
                    line as u64,
                    "neither UTF-8 nor GB18030",
                ));
            }
            Ok(text.into_owned())
        }
    }
}

/// Where each column of the set stands in the file.
fn places(
    file: &str,
    line: u64,
    header: &[String],
    fields: &'static [Field],
) -> Result<Vec<Option<usize>>, Problem> {
    for (place, column) in header.iter().enumerate() {
        if !fields
            .iter()
            .any(|field| field.name.eq_ignore_ascii_case(column))
        {
            let known = fields
                .iter()
                .map(|field| field.name)
                .collect::<Vec<_>>()
                .join(", ");
            return Err(Problem::line(
                file,
                line,
                format!("unknown column {column:?}; known are {known}"),
            ));
        }
        if header
            .iter()
            .skip(place + 1)
            .any(|other| other.eq_ignore_ascii_case(column))
        {
            return Err(Problem::line(
                file,
                line,
                format!("column {column:?} stands twice"),
            ));
        }
    }
    fields
        .iter()
        .map(|field| {
            let place = header
                .iter()
                .position(|column| field.name.eq_ignore_ascii_case(column));
            match place {
                None if field.required => Err(Problem::line(
                    file,
                    line,
                    format!("column {} is missing", field.name),
                )),
                place => Ok(place),
            }
        })
        .collect()
}

fn from_csv(file: &str, text: &str, fields: &'static [Field]) -> Result<Vec<Row>, Problem> {
    // The reader takes an open quotation mark at the end for a closed one.
    if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        let line = text.lines().count() as u64;
        return Err(Problem::line(
            file,
            line,
            "the file ends inside a quoted value; it was cut",
        ));
    }
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b'\t', b';'].into_iter().max_by_key(|mark| {
        (
            first.bytes().filter(|byte| byte == mark).count(),
            u8::from(*mark == b','),
        )
    });
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut header: Option<(Vec<Option<usize>>, usize)> = None;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(1, csv::Position::line);
            Problem::line(file, line, error.to_string())
        })?;
        let line = record.position().map_or(1, csv::Position::line);
        let Some((places, width)) = &header else {
            let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
            header = Some((places(file, line, &names, fields)?, names.len()));
            continue;
        };
        if record.len() != *width {
            return Err(Problem::line(
                file,
                line,
                format!(
                    "{} values where the header has {width}; the file was cut or a value is not quoted",
                    record.len()
                ),
            ));
        }
        let values = places.iter().map(|place| {
            // Management Studio writes NULL without quotes.
            record
                .get((*place)?)
                .filter(|value| *value != "NULL")
                .map(ToOwned::to_owned)
        });
        rows.push(Row {
            file: file.to_owned(),
            line,
            fields,
            values: values.collect(),
        });
    }
    if header.is_none() {
        return Err(Problem::line(
            file,
            1,
            "the file is empty; it needs its header at least",
        ));
    }
    Ok(rows)
}

fn from_json(file: &str, text: &str, fields: &'static [Field]) -> Result<Vec<Row>, Problem> {
    let objects: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| {
        let cut = if error.is_eof() {
            "; the file was cut"
        } else {
            ""
        };
        Problem::line(
            file,
            error.line() as u64,
            format!("no array of objects: {error}{cut}"),
        )
    })?;
    let mut rows = Vec::new();
    let mut search_from = 0_usize;
    for object in objects {
        // The raw text is a slice of `text`; where it begins tells the line.
        let at = text
            .get(search_from..)
            .and_then(|rest| rest.find(object.get()))
            .unwrap_or(0)
            + search_from;
        search_from = at + object.get().len();
        let line = 1 + text.get(..at).unwrap_or_default().matches('\n').count() as u64;
        let parsed: serde_json::Map<String, serde_json::Value> = serde_json::from_str(object.get())
            .map_err(|error| Problem::line(file, line, format!("no object: {error}")))?;
        let names: Vec<String> = parsed.keys().cloned().collect();
        let places = places(file, line, &names, fields)?;
        let mut values = Vec::new();
        for place in places {
            let value = place.and_then(|place| parsed.values().nth(place));
            values.push(match value {
                None | Some(serde_json::Value::Null) => None,
                Some(serde_json::Value::String(text)) => Some(text.clone()),
                Some(serde_json::Value::Bool(flag)) => {
                    Some(if *flag { "YES" } else { "NO" }.to_owned())
                }
                Some(serde_json::Value::Number(number)) => Some(number.to_string()),
                Some(serde_json::Value::Array(_) | serde_json::Value::Object(_)) => {
                    return Err(Problem::line(file, line, "a value is a list or an object"));
                }
            });
        }
        rows.push(Row {
            file: file.to_owned(),
            line,
            fields,
            values,
        });
    }
    Ok(rows)
}

/// Every row says how many there must be.
fn complete(file: &str, rows: &[Row]) -> Result<(), Problem> {
    for row in rows {
        let total = row.number("total_rows")?;
        let Some(total) = total else {
            return Err(row.problem("column total_rows is empty"));
        };
        if usize::try_from(total) != Ok(rows.len()) {
            let last = rows.last().map_or(1, |row| row.line);
            return Err(Problem::line(
                file,
                last,
                format!(
                    "{} rows where total_rows says {total}; the file was cut or filtered",
                    rows.len()
                ),
            ));
        }
    }
    Ok(())
}
