//! What the server does on the wire: GraphQL over HTTP, and the guard around every route.
//!
//! Sessions, files and the sign-in page are routes of their own; they share `guard`, `origin` and `respond`.

pub mod document;
pub mod door;
pub mod files;
pub mod graphql;
pub mod guard;
pub mod negotiate;
pub mod origin;
pub mod pages;
pub mod portal;
pub mod rate;
pub mod respond;
pub mod verify;

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{App as Actix, HttpServer, web};

use self::door::Server;
use self::graphql::{Config, Endpoint};
use self::guard::{Guard, guard};
use self::origin::Origins;
use crate::app::App;
use crate::error::{Error, Result};

/// The HTTP server, bound and ready to be awaited; when stopped it drains for 25 seconds. Signals are the caller's business.
///
/// # Errors
/// Those of the network; `INTERNAL` if the own schema does not parse.
pub fn serve(app: App, listener: TcpListener) -> Result<actix_web::dev::Server> {
    let origins = Origins {
        public: app.config.public_origin.clone(),
        allowed: app.config.allowed_origins.clone(),
        cookie: None,
    };
    let mut config = Config {
        graphiql: app.config.demo,
        origins: origins.clone(),
        proxies: app.config.proxies.clone(),
        ..Config::default()
    };
    if app.config.demo {
        // Every visitor of the demonstration has the address of this machine.
        let wide = Some(rate::Bucket {
            capacity: 5_000,
            refill_per_s: 500,
        });
        config.anonymous.bucket = wide;
        config.login_address = wide;
        config.login_account = wide;
    }
    let tls = app
        .config
        .public_origin
        .as_deref()
        .is_some_and(|origin| origin.starts_with("https://"));
    let door = Arc::new(Server::new(
        app.clone(),
        crate::graphql::schema(Some(app.clone())),
    ));
    let endpoint = Endpoint::new(door, &crate::graphql::sdl(), config)?
        .on_runtime(tokio::runtime::Handle::current());
    let endpoint = web::Data::new(endpoint);
    let guarding = web::Data::new(Guard {
        origins,
        tls,
        ..Guard::default()
    });
    let shared = web::Data::new(app);
    let uploads = web::Data::new(files::Uploads::default());
    if let Some(address) = shared.config.metrics_listen {
        tokio::spawn(metrics_listener(address, shared.clone())?);
    }
    let server = HttpServer::new(move || {
        Actix::new()
            .app_data(guarding.clone())
            .app_data(shared.clone())
            .configure(graphql::configure(endpoint.clone()))
            .configure(files::configure(uploads.clone()))
            .service(
                web::resource("/verify")
                    .route(web::get().to(verify::verify))
                    .route(web::post().to(verify::verify_file)),
            )
            .service(web::resource("/documents").route(web::post().to(document::document)))
            .configure(portal::configure)
            .configure(pages::configure)
            .wrap(from_fn(guard))
    })
    .workers(2)
    .disable_signals()
    .shutdown_timeout(25)
    .listen(listener)
    .map_err(Error::internal)?
    .run();
    Ok(server)
}

/// A listener with nothing but `/metrics`, on this machine only because it asks for no token.
fn metrics_listener(
    address: std::net::SocketAddr,
    app: web::Data<App>,
) -> Result<actix_web::dev::Server> {
    if !address.ip().is_loopback() {
        return Err(Error::from(crate::error::UserErrorCode::Invalid).detail(
            "指标监听地址只能是本机",
            "the listener of the metrics must be on this machine",
        ));
    }
    let server = HttpServer::new(move || {
        Actix::new()
            .app_data(app.clone())
            .route("/metrics", web::get().to(pages::open_metrics))
    })
    .workers(1)
    .disable_signals()
    .bind(address)
    .map_err(Error::internal)?
    .run();
    Ok(server)
}
