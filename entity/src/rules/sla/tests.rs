//! Vectors of `sla.md` 4.4 and laws of 2.1 that need no object beyond a clock.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use super::*;
use SlaEventKind::{Cancel, Complete, Pause, Reject, Resume, Retarget};
use proptest::prelude::*;

/// Shanghai wall time.
fn t(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{}+08:00", text.replace(' ', "T")))
        .unwrap()
        .with_timezone(&Utc)
}

fn hours(limit: i64, severity: Severity) -> Terms {
    Terms {
        unit: SlaUnit::Natural,
        limit: Some(limit * 3600),
        check: check_limit(Some(severity)),
        carried: 0,
    }
}

fn wd(limit: i64) -> Terms {
    Terms {
        unit: SlaUnit::Wd,
        limit: Some(limit),
        check: check_limit(Some(Severity::S4)),
        carried: 0,
    }
}

fn run(terms: &Terms, start: &str, events: &[(SlaEventKind, &str)]) -> Projection {
    let events: Vec<Event> = events
        .iter()
        .map(|(kind, at)| Event {
            kind: *kind,
            at: t(at),
            limit: None,
        })
        .collect();
    replay(terms, t(start), &events, &Calendar::shipped()).unwrap()
}

#[test]
fn v01_an_answer_in_the_second_of_the_due_instant_is_on_time() {
    let terms = Terms {
        unit: SlaUnit::Natural,
        limit: Some(3600),
        check: Limit::Wd(1),
        carried: 0,
    };
    let at = |stop: &str| run(&terms, "2026-10-01 02:30:00", &[(Complete, stop)]);
    assert_eq!(at("2026-10-01 03:30:00").result, SlaResult::OnTime);
    assert_eq!(at("2026-10-01 03:30:00.9").result, SlaResult::OnTime);
    assert_eq!(at("2026-10-01 03:30:01").result, SlaResult::Late);
}

#[test]
fn v02_two_hours_run_on_a_holiday() {
    let terms = Terms {
        unit: SlaUnit::Natural,
        limit: Some(7200),
        check: Limit::Wd(1),
        carried: 0,
    };
    assert_eq!(
        run(
            &terms,
            "2026-10-01 23:30:00",
            &[(Complete, "2026-10-02 01:30:00")]
        )
        .result,
        SlaResult::OnTime
    );
}

#[test]
fn v03_response_and_first_step_count_together_unless_the_contract_says_otherwise() {
    let (answer, step) = (t("2026-03-02 09:50:00"), t("2026-03-02 10:05:00"));
    assert_eq!(
        stop_of_two_hours(Some(answer), Some(step), TwoHourMeaning::RespondAndStart),
        Some(step)
    );
    assert_eq!(
        stop_of_two_hours(Some(answer), None, TwoHourMeaning::RespondAndStart),
        None
    );
    assert_eq!(
        stop_of_two_hours(Some(answer), None, TwoHourMeaning::Respond),
        Some(answer)
    );
}

#[test]
fn v04_an_accepted_pause_moves_the_due_instant() {
    let seen = run(
        &hours(8, Severity::S2),
        "2026-03-02 08:00:00",
        &[
            (Pause, "2026-03-02 10:00:00"),
            (Resume, "2026-03-02 12:00:00"),
            (Complete, "2026-03-02 19:00:00"),
        ],
    );
    assert_eq!(
        (seen.due_at, seen.result, seen.paused),
        (Some(t("2026-03-02 18:00:00")), SlaResult::Late, 7200)
    );
}

#[test]
fn v05_a_refused_pause_counts_for_nothing() {
    let seen = run(
        &hours(8, Severity::S2),
        "2026-03-02 08:00:00",
        &[(Complete, "2026-03-02 19:00:00")],
    );
    assert_eq!(
        (seen.due_at, seen.result),
        (Some(t("2026-03-02 16:00:00")), SlaResult::Late)
    );
}

#[test]
fn v06_a_rejection_inside_the_checking_limit_holds_nothing() {
    let seen = run(
        &hours(24, Severity::S3),
        "2026-03-02 08:00:00",
        &[
            (Complete, "2026-03-02 20:00:00"),
            (Reject, "2026-03-03 03:00:00"),
            (Complete, "2026-03-03 09:30:00"),
        ],
    );
    assert_eq!(
        (seen.held, seen.due_at, seen.result),
        (0, Some(t("2026-03-03 08:00:00")), SlaResult::Late)
    );
}

#[test]
fn v07_a_carried_cycle_has_the_rest_of_its_target() {
    let full = run(&hours(24, Severity::S3), "2026-03-04 09:00:00", &[]);
    assert_eq!(full.due_at, Some(t("2026-03-05 09:00:00")));
    let rest = run(
        &Terms {
            carried: 10 * 3600,
            ..hours(24, Severity::S3)
        },
        "2026-03-04 09:00:00",
        &[],
    );
    assert_eq!(rest.due_at, Some(t("2026-03-04 23:00:00")));
}

#[test]
fn v08_a_raised_severity_counts_from_the_start_and_keeps_pauses() {
    let events = [
        Event {
            kind: Pause,
            at: t("2026-03-02 09:00:00"),
            limit: None,
        },
        Event {
            kind: Resume,
            at: t("2026-03-02 10:00:00"),
            limit: None,
        },
        Event {
            kind: Retarget,
            at: t("2026-03-02 12:00:00"),
            limit: Some(8 * 3600),
        },
    ];
    let seen = replay(
        &hours(24, Severity::S3),
        t("2026-03-02 08:00:00"),
        &events,
        &Calendar::shipped(),
    )
    .unwrap();
    assert_eq!(seen.due_at, Some(t("2026-03-02 17:00:00")));
}

#[test]
fn v09_working_day_pauses_count_whole_days() {
    assert_eq!(
        run(&wd(5), "2026-09-30 10:00:00", &[]).due_before_at,
        Some(t("2026-10-14 00:00:00"))
    );
    let paused = run(
        &wd(5),
        "2026-09-30 10:00:00",
        &[
            (Pause, "2026-10-08 10:00:00"),
            (Resume, "2026-10-09 15:00:00"),
        ],
    );
    assert_eq!(
        (paused.due_before_at, paused.paused),
        (Some(t("2026-10-15 00:00:00")), 1)
    );
    let short = run(
        &wd(5),
        "2026-09-30 10:00:00",
        &[
            (Pause, "2026-10-08 10:00:00"),
            (Resume, "2026-10-08 15:00:00"),
        ],
    );
    assert_eq!(short.due_before_at, Some(t("2026-10-14 00:00:00")));
}

#[test]
fn v10_late_on_a_weekend_is_late_without_a_working_day() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let calendar = Calendar::shipped();
    assert_eq!(
        lateness(day("2026-03-13"), day("2026-03-14"), &calendar),
        Ok((0, 1))
    );
    assert_eq!(
        lateness(day("2026-03-13"), day("2026-03-16"), &calendar),
        Ok((1, 3))
    );
}

#[test]
fn v11_training_is_answered_by_the_end_of_the_next_working_day() {
    for start in ["2026-10-10 09:00:00", "2026-10-11 09:00:00"] {
        assert_eq!(
            run(&wd(1), start, &[]).due_before_at,
            Some(t("2026-10-13 00:00:00")),
            "{start}"
        );
    }
}

#[test]
fn v12_a_start_before_a_holiday_is_due_after_it() {
    assert_eq!(
        run(&wd(1), "2026-04-03 10:00:00", &[]).due_before_at,
        Some(t("2026-04-08 00:00:00"))
    );
}

#[test]
fn v13_fifteen_minutes_end_in_their_last_second() {
    let (unit, limit) = response_limit(ClockCode::Immediate15min, 1, 15).unwrap();
    let terms = Terms {
        unit,
        limit: Some(limit),
        check: Limit::Wd(1),
        carried: 0,
    };
    assert_eq!(
        run(
            &terms,
            "2026-03-02 03:00:00",
            &[(Complete, "2026-03-02 03:15:00")]
        )
        .result,
        SlaResult::OnTime
    );
    assert_eq!(
        run(
            &terms,
            "2026-03-02 03:00:00",
            &[(Complete, "2026-03-02 03:15:01")]
        )
        .result,
        SlaResult::Late
    );
}

#[test]
fn v15_without_a_target_there_is_no_due_instant_and_no_result() {
    let seen = run(
        &Terms {
            limit: None,
            ..hours(0, Severity::S1)
        },
        "2026-03-02 08:00:00",
        &[(Complete, "2026-03-02 17:00:00")],
    );
    assert_eq!((seen.due_at, seen.result), (None, SlaResult::Na));
}

#[test]
fn v16_v17_v18_checking_beyond_the_limit_is_held_by_the_hospital() {
    let seen = |severity, limit, claim: &str, reject: &str, end: &str| {
        run(
            &hours(limit, severity),
            "2026-03-02 08:00:00",
            &[(Complete, claim), (Reject, reject), (Complete, end)],
        )
    };
    let day = |time: &str| format!("2026-03-02 {time}");
    let a = seen(
        Severity::S2,
        8,
        &day("10:00:00"),
        &day("17:00:00"),
        &day("18:30:00"),
    );
    assert_eq!(
        (a.held, a.due_at, a.result),
        (3 * 3600, Some(t("2026-03-02 19:00:00")), SlaResult::OnTime)
    );
    assert_eq!(
        seen(
            Severity::S2,
            8,
            &day("10:00:00"),
            &day("17:00:00"),
            &day("19:00:01")
        )
        .result,
        SlaResult::Late
    );
    for reject in ["13:30:00", "14:00:00"] {
        let seen = seen(
            Severity::S2,
            8,
            &day("10:00:00"),
            &day(reject),
            &day("15:00:00"),
        );
        assert_eq!(
            (seen.held, seen.due_at),
            (0, Some(t("2026-03-02 16:00:00")))
        );
    }
    assert_eq!(
        seen(
            Severity::S1,
            4,
            &day("09:00:00"),
            &day("12:00:00"),
            &day("13:00:00")
        )
        .due_at,
        Some(t("2026-03-02 14:00:00"))
    );
    assert_eq!(
        seen(
            Severity::S1,
            4,
            &day("09:00:00"),
            &day("10:00:00"),
            &day("11:00:00")
        )
        .due_at,
        Some(t("2026-03-02 12:00:00"))
    );
}

#[test]
fn v19_v22_holds_of_a_day_limit_are_working_days() {
    let seen = |start: &str, claim: &str, reject: &str| {
        run(&wd(5), start, &[(Complete, claim), (Reject, reject)])
    };
    let a = seen(
        "2026-09-30 10:00:00",
        "2026-10-08 10:00:00",
        "2026-10-12 10:00:00",
    );
    assert_eq!(
        (a.held, a.due_before_at),
        (2, Some(t("2026-10-16 00:00:00")))
    );
    let b = seen(
        "2026-09-30 10:00:00",
        "2026-10-08 10:00:00",
        "2026-10-09 23:59:00",
    );
    assert_eq!(
        (b.held, b.due_before_at),
        (0, Some(t("2026-10-14 00:00:00")))
    );
    let c = seen(
        "2026-09-29 10:00:00",
        "2026-09-29 16:00:00",
        "2026-10-15 09:00:00",
    );
    assert_eq!(
        (c.held, c.due_before_at),
        (7, Some(t("2026-10-22 00:00:00")))
    );
}

#[test]
fn v20_a_weekend_of_checking_is_held_in_hours() {
    let seen = run(
        &hours(24, Severity::S3),
        "2026-03-06 09:00:00",
        &[
            (Complete, "2026-03-06 15:00:00"),
            (Reject, "2026-03-10 08:00:00"),
        ],
    );
    assert_eq!(
        (seen.held, seen.due_at),
        (81 * 3600, Some(t("2026-03-10 18:00:00")))
    );
}

#[test]
fn v21_silence_is_reminded_twice_and_then_unconfirmed() {
    let days = silence(t("2026-09-29 16:00:00"), 3, 2, &Calendar::shipped()).unwrap();
    assert_eq!(
        days,
        ["2026-10-09".parse().unwrap(), "2026-10-13".parse().unwrap()]
    );
    assert_eq!(
        confirmation(false, &days, t("2026-10-13 23:59:59")),
        Confirmation::None
    );
    assert_eq!(
        confirmation(false, &days, t("2026-10-14 00:00:00")),
        Confirmation::Unconfirmed
    );
    assert_eq!(
        confirmation(true, &days, t("2027-10-14 00:00:00")),
        Confirmation::Confirmed
    );
}

#[test]
fn v24_a_second_cycle_of_a_day_limit() {
    assert_eq!(
        run(&wd(5), "2026-10-09 10:00:00", &[]).due_before_at,
        Some(t("2026-10-16 00:00:00"))
    );
    assert_eq!(
        run(
            &Terms {
                carried: 2,
                ..wd(5)
            },
            "2026-10-09 10:00:00",
            &[]
        )
        .due_before_at,
        Some(t("2026-10-14 00:00:00"))
    );
}

#[test]
fn v25_a_taken_ticket_cancels_a_running_clock_and_leaves_a_stopped_one() {
    let taken = run(
        &hours(2, Severity::S3),
        "2026-03-02 08:00:00",
        &[(Cancel, "2026-03-02 08:40:00")],
    );
    assert_eq!(
        (taken.state, taken.result, taken.due_at),
        (SlaClockState::Cancelled, SlaResult::Na, None)
    );
    let stopped = run(
        &hours(2, Severity::S3),
        "2026-03-02 08:00:00",
        &[
            (Complete, "2026-03-02 08:30:00"),
            (Cancel, "2026-03-02 08:40:00"),
        ],
    );
    assert_eq!(
        (stopped.state, stopped.result),
        (SlaClockState::Stopped, SlaResult::OnTime)
    );
}

#[test]
fn v28_warnings_move_with_the_pause() {
    let before = run(&hours(8, Severity::S2), "2026-03-02 08:00:00", &[]);
    let start = t("2026-03-02 08:00:00");
    assert_eq!(
        warn_points(SlaClockKind::Resolution, start, &before)[1],
        (80, t("2026-03-02 14:24:00"))
    );
    let after = run(
        &hours(8, Severity::S2),
        "2026-03-02 08:00:00",
        &[
            (Pause, "2026-03-02 10:00:00"),
            (Resume, "2026-03-02 12:00:00"),
        ],
    );
    assert_eq!(
        warn_points(SlaClockKind::Resolution, start, &after)[1],
        (80, t("2026-03-02 16:24:00"))
    );
}

#[test]
fn paused_clock_has_no_due_instant_and_warns_nobody() {
    let seen = run(
        &hours(8, Severity::S2),
        "2026-03-02 08:00:00",
        &[(Pause, "2026-03-02 10:00:00")],
    );
    assert_eq!((seen.due_at, seen.state), (None, SlaClockState::Paused));
    assert!(warn_points(SlaClockKind::Resolution, t("2026-03-02 08:00:00"), &seen).is_empty());
}

proptest! {
    #[test]
    fn the_order_of_recording_does_not_matter(mut order in Just(vec![0_usize, 1, 2, 3, 4]).prop_shuffle(), a in 1_i64..100, b in 1_i64..100, c in 1_i64..100) {
        let start = t("2026-03-02 08:00:00");
        let at = |minutes: i64| start + TimeDelta::minutes(minutes);
        let events = [
            Event { kind: Pause, at: at(a), limit: None },
            Event { kind: Resume, at: at(a + b), limit: None },
            Event { kind: Complete, at: at(a + b + c), limit: None },
            Event { kind: Reject, at: at(a + b + c + 500), limit: None },
            Event { kind: Complete, at: at(a + b + c + 600), limit: None },
        ];
        let straight = replay(&hours(8, Severity::S2), start, &events, &Calendar::shipped()).unwrap();
        let shuffled: Vec<Event> = order.drain(..).map(|place| events[place]).collect();
        prop_assert_eq!(replay(&hours(8, Severity::S2), start, &shuffled, &Calendar::shipped()).unwrap(), straight);
        prop_assert_eq!(straight.paused, b * 60);
    }

    #[test]
    fn splitting_a_pause_changes_nothing(a in 1_i64..100, b in 2_i64..100, cut in 0_i64..100) {
        let start = t("2026-03-02 08:00:00");
        let at = |minutes: i64| start + TimeDelta::minutes(minutes);
        let event = |kind, minutes| Event { kind, at: at(minutes), limit: None };
        let cut = a + 1 + cut % (b - 1);
        let whole = [event(Pause, a), event(Resume, a + b)];
        let split = [event(Pause, a), event(Resume, cut), event(Pause, cut), event(Resume, a + b)];
        let calendar = Calendar::shipped();
        prop_assert_eq!(
            replay(&hours(8, Severity::S2), start, &whole, &calendar).unwrap(),
            replay(&hours(8, Severity::S2), start, &split, &calendar).unwrap()
        );
    }

    #[test]
    fn a_rejected_claim_never_makes_the_due_instant_earlier(claim in 1_i64..5_000, check in 0_i64..5_000) {
        let start = t("2026-03-02 08:00:00");
        let at = |minutes: i64| start + TimeDelta::minutes(minutes);
        let calendar = Calendar::shipped();
        for terms in [hours(24, Severity::S3), wd(5)] {
            let plain = replay(&terms, start, &[], &calendar).unwrap();
            let events = [Event { kind: Complete, at: at(claim), limit: None }, Event { kind: Reject, at: at(claim + check), limit: None }];
            prop_assert!(replay(&terms, start, &events, &calendar).unwrap().due_at >= plain.due_at);
        }
    }
}
