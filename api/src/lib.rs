//! The server of icuops: GraphQL over HTTP, jobs, the command line.
//!
//! Reading order: [`config`], [`clock`], [`db`], [`error`], [`requester`], [`audit`], [`jobs`], then
//! the capabilities ([`account`], [`ticket`], …), [`graphql`] that merges them and [`http`] that
//! carries them. [`run`] is what `icuops serve` and every end-to-end test start.

pub mod account;
pub mod app;
pub mod audit;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod error;
pub mod graphql;
pub mod health;
pub mod http;
pub mod jobs;
pub mod loaders;
pub mod metrics;
pub mod notification;
pub mod page;
pub mod replay;
pub mod requester;
pub mod scalar;
pub mod setup;
pub mod ticket;

use std::net::TcpListener;

use actix_web::dev::Server;

use crate::app::App;
use crate::error::Result;

/// Starts the server on a bound listener and the worker beside it; resolves when the server stops.
///
/// # Errors
/// Those of the network.
pub fn run(app: App, listener: TcpListener) -> Result<Server> {
    tokio::spawn(jobs::work(app.clone()));
    http::serve(app, listener)
}
