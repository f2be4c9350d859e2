//! Clocks of the contract: one row is one cycle of one clock (`sla.md` 1–2, clauses 二(二), 三3).
//!
//! A clock is its append-only events; [`replay`] turns them into a [`Projection`]. This module
//! does not store, schedule or notify, and it does not know tickets. Instants are compared after
//! cutting to whole seconds (S13). Reading order: this file (words), `due` (arithmetic of 2.1),
//! `replay` (the events), `warn`, `explain`, `policy`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, CalendarMissing, Instant, cut};
use super::catalog::Span;
use crate::values::{
    ClockCancelReason, ClockCode, Confirmation, HoldingCause, Party, ReopenTarget, SlaClockKind,
    SlaClockState, SlaResult, SlaUnit, TargetSource, TwoHourMeaning, WaitReason,
};

mod due;
mod event;
mod explain;
mod holding;
#[cfg(test)]
mod laws;
mod policy;
mod replay;
#[cfg(test)]
mod vectors;
mod warn;

pub use due::{Due, Late, late, preview};
pub use event::{Completion, Event, EventBody};
pub use explain::{ExplainLine, explain};
pub use policy::{
    ClockRule, PolicyRule, ResolutionTargets, check_policy, clocks_for, is_breach, kind_of,
    needs_step, plain_limit, policy_of, policy_under, winner,
};
pub use replay::replay;
pub use warn::{Threshold, WarnPoint, next_overdue_point, silence_points, warn_points};

/// The limit of a clock; the unit of a clock says how pauses and holds are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Limit {
    /// Measured without a target (S31).
    None,
    /// Seconds of natural or service time, by the unit.
    Seconds(i64),
    /// Statutory working days, start day not counted (S26).
    WorkingDays(u32),
    /// Natural days, rolled to a working day (S38).
    NaturalDays(u32),
    /// An agreed or demanded instant.
    Until(Instant),
    /// An agreed or demanded date: its 24:00, rolled to a working day (S38).
    On(NaiveDate),
}

impl From<Span> for Limit {
    fn from(span: Span) -> Self {
        match span {
            Span::Seconds(s) => Self::Seconds(s),
            Span::NaturalDays(n) => Self::NaturalDays(n),
            Span::WorkingDays(n) => Self::WorkingDays(n),
        }
    }
}

/// How long the hospital's check of a claim counts to the vendor (S34).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CheckLimit {
    /// No checking limit: the clock knows no holds.
    None,
    /// Natural seconds.
    Seconds(i64),
    /// Working days.
    WorkingDays(u32),
}

impl From<Span> for CheckLimit {
    fn from(span: Span) -> Self {
        match span {
            Span::Seconds(s) => Self::Seconds(s),
            Span::NaturalDays(n) => Self::Seconds(i64::from(n) * 86_400),
            Span::WorkingDays(n) => Self::WorkingDays(n),
        }
    }
}

/// What a clock is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// Unit in which limit, pauses, holds and elapsed time are counted (S9).
    pub unit: SlaUnit,
    /// Limit.
    pub limit: Limit,
    /// Checking limit in force while this target is.
    pub check: CheckLimit,
    /// Where the target comes from.
    pub source: TargetSource,
}

/// The rule of silence (S35): reminders every `wd` working days, `times` times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// `confirm_reminder_wd`.
    pub wd: u32,
    /// `confirm_reminders`.
    pub times: u32,
}

/// What one cycle of one clock was started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Code of the contract.
    pub code: ClockCode,
    /// Kind; response clocks never pause (S8).
    pub kind: SlaClockKind,
    /// Target at the start; events RETARGET and MIGRATE replace it.
    pub target: Target,
    /// Elapsed units of earlier cycles (S11), in seconds or working days; 0 with `FULL`.
    pub carried: i64,
    /// `workday_cutoff`, seconds since 00:00; 86 400 = 24:00.
    pub cutoff_s: u32,
    /// `rest_day_roll` (S38).
    pub rest_day_roll: bool,
    /// Rule of silence; none = never counted until confirmed (A-55 `NEVER`).
    pub silence: Option<Silence>,
}

impl Terms {
    /// Terms with the defaults of the contract's parameters: nothing carried, 24:00, rest days
    /// roll, silence after two reminders of 3 wd.
    #[must_use]
    pub const fn new(code: ClockCode, kind: SlaClockKind, target: Target) -> Self {
        let silence = Some(Silence { wd: 3, times: 2 });
        Self {
            code,
            kind,
            target,
            carried: 0,
            cutoff_s: 86_400,
            rest_day_roll: true,
            silence,
        }
    }

    /// Whether the clock can be paused with the hospital's consent (`domain.md` 3.2, S8).
    #[must_use]
    pub fn pausable(&self) -> bool {
        self.kind != SlaClockKind::Response
            && matches!(
                self.code,
                ClockCode::ResolutionBySeverity
                    | ClockCode::AgreedPlan
                    | ClockCode::EffortEstimate5wd
            )
    }
}

/// Why a list of events gives no projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayError {
    /// No ATTACH and no REATTACH.
    NotStarted,
    /// The calendar lacks a year that the arithmetic needs (S20).
    Calendar(CalendarMissing),
}

impl From<CalendarMissing> for ReplayError {
    fn from(missing: CalendarMissing) -> Self {
        Self::Calendar(missing)
    }
}

impl std::fmt::Display for ReplayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotStarted => f.write_str("the clock has no start"),
            Self::Calendar(missing) => missing.fmt(f),
        }
    }
}

impl std::error::Error for ReplayError {}

/// An accepted pause, clipped to the cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseSpan {
    /// Reason.
    pub reason: WaitReason,
    /// Begin.
    pub from: Instant,
    /// End; none while it lasts.
    pub to: Option<Instant>,
}

/// A claim of the vendor and its fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimSpan {
    /// `resolved_at`.
    pub at: Instant,
    /// End of the checking time that counts to the vendor (S34); none without checking limit.
    pub check_end: Option<Instant>,
    /// Last day of the checking time, for clocks in working days.
    pub check_end_on: Option<NaiveDate>,
    /// When the hospital rejected it.
    pub rejected_at: Option<Instant>,
}

impl ClaimSpan {
    /// The hold after the checking limit as a span of instants, if the claim was rejected after it.
    #[must_use]
    pub fn hold(&self) -> Option<(Instant, Instant)> {
        let (from, to) = self.check_end.zip(self.rejected_at)?;
        (cut(from) < cut(to)).then_some((cut(from), cut(to)))
    }
}

/// A stretch of the clock's time and who held it (S15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Side.
    pub party: Party,
    /// Why.
    pub cause: HoldingCause,
    /// Begin.
    pub from: Instant,
    /// End.
    pub to: Instant,
    /// Length in the unit of the clock (seconds or working days).
    pub counted: i64,
    /// Share of the target in basis points; 0 without a target in units.
    pub share_bp: i64,
    /// True where the due instant lies.
    pub breached_here: bool,
}

/// Everything that follows from the events of a clock at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    /// Start of the cycle.
    pub started_at: Instant,
    /// Target in force (the demand, if one rules).
    pub target: Target,
    /// Due instant; none while paused or without target. For a day limit equal to `due_before_at`.
    pub due_at: Option<Instant>,
    /// Exclusive bound of a day limit.
    pub due_before_at: Option<Instant>,
    /// Civil date of the due instant.
    pub due_on: Option<NaiveDate>,
    /// Stop: done, claimed (provisional until confirmed) or none.
    pub stopped_at: Option<Instant>,
    /// Reason and instant of the cancellation.
    pub cancelled: Option<(ClockCancelReason, Instant)>,
    /// Paused time in the clock's unit, the open pause up to now included.
    pub paused: i64,
    /// Held time in the clock's unit (S34).
    pub held: i64,
    /// State; a claimed clock is STOPPED.
    pub state: SlaClockState,
    /// Result: OPEN until final (done, confirmed or unconfirmed), NA without target or cancelled.
    pub result: SlaResult,
    /// What the result would be if the claim were confirmed now; LATE as soon as overdue.
    pub expected: SlaResult,
    /// Confirmation of the claim.
    pub confirmation: Confirmation,
    /// Elapsed time in the clock's unit, pauses and holds taken out.
    pub elapsed: i64,
    /// Elapsed natural seconds, pauses and holds taken out.
    pub elapsed_natural_s: i64,
    /// True if a provisional year took part in the due instant.
    pub provisional: bool,
    /// The due instant that was passed, also if the clock was paused, stopped or cancelled later.
    pub breached_at: Option<Instant>,
    /// The retarget that made the clock late at once (S10).
    pub retargeted_at: Option<Instant>,
    /// How late, for a stopped clock that is late.
    pub late: Option<Late>,
    /// End of the vendor's checking time of the standing claim.
    pub check_end_at: Option<Instant>,
    /// When the standing claim becomes or became unconfirmed (S35).
    pub unconfirmed_from_at: Option<Instant>,
    /// Accepted pauses.
    pub pauses: Vec<PauseSpan>,
    /// Claims in order.
    pub claims: Vec<ClaimSpan>,
    /// Who held the time.
    pub holdings: Vec<Holding>,
    /// Total units of the target without pauses, holds and carried time; none if it has no units.
    pub limit_units: Option<i64>,
    /// When the ruling demand was delivered; earlier pauses do not move its deadline (S37).
    pub counts_from: Option<Instant>,
}

impl Projection {
    /// S31: no annex and no demand, so nothing is judged ("no resolution target agreed").
    #[must_use]
    pub fn without_target(&self) -> bool {
        self.target.limit == Limit::None
    }
}

/// The stop of a two-hour class: the later of response and first step, or the response
/// alone. None while a needed fact is missing.
#[must_use]
pub fn stop_of_two_hours(
    responded_at: Option<Instant>,
    first_step_at: Option<Instant>,
    meaning: TwoHourMeaning,
) -> Option<Instant> {
    match meaning {
        TwoHourMeaning::RespondAndStart => responded_at.zip(first_step_at).map(|(a, b)| a.max(b)),
        TwoHourMeaning::Respond => responded_at,
    }
}

/// What the next cycle carries of earlier ones (S11): nothing, or their elapsed time, at most the limit.
#[must_use]
pub fn carried(reopen: ReopenTarget, limit: Limit, earlier: &[Projection]) -> i64 {
    let total = earlier.iter().map(|p| p.elapsed).sum::<i64>();
    match (reopen, limit) {
        (ReopenTarget::Full, _) => 0,
        (ReopenTarget::Remaining, Limit::Seconds(s)) => total.min(s).max(0),
        (ReopenTarget::Remaining, Limit::WorkingDays(n)) => total.min(i64::from(n)).max(0),
        (
            ReopenTarget::Remaining,
            Limit::None | Limit::NaturalDays(_) | Limit::Until(_) | Limit::On(_),
        ) => 0,
    }
}

/// Length of [a, b) in a unit (S9): natural seconds, service seconds, or working days x with
/// date(a) < x ≤ date(b).
///
/// # Errors
/// [`CalendarMissing`].
pub fn measure(
    unit: SlaUnit,
    a: Instant,
    b: Instant,
    calendar: &Calendar,
) -> Result<i64, CalendarMissing> {
    use super::calendar::{civil_date, seconds};
    Ok(match unit {
        SlaUnit::Natural => seconds(a, b).max(0),
        SlaUnit::Service => calendar.svc_between(a, b)?.value,
        SlaUnit::Wd => calendar.wd_between(civil_date(a), civil_date(b))?.value,
    })
}
