//! Machine tokens: made, used by their scopes, refused everywhere else (G45).

use chrono::TimeDelta;
use e2e::{TestApp, both_backends, scan};
use entity::machine_token;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

const CREATE: &str = "mutation($i:CreateMachineTokenInput!){createMachineToken(input:$i){token machineToken{id agent scopes lastUsedAt} userErrors{code field}}}";

async fn make(app: &TestApp, account: &str, key: &str, scopes: &[&str]) -> (String, String) {
    let ends = app.app.clock.now() + TimeDelta::days(30);
    let input = json!({ "i": { "idempotencyKey": key, "agent": "备份代理", "scopes": scopes, "expiresAt": ends.to_rfc3339() } });
    let body = app.ask(account, CREATE, input).await;
    let payload = &body["data"]["createMachineToken"];
    let token = payload["token"]
        .as_str()
        .unwrap_or_else(|| panic!("{body}"))
        .to_owned();
    scan::secret(&token);
    (
        token,
        payload["machineToken"]["id"].as_str().unwrap().to_owned(),
    )
}

fn verdict(body: &Value, field: &str) -> String {
    match body["errors"][0]["extensions"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None if body["data"][field].is_null() => "null".to_owned(),
        None => "data".to_owned(),
    }
}

both_backends! {
    /// G45
    async fn a_token_reads_what_its_scopes_say_and_does_nothing(app: &TestApp) {
        let ticket = app.consult("token-key-1").await;
        let foreign = app.create("nurse_b", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "token-key-2" })).await;
        let (tickets, _) = make(app, "it_admin", "token-make-1", &["TICKET_READ"]).await;
        let (directory, _) = make(app, "it_admin", "token-make-2", &["DIRECTORY_READ"]).await;
        let id = ticket["id"].as_str().unwrap();
        let reads = [
            ("tickets", "{tickets{nodes{id}}}".to_owned(), "data", "FORBIDDEN"),
            ("ticket", format!("{{ticket(by:{{id:\"{id}\"}}){{id}}}}"), "data", "FORBIDDEN"),
            ("node", format!("{{node(id:\"{id}\"){{id}}}}"), "data", "null"),
            ("departments", "{departments{name}}".to_owned(), "FORBIDDEN", "data"),
            ("contracts", "{contracts{number}}".to_owned(), "FORBIDDEN", "data"),
            ("workCalendars", "{workCalendars{year}}".to_owned(), "FORBIDDEN", "data"),
            ("people", "{people{nodes{name}}}".to_owned(), "FORBIDDEN", "FORBIDDEN"),
            ("grants", "{grants{id}}".to_owned(), "FORBIDDEN", "FORBIDDEN"),
            ("machineTokens", "{machineTokens{id}}".to_owned(), "FORBIDDEN", "FORBIDDEN"),
            ("viewer", "{viewer{agent scopes roles permissions person{name}}}".to_owned(), "data", "data"),
        ];
        for (field, query, by_tickets, by_directory) in &reads {
            let (status, body) = app.send(Some(&tickets), query, json!({})).await;
            assert_eq!((status, verdict(&body, field).as_str()), (200, *by_tickets), "{field}: {body}");
            let (_, body) = app.send(Some(&directory), query, json!({})).await;
            assert_eq!(verdict(&body, field), *by_directory, "{field}: {body}");
        }
        let (_, body) = app.send(Some(&tickets), "{tickets{totalCount nodes{id}}}", json!({})).await;
        assert_eq!(body["data"]["tickets"], json!({ "totalCount": 1, "nodes": [{ "id": id }] }), "one hospital alone: {body} {foreign}");
        // Every mutation of the schema is refused, whatever its input: a token acts for nobody.
        for (name, kind, input) in [
            ("respondTicket", "RespondTicketInput", json!({ "ticketId": id, "expectedVersion": 1, "text": "答", "channel": "PHONE" })),
            ("createMachineToken", "CreateMachineTokenInput", json!({ "idempotencyKey": "token-by-token", "agent": "x", "scopes": ["TICKET_READ"], "expiresAt": "2026-04-01T00:00:00Z" })),
            ("importCalendar", "ImportCalendarInput", json!({ "file": "{}" })),
        ] {
            let query = format!("mutation($i:{kind}!){{{name}(input:$i){{userErrors{{code}}}}}}");
            let (_, body) = app.send(Some(&tickets), &query, json!({ "i": input })).await;
            assert_eq!(verdict(&body, name), "FORBIDDEN", "{name}: {body}");
        }
        let last = entity::audit::Entity::find().order_by_desc(entity::audit::Column::At).order_by_desc(entity::audit::Column::Seq).all(app.app.db.read()).await.unwrap();
        let named = last.iter().any(|row| String::from_utf8_lossy(&row.payload).contains("\"actor\":\"tok_"));
        assert!(named, "the audit names the token");
    }

    /// G45
    async fn a_token_is_accepted_as_bearer_alone(app: &TestApp) {
        let (token, _) = make(app, "it_admin", "token-place-1", &["TICKET_READ"]).await;
        let client = reqwest::Client::new();
        let query = json!({ "query": "{tickets{nodes{id}}}" });
        let cookie = client.post(format!("{}/graphql", app.base)).header("cookie", format!("__Host-icuops={token}")).header("sec-fetch-site", "same-origin").json(&query).send().await.unwrap();
        assert_eq!(cookie.status(), 401, "in a cookie");
        for name in ["access_token", "token", "authorization", "bearer"] {
            let address = format!("{}/graphql?{name}={token}", app.base);
            let body: Value = client.post(&address).json(&query).send().await.unwrap().json().await.unwrap();
            assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{name}: {body}");
        }
        let mut altered = token.clone();
        altered.pop();
        for wrong in [altered.as_str(), "icuops_", &token[7..]] {
            assert_eq!(app.send(Some(wrong), "{tickets{nodes{id}}}", json!({})).await.0, 401);
        }
        let basic = client.post(format!("{}/graphql", app.base)).header("authorization", format!("Basic {token}")).json(&query).send().await.unwrap();
        let body: Value = basic.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }

    /// G45
    async fn an_expired_or_revoked_token_is_401_and_none_stands_in_the_database(app: &TestApp) {
        let (token, id) = make(app, "it_admin", "token-end-1", &["TICKET_READ"]).await;
        let (other, _) = make(app, "it_admin", "token-end-2", &["TICKET_READ"]).await;
        let query = "{tickets{nodes{id}}}";
        assert_eq!(app.send(Some(&token), query, json!({})).await.0, 200);
        let rows = machine_token::Entity::find().all(app.app.db.read()).await.unwrap();
        assert!(rows.iter().all(|row| row.token_sha256.len() == 64 && !token.contains(&row.token_sha256)));
        let listed = app.ask("it_admin", "{machineTokens{id agent scopes lastUsedAt revokedAt createdBy{name}}}", json!({})).await;
        let listed = listed["data"]["machineTokens"].as_array().unwrap().clone();
        let used = listed.iter().find(|row| row["id"] == json!(id)).unwrap();
        assert_eq!((used["lastUsedAt"].is_string(), &used["createdBy"]["name"]), (true, &json!("周敏")), "{used}");
        assert_eq!(app.ask("it_admin_b", "{machineTokens{id}}", json!({})).await["data"]["machineTokens"], json!([]));

        let revoke = "mutation($i:RevokeMachineTokenInput!){revokeMachineToken(input:$i){machineToken{revokedAt} userErrors{code}}}";
        let with = json!({ "i": { "tokenId": id, "reason": "代理停用" } });
        let foreign = app.ask("it_admin_b", revoke, with.clone()).await;
        assert_eq!(foreign["data"]["revokeMachineToken"]["userErrors"][0]["code"], "NOT_FOUND");
        let done = app.ask("it_admin", revoke, with.clone()).await;
        assert_eq!(done["data"]["revokeMachineToken"]["userErrors"], json!([]), "{done}");
        assert_eq!(app.send(Some(&token), query, json!({})).await.0, 401, "revoked");
        assert_eq!(app.ask("it_admin", revoke, with).await["data"]["revokeMachineToken"]["userErrors"][0]["code"], "WRONG_STATE");
        app.app.clock.set(app.app.clock.now() + TimeDelta::days(30));
        assert_eq!(app.send(Some(&other), query, json!({})).await.0, 401, "expired");
    }

    async fn a_token_has_a_scope_and_an_end_within_a_year_and_is_shown_once(app: &TestApp) {
        let now = app.app.clock.now();
        let ends = |days: i64| (now + TimeDelta::days(days)).to_rfc3339();
        for (n, (scopes, expires, expected)) in [(vec![], ends(1), "REQUIRED"), (vec!["TICKET_READ"], ends(-1), "INVALID"), (vec!["TICKET_READ"], ends(367), "INVALID")].into_iter().enumerate() {
            let body = app.ask("it_admin", CREATE, json!({ "i": { "idempotencyKey": format!("token-bad-{n}"), "agent": "x", "scopes": scopes, "expiresAt": expires } })).await;
            assert_eq!(body["data"]["createMachineToken"]["userErrors"][0]["code"], expected, "{body}");
        }
        let input = json!({ "i": { "idempotencyKey": "token-once-1", "agent": "备份代理", "scopes": ["TICKET_READ"], "expiresAt": ends(30) } });
        let first = app.ask("it_admin", CREATE, input.clone()).await["data"]["createMachineToken"].clone();
        scan::secret(first["token"].as_str().unwrap());
        let again = app.ask("it_admin", CREATE, input).await["data"]["createMachineToken"].clone();
        assert_eq!((&again["machineToken"]["id"], &again["token"]), (&first["machineToken"]["id"], &json!(null)));
        // Whoever leaves takes the tokens along that they made.
        let person = app.person_id("it_admin").await;
        let version = app.ask("it_admin2", "query($a:String!){person(by:{account:$a}){version}}", json!({ "a": "it_admin" })).await["data"]["person"]["version"].clone();
        let leave = json!({ "i": { "personId": entity::ids::PersonId(person).to_string(), "expectedVersion": version, "leaveOn": "2026-03-01" } });
        let gone = app.ask("it_admin2", "mutation($i:SetLeaveDateInput!){setLeaveDate(input:$i){person{state} userErrors{code}}}", leave).await;
        assert_eq!(gone["data"]["setLeaveDate"]["person"]["state"], "DISABLED", "{gone}");
        assert_eq!(app.send(first["token"].as_str(), "{viewer{agent}}", json!({})).await.0, 401);
    }
}
