//! States of an inspection and of a rectification task as data (`domain.md` 5.7, 5.8).

use crate::values::{InspectionAction, InspectionState, RectificationAction, RectificationState};

/// The action is not possible in this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the action is not possible in this state")
    }
}

impl std::error::Error for Refused {}

/// The state of an inspection after an action.
///
/// An inspection on site begins only after it was announced; an online one needs no announcement.
///
/// # Errors
/// [`Refused`].
pub const fn next_inspection(
    from: InspectionState,
    action: InspectionAction,
    is_onsite: bool,
) -> Result<InspectionState, Refused> {
    use InspectionAction as A;
    use InspectionState as S;
    match (from, action) {
        (S::Planned, A::Announce) => Ok(S::Announced),
        (S::Announced, A::Start) => Ok(S::InProgress),
        (S::Planned, A::Start) => {
            if is_onsite {
                Err(Refused)
            } else {
                Ok(S::InProgress)
            }
        }
        (S::InProgress, A::Record) => Ok(S::InProgress),
        // What was talked about and what is advised may follow until the report is submitted.
        (S::Ended, A::Record) => Ok(S::Ended),
        (S::InProgress, A::End) => Ok(S::Ended),
        (S::Ended, A::Report) => Ok(S::Reported),
        (S::Reported, A::Return) => Ok(S::Ended),
        (S::Reported, A::Confirm) => Ok(S::Confirmed),
        (S::Planned | S::Announced | S::InProgress, A::Cancel) => Ok(S::Cancelled),
        (S::Planned, A::Record | A::End | A::Report | A::Return | A::Confirm)
        | (S::Announced, A::Announce | A::Record | A::End | A::Report | A::Return | A::Confirm)
        | (S::InProgress, A::Announce | A::Start | A::Report | A::Return | A::Confirm)
        | (S::Ended, A::Announce | A::Start | A::End | A::Return | A::Confirm | A::Cancel)
        | (S::Reported, A::Announce | A::Start | A::Record | A::End | A::Report | A::Cancel)
        | (
            S::Confirmed | S::Cancelled,
            A::Announce
            | A::Start
            | A::Record
            | A::End
            | A::Report
            | A::Return
            | A::Confirm
            | A::Cancel,
        ) => Err(Refused),
    }
}

/// The state of a rectification task after an action. An extension keeps it.
///
/// # Errors
/// [`Refused`].
pub const fn next_rectification(
    from: RectificationState,
    action: RectificationAction,
) -> Result<RectificationState, Refused> {
    use RectificationAction as A;
    use RectificationState as S;
    match (from, action) {
        (S::Open | S::InProgress | S::Rejected, A::Step) => Ok(S::InProgress),
        (S::Open | S::InProgress | S::Rejected, A::Submit) => Ok(S::Submitted),
        (S::Submitted, A::Verify) => Ok(S::Verified),
        (S::Submitted, A::Reject) => Ok(S::Rejected),
        (S::Open, A::Extend) => Ok(S::Open),
        (S::InProgress, A::Extend) => Ok(S::InProgress),
        (S::Rejected, A::Extend) => Ok(S::Rejected),
        (S::Submitted, A::Extend) => Ok(S::Submitted),
        (S::Open | S::InProgress | S::Rejected | S::Submitted, A::Waive) => Ok(S::Waived),
        (S::Open | S::InProgress | S::Rejected, A::Verify | A::Reject)
        | (S::Submitted, A::Step | A::Submit)
        | (
            S::Verified | S::Waived,
            A::Step | A::Submit | A::Verify | A::Reject | A::Extend | A::Waive,
        ) => Err(Refused),
    }
}
