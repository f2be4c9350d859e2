//! States, tables as text, and laws against naive oracles.

use chrono::Datelike;
use proptest::prelude::*;

use super::*;

#[test]
fn states_lead_to_where_the_contract_says() {
    use InspectionAction as A;
    use InspectionState as S;
    let walk = |is_onsite, actions: &[A]| {
        actions.iter().try_fold(S::Planned, |at, action| {
            next_inspection(at, *action, is_onsite)
        })
    };
    assert_eq!(
        walk(
            true,
            &[
                A::Announce,
                A::Start,
                A::Record,
                A::End,
                A::Report,
                A::Confirm
            ]
        ),
        Ok(S::Confirmed)
    );
    assert_eq!(walk(true, &[A::Start]), Err(Refused));
    assert_eq!(
        walk(
            false,
            &[A::Start, A::End, A::Record, A::Report, A::Return, A::Report]
        ),
        Ok(S::Reported)
    );
    assert_eq!(walk(false, &[A::Start, A::Cancel]), Ok(S::Cancelled));
    assert_eq!(walk(false, &[A::Start, A::End, A::Cancel]), Err(Refused));
    use RectificationAction as R;
    use RectificationState as T;
    let walk = |actions: &[R]| {
        actions
            .iter()
            .try_fold(T::Open, |at, action| next_rectification(at, *action))
    };
    assert_eq!(
        walk(&[R::Step, R::Submit, R::Reject, R::Step, R::Submit, R::Verify]),
        Ok(T::Verified)
    );
    assert_eq!(walk(&[R::Verify]), Err(Refused));
    assert_eq!(walk(&[R::Submit, R::Waive]), Ok(T::Waived));
    assert_eq!(walk(&[R::Waive, R::Extend]), Err(Refused));
}

#[test]
fn a_table_is_read_with_quotes_and_refused_as_a_whole_when_it_is_none() {
    let columns = ["code", "label", "note"];
    let read = |text: &str| read_table(text, &columns, &["code"]);
    let rows = read("\u{FEFF}code,label\r\nA-1, 主库 \r\n\r\nA-2,\"甲,\"\"乙\"\"\n丙\"\r\nA-3,\n")
        .unwrap();
    let cells: Vec<_> = rows
        .iter()
        .map(|row| (row.line, row.get("code"), row.get("label")))
        .collect();
    assert_eq!(
        cells,
        [
            (2, Some("A-1"), Some("主库")),
            (4, Some("A-2"), Some("甲,\"乙\"\n丙")),
            (6, Some("A-3"), None)
        ]
    );
    assert_eq!(rows[0].get("note"), None);
    for (text, bad) in [
        ("", Bad::Empty),
        ("code\n", Bad::Empty),
        ("label\nx", Bad::Column("code".to_owned())),
        ("code,code\nx,y", Bad::Column("code".to_owned())),
        ("code,colour\nx,y", Bad::Column("colour".to_owned())),
        ("code,label\nx", Bad::Width(2)),
        ("code,label\nx,\"y", Bad::Quote(2)),
        ("code,label\nx,y\"z\"", Bad::Quote(2)),
        ("code,label\nx,\"y\"z", Bad::Quote(2)),
    ] {
        assert_eq!(read(text), Err(bad), "{text:?}");
    }
}

/// Walks day by day and knows no month arithmetic but its own.
fn naive_quarter(from: NaiveDate, on: NaiveDate) -> u32 {
    let months = (on.year() - from.year()) * 12 + on.month() as i32 - from.month() as i32;
    let begun = |months: i32| {
        let total = from.month0() as i32 + months;
        let (year, month) = (
            from.year() + total.div_euclid(12),
            total.rem_euclid(12) as u32 + 1,
        );
        (1..=from.day())
            .rev()
            .find_map(|d| NaiveDate::from_ymd_opt(year, month, d))
            .unwrap()
    };
    let whole = if begun(months) <= on {
        months
    } else {
        months - 1
    };
    u32::try_from(whole).unwrap() / 3 + 1
}

proptest! {
    /// An inspection online meets the duty of exactly the quarter that a walk over months finds.
    #[test]
    fn an_online_inspection_meets_exactly_its_quarter(start in 0_u64..800, length in 1_u64..900, after in 0_u64..900) {
        let from = day("2024-01-01") + chrono::Days::new(start);
        let to = from + chrono::Days::new(length);
        let on = from + chrono::Days::new(after.min(length));
        let terms = Terms { from, to, onsite_counts_as_online: false };
        let done = [Done { kind: InspectionKind::Online, ended_on: on }];
        let all = duties(&terms, &done, to);
        let met: Vec<u32> = all.iter().filter(|duty| duty.met_on.is_some()).map(|duty| duty.no).collect();
        prop_assert_eq!(met, [naive_quarter(from, on)]);
        // The periods of a kind lie one after the other and cover the service.
        for kind in [InspectionKind::Online, InspectionKind::Onsite] {
            let own: Vec<&Duty> = all.iter().filter(|duty| duty.kind == kind).collect();
            prop_assert_eq!((own[0].from, own[own.len() - 1].to), (from, to));
            for pair in own.windows(2) {
                prop_assert_eq!(pair[0].to.succ_opt().unwrap(), pair[1].from);
            }
        }
    }

    /// Numbers are graded as by a table of three rows written out.
    #[test]
    fn a_number_is_graded_as_by_hand(at in 0_usize..112, v in -200_000_i64..500_000) {
        let item = &Template::shared().items[at];
        let by_hand = match item.threshold {
            Threshold::Lte { normal_milli, critical_milli, .. } => if v > critical_milli.max(normal_milli) { Evaluation::Severe } else if v > normal_milli { Evaluation::Warning } else { Evaluation::Ok },
            Threshold::Gte { normal_milli, critical_milli, .. } => if v < critical_milli.min(normal_milli) { Evaluation::Severe } else if v < normal_milli { Evaluation::Warning } else { Evaluation::Ok },
            Threshold::Between { normal_milli: [a, b], critical_milli: [c, d], .. } => if (a..=b).contains(&v) { Evaluation::Ok } else if (c..=d).contains(&v) { Evaluation::Warning } else { Evaluation::Severe },
            Threshold::Is { .. } => return Ok(()),
        };
        prop_assert_eq!(evaluate(item, &ItemValue::Milli(v)), Ok(by_hand));
    }

    /// The fifth working day by walking the calendar.
    #[test]
    fn a_report_is_due_on_the_fifth_working_day_that_follows(start in 0_u64..360) {
        let calendar = calendar();
        let ended = day("2026-01-01") + chrono::Days::new(start);
        let (mut on, mut left) = (ended, 5);
        while left > 0 {
            on = on.succ_opt().unwrap();
            left -= i32::from(calendar.is_wd(on).unwrap().value);
        }
        prop_assert_eq!(report_due(ended, &calendar).unwrap().on, on);
    }

    /// Cells written with quotes are read back.
    #[test]
    fn a_written_table_is_read_back(cells in prop::collection::vec("[a,\"\\n 中]{1,8}", 1..6)) {
        let mut text = String::from("code\n");
        for cell in &cells {
            text.push_str(&format!("\"{}\"\n", cell.replace('"', "\"\"")));
        }
        let rows = read_table(&text, &["code"], &["code"]).unwrap_or_default();
        // A cell of blanks alone is an empty line.
        let told: Vec<String> = rows.iter().filter_map(|row| row.get("code").map(str::to_owned)).collect();
        let kept: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()).collect();
        prop_assert_eq!(told, kept);
    }
}
