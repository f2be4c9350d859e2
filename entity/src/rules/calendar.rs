//! Statutory working days (`sla.md` 2.1, S26, S38; 民法典 201, 203, 1259).
//!
//! Civil dates are those of Asia/Shanghai, which has no daylight saving time. A year that is missing
//! is never guessed: it is an error, unless a provisional year stands in for it, and then every
//! answer that touched it says so. Service slots inside a day are not part of this module.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{
    DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, Offset, TimeZone, Utc, Weekday,
};
use serde_json::Value;

/// No data for a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarMissing {
    /// The year.
    pub year: i32,
}

impl std::fmt::Display for CalendarMissing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the calendar has no year {}", self.year)
    }
}

impl std::error::Error for CalendarMissing {}

/// An answer, and whether a provisional year was touched on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted<T> {
    /// The answer.
    pub value: T,
    /// Whether it may change when the official year is imported.
    pub provisional: bool,
}

/// One year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarYear {
    /// Days off inside the official spans, weekends included.
    pub holidays: BTreeSet<NaiveDate>,
    /// Make-up days, Saturdays and Sundays on which people work.
    pub workdays: BTreeSet<NaiveDate>,
    /// Derived from the law instead of a notice.
    pub provisional: bool,
    /// Number of the notice.
    pub notice: Option<String>,
    /// Date of the notice.
    pub notice_on: Option<NaiveDate>,
}

/// Why a date counts or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Monday to Friday, no holiday.
    Weekday,
    /// Saturday or Sunday.
    Weekend,
    /// Inside an official holiday.
    Holiday,
    /// Make-up day.
    MakeUp,
}

impl DayKind {
    /// Whether the day is a statutory working day.
    #[must_use]
    pub const fn is_working(self) -> bool {
        match self {
            Self::Weekday | Self::MakeUp => true,
            Self::Weekend | Self::Holiday => false,
        }
    }
}

/// Years in force, with the version that is stored on each clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Version of the data.
    pub version: String,
    /// The years.
    pub years: BTreeMap<i32, CalendarYear>,
}

fn offset() -> FixedOffset {
    // Eight hours east lie within the bounds of an offset, so the fallback is never taken.
    FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| Utc.fix())
}

/// The civil date in Asia/Shanghai.
#[must_use]
pub fn civil_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&offset()).date_naive()
}

/// 00:00 in Asia/Shanghai of a date.
#[must_use]
pub fn midnight(on: NaiveDate) -> DateTime<Utc> {
    offset()
        .from_local_datetime(&on.and_time(NaiveTime::MIN))
        .single()
        .map_or(DateTime::<Utc>::MAX_UTC, |at| at.with_timezone(&Utc))
}

/// The next civil date; the last representable date follows itself.
#[must_use]
pub fn day_after(on: NaiveDate) -> NaiveDate {
    on.checked_add_days(Days::new(1)).unwrap_or(on)
}

impl Calendar {
    /// Reads the form of `cn-workdays.json`; keys that start with `_` are metadata.
    #[must_use]
    pub fn from_json(text: &str, provisional: bool) -> Option<Self> {
        let data: Value = serde_json::from_str(text).ok()?;
        let meta = data.get("_meta");
        let version = meta
            .and_then(|meta| meta.get("version"))
            .and_then(Value::as_str)
            .unwrap_or("provisional")
            .to_owned();
        let mut years = BTreeMap::new();
        for (key, value) in data
            .as_object()?
            .iter()
            .filter(|(key, _)| !key.starts_with('_'))
        {
            let notice = meta
                .and_then(|meta| meta.get("notices"))
                .and_then(|all| all.get(key));
            let text_of = |name: &str| {
                notice
                    .and_then(|notice| notice.get(name))
                    .and_then(Value::as_str)
            };
            years.insert(
                key.parse().ok()?,
                CalendarYear {
                    holidays: dates(value.get("holidays")?)?,
                    workdays: dates(value.get("workdays")?)?,
                    provisional,
                    notice: text_of("doc").map(str::to_owned),
                    notice_on: text_of("date").and_then(|date| date.parse().ok()),
                },
            );
        }
        Some(Self { version, years })
    }

    /// The years 2024–2026 of the official notices and the provisional 2027, as shipped.
    #[must_use]
    pub fn shipped() -> Self {
        let official = Self::from_json(include_str!("../../data/cn-workdays.json"), false);
        let later = Self::from_json(
            include_str!("../../data/cn-workdays-2027-provisional.json"),
            true,
        );
        let mut calendar = official.unwrap_or_else(|| Self {
            version: String::new(),
            years: BTreeMap::new(),
        });
        for (year, data) in later.map(|later| later.years).unwrap_or_default() {
            calendar.years.entry(year).or_insert(data);
        }
        calendar
    }

    /// Why a date counts or does not.
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn kind(&self, on: NaiveDate) -> Result<Counted<DayKind>, CalendarMissing> {
        let year = self
            .years
            .get(&on.year())
            .ok_or(CalendarMissing { year: on.year() })?;
        let weekend = matches!(on.weekday(), Weekday::Sat | Weekday::Sun);
        let value = if year.workdays.contains(&on) {
            DayKind::MakeUp
        } else if year.holidays.contains(&on) {
            DayKind::Holiday
        } else if weekend {
            DayKind::Weekend
        } else {
            DayKind::Weekday
        };
        Ok(Counted {
            value,
            provisional: year.provisional,
        })
    }

    /// The n-th working day after `start`; for n = 0 the start itself or the next working day.
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn wd_add(&self, start: NaiveDate, n: u32) -> Result<Counted<NaiveDate>, CalendarMissing> {
        let mut provisional = false;
        let mut day = start;
        let mut left = n;
        if n == 0 {
            loop {
                let kind = self.kind(day)?;
                provisional |= kind.provisional;
                if kind.value.is_working() {
                    return Ok(Counted {
                        value: day,
                        provisional,
                    });
                }
                day = day_after(day);
            }
        }
        while left > 0 {
            day = day_after(day);
            let kind = self.kind(day)?;
            provisional |= kind.provisional;
            left -= u32::from(kind.value.is_working());
        }
        Ok(Counted {
            value: day,
            provisional,
        })
    }

    /// Number of working days x with a < x ≤ b.
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn wd_between(&self, a: NaiveDate, b: NaiveDate) -> Result<Counted<i64>, CalendarMissing> {
        let mut counted = Counted {
            value: 0,
            provisional: false,
        };
        let mut day = a;
        while day < b {
            day = day_after(day);
            let kind = self.kind(day)?;
            counted.provisional |= kind.provisional;
            counted.value += i64::from(kind.value.is_working());
        }
        Ok(counted)
    }

    /// The date, or the next working day if it is a day of rest (民法典 203(1)).
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn roll(&self, on: NaiveDate) -> Result<Counted<NaiveDate>, CalendarMissing> {
        self.wd_add(on, 0)
    }
}

fn dates(value: &Value) -> Option<BTreeSet<NaiveDate>> {
    value
        .as_array()?
        .iter()
        .map(|date| date.as_str()?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may panic"
    )]
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn vectors_of_the_contract_data_hold() {
        let calendar = Calendar::shipped();
        let data: Value =
            serde_json::from_str(include_str!("../../data/workday-vectors.json")).unwrap();
        for vector in data["due_dates"].as_array().unwrap() {
            let start = d(vector["start"].as_str().unwrap());
            assert_eq!(
                calendar.kind(start).unwrap().value.is_working(),
                vector["start_is_working_day"].as_bool().unwrap()
            );
            let n = u32::try_from(vector["n_working_days"].as_u64().unwrap()).unwrap();
            let due = calendar.wd_add(start, n).unwrap();
            assert_eq!(
                due,
                Counted {
                    value: d(vector["due"].as_str().unwrap()),
                    provisional: false
                },
                "{vector}"
            );
        }
        for vector in data["days"].as_array().unwrap() {
            let on = d(vector["date"].as_str().unwrap());
            assert_eq!(
                calendar.kind(on).unwrap().value.is_working(),
                vector["working_day"].as_bool().unwrap(),
                "{vector}"
            );
        }
    }

    #[test]
    fn an_unknown_year_is_provisional_or_an_error_and_never_a_guess() {
        let calendar = Calendar::shipped();
        let due = calendar.wd_add(d("2026-12-15"), 15).unwrap();
        assert_eq!(
            due,
            Counted {
                value: d("2027-01-06"),
                provisional: true
            }
        );
        assert_eq!(
            calendar.wd_add(d("2027-12-30"), 5),
            Err(CalendarMissing { year: 2028 })
        );
        assert_eq!(
            calendar.kind(d("2023-12-31")),
            Err(CalendarMissing { year: 2023 })
        );
    }

    #[test]
    fn statutory_working_days_of_the_years() {
        let calendar = Calendar::shipped();
        for (year, days) in [(2024, 251), (2025, 248), (2026, 248)] {
            let count = d(&format!("{year}-01-01"))
                .iter_days()
                .take_while(|day| day.year() == year)
                .filter(|day| calendar.kind(*day).unwrap().value.is_working())
                .count();
            assert_eq!(count, days, "{year}");
        }
    }

    #[test]
    fn days_begin_and_end_in_shanghai() {
        assert_eq!(
            midnight(d("2026-10-14")).to_rfc3339(),
            "2026-10-13T16:00:00+00:00"
        );
        assert_eq!(
            civil_date("2026-10-13T16:00:00Z".parse().unwrap()),
            d("2026-10-14")
        );
        assert_eq!(
            civil_date("2026-10-13T15:59:59Z".parse().unwrap()),
            d("2026-10-13")
        );
    }

    proptest! {
        #[test]
        fn laws_of_working_days(offset in 0_u64..1000, m in 1_u32..25, n in 0_u32..25) {
            let calendar = Calendar::shipped();
            let start = d("2024-01-01").checked_add_days(Days::new(offset)).unwrap();
            let due = calendar.wd_add(start, m).unwrap().value;
            prop_assert_eq!(calendar.wd_between(start, due).unwrap().value, i64::from(m));
            prop_assert_eq!(calendar.wd_add(due, n).unwrap().value, calendar.wd_add(start, m + n).unwrap().value);
            prop_assert!(calendar.wd_add(day_after(start), m).unwrap().value >= due);
        }
    }
}
