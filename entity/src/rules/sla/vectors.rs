//! The vectors V1–V31 that are pure, by number, and the boundaries around them.
//!
//! Not here because they need rows: V14 (candidate becomes withdrawn; the replay half is here),
//! V30 (rate table), V31 (call-outs), the recurrence of V7.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod first;
mod rules;
mod second;

use super::*;
use crate::rules::calendar::{ZONE_OFFSET_S, civil_date, plus};
use crate::rules::catalog::Catalog;
use crate::values::{Severity, TicketCategory};

pub(super) fn at(text: &str) -> Instant {
    let text = if text.len() == 16 {
        format!("{text}:00")
    } else {
        text.to_owned()
    };
    let naive = chrono::NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f").unwrap();
    plus(naive.and_utc(), -ZONE_OFFSET_S)
}

/// The day of the hour vectors that name no date.
pub(super) fn h(time: &str) -> Instant {
    at(&format!("2026-03-03 {time}"))
}

pub(super) fn cal() -> Calendar {
    Calendar::with_provisional().unwrap()
}

pub(super) fn fault(severity: Severity) -> Terms {
    let catalog = Catalog::shipped().unwrap();
    let rules = policy_of(&catalog);
    let annex = ResolutionTargets::proposal(&catalog);
    let clocks = clocks_for(
        &catalog,
        &rules,
        (TicketCategory::Fault, Some("FAULT-DOWN")),
        Some(severity),
        Some(&annex),
    );
    Terms::new(clocks[1].code, clocks[1].kind, clocks[1].target)
}

pub(super) fn plain(code: ClockCode) -> Terms {
    let (unit, limit) = plain_limit(code).unwrap();
    Terms::new(
        code,
        kind_of(code),
        Target {
            unit,
            limit,
            check: CheckLimit::None,
            source: TargetSource::Policy,
        },
    )
}

pub(super) fn ev(t: Instant, body: EventBody) -> Event {
    Event {
        effective_at: t,
        recorded_at: t,
        body,
    }
}

pub(super) const HOSPITAL: EventBody = EventBody::Pause {
    reason: WaitReason::WaitHospital,
};
pub(super) const DONE: EventBody = EventBody::Complete {
    completion: Completion::Done,
};
pub(super) const CLAIM: EventBody = EventBody::Complete {
    completion: Completion::Claim,
};
pub(super) const CONFIRM: EventBody = EventBody::Complete {
    completion: Completion::Confirm,
};

pub(super) fn run(terms: &Terms, events: &[(Instant, EventBody)]) -> Projection {
    run_at(terms, events, at("2026-12-20 00:00"))
}

pub(super) fn run_at(terms: &Terms, events: &[(Instant, EventBody)], now: Instant) -> Projection {
    let events: Vec<Event> = events.iter().map(|(t, body)| ev(*t, *body)).collect();
    let forward = replay(terms, &events, &cal(), now).unwrap();
    let back: Vec<Event> = events.iter().rev().copied().collect();
    assert_eq!(
        forward,
        replay(terms, &back, &cal(), now).unwrap(),
        "the order of the list must not matter"
    );
    forward
}

pub(super) fn overrun(p: &Projection) -> i64 {
    p.late.unwrap().overrun_s
}
