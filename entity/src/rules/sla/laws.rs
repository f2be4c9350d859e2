//! Properties of the replay over random histories (`sla.md` 2.1 and 5).
//!
//! The oracle for natural time counts seconds one by one and knows no formula of the due instant.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;

use super::*;
use crate::rules::calendar::{end_of, midnight, plus, seconds};
use crate::rules::catalog::Catalog;
use crate::values::Severity;

/// Steps of a random history, spaced by minutes so that no two instants are equal.
#[derive(Clone, Copy, Debug)]
enum Move {
    Pause,
    Resume,
    Claim,
    Reject,
    Raise(Severity),
}

fn moves() -> impl Strategy<Value = Vec<(i64, Move)>> {
    let one = prop_oneof![
        3 => Just(Move::Pause),
        3 => Just(Move::Resume),
        3 => Just(Move::Claim),
        3 => Just(Move::Reject),
        1 => prop::sample::select(Severity::ALL).prop_map(Move::Raise),
    ];
    prop::collection::vec((1_i64..2_000, one), 0..14)
}

fn target(severity: Severity) -> Target {
    let catalog = Catalog::shipped().unwrap();
    let rule = catalog.severity(severity).unwrap();
    let limit = Limit::from(rule.resolution_default);
    let unit = if matches!(limit, Limit::WorkingDays(_)) {
        SlaUnit::Wd
    } else {
        SlaUnit::Natural
    };
    Target {
        unit,
        limit,
        check: rule.check_limit.into(),
        source: TargetSource::Annex,
    }
}

fn terms(target: Target) -> Terms {
    Terms::new(
        ClockCode::ResolutionBySeverity,
        SlaClockKind::Resolution,
        target,
    )
}

fn begin() -> Instant {
    midnight("2026-02-05".parse().unwrap())
}

fn history(start: i64, moves: &[(i64, Move)]) -> Vec<Event> {
    let mut t = plus(begin(), start * 60);
    let mut events = vec![Event {
        effective_at: t,
        recorded_at: t,
        body: EventBody::Attach,
    }];
    for (gap, step) in moves {
        t = plus(t, gap * 60);
        let body = match step {
            Move::Pause => EventBody::Pause {
                reason: WaitReason::WaitHospital,
            },
            Move::Resume => EventBody::Resume,
            Move::Claim => EventBody::Complete {
                completion: Completion::Claim,
            },
            Move::Reject => EventBody::Reject,
            Move::Raise(severity) => EventBody::Retarget {
                target: target(*severity),
            },
        };
        events.push(Event {
            effective_at: t,
            recorded_at: t,
            body,
        });
    }
    events
}

fn finished(mut events: Vec<Event>) -> (Vec<Event>, Instant) {
    let t = plus(events.last().unwrap().effective_at, 60);
    for (n, completion) in [(0, Completion::Claim), (60, Completion::Confirm)] {
        let t = plus(t, n);
        events.push(Event {
            effective_at: t,
            recorded_at: t,
            body: EventBody::Complete { completion },
        });
    }
    (events, plus(t, 120))
}

/// Minutes that count against the vendor, walked one by one with a small state of its own.
fn oracle_minutes(events: &[Event], check_s: i64) -> (i64, Instant) {
    let (mut minutes, mut paused, mut claim, mut held) = (0, false, None, Vec::new());
    let start = events.first().unwrap().effective_at;
    let mut stop = start;
    let last = events.last().unwrap().effective_at;
    let mut t = start;
    while t <= last {
        for event in events.iter().filter(|e| e.effective_at == t) {
            match event.body {
                EventBody::Pause { .. } if claim.is_none() => paused = true,
                EventBody::Resume => paused = false,
                EventBody::Complete {
                    completion: Completion::Claim,
                } if claim.is_none() => {
                    paused = false;
                    claim = Some(t);
                    stop = t;
                    held.clear();
                }
                EventBody::Reject => {
                    // Only what was checked inside the limit stays the vendor's time.
                    minutes += i64::try_from(held.len()).unwrap();
                    held.clear();
                    claim = None;
                }
                _ => {}
            }
        }
        match claim {
            None if !paused => minutes += 1,
            Some(at) if seconds(at, t) < check_s => held.push(t),
            None | Some(_) => {}
        }
        t = plus(t, 60);
    }
    (minutes, stop)
}

proptest! {
    #[test]
    fn natural_clock_agrees_with_the_minute_oracle(
        start in 0_i64..10_000, steps in moves(), severity in prop::sample::select(&[Severity::S1, Severity::S2, Severity::S3][..]),
    ) {
        let steps: Vec<_> = steps.into_iter().filter(|(_, m)| !matches!(m, Move::Raise(_))).collect();
        let (events, now) = finished(history(start, &steps));
        let target = target(severity);
        let (CheckLimit::Seconds(check), Limit::Seconds(limit)) = (target.check, target.limit) else { panic!() };
        let p = replay(&terms(target), &events, &Calendar::official().unwrap(), now).unwrap();
        let (minutes, stop) = oracle_minutes(&events, check);
        prop_assert_eq!(p.elapsed, minutes * 60);
        prop_assert_eq!(p.stopped_at, Some(stop));
        let expect = if minutes * 60 <= limit { SlaResult::OnTime } else { SlaResult::Late };
        prop_assert_eq!(p.result, expect);
    }

    #[test]
    fn recording_order_changes_nothing(start in 0_i64..40_000, steps in moves(), turn in 0_usize..20, late in any::<bool>()) {
        let (mut events, now) = finished(history(start, &steps));
        let calendar = Calendar::official().unwrap();
        let terms = terms(target(Severity::S3));
        let first = replay(&terms, &events, &calendar, now).unwrap();
        let by = turn % events.len();
        events.rotate_left(by);
        if late {
            let all = plus(now, 1);
            events.iter_mut().rev().enumerate().for_each(|(n, e)| e.recorded_at = plus(all, i64::try_from(n).unwrap()));
        }
        prop_assert_eq!(first, replay(&terms, &events, &calendar, now).unwrap());
    }

    #[test]
    fn state_after_each_event_equals_the_state_then_seen_from_the_whole_list(start in 0_i64..40_000, steps in moves()) {
        let (events, _) = finished(history(start, &steps));
        let calendar = Calendar::official().unwrap();
        let terms = terms(target(Severity::S2));
        let mut known = Vec::new();
        for event in &events {
            known.push(*event);
            let now = event.effective_at;
            prop_assert_eq!(replay(&terms, &known, &calendar, now), replay(&terms, &events, &calendar, now));
        }
    }

    #[test]
    fn holdings_and_days_add_up(start in 0_i64..40_000, steps in moves(), severity in prop::sample::select(Severity::ALL)) {
        let (events, now) = finished(history(start, &steps));
        let calendar = Calendar::official().unwrap();
        let p = replay(&terms(target(severity)), &events, &calendar, now).unwrap();
        let mut cursor = p.started_at;
        for part in &p.holdings {
            prop_assert_eq!(part.from, cursor);
            cursor = part.to;
        }
        prop_assert_eq!(Some(cursor), p.stopped_at);
        // Where every gap lies before the due instant, the counted days up to it are the target.
        let due = p.due_at.unwrap();
        if due > cursor {
            let days = explain(&p, due, &calendar).unwrap();
            prop_assert_eq!(days.iter().map(|d| d.counted).sum::<i64>(), p.limit_units.unwrap());
            prop_assert_eq!(days.iter().map(|d| d.excluded).sum::<i64>(), p.paused + p.held);
        }
        let days = explain(&p, p.stopped_at.unwrap(), &calendar).unwrap();
        let late_midnight = p.stopped_at.is_some_and(|t| end_of(crate::rules::calendar::civil_date(plus(t, -1))) == t);
        if !late_midnight || p.target.unit != SlaUnit::Wd {
            prop_assert_eq!(days.iter().map(|d| d.counted).sum::<i64>(), p.elapsed);
        }
    }

    #[test]
    fn due_is_monotone_and_a_rejected_claim_never_shortens_it(
        start in 0_i64..40_000, steps in moves(), severity in prop::sample::select(Severity::ALL), check in 0_i64..3_000, delay in 0_i64..3_000,
    ) {
        let calendar = Calendar::official().unwrap();
        let terms = terms(target(severity));
        let due = |events: &[Event]| {
            let mut events = events.to_vec();
            // A running clock has a due instant.
            let t = plus(events.last().unwrap().effective_at, 60);
            events.push(Event { effective_at: t, recorded_at: t, body: EventBody::Reject });
            events.push(Event { effective_at: t, recorded_at: t, body: EventBody::Resume });
            replay(&terms, &events, &calendar, t).unwrap().due_at.unwrap()
        };
        let plain = history(start, &[]);
        prop_assert!(due(&plain) <= due(&history(start + 1, &[])));
        let base = history(start, &steps.iter().filter(|(_, m)| !matches!(m, Move::Raise(_))).copied().collect::<Vec<_>>());
        let before = due(&base);
        let mut more = base;
        let t = plus(more.last().unwrap().effective_at, 120 + 60 * check);
        for (n, body) in [(0, EventBody::Complete { completion: Completion::Claim }), (delay * 60 + 60, EventBody::Reject)] {
            more.push(Event { effective_at: plus(t, n), recorded_at: plus(t, n), body });
        }
        prop_assert!(due(&more) >= before);
    }

    #[test]
    fn splitting_a_pause_at_a_unit_boundary_changes_nothing(
        from in 0_i64..20_000, length in 2_i64..20_000, cut in 1_i64..20_000, severity in prop::sample::select(Severity::ALL),
    ) {
        let calendar = Calendar::official().unwrap();
        let split = 1 + cut % (length - 1);
        let whole = history(0, &[(from + 1, Move::Pause), (length, Move::Resume)]);
        let mut halves = history(0, &[(from + 1, Move::Pause), (split, Move::Resume)]);
        let t = halves.last().unwrap().effective_at;
        halves.push(Event { effective_at: t, recorded_at: t, body: EventBody::Pause { reason: WaitReason::WaitHospital } });
        let end = plus(t, (length - split) * 60);
        halves.push(Event { effective_at: end, recorded_at: end, body: EventBody::Resume });
        let terms = terms(target(severity));
        let a = replay(&terms, &whole, &calendar, end).unwrap();
        let b = replay(&terms, &halves, &calendar, end).unwrap();
        prop_assert_eq!((a.due_at, a.paused, a.elapsed), (b.due_at, b.paused, b.elapsed));
    }

    #[test]
    fn warnings_rise_to_the_due_instant(start in 0_i64..40_000, steps in moves(), service in any::<bool>()) {
        let calendar = Calendar::official().unwrap();
        let mut target = target(Severity::S2);
        if service {
            target.unit = SlaUnit::Service;
        }
        let terms = terms(target);
        let steps: Vec<_> = steps.into_iter().filter(|(_, m)| !matches!(m, Move::Raise(_))).collect();
        let events = history(start, &steps);
        let now = events.last().unwrap().effective_at;
        let p = replay(&terms, &events, &calendar, now).unwrap();
        let points = warn_points(&terms, &p, &calendar).unwrap();
        prop_assert_eq!(points.is_empty(), p.state != SlaClockState::Running);
        prop_assert!(points.is_sorted_by_key(|w| w.at));
        if let Some(last) = points.last() {
            prop_assert_eq!(Some(last.at), p.due_at);
        }
    }
}
