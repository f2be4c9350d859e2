//! Answers from a running server, as a machine token reads them.

use std::{
    borrow::Cow,
    fs,
    io::{Read, Write},
    path::Path,
    thread,
    time::Duration,
};

use ureq::{
    Agent,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::{Source, Variables, pass};
use crate::{error::Error, press::Tree};

/// Time for one question, with its answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest answer in bytes.
const ANSWER: u64 = 32 * 1024 * 1024;
/// Longest file in bytes.
const FILE: u64 = 256 * 1024 * 1024;
/// How often a server that is busy is asked again.
const AGAIN: u32 = 5;
/// Longest that a server makes us wait for one question.
const LONGEST: u64 = 60;

/// A server that answers over HTTP.
pub struct HttpSource {
    agent: Agent,
    base: String,
    token: String,
}

impl HttpSource {
    /// A server by its address (`https://icuops.example`), read with the token in a file; `ca` names certificates that
    /// are trusted instead of the public ones.
    ///
    /// # Errors
    ///
    /// An address or a file that cannot be used.
    pub fn new(base: &str, token_file: &Path, ca: Option<&Path>) -> Result<HttpSource, Error> {
        let read = |path: &Path| {
            fs::read(path)
                .map_err(|error| Error::source(format!("cannot read {}: {error}", path.display())))
        };
        if !base.starts_with("https://") && !base.starts_with("http://") {
            return Err(Error::source("the address begins with https:// or http://"));
        }
        let token = String::from_utf8(read(token_file)?)
            .ok()
            .map(|text| text.trim().to_owned())
            .filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()))
            .ok_or_else(|| Error::source("the token file holds no token"))?;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // A token is for the server that was named.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE));
        if let Some(path) = ca {
            let mut trusted: Vec<Certificate<'static>> = Vec::new();
            for item in parse_pem(&read(path)?) {
                let item = item.map_err(|error| {
                    Error::source(format!("certificates of {}: {error}", path.display()))
                })?;
                if let PemItem::Certificate(certificate) = item {
                    trusted.push(certificate);
                }
            }
            if trusted.is_empty() {
                return Err(Error::source(format!(
                    "{} holds no certificate",
                    path.display()
                )));
            }
            let roots = RootCerts::new_with_certs(&trusted);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Ok(HttpSource {
            agent: config.build().new_agent(),
            base: base.trim_end_matches('/').to_owned(),
            token: format!("Bearer {token}"),
        })
    }

    /// Sends until the server is not busy any more; an answer other than 200 is an error that names it.
    fn send(
        &self,
        what: &str,
        send: impl Fn() -> Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<ureq::http::Response<ureq::Body>, Error> {
        let mut left = AGAIN;
        loop {
            let answer = send().map_err(|error| Error::source(format!("{what}: {error}")))?;
            let status = answer.status().as_u16();
            if status == 200 {
                return Ok(answer);
            }
            if !matches!(status, 429 | 503) || left == 0 {
                return Err(Error::source(format!(
                    "{what}: the server answered {status}"
                )));
            }
            left -= 1;
            let asked = answer.headers().get("retry-after");
            let seconds = asked.and_then(|value| value.to_str().ok()?.trim().parse().ok());
            thread::sleep(Duration::from_secs(seconds.unwrap_or(1).min(LONGEST)));
        }
    }
}

/// Passes the bytes of an answer on, at most [`FILE`].
fn read(answer: ureq::http::Response<ureq::Body>) -> impl Read {
    answer.into_body().into_with_config().limit(FILE).reader()
}

impl Source for HttpSource {
    fn query(&self, name: &str, text: &str, variables: &Variables) -> Result<Cow<'_, str>, Error> {
        let what = format!("query `{name}`");
        let body = serde_json::json!({ "query": text, "variables": variables }).to_string();
        let mut answer = self.send(&what, || {
            self.agent
                .post(format!("{}/graphql", self.base))
                .header("authorization", &self.token)
                .header("content-type", "application/json")
                .header(
                    "accept",
                    "application/graphql-response+json, application/json",
                )
                .send(body.as_str())
        })?;
        answer
            .body_mut()
            .with_config()
            .limit(ANSWER)
            .read_to_string()
            .map(Cow::Owned)
            .map_err(|error| Error::source(format!("{what}: {error}")))
    }

    fn file(&self, id: &str, to: &mut dyn Write) -> Result<(), Error> {
        let what = format!("file `{id}`");
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        // A file of a report: its id and its form.
        let (folder, path) = match id.split_once('.') {
            Some((report, form)) => ("reports", format!("{report}/{form}")),
            None => ("files", id.to_owned()),
        };
        if !path.bytes().all(|byte| plain(byte) || byte == b'/') {
            return Err(Error::source(
                "an id of a file has other characters than ids",
            ));
        }
        let answer = self.send(&what, || {
            self.agent
                .get(format!("{}/{folder}/{path}", self.base))
                .header("authorization", &self.token)
                .call()
        })?;
        pass(id, &mut read(answer), to)
    }

    fn presses(&self) -> bool {
        true
    }

    fn press(&self, tree: &Tree) -> Result<Option<Vec<u8>>, Error> {
        let what = format!("document {}", tree.sha256());
        let answer = self.send(&what, || {
            self.agent
                .post(format!("{}/documents", self.base))
                .header("authorization", &self.token)
                .header("content-type", "application/json")
                .header("accept", "application/pdf, application/json")
                .send(tree.json())
        })?;
        let mut bytes = Vec::new();
        pass(tree.sha256(), &mut read(answer), &mut bytes)?;
        Ok(Some(bytes))
    }
}
