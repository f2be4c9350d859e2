//! Sign in, sessions, passwords.

use chrono::TimeDelta;
use e2e::both_backends;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

const VIEWER: &str = "{viewer{person{name account} roles}}";

both_backends! {
    /// G52
    async fn every_failure_of_a_sign_in_has_one_answer(app: &TestApp) {
        let wrong = app.login("nurse", "Wrong-Password-1").await;
        let unknown = app.login("nobody", "Wrong-Password-1").await;
        assert_eq!(wrong, unknown);
        assert_eq!(wrong["userErrors"][0]["code"], "LOGIN_FAILED");
    }

    /// G50
    async fn five_failures_delay_that_account_from_that_source_and_the_right_password_works_later(app: &TestApp) {
        for _ in 0..5 {
            app.login("nurse", "Wrong-Password-1").await;
        }
        let query = "mutation($i:LoginInput!){login(input:$i){token}}";
        let input = json!({ "i": { "account": "nurse", "password": api::demo::PASSWORD, "session": "BEARER" } });
        let (_, body) = app.send(None, query, input).await;
        assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{body}");
        app.app.clock.set(app.app.clock.now() + TimeDelta::minutes(16));
        assert!(app.login("nurse", api::demo::PASSWORD).await["token"].is_string());
    }

    /// G44
    async fn a_session_ends_with_sign_out_with_idleness_and_after_twelve_hours(app: &TestApp) {
        let token = app.token("nurse").await;
        assert_eq!(app.send(Some(&token), VIEWER, json!({})).await.1["data"]["viewer"]["person"]["account"], "nurse");
        assert_eq!(app.send(Some("no-token"), VIEWER, json!({})).await.0, 401);
        app.send(Some(&token), "mutation{logout{userErrors{code}}}", json!({})).await;
        assert_eq!(app.send(Some(&token), VIEWER, json!({})).await.0, 401);

        let token = app.login("nurse", api::demo::PASSWORD).await["token"].as_str().unwrap().to_owned();
        let start = app.app.clock.now();
        app.app.clock.set(start + TimeDelta::minutes(31));
        assert_eq!(app.send(Some(&token), VIEWER, json!({})).await.0, 401, "idle");

        app.app.clock.set(start + TimeDelta::minutes(40));
        let token = app.login("nurse", api::demo::PASSWORD).await["token"].as_str().unwrap().to_owned();
        for minutes in (60..=60 * 12).step_by(20) {
            app.app.clock.set(start + TimeDelta::minutes(minutes));
            assert_eq!(app.send(Some(&token), VIEWER, json!({})).await.0, 200, "{minutes}");
        }
        app.app.clock.set(start + TimeDelta::minutes(40 + 60 * 12));
        assert_eq!(app.send(Some(&token), VIEWER, json!({})).await.0, 401, "absolute");
    }

    /// G46
    async fn a_new_password_obeys_the_rules_and_ends_other_sessions(app: &TestApp) {
        let other = app.login("nurse", api::demo::PASSWORD).await["token"].as_str().unwrap().to_owned();
        let change = |current: &str, new: &str| json!({ "i": { "currentPassword": current, "newPassword": new } });
        let query = "mutation($i:ChangePasswordInput!){changePassword(input:$i){userErrors{code field}}}";
        let code = |body: &serde_json::Value| body["data"]["changePassword"]["userErrors"][0]["code"].clone();
        assert_eq!(code(&app.ask("nurse", query, change("wrong", "Good-Pass-2026")).await), "LOGIN_FAILED");
        assert_eq!(code(&app.ask("nurse", query, change(api::demo::PASSWORD, "short")).await), "INVALID");
        assert_eq!(code(&app.ask("nurse", query, change(api::demo::PASSWORD, api::demo::PASSWORD)).await), "INVALID", "one of the last five");
        assert!(code(&app.ask("nurse", query, change(api::demo::PASSWORD, "Good-Pass-2026")).await).is_null());
        assert_eq!(app.send(Some(&other), VIEWER, json!({})).await.0, 401);
        assert!(app.login("nurse", "Good-Pass-2026").await["token"].is_string());
    }

    /// AC2.7-1: one hospital, one contract, three accounts with one-time passwords; the next administrator needs a
    /// second person; a second run writes nothing.
    async fn setup_founds_one_hospital_and_a_second_run_changes_nothing(app: &TestApp) {
        let counts = async || {
            let db = app.app.db.read();
            (entity::hospital::Entity::find().count(db).await.unwrap(), entity::contract::Entity::find().count(db).await.unwrap(), entity::person::Entity::find().count(db).await.unwrap())
        };
        let before = counts().await;
        let file: api::setup::SetupFile = toml_file();
        let made = api::setup::run(&app.app, &file).await.unwrap();
        assert_eq!(counts().await, (before.0 + 1, before.1 + 1, before.2 + 3));
        let again = api::setup::run(&app.app, &file).await.unwrap_err();
        assert_eq!(again.code().word(), "SETUP_EXISTS");
        assert_eq!(counts().await, (before.0 + 1, before.1 + 1, before.2 + 3), "nothing was written");

        // Manager and administrator: each first sign-in opens nothing but the change of the password.
        let change = "mutation($i:ChangePasswordInput!){changePassword(input:$i){userErrors{code}}}";
        for account in &made[..2] {
            let first = app.login(&account.account, &account.password).await;
            assert_eq!(first["viewer"]["mustChangePassword"], true);
            let token = first["token"].as_str().unwrap();
            let (_, body) = app.send(Some(token), "{tickets{nodes{id}}}", json!({})).await;
            assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "a one-time password opens nothing but its change");
            let input = json!({ "i": { "currentPassword": account.password, "newPassword": api::demo::PASSWORD } });
            let (_, body) = app.send(Some(token), change, input).await;
            assert_eq!(body["data"]["changePassword"]["userErrors"], json!([]), "{body}");
            let (_, body) = app.send(Some(token), "{tickets{totalCount}}", json!({})).await;
            assert_eq!(body["data"]["tickets"]["totalCount"], 0, "{body}");
        }
        // The project manager has no undertaking: the account is inactive.
        assert!(app.login(&made[2].account, &made[2].password).await["token"].is_null());

        let make = "mutation($i:CreatePersonInput!){createPerson(input:$i){person{grants{id role state}} userErrors{code}}}";
        let next = json!({ "i": { "idempotencyKey": "second-admin", "account": "new_admin2", "name": "次管理员", "side": "HOSPITAL", "roles": [{ "role": "HOSP_IT_ADMIN" }] } });
        let body = app.ask("new_admin", make, next).await;
        let grant = body["data"]["createPerson"]["person"]["grants"][0].clone();
        assert_eq!(grant["state"], "PENDING", "{body}");
        let decide = "mutation($i:DecideGrantInput!){decideGrant(input:$i){grant{state} userErrors{code}}}";
        let with = json!({ "i": { "grantId": grant["id"], "accept": true } });
        let foreign = app.ask("manager", decide, with.clone()).await;
        assert_eq!(foreign["data"]["decideGrant"]["userErrors"][0]["code"], "NOT_FOUND", "the manager of another hospital");
        let body = app.ask("new_manager", decide, with).await;
        assert_eq!(body["data"]["decideGrant"]["grant"]["state"], "ACTIVE", "{body}");
    }
}

fn toml_file() -> api::setup::SetupFile {
    use api::setup::{
        AccountPart, ContractPart, DepartmentPart, HospitalPart, ProjectManagerPart, SetupFile,
        VendorPart,
    };
    let account = |account: &str| AccountPart {
        account: account.to_owned(),
        name: account.to_owned(),
        email: None,
    };
    SetupFile {
        hospital: HospitalPart {
            code: "NEW".to_owned(),
            name: "新建医院".to_owned(),
        },
        departments: vec![DepartmentPart {
            name: "重症医学科".to_owned(),
            beds: 12,
        }],
        vendor: VendorPart {
            name: "新建科技".to_owned(),
        },
        contract: ContractPart {
            no: "N-1".to_owned(),
            title: "运维".to_owned(),
            fee_fen: 1,
            signed_on: "2026-01-01".parse().unwrap(),
            service_from_on: "2026-01-01".parse().unwrap(),
            service_to_on: "2026-12-31".parse().unwrap(),
            baseline_version: "1.0.0".to_owned(),
            government_procurement: false,
            vendor_is_sme: false,
            eseal_agreed: false,
            service: api::setup::ServicePart::default(),
        },
        manager: account("new_manager"),
        it_admin: account("new_admin"),
        project_manager: ProjectManagerPart {
            account: "new_pm".to_owned(),
            name: "new_pm".to_owned(),
            email: None,
            undertaking: None,
        },
    }
}
