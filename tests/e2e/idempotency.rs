//! Calls that are sent again, and updates that meet.

use e2e::{TestApp, both_backends};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::wall::code;

/// Sends a call, and again while the server is too busy to take it: nothing was executed then.
async fn patiently(call: reqwest::RequestBuilder) -> Value {
    for _ in 0..20 {
        let attempt = call.try_clone().unwrap();
        let body: Value = attempt.send().await.unwrap().json().await.unwrap();
        let busy = ["OVERLOADED", "POOL_TIMEOUT"].map(Value::from);
        if !busy.contains(&body["errors"][0]["extensions"]["code"]) {
            return body;
        }
    }
    panic!("the server stays overloaded");
}

/// Sends all calls of a mutation at once; the payloads.
async fn at_once(app: &TestApp, query: &str, calls: Vec<(String, Value)>) -> Vec<Value> {
    let client = reqwest::Client::new();
    let mut running = JoinSet::new();
    for (token, input) in calls {
        let call = client
            .post(format!("{}/graphql", app.base))
            .bearer_auth(token)
            .json(&json!({ "query": query, "variables": { "i": input } }));
        running.spawn(patiently(call));
    }
    let bodies = running.join_all().await;
    bodies
        .into_iter()
        .map(|body| {
            let data = body["data"].as_object().unwrap_or_else(|| panic!("{body}"));
            data.values().next().unwrap().clone()
        })
        .collect()
}

both_backends! {
    /// G27
    async fn one_key_twenty_times_at_once_makes_one_ticket_and_equal_payloads(app: &TestApp) {
        let token = app.token("nurse").await;
        let create = "mutation($i:CreateTicketInput!){createTicket(input:$i){ticket{id number version} userErrors{code}}}";
        let input = json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "description": "如何补录", "channel": "PORTAL", "idempotencyKey": "twenty-times" });
        let calls = vec![(token.clone(), input.clone()); 20];
        let payloads = at_once(app, create, calls).await;
        assert!(payloads.iter().all(|payload| *payload == payloads[0]), "{payloads:?}");
        assert_eq!(payloads[0]["userErrors"], json!([]));
        assert_eq!(entity::ticket::Entity::find().count(app.app.db.read()).await.unwrap(), 1);
        let id = payloads[0]["ticket"]["id"].clone();
        let reply = "mutation($i:AddReplyInput!){addReply(input:$i){reply{id seq} userErrors{code}}}";
        let said = json!({ "ticketId": id, "text": "补充说明", "idempotencyKey": "twenty-replies" });
        let payloads = at_once(app, reply, vec![(token, said); 20]).await;
        assert!(payloads.iter().all(|payload| *payload == payloads[0] && payload["reply"]["seq"] == 1), "{payloads:?}");
        assert_eq!(entity::ticket_reply::Entity::find().count(app.app.db.read()).await.unwrap(), 1);
        let mut other = input.clone();
        other["description"] = json!("另一件事");
        assert_eq!(code(&app.try_create("nurse", other.clone()).await), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(app.try_create("doctor", other.clone()).await["userErrors"], json!([]), "a key belongs to who made it");
        let made = app.app.clock.now();
        app.app.clock.set(made + chrono::TimeDelta::hours(24) - chrono::TimeDelta::seconds(1));
        assert_eq!(app.create("nurse", input.clone()).await["id"], id);
        app.app.clock.set(made + chrono::TimeDelta::hours(24));
        assert_ne!(app.create("nurse", input).await["id"], id, "after a day the key is free");
    }

    /// G27
    async fn a_call_sent_again_is_answered_although_the_version_has_moved_on(app: &TestApp) {
        let fault = app.fault("again-key-01", "MEDIUM", "ONE").await;
        let acts = [
            ("respondTicket", json!({ "text": "已开始核查", "channel": "PHONE", "idempotencyKey": "again-respond" })),
            ("addStep", json!({ "kind": "HANDLING", "channel": "REMOTE", "action": "重启服务", "idempotencyKey": "again-step-1" })),
            ("writePlan", json!({ "steps": "一", "risk": "低", "rollback": "二", "checklist": [], "executed": false, "idempotencyKey": "again-plan-1" })),
            ("proposeWait", json!({ "reason": "WAIT_WINDOW", "note": "待窗口", "idempotencyKey": "again-wait-1" })),
        ];
        for (name, mut input) in acts {
            input["ticketId"] = fault["id"].clone();
            if name != "addStep" {
                input["expectedVersion"] = app.read("engineer", &fault).await["version"].clone();
            }
            let first = app.act("engineer", name, input.clone()).await;
            assert_eq!(first["userErrors"], json!([]), "{name}");
            let again = app.act("engineer", name, input.clone()).await;
            assert_eq!(again, first, "{name}: nothing was done twice");
            input["idempotencyKey"] = json!("short");
            assert_eq!(code(&app.act("engineer", name, input).await), "INVALID", "{name}");
        }
        for (count, what) in [
            (entity::ticket_step::Entity::find().count(app.app.db.read()).await.unwrap(), "steps"),
            (entity::solution_plan::Entity::find().count(app.app.db.read()).await.unwrap(), "plans"),
            (entity::wait::Entity::find().count(app.app.db.read()).await.unwrap(), "waits"),
        ] {
            assert_eq!(count, 1, "{what}");
        }
    }

    /// G28
    async fn of_two_who_read_the_same_version_only_one_writes(app: &TestApp) {
        let fault = app.fault("lock-key-01", "MEDIUM", "ONE").await;
        app.done(&fault, "engineer", "respondTicket", json!({ "text": "已开始核查", "channel": "PHONE" })).await;
        app.done(&fault, "engineer", "addStep", json!({ "kind": "HANDLING", "channel": "REMOTE", "action": "重启服务" })).await;
        app.done(&fault, "engineer", "proposeWait", json!({ "reason": "WAIT_WINDOW", "note": "待窗口" })).await;
        let (one, two) = (app.token("it_admin").await, app.token("it_admin2").await);
        let version = app.read("it_admin", &fault).await["version"].clone();
        let decide = |accept: bool| json!({ "ticketId": fault["id"], "expectedVersion": version, "accept": accept });
        let query = "mutation($i:DecideWaitInput!){decideWait(input:$i){ticket{id version status} userErrors{code field}}}";
        let calls = (0..10).map(|n| if n % 2 == 0 { (one.clone(), decide(true)) } else { (two.clone(), decide(false)) }).collect();
        let payloads = at_once(app, query, calls).await;
        let (done, lost): (Vec<&Value>, Vec<&Value>) = payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
        assert_eq!(done.len(), 1, "{payloads:?}");
        for payload in lost {
            assert_eq!((&payload["userErrors"][0]["code"], &payload["userErrors"][0]["field"]), (&json!("CONFLICT"), &json!(["expectedVersion"])));
            assert_eq!(payload["ticket"]["version"], done[0]["ticket"]["version"], "the payload shows the current ticket");
        }
        let version = app.read("engineer", &fault).await["version"].clone();
        let engineer = app.token("engineer").await;
        let note = "mutation($i:SetInternalNoteInput!){setInternalNote(input:$i){ticket{version internalNote} userErrors{code}}}";
        let calls = (0..10).map(|n| (engineer.clone(), json!({ "ticketId": fault["id"], "expectedVersion": version, "note": format!("第 {n} 条") }))).collect();
        let payloads = at_once(app, note, calls).await;
        let won: Vec<&Value> = payloads.iter().filter(|payload| payload["userErrors"] == json!([])).collect();
        assert_eq!(won.len(), 1, "{payloads:?}");
        assert!(payloads.iter().all(|payload| payload["ticket"]["internalNote"] == won[0]["ticket"]["internalNote"]), "no update is lost");
    }
}
