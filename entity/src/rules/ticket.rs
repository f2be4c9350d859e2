//! The life of a ticket as data (`domain.md` 4.3).
//!
//! It knows states and actions; rights are `access`, clocks are `sla`.

use crate::values::{BedsAffected, Impact, Severity, TicketAction, TicketStatus, Urgency};

/// The action is not possible in this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionError {
    /// The state.
    pub from: TicketStatus,
    /// The action.
    pub action: TicketAction,
}

impl std::fmt::Display for TransitionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is not possible in state {}", self.action, self.from)
    }
}

impl std::error::Error for TransitionError {}

/// The state after an action.
///
/// A decided wait and an ended ticket choose their state where the decision is known: `DECIDE_WAIT`
/// and `CANCEL` keep the state here.
///
/// # Errors
/// [`TransitionError`] if the action is not possible in this state.
pub const fn next(
    from: TicketStatus,
    action: TicketAction,
) -> Result<TicketStatus, TransitionError> {
    use TicketAction as A;
    use TicketStatus as S;
    let to = match action {
        A::Triage => match from {
            S::Submitted => S::Triaged,
            S::Triaged
            | S::Released
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Resolved
            | S::Closed
            | S::Reopened
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::Release => match from {
            S::Submitted | S::Triaged => S::Released,
            S::Released
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Resolved
            | S::Closed
            | S::Reopened
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::Respond => match from {
            S::Released | S::Reopened => S::Responded,
            S::Submitted
            | S::Triaged
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Resolved
            | S::Closed
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::Start => match from {
            S::Responded | S::Reopened | S::InProgress => S::InProgress,
            S::WaitingHospital | S::WaitingThirdParty | S::WaitingWindow => from,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Resolved
            | S::Closed
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => {
                return Err(TransitionError { from, action });
            }
        },
        A::Plan => match from {
            S::Responded
            | S::Reopened
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow => from,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Resolved
            | S::Closed
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => {
                return Err(TransitionError { from, action });
            }
        },
        A::ProposeWait => match from {
            S::InProgress => from,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Resolved
            | S::Closed
            | S::Reopened
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::DecideWait => match from {
            S::InProgress => from,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Resolved
            | S::Closed
            | S::Reopened
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::Resume => match from {
            S::WaitingHospital | S::WaitingThirdParty | S::WaitingWindow => S::InProgress,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::InProgress
            | S::Resolved
            | S::Closed
            | S::Reopened
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::Resolve => match from {
            S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::TakenByHospital => S::Resolved,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::Resolved
            | S::Closed
            | S::Reopened
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => {
                return Err(TransitionError { from, action });
            }
        },
        A::Confirm => match from {
            S::Resolved => S::Closed,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Closed
            | S::Reopened
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::Reject => match from {
            S::Resolved => S::Reopened,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Closed
            | S::Reopened
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::Reopen => match from {
            S::Closed => S::Reopened,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Resolved
            | S::Reopened
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::Rate => match from {
            S::Closed => from,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Resolved
            | S::Reopened
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::Take => match from {
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Reopened => S::TakenByHospital,
            S::Resolved
            | S::Closed
            | S::TakenByHospital
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::HandOver => match from {
            S::TakenByHospital => S::Released,
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Resolved
            | S::Closed
            | S::Reopened
            | S::Cancelled
            | S::Duplicate
            | S::OutOfScope => return Err(TransitionError { from, action }),
        },
        A::Assign
        | A::Cancel
        | A::MarkDuplicate
        | A::ProposeDuplicate
        | A::RefuseDuplicate
        | A::ProposeOutOfScope
        | A::DecideOutOfScope
        | A::ConfirmSeverity
        | A::RaiseSeverity
        | A::LowerSeverity => match from {
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Reopened
            | S::TakenByHospital => from,
            S::Resolved | S::Closed | S::Cancelled | S::Duplicate | S::OutOfScope => {
                return Err(TransitionError { from, action });
            }
        },
        A::Reply => match from {
            S::Submitted
            | S::Triaged
            | S::Released
            | S::Responded
            | S::InProgress
            | S::WaitingHospital
            | S::WaitingThirdParty
            | S::WaitingWindow
            | S::Resolved
            | S::Closed
            | S::Reopened
            | S::TakenByHospital => from,
            S::Cancelled | S::Duplicate | S::OutOfScope => {
                return Err(TransitionError { from, action });
            }
        },
    };
    Ok(to)
}

/// Severity from urgency and impact: the priority matrix of `ticket-categories.json`.
#[must_use]
pub const fn severity(urgency: Urgency, impact: Impact) -> Severity {
    match (urgency, impact) {
        (Urgency::High, Impact::WholeUnit) => Severity::S1,
        (Urgency::High, Impact::SeveralBeds)
        | (Urgency::Medium, Impact::WholeUnit | Impact::SeveralBeds) => Severity::S2,
        (Urgency::High | Urgency::Medium, Impact::Single)
        | (Urgency::Low, Impact::WholeUnit | Impact::SeveralBeds) => Severity::S3,
        (Urgency::Low, Impact::Single) => Severity::S4,
    }
}

/// Impact while nobody of the information centre has set it: from the beds affected.
#[must_use]
pub const fn provisional_impact(beds: Option<BedsAffected>) -> Impact {
    match beds {
        Some(BedsAffected::WholeUnit) => Impact::WholeUnit,
        Some(BedsAffected::Several) => Impact::SeveralBeds,
        Some(BedsAffected::None | BedsAffected::One) | None => Impact::Single,
    }
}

/// Severity of a ticket whose impact nobody of the information centre has set.
#[must_use]
pub const fn provisional_severity(urgency: Urgency, beds: Option<BedsAffected>) -> Severity {
    severity(urgency, provisional_impact(beds))
}

/// One item of the compliance checklist of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChecklistItem {
    /// Code.
    pub code: &'static str,
    /// Question in Chinese.
    pub zh: &'static str,
    /// Question in English.
    pub en: &'static str,
}

/// What must be answered before a fault is solved (C1.2.1-e).
pub const CHECKLIST: &[ChecklistItem] = &[
    ChecklistItem {
        code: "REMOTE",
        zh: "远程操作是否经院方授权",
        en: "was remote access authorised",
    },
    ChecklistItem {
        code: "CHANGE",
        zh: "生产变更是否经批准",
        en: "was the change of production approved",
    },
    ChecklistItem {
        code: "PATIENT_DATA",
        zh: "涉及患者数据是否走数据申请",
        en: "did work on patient data go by a data request",
    },
    ChecklistItem {
        code: "WINDOW",
        zh: "停机窗口是否商定",
        en: "was the window agreed",
    },
    ChecklistItem {
        code: "BACKUP",
        zh: "操作前是否备份",
        en: "was a backup taken before",
    },
];

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may panic"
    )]
    use super::*;

    #[test]
    fn severities_equal_the_matrix_of_the_contract_data() {
        let data: serde_json::Value =
            serde_json::from_str(include_str!("../../data/ticket-categories.json")).unwrap();
        let matrix = &data["priority_matrix"]["values"];
        for urgency in Urgency::ALL {
            for impact in Impact::ALL {
                assert_eq!(
                    matrix[urgency.word()][impact.word()],
                    severity(*urgency, *impact).word()
                );
            }
        }
        let beds = &data["priority_matrix"]["provisional_impact"]["values"];
        for answer in BedsAffected::ALL {
            let impact = Impact::parse(beds[answer.word()].as_str().unwrap()).unwrap();
            assert_eq!(provisional_impact(Some(*answer)), impact);
            assert_eq!(
                provisional_severity(Urgency::High, Some(*answer)),
                severity(Urgency::High, impact)
            );
        }
    }

    #[test]
    fn the_plain_life_of_a_ticket() {
        use TicketAction as A;
        let path = [
            A::Respond,
            A::Start,
            A::Resolve,
            A::Confirm,
            A::Reopen,
            A::Respond,
            A::Start,
            A::Resolve,
            A::Reject,
            A::Start,
            A::Resolve,
            A::Confirm,
        ];
        let end = path.into_iter().try_fold(TicketStatus::Released, next);
        assert_eq!(end, Ok(TicketStatus::Closed));
    }

    #[test]
    fn an_ended_ticket_takes_no_action() {
        for status in [
            TicketStatus::Cancelled,
            TicketStatus::Duplicate,
            TicketStatus::OutOfScope,
        ] {
            for action in TicketAction::ALL {
                assert!(next(status, *action).is_err(), "{status} {action}");
            }
        }
    }
}
