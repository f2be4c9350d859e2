//! Who sees which ticket inside one hospital, by every way that leads to a ticket; and that what is not
//! seen, not there and not even an id is one answer.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use e2e::cast::{COMPANY, Hire};
use e2e::make::{Maker, put};
use e2e::sdl::{Sdl, permissions};
use e2e::walk::repeated;
use e2e::{TestApp, both_backends};
use entity::rules::access::allows;
use entity::values::Role;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::{Map, Value, json};

/// A nurse of another department, one of none, and an engineer whose assignment has ended.
const MORE: &[Hire] = &[
    Hire {
        account: "nurse_w",
        name: "乔雨",
        hospital: "DEMO",
        role: Role::IcuNurse,
        department: Some("信息网络中心"),
        is_lead: false,
    },
    Hire {
        account: "nurse_0",
        name: "白露",
        hospital: "DEMO",
        role: Role::IcuNurse,
        department: None,
        is_lead: false,
    },
    Hire {
        account: "engineer_x",
        name: "石磊",
        hospital: "DEMO",
        role: Role::VendorEngineer,
        department: None,
        is_lead: false,
    },
];

type World = BTreeMap<&'static str, Value>;

async fn consult(app: &TestApp, account: &str, category: &str, subcategory: &str) -> Value {
    let key = format!("scope-{account}-{subcategory}");
    app.create(account, json!({ "category": category, "subcategory": subcategory, "idempotencyKey": key, "urgency": "HIGH", "bedsAffected": "ONE" })).await
}

/// Tickets of each kind of visibility.
async fn world(app: &TestApp) -> World {
    for hire in MORE {
        app.hire(*hire).await;
    }
    let gone = entity::ids::PersonId(app.person_id("engineer_x").await);
    let tx = app.app.db.begin_write().await.unwrap();
    entity::assignment::Entity::update_many()
        .col_expr(
            entity::assignment::Column::UntilAt,
            Expr::value(Some(app.app.clock.now())),
        )
        .filter(entity::assignment::Column::PersonId.eq(gone))
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let now = app.app.clock.now().to_rfc3339();
    let fault = json!({ "phenomenon": "采集中断", "occurredAt": now, "scope": "多张床位", "relatedSystems": [], "steps": "打开特护单" });
    World::from([
        ("own", consult(app, "nurse", "CONSULT", "CONSULT-OPER").await),
        ("ward", consult(app, "nurse_w", "CONSULT", "CONSULT-OPER").await),
        ("none", consult(app, "nurse_0", "CONSULT", "CONSULT-OPER").await),
        ("change", consult(app, "nurse", "CHANGE", "CHANGE-REPORT_FORMAT").await),
        ("complaint", consult(app, "head_nurse", "COMPLAINT", "COMPLAINT-QUALITY").await),
        ("security", consult(app, "it_admin", "SECURITY", "SECURITY-LEAK").await),
        ("vendor", app.create("engineer2", json!({ "category": "FAULT", "subcategory": "FAULT-SLOW", "fault": fault, "urgency": "HIGH", "bedsAffected": "ONE", "idempotencyKey": "scope-vendor-fault", "contractId": contract(app).await })).await),
        ("other", consult(app, "nurse_b", "CONSULT", "CONSULT-OPER").await),
    ])
}

async fn contract(app: &TestApp) -> String {
    let hospital = entity::ids::HospitalId(app.hospital("DEMO").await);
    let found = entity::contract::Entity::find()
        .filter(entity::contract::Column::HospitalId.eq(hospital))
        .one(app.app.db.read())
        .await
        .unwrap();
    found.unwrap().id.to_string()
}

const ALL_HERE: &[&str] = &[
    "own",
    "ward",
    "none",
    "change",
    "complaint",
    "security",
    "vendor",
];

/// The table of `domain.md` 2.6 for tickets, before anything is released by hand.
const SEES: &[(&str, &[&str])] = &[
    ("it_admin", ALL_HERE),
    ("it_admin2", ALL_HERE),
    ("manager", ALL_HERE),
    ("auditor", ALL_HERE),
    ("nurse", &["own", "change", "complaint"]),
    ("head_nurse", &["own", "change", "complaint"]),
    ("doctor", &["own", "change", "complaint"]),
    ("nurse_w", &["ward"]),
    ("nurse_0", &["none"]),
    (
        "pm",
        &["own", "ward", "none", "security", "vendor", "other"],
    ),
    ("engineer", &["own", "ward", "none", "vendor"]),
    ("engineer2", &["own", "ward", "none", "vendor", "other"]),
    ("trainer", &["own", "ward", "none", "vendor"]),
    ("engineer_x", &[]),
    ("it_admin_b", &["other"]),
    ("nurse_b", &["other"]),
];

/// Holds every way to a ticket against what `account` should see.
async fn assert_sees(app: &TestApp, world: &World, account: &str, expected: &BTreeSet<&str>) {
    let id = |name: &str| world[name]["id"].as_str().unwrap().to_owned();
    let ids: BTreeSet<String> = expected.iter().map(|name| id(name)).collect();
    let list = app
        .ask(
            account,
            "{tickets(first:100){totalCount nodes{id} edges{node{id}}}}",
            json!({}),
        )
        .await["data"]["tickets"]
        .clone();
    let shown = |nodes: &Value| -> BTreeSet<String> {
        nodes
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        (shown(&list["nodes"]), &list["totalCount"]),
        (ids.clone(), &json!(ids.len())),
        "{account}"
    );
    assert_eq!(
        list["edges"].as_array().unwrap().len(),
        ids.len(),
        "{account}"
    );
    for category in ["CONSULT", "CHANGE", "COMPLAINT", "SECURITY", "FAULT"] {
        let counted = app
            .ask(
                account,
                "query($c:[TicketCategory!]){tickets(filter:{category:$c}){totalCount nodes{id}}}",
                json!({ "c": [category] }),
            )
            .await["data"]["tickets"]
            .clone();
        let of_it = expected
            .iter()
            .filter(|name| world[*name]["category"] == category)
            .count();
        assert_eq!(
            (
                counted["nodes"].as_array().unwrap().len(),
                &counted["totalCount"]
            ),
            (of_it, &json!(of_it)),
            "{account} {category}"
        );
    }
    let names: Vec<&str> = world.keys().copied().collect();
    let all: Vec<String> = names.iter().map(|name| id(name)).collect();
    let many = app
        .ask(
            account,
            "query($ids:[ID!]!){nodes(ids:$ids){id}}",
            json!({ "ids": all }),
        )
        .await["data"]["nodes"]
        .clone();
    for (at, name) in names.iter().enumerate() {
        let is_seen = expected.contains(name);
        let want = if is_seen {
            json!({ "id": all[at] })
        } else {
            Value::Null
        };
        assert_eq!(many[at], want, "{account} nodes {name}");
        let query = "query($id:ID!,$event:ID!,$clock:ID!){node(id:$id){id} ticket(by:{id:$id}){id} event:node(id:$event){id} clock:node(id:$clock){id}}";
        let ticket = &world[name];
        let one = app
            .ask(
                account,
                query,
                json!({ "id": ticket["id"], "event": ticket["event"], "clock": ticket["clock"] }),
            )
            .await["data"]
            .clone();
        assert_eq!(
            (&one["node"], &one["ticket"]),
            (&want, &want),
            "{account} {name}"
        );
        assert_eq!(
            one["event"].is_null(),
            !is_seen,
            "{account} {name}: its history"
        );
        if !ticket["clock"].as_str().unwrap().is_empty() {
            assert_eq!(
                one["clock"].is_null(),
                !is_seen,
                "{account} {name}: its clock"
            );
        }
        if *name != "other" && !matches!(account, "pm" | "engineer2" | "it_admin_b" | "nurse_b") {
            let by_number = app
                .ask(
                    account,
                    "query($n:String!){ticket(by:{number:$n}){id}}",
                    json!({ "n": ticket["number"] }),
                )
                .await;
            assert_eq!(
                by_number["data"]["ticket"], want,
                "{account} {name} by number"
            );
        }
    }
}

/// Adds category, an entry of the history and a clock to each ticket, read by who sees them.
async fn with_parts(app: &TestApp, world: &mut World) {
    for (name, ticket) in world {
        let reader = if *name == "other" {
            "it_admin_b"
        } else {
            "it_admin"
        };
        let query = "query($id:ID!){ticket(by:{id:$id}){category events(first:1){nodes{id}} slaClocks{id}}}";
        let read =
            app.ask(reader, query, json!({ "id": ticket["id"] })).await["data"]["ticket"].clone();
        ticket["category"] = read["category"].clone();
        ticket["event"] = read["events"]["nodes"][0]["id"].clone();
        ticket["clock"] = json!(read["slaClocks"][0]["id"].as_str().unwrap_or_default());
        assert!(ticket["event"].is_string(), "{name}: {read}");
    }
}

/// Ids that are none, or none of anything.
fn senseless() -> Vec<String> {
    let mut all = [
        "",
        " ",
        "tkt",
        "tkt_",
        "TKT_00000000000000000000000000",
        "tkt_0000000000000000000000000",
        "tkt_000000000000000000000000000",
        "tkt_UUUUUUUUUUUUUUUUUUUUUUUUUU",
        "tkt_8zzzzzzzzzzzzzzzzzzzzzzzzz",
        "1",
        "-1",
        "null",
        "undefined",
        "00000000-0000-0000-0000-000000000000",
        "ICU-2026-000001",
        "tkt_'; DROP TABLE ticket; --",
        "床\u{1F600}",
        "../../etc/passwd",
        "%00",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("a".repeat(5_000));
    all
}

/// Makes the rest of an input such that the id is what it fails on: a contract is asked for only of vendor people,
/// a department only of ward people, and who reports for somebody else is of the information centre.
fn suit(mutation: &str, prefix: &str, arguments: &mut Map<String, Value>, offer: &str) {
    let mut with = |name: &str, value: Value| {
        arguments["input"][name] = value;
    };
    match (mutation, prefix) {
        ("createPerson", "ctr") => {
            with("side", json!("VENDOR"));
            with("roles", json!([{ "role": "VENDOR_ENGINEER" }]));
        }
        ("createPerson", "dep") => {
            with("side", json!("HOSPITAL"));
            with(
                "roles",
                json!([{ "role": "ICU_NURSE", "departmentId": offer }]),
            );
            with("contractId", Value::Null);
            with("undertaking", Value::Null);
        }
        ("grantRole", "psn") => with("role", json!({ "role": "HOSP_IT_ADMIN" })),
        ("grantRole", "dep") => with(
            "role",
            json!({ "role": "ICU_NURSE", "departmentId": offer }),
        ),
        // News of one ward; only a window has a beginning and an end.
        ("publishNotice", "dep") => {
            with("kind", json!("ANNOUNCEMENT"));
            with("audiences", json!(["ICU"]));
            for instant in ["startsAt", "endsAt", "validFrom", "validTo"] {
                with(instant, Value::Null);
            }
        }
        ("createTicket", "ctr" | "tkt") => with("reporterId", Value::Null),
        _ => {}
    }
}

both_backends! {
    /// G47, G19: own department, restricted kinds, the vendor only after release; lists, counts, nodes and numbers agree.
    async fn everybody_sees_the_tickets_of_the_table_by_every_way(app: &TestApp) {
        let mut world = world(app).await;
        with_parts(app, &mut world).await;
        for (account, expected) in SEES {
            assert_sees(app, &world, account, &expected.iter().copied().collect()).await;
        }
        // Released, the change is the vendor's to see; assigned, the restricted one is that engineer's.
        app.done(&world["change"], "it_admin", "releaseTicket", json!({})).await;
        let engineer = entity::ids::PersonId(app.person_id("engineer").await).to_string();
        app.done(&world["security"], "pm", "assignTicket", json!({ "assigneeId": engineer })).await;
        with_parts(app, &mut world).await;
        for (account, more) in [("engineer", &["change", "security"][..]), ("engineer2", &["change"]), ("trainer", &["change"]), ("pm", &["change"]), ("engineer_x", &[]), ("nurse", &[])] {
            let (_, before) = SEES.iter().find(|(name, _)| *name == account).unwrap();
            assert_sees(app, &world, account, &before.iter().chain(more).copied().collect()).await;
        }
    }

    /// G19, G49: unknown, malformed, of another kind and out of scope are one answer, in reads and in every mutation that takes an id.
    async fn what_is_hidden_is_answered_like_what_does_not_exist(app: &TestApp) {
        let world = world(app).await;
        app.hire(COMPANY[1]).await;
        let sdl = Sdl::of_the_server();
        let unknown = "tkt_01jd0000000000000000000000".to_owned();
        let hidden: Vec<String> = ["security", "ward", "other"].iter().map(|name| world[name]["id"].as_str().unwrap().to_owned()).collect();
        let foreign_kinds: Vec<String> = app.canaries(app.hospital("DEMO-B").await, &[]).await.prefixed().to_vec();
        let reader = app.token("nurse").await;
        let ask = async |id: &str| {
            let (status, mut body) = app.send(Some(&reader), "query($id:ID!){node(id:$id){__typename id} nodes(ids:[$id]){__typename id} ticket(by:{id:$id}){id}}", json!({ "id": id })).await;
            assert!(body["errors"].is_null(), "{id}: {body}");
            (status, body["data"].take())
        };
        let nothing = ask(&unknown).await;
        assert_eq!(nothing, (200, json!({ "node": null, "nodes": [null], "ticket": null })));
        for id in hidden.iter().cloned().chain(senseless()).chain(foreign_kinds.iter().cloned()) {
            assert_eq!(ask(&id).await, nothing, "{id}");
        }

        // A mutation: what a person who holds the right is told of an id that is not theirs to know.
        let people = [("nurse", Role::IcuNurse), ("engineer", Role::VendorEngineer), ("it_admin2", Role::HospItAdmin), ("pm_a", Role::VendorPm), ("manager", Role::HospManager), ("auditor", Role::Auditor)];
        let chain = |code: &'static str| async move {
            let hospital = app.hospital(code).await;
            entity::audit::Entity::find().filter(entity::audit::Column::Chain.eq(hospital)).count(app.app.db.read()).await.unwrap()
        };
        let (rows, there) = (app.sizes().await, chain("DEMO-B").await);
        let (count, mut checked) = (Cell::new(0), 0);
        for field in sdl.mutations() {
            let needed = permissions(&field.description);
            for place in sdl.places(&field.arguments).into_iter().filter(|place| place.scalar == "ID") {
                let Some((account, _)) = people.iter().find(|(_, role)| needed.iter().any(|permission| allows(*role, *permission))) else {
                    continue;
                };
                let account = if (field.name.as_str(), place.prefix) == ("createTicket", "psn") { "it_admin2" } else { *account };
                let mut answers = BTreeMap::new();
                // Over a list each ticket has an answer of its own, and the first call takes the replay key.
                if field.name == "confirmTickets" {
                    continue;
                }
                let mut offers = vec![format!("{}_01jd0000000000000000000000", place.prefix)];
                if place.prefix == "tkt" {
                    offers.push(world["other"]["id"].as_str().unwrap().to_owned());
                } else {
                    offers.extend(foreign_kinds.iter().filter(|id| id.starts_with(place.prefix)).take(2).cloned());
                }
                offers.extend(senseless().into_iter().take(12));
                for offer in offers {
                    let id = |prefix: &str| format!("{prefix}_01jd0000000000000000000000");
                    count.set(0);
                    let maker = Maker { sdl: &sdl, now: app.app.clock.now(), tag: "文字", turn: 1, version: 1, id: &id, count: &count };
                    let mut arguments = maker.arguments(&field.arguments);
                    // Only the centre overrides the screen, and only where it stops something.
                    if let Some(input) = arguments["input"].as_object_mut() {
                        input.remove("screeningOverrideReason");
                        if let Some(content) = input.get_mut("content").and_then(Value::as_object_mut) {
                            content.remove("screeningOverrideReason");
                        }
                    }
                    put(&mut arguments, &place, json!(offer));
                    suit(&field.name, place.prefix, &mut arguments, &offer);
                    let call = repeated("mutation", field, &[arguments], "{userErrors{code message messages{zh en} field}}");
                    let body = app.ask(account, &call.query, Value::Object(call.variables)).await;
                    assert!(body["errors"].is_null(), "{} {offer}: {body}", field.name);
                    answers.entry(body["data"].to_string()).or_insert_with(Vec::new).push(offer);
                }
                checked += 1;
                assert_eq!(answers.len(), 1, "{}({}) as {account}: {answers:#?}", field.name, place.path.join("."));
                assert!(answers.keys().all(|answer| answer.contains("NOT_FOUND")), "{}({}): {answers:#?}", field.name, place.path.join("."));
            }
        }
        assert!(checked > 15, "{checked} places");
        assert_eq!(app.sizes().await, rows);
        assert_eq!(chain("DEMO-B").await, there, "attempts from elsewhere stand in the chain of who tried");
    }
}
