//! The clauses 一(五)1 and 一(五)2 as tables; naive oracles beside what counts days.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use chrono::NaiveDate;

use super::*;
use crate::rules::calendar::{Calendar, Instant, ZONE_OFFSET_S, plus};
use crate::values::*;

mod due;
mod laws;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn local(text: &str) -> Instant {
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    plus(naive.and_utc(), -ZONE_OFFSET_S)
}

fn calendar() -> Calendar {
    Calendar::with_provisional().unwrap()
}

fn year() -> Terms {
    Terms {
        from: day("2026-01-01"),
        to: day("2026-12-31"),
        onsite_counts_as_online: false,
    }
}

fn item(code: &str) -> &'static Item {
    Template::shared().item(code).unwrap()
}

#[test]
fn the_template_is_the_one_of_the_contract_data() {
    let template = Template::shared();
    assert_eq!(
        (template.version.as_str(), template.items.len()),
        ("2026.1", 112)
    );
    let mandatory: Vec<&str> = template.mandatory().map(InspectionScope::word).collect();
    assert_eq!(
        mandatory,
        ["SRV", "STO", "NET", "OS", "DB", "MW", "APP", "BAK", "REC"]
    );
    for item in &template.items {
        let typed = match item.threshold {
            Threshold::Lte { .. } | Threshold::Gte { .. } | Threshold::Between { .. } => {
                item.value_type == ItemValueType::Number
            }
            Threshold::Is { .. } => item.value_type != ItemValueType::Number,
        };
        assert!(
            typed && !item.threshold.text_zh().is_empty(),
            "{}",
            item.code
        );
        // What is kept of a line is read back as it was.
        let kept = serde_json::to_string(item).unwrap();
        assert_eq!(&serde_json::from_str::<Item>(&kept).unwrap(), item);
    }
}

#[test]
fn a_value_is_normal_a_warning_or_severe_by_its_threshold() {
    use Evaluation::{Ok, Severe, Warning};
    for (code, value, expected) in [
        ("ENV-03", 70_000, Ok),
        ("ENV-03", 70_001, Warning),
        ("ENV-03", 90_000, Warning),
        ("ENV-03", 90_001, Severe),
        ("ENV-04", 30_000, Ok),
        ("ENV-04", 29_999, Warning),
        ("ENV-04", 15_000, Warning),
        ("ENV-04", 14_999, Severe),
        ("ENV-01", 18_000, Ok),
        ("ENV-01", 27_000, Ok),
        ("ENV-01", 17_999, Warning),
        ("ENV-01", 32_000, Warning),
        ("ENV-01", 14_999, Severe),
        ("ENV-01", 32_001, Severe),
        ("SRV-06", 0, Ok),
        ("SRV-06", 1, Severe),
        ("SRV-07", -1, Severe),
    ] {
        let found = evaluate(item(code), &ItemValue::Milli(value));
        assert_eq!(found, Result::Ok(expected), "{code} {value}");
    }
    let word = |text: &str| ItemValue::Text(text.to_owned());
    assert_eq!(evaluate(item("SRV-05"), &word("Optimal")), Result::Ok(Ok));
    assert_eq!(
        evaluate(item("SRV-05"), &word("Degraded")),
        Result::Ok(Severe)
    );
    assert_eq!(
        evaluate(item("BAK-03"), &ItemValue::Bool(true)),
        Result::Ok(Ok)
    );
    assert_eq!(
        evaluate(item("BAK-03"), &ItemValue::Bool(false)),
        Result::Ok(Severe)
    );
    for (code, value) in [
        ("SRV-05", ItemValue::Milli(1)),
        ("SRV-05", ItemValue::Bool(true)),
        ("BAK-03", word("true")),
        ("ENV-03", word("70")),
    ] {
        assert_eq!(evaluate(item(code), &value), Err(ValueError), "{code}");
    }
}

#[test]
fn a_warning_is_one_level_less_and_only_the_hospital_lowers() {
    use Risk::{Critical, High, Low, Medium};
    for (default, severe, warning) in [
        (Critical, Critical, High),
        (High, High, Medium),
        (Medium, Medium, Low),
        (Low, Low, Low),
    ] {
        assert_eq!(suggested_risk(Evaluation::Severe, default), Some(severe));
        assert_eq!(suggested_risk(Evaluation::Warning, default), Some(warning));
        assert_eq!(suggested_risk(Evaluation::Ok, default), None);
        assert_eq!(suggested_risk(Evaluation::Na, default), None);
    }
    assert_eq!(lowest_of([Low, High, Medium]), Some(High));
    assert_eq!(lowest_of([]), None);
    assert!(may_set_risk(Side::Vendor, Some(Medium), Critical));
    assert!(may_set_risk(Side::Vendor, Some(Medium), Medium));
    assert!(!may_set_risk(Side::Vendor, Some(Medium), Low));
    assert!(may_set_risk(Side::Hospital, Some(Critical), Low));
    assert!(may_set_risk(Side::Vendor, None, Low));
}

fn asset(code: &str, kind: AssetKind, engine: Option<DbEngine>, os: Option<AssetOs>) -> AssetFacts {
    AssetFacts {
        code: code.to_owned(),
        kind,
        engine,
        os,
    }
}

fn codes_for(lines: &[Line<'_>], target: &str) -> Vec<String> {
    let own = lines.iter().filter(|line| line.target == target);
    own.map(|line| line.item.code.clone()).collect()
}

/// AC-C1.5.1-d
#[test]
fn a_dameng_database_is_asked_the_generic_items_and_its_own_two() {
    let register = [
        asset(
            "ICU-DB-01",
            AssetKind::Database,
            Some(DbEngine::Dameng),
            None,
        ),
        asset(
            "ICU-DB-02",
            AssetKind::Database,
            Some(DbEngine::OracleRac),
            None,
        ),
        asset(
            "ICU-APP-01",
            AssetKind::Server,
            None,
            Some(AssetOs::Windows),
        ),
        asset("ICU-GW-01", AssetKind::Server, None, Some(AssetOs::Linux)),
    ];
    let lines = lay_out(Template::shared(), InspectionKind::Online, &register);
    let dameng = codes_for(&lines, "ICU-DB-01");
    assert_eq!(dameng.len(), 16, "{dameng:?}");
    assert_eq!(&dameng[14..], ["DBD-01", "DBD-02"]);
    assert!(dameng[..14].iter().all(|code| code.starts_with("DB-")));
    assert_eq!(
        codes_for(&lines, "ICU-DB-02").len(),
        14 + 3,
        "a cluster is an Oracle too"
    );
    let os = |target| {
        codes_for(&lines, target)
            .iter()
            .filter(|code| code.starts_with("OS-"))
            .count()
    };
    assert_eq!((os("ICU-APP-01"), os("ICU-GW-01")), (10, 12));
    // Nothing is known of middleware: one line for the whole; no switch without an asset.
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.item.scope == InspectionScope::Mw && line.target == WHOLE)
            .count(),
        6
    );
    let none = lay_out(Template::shared(), InspectionKind::Online, &[]);
    assert!(
        none.iter()
            .all(|line| line.target == WHOLE && line.item.applies_to.is_empty())
    );
    let onsite = lay_out(Template::shared(), InspectionKind::Onsite, &register);
    assert!(onsite.iter().all(|line| line.item.mode != ItemMode::Online));
    assert!(onsite.iter().any(|line| line.item.code == "ENV-01"));
}

fn facts(scope: InspectionScope, evaluation: Option<Evaluation>, marks: &str) -> ResultFacts {
    ResultFacts {
        scope,
        evaluation,
        has_evidence: marks.contains('e'),
        has_reason: marks.contains('r'),
        is_explained: marks.contains('x'),
    }
}

/// AC1.5-2, AC-C1.5.1-c
#[test]
fn a_mandatory_scope_needs_a_value_with_evidence_or_a_reason_why_not() {
    use InspectionScope::{Bak, Sto};
    let gaps =
        |lines: &[ResultFacts], stated: &[InspectionScope]| scope_gaps([Bak, Sto], lines, stated);
    let ok = |scope, marks| facts(scope, Some(Evaluation::Ok), marks);
    let na = |scope, marks| facts(scope, Some(Evaluation::Na), marks);
    let none = |scope| facts(scope, None, "");
    for (lines, stated, expected) in [
        (vec![], vec![], vec![Bak, Sto]),
        (vec![none(Bak), ok(Sto, "e")], vec![], vec![Bak]),
        (vec![ok(Bak, "")], vec![], vec![Bak, Sto]),
        (vec![ok(Bak, "e"), none(Bak), ok(Sto, "e")], vec![], vec![]),
        (vec![ok(Bak, "e"), na(Sto, "")], vec![], vec![Sto]),
        (vec![ok(Bak, "e"), na(Sto, "r")], vec![], vec![]),
        (
            vec![ok(Bak, "e"), na(Sto, "r"), none(Sto)],
            vec![],
            vec![Sto],
        ),
        (vec![ok(Bak, "e")], vec![Sto], vec![]),
        (
            vec![facts(Bak, Some(Evaluation::Severe), "e")],
            vec![Sto],
            vec![],
        ),
    ] {
        assert_eq!(gaps(&lines, &stated), expected, "{lines:?} {stated:?}");
    }
}

fn finding(risk: Option<Risk>, marks: &str) -> FindingFacts {
    FindingFacts {
        number: "XJ-2026-0001-01".to_owned(),
        risk,
        has_advice: marks.contains('a'),
        has_deadline: marks.contains('d'),
        has_ticket: marks.contains('t'),
    }
}

/// AC1.5-4, AC-C1.5.1-f, AC-C1.5.2-a, AC-C1.5.2-b
#[test]
fn a_report_is_not_submitted_before_everything_is_there() {
    let findings = [finding(Some(Risk::High), "ad")];
    let whole = ReportFacts {
        sections: &Section::ALL,
        says_no_problem: false,
        findings: &findings,
        unexplained: 0,
        talks_with_hospital: 1,
        advice: 1,
        is_sealed: true,
    };
    assert_eq!(report_gaps(&whole), []);
    let gap = |facts: ReportFacts<'_>| report_gaps(&facts);
    assert_eq!(
        gap(ReportFacts {
            talks_with_hospital: 0,
            ..whole.clone()
        }),
        [ReportGap::Talk]
    );
    assert_eq!(
        gap(ReportFacts {
            advice: 0,
            ..whole.clone()
        }),
        [ReportGap::Advice]
    );
    assert_eq!(
        gap(ReportFacts {
            is_sealed: false,
            ..whole.clone()
        }),
        [ReportGap::Seal]
    );
    assert_eq!(
        gap(ReportFacts {
            unexplained: 1,
            ..whole.clone()
        }),
        [ReportGap::Unexplained(1)]
    );
    for (bad, complete) in [
        (finding(Some(Risk::High), "a"), false),
        (finding(Some(Risk::High), "d"), false),
        (finding(None, "ad"), false),
        (finding(Some(Risk::Critical), "ad"), false),
        (finding(Some(Risk::Critical), "adt"), true),
        (finding(Some(Risk::Low), "ad"), true),
    ] {
        let findings = [bad];
        let gaps = gap(ReportFacts {
            findings: &findings,
            ..whole.clone()
        });
        assert_eq!(gaps.is_empty(), complete, "{findings:?}");
    }
    // Nothing found, and said so: the sections about problems stand by that.
    let none = ReportFacts {
        sections: &[Section::Content],
        findings: &[],
        ..whole.clone()
    };
    assert_eq!(gap(none.clone()).len(), 4);
    assert_eq!(
        gap(ReportFacts {
            says_no_problem: true,
            ..none.clone()
        }),
        []
    );
    assert_eq!(
        gap(ReportFacts {
            says_no_problem: true,
            ..whole
        }),
        [ReportGap::Contradiction]
    );
    assert_eq!(
        gap(ReportFacts {
            says_no_problem: true,
            sections: &[],
            ..none
        }),
        [ReportGap::Section(Section::Content)]
    );
    assert_eq!(
        unexplained(&[
            facts(InspectionScope::Rec, Some(Evaluation::Warning), "e"),
            facts(InspectionScope::Rec, Some(Evaluation::Severe), "ex"),
            facts(InspectionScope::Rec, Some(Evaluation::Ok), "e"),
        ]),
        1
    );
}

/// AC1.5-1, AC-C1.5.1-a
#[test]
fn on_site_does_not_stand_for_online_and_a_year_has_its_own_duty() {
    let done = [Done {
        kind: InspectionKind::Onsite,
        ended_on: day("2026-05-20"),
    }];
    let state = |terms: Terms, kind, no, today: &str| {
        let all = duties(&terms, &done, day(today));
        all.into_iter()
            .find(|duty| duty.kind == kind && duty.no == no)
            .unwrap()
            .state
    };
    use InspectionKind::{Online, Onsite};
    assert_eq!(
        state(year(), Online, 2, "2026-06-30"),
        DutyState::InProgress
    );
    assert_eq!(state(year(), Online, 2, "2026-07-01"), DutyState::Overdue);
    assert_eq!(state(year(), Onsite, 1, "2026-05-20"), DutyState::Met);
    assert_eq!(state(year(), Online, 3, "2026-06-30"), DutyState::Upcoming);
    let counted = Terms {
        onsite_counts_as_online: true,
        ..year()
    };
    assert_eq!(state(counted, Online, 2, "2026-07-01"), DutyState::Met);
    let without = duties(&year(), &[], day("2026-12-31"));
    assert_eq!(without[0].state, DutyState::InProgress);
    assert_eq!(
        duties(&year(), &[], day("2027-01-01"))[0].state,
        DutyState::Overdue
    );
    let last = [Done {
        kind: Onsite,
        ended_on: day("2026-12-31"),
    }];
    assert_eq!(
        duties(&year(), &last, day("2027-01-01"))[0].state,
        DutyState::Met
    );
    assert_eq!(without.len(), 5);
}

#[test]
fn a_plan_is_approved_with_one_on_site_and_one_online_a_quarter() {
    let entry = |kind, quarter, from: &str, to: &str| Entry {
        kind,
        quarter,
        from: day(from),
        to: day(to),
    };
    use InspectionKind::{Online, Onsite};
    let mut entries = vec![
        entry(Online, 1, "2026-03-10", "2026-03-12"),
        entry(Online, 2, "2026-06-10", "2026-06-12"),
        entry(Online, 3, "2026-09-10", "2026-09-12"),
        entry(Onsite, 4, "2026-11-10", "2026-11-11"),
    ];
    assert_eq!(plan_gaps(&year(), 1, &entries), [PlanGap::Online(4)]);
    entries.push(entry(Online, 4, "2026-12-10", "2026-12-11"));
    assert_eq!(plan_gaps(&year(), 1, &entries), []);
    assert_eq!(
        plan_gaps(&year(), 1, &entries[4..]),
        [
            PlanGap::Onsite,
            PlanGap::Online(1),
            PlanGap::Online(2),
            PlanGap::Online(3)
        ]
    );
    assert!(entries.iter().all(|entry| entry_fits(&year(), 1, entry)));
    for bad in [
        entry(Online, 1, "2026-03-31", "2026-04-01"),
        entry(Online, 1, "2026-03-12", "2026-03-11"),
        entry(Online, 2, "2026-03-10", "2026-03-11"),
        entry(Online, 5, "2027-01-10", "2027-01-11"),
        entry(Online, 0, "2026-03-10", "2026-03-11"),
    ] {
        assert!(!entry_fits(&year(), 1, &bad), "{bad:?}");
    }
    // A service of seven months has three quarters, the last one short.
    let short = Terms {
        to: day("2026-07-31"),
        ..year()
    };
    assert_eq!(
        quarters_of_year(&short, 1).last().copied(),
        Some((3, day("2026-07-01"), day("2026-07-31")))
    );
    assert_eq!(quarters_of_year(&short, 2), []);
    assert_eq!(quarters_of_year(&short, 0), []);
}

#[test]
fn what_is_not_met_is_reminded_of_30_15_and_5_days_before_its_last_day() {
    let duties = duties(&year(), &[], day("2026-04-01"));
    let second = duties
        .iter()
        .find(|duty| duty.kind == InspectionKind::Online && duty.no == 2)
        .unwrap();
    let days: Vec<_> = gap_points(second)
        .iter()
        .map(|point| (point.days, point.on))
        .collect();
    assert_eq!(
        days,
        [
            (30, day("2026-05-31")),
            (15, day("2026-06-15")),
            (5, day("2026-06-25"))
        ]
    );
    let short = Duty {
        from: day("2026-06-21"),
        ..*second
    };
    assert_eq!(gap_points(&short).len(), 1, "a period of ten days has one");
}

#[test]
fn the_course_of_a_value_needs_an_earlier_one_and_puts_the_abnormal_first() {
    let reading = |item: &str, milli, is_abnormal| Reading {
        item: item.to_owned(),
        target: "整体".to_owned(),
        milli,
        is_abnormal,
    };
    let now = [
        reading("A", 1, false),
        reading("B", 2, true),
        reading("C", 3, true),
        reading("D", 0, false),
    ];
    let earlier: Vec<(NaiveDate, Vec<Reading>)> = (1..=9)
        .map(|n| {
            (
                day(&format!("2026-01-{n:02}")),
                vec![
                    reading("A", n, false),
                    reading("B", -n, false),
                    reading("D", 0, false),
                ],
            )
        })
        .collect();
    let found = trends(day("2026-02-01"), &now, &earlier);
    let items: Vec<&str> = found.iter().map(|trend| trend.item.as_str()).collect();
    assert_eq!(items, ["B", "A"]);
    assert_eq!(found[0].points.len(), 8);
    assert_eq!(found[0].points[0], (day("2026-01-03"), -3));
    assert_eq!(found[0].points[7], (day("2026-02-01"), 2));
}
