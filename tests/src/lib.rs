//! Harness of the end-to-end tests: the real server on a port of its own, on SQLite and on PostgreSQL.
//!
//! The world is that of the demonstration without its tickets; the clock stands until a test moves
//! it. `TEST_DATABASE_URL` names a PostgreSQL whose user may create databases; without it those
//! bodies are left out with a line that says so, and with `CI` set they fail.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::missing_panics_doc,
    reason = "a harness may panic, and says what it leaves out"
)]

pub mod canary;
pub mod cast;
mod known;
pub mod make;
pub mod paper;
pub mod process;
pub mod proxy;
pub mod scan;
pub mod sdl;
pub mod stir;
pub mod story;
pub mod walk;

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use api::app::App;
use api::clock::Clock;
use api::config::Config;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};

/// Which database a body runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the test server.
    Postgres,
}

/// A running server with the world of the demonstration.
pub struct TestApp {
    /// The shared state, for clock, jobs and database.
    pub app: App,
    /// Address of the server.
    pub base: String,
    client: reqwest::Client,
    tokens: Mutex<HashMap<String, (String, DateTime<Utc>)>>,
    faults_expected: AtomicBool,
    _folder: tempfile::TempDir,
}

/// Shanghai wall time.
#[must_use]
pub fn t(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{}+08:00", text.replace(' ', "T")))
        .unwrap()
        .with_timezone(&Utc)
}

/// First day of the contract of the test world.
#[must_use]
pub fn contract_start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
}

impl TestApp {
    /// Starts a server; `None` where the database is not to be had and need not be.
    pub async fn start(backend: Backend) -> Option<Self> {
        Self::start_with(backend, |_| ()).await
    }

    /// [`TestApp::start`] with other settings.
    pub async fn start_with(backend: Backend, set: impl FnOnce(&mut Config)) -> Option<Self> {
        scan::watch_logs();
        scan::secret(api::demo::PASSWORD);
        let folder = tempfile::tempdir().unwrap();
        let url = match backend {
            Backend::Sqlite => format!(
                "sqlite://{}?mode=rwc",
                folder.path().join("icuops.db").display()
            ),
            Backend::Postgres => create_database().await?,
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = Config {
            // All actors come from one address, faster than people do.
            metered: false,
            // The clock leaps over months; the test of rotation asks for it.
            password_days: None,
            layout_program: Some(process::beside("icuops-e2e")),
            // The documents of the platform are the same in every world, and setting them takes seconds.
            pressed: std::env::temp_dir().join("icuops-e2e-pdf"),
            ..Config::local(url, folder.path().to_owned(), address)
        };
        set(&mut config);
        let app = App::start(config, Clock::standing(t("2026-03-02 08:00:00")))
            .await
            .unwrap();
        api::demo::people::found(&app, contract_start())
            .await
            .unwrap();
        tokio::spawn(api::http::serve(app.clone(), listener).unwrap());
        // The server ends a connection that rests for five seconds; one that is used in that instant breaks.
        let client = reqwest::Client::builder()
            .pool_idle_timeout(std::time::Duration::from_secs(3))
            .build()
            .unwrap();
        Some(Self {
            app,
            base: format!("http://{address}"),
            client,
            tokens: Mutex::default(),
            faults_expected: AtomicBool::new(false),
            _folder: folder,
        })
    }

    /// Moves the clock and lets everything run that has fallen due.
    pub async fn at(&self, text: &str) {
        self.app.clock.set(t(text));
        api::jobs::drain(&self.app).await.unwrap();
    }

    /// Sends a document with a token; status and body.
    pub async fn send(&self, token: Option<&str>, query: &str, variables: Value) -> (u16, Value) {
        let mut request = self
            .client
            .post(format!("{}/graphql", self.base))
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let id = response.headers().get("x-request-id").cloned();
        let body = response.json().await.unwrap();
        self.inspect(&body, id.as_ref().and_then(|id| id.to_str().ok()));
        (status, body)
    }

    /// Lets answers with `INTERNAL` pass from now on, for tests that break something on purpose.
    pub fn expect_internal_faults(&self) {
        self.faults_expected.store(true, Ordering::SeqCst);
    }

    /// Holds an answer against the rules of every answer; `request_id` is that of the header.
    pub fn inspect(&self, body: &Value, request_id: Option<&str>) {
        let faults = scan::faults(body, request_id);
        assert!(faults.is_empty(), "{faults:#?}");
        let internal = body["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|error| error["extensions"]["code"] == "INTERNAL");
        assert!(
            !internal || self.faults_expected.load(Ordering::SeqCst),
            "{body}\n{:#?}",
            scan::logged("internal error")
        );
        scan::no_secret_was_logged();
    }

    /// Signs in with the shared password and keeps the token while the session lasts.
    pub async fn token(&self, account: &str) -> String {
        let now = self.app.clock.now();
        let kept = self.tokens.lock().unwrap().get(account).cloned();
        if let Some((token, at)) = kept
            && now >= at
            && now - at < TimeDelta::minutes(20)
        {
            return token;
        }
        let payload = self.login(account, api::demo::PASSWORD).await;
        let token = payload["token"]
            .as_str()
            .unwrap_or_else(|| panic!("{account} is not signed in: {payload}"))
            .to_owned();
        self.tokens
            .lock()
            .unwrap()
            .insert(account.to_owned(), (token.clone(), now));
        token
    }

    /// The payload of `login`.
    pub async fn login(&self, account: &str, password: &str) -> Value {
        let query = "mutation($i:LoginInput!){login(input:$i){token viewer{roles mustChangePassword} userErrors{code}}}";
        let input =
            json!({ "i": { "account": account, "password": password, "session": "BEARER" } });
        scan::secret(password);
        let mut body = self.send(None, query, input.clone()).await.1;
        // A machine that is too busy to take a call has signed nobody in: it is sent again.
        for _ in 0..20 {
            let busy = ["OVERLOADED", "POOL_TIMEOUT", "TIMEOUT"].map(Value::from);
            if !busy.contains(&body["errors"][0]["extensions"]["code"]) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            body = self.send(None, query, input.clone()).await.1;
        }
        let payload = body["data"]["login"].clone();
        scan::secret(payload["token"].as_str().unwrap_or_default());
        payload
    }

    /// Sends as a person; the whole body.
    pub async fn ask(&self, account: &str, query: &str, variables: Value) -> Value {
        let token = self.token(account).await;
        self.send(Some(&token), query, variables).await.1
    }

    /// Runs a mutation with one input; its payload.
    pub async fn act(&self, account: &str, name: &str, input: Value) -> Value {
        let (kind, node) = (
            format!("{}{}Input", name[..1].to_uppercase(), &name[1..]),
            TICKET,
        );
        let query = format!(
            "mutation($i:{kind}!){{{name}(input:$i){{ticket{{{node}}} userErrors{{code field}}}}}}"
        );
        let body = self.ask(account, &query, json!({ "i": input })).await;
        if body["errors"].is_null() {
            body["data"][name].clone()
        } else {
            body["errors"][0]["extensions"].clone()
        }
    }

    /// Runs a mutation on a ticket with its present version.
    pub async fn on(&self, ticket: &Value, account: &str, name: &str, mut input: Value) -> Value {
        input["ticketId"] = ticket["id"].clone();
        if VERSIONED.contains(&name) && input["expectedVersion"].is_null() {
            input["expectedVersion"] = self.read(account, ticket).await["version"].clone();
            if input["expectedVersion"].is_null() {
                input["expectedVersion"] = json!(1);
            }
        }
        self.act(account, name, input).await
    }

    /// [`TestApp::on`] that must succeed; the ticket.
    pub async fn done(&self, ticket: &Value, account: &str, name: &str, input: Value) -> Value {
        let payload = self.on(ticket, account, name, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{name}: {payload}");
        payload["ticket"].clone()
    }

    /// Reads a ticket as a person; null out of scope.
    pub async fn read(&self, account: &str, ticket: &Value) -> Value {
        let query = format!("query($id:ID!){{ticket(by:{{id:$id}}){{{TICKET}}}}}");
        self.ask(account, &query, json!({ "id": ticket["id"] }))
            .await["data"]["ticket"]
            .clone()
    }

    /// A consultation of the nurse.
    pub async fn consult(&self, key: &str) -> Value {
        self.create(
            "nurse",
            json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": format!("test-{key}") }),
        )
        .await
    }

    /// A fault of the nurse; `beds` and `urgency` give its severity.
    pub async fn fault(&self, key: &str, urgency: &str, beds: &str) -> Value {
        let facts = json!({ "phenomenon": "采集中断", "occurredAt": self.app.clock.now().to_rfc3339(), "scope": "多张床位", "relatedSystems": ["采集网关"], "steps": "打开特护单", "component": "采集网关" });
        self.create("nurse", json!({ "category": "FAULT", "subcategory": "FAULT-SLOW", "fault": facts, "urgency": urgency, "bedsAffected": beds, "idempotencyKey": format!("test-{key}") })).await
    }

    /// The engineer answers a fault and takes the first step; the ticket.
    pub async fn work_on(&self, fault: &Value) -> Value {
        let answer = json!({ "text": "处理中", "channel": "PHONE" });
        self.done(fault, "engineer", "respondTicket", answer).await;
        let step = json!({ "kind": "HANDLING", "channel": "PHONE", "action": "处理" });
        self.done(fault, "engineer", "addStep", step).await
    }

    /// Creates a ticket that must succeed.
    pub async fn create(&self, account: &str, input: Value) -> Value {
        let payload = self.try_create(account, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        payload["ticket"].clone()
    }

    /// Creates a ticket; the payload.
    pub async fn try_create(&self, account: &str, mut input: Value) -> Value {
        for (key, value) in [
            ("description", json!("十二床特护单无法保存")),
            ("channel", json!("PORTAL")),
        ] {
            if input[key].is_null() {
                input[key] = value;
            }
        }
        self.act(account, "createTicket", input).await
    }

    /// Writes the executed plan with a complete checklist, and solves a fault.
    pub async fn solve(&self, ticket: &Value) -> Value {
        let checklist: Vec<Value> = entity::rules::ticket::CHECKLIST
            .iter()
            .map(|item| json!({ "code": item.code, "answer": true }))
            .collect();
        self.done(ticket, "engineer", "writePlan", json!({ "steps": "修正配置", "risk": "低", "rollback": "恢复配置", "checklist": checklist, "executed": true })).await;
        self.done(
            ticket,
            "engineer",
            "resolveTicket",
            json!({ "text": "已恢复", "rootCause": "CONFIG", "verification": "现场核对" }),
        )
        .await
    }

    /// Titles of the notifications of a person, oldest first.
    pub async fn notices(&self, account: &str) -> Vec<String> {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
        let person = entity::person::Entity::find()
            .filter(entity::person::Column::Account.eq(account))
            .one(self.app.db.read())
            .await
            .unwrap()
            .unwrap();
        let rows = entity::notification::Entity::find()
            .filter(entity::notification::Column::PersonId.eq(person.id))
            .order_by_asc(entity::notification::Column::Id)
            .all(self.app.db.read())
            .await
            .unwrap();
        rows.into_iter().map(|row| row.title_zh).collect()
    }
}

/// Fields of a ticket that tests look at.
const TICKET: &str = "id number version status severity cycle receivedAt allowedActions slaClocks{id code kind cycle state result confirmation targetSource dueAt dueBeforeAt startedAt stoppedAt provisional}";

const VERSIONED: &[&str] = &[
    "triageTicket",
    "releaseTicket",
    "assignTicket",
    "respondTicket",
    "resolveTicket",
    "confirmTicket",
    "rejectTicket",
    "reopenTicket",
    "cancelTicket",
    "takeTicket",
    "handOver",
    "writePlan",
    "proposeWait",
    "decideWait",
    "resumeTicket",
    "confirmReceivedTime",
    "confirmRespondedTime",
    "confirmSeverity",
    "raiseSeverity",
    "lowerSeverity",
    "proposeOutOfScope",
    "decideOutOfScope",
    "proposeDuplicate",
    "refuseDuplicate",
    "markDuplicate",
    "setInternalNote",
];

/// A clock of a ticket by code and cycle.
#[must_use]
pub fn clock(ticket: &Value, code: &str, cycle: i64) -> Value {
    let all = ticket["slaClocks"]
        .as_array()
        .expect("a ticket with clocks");
    all.iter()
        .find(|clock| clock["code"] == code && clock["cycle"] == cycle)
        .unwrap_or_else(|| panic!("no {code} in {ticket}"))
        .clone()
}

/// An instant of an answer.
#[must_use]
pub fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().expect("an instant").parse().unwrap()
}

/// Says that something was left out, and why. In CI nothing may be.
pub fn skipped(why: &str) {
    assert!(
        std::env::var("CI").is_err(),
        "CI must not leave it out: {why}"
    );
    println!("skipped: {why}");
}

/// A database of its own on the test server; its address.
pub async fn create_database() -> Option<String> {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
        skipped("TEST_DATABASE_URL is not set, so nothing was run on PostgreSQL");
        return None;
    };
    let name = format!("icuops_{}", uuid::Uuid::new_v4().simple());
    let admin = Database::connect(&server).await.unwrap();
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    admin.close().await.unwrap();
    let (head, _) = server.rsplit_once('/').unwrap();
    Some(format!("{head}/{name}"))
}

/// Seconds that a test with a duration may take: 10, or what `E2E_SECONDS` says at night.
#[must_use]
pub fn seconds() -> u64 {
    std::env::var("E2E_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(10)
}

/// Runs a body on a runtime with room for the engine's deep calls.
pub fn block_on<F: Future<Output = ()>>(body: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(body);
}

/// One body, two tests: on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! both_backends {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: &TestApp) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                use super::*;

                async fn body($app: &$crate::TestApp) $body

                #[test]
                fn sqlite() {
                    run($crate::Backend::Sqlite);
                }

                #[test]
                fn postgres() {
                    run($crate::Backend::Postgres);
                }

                fn run(backend: $crate::Backend) {
                    $crate::block_on(async {
                        if let Some(app) = $crate::TestApp::start(backend).await {
                            body(&app).await;
                        }
                    });
                }
            }
        )+
    };
}
