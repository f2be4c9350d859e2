//! Recurrences: proposed by the system, commented by the vendor, decided by the hospital.

use e2e::{TestApp, both_backends, t};
use serde_json::{Value, json};

const LINKS: &str = "query($id:ID!){ticket(by:{id:$id}){countsAsSolved recurrenceCount recurrences{id kind cycle decision comment note proposedBy{name} ticket{id} previous{id}} recurrenceOf{id decision previous{id}}}}";

async fn links(app: &TestApp, account: &str, ticket: &Value) -> Value {
    let body = app.ask(account, LINKS, json!({ "id": ticket["id"] })).await;
    assert!(body["errors"].is_null(), "{body}");
    body["data"]["ticket"].clone()
}

/// A fault that comes in, is solved with the cause CONFIG and, if wanted, closed: all at this instant.
async fn solved(app: &TestApp, at: &str, key: &str, close: bool) -> Value {
    app.at(at).await;
    let fault = app.fault(key, "MEDIUM", "ONE").await;
    app.work_on(&fault).await;
    app.solve(&fault).await;
    if close {
        app.done(&fault, "nurse", "confirmTicket", json!({})).await;
    }
    fault
}

async fn decide(app: &TestApp, account: &str, id: &Value, confirm: bool) -> Value {
    let query = "mutation($i:DecideRecurrenceInput!){decideRecurrence(input:$i){recurrence{decision note decidedBy{name}} userErrors{code}}}";
    let body = app
        .ask(
            account,
            query,
            json!({ "i": { "id": id, "confirm": confirm, "note": "同一原因" } }),
        )
        .await;
    if body["errors"].is_null() {
        body["data"]["decideRecurrence"].clone()
    } else {
        body["errors"][0]["extensions"].clone()
    }
}

both_backends! {
    /// AC1.2-1
    async fn a_fault_with_the_same_component_and_cause_thirty_days_later_is_proposed_and_confirmed(app: &TestApp) {
        let first = solved(app, "2026-03-02 09:00:00", "again-key-1", true).await;
        assert_eq!(links(app, "nurse", &first).await["countsAsSolved"], true);
        // The last second of the thirtieth civil day after the closing.
        let second = solved(app, "2026-04-01 23:59:59", "again-key-2", false).await;
        let seen = links(app, "pm", &second).await;
        assert_eq!((&seen["recurrenceOf"]["decision"], &seen["recurrenceOf"]["previous"]["id"], &seen["recurrences"]), (&json!("PROPOSED"), &first["id"], &json!([])));
        let earlier = links(app, "it_admin", &first).await;
        let link = &earlier["recurrences"][0];
        assert_eq!((&link["kind"], &link["proposedBy"], &link["cycle"], &link["ticket"]["id"]), (&json!("LATER_FAULT"), &Value::Null, &Value::Null, &second["id"]));
        assert_eq!((&earlier["countsAsSolved"], &earlier["recurrenceCount"]), (&json!(true), &json!(0)), "a proposal decides nothing");
        for account in ["pm", "it_admin"] {
            assert_eq!(app.notices(account).await.iter().filter(|title| title.contains("疑似复发")).count(), 1, "{account}");
        }
        // The vendor comments, and decides nothing.
        let id = link["id"].clone();
        let comment = "mutation($i:CommentRecurrenceInput!){commentRecurrence(input:$i){recurrence{comment commentedBy{name}} userErrors{code}}}";
        let said = app.ask("engineer", comment, json!({ "i": { "id": id, "text": "配置被院方网络变更覆盖" } })).await;
        assert_eq!(said["data"]["commentRecurrence"]["recurrence"]["comment"], "配置被院方网络变更覆盖", "{said}");
        let refused = app.ask("nurse", comment, json!({ "i": { "id": id, "text": "x" } })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
        for account in ["pm", "nurse", "manager"] {
            assert_eq!(decide(app, account, &id, true).await["code"], "FORBIDDEN", "{account}");
        }
        assert_eq!(decide(app, "it_admin_b", &id, true).await["userErrors"][0]["code"], "NOT_FOUND");
        let done = decide(app, "it_admin", &id, true).await;
        assert_eq!((&done["userErrors"], &done["recurrence"]["decision"]), (&json!([]), &json!("CONFIRMED")));
        let earlier = links(app, "nurse", &first).await;
        assert_eq!((&earlier["countsAsSolved"], &earlier["recurrenceCount"]), (&json!(false), &json!(1)));
        assert_eq!(decide(app, "it_admin2", &id, false).await["userErrors"][0]["code"], "WRONG_STATE", "a decision stands");
        let history = app.ask("nurse", "query($id:ID!){ticket(by:{id:$id}){events(last:1){nodes{kind text}}}}", json!({ "id": first["id"] })).await;
        assert_eq!(history["data"]["ticket"]["events"]["nodes"][0]["kind"], "RECURRENCE_CHANGED", "the earlier fault tells it too");
    }

    /// C1.2.1-d
    async fn thirty_one_days_later_or_for_another_cause_nothing_is_proposed(app: &TestApp) {
        let first = solved(app, "2026-03-02 09:00:00", "window-key-1", true).await;
        let second = solved(app, "2026-04-02 00:00:00", "window-key-2", true).await;
        assert_eq!((&links(app, "nurse", &second).await["recurrenceOf"], &links(app, "nurse", &first).await["recurrences"]), (&Value::Null, &json!([])));
        // It is the occurrence that counts, not the day of the report or of the solution.
        app.at("2026-05-03 09:00:00").await;
        let facts = json!({ "phenomenon": "采集中断", "occurredAt": t("2026-05-02 23:00:00").to_rfc3339(), "scope": "多张床位", "relatedSystems": [], "steps": "打开", "component": "采集网关" });
        let third = app.create("nurse", json!({ "category": "FAULT", "subcategory": "FAULT-SLOW", "fault": facts, "urgency": "LOW", "bedsAffected": "ONE", "idempotencyKey": "window-key-3" })).await;
        app.done(&third, "engineer", "respondTicket", json!({ "text": "处理中", "channel": "PHONE" })).await;
        app.done(&third, "engineer", "addStep", json!({ "kind": "HANDLING", "channel": "PHONE", "action": "处理" })).await;
        assert_eq!(links(app, "nurse", &third).await["recurrenceOf"], Value::Null, "the cause is not known yet");
        app.at("2026-05-20 09:00:00").await;
        app.solve(&third).await;
        assert_eq!(links(app, "nurse", &third).await["recurrenceOf"]["previous"]["id"], second["id"]);
    }

    /// S11, V7
    async fn every_reopening_of_a_closed_fault_proposes_a_recurrence_with_its_cycle(app: &TestApp) {
        let fault = solved(app, "2026-03-02 09:00:00", "reopened-1", true).await;
        app.at("2026-03-04 09:00:00").await;
        app.done(&fault, "nurse", "reopenTicket", json!({ "reason": "再次出现" })).await;
        let seen = links(app, "nurse", &fault).await;
        let link = &seen["recurrences"][0];
        assert_eq!((&link["kind"], &link["cycle"], &link["decision"], &link["previous"]["id"]), (&json!("REOPENED"), &json!(2), &json!("PROPOSED"), &fault["id"]));
        assert_eq!((&seen["recurrenceOf"], &seen["countsAsSolved"]), (&Value::Null, &json!(false)));
        let done = decide(app, "it_admin", &link["id"], false).await;
        assert_eq!(done["recurrence"]["decision"], "REJECTED");
        assert_eq!(links(app, "nurse", &fault).await["recurrenceCount"], 0);
        // A consultation that is reopened is no recurrence.
        let consult = app.consult("reopened-2").await;
        app.done(&consult, "engineer", "respondTicket", json!({ "text": "答", "channel": "PHONE" })).await;
        app.done(&consult, "engineer", "addStep", json!({ "kind": "HANDLING", "channel": "PHONE", "action": "处理" })).await;
        app.done(&consult, "engineer", "resolveTicket", json!({ "text": "已说明" })).await;
        app.done(&consult, "nurse", "confirmTicket", json!({})).await;
        app.done(&consult, "nurse", "reopenTicket", json!({ "reason": "仍不清楚" })).await;
        assert_eq!(links(app, "nurse", &consult).await["recurrences"], json!([]));
    }

    async fn a_new_ticket_names_the_earlier_fault_once_it_cannot_be_reopened(app: &TestApp) {
        let first = solved(app, "2026-03-02 09:00:00", "named-key-1", true).await;
        let facts = |app: &TestApp| json!({ "phenomenon": "采集中断", "occurredAt": app.app.clock.now().to_rfc3339(), "scope": "多张床位", "relatedSystems": [], "steps": "打开" });
        let new = |app: &TestApp, key: &str, of: &Value| json!({ "category": "FAULT", "subcategory": "FAULT-SLOW", "fault": facts(app), "urgency": "LOW", "bedsAffected": "ONE", "idempotencyKey": format!("test-{key}"), "recurrenceOf": of });
        app.at("2026-03-20 09:00:00").await;
        let early = app.try_create("nurse", new(app, "named-key-2", &first["id"])).await;
        assert_eq!(early["userErrors"][0]["code"], "WRONG_STATE", "it can be reopened");
        app.at("2026-04-02 09:00:00").await;
        let again = app.create("nurse", new(app, "named-key-3", &first["id"])).await;
        let seen = links(app, "nurse", &again).await;
        assert_eq!((&seen["recurrenceOf"]["previous"]["id"], &seen["recurrenceOf"]["decision"]), (&first["id"], &json!("PROPOSED")));
        let foreign = app.try_create("nurse_b", new(app, "named-key-4", &first["id"])).await;
        assert_eq!(foreign["userErrors"][0]["code"], "NOT_FOUND");
    }
}
