//! Sessions, the throttle of sign-ins, the age of passwords, and what a sign-in costs.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use api::app::App;
use api::config::Config;
use chrono::TimeDelta;
use e2e::{TestApp, both_backends, scan};
use entity::{login_attempt, session};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Statement};
use serde_json::{Value, json};

const VIEWER: &str = "{viewer{person{name}}}";
const LOGIN: &str = "mutation($i:LoginInput!){login(input:$i){token viewer{roles mustChangePassword} userErrors{code}}}";

/// Another server of the same database; its address.
async fn node(app: &TestApp, change: impl FnOnce(&mut Config)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let mut config = (*app.app.config).clone();
    change(&mut config);
    let other = App::start(config, app.app.clock.clone()).await.unwrap();
    tokio::spawn(api::http::serve(other, listener).unwrap());
    base
}

/// Sends to a server with headers; status, `Set-Cookie`, body.
async fn send(
    base: &str,
    headers: &[(&str, &str)],
    query: &str,
    variables: Value,
) -> (u16, Option<String>, Value) {
    let mut request = reqwest::Client::new()
        .post(format!("{base}/graphql"))
        .json(&json!({ "query": query, "variables": variables }));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let cookie = response
        .headers()
        .get("set-cookie")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    (
        response.status().as_u16(),
        cookie,
        response.json().await.unwrap(),
    )
}

fn input(account: &str, password: &str, session: &str) -> Value {
    scan::secret(password);
    json!({ "i": { "account": account, "password": password, "session": session } })
}

/// Signs in with a cookie; the whole `Set-Cookie`, and the token in it.
async fn by_cookie(app: &TestApp, headers: &[(&str, &str)]) -> (String, String) {
    let (_, cookie, body) = send(
        &app.base,
        headers,
        LOGIN,
        input("nurse", api::demo::PASSWORD, "COOKIE"),
    )
    .await;
    assert!(
        body["data"]["login"]["token"].is_null(),
        "a token in a cookie stands in no body"
    );
    let cookie = cookie.unwrap();
    let token = cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    scan::secret(&token);
    (cookie, token)
}

fn with_cookie(token: &str) -> [(&'static str, String); 2] {
    [
        ("cookie", format!("__Host-icuops={token}")),
        ("sec-fetch-site", "same-origin".to_owned()),
    ]
}

async fn by(app: &TestApp, token: &str) -> (u16, Value) {
    let headers = with_cookie(token);
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let (status, _, body) = send(&app.base, &headers, VIEWER, json!({})).await;
    (status, body)
}

async fn failures(app: &TestApp, account: &str, source: &str, count: i64) {
    let tx = app.app.db.begin_write().await.unwrap();
    for n in 0..count {
        let at = app.app.clock.now() - TimeDelta::minutes(30) - TimeDelta::minutes(12 * n);
        login_attempt::ActiveModel {
            id: Set(api::clock::id_at(at)),
            account: Set(account.to_owned()),
            source: Set(source.to_owned()),
            at: Set(at),
            success: Set(false),
        }
        .insert(&tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

both_backends! {
    /// G44
    async fn a_cookie_has_its_attributes_works_only_as_a_cookie_and_ends_with_401(app: &TestApp) {
        let (cookie, token) = by_cookie(app, &[]).await;
        assert_eq!(cookie, format!("__Host-icuops={token}; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200"));
        assert_eq!(by(app, &token).await.1["data"]["viewer"]["person"]["name"], "陈晓");
        assert_eq!(app.send(Some(&token), VIEWER, json!({})).await.0, 401, "a cookie's token as Bearer");
        let bearer = app.token("nurse").await;
        assert_eq!(by(app, &bearer).await.0, 401, "a Bearer token as cookie");

        // A session that was fixed into the browser ends at the sign-in.
        let headers = with_cookie(&token);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (_, fresh) = by_cookie(app, &headers).await;
        assert_ne!(fresh, token);
        assert_eq!(by(app, &token).await.0, 401);
        // What has ended still lets in: a sign-in with a stale cookie works.
        let (_, last) = by_cookie(app, &headers).await;
        assert_eq!(by(app, &last).await.0, 200);
        let (_, _, _) = send(&app.base, &with_cookie(&last).iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>(), "mutation{logout{userErrors{code}}}", json!({})).await;
        assert_eq!(by(app, &last).await.0, 401, "on the next request");
    }

    /// G44
    async fn no_usable_token_stands_in_the_database(app: &TestApp) {
        let token = app.token("nurse").await;
        let (_, cookie) = by_cookie(app, &[]).await;
        let db = app.app.db.read();
        for row in session::Entity::find().all(db).await.unwrap() {
            assert_eq!(row.token_sha256.len(), 64);
            assert!(row.token_sha256 != token && row.token_sha256 != cookie);
            assert_eq!(app.send(Some(&row.token_sha256), VIEWER, json!({})).await.0, 401);
        }
        // Every text of every table that holds secrets.
        for sql in ["SELECT token_sha256 || ip || agent FROM session", "SELECT account || password_hash FROM person", "SELECT key || mutation || input_sha256 FROM idempotency"] {
            for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap() {
                let text: String = row.try_get_by_index(0).unwrap();
                assert!(!text.contains(&token) && !text.contains(&cookie) && !text.contains(api::demo::PASSWORD));
            }
        }
    }

    async fn own_sessions_are_listed_and_ended_one_by_one(app: &TestApp) {
        let first = app.token("nurse").await;
        let second = app.login("nurse", api::demo::PASSWORD).await["token"].as_str().unwrap().to_owned();
        let (_, body) = app.send(Some(&second), "{viewer{sessions{id kind current sharedStation}}}", json!({})).await;
        let all = body["data"]["viewer"]["sessions"].as_array().unwrap().clone();
        assert_eq!(all.len(), 2, "{body}");
        let other = all.iter().find(|row| row["current"] == false).unwrap()["id"].clone();
        let end = "mutation($i:RevokeSessionInput!){revokeSession(input:$i){userErrors{code}}}";
        let foreign = app.ask("doctor", end, json!({ "i": { "sessionId": other } })).await;
        assert_eq!(foreign["data"]["revokeSession"]["userErrors"][0]["code"], "NOT_FOUND");
        let node = app.ask("doctor", "query($id:ID!){node(id:$id){id}}", json!({ "id": other })).await;
        assert!(node["data"]["node"].is_null());
        app.send(Some(&second), end, json!({ "i": { "sessionId": other } })).await;
        assert_eq!(app.send(Some(&first), VIEWER, json!({})).await.0, 401);
        assert_eq!(app.send(Some(&second), VIEWER, json!({})).await.0, 200);
        // The information centre ends all of somebody's.
        let nurse = entity::ids::PersonId(app.person_id("nurse").await).to_string();
        let all = app.ask("it_admin", "mutation($i:EndSessionsInput!){endSessions(input:$i){ended userErrors{code}}}", json!({ "i": { "personId": nurse } })).await;
        assert_eq!(all["data"]["endSessions"]["ended"], 1, "{all}");
        assert_eq!(app.send(Some(&second), VIEWER, json!({})).await.0, 401);
    }

    /// G44
    async fn a_shared_ward_station_is_left_after_fifteen_minutes(app: &TestApp) {
        let mut with = input("nurse", api::demo::PASSWORD, "BEARER");
        with["i"]["sharedStation"] = json!(true);
        let (_, body) = app.send(None, LOGIN, with).await;
        let token = body["data"]["login"]["token"].as_str().unwrap().to_owned();
        scan::secret(&token);
        app.app.clock.set(app.app.clock.now() + TimeDelta::seconds(899));
        assert_eq!(app.send(Some(&token), VIEWER, json!({})).await.0, 200);
        app.app.clock.set(app.app.clock.now() + TimeDelta::seconds(900));
        assert_eq!(app.send(Some(&token), VIEWER, json!({})).await.0, 401);
    }

    /// G46
    async fn a_password_of_ninety_days_opens_nothing_but_its_change(app: &TestApp) {
        let base = node(app, |config| config.password_days = Some(90)).await;
        let start = app.app.clock.now();
        app.app.clock.set(start + TimeDelta::days(90) - TimeDelta::seconds(1));
        let young = send(&base, &[], LOGIN, input("nurse", api::demo::PASSWORD, "BEARER")).await.2;
        assert_eq!(young["data"]["login"]["viewer"]["mustChangePassword"], false);
        app.app.clock.set(start + TimeDelta::days(90));
        let old = send(&base, &[], LOGIN, input("nurse", api::demo::PASSWORD, "BEARER")).await.2;
        assert_eq!(old["data"]["login"]["viewer"]["mustChangePassword"], true, "{old}");
        let token = format!("Bearer {}", old["data"]["login"]["token"].as_str().unwrap());
        let closed = send(&base, &[("authorization", &token)], "{tickets{nodes{id}}}", json!({})).await.2;
        assert_eq!(closed["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let change = "mutation($i:ChangePasswordInput!){changePassword(input:$i){userErrors{code}}}";
        let with = |new: &str| json!({ "i": { "currentPassword": api::demo::PASSWORD, "newPassword": new } });
        send(&base, &[("authorization", &token)], change, with("Good-Pass-2026")).await;
        let open = send(&base, &[("authorization", &token)], "{tickets{nodes{id}}}", json!({})).await.2;
        assert!(open["errors"].is_null(), "{open}");
    }

    /// G46
    async fn a_hundred_thousand_characters_are_refused_before_they_are_hashed(app: &TestApp) {
        let began = Instant::now();
        let long = "长".repeat(60_000);
        let (_, body) = app.send(None, LOGIN, json!({ "i": { "account": "nurse", "password": long, "session": "BEARER" } })).await;
        assert_eq!(body["data"]["login"]["userErrors"][0]["code"], "LOGIN_FAILED", "within the bounds of a text, beyond those of a password");
        let (status, _, body) = send(&app.base, &[("accept", "application/graphql-response+json")], LOGIN, json!({ "i": { "account": "nurse", "password": "x".repeat(100_001), "session": "BEARER" } })).await;
        assert_eq!((status, &body["errors"][0]["extensions"]["reason"]), (400, &json!("TEXT_TOO_LONG")), "{body}");
        assert_eq!(login_attempt::Entity::find().all(app.app.db.read()).await.unwrap().len(), 1, "the second one was not even counted");
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    /// G50
    async fn the_hundredth_failure_of_a_day_locks_and_the_ninety_ninth_does_not(app: &TestApp) {
        let working = app.token("nurse").await;
        failures(app, "nurse", "10.0.0.9", 98).await;
        app.login("nurse", "Wrong-Password-1").await;
        assert!(app.login("nurse", api::demo::PASSWORD).await["token"].is_string(), "99 failures");
        app.login("nurse", "Wrong-Password-1").await;
        let locked = app.login("nurse", api::demo::PASSWORD).await;
        assert_eq!(locked["userErrors"][0]["code"], "LOGIN_FAILED", "100 failures: {locked}");
        let (_, body) = app.send(Some(&working), "{tickets{totalCount}}", json!({})).await;
        assert!(body["errors"].is_null(), "who is at work goes on: {body}");
        app.app.clock.set(app.app.clock.now() + TimeDelta::hours(25));
        assert!(app.login("nurse", api::demo::PASSWORD).await["token"].is_null(), "until somebody unlocks it");
        let query = "query($a:String!){person(by:{account:$a}){id version state}}";
        let person = app.ask("it_admin", query, json!({ "a": "nurse" })).await["data"]["person"].clone();
        assert_eq!(person["state"], "LOCKED");
        let enable = "mutation($i:EnablePersonInput!){enablePerson(input:$i){person{state} userErrors{code}}}";
        let opened = app.ask("it_admin", enable, json!({ "i": { "personId": person["id"], "expectedVersion": person["version"] } })).await;
        assert_eq!(opened["data"]["enablePerson"]["person"]["state"], "ACTIVE", "{opened}");
        assert!(app.login("nurse", api::demo::PASSWORD).await["token"].is_string());
    }

    /// G50
    async fn attempts_are_counted_across_nodes_and_restarts(app: &TestApp) {
        // A second node, and a server started later on the same database, as after a restart.
        let other = node(app, |_| ()).await;
        for n in 0..5 {
            let base = if n % 2 == 0 { &app.base } else { &other };
            let body = send(base, &[], LOGIN, input("nurse", "Wrong-Password-1", "BEARER")).await.2;
            assert_eq!(body["data"]["login"]["userErrors"][0]["code"], "LOGIN_FAILED", "{n}");
        }
        let restarted = node(app, |_| ()).await;
        for base in [&app.base, &other, &restarted] {
            let body = send(base, &[], LOGIN, input("nurse", api::demo::PASSWORD, "BEARER")).await.2;
            assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{body}");
        }
    }

    /// G50: guesses sent side by side are no way around the count.
    async fn parallel_guesses_are_counted_like_others(app: &TestApp) {
        let all: Vec<_> = (0..16).map(|n| {
            let base = app.base.clone();
            tokio::spawn(async move { send(&base, &[], LOGIN, input("nurse", &format!("Wrong-Password-{n}"), "BEARER")).await.2 })
        }).collect();
        for task in all {
            let body = task.await.unwrap();
            assert!(body["data"]["login"]["token"].is_null(), "{body}");
        }
        let body = send(&app.base, &[], LOGIN, input("nurse", api::demo::PASSWORD, "BEARER")).await.2;
        assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED", "wrong guesses were counted: {body}");
    }

    /// G51, G52: the time tells a known from an unknown account as little as the answer does.
    async fn known_and_unknown_accounts_take_the_same_time(app: &TestApp) {
        let mut times = [Vec::new(), Vec::new()];
        for n in 0..24 {
            let (place, account) = if n % 2 == 0 { (0, "nurse".to_owned()) } else { (1, format!("nobody{n}")) };
            // Each pair begins with a clean count.
            app.app.clock.set(app.app.clock.now() + TimeDelta::minutes(20));
            let began = Instant::now();
            app.login(&account, "Wrong-Password-1").await;
            times[place].push(began.elapsed());
        }
        let median = |list: &mut Vec<Duration>| { list.sort(); list[list.len() / 2] };
        let (known, unknown) = (median(&mut times[0]), median(&mut times[1]));
        let ratio = known.as_secs_f64() / unknown.as_secs_f64();
        assert!((0.4..2.5).contains(&ratio), "known {known:?}, unknown {unknown:?}");
    }

    /// G51: hashing runs beside the work of others, a few at a time.
    async fn two_hundred_sign_ins_do_not_stop_other_queries(app: &TestApp) {
        let token = app.token("doctor").await;
        let tasks: Vec<_> = (0..200).map(|n| {
            let base = app.base.clone();
            tokio::spawn(async move { send(&base, &[], LOGIN, input(&format!("nobody{n}"), "Wrong-Password-1", "BEARER")).await.0 })
        }).collect();
        let mut times = Vec::new();
        for _ in 0..40 {
            let began = Instant::now();
            assert_eq!(app.send(Some(&token), VIEWER, json!({})).await.0, 200);
            times.push(began.elapsed());
        }
        for task in tasks {
            assert!(matches!(task.await.unwrap(), 200 | 429 | 503));
        }
        times.sort();
        eprintln!("other queries beside 200 sign-ins: median {:?}, slowest {:?}", times[20], times[39]);
        assert!(times[20] < Duration::from_secs(2), "{times:?}");
    }

    /// G55: a ward behind one address signs in, and one account cannot be tried without end.
    async fn a_ward_behind_one_address_signs_in_at_once(app: &TestApp) {
        let base = node(app, |config| config.metered = true).await;
        for _ in 0..4 {
            for account in ["nurse", "head_nurse", "doctor", "manager", "it_admin", "it_admin2", "pm", "engineer", "trainer", "auditor"] {
                let body = send(&base, &[], LOGIN, input(account, api::demo::PASSWORD, "BEARER")).await.2;
                assert!(body["data"]["login"]["token"].is_string(), "{account}: {body}");
            }
        }
        let mut refused = false;
        for _ in 0..40 {
            let body = send(&base, &[], LOGIN, input(" NURSE", api::demo::PASSWORD, "BEARER")).await.2;
            refused = refused || body["errors"][0]["extensions"]["code"] == "RATE_LIMITED";
            if refused {
                break;
            }
        }
        assert!(refused, "forty sign-ins to one account from one address");
        let body = send(&base, &[], LOGIN, input("doctor", api::demo::PASSWORD, "BEARER")).await.2;
        assert!(body["data"]["login"]["token"].is_string(), "a colleague at the same address is not held up: {body}");
        // What else strangers ask is bounded as before.
        let mut asked = 0;
        while asked < 1_500 && send(&base, &[], VIEWER, json!({})).await.0 == 200 {
            asked += 1;
        }
        assert!((100..1_500).contains(&asked), "{asked}");
    }
}
