//! Warning points and reminders (S12, S25, S35).
//!
//! It computes instants. Sending, merging and remembering what was sent belongs to the jobs; the
//! key of a message is (clock, cycle, threshold, due instant).

use super::replay::{gaps, units};
use super::{Limit, Projection, Silence, Terms};
use crate::rules::calendar::{
    Calendar, CalendarMissing, Instant, civil_date, cut, next, plus, seconds,
};
use crate::values::{SlaClockKind, SlaClockState, SlaUnit};

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Threshold {
    /// Percent of the target, 100 at the due instant.
    Percent(u8),
    /// Working days before the due date.
    WdBefore(u8),
    /// The due date.
    OnDay,
    /// The n-th working day after the due date (n ≥ 1).
    Overdue(u32),
}

impl std::fmt::Display for Threshold {
    /// The stored word: `P80`, `D-5`, `D0`, `D+1`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Percent(p) => write!(f, "P{p}"),
            Self::WdBefore(n) => write!(f, "D-{n}"),
            Self::OnDay => f.write_str("D0"),
            Self::Overdue(n) => write!(f, "D+{n}"),
        }
    }
}

/// A point at which a warning is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarnPoint {
    /// What.
    pub threshold: Threshold,
    /// When.
    pub at: Instant,
}

/// Warning points of a running clock in time order; none while it is paused, stopped or without
/// target. Day limits give one overdue point, the next ones come from [`next_overdue_point`].
///
/// # Errors
/// [`CalendarMissing`].
pub fn warn_points(
    terms: &Terms,
    projection: &Projection,
    calendar: &Calendar,
) -> Result<Vec<WarnPoint>, CalendarMissing> {
    let (Some(due), SlaClockState::Running) = (projection.due_at, projection.state) else {
        return Ok(Vec::new());
    };
    match projection.target.limit {
        Limit::None => Ok(Vec::new()),
        Limit::Seconds(_) | Limit::Until(_) => percentages(terms, projection, due, calendar),
        Limit::WorkingDays(_) | Limit::NaturalDays(_) | Limit::On(_) => days(projection, calendar),
    }
}

fn percentages(
    terms: &Terms,
    projection: &Projection,
    due: Instant,
    calendar: &Calendar,
) -> Result<Vec<WarnPoint>, CalendarMissing> {
    let percents: &[u8] = if terms.kind == SlaClockKind::Response {
        &[50, 75, 90]
    } else {
        &[50, 80]
    };
    let start = cut(projection.started_at);
    let service = projection.target.unit == SlaUnit::Service;
    let gaps = gaps(projection);
    let total = match units(projection.target.limit) {
        Some(units) => (units - terms.carried).max(0),
        // An agreed instant: the counted time from the start to it.
        None if service => {
            let excluded = gaps
                .iter()
                .map(|(a, b)| calendar.svc_between(*a, *b).map(|c| c.value))
                .sum::<Result<i64, _>>()?;
            (calendar.svc_between(start, due)?.value - excluded).max(0)
        }
        None => {
            (seconds(start, due) - gaps.iter().map(|(a, b)| seconds(*a, *b)).sum::<i64>()).max(0)
        }
    };
    let mut points = Vec::new();
    for percent in percents {
        let mut need = total * i64::from(*percent) / 100;
        let reach = |need| {
            if service {
                calendar.svc_add(start, need).map(|c| c.value)
            } else {
                Ok(plus(start, need))
            }
        };
        let mut at = reach(need)?;
        for (from, to) in &gaps {
            // A point that was reached before the gap began stays where it is.
            if at > *from {
                need += if service {
                    calendar.svc_between(*from, *to)?.value
                } else {
                    seconds(*from, *to)
                };
                at = reach(need)?;
            }
        }
        points.push(WarnPoint {
            threshold: Threshold::Percent(*percent),
            at,
        });
    }
    points.push(WarnPoint {
        threshold: Threshold::Percent(100),
        at: due,
    });
    Ok(points)
}

fn days(projection: &Projection, calendar: &Calendar) -> Result<Vec<WarnPoint>, CalendarMissing> {
    let Some(on) = projection.due_on else {
        return Ok(Vec::new());
    };
    let start = projection.started_at;
    let mut points = Vec::new();
    for n in [5_u8, 2, 1] {
        let day = calendar.wd_sub(on, u32::from(n))?.value;
        if day < civil_date(start) {
            continue;
        }
        let at = calendar.first_slot(day)?.value;
        if at > start {
            points.push(WarnPoint {
                threshold: Threshold::WdBefore(n),
                at,
            });
        }
    }
    let at = calendar.first_slot(on)?.value;
    if at > start {
        points.push(WarnPoint {
            threshold: Threshold::OnDay,
            at,
        });
    }
    if let Some(point) = next_overdue_point(projection, on_end(projection), calendar)? {
        points.push(point);
    }
    Ok(points)
}

fn on_end(projection: &Projection) -> Instant {
    projection
        .due_before_at
        .or(projection.due_at)
        .unwrap_or(projection.started_at)
}

/// The first overdue warning of a day limit after `after`: first slot of a working day after the due date.
///
/// # Errors
/// [`CalendarMissing`].
pub fn next_overdue_point(
    projection: &Projection,
    after: Instant,
    calendar: &Calendar,
) -> Result<Option<WarnPoint>, CalendarMissing> {
    let Some(on) = projection
        .due_on
        .filter(|_| projection.state == SlaClockState::Running)
    else {
        return Ok(None);
    };
    let mut day = next(on)?.max(civil_date(after));
    loop {
        if calendar.is_wd(day)?.value {
            let at = calendar.first_slot(day)?.value;
            if at >= after {
                let n = u32::try_from(calendar.wd_between(on, day)?.value).unwrap_or(u32::MAX);
                return Ok(Some(WarnPoint {
                    threshold: Threshold::Overdue(n),
                    at,
                }));
            }
        }
        day = next(day)?;
    }
}

/// Reminders of an unanswered claim (S35): first service slot of the 3rd and of the 6th working day.
///
/// # Errors
/// [`CalendarMissing`].
pub fn silence_points(
    resolved_at: Instant,
    silence: Silence,
    calendar: &Calendar,
) -> Result<Vec<Instant>, CalendarMissing> {
    (1..=silence.times)
        .map(|k| {
            let day = calendar
                .wd_add(civil_date(resolved_at), silence.wd.saturating_mul(k))?
                .value;
            calendar.first_slot(day).map(|c| c.value)
        })
        .collect()
}
