//! The knowledge base (一(一)): drafts, four eyes, versions, readers, tickets, ratings.

mod files;
mod readers;
mod screening;
mod search;

use e2e::{TestApp, both_backends};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::inspection::act;
use crate::wall::code;

const ARTICLE: &str = "article{id version state versionNo title body tags outdatedReason helpedCount notHelpedCount myRating}";

/// What an article says, for everybody of the hospital.
pub(crate) fn content(title: &str, body: &str) -> Value {
    json!({ "title": title, "body": body, "audiences": ["STAFF"], "dataLevel": 1 })
}

pub(crate) fn new(key: &str, content: Value) -> Value {
    json!({ "idempotencyKey": format!("article-{key}"), "kind": "FAQ", "language": "ZH", "content": content })
}

pub(crate) async fn tried(app: &TestApp, account: &str, name: &str, input: Value) -> Value {
    act(app, account, name, ARTICLE, input).await
}

/// [`tried`] that must succeed; the article.
pub(crate) async fn done(app: &TestApp, account: &str, name: &str, input: Value) -> Value {
    let payload = tried(app, account, name, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{name}: {payload}");
    payload["article"].clone()
}

/// Input for an article in its present version.
pub(crate) fn of(row: &Value, mut input: Value) -> Value {
    input["articleId"] = row["id"].clone();
    input["expectedVersion"] = row["version"].clone();
    input
}

/// Hands a draft in and publishes it.
pub(crate) async fn published(app: &TestApp, row: &Value, writer: &str, reviewer: &str) -> Value {
    let row = done(app, writer, "submitArticle", of(row, json!({}))).await;
    done(app, reviewer, "publishArticle", of(&row, json!({}))).await
}

/// Drafts and publishes.
pub(crate) async fn out(app: &TestApp, key: &str, content: Value) -> Value {
    let row = done(app, "it_admin", "draftArticle", new(key, content)).await;
    published(app, &row, "it_admin", "it_admin2").await
}

/// The article as a reader finds it: by its query, by its node, in the list and by the search; all four agree.
pub(crate) async fn found(app: &TestApp, account: &str, row: &Value, word: &str) -> Value {
    let query = "query($id:ID!,$t:String!){
        article(articleId:$id){id title body state versionNo versions{versionNo state}}
        node(id:$id){id}
        articles(first:100){totalCount nodes{id}}
        searchArticles(text:$t,first:100){totalCount nodes{id}}
    }";
    let body = app
        .ask(account, query, json!({ "id": row["id"], "t": word }))
        .await;
    assert!(body["errors"].is_null(), "{account}: {body}");
    let data = &body["data"];
    let in_list = |list: &str| {
        let nodes = data[list]["nodes"].as_array().unwrap();
        assert_eq!(data[list]["totalCount"], nodes.len(), "{list}");
        nodes.iter().any(|node| node["id"] == row["id"])
    };
    let here = !data["article"].is_null();
    assert_eq!(!data["node"].is_null(), here, "{account}: node");
    assert_eq!(in_list("articles"), here, "{account}: list");
    let is_public = data["article"]["state"] == "PUBLISHED";
    assert_eq!(
        in_list("searchArticles"),
        here && is_public,
        "{account}: search"
    );
    data["article"].clone()
}

both_backends! {
    /// C1.1: drafted by the vendor, sent back, published by the hospital, replaced by the next version, withdrawn.
    async fn an_article_goes_from_its_draft_to_its_withdrawal(app: &TestApp) {
        let word = "吸痰记录";
        let row = done(app, "engineer", "draftArticle", new("life", content("如何补录", "吸痰记录可在 23:00 前补录"))).await;
        assert_eq!((&row["state"], &row["versionNo"]), (&json!("DRAFT"), &json!(1)));
        assert!(found(app, "nurse", &row, word).await.is_null(), "a draft is not for readers");
        assert_eq!(found(app, "it_admin", &row, word).await["state"], "DRAFT");
        for account in ["nurse", "manager", "auditor"] {
            let refused = tried(app, account, "submitArticle", of(&row, json!({}))).await;
            assert_eq!(code(&refused), "FORBIDDEN", "{account}");
        }
        assert_eq!(code(&tried(app, "it_admin", "publishArticle", of(&row, json!({}))).await), "WRONG_STATE", "not handed in");
        let old = row.clone();
        let row = done(app, "engineer", "submitArticle", of(&row, json!({}))).await;
        assert_eq!(row["state"], "IN_REVIEW");
        assert!(app.notices("it_admin").await.iter().any(|title| title.contains("待审核")));
        assert_eq!(code(&tried(app, "engineer", "submitArticle", of(&row, json!({}))).await), "WRONG_STATE");
        assert_eq!(code(&tried(app, "engineer", "reviseArticle", of(&row, json!({ "content": content("x", "y") }))).await), "WRONG_STATE");
        assert_eq!(code(&tried(app, "it_admin", "publishArticle", of(&old, json!({}))).await), "CONFLICT");
        assert_eq!(code(&tried(app, "engineer", "publishArticle", of(&row, json!({}))).await), "FORBIDDEN");
        assert_eq!(code(&tried(app, "it_admin", "returnArticle", of(&row, json!({ "reason": " " }))).await), "REQUIRED");
        let row = done(app, "it_admin", "returnArticle", of(&row, json!({ "reason": "请写明时限" }))).await;
        assert!(app.notices("engineer").await.iter().any(|title| title.contains("已退回")));
        let row = done(app, "engineer", "reviseArticle", of(&row, json!({ "content": content("如何补录", "吸痰记录\n在 24 小时内补录") }))).await;
        assert_eq!((&row["state"], &row["versionNo"]), (&json!("DRAFT"), &json!(1)), "the same version");
        let row = published(app, &row, "engineer", "it_admin").await;
        assert_eq!(row["state"], "PUBLISHED");
        assert!(app.notices("engineer").await.iter().any(|title| title.contains("已发布")));
        assert_eq!(code(&tried(app, "it_admin", "publishArticle", of(&row, json!({}))).await), "WRONG_STATE", "it is published");
        for account in ["nurse", "manager", "auditor", "trainer"] {
            assert_eq!(found(app, account, &row, word).await["versionNo"], 1, "{account}");
        }

        // The next version; readers keep the present one.
        let row = done(app, "engineer", "reviseArticle", of(&row, json!({ "content": content("如何补录", "吸痰记录\n在 12 小时内补录\n:::audience IT\n接口说明\n:::") }))).await;
        assert_eq!((&row["state"], &row["versionNo"]), (&json!("PUBLISHED"), &json!(1)));
        let seen = found(app, "nurse", &row, word).await;
        assert_eq!(seen["versions"], json!([{ "versionNo": 1, "state": "PUBLISHED" }]));
        assert!(seen["body"].as_str().unwrap().contains("24 小时"));
        let both = json!([{ "versionNo": 1, "state": "PUBLISHED" }, { "versionNo": 2, "state": "DRAFT" }]);
        assert_eq!(found(app, "engineer", &row, word).await["versions"], both);
        let compare = "query($id:ID!,$from:Int!){articleComparison(articleId:$id,from:$from,to:2){from{versionNo} to{versionNo} insertedCount deletedCount cut lines{change fromLine toLine text}}}";
        let asked = json!({ "id": row["id"], "from": 1 });
        let body = app.ask("it_admin", compare, asked.clone()).await;
        let made = &body["data"]["articleComparison"];
        assert_eq!((&made["insertedCount"], &made["deletedCount"]), (&json!(4), &json!(1)), "{body}");
        let lines = made["lines"].as_array().unwrap();
        let gone = json!({ "change": "DELETE", "fromLine": 2, "toLine": null, "text": "在 24 小时内补录" });
        assert!(lines.contains(&gone), "{body}");
        assert!(app.ask("nurse", compare, asked).await["data"]["articleComparison"].is_null());
        let none = app.ask("it_admin", compare, json!({ "id": row["id"], "from": 9 })).await;
        assert!(none["data"]["articleComparison"].is_null());

        let row = done(app, "nurse", "rateArticle", json!({ "articleId": row["id"], "helpful": true })).await;
        let outdated = json!({ "outdated": true, "reason": "版本已升级" });
        assert_eq!(code(&tried(app, "nurse", "markArticleOutdated", of(&row, outdated.clone())).await), "FORBIDDEN");
        let row = done(app, "it_admin", "markArticleOutdated", of(&row, outdated.clone())).await;
        assert_eq!(row["outdatedReason"], "版本已升级");
        assert_eq!(code(&tried(app, "it_admin", "markArticleOutdated", of(&row, outdated)).await), "WRONG_STATE");
        let row = published(app, &row, "engineer", "it_admin").await;
        assert_eq!((&row["versionNo"], &row["outdatedReason"], &row["helpedCount"]), (&json!(2), &Value::Null, &json!(0)));
        let seen = found(app, "nurse", &row, word).await;
        assert_eq!(seen["versions"], json!([{ "versionNo": 2, "state": "PUBLISHED" }]));
        let body = seen["body"].as_str().unwrap();
        assert!(body.contains("12 小时") && !body.contains("接口说明") && !body.contains(":::"), "{body}");
        let states = json!([{ "versionNo": 1, "state": "SUPERSEDED" }, { "versionNo": 2, "state": "PUBLISHED" }]);
        assert_eq!(found(app, "engineer", &row, word).await["versions"], states);

        assert_eq!(code(&tried(app, "engineer", "retireArticle", of(&row, json!({ "reason": "x" }))).await), "FORBIDDEN");
        let row = done(app, "it_admin", "retireArticle", of(&row, json!({ "reason": "功能已停用" }))).await;
        assert_eq!(row["state"], "RETIRED");
        for account in ["nurse", "manager", "auditor"] {
            assert!(found(app, account, &row, word).await.is_null(), "{account}");
        }
        // Who could read it learns that it is gone, and nobody else; nothing but its number is told.
        let unread = done(app, "it_admin", "draftArticle", new("unread", content("未发布", "正文"))).await;
        done(app, "it_admin", "retireArticle", of(&unread, json!({ "reason": "重复" }))).await;
        for (account, expected) in [("nurse", 1), ("manager", 1), ("it_admin", 1), ("engineer", 1), ("it_admin_b", 0)] {
            let body = app.ask(account, "{withdrawnArticles{number kind withdrawnAt}}", json!({})).await;
            let told = body["data"]["withdrawnArticles"].as_array().unwrap();
            assert_eq!(told.len(), expected, "{account}: {body}");
            assert!(told.iter().all(|one| one["kind"] == "FAQ"), "{account}: {body}");
        }
        assert_eq!(code(&tried(app, "nurse", "rateArticle", json!({ "articleId": row["id"], "helpful": true })).await), "NOT_FOUND");
        assert_eq!(found(app, "it_admin", &row, word).await["state"], "RETIRED");
        for (account, name, input) in [
            ("it_admin", "retireArticle", json!({ "reason": "再撤" })),
            ("engineer", "reviseArticle", json!({ "content": content("x", "y") })),
            ("it_admin", "markArticleOutdated", json!({ "outdated": true, "reason": "x" })),
            ("it_admin", "rateArticle", json!({ "helpful": true })),
        ] {
            let mut input = of(&row, input);
            if name == "rateArticle" {
                input.as_object_mut().unwrap().remove("expectedVersion");
            }
            assert_eq!(code(&tried(app, account, name, input).await), "WRONG_STATE", "{name}");
        }
    }

    /// Four eyes: nobody publishes a version that the same person wrote in, whoever handed it in.
    async fn who_wrote_in_a_version_does_not_publish_it(app: &TestApp) {
        let row = done(app, "it_admin", "draftArticle", new("eyes", content("值班须知", "交班前检查"))).await;
        let row = done(app, "it_admin2", "submitArticle", of(&row, json!({}))).await;
        assert_eq!(code(&tried(app, "it_admin", "publishArticle", of(&row, json!({}))).await), "FOUR_EYES");
        let row = done(app, "it_admin2", "publishArticle", of(&row, json!({}))).await;
        // The next version is another one: who published the first may have written the second.
        let row = done(app, "it_admin2", "reviseArticle", of(&row, json!({ "content": content("值班须知", "交班后检查") }))).await;
        let row = done(app, "it_admin2", "submitArticle", of(&row, json!({}))).await;
        assert_eq!(code(&tried(app, "it_admin2", "publishArticle", of(&row, json!({}))).await), "FOUR_EYES");
        done(app, "it_admin", "publishArticle", of(&row, json!({}))).await;

        // A hand of the hospital in a draft of the vendor makes it the hospital's.
        let row = done(app, "engineer", "draftArticle", new("hands", content("接口重启", "先停采集网关"))).await;
        let row = done(app, "it_admin", "reviseArticle", of(&row, json!({ "content": content("接口重启", "先通知病区") }))).await;
        assert!(found(app, "engineer", &row, "病区").await.is_null());
        assert_eq!(code(&tried(app, "engineer", "reviseArticle", of(&row, json!({ "content": content("x", "y") }))).await), "NOT_FOUND");
        let row = done(app, "it_admin2", "submitArticle", of(&row, json!({}))).await;
        assert_eq!(code(&tried(app, "it_admin", "publishArticle", of(&row, json!({}))).await), "FOUR_EYES");
        let row = done(app, "it_admin2", "publishArticle", of(&row, json!({}))).await;
        assert_eq!(found(app, "engineer", &row, "病区").await["versionNo"], 1, "the vendor reads it like the staff");
        let change = of(&row, json!({ "content": content("x", "y") }));
        assert_eq!(code(&tried(app, "engineer", "reviseArticle", change).await), "INVALID");
    }

    /// G27: the same call again is one article; another call with its key is refused.
    async fn a_draft_that_is_sent_again_is_one_article(app: &TestApp) {
        let input = new("again", content("补录", "正文"));
        let first = done(app, "engineer", "draftArticle", input.clone()).await;
        assert_eq!(done(app, "engineer", "draftArticle", input).await["id"], first["id"]);
        let other = new("again", content("补录", "另文"));
        assert_eq!(code(&tried(app, "engineer", "draftArticle", other).await), "IDEMPOTENCY_KEY_REUSED");
        let body = app.ask("it_admin", "{articles{totalCount}}", json!({})).await;
        assert_eq!(body["data"]["articles"]["totalCount"], 1);
    }

    /// C1.1: what a version must have; nothing is kept otherwise.
    async fn a_version_without_audience_level_or_clean_text_is_refused(app: &TestApp) {
        let with = |change: Value| {
            let mut content = content("标题", "正文");
            content.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            content
        };
        let department = {
            use entity::department::{Column as C, Entity};
            let there = entity::ids::HospitalId(app.hospital("DEMO-B").await);
            let row = Entity::find().filter(C::HospitalId.eq(there)).one(app.app.db.read()).await.unwrap();
            row.unwrap().id.to_string()
        };
        let table = [
            (json!({ "audiences": [] }), "REQUIRED", "audiences"),
            (json!({ "dataLevel": 3 }), "DATA_LEVEL_REFUSED", "dataLevel"),
            (json!({ "dataLevel": 0, "audiences": ["IT"] }), "DATA_LEVEL_REFUSED", "dataLevel"),
            (json!({ "dataLevel": 4, "audiences": ["IT"] }), "DATA_LEVEL_REFUSED", "dataLevel"),
            (json!({ "dataLevel": 3, "audiences": ["IT", "ICU"] }), "DATA_LEVEL_REFUSED", "dataLevel"),
            (json!({ "title": " " }), "REQUIRED", "title"),
            (json!({ "title": "长".repeat(201) }), "TOO_LONG", "title"),
            (json!({ "body": "患者姓名：张三丰" }), "PATIENT_DATA_IN_TEXT", "body"),
            (json!({ "title": "联系 13812345678" }), "PATIENT_DATA_IN_TEXT", "title"),
            (json!({ "tags": ["住院号：ZY004512"] }), "PATIENT_DATA_IN_TEXT", "tags"),
            (json!({ "tags": ["a|b"] }), "INVALID", "tags"),
            (json!({ "body": ":::audience IT\n:::audience VENDOR\n:::\n:::" }), "INVALID", "body"),
            (json!({ "body": ":::audience IT\n不完整" }), "INVALID", "body"),
            (json!({ "body": ":::audience WARD\n文字\n:::" }), "INVALID", "body"),
            (json!({ "body": "文字\u{202E}" }), "INVALID", "body"),
            (json!({ "departmentId": department, "audiences": ["ICU"] }), "NOT_FOUND", "departmentId"),
            (json!({ "departmentId": department }), "INVALID", "departmentId"),
        ];
        for (n, (change, expected, field)) in table.into_iter().enumerate() {
            let payload = tried(app, "engineer", "draftArticle", new(&format!("bad-{n}"), with(change.clone()))).await;
            assert_eq!(code(&payload), expected, "{change}: {payload}");
            assert_eq!(payload["userErrors"][0]["field"], json!(["content", field]), "{change}");
        }
        // The longest text that a request may hold is kept whole.
        let long = "长".repeat(80_000);
        let row = done(app, "it_admin", "draftArticle", new("long", content("长文", &long))).await;
        assert_eq!(row["body"], long);
        let body = app.ask("it_admin", "{articles{totalCount}}", json!({})).await;
        assert_eq!(body["data"]["articles"]["totalCount"], 1, "nothing else was kept");

        let mut english = new("english", content("How to", "text"));
        english["language"] = json!("EN");
        assert_eq!(code(&tried(app, "it_admin", "draftArticle", english.clone()).await), "REQUIRED");
        english["originalId"] = json!("art_00000000000000000000000000");
        assert_eq!(code(&tried(app, "it_admin", "draftArticle", english.clone()).await), "NOT_FOUND");
        english["originalId"] = row["id"].clone();
        let made = done(app, "it_admin", "draftArticle", english.clone()).await;
        let query = "query($id:ID!){article(articleId:$id){number translations{id number original{id}}}}";
        let body = app.ask("it_admin", query, json!({ "id": row["id"] })).await;
        let (article, number) = (&body["data"]["article"], "KB-2026-0001");
        assert_eq!(article["number"], number);
        assert_eq!(article["translations"], json!([{ "id": made["id"], "number": number, "original": { "id": row["id"] } }]), "one number, one page");
        english["idempotencyKey"] = json!("article-english-again");
        assert_eq!(code(&tried(app, "it_admin", "draftArticle", english.clone()).await), "INVALID", "it has an English version");
        done(app, "it_admin", "retireArticle", of(&made, json!({ "reason": "x" }))).await;
        done(app, "it_admin", "draftArticle", english.clone()).await;
        let next = done(app, "engineer", "draftArticle", new("number", content("下一篇", "正文"))).await;
        let query = "query($id:ID!){article(articleId:$id){number}}";
        let body = app.ask("engineer", query, json!({ "id": next["id"] })).await;
        assert_eq!(body["data"]["article"]["number"], "KB-2026-0002");
        english["originalId"] = made["id"].clone();
        english["idempotencyKey"] = json!("article-english-2");
        assert_eq!(code(&tried(app, "it_admin", "draftArticle", english).await), "INVALID", "an English original");

        // A text that was kept before the rules saw it does not go out.
        let row = done(app, "engineer", "draftArticle", new("later", content("改后", "正文"))).await;
        let row = done(app, "engineer", "submitArticle", of(&row, json!({}))).await;
        let tx = app.app.db.begin_write().await.unwrap();
        let id = entity::ids::ArticleId::parse(row["id"].as_str().unwrap()).unwrap();
        entity::article_version::Entity::update_many()
            .col_expr(entity::article_version::Column::Body, Expr::value("患者姓名：张三丰"))
            .filter(entity::article_version::Column::ArticleId.eq(id))
            .exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let payload = tried(app, "it_admin", "publishArticle", of(&row, json!({}))).await;
        assert_eq!(code(&payload), "PATIENT_DATA_IN_TEXT");
        assert!(payload["userErrors"][0]["message"].as_str().unwrap().contains("正文"), "{payload}");
    }

    /// C1.1: a solved question becomes a draft that says nothing of patient, bed and people.
    async fn a_solved_ticket_becomes_a_draft(app: &TestApp) {
        let ask = json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "description": "如何补录 CVP？\n夜班常用", "location": "十二床旁", "idempotencyKey": "known-ask-1" });
        let ticket = app.create("nurse", ask).await;
        let input = |key: &str, ticket: &Value| json!({ "idempotencyKey": format!("known-ticket-{key}"), "ticketId": ticket["id"], "audiences": ["ICU"], "dataLevel": 2, "tags": ["CVP"] });
        assert_eq!(code(&tried(app, "nurse", "createArticleFromTicket", input("n", &ticket)).await), "FORBIDDEN");
        assert_eq!(code(&tried(app, "engineer", "createArticleFromTicket", input("open", &ticket)).await), "WRONG_STATE");
        app.done(&ticket, "engineer", "respondTicket", json!({ "text": "在特护单中双击该格", "channel": "PHONE" })).await;
        app.done(&ticket, "engineer", "addStep", json!({ "kind": "HANDLING", "channel": "PHONE", "action": "远程演示" })).await;
        app.done(&ticket, "engineer", "resolveTicket", json!({ "text": "已演示补录" })).await;
        assert_eq!(code(&tried(app, "it_admin_b", "createArticleFromTicket", input("b", &ticket)).await), "NOT_FOUND");
        let row = done(app, "engineer", "createArticleFromTicket", input("ok", &ticket)).await;
        assert_eq!((&row["title"], &row["tags"], &row["state"]), (&json!("如何补录 CVP？"), &json!(["cvp"]), &json!("DRAFT")));
        let body = row["body"].as_str().unwrap();
        for part in ["夜班常用", "在特护单中双击该格", "已演示补录"] {
            assert!(body.contains(part), "{body}");
        }
        assert!(!body.contains("十二床") && !body.contains("远程演示"), "{body}");
        let query = "query($id:ID!){article(articleId:$id){sourceTicket{number} kind}}";
        let seen = app.ask("engineer", query, json!({ "id": row["id"] })).await;
        assert_eq!(seen["data"]["article"]["sourceTicket"]["number"], ticket["number"]);
        assert_eq!(done(app, "engineer", "createArticleFromTicket", input("ok", &ticket)).await["id"], row["id"]);
        let row = published(app, &row, "engineer", "it_admin").await;
        assert_eq!(found(app, "nurse", &row, "cvp").await["state"], "PUBLISHED");

        let training = app.create("nurse", json!({ "category": "TRAINING", "subcategory": "TRAINING-MGMT", "idempotencyKey": "known-train" })).await;
        assert_eq!(code(&tried(app, "it_admin", "createArticleFromTicket", input("t", &training)).await), "INVALID");

        // A ticket of the time before the screen.
        let tx = app.app.db.begin_write().await.unwrap();
        let id = entity::ids::TicketId::parse(ticket["id"].as_str().unwrap()).unwrap();
        entity::ticket::Entity::update_many()
            .col_expr(entity::ticket::Column::Solution, Expr::value("已告知 住院号：ZY004512"))
            .filter(entity::ticket::Column::Id.eq(id))
            .exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let payload = tried(app, "engineer", "createArticleFromTicket", input("dirty", &ticket)).await;
        assert_eq!((code(&payload), &payload["userErrors"][0]["field"]), ("PATIENT_DATA_IN_TEXT", &json!(["ticketId"])));
        let message = payload["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.contains("解决说明") && !message.contains("描述") && !message.contains("ZY004512"), "{message}");
    }

    /// One word a person and version, which may be changed; the next version counts anew.
    async fn a_rating_counts_once_a_person_and_version(app: &TestApp) {
        let row = out(app, "rated", content("评价", "正文")).await;
        let rate = |helpful: bool| json!({ "articleId": row["id"], "helpful": helpful });
        let counts = |row: &Value| (row["helpedCount"].clone(), row["notHelpedCount"].clone(), row["myRating"].clone());
        assert_eq!(counts(&done(app, "nurse", "rateArticle", rate(true)).await), (json!(1), json!(0), json!(true)));
        assert_eq!(counts(&done(app, "nurse", "rateArticle", rate(true)).await), (json!(1), json!(0), json!(true)));
        assert_eq!(counts(&done(app, "nurse", "rateArticle", rate(false)).await), (json!(0), json!(1), json!(false)));
        assert_eq!(counts(&done(app, "doctor", "rateArticle", rate(true)).await), (json!(1), json!(1), json!(true)));
        assert_eq!(code(&tried(app, "auditor", "rateArticle", rate(true)).await), "FORBIDDEN");
        let row = done(app, "it_admin", "reviseArticle", of(&row, json!({ "content": content("评价", "新文") }))).await;
        let draft = done(app, "engineer", "draftArticle", new("unrated", content("草", "文"))).await;
        assert_eq!(code(&tried(app, "engineer", "rateArticle", json!({ "articleId": draft["id"], "helpful": true })).await), "WRONG_STATE");
        let row = published(app, &row, "it_admin", "it_admin2").await;
        assert_eq!(counts(&row), (json!(0), json!(0), Value::Null));
        assert_eq!(counts(&done(app, "nurse", "rateArticle", rate(true)).await), (json!(1), json!(0), json!(true)));
    }

    /// G47, G49: nothing of a hospital is found or changed by another; foreign and unknown are one answer.
    async fn articles_of_another_hospital_do_not_exist(app: &TestApp) {
        let row = done(app, "it_admin", "draftArticle", new("wall", content("本院", "本院正文"))).await;
        let public = out(app, "wall-2", content("本院公开", "本院正文")).await;
        for article in [&row, &public] {
            for account in ["it_admin_b", "nurse_b"] {
                assert!(found(app, account, article, "本院").await.is_null(), "{account}");
            }
        }
        let unknown = json!({ "id": "art_00000000000000000000000000", "version": 1 });
        for article in [&row, &public, &unknown] {
            for (name, input) in [
                ("reviseArticle", json!({ "content": content("x", "y") })),
                ("submitArticle", json!({})),
                ("publishArticle", json!({})),
                ("returnArticle", json!({ "reason": "x" })),
                ("retireArticle", json!({ "reason": "x" })),
                ("markArticleOutdated", json!({ "outdated": true, "reason": "x" })),
            ] {
                let payload = tried(app, "it_admin_b", name, of(article, input)).await;
                assert_eq!(code(&payload), "NOT_FOUND", "{name}");
            }
            let payload = tried(app, "nurse_b", "rateArticle", json!({ "articleId": article["id"], "helpful": true })).await;
            assert_eq!(code(&payload), "NOT_FOUND");
        }
    }
}
