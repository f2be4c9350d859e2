//! Inspections of the contract (一(五)1, 一(五)2; C1.5.1, C1.5.2): what is asked, what a value means, what must be
//! there before an inspection ends and before its report is submitted, and until when is rectified.
//!
//! Pure decisions. It knows no rows, no files and no seal, and it submits nothing.

mod evaluate;
mod gate;
mod layout;
mod plan;
mod rectify;
mod report;
mod state;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod trend;

pub use evaluate::{ItemValue, ValueError, evaluate, lowest_of, may_set_risk, suggested_risk};
pub use gate::{
    FindingFacts, ReportFacts, ReportGap, ResultFacts, Section, report_gaps, scope_gaps,
    unexplained,
};
pub use layout::{AssetFacts, Line, WHOLE, lay_out};
pub use plan::{
    Done, Duty, DutyState, Entry, GapPoint, PlanGap, Terms, duties, entry_fits, gap_points,
    plan_gaps, quarters_of_year,
};
pub use rectify::{
    Deadline, InTime, Outcome, Submission, agreed, deadline_past, delay_wd, due_of, in_time,
    is_due, is_overdue, limit_text, moved, outcome, standing, works_on,
};
pub use report::{
    REPORT_WD, ReportSubmission, counted_submission, report_due, report_late, report_overdue_point,
    report_points,
};
pub use state::{Refused, next_inspection, next_rectification};
pub use table::{Bad, Row, read as read_table};
pub use template::{Item, Normal, ScopeRule, Template, Threshold};
pub use trend::{Reading, Trend, limit_milli, trends};
