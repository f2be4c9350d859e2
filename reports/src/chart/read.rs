//! From formatted data to what is drawn.

use chrono::{Datelike, NaiveDate};
use serde_json::Value;

use crate::definition::{ChartKind, ChartSpec};
use crate::format::{ABSENT, time};
use crate::glossary::Lang;
use crate::problem::Problem;
use crate::view::at;

/// Contents of a chart.
pub(super) enum Figure {
    Lines(Vec<Series>),
    Bars(Vec<String>, Vec<Bar>),
    Pareto(Vec<(String, i64)>),
    Gantt(Vec<Span>),
    Boxes(Vec<Spread>),
}

/// Values over days.
pub(super) struct Series {
    pub(super) label: String,
    pub(super) unit: String,
    pub(super) limit: Option<i64>,
    /// Whether the limit is a floor.
    pub(super) floor: bool,
    /// Day of the common era and value in thousandths; a gap has none.
    pub(super) points: Vec<(i64, Option<i64>)>,
}

/// Counts of one row.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) counts: Vec<i64>,
}

impl Bar {
    pub(super) fn total(&self) -> i64 {
        self.counts
            .iter()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// A task in time, in days of the common era.
pub(super) struct Span {
    pub(super) label: String,
    pub(super) start: i64,
    pub(super) due: Option<i64>,
    pub(super) done: Option<i64>,
}

/// How times are spread, in seconds, from the least to the greatest.
pub(super) struct Spread {
    pub(super) label: String,
    pub(super) seconds: [i64; 5],
}

impl Figure {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Lines(all) => all
                .iter()
                .all(|one| one.points.iter().all(|point| point.1.is_none())),
            Self::Bars(_, rows) => rows.iter().all(|row| row.total() == 0),
            Self::Pareto(rows) => rows.iter().all(|row| row.1 == 0),
            Self::Gantt(spans) => spans.is_empty(),
            Self::Boxes(spreads) => spreads.is_empty(),
        }
    }
}

/// Reads the list of a chart.
pub(super) fn figure(spec: &ChartSpec, data: &Value, lang: Lang) -> Result<Figure, Problem> {
    let place = format!("data.{}", spec.path);
    let items = match at(data, &spec.path) {
        Some(Value::Array(items)) => items.as_slice(),
        None | Some(Value::Null) => &[],
        Some(_) => return Err(Problem::new(place, format!("chart {}: no list", spec.id))),
    };
    let field = |number: usize| spec.fields.get(number).map_or("", String::as_str);
    let count = |number: usize, item: &Value, name: &str| {
        at(item, name)
            .and_then(Value::as_i64)
            .filter(|count| (0..=1_000_000_000).contains(count))
            .ok_or_else(|| Problem::new(format!("{place}[{number}].{name}"), "is no count"))
    };
    let labelled = || {
        items
            .iter()
            .enumerate()
            .map(|(number, item)| (number, label(item, spec), item))
    };
    Ok(match spec.kind {
        ChartKind::Lines => Figure::Lines(
            labelled()
                .map(|(number, label, item)| {
                    series(item, label, (field(0), field(1), field(2)))
                        .ok_or_else(|| Problem::new(format!("{place}[{number}]"), "is no series"))
                })
                .collect::<Result<_, _>>()?,
        ),
        ChartKind::Bars => {
            let names = spec
                .legend
                .iter()
                .map(|words| words.get(lang).to_owned())
                .collect();
            let rows = labelled()
                .map(|(number, label, item)| {
                    let counts = spec
                        .fields
                        .iter()
                        .map(|name| count(number, item, name))
                        .collect::<Result<_, _>>()?;
                    Ok(Bar { label, counts })
                })
                .collect::<Result<_, _>>()?;
            Figure::Bars(names, rows)
        }
        ChartKind::Pareto => {
            let mut rows = labelled()
                .map(|(number, label, item)| Ok((label, count(number, item, field(0))?)))
                .collect::<Result<Vec<_>, _>>()?;
            rows.retain(|row| row.1 > 0);
            // Equal counts stay in the order of the data.
            rows.sort_by_key(|row| std::cmp::Reverse(row.1));
            Figure::Pareto(rows)
        }
        ChartKind::Boxes => {
            let mut spreads = Vec::new();
            for (number, label, item) in labelled() {
                if let Some(seconds) = spread(item, spec).map_err(|name| {
                    Problem::new(format!("{place}[{number}].{name}"), "is out of order")
                })? {
                    spreads.push(Spread { label, seconds });
                }
            }
            Figure::Boxes(spreads)
        }
        ChartKind::Gantt => Figure::Gantt(
            labelled()
                .map(|(number, label, item)| {
                    Ok(Span {
                        label,
                        start: day_of(item, field(0)).ok_or_else(|| {
                            Problem::new(format!("{place}[{number}].{}", field(0)), "is no day")
                        })?,
                        due: day_of(item, field(1)),
                        done: day_of(item, field(2)),
                    })
                })
                .collect::<Result<_, _>>()?,
        ),
    })
}

fn label(item: &Value, spec: &ChartSpec) -> String {
    at(item, &format!("{}_text", spec.label))
        .or_else(|| at(item, &spec.label))
        .and_then(Value::as_str)
        .unwrap_or(ABSENT)
        .to_owned()
}

/// The five numbers of a row; none where one is missing, an error where one is less than the one before.
fn spread<'a>(item: &Value, spec: &'a ChartSpec) -> Result<Option<[i64; 5]>, &'a str> {
    let mut found = [0; 5];
    let mut least = 0;
    for (place, name) in found.iter_mut().zip(&spec.fields) {
        let Some(value) = at(item, name).and_then(Value::as_i64) else {
            return Ok(None);
        };
        if value < least {
            return Err(name);
        }
        (*place, least) = (value, value);
    }
    Ok(Some(found))
}

/// A series: `unit`, `limitMilli` or `floorMilli`, and its points.
fn series(item: &Value, label: String, names: (&str, &str, &str)) -> Option<Series> {
    let integer = |name: &str| item.get(name).and_then(Value::as_i64);
    let floor = integer("floorMilli");
    let mut points = at(item, names.0)?
        .as_array()?
        .iter()
        .map(|point| {
            let value = match at(point, names.2) {
                None | Some(Value::Null) => None,
                Some(value) => Some(value.as_i64()?),
            };
            Some((day_of(point, names.1)?, value))
        })
        .collect::<Option<Vec<_>>>()?;
    points.sort_by_key(|point| point.0);
    Some(Series {
        label,
        unit: item
            .get("unit")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        limit: floor.or_else(|| integer("limitMilli")),
        floor: floor.is_some(),
        points,
    })
}

/// The day of a date or, in Shanghai, of an instant. A due instant at midnight ends the day before,
/// as its text says.
fn day_of(item: &Value, name: &str) -> Option<i64> {
    let text = at(item, name)?.as_str()?;
    let date = match time::civil(text) {
        Some(date) => date,
        None if name == "dueAt" || name.ends_with("DueAt") => {
            time::civil(time::due(text)?.get(..10)?)?
        }
        None => time::shanghai(text)?.date(),
    };
    Some(i64::from(date.num_days_from_ce()))
}

/// A day as text.
pub(super) fn day_text(day: i64) -> String {
    i32::try_from(day)
        .ok()
        .and_then(NaiveDate::from_num_days_from_ce_opt)
        .map_or_else(
            || ABSENT.to_owned(),
            |date| date.format("%Y-%m-%d").to_string(),
        )
}
