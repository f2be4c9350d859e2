//! Out of scope, duplicates, the vendor's note, and finding tickets.

use e2e::{TestApp, both_backends, clock};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::wall::code;

async fn look(app: &TestApp, account: &str, ticket: &Value, fields: &str) -> Value {
    let query = format!("query($id:ID!){{ticket(by:{{id:$id}}){{{fields}}}}}");
    let body = app
        .ask(account, &query, json!({ "id": ticket["id"] }))
        .await;
    assert!(body["errors"].is_null(), "{body}");
    body["data"]["ticket"].clone()
}

fn may(ticket: &Value, action: &str) -> bool {
    ticket["allowedActions"]
        .as_array()
        .unwrap()
        .contains(&json!(action))
}

both_backends! {
    /// AC1.1-2
    async fn a_ticket_proposed_as_out_of_scope_stays_open_and_its_clock_runs_until_the_hospital_agrees(app: &TestApp) {
        let ticket = app.fault("scope-key-1", "LOW", "ONE").await;
        let propose = json!({ "reason": "属于设备厂商的问题" });
        assert_eq!(code(&app.on(&ticket, "engineer", "proposeOutOfScope", propose.clone()).await), "FORBIDDEN");
        assert_eq!(code(&app.on(&ticket, "pm", "proposeOutOfScope", json!({ "reason": "" })).await), "REQUIRED");
        assert_eq!(code(&app.on(&ticket, "it_admin", "decideOutOfScope", json!({ "accept": true })).await), "WRONG_STATE", "nobody proposed it");
        let proposed = app.done(&ticket, "pm", "proposeOutOfScope", propose.clone()).await;
        assert_eq!((&proposed["status"], &clock(&proposed, "FAULT_RESPONSE_2H", 1)["state"]), (&json!("RELEASED"), &json!("RUNNING")));
        assert_eq!(code(&app.on(&ticket, "pm", "proposeOutOfScope", propose.clone()).await), "WRONG_STATE");
        let seen = look(app, "nurse", &ticket, "scopeReason scopeProposedBy{name}").await;
        assert_eq!((&seen["scopeReason"], &seen["scopeProposedBy"]["name"]), (&json!("属于设备厂商的问题"), &json!("刘洋")));
        assert!(app.notices("it_admin").await.iter().any(|title| title.contains("超范围")));
        app.at("2026-03-02 10:00:01").await;
        let late = app.read("it_admin", &ticket).await;
        assert_eq!((&late["status"], &clock(&late, "FAULT_RESPONSE_2H", 1)["state"]), (&json!("RELEASED"), &json!("RUNNING")), "the clock runs");
        assert_eq!(entity::breach::Entity::find().count(app.app.db.read()).await.unwrap(), 1);
        for account in ["pm", "nurse"] {
            assert_eq!(code(&app.on(&ticket, account, "decideOutOfScope", json!({ "accept": true })).await), "FORBIDDEN");
        }
        let refused = app.done(&ticket, "it_admin", "decideOutOfScope", json!({ "accept": false, "note": "合同包含接口" })).await;
        assert_eq!(refused["status"], "RELEASED");
        assert!(may(&app.read("pm", &ticket).await, "PROPOSE_OUT_OF_SCOPE"));
        app.done(&ticket, "pm", "proposeOutOfScope", propose).await;
        let agreed = app.done(&ticket, "it_admin", "decideOutOfScope", json!({ "accept": true })).await;
        assert_eq!((&agreed["status"], &clock(&agreed, "FAULT_RESPONSE_2H", 1)["state"]), (&json!("OUT_OF_SCOPE"), &json!("CANCELLED")));
        assert_eq!(agreed["allowedActions"], json!([]), "nothing is left to do");
        let clocks = entity::sla_clock::Entity::find().all(app.app.db.read()).await.unwrap();
        assert!(clocks.iter().all(|clock| clock.cancel_reason == Some(entity::values::ClockCancelReason::OutOfScope)));
        assert_eq!(entity::breach::Entity::find().count(app.app.db.read()).await.unwrap(), 1, "a breach before it stays");
    }

    async fn a_duplicate_ends_with_its_clocks_and_there_are_no_chains(app: &TestApp) {
        let parent = app.consult("duplicate-1").await;
        let first = app.consult("duplicate-2").await;
        let second = app.consult("duplicate-3").await;
        let foreign = app.create("nurse_b", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "duplicate-b" })).await;
        let of = |ticket: &Value| json!({ "parentId": ticket["id"], "reason": "同一问题" });
        for account in ["nurse", "engineer"] {
            assert_eq!(code(&app.on(&first, account, "markDuplicate", of(&parent)).await), "FORBIDDEN");
        }
        assert_eq!(code(&app.on(&first, "it_admin", "markDuplicate", of(&first)).await), "INVALID", "not itself");
        assert_eq!(code(&app.on(&first, "it_admin", "markDuplicate", of(&foreign)).await), "NOT_FOUND", "of another hospital");
        assert_eq!(code(&app.on(&first, "pm", "proposeDuplicate", of(&foreign)).await), "INVALID", "of another contract");
        app.done(&first, "pm", "proposeDuplicate", of(&parent)).await;
        let seen = look(app, "it_admin", &first, "status proposedParent{number} allowedActions").await;
        assert_eq!((&seen["status"], &seen["proposedParent"]["number"]), (&json!("RELEASED"), &parent["number"]));
        assert!(may(&seen, "REFUSE_DUPLICATE"));
        app.done(&first, "it_admin", "refuseDuplicate", json!({ "reason": "现象不同" })).await;
        assert_eq!(look(app, "pm", &first, "proposedParent{number}").await["proposedParent"], Value::Null);
        let marked = app.done(&first, "it_admin", "markDuplicate", of(&parent)).await;
        assert_eq!((&marked["status"], &clock(&marked, "CONSULT_RESPONSE_1H", 1)["state"]), (&json!("DUPLICATE"), &json!("CANCELLED")));
        assert_eq!(code(&app.on(&second, "it_admin", "markDuplicate", of(&first)).await), "INVALID", "the parent is a duplicate");
        assert_eq!(code(&app.on(&parent, "it_admin", "markDuplicate", of(&second)).await), "INVALID", "it has duplicates");
        let seen = look(app, "nurse", &parent, "duplicates{number parent{number}} slaClocks{state}").await;
        assert_eq!(seen["duplicates"], json!([{ "number": first["number"], "parent": { "number": parent["number"] } }]));
        assert_eq!(seen["slaClocks"][0]["state"], "RUNNING", "the parent goes on");
    }

    /// G48
    async fn a_denied_field_is_null_and_its_siblings_stay(app: &TestApp) {
        let ticket = app.consult("note-key-01").await;
        let note = json!({ "note": "与上月版本有关，先查日志" });
        assert_eq!(code(&app.on(&ticket, "nurse", "setInternalNote", note.clone()).await), "FORBIDDEN");
        app.done(&ticket, "engineer", "setInternalNote", note).await;
        let query = "{tickets{nodes{id number internalNote}}}";
        for account in ["engineer", "pm", "trainer"] {
            let body = app.ask(account, query, json!({})).await;
            assert_eq!(body["data"]["tickets"]["nodes"][0]["internalNote"], "与上月版本有关，先查日志", "{account}");
        }
        for account in ["nurse", "doctor", "it_admin", "manager", "auditor"] {
            let body = app.ask(account, query, json!({})).await;
            assert!(body["errors"].is_null(), "{account}: a denial is no error");
            let row = &body["data"]["tickets"]["nodes"][0];
            assert_eq!((&row["id"], &row["number"], &row["internalNote"]), (&ticket["id"], &ticket["number"], &Value::Null), "{account}");
            let node = app.ask(account, "query($id:ID!){node(id:$id){id ... on Ticket{internalNote}}}", json!({ "id": ticket["id"] })).await;
            assert_eq!((&node["data"]["node"]["id"], &node["data"]["node"]["internalNote"]), (&ticket["id"], &Value::Null), "{account}");
        }
        let history = look(app, "nurse", &ticket, "events{nodes{kind text}}").await;
        assert!(!history.to_string().contains("日志"), "the history says that, and not what");
        let found = app.ask("nurse", "{tickets(filter:{text:\"上月版本\"}){totalCount}}", json!({})).await;
        assert_eq!(found["data"]["tickets"]["totalCount"], 0, "nobody finds a ticket by what is hidden");
    }

    async fn tickets_are_found_by_text_people_component_and_due_instant(app: &TestApp) {
        let rare = app.create("nurse", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "find-key-01", "description": "护理记录单 100%_打印 Alarm\\x" })).await;
        let fault = app.fault("find-key-02", "HIGH", "WHOLE_UNIT").await;
        let other = app.create("doctor", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "find-key-03", "description": "评分如何录入" })).await;
        let engineer = app.ask("engineer", "{viewer{person{id}}}", json!({})).await["data"]["viewer"]["person"]["id"].clone();
        let doctor = app.ask("doctor", "{viewer{person{id}}}", json!({})).await["data"]["viewer"]["person"]["id"].clone();
        app.done(&fault, "pm", "assignTicket", json!({ "assigneeId": engineer })).await;
        app.done(&other, "doctor", "cancelTicket", json!({ "reason": "已会" })).await;
        let find = async |filter: Value| {
            let body = app.ask("it_admin", "query($f:TicketFilter){tickets(filter:$f){nodes{number}}}", json!({ "f": filter })).await;
            let mut numbers: Vec<String> = body["data"]["tickets"]["nodes"].as_array().unwrap_or_else(|| panic!("{body}")).iter().map(|row| row["number"].as_str().unwrap().to_owned()).collect();
            numbers.sort();
            numbers
        };
        let number = |ticket: &Value| ticket["number"].as_str().unwrap().to_owned();
        for (filter, expected) in [
            (json!({ "text": "护理记录" }), vec![number(&rare)]),
            (json!({ "text": "100%_打" }), vec![number(&rare)]),
            (json!({ "text": "%" }), vec![number(&rare)]),
            (json!({ "text": "_" }), vec![number(&rare)]),
            (json!({ "text": "alarm\\X" }), vec![number(&rare)]),
            (json!({ "text": "采集中断" }), vec![number(&fault)]),
            (json!({ "text": number(&other).to_lowercase() }), vec![number(&other)]),
            (json!({ "text": "没有这样的字" }), vec![]),
            (json!({ "component": ["采集网关"] }), vec![number(&fault)]),
            (json!({ "assignee": [engineer] }), vec![number(&fault)]),
            (json!({ "reporter": [doctor] }), vec![number(&other)]),
            (json!({ "reporter": ["psn_nonsense"] }), vec![]),
            (json!({ "openOnly": true }), vec![number(&rare), number(&fault)]),
            (json!({ "dueBefore": "2026-03-02T09:30:00+08:00" }), vec![number(&rare)]),
        ] {
            assert_eq!(find(filter.clone()).await, expected, "{filter}");
        }
        let long = app.ask("it_admin", "query($f:TicketFilter){tickets(filter:$f){nodes{number}}}", json!({ "f": { "text": "长".repeat(201) } })).await;
        assert_eq!(long["errors"][0]["extensions"]["reason"], "TEXT_TOO_LONG");
    }
}
