//! Notices, windows, the disaster banner, the state of the system and the revision of the pages (`domain.md` 4.5).

use chrono::TimeDelta;
use e2e::{TestApp, both_backends};
use serde_json::{Value, json};

use crate::inspection::act;
use crate::wall::code;

const NOTICE: &str =
    "notice{id version kind title body validFrom validTo startsAt endsAt withdrawnReason}";

fn new(key: &str, title: &str, audiences: &[&str]) -> Value {
    json!({ "idempotencyKey": format!("notice-{key}"), "kind": "ANNOUNCEMENT", "title": title, "body": "正文", "audiences": audiences, "dataLevel": 1 })
}

async fn tried(app: &TestApp, account: &str, name: &str, input: Value) -> Value {
    act(app, account, name, NOTICE, input).await
}

async fn done(app: &TestApp, account: &str, name: &str, input: Value) -> Value {
    let payload = tried(app, account, name, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{name}: {payload}");
    payload["notice"].clone()
}

/// Titles of the notices that somebody reads.
async fn titles(app: &TestApp, account: &str, arguments: &str) -> Vec<String> {
    let query = format!("{{notices{arguments}{{totalCount nodes{{title}}}}}}");
    let body = app.ask(account, &query, json!({})).await;
    let list = &body["data"]["notices"];
    let nodes = list["nodes"].as_array().unwrap_or_else(|| panic!("{body}"));
    assert_eq!(list["totalCount"], nodes.len());
    nodes
        .iter()
        .map(|node| node["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn windows(app: &TestApp, account: &str, days: i64) -> usize {
    let query = "query($d:Int){maintenanceWindows(days:$d){id}}";
    let body = app.ask(account, query, json!({ "d": days })).await;
    body["data"]["maintenanceWindows"]
        .as_array()
        .unwrap_or_else(|| panic!("{body}"))
        .len()
}

async fn revision(app: &TestApp, account: &str) -> i64 {
    let body = app
        .ask(
            account,
            "{portal{revision cutoffAt calendarVersion productVersion}}",
            json!({}),
        )
        .await;
    let portal = &body["data"]["portal"];
    assert!(
        portal["calendarVersion"].is_string() && portal["productVersion"].is_string(),
        "{body}"
    );
    portal["revision"].as_i64().unwrap()
}

both_backends! {
    /// `domain.md` 2.3, 4.5: published by the information centre, read by its audiences while in force, withdrawn with a reason.
    async fn a_notice_is_read_by_its_audiences_while_it_is_in_force(app: &TestApp) {
        for account in ["nurse", "manager", "auditor", "pm", "engineer"] {
            assert_eq!(code(&tried(app, account, "publishNotice", new("no", "x", &["STAFF"])).await), "FORBIDDEN", "{account}");
        }
        let now = app.app.clock.now();
        let at = |hours: i64| json!((now + TimeDelta::hours(hours)).to_rfc3339());
        let staff = done(app, "it_admin", "publishNotice", new("staff", "全院", &["STAFF"])).await;
        assert_eq!(done(app, "it_admin", "publishNotice", new("staff", "全院", &["STAFF"])).await["id"], staff["id"], "sent again");
        // Notices of one instant have no order of their own.
        let tick = |seconds: i64| app.app.clock.set(now + TimeDelta::seconds(seconds));
        tick(1);
        let mut short = new("short", "短期", &["ICU", "MGMT"]);
        short["validTo"] = at(2);
        done(app, "it_admin", "publishNotice", short).await;
        tick(2);
        let mut later = new("later", "稍后", &["STAFF"]);
        later["validFrom"] = at(1);
        done(app, "it_admin", "publishNotice", later).await;
        tick(3);
        let mut block = new("block", "技术", &["IT", "VENDOR"]);
        block["body"] = json!("共有\n:::audience IT\n内部\n:::");
        block["dataLevel"] = json!(3);
        let block = done(app, "it_admin", "publishNotice", block).await;
        for (account, expected) in [
            ("nurse", vec!["短期", "全院"]),
            ("manager", vec!["短期", "全院"]),
            ("auditor", vec!["全院"]),
            ("engineer", vec!["技术", "短期", "全院"]),
            ("it_admin", vec!["技术", "短期", "全院"]),
            ("it_admin_b", vec![]),
        ] {
            assert_eq!(titles(app, account, "").await, expected, "{account}");
        }
        assert_eq!(titles(app, "nurse", "(all:true)").await, ["短期", "全院"], "what is to come is for who publishes");
        assert_eq!(titles(app, "it_admin", "(all:true)").await, ["稍后", "技术", "短期", "全院"]);
        let node = "query($id:ID!){node(id:$id){... on Notice{body}}}";
        let body = app.ask("engineer", node, json!({ "id": block["id"] })).await;
        assert_eq!(body["data"]["node"]["body"], "共有");
        for account in ["nurse", "it_admin_b"] {
            assert!(app.ask(account, node, json!({ "id": block["id"] })).await["data"]["node"].is_null(), "{account}");
        }
        app.app.clock.set(now + TimeDelta::hours(1));
        assert_eq!(titles(app, "nurse", "").await, ["稍后", "短期", "全院"], "at its begin");
        app.app.clock.set(now + TimeDelta::hours(2));
        assert_eq!(titles(app, "nurse", "").await, ["稍后", "全院"], "not at its end");

        let withdraw = |version: i64, reason: &str| json!({ "noticeId": staff["id"], "expectedVersion": version, "reason": reason });
        for account in ["nurse", "engineer", "auditor"] {
            assert_eq!(code(&tried(app, account, "withdrawNotice", withdraw(1, "x")).await), "FORBIDDEN", "{account}");
        }
        assert_eq!(code(&tried(app, "manager", "withdrawNotice", withdraw(1, "x")).await), "NOT_FOUND", "no banner");
        assert_eq!(code(&tried(app, "it_admin_b", "withdrawNotice", withdraw(1, "x")).await), "NOT_FOUND");
        assert_eq!(code(&tried(app, "it_admin", "withdrawNotice", withdraw(1, " ")).await), "REQUIRED");
        assert_eq!(code(&tried(app, "it_admin", "withdrawNotice", withdraw(7, "x")).await), "CONFLICT");
        assert_eq!(done(app, "it_admin2", "withdrawNotice", withdraw(1, "有误")).await["withdrawnReason"], "有误");
        assert_eq!(code(&tried(app, "it_admin", "withdrawNotice", withdraw(2, "x")).await), "WRONG_STATE");
        assert_eq!(titles(app, "nurse", "").await, ["稍后"]);
    }

    /// A notice that says nothing, is for nobody, or whose times contradict each other is refused.
    async fn a_notice_that_does_not_fit_is_refused(app: &TestApp) {
        let now = app.app.clock.now();
        let at = |hours: i64| json!((now + TimeDelta::hours(hours)).to_rfc3339());
        for (n, (change, expected, field)) in [
            (json!({ "audiences": [] }), "REQUIRED", "audiences"),
            (json!({ "dataLevel": 3 }), "DATA_LEVEL_REFUSED", "dataLevel"),
            (json!({ "title": "" }), "REQUIRED", "title"),
            (json!({ "body": "姓名：张三丰" }), "PATIENT_DATA_IN_TEXT", "body"),
            (json!({ "body": ":::audience IT\n文字" }), "INVALID", "body"),
            (json!({ "kind": "DISASTER" }), "INVALID", "kind"),
            (json!({ "kind": "WINDOW" }), "REQUIRED", "startsAt"),
            (json!({ "kind": "WINDOW", "startsAt": at(1) }), "REQUIRED", "endsAt"),
            (json!({ "kind": "WINDOW", "startsAt": at(3), "endsAt": at(2) }), "INVALID", "endsAt"),
            (json!({ "kind": "WINDOW", "startsAt": at(-3), "endsAt": at(-2) }), "INVALID", "endsAt"),
            (json!({ "startsAt": at(1), "endsAt": at(2) }), "INVALID", "startsAt"),
            (json!({ "validTo": at(0) }), "INVALID", "validTo"),
            (json!({ "validFrom": at(3), "validTo": at(2) }), "INVALID", "validTo"),
        ].into_iter().enumerate() {
            let mut input = new(&format!("bad-{n}"), "标题", &["STAFF"]);
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let payload = tried(app, "it_admin", "publishNotice", input).await;
            assert_eq!((code(&payload), &payload["userErrors"][0]["field"]), (expected, &json!([field])), "{change}: {payload}");
        }
        assert!(titles(app, "it_admin", "(all:true)").await.is_empty());
    }

    /// P0, P1: windows of the coming days, until they are over.
    async fn a_window_is_planned_until_it_is_over(app: &TestApp) {
        let now = app.app.clock.now();
        let at = |hours: i64| json!((now + TimeDelta::hours(hours)).to_rfc3339());
        let mut input = new("window", "夜间维护", &["STAFF"]);
        for (name, value) in [("kind", json!("WINDOW")), ("startsAt", at(30)), ("endsAt", at(33))] {
            input[name] = value;
        }
        let row = done(app, "it_admin", "publishNotice", input).await;
        assert_eq!(row["validTo"], row["endsAt"]);
        assert_eq!((windows(app, "nurse", 1).await, windows(app, "nurse", 2).await, windows(app, "nurse_b", 2).await), (0, 1, 0));
        app.app.clock.set(now + TimeDelta::hours(32));
        assert_eq!(windows(app, "auditor", 1).await, 1, "it is on");
        app.app.clock.set(now + TimeDelta::hours(33));
        assert_eq!(windows(app, "auditor", 1).await, 0, "it is over");
        let body = app.ask("nurse", "{maintenanceWindows(days:0){id}}", json!({})).await;
        assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }

    /// 二(二)3: the banner is put up by the information centre or a manager, and everybody of the hospital reads it.
    async fn a_disaster_banner_reaches_everybody_and_is_taken_down(app: &TestApp) {
        let banner = |key: &str| json!({ "idempotencyKey": format!("banner-{key}"), "title": "系统中断", "body": "启用纸质流程" });
        for account in ["nurse", "doctor", "pm", "engineer", "auditor"] {
            assert_eq!(code(&tried(app, account, "publishDisasterNotice", banner("no")).await), "FORBIDDEN", "{account}");
        }
        let row = done(app, "manager", "publishDisasterNotice", banner("one")).await;
        assert_eq!(done(app, "manager", "publishDisasterNotice", banner("one")).await["id"], row["id"]);
        let query = "{disasterNotice{id title body}}";
        for account in ["nurse", "doctor", "manager", "it_admin", "auditor", "engineer", "pm", "trainer"] {
            let body = app.ask(account, query, json!({})).await;
            assert_eq!(body["data"]["disasterNotice"]["id"], row["id"], "{account}: {body}");
        }
        for account in ["nurse_b", "it_admin_b"] {
            assert!(app.ask(account, query, json!({})).await["data"]["disasterNotice"].is_null(), "{account}");
        }
        let down = json!({ "noticeId": row["id"], "expectedVersion": 1, "reason": "已恢复" });
        done(app, "manager", "withdrawNotice", down).await;
        assert!(app.ask("nurse", query, json!({})).await["data"]["disasterNotice"].is_null());
    }

    /// P0: the state is a record each time; what was never set is normal; each hospital has its own.
    async fn the_state_of_the_system_is_a_record_each_time(app: &TestApp) {
        let query = "{systemStatus{state since nextUpdateAt message}}";
        let told = async |account: &str| app.ask(account, query, json!({})).await["data"]["systemStatus"].clone();
        let untold = json!({ "state": "NORMAL", "since": null, "nextUpdateAt": null, "message": null });
        assert_eq!(told("nurse").await, untold);
        let now = app.app.clock.now();
        let set = |key: &str, state: &str, next: Option<i64>| {
            let next = next.map(|hours| (now + TimeDelta::hours(hours)).to_rfc3339());
            json!({ "idempotencyKey": format!("status-{key}"), "state": state, "message": "采集延迟", "nextUpdateAt": next })
        };
        let tried = async |account: &str, input: Value| act(app, account, "setSystemStatus", "status{state since message}", input).await;
        for account in ["nurse", "manager", "pm", "auditor"] {
            assert_eq!(code(&tried(account, set("no", "DOWN", None)).await), "FORBIDDEN", "{account}");
        }
        assert_eq!(code(&tried("it_admin", set("past", "DOWN", Some(-1))).await), "INVALID");
        let first = tried("it_admin", set("one", "DEGRADED", Some(2))).await;
        assert_eq!(first["userErrors"], json!([]), "{first}");
        app.app.clock.set(now + TimeDelta::minutes(10));
        let second = tried("it_admin2", set("two", "DEGRADED", Some(3))).await;
        assert_eq!(second["status"]["since"], first["status"]["since"], "the state is the same");
        app.app.clock.set(now + TimeDelta::minutes(20));
        let third = tried("it_admin", set("three", "DOWN", None)).await;
        assert_ne!(third["status"]["since"], first["status"]["since"]);
        assert_eq!(tried("it_admin", set("one", "DEGRADED", Some(2))).await["status"], first["status"], "sent again");
        assert_eq!(told("nurse").await["state"], "DOWN");
        assert_eq!(told("nurse_b").await, untold);
        use sea_orm::{EntityTrait, PaginatorTrait};
        assert_eq!(entity::system_status::Entity::find().count(app.app.db.read()).await.unwrap(), 3);

        // Who serves two hospitals names one.
        assert!(told("engineer2").await.is_null());
        let named = "query($id:ID!){systemStatus(hospitalId:$id){state}}";
        let id = entity::ids::HospitalId(app.hospital("DEMO").await).to_string();
        let body = app.ask("engineer2", named, json!({ "id": id })).await;
        assert_eq!(body["data"]["systemStatus"]["state"], "DOWN", "{body}");
        assert!(app.ask("nurse_b", named, json!({ "id": id })).await["data"]["systemStatus"].is_null());
    }

    /// SG: the revision of a hospital grows with what its pages show, and with nothing else.
    async fn the_revision_grows_with_what_pages_show(app: &TestApp) {
        use crate::knowledge as known;
        let mut last = revision(app, "nurse").await;
        let elsewhere = revision(app, "nurse_b").await;
        let mut grown = async |by: i64, what: &str| {
            let present = revision(app, "nurse").await;
            assert_eq!(present, last + by, "{what}");
            last = present;
        };
        let row = known::done(app, "engineer", "draftArticle", known::new("rev", known::content("一", "二"))).await;
        let row = known::done(app, "engineer", "submitArticle", known::of(&row, json!({}))).await;
        grown(0, "a draft").await;
        let row = known::done(app, "it_admin", "publishArticle", known::of(&row, json!({}))).await;
        grown(1, "publication").await;
        known::done(app, "nurse", "rateArticle", json!({ "articleId": row["id"], "helpful": true })).await;
        grown(0, "a rating").await;
        let row = known::done(app, "it_admin", "markArticleOutdated", known::of(&row, json!({ "outdated": true, "reason": "x" }))).await;
        grown(1, "a mark").await;
        known::done(app, "it_admin", "retireArticle", known::of(&row, json!({ "reason": "x" }))).await;
        grown(1, "withdrawal").await;
        let notice = done(app, "it_admin", "publishNotice", new("rev", "x", &["STAFF"])).await;
        grown(1, "a notice").await;
        tried(app, "it_admin", "publishNotice", new("rev", "x", &["STAFF"])).await;
        grown(0, "the same call").await;
        tried(app, "it_admin", "publishNotice", new("rev-bad", " ", &["STAFF"])).await;
        grown(0, "a refusal").await;
        done(app, "it_admin", "withdrawNotice", json!({ "noticeId": notice["id"], "expectedVersion": 1, "reason": "x" })).await;
        grown(1, "its withdrawal").await;
        let status = json!({ "idempotencyKey": "rev-status", "state": "NORMAL" });
        act(app, "it_admin", "setSystemStatus", "status{state}", status).await;
        grown(1, "the state").await;
        assert_eq!(revision(app, "nurse_b").await, elsewhere);
    }
}
