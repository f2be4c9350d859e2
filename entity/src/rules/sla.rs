//! One cycle of one clock, replayed from its append-only events (`sla.md` S4–S13, S31, S34, S36).
//!
//! The columns of a clock row are a projection of what stands here. Seconds and working days are
//! never converted into each other. Service time (S1) is not offered as a unit yet.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::calendar::{Calendar, CalendarMissing, civil_date, day_after, midnight};
use crate::values::{
    ClockCode, Confirmation, Severity, SlaClockKind, SlaClockState, SlaEventKind, SlaResult,
    SlaUnit, TwoHourMeaning,
};

/// A length in the unit of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Seconds of natural time.
    Seconds(i64),
    /// Statutory working days.
    Wd(u32),
}

/// What a clock promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Unit of the clock.
    pub unit: SlaUnit,
    /// Limit in the unit: seconds or working days; none without a target (S31).
    pub limit: Option<i64>,
    /// How long the hospital's check of a solution counts to the vendor (S34).
    pub check: Limit,
    /// Carried from earlier cycles, in the unit (S11).
    pub carried: i64,
}

/// One event, already in the order of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: SlaEventKind,
    /// From when it counts.
    pub at: DateTime<Utc>,
    /// RETARGET: the new limit.
    pub limit: Option<i64>,
}

/// The state of a clock after its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Projection {
    /// Due; none while paused, cancelled or without a target.
    pub due_at: Option<DateTime<Utc>>,
    /// Exclusive bound of a day limit.
    pub due_before_at: Option<DateTime<Utc>>,
    /// Stop.
    pub stopped_at: Option<DateTime<Utc>>,
    /// Paused, in the unit.
    pub paused: i64,
    /// Held by the hospital, in the unit.
    pub held: i64,
    /// State.
    pub state: SlaClockState,
    /// Result.
    pub result: SlaResult,
    /// A provisional year was touched.
    pub provisional: bool,
}

/// Equal instants: ATTACH < RESUME < PAUSE < COMPLETE (S22); the rest keeps the order of recording.
const fn rank(kind: SlaEventKind) -> u8 {
    match kind {
        SlaEventKind::Attach | SlaEventKind::Reattach => 0,
        SlaEventKind::Correct | SlaEventKind::Migrate | SlaEventKind::Retarget => 1,
        SlaEventKind::Reject => 2,
        SlaEventKind::Resume => 3,
        SlaEventKind::Pause => 4,
        SlaEventKind::Complete => 5,
        SlaEventKind::Cancel => 6,
    }
}

fn whole(at: DateTime<Utc>) -> i64 {
    at.timestamp()
}

/// Replays the events of one clock.
///
/// # Errors
/// [`CalendarMissing`] if a day limit needs a year that is not there.
pub fn replay(
    terms: &Terms,
    started_at: DateTime<Utc>,
    events: &[Event],
    calendar: &Calendar,
) -> Result<Projection, CalendarMissing> {
    let mut sorted: Vec<Event> = events.to_vec();
    sorted.sort_by_key(|event| (event.at, rank(event.kind)));
    let mut limit = terms.limit;
    let mut paused = 0_i64;
    let mut held = 0_i64;
    let mut pause: Option<DateTime<Utc>> = None;
    let mut stop: Option<DateTime<Utc>> = None;
    let mut cancelled: Option<DateTime<Utc>> = None;
    let mut provisional = false;
    for event in sorted.into_iter().filter(|event| event.at >= started_at) {
        if cancelled.is_some() {
            break;
        }
        match event.kind {
            SlaEventKind::Attach
            | SlaEventKind::Reattach
            | SlaEventKind::Correct
            | SlaEventKind::Migrate => {}
            SlaEventKind::Retarget => limit = event.limit.or(limit),
            SlaEventKind::Pause => pause = pause.or(Some(event.at)),
            SlaEventKind::Resume => {
                if let Some(from) = pause.take() {
                    let part = span(terms.unit, from, event.at, calendar)?;
                    paused += part.0;
                    provisional |= part.1;
                }
            }
            SlaEventKind::Complete => {
                // Leaving a pause closes its interval before the completion counts (S22).
                if let Some(from) = pause.take() {
                    let part = span(terms.unit, from, event.at, calendar)?;
                    paused += part.0;
                    provisional |= part.1;
                }
                stop = stop.or(Some(event.at));
            }
            SlaEventKind::Reject => {
                if let Some(claimed) = stop.take() {
                    let part = hold(terms, claimed, event.at, calendar)?;
                    held += part.0;
                    provisional |= part.1;
                }
            }
            SlaEventKind::Cancel => {
                if stop.is_none() {
                    cancelled = Some(event.at);
                }
            }
        }
    }
    let due = match limit {
        None => None,
        Some(limit) => Some(due_of(
            terms.unit,
            started_at,
            limit - terms.carried + paused + held,
            calendar,
        )?),
    };
    provisional |= due.is_some_and(|due| due.provisional);
    let late = |at: DateTime<Utc>| due.is_some_and(|due| due.is_late(at));
    let (state, result) = match (cancelled, stop, pause) {
        (Some(_), _, _) => (SlaClockState::Cancelled, SlaResult::Na),
        (None, Some(_), _) if due.is_none() => (SlaClockState::Stopped, SlaResult::Na),
        (None, Some(at), _) => (
            SlaClockState::Stopped,
            if late(at) {
                SlaResult::Late
            } else {
                SlaResult::OnTime
            },
        ),
        (None, None, Some(_)) => (SlaClockState::Paused, SlaResult::Open),
        (None, None, None) => (
            SlaClockState::Running,
            if due.is_none() {
                SlaResult::Na
            } else {
                SlaResult::Open
            },
        ),
    };
    let shown = due.filter(|_| matches!(state, SlaClockState::Running | SlaClockState::Stopped));
    Ok(Projection {
        due_at: shown.map(|due| due.at),
        due_before_at: shown.and_then(|due| due.before),
        stopped_at: stop.or(cancelled),
        paused,
        held,
        state,
        result,
        provisional,
    })
}

#[derive(Clone, Copy, Debug)]
struct Due {
    at: DateTime<Utc>,
    before: Option<DateTime<Utc>>,
    provisional: bool,
}

impl Due {
    /// Seconds are compared whole; a day limit ends before its exclusive bound (S13).
    fn is_late(self, at: DateTime<Utc>) -> bool {
        match self.before {
            Some(before) => at >= before,
            None => whole(at) > whole(self.at),
        }
    }
}

fn due_of(
    unit: SlaUnit,
    start: DateTime<Utc>,
    length: i64,
    calendar: &Calendar,
) -> Result<Due, CalendarMissing> {
    match unit {
        SlaUnit::Natural | SlaUnit::Service => Ok(Due {
            at: start + TimeDelta::seconds(length.max(0)),
            before: None,
            provisional: false,
        }),
        SlaUnit::Wd => {
            let due =
                calendar.wd_add(civil_date(start), u32::try_from(length.max(0)).unwrap_or(0))?;
            let bound = midnight(day_after(due.value));
            Ok(Due {
                at: bound,
                before: Some(bound),
                provisional: due.provisional,
            })
        }
    }
}

/// A pause in the unit of its clock (S9).
fn span(
    unit: SlaUnit,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    calendar: &Calendar,
) -> Result<(i64, bool), CalendarMissing> {
    match unit {
        SlaUnit::Natural | SlaUnit::Service => Ok(((to - from).num_seconds().max(0), false)),
        SlaUnit::Wd => calendar
            .wd_between(civil_date(from), civil_date(to))
            .map(|count| (count.value, count.provisional)),
    }
}

/// The time of a rejected claim that the hospital held beyond its checking limit (S34).
fn hold(
    terms: &Terms,
    claimed: DateTime<Utc>,
    rejected: DateTime<Utc>,
    calendar: &Calendar,
) -> Result<(i64, bool), CalendarMissing> {
    let (end, end_on, provisional): (DateTime<Utc>, NaiveDate, bool) = match terms.check {
        Limit::Seconds(seconds) => {
            let end = claimed + TimeDelta::seconds(seconds);
            (end, civil_date(end), false)
        }
        Limit::Wd(days) => {
            let on = calendar.wd_add(civil_date(claimed), days)?;
            (midnight(day_after(on.value)), on.value, on.provisional)
        }
    };
    if rejected <= end {
        return Ok((0, provisional));
    }
    match terms.unit {
        SlaUnit::Natural | SlaUnit::Service => Ok(((rejected - end).num_seconds(), provisional)),
        SlaUnit::Wd => calendar
            .wd_between(end_on, civil_date(rejected))
            .map(|count| (count.value, provisional || count.provisional)),
    }
}

/// How late an act of a day limit was: working days and natural days after the due date (S27).
///
/// # Errors
/// [`CalendarMissing`].
pub fn lateness(
    due_on: NaiveDate,
    acted_on: NaiveDate,
    calendar: &Calendar,
) -> Result<(i64, i64), CalendarMissing> {
    let natural = i64::from(acted_on.num_days_from_ce() - due_on.num_days_from_ce()).max(0);
    Ok((calendar.wd_between(due_on, acted_on)?.value, natural))
}

/// When a two hour class stops: the later of response and first step, or the response alone.
#[must_use]
pub fn stop_of_two_hours(
    responded: Option<DateTime<Utc>>,
    step: Option<DateTime<Utc>>,
    meaning: TwoHourMeaning,
) -> Option<DateTime<Utc>> {
    match meaning {
        TwoHourMeaning::Respond => responded,
        TwoHourMeaning::RespondAndStart => responded
            .zip(step)
            .map(|(responded, step)| responded.max(step)),
    }
}

/// Whether a response clock asks for a first handling step too.
#[must_use]
pub const fn needs_step(code: ClockCode) -> bool {
    matches!(
        code,
        ClockCode::FaultResponse2h
            | ClockCode::Response2h
            | ClockCode::ChangeResponse2h
            | ClockCode::DataResponse2h
    )
}

/// Unit and limit of a response clock; the parameters of the contract fill.
#[must_use]
pub const fn response_limit(
    code: ClockCode,
    response_wd_n: i64,
    immediate_min: i64,
) -> Option<(SlaUnit, i64)> {
    match code {
        ClockCode::ConsultResponse1h => Some((SlaUnit::Natural, 3600)),
        ClockCode::FaultResponse2h
        | ClockCode::Response2h
        | ClockCode::ChangeResponse2h
        | ClockCode::DataResponse2h => Some((SlaUnit::Natural, 7200)),
        ClockCode::TrainingResponseWd
        | ClockCode::UpgradeResponseWd
        | ClockCode::ResponseNextWd => Some((SlaUnit::Wd, response_wd_n)),
        ClockCode::Immediate15min => Some((SlaUnit::Natural, immediate_min * 60)),
        ClockCode::FirstStepKpi30min
        | ClockCode::ResolutionBySeverity
        | ClockCode::AgreedPlan
        | ClockCode::DisasterRto
        | ClockCode::FaultReport3wd
        | ClockCode::EffortEstimate5wd
        | ClockCode::InspectionReport5wd
        | ClockCode::ReportConfirm5wd
        | ClockCode::HandoverTraining10wd
        | ClockCode::TrainingAfterRelease
        | ClockCode::Docs15wd
        | ClockCode::DocsUpdate10wd
        | ClockCode::DisasterReview5wd
        | ClockCode::ExitDelete10wd
        | ClockCode::BreachReply5wd
        | ClockCode::Appeal5wd
        | ClockCode::AssessmentRectify10wd => None,
    }
}

/// Whether a late clock is a breach candidate without a table of the contract ("B" in `domain.md` 3.2).
#[must_use]
pub const fn is_breach(code: ClockCode) -> bool {
    matches!(
        code,
        ClockCode::FaultResponse2h
            | ClockCode::Response2h
            | ClockCode::ChangeResponse2h
            | ClockCode::DataResponse2h
            | ClockCode::Immediate15min
            | ClockCode::ResolutionBySeverity
    )
}

/// Checking time of a severity.
#[must_use]
pub const fn check_limit(severity: Option<Severity>) -> Limit {
    match severity {
        Some(Severity::S1) => Limit::Seconds(3600),
        Some(Severity::S2) => Limit::Seconds(4 * 3600),
        Some(Severity::S3) => Limit::Seconds(8 * 3600),
        Some(Severity::S4) | None => Limit::Wd(1),
    }
}

/// Warning points of a clock that is not due in days: per cent of the way from start to due (S12).
#[must_use]
pub fn warn_points(
    kind: SlaClockKind,
    started_at: DateTime<Utc>,
    projection: &Projection,
) -> Vec<(u8, DateTime<Utc>)> {
    let Some(due) = projection
        .due_at
        .filter(|_| projection.state == SlaClockState::Running)
    else {
        return Vec::new();
    };
    let per_cent: &[u8] = match (kind, projection.due_before_at) {
        (SlaClockKind::Response, None) => &[50, 75, 90, 100],
        (SlaClockKind::Resolution, None) => &[50, 80, 100],
        (
            SlaClockKind::Response
            | SlaClockKind::Resolution
            | SlaClockKind::Delivery
            | SlaClockKind::Periodic
            | SlaClockKind::Kpi,
            _,
        ) => &[100],
    };
    // Pauses and holds have moved the due instant; the points keep their distance in counted time.
    let shift = if projection.due_before_at.is_some() {
        0
    } else {
        projection.paused + projection.held
    };
    let length = (due - started_at).num_seconds() - shift;
    per_cent
        .iter()
        .map(|point| {
            (
                *point,
                started_at + TimeDelta::seconds(length * i64::from(*point) / 100 + shift),
            )
        })
        .collect()
}

/// When a solution that nobody answers is reminded of and counts as solved (S35): the dates of the reminders.
///
/// # Errors
/// [`CalendarMissing`].
pub fn silence(
    resolved_at: DateTime<Utc>,
    every_wd: u32,
    times: u32,
    calendar: &Calendar,
) -> Result<Vec<NaiveDate>, CalendarMissing> {
    (1..=times)
        .map(|time| {
            calendar
                .wd_add(civil_date(resolved_at), every_wd * time)
                .map(|day| day.value)
        })
        .collect()
}

/// The mark of a solution: confirmed, or unanswered since the end of the last reminder's day.
#[must_use]
pub fn confirmation(confirmed: bool, reminders: &[NaiveDate], now: DateTime<Utc>) -> Confirmation {
    match reminders.last() {
        _ if confirmed => Confirmation::Confirmed,
        Some(last) if now >= midnight(day_after(*last)) => Confirmation::Unconfirmed,
        _ => Confirmation::None,
    }
}

#[cfg(test)]
mod tests;
