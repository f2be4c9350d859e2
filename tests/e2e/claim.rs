//! Claimed times and registrations for somebody else.

use e2e::{TestApp, both_backends, clock, instant, t};
use entity::values::BreachState;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::wall::code;

async fn breaches(app: &TestApp) -> Vec<BreachState> {
    let rows = entity::breach::Entity::find()
        .all(app.app.db.read())
        .await
        .unwrap();
    rows.into_iter().map(|row| row.state).collect()
}

const FIELDS: &str = "version status origin receivedAt receivedAtClaimed receivedAtSource respondedAt respondedAtClaimed responseConfirmedBy{name} reporter{name} registeredBy{name} department{name} claimedTimes{id kind side decision claimedAt recordedAt countedAt decidedBy{name} note viewerMayConfirm}";

/// The ticket with what concerns claimed times, as a person reads it.
pub async fn look(app: &TestApp, account: &str, ticket: &Value) -> Value {
    let query = format!("query($id:ID!){{ticket(by:{{id:$id}}){{{FIELDS}}}}}");
    let body = app
        .ask(account, &query, json!({ "id": ticket["id"] }))
        .await;
    assert!(body["errors"].is_null(), "{body}");
    body["data"]["ticket"].clone()
}

async fn person(app: &TestApp, account: &str) -> Value {
    let body = app.ask(account, "{viewer{person{id}}}", json!({})).await;
    body["data"]["viewer"]["person"]["id"].clone()
}

async fn asked(app: &TestApp, account: &str, words: &str) -> usize {
    let titles = app.notices(account).await;
    titles.iter().filter(|title| title.contains(words)).count()
}

fn at(text: &str) -> Value {
    json!(t(text).to_rfc3339())
}

/// A disaster of 02:00 that the engineer answers at 03:30, saying that it was at 02:13.
async fn answered_late(app: &TestApp, key: &str) -> Value {
    app.at("2026-03-03 02:00:00").await;
    let ticket = app
        .create(
            "it_admin",
            json!({ "category": "DISASTER", "subcategory": "DISASTER-DC", "idempotencyKey": key }),
        )
        .await;
    app.at("2026-03-03 03:30:00").await;
    app.done(&ticket, "engineer", "respondTicket", json!({ "text": "电话已于 02:13 答复", "channel": "PHONE", "respondedAtClaimed": at("2026-03-03 02:13:00") })).await
}

both_backends! {
    /// S19, S14
    async fn a_claimed_answer_counts_once_confirmed_and_the_replay_withdraws_the_breach(app: &TestApp) {
        let ticket = answered_late(app, "claim-key-01").await;
        assert_eq!(clock(&ticket, "IMMEDIATE_15MIN", 1)["result"], "LATE", "until then the recorded time counts");
        assert_eq!(breaches(app).await, [BreachState::Candidate]);
        let seen = look(app, "it_admin", &ticket).await;
        assert_eq!((instant(&seen["respondedAt"]), instant(&seen["respondedAtClaimed"])), (t("2026-03-03 03:30:00"), t("2026-03-03 02:13:00")));
        let claim = &seen["claimedTimes"][0];
        assert_eq!((&claim["kind"], &claim["decision"], &claim["viewerMayConfirm"]), (&json!("RESPONDED"), &json!("PENDING"), &json!(true)));
        assert_eq!(instant(&claim["countedAt"]), t("2026-03-03 03:30:00"));
        for account in ["it_admin", "it_admin2"] {
            assert_eq!(asked(app, account, "申报的时刻，请确认").await, 1, "{account} is asked at once");
        }
        let answer = json!({ "accept": true, "note": "通话记录属实" });
        assert_eq!(code(&app.on(&ticket, "engineer", "confirmRespondedTime", answer.clone()).await), "FORBIDDEN");
        assert_eq!(code(&app.on(&ticket, "manager", "confirmRespondedTime", answer.clone()).await), "INVALID");
        let done = app.done(&ticket, "it_admin", "confirmRespondedTime", answer.clone()).await;
        let stopped = clock(&done, "IMMEDIATE_15MIN", 1);
        assert_eq!((&stopped["result"], instant(&stopped["stoppedAt"])), (&json!("ON_TIME"), t("2026-03-03 02:13:00")));
        assert_eq!(breaches(app).await, [BreachState::Withdrawn], "the row stays");
        let seen = look(app, "engineer", &ticket).await;
        assert_eq!((instant(&seen["respondedAt"]), &seen["responseConfirmedBy"]["name"]), (t("2026-03-03 02:13:00"), &json!("周敏")));
        let claim = &seen["claimedTimes"][0];
        assert_eq!((instant(&claim["claimedAt"]), instant(&claim["recordedAt"])), (t("2026-03-03 02:13:00"), t("2026-03-03 03:30:00")), "both values stay");
        assert_eq!(code(&app.on(&ticket, "it_admin", "confirmRespondedTime", answer).await), "WRONG_STATE");
        assert_eq!(asked(app, "engineer", "申报的时刻已有决定").await, 1);
    }

    /// S19
    async fn a_refused_claim_leaves_the_recorded_time_and_a_claim_has_its_bounds(app: &TestApp) {
        app.at("2026-03-03 02:00:00").await;
        let first = app.consult("claim-key-02").await;
        app.at("2026-03-03 02:30:00").await;
        let answer = |claimed: Value| json!({ "text": "已电话答复", "channel": "PHONE", "respondedAtClaimed": claimed });
        for (claimed, expected) in [("2026-03-03 02:30:01", "INVALID"), ("2026-03-03 01:59:59", "INVALID"), ("2026-03-02 02:29:59", "BACKDATE_TOO_FAR")] {
            let payload = app.on(&first, "engineer", "respondTicket", answer(at(claimed))).await;
            assert_eq!((code(&payload), &payload["userErrors"][0]["field"]), (expected, &json!(["respondedAtClaimed"])), "{claimed}");
        }
        app.done(&first, "engineer", "respondTicket", answer(at("2026-03-03 02:10:00"))).await;
        assert_eq!(code(&app.on(&first, "doctor", "confirmRespondedTime", json!({ "accept": true })).await), "INVALID", "neither the requester nor the information centre");
        app.done(&first, "nurse", "confirmRespondedTime", json!({ "accept": false, "note": "没有接到电话" })).await;
        let seen = look(app, "nurse", &first).await;
        assert_eq!((instant(&seen["respondedAt"]), &seen["responseConfirmedBy"]), (t("2026-03-03 02:30:00"), &Value::Null));
        let claim = &seen["claimedTimes"][0];
        assert_eq!((&claim["decision"], &claim["note"], instant(&claim["countedAt"])), (&json!("REFUSED"), &json!("没有接到电话"), t("2026-03-03 02:30:00")));
    }

    /// AC2.2-5, S19
    async fn a_claim_nobody_confirms_for_three_working_days_is_decided_on_the_evidence(app: &TestApp) {
        let ticket = answered_late(app, "claim-key-03").await;
        let claim = look(app, "it_admin", &ticket).await["claimedTimes"][0]["id"].clone();
        let decide = async |account: &str, counted: &str| {
            let version = app.read("it_admin", &ticket).await["version"].clone();
            let input = json!({ "claimId": claim, "expectedVersion": version, "countedAt": at(counted), "note": "总机通话清单" });
            app.act(account, "decideClaim", input).await
        };
        // Tuesday; the third working day is Friday.
        app.at("2026-03-06 23:59:59").await;
        assert_eq!(code(&decide("it_admin2", "2026-03-03 02:14:30").await), "WRONG_STATE", "the other side still has time");
        assert_eq!(asked(app, "it_admin2", "无人确认").await, 0);
        app.at("2026-03-07 00:00:00").await;
        assert_eq!(asked(app, "it_admin2", "无人确认").await, 1, "the information centre is told");
        assert_eq!(code(&decide("engineer", "2026-03-03 02:14:30").await), "FORBIDDEN");
        assert_eq!(code(&decide("it_admin_b", "2026-03-03 02:14:30").await), "NOT_FOUND", "of another hospital");
        for outside in ["2026-03-03 02:12:59", "2026-03-03 03:30:01"] {
            assert_eq!(code(&decide("it_admin2", outside).await), "INVALID", "{outside}");
        }
        let done = decide("it_admin2", "2026-03-03 02:14:30").await;
        assert_eq!(done["userErrors"], json!([]), "{done}");
        let stopped = clock(&done["ticket"], "IMMEDIATE_15MIN", 1);
        assert_eq!((&stopped["result"], instant(&stopped["stoppedAt"])), (&json!("ON_TIME"), t("2026-03-03 02:14:30")), "the decided time counts");
        let seen = look(app, "pm", &ticket).await;
        let claim = &seen["claimedTimes"][0];
        assert_eq!((instant(&claim["claimedAt"]), instant(&claim["recordedAt"]), instant(&claim["countedAt"])), (t("2026-03-03 02:13:00"), t("2026-03-03 03:30:00"), t("2026-03-03 02:14:30")));
        assert_eq!((&claim["decision"], &claim["note"]), (&json!("ACCEPTED"), &json!("总机通话清单")));
        let events = entity::sla_event::Entity::find().all(app.app.db.read()).await.unwrap();
        assert!(events.iter().any(|event| event.kind == entity::values::SlaEventKind::Correct));
        assert_eq!(code(&decide("it_admin2", "2026-03-03 03:00:00").await), "WRONG_STATE");
    }

    /// S19, AC1.1-1
    async fn a_call_registered_for_a_nurse_counts_from_the_call_once_the_vendor_confirms(app: &TestApp) {
        let nurse = person(app, "nurse").await;
        app.at("2026-03-03 08:30:00").await;
        let call = |extra: Value| {
            let mut input = json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "reporterId": nurse, "channel": "PHONE", "receivedAt": at("2026-03-03 07:00:00"), "idempotencyKey": "call-key-01" });
            input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            input
        };
        for (account, extra, expected) in [
            ("nurse", json!({ "reporterId": person(app, "doctor").await }), "INVALID"),
            ("it_admin", json!({ "channel": "PORTAL" }), "INVALID"),
            ("it_admin", json!({ "receivedAt": at("2026-03-02 08:29:59") }), "BACKDATE_TOO_FAR"),
            ("it_admin", json!({ "receivedAt": at("2026-03-03 08:30:01") }), "INVALID"),
            ("it_admin", json!({ "reporterId": person(app, "nurse_b").await }), "NOT_FOUND"),
            ("it_admin", json!({ "reporterId": person(app, "engineer").await }), "NOT_FOUND"),
            ("it_admin", json!({ "reporterId": person(app, "auditor").await }), "INVALID"),
        ] {
            assert_eq!(code(&app.try_create(account, call(extra.clone())).await), expected, "{account} {extra}");
        }
        let ticket = app.create("it_admin", call(json!({}))).await;
        let seen = look(app, "nurse", &ticket).await;
        assert_eq!((&seen["origin"], &seen["reporter"]["name"], &seen["department"]["name"]), (&json!("HOSPITAL"), &json!("陈晓"), &json!("重症医学科")));
        assert_ne!(seen["registeredBy"], seen["reporter"]);
        assert_eq!((&seen["receivedAtSource"], instant(&seen["receivedAt"])), (&json!("UNCONFIRMED"), t("2026-03-03 08:30:00")), "the time of the server counts");
        assert_eq!(app.read("doctor", &ticket).await["id"], ticket["id"], "it is a ticket of the department");
        assert_eq!(asked(app, "pm", "申报的时刻，请确认").await, 1);
        let accept = json!({ "accept": true });
        assert_eq!(code(&app.on(&ticket, "it_admin", "confirmReceivedTime", accept.clone()).await), "FOUR_EYES");
        assert_eq!(code(&app.on(&ticket, "nurse", "confirmReceivedTime", accept.clone()).await), "INVALID", "the same side");
        assert_eq!(code(&app.on(&ticket, "engineer", "confirmReceivedTime", accept.clone()).await), "INVALID", "not assigned");
        assert_eq!(code(&app.on(&ticket, "pm", "confirmRespondedTime", accept.clone()).await), "FORBIDDEN");
        let confirmed = app.done(&ticket, "pm", "confirmReceivedTime", accept).await;
        let running = clock(&confirmed, "CONSULT_RESPONSE_1H", 1);
        assert_eq!((instant(&running["startedAt"]), instant(&running["dueAt"])), (t("2026-03-03 07:00:00"), t("2026-03-03 08:00:00")));
        app.at("2026-03-03 08:30:00").await;
        assert_eq!(asked(app, "pm", "逾期").await, 1, "it is overdue at once");
        let seen = look(app, "pm", &ticket).await;
        assert_eq!((&seen["receivedAtSource"], instant(&seen["receivedAt"]), instant(&seen["receivedAtClaimed"])), (&json!("CONFIRMED"), t("2026-03-03 07:00:00"), t("2026-03-03 07:00:00")));
    }

    /// S19
    async fn a_time_the_vendor_claims_for_a_call_is_confirmed_by_the_hospital(app: &TestApp) {
        let nurse = person(app, "nurse").await;
        app.at("2026-03-03 08:30:00").await;
        let ticket = app.create("engineer", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "reporterId": nurse, "channel": "QQ", "receivedAt": at("2026-03-03 08:00:00"), "idempotencyKey": "call-key-02" })).await;
        assert_eq!(look(app, "nurse", &ticket).await["origin"], "HOSPITAL", "registered by the vendor, raised by the hospital");
        let refuse = json!({ "accept": false });
        assert_eq!(code(&app.on(&ticket, "engineer", "confirmReceivedTime", refuse.clone()).await), "FOUR_EYES");
        assert_eq!(code(&app.on(&ticket, "pm", "confirmReceivedTime", refuse.clone()).await), "INVALID");
        let done = app.done(&ticket, "nurse", "confirmReceivedTime", refuse).await;
        assert_eq!(instant(&clock(&done, "CONSULT_RESPONSE_1H", 1)["dueAt"]), t("2026-03-03 09:30:00"));
        let seen = look(app, "engineer", &ticket).await;
        assert_eq!((&seen["receivedAtSource"], &seen["claimedTimes"][0]["decision"]), (&json!("PLATFORM"), &json!("REFUSED")));
        assert_eq!(instant(&seen["claimedTimes"][0]["claimedAt"]), t("2026-03-03 08:00:00"), "the claim stays visible");
    }
}
