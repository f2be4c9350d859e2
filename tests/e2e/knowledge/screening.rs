//! What looks like patient data and is none: the information centre says why, and another of its people publishes it
//! (`domain.md` 4.6).

use e2e::{TestApp, both_backends};
use entity::article_version::{Column as V, Entity as Versions};
use entity::audit::{Column as A, Entity as Audit};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::{content, done, found, new, of, tried};
use crate::wall::code;

const BODY: &str = "表头打印为 姓名：张三丰（厂商样例，非患者）";
const WHY: &str = "厂商随样张提供的虚构姓名";

/// A content with a reason why the screen is wrong.
fn explained(body: &str, why: &str) -> Value {
    let mut content = content("表头样例", body);
    content["screeningOverrideReason"] = json!(why);
    content
}

/// Reasons of overrides in the audit, oldest first.
async fn reasons(app: &TestApp) -> Vec<Value> {
    let rows = Audit::find()
        .filter(A::Action.eq("article.screening_override"))
        .order_by_asc(A::Seq)
        .all(app.app.db.read());
    let payloads = rows.await.unwrap().into_iter().map(|row| {
        let payload: Value = serde_json::from_slice(&row.payload).unwrap();
        payload["reason"].clone()
    });
    payloads.collect()
}

both_backends! {
    /// Only the information centre overrides the screen, with a reason, for the text that it saw.
    async fn the_information_centre_says_why_the_screen_is_wrong(app: &TestApp) {
        assert_eq!(code(&tried(app, "it_admin", "draftArticle", new("bare", content("表头样例", BODY))).await), "PATIENT_DATA_IN_TEXT");
        let refused = tried(app, "engineer", "draftArticle", new("vendor", explained(BODY, WHY))).await;
        assert_eq!(code(&refused), "INVALID");
        assert_eq!(refused["userErrors"][0]["field"], json!(["content", "screeningOverrideReason"]), "{refused}");
        for (key, body, why, expected) in [
            ("needless", "没有疑似之处", WHY, "INVALID"),
            ("patient", BODY, "患者姓名：张三丰", "PATIENT_DATA_IN_TEXT"),
            ("blank", BODY, "  ", "PATIENT_DATA_IN_TEXT"),
            ("long", BODY, &"长".repeat(501), "TOO_LONG"),
        ] {
            let payload = tried(app, "it_admin", "draftArticle", new(key, explained(body, why))).await;
            assert_eq!(code(&payload), expected, "{key}");
        }
        assert!(reasons(app).await.is_empty());

        let row = done(app, "it_admin", "draftArticle", new("over", explained(BODY, WHY))).await;
        assert_eq!(row["body"], BODY);
        assert_eq!(reasons(app).await, [WHY]);
        // The reason belongs to the text: the next one is screened again, and says for itself why.
        let bare = of(&row, json!({ "content": content("表头样例", BODY) }));
        assert_eq!(code(&tried(app, "it_admin", "reviseArticle", bare).await), "PATIENT_DATA_IN_TEXT");
        let row = done(app, "it_admin", "reviseArticle", of(&row, json!({ "content": content("表头样例", "改写") }))).await;
        let query = "query($id:ID!){article(articleId:$id){screeningOverridden versions{screeningOverrideReason}}}";
        let seen = app.ask("it_admin", query, json!({ "id": row["id"] })).await;
        assert_eq!(seen["data"]["article"], json!({ "screeningOverridden": false, "versions": [{ "screeningOverrideReason": null }] }));
        let row = done(app, "it_admin", "reviseArticle", of(&row, json!({ "content": explained(BODY, WHY) }))).await;

        let row = done(app, "it_admin", "submitArticle", of(&row, json!({}))).await;
        assert_eq!(code(&tried(app, "it_admin", "publishArticle", of(&row, json!({}))).await), "FOUR_EYES");
        let again = of(&row, json!({ "screeningOverrideReason": WHY }));
        assert_eq!(code(&tried(app, "it_admin2", "publishArticle", again).await), "INVALID", "the writer gave one");
        let row = done(app, "it_admin2", "publishArticle", of(&row, json!({}))).await;
        let seen = app.ask("it_admin2", query, json!({ "id": row["id"] })).await;
        assert_eq!(seen["data"]["article"], json!({ "screeningOverridden": true, "versions": [{ "screeningOverrideReason": WHY }] }));
        assert!(found(app, "nurse", &row, "厂商样例").await["body"].as_str().unwrap().contains("张三丰"));
        assert_eq!(reasons(app).await.len(), 2);
    }

    /// A text that is older than a rule: who reviews it says why, and nobody else can.
    async fn the_reviewer_says_why_of_a_text_that_is_older_than_the_rule(app: &TestApp) {
        let row = done(app, "engineer", "draftArticle", new("older", content("表头样例", "正文"))).await;
        let row = done(app, "engineer", "submitArticle", of(&row, json!({}))).await;
        let tx = app.app.db.begin_write().await.unwrap();
        let id = entity::ids::ArticleId::parse(row["id"].as_str().unwrap()).unwrap();
        Versions::update_many()
            .col_expr(V::Body, Expr::value(BODY))
            .filter(V::ArticleId.eq(id))
            .exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(code(&tried(app, "it_admin", "publishArticle", of(&row, json!({}))).await), "PATIENT_DATA_IN_TEXT");
        let row = done(app, "it_admin", "publishArticle", of(&row, json!({ "screeningOverrideReason": WHY }))).await;
        assert_eq!(row["state"], "PUBLISHED");
        assert_eq!(reasons(app).await, [WHY]);
    }
}
