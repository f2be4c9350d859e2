//! The wire against the real schema.

use e2e::both_backends;
use serde_json::json;

both_backends! {
    /// G8, G26
    async fn every_refusal_carries_code_request_id_and_both_languages(app: &TestApp) {
        for (query, code) in [("{", "GRAPHQL_PARSE_FAILED"), ("{nope}", "GRAPHQL_VALIDATION_FAILED"), ("{tickets{nodes{id}}}", "UNAUTHENTICATED")] {
            let (_, body) = app.send(None, query, json!({})).await;
            let extensions = &body["errors"][0]["extensions"];
            assert_eq!(extensions["code"], code, "{body}");
            assert!(extensions["requestId"].is_string() && extensions["messages"]["zh"].is_string() && extensions["messages"]["en"].is_string());
        }
    }

    /// G74
    async fn a_page_of_five_hundred_is_refused_before_execution(app: &TestApp) {
        let body = app.ask("nurse", "{tickets(first:500){nodes{id}}}", json!({})).await;
        assert_eq!((&body["errors"][0]["extensions"]["code"], &body["data"]), (&json!("BAD_USER_INPUT"), &serde_json::Value::Null));
    }

    /// G50
    async fn two_sign_ins_in_one_document_are_refused_whole(app: &TestApp) {
        let query = r#"mutation{a:login(input:{account:"nurse",password:"x"}){token} b:login(input:{account:"nurse",password:"y"}){token}}"#;
        let (_, body) = app.send(None, query, json!({})).await;
        assert!(body["data"].is_null() && body["errors"].is_array(), "{body}");
    }

    /// What is logged of an operation, and that the watch over secrets reads it.
    async fn the_log_names_document_and_principal_and_no_secret(app: &TestApp) {
        let token = app.token("nurse").await;
        app.login("nurse", "Canary-Secret-77").await;
        let (_, body) = app.send(Some(&token), "{nope}", json!({})).await;
        let id = body["errors"][0]["extensions"]["requestId"].as_str().unwrap();
        let lines = e2e::scan::logged(id);
        let of_operation = lines.iter().find(|line| line.contains("\"operation\"")).unwrap();
        assert!(of_operation.contains("psn_") && of_operation.contains("\"document\"") && of_operation.contains("GRAPHQL_VALIDATION_FAILED"), "{of_operation}");
        for secret in [token.as_str(), "Canary-Secret-77", api::demo::PASSWORD] {
            assert_eq!(e2e::scan::logged(secret), Vec::<String>::new());
            let watched = std::collections::BTreeSet::from([secret.to_owned()]);
            assert!(e2e::scan::hit(&watched, &format!("a line with {secret} in it")).is_some());
        }
    }
}
