//! The pages of the portal: what stands in which root, who opens which, and how soon a change is seen (`portal.md` 2, 3).

use std::path::{Path, PathBuf};

use e2e::paper::{dense, text_of};
use e2e::{TestApp, both_backends};
use entity::values::Audience;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::files::{PNG, attached};
use crate::inspection::{act, register};
use crate::knowledge::{content, done, new, of, out, published, tried};
use crate::rectification::{confirmed, finding};
use crate::wall::code;

/// Every file of a root with its bytes, as they are served.
fn files(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found
}

fn is_pdf(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".pdf")
}

/// Files of a root that hold a text; of a PDF its pages are read.
fn holding(app: &TestApp, instance: &str, text: &str) -> Vec<PathBuf> {
    let root = api::portal::roots(&app.app).join(instance);
    let is_in = |path: &Path, bytes: &[u8]| {
        let paper = is_pdf(path);
        let within = |part: &str| path.components().any(|one| one.as_os_str() == part);
        // The documents of the platform are made of its sources alone, and long.
        if paper && within("documents") {
            return false;
        }
        let plain = bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes());
        plain || paper && text_of(bytes).contains(&dense(text))
    };
    files(&root)
        .into_iter()
        .filter(|(path, bytes)| is_in(path, bytes))
        .map(|(path, _)| path)
        .collect()
}

/// A manual, in the same words as [`out`] publishes a short answer.
async fn manual(app: &TestApp, key: &str, content: Value) -> Value {
    let mut draft = new(key, content);
    draft["kind"] = json!("MANUAL");
    let row = done(app, "it_admin", "draftArticle", draft).await;
    published(app, &row, "it_admin", "it_admin2").await
}

/// Names of the instances of the first hospital, P0 to P5; of the ward its first department.
async fn names(app: &TestApp) -> Vec<(Audience, String)> {
    let all = api::portal::instance::all(app.app.db.read(), None)
        .await
        .unwrap();
    let first = all[0].reader.hospital;
    all.into_iter()
        .filter(|one| one.reader.hospital == first)
        .map(|one| (one.reader.audience, one.name))
        .collect()
}

async fn build(app: &TestApp) {
    api::portal::build::all(&app.app, None).await.unwrap();
}

async fn notice(app: &TestApp, key: &str, body: &str, audiences: &[&str], level: i32) -> Value {
    let input = json!({ "idempotencyKey": format!("pages-{key}"), "kind": "ANNOUNCEMENT", "title": format!("公告 {key}"), "body": body, "audiences": audiences, "dataLevel": level });
    let payload = act(
        app,
        "it_admin",
        "publishNotice",
        "notice{id version}",
        input,
    )
    .await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["notice"].clone()
}

/// Status of a page as somebody opens it.
async fn opened(app: &TestApp, token: Option<&str>, path: &str) -> (u16, String) {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut request = client.get(format!("{}{path}", app.base));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.text().await.unwrap())
}

/// Files of a folder by their path below it.
fn below(root: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let all = files(root).into_iter();
    all.map(|(path, bytes)| (path.strip_prefix(root).unwrap().to_owned(), bytes))
        .collect()
}

/// Makes a root from another machine with a token, into a folder.
#[expect(clippy::disallowed_methods, reason = "a file of a test")]
async fn over_http(
    app: &TestApp,
    (instance, audience): (&str, Audience),
    token: &str,
    to: &Path,
) -> Result<site_gen::Report, site_gen::error::Error> {
    let key = to.join("token");
    std::fs::write(&key, token).unwrap();
    let audience = site_gen::audience::Audience::from_code(audience.word()).unwrap();
    let named = site_gen::audience::Instance::new(instance, audience).unwrap();
    let options = site_gen::Options::new(named, to);
    let base = app.base.clone();
    let made = tokio::task::spawn_blocking(move || {
        let source = site_gen::source::http::HttpSource::new(&base, &key, None)?;
        site_gen::build(&options, &source)
    });
    made.await.unwrap()
}

both_backends! {
    /// SG-SRC-1, SG-SRC-2: the token of a root reads what the root shows and nothing else; from another machine the root has
    /// the same bytes, and a build without a change writes nothing.
    async fn sg_src_2_a_token_reads_as_one_root_and_over_http_the_root_is_the_same(app: &TestApp) {
        out(app, "http", content("呼吸机操作", "正文")).await;
        manual(app, "http-manual", content("呼吸机手册", "# 第一章\n\n正文")).await;
        notice(app, "http", "公告正文", &["STAFF"], 1).await;
        build(app).await;
        let all = names(app).await;
        for (audience, instance) in all.clone() {
            let input = json!({ "idempotencyKey": format!("token-{instance}"), "agent": "pages", "scopes": ["PORTAL"], "portalInstance": instance, "expiresAt": "2026-12-31T00:00:00+08:00" });
            let made = act(app, "it_admin", "createMachineToken", "token machineToken{scopes portalInstance}", input).await;
            assert_eq!(made["machineToken"], json!({ "scopes": ["PORTAL"], "portalInstance": instance }), "{made}");
            let token = made["token"].as_str().unwrap();
            for closed in ["{tickets{nodes{id}}}", "{people{nodes{id}}}", "{auditRows{nodes{seq}}}", "{machineTokens{nodes{id}}}"] {
                let (_, body) = app.send(Some(token), closed, json!({})).await;
                assert!(body["errors"][0]["extensions"]["code"].is_string(), "{closed} {body}");
                assert!(body["data"].as_object().is_none_or(|data| data.values().all(Value::is_null)), "{closed} {body}");
            }
            let folder = tempfile::tempdir().unwrap();
            let own = (instance.as_str(), audience);
            over_http(app, own, token, folder.path()).await.unwrap();
            let (here, there) = (api::portal::roots(&app.app).join(&instance), folder.path().join(&instance));
            let (here, there) = (below(&here), below(&there));
            assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>(), "{instance}");
            let whole = matches!(audience, Audience::It | Audience::Vendor);
            let papers: Vec<_> = here.keys().filter(|path| is_pdf(path)).collect();
            assert_eq!(papers.len(), if whole { 5 } else { 1 }, "{instance}: {papers:?}");
            for (path, bytes) in &here {
                assert!(there[path] == *bytes, "{instance} {}", path.display());
            }
            over_http(app, own, token, folder.path()).await.unwrap();
            let report = std::fs::read(folder.path().join(format!(".{instance}/report.json"))).unwrap();
            let report: Value = serde_json::from_slice(&report).unwrap();
            assert_eq!(report["written"]["swapped"], json!(false), "{report}");
            // The token of one root fills no other, whatever its builder was told.
            let (other, audience) = all.iter().find(|(_, name)| *name != instance).map(|(audience, name)| (name, *audience)).unwrap();
            let error = over_http(app, (other, audience), token, folder.path()).await.unwrap_err();
            assert!(error.to_string().contains("another root"), "{error}");
            assert!(!folder.path().join(other).exists(), "{other}");
        }
    }

    /// SG-QUAR-1: the centre and the vendor's manager are told where a page is held back, once a day, and nobody else is.
    async fn sg_quar_1_somebody_is_told_of_a_page_that_is_held_back(app: &TestApp) {
        let row = done(app, "engineer", "draftArticle", new("held", content("有坏链接", "见 [别处](KB-2026-9999)"))).await;
        let row = done(app, "engineer", "submitArticle", of(&row, json!({}))).await;
        done(app, "it_admin", "publishArticle", of(&row, json!({}))).await;
        let told = async |account: &str| {
            let body = app.ask(account, "{notifications(first:100){nodes{title}}}", json!({})).await;
            let all = body["data"]["notifications"]["nodes"].as_array().unwrap().clone();
            all.iter().filter(|one| one["title"].as_str().unwrap().contains("暂不显示")).count()
        };
        build(app).await;
        build(app).await;
        assert_eq!((told("it_admin").await, told("pm").await), (1, 1));
        assert_eq!((told("engineer").await, told("nurse").await, told("it_admin_b").await), (0, 0, 0));
    }

    /// G45: the scope of pages stands alone and names a root of the own hospital.
    async fn a_token_of_pages_names_one_root_of_its_hospital(app: &TestApp) {
        for (scopes, instance, field, code) in [
            (json!(["PORTAL"]), Value::Null, "portalInstance", "REQUIRED"),
            (json!(["PORTAL"]), json!("nowhere-p2"), "portalInstance", "NOT_FOUND"),
            (json!(["PORTAL", "TICKET_READ"]), json!("x-p2"), "scopes", "INVALID"),
            (json!(["TICKET_READ"]), json!("x-p2"), "portalInstance", "INVALID"),
        ] {
            let input = json!({ "idempotencyKey": format!("token-{scopes}-{instance}").replace(['"', '[', ']', ','], ""), "agent": "pages", "scopes": scopes, "portalInstance": instance, "expiresAt": "2026-12-31T00:00:00+08:00" });
            let made = act(app, "it_admin", "createMachineToken", "token", input).await;
            let told = &made["userErrors"][0];
            assert_eq!((&told["code"], &told["field"]), (&json!(code), &json!([field])), "{made}");
            assert!(made["token"].is_null());
        }
    }

    /// SG-AUD-1, SG-AUD-2, SG-AUD-4, SG-INC-3: each record stands in the roots of its audiences and in no byte of another.
    async fn sg_aud_2_a_record_is_in_the_roots_of_its_audiences_and_in_no_byte_of_another(app: &TestApp) {
        let words = [("STAFF", 2), ("ICU", 2), ("IT", 3), ("MGMT", 3), ("VENDOR", 3), ("AUDIT", 3)];
        for (word, level) in words {
            let mut one = content(&format!("Canary-{word}-title"), &format!("正文 canary-{word}-body"));
            one["audiences"] = json!([word]);
            one["dataLevel"] = json!(level);
            out(app, &format!("canary-{word}"), one).await;
            notice(app, word, &format!("canary-{word}-notice"), &[word], level).await;
        }
        // A manual has its text a second time, as PDF.
        let mut paper = content("Canary-IT-paper", "正文 canary-IT-manual\n\n:::audience VENDOR\ncanary-VENDOR-manual\n:::\n");
        paper["audiences"] = json!(["IT", "VENDOR"]);
        paper["dataLevel"] = json!(2);
        manual(app, "canary-paper", paper).await;
        let mut cut = content("给大家", "开头\n\n:::audience IT\ncanary-IT-block\n:::\n\n结尾");
        cut["audiences"] = json!(["STAFF"]);
        out(app, "cut", cut).await;
        let draft = done(app, "it_admin", "draftArticle", new("draft", content("草稿", "canary-draft"))).await;
        build(app).await;
        for (audience, instance) in names(app).await {
            for (word, _) in words {
                let expected = word == audience.word() || word == "STAFF";
                for part in ["title", "body"] {
                    let text = match part {
                        "title" => format!("Canary-{word}-title"),
                        _ => format!("canary-{word}-{part}"),
                    };
                    assert_eq!(!holding(app, &instance, &text).is_empty(), expected, "{instance} {text}");
                }
                let told = !holding(app, &instance, &format!("canary-{word}-notice")).is_empty();
                assert_eq!(told, expected, "{instance} notice of {word}");
            }
            for (text, readers) in [("canary-IT-manual", &[Audience::It, Audience::Vendor][..]), ("canary-VENDOR-manual", &[Audience::Vendor])] {
                let found = holding(app, &instance, text);
                let on_paper = found.iter().any(|path| is_pdf(path));
                assert_eq!((!found.is_empty(), on_paper), (readers.contains(&audience), readers.contains(&audience)), "{instance} {text}");
            }
            let block = !holding(app, &instance, "canary-IT-block").is_empty();
            assert_eq!(block, audience == Audience::It, "{instance} block");
            assert!(holding(app, &instance, "canary-draft").is_empty(), "{instance} draft");
        }
        let other = api::portal::instance::all(app.app.db.read(), None).await.unwrap();
        for one in other.iter().filter(|one| one.reader.hospital != other[0].reader.hospital) {
            assert!(holding(app, &one.name, "anary-").is_empty(), "{}", one.name);
        }
        // Withdrawn: gone with the next build, from pages and indexes alike.
        let row = published(app, &draft, "it_admin", "it_admin2").await;
        build(app).await;
        let staff = names(app).await[0].1.clone();
        assert!(!holding(app, &staff, "canary-draft").is_empty());
        done(app, "it_admin", "retireArticle", of(&row, json!({ "reason": "已过期" }))).await;
        build(app).await;
        assert!(holding(app, &staff, "canary-draft").is_empty());
    }

    /// SG-PRINT-1, SG-INC-3: a manual has a PDF of its present version beside its page, with its pictures, and it leaves with it.
    async fn sg_print_1_a_manual_has_its_pdf_and_it_is_gone_when_it_is_withdrawn(app: &TestApp) {
        let told = |body: &str| json!({ "title": "采集手册", "body": body, "audiences": ["STAFF"], "dataLevel": 1 });
        let mut draft = new("print", told("先写文字"));
        draft["kind"] = json!("MANUAL");
        let row = done(app, "engineer", "draftArticle", draft).await;
        let shot = attached(app, "engineer", &row, "界面.png", PNG).await;
        let body = format!("# 第一章 接线\n\n> [!WARNING]\n> 先断电\n\n| 步骤 | 说明 |\n| --- | --- |\n| 1 | 接上网线 |\n\n![采集界面](file:{shot})\n");
        let row = done(app, "engineer", "reviseArticle", of(&row, json!({ "content": told(&body) }))).await;
        let row = done(app, "engineer", "submitArticle", of(&row, json!({}))).await;
        let row = done(app, "it_admin", "publishArticle", of(&row, json!({ "clearedFileIds": [shot] }))).await;
        build(app).await;
        let staff = names(app).await[0].1.clone();
        let root = api::portal::roots(&app.app).join(&staff);
        let papers = || -> Vec<PathBuf> {
            let all = files(&root).into_iter().map(|(path, _)| path);
            all.filter(|path| is_pdf(path)).collect()
        };
        let found = papers();
        assert_eq!(found.len(), 1, "one beside the Chinese page: {found:?}");
        let text = text_of(&std::fs::read(&found[0]).unwrap());
        for part in ["采集手册", "第一章接线", "▲警告", "先断电", "接上网线", "版本1", "第1页共1页"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let page = found[0].with_extension("html");
        assert!(std::fs::read_to_string(&page).unwrap().contains("打印版 PDF"));
        let name = found[0].file_name().unwrap().to_string_lossy().into_owned();
        let (status, _) = opened(app, None, &format!("/portal/{staff}/faq/{name}")).await;
        assert_eq!(status, 200);
        // The next version has its own.
        let row = done(app, "it_admin", "reviseArticle", of(&row, json!({ "content": told("改过的正文") }))).await;
        let row = published(app, &row, "it_admin", "it_admin2").await;
        build(app).await;
        let text = text_of(&std::fs::read(&found[0]).unwrap());
        assert!(text.contains("改过的正文") && text.contains("版本2") && !text.contains("先断电"), "{text}");
        // What no font has costs the PDF alone.
        let payload = tried(app, "it_admin", "reviseArticle", of(&row, json!({ "content": told("生僻字 𠮷") }))).await;
        assert_eq!(code(&payload), "CHARACTER_NOT_PRINTABLE", "the author is told at once");
        let row = payload["article"].clone();
        let row = published(app, &row, "it_admin", "it_admin2").await;
        build(app).await;
        assert_eq!(papers(), Vec::<PathBuf>::new());
        let html = std::fs::read_to_string(&page).unwrap();
        assert!(html.contains('𠮷') && !html.contains("打印版 PDF"));
        let report = std::fs::read_to_string(api::portal::roots(&app.app).join(format!(".{staff}/report.json"))).unwrap();
        assert!(report.contains("U+20BB7"), "{report}");
        let row = done(app, "it_admin", "reviseArticle", of(&row, json!({ "content": told("常用字") }))).await;
        let row = published(app, &row, "it_admin", "it_admin2").await;
        build(app).await;
        assert_eq!(papers(), found);
        done(app, "it_admin", "retireArticle", of(&row, json!({ "reason": "已过期" }))).await;
        build(app).await;
        assert_eq!(papers(), Vec::<PathBuf>::new());
    }

    /// SG-SRC-1: documents are set for the token of a root alone, and only what is one.
    async fn sg_src_1_documents_are_set_for_the_token_of_a_root_alone(app: &TestApp) {
        let tree = json!({ "version": 1, "lang": "zh", "id": "x/1", "title": "文档", "blocks": [{ "kind": "paragraph", "text": ["正文"] }] });
        let client = reqwest::Client::new();
        let asked = async |token: Option<&str>, body: String| {
            let mut request = client.post(format!("{}/documents", app.base)).header("content-type", "application/json").body(body);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.bytes().await.unwrap())
        };
        let (staff, ward) = (names(app).await[0].1.clone(), "x");
        assert_ne!(staff, ward);
        let input = json!({ "idempotencyKey": "token-documents", "agent": "pages", "scopes": ["PORTAL"], "portalInstance": staff, "expiresAt": "2026-12-31T00:00:00+08:00" });
        let made = act(app, "it_admin", "createMachineToken", "token", input).await;
        let token = made["token"].as_str().unwrap();
        let (status, pdf) = asked(Some(token), tree.to_string()).await;
        assert_eq!(status, 200);
        assert!(pdf.starts_with(b"%PDF-"));
        assert!(text_of(&pdf).contains("正文"));
        assert_eq!(asked(Some(token), tree.to_string()).await.1, pdf, "the same bytes");
        for body in ["{}".to_owned(), "no JSON".to_owned(), tree.to_string().replace("正文", "𠮷")] {
            assert_eq!(asked(Some(token), body).await.0, 422);
        }
        assert_eq!(asked(None, tree.to_string()).await.0, 401);
        let input = json!({ "idempotencyKey": "token-others", "agent": "pages", "scopes": ["TICKET_READ"], "expiresAt": "2026-12-31T00:00:00+08:00" });
        let other = act(app, "it_admin", "createMachineToken", "token", input).await;
        assert_eq!(asked(other["token"].as_str(), tree.to_string()).await.0, 403);
        let person = app.token("it_admin").await;
        assert_eq!(asked(Some(&person), tree.to_string()).await.0, 403);
        let long = format!("{{\"version\":1,\"title\":\"{}\"}}", "x".repeat(21 << 20));
        assert_eq!(asked(Some(token), long).await.0, 413);
    }

    /// SG-MD-7, SG-AUD-1: a picture stands in the roots whose readers see its place in the text, and leaves with it.
    async fn sg_md_7_a_picture_is_in_the_roots_of_its_readers_alone(app: &TestApp) {
        let told = |body: &str| json!({ "title": "采集界面", "body": body, "audiences": ["ICU", "IT", "VENDOR"], "dataLevel": 2 });
        let row = done(app, "engineer", "draftArticle", new("picture", told("先写文字"))).await;
        let shot = attached(app, "engineer", &row, "界面.png", PNG).await;
        let body = format!("见图\n\n:::audience IT,VENDOR\n![采集界面](file:{shot})\n:::\n");
        let row = done(app, "engineer", "reviseArticle", of(&row, json!({ "content": told(&body) }))).await;
        let row = done(app, "engineer", "submitArticle", of(&row, json!({}))).await;
        let row = done(app, "it_admin", "publishArticle", of(&row, json!({ "clearedFileIds": [shot] }))).await;
        let has = async || {
            build(app).await;
            let mut found = Vec::new();
            for (audience, instance) in names(app).await {
                let root = api::portal::roots(&app.app).join(&instance);
                if files(&root).iter().any(|(_, bytes)| bytes == PNG) {
                    found.push(audience);
                }
            }
            found
        };
        assert_eq!(has().await, [Audience::It, Audience::Vendor]);
        done(app, "it_admin", "retireArticle", of(&row, json!({ "reason": "已过期" }))).await;
        assert_eq!(has().await, []);
    }

    /// SG-AUD-6: an own rule of access for each root; who has no right learns nothing, who is not signed in is led to it.
    async fn sg_aud_6_a_root_opens_for_its_audience_alone(app: &TestApp) {
        build(app).await;
        let all = names(app).await;
        let may = |account: &str, audience: Audience| match audience {
            Audience::Staff => true,
            Audience::Icu => matches!(account, "nurse" | "doctor" | "pm" | "engineer"),
            Audience::It => account == "it_admin",
            Audience::Mgmt => account == "manager",
            Audience::Vendor => matches!(account, "pm" | "engineer"),
            Audience::Audit => account == "auditor",
        };
        // Both wards have a root; the people of this test work in one of them.
        let roots = api::portal::instance::all(app.app.db.read(), None).await.unwrap();
        let nurse = entity::person::Entity::find().filter(entity::person::Column::Account.eq("nurse")).one(app.app.db.read()).await.unwrap().unwrap();
        let grant = entity::role_grant::Entity::find().filter(entity::role_grant::Column::PersonId.eq(nurse.id)).one(app.app.db.read()).await.unwrap().unwrap();
        let ward = roots.iter().find(|one| one.reader.department.is_some() && one.reader.department == grant.department_id).unwrap().name.clone();
        for account in ["nurse", "doctor", "it_admin", "manager", "pm", "engineer", "auditor", "nurse_b", "it_admin_b"] {
            let token = app.token(account).await;
            for (audience, instance) in &all {
                if *audience == Audience::Icu && *instance != ward {
                    continue;
                }
                let (status, body) = opened(app, Some(&token), &format!("/portal/{instance}/index.html")).await;
                assert_eq!(status == 200, may(account, *audience), "{account} {instance}: {status}");
                assert!(status == 200 || status == 404, "{account} {instance}: {status}");
                assert_eq!(body.contains("site-main"), status == 200);
                let (asset, _) = opened(app, Some(&token), &format!("/portal/{instance}/search/zh.js")).await;
                assert!(asset == 404 || status == 200, "{account} {instance}: a file opens as the page does");
            }
            let (status, list) = opened(app, Some(&token), "/portal/").await;
            assert_eq!(status, 200);
            for (audience, instance) in &all {
                let listed = list.contains(&format!("/portal/{instance}/"));
                assert!(!listed || may(account, *audience), "{account} {instance}");
            }
        }
        // A browser gets a page, whatever it asks for; what it leads to is there.
        let nurse = app.token("nurse").await;
        let centre = &all.iter().find(|(audience, _)| *audience == Audience::It).unwrap().1;
        let (status, body) = opened(app, Some(&nurse), &format!("/portal/{centre}/index.html")).await;
        assert!(status == 404 && body.contains("这里没有您可以打开的页面") && !body.contains(centre), "{body}");
        let (status, body) = opened(app, None, &format!("/portal/{}/faq/deep/none.html", all[0].1)).await;
        assert_eq!(status, 404);
        let style = body.split("href=\"").find_map(|part| part.split('"').next().filter(|address| address.ends_with(".css"))).unwrap();
        assert_eq!(opened(app, None, style).await.0, 200, "{style}");
        assert!(body.contains(&format!("href=\"/portal/{}/search.html\"", all[0].1)), "{body}");
        let (status, _) = opened(app, None, &format!("/portal/{}/index.html", all[0].1)).await;
        assert_eq!(status, 200, "the whole staff needs no account");
        for instance in [all[2].1.as_str(), "no-such-p2"] {
            let (status, _) = opened(app, None, &format!("/portal/{instance}/index.html")).await;
            assert_eq!(status, 303, "{instance}");
            let (status, _) = opened(app, None, &format!("/portal/{instance}/feed.xml")).await;
            assert_eq!(status, 404, "{instance}");
        }
        for path in ["nope.html", "../icuops.db", "%2e%2e/icuops.db", ".x/y", "about.html/"] {
            let (status, _) = opened(app, None, &format!("/portal/{}/{path}", all[0].1)).await;
            assert_eq!(status, 404, "{path}");
        }
    }

    /// SG-FRESH-1: whoever keeps the pages sees a notice and its withdrawal by itself.
    async fn sg_fresh_1_pages_follow_what_is_published(app: &TestApp) {
        let stop = tokio_util::sync::CancellationToken::new();
        let keeping = tokio::spawn(api::portal::build::keep(app.app.clone(), stop.clone()));
        let staff = names(app).await[0].1.clone();
        let path = format!("/portal/{staff}/index.html");
        let until = async |wanted: bool| {
            for _ in 0..300 {
                let (status, body) = opened(app, None, &path).await;
                if status == 200 && body.contains("公告 fresh") == wanted {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
            panic!("the page does not follow: {wanted}");
        };
        until(false).await;
        let row = notice(app, "fresh", "今晚维护", &["STAFF"], 1).await;
        until(true).await;
        let input = json!({ "noticeId": row["id"], "expectedVersion": row["version"], "reason": "取消" });
        let payload = act(app, "it_admin", "withdrawNotice", "notice{id}", input).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        until(false).await;
        stop.cancel();
        keeping.await.unwrap();
    }

    /// SG-SRC-2: every query that pages are made from is answered to the readers that may ask it, and to no other.
    async fn sg_src_2_a_reader_of_pages_asks_its_own_queries_and_nothing_else(app: &TestApp) {
        app.consult("pages-reader").await;
        let all = api::portal::instance::all(app.app.db.read(), None).await.unwrap();
        let closed = ["{people(first:1){nodes{id}}}", "{auditEvents(first:1){nodes{seq}}}", "{tickets(first:1){nodes{id}}}", "{breaches(first:1){nodes{id}}}", "{viewer{person{id}}}", "mutation{logout{userErrors{code}}}"];
        for one in all {
            let source = api::portal::source::Inside::new(&app.app, &one.reader);
            for query in closed {
                let answer = source.answer(query, Value::Null).await.unwrap();
                let data = answer.data.clone().into_json().unwrap();
                let empty = data.is_null() || data.as_object().is_some_and(|roots| roots.values().all(|root| root.is_null() || root["nodes"] == json!([])));
                assert!(!answer.errors.is_empty() || empty, "{} {query}: {data}", one.name);
            }
        }
    }

    /// SG-AUD-3: the register of assets is the list of the names that no page of the staff and the ward has.
    async fn sg_aud_3_the_name_of_a_machine_holds_a_page_back_below_the_centre(app: &TestApp) {
        register(app).await;
        let mut one = content("重启采集服务", "先登录 icu-db-01.hospital.local 查看监听");
        one["audiences"] = json!(["ICU", "IT"]);
        out(app, "machine", one).await;
        build(app).await;
        for (audience, instance) in names(app).await {
            let shown = !holding(app, &instance, "icu-db-01").is_empty();
            assert_eq!(shown, audience == Audience::It, "{instance}");
            assert!(holding(app, &instance, "ICU-DB-01").is_empty(), "{instance}");
        }
        for account in ["nurse", "engineer", "it_admin"] {
            let body = app.ask(account, "{portal{hiddenNames}}", json!({})).await;
            assert_eq!(body["data"]["portal"]["hiddenNames"], json!([]), "{account}");
        }
    }

    /// `domain.md` 一(五), 二(二): managers read how many inspections, findings and late clocks there are, and none of them.
    async fn pages_of_managers_count_and_show_none_of_what_they_count(app: &TestApp) {
        register(app).await;
        app.at("2026-09-30 10:00:00").await;
        let number = app.consult("figures").await["number"].as_str().unwrap().to_owned();
        let told = finding(&json!({}), "figures", ("HIGH", "VENDOR"), Some("2026-10-30"));
        let row = confirmed(app, "figures", &[told]).await;
        build(app).await;
        let visit = row["number"].as_str().unwrap();
        let task = row["tasks"][0]["number"].as_str().unwrap();
        for (audience, instance) in names(app).await {
            let root = api::portal::roots(&app.app).join(&instance);
            let counted = std::fs::read_to_string(root.join("inspections/index.html")).unwrap_or_default();
            match audience {
                Audience::Mgmt => {
                    assert!(counted.contains("合同季度") && counted.contains("服务商按期整改"), "{counted}");
                    let high = counted.split("<tr>").find(|row| row.contains("s-high")).unwrap();
                    assert!(high.contains("<td class=\"num\">1</td>"), "{high}");
                    let month = std::fs::read_to_string(root.join("sla/index.html")).unwrap();
                    assert!(month.contains("咨询响应 1 小时") && month.contains("2026-09"), "{month}");
                    for hidden in [number.as_str(), task, "问题 figures"] {
                        assert!(holding(app, &instance, hidden).is_empty(), "{hidden}");
                    }
                }
                Audience::It => assert!(counted.contains(visit), "{counted}"),
                Audience::Staff | Audience::Icu | Audience::Audit => assert!(counted.is_empty(), "{instance}"),
                Audience::Vendor => {}
            }
        }
    }

    /// SG-SIZE-2: texts travel compressed to who can unpack them; parts of a file are parts of its bytes.
    async fn sg_size_2_a_page_travels_compressed_and_parts_do_not(app: &TestApp) {
        build(app).await;
        let staff = names(app).await[0].1.clone();
        let root = api::portal::roots(&app.app).join(&staff);
        let whole = std::fs::read(root.join("about.html")).unwrap();
        let ask = async |encoding: Option<&str>, range: Option<&str>| {
            let mut request = reqwest::Client::new().get(format!("{}/portal/{staff}/about.html", app.base));
            for (name, value) in [("accept-encoding", encoding), ("range", range)] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            let answer = request.send().await.unwrap();
            let told = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let (encoding, vary) = (told("content-encoding"), told("vary").unwrap_or_default());
            (answer.status().as_u16(), encoding, vary, answer.bytes().await.unwrap().to_vec())
        };
        let (status, encoding, vary, bytes) = ask(Some("gzip"), None).await;
        assert_eq!((status, encoding.as_deref()), (200, Some("gzip")));
        assert!(vary.to_lowercase().contains("accept-encoding"), "{vary}");
        assert!(bytes.len() * 3 < whole.len() * 2, "{} of {}", bytes.len(), whole.len());
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut text).unwrap();
        assert!(text == whole);
        let (_, encoding, _, bytes) = ask(None, None).await;
        assert!(encoding.is_none() && bytes == whole);
        let (status, encoding, _, bytes) = ask(Some("gzip"), Some("bytes=5-99")).await;
        assert_eq!((status, encoding), (206, None));
        assert!(bytes == whole[5..100]);
    }
}
