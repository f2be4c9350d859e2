//! The sign-in page, GraphiQL, the probes and the metrics (G90, L70).

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::door::Server;
use super::graphql::Endpoint;
use super::respond::{Reader, error_response};
use crate::app::App;
use crate::error::{Code, Error};
use crate::health::{self, Readiness};

macro_rules! assets {
    ($($path:literal $kind:literal),+ $(,)?) => {
        const ASSETS: &[(&str, &str, &[u8])] = &[$(($path, $kind, include_bytes!(concat!("../../assets/", $path)))),+];
    };
}

assets! {
    "signin/index.html" "text/html; charset=utf-8",
    "signin/signin.css" "text/css; charset=utf-8",
    "signin/signin.js" "text/javascript; charset=utf-8",
    "signin/icon.svg" "image/svg+xml",
    "verify/verify.css" "text/css; charset=utf-8",
    "verify/verify.js" "text/javascript; charset=utf-8",
    "graphiql/index.html" "text/html; charset=utf-8",
    "graphiql/boot.js" "text/javascript; charset=utf-8",
    "graphiql/page.css" "text/css; charset=utf-8",
    "graphiql/graphiql.min.css" "text/css; charset=utf-8",
    "graphiql/graphiql.min.js" "text/javascript; charset=utf-8",
    "graphiql/react.production.min.js" "text/javascript; charset=utf-8",
    "graphiql/react-dom.production.min.js" "text/javascript; charset=utf-8",
}

/// Its stylesheet embeds fonts and pictures as `data:` addresses.
const GRAPHIQL_POLICY: &str =
    "default-src 'self'; font-src 'self' data:; img-src 'self' data:; frame-ancestors 'none'";

const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The routes of this module.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/", web::get().to(sign_in))
        .route("/graphiql", web::get().to(graphiql))
        .route("/assets/{path:.*}", web::get().to(asset))
        .route("/livez", web::get().to(live))
        .route("/health/live", web::get().to(live))
        .route("/readyz", web::get().to(ready))
        .route("/health/ready", web::get().to(ready))
        .route("/version", web::get().to(version))
        .route("/metrics", web::get().to(metrics));
}

fn page(path: &str) -> Option<HttpResponse> {
    let (_, kind, bytes) = ASSETS.iter().find(|(name, _, _)| *name == path)?;
    Some(
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, *kind))
            .insert_header((CACHE_CONTROL, "no-cache"))
            .body(*bytes),
    )
}

fn absent(request: &HttpRequest) -> HttpResponse {
    error_response(&Error::new(Code::NotFound), &Reader::of(request))
}

async fn sign_in(request: HttpRequest) -> HttpResponse {
    page("signin/index.html").unwrap_or_else(|| absent(&request))
}

async fn graphiql(request: HttpRequest, endpoint: web::Data<Endpoint<Server>>) -> HttpResponse {
    match endpoint.admit_to_tools(&request).await {
        Ok(_) => page("graphiql/index.html").map_or_else(
            || absent(&request),
            |mut response| {
                response.headers_mut().insert(
                    CONTENT_SECURITY_POLICY,
                    actix_web::http::header::HeaderValue::from_static(GRAPHIQL_POLICY),
                );
                response
            },
        ),
        Err(error) => error_response(&error, &Reader::of(&request)),
    }
}

async fn asset(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    page(&path).unwrap_or_else(|| absent(&request))
}

async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(r#"{"status":"ok"}"#)
}

async fn ready(app: web::Data<App>) -> HttpResponse {
    let found = health::readiness(&app).await;
    let mut answer = match found {
        Readiness::Ready => HttpResponse::Ok(),
        Readiness::Database
        | Readiness::Migrations
        | Readiness::Worker
        | Readiness::Clock
        | Readiness::Stopping => HttpResponse::ServiceUnavailable(),
    };
    answer
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({ "status": found.word() }))
}

async fn version() -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "name": "icuops",
        "version": env!("CARGO_PKG_VERSION"),
        "schema": crate::db::schema_version(),
    }))
}

/// For whoever holds the token; without one this page does not exist.
async fn metrics(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let Some(token) = &app.config.metrics_token else {
        return absent(&request);
    };
    let given = super::origin::bearer(request.headers()).unwrap_or_default();
    if bool::from(token.as_bytes().ct_eq(given.as_bytes())) {
        scraped(&app, &request).await
    } else {
        error_response(&Error::new(Code::Unauthenticated), &Reader::of(&request))
    }
}

/// The page of the listener of its own, which needs no token.
pub async fn open_metrics(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    scraped(&app, &request).await
}

async fn scraped(app: &App, request: &HttpRequest) -> HttpResponse {
    // A database that does not answer must not hide the other numbers.
    if let Err(error) = health::measure(app).await {
        tracing::error!(%error, "some gauges could not be read");
    }
    match app.metrics.encode() {
        Ok(page) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, METRICS_TYPE))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(page),
        Err(error) => error_response(&Error::internal(error), &Reader::of(request)),
    }
}
