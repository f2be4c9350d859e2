//! Reports: frozen by a second person, laid out in a child, sealed on paper, issued, corrected, revoked (一(二), RP-ISS-*).

use e2e::story::Actors;
use e2e::{TestApp, both_backends};
use entity::rules::chain;
use entity::values::Audience;
use serde_json::{Value, json};

use crate::wall::code;

const BY: Actors<'static> = Actors {
    nurse: "nurse",
    it_admin: "it_admin",
    pm: "pm",
    engineer: "engineer",
};

const REPORT: &str = "id number revision state version dataSha256 htmlSha256 pdfSha256 pageCount way allowedActions correctsId supersededAt revokedAt author{name} approver{name} issuedBy{name} sealedDocuments{id verdict paperLocation}";

async fn report(app: &TestApp, account: &str, id: &str) -> Value {
    let query = format!("query($id:ID!){{report(id:$id){{{REPORT}}}}}");
    app.ask(account, &query, json!({ "id": id })).await["data"]["report"].clone()
}

/// A mutation about reports; its payload, or the extensions of the error.
pub async fn act(app: &TestApp, account: &str, name: &str, input: Value) -> Value {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($i:{kind}!){{{name}(input:$i){{report{{{REPORT}}} userErrors{{code field message}}}}}}"
    );
    let body = app.ask(account, &query, json!({ "i": input })).await;
    if body["errors"].is_null() {
        body["data"][name].clone()
    } else {
        body["errors"][0]["extensions"].clone()
    }
}

async fn solved(app: &TestApp, key: &str) -> Value {
    let fault = app.fault(key, "HIGH", "SEVERAL").await;
    app.work_on(&fault).await;
    app.solve(&fault).await;
    app.done(&fault, "nurse", "confirmTicket", json!({})).await
}

fn draft(fault: &Value, key: &str) -> Value {
    json!({ "idempotencyKey": key, "code": "fault_report", "subjectId": fault["id"] })
}

async fn preview(app: &TestApp, account: &str, id: &str) -> Value {
    let query =
        "query($id:ID!){reportPreview(id:$id){dataSha256 report{version} problems{place message}}}";
    app.ask(account, query, json!({ "id": id })).await["data"]["reportPreview"].clone()
}

async fn get(app: &TestApp, account: &str, id: &str, form: &str) -> (u16, Vec<u8>) {
    let answer = reqwest::Client::new()
        .get(format!("{}/reports/{id}/{form}", app.base))
        .bearer_auth(app.token(account).await)
        .send()
        .await
        .unwrap();
    let status = answer.status().as_u16();
    (status, answer.bytes().await.unwrap().to_vec())
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    chain::to_hex(&sha2::Sha256::digest(bytes).into())
}

/// Brings a scan and attests it.
async fn attested(app: &TestApp, id: &str, verdict: &str, note: Option<&str>) -> Value {
    let answer = app
        .sealed("pm", id, "2026-03-02", Some("档案柜 A-09"))
        .await;
    let body: Value = answer.json().await.unwrap();
    let input = json!({ "sealedDocumentId": body["id"], "verdict": verdict, "note": note });
    act(app, "it_admin", "attestSeal", input).await
}

/// A file of a root, as it is served.
async fn on_pages(app: &TestApp, audience: Audience, path: &str) -> Option<Vec<u8>> {
    let all = api::portal::instance::all(app.app.db.read(), None)
        .await
        .unwrap();
    let its = all
        .iter()
        .find(|one| one.reader.audience == audience)
        .unwrap();
    let root = api::portal::roots(&app.app).join(&its.name);
    std::fs::read(root.join(path)).ok()
}

both_backends! {
    /// SG-REPORT-1: only what is issued; the frozen article byte for byte, its files beside it, where the definition means it to be read.
    async fn sg_report_1_an_issued_report_stands_in_the_roots_it_is_meant_for(app: &TestApp) {
        let fault = solved(app, "report-pages").await;
        let made = act(app, "engineer", "draftReport", draft(&fault, "report-pages")).await;
        let id = made["report"]["id"].as_str().unwrap().to_owned();
        app.approved("pm", &id).await;
        api::jobs::drain(&app.app).await.unwrap();
        api::portal::build::all(&app.app, None).await.unwrap();
        let number = report(app, "pm", &id).await["number"].as_str().unwrap().to_lowercase();
        let page = format!("reports/{number}-r1.html");
        for audience in Audience::ALL {
            assert_eq!(on_pages(app, *audience, &page).await, None, "{audience}: approved is not issued");
        }
        assert_eq!(code(&attested(app, &id, "OK", None).await), "none");
        api::portal::build::all(&app.app, None).await.unwrap();
        let html = String::from_utf8(get(app, "pm", &id, "html").await.1).unwrap();
        let article = reports::article(&html).unwrap();
        for audience in Audience::ALL {
            let shown = on_pages(app, *audience, &page).await;
            let meant = matches!(audience, Audience::It | Audience::Mgmt | Audience::Vendor);
            assert_eq!(shown.is_some(), meant, "{audience}");
            let Some(shown) = shown else { continue };
            assert!(String::from_utf8(shown).unwrap().contains(article), "{audience}: the article byte for byte");
            for (form, file) in [("pdf", format!("reports/{number}-r1.pdf")), ("sealed", format!("reports/{number}-r1-sealed.png"))] {
                assert!(on_pages(app, *audience, &file).await == Some(get(app, "pm", &id, form).await.1), "{audience} {file}");
            }
        }
        let listed = on_pages(app, Audience::Audit, "reports/index.html").await.unwrap();
        assert!(String::from_utf8(listed).unwrap().contains(&number.to_uppercase()), "the auditor sees the register");
        let version = report(app, "pm", &id).await["version"].clone();
        act(app, "manager", "revokeReport", json!({ "reportId": id, "expectedVersion": version, "reason": "原因有误" })).await;
        api::portal::build::all(&app.app, None).await.unwrap();
        let shown = String::from_utf8(on_pages(app, Audience::It, &page).await.unwrap()).unwrap();
        assert!(shown.contains("已作废") && shown.contains(article), "a revoked one stays and says so");
    }

    /// RP-ISS-1, RP-ISS-2, RP-ISS-3, RP-ISS-6, RP-QA-2: what a second person approved is what is laid out, sealed and issued; later changes of the ticket change nothing.
    async fn a_fault_report_is_frozen_laid_out_sealed_and_issued(app: &TestApp) {
        let fault = solved(app, "report-key-1").await;
        let made = act(app, "engineer", "draftReport", draft(&fault, "report-key-1")).await;
        assert_eq!(code(&made), "none", "{made}");
        let id = made["report"]["id"].as_str().unwrap().to_owned();
        assert_eq!((&made["report"]["state"], &made["report"]["number"]), (&json!("DRAFT"), &Value::Null));
        let again = act(app, "engineer", "draftReport", draft(&fault, "report-key-1")).await;
        assert_eq!(again["report"]["id"], json!(id), "the same call answers with the same report");

        let seen = preview(app, "pm", &id).await;
        assert_eq!(seen["problems"], json!([]));
        let (status, page) = get(app, "pm", &id, "draft").await;
        let page = String::from_utf8(page).unwrap();
        assert_eq!(status, 200);
        assert!(page.contains("草稿") && page.contains(fault["number"].as_str().unwrap()));

        let version = seen["report"]["version"].clone();
        let approval = |sha: &Value| json!({ "reportId": id, "expectedVersion": version, "dataSha256": sha });
        let stale = act(app, "pm", "approveReport", approval(&json!("0".repeat(64)))).await;
        assert_eq!(code(&stale), "CONTENT_DIFFERS");
        assert_eq!(code(&act(app, "engineer", "approveReport", approval(&seen["dataSha256"])).await), "FORBIDDEN");
        // A change between look and approval is seen.
        app.done(&fault, "nurse", "rateTicket", json!({ "rating": 5 })).await;
        app.done(&fault, "pm", "addReply", json!({ "text": "报告编制中", "idempotencyKey": "report-reply-1" })).await;
        let moved = act(app, "pm", "approveReport", approval(&seen["dataSha256"])).await;
        assert_eq!(code(&moved), "CONTENT_DIFFERS", "{moved}");

        app.approved("pm", &id).await;
        let frozen = report(app, "pm", &id).await;
        assert_eq!((&frozen["state"], &frozen["number"], &frozen["revision"]), (&json!("APPROVED"), &json!("GZBG-2026-0001"), &json!(1)));
        assert!(frozen["pageCount"].as_i64().unwrap() >= 2, "{frozen}");
        let (status, pdf) = get(app, "it_admin", &id, "pdf").await;
        assert_eq!(status, 200);
        assert!(pdf.starts_with(b"%PDF-1.7"));
        assert_eq!(json!(sha256(&pdf)), frozen["pdfSha256"]);
        let (_, html) = get(app, "it_admin", &id, "html").await;
        assert_eq!(json!(sha256(&html)), frozen["htmlSha256"]);
        let html = String::from_utf8(html).unwrap();
        assert!(html.contains("GZBG-2026-0001") && !html.contains("草稿"));
        assert_eq!(get(app, "it_admin", &id, "draft").await.0, 409);

        // The seal: no scan without the place of the paper, none accepted without a look, a refusal needs its note.
        let bare = app.sealed("pm", &id, "2026-03-02", None).await;
        assert_eq!(bare.status(), 422);
        assert!(bare.text().await.unwrap().contains("ORIGINAL_LOCATION_MISSING"));
        assert_eq!(app.sealed("engineer", &id, "2026-03-02", Some("柜")).await.status(), 403);
        assert_eq!(app.sealed("pm", &id, "2026-03-05", Some("柜")).await.status(), 422, "a seal of the future");
        let missing = attested(app, &id, "MISSING", None).await;
        assert_eq!(code(&missing), "REQUIRED");
        let refused = {
            let waiting = report(app, "pm", &id).await["sealedDocuments"][0]["id"].clone();
            assert_eq!(app.sealed("pm", &id, "2026-03-02", Some("柜")).await.status(), 409, "one at a time");
            let input = json!({ "sealedDocumentId": waiting, "verdict": "MISSING", "note": "未见公章" });
            assert_eq!(code(&act(app, "pm", "attestSeal", input.clone()).await), "FORBIDDEN");
            act(app, "it_admin", "attestSeal", input).await
        };
        assert_eq!((code(&refused), &refused["report"]["state"]), ("none", &json!("APPROVED")));
        let issued = attested(app, &id, "OK", None).await;
        assert_eq!((code(&issued), &issued["report"]["state"], &issued["report"]["way"]), ("none", &json!("ISSUED"), &json!("PHYSICAL_SCAN")));
        assert_eq!(get(app, "manager", &id, "sealed").await.0, 200);

        // Whoever holds a page or a file learns its state without a sign-in, and nothing without its hash.
        let data = frozen["dataSha256"].as_str().unwrap();
        let paper = format!("number=GZBG-2026-0001&revision=1&data={}", &data[..16]);
        for (question, expected) in [
            (paper.as_str(), "已签发"),
            (format!("hash={}", frozen["pdfSha256"].as_str().unwrap()).as_str(), "已签发"),
            ("number=GZBG-2026-0001&revision=1&data=0000000000000000", "没有与此相符"),
            ("number=GZBG-2026-0001&revision=1", "没有与此相符"),
            ("", "查验"),
        ] {
            let answer = reqwest::get(format!("{}/verify?{question}", app.base)).await.unwrap();
            assert_eq!(answer.status(), 200);
            let page = answer.text().await.unwrap();
            assert!(page.contains(expected), "{question}: {page}");
            assert_eq!(page.contains("GZBG"), expected == "已签发", "{question}");
        }

        // The ticket moves on; the report does not.
        app.done(&fault, "nurse", "reopenTicket", json!({ "reason": "又慢了" })).await;
        api::jobs::drain(&app.app).await.unwrap();
        let after = report(app, "auditor", &id).await;
        for field in ["dataSha256", "htmlSha256", "pdfSha256"] {
            assert_eq!(after[field], frozen[field], "{field}");
        }
        let back = act(app, "pm", "takeBackReport", json!({ "reportId": id, "expectedVersion": after["version"], "reason": "改" })).await;
        assert_eq!(code(&back), "WRONG_STATE");
    }

    /// RP-ISS-4: a correction is a new revision of the same number; the old one is replaced and stays readable; a revoked one says so.
    async fn a_correction_replaces_the_issued_revision_and_a_revocation_is_visible(app: &TestApp) {
        let fault = solved(app, "report-key-2").await;
        let first = app.reported(BY, &fault, "原件柜").await;
        let sealed = report(app, "pm", &first).await["sealedDocuments"][0]["id"].clone();
        let open = json!({ "idempotencyKey": "report-key-3", "code": "fault_report", "subjectId": fault["id"], "correction": { "reportId": first, "reason": "原因有误" } });
        assert_eq!(code(&act(app, "engineer", "draftReport", open.clone()).await), "WRONG_STATE", "what is not issued is not corrected");
        let issued = act(app, "it_admin", "attestSeal", json!({ "sealedDocumentId": sealed, "verdict": "OK" })).await;
        assert_eq!(issued["report"]["state"], "ISSUED", "{issued}");

        let second = act(app, "engineer", "draftReport", open).await;
        let second = second["report"]["id"].as_str().unwrap().to_owned();
        let third = json!({ "idempotencyKey": "report-key-4", "code": "fault_report", "subjectId": fault["id"], "correction": { "reportId": first, "reason": "再改" } });
        assert_eq!(code(&act(app, "engineer", "draftReport", third).await), "WRONG_STATE", "one correction at a time");
        app.approved("pm", &second).await;
        assert_eq!(report(app, "pm", &first).await["state"], "ISSUED", "until the correction is issued the first one stands");
        let done = attested(app, &second, "OK", None).await;
        assert_eq!((&done["report"]["number"], &done["report"]["revision"]), (&issued["report"]["number"], &json!(2)));
        let old = report(app, "pm", &first).await;
        assert_eq!(old["state"], "SUPERSEDED");
        assert_eq!(get(app, "manager", &first, "pdf").await.0, 200);

        let version = done["report"]["version"].clone();
        let revoke = json!({ "reportId": second, "expectedVersion": version, "reason": "盖章有误" });
        assert_eq!(code(&act(app, "it_admin", "revokeReport", revoke.clone()).await), "FORBIDDEN");
        let gone = act(app, "manager", "revokeReport", revoke.clone()).await;
        assert_eq!(gone["report"]["state"], "REVOKED");
        assert_eq!(code(&act(app, "manager", "revokeReport", revoke).await), "CONFLICT");
        assert_eq!(get(app, "manager", &second, "pdf").await.0, 200, "a revoked report stays readable");
    }

    /// RP-DEF permissions, S 2.3: nobody approves what they wrote; who may not see reports sees none; the other hospital sees nothing.
    async fn reports_keep_four_eyes_and_stay_inside_their_hospital(app: &TestApp) {
        let fault = solved(app, "report-key-5").await;
        let own = act(app, "pm", "draftReport", draft(&fault, "report-key-5")).await;
        let id = own["report"]["id"].as_str().unwrap().to_owned();
        let seen = preview(app, "pm", &id).await;
        let input = json!({ "reportId": id, "expectedVersion": seen["report"]["version"], "dataSha256": seen["dataSha256"] });
        assert_eq!(code(&act(app, "pm", "approveReport", input.clone()).await), "FOUR_EYES");
        assert_eq!(code(&act(app, "it_admin", "approveReport", input.clone()).await), "INVALID", "its definition names other roles");
        assert_eq!(code(&act(app, "it_admin_b", "approveReport", input).await), "NOT_FOUND");
        assert_eq!(report(app, "it_admin_b", &id).await, Value::Null);
        assert_eq!(get(app, "it_admin_b", &id, "draft").await.0, 404);
        assert_eq!(get(app, "nurse", &id, "draft").await.0, 403);
        let list = app.ask("it_admin_b", "{reports{nodes{id} totalCount}}", json!({})).await;
        assert_eq!(list["data"]["reports"], json!({ "nodes": [], "totalCount": 0 }));
        let list = app.ask("it_admin", "{reports(filter:{code:[\"fault_report\"]}){nodes{id allowedActions}} reportDefinitions{code}}", json!({})).await;
        assert_eq!(list["data"]["reports"]["nodes"], json!([{ "id": id, "allowedActions": [] }]));
        let codes = json!([{ "code": "fault_report" }, { "code": "inspection_report" }, { "code": "rectification_list" }, { "code": "sla_monthly" }]);
        assert_eq!(list["data"]["reportDefinitions"], codes, "every shipped definition fits the schema");
        let foreign = json!({ "idempotencyKey": "report-key-6", "code": "fault_report", "subjectId": "tkt_01jd0000000000000000000000" });
        assert_eq!(code(&act(app, "pm", "draftReport", foreign).await), "NOT_FOUND");
        let unknown = json!({ "idempotencyKey": "report-key-7", "code": "no_such_report", "subjectId": fault["id"] });
        assert_eq!(code(&act(app, "pm", "draftReport", unknown).await), "NOT_FOUND");
    }

    /// RP-ISS-3, RP-PDF-4: a layout that runs twice makes one file, and the bytes of a second layout are those of the first.
    async fn a_layout_that_runs_again_makes_the_same_bytes(app: &TestApp) {
        use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
        let fault = solved(app, "report-key-8").await;
        let id = app.reported(BY, &fault, "原件柜").await;
        let before = report(app, "pm", &id).await;
        // As if the server had died after the files and before the row.
        let key = entity::ids::ReportId::parse(&id).unwrap();
        let row = entity::report_issue::Entity::find_by_id(key).one(app.app.db.read()).await.unwrap().unwrap();
        let tx = app.app.db.begin_write().await.unwrap();
        let version = row.version;
        let mut row = row.into_active_model();
        (row.html_sha256, row.pdf_sha256) = (Set(None), Set(None));
        row.update(&tx).await.unwrap();
        let job = api::jobs::NewJob {
            kind: api::jobs::Kind::ReportLayout,
            hospital: entity::ids::HospitalId(app.hospital("DEMO").await),
            subject: key.0,
            payload: json!({ "version": version }).to_string(),
            dedup: None,
            run_at: app.app.clock.now(),
        };
        for job in [job.clone(), job] {
            api::jobs::enqueue(&tx, &app.app, job).await.unwrap();
        }
        tx.commit().await.unwrap();
        api::jobs::drain(&app.app).await.unwrap();
        let after = report(app, "pm", &id).await;
        assert_eq!((&after["pdfSha256"], &after["htmlSha256"]), (&before["pdfSha256"], &before["htmlSha256"]));
        assert_eq!(after["version"], json!(version + 1), "the second run changed nothing");
    }
}
