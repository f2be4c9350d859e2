//! Files as evidence of inspections and rectifications (一(五)1, 一(五)2; G61–G68): who attaches and reads, when, what names them.

use e2e::both_backends;
use serde_json::json;

use super::*;
use crate::inspection::{begun, done, fill, lines, normal, of, register, visit};
use crate::rectification::{
    approved, attest, confirmed, ended, finding, now, on_task, scanned, submit,
};
use crate::wall::code;

/// Files of an inspection and of its tasks, with those that lines and submissions name.
async fn evidence(app: &TestApp, account: &str, row: &Value) -> Value {
    let query = "query($id:ID!){inspection(id:$id){attachments{id name sha256 uploadedBy{name}} results{seq evidenceFiles{id}} tasks{attachments{id} submissions{evidence evidenceFiles{id name}}}}}";
    let body = app.ask(account, query, json!({ "id": row["id"] })).await;
    assert!(body["errors"].is_null(), "{body}");
    body["data"]["inspection"].clone()
}

/// Ids that lines name, the lines without any left out.
fn named(seen: &Value) -> Vec<Value> {
    let lines = seen["results"].as_array().unwrap().iter();
    let lines = lines.map(|line| line["evidenceFiles"].clone());
    lines.filter(|files| *files != json!([])).collect()
}

both_backends! {
    /// C1.5.1-c: evidence of a line is a file of its inspection, and lets the inspection end.
    async fn a_line_names_files_of_its_own_inspection(app: &TestApp) {
        register(app).await;
        let row = begun(app, "files-1").await;
        let other = begun(app, "files-2").await;
        let before = now(app, &row).await["version"].clone();
        let shot = attached(app, "engineer", &row, "磁盘.png", PNG).await;
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::seconds(1));
        let log = attached(app, "pm", &row, "backup.log", b"backup done").await;
        let foreign = attached(app, "engineer", &other, "c.png", PNG).await;
        assert_eq!(now(app, &row).await["version"], before, "who works on it is not in conflict");
        for account in ["engineer", "pm", "it_admin", "manager", "auditor"] {
            let seen = evidence(app, account, &row).await;
            let names: Vec<&Value> = seen["attachments"].as_array().unwrap().iter().map(|file| &file["name"]).collect();
            assert_eq!(names, ["磁盘.png", "backup.log"], "{account}");
            assert_eq!(seen["attachments"][1]["sha256"], "daefe7ea5ce5e4a224c77ef93aa47806aaece3697193498d10d614b104c72424", "{account}");
            assert_eq!(get(app, account, &log, &[]).await.body, b"backup done", "{account}");
        }
        for account in ["it_admin_b", "nurse"] {
            let answer = get(app, account, &log, &[]).await;
            assert_eq!((answer.status, answer.code().as_str()), (404, "NOT_FOUND"), "{account}");
            let node = app.ask(account, "query($id:ID!){node(id:$id){id}}", json!({ "id": log })).await;
            assert!(node["data"]["node"].is_null(), "{account}: {node}");
        }

        // Every line without a word about evidence: two of each scope name a file.
        let all = lines(app, &row).await;
        let mut results = normal(&all, &[]);
        let record = async |results: &Value| visit(app, "engineer", "recordInspectionResults", json!({ "inspectionId": row["id"], "results": results })).await;
        for (ids, expected) in [
            (json!([foreign]), "NOT_FOUND"),
            (json!([shot, row["id"]]), "NOT_FOUND"),
            (json!(["att_00000000000000000000000000"]), "NOT_FOUND"),
            (json!(vec![shot.clone(); 11]), "TOO_LONG"),
        ] {
            let mut one = results[0].clone();
            one["evidenceIds"] = ids.clone();
            let refused = record(&json!([one])).await;
            assert_eq!((code(&refused), &refused["userErrors"][0]["field"]), (expected, &json!(["results", "0", "evidenceIds"])), "{ids}: {refused}");
        }
        assert!(named(&evidence(app, "engineer", &row).await).is_empty());
        for line in &mut results {
            line.as_object_mut().unwrap().remove("evidence");
        }
        record(&json!(results)).await;
        let end = async || visit(app, "engineer", "endInspection", of(&now(app, &row).await, json!({ "noProblem": true }))).await;
        assert_eq!(code(&end().await), "SCOPE_ITEM_MISSING", "no evidence at all");
        for line in &mut results {
            line["evidenceIds"] = json!([log, shot, shot]);
        }
        assert_eq!(record(&json!(results)).await["userErrors"], json!([]));
        let seen = evidence(app, "auditor", &row).await;
        assert_eq!(named(&seen), vec![json!([{ "id": shot }, { "id": log }]); all.len()], "oldest first, each once");
        // What is left out stays; what is said takes the place of what was.
        let mut one = results[0].clone();
        one.as_object_mut().unwrap().remove("evidenceIds");
        record(&json!([one])).await;
        assert_eq!(named(&evidence(app, "engineer", &row).await).len(), all.len());
        one["evidenceIds"] = json!([log]);
        record(&json!([one])).await;
        assert!(named(&evidence(app, "engineer", &row).await).contains(&json!([{ "id": log }])));
        assert_eq!(end().await["inspection"]["state"], "ENDED");
        one["evidenceIds"] = json!([]);
        assert_eq!(code(&record(&json!([one])).await), "WRONG_STATE", "only explanations after the end");
        assert!(api::audit::verify(&app.app.db).await.unwrap().iter().all(|chain| chain.damage.is_none()));
        let checked = api::attachment::check_objects(&app.app).await.unwrap();
        assert_eq!((checked.rows, checked.damaged.len()), (3, 0));
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::hours(25));
        assert_eq!(api::attachment::sweep(&app.app).await.unwrap(), 0, "rows name them");
    }

    /// G63: every refusal comes before the body is read, and a transfer cut off leaves nothing.
    async fn whoever_may_not_attach_evidence_is_refused_before_the_body_is_read(app: &TestApp) {
        register(app).await;
        let row = begun(app, "files-3").await;
        let id = row["id"].as_str().unwrap();
        let today = entity::rules::calendar::civil_date(app.app.clock.now()).to_string();
        let planned = json!({ "idempotencyKey": "visit-files-4", "contractId": crate::inspection::contract(app).await, "kind": "ONLINE", "plannedFromOn": today, "plannedToOn": today });
        let planned = done(app, "engineer", "planInspection", planned).await;
        let planned = planned["id"].as_str().unwrap();
        let small = "Content-Length: 1048576\r\n";
        for (account, subject, status, expected) in [
            (None, id, 401, "UNAUTHENTICATED"),
            (Some("nurse"), id, 403, "FORBIDDEN"),
            (Some("it_admin"), id, 403, "FORBIDDEN"),
            (Some("auditor"), id, 403, "FORBIDDEN"),
            (Some("engineer"), planned, 409, "WRONG_STATE"),
            (Some("engineer"), "ins_00000000000000000000000000", 404, "NOT_FOUND"),
            (Some("engineer"), "rtk_00000000000000000000000000", 404, "NOT_FOUND"),
            (Some("it_admin_b"), "rtk_00000000000000000000000000", 404, "NOT_FOUND"),
        ] {
            let answer = raw(app, head(app, account, subject, small).await.as_bytes()).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, expected), "{account:?} {subject}");
        }
        assert_eq!(audited(app, "attachment.add").await, 8, "each refusal is recorded");
        let mut stream = connect(app).await;
        stream.write_all(head(app, Some("engineer"), id, small).await.as_bytes()).await.unwrap();
        stream.write_all(&[b'x'; 4096]).await.unwrap();
        drop(stream);
        staging_empties(app).await;
        assert_eq!((rows(app).await, stored(app, "objects").len()), (0, 0));
        // A key makes a retry harmless here too, and fifty files are the most.
        for _ in 0..2 {
            let answer = send(upload(app, "engineer", &row, "a.log").await.header("idempotency-key", "evidence-key").body("log")).await;
            assert_eq!(answer.status, 201);
        }
        assert_eq!(rows(app).await, 1);
        for n in 1..50 {
            app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::seconds(6));
            attached(app, "engineer", &row, &format!("{n}.log"), b"log").await;
        }
        let full = put(app, "engineer", &row, "a.log", b"log").await;
        assert_eq!((full.status, full.code().as_str(), rows(app).await), (422, "INVALID", 50));
    }

    /// A report that is submitted closes the files of its inspection; its return opens them.
    async fn a_submitted_report_takes_no_more_files_until_it_is_returned(app: &TestApp) {
        register(app).await;
        let row = ended(app, "files-5", &[]).await;
        attached(app, "engineer", &row, "a.log", b"after the end").await;
        let report = approved(app, &row, "files-5").await;
        let sealed = scanned(app, &report).await;
        assert_eq!(submit(app, &row).await["userErrors"], json!([]));
        let refused = async || {
            let answer = put(app, "engineer", &row, "b.log", b"too late").await;
            assert_eq!((answer.status, answer.code().as_str()), (409, "WRONG_STATE"));
        };
        refused().await;
        let back = json!({ "kind": "DEFECT", "reason": "公章不清" });
        done(app, "it_admin", "returnInspectionReport", of(&now(app, &row).await, back)).await;
        let again = scanned(app, &report).await;
        assert_ne!(again, sealed);
        assert_eq!(submit(app, &row).await["userErrors"], json!([]));
        attest(app, &again).await;
        done(app, "it_admin2", "confirmInspectionReport", of(&now(app, &row).await, json!({}))).await;
        refused().await;
        assert_eq!(rows(app).await, 1);
    }

    /// C1.5.2-f: the owner brings evidence, the hospital what it finds when it verifies; nothing after that.
    async fn a_submission_names_files_of_its_own_task(app: &TestApp) {
        register(app).await;
        let findings = [finding(&json!({}), "files-6a", ("LOW", "VENDOR"), None), finding(&json!({}), "files-6b", ("LOW", "HOSPITAL"), None)];
        let row = confirmed(app, "files-7", &findings).await;
        let (ours, theirs) = (row["tasks"][0].clone(), row["tasks"][1].clone());
        for (account, task, status, expected) in [
            ("it_admin", &ours, 422, "INVALID"),
            ("engineer", &theirs, 422, "INVALID"),
            ("manager", &ours, 403, "FORBIDDEN"),
            ("auditor", &ours, 403, "FORBIDDEN"),
            ("it_admin_b", &ours, 404, "NOT_FOUND"),
        ] {
            let answer = put(app, account, task, "a.png", PNG).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, expected), "{account}: {}", answer.json());
        }
        let photo = attached(app, "engineer", &ours, "整改后.png", PNG).await;
        let elsewhere = attached(app, "it_admin", &theirs, "b.png", PNG).await;
        let hand_in = async |extra: Value| on_task(app, "engineer", "submitRectification", &ours, extra).await;
        for (extra, expected) in [
            (json!({ "text": "已整改" }), "REQUIRED"),
            (json!({ "text": "已整改", "evidence": " ", "evidenceIds": [] }), "REQUIRED"),
            (json!({ "text": "已整改", "evidenceIds": [elsewhere] }), "NOT_FOUND"),
            (json!({ "text": "已整改", "evidenceIds": [photo, ours["id"]] }), "NOT_FOUND"),
            (json!({ "text": "已整改", "evidenceIds": vec![photo.clone(); 11] }), "TOO_LONG"),
        ] {
            assert_eq!(code(&hand_in(extra.clone()).await), expected, "{extra}");
        }
        let handed = hand_in(json!({ "text": "已整改", "evidenceIds": [photo] })).await;
        assert_eq!(handed["task"]["state"], "SUBMITTED", "{handed}");
        let late = put(app, "engineer", &ours, "c.png", PNG).await;
        assert_eq!((late.status, late.code().as_str()), (422, "INVALID"), "it is the hospital's turn");
        // A second later, so that the order of the two is known.
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::seconds(1));
        let found = attached(app, "it_admin", &ours, "复测.log", b"still slow").await;
        for account in ["pm", "engineer", "it_admin2", "manager", "auditor"] {
            let seen = evidence(app, account, &row).await;
            assert_eq!(seen["tasks"][0]["attachments"], json!([{ "id": photo }, { "id": found }]), "{account}");
            assert_eq!(seen["tasks"][0]["submissions"], json!([{ "evidence": null, "evidenceFiles": [{ "id": photo, "name": "整改后.png" }] }]), "{account}");
            assert_eq!(get(app, account, &found, &[]).await.body, b"still slow", "{account}");
        }
        assert_eq!(get(app, "it_admin_b", &photo, &[]).await.status, 404);
        assert_eq!(get(app, "nurse", &photo, &[]).await.status, 404);
        on_task(app, "it_admin", "rejectRectification", &ours, json!({ "note": "仍然缓慢" })).await;
        let second = attached(app, "pm", &ours, "再次.png", PNG).await;
        hand_in(json!({ "text": "再次整改", "evidence": "录像", "evidenceIds": [second] })).await;
        let verified = on_task(app, "it_admin", "verifyRectification", &ours, json!({})).await;
        assert_eq!(verified["task"]["state"], "VERIFIED", "{verified}");
        for account in ["engineer", "it_admin"] {
            let answer = put(app, account, &ours, "d.png", PNG).await;
            assert_eq!((answer.status, answer.code().as_str()), (409, "WRONG_STATE"), "{account}");
        }
        let checked = api::attachment::check_objects(&app.app).await.unwrap();
        assert_eq!((checked.rows, checked.damaged.len()), (4, 0));
        assert!(api::audit::verify(&app.app.db).await.unwrap().iter().all(|chain| chain.damage.is_none()));
    }

    /// The database itself refuses what names a file of another inspection, and a file of nothing or of two things.
    async fn the_database_keeps_files_and_what_names_them_together(app: &TestApp) {
        use sea_orm::{ActiveModelTrait, IntoActiveModel};
        register(app).await;
        let (row, other) = (begun(app, "files-8").await, begun(app, "files-9").await);
        fill(app, &row, &[]).await;
        let file = attached(app, "engineer", &other, "a.png", PNG).await;
        let file = entity::ids::AttachmentId::parse(&file).unwrap();
        let kept = entity::attachment::Entity::find_by_id(file).one(app.app.db.read()).await.unwrap().unwrap();
        let inspection = entity::ids::InspectionId::parse(row["id"].as_str().unwrap()).unwrap();
        let link = entity::inspection_evidence::Model { hospital_id: kept.hospital_id, inspection_id: inspection, seq: 1, attachment_id: file };
        let ticket = app.consult("files-key-8").await;
        let ticket = entity::ids::TicketId::parse(ticket["id"].as_str().unwrap());
        let none = entity::attachment::Model { id: entity::ids::AttachmentId(app.app.clock.id()), inspection_id: None, ..kept.clone() };
        let two = entity::attachment::Model { id: entity::ids::AttachmentId(app.app.clock.id()), ticket_id: ticket, ..kept };
        let tx = app.app.db.begin_write().await.unwrap();
        assert!(link.into_active_model().reset_all().insert(&tx).await.is_err());
        tx.rollback().await.unwrap();
        for wrong in [none, two] {
            let tx = app.app.db.begin_write().await.unwrap();
            assert!(wrong.into_active_model().reset_all().insert(&tx).await.is_err());
            tx.rollback().await.unwrap();
        }
    }

    /// Files of tickets outlive the change of their table, in both directions; an older schema knows no others.
    async fn files_of_tickets_outlive_the_change_of_their_table(app: &TestApp) {
        use migration::{Migrator, MigratorTrait};
        register(app).await;
        let ticket = app.consult("files-key-9").await;
        let kept = attached(app, "nurse", &ticket, "a.png", PNG).await;
        attached(app, "engineer", &begun(app, "files-10").await, "b.png", PNG).await;
        let id = entity::ids::AttachmentId::parse(&kept).unwrap();
        let db = sea_orm::Database::connect(&app.app.config.database_url).await.unwrap();
        let all = async || entity::attachment::Entity::find().all(&db).await.unwrap();
        let before = entity::attachment::Entity::find_by_id(id).one(&db).await.unwrap().unwrap();
        assert_eq!(all().await.len(), 2);
        let all_steps = Migrator::migrations();
        let back = all_steps.iter().rev().position(|step| step.name() == "m20261128_000025_evidence").unwrap() + 1;
        Migrator::down(&db, Some(u32::try_from(back).unwrap())).await.unwrap();
        let fresh = sea_orm::Database::connect(&app.app.config.database_url).await.unwrap();
        Migrator::up(&fresh, None).await.unwrap();
        let after = entity::attachment::Entity::find().all(&fresh).await.unwrap();
        assert_eq!(after, [before]);
        db.close().await.unwrap();
        fresh.close().await.unwrap();
    }
}
