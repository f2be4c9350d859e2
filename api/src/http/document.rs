//! `POST /documents`: a document of the pages as PDF, for a root that is made on another machine (SG-SRC-1).
//!
//! The body is the tree of blocks that `site-gen` makes of what it has read; nothing of it is kept beside the PDF. It is
//! open to the machine token of a root alone.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::door::Server;
use super::files::{Looked, Uploads, admitted};
use super::graphql::Endpoint;
use super::respond::{Reader, error_response};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::portal::press;

/// Cost points of a document; one that is known costs little, but nobody knows before.
const COST: u64 = 20;

/// The route.
pub async fn document(
    request: HttpRequest,
    payload: web::Payload,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
    uploads: web::Data<Uploads>,
) -> HttpResponse {
    let mut reader = Reader::of(&request);
    match made(&request, payload, &endpoint, &app, &uploads, &mut reader).await {
        Ok(bytes) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "application/pdf"))
            .insert_header((header::CACHE_CONTROL, "private, no-store"))
            .body(bytes),
        Err(error) => error_response(&error, &reader),
    }
}

async fn made(
    request: &HttpRequest,
    payload: web::Payload,
    endpoint: &Endpoint<Server>,
    app: &App,
    uploads: &Uploads,
    reader: &mut Reader,
) -> Result<Vec<u8>> {
    let who = admitted(request, endpoint, COST, reader).await?;
    if who.portal.is_none() {
        return Err(match who.actor_word() {
            Some(_) => Error::new(Code::Forbidden),
            None => Error::new(Code::Unauthenticated),
        });
    }
    let looked = Looked::receive(request, payload, app, uploads).await?;
    let tree = String::from_utf8(looked.bytes().await?)
        .map_err(|wrong| Error::new(Code::BadRequest).caused_by(wrong))?;
    let own = app.clone();
    // `looked` holds its place until the document is set: few are at once.
    let done = tokio::task::spawn_blocking(move || press::set(&own, &tree)).await;
    drop(looked);
    done.map_err(Error::internal)?
}
