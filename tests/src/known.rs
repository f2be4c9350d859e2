//! The part of a [story](crate::story) that plays in the knowledge base and on the pages.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::TestApp;
use crate::story::Actors;

impl TestApp {
    /// Articles in every state with versions, a rating and a mark; a notice, a window, a banner, the state of the system.
    pub(crate) async fn known(&self, by: Actors<'_>, fault: &Value, tag: &str) {
        let key = |what: &str| format!("known-{what}-{}", by.nurse);
        let content = |what: &str| json!({ "title": format!("{tag}{what}"), "module": tag, "tags": [tag], "body": format!("{tag}\n:::audience IT\n{tag}{what}\n:::"), "audiences": ["STAFF"], "dataLevel": 1 });
        let first = json!({ "idempotencyKey": key("first"), "kind": "HOWTO", "language": "ZH", "content": content("一") });
        let id = self.article(by.engineer, "draftArticle", first).await;
        let shot = self.attach(by.engineer, &json!({ "id": id }), tag).await;
        let mut shown = content("一");
        shown["body"] = json!(format!(
            "{tag} ![{tag}](file:{})",
            shot.as_str().unwrap_or_default()
        ));
        let at = |version: i32, more: Value| {
            let mut input = json!({ "articleId": id, "expectedVersion": version });
            input
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            input
        };
        for (account, name, input) in [
            (
                by.engineer,
                "reviseArticle",
                at(1, json!({ "content": shown })),
            ),
            (by.engineer, "submitArticle", at(2, json!({}))),
            (
                by.it_admin,
                "returnArticle",
                at(3, json!({ "reason": tag })),
            ),
            (by.engineer, "submitArticle", at(4, json!({}))),
            (
                by.it_admin,
                "publishArticle",
                at(5, json!({ "clearedFileIds": [shot] })),
            ),
            (
                by.nurse,
                "rateArticle",
                json!({ "articleId": id, "helpful": true }),
            ),
            (
                by.engineer,
                "reviseArticle",
                at(6, json!({ "content": shown })),
            ),
            (
                by.it_admin,
                "markArticleOutdated",
                at(7, json!({ "outdated": true, "reason": tag })),
            ),
        ] {
            self.made(account, name, input).await;
        }
        let english = json!({ "idempotencyKey": key("english"), "kind": "HOWTO", "language": "EN", "originalId": id, "content": content("英") });
        self.article(by.it_admin, "draftArticle", english).await;
        let solved = json!({ "idempotencyKey": key("solved"), "ticketId": fault["id"], "audiences": ["IT", "VENDOR"], "dataLevel": 3 });
        let solved = self
            .article(by.engineer, "createArticleFromTicket", solved)
            .await;
        let gone = json!({ "articleId": solved, "expectedVersion": 1, "reason": tag });
        self.made(by.it_admin, "retireArticle", gone).await;
        let now = self.app.clock.now();
        let later = |hours: i64| json!((now + TimeDelta::hours(hours)).to_rfc3339());
        for (name, input) in [
            (
                "publishNotice",
                json!({ "idempotencyKey": key("notice"), "kind": "ANNOUNCEMENT", "title": tag, "body": tag, "audiences": ["STAFF"], "dataLevel": 1 }),
            ),
            (
                "publishNotice",
                json!({ "idempotencyKey": key("window"), "kind": "WINDOW", "title": tag, "body": tag, "audiences": ["ICU"], "dataLevel": 1, "startsAt": later(24), "endsAt": later(26) }),
            ),
            (
                "publishDisasterNotice",
                json!({ "idempotencyKey": key("banner"), "title": tag, "body": tag }),
            ),
            (
                "setSystemStatus",
                json!({ "idempotencyKey": key("status"), "state": "DEGRADED", "message": tag, "nextUpdateAt": later(1) }),
            ),
        ] {
            self.made(by.it_admin, name, input).await;
        }
    }

    /// A mutation that makes an article; its id.
    async fn article(&self, account: &str, name: &str, input: Value) -> Value {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($i:{kind}!){{{name}(input:$i){{article{{id}} userErrors{{code field}}}}}}"
        );
        let body = self.ask(account, &query, json!({ "i": input })).await;
        let id = body["data"][name]["article"]["id"].clone();
        assert!(id.is_string(), "{name}: {body}");
        id
    }
}
