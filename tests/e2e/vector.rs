//! Clock vectors through the API: checking time, silence, reopening, warnings, versions, bulk confirmation.

use chrono::{DateTime, Utc};
use e2e::{TestApp, both_backends, clock, instant, t};
use entity::values::{JobState, ReopenTarget};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder,
};
use serde_json::{Value, json};

use crate::explain::explain;

const RESOLUTION: &str = "RESOLUTION_BY_SEVERITY";

async fn step(app: &TestApp, ticket: &Value) -> Value {
    app.done(
        ticket,
        "engineer",
        "addStep",
        json!({ "kind": "HANDLING", "channel": "PHONE", "action": "处理" }),
    )
    .await
}

/// A fault of a severity that comes in at an instant, is answered and worked on at once.
async fn begun(app: &TestApp, at: &str, key: &str, severity: &str) -> Value {
    app.at(at).await;
    let (urgency, beds) = match severity {
        "S1" => ("HIGH", "WHOLE_UNIT"),
        "S2" => ("HIGH", "SEVERAL"),
        "S3" => ("MEDIUM", "ONE"),
        _ => ("LOW", "ONE"),
    };
    let fault = app.fault(key, urgency, beds).await;
    assert_eq!(fault["severity"], severity);
    app.done(
        &fault,
        "engineer",
        "respondTicket",
        json!({ "text": "处理中", "channel": "PHONE" }),
    )
    .await;
    step(app, &fault).await
}

/// Solved at one instant and rejected at another; the ticket afterwards.
async fn rejected(app: &TestApp, fault: &Value, solved: &str, at: &str) -> Value {
    app.at(solved).await;
    app.solve(fault).await;
    app.at(at).await;
    app.done(
        fault,
        "nurse",
        "rejectTicket",
        json!({ "reason": "仍然中断" }),
    )
    .await
}

/// Solved again at an instant and confirmed; the resolution clock.
async fn confirmed(app: &TestApp, fault: &Value, at: &str) -> Value {
    app.at(at).await;
    step(app, fault).await;
    app.solve(fault).await;
    clock(
        &app.done(fault, "nurse", "confirmTicket", json!({})).await,
        RESOLUTION,
        1,
    )
}

fn due(ticket: &Value) -> DateTime<Utc> {
    instant(&clock(ticket, RESOLUTION, 1)["dueAt"])
}

async fn breaches(app: &TestApp) -> u64 {
    entity::breach::Entity::find()
        .count(app.app.db.read())
        .await
        .unwrap()
}

/// Another version of the parameters of the first hospital, in force at once.
async fn parameters(
    app: &TestApp,
    version: i32,
    change: impl FnOnce(&mut entity::parameter_set::Model),
) {
    let ticket = entity::contract::Entity::find()
        .filter(entity::contract::Column::No.eq("DEMO-2026-001"))
        .one(app.app.db.read())
        .await
        .unwrap()
        .unwrap();
    let mut row = entity::parameter_set::Entity::find()
        .filter(entity::parameter_set::Column::ContractId.eq(ticket.id))
        .one(app.app.db.read())
        .await
        .unwrap()
        .unwrap();
    row.id = entity::ids::ParameterSetId(app.app.clock.id());
    row.version = version;
    row.effective_from_on = entity::rules::calendar::civil_date(app.app.clock.now());
    change(&mut row);
    let tx = app.app.db.begin_write().await.unwrap();
    row.into_active_model()
        .reset_all()
        .insert(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Lets jobs run again as if their worker had died after the effect and before the outcome was known.
async fn run_again(app: &TestApp) {
    let rows = entity::job::Entity::find()
        .filter(entity::job::Column::Kind.eq("CLOCK_POINT"))
        .filter(entity::job::Column::State.eq(JobState::Done))
        .all(app.app.db.read())
        .await
        .unwrap();
    assert!(!rows.is_empty());
    let tx = app.app.db.begin_write().await.unwrap();
    for row in rows {
        let mut row = row.into_active_model();
        row.state = sea_orm::ActiveValue::Set(JobState::Available);
        row.done_at = sea_orm::ActiveValue::Set(None);
        row.update(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    api::jobs::drain(&app.app).await.unwrap();
}

fn titled(titles: &[String], mark: &str) -> usize {
    titles.iter().filter(|title| title.contains(mark)).count()
}

const BULK: &str = "mutation($i:ConfirmTicketsInput!){confirmTickets(input:$i){results{ticket{status slaClocks{code cycle result confirmation}} userErrors{code}} userErrors{code field}}}";

both_backends! {
    /// V6, S34
    async fn a_rejection_inside_the_checking_limit_holds_nothing(app: &TestApp) {
        let fault = begun(app, "2026-03-02 08:00:00", "vector-06", "S3").await;
        let seen = rejected(app, &fault, "2026-03-02 20:00:00", "2026-03-03 03:00:00").await;
        assert_eq!(due(&seen), t("2026-03-03 08:00:00"));
        let clock = confirmed(app, &fault, "2026-03-03 09:30:00").await;
        assert_eq!(clock["result"], "LATE");
        let account = explain(app, "pm", &clock).await;
        assert_eq!((&account["lateBySec"], &account["held"]), (&json!(5400), &json!(0)));
    }

    /// V9, S9
    async fn a_pause_moves_a_day_limit_by_the_working_days_it_covers(app: &TestApp) {
        let wait = json!({ "reason": "WAIT_WINDOW", "note": "待停机窗口" });
        let long = begun(app, "2026-09-30 09:00:00", "vector-09a", "S4").await;
        let short = begun(app, "2026-09-30 09:00:00", "vector-09b", "S4").await;
        assert_eq!(due(&long), t("2026-10-14 00:00:00"));
        app.at("2026-10-08 10:00:00").await;
        for fault in [&long, &short] {
            app.done(fault, "engineer", "proposeWait", wait.clone()).await;
            app.done(fault, "it_admin", "decideWait", json!({ "accept": true })).await;
        }
        app.at("2026-10-08 15:00:00").await;
        assert_eq!(due(&app.done(&short, "engineer", "resumeTicket", json!({})).await), t("2026-10-14 00:00:00"), "within one day");
        app.at("2026-10-09 15:00:00").await;
        let seen = app.done(&long, "engineer", "resumeTicket", json!({})).await;
        assert_eq!(due(&seen), t("2026-10-15 00:00:00"));
        let account = explain(app, "nurse", &clock(&seen, RESOLUTION, 1)).await;
        let out: Vec<&Value> = account["days"].as_array().unwrap().iter().filter(|day| day["excluded"] == 1).map(|day| &day["date"]).collect();
        assert_eq!((out, &account["counted"], &account["excluded"]), (vec![&json!("2026-10-09")], &json!(5), &json!(1)));
    }

    /// V17
    async fn a_rejection_up_to_the_checking_limit_moves_nothing(app: &TestApp) {
        let early = begun(app, "2026-03-02 08:00:00", "vector-17a", "S2").await;
        let exact = begun(app, "2026-03-02 08:00:00", "vector-17b", "S2").await;
        app.at("2026-03-02 10:00:00").await;
        app.solve(&early).await;
        app.solve(&exact).await;
        app.at("2026-03-02 13:30:00").await;
        assert_eq!(due(&app.done(&early, "nurse", "rejectTicket", json!({ "reason": "不" })).await), t("2026-03-02 16:00:00"));
        app.at("2026-03-02 14:00:00").await;
        assert_eq!(due(&app.done(&exact, "nurse", "rejectTicket", json!({ "reason": "不" })).await), t("2026-03-02 16:00:00"));
    }

    /// V18
    async fn the_checking_limit_follows_the_severity(app: &TestApp) {
        let held = begun(app, "2026-03-02 08:00:00", "vector-18a", "S1").await;
        let none = begun(app, "2026-03-02 08:00:00", "vector-18b", "S1").await;
        app.at("2026-03-02 09:00:00").await;
        app.solve(&held).await;
        app.solve(&none).await;
        app.at("2026-03-02 10:00:00").await;
        assert_eq!(due(&app.done(&none, "nurse", "rejectTicket", json!({ "reason": "不" })).await), t("2026-03-02 12:00:00"));
        app.at("2026-03-02 12:00:00").await;
        assert_eq!(due(&app.done(&held, "nurse", "rejectTicket", json!({ "reason": "不" })).await), t("2026-03-02 14:00:00"));
    }

    /// V19
    async fn the_hold_of_a_day_limit_counts_working_days_make_up_days_too(app: &TestApp) {
        let held = begun(app, "2026-09-30 09:00:00", "vector-19a", "S4").await;
        let none = begun(app, "2026-09-30 09:00:00", "vector-19b", "S4").await;
        app.at("2026-10-08 10:00:00").await;
        app.solve(&held).await;
        app.solve(&none).await;
        app.at("2026-10-09 23:59:00").await;
        assert_eq!(due(&app.done(&none, "nurse", "rejectTicket", json!({ "reason": "不" })).await), t("2026-10-14 00:00:00"));
        app.at("2026-10-12 10:00:00").await;
        assert_eq!(due(&app.done(&held, "nurse", "rejectTicket", json!({ "reason": "不" })).await), t("2026-10-16 00:00:00"));
    }

    /// V20
    async fn a_weekend_of_silence_is_held_by_the_hospital_and_a_confirmation_takes_the_claimed_instant(app: &TestApp) {
        let held = begun(app, "2026-03-06 09:00:00", "vector-20a", "S3").await;
        let kept = begun(app, "2026-03-06 09:00:00", "vector-20b", "S3").await;
        app.at("2026-03-06 15:00:00").await;
        app.solve(&held).await;
        app.solve(&kept).await;
        app.at("2026-03-10 08:00:00").await;
        let seen = app.done(&held, "nurse", "rejectTicket", json!({ "reason": "不" })).await;
        assert_eq!(due(&seen), t("2026-03-10 18:00:00"));
        assert_eq!(explain(app, "pm", &clock(&seen, RESOLUTION, 1)).await["held"], 81 * 3600);
        let closed = app.done(&kept, "nurse", "confirmTicket", json!({})).await;
        let clock = clock(&closed, RESOLUTION, 1);
        assert_eq!((&clock["result"], instant(&clock["stoppedAt"])), (&json!("ON_TIME"), t("2026-03-06 15:00:00")));
    }

    /// V22, S35
    async fn a_rejection_after_the_silence_takes_the_mark_away(app: &TestApp) {
        let fault = begun(app, "2026-09-29 10:00:00", "vector-22", "S4").await;
        app.at("2026-09-29 16:00:00").await;
        app.solve(&fault).await;
        app.at("2026-10-14 00:00:00").await;
        assert_eq!(clock(&app.read("nurse", &fault).await, RESOLUTION, 1)["confirmation"], "UNCONFIRMED");
        app.at("2026-10-15 09:00:00").await;
        let seen = app.done(&fault, "nurse", "rejectTicket", json!({ "reason": "仍有问题" })).await;
        let clock = clock(&seen, RESOLUTION, 1);
        assert_eq!((&clock["confirmation"], due(&seen)), (&json!("NONE"), t("2026-10-22 00:00:00")));
        assert_eq!(explain(app, "pm", &clock).await["held"], 7);
    }

    /// V23
    async fn a_solution_nobody_answered_is_confirmed_in_bulk_by_a_person(app: &TestApp) {
        let fault = begun(app, "2026-09-29 10:00:00", "vector-23", "S4").await;
        app.at("2026-09-29 16:00:00").await;
        app.solve(&fault).await;
        app.at("2026-10-20 09:00:00").await;
        let body = app.ask("it_admin", BULK, json!({ "i": { "idempotencyKey": "bulk-key-1", "ids": [fault["id"]] } })).await;
        let row = &body["data"]["confirmTickets"]["results"][0];
        assert_eq!((&row["userErrors"], &row["ticket"]["status"]), (&json!([]), &json!("CLOSED")), "{body}");
        let clock = clock(&row["ticket"], RESOLUTION, 1);
        assert_eq!((&clock["confirmation"], &clock["result"]), (&json!("CONFIRMED"), &json!("ON_TIME")));
        let event = app.ask("nurse", "query($id:ID!){ticket(by:{id:$id}){events(last:1){nodes{kind actor{name}}}}}", json!({ "id": fault["id"] })).await;
        assert_eq!(event["data"]["ticket"]["events"]["nodes"][0], json!({ "kind": "CONFIRMED", "actor": { "name": "周敏" } }));
    }

    /// S24
    async fn a_bulk_confirmation_meets_the_gates_of_a_single_one_and_one_failure_stops_no_other(app: &TestApp) {
        let open = app.consult("bulk-open").await;
        let mut ready = Vec::new();
        for n in 0..2 {
            let consult = app.consult(&format!("bulk-ready-{n}")).await;
            app.done(&consult, "engineer", "respondTicket", json!({ "text": "答", "channel": "PHONE" })).await;
            step(app, &consult).await;
            app.done(&consult, "engineer", "resolveTicket", json!({ "text": "已说明" })).await;
            ready.push(consult);
        }
        let taken = app.consult("bulk-taken").await;
        app.done(&taken, "it_admin", "takeTicket", json!({ "reason": "自行处理" })).await;
        app.done(&taken, "it_admin", "resolveTicket", json!({ "text": "已说明" })).await;
        let foreign = app.create("nurse_b", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "bulk-foreign" })).await;
        let ids = json!([ready[0]["id"], open["id"], taken["id"], foreign["id"], "tkt_00000000000000000000000000", "x", ready[1]["id"], ready[0]["id"]]);
        let input = json!({ "i": { "idempotencyKey": "bulk-key-2", "ids": ids } });
        let confirmations = async || {
            let rows = entity::audit::Entity::find().filter(entity::audit::Column::Action.eq("ticket.confirm")).all(app.app.db.read()).await.unwrap();
            let success = |row: &entity::audit::Model| serde_json::from_slice::<Value>(&row.payload).unwrap()["success"] == true;
            (rows.iter().filter(|row| success(row)).count(), rows.iter().filter(|row| !success(row)).count())
        };
        let codes = |body: &Value| -> Vec<String> {
            let rows = body["data"]["confirmTickets"]["results"].as_array().unwrap().clone();
            rows.iter().map(|row| row["userErrors"][0]["code"].as_str().unwrap_or("none").to_owned()).collect()
        };
        let body = app.ask("it_admin", BULK, input.clone()).await;
        let expected = ["none", "WRONG_STATE", "FOUR_EYES", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "none"];
        assert_eq!(codes(&body), expected, "{body}");
        assert_eq!(confirmations().await, (2, 5), "one audit row each, done or refused");
        // The same call again changes nothing and answers alike; another input under the key is refused.
        let again = app.ask("it_admin", BULK, input).await;
        assert_eq!(codes(&again), expected);
        assert_eq!(confirmations().await.0, 2);
        let other = app.ask("it_admin", BULK, json!({ "i": { "idempotencyKey": "bulk-key-2", "ids": [open["id"]] } })).await;
        assert_eq!(other["data"]["confirmTickets"]["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED", "{other}");
        // Another person of the centre may confirm what the first one solved.
        let second = app.ask("it_admin2", BULK, json!({ "i": { "idempotencyKey": "bulk-key-3", "ids": [taken["id"]] } })).await;
        assert_eq!(codes(&second), ["none"], "{second}");
        let many: Vec<Value> = (0..101).map(|n| json!(format!("tkt_{n:026}"))).collect();
        let most = app.ask("it_admin", BULK, json!({ "i": { "idempotencyKey": "bulk-key-4", "ids": many } })).await;
        assert_eq!(most["data"]["confirmTickets"]["userErrors"][0]["code"], "TOO_LONG", "{most}");
        for account in ["nurse", "manager", "pm", "engineer", "auditor"] {
            let body = app.ask(account, BULK, json!({ "i": { "idempotencyKey": "bulk-key-5", "ids": [open["id"]] } })).await;
            assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{account}");
        }
        assert_eq!(api::audit::verify(&app.app.db).await.unwrap().into_iter().find_map(|verdict| verdict.damage), None);
    }

    /// V24, S11
    async fn a_reopened_day_limit_has_the_full_target_or_what_is_left_of_it(app: &TestApp) {
        for (key, cycle_due) in [("vector-24a", "2026-10-16 00:00:00"), ("vector-24b", "2026-10-14 00:00:00")] {
            let fault = begun(app, "2026-09-28 09:00:00", key, "S4").await;
            app.at("2026-09-30 10:00:00").await;
            app.solve(&fault).await;
            app.done(&fault, "nurse", "confirmTicket", json!({})).await;
            app.at("2026-10-09 09:00:00").await;
            let again = app.done(&fault, "nurse", "reopenTicket", json!({ "reason": "再次出现" })).await;
            assert_eq!(instant(&clock(&again, RESOLUTION, 2)["dueBeforeAt"]), t(cycle_due), "{key}");
            if key == "vector-24a" {
                app.at("2026-09-28 08:59:00").await;
                parameters(app, 2, |row| row.reopen_target = ReopenTarget::Remaining).await;
            } else {
                assert_eq!(explain(app, "nurse", &clock(&again, RESOLUTION, 2)).await["carried"], 2);
            }
        }
    }

    /// V28, S12
    async fn a_warning_is_armed_again_only_when_its_point_lies_ahead_again(app: &TestApp) {
        let fault = begun(app, "2026-03-02 08:00:00", "vector-28", "S2").await;
        app.at("2026-03-02 10:00:00").await;
        app.done(&fault, "engineer", "proposeWait", json!({ "reason": "WAIT_HOSPITAL", "note": "请提供截图" })).await;
        app.at("2026-03-02 12:00:00").await;
        let reply = "mutation($i:AddReplyInput!){addReply(input:$i){reply{endsWait} userErrors{code}}}";
        let body = app.ask("head_nurse", reply, json!({ "i": { "idempotencyKey": "reply-v28", "ticketId": fault["id"], "text": "已补充" } })).await;
        assert_eq!(body["data"]["addReply"]["reply"]["endsWait"], true, "{body}");
        assert_eq!(due(&app.read("pm", &fault).await), t("2026-03-02 16:00:00"), "nobody has accepted yet");
        app.at("2026-03-02 14:23:59").await;
        assert_eq!(titled(&app.notices("pm").await, "80%"), 0);
        app.at("2026-03-02 14:24:00").await;
        assert_eq!(titled(&app.notices("pm").await, "80%"), 1);
        app.at("2026-03-02 15:00:00").await;
        let seen = app.done(&fault, "it_admin", "decideWait", json!({ "accept": true })).await;
        assert_eq!((due(&seen), &seen["status"]), (t("2026-03-02 18:00:00"), &json!("IN_PROGRESS")));
        app.at("2026-03-02 16:23:59").await;
        assert_eq!(titled(&app.notices("pm").await, "80%"), 1);
        app.at("2026-03-02 16:24:00").await;
        assert_eq!(titled(&app.notices("pm").await, "80%"), 2);
        run_again(app).await;
        assert_eq!(titled(&app.notices("pm").await, "80%"), 2, "the same job run twice tells nobody twice");
    }

    /// S33
    async fn a_job_run_twice_makes_one_breach_and_one_message(app: &TestApp) {
        let fault = begun(app, "2026-03-02 08:00:00", "twice-key-1", "S2").await;
        app.at("2026-03-02 16:00:01").await;
        assert_eq!((breaches(app).await, titled(&app.notices("pm").await, "逾期")), (1, 1));
        run_again(app).await;
        run_again(app).await;
        assert_eq!((breaches(app).await, titled(&app.notices("pm").await, "逾期")), (1, 1));
        assert_eq!(app.read("pm", &fault).await["status"], "IN_PROGRESS");
    }

    /// S12, S33
    async fn after_the_server_was_down_what_fell_due_is_told_once_and_oldest_first(app: &TestApp) {
        for (at, key) in [("2026-03-02 08:20:00", "down-key-2"), ("2026-03-02 08:40:00", "down-key-3"), ("2026-03-02 08:00:00", "down-key-1")] {
            // Nothing runs in between: the clock is set, no job is drained.
            app.app.clock.set(t(at));
            app.consult(key).await;
        }
        app.at("2026-03-02 20:00:00").await;
        let titles = app.notices("pm").await;
        for mark in ["50%", "75%", "90%", "逾期"] {
            assert_eq!(titled(&titles, mark), 3, "{mark}: {titles:?}");
        }
        let rows = entity::audit::Entity::find().filter(entity::audit::Column::Action.eq("clock.overdue")).order_by_asc(entity::audit::Column::Seq).all(app.app.db.read()).await.unwrap();
        let mut told = Vec::new();
        for row in rows {
            let id = entity::ids::ClockId(row.object_id.unwrap());
            told.push(entity::sla_clock::Entity::find_by_id(id).one(app.app.db.read()).await.unwrap().unwrap().due_at.unwrap());
        }
        assert_eq!(told, [t("2026-03-02 09:00:00"), t("2026-03-02 09:20:00"), t("2026-03-02 09:40:00")]);
    }

    /// S17
    async fn an_open_clock_keeps_the_parameters_and_the_calendar_it_was_started_with(app: &TestApp) {
        let request = |key: &'static str| json!({ "category": "TRAINING", "subcategory": "TRAINING-MGMT", "idempotencyKey": key });
        app.at("2026-03-02 09:00:00").await;
        let old = app.create("nurse", request("version-1")).await;
        let fault = begun(app, "2026-03-02 09:00:00", "version-fault", "S4").await;
        let (training, resolution) = (clock(&old, "TRAINING_RESPONSE_WD", 1), clock(&fault, RESOLUTION, 1));
        assert_eq!((instant(&training["dueBeforeAt"]), due(&fault)), (t("2026-03-04 00:00:00"), t("2026-03-10 00:00:00")));
        parameters(app, 2, |row| row.response_wd_n = 3).await;
        reimport(app, "2026.2", 2026, &["2026-03-03", "2026-03-04"], false).await;
        // Everything that touches the clocks replays them, and still they stand where they stood.
        app.at("2026-03-02 10:00:00").await;
        app.done(&fault, "engineer", "proposeWait", json!({ "reason": "WAIT_WINDOW", "note": "待窗口" })).await;
        app.done(&fault, "it_admin", "decideWait", json!({ "accept": true })).await;
        app.done(&fault, "engineer", "resumeTicket", json!({})).await;
        assert_eq!(due(&app.read("nurse", &fault).await), t("2026-03-10 00:00:00"));
        let account = explain(app, "nurse", &resolution).await;
        assert_eq!((&account["calendarVersion"], &account["policyVersion"], &account["dueOn"]), (&json!("2026.1"), &json!(1), &json!("2026-03-09")));
        assert_eq!(explain(app, "nurse", &training).await["dueOn"], "2026-03-03");
        // A new clock takes what is in force now: three working days, and two days off more.
        let new = app.create("nurse", request("version-2")).await;
        let seen = explain(app, "nurse", &clock(&new, "TRAINING_RESPONSE_WD", 1)).await;
        assert_eq!((&seen["calendarVersion"], &seen["policyVersion"], &seen["dueOn"]), (&json!("2026.2"), &json!(2), &json!("2026-03-09")));

        // A provisional due date follows the official year once it is there.
        app.at("2026-12-31 17:00:00").await;
        let open = app.create("nurse", request("version-3")).await;
        let provisional = clock(&open, "TRAINING_RESPONSE_WD", 1);
        assert_eq!(provisional["provisional"], true);
        let before = explain(app, "nurse", &provisional).await;
        reimport(app, "2027.1", 2027, &["2027-01-01", "2027-01-04", "2027-01-05", "2027-01-06", "2027-01-07"], true).await;
        let after = explain(app, "nurse", &provisional).await;
        assert_eq!((&before["provisional"], &after["provisional"]), (&json!(true), &json!(false)));
        assert_ne!(before["dueOn"], after["dueOn"]);
    }
}

/// A later import of a year: the days off of the last one and these.
async fn reimport(app: &TestApp, version: &str, year: i32, off: &[&str], alone: bool) {
    let rows = entity::work_calendar::Entity::find()
        .filter(entity::work_calendar::Column::Year.eq(year))
        .all(app.app.db.read())
        .await
        .unwrap();
    for mut row in rows {
        let mut days: Vec<String> = serde_json::from_str(&row.holidays).unwrap();
        if alone {
            days.clear();
            row.workdays = "[]".to_owned();
        }
        days.extend(off.iter().map(|day| (*day).to_owned()));
        row.id = entity::ids::CalendarId(app.app.clock.id());
        row.revision += 1;
        row.version = version.to_owned();
        row.holidays = json!(days).to_string();
        row.provisional = false;
        row.notice_no = Some("国办发明电〔2026〕9号".to_owned());
        row.notice_on = Some("2026-11-03".parse().unwrap());
        row.imported_at = app.app.clock.now();
        let tx = app.app.db.begin_write().await.unwrap();
        row.into_active_model()
            .reset_all()
            .insert(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}
