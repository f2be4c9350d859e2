//! Until when is rectified, what moves that, and whether it was in time: `RECTIFICATION_BY_RISK` (C1.5.2-f, A-19, S39).
//!
//! The dates of a confirmed report stand. The hospital's own delay moves them by working days, consent moves them to a
//! date; nothing else does. The clock stops at the submission that is verified later.

use chrono::{Days, NaiveDate};

use crate::rules::calendar::{
    Calendar, CalendarMissing, Instant, at, civil_date, end_of, midnight, plus, seconds,
};
use crate::rules::sla::{Due, Late, late};
use crate::values::{
    RectificationStanding, RectificationState, ResponsibleParty, Risk, Side, SlaUnit,
};

/// The deadline of a finding as the report states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// By its risk, from the confirmation: 24 h, 5 wd, 15 wd, 90 d.
    ByRisk(Risk),
    /// A date, to its 24:00.
    On(NaiveDate),
}

/// The limit that a risk gives, Chinese and English.
#[must_use]
pub const fn limit_text(risk: Risk) -> (&'static str, &'static str) {
    match risk {
        Risk::Critical => ("24 小时", "24 hours"),
        Risk::High => ("5 个工作日", "5 working days"),
        Risk::Medium => ("15 个工作日", "15 working days"),
        Risk::Low => ("90 日", "90 days"),
    }
}

fn day(on: NaiveDate, provisional: bool) -> Due {
    Due {
        at: end_of(on),
        before: Some(end_of(on)),
        on,
        provisional,
        counts_from: None,
    }
}

fn instant(t: Instant) -> Due {
    Due {
        at: t,
        before: None,
        on: civil_date(t),
        provisional: false,
        counts_from: None,
    }
}

/// The due instant of a task whose report was confirmed at `confirmed`; `rest_day_roll` moves a limit in natural days and
/// a date to the next working day. A limit by risk begins with the confirmation, so the delay of it moves dates only.
///
/// # Errors
/// [`CalendarMissing`].
pub fn due_of(
    deadline: Deadline,
    confirmed: Instant,
    delay_wd: u32,
    calendar: &Calendar,
    rest_day_roll: bool,
) -> Result<Due, CalendarMissing> {
    let from = civil_date(confirmed);
    let working = |n: u32| {
        calendar
            .wd_add(from, n)
            .map(|on| day(on.value, on.provisional))
    };
    match deadline {
        Deadline::ByRisk(Risk::Critical) => Ok(instant(plus(confirmed, 24 * 3600))),
        Deadline::ByRisk(Risk::High) => working(5),
        Deadline::ByRisk(Risk::Medium) => working(15),
        Deadline::ByRisk(Risk::Low) => {
            let on = from.checked_add_days(Days::new(90)).unwrap_or(from);
            let on = calendar.roll(on, rest_day_roll)?;
            Ok(day(on.value, on.provisional))
        }
        Deadline::On(on) => {
            let on = calendar.roll(on, rest_day_roll)?;
            moved(&day(on.value, on.provisional), delay_wd, calendar)
        }
    }
}

/// A due instant moved by working days; an instant keeps its time of day.
///
/// # Errors
/// [`CalendarMissing`].
pub fn moved(due: &Due, by_wd: u32, calendar: &Calendar) -> Result<Due, CalendarMissing> {
    if by_wd == 0 {
        return Ok(*due);
    }
    let on = calendar.wd_add(due.on, by_wd)?;
    let provisional = due.provisional || on.provisional;
    Ok(if due.before.is_some() {
        day(on.value, provisional)
    } else {
        let second = seconds(midnight(due.on), due.at);
        Due {
            provisional,
            ..instant(plus(at(on.value, 0), second))
        }
    })
}

/// The due date that both sides agreed on.
///
/// # Errors
/// [`CalendarMissing`].
pub fn agreed(
    on: NaiveDate,
    calendar: &Calendar,
    rest_day_roll: bool,
) -> Result<Due, CalendarMissing> {
    let on = calendar.roll(on, rest_day_roll)?;
    Ok(day(on.value, on.provisional))
}

/// Working days that the hospital took beyond `limit_wd`: to answer a report (`report_confirm_reminder_wd`), to decide on a
/// rectification (`rectify_verify_wd`).
///
/// # Errors
/// [`CalendarMissing`].
pub fn delay_wd(
    submitted: Instant,
    answered: Instant,
    limit_wd: u32,
    calendar: &Calendar,
) -> Result<u32, CalendarMissing> {
    let took = calendar
        .wd_between(civil_date(submitted), civil_date(answered))?
        .value;
    Ok(u32::try_from(took).unwrap_or(0).saturating_sub(limit_wd))
}

/// Whether a due date lies before the day of the confirmation: then both sides agree on a date first (DEADLINE_PAST).
#[must_use]
pub fn deadline_past(due: &Due, confirmed: Instant) -> bool {
    due.on < civil_date(confirmed)
}

/// Whether a side works on a task; what a third party owes is followed by both.
#[must_use]
pub fn works_on(owner: ResponsibleParty, side: Side) -> bool {
    match owner {
        ResponsibleParty::Vendor => side == Side::Vendor,
        ResponsibleParty::Hospital => side == Side::Hospital,
        ResponsibleParty::ThirdParty => true,
    }
}

/// A submission of a task, and what the hospital said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submission {
    /// When.
    pub at: Instant,
    /// True when verified, false when rejected, none while it waits.
    pub verified: Option<bool>,
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Verified; how late the submission was, if it was.
    Verified(Option<Late>),
    /// Not verified, and not late so far.
    Open,
    /// Not verified, and neither submitted in time.
    Overdue,
}

/// How a task stands at `now` against the due instant in force.
///
/// # Errors
/// [`CalendarMissing`].
pub fn outcome(
    due: &Due,
    submissions: &[Submission],
    now: Instant,
    calendar: &Calendar,
) -> Result<Outcome, CalendarMissing> {
    if let Some(stop) = submissions.iter().find(|one| one.verified == Some(true)) {
        return Ok(Outcome::Verified(late(
            due,
            stop.at,
            SlaUnit::Wd,
            calendar,
        )?));
    }
    let waits_in_time = submissions
        .iter()
        .any(|one| one.verified.is_none() && due.met_by(one.at));
    Ok(if waits_in_time || due.met_by(now) {
        Outcome::Open
    } else {
        Outcome::Overdue
    })
}

/// Whether a task is overdue: not done, its due instant over, and no submission of before waits for the hospital.
#[must_use]
pub fn is_overdue(
    state: RectificationState,
    due: &Due,
    submitted: Option<Instant>,
    now: Instant,
) -> bool {
    match state {
        RectificationState::Verified | RectificationState::Waived => false,
        RectificationState::Submitted if submitted.is_some_and(|at| due.met_by(at)) => false,
        RectificationState::Open
        | RectificationState::InProgress
        | RectificationState::Submitted
        | RectificationState::Rejected => !due.met_by(now),
    }
}

/// What a reader is told of a task: its state, with overdue before everything that is not done, and extended before open.
#[must_use]
pub const fn standing(
    state: RectificationState,
    is_overdue: bool,
    is_extended: bool,
) -> RectificationStanding {
    use RectificationStanding as T;
    match state {
        RectificationState::Verified => T::Verified,
        RectificationState::Waived => T::Waived,
        _ if is_overdue => T::Overdue,
        RectificationState::Submitted => T::Submitted,
        RectificationState::Rejected => T::Rejected,
        RectificationState::Open | RectificationState::InProgress if is_extended => T::Extended,
        RectificationState::Open => T::Open,
        RectificationState::InProgress => T::InProgress,
    }
}

/// Whether a task counts in the ratio by now: its due instant is over, or it is verified already. A waived one never does.
#[must_use]
pub fn is_due(state: RectificationState, due: &Due, now: Instant) -> bool {
    match state {
        RectificationState::Waived => false,
        RectificationState::Verified => true,
        RectificationState::Open
        | RectificationState::InProgress
        | RectificationState::Submitted
        | RectificationState::Rejected => !due.met_by(now),
    }
}

/// The ratio of the tasks that were closed in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InTime {
    /// Tasks that count.
    pub due: u32,
    /// Those verified whose submission was in time.
    pub closed_in_time: u32,
}

impl InTime {
    /// Hundredths of a per cent, half up; none without a task that counts.
    #[must_use]
    pub fn ratio_centi(self) -> Option<u32> {
        let (part, all) = (u64::from(self.closed_in_time), u64::from(self.due));
        let twice = (part * 20_000 + all).checked_div(2 * all)?;
        u32::try_from(twice).ok()
    }
}

/// Adds up the tasks of the vendor: `(counts by now, was closed in time)` each.
#[must_use]
pub fn in_time(tasks: impl IntoIterator<Item = (bool, bool)>) -> InTime {
    tasks
        .into_iter()
        .fold(InTime::default(), |sum, (counts, closed)| InTime {
            due: sum.due + u32::from(counts),
            closed_in_time: sum.closed_in_time + u32::from(counts && closed),
        })
}
