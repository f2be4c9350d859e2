//! Severities: confirmed, raised, lowered; targets count anew.

use e2e::{TestApp, both_backends, clock, instant, t};
use entity::values::BreachState;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::wall::code;

const RESOLUTION: &str = "RESOLUTION_BY_SEVERITY";

/// A fault of the third severity, received 08:00, with answer and first step at 08:10.
async fn s3(app: &TestApp, key: &str) -> Value {
    let fault = app.fault(key, "MEDIUM", "ONE").await;
    assert_eq!(fault["severity"], "S3");
    app.at("2026-03-02 08:10:00").await;
    let answer = json!({ "text": "已开始核查", "channel": "PHONE" });
    app.done(&fault, "engineer", "respondTicket", answer).await;
    let step = json!({ "kind": "DIAGNOSIS", "channel": "PHONE", "action": "核对日志" });
    app.done(&fault, "engineer", "addStep", step).await
}

async fn look(app: &TestApp, ticket: &Value) -> Value {
    let query = "query($id:ID!){ticket(by:{id:$id}){severity severityProvisional impact urgency allowedActions waits{reason note decision proposedBy{name} decidedBy{name} fromAt endedAt endCause} steps{totalCount nodes{seq kind action by{name}}} plans{number state executedAt checklist{code answer}} verification contract{id number}}}";
    let body = app
        .ask("it_admin", query, json!({ "id": ticket["id"] }))
        .await;
    assert!(body["errors"].is_null(), "{body}");
    body["data"]["ticket"].clone()
}

both_backends! {
    /// V8, S10
    async fn a_raised_severity_counts_from_the_start_and_inherits_the_pause(app: &TestApp) {
        let fault = s3(app, "severity-01").await;
        app.at("2026-03-02 09:00:00").await;
        app.done(&fault, "engineer", "proposeWait", json!({ "reason": "WAIT_HOSPITAL", "note": "请提供截图" })).await;
        app.done(&fault, "it_admin", "decideWait", json!({ "accept": true })).await;
        app.at("2026-03-02 10:00:00").await;
        app.done(&fault, "engineer", "resumeTicket", json!({})).await;
        app.at("2026-03-02 12:00:00").await;
        let raise = json!({ "severity": "S2", "reason": "影响多张床位" });
        assert_eq!(code(&app.on(&fault, "nurse", "raiseSeverity", raise.clone()).await), "FORBIDDEN");
        assert_eq!(code(&app.on(&fault, "engineer", "raiseSeverity", raise.clone()).await), "FORBIDDEN");
        let raised = app.done(&fault, "pm", "raiseSeverity", raise.clone()).await;
        assert_eq!((&raised["severity"], instant(&clock(&raised, RESOLUTION, 1)["dueAt"])), (&json!("S2"), t("2026-03-02 17:00:00")));
        assert!(look(app, &fault).await["severityProvisional"] == true, "only the information centre ends that");
        assert_eq!(code(&app.on(&fault, "pm", "raiseSeverity", raise).await), "INVALID", "not graver than now");
        assert_eq!(code(&app.on(&fault, "pm", "raiseSeverity", json!({ "severity": "S1", "reason": " " })).await), "REQUIRED");
        assert_eq!(code(&app.on(&fault, "pm", "lowerSeverity", json!({ "severity": "S3", "reason": "影响不大" })).await), "FORBIDDEN");
        let lowered = app.done(&fault, "it_admin", "lowerSeverity", json!({ "severity": "S3", "reason": "影响不大" })).await;
        assert_eq!(instant(&clock(&lowered, RESOLUTION, 1)["dueAt"]), t("2026-03-03 09:00:00"), "24 h and the pause");
        let seen = look(app, &fault).await;
        assert_eq!(seen["severityProvisional"], false);
        assert_eq!((&seen["waits"][0]["reason"], &seen["waits"][0]["decision"], &seen["waits"][0]["endCause"]), (&json!("WAIT_HOSPITAL"), &json!("ACCEPTED"), &json!("MANUAL")));
        assert_eq!(instant(&seen["waits"][0]["fromAt"]), t("2026-03-02 09:00:00"));
    }

    /// S10, S14
    async fn a_clock_late_by_its_new_class_breaches_at_once_and_the_breach_stays(app: &TestApp) {
        let fault = s3(app, "severity-02").await;
        app.at("2026-03-02 18:00:00").await;
        let states = async || {
            let rows = entity::breach::Entity::find().all(app.app.db.read()).await.unwrap();
            rows.into_iter().map(|row| row.state).collect::<Vec<_>>()
        };
        assert_eq!(states().await, []);
        let raised = app.done(&fault, "it_admin", "raiseSeverity", json!({ "severity": "S2", "reason": "影响多张床位" })).await;
        assert_eq!(instant(&clock(&raised, RESOLUTION, 1)["dueAt"]), t("2026-03-02 16:00:00"));
        assert_eq!(states().await, [BreachState::Candidate], "at once");
        app.at("2026-03-02 18:05:00").await;
        let lowered = app.done(&fault, "it_admin", "lowerSeverity", json!({ "severity": "S3", "reason": "误升" })).await;
        assert_eq!(instant(&clock(&lowered, RESOLUTION, 1)["dueAt"]), t("2026-03-03 08:00:00"));
        app.at("2026-03-02 19:00:00").await;
        app.solve(&fault).await;
        app.done(&fault, "nurse", "confirmTicket", json!({})).await;
        assert_eq!(states().await, [BreachState::Candidate], "no later class takes it back");
        let seen = look(app, &fault).await;
        assert_eq!((&seen["steps"]["totalCount"], &seen["steps"]["nodes"][0]["seq"], &seen["steps"]["nodes"][0]["by"]["name"]), (&json!(1), &json!(1), &json!("吴浩")));
        assert_eq!((&seen["plans"][0]["number"], &seen["plans"][0]["state"], &seen["plans"][0]["checklist"][0]["answer"]), (&json!(1), &json!("EXECUTED"), &json!(true)));
        assert_eq!((&seen["verification"], &seen["contract"]["number"]), (&json!("现场核对"), &json!("DEMO-2026-001")));
    }

    /// S10
    async fn the_information_centre_confirms_the_provisional_severity_by_its_impact(app: &TestApp) {
        let fault = app.fault("severity-03", "HIGH", "ONE").await;
        assert_eq!(look(app, &fault).await["severityProvisional"], true);
        assert!(app.read("it_admin", &fault).await["allowedActions"].as_array().unwrap().contains(&json!("CONFIRM_SEVERITY")));
        let set = json!({ "impact": "WHOLE_UNIT" });
        assert_eq!(code(&app.on(&fault, "pm", "confirmSeverity", set.clone()).await), "FORBIDDEN");
        let confirmed = app.done(&fault, "it_admin", "confirmSeverity", set.clone()).await;
        assert_eq!((&confirmed["severity"], instant(&clock(&confirmed, RESOLUTION, 1)["dueAt"])), (&json!("S1"), t("2026-03-02 12:00:00")));
        let seen = look(app, &fault).await;
        assert_eq!((&seen["impact"], &seen["severityProvisional"]), (&json!("WHOLE_UNIT"), &json!(false)));
        assert_eq!(code(&app.on(&fault, "it_admin", "confirmSeverity", set).await), "WRONG_STATE");
        let actions = seen["allowedActions"].as_array().unwrap();
        assert!(!actions.contains(&json!("RAISE_SEVERITY")) && actions.contains(&json!("LOWER_SEVERITY")), "S1 is the gravest");
        let plain = app.fault("severity-04", "LOW", "SEVERAL").await;
        app.done(&plain, "it_admin", "confirmSeverity", json!({})).await;
        let seen = look(app, &plain).await;
        assert_eq!((&seen["severity"], &seen["impact"], &seen["severityProvisional"]), (&json!("S3"), &json!("SEVERAL_BEDS"), &json!(false)));
        let consult = app.consult("severity-05").await;
        assert_eq!(code(&app.on(&consult, "it_admin", "raiseSeverity", json!({ "severity": "S1", "reason": "急" })).await), "WRONG_STATE", "a category without severities");
    }
}
