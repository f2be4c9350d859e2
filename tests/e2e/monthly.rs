//! The monthly statement of clocks and its report (二(二), 三3; `reports.md` 10.4, RP-CONT-3): figures, rights, draft by
//! itself, approval, issue.

use e2e::{TestApp, both_backends};
use entity::ids::{ContractId, PersonId};
use entity::report_issue;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::report::act;
use crate::wall::code;

const FIGURES: &str = "figures{receivedCount onTimeCount lateCount openCount notApplicableCount judgedCount onTimeRatioCenti provisionalCount measuredCount minSec p50Sec p95Sec maxSec}";

async fn contract(app: &TestApp, no: &str) -> String {
    let row = entity::contract::Entity::find()
        .filter(entity::contract::Column::No.eq(no))
        .one(app.app.db.read())
        .await
        .unwrap()
        .unwrap();
    row.id.to_string()
}

async fn asked(app: &TestApp, account: &str, contract: &str, (year, month): (i32, i32)) -> Value {
    let query = format!(
        "query($c:ID!,$y:Int!,$m:Int!){{slaStatement(contractId:$c,year:$y,month:$m){{fromOn toOn isOver \
         responses{{code limitSec limitWd {FIGURES}}} vendorRaised{{code {FIGURES}}} deliveries{{code}} \
         resolutions{{severity targetSource limitSec limitWd unconfirmedCount heldCount heldSec {FIGURES}}} \
         meanResponseSec meanResponseCount meanResolutionCount hasUntargeted notApplicable{{reason count}} \
         lateClocks{{number code cycle byVendor stoppedAt lateSec lateWd breach claim{{decision decidedBy{{name}}}}}} \
         unconfirmed{{number}} provisional{{number code}} waits{{ticket{{number}} wait{{decision note}}}} demands{{ticket{{number}}}} \
         reopenings{{ticket{{number}} reason}} recurrences{{kind}} ticketCount categories{{category totalCount s2Count s4Count unratedCount vendorCount}} channels{{channel count}}}}}}"
    );
    let variables = json!({ "c": contract, "y": year, "m": month });
    app.ask(account, &query, variables).await
}

async fn statement(app: &TestApp, account: &str, contract: &str, month: (i32, i32)) -> Value {
    let body = asked(app, account, contract, month).await;
    assert!(body["errors"].is_null(), "{body}");
    body["data"]["slaStatement"].clone()
}

async fn respond(app: &TestApp, ticket: &Value) {
    let answer = json!({ "text": "请按说明操作", "channel": "PHONE" });
    app.done(ticket, "engineer", "respondTicket", answer).await;
}

/// March 2026: consultations in time, late, unanswered and cancelled; one of the vendor; a fault with a pause that is
/// solved late and reopened; a training request of the last day.
async fn story(app: &TestApp) -> Vec<Value> {
    let consult = async |key: &str| app.consult(key).await;
    app.at("2026-03-02 08:00:00").await;
    let first = consult("month-1").await;
    app.at("2026-03-02 08:30:00").await;
    respond(app, &first).await;
    let second = consult("month-2").await;
    let cancelled = consult("month-3").await;
    app.done(
        &cancelled,
        "nurse",
        "cancelTicket",
        json!({ "reason": "误报" }),
    )
    .await;
    app.at("2026-03-02 09:40:00").await;
    respond(app, &second).await;
    let own = json!({ "category": "MAINTENANCE", "subcategory": "MAINTENANCE-CAPACITY", "idempotencyKey": "month-own" });
    let own = app.create("engineer", own).await;
    app.at("2026-03-02 09:45:00").await;
    app.work_on(&own).await;
    // Severity 2: eight hours.
    app.at("2026-03-03 08:00:00").await;
    let fault = app.fault("month-fault", "HIGH", "SEVERAL").await;
    app.at("2026-03-03 08:10:00").await;
    app.work_on(&fault).await;
    app.at("2026-03-03 10:00:00").await;
    app.done(
        &fault,
        "engineer",
        "proposeWait",
        json!({ "reason": "WAIT_HOSPITAL", "note": "请提供截图" }),
    )
    .await;
    app.done(&fault, "it_admin", "decideWait", json!({ "accept": true }))
        .await;
    app.at("2026-03-03 12:00:00").await;
    app.done(&fault, "engineer", "resumeTicket", json!({}))
        .await;
    app.at("2026-03-03 19:00:00").await;
    app.solve(&fault).await;
    app.done(&fault, "nurse", "confirmTicket", json!({})).await;
    app.at("2026-03-05 09:00:00").await;
    app.done(
        &fault,
        "nurse",
        "reopenTicket",
        json!({ "reason": "再次出现" }),
    )
    .await;
    app.at("2026-03-05 09:20:00").await;
    app.work_on(&fault).await;
    app.at("2026-03-05 11:00:00").await;
    app.solve(&fault).await;
    app.done(&fault, "nurse", "confirmTicket", json!({})).await;
    // Of the last evening: its response is of March, its solution of April.
    app.at("2026-03-31 22:00:00").await;
    let last = app.fault("month-last", "LOW", "ONE").await;
    let unanswered = consult("month-4").await;
    app.at("2026-03-31 23:30:00").await;
    vec![first, second, cancelled, own, fault, last, unanswered]
}

fn line<'a>(lines: &'a Value, field: &str, word: &str) -> &'a Value {
    let all = lines.as_array().unwrap();
    let found = all.iter().find(|line| line[field] == word);
    found.unwrap_or_else(|| panic!("no {word} in {lines}"))
}

fn counts(line: &Value) -> [i64; 5] {
    [
        "receivedCount",
        "onTimeCount",
        "lateCount",
        "openCount",
        "notApplicableCount",
    ]
    .map(|name| line["figures"][name].as_i64().unwrap())
}

async fn reports(app: &TestApp, code: &str) -> Vec<report_issue::Model> {
    report_issue::Entity::find()
        .filter(report_issue::Column::Code.eq(code))
        .order_by_asc(report_issue::Column::Id)
        .all(app.app.db.read())
        .await
        .unwrap()
}

async fn of_contract(app: &TestApp, code: &str, contract: &str) -> Vec<report_issue::Model> {
    let id = ContractId::lookup(contract);
    let all = reports(app, code).await;
    all.into_iter()
        .filter(|row| row.contract_id == id)
        .collect()
}

both_backends! {
    /// RP-CONT-3, S13: every count of a month follows from its story.
    async fn a_month_is_counted_and_measured(app: &TestApp) {
        let all = story(app).await;
        let number = |place: usize| all[place]["number"].clone();
        let here = contract(app, "DEMO-2026-001").await;
        let seen = statement(app, "pm", &here, (2026, 3)).await;
        assert_eq!((&seen["fromOn"], &seen["toOn"], &seen["isOver"]), (&json!("2026-03-01"), &json!("2026-03-31"), &json!(false)));

        let consult = line(&seen["responses"], "code", "CONSULT_RESPONSE_1H");
        assert_eq!((&consult["limitSec"], &consult["limitWd"]), (&json!(3600), &Value::Null));
        // One of 30 min, one of 70 min, one past its hour without an answer, one cancelled.
        assert_eq!(counts(consult), [4, 1, 2, 0, 1]);
        let figures = &consult["figures"];
        assert_eq!((&figures["judgedCount"], &figures["onTimeRatioCenti"]), (&json!(3), &json!(3333)));
        assert_eq!(["measuredCount", "minSec", "p50Sec", "p95Sec", "maxSec"].map(|name| figures[name].as_i64().unwrap()), [2, 1800, 1800, 4200, 4200]);
        let fault = line(&seen["responses"], "code", "FAULT_RESPONSE_2H");
        assert_eq!(counts(fault), [3, 2, 0, 1, 0], "two cycles answered, one still in time");
        assert_eq!((&seen["meanResponseCount"], &seen["meanResponseSec"]), (&json!(4), &json!((1800 + 4200 + 600 + 1200) / 4)));
        assert_eq!(counts(&seen["vendorRaised"][0]), [1, 1, 0, 0, 0], "apart: {}", seen["vendorRaised"]);

        let solved = line(&seen["resolutions"], "severity", "S2");
        assert_eq!((&solved["targetSource"], &solved["limitSec"]), (&json!("ANNEX"), &json!(28_800)));
        assert_eq!(counts(solved), [2, 1, 1, 0, 0]);
        assert_eq!(seen["resolutions"].as_array().unwrap().len(), 1, "what falls due in April is April's");
        assert_eq!(seen["notApplicable"], json!([{ "reason": "TICKET_CANCELLED", "count": 1 }]));
        assert_eq!(seen["hasUntargeted"], false);

        let late: Vec<_> = seen["lateClocks"].as_array().unwrap().iter().map(|one| (one["number"].clone(), one["code"].as_str().unwrap(), one["lateSec"].as_i64(), one["breach"].as_str())).collect();
        assert_eq!(late, [
            (number(1), "CONSULT_RESPONSE_1H", Some(600), None),
            // Due at 18:00 after two hours of pause.
            (number(4), "RESOLUTION_BY_SEVERITY", Some(3600), Some("CANDIDATE")),
            (number(6), "CONSULT_RESPONSE_1H", None, None),
        ]);
        assert_eq!(seen["waits"], json!([{ "ticket": { "number": number(4) }, "wait": { "decision": "ACCEPTED", "note": "请提供截图" } }]));
        assert_eq!(seen["reopenings"], json!([{ "ticket": { "number": number(4) }, "reason": "再次出现" }]));
        assert_eq!(seen["recurrences"][0], json!({ "kind": "REOPENED" }));
        assert_eq!(seen["ticketCount"], 7);
        let line = line(&seen["categories"], "category", "CONSULT");
        assert_eq!((&line["totalCount"], &line["unratedCount"], &line["vendorCount"]), (&json!(4), &json!(4), &json!(0)));
        assert_eq!(seen["channels"], json!([{ "channel": "PORTAL", "count": 7 }]));

        // Everybody with the right reads the same; the next month has the rest.
        for account in ["it_admin", "manager", "auditor"] {
            assert_eq!(statement(app, account, &here, (2026, 3)).await, seen, "{account}");
        }
        app.at("2026-04-02 09:00:00").await;
        let april = statement(app, "pm", &here, (2026, 4)).await;
        assert_eq!(april["resolutions"].as_array().unwrap().len(), 1, "{april}");
        assert_eq!((&april["ticketCount"], &april["responses"]), (&json!(0), &json!([])));
        let march = statement(app, "pm", &here, (2026, 3)).await;
        assert_eq!((&march["isOver"], march["lateClocks"].as_array().unwrap().len()), (&json!(true), 4), "the fault of the last evening was never answered");
    }

    /// S20, S31: provisional due dates are marked; without annex and demand nothing is judged.
    async fn provisional_dates_and_missing_targets_are_told(app: &TestApp) {
        app.at("2026-12-31 17:00:00").await;
        let training = app.create("nurse", json!({ "category": "TRAINING", "subcategory": "TRAINING-MGMT", "idempotencyKey": "month-training" })).await;
        let here = contract(app, "DEMO-2026-001").await;
        let seen = statement(app, "pm", &here, (2026, 12)).await;
        let training_line = line(&seen["responses"], "code", "TRAINING_RESPONSE_WD");
        assert_eq!((&training_line["limitWd"], &training_line["figures"]["provisionalCount"]), (&json!(1), &json!(1)));
        assert_eq!(seen["provisional"], json!([{ "number": training["number"], "code": "TRAINING_RESPONSE_WD" }]));

        // The second hospital has signed no annex.
        let facts = json!({ "phenomenon": "登录失败", "occurredAt": app.app.clock.now().to_rfc3339(), "scope": "全科", "relatedSystems": [], "steps": "登录" });
        app.create("nurse_b", json!({ "category": "FAULT", "subcategory": "FAULT-DOWN", "fault": facts, "urgency": "HIGH", "bedsAffected": "WHOLE_UNIT", "idempotencyKey": "month-fault-b" })).await;
        let there = contract(app, "DEMO-B-2026-001").await;
        let seen = statement(app, "it_admin_b", &there, (2026, 12)).await;
        assert_eq!((&seen["hasUntargeted"], &seen["notApplicable"]), (&json!(true), &json!([{ "reason": "NO_TARGET", "count": 1 }])));
        let line = line(&seen["resolutions"], "targetSource", "NONE");
        assert_eq!((counts(line), &line["figures"]["onTimeRatioCenti"]), ([1, 0, 0, 0, 1], &Value::Null));
        assert_eq!(seen["lateClocks"], json!([]));
    }

    /// 2.6, M41: who has no right is refused, another hospital's contract does not exist, a month that is none or has not begun is an error.
    async fn a_statement_is_for_those_who_see_every_ticket(app: &TestApp) {
        let here = contract(app, "DEMO-2026-001").await;
        let there = contract(app, "DEMO-B-2026-001").await;
        for account in ["nurse", "head_nurse", "doctor", "engineer", "trainer"] {
            let body = asked(app, account, &here, (2026, 1)).await;
            assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{account}: {body}");
        }
        for (account, contract) in [("it_admin", &there), ("auditor", &there), ("it_admin_b", &here)] {
            assert_eq!(statement(app, account, contract, (2026, 1)).await, Value::Null, "{account}");
        }
        assert_eq!(statement(app, "it_admin", "ctr_01jd0000000000000000000000", (2026, 1)).await, Value::Null);
        for month in [(2026, 0), (2026, 13), (1999, 1), (2026, 4), (2101, 1), (2026, -1)] {
            let body = asked(app, "it_admin", &here, month).await;
            let told = &body["errors"][0]["extensions"];
            assert_eq!((&told["code"], &told["reason"]), (&json!("BAD_USER_INPUT"), &json!("VALUE_RANGE")), "{month:?}: {body}");
        }
        let new = |key: &str, contract: &str, month: i32| json!({ "idempotencyKey": key, "code": "sla_monthly", "subjectId": contract, "year": 2026, "month": month });
        for (account, input, expected) in [
            ("engineer", new("month-draft-1", &here, 2), "INVALID"),
            ("nurse", new("month-draft-2", &here, 2), "FORBIDDEN"),
            ("it_admin", new("month-draft-3", &there, 2), "NOT_FOUND"),
            ("pm", new("month-draft-4", &here, 3), "INVALID"),
            ("pm", new("month-draft-5", &here, 13), "INVALID"),
        ] {
            let made = act(app, account, "draftReport", input).await;
            assert_eq!(code(&made), expected, "{account}: {made}");
        }
    }

    /// G71: as many statements for a month of one ticket as for one of seven.
    async fn a_statement_costs_the_same_whatever_the_month(app: &TestApp) {
        let here = contract(app, "DEMO-2026-001").await;
        let mut counts = Vec::new();
        for round in 0..2 {
            if round == 1 {
                story(app).await;
            } else {
                app.consult("month-0").await;
            }
            app.token("auditor").await;
            app.app.db.statements.listen();
            statement(app, "auditor", &here, (2026, 3)).await;
            counts.push(app.app.db.statements.heard().len());
        }
        // The tickets and the people of pauses and reopenings are loaded, each in one batch.
        assert!(counts[1] <= counts[0] + 2 && counts[1] <= 22, "{counts:?}");
    }

    /// RP-DEF schedule, RP-ISS-1, RP-ISS-3, RP-SIG-6: drafted by itself once, never issued by itself; approved, laid out, confirmed by three people.
    async fn a_month_is_drafted_by_itself_and_issued_by_people(app: &TestApp) {
        let all = story(app).await;
        let here = contract(app, "DEMO-2026-001").await;
        for _ in 0..2 {
            api::report::schedule::sweep(&app.app).await.unwrap();
        }
        // February is drafted at once, March on the first of April at 06:00.
        app.at("2026-04-01 05:59:59").await;
        assert_eq!(of_contract(app, "sla_monthly", &here).await.len(), 1);
        app.at("2026-04-01 06:00:00").await;
        let drafts = of_contract(app, "sla_monthly", &here).await;
        let months: Vec<Value> = drafts.iter().map(|row| serde_json::from_str::<Value>(&row.params).unwrap()["month"].clone()).collect();
        assert_eq!(months, [json!(2), json!(3)]);
        assert!(drafts.iter().all(|row| row.state == entity::values::ReportState::Draft && row.number.is_none()));
        let pm = PersonId(app.person_id("pm").await);
        assert!(drafts.iter().all(|row| row.author_id == pm));
        assert!(app.notices("pm").await.iter().any(|title| title.starts_with("2026-03 月度服务时效")), "the author is told");

        // Swept and run again, by hand and under another key: still one.
        api::report::schedule::sweep(&app.app).await.unwrap();
        let row = entity::job::Entity::find()
            .filter(entity::job::Column::Kind.eq("REPORT_DRAFT"))
            .filter(entity::job::Column::Subject.eq(ContractId::lookup(&here).0))
            .filter(entity::job::Column::Payload.contains("sla_monthly"))
            .filter(entity::job::Column::Payload.contains("2026-03"))
            .one(app.app.db.read())
            .await
            .unwrap()
            .unwrap();
        let again = api::jobs::NewJob {
            kind: api::jobs::Kind::ReportDraft,
            hospital: row.hospital_id.unwrap(),
            subject: row.subject,
            payload: row.payload,
            dedup: None,
            run_at: app.app.clock.now(),
        };
        let tx = app.app.db.begin_write().await.unwrap();
        for job in [again.clone(), again] {
            api::jobs::enqueue(&tx, &app.app, job).await.unwrap();
        }
        tx.commit().await.unwrap();
        api::jobs::drain(&app.app).await.unwrap();
        assert_eq!(of_contract(app, "sla_monthly", &here).await.len(), 2);
        let dead = entity::job::Entity::find().filter(entity::job::Column::State.eq(entity::values::JobState::Dead)).count(app.app.db.read()).await.unwrap();
        assert_eq!(dead, 0);
        let twice = json!({ "idempotencyKey": "month-twice", "code": "sla_monthly", "subjectId": here, "year": 2026, "month": 3 });
        assert_eq!(code(&act(app, "it_admin", "draftReport", twice).await), "WRONG_STATE", "one a month");

        let id = drafts[1].id.to_string();
        let page = reqwest::Client::new()
            .get(format!("{}/reports/{id}/draft", app.base))
            .bearer_auth(app.token("manager").await)
            .send().await.unwrap().text().await.unwrap();
        for part in ["月度服务时效与可用率报告", "2026-03-01", "1 ÷ 3 = 33.33 %", "8 小时", "未计算扣减", "不列可用率数字", all[4]["number"].as_str().unwrap(), "再次出现", "请提供截图", "草稿"] {
            assert!(page.contains(part), "{part}");
        }
        let seen = {
            let query = "query($id:ID!){reportPreview(id:$id){dataSha256 report{version}}}";
            app.ask("pm", query, json!({ "id": id })).await["data"]["reportPreview"].clone()
        };
        let own = json!({ "reportId": id, "expectedVersion": seen["report"]["version"], "dataSha256": seen["dataSha256"] });
        assert_eq!(code(&act(app, "pm", "approveReport", own).await), "FOUR_EYES");
        app.approved("it_admin", &id).await;
        let version = |row: &report_issue::Model| json!({ "reportId": row.id.to_string(), "expectedVersion": row.version });
        let frozen = of_contract(app, "sla_monthly", &here).await.remove(1);
        assert_eq!((frozen.state, frozen.number.as_deref()), (entity::values::ReportState::Approved, Some("FWSX-2026-0001")));
        assert!(frozen.pdf_sha256.is_some() && frozen.page_count.unwrap() >= 3);
        assert_eq!(code(&act(app, "it_admin", "confirmReport", version(&frozen)).await), "FOUR_EYES", "who approved does not confirm");
        assert_eq!(code(&act(app, "pm", "confirmReport", version(&frozen)).await), "INVALID", "the hospital confirms");
        let issued = act(app, "manager", "confirmReport", version(&frozen)).await;
        assert_eq!((code(&issued), &issued["report"]["state"]), ("none", &json!("ISSUED")), "{issued}");
        // A late answer changes the records, and not the report.
        respond(app, &all[6]).await;
        let after = of_contract(app, "sla_monthly", &here).await.remove(1);
        assert_eq!((after.data_sha256, after.pdf_sha256), (frozen.data_sha256, frozen.pdf_sha256));
    }

    /// A list of one day names no month: the next one is drafted once the last one is issued, and not beside its draft.
    async fn a_list_without_a_month_is_drafted_again_once_it_is_issued(app: &TestApp) {
        let here = contract(app, "DEMO-2026-001").await;
        for day in ["2026-03-02 08:00:00", "2026-04-02 08:00:00", "2026-05-02 08:00:00"] {
            app.at(day).await;
            api::report::schedule::sweep(&app.app).await.unwrap();
            app.at(&day.replace("08:", "09:")).await;
        }
        assert_eq!(of_contract(app, "sla_monthly", &here).await.len(), 3, "one for each month past");
        let lists = of_contract(app, "rectification_list", &here).await;
        assert_eq!(lists.len(), 1, "its draft waits");
        let id = lists[0].id.to_string();
        app.approved("it_admin", &id).await;
        let frozen = of_contract(app, "rectification_list", &here).await.remove(0);
        let confirm = json!({ "reportId": id, "expectedVersion": frozen.version });
        let issued = act(app, "manager", "confirmReport", confirm).await;
        assert_eq!((code(&issued), &issued["report"]["state"]), ("none", &json!("ISSUED")), "{issued}");
        app.at("2026-06-02 09:00:00").await;
        api::report::schedule::sweep(&app.app).await.unwrap();
        api::jobs::drain(&app.app).await.unwrap();
        assert_eq!(of_contract(app, "rectification_list", &here).await.len(), 2);
    }
}
