//! Rules without a vector of their own, and boundaries.

use super::*;

#[test]
fn paused_clock_has_no_due_instant_and_does_not_breach() {
    let events = [(h("08:00"), EventBody::Attach), (h("10:00"), HOSPITAL)];
    let p = run(&fault(Severity::S2), &events);
    assert_eq!(
        (p.state, p.due_at, p.breached_at, p.elapsed),
        (SlaClockState::Paused, None, None, 7200)
    );
    assert!(
        warn_points(&fault(Severity::S2), &p, &cal())
            .unwrap()
            .is_empty()
    );
    // A breach that happened before the pause stays.
    let p = run(&fault(Severity::S2), &[events[0], (h("17:00"), HOSPITAL)]);
    assert_eq!(
        (p.state, p.breached_at),
        (SlaClockState::Paused, Some(h("16:00")))
    );
}

#[test]
fn response_clocks_cannot_be_paused() {
    let events = [(h("08:00"), EventBody::Attach), (h("08:10"), HOSPITAL)];
    let p = run_at(&plain(ClockCode::FaultResponse2h), &events, h("10:30"));
    assert_eq!(
        (p.state, p.due_at, p.breached_at),
        (SlaClockState::Running, Some(h("10:00")), Some(h("10:00")))
    );
}

#[test]
fn equal_instants_close_the_pause_before_the_resolution() {
    let events = [
        (h("08:00"), EventBody::Attach),
        (h("10:00"), HOSPITAL),
        (h("12:00"), EventBody::Resume),
        (h("12:00"), HOSPITAL),
        (h("18:00"), CLAIM),
        (h("18:00"), CONFIRM),
    ];
    let p = run(&fault(Severity::S2), &events);
    assert_eq!(
        (p.paused, p.elapsed, p.due_at),
        (8 * 3600, 7200, Some(at("2026-03-04 00:00")))
    );
    // A pause that is over at once counts nothing and does not stay open.
    let p = run_at(
        &fault(Severity::S2),
        &[events[0], events[1], (h("10:00"), EventBody::Resume)],
        h("11:00"),
    );
    assert_eq!((p.state, p.paused), (SlaClockState::Running, 0));
}

#[test]
fn a_confirmed_earlier_time_corrects_stop_and_start() {
    let terms = plain(ClockCode::ConsultResponse1h);
    let mut events = vec![(h("08:00"), EventBody::Attach), (h("09:30"), DONE)];
    assert_eq!(run(&terms, &events).result, SlaResult::Late);
    events.push((h("10:00"), EventBody::CorrectStop { to: h("08:50") }));
    let p = run(&terms, &events);
    assert_eq!(
        (p.result, p.stopped_at, p.breached_at),
        (SlaResult::OnTime, Some(h("08:50")), None)
    );
    events.push((h("11:00"), EventBody::CorrectStart { to: h("07:30") }));
    let p = run(&terms, &events);
    assert_eq!((p.result, p.due_at), (SlaResult::Late, Some(h("08:30"))));
}

#[test]
fn business_end_as_cutoff_compares_instants() {
    let mut terms = plain(ClockCode::InspectionReport5wd);
    terms.cutoff_s = 17 * 3600 + 1800;
    let start = (at("2026-03-06 15:00"), EventBody::Attach);
    let p = run(&terms, &[start, (at("2026-03-13 17:30"), DONE)]);
    assert_eq!(
        (p.result, p.due_at, p.due_before_at),
        (SlaResult::OnTime, Some(at("2026-03-13 17:30")), None)
    );
    assert_eq!(
        run(&terms, &[start, (at("2026-03-13 17:30:01"), DONE)]).result,
        SlaResult::Late
    );
}

#[test]
fn day_limits_warn_at_the_first_slot() {
    let terms = fault(Severity::S4);
    let p = run_at(
        &terms,
        &[(at("2026-09-29 10:00"), EventBody::Attach)],
        at("2026-09-29 10:00"),
    );
    let points = warn_points(&terms, &p, &cal()).unwrap();
    let shown: Vec<_> = points
        .iter()
        .map(|w| (w.threshold.to_string(), w.at))
        .collect();
    // Due on 10-12; five working days before is the start itself, which lies behind.
    let expect = [
        ("D-2", "2026-10-09"),
        ("D-1", "2026-10-10"),
        ("D0", "2026-10-12"),
        ("D+1", "2026-10-13"),
    ];
    assert_eq!(
        shown,
        expect.map(|(key, day)| (key.to_owned(), at(&format!("{day} 08:00"))))
    );
    let next = next_overdue_point(&p, at("2026-10-16 08:01"), &cal())
        .unwrap()
        .unwrap();
    assert_eq!(
        (next.threshold, next.at),
        (Threshold::Overdue(5), at("2026-10-19 08:00"))
    );
}

#[test]
fn unknown_year_is_provisional_or_an_error() {
    let terms = plain(ClockCode::Docs15wd);
    let start = at("2026-12-15 09:00");
    let p = run_at(&terms, &[(start, EventBody::Attach)], start);
    assert_eq!(
        (p.due_on, p.provisional),
        (Some("2027-01-06".parse().unwrap()), true)
    );
    let official = Calendar::official().unwrap();
    let error = replay(&terms, &[ev(start, EventBody::Attach)], &official, start).unwrap_err();
    assert_eq!(error, ReplayError::Calendar(CalendarMissing { year: 2027 }));
    assert_eq!(
        replay(&terms, &[], &official, start),
        Err(ReplayError::NotStarted)
    );
}

#[test]
fn the_most_specific_rule_wins_and_equal_keys_are_refused() {
    let catalog = Catalog::shipped().unwrap();
    let mut rules = policy_of(&catalog);
    assert_eq!(check_policy(&rules), Ok(()));
    let pick = |rules: &[PolicyRule], sub| {
        winner(
            rules,
            SlaClockKind::Response,
            TicketCategory::Security,
            Some(sub),
            None,
        )
        .unwrap()
        .name
        .clone()
    };
    assert_eq!(pick(&rules, "SECURITY-VULN"), "SECURITY-VULN");
    assert_eq!(pick(&rules, "SECURITY-LEAK"), "SECURITY");
    rules.push(PolicyRule {
        name: "again".to_owned(),
        ..rules[0].clone()
    });
    assert_eq!(
        check_policy(&rules),
        Err((rules[0].name.clone(), "again".to_owned()))
    );
}

#[test]
fn every_response_clock_of_the_catalogue_has_its_plain_limit() {
    let catalog = Catalog::shipped().unwrap();
    for rule in policy_of(&catalog) {
        assert_eq!(
            plain_limit(rule.clock_code).unwrap().1,
            Limit::from(rule.limit),
            "{}",
            rule.name
        );
    }
    for code in ClockCode::ALL
        .iter()
        .filter(|code| plain_limit(**code).is_some())
    {
        let (unit, limit) = plain_limit(*code).unwrap();
        let due = preview(unit, limit, at("2026-03-03 08:00"), 86_400, &cal())
            .unwrap()
            .unwrap();
        assert!(due.at > at("2026-03-03 08:00"));
    }
    let due = preview(
        SlaUnit::Wd,
        Limit::WorkingDays(5),
        at("2026-02-13 12:00"),
        86_400,
        &cal(),
    )
    .unwrap()
    .unwrap();
    assert_eq!(due.on, civil_date(at("2026-02-27 00:00")));
}

#[test]
fn a_pause_is_clipped_to_the_cycle() {
    let events = [
        (h("07:00"), HOSPITAL),
        (h("08:00"), EventBody::Attach),
        (h("09:00"), EventBody::Resume),
    ];
    let p = run_at(&fault(Severity::S2), &events, h("10:00"));
    assert_eq!((p.paused, p.due_at), (3600, Some(h("17:00"))));
    let events = [
        (h("06:00"), HOSPITAL),
        (h("07:00"), EventBody::Resume),
        (h("08:00"), EventBody::Attach),
    ];
    let p = run_at(&fault(Severity::S2), &events, h("10:00"));
    assert_eq!(
        (p.paused, p.due_at, p.pauses.len()),
        (0, Some(h("16:00")), 0)
    );
}

#[test]
fn a_gap_that_begins_at_a_boundary_counts_from_there() {
    // The 80 % point is reached at the instant the pause begins: it stays.
    let terms = fault(Severity::S2);
    let events = [
        (h("08:00"), EventBody::Attach),
        (h("14:24"), HOSPITAL),
        (h("15:24"), EventBody::Resume),
    ];
    let p = run_at(&terms, &events, h("15:30"));
    let points = warn_points(&terms, &p, &cal()).unwrap();
    assert_eq!(
        points[1],
        WarnPoint {
            threshold: Threshold::Percent(80),
            at: h("14:24")
        }
    );
    // A pause that begins with the delivery of the demand moves its deadline.
    let target = Target {
        limit: Limit::None,
        source: TargetSource::None,
        ..terms.target
    };
    let demand = EventBody::Demand {
        id: uuid::Uuid::from_u128(1),
        deadline: Limit::Until(h("18:00")),
    };
    let events = [
        (h("08:00"), EventBody::Attach),
        (h("10:00"), demand),
        (h("10:00"), HOSPITAL),
        (h("11:00"), EventBody::Resume),
    ];
    assert_eq!(
        run_at(&Terms { target, ..terms }, &events, h("12:00")).due_at,
        Some(h("19:00"))
    );
}

#[test]
fn a_demanded_date_ends_at_midnight_of_a_working_day() {
    let terms = fault(Severity::S2);
    let target = Target {
        limit: Limit::None,
        source: TargetSource::None,
        ..terms.target
    };
    let demand = EventBody::Demand {
        id: uuid::Uuid::from_u128(1),
        deadline: Limit::On("2026-10-03".parse().unwrap()),
    };
    let events = [
        (at("2026-09-30 08:00"), EventBody::Attach),
        (at("2026-09-30 10:00"), demand),
    ];
    let p = run_at(&Terms { target, ..terms }, &events, at("2026-09-30 12:00"));
    assert_eq!(p.due_before_at, Some(at("2026-10-09 00:00")));
}

#[test]
fn holdings_name_the_side_the_share_and_the_place_of_the_breach() {
    let third = EventBody::Pause {
        reason: WaitReason::WaitThirdParty,
    };
    let events = [
        (h("08:00"), EventBody::Attach),
        (h("10:00"), third),
        (h("12:00"), EventBody::Resume),
        (h("19:00"), CLAIM),
        (h("19:30"), CONFIRM),
    ];
    let p = run(&fault(Severity::S2), &events);
    let shown: Vec<_> = p
        .holdings
        .iter()
        .map(|x| (x.party, x.counted, x.share_bp, x.breached_here))
        .collect();
    assert_eq!(
        shown,
        [
            (Party::Vendor, 7200, 2500, false),
            (Party::ThirdParty, 7200, 2500, false),
            (Party::Vendor, 25_200, 8750, true)
        ]
    );
}

#[test]
fn a_pause_taken_up_in_the_future_is_not_seen_yet() {
    let events = [(h("08:00"), EventBody::Attach), (h("12:00"), HOSPITAL)];
    assert_eq!(
        run_at(&fault(Severity::S2), &events, h("11:59")).state,
        SlaClockState::Running
    );
    assert_eq!(
        run_at(&fault(Severity::S2), &events, h("12:00")).state,
        SlaClockState::Paused
    );
}

#[test]
fn stored_events_are_read_back_as_they_were() {
    let demand = EventBody::Demand {
        id: uuid::Uuid::from_u128(7),
        deadline: Limit::Until(h("18:00")),
    };
    for body in [
        HOSPITAL,
        CONFIRM,
        demand,
        EventBody::Retarget {
            target: fault(Severity::S4).target,
        },
    ] {
        let text = serde_json::to_string(&body).unwrap();
        assert_eq!(
            serde_json::from_str::<EventBody>(&text).unwrap(),
            body,
            "{text}"
        );
    }
}

#[test]
fn a_first_step_is_asked_only_of_two_hour_classes() {
    for code in ClockCode::ALL {
        let two_hours = plain_limit(*code) == Some((SlaUnit::Natural, Limit::Seconds(7200)));
        assert_eq!(needs_step(*code), two_hours, "{code}");
    }
    assert!(is_breach(ClockCode::Immediate15min) && is_breach(ClockCode::ResolutionBySeverity));
    assert!(!is_breach(ClockCode::ConsultResponse1h) && !is_breach(ClockCode::AgreedPlan));
}
