//! Civil dates, statutory working days and service time of the contract (`domain.md` 3.1, S1–S3, S20).
//!
//! Three kinds of period that are never converted: natural time, service time, working days. A
//! year that is not in the calendar is unknown, never "no holidays". This module does not know
//! clocks, parties or limits, and it reads no time of its own. Basis: 二(二), 民法典 201–203, 1259.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

mod instant;
mod load;
#[cfg(test)]
mod tests;

pub(crate) use instant::next;
pub use instant::{
    DAY_S, Instant, ZONE_OFFSET_S, at, civil_date, contract_quarter, cut, day_after, end_of,
    midnight, period, period_of, plus, seconds, service_year,
};
pub use load::LoadError;

/// The calendar holds no entry for this year (S20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarMissing {
    /// The year that is missing.
    pub year: i32,
}

impl std::fmt::Display for CalendarMissing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the calendar has no year {}", self.year)
    }
}

impl std::error::Error for CalendarMissing {}

/// An answer of the calendar, and whether a provisional year was touched on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted<T> {
    /// The answer.
    pub value: T,
    /// True if a year without its official notice took part.
    pub provisional: bool,
}

impl<T> Counted<T> {
    /// An answer that touched no provisional year.
    #[must_use]
    pub const fn sure(value: T) -> Self {
        Self {
            value,
            provisional: false,
        }
    }
}

/// A stretch of service time inside one civil day, seconds since 00:00, end exclusive (S2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// First second.
    pub from_s: u32,
    /// First second after the slot, at most 86 400.
    pub to_s: u32,
}

/// The official notice behind a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Title.
    pub title: String,
    /// Document number.
    pub doc: String,
    /// Date of the notice.
    pub on: NaiveDate,
}

/// One year: days off and make-up days, each with own slots or with those of the whole day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarYear {
    /// Days off; with slots only these are taken out of the service time (S1).
    pub holidays: BTreeMap<NaiveDate, Option<Vec<Slot>>>,
    /// Make-up working days; without slots the default slots apply.
    pub workdays: BTreeMap<NaiveDate, Option<Vec<Slot>>>,
    /// The notice; none for a provisional year.
    pub notice: Option<Notice>,
    /// True while the official notice is missing.
    pub provisional: bool,
}

impl CalendarYear {
    /// A year of whole days off and whole make-up days.
    #[must_use]
    pub fn whole_days(
        holidays: impl IntoIterator<Item = NaiveDate>,
        workdays: impl IntoIterator<Item = NaiveDate>,
        notice: Option<Notice>,
        provisional: bool,
    ) -> Self {
        Self {
            holidays: holidays.into_iter().map(|d| (d, None)).collect(),
            workdays: workdays.into_iter().map(|d| (d, None)).collect(),
            notice,
            provisional,
        }
    }
}

/// Why a day counts or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Monday to Friday, no holiday.
    Weekday,
    /// Saturday or Sunday.
    Weekend,
    /// Day off by the notice.
    Holiday,
    /// Make-up working day by the notice.
    MakeUp,
}

/// One line of an explanation (S23).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayLine {
    /// Civil date.
    pub date: NaiveDate,
    /// True if the day is a working day.
    pub counted: bool,
    /// Why.
    pub why: DayKind,
    /// Service slots of the day.
    pub slots: Vec<Slot>,
    /// Number of the notice, for holidays and make-up days of an official year.
    pub notice_doc: Option<String>,
    /// True if the year is provisional.
    pub provisional: bool,
}

/// The versioned calendar of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Version, stored on every clock (S17).
    pub version: String,
    /// Years by number.
    pub years: BTreeMap<i32, CalendarYear>,
    /// Weekly slots, Monday first.
    pub weekly: [Vec<Slot>; 7],
    /// Slots of a make-up day that has none of its own.
    pub make_up: Vec<Slot>,
}

impl Calendar {
    /// The year of a date.
    ///
    /// # Errors
    /// [`CalendarMissing`] if it is not in the calendar.
    pub fn year(&self, d: NaiveDate) -> Result<&CalendarYear, CalendarMissing> {
        self.years
            .get(&d.year())
            .ok_or(CalendarMissing { year: d.year() })
    }

    /// Whether a date is a statutory working day.
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn is_wd(&self, d: NaiveDate) -> Result<Counted<bool>, CalendarMissing> {
        let year = self.year(d)?;
        let value = matches!(self.why(d, year), DayKind::Weekday | DayKind::MakeUp);
        Ok(Counted {
            value,
            provisional: year.provisional,
        })
    }

    fn why(&self, d: NaiveDate, year: &CalendarYear) -> DayKind {
        let weekend = matches!(d.weekday(), Weekday::Sat | Weekday::Sun);
        if year.workdays.contains_key(&d) {
            DayKind::MakeUp
        } else if year.holidays.contains_key(&d) {
            DayKind::Holiday
        } else if weekend {
            DayKind::Weekend
        } else {
            DayKind::Weekday
        }
    }

    /// The n-th working day after `d`; n = 0 gives `d` itself or the next working day.
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn wd_add(&self, d: NaiveDate, n: u32) -> Result<Counted<NaiveDate>, CalendarMissing> {
        let first = self.is_wd(d)?;
        let mut provisional = first.provisional;
        let (mut day, mut left) = if n > 0 || first.value { (d, n) } else { (d, 1) };
        while left > 0 {
            day = next(day)?;
            let is = self.is_wd(day)?;
            provisional |= is.provisional;
            left -= u32::from(is.value);
        }
        Ok(Counted {
            value: day,
            provisional,
        })
    }

    /// The n-th working day before `d` (n ≥ 1).
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn wd_sub(&self, d: NaiveDate, n: u32) -> Result<Counted<NaiveDate>, CalendarMissing> {
        let (mut day, mut left, mut provisional) = (d, n, false);
        while left > 0 {
            day = day.pred_opt().ok_or(CalendarMissing { year: day.year() })?;
            let is = self.is_wd(day)?;
            provisional |= is.provisional;
            left -= u32::from(is.value);
        }
        Ok(Counted {
            value: day,
            provisional,
        })
    }

    /// Number of working days x with a < x ≤ b; 0 if b is not after a.
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn wd_between(&self, a: NaiveDate, b: NaiveDate) -> Result<Counted<i64>, CalendarMissing> {
        let (mut day, mut value, mut provisional) = (a, 0, false);
        while day < b {
            day = next(day)?;
            let is = self.is_wd(day)?;
            provisional |= is.provisional;
            value += i64::from(is.value);
        }
        Ok(Counted { value, provisional })
    }

    /// `d` if it is a working day or `rest_day_roll` is off, else the next working day (S38).
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn roll(
        &self,
        d: NaiveDate,
        rest_day_roll: bool,
    ) -> Result<Counted<NaiveDate>, CalendarMissing> {
        if rest_day_roll {
            self.wd_add(d, 0)
        } else {
            Ok(Counted::sure(d))
        }
    }

    /// Service slots of a date: (weekly − holiday) ∪ make-up, merged and in order (S1).
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn slots(&self, d: NaiveDate) -> Result<Counted<Vec<Slot>>, CalendarMissing> {
        let year = self.year(d)?;
        let [mon, tue, wed, thu, fri, sat, sun] = &self.weekly;
        let mut slots = match d.weekday() {
            Weekday::Mon => mon,
            Weekday::Tue => tue,
            Weekday::Wed => wed,
            Weekday::Thu => thu,
            Weekday::Fri => fri,
            Weekday::Sat => sat,
            Weekday::Sun => sun,
        }
        .clone();
        match year.holidays.get(&d) {
            Some(None) => slots.clear(),
            Some(Some(off)) => off.iter().for_each(|cut| slots = without(&slots, *cut)),
            None => {}
        }
        match year.workdays.get(&d) {
            Some(None) => slots.extend_from_slice(&self.make_up),
            Some(Some(own)) => slots.extend_from_slice(own),
            None => {}
        }
        Ok(Counted {
            value: merged(slots),
            provisional: year.provisional,
        })
    }

    /// The earliest instant at which `s` seconds of service time have passed since `t`.
    ///
    /// # Errors
    /// [`CalendarMissing`], also if the calendar ends before the time has passed.
    pub fn svc_add(&self, t: Instant, s: i64) -> Result<Counted<Instant>, CalendarMissing> {
        let t = cut(t);
        if s <= 0 {
            return Ok(Counted::sure(t));
        }
        let (mut day, mut left, mut provisional) = (civil_date(t), s, false);
        loop {
            let slots = self.slots(day)?;
            provisional |= slots.provisional;
            for slot in slots.value {
                let from = at(day, slot.from_s).max(t);
                let length = seconds(from, at(day, slot.to_s)).max(0);
                if left <= length {
                    return Ok(Counted {
                        value: plus(from, left),
                        provisional,
                    });
                }
                left -= length;
            }
            day = next(day)?;
        }
    }

    /// Service seconds in [a, b); 0 if b is not after a.
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn svc_between(&self, a: Instant, b: Instant) -> Result<Counted<i64>, CalendarMissing> {
        let (a, b) = (cut(a), cut(b));
        let (mut day, mut value, mut provisional) = (civil_date(a), 0, false);
        while midnight(day) < b && a < b {
            let slots = self.slots(day)?;
            provisional |= slots.provisional;
            for slot in slots.value {
                value += seconds(at(day, slot.from_s).max(a), at(day, slot.to_s).min(b)).max(0);
            }
            day = next(day)?;
        }
        Ok(Counted { value, provisional })
    }

    /// The first service instant of a date; 00:00 if the day has no slot.
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn first_slot(&self, d: NaiveDate) -> Result<Counted<Instant>, CalendarMissing> {
        let slots = self.slots(d)?;
        let second = slots.value.first().map_or(0, |slot| slot.from_s);
        Ok(Counted {
            value: at(d, second),
            provisional: slots.provisional,
        })
    }

    /// Whether an instant lies in service time (S1).
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn in_service(&self, t: Instant) -> Result<Counted<bool>, CalendarMissing> {
        let second = seconds(midnight(civil_date(t)), t);
        let slots = self.slots(civil_date(t))?;
        let value = slots
            .value
            .iter()
            .any(|s| i64::from(s.from_s) <= second && second < i64::from(s.to_s));
        Ok(Counted {
            value,
            provisional: slots.provisional,
        })
    }

    /// Day by day from `from` to `to`, both included (S23).
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn days(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<DayLine>, CalendarMissing> {
        let (mut lines, mut day) = (Vec::new(), from);
        while day <= to {
            let year = self.year(day)?;
            let why = self.why(day, year);
            let noticed = matches!(why, DayKind::Holiday | DayKind::MakeUp);
            lines.push(DayLine {
                date: day,
                counted: matches!(why, DayKind::Weekday | DayKind::MakeUp),
                why,
                slots: self.slots(day)?.value,
                notice_doc: year
                    .notice
                    .as_ref()
                    .filter(|_| noticed)
                    .map(|n| n.doc.clone()),
                provisional: year.provisional,
            });
            day = next(day)?;
        }
        Ok(lines)
    }

    /// Number of working days of a year.
    ///
    /// # Errors
    /// [`CalendarMissing`].
    pub fn working_days(&self, year: i32) -> Result<i64, CalendarMissing> {
        let missing = CalendarMissing { year };
        let first = NaiveDate::from_ymd_opt(year, 1, 1).ok_or(missing)?;
        let last = NaiveDate::from_ymd_opt(year, 12, 31).ok_or(missing)?;
        Ok(i64::from(self.is_wd(first)?.value) + self.wd_between(first, last)?.value)
    }
}

fn without(slots: &[Slot], off: Slot) -> Vec<Slot> {
    slots
        .iter()
        .flat_map(|s| {
            [
                Slot {
                    from_s: s.from_s,
                    to_s: s.to_s.min(off.from_s),
                },
                Slot {
                    from_s: s.from_s.max(off.to_s),
                    to_s: s.to_s,
                },
            ]
        })
        .filter(|s| s.from_s < s.to_s)
        .collect()
}

fn merged(mut slots: Vec<Slot>) -> Vec<Slot> {
    slots.sort_unstable();
    let mut out: Vec<Slot> = Vec::new();
    for slot in slots {
        match out.last_mut() {
            Some(last) if slot.from_s <= last.to_s => last.to_s = last.to_s.max(slot.to_s),
            _ => out.push(slot),
        }
    }
    out
}
