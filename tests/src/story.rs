//! A story that one hospital plays on purpose, so that it has rows of every type that has an id.
//!
//! What guessed values would reach by luck only is done here by name; [`crate::stir`] tries the rest.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::TestApp;

/// Tickets of a story: kind, subcategory.
const TICKETS: &[(&str, &str)] = &[
    ("CONSULT", "CONSULT-OPER"),
    ("CHANGE", "CHANGE-REPORT_FORMAT"),
    ("FAULT", "FAULT-SLOW"),
    ("CONSULT", "CONSULT-FUNC"),
    ("TRAINING", "TRAINING-MGMT"),
    ("COMPLAINT", "COMPLAINT-QUALITY"),
    ("CONSULT", "CONSULT-OPER"),
];

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

/// Who plays a story.
#[derive(Clone, Copy, Debug)]
pub struct Actors<'a> {
    /// Reports.
    pub nurse: &'a str,
    /// Decides.
    pub it_admin: &'a str,
    /// Assigns.
    pub pm: &'a str,
    /// Handles.
    pub engineer: &'a str,
}

impl TestApp {
    /// Tickets in many states; every text begins with `tag`.
    pub async fn story(&self, by: Actors<'_>, tag: &str) -> Vec<Value> {
        let mut made = Vec::new();
        let text = |what: &str| format!("{tag}{what}");
        for (n, (category, subcategory)) in TICKETS.iter().enumerate() {
            let now = self.app.clock.now().to_rfc3339();
            let mut input = json!({
                "category": category, "subcategory": subcategory, "description": text("描述"), "location": text("十二床旁"),
                "idempotencyKey": format!("story-{}-{n}", by.nurse),
            });
            if *category == "FAULT" {
                input["fault"] = json!({ "phenomenon": text("现象"), "occurredAt": now, "scope": text("范围"), "relatedSystems": [text("系统")], "steps": text("步骤"), "component": text("部件") });
                input["urgency"] = json!("HIGH");
                input["bedsAffected"] = json!("ONE");
            }
            made.push(self.create(by.nurse, input).await);
            self.tick();
        }
        let checklist: Vec<Value> = entity::rules::ticket::CHECKLIST
            .iter()
            .map(|item| json!({ "code": item.code, "answer": true, "note": text("核查") }))
            .collect();
        let engineer = entity::ids::PersonId(self.person_id(by.engineer).await).to_string();
        let respond = json!({ "text": text("响应"), "channel": "PHONE" });
        let step = json!({ "kind": "HANDLING", "channel": "PHONE", "action": text("步骤"), "finding": text("发现") });
        let acts = [
            (0, by.engineer, "respondTicket", respond.clone()),
            (0, by.engineer, "addStep", step.clone()),
            (
                0,
                by.engineer,
                "proposeWait",
                json!({ "reason": "WAIT_WINDOW", "note": text("等待") }),
            ),
            (0, by.it_admin, "decideWait", json!({ "accept": true })),
            (0, by.engineer, "resumeTicket", json!({})),
            (
                0,
                by.nurse,
                "addReply",
                json!({ "text": text("答复"), "idempotencyKey": format!("story-{}-reply", by.nurse) }),
            ),
            (
                0,
                by.engineer,
                "resolveTicket",
                json!({ "text": text("解决") }),
            ),
            (0, by.nurse, "confirmTicket", json!({})),
            (
                0,
                by.nurse,
                "rateTicket",
                json!({ "rating": 4, "comment": text("评价") }),
            ),
            (
                0,
                by.nurse,
                "reopenTicket",
                json!({ "reason": text("重开") }),
            ),
            (1, by.it_admin, "triageTicket", json!({})),
            (1, by.it_admin, "releaseTicket", json!({})),
            (1, by.pm, "assignTicket", json!({ "assigneeId": engineer })),
            (2, by.engineer, "respondTicket", respond),
            (2, by.engineer, "addStep", step),
            (
                2,
                by.engineer,
                "writePlan",
                json!({ "steps": text("方案"), "risk": text("风险"), "rollback": text("回退"), "checklist": checklist, "executed": true }),
            ),
            (
                2,
                by.engineer,
                "resolveTicket",
                json!({ "text": text("解决"), "rootCause": "CONFIG", "verification": text("验证") }),
            ),
            (
                2,
                by.nurse,
                "rejectTicket",
                json!({ "reason": text("驳回") }),
            ),
            (
                3,
                by.it_admin,
                "takeTicket",
                json!({ "reason": text("自处理") }),
            ),
            (3, by.it_admin, "handOver", json!({ "text": text("转交") })),
            (
                6,
                by.nurse,
                "cancelTicket",
                json!({ "reason": text("撤销") }),
            ),
        ];
        for (at, account, name, input) in acts {
            self.done(&made[at], account, name, input).await;
        }
        made
    }

    /// What a hospital has beside tickets in many states: a fault without an annex that is demanded in writing,
    /// answered at a claimed time, solved, closed and reopened; a file; a machine token.
    pub async fn rarities(&self, by: Actors<'_>, tag: &str) -> Value {
        let now = self.app.clock.now();
        let facts = json!({ "phenomenon": tag, "occurredAt": now.to_rfc3339(), "scope": tag, "relatedSystems": [], "steps": tag, "component": tag });
        let fault = self.create(by.nurse, json!({ "category": "FAULT", "subcategory": "FAULT-SLOW", "description": tag, "fault": facts, "urgency": "LOW", "bedsAffected": "ONE", "idempotencyKey": format!("rare-{}", by.nurse) })).await;
        let deadline = json!({ "deadlineAt": (now + TimeDelta::days(2)).to_rfc3339() });
        let demand = json!({ "idempotencyKey": format!("rare-demand-{}", by.nurse), "ticketId": fault["id"], "deadline": deadline, "text": tag, "deliveredAt": now.to_rfc3339(), "deliveryEvidence": tag });
        self.made(by.it_admin, "issueDemand", demand).await;
        let token = json!({ "idempotencyKey": format!("rare-token-{}", by.it_admin), "agent": tag, "scopes": ["TICKET_READ"], "expiresAt": (now + TimeDelta::days(30)).to_rfc3339() });
        self.made(by.it_admin, "createMachineToken", token).await;
        self.attach(by.nurse, &fault, tag).await;
        self.tick();
        let claimed = now.to_rfc3339();
        let checklist: Vec<Value> = entity::rules::ticket::CHECKLIST
            .iter()
            .map(|item| json!({ "code": item.code, "answer": true }))
            .collect();
        for (account, name, input) in [
            (
                by.engineer,
                "respondTicket",
                json!({ "text": tag, "channel": "PHONE", "respondedAtClaimed": claimed }),
            ),
            (
                by.engineer,
                "addStep",
                json!({ "kind": "HANDLING", "channel": "PHONE", "action": tag }),
            ),
            (
                by.engineer,
                "writePlan",
                json!({ "steps": tag, "risk": tag, "rollback": tag, "checklist": checklist, "executed": true }),
            ),
            (
                by.engineer,
                "resolveTicket",
                json!({ "text": tag, "rootCause": "CONFIG", "verification": tag }),
            ),
            (by.nurse, "confirmTicket", json!({})),
            (by.nurse, "reopenTicket", json!({ "reason": tag })),
        ] {
            self.done(&fault, account, name, input).await;
        }
        fault
    }

    /// A mutation that must succeed.
    async fn made(&self, account: &str, name: &str, input: Value) {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!("mutation($i:{kind}!){{{name}(input:$i){{userErrors{{code field}}}}}}");
        let body = self.ask(account, &query, json!({ "i": input })).await;
        assert_eq!(
            body["data"][name]["userErrors"],
            json!([]),
            "{name}: {body}"
        );
    }

    /// Attaches a picture of one pixel, named by `tag`.
    async fn attach(&self, account: &str, ticket: &Value, tag: &str) {
        let name: String = tag.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let subject = ticket["id"].as_str().unwrap();
        let answer = reqwest::Client::new()
            .post(format!("{}/files?subject={subject}", self.base))
            .bearer_auth(self.token(account).await)
            .header("content-type", "application/octet-stream")
            .header(
                "content-disposition",
                format!("attachment; filename*=UTF-8''{name}.png"),
            )
            .body(PNG)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    }

    /// Ids begin with the time: with a second between them they are in the same order in every run.
    pub(crate) fn tick(&self) {
        self.app
            .clock
            .set(self.app.clock.now() + TimeDelta::seconds(1));
    }
}
