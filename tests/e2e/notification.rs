//! Messages: own ones with read state, and mails that keep to service time where nothing is urgent.

use e2e::{TestApp, both_backends};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

const LIST: &str = "query($u:Boolean!,$n:Int){unreadCount notifications(first:$n,unreadOnly:$u){totalCount nodes{id kind title readAt at ticket{number}}}}";
const MARK: &str = "mutation($i:MarkNotificationsReadInput!){markNotificationsRead(input:$i){marked unreadCount userErrors{code}}}";

/// Mails that left so far, as `recipient: number of lines of text`.
fn mails(app: &TestApp) -> Vec<(String, usize)> {
    let folder = app.app.config.data.join("mail");
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    files
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .filter(|text| !text.trim_start().starts_with('{'))
        .map(|text| {
            let to = text
                .lines()
                .find_map(|line| line.strip_prefix("To: "))
                .unwrap()
                .to_owned();
            let (_, body) = text.split_once("\r\n\r\n").unwrap();
            (to, body.len())
        })
        .collect()
}

fn sent(app: &TestApp, account: &str) -> usize {
    mails(app)
        .iter()
        .filter(|(to, _)| to.contains(&format!("{account}@")))
        .count()
}

both_backends! {
    /// S25
    async fn what_is_not_urgent_is_mailed_in_service_time_and_as_one_mail(app: &TestApp) {
        api::demo::people::open_mailboxes(&app.app).await.unwrap();
        app.at("2026-03-02 17:50:00").await;
        let consult = app.consult("mail-key-1").await;
        app.at("2026-03-02 17:50:00").await;
        let (engineer, nurse) = (sent(app, "engineer"), sent(app, "nurse"));
        assert_eq!(engineer, 1, "a ticket with a one-hour clock leaves the building at once");
        app.at("2026-03-02 20:00:00").await;
        // The response clock warned at 50, 75 and 90 % and was overdue, whatever the hour.
        assert_eq!(sent(app, "pm"), 1 + 4);
        app.done(&consult, "engineer", "respondTicket", json!({ "text": "答", "channel": "PHONE" })).await;
        app.done(&consult, "engineer", "addStep", json!({ "kind": "HANDLING", "channel": "PHONE", "action": "处理" })).await;
        app.done(&consult, "engineer", "resolveTicket", json!({ "text": "已说明" })).await;
        app.at("2026-03-03 07:59:59").await;
        assert_eq!(sent(app, "nurse"), nurse, "nothing at night");
        assert_eq!(app.notices("nurse").await.len(), 2, "in the application both are there");
        app.at("2026-03-03 08:00:00").await;
        assert_eq!(sent(app, "nurse"), nurse + 1, "one mail for the two");
        app.done(&consult, "nurse", "confirmTicket", json!({})).await;
        app.at("2026-03-03 08:30:00").await;
        assert_eq!(sent(app, "nurse"), nurse + 1);

        // On a Saturday evening an S1 is mailed at once, a solved S4 on Monday.
        app.at("2026-03-07 19:00:00").await;
        let urgent = app.fault("mail-key-2", "HIGH", "WHOLE_UNIT").await;
        assert_eq!(urgent["severity"], "S1");
        app.done(&urgent, "engineer", "respondTicket", json!({ "text": "处理中", "channel": "PHONE" })).await;
        app.at("2026-03-07 19:00:01").await;
        assert_eq!(sent(app, "nurse"), nurse + 2);
        let small = app.fault("mail-key-3", "LOW", "ONE").await;
        app.done(&small, "engineer", "respondTicket", json!({ "text": "处理中", "channel": "PHONE" })).await;
        app.at("2026-03-08 23:59:59").await;
        assert_eq!(sent(app, "nurse"), nurse + 2);
        app.at("2026-03-09 08:00:00").await;
        assert_eq!(sent(app, "nurse"), nurse + 3);
    }

    /// S25
    async fn warnings_of_day_limits_go_out_with_the_first_service_slot(app: &TestApp) {
        api::demo::people::open_mailboxes(&app.app).await.unwrap();
        app.at("2026-03-02 09:00:00").await;
        let fault = app.fault("mail-key-4", "LOW", "ONE").await;
        app.done(&fault, "engineer", "respondTicket", json!({ "text": "处理中", "channel": "PHONE" })).await;
        app.done(&fault, "engineer", "addStep", json!({ "kind": "HANDLING", "channel": "PHONE", "action": "处理" })).await;
        app.at("2026-03-05 07:59:59").await;
        let before = sent(app, "pm");
        // Due Monday 03-09: two working days before is Thursday 03-05.
        app.at("2026-03-05 08:00:00").await;
        assert_eq!(sent(app, "pm"), before + 1);
        assert!(app.notices("pm").await.iter().any(|title| title.contains("距到期 2 个工作日")));
    }

    async fn a_person_sees_own_messages_only_and_marks_them_read(app: &TestApp) {
        app.consult("inbox-key-1").await;
        app.consult("inbox-key-2").await;
        let read = async |account: &str, unread: bool| {
            let body = app.ask(account, LIST, json!({ "u": unread, "n": 50 })).await;
            assert!(body["errors"].is_null(), "{body}");
            body["data"].clone()
        };
        let seen = read("pm", false).await;
        assert_eq!((&seen["unreadCount"], &seen["notifications"]["totalCount"]), (&json!(2), &json!(2)));
        let first = seen["notifications"]["nodes"][0].clone();
        assert_eq!((&first["kind"], first["title"].as_str().unwrap().starts_with("新工单"), first["ticket"]["number"].is_string()), (&json!("TICKET_RECEIVED"), true, true));
        assert_eq!(read("nurse", false).await["unreadCount"], 0);
        let mark = async |account: &str, which: Value| app.ask(account, MARK, json!({ "i": { "which": which } })).await["data"]["markNotificationsRead"].clone();
        // Somebody else's message is left alone and is not to be seen.
        assert_eq!(mark("engineer", json!({ "ids": [first["id"]] })).await["marked"], 0);
        let node = "query($id:ID!){node(id:$id){... on Notification{title}}}";
        assert_eq!(app.ask("engineer", node, json!({ "id": first["id"] })).await["data"]["node"], Value::Null);
        assert_eq!(app.ask("pm", node, json!({ "id": first["id"] })).await["data"]["node"]["title"], first["title"]);
        assert_eq!(mark("pm", json!({ "ids": [first["id"]] })).await, json!({ "marked": 1, "unreadCount": 1, "userErrors": [] }));
        assert_eq!(read("pm", true).await["notifications"]["totalCount"], 1);
        assert_eq!(mark("pm", json!({ "ids": [] })).await["userErrors"][0]["code"], "REQUIRED");
        assert_eq!(mark("pm", json!({ "all": false })).await["userErrors"][0]["code"], "INVALID");
        assert_eq!(mark("pm", json!({ "all": true })).await["unreadCount"], 0);
        assert_eq!(read("engineer", true).await["unreadCount"], 2);
    }

    async fn a_person_reads_messages_in_the_own_language(app: &TestApp) {
        let person = entity::person::Entity::find().filter(entity::person::Column::Account.eq("pm")).one(app.app.db.read()).await.unwrap().unwrap();
        let tx = app.app.db.begin_write().await.unwrap();
        let mut person = person.into_active_model();
        person.language = sea_orm::ActiveValue::Set(entity::values::Language::En);
        person.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        app.consult("language-1").await;
        let body = app.ask("pm", LIST, json!({ "u": true, "n": 1 })).await;
        assert!(body["data"]["notifications"]["nodes"][0]["title"].as_str().unwrap().starts_with("New ticket"), "{body}");
    }
}
