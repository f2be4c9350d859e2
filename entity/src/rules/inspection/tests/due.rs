//! Limits of reports and of rectification (一(五)2; V10, V27, V29, S38, S39).

use super::*;

/// AC1.5-3
// V10
#[test]
fn a_report_is_due_at_the_end_of_the_fifth_working_day() {
    let calendar = calendar();
    let due = report_due(day("2026-09-30"), &calendar).unwrap();
    assert_eq!(
        (due.on, due.at),
        (day("2026-10-13"), local("2026-10-14 00:00"))
    );
    let late = |at: &str| {
        report_late(&due, local(at), &calendar)
            .unwrap()
            .map(|late| late.late_wd)
    };
    assert_eq!(late("2026-10-13 23:59"), None);
    assert_eq!(late("2026-10-14 00:00"), Some(1));
    for (ended, expected) in [
        ("2026-02-13", "2026-02-27"),
        ("2026-10-10", "2026-10-16"),
        ("2026-10-03", "2026-10-13"),
    ] {
        assert_eq!(
            report_due(day(ended), &calendar).unwrap().on,
            day(expected),
            "{ended}"
        );
    }
    // Late on a day of rest: no working day has passed since.
    let friday = report_due(day("2026-03-06"), &calendar).unwrap();
    assert_eq!(friday.on, day("2026-03-13"));
    let saturday = report_late(&friday, local("2026-03-14 09:00"), &calendar)
        .unwrap()
        .unwrap();
    assert_eq!(saturday.late_wd, 0);
}

#[test]
fn a_report_is_reminded_of_5_2_and_1_working_days_before_on_the_day_and_after_it() {
    let calendar = calendar();
    let (ended, due) = (day("2026-03-02"), day("2026-03-09"));
    let points = report_points(ended, due, &calendar).unwrap();
    let told: Vec<_> = points
        .iter()
        .map(|point| (point.threshold.to_string(), point.at))
        .collect();
    // Five working days before is the day of the end itself: nobody is reminded then.
    assert_eq!(
        told,
        [
            ("D-2".to_owned(), local("2026-03-05 08:00")),
            ("D-1".to_owned(), local("2026-03-06 08:00")),
            ("D0".to_owned(), local("2026-03-09 08:00")),
        ]
    );
    let after = report_overdue_point(due, 5, &calendar).unwrap();
    assert_eq!(
        (after.threshold.to_string(), after.at),
        ("D+5".to_owned(), local("2026-03-16 08:00"))
    );
}

/// AC1.5-5
#[test]
fn a_defect_voids_a_submission_and_an_objection_does_not() {
    let first = local("2026-10-12 10:00");
    let second = local("2026-10-15 10:00");
    let pair = |returned| {
        [
            ReportSubmission {
                at: first,
                returned,
            },
            ReportSubmission {
                at: second,
                returned: None,
            },
        ]
    };
    let at = |returned, voids| counted_submission(&pair(returned), voids).map(|one| one.at);
    assert_eq!(
        at(Some(ReturnKind::Defect), ReturnVoids::Defect),
        Some(second)
    );
    assert_eq!(
        at(Some(ReturnKind::Content), ReturnVoids::Defect),
        Some(first)
    );
    assert_eq!(
        at(Some(ReturnKind::Content), ReturnVoids::Always),
        Some(second)
    );
    assert_eq!(
        at(Some(ReturnKind::Defect), ReturnVoids::Never),
        Some(first)
    );
    assert_eq!(at(None, ReturnVoids::Always), Some(first));
    assert_eq!(counted_submission(&[], ReturnVoids::Defect), None);
}

// V27, S38
#[test]
fn the_default_times_run_from_the_confirmation() {
    let calendar = calendar();
    let confirmed = local("2026-07-03 16:00");
    let due = |risk, roll| due_of(Deadline::ByRisk(risk), confirmed, 0, &calendar, roll).unwrap();
    assert_eq!(due(Risk::Low, true).at, local("2026-10-09 00:00"));
    assert_eq!(due(Risk::Low, false).at, local("2026-10-02 00:00"));
    assert_eq!(
        (
            due(Risk::Critical, true).at,
            due(Risk::Critical, true).before
        ),
        (local("2026-07-04 16:00"), None)
    );
    assert_eq!(due(Risk::High, true).on, day("2026-07-10"));
    assert_eq!(due(Risk::Medium, true).on, day("2026-07-24"));
    let on = |text: &str| {
        due_of(Deadline::On(day(text)), confirmed, 0, &calendar, true)
            .unwrap()
            .on
    };
    assert_eq!(
        (on("2026-07-15"), on("2026-07-18")),
        (day("2026-07-15"), day("2026-07-20"))
    );
}

/// AC1.5-6
// V29, S39
#[test]
fn the_clock_stops_at_the_submission_that_is_verified() {
    let calendar = calendar();
    let due = due_of(
        Deadline::On(day("2026-03-20")),
        local("2026-03-13 10:00"),
        0,
        &calendar,
        true,
    )
    .unwrap();
    let at = |text: &str, verified| Submission {
        at: local(text),
        verified,
    };
    let stands = |all: &[Submission], now: &str| outcome(&due, all, local(now), &calendar).unwrap();
    let wd = |found: Outcome| match found {
        Outcome::Verified(late) => late.map(|late| late.late_wd),
        Outcome::Open | Outcome::Overdue => panic!("{found:?}"),
    };
    assert_eq!(
        wd(stands(
            &[at("2026-03-20 16:00", Some(true))],
            "2026-03-25 09:00"
        )),
        None
    );
    let twice = [
        at("2026-03-20 16:00", Some(false)),
        at("2026-03-26 10:00", Some(true)),
    ];
    assert_eq!(wd(stands(&twice, "2026-03-27 09:00")), Some(4));
    assert_eq!(stands(&[], "2026-03-20 23:59"), Outcome::Open);
    assert_eq!(stands(&[], "2026-03-21 00:00"), Outcome::Overdue);
    assert_eq!(
        stands(&[at("2026-03-20 16:00", None)], "2026-03-24 09:00"),
        Outcome::Open
    );
    assert_eq!(
        stands(&[at("2026-03-20 16:00", Some(false))], "2026-03-24 09:00"),
        Outcome::Overdue
    );
    assert_eq!(
        stands(&[at("2026-03-23 16:00", None)], "2026-03-24 09:00"),
        Outcome::Overdue
    );
}

/// AC1.5-6
// S39
#[test]
fn a_date_moves_by_the_own_delay_of_the_hospital_and_by_consent_only() {
    let calendar = calendar();
    let delay = delay_wd(
        local("2026-03-02 10:00"),
        local("2026-03-11 10:00"),
        5,
        &calendar,
    )
    .unwrap();
    assert_eq!(delay, 2);
    assert_eq!(
        delay_wd(
            local("2026-03-02 10:00"),
            local("2026-03-09 23:00"),
            5,
            &calendar
        )
        .unwrap(),
        0
    );
    let due = due_of(
        Deadline::On(day("2026-03-20")),
        local("2026-03-11 10:00"),
        delay,
        &calendar,
        true,
    )
    .unwrap();
    assert_eq!(due.on, day("2026-03-24"));
    let by_risk = due_of(
        Deadline::ByRisk(Risk::High),
        local("2026-03-11 10:00"),
        delay,
        &calendar,
        true,
    )
    .unwrap();
    assert_eq!(
        by_risk.on,
        day("2026-03-18"),
        "it begins with the confirmation"
    );
    assert_eq!(moved(&due, 0, &calendar).unwrap(), due);
    let hours = due_of(
        Deadline::ByRisk(Risk::Critical),
        local("2026-03-05 10:00"),
        0,
        &calendar,
        true,
    )
    .unwrap();
    assert_eq!(
        moved(&hours, 1, &calendar).unwrap().at,
        local("2026-03-09 10:00")
    );
    assert_eq!(
        delay_wd(
            local("2026-03-20 16:00"),
            local("2026-03-31 10:00"),
            5,
            &calendar
        )
        .unwrap(),
        2
    );
    assert_eq!(
        agreed(day("2026-04-05"), &calendar, true).unwrap().on,
        day("2026-04-07")
    );
    // A date before the confirmation, own delay added, is agreed on anew.
    let past = |on: &str, delay| {
        let confirmed = local("2026-03-11 10:00");
        deadline_past(
            &due_of(Deadline::On(day(on)), confirmed, delay, &calendar, true).unwrap(),
            confirmed,
        )
    };
    assert!(past("2026-03-10", 0) && !past("2026-03-11", 0));
    assert!(past("2026-03-06", 2) && !past("2026-03-09", 2));
}

#[test]
fn what_is_told_of_a_task_puts_overdue_before_what_is_not_done() {
    use RectificationStanding as T;
    use RectificationState as S;
    let table = [
        (S::Open, false, false, T::Open),
        (S::Open, false, true, T::Extended),
        (S::InProgress, false, false, T::InProgress),
        (S::InProgress, false, true, T::Extended),
        (S::Submitted, false, true, T::Submitted),
        (S::Rejected, false, false, T::Rejected),
        (S::Open, true, true, T::Overdue),
        (S::Submitted, true, false, T::Overdue),
        (S::Rejected, true, false, T::Overdue),
        (S::Verified, true, true, T::Verified),
        (S::Waived, true, false, T::Waived),
    ];
    for (state, overdue, is_extended, expected) in table {
        assert_eq!(
            standing(state, overdue, is_extended),
            expected,
            "{state} {overdue}"
        );
    }
}

#[test]
fn a_submission_in_time_waits_without_becoming_overdue() {
    use RectificationState as S;
    let due = agreed(day("2026-03-20"), &calendar(), true).unwrap();
    let (before, after) = (local("2026-03-20 16:00"), local("2026-03-23 09:00"));
    assert!(!is_overdue(S::Submitted, &due, Some(before), after));
    assert!(is_overdue(S::Submitted, &due, Some(after), after));
    assert!(is_overdue(S::Rejected, &due, None, after));
    assert!(!is_overdue(S::Open, &due, None, before));
    assert!(!is_overdue(S::Verified, &due, Some(after), after));
    assert!(is_due(S::Open, &due, after) && !is_due(S::Open, &due, before));
    assert!(is_due(S::Verified, &due, before) && !is_due(S::Waived, &due, after));
}

#[test]
fn the_ratio_counts_what_is_due_and_rounds_half_up() {
    assert_eq!(in_time([]).ratio_centi(), None);
    let tasks = [
        (true, true),
        (true, true),
        (true, false),
        (false, true),
        (false, false),
    ];
    let sum = in_time(tasks);
    assert_eq!((sum.due, sum.closed_in_time), (3, 2));
    assert_eq!(sum.ratio_centi(), Some(6667));
    assert_eq!(in_time([(true, true)]).ratio_centi(), Some(10_000));
}
