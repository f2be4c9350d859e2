//! The day-by-day account of a clock (S23): what was counted, what was not, and why.
//!
//! The sum of the counted units from the start to the due instant is the target, which is what a
//! reader checks by hand.

use super::replay::gaps;
use super::{ClaimSpan, Projection};
use crate::rules::calendar::{
    Calendar, CalendarMissing, DayLine, Instant, civil_date, cut, end_of, midnight, seconds,
};
use crate::values::SlaUnit;

/// One civil day of a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainLine {
    /// The day in the calendar: date, working day or not, why, slots, notice.
    pub day: DayLine,
    /// Units of this day that count: seconds or working days.
    pub counted: i64,
    /// Units of this day inside pauses and holds.
    pub excluded: i64,
}

/// Day by day from the start to `to` (usually the due instant or the stop). The start day of a
/// working-day clock counts nothing.
///
/// # Errors
/// [`CalendarMissing`].
pub fn explain(
    projection: &Projection,
    to: Instant,
    calendar: &Calendar,
) -> Result<Vec<ExplainLine>, CalendarMissing> {
    let start = cut(projection.started_at);
    let to = cut(to).max(start);
    // 24:00 belongs to the day it ends.
    let last = if to > start && midnight(civil_date(to)) == to {
        civil_date(to).pred_opt()
    } else {
        None
    };
    let gaps = gaps(projection);
    let unit = projection.target.unit;
    let between = |a: Instant, b: Instant| -> Result<i64, CalendarMissing> {
        if a >= b {
            return Ok(0);
        }
        Ok(if unit == SlaUnit::Service {
            calendar.svc_between(a, b)?.value
        } else {
            seconds(a, b)
        })
    };
    let mut lines = Vec::new();
    for day in calendar.days(civil_date(start), last.unwrap_or_else(|| civil_date(to)))? {
        let (counted, excluded) = if unit == SlaUnit::Wd {
            let whole = i64::from(day.counted && day.date > civil_date(start));
            let out = i64::from(whole == 1 && excluded_day(projection, &day));
            (whole - out, out)
        } else {
            let (from, until) = (midnight(day.date).max(start), end_of(day.date).min(to));
            let mut out = 0;
            for (a, b) in &gaps {
                out += between(from.max(*a), until.min(*b))?;
            }
            (between(from, until)? - out, out)
        };
        lines.push(ExplainLine {
            day,
            counted,
            excluded,
        });
    }
    Ok(lines)
}

/// A working day x is taken out by a pause with date(from) < x ≤ date(to), or by a hold after the
/// last day of the checking time.
fn excluded_day(projection: &Projection, day: &DayLine) -> bool {
    let counts = |from: Instant| projection.counts_from.is_none_or(|since| from >= since);
    let paused = projection.pauses.iter().any(|p| {
        counts(p.from)
            && p.to
                .is_some_and(|to| civil_date(p.from) < day.date && day.date <= civil_date(to))
    });
    let held = |claim: &ClaimSpan| {
        let (on, hold) = (claim.check_end_on?, claim.hold()?);
        Some(on < day.date && day.date <= civil_date(hold.1))
    };
    paused
        || projection
            .claims
            .iter()
            .any(|c| counts(c.at) && held(c) == Some(true))
}
