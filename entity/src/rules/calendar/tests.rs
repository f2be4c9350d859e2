//! Calendar against the official numbers, the shipped vectors and a naive oracle.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn local(text: &str) -> Instant {
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    plus(naive.and_utc(), -ZONE_OFFSET_S)
}

fn both() -> Calendar {
    Calendar::with_provisional().unwrap()
}

#[test]
fn statutory_working_days_are_251_248_248() {
    let calendar = Calendar::official().unwrap();
    assert_eq!(
        [2024, 2025, 2026].map(|year| calendar.working_days(year).unwrap()),
        [251, 248, 248]
    );
    assert_eq!(calendar.version, "2026.1");
    assert_eq!(
        calendar.years[&2026].notice.as_ref().unwrap().doc,
        "国办发明电〔2025〕7号"
    );
}

#[test]
fn shipped_vectors_hold() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../../data/workday-vectors.json")).unwrap();
    let calendar = both();
    let rows = file["due_dates"].as_array().unwrap();
    assert_eq!(rows.len(), 9);
    for row in rows {
        let start = day(row["start"].as_str().unwrap());
        assert_eq!(
            calendar.is_wd(start).unwrap().value,
            row["start_is_working_day"].as_bool().unwrap()
        );
        let n = u32::try_from(row["n_working_days"].as_u64().unwrap()).unwrap();
        assert_eq!(
            calendar.wd_add(start, n).unwrap(),
            Counted::sure(day(row["due"].as_str().unwrap()))
        );
    }
    for row in file["days"].as_array().unwrap() {
        let date = day(row["date"].as_str().unwrap());
        assert_eq!(
            calendar.is_wd(date).unwrap().value,
            row["working_day"].as_bool().unwrap(),
            "{date}"
        );
    }
}

#[test]
fn table_4_2_differs_from_weaker_models() {
    let calendar = both();
    for (start, n, due) in [
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-09-18", 15, "2026-10-15"),
        ("2026-05-08", 15, "2026-05-28"),
        ("2026-09-30", 5, "2026-10-13"),
    ] {
        assert_eq!(
            calendar.wd_add(day(start), n).unwrap().value,
            day(due),
            "{start}"
        );
    }
}

#[test]
fn table_4_3_service_time_with_make_up_days() {
    let calendar = both();
    for (start, hours, due) in [
        ("2026-02-13 17:30", 1, "2026-02-14 08:30"),
        ("2026-10-10 11:30", 1, "2026-10-10 14:30"),
        ("2026-09-30 17:00", 2, "2026-10-08 09:00"),
        ("2026-02-13 11:15", 2, "2026-02-13 15:15"),
    ] {
        assert_eq!(
            calendar.svc_add(local(start), hours * 3600).unwrap().value,
            local(due),
            "{start}"
        );
        assert_eq!(
            calendar
                .svc_between(local(start), local(due))
                .unwrap()
                .value,
            hours * 3600
        );
    }
}

#[test]
fn unknown_year_is_an_error_or_provisional_never_a_guess() {
    let start = day("2026-12-15");
    assert_eq!(
        Calendar::official().unwrap().wd_add(start, 15),
        Err(CalendarMissing { year: 2027 })
    );
    let due = both().wd_add(start, 15).unwrap();
    assert_eq!(
        due,
        Counted {
            value: day("2027-01-06"),
            provisional: true
        }
    );
    assert_eq!(
        both().svc_add(local("2027-12-31 17:59"), 3600),
        Err(CalendarMissing { year: 2028 })
    );
}

#[test]
fn quarters_follow_the_contract_day_and_end_with_the_month() {
    let start = day("2025-11-30");
    assert_eq!(
        contract_quarter(start, 1),
        Some((day("2025-11-30"), day("2026-02-28")))
    );
    assert_eq!(
        contract_quarter(start, 2),
        Some((day("2026-02-28"), day("2026-05-30")))
    );
    assert_eq!(
        service_year(day("2024-02-29"), 1),
        Some((day("2024-02-29"), day("2025-02-28")))
    );
    assert_eq!(contract_quarter(start, 0), None);
    assert_eq!(period_of(start, 3, day("2026-02-27")), Some(1));
    assert_eq!(period_of(start, 3, day("2026-02-28")), Some(2));
    assert_eq!(period_of(start, 3, day("2025-11-29")), None);
}

#[test]
fn civil_dates_are_those_of_shanghai() {
    assert_eq!(civil_date(local("2026-03-01 00:00")), day("2026-03-01"));
    assert_eq!(
        civil_date(plus(local("2026-03-01 00:00"), -1)),
        day("2026-02-28")
    );
    assert_eq!(
        midnight(day("2026-03-01")).to_rfc3339(),
        "2026-02-28T16:00:00+00:00"
    );
    assert_eq!(end_of(day("2026-02-28")), midnight(day("2026-03-01")));
}

#[test]
fn explanation_names_the_reason_and_the_notice_of_each_day() {
    let lines = both().days(day("2026-02-13"), day("2026-02-15")).unwrap();
    let brief: Vec<_> = lines
        .iter()
        .map(|l| (l.counted, l.why, l.notice_doc.is_some()))
        .collect();
    assert_eq!(
        brief,
        [
            (true, DayKind::Weekday, false),
            (true, DayKind::MakeUp, true),
            (false, DayKind::Holiday, true)
        ]
    );
}

#[test]
fn half_days_carry_their_own_slots() {
    let mut calendar = Calendar::empty("t");
    let text = r#"{"_meta":{"notices":{"2026":{"title":"t","doc":"d","date":"2025-11-04"}}},"2026":{
        "holidays":[{"date":"2026-03-02","slots":[["10:00","16:00"]]}],
        "workdays":[{"date":"2026-03-07","slots":[["09:00","10:00"]]}]}}"#;
    calendar.merge_json(text, false).unwrap();
    let slots = |d| {
        calendar
            .slots(day(d))
            .unwrap()
            .value
            .iter()
            .map(|s| (s.from_s / 3600, s.to_s / 3600))
            .collect::<Vec<_>>()
    };
    assert_eq!(slots("2026-03-02"), [(8, 10), (16, 18)]);
    assert_eq!(slots("2026-03-07"), [(9, 10)]);
    assert_eq!(slots("2026-03-08"), []);
}

#[test]
fn damaged_files_change_nothing() {
    let good = both();
    for text in [
        "[]",
        "{",
        r#"{"x":{}}"#,
        r#"{"2027":{"holidays":["2027-01-01"],"workdays":[]}}"#,
        r#"{"_meta":{"notices":{"2027":{"title":"t","doc":"d","date":"2026-11-04"}}},"2027":{"holidays":["2026-01-01"],"workdays":[]}}"#,
    ] {
        let mut calendar = good.clone();
        assert!(calendar.merge_json(text, false).is_err(), "{text}");
        assert_eq!(calendar, good);
    }
}

#[test]
fn an_official_year_replaces_the_provisional_one() {
    let mut calendar = both();
    let text = r#"{"_meta":{"version":"2027.1","notices":{"2027":{"title":"t","doc":"d","date":"2026-11-04"}}},
        "2027":{"holidays":["2027-01-01"],"workdays":["2027-01-02"]}}"#;
    calendar.merge_json(text, false).unwrap();
    let due = calendar.wd_add(day("2026-12-31"), 1).unwrap();
    assert_eq!(due, Counted::sure(day("2027-01-02")));
    calendar.add_provisional().unwrap();
    assert!(!calendar.years[&2027].provisional);
}

/// Slots on whole minutes, so that a minute is the unit of the oracle.
fn arb_slots() -> impl Strategy<Value = Vec<Slot>> {
    prop::collection::vec((0_u32..1440, 1_u32..600), 0..4).prop_map(|list| {
        list.into_iter()
            .map(|(from, len)| Slot {
                from_s: from * 60,
                to_s: (from + len).min(1440) * 60,
            })
            .collect()
    })
}

pub(crate) fn arb_calendar() -> impl Strategy<Value = Calendar> {
    let entry = || prop::collection::btree_map(0_u32..40, prop::option::of(arb_slots()), 0..12);
    (prop::collection::vec(arb_slots(), 8), entry(), entry()).prop_map(|(mut slots, off, on)| {
        let make_up = slots.pop().unwrap();
        let mut calendar = Calendar::empty("random");
        calendar.weekly = slots.try_into().unwrap();
        calendar.make_up = make_up;
        let first = day("2026-12-12");
        for year in [2026, 2027] {
            let pick = |map: &BTreeMap<u32, Option<Vec<Slot>>>| {
                map.iter()
                    .map(|(n, s)| (first + chrono::Days::new(u64::from(*n)), s.clone()))
                    .filter(|(d, _)| d.year() == year)
                    .collect()
            };
            let entry = CalendarYear {
                holidays: pick(&off),
                workdays: pick(&on),
                notice: None,
                provisional: year == 2027,
            };
            calendar.years.insert(year, entry);
        }
        calendar
    })
}

/// Is this minute service time? Straight from the words of S1, without interval arithmetic.
fn minute_counts(calendar: &Calendar, t: Instant) -> bool {
    let date = civil_date(t);
    let second = u32::try_from(seconds(midnight(date), t)).unwrap();
    let inside = |slots: &[Slot]| slots.iter().any(|s| s.from_s <= second && second < s.to_s);
    let year = &calendar.years[&date.year()];
    let weekly = inside(&calendar.weekly[date.weekday().num_days_from_monday() as usize]);
    let off = year
        .holidays
        .get(&date)
        .is_some_and(|own| own.as_ref().is_none_or(|s| inside(s)));
    let on = year
        .workdays
        .get(&date)
        .is_some_and(|own| inside(own.as_ref().unwrap_or(&calendar.make_up)));
    (weekly && !off) || on
}

/// S20
#[test]
fn a_year_nobody_has_published_counts_provisionally_by_the_days_of_the_law() {
    let off = |year| -> Vec<String> {
        let days = CalendarYear::minimum(year).holidays;
        days.keys().map(ToString::to_string).collect()
    };
    // In 2028 New Year's Day is a Saturday and 1 October a Sunday, which moves to the first free weekday.
    assert_eq!(
        off(2028),
        [
            "2028-01-01",
            "2028-01-03",
            "2028-05-01",
            "2028-05-02",
            "2028-10-01",
            "2028-10-02",
            "2028-10-03",
            "2028-10-04"
        ]
    );
    let mut calendar = Calendar::with_provisional().unwrap();
    assert!(calendar.wd_add(day("2027-12-30"), 5).is_err());
    calendar.fill(2030);
    let due = calendar.wd_add(day("2027-12-30"), 5).unwrap();
    assert_eq!((due.value, due.provisional), (day("2028-01-07"), true));
    let mut none = Calendar::empty("");
    none.fill(2030);
    assert!(none.years.is_empty(), "no calendar is never 24 by 7");
}

proptest! {
    #[test]
    fn service_time_equals_the_minute_by_minute_oracle(
        calendar in arb_calendar(), from in 0_i64..43_200, length in 0_i64..14_400, want in 0_i64..2_000,
    ) {
        let start = plus(local("2026-12-12 00:00"), from * 60);
        let counted = (0..length).filter(|m| minute_counts(&calendar, plus(start, m * 60))).count();
        let got = calendar.svc_between(start, plus(start, length * 60)).unwrap().value;
        prop_assert_eq!(got, i64::try_from(counted).unwrap() * 60);
        let (mut minute, mut left) = (0, want);
        while left > 0 && minute < 50_000 {
            left -= i64::from(minute_counts(&calendar, plus(start, minute * 60)));
            minute += 1;
        }
        if left == 0 {
            prop_assert_eq!(calendar.svc_add(start, want * 60).unwrap().value, plus(start, minute * 60));
        }
    }

    #[test]
    fn laws_of_working_days(calendar in arb_calendar(), from in 0_u64..60, m in 1_u32..20, n in 0_u32..20) {
        let d = day("2026-12-12") + chrono::Days::new(from);
        let reach = calendar.wd_add(d, n).unwrap().value;
        let expect = if n == 0 && !calendar.is_wd(d).unwrap().value { 1 } else { i64::from(n) };
        prop_assert_eq!(calendar.wd_between(d, reach).unwrap().value, expect);
        let step = calendar.wd_add(calendar.wd_add(d, m).unwrap().value, n).unwrap().value;
        prop_assert_eq!(step, calendar.wd_add(d, m + n).unwrap().value);
        let later = calendar.wd_add(next(d).unwrap(), n).unwrap().value;
        prop_assert!(reach <= later && reach <= calendar.wd_add(d, n + 1).unwrap().value);
        if n > 0 {
            prop_assert_eq!(calendar.wd_between(calendar.wd_sub(d, n).unwrap().value, d).unwrap().value,
                i64::from(n) - 1 + i64::from(calendar.is_wd(d).unwrap().value));
        }
    }

    #[test]
    fn service_time_adds_up(calendar in arb_calendar(), a in 0_i64..2_000_000, b in 0_i64..900_000, c in 0_i64..900_000) {
        let t = |s| plus(local("2026-12-12 00:00"), s);
        let parts = calendar.svc_between(t(a), t(a + b)).unwrap().value
            + calendar.svc_between(t(a + b), t(a + b + c)).unwrap().value;
        prop_assert_eq!(parts, calendar.svc_between(t(a), t(a + b + c)).unwrap().value);
    }
}
