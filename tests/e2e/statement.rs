//! What reading costs in the database: how many statements, which columns, from which index.

use std::collections::BTreeSet;

use e2e::{Backend, TestApp, both_backends};
use entity::ids::{ClockId, TicketEventId, TicketId};
use entity::{sla_clock, ticket, ticket_counter, ticket_event};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectOptions, ConnectionTrait, Database,
    DbBackend, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QuerySelect, Statement,
};
use serde_json::{Value, json};

/// Copies a ticket with its history and clocks, each copy a little older.
async fn copy(app: &TestApp, ticket: &Value, count: i64) {
    let db = app.app.db.read();
    let id = TicketId::parse(ticket["id"].as_str().unwrap()).unwrap();
    let row = ticket::Entity::find_by_id(id)
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let mine = ticket_event::Entity::find().filter(ticket_event::Column::TicketId.eq(id));
    let events = mine.all(db).await.unwrap();
    let mine = sla_clock::Entity::find().filter(sla_clock::Column::TicketId.eq(id));
    let clocks = mine.all(db).await.unwrap();
    let tx = app.app.db.begin_write().await.unwrap();
    for number in 1..=count {
        let id = TicketId(app.app.clock.id());
        let copy = ticket::Model {
            id,
            number: format!("COPY-{number:06}"),
            created_at: row.created_at - chrono::TimeDelta::seconds(number),
            received_at: row.received_at - chrono::TimeDelta::seconds(number),
            ..row.clone()
        };
        copy.into_active_model()
            .reset_all()
            .insert(&tx)
            .await
            .unwrap();
        for event in events.clone() {
            let event = ticket_event::Model {
                id: TicketEventId(app.app.clock.id()),
                ticket_id: id,
                ..event
            };
            event
                .into_active_model()
                .reset_all()
                .insert(&tx)
                .await
                .unwrap();
        }
        for clock in clocks.clone() {
            let clock = sla_clock::Model {
                id: ClockId(app.app.clock.id()),
                ticket_id: id,
                ..clock
            };
            clock
                .into_active_model()
                .reset_all()
                .insert(&tx)
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
}

/// Doubles the tickets, rows alone, by the database itself.
async fn double(app: &TestApp, times: u32) {
    let db = &app.app.db;
    let new_id = match db.backend() {
        DbBackend::Sqlite => "randomblob(16)",
        _ => "gen_random_uuid()",
    };
    let names: Vec<String> = ticket::Column::iter()
        .map(|column| format!("\"{}\"", sea_orm::IdenStatic::as_str(&column)))
        .collect();
    let tx = db.begin_write().await.unwrap();
    for step in 0..times {
        let values: Vec<String> = names
            .iter()
            .map(|name| match name.as_str() {
                "\"id\"" => new_id.to_owned(),
                "\"number\"" => format!("number || '-{step}'"),
                // Half of the rows differ, or the planners would take every filter to leave nothing or all.
                "\"category\"" if step % 2 == 0 => "'FAULT'".to_owned(),
                "\"severity\"" if step % 2 == 0 => "'S3'".to_owned(),
                "\"status\"" if step % 3 == 0 => "'CLOSED'".to_owned(),
                other => other.to_owned(),
            })
            .collect();
        let sql = format!(
            "INSERT INTO ticket ({}) SELECT {} FROM ticket",
            names.join(","),
            values.join(",")
        );
        tx.execute_unprepared(&sql).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The statements of a request; signing in is none of them.
async fn heard(app: &TestApp, account: &str, query: &str, variables: Value) -> Vec<String> {
    app.token(account).await;
    app.app.db.statements.listen();
    let answer = app.ask(account, query, variables).await;
    assert!(answer["errors"].is_null(), "{answer}");
    app.app.db.statements.heard()
}

const PEOPLE: [&str; 6] = [
    "it_admin",
    "nurse",
    "engineer",
    "pm",
    "engineer2",
    "auditor",
];

const EDGES: &str = "query($n:Int!){tickets(first:$n){nodes{id number reporter{name} assignee{name} department{name} \
    nextDueClock{code} slaClocks{code dueAt} events(first:5){totalCount nodes{kind text actor{name}}} \
    replies(last:5){nodes{text author{name}}}}}}";

both_backends! {
    /// G71
    async fn a_page_costs_the_same_number_of_statements_whatever_its_size(app: &TestApp) {
        let ticket = app.consult("statement-key-1").await;
        app.done(&ticket, "engineer", "respondTicket", json!({ "text": "请按说明操作", "channel": "PHONE" })).await;
        copy(app, &ticket, 120).await;
        for account in PEOPLE {
            let mut counts = BTreeSet::new();
            for rows in [1, 10, 100] {
                let heard = heard(app, account, EDGES, json!({ "n": rows })).await;
                assert!(heard.len() <= 12, "{account}: {heard:#?}");
                counts.insert(heard.len());
            }
            assert_eq!(counts.len(), 1, "{account}: {counts:?}");
        }
    }

    /// G79
    async fn the_length_of_a_list_of_keys_takes_few_values(app: &TestApp) {
        let ticket = app.consult("statement-key-1").await;
        copy(app, &ticket, 70).await;
        let mut texts = BTreeSet::new();
        for rows in 1..=64 {
            texts.extend(heard(app, "it_admin", EDGES, json!({ "n": rows })).await);
        }
        // Three lengths of each of five loaders, the list, the session.
        assert!(texts.len() <= 20, "{} statements: {texts:#?}", texts.len());
    }

    /// G72
    async fn a_list_reads_the_columns_that_are_selected_and_no_password(app: &TestApp) {
        app.consult("statement-key-1").await;
        let query = "{tickets(first:5){nodes{number status reporter{name} events(first:2){nodes{kind}}}}}";
        let heard = heard(app, "it_admin", query, json!({})).await;
        let select = |table: &str| {
            let found = heard.iter().find(|text| text.contains(&format!("FROM \"{table}\"")));
            let text = found.unwrap_or_else(|| panic!("{table}: {heard:#?}"));
            let (list, _) = text.strip_prefix("SELECT ").unwrap().split_once(" FROM").unwrap();
            list.replace('"', "")
        };
        assert_eq!(
            select("ticket"),
            "ticket.id, ticket.hospital_id, ticket.number, ticket.status, ticket.reporter_id, ticket.received_at, ticket.created_at"
        );
        assert!(!select("ticket_event").contains("text"), "{}", select("ticket_event"));
        assert!(!select("person").contains("password_hash"), "{}", select("person"));
    }

    /// G71: resolvers that read by themselves and batches share the connections without waiting for each other.
    async fn counts_and_edges_in_one_request_do_not_starve_each_other(app: &TestApp) {
        for n in 0..6 {
            app.consult(&format!("statement-starve-{n}")).await;
        }
        let list = |n: usize| format!("r{n}:tickets(first:{}){{totalCount a:totalCount b:totalCount nodes{{reporter{{name}} slaClocks{{code}}}}}}", n + 1);
        let lists: Vec<String> = (0..6).map(list).collect();
        let query = format!("{{{} contracts{{projectManagers{{name}}}}}}", lists.join(" "));
        for _ in 0..40 {
            let body = app.ask("it_admin", &query, json!({})).await;
            assert!(body["errors"].is_null(), "{body}");
        }
    }

    /// G72: what is read of a column does not depend on what else is selected.
    async fn every_field_of_a_listed_ticket_is_the_same_alone_as_in_company(app: &TestApp) {
        let ticket = app.fault("statement-key-1", "HIGH", "SEVERAL").await;
        app.done(&ticket, "engineer", "respondTicket", json!({ "text": "开始处理", "channel": "PHONE" })).await;
        let about = app.ask("it_admin", "{__type(name:\"Ticket\"){fields{name type{kind name ofType{kind name ofType{kind ofType{kind}}}}}}}", json!({})).await;
        let fields: Vec<String> = about["data"]["__type"]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| {
                let (name, kind) = (field["name"].as_str().unwrap(), field["type"].to_string());
                match kind.contains("OBJECT") || kind.contains("LIST") && !kind.contains("ENUM") && !kind.contains("SCALAR") {
                    true if kind.contains("Connection") => format!("{name}{{nodes{{__typename id}}}}"),
                    true => format!("{name}{{__typename id}}"),
                    false => name.to_owned(),
                }
            })
            .collect();
        assert!(fields.len() > 40, "{fields:?}");
        let together = app.ask("it_admin", &format!("{{tickets(first:1){{nodes{{{}}}}}}}", fields.join(" ")), json!({})).await;
        assert!(together["errors"].is_null(), "{together}");
        let together = &together["data"]["tickets"]["nodes"][0];
        for field in &fields {
            let name = field.split('{').next().unwrap();
            for list in ["nodes{…}", "edges{node{…}}", "edges{node{...on Ticket{…}}}"] {
                let list = list.replace('…', field);
                let alone = app.ask("it_admin", &format!("{{tickets(first:1){{{list}}}}}"), json!({})).await;
                let found = &alone["data"]["tickets"];
                let node = if found["nodes"].is_null() { &found["edges"][0]["node"] } else { &found["nodes"][0] };
                assert_eq!(node[name], together[name], "{list}: {alone}");
            }
        }
    }

    /// G73
    async fn every_order_of_a_list_is_answered_from_an_index_of_the_hospital(app: &TestApp) {
        app.consult("statement-key-1").await;
        app.create("nurse_b", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "statement-key-2" })).await;
        double(app, 12).await;
        let mut options = ConnectOptions::new(&app.app.config.database_url);
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await.unwrap();
        db.execute_unprepared("ANALYZE").await.unwrap();
        let list = "query($o:TicketOrder,$a:String,$f:TicketFilter){tickets(first:2,after:$a,orderBy:$o,filter:$f){nodes{id} pageInfo{endCursor}}}";
        let filters = [json!(null), json!({ "status": ["RELEASED"] }), json!({ "category": ["CONSULT"] }), json!({ "severity": ["S1"] }), json!({ "overdue": true }), json!({ "overdue": false })];
        for account in PEOPLE {
            for field in ["CREATED_AT", "RECEIVED_AT"] {
                for direction in ["ASC", "DESC"] {
                    let filters = if direction == "ASC" { &filters[..1] } else { &filters[..] };
                    for filter in filters {
                        let order = json!({ "field": field, "direction": direction });
                        let first = app.ask(account, list, json!({ "o": order, "f": filter })).await;
                        for after in [&json!(null), &first["data"]["tickets"]["pageInfo"]["endCursor"]] {
                            let heard = heard(app, account, list, json!({ "o": order, "a": after, "f": filter })).await;
                            let texts: Vec<_> = heard.iter().filter(|text| text.contains("FROM \"ticket\"")).collect();
                            let [text] = texts.as_slice() else { panic!("{account}: {heard:#?}") };
                            let plan = explain(&db, text).await;
                            assert_eq!(judge(&plan, db.get_database_backend(), !filter.is_null()), "", "{account}, {order}, {filter}, after {after}:\n{text}\n{plan}");
                        }
                    }
                }
            }
        }
        db.close().await.unwrap();
    }

    /// G18
    async fn a_count_is_made_only_when_it_is_asked_for_and_ends_at_its_cap(app: &TestApp) {
        app.consult("statement-key-1").await;
        double(app, 15).await;
        let quiet = heard(app, "it_admin", "{tickets(first:1){nodes{id}}}", json!({})).await;
        assert!(!quiet.iter().any(|text| text.to_uppercase().contains("COUNT(")), "{quiet:#?}");
        let counted = app.ask("it_admin", "{tickets(first:1){totalCount}}", json!({})).await;
        assert_eq!(counted["data"]["tickets"]["totalCount"], 25_001);
        let few = app.ask("it_admin_b", "{tickets(first:1){totalCount}}", json!({})).await;
        assert_eq!(few["data"]["tickets"]["totalCount"], 0);
    }

    /// G77
    async fn fifty_writers_at_once_lose_nothing_and_none_is_refused(app: &TestApp) {
        const ROUNDS: i32 = 4;
        let hospital = entity::hospital::Entity::find().one(app.app.db.read()).await.unwrap().unwrap().id;
        let start = ticket_counter::ActiveModel { hospital_id: Set(hospital), year: Set(1999), last: Set(0) };
        let tx = app.app.db.begin_write().await.unwrap();
        start.insert(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let mut tasks = Vec::new();
        for _ in 0..50 {
            let app = app.app.clone();
            tasks.push(tokio::spawn(async move {
                for _ in 0..ROUNDS {
                    let tx = app.db.begin_write().await.unwrap();
                    let row = ticket_counter::Entity::find_by_id((hospital, 1999));
                    let row = row.lock_exclusive().one(&tx).await.unwrap().unwrap();
                    let last = row.last + 1;
                    let mut row = row.into_active_model();
                    row.last = Set(last);
                    row.update(&tx).await.unwrap();
                    tx.commit().await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let row = ticket_counter::Entity::find_by_id((hospital, 1999)).one(app.app.db.read()).await.unwrap();
        assert_eq!(row.unwrap().last, 50 * ROUNDS);
    }
}

/// The plan for unknown values, one line a step.
async fn explain(db: &sea_orm::DatabaseConnection, text: &str) -> String {
    let backend = db.get_database_backend();
    let sql = if backend == DbBackend::Sqlite {
        format!("EXPLAIN QUERY PLAN {text}")
    } else {
        db.execute_unprepared("SET plan_cache_mode = force_generic_plan")
            .await
            .unwrap();
        db.execute_unprepared(&format!("PREPARE asked AS {text}"))
            .await
            .unwrap();
        let most = (1..100)
            .take_while(|at| text.contains(&format!("${at}")))
            .count();
        let nothing = vec!["NULL"; most].join(",");
        format!("EXPLAIN EXECUTE asked({nothing})")
    };
    let place = if backend == DbBackend::Sqlite { 3 } else { 0 };
    // Not prepared: the second plan must not be that of the first text.
    let rows = db
        .query_all_raw(Statement::from_string(backend, sql))
        .await
        .unwrap();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| row.try_get_by_index(place).unwrap())
        .collect();
    if backend != DbBackend::Sqlite {
        db.execute_unprepared("DEALLOCATE asked").await.unwrap();
    }
    lines.join("\n")
}

/// What is wrong with a plan. PostgreSQL may sort what a filter leaves of a hospital, if it takes that to be little.
fn judge(plan: &str, backend: DbBackend, filtered: bool) -> &'static str {
    let lines: Vec<&str> = plan.lines().map(str::trim).collect();
    let sqlite = backend == DbBackend::Sqlite;
    let indexed = if sqlite {
        plan.contains("SEARCH ticket USING") && plan.contains("(hospital_id=?")
    } else {
        plan.contains("Index Cond: ((hospital_id = ")
            || plan.contains("Index Cond: (hospital_id = ")
    };
    // The few first rows of several hospitals are merged by sorting them; the rows of a hospital are not sorted.
    let sorted = if sqlite {
        lines
            .windows(2)
            .any(|pair| pair[0].starts_with("SEARCH ticket") && pair[1].contains("TEMP B-TREE"))
    } else {
        !filtered && plan.contains("Bitmap")
    };
    if plan.contains("SCAN ticket") || plan.contains("Seq Scan on ticket") {
        "rows are scanned"
    } else if !indexed {
        "no index of the hospital"
    } else if sorted {
        "rows are sorted"
    } else {
        ""
    }
}

/// G76
#[test]
fn every_reading_connection_of_sqlite_has_its_settings() {
    e2e::block_on(async {
        let app = TestApp::start(Backend::Sqlite).await.unwrap();
        for (pragma, value) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("busy_timeout", "5000"),
            ("foreign_keys", "1"),
            ("mmap_size", "0"),
            ("temp_store", "2"),
            ("cache_size", "-8192"),
            ("query_only", "1"),
        ] {
            // More at once than there are connections, so that each is asked.
            let asked = (0..16).map(|_| async {
                let sql = format!("PRAGMA {pragma}");
                let statement = Statement::from_string(DbBackend::Sqlite, sql);
                let row = app
                    .app
                    .db
                    .read()
                    .query_one_raw(statement)
                    .await
                    .unwrap()
                    .unwrap();
                row.try_get_by_index::<String>(0)
                    .unwrap_or_else(|_| row.try_get_by_index::<i64>(0).unwrap().to_string())
            });
            for found in futures_util::future::join_all(asked).await {
                assert_eq!(found, value, "{pragma}");
            }
        }
    });
}
