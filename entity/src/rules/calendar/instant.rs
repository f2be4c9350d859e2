//! Instants, civil dates of `Asia/Shanghai` and the periods of the contract (`domain.md` 3.1, S13, S21).
//!
//! Nothing here looks at a calendar year; working days and service time do.

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};

use super::CalendarMissing;

/// An instant in UTC.
pub type Instant = DateTime<Utc>;

/// Offset of `Asia/Shanghai` in seconds; the zone has had no daylight saving since 1991.
pub const ZONE_OFFSET_S: i64 = 8 * 3600;

/// Seconds of a civil day.
pub const DAY_S: u32 = 86_400;

/// The civil date in the contract's zone.
#[must_use]
pub fn civil_date(t: Instant) -> NaiveDate {
    plus(t, ZONE_OFFSET_S).date_naive()
}

/// 00:00 of a civil date as an instant.
#[must_use]
pub fn midnight(d: NaiveDate) -> Instant {
    at(d, 0)
}

/// The instant `second` seconds after 00:00 of a civil date.
#[must_use]
pub fn at(d: NaiveDate, second: u32) -> Instant {
    plus(
        d.and_time(chrono::NaiveTime::MIN).and_utc(),
        i64::from(second) - ZONE_OFFSET_S,
    )
}

/// 24:00 of a civil date, the exclusive bound of a day limit.
#[must_use]
pub fn end_of(d: NaiveDate) -> Instant {
    at(d, DAY_S)
}

/// `t` plus seconds; stays at the end of representable time instead of failing.
#[must_use]
pub fn plus(t: Instant, seconds: i64) -> Instant {
    TimeDelta::try_seconds(seconds)
        .and_then(|by| t.checked_add_signed(by))
        .unwrap_or(if seconds < 0 {
            Instant::MIN_UTC
        } else {
            Instant::MAX_UTC
        })
}

/// The instant without its fraction of a second (S13).
#[must_use]
pub fn cut(t: Instant) -> Instant {
    DateTime::from_timestamp(t.timestamp(), 0).unwrap_or(t)
}

/// Whole seconds from `a` to `b`, both cut; negative if `b` is earlier.
#[must_use]
pub fn seconds(a: Instant, b: Instant) -> i64 {
    b.timestamp() - a.timestamp()
}

/// Period `k` (from 1) of `months` months of a contract: first day and first day after it. A day
/// that does not exist becomes the end of its month (民法典 202). None for `k` = 0 or out of range.
#[must_use]
pub fn period(start: NaiveDate, months: u32, k: u32) -> Option<(NaiveDate, NaiveDate)> {
    let first = months.checked_mul(k.checked_sub(1)?)?;
    let next = months.checked_mul(k)?;
    Some((
        start.checked_add_months(Months::new(first))?,
        start.checked_add_months(Months::new(next))?,
    ))
}

/// Contract quarter `k` (from 1).
#[must_use]
pub fn contract_quarter(start: NaiveDate, k: u32) -> Option<(NaiveDate, NaiveDate)> {
    period(start, 3, k)
}

/// Service year `k` (from 1).
#[must_use]
pub fn service_year(start: NaiveDate, k: u32) -> Option<(NaiveDate, NaiveDate)> {
    period(start, 12, k)
}

/// Number (from 1) of the period of `months` months that holds `d`; none before the start.
#[must_use]
pub fn period_of(start: NaiveDate, months: u32, d: NaiveDate) -> Option<u32> {
    if d < start || months == 0 {
        return None;
    }
    let mut k = 1;
    while period(start, months, k)?.1 <= d {
        k += 1;
    }
    Some(k)
}

/// The day after, or the year in which representable dates end.
pub(crate) fn next(d: NaiveDate) -> Result<NaiveDate, CalendarMissing> {
    d.succ_opt().ok_or(CalendarMissing { year: d.year() })
}

/// The next civil date; the last representable date follows itself.
#[must_use]
pub fn day_after(d: NaiveDate) -> NaiveDate {
    d.succ_opt().unwrap_or(d)
}
