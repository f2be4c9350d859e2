//! `POST /files?subject=…`, the id of a ticket, an inspection or a rectification task: everything that can be refused is refused before the first byte is read.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION,
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::SecondsFormat;
use entity::attachment::{self, Subject};
use entity::rules::file::{Kind, MOST_BYTES};
use futures_util::StreamExt;
use serde_json::json;
use tokio::time::{Instant, timeout};

use super::super::door::Server;
use super::super::graphql::Endpoint;
use super::super::respond::{Reader, error_response};
use super::{Uploads, admitted, disposition};
use crate::app::App;
use crate::attachment::{self as files, NewFile};
use crate::audit;
use crate::error::{Code, Error, Result, UserErrorCode};
use crate::files::{Staged, Store};
use crate::requester::Requester;

/// Cost points of an upload: a hundred at once, then ten a second.
const COST: u64 = 50;
/// Longest silence between two pieces of the body.
const SILENCE: Duration = Duration::from_secs(15);
/// Time for the whole body; 20 MiB at half a megabit.
const WHOLE: Duration = Duration::from_secs(350);

/// The route.
pub async fn upload(
    request: HttpRequest,
    payload: web::Payload,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
    uploads: web::Data<Uploads>,
) -> HttpResponse {
    let mut reader = Reader::of(&request);
    let done = attempt(&request, payload, &endpoint, &app, &uploads, &mut reader).await;
    match done {
        Ok(row) => created(&row),
        Err(error) => error_response(&error, &reader),
    }
}

fn created(row: &attachment::Model) -> HttpResponse {
    let at = row.uploaded_at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let body = json!({
        "id": row.id.to_string(),
        "name": row.name,
        "sizeBytes": row.size_bytes,
        "contentType": row.content_type,
        "scanState": row.scan_state.word(),
        "uploadedAt": at,
    });
    HttpResponse::Created()
        .insert_header((LOCATION, format!("/files/{}", row.id)))
        .insert_header(("cache-control", "private, no-store"))
        .json(body)
}

/// What the head of an upload says.
pub(super) struct Announced {
    pub name: String,
    pub kind: &'static Kind,
    pub length: Option<u64>,
    pub key: Option<String>,
}

async fn attempt(
    request: &HttpRequest,
    payload: web::Payload,
    endpoint: &Endpoint<Server>,
    app: &App,
    uploads: &Uploads,
    reader: &mut Reader,
) -> Result<attachment::Model> {
    let who = admitted(request, endpoint, COST, reader).await?;
    let subject = subject(request.query_string());
    match add(
        request.headers(),
        payload,
        endpoint,
        app,
        uploads,
        &who,
        subject,
    )
    .await
    {
        Err(error) if error.code() != Code::Internal => {
            audit::refused(
                app,
                &who,
                "attachment.add",
                subject.map_or(("ticket", None), |one| {
                    let (table, id) = one.object();
                    (table, Some(id))
                }),
                &error,
            )
            .await?;
            Err(error)
        }
        done => done,
    }
}

async fn add(
    headers: &HeaderMap,
    payload: web::Payload,
    endpoint: &Endpoint<Server>,
    app: &App,
    uploads: &Uploads,
    who: &Arc<Requester>,
    subject: Option<Subject>,
) -> Result<attachment::Model> {
    let person = who.require(files::permission_of(subject))?.id;
    let Announced {
        name,
        kind,
        length,
        key,
    } = announced(headers)?;
    let place = files::admit(app, who, subject).await?;
    let running = match &key {
        Some(key) => Some(
            uploads
                .begin(format!("{person}:{key}"))
                .ok_or_else(|| Error::from(UserErrorCode::IdempotencyInFlight))?,
        ),
        None => None,
    };
    let stream = uploads.stream()?;
    let staged = receive(&files::store(app), uploads, payload, length).await?;
    if !kind.fits(&staged.head, staged.has_nul) {
        return Err(Error::from(UserErrorCode::Invalid).detail(
            format!("文件内容不是 {}", kind.extension),
            format!("the content of the file is not {}", kind.extension),
        ));
    }
    let turn = uploads.commit().await?;
    let new = NewFile {
        name,
        media: kind.media,
        staged,
        key,
    };
    let (app, who) = (app.clone(), Arc::clone(who));
    endpoint
        .to_end(async move {
            let done = files::add(&app, &who, place, new).await;
            drop((turn, stream, running));
            done
        })
        .await
}

/// What the address names to attach to.
fn subject(query: &str) -> Option<Subject> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query).ok()?;
    let mut found = pairs.iter().filter(|(name, _)| name == "subject");
    let (_, value) = found.next()?;
    Subject::parse(value).filter(|_| found.next().is_none())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// The length of a body of plain bytes, if it is said.
pub(super) fn plain(headers: &HeaderMap) -> Result<Option<u64>> {
    let text = |name| text(headers, name);
    declared(text(CONTENT_TYPE))?;
    if !matches!(text(CONTENT_ENCODING), None | Some("identity")) {
        return Err(Error::new(Code::UnsupportedMediaType).detail(
            "请不要压缩传输",
            "send the bytes as they are, without Content-Encoding",
        ));
    }
    let length = text(CONTENT_LENGTH).and_then(|value| value.parse::<u64>().ok());
    if length.is_some_and(|length| length > MOST_BYTES) {
        return Err(too_large());
    }
    Ok(length)
}

/// Reads the head; what can be refused by it is refused here.
pub(super) fn announced(headers: &HeaderMap) -> Result<Announced> {
    let length = plain(headers)?;
    let key = text(headers, HeaderName::from_static("idempotency-key")).map(str::to_owned);
    let fits = |key: &String| {
        (8..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if key.as_ref().is_some_and(|key| !fits(key)) {
        return Err(Error::new(Code::BadRequest).detail(
            "Idempotency-Key 为 8 至 64 个可见字符",
            "an Idempotency-Key has 8 to 64 visible characters",
        ));
    }
    let name = disposition::name_of(headers)?;
    if is_key_store(&name) {
        return Err(private_key());
    }
    let (name, kind) = files::named(&name)?;
    Ok(Announced {
        name,
        kind,
        length,
        key,
    })
}

/// Whether a name ends like that of a key store, so that the reason is told before a byte is sent.
fn is_key_store(name: &str) -> bool {
    const ENDINGS: [&str; 8] = ["p12", "pfx", "pem", "key", "der", "jks", "keystore", "ppk"];
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ENDINGS.iter().any(|one| ending.eq_ignore_ascii_case(one)))
}

/// A type that no form can send, so that a browser must ask first; it counts for nothing else.
fn declared(value: Option<&str>) -> Result<()> {
    let media = value.unwrap_or_default().split(';').next();
    let media = media.unwrap_or_default().trim().to_ascii_lowercase();
    let simple = matches!(
        media.as_str(),
        "text/plain" | "application/x-www-form-urlencoded"
    );
    let (main, sub) = media.split_once('/').unwrap_or_default();
    if simple || main.is_empty() || sub.is_empty() || main == "multipart" {
        return Err(Error::new(Code::UnsupportedMediaType).detail(
            "请使用 Content-Type: application/octet-stream",
            "use Content-Type: application/octet-stream",
        ));
    }
    Ok(())
}

fn too_large() -> Error {
    Error::new(Code::PayloadTooLarge).detail("文件最大 20 MiB", "a file has at most 20 MiB")
}

fn broken() -> Error {
    Error::new(Code::BadRequest).detail("文件传输中断", "the file did not arrive whole")
}

/// Streams the body into staging; whatever goes wrong, nothing stays there.
pub(super) async fn receive(
    store: &Store,
    uploads: &Uploads,
    mut payload: web::Payload,
    length: Option<u64>,
) -> Result<Staged> {
    let end = Instant::now() + WHOLE;
    let mut staging = store.stage().await?;
    loop {
        let left = end.saturating_duration_since(Instant::now()).min(SILENCE);
        let piece = timeout(left, payload.next())
            .await
            .map_err(|_elapsed| Error::new(Code::RequestTimeout))?;
        match piece {
            Some(Ok(bytes)) => staging.write(&bytes).await.map_err(|error| {
                if error.code() == Code::PayloadTooLarge {
                    too_large()
                } else {
                    error
                }
            })?,
            Some(Err(_cause)) => return Err(broken()),
            None => break,
        }
    }
    let staged = staging.finish().await?;
    if length.is_some_and(|length| length != staged.size) {
        return Err(broken());
    }
    if staged.size == 0 {
        return Err(Error::from(UserErrorCode::Invalid).detail("文件为空", "the file is empty"));
    }
    holds_no_key(&staged, uploads).await?;
    Ok(staged)
}

/// No private key is ever kept, under whatever name it comes (RP-SIG-1).
async fn holds_no_key(staged: &Staged, uploads: &Uploads) -> Result<()> {
    // The whole file is in memory, so only a few are looked at once.
    let _turn = uploads.commit().await?;
    let bytes = staged.bytes().await?;
    let is_key = tokio::task::spawn_blocking(move || reports::sign::is_private_key(&bytes))
        .await
        .map_err(Error::internal)?;
    if is_key { Err(private_key()) } else { Ok(()) }
}

fn private_key() -> Error {
    Error::from(UserErrorCode::Invalid).detail(
        "文件含有私钥或密钥库，不予接收，未保存；私钥只应留在持有人自己的机器上",
        "the file holds a private key or a key store; it is refused and was not kept: a key stays with its owner",
    )
}
