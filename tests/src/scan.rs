//! What every answer and every log line of every test must hold: codes, languages, request ids, no internals, no secrets.
//!
//! The harness runs it on each answer, so no test has to ask for it (G26, G57, G59).

use std::collections::{BTreeSet, VecDeque};
use std::io::Write;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use api::error::Code;
use serde_json::Value;

/// Words that no error may show: libraries, SQL, parser texts, paths.
const INTERNALS: &[&str] = &[
    "sqlx",
    "SeaORM",
    "sea_orm",
    "sea-orm",
    "expected one of",
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "constraint",
    "/home/",
    "/root/",
    "/tmp/",
    "/work/",
    ".rs:",
    "panicked",
    "stack backtrace",
    "SQLITE",
    "DbErr",
];

/// What is wrong with an answer of the endpoint; empty if nothing is.
#[must_use]
pub fn faults(body: &Value, request_id: Option<&str>) -> Vec<String> {
    let mut found = Vec::new();
    for error in body["errors"].as_array().into_iter().flatten() {
        let extensions = &error["extensions"];
        let code = extensions["code"].as_str().unwrap_or_default();
        let known = Code::ALL
            .iter()
            .any(|known| known.word() == code && known.user().is_none());
        if !known {
            found.push(format!("no top-level code: {error}"));
        }
        if extensions["requestId"].as_str().is_none_or(str::is_empty)
            || extensions["requestId"].as_str() != request_id
        {
            found.push(format!("the request id is not that of the header: {error}"));
        }
        both_languages(error, &extensions["messages"], &mut found);
    }
    user_errors(&body["data"], &mut found);
    found
}

/// `message` repeats one of two texts, and each text is in its language.
fn both_languages(error: &Value, messages: &Value, found: &mut Vec<String>) {
    let (zh, en) = (&messages["zh"], &messages["en"]);
    let chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    let good = zh.as_str().is_some_and(|zh| zh.chars().any(chinese))
        && en.as_str().is_some_and(|en| {
            en.chars().any(|c| c.is_ascii_lowercase()) && !en.chars().any(chinese)
        });
    if !good {
        found.push(format!("a language is missing: {error}"));
    }
    if !error["message"].is_null() && error["message"] != *zh && error["message"] != *en {
        found.push(format!("the message is neither of the two texts: {error}"));
    }
    let text = error.to_string();
    for word in INTERNALS.iter().filter(|word| text.contains(**word)) {
        found.push(format!("{word:?} leaves the server: {error}"));
    }
}

fn user_errors(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| user_errors(item, found)),
        Value::Object(members) => {
            for (name, member) in members {
                if name != "userErrors" {
                    user_errors(member, found);
                    continue;
                }
                for error in member.as_array().into_iter().flatten() {
                    if let Some(code) = error["code"].as_str()
                        && !Code::ALL
                            .iter()
                            .any(|known| known.word() == code && known.user().is_some())
                    {
                        found.push(format!("no code of expected failures: {error}"));
                    }
                    if !error["messages"].is_null() {
                        both_languages(error, &error["messages"], found);
                    }
                }
            }
        }
        _ => {}
    }
}

/// The log of the process, as far as the tests look at it.
#[derive(Debug, Default)]
struct Watch {
    secrets: BTreeSet<String>,
    hits: Vec<String>,
    last: VecDeque<String>,
}

static WATCH: Mutex<Watch> = Mutex::new(Watch {
    secrets: BTreeSet::new(),
    hits: Vec::new(),
    last: VecDeque::new(),
});

fn watch() -> MutexGuard<'static, Watch> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lines that [`logged`] looks back at.
const KEPT: usize = 20_000;

struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let line = String::from_utf8_lossy(bytes).into_owned();
        let mut watch = watch();
        if let Some(hit) = hit(&watch.secrets, &line) {
            let hit = format!(
                "a secret of {} characters in the log: {line}",
                hit.chars().count()
            );
            watch.hits.push(hit);
        }
        if watch.last.len() == KEPT {
            watch.last.pop_front();
        }
        watch.last.push_back(line);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The secret that a line shows.
#[must_use]
pub fn hit<'a>(secrets: &'a BTreeSet<String>, line: &str) -> Option<&'a String> {
    secrets.iter().find(|secret| line.contains(secret.as_str()))
}

/// Reads every log line of the process from now on, more of them than an operator would.
pub fn watch_logs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_env_filter("debug,api=trace")
            .with_writer(|| Sink)
            .json()
            .init();
    });
}

/// A word that must never be logged.
pub fn secret(word: &str) {
    if word.chars().count() >= 8 {
        watch().secrets.insert(word.to_owned());
    }
}

/// Lines with this word among the last ones.
#[must_use]
pub fn logged(word: &str) -> Vec<String> {
    let watch = watch();
    watch
        .last
        .iter()
        .filter(|line| line.contains(word))
        .cloned()
        .collect()
}

/// Fails if a secret was logged.
pub fn no_secret_was_logged() {
    let watch = watch();
    assert!(watch.hits.is_empty(), "{:#?}", watch.hits);
}
