//! `GET /reports/{id}/{draft|html|pdf|sealed}` and `POST /reports/{id}/sealed`: the files of reports.
//!
//! Rights and states are decided in `report`; a draft is made anew at every look and is never laid out here.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use entity::ids::ReportId;
use entity::rules::access::Permission;
use entity::values::SealWay;
use entity::{report_issue, sealed_document};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::super::door::Server;
use super::super::graphql::Endpoint;
use super::super::respond::{Reader, error_response};
use super::upload::{Announced, announced, receive};
use super::{Uploads, admitted, disposition};
use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Code, Error, Result, UserErrorCode};
use crate::files::Store;
use crate::report::ops;
use crate::report::seal::{self, NewSealed, Sealing};
use crate::report::stored::{self, Stored};
use crate::requester::Requester;

/// Cost points of a file, and of an upload.
const READ: u64 = 20;
const DRAFT: u64 = 200;
const WRITE: u64 = 50;

/// The file of a report in the form that the last part of the address names.
pub async fn read(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
) -> HttpResponse {
    let (id, form) = path.into_inner();
    answered(&request, &id, &form, &endpoint, &app).await
}

/// The sealed document that counts.
pub async fn sealed_file(
    request: HttpRequest,
    id: web::Path<String>,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
) -> HttpResponse {
    answered(&request, &id, "sealed", &endpoint, &app).await
}

async fn answered(
    request: &HttpRequest,
    id: &str,
    form: &str,
    endpoint: &Endpoint<Server>,
    app: &App,
) -> HttpResponse {
    let mut reader = Reader::of(request);
    let id = ReportId::parse(id);
    let done = match form {
        "draft" => draft(request, endpoint, app, id, &mut reader).await,
        "html" | "pdf" | "sealed" => kept(request, endpoint, app, id, form, &mut reader).await,
        _ => Err(UserErrorCode::NotFound.into()),
    };
    done.unwrap_or_else(|error| error_response(&error, &reader))
}

async fn draft(
    request: &HttpRequest,
    endpoint: &Endpoint<Server>,
    app: &App,
    id: Option<ReportId>,
    reader: &mut Reader,
) -> Result<HttpResponse> {
    let who = admitted(request, endpoint, DRAFT, reader).await?;
    let seen = ops::preview(app, &who, id).await?;
    let view = seen.view.map_err(|problems| ops::refusal(&problems))?;
    let page = reports::html(&view).map_err(Error::internal)?;
    Ok(as_page(page.into_bytes()))
}

async fn kept(
    request: &HttpRequest,
    endpoint: &Endpoint<Server>,
    app: &App,
    id: Option<ReportId>,
    form: &str,
    reader: &mut Reader,
) -> Result<HttpResponse> {
    let who = admitted(request, endpoint, READ, reader).await?;
    let Stored {
        row: object,
        sha256,
        media,
        name,
        bytes,
    } = stored::stored(app, &who, id, form).await?;
    let (app, person) = (app.clone(), Arc::clone(&who));
    endpoint
        .to_end(async move { sent(&app, &person, &object).await })
        .await?;
    let Some(media) = media else {
        return Ok(as_page(bytes));
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media))
        .insert_header((
            header::CONTENT_DISPOSITION,
            disposition::header(&name, true),
        ))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::ETAG, format!("\"{sha256}\"")))
        .body(bytes))
}

/// Records that a file of a report is sent to a person.
async fn sent(app: &App, who: &Requester, row: &report_issue::Model) -> Result<()> {
    let tx = app.db.begin_write().await?;
    let act = Act::done("report.download", "report_issue", row.id.0);
    audit::append(&tx, app.clock.now(), Some(row.hospital_id), who, act).await?;
    tx.commit().await?;
    Ok(())
}

/// A page with the one style block that reports have, allowed by its hash.
fn as_page(bytes: Vec<u8>) -> HttpResponse {
    let hash = STANDARD.encode(Sha256::digest(reports::STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; frame-ancestors 'none'"
    );
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(bytes)
}

/// What the address of a sealed document says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct About {
    way: Option<String>,
    sealed_on: Option<String>,
    paper_location: Option<String>,
}

/// The route of sealed documents.
pub async fn sealed(
    request: HttpRequest,
    payload: web::Payload,
    id: web::Path<String>,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
    uploads: web::Data<Uploads>,
) -> HttpResponse {
    let mut reader = Reader::of(&request);
    let id = ReportId::parse(&id);
    match attempt(
        &request,
        payload,
        id,
        &endpoint,
        &app,
        &uploads,
        &mut reader,
    )
    .await
    {
        Ok(row) => created(&row),
        Err(error) => error_response(&error, &reader),
    }
}

fn created(row: &sealed_document::Model) -> HttpResponse {
    let body = json!({
        "id": row.id.to_string(),
        "name": row.name,
        "sizeBytes": row.size_bytes,
        "contentType": row.content_type,
        "sha256": row.sha256,
        "way": row.way.word(),
        "sealedOn": row.sealed_on.to_string(),
    });
    HttpResponse::Created()
        .insert_header(("cache-control", "private, no-store"))
        .json(body)
}

async fn attempt(
    request: &HttpRequest,
    payload: web::Payload,
    id: Option<ReportId>,
    endpoint: &Endpoint<Server>,
    app: &App,
    uploads: &Uploads,
    reader: &mut Reader,
) -> Result<sealed_document::Model> {
    let who = admitted(request, endpoint, WRITE, reader).await?;
    match add(request, payload, id, endpoint, app, uploads, &who).await {
        Err(error) if error.code() != Code::Internal => {
            audit::refused(
                app,
                &who,
                "report.seal",
                ("report_issue", id.map(|id| id.0)),
                &error,
            )
            .await?;
            Err(error)
        }
        done => done,
    }
}

async fn add(
    request: &HttpRequest,
    payload: web::Payload,
    id: Option<ReportId>,
    endpoint: &Endpoint<Server>,
    app: &App,
    uploads: &Uploads,
    who: &Arc<Requester>,
) -> Result<sealed_document::Model> {
    who.require(Permission::ReportSeal)?;
    let about = web::Query::<About>::from_query(request.query_string())
        .map_err(|wrong| Error::new(Code::BadRequest).caused_by(wrong))?;
    let date = about.sealed_on.as_deref();
    let date = date.ok_or_else(|| Error::from(UserErrorCode::Required).at(["sealedOn"]))?;
    let sealed_on: NaiveDate = date.parse().map_err(|wrong| {
        Error::from(UserErrorCode::Invalid)
            .at(["sealedOn"])
            .caused_by(wrong)
    })?;
    let way = match about.way.as_deref() {
        None => SealWay::PhysicalScan,
        Some(word) => {
            SealWay::parse(word).ok_or_else(|| Error::from(UserErrorCode::Invalid).at(["way"]))?
        }
    };
    let Announced {
        name, kind, length, ..
    } = announced(request.headers())?;
    if !seal::kinds(way).contains(&kind.media) {
        let (zh, en) = match way {
            SealWay::PhysicalScan => (
                "盖章扫描件为 PDF、PNG 或 JPEG",
                "the scan of a sealed paper is a PDF, PNG or JPEG",
            ),
            SealWay::Eseal | SealWay::VendorSigned => (
                "电子签章件为 PDF",
                "a file with electronic signatures is a PDF",
            ),
        };
        return Err(Error::from(UserErrorCode::Invalid).detail(zh, en));
    }
    let sealing = Sealing {
        way,
        sealed_on,
        paper_location: about.paper_location.clone(),
    };
    let (report, sealing) = seal::admit(app, who, id, sealing).await?;
    let place = uploads.stream()?;
    let staged = receive(&Store::at(&app.config.data), uploads, payload, length).await?;
    if !kind.fits(&staged.head, staged.has_nul) {
        return Err(Error::from(UserErrorCode::Invalid).detail(
            format!("文件内容不是 {}", kind.extension),
            format!("the content of the file is not {}", kind.extension),
        ));
    }
    let turn = uploads.commit().await?;
    let new = NewSealed {
        name,
        media: kind.media,
        staged,
        sealing,
    };
    let (app, who) = (app.clone(), Arc::clone(who));
    endpoint
        .to_end(async move {
            let done = seal::add(&app, &who, &report, new).await;
            drop((turn, place));
            done
        })
        .await
}
