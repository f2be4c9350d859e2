//! The life of an issued report as data, and its number (`reports.md` 7).
//!
//! What a report says is nobody's business here; who may act is `access` and its definition.

use crate::values::{ReportAction, ReportState};

/// The action is not possible in this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionError {
    /// The state.
    pub from: ReportState,
    /// The action.
    pub action: ReportAction,
}

impl std::fmt::Display for TransitionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is not possible in state {}", self.action, self.from)
    }
}

impl std::error::Error for TransitionError {}

/// The state after an action.
///
/// # Errors
/// [`TransitionError`] if the action is not possible in this state.
pub const fn next(from: ReportState, action: ReportAction) -> Result<ReportState, TransitionError> {
    use ReportAction as A;
    use ReportState as S;
    let to = match (action, from) {
        (A::Approve, S::Draft) => S::Approved,
        (A::TakeBack, S::Approved) => S::Draft,
        (A::Issue, S::Approved) => S::Issued,
        (A::Supersede, S::Issued) => S::Superseded,
        (A::Revoke, S::Issued | S::Superseded) => S::Revoked,
        (A::Approve, S::Approved | S::Issued | S::Superseded | S::Revoked)
        | (A::TakeBack | A::Issue, S::Draft | S::Issued | S::Superseded | S::Revoked)
        | (A::Supersede, S::Draft | S::Approved | S::Superseded | S::Revoked)
        | (A::Revoke, S::Draft | S::Approved | S::Revoked) => {
            return Err(TransitionError { from, action });
        }
    };
    Ok(to)
}

/// The number of a report: prefix, year, running number of the hospital in that year.
#[must_use]
pub fn number(prefix: &str, year: i32, running: i32) -> String {
    format!("{prefix}-{year}-{running:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_of_states_and_actions() {
        use ReportAction as A;
        use ReportState as S;
        let table = [
            (S::Draft, [Some(S::Approved), None, None, None, None]),
            (
                S::Approved,
                [None, Some(S::Draft), Some(S::Issued), None, None],
            ),
            (
                S::Issued,
                [None, None, None, Some(S::Superseded), Some(S::Revoked)],
            ),
            (S::Superseded, [None, None, None, None, Some(S::Revoked)]),
            (S::Revoked, [None, None, None, None, None]),
        ];
        for (from, outcomes) in table {
            let actions = [A::Approve, A::TakeBack, A::Issue, A::Supersede, A::Revoke];
            for (action, expected) in actions.into_iter().zip(outcomes) {
                assert_eq!(next(from, action).ok(), expected, "{from} {action}");
            }
        }
    }

    #[test]
    fn nothing_leads_back_from_an_issued_report_to_a_draft() {
        let mut reached = vec![ReportState::Issued];
        let mut place = 0;
        while let Some(from) = reached.get(place).copied() {
            for action in ReportAction::ALL {
                if let Ok(to) = next(from, *action)
                    && !reached.contains(&to)
                {
                    reached.push(to);
                }
            }
            place += 1;
        }
        assert!(
            !reached.contains(&ReportState::Draft) && !reached.contains(&ReportState::Approved)
        );
    }

    #[test]
    fn a_number_has_at_least_four_digits() {
        assert_eq!(number("XJBG", 2026, 7), "XJBG-2026-0007");
        assert_eq!(number("GZBG", 2026, 12_345), "GZBG-2026-12345");
    }
}
