//! How often the contract asks for an inspection: on site once a service year, online once a contract quarter (一(五)1,
//! C1.5.1-a, C1.5.1-b; ).
//!
//! Quarters and years are those of the contract. On site does not stand for online unless the contract says so.

use chrono::{Days, NaiveDate};

use crate::rules::calendar::{contract_quarter, period_of, service_year};
use crate::values::InspectionKind;

/// What the contract says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// First day of the service.
    pub from: NaiveDate,
    /// Last day of the service.
    pub to: NaiveDate,
    ///
    pub onsite_counts_as_online: bool,
}

/// An entry of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Kind.
    pub kind: InspectionKind,
    /// Contract quarter, from 1.
    pub quarter: u32,
    /// First planned day.
    pub from: NaiveDate,
    /// Last planned day.
    pub to: NaiveDate,
}

/// What a plan of a service year lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanGap {
    /// No inspection on site.
    Onsite,
    /// No online inspection in this contract quarter.
    Online(u32),
}

/// First and last day of period `k`, cut at the end of the service; none outside it.
fn bounds(terms: &Terms, period: Option<(NaiveDate, NaiveDate)>) -> Option<(NaiveDate, NaiveDate)> {
    let (from, next) = period?;
    let last = next.pred_opt()?.min(terms.to);
    (from <= terms.to).then_some((from, last))
}

/// The contract quarters of service year `year` (from 1): number, first day, last day.
#[must_use]
pub fn quarters_of_year(terms: &Terms, year: u32) -> Vec<(u32, NaiveDate, NaiveDate)> {
    let Some(before) = year.checked_sub(1).and_then(|past| past.checked_mul(4)) else {
        return Vec::new();
    };
    (1..=4)
        .filter_map(|nth| before.checked_add(nth))
        .filter_map(|no| {
            let (from, to) = bounds(terms, contract_quarter(terms.from, no))?;
            Some((no, from, to))
        })
        .collect()
}

/// Whether an entry lies in its quarter, and its quarter in the service year.
#[must_use]
pub fn entry_fits(terms: &Terms, year: u32, entry: &Entry) -> bool {
    quarters_of_year(terms, year).iter().any(|(no, from, to)| {
        *no == entry.quarter && *from <= entry.from && entry.from <= entry.to && entry.to <= *to
    })
}

/// What a plan of a service year lacks; empty for one that can be approved.
#[must_use]
pub fn plan_gaps(terms: &Terms, year: u32, entries: &[Entry]) -> Vec<PlanGap> {
    let mut gaps = Vec::new();
    if !entries
        .iter()
        .any(|entry| entry.kind == InspectionKind::Onsite)
    {
        gaps.push(PlanGap::Onsite);
    }
    for (quarter, _, _) in quarters_of_year(terms, year) {
        let planned = entries
            .iter()
            .any(|entry| entry.quarter == quarter && counts_as_online(terms, entry.kind));
        if !planned {
            gaps.push(PlanGap::Online(quarter));
        }
    }
    gaps
}

const fn counts_as_online(terms: &Terms, kind: InspectionKind) -> bool {
    match kind {
        InspectionKind::Online => true,
        InspectionKind::Onsite => terms.onsite_counts_as_online,
    }
}

/// An inspection that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Kind.
    pub kind: InspectionKind,
    /// Civil date of its end.
    pub ended_on: NaiveDate,
}

/// How a duty stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DutyState {
    /// Its period has not begun.
    Upcoming,
    /// Its period runs.
    InProgress,
    /// An inspection of the period has ended.
    Met,
    /// The period is over without one.
    Overdue,
}

/// One inspection that the contract asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty {
    /// Kind; `ONSITE` a year, `ONLINE` a quarter.
    pub kind: InspectionKind,
    /// Number of the service year or contract quarter, from 1.
    pub no: u32,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    /// When it was met first.
    pub met_on: Option<NaiveDate>,
    /// How it stands.
    pub state: DutyState,
}

/// Every duty of the contract as it stands on `today`: years first, then quarters.
#[must_use]
pub fn duties(terms: &Terms, done: &[Done], today: NaiveDate) -> Vec<Duty> {
    // Neither is longer than the service: the number of its last period.
    let count = |months| period_of(terms.from, months, terms.to).unwrap_or(0);
    let years = (1..=count(12)).map(|no| {
        (
            InspectionKind::Onsite,
            no,
            bounds(terms, service_year(terms.from, no)),
        )
    });
    let quarters = (1..=count(3)).map(|no| {
        (
            InspectionKind::Online,
            no,
            bounds(terms, contract_quarter(terms.from, no)),
        )
    });
    years
        .chain(quarters)
        .filter_map(|(kind, no, period)| {
            let (from, to) = period?;
            let met_on = done
                .iter()
                .filter(|one| match kind {
                    InspectionKind::Onsite => one.kind == InspectionKind::Onsite,
                    InspectionKind::Online => counts_as_online(terms, one.kind),
                })
                .map(|one| one.ended_on)
                .filter(|on| from <= *on && *on <= to)
                .min();
            let state = if met_on.is_some() {
                DutyState::Met
            } else if today < from {
                DutyState::Upcoming
            } else if today <= to {
                DutyState::InProgress
            } else {
                DutyState::Overdue
            };
            Some(Duty {
                kind,
                no,
                from,
                to,
                met_on,
                state,
            })
        })
        .collect()
}

/// A reminder of a duty that is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GapPoint {
    /// Natural days before the last day.
    pub days: u32,
    /// The day.
    pub on: NaiveDate,
}

/// The days on which a duty that is not met is reminded of: 30, 15 and 5 before its last day, inside its period.
#[must_use]
pub fn gap_points(duty: &Duty) -> Vec<GapPoint> {
    [30_u32, 15, 5]
        .into_iter()
        .filter_map(|days| {
            let on = duty.to.checked_sub_days(Days::new(u64::from(days)))?;
            (on >= duty.from).then_some(GapPoint { days, on })
        })
        .collect()
}
