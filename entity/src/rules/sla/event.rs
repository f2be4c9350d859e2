//! The append-only events of a clock and their order (S5, S6, S22).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Limit, Target};
use crate::rules::calendar::Instant;
use crate::values::{ClockCancelReason, SlaEventKind, WaitReason};

/// What a COMPLETE says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Completion {
    /// The promise is fulfilled at the event's instant; nothing is left to confirm.
    Done,
    /// The vendor claims the promise fulfilled (`resolved_at`).
    Claim,
    /// The hospital confirms the standing claim.
    Confirm,
}

/// What happened to a clock, with the payload the replay needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventBody {
    /// Starts the first cycle.
    Attach,
    /// Starts a later cycle (reopening after closing, hand-over).
    Reattach,
    /// An accepted pause begins; a proposed or refused one is no event (S7).
    Pause {
        /// Reason.
        reason: WaitReason,
    },
    /// The open pause ends.
    Resume,
    /// Done, claimed or confirmed.
    Complete {
        /// Which of the three.
        completion: Completion,
    },
    /// The hospital rejects the standing claim.
    Reject,
    /// The clock is cancelled.
    Cancel {
        /// Why.
        reason: ClockCancelReason,
    },
    /// Another class or an agreed other date: counts from the original start (S10, S39).
    Retarget {
        /// The new target.
        target: Target,
    },
    /// A written demand was delivered at the event's instant (S37).
    Demand {
        /// The demand.
        id: Uuid,
        /// Its deadline: [`Limit::Until`] or [`Limit::On`].
        deadline: Limit,
    },
    /// The demand is withdrawn.
    DemandWithdrawn {
        /// The demand.
        id: Uuid,
    },
    /// The start is corrected to a confirmed time.
    CorrectStart {
        /// The time that counts.
        to: Instant,
    },
    /// The last completion before this event is corrected to a confirmed time (S19).
    CorrectStop {
        /// The time that counts.
        to: Instant,
    },
    /// Policy or calendar were migrated (S17).
    Migrate {
        /// The target under the new policy; none if only the calendar changed.
        target: Option<Target>,
    },
}

impl EventBody {
    /// The stored kind.
    #[must_use]
    pub const fn kind(&self) -> SlaEventKind {
        match self {
            Self::Attach => SlaEventKind::Attach,
            Self::Reattach => SlaEventKind::Reattach,
            Self::Pause { .. } => SlaEventKind::Pause,
            Self::Resume => SlaEventKind::Resume,
            Self::Complete { .. } => SlaEventKind::Complete,
            Self::Reject => SlaEventKind::Reject,
            Self::Cancel { .. } => SlaEventKind::Cancel,
            Self::Retarget { .. } | Self::Demand { .. } | Self::DemandWithdrawn { .. } => {
                SlaEventKind::Retarget
            }
            Self::CorrectStart { .. } | Self::CorrectStop { .. } => SlaEventKind::Correct,
            Self::Migrate { .. } => SlaEventKind::Migrate,
        }
    }
}

/// One line of the append-only list of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it counts.
    pub effective_at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// What.
    pub body: EventBody,
}

pub(super) const fn is_start(body: &EventBody) -> bool {
    matches!(body, EventBody::Attach | EventBody::Reattach)
}

const fn is_completion(body: &EventBody) -> bool {
    matches!(
        body,
        EventBody::Complete {
            completion: Completion::Done | Completion::Claim
        }
    )
}

/// Rank of equal instants (S22).
const fn rank(body: &EventBody) -> u8 {
    match body {
        EventBody::Attach | EventBody::Reattach => 0,
        EventBody::Retarget { .. } | EventBody::Migrate { .. } => 1,
        EventBody::Demand { .. } => 2,
        EventBody::DemandWithdrawn { .. } => 3,
        EventBody::Complete {
            completion: Completion::Done,
        } => 4,
        EventBody::Resume => 5,
        EventBody::Pause { .. } => 6,
        EventBody::Complete {
            completion: Completion::Claim,
        } => 7,
        EventBody::Reject => 8,
        EventBody::Complete {
            completion: Completion::Confirm,
        } => 9,
        EventBody::Cancel { .. } => 10,
        EventBody::CorrectStart { .. } | EventBody::CorrectStop { .. } => 11,
    }
}

/// Seen events in time order, corrections worked into the events they correct.
pub(super) fn ordered(events: &[Event], now: Instant) -> Vec<Event> {
    let mut list: Vec<Event> = events
        .iter()
        .filter(|e| is_start(&e.body) || e.effective_at <= now)
        .copied()
        .collect();
    list.sort_by_key(|e| (e.effective_at, rank(&e.body), e.recorded_at, e.body));
    let corrections: Vec<Event> = list
        .iter()
        .filter(|e| {
            matches!(
                e.body,
                EventBody::CorrectStart { .. } | EventBody::CorrectStop { .. }
            )
        })
        .copied()
        .collect();
    for correction in corrections {
        // The event that was there when the correction was made, before its own time moved.
        let (found, to) = match correction.body {
            EventBody::CorrectStart { to } => (list.iter_mut().find(|e| is_start(&e.body)), to),
            EventBody::CorrectStop { to } => {
                let before = |e: &&mut Event| {
                    is_completion(&e.body) && e.effective_at <= correction.effective_at
                };
                (list.iter_mut().rfind(before), to)
            }
            _ => continue,
        };
        if let Some(event) = found {
            event.effective_at = to;
        }
    }
    list.sort_by_key(|e| (e.effective_at, rank(&e.body), e.recorded_at, e.body));
    list
}
