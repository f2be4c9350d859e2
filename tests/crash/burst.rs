//! Writers: real HTTP clients that send one operation after the other until the server is gone.
//!
//! A writer goes round: create a ticket, answer it as the vendor, reply to it. Every operation
//! carries its writer and number in a text, so that the oracle can find it again. What was under way
//! when the server died is in doubt; it is sent again under the same key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// A person who writes, and what became of the operations so far.
#[derive(Debug)]
pub struct Writer {
    /// From 0.
    pub no: usize,
    token: String,
    vendor: String,
    /// Number of the operation to send next; those before it were acknowledged or found complete.
    pub next: u64,
    /// Whether `next` was under way when the server died.
    pub doubt: bool,
    /// Operations that were acknowledged.
    pub acknowledged: u64,
    /// Operations that were ever in doubt.
    pub doubts: u64,
    /// Operations in doubt that were found complete.
    pub survived: u64,
    /// Ticket of the round.
    pub ticket: Option<String>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `createTicket`.
    Create,
    /// `respondTicket`.
    Respond,
    /// `addReply`.
    Reply,
}

/// Which operation stands at a number.
#[must_use]
pub fn kind(number: u64) -> Kind {
    match number % 3 {
        0 => Kind::Create,
        1 => Kind::Respond,
        _ => Kind::Reply,
    }
}

/// The text that an operation writes.
#[must_use]
pub fn text(writer: usize, number: u64) -> String {
    format!("writer {writer} step {number}")
}

const PEOPLE: [&str; 6] = [
    "nurse",
    "doctor",
    "it_admin",
    "head_nurse",
    "it_admin2",
    "nurse",
];

/// Signs the writers in; their sessions outlive the server.
pub async fn sign_in(base: &str) -> Vec<Writer> {
    let client = reqwest::Client::new();
    let vendor = token(&client, base, "engineer").await;
    let mut writers = Vec::new();
    for (no, account) in PEOPLE.into_iter().enumerate() {
        writers.push(Writer {
            no,
            token: token(&client, base, account).await,
            vendor: vendor.clone(),
            next: 0,
            doubt: false,
            acknowledged: 0,
            doubts: 0,
            survived: 0,
            ticket: None,
        });
    }
    writers
}

async fn token(client: &reqwest::Client, base: &str, account: &str) -> String {
    let query = "mutation($i:LoginInput!){login(input:$i){token userErrors{code}}}";
    let input = json!({ "account": account, "password": api::demo::PASSWORD, "session": "BEARER" });
    let body = json!({ "query": query, "variables": { "i": input } });
    let answer = send(client, base, None, &body).await.expect("an answer");
    answer["data"]["login"]["token"]
        .as_str()
        .unwrap_or_else(|| panic!("{account} is not signed in: {answer}"))
        .to_owned()
}

async fn send(
    client: &reqwest::Client,
    base: &str,
    token: Option<&str>,
    body: &Value,
) -> Option<Value> {
    let mut request = client.post(format!("{base}/graphql")).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    // Only a whole answer counts.
    request.send().await.ok()?.json().await.ok()
}

/// Writers at work.
pub struct Burst {
    ended: Arc<AtomicBool>,
    acknowledged: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<Writer>>,
}

impl Burst {
    /// Lets every writer send until it gets no answer.
    pub fn start(base: &str, writers: Vec<Writer>) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(AtomicU64::new(0));
        let signs = (&ended, &acknowledged);
        let tasks = writers
            .into_iter()
            .map(|writer| {
                let (ended, acknowledged) = (Arc::clone(signs.0), Arc::clone(signs.1));
                tokio::spawn(write(base.to_owned(), writer, ended, acknowledged))
            })
            .collect();
        Self {
            ended,
            acknowledged,
            tasks,
        }
    }

    /// Waits until the first operation was acknowledged, so that a kill falls into the writes.
    pub async fn is_under_way(&self) {
        while self.acknowledged.load(Ordering::SeqCst) == 0 {
            assert!(
                !self.tasks.iter().all(JoinHandle::is_finished),
                "no writer got an answer"
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits for the writers, the server being gone.
    pub async fn end(self) -> Vec<Writer> {
        self.ended.store(true, Ordering::SeqCst);
        let mut writers = Vec::new();
        for task in self.tasks {
            writers.push(task.await.expect("a writer panicked"));
        }
        writers
    }
}

async fn write(
    base: String,
    mut writer: Writer,
    ended: Arc<AtomicBool>,
    acknowledged: Arc<AtomicU64>,
) -> Writer {
    // A client of its own: connections to the killed server must not be used again.
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    while !ended.load(Ordering::SeqCst) {
        writer.doubt = true;
        if step(&client, &base, &mut writer).await.is_none() {
            writer.doubts += 1;
            return writer;
        }
        acknowledged.fetch_add(1, Ordering::SeqCst);
    }
    writer
}

/// Sends the next operation once more for every writer whose last one is in doubt.
pub async fn settle(base: &str, mut writers: Vec<Writer>) -> Vec<Writer> {
    let client = reqwest::Client::new();
    for writer in &mut writers {
        if writer.doubt {
            step(&client, base, writer).await.expect("an answer");
        }
    }
    writers
}

/// Sends the next operation; none if no whole answer came.
async fn step(client: &reqwest::Client, base: &str, writer: &mut Writer) -> Option<()> {
    let number = writer.next;
    let (token, query, input) = match kind(number) {
        Kind::Create => (
            &writer.token,
            "mutation($i:CreateTicketInput!){done:createTicket(input:$i){ticket{id} userErrors{code field}}}",
            json!({
                "idempotencyKey": format!("crash-{}-{number}", writer.no), "category": "CONSULT",
                "subcategory": "CONSULT-OPER", "channel": "PORTAL", "description": text(writer.no, number),
            }),
        ),
        Kind::Respond => (
            &writer.vendor,
            "mutation($i:RespondTicketInput!){done:respondTicket(input:$i){ticket{id} userErrors{code field}}}",
            json!({
                "ticketId": writer.ticket, "expectedVersion": 1, "channel": "PORTAL",
                "text": text(writer.no, number),
            }),
        ),
        Kind::Reply => (
            &writer.token,
            "mutation($i:AddReplyInput!){done:addReply(input:$i){ticket{id} userErrors{code field}}}",
            json!({
                "idempotencyKey": format!("crash-{}-{number}", writer.no),
                "ticketId": writer.ticket, "text": text(writer.no, number),
            }),
        ),
    };
    let body = json!({ "query": query, "variables": { "i": input } });
    let answer = send(client, base, Some(token), &body).await?;
    let done = &answer["data"]["done"];
    assert_eq!(
        done["userErrors"],
        json!([]),
        "writer {} operation {number} was refused: {answer}",
        writer.no
    );
    let ticket = done["ticket"]["id"].as_str().expect("a ticket").to_owned();
    if kind(number) == Kind::Create {
        writer.ticket = Some(ticket);
    }
    writer.acknowledged += 1;
    writer.next += 1;
    writer.doubt = false;
    Some(())
}
