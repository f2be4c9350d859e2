//! The clocks and tickets of one month in numbers (二(二), 三3; S13, S30–S32, `reports.md` 10.4).
//!
//! Each clock belongs to one month: a response clock to that of its start, any other to that of its due instant, or of
//! its start while it has none (S32). Times are natural seconds from start to stop, with pauses and holds in them, so
//! that they say how long somebody waited; whether a clock was on time follows from its due instant alone.

#[cfg(test)]
mod tests;
mod tickets;

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};

use super::calendar::{Instant, cut, midnight, seconds};
use crate::values::{
    ClockCancelReason, ClockCode, Confirmation, NotApplicable, Severity, SlaClockKind,
    SlaClockState, SlaResult, SlaUnit, TargetSource,
};

pub use tickets::{CategoryLine, ChannelLine, TicketRow, categories, channels};

/// A civil month of `Asia/Shanghai`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    first: NaiveDate,
    next: NaiveDate,
}

impl Month {
    /// A month from the year 2000 to 2100; none outside, and for a number that is no month.
    #[must_use]
    pub fn new(year: i32, month: u32) -> Option<Self> {
        if !(2000..=2100).contains(&year) {
            return None;
        }
        Self::from_first(NaiveDate::from_ymd_opt(year, month, 1)?)
    }

    /// The month before the one that holds a day.
    #[must_use]
    pub fn before(day: NaiveDate) -> Option<Self> {
        use chrono::Datelike;
        Self::from_first(day.with_day(1)?.checked_sub_months(Months::new(1))?)
    }

    fn from_first(first: NaiveDate) -> Option<Self> {
        let next = first.checked_add_months(Months::new(1))?;
        Some(Self { first, next })
    }

    /// First day.
    #[must_use]
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// Last day.
    #[must_use]
    pub fn last(self) -> NaiveDate {
        self.next.pred_opt().unwrap_or(self.first)
    }

    /// First instant.
    #[must_use]
    pub fn from(self) -> Instant {
        midnight(self.first)
    }

    /// First instant after it.
    #[must_use]
    pub fn to(self) -> Instant {
        midnight(self.next)
    }

    /// Whether it holds an instant.
    #[must_use]
    pub fn holds(self, t: Instant) -> bool {
        self.from() <= t && t < self.to()
    }

    /// Whether a clock belongs to it (S32).
    #[must_use]
    pub fn has(self, row: &ClockRow) -> bool {
        match (row.kind, row.due_before, row.due) {
            (SlaClockKind::Response, ..) | (_, None, None) => self.holds(row.started),
            // 24:00 of a day belongs to that day.
            (_, Some(bound), _) => self.from() < bound && bound <= self.to(),
            (_, None, Some(due)) => self.holds(due),
        }
    }
}

/// A clock as the statement sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockRow {
    /// Code of the contract.
    pub code: ClockCode,
    /// Kind.
    pub kind: SlaClockKind,
    /// Unit of the limit.
    pub unit: SlaUnit,
    /// Limit in the unit; none without a target, and for a date.
    pub limit: Option<i64>,
    /// Where the target comes from.
    pub source: TargetSource,
    /// Severity of the ticket.
    pub severity: Option<Severity>,
    /// Raised by the vendor itself.
    pub by_vendor: bool,
    /// Solved by the hospital itself.
    pub solved_by_hospital: bool,
    /// Start.
    pub started: Instant,
    /// Due; none while paused and without a target.
    pub due: Option<Instant>,
    /// Exclusive bound of a day limit.
    pub due_before: Option<Instant>,
    /// Stop.
    pub stopped: Option<Instant>,
    /// State.
    pub state: SlaClockState,
    /// Result.
    pub result: SlaResult,
    /// Why cancelled.
    pub cancelled: Option<ClockCancelReason>,
    /// Confirmation.
    pub confirmation: Confirmation,
    /// A calendar year was missing.
    pub provisional: bool,
    /// Taken out for the hospital's checking time, in the unit.
    pub held: i64,
}

/// What became of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// In time.
    OnTime,
    /// After the due instant, or past it without a stop.
    Late,
    /// Neither yet: it runs, is paused, or waits for the hospital's word.
    Open,
    /// Not judged.
    NotApplicable(NotApplicable),
}

impl ClockRow {
    /// What became of it by `now` (S13, S30, S31, S36).
    #[must_use]
    pub fn outcome(&self, now: Instant) -> Outcome {
        use Outcome::{Late, OnTime, Open};
        if self.state == SlaClockState::Cancelled {
            return Outcome::NotApplicable(match self.cancelled {
                Some(ClockCancelReason::Duplicate) => NotApplicable::Duplicate,
                Some(ClockCancelReason::OutOfScope) => NotApplicable::OutOfScope,
                Some(ClockCancelReason::TakenByHospital) => NotApplicable::TakenByHospital,
                Some(ClockCancelReason::TicketCancelled) | None => NotApplicable::TicketCancelled,
            });
        }
        if self.kind == SlaClockKind::Resolution && self.solved_by_hospital {
            return Outcome::NotApplicable(NotApplicable::SolvedByHospital);
        }
        match self.result {
            SlaResult::OnTime => OnTime,
            SlaResult::Late => Late,
            SlaResult::Na => Outcome::NotApplicable(NotApplicable::NoTarget),
            SlaResult::Open => {
                let end = self.stopped.unwrap_or(now);
                if self.is_met_by(end) { Open } else { Late }
            }
        }
    }

    fn is_met_by(&self, t: Instant) -> bool {
        match (self.due_before, self.due) {
            (Some(bound), _) => t < bound,
            (None, Some(due)) => cut(t) <= cut(due),
            (None, None) => true,
        }
    }

    /// Natural seconds from start to stop of what was measured: what is judged, and a solution without a target.
    fn measured(&self, outcome: Outcome) -> Option<i64> {
        let counts = match outcome {
            Outcome::OnTime | Outcome::Late => true,
            Outcome::NotApplicable(reason) => reason == NotApplicable::NoTarget,
            Outcome::Open => false,
        };
        let stopped = self.stopped.filter(|_| counts)?;
        Some(seconds(self.started, stopped).max(0))
    }
}

/// Part of a whole in hundredths of a percent, half up; none of nothing.
#[must_use]
pub fn ratio_centi(part: i64, whole: i64) -> Option<i64> {
    let (part, whole) = (i128::from(part), i128::from(whole));
    if whole <= 0 {
        return None;
    }
    i64::try_from((part * 20_000 + whole) / (2 * whole)).ok()
}

/// The value at the nearest rank ⌈p·n ÷ 100⌉ of sorted values, p from 0 to 100; rank 0 is the first.
#[must_use]
pub fn nearest_rank(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (percent * sorted.len()).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

/// Counts of some clocks, and how long they took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// In time.
    pub on_time: i64,
    /// Late.
    pub late: i64,
    /// Open.
    pub open: i64,
    /// Not applicable.
    pub not_applicable: i64,
    /// With a provisional due instant.
    pub provisional: i64,
    /// Solved, and never confirmed by the hospital (S35); counted above by their result.
    pub unconfirmed: i64,
    /// With checking time that the hospital held (S34).
    pub held: i64,
    /// That time in the unit of the clocks.
    pub held_units: i64,
    /// Natural seconds of what was measured, sorted.
    pub times: Vec<i64>,
}

impl Figures {
    fn add(&mut self, row: &ClockRow, now: Instant) {
        let outcome = row.outcome(now);
        match outcome {
            Outcome::OnTime => self.on_time += 1,
            Outcome::Late => self.late += 1,
            Outcome::Open => self.open += 1,
            Outcome::NotApplicable(_) => self.not_applicable += 1,
        }
        self.provisional += i64::from(row.provisional);
        self.unconfirmed += i64::from(row.confirmation == Confirmation::Unconfirmed);
        self.held += i64::from(row.held > 0);
        self.held_units += row.held.max(0);
        if let Some(time) = row.measured(outcome) {
            let place = self.times.partition_point(|other| *other <= time);
            self.times.insert(place, time);
        }
    }

    /// All of them.
    #[must_use]
    pub fn received(&self) -> i64 {
        self.on_time + self.late + self.open + self.not_applicable
    }

    /// Those with a result: the whole of the ratio.
    #[must_use]
    pub fn judged(&self) -> i64 {
        self.on_time + self.late
    }

    /// On time of those judged, in hundredths of a percent.
    #[must_use]
    pub fn ratio_centi(&self) -> Option<i64> {
        ratio_centi(self.on_time, self.judged())
    }

    /// A percentile of the times.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<i64> {
        nearest_rank(&self.times, percent)
    }

    /// Mean of the times in whole seconds, half up.
    #[must_use]
    pub fn mean(&self) -> Option<i64> {
        mean(&self.times)
    }
}

fn mean(times: &[i64]) -> Option<i64> {
    let count = i128::try_from(times.len())
        .ok()
        .filter(|count| *count > 0)?;
    let sum: i128 = times.iter().copied().map(i128::from).sum();
    i64::try_from((2 * sum + count) / (2 * count)).ok()
}

/// Clocks of one code and limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// Code.
    pub code: ClockCode,
    /// Unit.
    pub unit: SlaUnit,
    /// Limit.
    pub limit: Option<i64>,
}

/// Resolution clocks of one severity and target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Severity.
    pub severity: Option<Severity>,
    /// Where the target comes from.
    pub source: TargetSource,
    /// Unit.
    pub unit: SlaUnit,
    /// Limit.
    pub limit: Option<i64>,
}

/// The clocks of a month in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// Response clocks of what the hospital raised.
    pub responses: BTreeMap<Class, Figures>,
    /// Response clocks of what the vendor raised, in no ratio (S30).
    pub by_vendor: BTreeMap<Class, Figures>,
    /// Clocks of deliveries.
    pub deliveries: BTreeMap<Class, Figures>,
    /// Resolution clocks.
    pub resolutions: BTreeMap<Target, Figures>,
    /// Why clocks of the four are not judged.
    pub not_applicable: BTreeMap<NotApplicable, i64>,
}

/// Sums clocks up as they stand at `now`; those that are indicators only are left out. The caller chooses the month
/// with [`Month::has`].
#[must_use]
pub fn sum(rows: &[ClockRow], now: Instant) -> Statement {
    let mut made = Statement::default();
    for row in rows {
        let class = Class {
            code: row.code,
            unit: row.unit,
            limit: row.limit,
        };
        let figures = match row.kind {
            SlaClockKind::Kpi => continue,
            SlaClockKind::Response if row.by_vendor => made.by_vendor.entry(class),
            SlaClockKind::Response => made.responses.entry(class),
            SlaClockKind::Delivery | SlaClockKind::Periodic => made.deliveries.entry(class),
            SlaClockKind::Resolution => {
                let target = Target {
                    severity: row.severity,
                    source: row.source,
                    unit: row.unit,
                    limit: row.limit,
                };
                let figures = made.resolutions.entry(target).or_default();
                figures.add(row, now);
                made.count(row, now);
                continue;
            }
        };
        figures.or_default().add(row, now);
        made.count(row, now);
    }
    made
}

impl Statement {
    fn count(&mut self, row: &ClockRow, now: Instant) {
        if let Outcome::NotApplicable(reason) = row.outcome(now) {
            *self.not_applicable.entry(reason).or_default() += 1;
        }
    }

    /// Mean time to the response of what the hospital raised, and of how many.
    #[must_use]
    pub fn mean_response(&self) -> (usize, Option<i64>) {
        mean_of(self.responses.values())
    }

    /// Mean time to the solution, and of how many.
    #[must_use]
    pub fn mean_resolution(&self) -> (usize, Option<i64>) {
        mean_of(self.resolutions.values())
    }
}

fn mean_of<'a>(all: impl Iterator<Item = &'a Figures>) -> (usize, Option<i64>) {
    let times: Vec<i64> = all
        .flat_map(|figures| figures.times.iter().copied())
        .collect();
    (times.len(), mean(&times))
}
