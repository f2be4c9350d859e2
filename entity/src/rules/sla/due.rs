//! The due instant and lateness (`sla.md` 2.1, S10, S13, S26, S27, S37, S38).
//!
//! It is given the facts a replay has sorted out and does no sorting of its own.

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::{CheckLimit, ClaimSpan, Limit, PauseSpan, Target, Terms, measure};
use crate::rules::calendar::{
    Calendar, CalendarMissing, Counted, DAY_S, Instant, at, civil_date, cut, end_of, plus, seconds,
};
use crate::values::SlaUnit;

/// A due instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Due instant; for a day limit equal to `before`.
    pub at: Instant,
    /// Exclusive bound of a day limit.
    pub before: Option<Instant>,
    /// Civil due date.
    pub on: NaiveDate,
    /// True if a provisional year took part.
    pub provisional: bool,
    /// Set for a demand: only pauses and holds from here on moved the instant.
    pub counts_from: Option<Instant>,
}

impl Due {
    fn instant(t: Instant, provisional: bool) -> Self {
        Self {
            at: t,
            before: None,
            on: civil_date(t),
            provisional,
            counts_from: None,
        }
    }

    fn day(on: Counted<NaiveDate>, cutoff_s: u32) -> Self {
        let bound = at(on.value, cutoff_s);
        // With an earlier end of the day instants are compared, equal is on time (S26).
        let before = (cutoff_s >= DAY_S).then_some(bound);
        Self {
            at: bound,
            before,
            on: on.value,
            provisional: on.provisional,
            counts_from: None,
        }
    }

    /// Whether a stop at `t` is on time (S13).
    #[must_use]
    pub fn met_by(&self, t: Instant) -> bool {
        self.before
            .map_or(cut(t) <= cut(self.at), |bound| t < bound)
    }
}

/// How late a stop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// Natural seconds after the due instant.
    pub overrun_s: i64,
    /// Overrun in the unit of the clock: seconds or working days.
    pub overrun: i64,
    /// Working days after the due date up to the date of the action (S27).
    pub late_wd: i64,
    /// Natural days after the due date.
    pub late_days: i64,
}

/// Measures a late stop; none if it is on time.
///
/// # Errors
/// [`CalendarMissing`].
pub fn late(
    due: &Due,
    stop: Instant,
    unit: SlaUnit,
    calendar: &Calendar,
) -> Result<Option<Late>, CalendarMissing> {
    if due.met_by(stop) {
        return Ok(None);
    }
    let date = civil_date(stop);
    let late_wd = calendar.wd_between(due.on, date)?.value;
    let overrun_s = seconds(due.at, stop).max(0);
    let overrun = match unit {
        SlaUnit::Natural => overrun_s,
        SlaUnit::Service => calendar.svc_between(due.at, stop)?.value,
        SlaUnit::Wd => late_wd,
    };
    Ok(Some(Late {
        overrun_s,
        overrun,
        late_wd,
        late_days: (date - due.on).num_days(),
    }))
}

/// Due instant of a limit from a start without any pause, for `previewDeadline`. None without limit.
///
/// # Errors
/// [`CalendarMissing`].
pub fn preview(
    unit: SlaUnit,
    limit: Limit,
    start: Instant,
    cutoff_s: u32,
    calendar: &Calendar,
) -> Result<Option<Due>, CalendarMissing> {
    base(&Facts {
        unit,
        limit,
        started: start,
        carried: 0,
        cutoff_s,
        rest_day_roll: true,
        since: None,
        pauses: &[],
        claims: &[],
        calendar,
    })
}

/// End of the checking time of a claim, as instant and as day (`check_end`, `check_end_on`).
pub(super) fn check_end(
    t: Instant,
    check: CheckLimit,
    calendar: &Calendar,
) -> Result<Option<(Instant, NaiveDate)>, CalendarMissing> {
    Ok(match check {
        CheckLimit::None => None,
        CheckLimit::Seconds(s) => Some((plus(cut(t), s), civil_date(plus(cut(t), s)))),
        CheckLimit::WorkingDays(n) => {
            let on = calendar.wd_add(civil_date(t), n)?.value;
            Some((end_of(on), on))
        }
    })
}

/// A standing demand.
#[derive(Clone, Copy, Debug)]
pub(super) struct DemandFact {
    pub(super) id: Uuid,
    pub(super) delivered: Instant,
    pub(super) deadline: Limit,
}

/// What the arithmetic of 2.1 needs.
pub(super) struct Facts<'a> {
    pub(super) unit: SlaUnit,
    pub(super) limit: Limit,
    pub(super) started: Instant,
    pub(super) carried: i64,
    pub(super) cutoff_s: u32,
    pub(super) rest_day_roll: bool,
    /// Only pauses and holds that begin at or after this instant count (S37).
    pub(super) since: Option<Instant>,
    pub(super) pauses: &'a [PauseSpan],
    pub(super) claims: &'a [ClaimSpan],
    pub(super) calendar: &'a Calendar,
}

impl Facts<'_> {
    fn counts(&self, from: Instant) -> bool {
        self.since.is_none_or(|since| from >= since)
    }

    /// Ended pauses in the clock's unit.
    pub(super) fn paused(&self) -> Result<i64, CalendarMissing> {
        let mut total = 0;
        for pause in self.pauses.iter().filter(|p| self.counts(p.from)) {
            if let Some(to) = pause.to {
                total += measure(self.unit, pause.from, to, self.calendar)?;
            }
        }
        Ok(total)
    }

    /// Holds in the clock's unit.
    pub(super) fn held(&self) -> Result<i64, CalendarMissing> {
        let mut total = 0;
        for claim in self.claims.iter().filter(|c| self.counts(c.at)) {
            total += hold(self.unit, claim, self.calendar)?;
        }
        Ok(total)
    }
}

/// `hold(claim)` of 2.1 in a unit.
pub(super) fn hold(
    unit: SlaUnit,
    claim: &ClaimSpan,
    calendar: &Calendar,
) -> Result<i64, CalendarMissing> {
    let Some((from, to)) = claim.hold() else {
        return Ok(0);
    };
    match (unit, claim.check_end_on) {
        (SlaUnit::Wd, Some(on)) => Ok(calendar.wd_between(on, civil_date(to))?.value),
        _ => measure(unit, from, to, calendar),
    }
}

/// Due instant of the target in force, or of the demand that rules where there is no target (S37).
pub(super) fn due(
    terms: &Terms,
    target: &Target,
    demands: &[DemandFact],
    (started, pauses, claims): (Instant, &[PauseSpan], &[ClaimSpan]),
    calendar: &Calendar,
) -> Result<Option<(Due, Limit)>, CalendarMissing> {
    let facts = |limit, since| Facts {
        unit: target.unit,
        limit,
        started,
        carried: terms.carried,
        cutoff_s: terms.cutoff_s,
        rest_day_roll: terms.rest_day_roll,
        since,
        pauses,
        claims,
        calendar,
    };
    if target.limit != Limit::None {
        return Ok(base(&facts(target.limit, None))?.map(|due| (due, target.limit)));
    }
    let mut ruling: Option<(Due, Limit)> = None;
    for demand in demands {
        if let Some(due) = base(&facts(demand.deadline, Some(demand.delivered)))?
            // A later demand never shortens an earlier one.
            && ruling.is_none_or(|(best, _)| best.at < due.at)
        {
            ruling = Some((
                Due {
                    counts_from: Some(demand.delivered),
                    ..due
                },
                demand.deadline,
            ));
        }
    }
    Ok(ruling)
}

fn base(facts: &Facts<'_>) -> Result<Option<Due>, CalendarMissing> {
    let calendar = facts.calendar;
    let started = cut(facts.started);
    let more = facts.paused()? + facts.held()?;
    Ok(match facts.limit {
        Limit::None => None,
        Limit::Seconds(s) => {
            let length = (s - facts.carried).max(0) + more;
            Some(if facts.unit == SlaUnit::Service {
                let end = calendar.svc_add(started, length)?;
                Due::instant(end.value, end.provisional)
            } else {
                Due::instant(plus(started, length), false)
            })
        }
        Limit::WorkingDays(n) => {
            let length = (i64::from(n) - facts.carried).max(0) + more;
            let days = u32::try_from(length).unwrap_or(u32::MAX);
            Some(Due::day(
                calendar.wd_add(civil_date(started), days)?,
                facts.cutoff_s,
            ))
        }
        Limit::NaturalDays(n) => {
            let first = civil_date(started);
            let last = first
                .checked_add_days(Days::new(u64::from(n)))
                .ok_or(CalendarMissing { year: i32::MAX })?;
            Some(shifted(
                calendar.roll(last, facts.rest_day_roll)?,
                more,
                facts,
            )?)
        }
        Limit::On(date) => Some(shifted(
            calendar.roll(date, facts.rest_day_roll)?,
            more,
            facts,
        )?),
        Limit::Until(instant) => Some(match facts.unit {
            SlaUnit::Natural => Due::instant(plus(cut(instant), more), false),
            SlaUnit::Service => {
                let end = calendar.svc_add(instant, more)?;
                Due::instant(end.value, end.provisional)
            }
            SlaUnit::Wd if more == 0 => Due::instant(cut(instant), false),
            SlaUnit::Wd => {
                let day = civil_date(instant);
                let time = u32::try_from(seconds(at(day, 0), instant)).unwrap_or(0);
                let to = calendar.wd_add(day, u32::try_from(more).unwrap_or(u32::MAX))?;
                Due::instant(at(to.value, time), to.provisional)
            }
        }),
    })
}

/// A date moved by pauses and holds: by working days, or by natural time past its 24:00.
fn shifted(on: Counted<NaiveDate>, more: i64, facts: &Facts<'_>) -> Result<Due, CalendarMissing> {
    if more == 0 {
        return Ok(Due::day(on, DAY_S));
    }
    Ok(match facts.unit {
        SlaUnit::Wd => {
            let to = facts
                .calendar
                .wd_add(on.value, u32::try_from(more).unwrap_or(u32::MAX))?;
            Due::day(
                Counted {
                    value: to.value,
                    provisional: to.provisional || on.provisional,
                },
                DAY_S,
            )
        }
        SlaUnit::Natural | SlaUnit::Service => {
            Due::instant(plus(end_of(on.value), more), on.provisional)
        }
    })
}
