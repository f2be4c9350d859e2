//! The server of icuops: GraphQL over HTTP, jobs, the command line.
//!
//! Reading order: [`config`], [`clock`], [`db`], [`error`], [`requester`], [`audit`], [`jobs`], then
//! the capabilities ([`account`], [`ticket`], …), [`graphql`] that merges them and [`http`] that
//! carries them. [`run`] is what `icuops serve` and every end-to-end test start.

pub mod account;
pub mod app;
pub mod attachment;
pub mod audit;
pub mod calendar;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod doctor;
pub mod error;
pub mod files;
pub mod graphql;
pub mod health;
pub mod http;
pub mod inspection;
pub mod jobs;
pub mod knowledge;
pub mod loaders;
pub mod lock;
pub mod metrics;
pub mod notification;
pub mod page;
pub mod portal;
pub mod replay;
pub mod report;
pub mod requester;
pub mod scalar;
pub mod setup;
pub mod ticket;
pub mod upkeep;

use std::net::TcpListener;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::{Error, Result};

/// How long the worker may take for the jobs it has begun, once the last answer is sent.
const LAST_JOBS: Duration = Duration::from_secs(10);

/// Serves on a bound listener, with the worker and the upkeep beside it, until `stop` resolves.
///
/// Then, in this order: not ready, no new connections and no new jobs, the answers that are under way
/// for up to 25 seconds, the jobs that are under way, the write-ahead log into the file (G91, L71).
///
/// # Errors
/// Those of the network and of the database.
pub async fn run(app: App, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<()> {
    let ending = CancellationToken::new();
    let worker = tokio::spawn(jobs::work(app.clone(), ending.clone()));
    let upkeep = tokio::spawn(upkeep::run(app.clone(), ending.clone()));
    let pages = app
        .config
        .portal
        .then(|| tokio::spawn(portal::build::keep(app.clone(), ending.clone())));
    let server = http::serve(app.clone(), listener)?;
    let handle = server.handle();
    let mut serving = tokio::spawn(server);
    tokio::select! {
        ended = &mut serving => {
            ended.map_err(Error::internal)?.map_err(Error::internal)?;
        }
        () = stop => {
            tracing::info!("stopping");
            app.health.stop();
            ending.cancel();
            handle.stop(true).await;
            serving.await.map_err(Error::internal)?.map_err(Error::internal)?;
        }
    }
    ending.cancel();
    if tokio::time::timeout(LAST_JOBS, worker).await.is_err() {
        tracing::warn!("a job did not end in time; its lease does");
    }
    upkeep.await.map_err(Error::internal)?;
    if let Some(pages) = pages {
        pages.await.map_err(Error::internal)?;
    }
    app.db.checkpoint().await?;
    app.db.close().await?;
    tracing::info!("stopped");
    Ok(())
}
