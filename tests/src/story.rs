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
        self.inspected(by, tag).await;
        self.rectified(by, tag).await;
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
        ] {
            self.done(&fault, account, name, input).await;
        }
        self.reported(by, &fault, tag).await;
        self.known(by, &fault, tag).await;
        let again = json!({ "reason": tag });
        self.done(&fault, by.nurse, "reopenTicket", again).await;
        fault
    }

    /// An asset, a plan, and an inspection under way with people, a talk, an advice, a result and a finding.
    async fn inspected(&self, by: Actors<'_>, tag: &str) {
        let key = |what: &str| format!("rare-{what}-{}", by.nurse);
        let today = entity::rules::calendar::civil_date(self.app.clock.now()).to_string();
        let asset = json!({ "idempotencyKey": key("asset"), "code": "RARE-DB-01", "kind": "DATABASE", "label": tag, "engine": "DAMENG", "owner": "HOSPITAL" });
        self.made(by.it_admin, "createAsset", asset).await;
        let entry = json!({ "kind": "ONLINE", "quarter": 1, "plannedFromOn": today, "plannedToOn": today, "note": tag });
        let plan = json!({ "idempotencyKey": key("plan"), "serviceYear": 1, "entries": [entry] });
        self.made(by.pm, "draftInspectionPlan", plan).await;
        let visit = json!({ "idempotencyKey": key("visit"), "kind": "ONLINE", "plannedFromOn": today, "plannedToOn": today });
        let query = "mutation($i:PlanInspectionInput!){planInspection(input:$i){inspection{id}}}";
        let body = self.ask(by.engineer, query, json!({ "i": visit })).await;
        let id = body["data"]["planInspection"]["inspection"]["id"].clone();
        let centre = entity::ids::PersonId(self.person_id(by.it_admin).await).to_string();
        let line = json!({ "item": "DBD-01", "target": "RARE-DB-01" });
        let start =
            json!({ "inspectionId": id, "expectedVersion": 1, "hospitalParticipantIds": [centre] });
        self.made(by.engineer, "startInspection", start).await;
        let shot = self.attach(by.engineer, &json!({ "id": id }), tag).await;
        for (name, input) in [
            (
                "recordInspectionResults",
                json!({ "results": [{ "item": "DBD-01", "target": "RARE-DB-01", "valueText": tag, "evidence": tag, "evidenceIds": [shot], "explanation": tag }], "notApplicableScopes": [{ "scope": "MW", "reason": tag }] }),
            ),
            (
                "recordInspectionCommunication",
                json!({ "at": self.app.clock.now().to_rfc3339(), "hospitalPersonId": centre, "topics": tag, "channel": "PHONE" }),
            ),
            (
                "addInspectionAdvice",
                json!({ "kind": "PREVENTION", "text": tag }),
            ),
            (
                "addFinding",
                json!({ "idempotencyKey": key("finding"), "scope": "DB", "description": tag, "risk": "CRITICAL", "impact": tag, "advice": tag, "deadlineByRisk": true, "owner": "VENDOR", "component": tag, "results": [line] }),
            ),
        ] {
            let mut input = input;
            input["inspectionId"] = id.clone();
            self.made(by.engineer, name, input).await;
        }
    }

    /// An inspection whose report is confirmed, and the task of its finding with a step, a rejected submission, an
    /// extension that waits.
    async fn rectified(&self, by: Actors<'_>, tag: &str) {
        let key = |what: &str| format!("done-{what}-{}", by.nurse);
        let today = entity::rules::calendar::civil_date(self.app.clock.now()).to_string();
        let visit = json!({ "idempotencyKey": key("visit"), "kind": "ONLINE", "plannedFromOn": today, "plannedToOn": today });
        let query = "mutation($i:PlanInspectionInput!){planInspection(input:$i){inspection{id}}}";
        let body = self.ask(by.engineer, query, json!({ "i": visit })).await;
        let id = body["data"]["planInspection"]["inspection"]["id"].clone();
        let centre = entity::ids::PersonId(self.person_id(by.it_admin).await).to_string();
        let scopes: Vec<Value> = ["SRV", "STO", "NET", "OS", "DB", "MW", "APP", "BAK", "REC"]
            .iter()
            .map(|scope| json!({ "scope": scope, "reason": tag }))
            .collect();
        let at = self.app.clock.now().to_rfc3339();
        for (account, name, input) in [
            (by.engineer, "startInspection", json!({})),
            (
                by.engineer,
                "recordInspectionResults",
                json!({ "results": [{ "item": "BAK-02", "target": "整体", "valueMilli": 1000, "evidence": tag }], "notApplicableScopes": scopes }),
            ),
            (
                by.engineer,
                "recordInspectionCommunication",
                json!({ "at": at, "hospitalPersonId": centre, "topics": tag, "channel": "PHONE" }),
            ),
            (
                by.engineer,
                "addInspectionAdvice",
                json!({ "kind": "FAULT_METHOD", "text": tag }),
            ),
            (
                by.engineer,
                "addFinding",
                json!({ "idempotencyKey": key("finding"), "scope": "APP", "description": tag, "risk": "LOW", "impact": tag, "advice": tag, "deadlineByRisk": true, "owner": "VENDOR" }),
            ),
            (
                by.engineer,
                "describeInspection",
                json!({ "environment": tag, "method": tag, "conclusion": tag }),
            ),
            (by.engineer, "endInspection", json!({})),
        ] {
            self.on_inspection(account, name, &id, input).await;
        }
        self.tick();
        let new = json!({ "idempotencyKey": key("report"), "code": "inspection_report", "subjectId": id });
        let query = "mutation($i:DraftReportInput!){draftReport(input:$i){report{id} userErrors{code field message}}}";
        let body = self.ask(by.engineer, query, json!({ "i": new })).await;
        let report = body["data"]["draftReport"]["report"]["id"].as_str();
        let report = report.unwrap_or_else(|| panic!("{body}")).to_owned();
        self.approved(by.pm, &report).await;
        let sealed: Value = self
            .sealed(by.pm, &report, "2026-03-02", Some(tag))
            .await
            .json()
            .await
            .unwrap();
        self.on_inspection(by.pm, "submitInspectionReport", &id, json!({}))
            .await;
        let attest = json!({ "sealedDocumentId": sealed["id"], "verdict": "OK", "note": tag });
        self.made(by.it_admin, "attestSeal", attest).await;
        self.on_inspection(by.it_admin, "confirmInspectionReport", &id, json!({}))
            .await;
        let query = "query($id:ID!){inspection(id:$id){tasks{id}}}";
        let body = self.ask(by.pm, query, json!({ "id": id })).await;
        let task = body["data"]["inspection"]["tasks"][0]["id"].clone();
        let photo = self.attach(by.engineer, &json!({ "id": task }), tag).await;
        for (version, (account, name, input)) in [
            (
                by.engineer,
                "recordRectificationStep",
                json!({ "text": tag }),
            ),
            (
                by.engineer,
                "submitRectification",
                json!({ "text": tag, "evidence": tag, "evidenceIds": [photo] }),
            ),
            (by.it_admin, "rejectRectification", json!({ "note": tag })),
            (
                by.pm,
                "proposeRectificationExtension",
                json!({ "dueOn": "2026-12-30", "reason": tag }),
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let mut input = input;
            input["taskId"] = task.clone();
            input["expectedVersion"] = json!(version + 1);
            self.made(account, name, input).await;
        }
    }

    /// A mutation about an inspection in its present version.
    async fn on_inspection(&self, account: &str, name: &str, id: &Value, mut input: Value) {
        let query = "query($id:ID!){inspection(id:$id){version}}";
        let body = self.ask(account, query, json!({ "id": id })).await;
        input["inspectionId"] = id.clone();
        if !matches!(
            name,
            "recordInspectionResults"
                | "recordInspectionCommunication"
                | "addInspectionAdvice"
                | "addFinding"
        ) {
            input["expectedVersion"] = body["data"]["inspection"]["version"].clone();
        }
        self.made(account, name, input).await;
    }

    /// The report of a fault, approved, laid out and sealed on paper; its id.
    pub async fn reported(&self, by: Actors<'_>, fault: &Value, tag: &str) -> String {
        let new = json!({ "idempotencyKey": format!("report-{}", by.engineer), "code": "fault_report", "subjectId": fault["id"] });
        let query = "mutation($i:DraftReportInput!){draftReport(input:$i){report{id} userErrors{code field message}}}";
        let body = self.ask(by.engineer, query, json!({ "i": new })).await;
        let id = body["data"]["draftReport"]["report"]["id"].as_str();
        let id = id.unwrap_or_else(|| panic!("{body}")).to_owned();
        self.approved(by.pm, &id).await;
        let answer = self.sealed(by.pm, &id, "2026-03-02", Some(tag)).await;
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        id
    }

    /// Approves what the draft of a report shows, and lays it out.
    pub async fn approved(&self, account: &str, id: &str) {
        let query = "query($id:ID!){reportPreview(id:$id){dataSha256 report{version} problems{place message}}}";
        let body = self.ask(account, query, json!({ "id": id })).await;
        let seen = &body["data"]["reportPreview"];
        assert_eq!(seen["problems"], json!([]), "{body}");
        let input = json!({ "reportId": id, "expectedVersion": seen["report"]["version"], "dataSha256": seen["dataSha256"] });
        self.made(account, "approveReport", input).await;
        api::jobs::drain(&self.app).await.unwrap();
    }

    /// Brings the scan of a sealed paper.
    pub async fn sealed(
        &self,
        account: &str,
        id: &str,
        on: &str,
        location: Option<&str>,
    ) -> reqwest::Response {
        let mut address = format!("{}/reports/{id}/sealed?sealedOn={on}", self.base);
        if let Some(location) = location {
            let location: String = location
                .bytes()
                .map(|byte| format!("%{byte:02X}"))
                .collect();
            address.push_str(&format!("&paperLocation={location}"));
        }
        reqwest::Client::new()
            .post(address)
            .bearer_auth(self.token(account).await)
            .header("content-type", "application/octet-stream")
            .header("content-disposition", "attachment; filename=\"scan.png\"")
            .body(PNG)
            .send()
            .await
            .unwrap()
    }

    /// A mutation that must succeed.
    pub(crate) async fn made(&self, account: &str, name: &str, input: Value) {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!("mutation($i:{kind}!){{{name}(input:$i){{userErrors{{code field}}}}}}");
        let body = self.ask(account, &query, json!({ "i": input })).await;
        assert_eq!(
            body["data"][name]["userErrors"],
            json!([]),
            "{name}: {body}"
        );
    }

    /// Attaches a picture of one pixel, named by `tag`; the id of the file.
    pub(crate) async fn attach(&self, account: &str, of: &Value, tag: &str) -> Value {
        let name: String = tag.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let subject = of["id"].as_str().unwrap();
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
        assert_eq!(answer.status(), 201);
        let body: Value = answer.json().await.unwrap();
        body["id"].clone()
    }

    /// Ids begin with the time: with a second between them they are in the same order in every run.
    pub(crate) fn tick(&self) {
        self.app
            .clock
            .set(self.app.clock.now() + TimeDelta::seconds(1));
    }
}
