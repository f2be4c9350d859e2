//! V16–V30: checking time, silence, reopening, demand, days.

use uuid::Uuid;

use super::*;

fn rejected(severity: Severity, [start, claim, reject, solved]: [&str; 4]) -> Projection {
    run(
        &fault(severity),
        &[
            (at(start), EventBody::Attach),
            (at(claim), CLAIM),
            (at(reject), EventBody::Reject),
            (at(solved), CLAIM),
            (plus(at(solved), 60), CONFIRM),
        ],
    )
}

#[test]
fn v16_checking_beyond_the_limit_is_the_hospitals_time() {
    let day = |t: &str| format!("2026-03-03 {t}");
    let case = |solved: &str| {
        rejected(
            Severity::S2,
            [&day("08:00"), &day("10:00"), &day("17:00"), &day(solved)],
        )
    };
    let p = case("18:30");
    assert_eq!(
        (p.held, p.due_at, p.result),
        (3 * 3600, Some(h("19:00")), SlaResult::OnTime)
    );
    assert_eq!(overrun(&case("19:00:01")), 1);
    let hold = p
        .holdings
        .iter()
        .find(|x| x.party == Party::Hospital)
        .unwrap();
    assert_eq!(
        (hold.cause, hold.from, hold.to, hold.counted),
        (HoldingCause::Check, h("14:00"), h("17:00"), 10_800)
    );
}

#[test]
fn v17_a_rejection_at_the_checking_limit_is_no_hold() {
    for reject in ["2026-03-03 13:30", "2026-03-03 14:00"] {
        let p = rejected(
            Severity::S2,
            [
                "2026-03-03 08:00",
                "2026-03-03 10:00",
                reject,
                "2026-03-03 15:00",
            ],
        );
        assert_eq!((p.held, p.due_at), (0, Some(h("16:00"))));
    }
}

#[test]
fn v18_the_checking_limit_of_the_gravest_class_is_one_hour() {
    let p = rejected(
        Severity::S1,
        [
            "2026-03-03 08:00",
            "2026-03-03 09:00",
            "2026-03-03 12:00",
            "2026-03-03 13:00",
        ],
    );
    assert_eq!((p.held, p.due_at), (7200, Some(h("14:00"))));
    let p = rejected(
        Severity::S1,
        [
            "2026-03-03 08:00",
            "2026-03-03 09:00",
            "2026-03-03 10:00",
            "2026-03-03 13:00",
        ],
    );
    assert_eq!(p.due_at, Some(h("12:00")));
}

#[test]
fn v19_holds_of_a_working_day_clock_count_make_up_days() {
    let case = |reject| {
        let events = [
            (at("2026-09-30 09:00"), EventBody::Attach),
            (at("2026-10-08 11:00"), CLAIM),
            (at(reject), EventBody::Reject),
        ];
        run_at(&fault(Severity::S4), &events, at("2026-10-12 12:00"))
    };
    let p = case("2026-10-12 10:00");
    assert_eq!((p.held, p.due_before_at), (2, Some(at("2026-10-16 00:00"))));
    let p = case("2026-10-09 23:59");
    assert_eq!((p.held, p.due_before_at), (0, Some(at("2026-10-14 00:00"))));
}

#[test]
fn v20_a_weekend_of_checking_is_no_time_of_the_vendor() {
    let start = (at("2026-03-06 09:00"), EventBody::Attach);
    let claim = (at("2026-03-06 15:00"), CLAIM);
    let events = [start, claim, (at("2026-03-10 08:00"), EventBody::Reject)];
    let p = run_at(&fault(Severity::S3), &events, at("2026-03-10 09:00"));
    assert_eq!(
        (p.held, p.due_at),
        (81 * 3600, Some(at("2026-03-10 18:00")))
    );
    let p = run(
        &fault(Severity::S3),
        &[start, claim, (at("2026-03-10 08:00"), CONFIRM)],
    );
    assert_eq!(
        (p.result, p.stopped_at, p.held),
        (SlaResult::OnTime, Some(claim.0), 0)
    );
}

#[test]
fn v21_silence_counts_as_solved_and_closes_nothing() {
    let events = [
        (at("2026-09-29 10:00"), EventBody::Attach),
        (at("2026-09-29 16:00"), CLAIM),
    ];
    let silence = Silence { wd: 3, times: 2 };
    let points = silence_points(at("2026-09-29 16:00"), silence, &cal()).unwrap();
    assert_eq!(points, [at("2026-10-09 08:00"), at("2026-10-13 08:00")]);
    let state = |now| {
        let p = run_at(&fault(Severity::S4), &events, at(now));
        (p.result, p.confirmation, p.state)
    };
    assert_eq!(
        state("2026-10-13 23:59:59"),
        (SlaResult::Open, Confirmation::None, SlaClockState::Stopped)
    );
    assert_eq!(
        state("2026-10-14 00:00"),
        (
            SlaResult::OnTime,
            Confirmation::Unconfirmed,
            SlaClockState::Stopped
        )
    );
    assert_eq!(
        state("2027-10-14 00:00"),
        (
            SlaResult::OnTime,
            Confirmation::Unconfirmed,
            SlaClockState::Stopped
        )
    );
}

#[test]
fn v22_a_rejection_after_silence_takes_the_mark_away() {
    let events = [
        (at("2026-09-29 10:00"), EventBody::Attach),
        (at("2026-09-29 16:00"), CLAIM),
        (at("2026-10-15 09:00"), EventBody::Reject),
    ];
    let p = run_at(&fault(Severity::S4), &events, at("2026-10-15 10:00"));
    assert_eq!((p.held, p.due_before_at), (7, Some(at("2026-10-22 00:00"))));
    assert_eq!(
        (p.confirmation, p.result, p.state),
        (Confirmation::None, SlaResult::Open, SlaClockState::Running)
    );
}

#[test]
fn v23_a_late_confirmation_leaves_the_result() {
    let events = [
        (at("2026-09-29 10:00"), EventBody::Attach),
        (at("2026-09-29 16:00"), CLAIM),
        (at("2026-10-20 10:00"), CONFIRM),
    ];
    let p = run(&fault(Severity::S4), &events);
    assert_eq!(
        (p.confirmation, p.result, p.stopped_at),
        (
            Confirmation::Confirmed,
            SlaResult::OnTime,
            Some(events[1].0)
        )
    );
}

#[test]
fn v24_a_reopened_working_day_clock_in_both_modes() {
    let terms = fault(Severity::S4);
    let reopened = at("2026-10-09 10:00");
    for (carried, due) in [(0, "2026-10-16 00:00"), (2, "2026-10-14 00:00")] {
        let p = run_at(
            &Terms { carried, ..terms },
            &[(reopened, EventBody::Reattach)],
            reopened,
        );
        assert_eq!(p.due_before_at, Some(at(due)));
    }
}

#[test]
fn v25_taking_a_ticket_cancels_but_an_earlier_breach_stays() {
    let terms = plain(ClockCode::FaultResponse2h);
    let cancel = EventBody::Cancel {
        reason: ClockCancelReason::TakenByHospital,
    };
    let p = run(
        &terms,
        &[(h("08:00"), EventBody::Attach), (h("08:40"), cancel)],
    );
    assert_eq!(
        (p.state, p.result, p.breached_at),
        (SlaClockState::Cancelled, SlaResult::Na, None)
    );
    let p = run_at(&terms, &[(h("10:00"), EventBody::Reattach)], h("10:00"));
    assert_eq!(p.due_at, Some(h("12:00")));
    let p = run(
        &terms,
        &[(h("08:00"), EventBody::Attach), (h("10:30"), cancel)],
    );
    assert_eq!(
        (p.state, p.breached_at),
        (SlaClockState::Cancelled, Some(h("10:00")))
    );
}

#[test]
fn v26_a_demand_sets_the_target_and_only_later_pauses_move_it() {
    let mut terms = fault(Severity::S2);
    terms.target = Target {
        limit: Limit::None,
        source: TargetSource::None,
        ..terms.target
    };
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let demand = |id, deadline| EventBody::Demand {
        id,
        deadline: Limit::Until(h(deadline)),
    };
    let start = [
        (h("08:00"), EventBody::Attach),
        (h("10:00"), demand(first, "18:00")),
    ];
    let later = [(h("12:00"), HOSPITAL), (h("13:00"), EventBody::Resume)];
    let solved = [(h("19:30"), CLAIM), (h("19:40"), CONFIRM)];
    let p = run(&terms, &[start.as_slice(), &later, &solved].concat());
    assert_eq!(
        (p.due_at, overrun(&p), p.target.source),
        (Some(h("19:00")), 1800, TargetSource::Demand)
    );
    let earlier = [(h("08:00"), HOSPITAL), (h("09:00"), EventBody::Resume)];
    let p = run_at(&terms, &[start.as_slice(), &earlier].concat(), h("11:00"));
    assert_eq!(p.due_at, Some(h("18:00")));
    // A later demand never shortens; a withdrawn one takes the target away.
    let shorter = [(h("11:00"), demand(second, "12:30"))];
    assert_eq!(
        run_at(&terms, &[start.as_slice(), &shorter].concat(), h("11:00")).due_at,
        Some(h("18:00"))
    );
    let gone = [(h("11:00"), EventBody::DemandWithdrawn { id: first })];
    let p = run_at(&terms, &[start.as_slice(), &gone].concat(), h("11:00"));
    assert_eq!((p.due_at, p.result), (None, SlaResult::Na));
    // With an annex in force a demand changes nothing.
    assert_eq!(
        run_at(&fault(Severity::S2), &start, h("11:00")).due_at,
        Some(h("16:00"))
    );
}

#[test]
fn v27_natural_days_that_end_on_a_day_of_rest_roll() {
    let start = at("2026-07-03 09:00");
    let mut terms = plain(ClockCode::AssessmentRectify10wd);
    terms.target.unit = SlaUnit::Natural;
    terms.target.limit = Limit::NaturalDays(90);
    let p = run_at(&terms, &[(start, EventBody::Attach)], start);
    assert_eq!(p.due_before_at, Some(at("2026-10-09 00:00")));
    terms.rest_day_roll = false;
    let p = run_at(&terms, &[(start, EventBody::Attach)], start);
    assert_eq!(p.due_before_at, Some(at("2026-10-02 00:00")));
}

#[test]
fn v28_a_pause_moves_the_warning_that_lay_after_it() {
    let point = |events: &[(Instant, EventBody)], now| {
        let p = run_at(&fault(Severity::S2), events, now);
        let points = warn_points(&fault(Severity::S2), &p, &cal()).unwrap();
        let at = points
            .iter()
            .find(|w| w.threshold == Threshold::Percent(80))
            .unwrap()
            .at;
        (at, p.due_at.unwrap())
    };
    let before = [(h("08:00"), EventBody::Attach)];
    assert_eq!(point(&before, h("14:24")), (h("14:24"), h("16:00")));
    let after = [
        before[0],
        (h("10:00"), HOSPITAL),
        (h("12:00"), EventBody::Resume),
    ];
    assert_eq!(point(&after, h("15:00")), (h("16:24"), h("18:00")));
    // A pause behind the point moves the due instant and leaves the point.
    let behind = [
        before[0],
        (h("15:00"), HOSPITAL),
        (h("15:30"), EventBody::Resume),
    ];
    assert_eq!(point(&behind, h("15:40")), (h("14:24"), h("16:30")));
}

#[test]
fn v29_a_rectification_stops_at_the_submission_that_is_verified() {
    let terms = plain(ClockCode::AssessmentRectify10wd);
    let terms = Terms {
        target: Target {
            limit: Limit::On("2026-03-20".parse().unwrap()),
            ..terms.target
        },
        ..terms
    };
    let start = (at("2026-03-13 09:00"), EventBody::Attach);
    let submitted = (at("2026-03-20 17:00"), CLAIM);
    let p = run(
        &terms,
        &[start, submitted, (at("2026-03-25 10:00"), CONFIRM)],
    );
    assert_eq!(p.result, SlaResult::OnTime);
    let events = [
        start,
        submitted,
        (at("2026-03-25 10:00"), EventBody::Reject),
        (at("2026-03-26 10:00"), CLAIM),
        (at("2026-03-27 10:00"), CONFIRM),
    ];
    let p = run(&terms, &events);
    assert_eq!((p.result, p.late.unwrap().late_wd), (SlaResult::Late, 4));
}

#[test]
fn v30_a_consultation_answered_after_seventy_minutes_is_late() {
    let p = run(
        &plain(ClockCode::ConsultResponse1h),
        &[(h("08:00"), EventBody::Attach), (h("09:10"), DONE)],
    );
    assert_eq!((p.result, overrun(&p)), (SlaResult::Late, 600));
}
