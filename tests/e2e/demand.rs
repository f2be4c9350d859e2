//! Written demands: only without an annex, with proof of delivery, withdrawable.

use e2e::{TestApp, both_backends, clock, instant, t};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::wall::code;

const RESOLUTION: &str = "RESOLUTION_BY_SEVERITY";

/// The contract of the first hospital as if no annex had been signed.
async fn without_annex(app: &TestApp) {
    let tx = app.app.db.begin_write().await.unwrap();
    entity::sla_annex::Entity::delete_many()
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn begun(app: &TestApp, key: &str) -> Value {
    let fault = app.fault(key, "HIGH", "SEVERAL").await;
    app.work_on(&fault).await
}

async fn issue(app: &TestApp, account: &str, ticket: &Value, extra: Value) -> Value {
    let mut input = json!({ "idempotencyKey": "demand-key-1", "ticketId": ticket["id"], "deadline": { "deadlineAt": t("2026-03-02 18:00:00").to_rfc3339() }, "text": "请于今日 18:00 前解决", "deliveredAt": t("2026-03-02 10:00:00").to_rfc3339(), "deliveryEvidence": "EMS 1234567890，档案柜 A-07" });
    input
        .as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    let query = "mutation($i:IssueDemandInput!){issueDemand(input:$i){demand{id cycle deadlineAt deadlineOn deliveredAt issuedBy{name}} ticket{id} userErrors{code field}}}";
    let body = app.ask(account, query, json!({ "i": input })).await;
    if body["errors"].is_null() {
        body["data"]["issueDemand"].clone()
    } else {
        body["errors"][0]["extensions"].clone()
    }
}

async fn withdraw(app: &TestApp, account: &str, id: &Value) -> Value {
    let query = "mutation($i:WithdrawDemandInput!){withdrawDemand(input:$i){demand{withdrawnAt withdrawReason} userErrors{code}}}";
    let body = app
        .ask(
            account,
            query,
            json!({ "i": { "id": id, "reason": "另行约定" } }),
        )
        .await;
    if body["errors"].is_null() {
        body["data"]["withdrawDemand"].clone()
    } else {
        body["errors"][0]["extensions"].clone()
    }
}

async fn candidates(app: &TestApp) -> Value {
    app.ask(
        "manager",
        "{breaches{totalCount nodes{state lateBySec dueAt}}}",
        json!({}),
    )
    .await["data"]["breaches"]
        .clone()
}

both_backends! {
    /// AC3.3-3
    async fn a_demand_that_is_not_met_is_a_candidate_and_needs_its_proof_of_delivery(app: &TestApp) {
        without_annex(app).await;
        let fault = begun(app, "demanded-1").await;
        assert_eq!(clock(&fault, RESOLUTION, 1)["dueAt"], Value::Null);
        app.at("2026-03-02 10:00:00").await;
        for missing in [json!({ "deliveryEvidence": null }), json!({ "deliveryEvidence": "  " }), json!({ "deliveredAt": null })] {
            assert_eq!(code(&issue(app, "it_admin", &fault, missing.clone()).await), "DELIVERY_PROOF_MISSING", "{missing}");
        }
        for (extra, expected) in [
            (json!({ "deliveredAt": t("2026-03-02 10:00:01").to_rfc3339() }), "INVALID"),
            (json!({ "deliveredAt": t("2026-03-02 07:59:59").to_rfc3339() }), "INVALID"),
            (json!({ "deadline": { "deadlineAt": t("2026-03-02 10:00:00").to_rfc3339() } }), "INVALID"),
            (json!({ "deadline": { "deadlineAt": t("2026-03-02 09:30:00").to_rfc3339() }, "deliveredAt": t("2026-03-02 09:00:00").to_rfc3339() }), "DEADLINE_PAST"),
            (json!({ "text": " " }), "REQUIRED"),
        ] {
            assert_eq!(code(&issue(app, "manager", &fault, extra.clone()).await), expected, "{extra}");
        }
        for account in ["nurse", "pm", "engineer", "auditor"] {
            assert_eq!(code(&issue(app, account, &fault, json!({})).await), "FORBIDDEN", "{account}");
        }
        assert_eq!(code(&issue(app, "it_admin_b", &fault, json!({})).await), "NOT_FOUND");
        let done = issue(app, "it_admin", &fault, json!({})).await;
        assert_eq!(code(&done), "none", "{done}");
        let again = issue(app, "it_admin", &fault, json!({})).await;
        assert_eq!(again["demand"]["id"], done["demand"]["id"], "the same call answers with the same demand");
        let seen = app.read("nurse", &fault).await;
        assert_eq!((instant(&clock(&seen, RESOLUTION, 1)["dueAt"]), &clock(&seen, RESOLUTION, 1)["targetSource"]), (t("2026-03-02 18:00:00"), &json!("DEMAND")));
        let list = app.ask("pm", "query($id:ID!){ticket(by:{id:$id}){demands{id text cycle deliveryEvidence}}}", json!({ "id": fault["id"] })).await;
        assert_eq!((&list["data"]["ticket"]["demands"][0]["id"], list["data"]["ticket"]["demands"].as_array().unwrap().len()), (&done["demand"]["id"], 1), "{list}");
        assert!(app.notices("pm").await.iter().any(|title| title.contains("书面催告")));
        app.at("2026-03-02 18:30:00").await;
        app.solve(&fault).await;
        app.done(&fault, "nurse", "confirmTicket", json!({})).await;
        let found = candidates(app).await;
        assert_eq!((&found["totalCount"], &found["nodes"][0]["state"], &found["nodes"][0]["lateBySec"]), (&json!(1), &json!("CANDIDATE"), &json!(1800)));
        assert_eq!(code(&withdraw(app, "manager", &done["demand"]["id"]).await), "WRONG_STATE", "a closed ticket keeps its demand");
    }

    /// V26, S37
    async fn a_pause_after_the_delivery_moves_the_deadline_and_an_earlier_one_does_not(app: &TestApp) {
        without_annex(app).await;
        let late = begun(app, "demanded-2").await;
        let early = begun(app, "demanded-3").await;
        let wait = json!({ "reason": "WAIT_WINDOW", "note": "待窗口" });
        app.done(&early, "engineer", "proposeWait", wait.clone()).await;
        app.done(&early, "it_admin", "decideWait", json!({ "accept": true })).await;
        app.at("2026-03-02 09:00:00").await;
        app.done(&early, "engineer", "resumeTicket", json!({})).await;
        app.at("2026-03-02 10:00:00").await;
        issue(app, "it_admin", &late, json!({})).await;
        issue(app, "it_admin", &early, json!({ "idempotencyKey": "demand-key-2" })).await;
        app.at("2026-03-02 12:00:00").await;
        app.done(&late, "engineer", "proposeWait", wait).await;
        app.done(&late, "it_admin", "decideWait", json!({ "accept": true })).await;
        app.at("2026-03-02 13:00:00").await;
        let late = app.done(&late, "engineer", "resumeTicket", json!({})).await;
        assert_eq!(instant(&clock(&late, RESOLUTION, 1)["dueAt"]), t("2026-03-02 19:00:00"));
        assert_eq!(instant(&clock(&app.read("nurse", &early).await, RESOLUTION, 1)["dueAt"]), t("2026-03-02 18:00:00"));
        // A later demand never shortens an earlier one.
        let shorter = issue(app, "manager", &late, json!({ "idempotencyKey": "demand-key-3", "deadline": { "deadlineAt": t("2026-03-02 15:00:00").to_rfc3339() }, "deliveredAt": t("2026-03-02 13:00:00").to_rfc3339() })).await;
        assert_eq!(code(&shorter), "none", "{shorter}");
        assert_eq!(instant(&clock(&app.read("nurse", &late).await, RESOLUTION, 1)["dueAt"]), t("2026-03-02 19:00:00"));
        app.at("2026-03-02 19:30:00").await;
        app.solve(&late).await;
        let closed = app.done(&late, "nurse", "confirmTicket", json!({})).await;
        assert_eq!(clock(&closed, RESOLUTION, 1)["result"], "LATE");
        let seconds: Vec<i64> = candidates(app).await["nodes"].as_array().unwrap().iter().map(|row| row["lateBySec"].as_i64().unwrap()).collect();
        assert!(seconds.contains(&1800), "{seconds:?}");
    }

    /// S37
    async fn a_withdrawn_demand_takes_its_target_away_and_a_date_rolls_to_a_working_day(app: &TestApp) {
        without_annex(app).await;
        let fault = begun(app, "demanded-4").await;
        app.at("2026-03-02 10:00:00").await;
        // A Sunday: due at the end of Monday.
        let done = issue(app, "manager", &fault, json!({ "deadline": { "deadlineOn": "2026-03-08" } })).await;
        assert_eq!((code(&done), &done["demand"]["deadlineOn"]), ("none", &json!("2026-03-08")), "{done}");
        assert_eq!(instant(&clock(&app.read("nurse", &fault).await, RESOLUTION, 1)["dueBeforeAt"]), t("2026-03-10 00:00:00"));
        assert_eq!(code(&withdraw(app, "engineer", &done["demand"]["id"]).await), "FORBIDDEN");
        assert_eq!(code(&withdraw(app, "it_admin_b", &done["demand"]["id"]).await), "NOT_FOUND");
        let gone = withdraw(app, "it_admin", &done["demand"]["id"]).await;
        assert_eq!((code(&gone), &gone["demand"]["withdrawReason"]), ("none", &json!("另行约定")));
        let seen = clock(&app.read("nurse", &fault).await, RESOLUTION, 1);
        assert_eq!((&seen["dueAt"], &seen["targetSource"], &seen["result"]), (&Value::Null, &json!("NONE"), &json!("NA")));
        assert_eq!(code(&withdraw(app, "it_admin", &done["demand"]["id"]).await), "WRONG_STATE");
    }

    /// S37
    async fn under_an_annex_and_without_a_resolution_clock_no_demand_applies(app: &TestApp) {
        let fault = begun(app, "demanded-5").await;
        app.at("2026-03-02 10:00:00").await;
        assert_eq!(code(&issue(app, "it_admin", &fault, json!({})).await), "WRONG_STATE");
        let consult = app.consult("demanded-6").await;
        assert_eq!(code(&issue(app, "it_admin", &consult, json!({ "idempotencyKey": "demand-key-4" })).await), "WRONG_STATE");
    }
}
