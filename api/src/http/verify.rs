//! `/verify`: what has become of a report, for whoever holds it on paper or as a file (RP-SIG-5).
//!
//! It works without a sign-in and shows state and hashes only. Whoever asks must know the hash of the data or of a
//! file, or the first sixteen digits that a printed page carries beside number and revision; so nothing can be tried out.
//! A file may be sent in place of its hash and is not kept; whoever is signed in learns of its signatures too.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, FixedOffset, Utc};
use entity::report_issue;
use entity::values::ReportState;
use minijinja::context;
use minijinja::value::Serde;
use reports::sign::{Printed, Unreadable, Verified, page_texts, verify as verify_signatures};
use sea_orm::{ColumnTrait, Condition};
use serde::{Deserialize, Serialize};

use super::door::Server;
use super::files::{Looked, Uploads, admitted};
use super::graphql::Endpoint;
use super::respond::{Reader, error_response, rendered};
use crate::app::App;
use crate::error::{Error, Result};
use crate::report::by_hash;
use crate::report::esign::{coverage_words, problem_words};

/// Cost points of a look, and of a file.
const COST: u64 = 20;
const FILE_COST: u64 = 100;
/// Digits of the data's hash that a printed page carries.
const PRINTED: usize = 16;

const PAGE: &str = include_str!("../../assets/verify/index.html.j2");

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    number: Option<String>,
    revision: Option<i32>,
    data: Option<String>,
    hash: Option<String>,
}

/// A report as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    number: String,
    revision: i32,
    title_zh: String,
    title_en: String,
    state_zh: &'static str,
    state_en: &'static str,
    successor: Option<i32>,
    tone: &'static str,
    approved: String,
    issued: String,
    data: String,
    pdf: String,
}

/// A file that was sent.
#[derive(Debug, Serialize)]
struct Sent {
    sha256: String,
    /// What was found out about it; only for whoever is signed in.
    facts: Option<Facts>,
}

/// What a file says of itself.
#[derive(Debug, Default, Serialize)]
struct Facts {
    unreadable: bool,
    valid: bool,
    number: Option<String>,
    revision: Option<u32>,
    data: Option<String>,
    signatures: Vec<Signer>,
}

/// A signature of a file that was sent.
#[derive(Debug, Serialize)]
struct Signer {
    organization: String,
    common_name: String,
    serial: String,
    claimed: String,
    attested: String,
    coverage_zh: &'static str,
    coverage_en: &'static str,
    problems: Vec<(&'static str, &'static str)>,
}

/// The route of questions.
pub async fn verify(
    request: HttpRequest,
    asked: web::Query<Asked>,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
) -> HttpResponse {
    let mut reader = Reader::of(&request);
    let done = page(&request, &asked, &endpoint, &app, &mut reader).await;
    answered(done, &reader)
}

/// The route of files: the bytes are the body.
pub async fn verify_file(
    request: HttpRequest,
    payload: web::Payload,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
    uploads: web::Data<Uploads>,
) -> HttpResponse {
    let mut reader = Reader::of(&request);
    let done = file_page(&request, payload, &endpoint, &app, &uploads, &mut reader).await;
    answered(done, &reader)
}

fn answered(done: Result<String>, reader: &Reader) -> HttpResponse {
    match done {
        Ok(page) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(page),
        Err(error) => error_response(&error, reader),
    }
}

async fn page(
    request: &HttpRequest,
    asked: &Asked,
    endpoint: &Endpoint<Server>,
    app: &App,
    reader: &mut Reader,
) -> Result<String> {
    admitted(request, endpoint, COST, reader).await?;
    let condition = wanted(app, asked).await?;
    let is_asked = condition.is_some() || asked.hash.is_some() || asked.number.is_some();
    let found = match condition {
        None => Vec::new(),
        Some(condition) => all_shown(app, condition).await?,
    };
    told(is_asked, &found, None)
}

async fn file_page(
    request: &HttpRequest,
    payload: web::Payload,
    endpoint: &Endpoint<Server>,
    app: &App,
    uploads: &Uploads,
    reader: &mut Reader,
) -> Result<String> {
    let who = admitted(request, endpoint, FILE_COST, reader).await?;
    let looked = Looked::receive(request, payload, app, uploads).await?;
    let sha256 = looked.sha256().to_owned();
    let found = all_shown(app, by_hash::named_by(app, &sha256).await?).await?;
    let facts = match who.require_person() {
        Err(_stranger) => None,
        Ok(_) => {
            let bytes = looked.bytes().await?;
            let (trust, now) = (app.trust.clone(), app.clock.now());
            let facts = tokio::task::spawn_blocking(move || {
                facts(&bytes, verify_signatures(&bytes, &trust, now))
            });
            Some(facts.await.map_err(Error::internal)?)
        }
    };
    told(true, &found, Some(&Sent { sha256, facts }))
}

fn facts(bytes: &[u8], verified: Result<Verified, Unreadable>) -> Facts {
    let Ok(verified) = verified else {
        return Facts {
            unreadable: true,
            ..Facts::default()
        };
    };
    let pages = page_texts(bytes).ok().flatten().unwrap_or_default();
    let printed = pages.last().and_then(|page| Printed::read(page));
    let said = |text: Option<&String>| text.cloned().unwrap_or_else(|| "—".to_owned());
    let signatures = verified.signatures.iter().map(|one| {
        let signer = one.signer.as_ref();
        let (coverage_zh, coverage_en) = coverage_words(&one.coverage);
        Signer {
            organization: said(signer.and_then(|signer| signer.organization.as_ref())),
            common_name: said(signer.and_then(|signer| signer.common_name.as_ref())),
            serial: said(signer.map(|signer| &signer.serial)),
            claimed: local(one.claimed_at),
            attested: local(one.attested_at),
            coverage_zh,
            coverage_en,
            problems: one.problems.iter().map(|one| problem_words(*one)).collect(),
        }
    });
    Facts {
        unreadable: false,
        valid: verified.is_valid(),
        number: printed.as_ref().map(|printed| printed.number.clone()),
        revision: printed.as_ref().map(|printed| printed.revision),
        data: printed.map(|printed| printed.data_sha256),
        signatures: signatures.collect(),
    }
}

fn told(asked: bool, found: &[Shown], sent: Option<&Sent>) -> Result<String> {
    rendered(
        PAGE,
        context! { asked, found => Serde(found), sent => Serde(sent) },
    )
}

async fn all_shown(app: &App, condition: Condition) -> Result<Vec<Shown>> {
    let mut all = Vec::new();
    for row in by_hash::found(app, condition).await? {
        let successor = by_hash::successor(app, &row).await?;
        all.push(shown(app, &row, successor));
    }
    Ok(all)
}

/// The reports that are meant; `None` for a question that is none.
async fn wanted(app: &App, asked: &Asked) -> Result<Option<Condition>> {
    use report_issue::Column as C;
    if let Some(hash) = asked.hash.as_deref().and_then(by_hash::hash_of) {
        return by_hash::named_by(app, &hash).await.map(Some);
    }
    let is_printed =
        |hash: &&str| hash.len() == PRINTED && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let printed = asked.data.as_deref().filter(is_printed);
    Ok(match (&asked.number, asked.revision, printed) {
        (Some(number), Some(revision), Some(hash)) => Some(
            Condition::all()
                .add(C::Number.eq(number.as_str()))
                .add(C::Revision.eq(revision))
                .add(C::DataSha256.starts_with(hash.to_ascii_lowercase())),
        ),
        _ => None,
    })
}

/// Beijing time to the minute.
fn local(at: Option<DateTime<Utc>>) -> String {
    let zone = FixedOffset::east_opt(8 * 3600);
    match (at, zone) {
        (Some(at), Some(zone)) => at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
        _ => "—".to_owned(),
    }
}

fn shown(app: &App, row: &report_issue::Model, successor: Option<i32>) -> Shown {
    let (state_zh, state_en, tone) = match row.state {
        ReportState::Draft | ReportState::Approved => (
            "已批准，尚未签发（待盖章或确认）",
            "approved, not yet issued: it waits for its seal or confirmation",
            "error",
        ),
        ReportState::Issued => ("已签发，有效", "issued and in force", "good"),
        ReportState::Superseded => ("已被更正版替代", "replaced by a later revision", "error"),
        ReportState::Revoked => ("已作废", "revoked", "error"),
    };
    let definition = app.reports.definition(&row.code);
    let title = |pick: fn(&reports::Words) -> &String| {
        definition.map_or_else(|| row.code.clone(), |found| pick(&found.spec.title).clone())
    };
    Shown {
        number: row.number.clone().unwrap_or_default(),
        revision: row.revision,
        title_zh: title(|words| &words.zh),
        title_en: title(|words| &words.en),
        state_zh,
        state_en,
        successor,
        tone,
        approved: local(row.approved_at),
        issued: local(row.issued_at),
        data: row.data_sha256.clone().unwrap_or_default(),
        pdf: row.pdf_sha256.clone().unwrap_or_default(),
    }
}
