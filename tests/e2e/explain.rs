//! Explanations and hypothetical deadlines through the API: the calendar vectors, day by day, with their notices.

use chrono::{Datelike, NaiveDate};
use e2e::{TestApp, both_backends, clock, instant, t};
use entity::rules::calendar::{Calendar, DAY_S, civil_date, end_of, midnight};
use entity::rules::sla::{self, Limit};
use entity::values::{CalendarMissing, SlaUnit};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

const PREVIEW: &str = "query($i:PreviewDeadlineInput!){previewDeadline(input:$i){contractId clockCode unit limit startedAt dueAt dueBeforeAt dueOn provisional policyVersion calendarVersion note daysLeftOut days{date workingDay why counted excluded provisional slots{from to} notice{title number on}}}}";

/// The preview as a person; the whole body.
async fn ask(app: &TestApp, account: &str, limit: Value, start: Value) -> Value {
    app.ask(
        account,
        PREVIEW,
        json!({ "i": { "limit": limit, "start": start } }),
    )
    .await
}

async fn preview(app: &TestApp, limit: Value, start: Value) -> Value {
    let body = ask(app, "nurse", limit, start).await;
    assert!(body["errors"].is_null(), "{body}");
    body["data"]["previewDeadline"].clone()
}

fn counted(days: &Value) -> i64 {
    days.as_array()
        .unwrap()
        .iter()
        .map(|day| day["counted"].as_i64().unwrap())
        .sum()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The account of a clock of a ticket.
pub async fn explain(app: &TestApp, account: &str, clock: &Value) -> Value {
    let query = "query($id:ID!){explainClock(id:$id){unit limit carried targetSource ruleName policyVersion calendarVersion startedAt dueAt dueBeforeAt dueOn untilAt counted excluded elapsed paused held expected breachedAt retargetedAt lateBySec lateWd lateDays unconfirmedFromAt provisional note daysLeftOut ticket{number} clock{code} days{date workingDay why counted excluded notice{title number on}} pauses{reason fromAt toAt} claims{claimedAt checkEndAt rejectedAt heldFromAt heldToAt} holdings{party cause fromAt toAt counted shareBp breachedHere}}}";
    let body = app.ask(account, query, json!({ "id": clock["id"] })).await;
    assert!(body["errors"].is_null(), "{body}");
    body["data"]["explainClock"].clone()
}

both_backends! {
    /// S23, S26
    async fn every_row_of_the_working_day_vectors_is_what_the_preview_says(app: &TestApp) {
        let vectors: Value = serde_json::from_str(include_str!("../../entity/data/workday-vectors.json")).unwrap();
        for row in vectors["due_dates"].as_array().unwrap() {
            let n = row["n_working_days"].as_i64().unwrap();
            let seen = preview(app, json!({ "workingDays": n }), json!({ "startOn": row["start"] })).await;
            assert_eq!((&seen["dueOn"], &seen["provisional"], &seen["calendarVersion"]), (&row["due"], &json!(false), &json!("2026.1")), "{row}");
            assert_eq!(instant(&seen["dueBeforeAt"]), end_of(day(row["due"].as_str().unwrap())), "{row}");
            assert_eq!(seen["dueAt"], seen["dueBeforeAt"], "{row}");
            assert_eq!(counted(&seen["days"]), n, "the counted days are the target: {row}");
            let start = &seen["days"][0];
            assert_eq!((&start["date"], &start["workingDay"], &start["counted"]), (&row["start"], &row["start_is_working_day"], &json!(0)), "{row}");
            // Any instant of the day gives the same.
            let at = format!("{}T23:59:59+08:00", row["start"].as_str().unwrap());
            let late = preview(app, json!({ "workingDays": n }), json!({ "startAt": at })).await;
            assert_eq!(late["dueOn"], row["due"], "{row}");
        }
        for row in vectors["days"].as_array().unwrap() {
            let seen = preview(app, json!({ "workingDays": 0 }), json!({ "startOn": row["date"] })).await;
            assert_eq!(seen["dueOn"] == row["date"], row["working_day"] == true, "{row}");
            assert_eq!(seen["days"][0]["workingDay"], row["working_day"], "{row}");
        }
        let unknown = &vectors["unknown_year"];
        let seen = preview(app, json!({ "workingDays": unknown["n_working_days"] }), json!({ "startOn": unknown["start"] })).await;
        assert_eq!((&seen["dueOn"], &seen["provisional"]), (&unknown["expect"]["due_with_provisional_2027"], &json!(true)));
    }

    /// S1, S3
    async fn make_up_days_count_where_weaker_models_are_wrong(app: &TestApp) {
        for (start, n, due) in [
            ("2026-02-13", 5, "2026-02-27"), ("2026-04-30", 5, "2026-05-11"), ("2026-09-18", 15, "2026-10-15"),
            ("2026-05-08", 15, "2026-05-28"), ("2026-09-30", 5, "2026-10-13"),
        ] {
            let seen = preview(app, json!({ "workingDays": n }), json!({ "startOn": start })).await;
            assert_eq!(seen["dueOn"], due, "{start}");
        }
    }

    /// S2
    async fn service_time_leaves_the_noon_break_out_and_takes_make_up_days_in(app: &TestApp) {
        for (start, hours, due) in [
            ("2026-02-13 17:30:00", 1, "2026-02-14 08:30:00"), ("2026-10-10 11:30:00", 1, "2026-10-10 14:30:00"),
            ("2026-09-30 17:00:00", 2, "2026-10-08 09:00:00"), ("2026-02-13 11:15:00", 2, "2026-02-13 15:15:00"),
        ] {
            let at = t(start).to_rfc3339();
            let seen = preview(app, json!({ "serviceSeconds": hours * 3600 }), json!({ "startAt": at })).await;
            assert_eq!(instant(&seen["dueAt"]), t(due), "{start}");
            assert_eq!((&seen["dueBeforeAt"], counted(&seen["days"])), (&Value::Null, hours * 3600), "{start}");
            let slots = &seen["days"][0]["slots"];
            assert_eq!(*slots, json!([{ "from": "08:00", "to": "12:00" }, { "from": "14:00", "to": "18:00" }]), "{start}");
        }
    }

    /// S23
    async fn the_preview_is_the_rule_itself_on_every_day_and_for_every_length(app: &TestApp) {
        let calendar = Calendar::with_provisional().unwrap();
        let mut at = t("2024-01-02 09:31:07");
        let mut n = 0_u32;
        while at < t("2027-03-01 00:00:00") {
            n = (n + 3) % 17;
            for (limit, unit, rule) in [
                (json!({ "workingDays": n }), SlaUnit::Wd, Limit::WorkingDays(n)),
                (json!({ "naturalDays": n }), SlaUnit::Natural, Limit::NaturalDays(n)),
                (json!({ "serviceSeconds": n * 1801 }), SlaUnit::Service, Limit::Seconds(i64::from(n) * 1801)),
            ] {
                let due = sla::preview(unit, rule, at, DAY_S, &calendar).unwrap().unwrap();
                let seen = preview(app, limit.clone(), json!({ "startAt": at.to_rfc3339() })).await;
                assert_eq!((instant(&seen["dueAt"]), &seen["provisional"], &seen["dueOn"]), (due.at, &json!(due.provisional), &json!(due.on.to_string())), "{at} {limit}");
            }
            at += chrono::TimeDelta::days(29) + chrono::TimeDelta::minutes(97);
        }
    }

    /// S20
    async fn an_unknown_year_is_an_error_and_a_provisional_one_too_where_the_contract_says_so(app: &TestApp) {
        let said = |body: &Value, key: &str| body["errors"][0]["extensions"][key].clone();
        // Before the first year that was imported nothing is known.
        let before = ask(app, "doctor", json!({ "workingDays": 5 }), json!({ "startOn": "2023-12-28" })).await;
        assert_eq!(said(&before, "reason"), "CALENDAR_MISSING", "{before}");
        // A year that nobody has published yet counts, and says that it does so provisionally.
        for start in ["2027-12-31", "2030-05-05"] {
            assert_eq!(preview(app, json!({ "workingDays": 5 }), json!({ "startOn": start })).await["provisional"], true, "{start}");
        }
        let nothing = ask(app, "nurse", json!({ "workingDays": -1 }), json!({ "startOn": "2026-03-02" })).await;
        assert_eq!(said(&nothing, "reason"), "VALUE_RANGE", "{nothing}");
        let both = ask(app, "nurse", json!({ "workingDays": 1, "naturalDays": 1 }), json!({ "startOn": "2026-03-02" })).await;
        assert_eq!(said(&both, "reason"), "ONE_OF", "{both}");

        refuse_missing_years(app).await;
        for (days, start) in [(15, "2026-12-15"), (5, "2027-12-31"), (5, "2030-05-05")] {
            let body = ask(app, "nurse", json!({ "workingDays": days }), json!({ "startOn": start })).await;
            assert_eq!(said(&body, "reason"), "CALENDAR_MISSING", "{start}: {body}");
        }
        assert_eq!(preview(app, json!({ "workingDays": 5 }), json!({ "startOn": "2026-03-02" })).await["dueOn"], "2026-03-09");
        // Natural time needs no calendar: the instant is known, the days behind it are not.
        let night = preview(app, json!({ "naturalSeconds": 7200 }), json!({ "startAt": "2027-12-31T23:30:00+08:00" })).await;
        assert_eq!((instant(&night["dueAt"]), &night["daysLeftOut"]), (t("2028-01-01 01:30:00"), &json!(1)));
    }

    /// S23
    async fn any_person_who_is_signed_in_may_try_a_clock_code(app: &TestApp) {
        let start = json!({ "startAt": "2026-10-10T09:00:00+08:00" });
        for account in ["nurse", "doctor", "it_admin", "manager", "auditor", "engineer", "trainer"] {
            let body = ask(app, account, json!({ "clockCode": "TRAINING_RESPONSE_WD" }), start.clone()).await;
            assert_eq!(body["data"]["previewDeadline"]["dueOn"], "2026-10-12", "{account}: {body}");
        }
        // Who serves several hospitals may name the contract; out of scope is null.
        let several = ask(app, "pm", json!({ "workingDays": 1 }), start.clone()).await;
        assert!(several["data"]["previewDeadline"]["contractId"].is_string(), "{several}");
        let contract = preview(app, json!({ "workingDays": 1 }), start.clone()).await["contractId"].clone();
        let with = |account: &'static str| {
            let input = json!({ "i": { "limit": { "workingDays": 1 }, "start": start, "contractId": contract } });
            async move { app.ask(account, PREVIEW, input).await["data"]["previewDeadline"].clone() }
        };
        assert_eq!(with("pm").await["dueOn"], "2026-10-12");
        assert_eq!(with("nurse_b").await, Value::Null);
        let (status, body) = app.send(None, PREVIEW, json!({ "i": { "limit": { "workingDays": 1 }, "start": { "startOn": "2026-03-02" } } })).await;
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{status} {body}");

        let by_severity = |account: &'static str, severity: &'static str| {
            let input = json!({ "i": { "limit": { "clockCode": "RESOLUTION_BY_SEVERITY" }, "start": { "startAt": "2026-03-02T08:00:00+08:00" }, "severity": severity } });
            async move { app.ask(account, PREVIEW, input).await["data"]["previewDeadline"].clone() }
        };
        assert_eq!(instant(&by_severity("nurse", "S2").await["dueAt"]), t("2026-03-02 16:00:00"));
        let none = by_severity("nurse_b", "S1").await;
        assert_eq!((&none["dueAt"], &none["note"]), (&Value::Null, &json!("未约定解决时限，不计算违约")));
    }

    /// S23, S16
    async fn a_clock_is_explained_day_by_day_with_the_notice_behind_each_holiday(app: &TestApp) {
        app.at("2026-09-30 09:00:00").await;
        let fault = app.fault("explain-s4", "LOW", "ONE").await;
        let resolution = clock(&fault, "RESOLUTION_BY_SEVERITY", 1);
        let seen = explain(app, "nurse", &resolution).await;
        assert_eq!((&seen["dueOn"], &seen["counted"], &seen["limit"], &seen["unit"]), (&json!("2026-10-13"), &json!(5), &json!(5), &json!("WD")));
        assert_eq!((&seen["ruleName"], &seen["targetSource"], &seen["calendarVersion"], &seen["policyVersion"]), (&json!("RESOLUTION_BY_SEVERITY:S4"), &json!("ANNEX"), &json!("2026.1"), &json!(1)));
        let days = seen["days"].as_array().unwrap();
        assert_eq!((days.len(), days[0]["counted"].clone()), (14, json!(0)), "the start day is listed and not counted");
        for row in days {
            let why = row["why"].as_str().unwrap();
            let date = day(row["date"].as_str().unwrap());
            let expected = match (date.month(), date.day()) {
                (10, 1..=7) => "HOLIDAY",
                (10, 10) => "MAKE_UP",
                (10, 11) => "WEEKEND",
                _ => "WEEKDAY",
            };
            assert_eq!(why, expected, "{row}");
            if matches!(why, "HOLIDAY" | "MAKE_UP") {
                let notice = json!({ "title": "国务院办公厅关于2026年部分节假日安排的通知", "number": "国办发明电〔2025〕7号", "on": "2025-11-04" });
                assert_eq!(row["notice"], notice);
            } else {
                assert_eq!(row["notice"], Value::Null, "{row}");
            }
        }
        // Out of scope is null, as for a clock that does not exist.
        assert_eq!(explain(app, "nurse_b", &resolution).await, Value::Null);
        assert_eq!(explain(app, "nurse", &json!({ "id": "clk_00000000000000000000000000" })).await, Value::Null);
    }

    /// S31
    async fn without_an_annex_the_account_says_that_no_target_is_agreed(app: &TestApp) {
        // The second hospital has signed none.
        let facts = json!({ "phenomenon": "全科无法登录", "occurredAt": app.app.clock.now().to_rfc3339(), "scope": "全科", "relatedSystems": ["重症系统"], "steps": "登录" });
        let fault = app.create("nurse_b", json!({ "category": "FAULT", "subcategory": "FAULT-DOWN", "fault": facts, "urgency": "HIGH", "bedsAffected": "WHOLE_UNIT", "idempotencyKey": "explain-b1" })).await;
        let seen = explain(app, "nurse_b", &clock(&fault, "RESOLUTION_BY_SEVERITY", 1)).await;
        assert_eq!((&seen["dueAt"], &seen["expected"], &seen["note"]), (&Value::Null, &json!("NA"), &json!("未约定解决时限，不计算违约")));
    }

    /// S15
    async fn the_account_says_who_held_the_time(app: &TestApp) {
        let fault = app.fault("explain-held", "HIGH", "SEVERAL").await;
        app.done(&fault, "engineer", "respondTicket", json!({ "text": "处理中", "channel": "PHONE" })).await;
        app.done(&fault, "engineer", "addStep", json!({ "kind": "HANDLING", "channel": "PHONE", "action": "处理" })).await;
        app.at("2026-03-02 10:00:00").await;
        app.solve(&fault).await;
        app.at("2026-03-02 17:00:00").await;
        let fault = app.done(&fault, "nurse", "rejectTicket", json!({ "reason": "仍中断" })).await;
        let seen = explain(app, "nurse", &clock(&fault, "RESOLUTION_BY_SEVERITY", 1)).await;
        assert_eq!((instant(&seen["dueAt"]), &seen["held"]), (t("2026-03-02 19:00:00"), &json!(3 * 3600)));
        let parts: Vec<(&str, &str, i64)> = seen["holdings"].as_array().unwrap().iter().map(|part| (part["party"].as_str().unwrap(), part["cause"].as_str().unwrap(), part["counted"].as_i64().unwrap())).collect();
        // The vendor works two hours, its checking limit is four more, the hospital holds three.
        assert_eq!(parts, [("VENDOR", "HANDLING", 2 * 3600), ("VENDOR", "CHECK", 4 * 3600), ("HOSPITAL", "CHECK", 3 * 3600)]);
        let claim = &seen["claims"][0];
        assert_eq!((instant(&claim["checkEndAt"]), instant(&claim["heldFromAt"]), instant(&claim["heldToAt"])), (t("2026-03-02 14:00:00"), t("2026-03-02 14:00:00"), t("2026-03-02 17:00:00")));
        // Eight hours up to 19:00 count, three are taken out.
        assert_eq!((&seen["counted"], &seen["excluded"]), (&json!(8 * 3600), &json!(3 * 3600)));
    }

    /// S28
    async fn the_approval_of_the_hospital_is_measured_apart_and_no_time_of_the_vendor(app: &TestApp) {
        let change = app.create("nurse", json!({ "category": "CHANGE", "subcategory": "CHANGE-DATA_LOGIC", "idempotencyKey": "approval-1" })).await;
        app.at("2026-03-02 10:30:00").await;
        let change = app.done(&change, "it_admin", "releaseTicket", json!({})).await;
        assert_eq!(instant(&clock(&change, "CHANGE_RESPONSE_2H", 1)["startedAt"]), t("2026-03-02 10:30:00"));
        let approval = async |ticket: &Value| app.ask("pm", "query($id:ID!){ticket(by:{id:$id}){approvalSec}}", json!({ "id": ticket["id"] })).await["data"]["ticket"]["approvalSec"].clone();
        assert_eq!(approval(&change).await, 9000);
        assert_eq!(approval(&app.consult("approval-2").await).await, Value::Null, "a consultation needs no approval");
    }
}

/// Version 2 of the parameters, by which a missing year is refused.
async fn refuse_missing_years(app: &TestApp) {
    for row in entity::parameter_set::Entity::find()
        .all(app.app.db.read())
        .await
        .unwrap()
    {
        let next = entity::parameter_set::Model {
            id: entity::ids::ParameterSetId(app.app.clock.id()),
            version: 2,
            calendar_missing: CalendarMissing::Refuse,
            effective_from_on: civil_date(app.app.clock.now()),
            ..row
        };
        assert!(midnight(next.effective_from_on) <= app.app.clock.now());
        let tx = app.app.db.begin_write().await.unwrap();
        next.into_active_model()
            .reset_all()
            .insert(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}
