//! The clock of the report: five statutory working days after the end, `INSPECTION_REPORT_5WD` (C1.5.2-c, A-16).
//!
//! It never pauses. A submission that was returned as a defect does not count; one returned for its content does.

use chrono::NaiveDate;

use crate::rules::calendar::{Calendar, CalendarMissing, DAY_S, Instant, at};
use crate::rules::sla::{Due, Late, Limit, Threshold, WarnPoint, late, preview};
use crate::values::{ReturnKind, ReturnVoids, SlaUnit};

/// Working days that the contract gives for the report.
pub const REPORT_WD: u32 = 5;

/// The due instant of the report of an inspection that ended on a civil date.
///
/// # Errors
/// [`CalendarMissing`].
pub fn report_due(ended_on: NaiveDate, calendar: &Calendar) -> Result<Due, CalendarMissing> {
    let limit = Limit::WorkingDays(REPORT_WD);
    let due = preview(SlaUnit::Wd, limit, at(ended_on, 0), DAY_S, calendar)?;
    // A limit in working days always gives an instant.
    due.ok_or(CalendarMissing { year: 0 })
}

/// How late a submission is; none if it is on time.
///
/// # Errors
/// [`CalendarMissing`].
pub fn report_late(
    due: &Due,
    submitted_at: Instant,
    calendar: &Calendar,
) -> Result<Option<Late>, CalendarMissing> {
    late(due, submitted_at, SlaUnit::Wd, calendar)
}

/// A complete sealed submission, and how it came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportSubmission {
    /// When.
    pub at: Instant,
    /// How it was returned, if it was.
    pub returned: Option<ReturnKind>,
}

/// The submission that counts for the clock: the first that no return has voided (AC1.5-5).
#[must_use]
pub fn counted_submission(
    submissions: &[ReportSubmission],
    voids: ReturnVoids,
) -> Option<&ReportSubmission> {
    let is_void = |submission: &ReportSubmission| match (voids, submission.returned) {
        (ReturnVoids::Never, _) | (_, None) => false,
        (ReturnVoids::Always, Some(_)) => true,
        (ReturnVoids::Defect, Some(kind)) => kind == ReturnKind::Defect,
    };
    submissions
        .iter()
        .filter(|submission| !is_void(submission))
        .min_by_key(|submission| submission.at)
}

/// When the report is reminded of: 5, 2 and 1 working days before its due date and on it, at the first service slot;
/// points before the end of the inspection are left out.
///
/// # Errors
/// [`CalendarMissing`].
pub fn report_points(
    ended_on: NaiveDate,
    due_on: NaiveDate,
    calendar: &Calendar,
) -> Result<Vec<WarnPoint>, CalendarMissing> {
    let mut points = Vec::new();
    for n in [5_u8, 2, 1, 0] {
        let (threshold, day) = match n {
            0 => (Threshold::OnDay, due_on),
            n => (
                Threshold::WdBefore(n),
                calendar.wd_sub(due_on, u32::from(n))?.value,
            ),
        };
        if day > ended_on {
            let at = calendar.first_slot(day)?.value;
            points.push(WarnPoint { threshold, at });
        }
    }
    Ok(points)
}

/// When a report is reminded of on the n-th working day after its due date (n ≥ 1).
///
/// # Errors
/// [`CalendarMissing`].
pub fn report_overdue_point(
    due_on: NaiveDate,
    n: u32,
    calendar: &Calendar,
) -> Result<WarnPoint, CalendarMissing> {
    let day = calendar.wd_add(due_on, n.max(1))?.value;
    Ok(WarnPoint {
        threshold: Threshold::Overdue(n.max(1)),
        at: calendar.first_slot(day)?.value,
    })
}
