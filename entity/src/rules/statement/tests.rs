//! Tables from the clauses, and laws over random months.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;

use super::*;
use crate::rules::calendar::plus;
use crate::values::{Channel, TicketCategory};

fn t(text: &str) -> Instant {
    chrono::DateTime::parse_from_rfc3339(&format!("{}+08:00", text.replace(' ', "T")))
        .unwrap()
        .to_utc()
}

/// A two-hour response, received at 08:00 on 2 March 2026 and due at 10:00.
fn response() -> ClockRow {
    ClockRow {
        code: ClockCode::FaultResponse2h,
        kind: SlaClockKind::Response,
        unit: SlaUnit::Natural,
        limit: Some(7200),
        source: TargetSource::Policy,
        severity: Some(Severity::S3),
        by_vendor: false,
        solved_by_hospital: false,
        started: t("2026-03-02 08:00:00"),
        due: Some(t("2026-03-02 10:00:00")),
        due_before: None,
        stopped: None,
        state: SlaClockState::Running,
        result: SlaResult::Open,
        cancelled: None,
        confirmation: Confirmation::None,
        provisional: false,
        held: 0,
    }
}

fn solution() -> ClockRow {
    ClockRow {
        code: ClockCode::ResolutionBySeverity,
        kind: SlaClockKind::Resolution,
        limit: Some(86_400),
        source: TargetSource::Annex,
        due: Some(t("2026-03-03 08:00:00")),
        ..response()
    }
}

#[test]
fn a_month_is_civil_and_known() {
    let march = Month::new(2026, 3).unwrap();
    assert_eq!(
        (march.first(), march.last()),
        ("2026-03-01".parse().unwrap(), "2026-03-31".parse().unwrap())
    );
    assert_eq!(
        (march.from(), march.to()),
        (t("2026-03-01 00:00:00"), t("2026-04-01 00:00:00"))
    );
    for (year, month) in [(2026, 0), (2026, 13), (1999, 12), (2101, 1), (i32::MAX, 1)] {
        assert_eq!(Month::new(year, month), None, "{year}-{month}");
    }
    assert_eq!(Month::before("2026-04-01".parse().unwrap()), Some(march));
    assert_eq!(Month::before("2026-04-30".parse().unwrap()), Some(march));
    assert_eq!(
        Month::before("2027-01-01".parse().unwrap()),
        Month::new(2026, 12)
    );
}

/// A response by its start, any other by its due instant; 24:00 of the last day is still of the month.
#[test]
fn each_clock_belongs_to_one_month() {
    let (march, april) = (Month::new(2026, 3).unwrap(), Month::new(2026, 4).unwrap());
    let night = t("2026-03-31 23:30:00");
    let asked = ClockRow {
        started: night,
        due: Some(t("2026-04-01 01:30:00")),
        ..response()
    };
    assert!(march.has(&asked) && !april.has(&asked));
    let solved = ClockRow {
        started: night,
        due: Some(t("2026-04-01 00:00:00")),
        ..solution()
    };
    assert!(!march.has(&solved) && april.has(&solved));
    let bound = Some(t("2026-04-01 00:00:00"));
    let by_day = ClockRow {
        due: bound,
        due_before: bound,
        unit: SlaUnit::Wd,
        ..solution()
    };
    assert!(march.has(&by_day) && !april.has(&by_day));
    let bound = Some(t("2026-03-01 00:00:00"));
    let before = ClockRow {
        due: bound,
        due_before: bound,
        unit: SlaUnit::Wd,
        ..solution()
    };
    assert!(!march.has(&before));
    let without = ClockRow {
        started: night,
        due: None,
        ..solution()
    };
    assert!(march.has(&without) && !april.has(&without));
}

#[test]
fn what_becomes_of_a_clock() {
    use Outcome::{Late, OnTime, Open};
    let now = t("2026-03-02 10:00:00");
    let after = t("2026-03-02 10:00:01");
    assert_eq!(response().outcome(now), Open, "the due second is in time");
    assert_eq!(response().outcome(after), Late, "past it without an answer");
    let done = |result| ClockRow {
        state: SlaClockState::Stopped,
        stopped: Some(now),
        result,
        ..response()
    };
    assert_eq!(done(SlaResult::OnTime).outcome(after), OnTime);
    assert_eq!(done(SlaResult::Late).outcome(now), Late);
    // Claimed in time and not confirmed: open, whatever the hour; claimed late: late at once.
    let claimed = |at| ClockRow {
        state: SlaClockState::Stopped,
        stopped: Some(t(at)),
        ..solution()
    };
    assert_eq!(
        claimed("2026-03-03 08:00:00").outcome(t("2026-03-09 08:00:00")),
        Open
    );
    assert_eq!(
        claimed("2026-03-03 08:00:01").outcome(t("2026-03-09 08:00:00")),
        Late
    );
    let paused = ClockRow {
        state: SlaClockState::Paused,
        due: None,
        ..solution()
    };
    assert_eq!(
        paused.outcome(t("2026-05-01 08:00:00")),
        Open,
        "a paused clock has no due instant"
    );
    let bound = Some(t("2026-03-10 00:00:00"));
    let by_day = ClockRow {
        due: bound,
        due_before: bound,
        ..solution()
    };
    assert_eq!(by_day.outcome(t("2026-03-09 23:59:59")), Open);
    assert_eq!(by_day.outcome(t("2026-03-10 00:00:00")), Late);
    for (reason, expected) in [
        (
            ClockCancelReason::TakenByHospital,
            NotApplicable::TakenByHospital,
        ),
        (
            ClockCancelReason::TicketCancelled,
            NotApplicable::TicketCancelled,
        ),
        (ClockCancelReason::Duplicate, NotApplicable::Duplicate),
        (ClockCancelReason::OutOfScope, NotApplicable::OutOfScope),
    ] {
        let row = ClockRow {
            state: SlaClockState::Cancelled,
            result: SlaResult::Na,
            cancelled: Some(reason),
            ..response()
        };
        assert_eq!(row.outcome(after), Outcome::NotApplicable(expected));
    }
    // Solved by the hospital, and without a target (S31).
    let own = ClockRow {
        solved_by_hospital: true,
        ..claimed("2026-03-03 09:00:00")
    };
    assert_eq!(
        own.outcome(after),
        Outcome::NotApplicable(NotApplicable::SolvedByHospital)
    );
    let free = ClockRow {
        due: None,
        source: TargetSource::None,
        result: SlaResult::Na,
        ..solution()
    };
    assert_eq!(
        free.outcome(after),
        Outcome::NotApplicable(NotApplicable::NoTarget)
    );
}

/// 三3, 10.3: 40 two-hour tickets with 39 on time are 97.50 %.
#[test]
fn a_class_counts_and_measures() {
    let now = t("2026-04-01 06:00:00");
    let after = |seconds, result| ClockRow {
        state: SlaClockState::Stopped,
        stopped: Some(plus(response().started, seconds)),
        result,
        ..response()
    };
    let mut rows: Vec<ClockRow> = (1..40).map(|n| after(n * 60, SlaResult::OnTime)).collect();
    rows.push(after(7201, SlaResult::Late));
    rows.push(ClockRow {
        by_vendor: true,
        ..after(9, SlaResult::OnTime)
    });
    rows.push(ClockRow {
        kind: SlaClockKind::Kpi,
        code: ClockCode::FirstStepKpi30min,
        ..response()
    });
    let made = sum(&rows, now);
    assert_eq!(made.responses.len(), 1);
    let figures = made.responses.values().next().unwrap();
    assert_eq!(
        (figures.received(), figures.on_time, figures.late),
        (40, 39, 1)
    );
    assert_eq!(figures.ratio_centi(), Some(9750));
    let at = |percent| figures.percentile(percent);
    assert_eq!(
        [at(0), at(50), at(90), at(95), at(100)],
        [Some(60), Some(1200), Some(2160), Some(2280), Some(7201)]
    );
    assert_eq!(
        made.by_vendor.values().next().unwrap().received(),
        1,
        "apart, and in no ratio"
    );
    assert_eq!(
        made.mean_response(),
        (40, Some((60 * 780 + 7201 + 20) / 40))
    );
    assert_eq!(sum(&[], now), Statement::default());
    assert_eq!(Figures::default().ratio_centi(), None);
}

#[test]
fn resolutions_stand_by_severity_and_target() {
    let now = t("2026-04-01 06:00:00");
    let late = ClockRow {
        state: SlaClockState::Stopped,
        stopped: Some(t("2026-03-03 09:00:00")),
        result: SlaResult::Late,
        held: 3600,
        ..solution()
    };
    let silent = ClockRow {
        state: SlaClockState::Stopped,
        stopped: Some(t("2026-03-02 09:00:00")),
        result: SlaResult::OnTime,
        confirmation: Confirmation::Unconfirmed,
        ..solution()
    };
    let free = ClockRow {
        due: None,
        limit: None,
        source: TargetSource::None,
        result: SlaResult::Na,
        state: SlaClockState::Stopped,
        stopped: Some(t("2026-03-02 17:00:00")),
        ..solution()
    };
    let asked = ClockRow {
        limit: None,
        source: TargetSource::Demand,
        provisional: true,
        ..late.clone()
    };
    // The vendor's own tickets count in resolutions.
    let own = ClockRow {
        by_vendor: true,
        severity: Some(Severity::S1),
        ..silent.clone()
    };
    let made = sum(&[late, silent, free, asked, own], now);
    let lines: Vec<_> = made
        .resolutions
        .iter()
        .map(|(target, figures)| {
            (
                target.severity,
                target.source,
                figures.received(),
                figures.late,
                figures.unconfirmed,
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (Some(Severity::S1), TargetSource::Annex, 1, 0, 1),
            (Some(Severity::S3), TargetSource::Annex, 2, 1, 1),
            (Some(Severity::S3), TargetSource::Demand, 1, 1, 0),
            (Some(Severity::S3), TargetSource::None, 1, 0, 0),
        ]
    );
    let held: Vec<_> = made
        .resolutions
        .values()
        .map(|figures| (figures.held, figures.held_units))
        .collect();
    assert_eq!(held, [(0, 0), (1, 3600), (1, 3600), (0, 0)]);
    let free = made
        .resolutions
        .iter()
        .find(|(target, _)| target.source == TargetSource::None)
        .unwrap()
        .1;
    assert_eq!(
        (free.ratio_centi(), free.percentile(100)),
        (None, Some(9 * 3600)),
        "measured against nothing"
    );
    assert_eq!(made.not_applicable, [(NotApplicable::NoTarget, 1)].into());
    assert_eq!(
        made.resolutions
            .values()
            .map(|figures| figures.provisional)
            .sum::<i64>(),
        1
    );
}

#[test]
fn tickets_by_category_and_channel() {
    let row = |category, severity, channel, by_vendor| TicketRow {
        category,
        severity,
        channel,
        by_vendor,
    };
    let rows = [
        row(
            TicketCategory::Fault,
            Some(Severity::S1),
            Channel::Portal,
            false,
        ),
        row(TicketCategory::Consult, None, Channel::Portal, false),
        row(
            TicketCategory::Fault,
            Some(Severity::S4),
            Channel::Phone,
            true,
        ),
        row(
            TicketCategory::Fault,
            Some(Severity::S4),
            Channel::Portal,
            false,
        ),
    ];
    let lines = categories(&rows);
    assert_eq!(
        lines
            .iter()
            .map(|line| (
                line.category,
                line.total(),
                line.by_severity,
                line.without,
                line.by_vendor
            ))
            .collect::<Vec<_>>(),
        [
            (TicketCategory::Consult, 1, [0; 4], 1, 0),
            (TicketCategory::Fault, 3, [1, 0, 0, 2], 0, 1),
        ]
    );
    assert_eq!(
        channels(&rows),
        [
            ChannelLine {
                channel: Channel::Portal,
                count: 3
            },
            ChannelLine {
                channel: Channel::Phone,
                count: 1
            }
        ]
    );
}

fn any_row() -> impl Strategy<Value = ClockRow> {
    use prop::sample::select;
    (
        (
            select(ClockCode::ALL),
            select(SlaClockKind::ALL),
            select(SlaUnit::ALL),
            select(TargetSource::ALL),
        ),
        (
            select(SlaClockState::ALL),
            select(SlaResult::ALL),
            select(Confirmation::ALL),
            prop::option::of(select(ClockCancelReason::ALL)),
        ),
        (
            prop::option::of(select(Severity::ALL)),
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
        ),
        (
            0_i64..90 * 86_400,
            prop::option::of(0_i64..20 * 86_400),
            prop::option::of(0_i64..40 * 86_400),
            any::<bool>(),
        ),
    )
        .prop_map(
            |(
                (code, kind, unit, source),
                (state, result, confirmation, cancelled),
                (severity, by_vendor, solved_by_hospital, provisional),
                (start, due, stop, by_day),
            )| {
                let started = plus(t("2026-02-15 00:00:00"), start);
                let due = due.map(|after| plus(started, after));
                ClockRow {
                    code,
                    kind,
                    unit,
                    limit: Some(start % 3),
                    source,
                    severity,
                    by_vendor,
                    solved_by_hospital,
                    started,
                    due,
                    due_before: due.filter(|_| by_day),
                    stopped: stop.map(|after| plus(started, after)),
                    state,
                    result,
                    cancelled,
                    confirmation,
                    provisional,
                    held: start % 2,
                }
            },
        )
}

proptest! {
    /// Every clock stands in exactly one month and, unless it is an indicator, in exactly one line and place of it.
    #[test]
    fn counts_add_up(rows in prop::collection::vec(any_row(), 0..60), now in 0_i64..200 * 86_400) {
        let now = plus(t("2026-02-01 00:00:00"), now);
        let months: Vec<Month> = (1..=12).map(|month| Month::new(2026, month).unwrap()).collect();
        for row in &rows {
            prop_assert_eq!(months.iter().filter(|month| month.has(row)).count(), 1);
        }
        let made = sum(&rows, now);
        let lines = || made.responses.values().chain(made.by_vendor.values()).chain(made.deliveries.values()).chain(made.resolutions.values());
        let counted: Vec<&ClockRow> = rows.iter().filter(|row| row.kind != SlaClockKind::Kpi).collect();
        let size = |n: usize| i64::try_from(n).unwrap();
        prop_assert_eq!(lines().map(Figures::received).sum::<i64>(), size(counted.len()));
        for (outcome, sum) in [
            (Outcome::OnTime, lines().map(|one| one.on_time).sum::<i64>()),
            (Outcome::Late, lines().map(|one| one.late).sum()),
            (Outcome::Open, lines().map(|one| one.open).sum()),
        ] {
            prop_assert_eq!(sum, size(counted.iter().filter(|row| row.outcome(now) == outcome).count()));
        }
        let not: i64 = lines().map(|one| one.not_applicable).sum();
        prop_assert_eq!(not, made.not_applicable.values().sum::<i64>());
        prop_assert_eq!(lines().map(|one| one.provisional).sum::<i64>(), size(counted.iter().filter(|row| row.provisional).count()));
        for one in lines() {
            prop_assert!(one.times.is_sorted() && size(one.times.len()) <= one.received());
            prop_assert!(one.ratio_centi().is_none_or(|ratio| (0..=10_000).contains(&ratio)));
            prop_assert_eq!(one.ratio_centi().is_none(), one.judged() == 0);
        }
        let mut turned = rows.clone();
        turned.reverse();
        prop_assert_eq!(sum(&turned, now), made);
    }

    /// The nearest rank is the least value that at least p of 100 do not exceed.
    #[test]
    fn percentiles_are_those_of_the_definition(mut values in prop::collection::vec(0_i64..500, 0..50), percent in 0_usize..=100) {
        values.sort_unstable();
        let oracle = values.iter().copied().find(|value| {
            let below = values.iter().filter(|other| *other <= value).count();
            below * 100 >= percent * values.len()
        });
        prop_assert_eq!(nearest_rank(&values, percent), oracle);
        let sum: i64 = values.iter().sum();
        match mean(&values) {
            None => prop_assert!(values.is_empty()),
            Some(mean) => {
                let count = i64::try_from(values.len()).unwrap();
                prop_assert!((2 * (mean * count - sum)).abs() <= count, "{} of {}", mean, sum);
            }
        }
    }
}
