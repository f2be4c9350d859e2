//! Electronic seals: each way, and everything that must be refused (RP-ISS-6, RP-SIG-1, RP-SIG-5).

mod keys;
mod refusals;
mod store;
mod ways;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use e2e::{Backend, TestApp};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use self::keys::{PASSWORD, Root, Unit, VENDOR, rewritten};
use crate::files::{connect, put, staging_empties, stored};

/// An authority that the server trusts.
struct Trusted {
    root: Root,
    folder: tempfile::TempDir,
}

impl Trusted {
    fn new() -> Self {
        let trusted = Self {
            root: Root::new(),
            folder: tempfile::tempdir().unwrap(),
        };
        trusted.write("roots.pem", trusted.root.pem.as_bytes());
        trusted
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let mut file = std::fs::File::create(self.path(name)).unwrap();
        file.write_all(bytes).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }
}

/// Runs a body on both databases, with a server that trusts an authority of the test.
fn on_both(body: impl AsyncFn(&TestApp, &Trusted)) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        e2e::block_on(async {
            let trusted = Trusted::new();
            let roots = vec![trusted.path("roots.pem")];
            let started = TestApp::start_with(backend, |config| config.trust_roots = roots).await;
            if let Some(app) = started {
                body(&app, &trusted).await;
            }
        });
    }
}

/// An approved and laid out report; its id and its PDF.
async fn approved(app: &TestApp, key: &str) -> (String, Vec<u8>, Value) {
    let fault = app.fault(key, "HIGH", "SEVERAL").await;
    app.work_on(&fault).await;
    app.solve(&fault).await;
    let fault = app.done(&fault, "nurse", "confirmTicket", json!({})).await;
    let new = json!({ "idempotencyKey": key, "code": "fault_report", "subjectId": fault["id"] });
    let id = drafted(app, new).await;
    app.approved("pm", &id).await;
    let pdf = pdf(app, &id).await;
    (id, pdf, fault)
}

async fn drafted(app: &TestApp, new: Value) -> String {
    let query =
        "mutation($i:DraftReportInput!){draftReport(input:$i){report{id} userErrors{code}}}";
    let made = app.ask("engineer", query, json!({ "i": new })).await;
    let id = made["data"]["draftReport"]["report"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{made}")).to_owned()
}

async fn pdf(app: &TestApp, id: &str) -> Vec<u8> {
    let answer = reqwest::Client::new()
        .get(format!("{}/reports/{id}/pdf", app.base))
        .bearer_auth(app.token("pm").await)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    answer.bytes().await.unwrap().to_vec()
}

/// Brings a sealed file; status and body.
async fn bring(app: &TestApp, id: &str, way: &str, name: &str, bytes: Vec<u8>) -> (u16, Value) {
    let answer = reqwest::Client::new()
        .post(format!(
            "{}/reports/{id}/sealed?way={way}&sealedOn=2026-03-02",
            app.base
        ))
        .bearer_auth(app.token("pm").await)
        .header("content-type", "application/octet-stream")
        .header(
            "content-disposition",
            format!("attachment; filename=\"{name}\""),
        )
        .body(bytes)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// A file that is refused with a code and a reason in both languages, and of which nothing is kept.
async fn refused(
    app: &TestApp,
    id: &str,
    way: &str,
    bytes: &[u8],
    code: &str,
    reason: (&str, &str),
) {
    let before = (rows(app).await, stored(app, "objects"));
    let (status, body) = bring(app, id, way, "sealed.pdf", bytes.to_vec()).await;
    let extensions = &body["errors"][0]["extensions"];
    assert_eq!(
        extensions["code"],
        json!(code),
        "{way} {reason:?}: {status} {body}"
    );
    for (language, text) in [("zh", reason.0), ("en", reason.1)] {
        let message = extensions["messages"][language].as_str().unwrap();
        assert!(message.contains(text), "{text}: {message}");
    }
    assert_eq!(
        (rows(app).await, stored(app, "objects")),
        before,
        "nothing is kept"
    );
    assert_eq!(stored(app, "staging"), Vec::<PathBuf>::new());
}

async fn rows(app: &TestApp) -> u64 {
    entity::sealed_document::Entity::find()
        .count(app.app.db.read())
        .await
        .unwrap()
}

/// Both parties agree on electronic seals.
async fn agree(app: &TestApp) {
    use entity::parameter_set::{Column, Entity};
    let tx = app.app.db.begin_write().await.unwrap();
    let all = Entity::update_many().col_expr(Column::EsealAgreed, Expr::value(true));
    all.exec(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn attest(app: &TestApp, account: &str, id: &Value, verdict: &str) -> Value {
    let query = "mutation($i:AttestSealInput!){attestSeal(input:$i){report{state way number revision} sealedDocument{verdict} userErrors{code}}}";
    let input = json!({ "sealedDocumentId": id, "verdict": verdict, "note": "核对" });
    app.ask(account, query, json!({ "i": input })).await
}

const ESIGN: &str = "sealedDocuments{id way paperLocation esign{result content checkedAt signatures{organization commonName serial claimedAt attestedAt coverage result}}}";

async fn report(app: &TestApp, id: &str) -> Value {
    let query =
        format!("query($id:ID!){{report(id:$id){{state way number revision dataSha256 {ESIGN}}}}}");
    app.ask("it_admin", &query, json!({ "id": id })).await["data"]["report"].clone()
}

/// The page that answers to a file.
async fn looked_up(app: &TestApp, account: Option<&str>, bytes: &[u8]) -> (u16, String) {
    let mut request = reqwest::Client::new()
        .post(format!("{}/verify", app.base))
        .header("content-type", "application/octet-stream")
        .body(bytes.to_vec());
    if let Some(account) = account {
        request = request.bearer_auth(app.token(account).await);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Runs `icuops report …` with a password on standard input.
fn icuops(words: &[&str], password: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_icuops-e2e"))
        .arg("report")
        .args(words)
        .env("RUST_LOG", "error")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that asks for nothing may be gone already.
    let _ = writeln!(child.stdin.take().unwrap(), "{password}");
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    entity::rules::chain::to_hex(&sha2::Sha256::digest(bytes).into())
}
