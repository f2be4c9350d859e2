//! Reads calendar files: keys starting with `_` are metadata, every other key is a year.
//!
//! An entry is a date, or `{"date": "2026-02-14", "slots": [["08:00", "12:00"]]}` for a half day.
//! The files of the contract are built in; a hospital's import goes through the same reader.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde_json::Value;

use super::{Calendar, CalendarYear, DAY_S, Notice, Slot};

const OFFICIAL: &str = include_str!("../../../data/cn-workdays.json");
const PROVISIONAL: &str = include_str!("../../../data/cn-workdays-2027-provisional.json");

/// A calendar file that cannot be used; says where and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError(pub String);

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoadError {}

fn fail<T>(text: impl Into<String>) -> Result<T, LoadError> {
    Err(LoadError(text.into()))
}

/// Default slots, `service_slots`: 08:00–12:00 and 14:00–18:00.
fn default_slots() -> Vec<Slot> {
    vec![
        Slot {
            from_s: 28_800,
            to_s: 43_200,
        },
        Slot {
            from_s: 50_400,
            to_s: 64_800,
        },
    ]
}

impl Calendar {
    /// An empty calendar with the default slots on Monday to Friday.
    #[must_use]
    pub fn empty(version: &str) -> Self {
        let day = default_slots;
        Self {
            version: version.to_owned(),
            years: BTreeMap::new(),
            weekly: [day(), day(), day(), day(), day(), Vec::new(), Vec::new()],
            make_up: day(),
        }
    }

    /// The official years shipped with the contract (2024–2026).
    ///
    /// # Errors
    /// [`LoadError`] if the shipped file is damaged.
    pub fn official() -> Result<Self, LoadError> {
        let mut calendar = Self::empty("");
        calendar.merge_json(OFFICIAL, false)?;
        Ok(calendar)
    }

    /// The official years and, where a year is missing, the shipped provisional one (S20).
    ///
    /// # Errors
    /// [`LoadError`] if a shipped file is damaged.
    pub fn with_provisional() -> Result<Self, LoadError> {
        let mut calendar = Self::official()?;
        calendar.add_provisional()?;
        Ok(calendar)
    }

    /// Adds the shipped provisional years that are missing; official ones stay.
    ///
    /// # Errors
    /// [`LoadError`] if the shipped file is damaged.
    pub fn add_provisional(&mut self) -> Result<(), LoadError> {
        self.merge_json(PROVISIONAL, true)
    }

    /// Merges a calendar file. An official year replaces the one that is there; a provisional year
    /// only fills a gap. A file with a version sets the version.
    ///
    /// # Errors
    /// [`LoadError`]: no JSON, no date, a date of another year, a slot that crosses midnight, an
    /// official year without a notice. Nothing is changed then.
    pub fn merge_json(&mut self, text: &str, provisional: bool) -> Result<(), LoadError> {
        let root: Value = serde_json::from_str(text).map_err(|e| LoadError(e.to_string()))?;
        let Some(keys) = root.as_object() else {
            return fail("the calendar is no JSON object");
        };
        let mut read = Vec::new();
        for (key, value) in keys.iter().filter(|(key, _)| !key.starts_with('_')) {
            let Ok(number) = key.parse::<i32>() else {
                return fail(format!("{key} is no year"));
            };
            let year = CalendarYear {
                holidays: entries(number, value.get("holidays"))?,
                workdays: entries(number, value.get("workdays"))?,
                notice: notice(root.pointer(&format!("/_meta/notices/{key}")))?,
                provisional,
            };
            if !provisional && year.notice.is_none() {
                return fail(format!("{key}: an official year needs its notice"));
            }
            if let Some(both) = year.holidays.keys().find(|d| year.workdays.contains_key(d)) {
                return fail(format!("{both} is a day off and a make-up day"));
            }
            read.push((number, year));
        }
        for (number, year) in read {
            if !provisional || !self.years.contains_key(&number) {
                self.years.insert(number, year);
            }
        }
        if let Some(version) = root.pointer("/_meta/version").and_then(Value::as_str) {
            version.clone_into(&mut self.version);
        }
        Ok(())
    }
}

fn entries(
    year: i32,
    list: Option<&Value>,
) -> Result<BTreeMap<NaiveDate, Option<Vec<Slot>>>, LoadError> {
    let Some(list) = list.and_then(Value::as_array) else {
        return fail(format!("{year}: holidays and workdays must be lists"));
    };
    let mut out = BTreeMap::new();
    for entry in list {
        let date = date(
            entry
                .as_str()
                .or_else(|| entry.get("date").and_then(Value::as_str)),
        )?;
        if date.year() != year {
            return fail(format!("{date} is outside the year {year}"));
        }
        let own = entry.get("slots").map(slots).transpose()?;
        if out.insert(date, own).is_some() {
            return fail(format!("{date} appears twice"));
        }
    }
    Ok(out)
}

fn date(text: Option<&str>) -> Result<NaiveDate, LoadError> {
    let Some(text) = text else {
        return fail("an entry has no date");
    };
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|e| LoadError(format!("{text}: {e}")))
}

fn slots(list: &Value) -> Result<Vec<Slot>, LoadError> {
    let Some(list) = list.as_array() else {
        return fail("slots must be a list");
    };
    list.iter()
        .map(|pair| {
            let slot = Slot {
                from_s: second(pair.get(0))?,
                to_s: second(pair.get(1))?,
            };
            if slot.from_s < slot.to_s {
                Ok(slot)
            } else {
                fail("a slot ends before it begins")
            }
        })
        .collect()
}

fn second(text: Option<&Value>) -> Result<u32, LoadError> {
    let text = text.and_then(Value::as_str).unwrap_or_default();
    let read = text
        .split_once(':')
        .and_then(|(h, m)| Some((h.parse::<u32>().ok()?, m.parse::<u32>().ok()?)));
    match read {
        Some((h, m)) if m < 60 && h * 3600 + m * 60 <= DAY_S => Ok(h * 3600 + m * 60),
        _ => fail(format!("{text} is no time of day")),
    }
}

fn notice(value: Option<&Value>) -> Result<Option<Notice>, LoadError> {
    let Some(value) = value else { return Ok(None) };
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    match (text("title"), text("doc")) {
        (Some(title), Some(doc)) => Ok(Some(Notice {
            title: title.to_owned(),
            doc: doc.to_owned(),
            on: date(text("date"))?,
        })),
        _ => fail("a notice needs title and doc"),
    }
}
