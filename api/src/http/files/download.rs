//! `GET` and `HEAD /files/{id}`: authorised like what it is attached to, on every request.

use std::io::{Seek, SeekFrom};

use actix_web::body::SizedStream;
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use entity::attachment;
use entity::ids::AttachmentId;
use entity::rules::file::Kind;
use futures_util::stream;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::super::door::Server;
use super::super::graphql::Endpoint;
use super::super::respond::{Reader, error_response};
use super::range::{Wanted, wanted};
use super::{admitted, disposition};
use crate::app::App;
use crate::attachment as files;
use crate::error::{Code, Error, Result};

/// Cost points of a download.
const COST: u64 = 10;
/// Bytes read at once.
const PIECE: usize = 64 * 1024;

/// The route.
pub async fn download(
    request: HttpRequest,
    id: web::Path<String>,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
) -> HttpResponse {
    let mut reader = Reader::of(&request);
    match attempt(&request, &id, &endpoint, &app, &mut reader).await {
        Ok(response) => response,
        Err(Failure { error, size }) => {
            let mut response = error_response(&error, &reader);
            let range = size.and_then(|size| format!("bytes */{size}").parse().ok());
            if let Some(range) = range {
                response.headers_mut().insert(header::CONTENT_RANGE, range);
            }
            response
        }
    }
}

/// An error, and the length of the file if a range behind its end was asked for.
struct Failure {
    error: Error,
    size: Option<u64>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, size: None }
    }
}

async fn attempt(
    request: &HttpRequest,
    id: &str,
    endpoint: &Endpoint<Server>,
    app: &App,
    reader: &mut Reader,
) -> Result<HttpResponse, Failure> {
    let who = admitted(request, endpoint, COST, reader).await?;
    let row = files::readable(app, &who, AttachmentId::parse(id)).await?;
    let (key, size) = files::key_of(&row);
    let etag = format!("\"{}\"", row.sha256);
    if request.method() == Method::HEAD {
        let mut builder = answer(request, &row, &etag, StatusCode::OK);
        return Ok(builder.body(SizedStream::new(size, nothing())));
    }
    let text = |name: HeaderName| {
        let value = request.headers().get(name)?;
        value.to_str().ok()
    };
    let wanted = wanted(text(header::RANGE), text(header::IF_RANGE), &etag, size);
    let (status, first, length) = match wanted {
        Wanted::Whole => {
            // A wrong document is worse than none.
            if let Some(damage) = files::store(app).damage(key.clone(), size).await? {
                let told = format!("the object of {} is damaged: {damage:?}", row.id);
                return Err(Error::internal(told).into());
            }
            (StatusCode::OK, 0, size)
        }
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Nothing => {
            return Err(Failure {
                error: Error::new(Code::BadRequest).with_status(416).detail(
                    "所求范围超出文件",
                    "the range lies behind the end of the file",
                ),
                size: Some(size),
            });
        }
    };
    let mut file = files::store(app).open(key).await?;
    file.seek(SeekFrom::Start(first)).map_err(Error::internal)?;
    let (app, sent) = (app.clone(), row.clone());
    endpoint
        .to_end(async move { files::sent(&app, &who, &sent).await })
        .await?;
    let mut builder = answer(request, &row, &etag, status);
    if status == StatusCode::PARTIAL_CONTENT {
        let last = first + length - 1;
        builder.insert_header((
            header::CONTENT_RANGE,
            format!("bytes {first}-{last}/{size}"),
        ));
    }
    let bytes = tokio::fs::File::from_std(file).take(length);
    let bytes = ReaderStream::with_capacity(bytes, PIECE);
    Ok(builder.body(SizedStream::new(length, bytes)))
}

/// The body of an answer to `HEAD`, of which only the length is told.
fn nothing() -> impl futures_util::Stream<Item = std::io::Result<web::Bytes>> {
    stream::empty()
}

/// Status and headers of every answer with a file: saved, not shown, unless it is an image or PDF and asked for so.
fn answer(
    request: &HttpRequest,
    row: &attachment::Model,
    etag: &str,
    status: StatusCode,
) -> HttpResponseBuilder {
    let asked = request
        .query_string()
        .split('&')
        .any(|pair| pair == "disposition=inline");
    let inline = asked && Kind::is_inline(&row.content_type);
    let mut builder = HttpResponse::build(status);
    builder
        .insert_header((header::CONTENT_TYPE, row.content_type.as_str()))
        .insert_header((
            header::CONTENT_DISPOSITION,
            disposition::header(&row.name, inline),
        ))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::ETAG, etag));
    builder
}
