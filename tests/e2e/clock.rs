//! Clocks of the contract through the API: acceptance criteria and vectors.

use e2e::{TestApp, both_backends, clock, instant, t};
use entity::values::BreachState;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

async fn breaches(app: &TestApp) -> Vec<entity::breach::Model> {
    entity::breach::Entity::find()
        .all(app.app.db.read())
        .await
        .unwrap()
}

async fn respond(app: &TestApp, ticket: &Value) -> Value {
    app.done(
        ticket,
        "engineer",
        "respondTicket",
        json!({ "text": "请在特护单右上角补录", "channel": "PHONE" }),
    )
    .await
}

async fn step(app: &TestApp, ticket: &Value) -> Value {
    app.done(
        ticket,
        "engineer",
        "addStep",
        json!({ "kind": "DIAGNOSIS", "channel": "PHONE", "action": "核对日志" }),
    )
    .await
}

/// A fault of the second severity, received 08:00, with answer and first step at 08:10.
async fn s2(app: &TestApp, key: &str) -> Value {
    let fault = app.fault(key, "HIGH", "SEVERAL").await;
    assert_eq!(fault["severity"], "S2");
    app.at("2026-03-02 08:10:00").await;
    respond(app, &fault).await;
    step(app, &fault).await
}

const RESOLUTION: &str = "RESOLUTION_BY_SEVERITY";

both_backends! {
    /// AC1.1-1, V1
    async fn a_consultation_answered_in_the_due_second_is_on_time_and_a_second_later_is_late(app: &TestApp) {
        app.at("2026-10-01 02:30:00").await;
        let first = app.consult("consult-1").await;
        let second = app.consult("consult-2").await;
        assert_eq!(instant(&clock(&first, "CONSULT_RESPONSE_1H", 1)["dueAt"]), t("2026-10-01 03:30:00"));
        app.at("2026-10-01 03:30:00").await;
        assert_eq!(clock(&respond(app, &first).await, "CONSULT_RESPONSE_1H", 1)["result"], "ON_TIME");
        app.at("2026-10-01 03:30:01").await;
        assert_eq!(clock(&respond(app, &second).await, "CONSULT_RESPONSE_1H", 1)["result"], "LATE");
        for account in ["pm", "it_admin"] {
            let overdue: Vec<String> = app.notices(account).await.into_iter().filter(|title| title.starts_with("逾期")).collect();
            assert_eq!(overdue.len(), 1, "{account}: {overdue:?}");
        }
        // V30: a late consultation is counted and is no candidate without a table of the contract.
        assert!(breaches(app).await.is_empty());
    }

    /// AC2.2-1, V2
    async fn a_change_released_on_a_holiday_night_is_answered_two_hours_later(app: &TestApp) {
        app.at("2026-10-01 23:30:00").await;
        let change = app.create("nurse", json!({ "category": "CHANGE", "subcategory": "CHANGE-DATA_LOGIC", "idempotencyKey": "change-1" })).await;
        assert_eq!((&change["status"], &change["slaClocks"]), (&json!("SUBMITTED"), &json!([])));
        assert!(app.read("engineer", &change).await.is_null(), "the vendor sees nothing before the release");
        let change = app.done(&change, "it_admin", "releaseTicket", json!({})).await;
        assert_eq!(instant(&clock(&change, "CHANGE_RESPONSE_2H", 1)["dueAt"]), t("2026-10-02 01:30:00"));
        app.at("2026-10-02 01:30:00").await;
        respond(app, &change).await;
        assert_eq!(clock(&step(app, &change).await, "CHANGE_RESPONSE_2H", 1)["result"], "ON_TIME");
    }

    /// AC2.2-2, V11
    async fn a_training_request_is_due_at_the_end_of_the_next_working_day(app: &TestApp) {
        for (day, key) in [("2026-10-10 09:00:00", "training-1"), ("2026-10-11 09:00:00", "training-2")] {
            app.at(day).await;
            let request = app.create("nurse", json!({ "category": "TRAINING", "subcategory": "TRAINING-MGMT", "idempotencyKey": key })).await;
            let clock = clock(&request, "TRAINING_RESPONSE_WD", 1);
            assert_eq!(instant(&clock["dueBeforeAt"]), t("2026-10-13 00:00:00"), "{day}");
        }
    }

    /// AC2.2-3, V13
    async fn a_disaster_nobody_acknowledges_in_fifteen_minutes_is_a_breach_and_the_manager_is_told(app: &TestApp) {
        app.at("2026-03-03 03:00:00").await;
        let on_time = app.create("it_admin", json!({ "category": "DISASTER", "subcategory": "DISASTER-DC", "idempotencyKey": "disaster-1" })).await;
        let late = app.create("it_admin", json!({ "category": "DISASTER", "subcategory": "DISASTER-STORAGE", "idempotencyKey": "disaster-2" })).await;
        app.at("2026-03-03 03:15:00").await;
        assert_eq!(clock(&respond(app, &on_time).await, "IMMEDIATE_15MIN", 1)["result"], "ON_TIME");
        app.at("2026-03-03 03:15:01").await;
        assert!(app.notices("manager").await.iter().any(|title| title.starts_with("逾期")), "HOSP_MANAGER is alerted");
        assert_eq!(breaches(app).await.len(), 1);
        assert_eq!(clock(&respond(app, &late).await, "IMMEDIATE_15MIN", 1)["result"], "LATE");
        assert_eq!(breaches(app).await.len(), 1, "one row a clock, however often it is seen");
    }

    /// V3
    async fn the_two_hour_classes_stop_at_the_later_of_answer_and_first_step(app: &TestApp) {
        let fault = app.fault("fault-key-1", "LOW", "ONE").await;
        app.at("2026-03-02 09:50:00").await;
        assert_eq!(clock(&respond(app, &fault).await, "FAULT_RESPONSE_2H", 1)["state"], "RUNNING");
        app.at("2026-03-02 10:05:00").await;
        assert_eq!(clock(&step(app, &fault).await, "FAULT_RESPONSE_2H", 1)["result"], "LATE");
    }

    /// AC3.3-1, V4
    async fn an_accepted_pause_moves_the_due_instant_and_lateness_is_a_candidate(app: &TestApp) {
        let fault = s2(app, "fault-key-2").await;
        app.at("2026-03-02 10:00:00").await;
        app.done(&fault, "engineer", "proposeWait", json!({ "reason": "WAIT_HOSPITAL", "note": "请提供截图" })).await;
        app.done(&fault, "it_admin", "decideWait", json!({ "accept": true })).await;
        assert_eq!(clock(&app.read("engineer", &fault).await, RESOLUTION, 1)["dueAt"], Value::Null, "a paused clock has no due instant");
        app.at("2026-03-02 12:00:00").await;
        let reply = "mutation($i:AddReplyInput!){addReply(input:$i){reply{endsWait} userErrors{code}}}";
        let body = app.ask("head_nurse", reply, json!({ "i": { "idempotencyKey": "reply-0001", "ticketId": fault["id"], "text": "已补充" } })).await;
        assert_eq!(body["data"]["addReply"]["reply"]["endsWait"], true, "{body}");
        assert_eq!(instant(&clock(&app.read("engineer", &fault).await, RESOLUTION, 1)["dueAt"]), t("2026-03-02 18:00:00"));
        app.at("2026-03-02 19:00:00").await;
        app.solve(&fault).await;
        let closed = app.done(&fault, "nurse", "confirmTicket", json!({})).await;
        assert_eq!(clock(&closed, RESOLUTION, 1)["result"], "LATE");
        let found = breaches(app).await;
        assert_eq!((found.len(), found[0].state), (1, BreachState::Candidate));
    }

    /// V5, V14
    async fn a_pause_accepted_after_the_breach_withdraws_the_candidate_and_the_row_stays(app: &TestApp) {
        let fault = s2(app, "fault-key-3").await;
        app.at("2026-03-02 15:00:00").await;
        app.done(&fault, "engineer", "proposeWait", json!({ "reason": "WAIT_WINDOW", "note": "待停机窗口" })).await;
        app.at("2026-03-02 16:00:01").await;
        assert_eq!(breaches(app).await[0].state, BreachState::Candidate, "a proposal stops nothing");
        app.done(&fault, "it_admin", "decideWait", json!({ "accept": true })).await;
        app.at("2026-03-02 18:00:00").await;
        app.done(&fault, "engineer", "resumeTicket", json!({})).await;
        app.at("2026-03-02 18:30:00").await;
        assert_eq!(clock(&app.solve(&fault).await, RESOLUTION, 1)["result"], "OPEN", "open until the hospital confirms");
        let closed = app.done(&fault, "nurse", "confirmTicket", json!({})).await;
        assert_eq!(clock(&closed, RESOLUTION, 1)["result"], "ON_TIME");
        let found = breaches(app).await;
        assert_eq!((found.len(), found[0].state), (1, BreachState::Withdrawn));
    }

    /// AC1.2-4, V16
    async fn a_rejection_beyond_the_checking_limit_is_held_by_the_hospital(app: &TestApp) {
        let fault = s2(app, "fault-key-4").await;
        app.at("2026-03-02 10:00:00").await;
        app.solve(&fault).await;
        app.at("2026-03-02 17:00:00").await;
        let rejected = app.done(&fault, "nurse", "rejectTicket", json!({ "reason": "仍然中断" })).await;
        assert_eq!(instant(&clock(&rejected, RESOLUTION, 1)["dueAt"]), t("2026-03-02 19:00:00"));
        app.at("2026-03-02 18:30:00").await;
        step(app, &fault).await;
        app.solve(&fault).await;
        let closed = app.done(&fault, "nurse", "confirmTicket", json!({})).await;
        assert_eq!((&closed["status"], &clock(&closed, RESOLUTION, 1)["result"]), (&json!("CLOSED"), &json!("ON_TIME")));
        assert_eq!(clock(&closed, RESOLUTION, 1)["confirmation"], "CONFIRMED");
    }

    /// AC1.2-3, V21
    async fn a_solution_nobody_confirms_is_reminded_twice_marked_and_never_closed(app: &TestApp) {
        app.at("2026-09-29 10:00:00").await;
        let fault = app.fault("fault-key-5", "LOW", "ONE").await;
        assert_eq!(fault["severity"], "S4");
        respond(app, &fault).await;
        step(app, &fault).await;
        app.at("2026-09-29 16:00:00").await;
        app.solve(&fault).await;
        let asked = |titles: Vec<String>| titles.iter().filter(|title| title.contains("请确认")).count();
        assert_eq!(asked(app.notices("nurse").await), 1);
        app.at("2026-10-09 07:59:59").await;
        assert_eq!(asked(app.notices("nurse").await), 1);
        app.at("2026-10-09 08:00:00").await;
        assert_eq!(asked(app.notices("nurse").await), 2);
        app.at("2026-10-13 08:00:00").await;
        assert_eq!(asked(app.notices("nurse").await), 3);
        assert_eq!(clock(&app.read("nurse", &fault).await, RESOLUTION, 1)["confirmation"], "NONE");
        app.at("2026-10-14 00:00:00").await;
        let seen = app.read("nurse", &fault).await;
        assert_eq!((&seen["status"], &clock(&seen, RESOLUTION, 1)["confirmation"]), (&json!("RESOLVED"), &json!("UNCONFIRMED")));
        app.at("2026-12-30 09:00:00").await;
        assert_eq!(app.read("nurse", &fault).await["status"], "RESOLVED");
    }

    /// AC1.2-5, V7
    async fn a_reopening_after_closing_is_a_new_cycle_with_full_targets(app: &TestApp) {
        let fault = app.fault("fault-key-6", "MEDIUM", "ONE").await;
        respond(app, &fault).await;
        step(app, &fault).await;
        app.at("2026-03-02 18:00:00").await;
        app.solve(&fault).await;
        app.at("2026-03-02 19:00:00").await;
        app.done(&fault, "nurse", "confirmTicket", json!({})).await;
        app.at("2026-03-04 09:00:00").await;
        let again = app.done(&fault, "nurse", "reopenTicket", json!({ "reason": "再次出现" })).await;
        assert_eq!(instant(&clock(&again, RESOLUTION, 2)["dueAt"]), t("2026-03-05 09:00:00"));
        assert_eq!(instant(&clock(&again, "FAULT_RESPONSE_2H", 2)["dueAt"]), t("2026-03-04 11:00:00"));
        assert_eq!(clock(&again, RESOLUTION, 1)["result"], "ON_TIME");
    }

    /// AC1.2-6, V25
    async fn a_taken_ticket_stops_vendor_clocks_and_the_hand_over_starts_new_ones(app: &TestApp) {
        let fault = app.fault("fault-key-7", "LOW", "ONE").await;
        app.at("2026-03-02 08:40:00").await;
        let taken = app.done(&fault, "it_admin", "takeTicket", json!({ "reason": "先查网络" })).await;
        assert_eq!((&clock(&taken, "FAULT_RESPONSE_2H", 1)["state"], &clock(&taken, "FAULT_RESPONSE_2H", 1)["result"]), (&json!("CANCELLED"), &json!("NA")));
        app.at("2026-03-02 10:00:00").await;
        let handed = app.done(&fault, "it_admin", "handOver", json!({ "text": "网络正常" })).await;
        assert_eq!(instant(&clock(&handed, "FAULT_RESPONSE_2H", 2)["dueAt"]), t("2026-03-02 12:00:00"));
        app.at("2026-03-02 12:30:00").await;
        app.done(&fault, "it_admin", "takeTicket", json!({ "reason": "再查" })).await;
        assert_eq!(breaches(app).await.len(), 1, "the breach before the taking stays");
    }

    /// V15
    async fn without_a_target_there_is_no_due_instant_and_no_breach(app: &TestApp) {
        // The second hospital has signed no annex.
        let facts = json!({ "phenomenon": "全科无法登录", "occurredAt": app.app.clock.now().to_rfc3339(), "scope": "全科", "relatedSystems": ["重症系统"], "steps": "登录" });
        let fault = app.create("nurse_b", json!({ "category": "FAULT", "subcategory": "FAULT-DOWN", "fault": facts, "urgency": "HIGH", "bedsAffected": "WHOLE_UNIT", "idempotencyKey": "fault-key-b1" })).await;
        let clock = clock(&fault, RESOLUTION, 1);
        assert_eq!((&clock["dueAt"], &clock["result"], &clock["targetSource"]), (&Value::Null, &json!("NA"), &json!("NONE")));
    }

    /// S12, S33
    async fn each_warning_fires_once_also_after_the_server_was_down(app: &TestApp) {
        app.consult("consult-3").await;
        app.at("2026-03-02 20:00:00").await;
        app.at("2026-03-02 20:00:00").await;
        let titles = app.notices("pm").await;
        for mark in ["50%", "75%", "90%", "逾期"] {
            assert_eq!(titles.iter().filter(|title| title.contains(mark)).count(), 1, "{mark}: {titles:?}");
        }
    }

    /// S20
    async fn a_due_date_in_a_year_without_notice_is_provisional(app: &TestApp) {
        app.at("2026-12-31 17:00:00").await;
        let request = app.create("nurse", json!({ "category": "TRAINING", "subcategory": "TRAINING-MGMT", "idempotencyKey": "training-3" })).await;
        assert_eq!(clock(&request, "TRAINING_RESPONSE_WD", 1)["provisional"], true);
    }
}
