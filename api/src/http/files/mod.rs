//! `POST /files` and `GET /files/{id}`: bytes of attachments, beside GraphQL (G62–G64, G67).
//!
//! There is no multipart parser: one request is one file, its name stands in `Content-Disposition`.
//! Rights and rows are decided in `attachment`, bytes kept by `files`. Every error body is a
//! GraphQL answer.

pub mod disposition;
mod download;
pub mod range;
mod report;
mod upload;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::{HttpRequest, web};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::door::Server;
use super::graphql::Endpoint;
use super::respond::Reader;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::files::{Staged, Store};
use crate::requester::Requester;

/// Uploads that stream at once in the process; each holds one open file and no more than a chunk in memory.
const STREAMS: usize = 256;
/// Uploads that sync and write their row at once; more would only queue at the database.
const COMMITS: usize = 4;
/// Files that are sent to be looked at only, at once.
const LOOKS: usize = 8;
/// How long an upload that has arrived waits for its turn.
const COMMIT_WAIT: Duration = Duration::from_secs(30);

/// What the uploads of the process share.
#[derive(Debug)]
pub struct Uploads {
    streams: Arc<Semaphore>,
    commits: Arc<Semaphore>,
    looks: Arc<Semaphore>,
    running: Arc<Mutex<HashSet<String>>>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            streams: Arc::new(Semaphore::new(STREAMS)),
            commits: Arc::new(Semaphore::new(COMMITS)),
            looks: Arc::new(Semaphore::new(LOOKS)),
            running: Arc::default(),
        }
    }
}

impl Uploads {
    /// A place among those that stream.
    fn stream(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.streams)
            .try_acquire_owned()
            .map_err(|_full| Error::new(Code::Overloaded))
    }

    /// A turn to sync and write.
    async fn commit(&self) -> Result<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.commits).acquire_owned();
        tokio::time::timeout(COMMIT_WAIT, turn)
            .await
            .map_err(|_elapsed| Error::new(Code::Overloaded))?
            .map_err(Error::internal)
    }

    /// Marks a replay key as running; `None` if it is already.
    fn begin(&self, key: String) -> Option<Running> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(key.clone()).then(|| Running {
            all: Arc::clone(&self.running),
            key,
        })
    }
}

/// A replay key whose first call is still running.
struct Running {
    all: Arc<Mutex<HashSet<String>>>,
    key: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.key);
    }
}

/// The routes.
pub fn configure(uploads: web::Data<Uploads>) -> impl FnOnce(&mut web::ServiceConfig) {
    move |app| {
        app.app_data(uploads)
            .service(web::resource("/files").route(web::post().to(upload::upload)))
            .service(
                web::resource("/reports/{id}/sealed")
                    .route(web::get().to(report::sealed_file))
                    .route(web::post().to(report::sealed)),
            )
            .service(web::resource("/reports/{id}/{form}").route(web::get().to(report::read)))
            .service(
                web::resource("/files/{id}")
                    .route(web::get().to(download::download))
                    .route(web::head().to(download::download)),
            );
    }
}

/// A body that is looked at and not kept.
pub(super) struct Looked {
    staged: Staged,
    _place: OwnedSemaphorePermit,
}

impl Looked {
    /// Receives one; few at once, since nobody need be signed in.
    pub(super) async fn receive(
        request: &HttpRequest,
        payload: web::Payload,
        app: &App,
        uploads: &Uploads,
    ) -> Result<Self> {
        let length = upload::plain(request.headers())?;
        let place = Arc::clone(&uploads.looks)
            .try_acquire_owned()
            .map_err(|_full| Error::new(Code::Overloaded))?;
        let store = Store::at(&app.config.data);
        let staged = upload::receive(&store, uploads, payload, length).await?;
        Ok(Self {
            staged,
            _place: place,
        })
    }

    /// SHA-256, hexadecimal.
    pub(super) fn sha256(&self) -> &str {
        &self.staged.sha256
    }

    /// Its bytes.
    pub(super) async fn bytes(&self) -> Result<Vec<u8>> {
        self.staged.bytes().await
    }
}

/// Who is asking: Origin rules, credentials, rate cost; the language of the account goes to the reader.
pub(super) async fn admitted(
    request: &HttpRequest,
    endpoint: &Endpoint<Server>,
    cost: u64,
    reader: &mut Reader,
) -> Result<Arc<Requester>> {
    let (visitor, head) = endpoint.admit(request).await?;
    reader.lang = visitor.lang.unwrap_or(reader.lang);
    endpoint.spend(&visitor, &head, cost)?;
    Ok(visitor.requester)
}
