//! Accounts are made, granted, decided on, disabled; vendor people, undertakings, leave dates.

use e2e::{TestApp, both_backends, scan};
use entity::person;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::wall::code;

/// Runs a mutation; the payload, or the extensions of the top-level error.
async fn mutate(app: &TestApp, account: &str, name: &str, input: Value, selection: &str) -> Value {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query =
        format!("mutation($i:{kind}!){{{name}(input:$i){{{selection} userErrors{{code field}}}}}}");
    let body = app.ask(account, &query, json!({ "i": input })).await;
    if body["errors"].is_null() {
        body["data"][name].clone()
    } else {
        body["errors"][0]["extensions"].clone()
    }
}

async fn row(app: &TestApp, account: &str) -> person::Model {
    let found = person::Entity::find()
        .filter(person::Column::Account.eq(account))
        .one(app.app.db.read())
        .await
        .unwrap();
    found.unwrap()
}

async fn id(app: &TestApp, account: &str) -> String {
    row(app, account).await.id.to_string()
}

async fn version(app: &TestApp, account: &str) -> i32 {
    row(app, account).await.version
}

/// Id of the ward of the first or second hospital, as its information centre sees it.
async fn ward(app: &TestApp, admin: &str) -> String {
    let body = app
        .ask(admin, "{departments{id name beds leads{name}}}", json!({}))
        .await;
    let all = body["data"]["departments"].as_array().unwrap().clone();
    all.iter().find(|row| row["name"] == "重症医学科").unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn contract(app: &TestApp, admin: &str) -> String {
    let body = app
        .ask(
            admin,
            "{contracts{id number title serviceFromOn serviceToOn projectManagers{name}}}",
            json!({}),
        )
        .await;
    assert_eq!(
        body["data"]["contracts"][0]["projectManagers"][0]["name"], "刘洋",
        "{body}"
    );
    body["data"]["contracts"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Changes a one-time password to the shared one; the token of the session.
async fn settle_in(app: &TestApp, account: &str, password: &str) -> String {
    scan::secret(password);
    let signed_in = app.login(account, password).await;
    assert_eq!(
        signed_in["viewer"]["mustChangePassword"], true,
        "{signed_in}"
    );
    let token = signed_in["token"].as_str().unwrap().to_owned();
    let query = "mutation($i:ChangePasswordInput!){changePassword(input:$i){userErrors{code}}}";
    let input = json!({ "i": { "currentPassword": password, "newPassword": api::demo::PASSWORD } });
    let (_, body) = app.send(Some(&token), query, input).await;
    assert_eq!(
        body["data"]["changePassword"]["userErrors"],
        json!([]),
        "{body}"
    );
    token
}

async fn new_nurse(app: &TestApp, account: &str) -> Value {
    let input = json!({
        "idempotencyKey": format!("make-{account}"), "account": account, "name": "沈宁", "side": "HOSPITAL", "email": "shen@demo.example", "phone": "010-6655 4433",
        "roles": [{ "role": "ICU_NURSE", "departmentId": ward(app, "it_admin").await, "isLead": false }],
    });
    mutate(
        app,
        "it_admin",
        "createPerson",
        input,
        "person{id account email phone state grants{id role state}} oneTimePassword",
    )
    .await
}

const GRANT: &str = "grant{id state role isLead}";

both_backends! {
    async fn a_new_account_works_after_its_one_time_password_was_changed(app: &TestApp) {
        let made = new_nurse(app, "Shen.Ning").await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
        let person = &made["person"];
        assert_eq!((&person["account"], &person["email"], &person["state"]), (&json!("shen.ning"), &json!("shen@demo.example"), &json!("ACTIVE")));
        assert_eq!(person["grants"][0]["state"], "ACTIVE");
        let again = new_nurse(app, "Shen.Ning").await;
        assert_eq!((&again["person"]["id"], &again["oneTimePassword"]), (&person["id"], &json!(null)), "a replay shows no secret: {again}");
        let taken = mutate(app, "it_admin", "createPerson", json!({ "idempotencyKey": "make-another", "account": "SHEN.NING ", "name": "沈宁", "side": "HOSPITAL", "roles": [] }), "person{id}").await;
        assert_eq!((code(&taken), &taken["userErrors"][0]["field"]), ("INVALID", &json!(["account"])));

        let token = settle_in(app, "shen.ning", made["oneTimePassword"].as_str().unwrap()).await;
        let (_, body) = app.send(Some(&token), "{tickets{totalCount}}", json!({})).await;
        assert!(body["errors"].is_null(), "{body}");
        // Contacts are for the desk that keeps the account.
        let query = "query($a:String!){person(by:{account:$a}){name account email leaveOn}}";
        assert_eq!(app.ask("it_admin", query, json!({ "a": "shen.ning" })).await["data"]["person"]["email"], "shen@demo.example");
        assert!(app.ask("auditor", query, json!({ "a": "shen.ning" })).await["data"]["person"].is_null(), "who does not see the name does not find by it");
        assert!(app.ask("it_admin_b", query, json!({ "a": "shen.ning" })).await["data"]["person"].is_null());
    }

    async fn bad_accounts_get_their_code_and_make_nothing(app: &TestApp) {
        let here = ward(app, "it_admin").await;
        let foreign = ward(app, "it_admin_b").await;
        let before = app.ask("it_admin", "{people(first:100){totalCount}}", json!({})).await;
        let nurse = json!([{ "role": "ICU_NURSE", "departmentId": here }]);
        for (n, (extra, expected)) in [
            (json!({ "account": "ab" }), "INVALID"),
            (json!({ "account": "with blank" }), "INVALID"),
            (json!({ "name": "  " }), "REQUIRED"),
            (json!({ "email": "nowhere" }), "INVALID"),
            (json!({ "phone": "call me" }), "INVALID"),
            (json!({ "roles": [{ "role": "ICU_NURSE" }] }), "REQUIRED"),
            (json!({ "roles": [{ "role": "ICU_NURSE", "departmentId": foreign }] }), "NOT_FOUND"),
            (json!({ "roles": [{ "role": "HOSP_MANAGER", "departmentId": here }] }), "INVALID"),
            (json!({ "roles": [{ "role": "HOSP_MANAGER", "isLead": true }] }), "INVALID"),
            (json!({ "roles": [{ "role": "VENDOR_PM" }] }), "INVALID"),
            (json!({ "side": "VENDOR", "roles": [{ "role": "VENDOR_ENGINEER" }] }), "REQUIRED"),
            (json!({ "side": "VENDOR", "roles": [{ "role": "VENDOR_ENGINEER" }], "contractId": "ctr_00000000000000000000000000" }), "NOT_FOUND"),
            (json!({ "leaveOn": "2026-03-01" }), "INVALID"),
            (json!({ "idempotencyKey": "short" }), "INVALID"),
        ].into_iter().enumerate() {
            let mut input = json!({ "idempotencyKey": format!("bad-account-{n}"), "account": format!("bad.{n}"), "name": "沈宁", "side": "HOSPITAL", "roles": nurse });
            input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            let payload = mutate(app, "it_admin", "createPerson", input, "person{id}").await;
            assert_eq!(code(&payload), expected, "{extra}: {payload}");
        }
        assert_eq!(app.ask("it_admin", "{people(first:100){totalCount}}", json!({})).await, before);
    }

    /// AC2.7-1 from the second account on: a privileged role waits for another person, who is not involved.
    async fn a_privileged_role_waits_for_a_manager_who_has_no_part_in_it(app: &TestApp) {
        let made = mutate(app, "it_admin", "createPerson", json!({ "idempotencyKey": "make-admin3", "account": "it_admin3", "name": "韩冰", "side": "HOSPITAL", "roles": [{ "role": "HOSP_IT_ADMIN" }] }), "person{id grants{id state}} oneTimePassword").await;
        let grant = made["person"]["grants"][0].clone();
        assert_eq!(grant["state"], "PENDING", "{made}");
        assert!(app.notices("manager").await.iter().any(|title| title.contains("韩冰")));
        let token = settle_in(app, "it_admin3", made["oneTimePassword"].as_str().unwrap()).await;
        let (_, body) = app.send(Some(&token), "{viewer{roles permissions}}", json!({})).await;
        assert_eq!(body["data"]["viewer"], json!({ "roles": [], "permissions": [] }), "a role that waits gives no right");

        let pending = app.ask("manager", "{grants(pending:true){id person{name}}}", json!({})).await;
        assert_eq!(pending["data"]["grants"][0]["person"]["name"], "韩冰", "{pending}");
        let decide = json!({ "grantId": grant["id"], "accept": true });
        assert_eq!(code(&mutate(app, "it_admin", "decideGrant", decide.clone(), GRANT).await), "FORBIDDEN");
        assert_eq!(code(&mutate(app, "manager", "decideGrant", json!({ "grantId": grant["id"], "accept": false }), GRANT).await), "REQUIRED", "a refusal says why");
        let done = mutate(app, "manager", "decideGrant", decide.clone(), GRANT).await;
        assert_eq!(done["grant"]["state"], "ACTIVE", "{done}");
        assert_eq!(code(&mutate(app, "manager", "decideGrant", decide, GRANT).await), "WRONG_STATE");
        let (status, _) = app.send(Some(&token), "{viewer{roles}}", json!({})).await;
        assert_eq!(status, 401, "a change of rights ends the sessions");
        let body = app.ask("it_admin3", "{viewer{roles}}", json!({})).await;
        assert_eq!(body["data"]["viewer"]["roles"], json!(["HOSP_IT_ADMIN"]));
    }

    async fn nobody_decides_on_an_own_grant_account_or_role(app: &TestApp) {
        // A person who holds both roles, as a small hospital may have.
        let manager = entity::ids::PersonId(app.person_id("manager").await);
        let tx = app.app.db.begin_write().await.unwrap();
        let hospital = entity::ids::HospitalId(app.hospital("DEMO").await);
        api::setup::grant(&tx, &app.app, hospital, manager, entity::values::Role::HospItAdmin, None, false).await.unwrap();
        tx.commit().await.unwrap();
        let ask = |key: &str, person: String| json!({ "idempotencyKey": key, "personId": person, "role": { "role": "AUDITOR" } });
        let own_grant = mutate(app, "manager", "grantRole", ask("own-grant-1", id(app, "it_admin2").await), GRANT).await;
        let for_oneself = mutate(app, "it_admin", "grantRole", ask("own-grant-2", id(app, "manager").await), GRANT).await;
        let made = mutate(app, "manager", "createPerson", json!({ "idempotencyKey": "own-grant-3", "account": "made_by_manager", "name": "柳青", "side": "HOSPITAL", "roles": [] }), "person{id}").await;
        let own_account = mutate(app, "it_admin", "grantRole", ask("own-grant-4", made["person"]["id"].as_str().unwrap().to_owned()), GRANT).await;
        for grant in [own_grant, for_oneself, own_account] {
            assert_eq!(grant["grant"]["state"], "PENDING", "{grant}");
            let refused = mutate(app, "manager", "decideGrant", json!({ "grantId": grant["grant"]["id"], "accept": true }), GRANT).await;
            assert_eq!(code(&refused), "FOUR_EYES", "{refused}");
        }
        // A lead of the information centre is a privileged grant as well, and held twice it is refused.
        let lead = json!({ "idempotencyKey": "lead-grant-1", "personId": id(app, "it_admin2").await, "role": { "role": "HOSP_IT_ADMIN", "isLead": true } });
        assert_eq!(mutate(app, "it_admin", "grantRole", lead.clone(), GRANT).await["grant"]["state"], "PENDING");
        let mut twice = lead;
        twice["idempotencyKey"] = json!("lead-grant-2");
        assert_eq!(code(&mutate(app, "it_admin", "grantRole", twice, GRANT).await), "INVALID");
    }

    async fn a_revoked_role_is_gone_at_once_and_an_own_one_is_taken_by_another(app: &TestApp) {
        let token = app.token("head_nurse").await;
        let query = "query($a:String!){person(by:{account:$a}){id version grants{id role isLead state}}}";
        let grant = app.ask("it_admin", query, json!({ "a": "head_nurse" })).await["data"]["person"]["grants"][0].clone();
        assert_eq!(grant["isLead"], true);
        let own = app.ask("it_admin", query, json!({ "a": "it_admin" })).await["data"]["person"]["grants"][0]["id"].clone();
        assert_eq!(code(&mutate(app, "it_admin", "revokeRole", json!({ "grantId": own, "reason": "试" }), GRANT).await), "INVALID");
        assert_eq!(code(&mutate(app, "it_admin_b", "revokeRole", json!({ "grantId": grant["id"], "reason": "试" }), GRANT).await), "NOT_FOUND");
        let done = mutate(app, "it_admin", "revokeRole", json!({ "grantId": grant["id"], "reason": "调岗" }), GRANT).await;
        assert_eq!(done["grant"]["state"], "REVOKED", "{done}");
        assert_eq!(app.send(Some(&token), "{viewer{roles}}", json!({})).await.0, 401);
        assert_eq!(code(&mutate(app, "it_admin", "revokeRole", json!({ "grantId": grant["id"], "reason": "再" }), GRANT).await), "WRONG_STATE");
    }

    /// C1.9.2-a: without an undertaking a vendor account is not active, and nobody is assigned.
    async fn a_vendor_account_is_active_only_with_its_undertaking(app: &TestApp) {
        let contract = contract(app, "it_admin").await;
        let input = json!({ "idempotencyKey": "make-vendor-1", "account": "wu.hao2", "name": "吴皓", "side": "VENDOR", "roles": [{ "role": "VENDOR_ENGINEER" }], "contractId": contract });
        let made = mutate(app, "it_admin", "createPerson", input, "person{id state} oneTimePassword").await;
        assert_eq!(made["person"]["state"], "PENDING", "{made}");
        let password = made["oneTimePassword"].as_str().unwrap();
        scan::secret(password);
        let closed = app.login("wu.hao2", password).await;
        assert_eq!(closed, app.login("nobody", password).await, "the same answer as for nobody");
        let enable = json!({ "personId": made["person"]["id"], "expectedVersion": 1 });
        assert_eq!(code(&mutate(app, "it_admin", "enablePerson", enable, "person{state}").await), "UNDERTAKING_MISSING");
        let role = json!({ "idempotencyKey": "grant-vendor-1", "personId": made["person"]["id"], "role": { "role": "VENDOR_TRAINER" } });
        assert_eq!(code(&mutate(app, "it_admin", "grantRole", role, GRANT).await), "UNDERTAKING_MISSING");

        let paper = |day: &str, key: &str| json!({ "idempotencyKey": key, "person": { "id": made["person"]["id"] }, "undertaking": { "signedOn": day, "evidence": "档案柜 A-09" } });
        assert_eq!(code(&mutate(app, "it_admin", "recordUndertaking", paper("2026-03-09", "paper-key-1"), "undertaking{evidence}").await), "INVALID", "signed in the future");
        let kept = mutate(app, "it_admin", "recordUndertaking", paper("2026-03-01", "paper-key-2"), "undertaking{signedOn evidence}").await;
        assert_eq!(kept["undertaking"]["signedOn"], "2026-03-01", "{kept}");
        settle_in(app, "wu.hao2", password).await;
        let body = app.ask("wu.hao2", "{viewer{roles} contracts{id}}", json!({})).await;
        assert_eq!(body["data"], json!({ "viewer": { "roles": ["VENDOR_ENGINEER"] }, "contracts": [{ "id": contract }] }));
    }

    /// A company serves two hospitals: each keeps what it gave and nothing else.
    async fn a_hospital_manages_of_a_vendor_person_only_what_it_gave(app: &TestApp) {
        let contract_b = contract(app, "it_admin_b").await;
        // The engineer serves the first hospital alone: the second does not know him by id.
        let engineer = id(app, "engineer").await;
        let by_id = json!({ "idempotencyKey": "assign-b-1", "person": { "id": engineer }, "contractId": contract_b });
        assert_eq!(code(&mutate(app, "it_admin_b", "assignPerson", by_id, "person{id}").await), "NOT_FOUND");
        let by_name = |key: &str| json!({ "idempotencyKey": key, "person": { "account": "engineer" }, "contractId": contract_b });
        assert_eq!(code(&mutate(app, "it_admin_b", "assignPerson", by_name("assign-b-2"), "person{id}").await), "UNDERTAKING_MISSING");
        let nurse = json!({ "idempotencyKey": "assign-b-3", "person": { "account": "nurse" }, "contractId": contract_b });
        assert_eq!(code(&mutate(app, "it_admin_b", "assignPerson", nurse, "person{id}").await), "NOT_FOUND", "a hospital person is no vendor person");
        let paper = json!({ "idempotencyKey": "paper-b-1", "person": { "account": "engineer" }, "undertaking": { "signedOn": "2026-03-01", "evidence": "档案柜 B-03" } });
        assert_eq!(code(&mutate(app, "it_admin_b", "recordUndertaking", paper, "undertaking{evidence}").await), "none");
        let assigned = mutate(app, "it_admin_b", "assignPerson", by_name("assign-b-4"), "person{id name account assignments{fromAt contract{id}} undertakings{evidence} grants{role}}").await;
        assert_eq!(assigned["person"]["id"], engineer, "{assigned}");
        assert_eq!(assigned["person"]["assignments"].as_array().unwrap().len(), 1, "nothing of the other hospital is shown");
        assert_eq!(assigned["person"]["undertakings"], json!([{ "evidence": "档案柜 B-03" }]));
        assert_eq!(assigned["person"]["grants"], json!([]));
        assert!(assigned["person"]["account"].is_null(), "another desk keeps the account");
        let role = json!({ "idempotencyKey": "grant-b-1", "personId": engineer, "role": { "role": "VENDOR_ENGINEER" } });
        assert_eq!(mutate(app, "it_admin_b", "grantRole", role, GRANT).await["grant"]["state"], "ACTIVE");
        let ticket_b = app.create("nurse_b", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "vendor-wall-1" })).await;
        let ticket = app.consult("vendor-wall-2").await;
        let pm_assigns = json!({ "assigneeId": engineer });
        app.done(&ticket, "pm", "assignTicket", pm_assigns.clone()).await;
        app.done(&ticket_b, "pm", "assignTicket", pm_assigns).await;
        assert_eq!(app.read("engineer", &ticket_b).await["id"], ticket_b["id"]);

        for (name, input) in [
            ("resetPassword", json!({ "personId": engineer, "expectedVersion": version(app, "engineer").await })),
            ("endSessions", json!({ "personId": engineer })),
        ] {
            assert_eq!(code(&mutate(app, "it_admin_b", name, input, "__typename").await), "INVALID", "{name}: another hospital keeps the account");
        }
        let end = json!({ "personId": engineer, "expectedVersion": version(app, "engineer").await, "reason": "撤出本院" });
        let ended = mutate(app, "it_admin_b", "disablePerson", end, "person{state} openTicketNumbers").await;
        assert_eq!((&ended["person"]["state"], &ended["openTicketNumbers"]), (&json!("ACTIVE"), &json!([ticket_b["number"]])), "{ended}");
        assert!(app.notices("it_admin_b").await.iter().any(|title| title.contains("重新分派")));
        // His sessions have ended; the next one comes after the harness has forgotten the last.
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::minutes(21));
        assert!(app.read("engineer", &ticket_b).await.is_null(), "nothing of the second hospital is left");
        assert_eq!(app.read("engineer", &ticket).await["id"], ticket["id"], "what the first one gave stays");
    }

    async fn a_leave_date_ends_the_account_at_midnight_and_its_work_is_listed(app: &TestApp) {
        let ticket = app.consult("leave-key-1").await;
        app.done(&ticket, "pm", "assignTicket", json!({ "assigneeId": id(app, "engineer").await })).await;
        let set = |day: Value, version: i32, id: String| json!({ "personId": id, "expectedVersion": version, "leaveOn": day });
        let stale = mutate(app, "it_admin", "setLeaveDate", set(json!("2026-03-03"), 7, id(app, "engineer").await), "person{version}").await;
        assert_eq!(code(&stale), "CONFLICT");
        let kept = mutate(app, "it_admin", "setLeaveDate", set(json!("2026-03-03"), version(app, "engineer").await, id(app, "engineer").await), "person{leaveOn state} openTicketNumbers").await;
        assert_eq!(kept["person"]["state"], "ACTIVE", "{kept}");
        app.at("2026-03-03 23:59:59").await;
        let token = app.login("engineer", api::demo::PASSWORD).await["token"].as_str().unwrap().to_owned();
        assert_eq!(app.send(Some(&token), "{viewer{roles}}", json!({})).await.0, 200, "the last day is a working day");
        app.app.clock.set(e2e::t("2026-03-04 00:00:00"));
        assert_eq!(app.send(Some(&token), "{viewer{roles}}", json!({})).await.0, 401, "also before the job has run");
        app.at("2026-03-04 00:00:01").await;
        assert_eq!(row(app, "engineer").await.state, entity::values::PersonState::Disabled);
        for account in ["pm", "it_admin"] {
            let told: Vec<String> = app.notices(account).await.into_iter().filter(|title| title.contains("重新分派")).collect();
            assert_eq!(told.len(), 1, "{account}: {told:?}");
            assert!(told[0].contains(ticket["number"].as_str().unwrap()));
        }
        // The job run again does nothing; back with another date.
        app.at("2026-03-04 08:00:00").await;
        let enable = json!({ "personId": id(app, "engineer").await, "expectedVersion": version(app, "engineer").await });
        assert_eq!(code(&mutate(app, "it_admin", "enablePerson", enable, "person{state}").await), "INVALID", "the date has passed");
        mutate(app, "it_admin", "setLeaveDate", set(json!(null), version(app, "engineer").await, id(app, "engineer").await), "person{leaveOn}").await;
        let enable = json!({ "personId": id(app, "engineer").await, "expectedVersion": version(app, "engineer").await });
        assert_eq!(mutate(app, "it_admin", "enablePerson", enable, "person{state}").await["person"]["state"], "ACTIVE");
        // A day that has passed ends the account at once.
        let past = mutate(app, "it_admin", "setLeaveDate", set(json!("2026-03-03"), version(app, "engineer").await, id(app, "engineer").await), "person{state} openTicketNumbers").await;
        assert_eq!((&past["person"]["state"], &past["openTicketNumbers"]), (&json!("DISABLED"), &json!([ticket["number"]])), "{past}");
    }

    async fn a_date_taken_back_before_it_comes_ends_nothing(app: &TestApp) {
        let person = id(app, "nurse").await;
        for day in [json!("2026-03-03"), json!(null)] {
            let input = json!({ "personId": person, "expectedVersion": version(app, "nurse").await, "leaveOn": day });
            assert_eq!(code(&mutate(app, "it_admin", "setLeaveDate", input, "person{leaveOn}").await), "none");
        }
        app.at("2026-03-05 00:00:00").await;
        assert_eq!(row(app, "nurse").await.state, entity::values::PersonState::Active);
    }

    async fn a_reset_ends_sessions_and_is_told(app: &TestApp) {
        let token = app.token("nurse").await;
        let input = json!({ "personId": id(app, "nurse").await, "expectedVersion": version(app, "nurse").await });
        let reset = mutate(app, "it_admin", "resetPassword", input, "person{version} oneTimePassword").await;
        let password = reset["oneTimePassword"].as_str().unwrap();
        scan::secret(password);
        assert_eq!(app.send(Some(&token), "{viewer{roles}}", json!({})).await.0, 401);
        assert!(app.login("nurse", api::demo::PASSWORD).await["token"].is_null());
        for account in ["nurse", "manager"] {
            assert!(app.notices(account).await.iter().any(|title| title.contains("重置")), "{account}");
        }
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::hours(72) + chrono::TimeDelta::seconds(1));
        assert!(app.login("nurse", password).await["token"].is_null(), "after 72 hours it opens nothing");
        let own = json!({ "personId": id(app, "it_admin").await, "expectedVersion": version(app, "it_admin").await });
        assert_eq!(code(&mutate(app, "it_admin", "resetPassword", own, "person{version}").await), "INVALID");
    }

    /// G48
    async fn people_are_listed_by_scope_and_fields_are_decided_alone(app: &TestApp) {
        let list = "{people(first:100){totalCount nodes{name account state email}}}";
        let admin = app.ask("it_admin", list, json!({})).await["data"]["people"].clone();
        assert_eq!(admin["totalCount"], 11, "{admin}");
        assert!(admin["nodes"].as_array().unwrap().iter().all(|row| row["state"] == "ACTIVE"));
        let auditor = app.ask("auditor", list, json!({})).await["data"]["people"].clone();
        assert_eq!(auditor["totalCount"], 11);
        let seen: Vec<&Value> = auditor["nodes"].as_array().unwrap().iter().filter(|row| !row["account"].is_null()).collect();
        assert_eq!(seen.len(), 1, "only the own sign-in name; the rest of the row stands: {seen:?}");
        let pm = app.ask("pm", "{people(first:100){nodes{name side}}}", json!({})).await["data"]["people"]["nodes"].clone();
        let sides: Vec<&Value> = pm.as_array().unwrap().iter().map(|row| &row["side"]).collect();
        assert_eq!(sides, vec!["VENDOR"; 4], "{pm}");
        assert_eq!(app.ask("nurse", list, json!({})).await["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let some = app.ask("it_admin", "{people(filter:{role:ICU_NURSE,name:\"陈\"}){nodes{name}}}", json!({})).await;
        assert_eq!(some["data"]["people"]["nodes"], json!([{ "name": "陈晓" }]), "{some}");
        let leads = app.ask("nurse", "{departments{name leads{name}}}", json!({})).await;
        let ward = leads["data"]["departments"].as_array().unwrap().iter().find(|row| row["name"] == "重症医学科").unwrap().clone();
        assert_eq!(ward["leads"].as_array().unwrap().len(), 2, "{ward}");
    }
}
