//! The board of what is due next, and the register of breaches.

use api::page::{self, Window};
use api::requester::Requester;
use api::ticket::graphql::board::{DueBoardFilter, due_clocks};
use e2e::{TestApp, both_backends, clock, instant, t};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait, Statement,
};
use serde_json::{Value, json};

const BOARD: &str = "query($f:DueBoardFilter,$n:Int,$a:String){dueBoard(first:$n,after:$a,filter:$f){totalCount pageInfo{hasNextPage endCursor} nodes{ticket{id number} clock{code} dueAt remainingSec overdue asOf}}}";

async fn board(app: &TestApp, account: &str, filter: Value) -> Value {
    let body = app
        .ask(account, BOARD, json!({ "f": filter, "n": 50 }))
        .await;
    assert!(body["errors"].is_null(), "{body}");
    body["data"]["dueBoard"].clone()
}

const REGISTER: &str = "query($f:BreachFilter){breaches(filter:$f){totalCount nodes{id kind state cycle ticket{id} clock{code} dueAt actualAt lateBySec lateWd retargetedAt foundAt withdrawnAt withdrawnReason}}}";

both_backends! {
    /// S4
    async fn the_board_shows_running_clocks_of_the_tickets_in_scope_in_the_order_of_their_due_instants(app: &TestApp) {
        let consult = app.consult("board-consult").await;
        let fault = app.fault("board-fault", "HIGH", "SEVERAL").await;
        app.at("2026-03-02 08:30:00").await;
        let seen = board(app, "nurse", json!({})).await;
        let rows: Vec<(&str, &str, i64)> = seen["nodes"].as_array().unwrap().iter().map(|row| (row["ticket"]["id"].as_str().unwrap(), row["clock"]["code"].as_str().unwrap(), row["remainingSec"].as_i64().unwrap())).collect();
        let id = |ticket: &Value| ticket["id"].as_str().unwrap().to_owned();
        let (consult_id, fault_id) = (id(&consult), id(&fault));
        assert_eq!(rows, [
            (consult_id.as_str(), "CONSULT_RESPONSE_1H", 1800),
            (fault_id.as_str(), "FAULT_RESPONSE_2H", 5400),
            (fault_id.as_str(), "RESOLUTION_BY_SEVERITY", 27_000),
        ]);
        assert_eq!((&seen["totalCount"], instant(&seen["nodes"][0]["asOf"])), (&json!(3), t("2026-03-02 08:30:00")));

        // The due second is in time, the next one is not.
        app.at("2026-03-02 09:00:00").await;
        assert_eq!(board(app, "pm", json!({ "overdue": true })).await["totalCount"], 0);
        app.at("2026-03-02 09:00:01").await;
        let overdue = board(app, "pm", json!({ "overdue": true })).await;
        assert_eq!((&overdue["totalCount"], &overdue["nodes"][0]["overdue"], &overdue["nodes"][0]["remainingSec"]), (&json!(1), &json!(true), &json!(-1)));
        assert_eq!(board(app, "pm", json!({ "overdue": false })).await["totalCount"], 2);
        for (filter, count) in [
            (json!({ "category": ["CONSULT"] }), 1), (json!({ "severity": ["S2"] }), 2), (json!({ "severity": ["S1"] }), 0),
            (json!({ "clockCode": ["FAULT_RESPONSE_2H", "CONSULT_RESPONSE_1H"] }), 2), (json!({ "category": ["FAULT"], "clockCode": ["CONSULT_RESPONSE_1H"] }), 0),
        ] {
            assert_eq!(board(app, "manager", filter.clone()).await["totalCount"], count, "{filter}");
        }
        // Another hospital sees nothing; who answers takes a row from the board.
        assert_eq!(board(app, "it_admin_b", json!({})).await["totalCount"], 0);
        app.done(&consult, "engineer", "respondTicket", json!({ "text": "答", "channel": "PHONE" })).await;
        assert_eq!(board(app, "engineer", json!({ "category": ["CONSULT"] })).await["totalCount"], 0);
    }

    /// G16
    async fn pages_of_the_board_joined_are_the_whole_board(app: &TestApp) {
        for n in 0..7 {
            // Three come in the same second, so that only the id orders them.
            app.app.clock.set(t("2026-03-02 08:00:00") + chrono::TimeDelta::seconds(n / 3));
            app.consult(&format!("board-page-{n}")).await;
        }
        let whole = board(app, "nurse", json!({})).await;
        let (mut joined, mut after) = (Vec::new(), Value::Null);
        loop {
            let body = app.ask("nurse", BOARD, json!({ "f": {}, "n": 2, "a": after })).await;
            let page = body["data"]["dueBoard"].clone();
            joined.extend(page["nodes"].as_array().unwrap().clone());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!((json!(joined), &whole["totalCount"]), (whole["nodes"].clone(), &json!(7)));
    }

    /// S4
    async fn a_page_of_the_board_is_read_from_its_index(app: &TestApp) {
        app.consult("board-plan").await;
        if app.app.db.backend() != DbBackend::Sqlite {
            return;
        }
        let db = app.app.db.read();
        for account in ["nurse", "it_admin", "engineer"] {
            let person = entity::person::Entity::find().filter(entity::person::Column::Account.eq(account)).one(db).await.unwrap().unwrap();
            let now = app.app.clock.now();
            let who = Requester::load(db, person, None, now).await.unwrap();
            let window = Window { size: 25, backward: false, beyond: None };
            use entity::sla_clock::Column as C;
            let query = page::select(due_clocks(&who, &DueBoardFilter::default(), now), (C::DueAt, C::Id), &window, false).unwrap();
            let sql = format!("EXPLAIN QUERY PLAN {}", query.build(DbBackend::Sqlite));
            let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
            let plan: Vec<String> = rows.into_iter().map(|row| row.try_get::<String>("", "detail").unwrap()).collect();
            assert!(plan.iter().any(|line| line.contains("SEARCH sla_clock") && line.contains("ix_sla_clock_board") && line.contains("hospital_id=?")), "{account}: {plan:?}");
            assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE") || line.contains("SCAN")), "{account}: {plan:?}");
        }
    }

    /// S14
    async fn the_register_says_how_late_each_clock_is_and_keeps_what_was_withdrawn(app: &TestApp) {
        let fault = app.fault("register-1", "HIGH", "SEVERAL").await;
        assert_eq!(fault["severity"], "S2");
        app.done(&fault, "engineer", "respondTicket", json!({ "text": "处理中", "channel": "PHONE" })).await;
        app.done(&fault, "engineer", "addStep", json!({ "kind": "HANDLING", "channel": "PHONE", "action": "处理" })).await;
        app.at("2026-03-02 15:00:00").await;
        app.done(&fault, "engineer", "proposeWait", json!({ "reason": "WAIT_WINDOW", "note": "待停机窗口" })).await;
        app.at("2026-03-02 16:00:01").await;
        let read = async |account: &str, filter: Value| {
            let body = app.ask(account, REGISTER, json!({ "f": filter })).await;
            assert!(body["errors"].is_null(), "{body}");
            body["data"]["breaches"].clone()
        };
        for account in ["it_admin", "manager", "auditor", "pm"] {
            let seen = read(account, json!({})).await;
            let row = &seen["nodes"][0];
            assert_eq!((&seen["totalCount"], &row["state"], &row["kind"], &row["lateBySec"], &row["actualAt"]), (&json!(1), &json!("CANDIDATE"), &json!("RESOLUTION_LATE"), &json!(1), &Value::Null), "{account}");
            assert_eq!((instant(&row["dueAt"]), &row["ticket"]["id"], &row["clock"]["code"]), (t("2026-03-02 16:00:00"), &fault["id"], &json!("RESOLUTION_BY_SEVERITY")));
            let node = app.ask(account, "query($id:ID!){node(id:$id){id ... on Breach{state}}}", json!({ "id": row["id"] })).await;
            assert_eq!(node["data"]["node"]["state"], "CANDIDATE", "{account}");
        }
        let id = read("pm", json!({})).await["nodes"][0]["id"].clone();
        for account in ["nurse", "doctor", "engineer", "trainer"] {
            let body = app.ask(account, REGISTER, json!({})).await;
            assert_eq!((&body["data"]["breaches"], &body["errors"][0]["extensions"]["code"]), (&Value::Null, &json!("FORBIDDEN")), "{account}");
            let node = app.ask(account, "query($id:ID!){node(id:$id){id}}", json!({ "id": id })).await;
            assert_eq!(node["data"]["node"], Value::Null, "{account}");
        }
        assert_eq!(read("it_admin_b", json!({})).await["totalCount"], 0);
        // Accepted afterwards, the wait moves the due instant; the row stays and says why it counts no more.
        app.done(&fault, "it_admin", "decideWait", json!({ "accept": true })).await;
        app.at("2026-03-02 18:00:00").await;
        app.done(&fault, "engineer", "resumeTicket", json!({})).await;
        app.at("2026-03-02 18:30:00").await;
        app.solve(&fault).await;
        app.done(&fault, "nurse", "confirmTicket", json!({})).await;
        let row = read("manager", json!({ "state": ["WITHDRAWN"] })).await["nodes"][0].clone();
        assert_eq!((&row["id"], &row["lateBySec"], &row["withdrawnReason"]), (&id, &Value::Null, &json!("REPLAY_ON_TIME")));
        assert_eq!(read("manager", json!({ "state": ["CANDIDATE"] })).await["totalCount"], 0);
        assert_eq!(read("manager", json!({ "kind": ["RESPONSE_LATE"] })).await["totalCount"], 0);
    }

    /// S27
    async fn lateness_is_told_in_seconds_and_in_working_days(app: &TestApp) {
        app.at("2026-03-06 09:00:00").await;
        let fault = app.fault("register-2", "LOW", "ONE").await;
        app.done(&fault, "engineer", "respondTicket", json!({ "text": "处理中", "channel": "PHONE" })).await;
        app.done(&fault, "engineer", "addStep", json!({ "kind": "HANDLING", "channel": "PHONE", "action": "处理" })).await;
        assert_eq!(instant(&clock(&fault, "RESOLUTION_BY_SEVERITY", 1)["dueBeforeAt"]), t("2026-03-14 00:00:00"));
        // A Saturday after the due date: late, and no working day late.
        app.at("2026-03-14 09:00:00").await;
        app.solve(&fault).await;
        app.done(&fault, "nurse", "confirmTicket", json!({})).await;
        let body = app.ask("auditor", REGISTER, json!({})).await;
        let row = &body["data"]["breaches"]["nodes"][0];
        assert_eq!((&row["lateBySec"], &row["lateWd"], instant(&row["actualAt"])), (&json!(9 * 3600), &json!(0), t("2026-03-14 09:00:00")));
    }
}
