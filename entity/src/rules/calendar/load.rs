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

/// A calendar file that cannot be used: where, and what is wrong in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// Path inside the file, such as `2027.holidays[3]`; `line 4, column 7` for text that is no JSON.
    pub at: String,
    /// What is wrong, in Chinese.
    pub zh: String,
    /// What is wrong, in English.
    pub en: String,
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.at, self.en)
    }
}

impl std::error::Error for LoadError {}

fn wrong(at: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> LoadError {
    LoadError {
        at: at.into(),
        zh: zh.into(),
        en: en.into(),
    }
}

fn fail<T>(
    at: impl Into<String>,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> Result<T, LoadError> {
    Err(wrong(at, zh, en))
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
        let root: Value = serde_json::from_str(text).map_err(|error| {
            let at = format!("line {}, column {}", error.line(), error.column());
            wrong(at, "不是合法的 JSON", format!("not valid JSON ({error})"))
        })?;
        let Some(keys) = root.as_object() else {
            return fail("$", "日历须为 JSON 对象", "the calendar is no JSON object");
        };
        let mut read = Vec::new();
        for (key, value) in keys.iter().filter(|(key, _)| !key.starts_with('_')) {
            let number = match key.parse::<i32>() {
                Ok(number) if (2000..=2200).contains(&number) => number,
                _ => return fail(key, "不是年份", "this is no year"),
            };
            if let Some(odd) = value.as_object().and_then(|year| {
                year.keys()
                    .find(|name| !matches!(name.as_str(), "holidays" | "workdays"))
            }) {
                return fail(format!("{key}.{odd}"), "未知字段", "unknown field");
            }
            let year = CalendarYear {
                holidays: entries(number, "holidays", value)?,
                workdays: entries(number, "workdays", value)?,
                notice: notice(key, root.pointer(&format!("/_meta/notices/{key}")))?,
                provisional,
            };
            if !provisional && year.notice.is_none() {
                return fail(
                    format!("_meta.notices.{key}"),
                    "正式年份须有放假通知（title、doc、date）",
                    "an official year needs its notice (title, doc, date)",
                );
            }
            if let Some(both) = year.holidays.keys().find(|d| year.workdays.contains_key(d)) {
                return fail(
                    key,
                    format!("{both} 同为假日与调休上班日"),
                    format!("{both} is a day off and a make-up day"),
                );
            }
            read.push((number, year));
        }
        if read.is_empty() {
            return fail("$", "文件中没有年份", "the file holds no year");
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

    /// Reads a file that an administrator imports: its own `_meta.status` says whether it is provisional.
    ///
    /// # Errors
    /// [`LoadError`] as of [`Calendar::merge_json`]; also an official file without a version, and half
    /// days, which the table of calendars does not hold.
    pub fn from_import(text: &str) -> Result<Self, LoadError> {
        let status = serde_json::from_str::<Value>(text)
            .ok()
            .and_then(|root| Some(root.pointer("/_meta/status")?.as_str()?.to_owned()));
        let provisional = status.as_deref() == Some("PROVISIONAL");
        let mut calendar = Self::empty("");
        calendar.merge_json(text, provisional)?;
        if calendar.version.trim().is_empty() && !provisional {
            return fail("_meta.version", "缺少版本", "the version is missing");
        }
        if calendar.version.chars().count() > 40 {
            return fail("_meta.version", "版本过长", "the version is too long");
        }
        for (number, year) in &calendar.years {
            for (name, days) in [("holidays", &year.holidays), ("workdays", &year.workdays)] {
                if let Some((day, _)) = days.iter().find(|(_, slots)| slots.is_some()) {
                    return fail(
                        format!("{number}.{name}"),
                        format!("{day} 是半日，暂不支持导入"),
                        format!("{day} is a half day, which cannot be imported"),
                    );
                }
            }
        }
        Ok(calendar)
    }
}

fn entries(
    year: i32,
    name: &str,
    value: &Value,
) -> Result<BTreeMap<NaiveDate, Option<Vec<Slot>>>, LoadError> {
    let Some(list) = value.get(name).and_then(Value::as_array) else {
        return fail(
            format!("{year}.{name}"),
            "须为日期列表",
            "this must be a list of dates",
        );
    };
    let mut out = BTreeMap::new();
    for (place, entry) in list.iter().enumerate() {
        let at = format!("{year}.{name}[{place}]");
        let date = date(
            &at,
            entry
                .as_str()
                .or_else(|| entry.get("date").and_then(Value::as_str)),
        )?;
        if date.year() != year {
            return fail(
                at,
                format!("{date} 不属于 {year} 年"),
                format!("{date} is outside the year {year}"),
            );
        }
        let own = entry
            .get("slots")
            .map(|list| slots(&at, list))
            .transpose()?;
        if out.insert(date, own).is_some() {
            return fail(at, format!("{date} 重复"), format!("{date} appears twice"));
        }
    }
    Ok(out)
}

fn date(at: &str, text: Option<&str>) -> Result<NaiveDate, LoadError> {
    let Some(text) = text else {
        return fail(at, "缺少日期", "the date is missing");
    };
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|error| {
        wrong(
            at,
            format!("{text} 不是日期（YYYY-MM-DD）"),
            format!("{text} is no date (YYYY-MM-DD): {error}"),
        )
    })
}

fn slots(at: &str, list: &Value) -> Result<Vec<Slot>, LoadError> {
    let Some(list) = list.as_array() else {
        return fail(at, "slots 须为列表", "slots must be a list");
    };
    list.iter()
        .map(|pair| {
            let slot = Slot {
                from_s: second(at, pair.get(0))?,
                to_s: second(at, pair.get(1))?,
            };
            if slot.from_s < slot.to_s {
                Ok(slot)
            } else {
                fail(at, "时段的止早于起", "a slot ends before it begins")
            }
        })
        .collect()
}

fn second(at: &str, text: Option<&Value>) -> Result<u32, LoadError> {
    let text = text.and_then(Value::as_str).unwrap_or_default();
    let read = text
        .split_once(':')
        .and_then(|(h, m)| Some((h.parse::<u32>().ok()?, m.parse::<u32>().ok()?)));
    match read {
        // Bounded first: a huge hour must not overflow the product.
        Some((h, m)) if h <= 24 && m < 60 && h * 3600 + m * 60 <= DAY_S => Ok(h * 3600 + m * 60),
        _ => fail(
            at,
            format!("{text} 不是时刻"),
            format!("{text} is no time of day"),
        ),
    }
}

fn notice(year: &str, value: Option<&Value>) -> Result<Option<Notice>, LoadError> {
    let Some(value) = value else { return Ok(None) };
    let at = format!("_meta.notices.{year}");
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    match (text("title"), text("doc")) {
        (Some(title), Some(doc)) => Ok(Some(Notice {
            title: title.to_owned(),
            doc: doc.to_owned(),
            on: date(&format!("{at}.date"), text("date"))?,
        })),
        _ => fail(
            at,
            "通知须有标题 title 与文号 doc",
            "a notice needs title and doc",
        ),
    }
}
