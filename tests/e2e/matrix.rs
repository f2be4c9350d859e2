//! The permission matrix, generated: every mutation of the schema, once a role, held against the one table.
//!
//! A mutation is in the matrix on the day it is in the SDL; its description names its permission.

use std::cell::Cell;
use std::fmt::Write as _;

use chrono::TimeDelta;
use e2e::cast::COMPANY;
use e2e::make::Maker;
use e2e::sdl::{Field, Sdl, core, permissions};
use e2e::{TestApp, both_backends};
use entity::ids::PREFIXES;
use entity::rules::access::{Permission, allows};
use entity::values::Role;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Map, Value, json};

/// Mutations that need no permission, because they are about the caller: the only ones.
const OPEN: &[(&str, Who)] = &[
    ("login", Who::Everybody),
    ("logout", Who::Person),
    ("changePassword", Who::Person),
    ("revokeSession", Who::Person),
    ("markNotificationsRead", Who::Person),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Everybody,
    Person,
}

/// One account for each role, and where a lead exists one of each.
const PEOPLE: &[(&str, Role)] = &[
    ("it_admin", Role::HospItAdmin),
    ("it_admin2", Role::HospItAdmin),
    ("nurse", Role::IcuNurse),
    ("head_nurse", Role::IcuNurse),
    ("doctor2", Role::IcuDoctor),
    ("doctor", Role::IcuDoctor),
    ("manager", Role::HospManager),
    ("pm", Role::VendorPm),
    ("engineer", Role::VendorEngineer),
    ("trainer", Role::VendorTrainer),
    ("auditor", Role::Auditor),
];

fn open(field: &Field) -> Option<Who> {
    OPEN.iter()
        .find(|(name, _)| *name == field.name)
        .map(|(_, who)| *who)
}

/// An id that is well formed and stands for nothing.
fn nobody(app: &TestApp, prefix: &str) -> String {
    let text = entity::ids::TicketId(app.app.clock.id()).to_string();
    format!("{prefix}{}", &text[3..])
}

/// The call of a root field with variables for its arguments.
fn call(kind: &str, field: &Field, arguments: &Map<String, Value>, selection: &str) -> String {
    let (mut head, mut tail) = (String::new(), String::new());
    for argument in field
        .arguments
        .iter()
        .filter(|a| arguments.contains_key(&a.name))
    {
        write!(head, "${}:{} ", argument.name, argument.ty).unwrap();
        write!(tail, "{0}:${0} ", argument.name).unwrap();
    }
    let brackets = |text: &str| {
        if text.is_empty() {
            String::new()
        } else {
            format!("({text})")
        }
    };
    format!(
        "{kind}{}{{{}{}{selection}}}",
        brackets(&head),
        field.name,
        brackets(&tail)
    )
}

const ERRORS: &str = "{userErrors{code message messages{zh en} field}}";

struct Outcome {
    /// The top-level code.
    code: Option<String>,
    body: Value,
    records: u64,
}

async fn records(app: &TestApp) -> u64 {
    entity::audit::Entity::find()
        .count(app.app.db.read())
        .await
        .unwrap()
}

async fn attempt(
    app: &TestApp,
    token: Option<&str>,
    query: &str,
    arguments: Map<String, Value>,
) -> Outcome {
    let before = records(app).await;
    let (_, body) = app.send(token, query, Value::Object(arguments)).await;
    Outcome {
        code: body["errors"][0]["extensions"]["code"]
            .as_str()
            .map(str::to_owned),
        records: records(app).await - before,
        body,
    }
}

/// A text that no field takes, so that a right is seen to be asked for before any text.
fn endless() -> String {
    "长".repeat(12_000)
}

async fn token(app: &TestApp, account: &str, field: &Field) -> String {
    // What needs no permission may end the session it runs in.
    if open(field).is_some() {
        // Failed sign-ins of the turn before delay the next one.
        app.app
            .clock
            .set(app.app.clock.now() + TimeDelta::minutes(30));
        let signed_in = app.login(account, api::demo::PASSWORD).await;
        return signed_in["token"].as_str().unwrap().to_owned();
    }
    app.token(account).await
}

both_backends! {
    /// G25, G47, G61: each mutation once a role: refused exactly where the table says so, and every attempt is in the audit.
    async fn every_mutation_of_the_schema_obeys_the_one_table_and_leaves_a_record(app: &TestApp) {
        for hire in COMPANY {
            app.hire(*hire).await;
        }
        let sdl = Sdl::of_the_server();
        let (count, id) = (Cell::new(0), |prefix: &str| nobody(app, prefix));
        let long = endless();
        let mut wrong = Vec::new();
        let mut seen = [0_u32; 2];
        for field in sdl.mutations() {
            let needed = permissions(&field.description);
            assert!(open(field).is_some() == needed.is_empty(), "{} names no permission and is not open to everybody, or both", field.name);
            let maker = |turn: usize, tag| Maker { sdl: &sdl, now: app.app.clock.now(), tag, turn, version: 1, id: &id, count: &count }.arguments(&field.arguments);
            let told = |outcome: &Outcome, who: &str, expected: &str| format!("{} as {who}: expected {expected}, got {:?} and {} records: {}", field.name, outcome.code, outcome.records, outcome.body);

            let arguments = maker(0, "文字");
            let outcome = attempt(app, None, &call("mutation", field, &arguments, ERRORS), arguments).await;
            let expected = if open(field) == Some(Who::Everybody) { None } else { Some("UNAUTHENTICATED".to_owned()) };
            // What is about the caller alone has no object and no actor where there is no caller.
            let nothing_to_record = open(field) == Some(Who::Person);
            if outcome.code != expected || (outcome.records == 0 && !nothing_to_record) {
                wrong.push(told(&outcome, "nobody", &format!("{expected:?}")));
            }

            for (account, role) in PEOPLE {
                let allowed = needed.is_empty() || needed.iter().any(|permission| allows(*role, *permission));
                for turn in 0..2 {
                    let tag = if allowed || turn == 0 { "文字" } else { &long };
                    let arguments = maker(turn, tag);
                    let token = token(app, account, field).await;
                    let outcome = attempt(app, Some(&token), &call("mutation", field, &arguments, ERRORS), arguments).await;
                    let payload = &outcome.body["data"][&field.name];
                    let good = if allowed { outcome.code.is_none() && payload["userErrors"].is_array() } else { outcome.code.as_deref() == Some("FORBIDDEN") && payload.is_null() };
                    seen[usize::from(allowed)] += 1;
                    if !good || outcome.records == 0 {
                        wrong.push(told(&outcome, account, if allowed { "a payload" } else { "FORBIDDEN" }));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {seen:?} (refused, allowed):\n{}", wrong.len(), wrong.join("\n"));
        assert!(seen[0] > 100 && seen[1] > 100, "{seen:?}");
    }

    /// G47: reads that name a permission are refused exactly where the table says so.
    async fn every_read_that_names_a_permission_obeys_the_one_table(app: &TestApp) {
        app.hire(COMPANY[0]).await;
        let sdl = Sdl::of_the_server();
        let (count, id) = (Cell::new(0), |prefix: &str| nobody(app, prefix));
        for field in sdl.queries() {
            let needed = permissions(&field.description);
            let maker = Maker { sdl: &sdl, now: app.app.clock.now(), tag: "文字", turn: 0, version: 1, id: &id, count: &count };
            let arguments = maker.arguments(&field.arguments);
            let selection = if sdl.is_leaf(core(&field.ty)) { "" } else { "{__typename}" };
            let query = call("query", field, &arguments, selection);
            for (account, role) in PEOPLE {
                let (_, body) = app.send(Some(&app.token(account).await), &query, json!(arguments)).await;
                let allowed = needed.is_empty() || needed.iter().any(|permission| allows(*role, *permission));
                let code = body["errors"][0]["extensions"]["code"].as_str();
                assert_eq!(code, if allowed { None } else { Some("FORBIDDEN") }, "{} as {account}: {body}", field.name);
            }
        }
    }

    /// The people of the matrix have the roles it takes them for.
    async fn the_people_of_the_matrix_have_their_roles(app: &TestApp) {
        app.hire(COMPANY[0]).await;
        for (account, role) in PEOPLE {
            let body = app.ask(account, "{viewer{roles permissions}}", json!({})).await;
            let viewer = &body["data"]["viewer"];
            assert_eq!(viewer["roles"], json!([role.word()]), "{account}");
            let table: Vec<&str> = Permission::ALL.iter().filter(|permission| allows(*role, **permission)).map(|permission| permission.word()).collect();
            assert_eq!(viewer["permissions"], json!(table), "{account}");
        }
    }
}

/// The table as people read it; `ICUOPS_BLESS=1` writes it anew.
#[test]
fn the_table_is_the_one_that_was_agreed() {
    let mut table = String::from("# Permissions and who holds them. Changed on purpose only.\n");
    for permission in Permission::ALL {
        let roles: Vec<&str> = Role::ALL
            .iter()
            .filter(|role| allows(**role, *permission))
            .map(|role| role.word())
            .collect();
        writeln!(table, "{}: {}", permission.word(), roles.join(" ")).unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/permissions.txt");
    if std::env::var_os("ICUOPS_BLESS").is_some() {
        #[expect(
            clippy::disallowed_methods,
            reason = "a file of the repository, written on demand"
        )]
        std::fs::write(path, &table).unwrap();
    }
    assert_eq!(
        table,
        std::fs::read_to_string(path).unwrap(),
        "run with ICUOPS_BLESS=1 if the change is meant"
    );
    assert!(PREFIXES.len() > 20);
}

/// No mutation asks for a permission that the table lacks, and none is open by mistake.
#[test]
fn what_is_open_to_everybody_exists() {
    let sdl = Sdl::of_the_server();
    for (name, _) in OPEN {
        assert!(
            sdl.mutations().iter().any(|field| field.name == *name),
            "{name} is gone"
        );
    }
}
