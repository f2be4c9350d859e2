//! The report of an inspection submitted, confirmed or returned, and the rectification that follows (一(五)2, S39).

use e2e::{TestApp, both_backends, instant, t};
use serde_json::{Value, json};

use crate::inspection::{act, begun, contract, done, fill, of, register, visit};
use crate::wall::code;

const TASK: &str = "task{id number version state standing owner dueAt dueOn late lateWd submittedAt extended moves{cause byWd dueOn agreed} submissions{accepted}}";

/// The inspection as it stands.
pub(crate) async fn now(app: &TestApp, row: &Value) -> Value {
    let query = "query($id:ID!){inspection(id:$id){id number version state reportSubmittedAt reportLate reportLateWd reportOverdue reports{seq state late lateWd returnKind delayWd reportNumber} tasks{id number version state standing owner risk dueAt dueOn originalDueAt moves{cause byWd dueOn agreed} finding{number} reportNumber}}}";
    app.ask("it_admin", query, json!({ "id": row["id"] })).await["data"]["inspection"].clone()
}

async fn person(app: &TestApp, account: &str) -> String {
    entity::ids::PersonId(app.person_id(account).await).to_string()
}

/// A finding without lines behind it: risk, owner, deadline.
pub(crate) fn finding(
    row: &Value,
    key: &str,
    (risk, owner): (&str, &str),
    on: Option<&str>,
) -> Value {
    let mut input = json!({ "idempotencyKey": format!("rect-{key}"), "inspectionId": row["id"], "scope": "APP", "description": format!("问题 {key}"), "risk": risk, "impact": "影响使用", "advice": "按建议整改", "owner": owner, "results": [] });
    match on {
        Some(on) => input["deadlineOn"] = json!(on),
        None => input["deadlineByRisk"] = json!(true),
    }
    input
}

/// Talk, advice and the words of the report.
async fn worded(app: &TestApp, row: &Value) {
    let at = app.app.clock.now().to_rfc3339();
    let talk = json!({ "inspectionId": row["id"], "at": at, "hospitalPersonId": person(app, "it_admin2").await, "topics": "反馈运行情况", "channel": "PHONE" });
    done(app, "engineer", "recordInspectionCommunication", talk).await;
    let advice =
        json!({ "inspectionId": row["id"], "kind": "PREVENTION", "text": "每周检查备份日志" });
    let row = done(app, "engineer", "addInspectionAdvice", advice).await;
    let words = json!({ "environment": "生产环境", "method": "远程登录逐项检查", "conclusion": "系统运行平稳" });
    done(app, "engineer", "describeInspection", of(&row, words)).await;
}

/// An inspection that ended with these findings, everything written that its report needs.
pub(crate) async fn ended(app: &TestApp, key: &str, findings: &[Value]) -> Value {
    let row = begun(app, key).await;
    fill(app, &row, &[]).await;
    for input in findings {
        let mut input = input.clone();
        input["inspectionId"] = row["id"].clone();
        let made = act(app, "engineer", "addFinding", "finding{id}", input).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
    }
    worded(app, &row).await;
    let extra = json!({ "noProblem": findings.is_empty() });
    done(
        app,
        "engineer",
        "endInspection",
        of(&now(app, &row).await, extra),
    )
    .await
}

/// The report of an inspection, approved and laid out; its id.
pub(crate) async fn approved(app: &TestApp, row: &Value, key: &str) -> String {
    let new = json!({ "idempotencyKey": format!("rect-report-{key}"), "code": "inspection_report", "subjectId": row["id"] });
    let made = act(app, "engineer", "draftReport", "report{id}", new).await;
    let id = made["report"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{made}"));
    app.approved("pm", id).await;
    id.to_owned()
}

/// Brings a scan; the id of the sealed document.
pub(crate) async fn scanned(app: &TestApp, report: &str) -> Value {
    let today = entity::rules::calendar::civil_date(app.app.clock.now()).to_string();
    let answer = app.sealed("pm", report, &today, Some("档案柜 A-09")).await;
    assert_eq!(answer.status(), 201);
    let body: Value = answer.json().await.unwrap();
    // No two scans of one instant: the latest is the one that counts.
    app.app
        .clock
        .set(app.app.clock.now() + chrono::TimeDelta::seconds(1));
    body["id"].clone()
}

pub(crate) async fn attest(app: &TestApp, sealed: &Value) {
    let input = json!({ "sealedDocumentId": sealed, "verdict": "OK" });
    let payload = act(app, "it_admin2", "attestSeal", "report{state}", input).await;
    assert_eq!(payload["report"]["state"], "ISSUED", "{payload}");
}

pub(crate) async fn submit(app: &TestApp, row: &Value) -> Value {
    visit(
        app,
        "pm",
        "submitInspectionReport",
        of(&now(app, row).await, json!({})),
    )
    .await
}

/// Ended, reported and confirmed by somebody who did not take part.
pub(crate) async fn confirmed(app: &TestApp, key: &str, findings: &[Value]) -> Value {
    let row = ended(app, key, findings).await;
    let report = approved(app, &row, key).await;
    let sealed = scanned(app, &report).await;
    assert_eq!(submit(app, &row).await["userErrors"], json!([]));
    attest(app, &sealed).await;
    let input = of(&now(app, &row).await, json!({}));
    done(app, "it_admin2", "confirmInspectionReport", input).await;
    now(app, &row).await
}

/// A task by the tail of its number.
pub(crate) fn task(row: &Value, seq: usize) -> Value {
    row["tasks"][seq - 1].clone()
}

pub(crate) async fn on_task(
    app: &TestApp,
    account: &str,
    name: &str,
    task: &Value,
    extra: Value,
) -> Value {
    let query = "query($id:ID!){node(id:$id){... on RectificationTask{version}}}";
    let body = app
        .ask("it_admin", query, json!({ "id": task["id"] }))
        .await;
    let mut input =
        json!({ "taskId": task["id"], "expectedVersion": body["data"]["node"]["version"] });
    input
        .as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    act(app, account, name, TASK, input).await
}

fn handed_in() -> Value {
    json!({ "text": "已按建议整改", "evidence": "截图 21" })
}

both_backends! {
    /// AC1.5-3, AC1.5-5, C1.5.2-c: the clock stops at the first sealed submission that no return voids.
    async fn the_clock_of_the_report_stops_at_the_sealed_submission(app: &TestApp) {
        register(app).await;
        app.at("2026-09-30 10:00:00").await;
        let row = ended(app, "clock", &[]).await;
        assert_eq!(row["reportDueOn"], "2026-10-13");
        for account in ["engineer", "it_admin", "manager"] {
            let refused = visit(app, account, "submitInspectionReport", of(&now(app, &row).await, json!({}))).await;
            assert_eq!(code(&refused), "FORBIDDEN", "{account}");
        }
        assert_eq!(code(&submit(app, &row).await), "SEAL_MISSING", "no report yet");
        app.at("2026-10-12 09:00:00").await;
        let report = approved(app, &row, "clock").await;
        assert_eq!(code(&submit(app, &row).await), "SEAL_MISSING", "approved and not sealed");
        app.at("2026-10-13 23:58:00").await;
        scanned(app, &report).await;
        app.app.clock.set(t("2026-10-13 23:59:00"));
        let in_time = submit(app, &row).await;
        assert_eq!(in_time["inspection"]["state"], "REPORTED", "{in_time}");
        let seen = now(app, &row).await;
        assert_eq!((&seen["reportLate"], instant(&seen["reportSubmittedAt"])), (&json!(false), t("2026-10-13 23:59:00")));
        assert_eq!(code(&submit(app, &row).await), "WRONG_STATE", "it is submitted");

        // Returned as a defect, the submission is void; the same scan does not come back.
        app.app.clock.set(t("2026-10-14 00:00:00"));
        let back = |kind: &str| json!({ "kind": kind, "reason": "公章不清" });
        let input = of(&now(app, &row).await, back("DEFECT"));
        assert_eq!(code(&visit(app, "pm", "returnInspectionReport", input.clone()).await), "FORBIDDEN");
        done(app, "it_admin", "returnInspectionReport", input).await;
        let seen = now(app, &row).await;
        assert_eq!((&seen["state"], &seen["reportSubmittedAt"], &seen["reportOverdue"]), (&json!("ENDED"), &Value::Null, &json!(true)), "{seen}");
        assert!(app.notices("pm").await.iter().any(|title| title.contains("已退回")));
        assert_eq!(code(&submit(app, &row).await), "SEAL_MISSING", "the scan went back");
        scanned(app, &report).await;
        done(app, "pm", "submitInspectionReport", of(&now(app, &row).await, json!({}))).await;
        let late = now(app, &row).await;
        assert_eq!((&late["reportLate"], &late["reportLateWd"], &late["reportOverdue"]), (&json!(true), &json!(1), &json!(false)), "{late}");

        // Returned for its content, the submission stays.
        let first = late["reportSubmittedAt"].clone();
        app.at("2026-10-15 10:00:00").await;
        done(app, "it_admin", "returnInspectionReport", of(&now(app, &row).await, back("CONTENT"))).await;
        assert_eq!(now(app, &row).await["reportSubmittedAt"], first);
        let taken = json!({ "reportId": report, "expectedVersion": version(app, &report).await, "reason": "按院方意见修改" });
        let payload = act(app, "pm", "takeBackReport", "report{state}", taken).await;
        assert_eq!(payload["report"]["state"], "DRAFT", "{payload}");
        let words = json!({ "conclusion": "系统运行平稳，已补充说明" });
        done(app, "engineer", "describeInspection", of(&now(app, &row).await, words)).await;
        app.app.clock.set(t("2026-10-15 11:00:00"));
        app.approved("pm", &report).await;
        let sealed = scanned(app, &report).await;
        done(app, "pm", "submitInspectionReport", of(&now(app, &row).await, json!({}))).await;
        attest(app, &sealed).await;
        done(app, "it_admin", "confirmInspectionReport", of(&now(app, &row).await, json!({}))).await;
        let end = now(app, &row).await;
        assert_eq!((&end["state"], &end["reportSubmittedAt"], &end["tasks"]), (&json!("CONFIRMED"), &first, &json!([])), "{end}");
        let states: Vec<&str> = end["reports"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["RETURNED", "RETURNED", "CONFIRMED"]);
        assert!(end["reports"].as_array().unwrap().iter().all(|one| one["reportNumber"] == "XJBG-2026-0001"), "{end}");
    }

    /// AC1.5-4, C1.5.2-a, C1.5.2-b, C1.5.2-d: everything that is missing is named, and what came after the approval is seen.
    async fn a_report_is_submitted_only_complete_and_as_it_was_approved(app: &TestApp) {
        register(app).await;
        let row = begun(app, "gates").await;
        fill(app, &row, &[]).await;
        let mut open = finding(&row, "gates", ("LOW", "VENDOR"), None);
        open["deadlineByRisk"] = json!(false);
        let made = act(app, "engineer", "addFinding", "finding{id}", open).await;
        done(app, "engineer", "endInspection", of(&now(app, &row).await, json!({}))).await;
        let told = submit(app, &row).await;
        let message = told["userErrors"][0]["message"].as_str().unwrap_or_else(|| panic!("{told}"));
        assert_eq!(code(&told), "REPORT_SECTION_MISSING");
        for part in ["沟通记录", "预防建议", "缺少建议、期限", "盖章"] {
            assert!(message.contains(part), "{message}");
        }
        worded(app, &row).await;
        assert_eq!(code(&submit(app, &row).await), "FINDING_INCOMPLETE");
        let change = json!({ "findingId": made["finding"]["id"], "expectedVersion": 1, "deadlineOn": "2026-03-31" });
        act(app, "engineer", "updateFinding", "finding{id}", change).await;
        assert_eq!(code(&submit(app, &row).await), "SEAL_MISSING");
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::seconds(1));
        let report = approved(app, &row, "gates").await;
        scanned(app, &report).await;
        // A talk that is entered afterwards stands in no sealed report.
        worded(app, &row).await;
        assert_eq!(code(&submit(app, &row).await), "CONTENT_DIFFERS");
        let twice = json!({ "idempotencyKey": "rect-report-twice", "code": "inspection_report", "subjectId": row["id"] });
        assert_eq!(code(&act(app, "engineer", "draftReport", "report{id}", twice).await), "WRONG_STATE", "one report an inspection");
    }

    /// AC1.5-6, C1.5.2-e, C1.5.2-f: one task a finding; the clock stops at the submission that is verified later.
    async fn a_confirmed_report_opens_one_task_for_each_finding(app: &TestApp) {
        register(app).await;
        app.at("2026-03-05 09:00:00").await;
        let seed = json!({ "id": "ins_0" });
        let all = [
            finding(&seed, "high", ("HIGH", "VENDOR"), Some("2026-03-20")),
            finding(&seed, "again", ("HIGH", "VENDOR"), Some("2026-03-20")),
            finding(&seed, "medium", ("MEDIUM", "HOSPITAL"), None),
            finding(&seed, "low", ("LOW", "VENDOR"), None),
            finding(&seed, "waived", ("LOW", "VENDOR"), Some("2026-04-30")),
        ];
        let row = ended(app, "tasks", &all).await;
        let report = approved(app, &row, "tasks").await;
        let sealed = scanned(app, &report).await;
        done(app, "pm", "submitInspectionReport", of(&now(app, &row).await, json!({}))).await;
        let input = of(&now(app, &row).await, json!({}));
        assert_eq!(code(&visit(app, "it_admin", "confirmInspectionReport", input.clone()).await), "WRONG_STATE", "the seal is not attested");
        attest(app, &sealed).await;
        assert_eq!(code(&visit(app, "pm", "confirmInspectionReport", input.clone()).await), "FORBIDDEN");
        assert_eq!(code(&visit(app, "it_admin_b", "confirmInspectionReport", input.clone()).await), "NOT_FOUND");
        done(app, "it_admin", "confirmInspectionReport", input).await;
        let row = now(app, &row).await;
        assert_eq!(row["tasks"].as_array().unwrap().len(), 5, "{row}");
        let due: Vec<&str> = row["tasks"].as_array().unwrap().iter().map(|task| task["dueOn"].as_str().unwrap()).collect();
        // 15 working days after Thursday 5 March, and 90 days: 3 June.
        assert_eq!(due, ["2026-03-20", "2026-03-20", "2026-03-26", "2026-06-03", "2026-04-30"]);
        assert!(row["tasks"][0]["number"].as_str().unwrap().starts_with("ZG-2026-"));
        assert_eq!(row["tasks"][0]["reportNumber"], "XJBG-2026-0001");

        let (first, again, hospital, low, waived) = (task(&row, 1), task(&row, 2), task(&row, 3), task(&row, 4), task(&row, 5));
        assert_eq!(code(&on_task(app, "it_admin", "submitRectification", &first, handed_in()).await), "INVALID", "the vendor's task");
        let stepped = on_task(app, "engineer", "recordRectificationStep", &first, json!({ "text": "更换硬盘" })).await;
        assert_eq!(stepped["task"]["state"], "IN_PROGRESS", "{stepped}");
        app.at("2026-03-20 16:00:00").await;
        for task in [&first, &again] {
            let payload = on_task(app, "engineer", "submitRectification", task, handed_in()).await;
            assert_eq!(payload["task"]["standing"], "SUBMITTED", "{payload}");
        }
        app.at("2026-03-25 10:00:00").await;
        assert_eq!(code(&on_task(app, "pm", "verifyRectification", &first, json!({})).await), "FORBIDDEN");
        let verified = on_task(app, "it_admin", "verifyRectification", &first, json!({})).await;
        assert_eq!((&verified["task"]["standing"], &verified["task"]["late"]), (&json!("VERIFIED"), &json!(false)), "{verified}");
        let rejected = on_task(app, "it_admin", "rejectRectification", &again, json!({ "note": "仍有告警" })).await;
        assert_eq!((&rejected["task"]["standing"], &rejected["task"]["submittedAt"]), (&json!("OVERDUE"), &Value::Null), "{rejected}");
        app.at("2026-03-26 10:00:00").await;
        on_task(app, "engineer", "submitRectification", &again, handed_in()).await;
        let verified = on_task(app, "it_admin", "verifyRectification", &again, json!({ "note": "已消除" })).await;
        assert_eq!((&verified["task"]["late"], &verified["task"]["lateWd"]), (&json!(true), &json!(4)), "{verified}");
        assert_eq!(verified["task"]["submissions"], json!([{ "accepted": false }, { "accepted": true }]));

        // Of the hospital: its own people do it, another of them verifies it, and it does not count.
        assert_eq!(code(&on_task(app, "engineer", "submitRectification", &hospital, handed_in()).await), "INVALID");
        on_task(app, "it_admin", "submitRectification", &hospital, handed_in()).await;
        assert_eq!(code(&on_task(app, "it_admin", "verifyRectification", &hospital, json!({})).await), "FOUR_EYES");
        on_task(app, "it_admin2", "verifyRectification", &hospital, json!({})).await;

        // An extension takes both sides.
        let later = |on: &str| json!({ "dueOn": on, "reason": "等待备件" });
        assert_eq!(code(&on_task(app, "engineer", "proposeRectificationExtension", &low, later("2026-06-03")).await), "INVALID", "not later");
        on_task(app, "engineer", "proposeRectificationExtension", &low, later("2026-06-30")).await;
        assert_eq!(code(&on_task(app, "pm", "answerRectificationExtension", &low, json!({ "accepted": true })).await), "FOUR_EYES");
        assert_eq!(code(&on_task(app, "engineer", "proposeRectificationExtension", &low, later("2026-07-30")).await), "WRONG_STATE", "one waits");
        let agreed = on_task(app, "it_admin", "answerRectificationExtension", &low, json!({ "accepted": true })).await;
        assert_eq!((&agreed["task"]["standing"], &agreed["task"]["dueOn"]), (&json!("EXTENDED"), &json!("2026-06-30")), "{agreed}");
        assert_eq!(agreed["task"]["moves"], json!([{ "cause": "CONSENT", "byWd": null, "dueOn": "2026-06-30", "agreed": true }]));

        assert_eq!(code(&on_task(app, "it_admin", "waiveRectification", &waived, json!({ "reason": "即将下线" })).await), "FORBIDDEN");
        let gone = on_task(app, "manager", "waiveRectification", &waived, json!({ "reason": "即将下线" })).await;
        assert_eq!(gone["task"]["standing"], "WAIVED", "{gone}");
        assert_eq!(code(&on_task(app, "engineer", "submitRectification", &waived, handed_in()).await), "WRONG_STATE");

        app.at("2026-07-02 09:00:00").await;
        let query = "query($id:ID!){rectificationList(contractId:$id){dueCount closedInTimeCount closedInTimeRatioCenti vendorTasks{standing} otherTasks{standing} counts{risk overdueCount verifiedCount waivedCount totalCount}} rectificationTasks(filter:{overdueOnly:true}){totalCount nodes{number}}}";
        let body = app.ask("manager", query, json!({ "id": contract(app).await })).await;
        let list = &body["data"]["rectificationList"];
        assert_eq!((&list["dueCount"], &list["closedInTimeCount"], &list["closedInTimeRatioCenti"]), (&json!(3), &json!(1), &json!(3333)), "{body}");
        assert_eq!((&list["vendorTasks"][0]["standing"], list["vendorTasks"].as_array().unwrap().len()), (&json!("OVERDUE"), 4));
        assert_eq!(list["otherTasks"], json!([{ "standing": "VERIFIED" }]));
        assert_eq!(body["data"]["rectificationTasks"]["totalCount"], 1, "{body}");
        assert!(app.notices("pm").await.iter().any(|title| title.contains("逾期：整改任务")));
    }

    /// AC1.5-6, AC-C1.5.2-e, S39: the hospital's own delay moves the dates of the report; nobody is deemed to have confirmed.
    async fn a_late_answer_of_the_hospital_moves_the_dates_and_decides_nothing(app: &TestApp) {
        register(app).await;
        app.at("2026-03-02 09:00:00").await;
        let seed = json!({ "id": "ins_0" });
        let all = [finding(&seed, "dated", ("HIGH", "VENDOR"), Some("2026-03-20")), finding(&seed, "risk", ("HIGH", "VENDOR"), None)];
        let row = ended(app, "delay", &all).await;
        let report = approved(app, &row, "delay").await;
        let sealed = scanned(app, &report).await;
        done(app, "pm", "submitInspectionReport", of(&now(app, &row).await, json!({}))).await;
        attest(app, &sealed).await;
        let told = || async { app.notices("it_admin").await.iter().filter(|title| title.contains("尚待确认")).count() };
        app.at("2026-03-06 17:00:00").await;
        assert_eq!(told().await, 0);
        app.at("2026-03-09 17:00:00").await;
        assert_eq!(told().await, 1, "unanswered for five working days");
        app.at("2026-03-11 10:00:00").await;
        done(app, "it_admin", "confirmInspectionReport", of(&now(app, &row).await, json!({}))).await;
        let row = now(app, &row).await;
        assert_eq!(row["reports"][0]["delayWd"], 2, "{row}");
        let (dated, by_risk) = (task(&row, 1), task(&row, 2));
        assert_eq!((&dated["dueOn"], instant(&dated["originalDueAt"])), (&json!("2026-03-24"), t("2026-03-21 00:00:00")), "{dated}");
        assert_eq!(dated["moves"], json!([{ "cause": "HOSPITAL_DELAY", "byWd": 2, "dueOn": "2026-03-24", "agreed": true }]));
        assert_eq!((&by_risk["dueOn"], &by_risk["moves"]), (&json!("2026-03-18"), &json!([])), "a limit by risk begins with the confirmation");

        // A rejection that took seven working days moves the date by two.
        app.at("2026-03-16 10:00:00").await;
        on_task(app, "engineer", "submitRectification", &dated, handed_in()).await;
        app.at("2026-03-25 10:00:00").await;
        let moved = on_task(app, "it_admin", "rejectRectification", &dated, json!({ "note": "未达要求" })).await;
        assert_eq!((&moved["task"]["dueOn"], &moved["task"]["standing"]), (&json!("2026-03-26"), &json!("REJECTED")), "{moved}");

        // Sixty days without an answer are no answer, and a date that has passed is agreed on anew.
        let seed = json!({ "id": "ins_0" });
        let second = ended(app, "silent", &[finding(&seed, "past", ("LOW", "VENDOR"), Some("2026-04-10"))]).await;
        let report = approved(app, &second, "silent").await;
        let sealed = scanned(app, &report).await;
        done(app, "pm", "submitInspectionReport", of(&now(app, &second).await, json!({}))).await;
        attest(app, &sealed).await;
        app.at("2026-05-24 10:00:00").await;
        let seen = now(app, &second).await;
        assert_eq!((&seen["state"], &seen["reportLate"], &seen["reports"][0]["state"]), (&json!("REPORTED"), &json!(false), &json!("SUBMITTED")));
    }

    /// DEADLINE_PAST, FOUR_EYES: a date before the confirmation is agreed on anew, and nobody confirms what he took part in.
    async fn a_date_before_the_confirmation_is_not_confirmed(app: &TestApp) {
        register(app).await;
        app.at("2026-03-02 09:00:00").await;
        let seed = json!({ "id": "ins_0" });
        let row = begun(app, "past").await;
        fill(app, &row, &[]).await;
        let mut input = finding(&seed, "early", ("LOW", "VENDOR"), Some("2026-03-03"));
        input["inspectionId"] = row["id"].clone();
        act(app, "engineer", "addFinding", "finding{id}", input).await;
        let joins = json!({ "inspectionId": row["id"], "personId": person(app, "it_admin").await });
        done(app, "engineer", "addInspectionParticipant", joins).await;
        worded(app, &row).await;
        done(app, "engineer", "endInspection", of(&now(app, &row).await, json!({}))).await;
        let report = approved(app, &row, "past").await;
        let sealed = scanned(app, &report).await;
        done(app, "pm", "submitInspectionReport", of(&now(app, &row).await, json!({}))).await;
        attest(app, &sealed).await;
        app.at("2026-03-05 09:00:00").await;
        let input = of(&now(app, &row).await, json!({}));
        assert_eq!(code(&visit(app, "it_admin", "confirmInspectionReport", input.clone()).await), "FOUR_EYES");
        let past = visit(app, "it_admin2", "confirmInspectionReport", input.clone()).await;
        assert_eq!(code(&past), "DEADLINE_PAST");
        assert!(past["userErrors"][0]["message"].as_str().unwrap().contains("XJ-2026-0001-01"), "{past}");
        assert_eq!(now(app, &row).await["tasks"], json!([]), "nothing is half confirmed");
        let back = of(&now(app, &row).await, json!({ "kind": "CONTENT", "reason": "期限另定" }));
        done(app, "it_admin2", "returnInspectionReport", back).await;
        let taken = json!({ "reportId": report, "reason": "期限另定" });
        let correction = json!({ "idempotencyKey": "rect-past-2", "code": "inspection_report", "subjectId": row["id"], "correction": taken });
        let query = "query($id:ID!){inspection(id:$id){findings{id version}}}";
        let body = app.ask("engineer", query, json!({ "id": row["id"] })).await;
        let found = &body["data"]["inspection"]["findings"][0];
        let change = json!({ "findingId": found["id"], "expectedVersion": found["version"], "deadlineOn": "2026-03-20" });
        act(app, "engineer", "updateFinding", "finding{id}", change).await;
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::seconds(1));
        let made = act(app, "engineer", "draftReport", "report{id revision}", correction).await;
        assert_eq!(made["report"]["revision"], 2, "{made}");
        let second = made["report"]["id"].as_str().unwrap().to_owned();
        app.approved("pm", &second).await;
        let sealed = scanned(app, &second).await;
        done(app, "pm", "submitInspectionReport", of(&now(app, &row).await, json!({}))).await;
        attest(app, &sealed).await;
        let input = of(&now(app, &row).await, json!({}));
        let end = visit(app, "it_admin2", "confirmInspectionReport", input).await;
        assert_eq!(end["inspection"]["state"], "CONFIRMED", "{end}");
    }

    /// RP-DATA-1, RP-DEF-1, RP-CONT-1: the report of an inspection and the rectification list come out of the schema.
    async fn the_reports_of_inspections_say_what_the_records_say(app: &TestApp) {
        register(app).await;
        app.at("2026-03-05 09:00:00").await;
        let seed = json!({ "id": "ins_0" });
        let row = confirmed(app, "said", &[finding(&seed, "said", ("HIGH", "VENDOR"), Some("2026-03-20"))]).await;
        let new = json!({ "idempotencyKey": "rect-list-1", "code": "rectification_list", "subjectId": contract(app).await });
        let made = act(app, "pm", "draftReport", "report{id}", new).await;
        let id = made["report"]["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        let page = reqwest::Client::new()
            .get(format!("{}/reports/{id}/draft", app.base))
            .bearer_auth(app.token("pm").await)
            .send().await.unwrap().text().await.unwrap();
        let number = task(&row, 1)["number"].as_str().unwrap().to_owned();
        for part in ["整改清单", number.as_str(), "XJBG-2026-0001", "问题 said"] {
            assert!(page.contains(part), "{part}");
        }
    }
}

async fn version(app: &TestApp, report: &str) -> Value {
    let query = "query($id:ID!){report(id:$id){version}}";
    app.ask("pm", query, json!({ "id": report })).await["data"]["report"]["version"].clone()
}
