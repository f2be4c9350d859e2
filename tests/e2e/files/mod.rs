//! Files: upload, download, limits, names, storage, sweep (`http::files`, `attachment`, `files`); evidence of
//! inspections and rectifications.

mod content;
mod download;
mod evidence;
mod limits;
mod storage;
mod upload;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use e2e::TestApp;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A picture of one pixel.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

/// Percent-encodes every byte that a header may not hold as it is.
pub fn encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The code of an error, after a look at its form: one GraphQL answer in both languages.
    pub fn code(&self) -> String {
        let body = self.json();
        let extensions = &body["errors"][0]["extensions"];
        let messages = &extensions["messages"];
        assert!(
            self.headers["content-type"].starts_with("application/json"),
            "{self:?}"
        );
        assert!(extensions["requestId"].is_string(), "{body}");
        assert!(
            messages["zh"].is_string() && messages["en"].is_string(),
            "{body}"
        );
        assert_eq!(extensions["requestId"], json!(self.headers["x-request-id"]));
        extensions["code"].as_str().unwrap().to_owned()
    }

    async fn of(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let headers = headers.collect();
        let body = response.bytes().await.unwrap().to_vec();
        Self {
            status,
            headers,
            body,
        }
    }
}

/// An upload that a test can bend before it is sent.
pub async fn upload(
    app: &TestApp,
    account: &str,
    ticket: &Value,
    name: &str,
) -> reqwest::RequestBuilder {
    let subject = ticket["id"].as_str().unwrap();
    reqwest::Client::new()
        .post(format!("{}/files?subject={subject}", app.base))
        .bearer_auth(app.token(account).await)
        .header("content-type", "application/octet-stream")
        .header(
            "content-disposition",
            format!("attachment; filename*=UTF-8''{}", encoded(name)),
        )
}

/// Sends it.
pub async fn send(request: reqwest::RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

/// An upload.
pub async fn put(app: &TestApp, account: &str, ticket: &Value, name: &str, bytes: &[u8]) -> Answer {
    send(
        upload(app, account, ticket, name)
            .await
            .body(bytes.to_vec()),
    )
    .await
}

/// An upload that must succeed; its id.
pub async fn attached(
    app: &TestApp,
    account: &str,
    ticket: &Value,
    name: &str,
    bytes: &[u8],
) -> String {
    let answer = put(app, account, ticket, name, bytes).await;
    assert_eq!(answer.status, 201, "{name}: {}", answer.json());
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// A download, with further headers.
pub async fn get(
    app: &TestApp,
    account: &str,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Answer {
    let mut request = reqwest::Client::new()
        .get(format!("{}/files/{path}", app.base))
        .bearer_auth(app.token(account).await);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(request).await
}

/// Sends bytes as they are and reads the answer up to the end of its announced body.
pub async fn raw(app: &TestApp, bytes: &[u8]) -> Answer {
    let mut stream = connect(app).await;
    // The server may answer and close before it has read everything.
    let _ = stream.write_all(bytes).await;
    answer(&mut stream).await
}

/// A connection to the server.
pub async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.base.trim_start_matches("http://"))
        .await
        .unwrap()
}

/// Reads one answer.
pub async fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let read = async {
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, _)) = text.split_once("\r\n\r\n") {
                let mut lines = head.lines();
                let status = lines
                    .next()
                    .unwrap()
                    .split(' ')
                    .nth(1)
                    .unwrap()
                    .parse()
                    .unwrap();
                let pairs = lines.filter_map(|line| line.split_once(": "));
                let headers: BTreeMap<String, String> = pairs
                    .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                    .collect();
                let length: usize = headers
                    .get("content-length")
                    .map_or(0, |length| length.parse().unwrap());
                let from = head.len() + 4;
                if bytes.len() >= from + length {
                    let body = bytes[from..from + length].to_vec();
                    return Answer {
                        status,
                        headers,
                        body,
                    };
                }
            }
            let mut piece = [0; 4096];
            let count = stream.read(&mut piece).await.unwrap();
            assert!(count > 0, "the server closed without an answer: {text}");
            bytes.extend(&piece[..count]);
        }
    };
    tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .unwrap()
}

/// Head of an upload; `more` are further header lines, the length among them.
pub async fn head(app: &TestApp, account: Option<&str>, subject: &str, more: &str) -> String {
    let token = match account {
        Some(account) => format!("Authorization: Bearer {}\r\n", app.token(account).await),
        None => String::new(),
    };
    format!(
        "POST /files?subject={subject} HTTP/1.1\r\nHost: localhost\r\n{token}Content-Type: application/octet-stream\r\n\
         Content-Disposition: attachment; filename=a.log\r\n{more}\r\n"
    )
}

/// Files below a folder of the data folder.
pub fn stored(app: &TestApp, folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &std::path::Path, found: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&app.app.config.data.join(folder), &mut found);
    found.sort();
    found
}

/// Waits until staging is empty: a broken connection is noticed a moment later.
pub async fn staging_empties(app: &TestApp) {
    for _ in 0..100 {
        if stored(app, "staging").is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("left in staging: {:?}", stored(app, "staging"));
}

/// Rows of files.
pub async fn rows(app: &TestApp) -> u64 {
    entity::attachment::Entity::find()
        .count(app.app.db.read())
        .await
        .unwrap()
}

/// Audit rows of an action, those of refused attempts among them.
pub async fn audited(app: &TestApp, action: &str) -> u64 {
    let rows = entity::audit::Entity::find().filter(entity::audit::Column::Action.eq(action));
    rows.count(app.app.db.read()).await.unwrap()
}

/// Files of a ticket as a person sees them.
pub async fn listed(app: &TestApp, account: &str, ticket: &Value) -> Value {
    let query = "query($id:ID!){ticket(by:{id:$id}){attachments{id name sizeBytes contentType scanState uploadedAt uploadedBy{name}}}}";
    app.ask(account, query, json!({ "id": ticket["id"] })).await["data"]["ticket"]["attachments"]
        .clone()
}
