//! The service desk (二(一), P0): hotline, hours, channels and promised response times of the contract.

use e2e::{TestApp, both_backends};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

const DESK: &str = "query($h:ID){serviceDesk(hospitalId:$h){hotline hours{weekdays from to} channels{channel address forbidsPatientData needsAuthorisation} responseTimes{category subcategory code limitSec limitWd}}}";

async fn told(app: &TestApp, account: &str, hospital: Option<&str>) -> Value {
    let id = match hospital {
        Some(code) => json!(entity::ids::HospitalId(app.hospital(code).await).to_string()),
        None => Value::Null,
    };
    let body = app.ask(account, DESK, json!({ "h": id })).await;
    assert!(body["errors"].is_null(), "{account}: {body}");
    body["data"]["serviceDesk"].clone()
}

/// The limit of a category, seconds and working days.
fn limit<'a>(desk: &'a Value, category: &str, subcategory: Option<&str>) -> (&'a Value, &'a Value) {
    let rows = desk["responseTimes"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["category"] == category && row["subcategory"] == json!(subcategory))
        .unwrap_or_else(|| panic!("{category}: {desk}"));
    (&row["limitSec"], &row["limitWd"])
}

both_backends! {
    /// C2.1-a, `domain.md` 4.6: what the contract names, with the two channels into which no patient data belong.
    async fn the_desk_tells_what_the_contract_says(app: &TestApp) {
        let desk = told(app, "nurse", None).await;
        assert_eq!(desk["hotline"], "400-000-0000");
        let week = json!([1, 2, 3, 4, 5]);
        assert_eq!(desk["hours"], json!([
            { "weekdays": week, "from": "08:00", "to": "12:00" },
            { "weekdays": week, "from": "14:00", "to": "18:00" },
        ]));
        assert_eq!(desk["channels"], json!([
            { "channel": "PHONE", "address": "400-000-0000", "forbidsPatientData": false, "needsAuthorisation": false },
            { "channel": "EMAIL", "address": "service@demo.example", "forbidsPatientData": true, "needsAuthorisation": false },
            { "channel": "REMOTE", "address": null, "forbidsPatientData": false, "needsAuthorisation": true },
            { "channel": "QQ", "address": "重症运维服务群", "forbidsPatientData": true, "needsAuthorisation": false },
            { "channel": "ONSITE", "address": null, "forbidsPatientData": false, "needsAuthorisation": false },
        ]));
        // 二(二): one hour, two hours, the next working day.
        assert_eq!(limit(&desk, "CONSULT", None), (&json!(3600), &Value::Null));
        assert_eq!(limit(&desk, "FAULT", None), (&json!(7200), &Value::Null));
        assert_eq!(limit(&desk, "TRAINING", None), (&Value::Null, &json!(1)));
        assert_eq!(limit(&desk, "DISASTER", None), (&json!(900), &Value::Null));
        for account in ["it_admin", "manager", "auditor", "engineer"] {
            assert_eq!(told(app, account, None).await, desk, "{account}");
        }
    }

    /// Nothing is made up where nothing was set, and no hospital shows the desk of another.
    async fn a_desk_is_that_of_the_own_hospital(app: &TestApp) {
        let bare = told(app, "nurse_b", None).await;
        assert!(bare["hotline"].is_null(), "{bare}");
        let channels = bare["channels"].as_array().unwrap();
        assert!(channels.len() == 5 && channels.iter().all(|one| one["address"].is_null()), "{bare}");
        assert!(told(app, "nurse_b", Some("DEMO")).await.is_null());
        assert!(told(app, "engineer", Some("DEMO-B")).await.is_null());
        // Who serves two hospitals names one.
        assert!(told(app, "engineer2", None).await.is_null());
        assert_eq!(told(app, "engineer2", Some("DEMO-B")).await, bare);
        let anonymous = app.send(None, DESK, json!({})).await.1;
        assert_eq!(anonymous["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{anonymous}");
    }

    /// Parameters are those in force today, and a contract that is over has no desk.
    async fn a_desk_changes_with_the_parameters_of_the_contract(app: &TestApp) {
        use entity::parameter_set::Column as P;
        let tx = app.app.db.begin_write().await.unwrap();
        entity::parameter_set::Entity::update_many()
            .col_expr(P::ResponseWdN, Expr::value(2))
            .col_expr(P::ImmediateMin, Expr::value(10))
            .col_expr(P::Hotline, Expr::value("8120"))
            .filter(P::Hotline.is_not_null())
            .exec(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let desk = told(app, "nurse", None).await;
        assert_eq!(desk["hotline"], "8120");
        assert_eq!(limit(&desk, "UPGRADE", None), (&Value::Null, &json!(2)));
        assert_eq!(limit(&desk, "DISASTER", None), (&json!(600), &Value::Null));
        app.at("2027-01-01 00:00:00").await;
        assert!(told(app, "it_admin", None).await.is_null());
    }
}
