//! V1–V15.

use super::*;

#[test]
fn v01_one_hour_on_a_holiday_is_exact_to_the_second() {
    let terms = plain(ClockCode::ConsultResponse1h);
    let start = at("2026-10-02 02:30");
    for (stop, result) in [
        ("2026-10-02 03:30:00", SlaResult::OnTime),
        ("2026-10-02 03:30:00.9", SlaResult::OnTime),
        ("2026-10-02 03:30:01", SlaResult::Late),
    ] {
        let p = run(&terms, &[(start, EventBody::Attach), (at(stop), DONE)]);
        assert_eq!(
            (p.due_at, p.result),
            (Some(at("2026-10-02 03:30")), result),
            "{stop}"
        );
    }
}

#[test]
fn v02_two_hours_across_midnight_equal_is_on_time() {
    let stop = stop_of_two_hours(
        Some(at("2026-10-02 01:30")),
        Some(at("2026-10-02 01:30")),
        TwoHourMeaning::RespondAndStart,
    );
    let p = run(
        &plain(ClockCode::ChangeResponse2h),
        &[
            (at("2026-10-01 23:30"), EventBody::Attach),
            (stop.unwrap(), DONE),
        ],
    );
    assert_eq!(p.result, SlaResult::OnTime);
}

#[test]
fn v03_response_without_first_step_does_not_stop_a_two_hour_class() {
    let terms = plain(ClockCode::FaultResponse2h);
    let late = stop_of_two_hours(
        Some(h("09:50")),
        Some(h("10:05")),
        TwoHourMeaning::RespondAndStart,
    )
    .unwrap();
    let p = run(&terms, &[(h("08:00"), EventBody::Attach), (late, DONE)]);
    assert_eq!((p.result, overrun(&p)), (SlaResult::Late, 300));
    let other =
        stop_of_two_hours(Some(h("09:50")), Some(h("10:05")), TwoHourMeaning::Respond).unwrap();
    assert_eq!(
        run(&terms, &[(h("08:00"), EventBody::Attach), (other, DONE)]).result,
        SlaResult::OnTime
    );
    assert_eq!(
        stop_of_two_hours(Some(h("09:50")), None, TwoHourMeaning::RespondAndStart),
        None
    );
}

#[test]
fn v04_accepted_pause_moves_the_due_instant() {
    let p = run(
        &fault(Severity::S2),
        &[
            (h("08:00"), EventBody::Attach),
            (h("10:00"), HOSPITAL),
            (h("12:00"), EventBody::Resume),
            (h("19:00"), CLAIM),
            (h("19:30"), CONFIRM),
        ],
    );
    assert_eq!(
        (p.due_at, p.result, overrun(&p)),
        (Some(h("18:00")), SlaResult::Late, 3600)
    );
    assert_eq!(
        (p.paused, p.elapsed, p.confirmation),
        (7200, 9 * 3600, Confirmation::Confirmed)
    );
}

#[test]
fn v05_a_pause_counts_from_the_proposal_and_a_refused_one_not_at_all() {
    let pause = |t, recorded, body| Event {
        effective_at: h(t),
        recorded_at: h(recorded),
        body,
    };
    let mut events = vec![
        pause("08:00", "08:00", EventBody::Attach),
        pause("10:00", "11:30", HOSPITAL),
        pause("12:00", "12:00", EventBody::Resume),
        pause("19:00", "19:00", CLAIM),
        pause("19:10", "19:10", CONFIRM),
    ];
    let terms = fault(Severity::S2);
    let p = replay(&terms, &events, &cal(), h("20:00")).unwrap();
    assert_eq!((p.due_at, overrun(&p)), (Some(h("18:00")), 3600));
    events.retain(|e| e.body != HOSPITAL);
    let p = replay(&terms, &events, &cal(), h("20:00")).unwrap();
    assert_eq!(
        (p.due_at, overrun(&p), p.paused),
        (Some(h("16:00")), 3 * 3600, 0)
    );
}

#[test]
fn v06_a_claim_rejected_inside_the_checking_limit_never_stopped_the_clock() {
    let p = run(
        &fault(Severity::S3),
        &[
            (at("2026-03-03 08:00"), EventBody::Attach),
            (at("2026-03-03 20:00"), CLAIM),
            (at("2026-03-04 03:00"), EventBody::Reject),
            (at("2026-03-04 09:30"), CLAIM),
            (at("2026-03-04 10:00"), CONFIRM),
        ],
    );
    assert_eq!(p.claims[0].check_end, Some(at("2026-03-04 04:00")));
    assert_eq!(
        (p.held, p.due_at, overrun(&p)),
        (0, Some(at("2026-03-04 08:00")), 5400)
    );
}

#[test]
fn v07_reopening_after_closing_starts_a_new_cycle() {
    let terms = fault(Severity::S3);
    let first = run(
        &terms,
        &[
            (at("2026-03-03 08:00"), EventBody::Attach),
            (at("2026-03-03 18:00"), CLAIM),
            (at("2026-03-03 19:00"), CONFIRM),
        ],
    );
    assert_eq!((first.result, first.elapsed), (SlaResult::OnTime, 36_000));
    let reopened = at("2026-03-05 09:00");
    for (reopen, due) in [
        (ReopenTarget::Full, "2026-03-06 09:00"),
        (ReopenTarget::Remaining, "2026-03-05 23:00"),
    ] {
        let carried = carried(reopen, terms.target.limit, std::slice::from_ref(&first));
        let p = run_at(
            &Terms { carried, ..terms },
            &[(reopened, EventBody::Reattach)],
            reopened,
        );
        assert_eq!(p.due_at, Some(at(due)));
    }
    let response = run_at(
        &plain(ClockCode::FaultResponse2h),
        &[(reopened, EventBody::Reattach)],
        reopened,
    );
    assert_eq!(response.due_at, Some(at("2026-03-05 11:00")));
}

#[test]
fn v08_a_raised_severity_counts_from_the_start_and_keeps_the_pause() {
    let raise = EventBody::Retarget {
        target: fault(Severity::S2).target,
    };
    let events = [
        (h("08:00"), EventBody::Attach),
        (h("09:00"), HOSPITAL),
        (h("10:00"), EventBody::Resume),
        (h("12:00"), raise),
    ];
    let p = run_at(&fault(Severity::S3), &events, h("13:00"));
    assert_eq!((p.due_at, p.retargeted_at), (Some(h("17:00")), None));
    // A class whose due instant is already past is late at once (S10).
    let now_s1 = [
        (h("08:00"), EventBody::Attach),
        (
            h("14:00"),
            EventBody::Retarget {
                target: fault(Severity::S1).target,
            },
        ),
    ];
    let p = run_at(&fault(Severity::S3), &now_s1, h("14:00"));
    assert_eq!(
        (p.breached_at, p.retargeted_at, p.expected),
        (Some(h("12:00")), Some(h("14:00")), SlaResult::Late)
    );
}

#[test]
fn v09_five_working_days_over_the_national_day() {
    let terms = fault(Severity::S4);
    let start = (at("2026-09-30 10:00"), EventBody::Attach);
    let p = run_at(&terms, &[start], at("2026-10-08 09:00"));
    assert_eq!(
        (p.due_before_at, p.due_on),
        (
            Some(at("2026-10-14 00:00")),
            Some("2026-10-13".parse().unwrap())
        )
    );
    let paused = |from, to| {
        run_at(
            &terms,
            &[start, (at(from), HOSPITAL), (at(to), EventBody::Resume)],
            at("2026-10-12 00:00"),
        )
    };
    let p = paused("2026-10-08 10:00", "2026-10-09 15:00");
    assert_eq!(
        (p.paused, p.due_before_at),
        (1, Some(at("2026-10-15 00:00")))
    );
    let p = paused("2026-10-08 10:00", "2026-10-08 15:00");
    assert_eq!(
        (p.paused, p.due_before_at),
        (0, Some(at("2026-10-14 00:00")))
    );
}

#[test]
fn v10_a_late_report_counts_working_and_natural_days_apart() {
    let terms = plain(ClockCode::InspectionReport5wd);
    let start = (at("2026-03-06 15:00"), EventBody::Attach);
    for (stop, wd, days) in [("2026-03-14 09:00", 0, 1), ("2026-03-16 09:00", 1, 3)] {
        let p = run(&terms, &[start, (at(stop), DONE)]);
        let late = p.late.unwrap();
        assert_eq!(
            (p.result, late.late_wd, late.late_days),
            (SlaResult::Late, wd, days)
        );
    }
    assert_eq!(
        run(&terms, &[start, (at("2026-03-13 23:59:59.9"), DONE)]).result,
        SlaResult::OnTime
    );
    assert_eq!(
        run(&terms, &[start, (at("2026-03-14 00:00"), DONE)]).result,
        SlaResult::Late
    );
}

#[test]
fn v11_training_on_a_make_up_saturday_and_the_sunday_after() {
    for start in ["2026-10-10 09:00", "2026-10-11 09:00"] {
        let p = run_at(
            &plain(ClockCode::TrainingResponseWd),
            &[(at(start), EventBody::Attach)],
            at(start),
        );
        assert_eq!(p.due_before_at, Some(at("2026-10-13 00:00")), "{start}");
    }
}

#[test]
fn v12_next_working_day_after_the_tomb_sweeping_holiday() {
    let start = at("2026-04-03 16:00");
    let p = run_at(
        &plain(ClockCode::TrainingResponseWd),
        &[(start, EventBody::Attach)],
        start,
    );
    assert_eq!(p.due_before_at, Some(at("2026-04-08 00:00")));
}

#[test]
fn v13_fifteen_minutes_equal_is_on_time() {
    let terms = plain(ClockCode::Immediate15min);
    let start = (h("03:00"), EventBody::Attach);
    assert_eq!(
        run(&terms, &[start, (h("03:15:00"), DONE)]).result,
        SlaResult::OnTime
    );
    let p = run(&terms, &[start, (h("03:15:01"), DONE)]);
    assert_eq!(
        (p.result, p.breached_at),
        (SlaResult::Late, Some(h("03:15")))
    );
}

#[test]
fn v14_a_pause_accepted_afterwards_shows_the_clock_on_time() {
    let terms = fault(Severity::S2);
    let events = [(h("08:00"), EventBody::Attach)];
    assert_eq!(
        run_at(&terms, &events, h("16:30")).breached_at,
        Some(h("16:00"))
    );
    let events = [
        events[0],
        (h("15:00"), HOSPITAL),
        (h("16:00"), EventBody::Resume),
    ];
    let p = run_at(&terms, &events, h("16:30"));
    assert_eq!((p.breached_at, p.due_at), (None, Some(h("17:00"))));
}

#[test]
fn v15_without_annex_and_demand_nothing_is_judged() {
    let catalog = Catalog::shipped().unwrap();
    let rules = policy_of(&catalog);
    let clocks = clocks_for(
        &catalog,
        &rules,
        (TicketCategory::Fault, None),
        Some(Severity::S1),
        None,
    );
    let terms = Terms::new(clocks[1].code, clocks[1].kind, clocks[1].target);
    let p = run(
        &terms,
        &[
            (h("08:00"), EventBody::Attach),
            (h("17:00"), CLAIM),
            (h("17:10"), CONFIRM),
        ],
    );
    assert_eq!(
        (p.result, p.due_at, p.breached_at, p.without_target()),
        (SlaResult::Na, None, None, true)
    );
    assert_eq!(p.elapsed, 9 * 3600);
    assert_eq!(
        (clocks[0].code, clocks[0].target.limit),
        (ClockCode::FaultResponse2h, Limit::Seconds(7200))
    );
}
