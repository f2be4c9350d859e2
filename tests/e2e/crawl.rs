//! The wall between hospitals, walked by a crawl that is generated from the SDL.
//!
//! Everybody of one hospital walks every root field and edge and offers every id, number and cursor of the other
//! wherever one fits; nothing of it may come back and none of its rows may change. That the crawl would find a
//! leak is shown twice: the people of the other hospital see all of it on the same walk, and so does somebody
//! whose scope is widened.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use e2e::canary::Canaries;
use e2e::cast::{COMPANY, Hire};
use e2e::make::{Maker, is_paging, put};
use e2e::sdl::{Field, Kind, Place, Sdl, core, permissions};
use e2e::story::Actors;
use e2e::walk::{self, Document, Position};
use e2e::{TestApp, both_backends};
use entity::rules::access::allows;
use entity::values::Role;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::{Map, Value, json};

/// Stands in every text of the second hospital.
const TAG: &str = "乙甄密文";

/// What only the second hospital has: text, people, its name and code, its numbers.
const WORDS: &[&str] = &[
    TAG,
    "乙甄护士长",
    "乙甄医生",
    "冯雪",
    "蒋雯",
    "示范县人民医院",
    "DEMO-B",
    "ICU-2026-77",
];

/// Everybody of the first hospital alone; `""` is nobody.
const HERE: &[(&str, Option<Role>)] = &[
    ("it_admin", Some(Role::HospItAdmin)),
    ("nurse", Some(Role::IcuNurse)),
    ("doctor", Some(Role::IcuDoctor)),
    ("manager", Some(Role::HospManager)),
    ("pm_a", Some(Role::VendorPm)),
    ("engineer", Some(Role::VendorEngineer)),
    ("trainer", Some(Role::VendorTrainer)),
    ("auditor", Some(Role::Auditor)),
    ("", None),
];

/// Everybody of the second.
const THERE: &[(&str, Role)] = &[
    ("it_admin_b", Role::HospItAdmin),
    ("nurse_b", Role::IcuNurse),
    ("head_nurse_b", Role::IcuNurse),
    ("doctor_b", Role::IcuDoctor),
    ("manager_b", Role::HospManager),
    ("pm_b", Role::VendorPm),
    ("engineer_b", Role::VendorEngineer),
    ("trainer_b", Role::VendorTrainer),
    ("auditor_b", Role::Auditor),
];

/// Types with an id whose rows are not all to be met on a walk, and why.
const NOT_ALL: &[(&str, &str)] = &[
    ("Department", "only those of tickets are shown"),
    ("TicketStep", "a walk opens the steps of few tickets"),
    ("TicketReply", "a walk opens the replies of few tickets"),
    ("Notification", "each person sees its own"),
    ("Notice", "what is over or withdrawn is shown on demand"),
];

/// Types whose rows belong to a person and not to a hospital, and where else they are tried.
const OF_A_PERSON: &[(&str, &str)] = &[("Session", "account_session")];

struct Crawl<'a> {
    app: &'a TestApp,
    sdl: &'a Sdl,
    canaries: &'a Canaries,
    cursors: Vec<String>,
    token: Option<String>,
    count: Cell<u64>,
    requests: u32,
    codes: BTreeMap<String, u32>,
    /// What was shown, with the first place.
    shown: BTreeMap<String, String>,
}

impl<'a> Crawl<'a> {
    async fn new(app: &'a TestApp, sdl: &'a Sdl, canaries: &'a Canaries, account: &str) -> Self {
        let token = if account.is_empty() {
            None
        } else {
            Some(app.token(account).await)
        };
        Self {
            app,
            sdl,
            canaries,
            cursors: Vec::new(),
            token,
            count: Cell::new(0),
            requests: 0,
            codes: BTreeMap::new(),
            shown: BTreeMap::new(),
        }
    }

    /// Sends and looks at the answer; false if it was too complex.
    async fn send(&mut self, place: &str, document: Document) -> (bool, Value) {
        let query = document.query.clone();
        let variables = Value::Object(document.variables);
        let mut body = Value::Null;
        // A busy machine is no answer: asked again, up to three times.
        for _ in 0..3 {
            body = self
                .app
                .send(self.token.as_deref(), &document.query, variables.clone())
                .await
                .1;
            self.requests += 1;
            let code = body["errors"][0]["extensions"]["code"]
                .as_str()
                .unwrap_or_default();
            if !matches!(code, "TIMEOUT" | "OVERLOADED" | "POOL_TIMEOUT") {
                break;
            }
        }
        for error in body["errors"].as_array().into_iter().flatten() {
            let code = error["extensions"]["code"].as_str().unwrap_or_default();
            if matches!(code, "COMPLEXITY_EXCEEDED" | "DOCUMENT_REJECTED") {
                return (false, body);
            }
            assert!(
                !matches!(code, "GRAPHQL_VALIDATION_FAILED" | "GRAPHQL_PARSE_FAILED"),
                "{place}: {error}\n{query}"
            );
            *self.codes.entry(code.to_owned()).or_default() += 1;
        }
        for word in self.canaries.shown(&body.to_string()) {
            self.shown.entry(word).or_insert_with(|| place.to_owned());
        }
        (true, body)
    }

    /// Arguments that are required, and below the root also those that take an id.
    fn arguments(&self, field: &Field, is_root: bool, turn: usize) -> Map<String, Value> {
        let id = |prefix: &str| {
            self.canaries
                .prefixed()
                .iter()
                .find(|id| id.starts_with(prefix))
                .cloned()
                .unwrap_or_else(|| format!("{prefix}_{}", "0".repeat(26)))
        };
        let takes_id = !is_root
            && self
                .sdl
                .places(&field.arguments)
                .iter()
                .any(|place| place.scalar == "ID");
        let turn = if takes_id { 1 } else { turn };
        Maker {
            sdl: self.sdl,
            now: self.app.app.clock.now(),
            tag: "甲文",
            turn,
            version: 1,
            id: &id,
            count: &self.count,
        }
        .arguments(&field.arguments)
    }

    /// Walks every root field that reads.
    async fn walk(&mut self) {
        let sdl = self.sdl;
        for root in sdl.queries() {
            let mut waiting = walk::portions(walk::positions(sdl, root), 500);
            while let Some(portion) = waiting.pop() {
                let document = walk::document(&portion, &|field, is_root| {
                    self.arguments(field, is_root, 0)
                });
                let (fits, body) = self.send(&format!("walk of {}", root.name), document).await;
                // What is refused as a whole shows nothing; nobody has the smallest budget.
                if !fits && portion.len() == 1 && self.token.is_none() {
                    continue;
                }
                if !fits {
                    assert!(
                        portion.len() > 1,
                        "{} alone is too complex: {body}",
                        portion[0].names()
                    );
                    let half: Vec<Position> = portion[portion.len() / 2..].to_vec();
                    waiting.push(portion[..portion.len() / 2].to_vec());
                    waiting.push(half);
                }
                cursors(&body, &mut self.cursors);
            }
        }
    }

    /// What is offered at a place: every id that fits where an id does, and some of other kinds; numbers, texts and
    /// cursors where a text does.
    fn offers(&self, place: &Place, numbers: &[String], cursors: &[String]) -> Vec<String> {
        let name = place.path.last().map(String::as_str).unwrap_or_default();
        match place.scalar.as_str() {
            // A name that says nothing of the kind takes all of them.
            "ID" if matches!(name, "id" | "ids" | "subjectId") => self.canaries.prefixed().to_vec(),
            "ID" => {
                let all = self.canaries.prefixed().iter().cloned();
                let (mut fitting, other): (Vec<_>, Vec<_>) =
                    all.partition(|id| id.starts_with(place.prefix));
                fitting.extend(other.into_iter().step_by(30));
                fitting
            }
            "String" if is_paging(name) => cursors.to_vec(),
            "String" => numbers
                .iter()
                .cloned()
                .chain([TAG.to_owned(), "蒋雯".to_owned()])
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Offers what is not the reader's to every argument of every root field that reads.
    async fn offer_to_reads(&mut self, numbers: &[String], cursors: &[String]) {
        let sdl = self.sdl;
        for root in sdl.queries() {
            for place in sdl.places(&root.arguments) {
                let paging = place.path.last().is_some_and(|name| is_paging(name));
                let calls: Vec<_> = self
                    .offers(&place, numbers, cursors)
                    .into_iter()
                    .map(|offer| {
                        let mut arguments = self.arguments(root, true, usize::from(!paging));
                        put(&mut arguments, &place, json!(offer));
                        arguments
                    })
                    .collect();
                let place = format!("{}({})", root.name, place.path.join("."));
                self.send_calls("query", root, &place, calls, 20).await;
            }
        }
    }

    /// One root field with many arguments, as many of them in a document as fit.
    async fn send_calls(
        &mut self,
        kind: &str,
        root: &Field,
        place: &str,
        mut calls: Vec<Map<String, Value>>,
        most: usize,
    ) {
        let selection = walk::shallow(self.sdl, core(&root.ty), 1);
        let mut size = most;
        while !calls.is_empty() {
            let some: Vec<_> = calls.iter().take(size).cloned().collect();
            let (fits, body) = self
                .send(place, walk::repeated(kind, root, &some, &selection))
                .await;
            if fits {
                assert!(
                    kind == "query" || !body["data"].is_null(),
                    "{place}: {body}"
                );
                calls.drain(..some.len());
            } else if size == 1 && self.token.is_none() {
                return;
            } else {
                assert!(size > 1, "{place}: one call is too complex");
                size /= 2;
            }
        }
    }

    /// Offers them to every mutation that the role holds: each object of the fitting kind up to `most`, and some of other kinds.
    async fn offer_to_writes(&mut self, role: Option<Role>, numbers: &[String], most: usize) {
        let sdl = self.sdl;
        for root in sdl.mutations() {
            let needed = permissions(&root.description);
            // Without the right nothing is read: the matrix shows it. What needs none is for everybody who is signed in.
            let may = |role| {
                needed.is_empty() || needed.iter().any(|permission| allows(role, *permission))
            };
            if !role.is_some_and(may) {
                continue;
            }
            for place in sdl.places(&root.arguments) {
                let name = place.path.last().map(String::as_str).unwrap_or_default();
                let offers = match place.scalar.as_str() {
                    "ID" => {
                        let all = self.canaries.prefixed().to_vec();
                        let (mut fitting, other): (Vec<_>, Vec<_>) =
                            all.into_iter().partition(|id| id.starts_with(place.prefix));
                        fitting.truncate(most);
                        fitting
                            .into_iter()
                            .chain(other.into_iter().step_by(90).take(1))
                            .collect()
                    }
                    "String" if name.to_lowercase().contains("number") => numbers.to_vec(),
                    _ => Vec::new(),
                };
                let mut calls = Vec::new();
                for (n, offer) in offers.into_iter().enumerate() {
                    let letters = offer
                        .split_once('_')
                        .map(|(_, letters)| letters.to_owned())
                        .unwrap_or_default();
                    let version = match self.canaries.ids.get(&letters) {
                        Some(table) if table == "ticket" => {
                            self.app.version_of(table, &letters).await
                        }
                        _ => 1,
                    };
                    let id = |prefix: &str| format!("{prefix}_{}", "0".repeat(26));
                    let maker = Maker {
                        sdl,
                        now: self.app.app.clock.now(),
                        tag: "甲文",
                        turn: 1 + n % 2 * 2,
                        version,
                        id: &id,
                        count: &self.count,
                    };
                    let mut arguments = maker.arguments(&root.arguments);
                    put(&mut arguments, &place, json!(offer));
                    calls.push(arguments);
                }
                let place = format!("{}({})", root.name, place.path.join("."));
                self.send_calls("mutation", root, &place, calls, 5).await;
            }
        }
    }
}

/// Cursors of an answer.
fn cursors(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| cursors(item, found)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text)
                        if name.to_lowercase().ends_with("cursor") && found.len() < 5 =>
                    {
                        found.push(text.clone())
                    }
                    _ => cursors(member, found),
                }
            }
        }
        _ => {}
    }
}

/// Two hospitals, each with people of every role and with tickets in many states; what is the second one's.
async fn world(app: &TestApp, sdl: &Sdl) -> (Canaries, Vec<String>) {
    for hire in COMPANY {
        app.hire(*hire).await;
    }
    // Numbers are unique in a hospital; those of the second begin where the first will never be.
    let there = app.hospital("DEMO-B").await;
    let tx = app.app.db.begin_write().await.unwrap();
    let counter = entity::ticket_counter::ActiveModel {
        hospital_id: Set(entity::ids::HospitalId(there)),
        year: Set(2026),
        last: Set(770_000),
    };
    counter.insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let here = Actors {
        nurse: "nurse",
        it_admin: "it_admin",
        pm: "pm_a",
        engineer: "engineer",
    };
    let over_there = Actors {
        nurse: "nurse_b",
        it_admin: "it_admin_b",
        pm: "pm_b",
        engineer: "engineer_b",
    };
    app.story(here, "甲文").await;
    let tickets = app.story(over_there, TAG).await;
    app.rarities(over_there, TAG).await;
    app.stir(sdl, "DEMO-B", THERE, TAG).await;
    // Hours later clocks are overdue, so that there are breaches.
    app.app
        .clock
        .set(app.app.clock.now() + chrono::TimeDelta::hours(9));
    api::jobs::drain(&app.app).await.unwrap();
    let numbers = tickets
        .iter()
        .map(|ticket| ticket["number"].as_str().unwrap().to_owned())
        .collect();
    (app.canaries(there, WORDS).await, numbers)
}

/// Table of a type of the schema: `SlaClock` → `sla_clock`.
fn table_of(name: &str) -> String {
    let mut table = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !table.is_empty() {
            table.push('_');
        }
        table.push(c.to_ascii_lowercase());
    }
    table
}

/// What the people of the second hospital must be shown and were not: each row of each type with an id, and each word.
fn missed(sdl: &Sdl, canaries: &Canaries, seen: &BTreeSet<String>) -> Vec<String> {
    let mut missed: Vec<String> = WORDS
        .iter()
        .filter(|word| !seen.contains(**word))
        .map(|word| (*word).to_owned())
        .collect();
    for (name, def) in &sdl.types {
        let table = table_of(name);
        if !matches!(def.kind, Kind::Object(_))
            || OF_A_PERSON.iter().any(|(known, _)| known == name)
            || !def.fields.iter().any(|field| field.name == "id")
        {
            continue;
        }
        let rows: Vec<&String> = canaries
            .ids
            .iter()
            .filter(|(_, of)| **of == table)
            .map(|(id, _)| id)
            .collect();
        let met = rows.iter().filter(|id| seen.contains(**id)).count();
        let partly = NOT_ALL.iter().any(|(known, _)| known == name);
        if rows.is_empty() {
            missed.push(format!("{name}: the second hospital has no row of it"));
        } else if met == 0 || (met < rows.len() && !partly) {
            missed.push(format!("{name}: {met} of {} rows", rows.len()));
        }
    }
    missed
}

both_backends! {
    /// G19, G47, L99: nothing of a hospital is shown to, or changed by, the people of another, over every path of the schema.
    async fn nothing_of_one_hospital_reaches_another_on_any_path_of_the_schema(app: &TestApp) {
        let sdl = Sdl::of_the_server();
        let (canaries, numbers) = world(app, &sdl).await;
        let there = app.hospital("DEMO-B").await;

        let mut seen = BTreeSet::new();
        let mut cursors = Vec::new();
        for (account, _) in THERE {
            let mut crawl = Crawl::new(app, &sdl, &canaries, account).await;
            crawl.walk().await;
            seen.extend(crawl.shown.into_keys());
            cursors.extend(crawl.cursors.into_iter().take(2));
            // Enough of them, as soon as nothing is left that somebody else could add.
            if missed(&sdl, &canaries, &seen).is_empty() {
                break;
            }
        }
        assert_eq!(missed(&sdl, &canaries, &seen), Vec::<String>::new(), "not met on any walk");

        let before = app.picture(there).await;
        let mut requests = 0;
        for (account, role) in HERE {
            let mut crawl = Crawl::new(app, &sdl, &canaries, account).await;
            crawl.walk().await;
            crawl.offer_to_reads(&numbers, &cursors).await;
            crawl.offer_to_writes(*role, &numbers, 2).await;
            requests += crawl.requests;
            assert!(crawl.shown.is_empty(), "{account} was shown {:#?}", crawl.shown);
            for code in crawl.codes.keys() {
                assert!(matches!(code.as_str(), "UNAUTHENTICATED" | "FORBIDDEN" | "BAD_USER_INPUT"), "{account}: {:?}", crawl.codes);
            }
        }
        assert!(requests > 300, "{requests} requests");
        let after = app.picture(there).await;
        for (table, rows) in &before {
            assert_eq!(rows, &after[table], "{table} was changed");
        }

        // The same crawl with the wall taken down for one person finds what it is for.
        let hospital = entity::ids::HospitalId(there);
        let tx = app.app.db.begin_write().await.unwrap();
        let doctor = entity::ids::PersonId(app.person_id("doctor2").await);
        api::setup::grant(&tx, &app.app, hospital, doctor, Role::HospItAdmin, None, false).await.unwrap();
        tx.commit().await.unwrap();
        let mut crawl = Crawl::new(app, &sdl, &canaries, "doctor2").await;
        crawl.walk().await;
        let by_walk = crawl.shown.len();
        crawl.offer_to_reads(&numbers, &cursors).await;
        crawl.offer_to_writes(Some(Role::HospItAdmin), &numbers, 9).await;
        let tickets = canaries.ids.values().filter(|table| *table == "ticket").count();
        assert!(by_walk > tickets && tickets > 5, "{by_walk} found on the walk, {tickets} tickets");
        assert_ne!(app.picture(there).await["ticket"], before["ticket"], "no write of the crawl would have changed a row");
    }
}

/// Everybody of the second hospital has a name that no one of the first has.
#[test]
fn the_people_of_the_second_hospital_are_hired() {
    let known = |account: &str| matches!(account, "it_admin_b" | "nurse_b");
    let hired = |account: &str| COMPANY.iter().any(|hire: &Hire| hire.account == account);
    for (account, _) in THERE {
        assert!(known(account) || hired(account), "{account}");
    }
}
