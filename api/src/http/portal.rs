//! `/portal/{instance}/…`: the static pages of an audience instance, behind its rule of access (SG-AUD-6).
//!
//! Which root somebody opens is asked on every request, files and pages alike. Whoever is not signed in is led to the
//! sign-in page by a page of a ward; to whoever may not open it, and where there is none, it is not there.

use std::path::{Path, PathBuf};

use actix_files::NamedFile;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::{HttpRequest, HttpResponse, web};
use entity::values::Audience;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::door::Server;
use super::graphql::Endpoint;
use super::guard::ErrorPage;
use super::respond::{Reader, error_response, rendered};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::portal::instance::{self, Instance, opens};
use crate::portal::{audience_words, roots};
use crate::requester::Requester;

const LIST: &str = include_str!("../../assets/portal/index.html.j2");
const POLICY: &str = "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'";
/// Longest name of a file (SG-PATH-1).
const NAME: usize = 120;

/// The routes.
pub fn configure(app: &mut web::ServiceConfig) {
    app.service(web::redirect("/portal", "/portal/"))
        .service(
            web::resource("/portal/")
                .route(web::get().to(list))
                .route(web::head().to(list)),
        )
        .service(
            web::resource("/portal-access/{instance}")
                .route(web::get().to(access))
                .route(web::head().to(access)),
        )
        .service(
            web::resource("/portal/{instance}")
                .route(web::get().to(bare))
                .route(web::head().to(bare)),
        )
        .service(
            web::resource("/portal/{instance}/{path:.*}")
                .wrap(Compress::default())
                .wrap(from_fn(only_texts))
                .route(web::get().to(page))
                .route(web::head().to(page)),
        );
}

/// What is not worth compressing, or whose bytes are asked for in parts, is sent as it is.
async fn only_texts(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> std::result::Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let is_text = [".html", ".js", ".css", ".xml", ".json", ".svg"]
        .iter()
        .any(|ending| request.path().ends_with(ending));
    if !is_text || request.headers().contains_key(header::RANGE) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.call(request).await
}

/// An instance in the list.
#[derive(Debug, Serialize)]
struct Entry {
    name: String,
    hospital: String,
    part: Option<String>,
    zh: &'static str,
    en: &'static str,
}

/// The instances that the visitor opens.
async fn list(
    request: HttpRequest,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
) -> HttpResponse {
    let found = async {
        let (visitor, _) = endpoint.admit(&request).await?;
        listed(&app, &visitor.requester, StatusCode::OK).await
    };
    match found.await {
        Ok(response) => response,
        Err(error) => error_response(&error, &Reader::of(&request)),
    }
}

/// The list as it answers a visitor; to whoever asked for a page that is not there for them it says so first.
async fn listed(app: &App, who: &Requester, status: StatusCode) -> Result<HttpResponse> {
    let entries: Vec<Entry> = instance::all(app.db.read(), None)
        .await?
        .into_iter()
        .filter(|one| opens(who, &one.reader))
        .filter(|one| roots(app).join(&one.name).exists())
        .map(|one| {
            let (zh, en) = audience_words(one.reader.audience);
            Entry {
                name: one.name,
                hospital: one.hospital,
                part: one.part,
                zh,
                en,
            }
        })
        .collect();
    let signed_in = who.require_person().is_ok();
    let missing = status != StatusCode::OK;
    let page = rendered(
        LIST,
        context! { entries => Serde(entries), signed_in, missing },
    )?;
    let mut response = HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page);
    if missing {
        response.extensions_mut().insert(ErrorPage);
    }
    Ok(response)
}

/// Relative links need the closing slash.
async fn bare(name: web::Path<String>) -> HttpResponse {
    match is_name(&name) {
        true => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/portal/{name}/index.html")))
            .finish(),
        false => HttpResponse::NotFound().finish(),
    }
}

/// Whether the visitor opens a root, for a web server that has the folders: 204, 401 without a session, 403 for others.
async fn access(
    request: HttpRequest,
    name: web::Path<String>,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
) -> HttpResponse {
    let found = async {
        let (visitor, _) = endpoint.admit(&request).await?;
        let one = open(&app, &visitor.requester, &name).await?;
        match one {
            Some(_) => Ok(()),
            None => {
                visitor.requester.require_person()?;
                Err(Error::new(Code::Forbidden))
            }
        }
    };
    match found.await {
        Ok(()) => HttpResponse::NoContent()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish(),
        Err(error) => error_response(&error, &Reader::of(&request)),
    }
}

/// The instance of a name, if the visitor opens it.
async fn open(app: &App, who: &Requester, name: &str) -> Result<Option<Instance>> {
    if !is_name(name) {
        return Ok(None);
    }
    let known = instance::named(app.db.read(), name).await?;
    Ok(known.filter(|one| opens(who, &one.reader)))
}

async fn page(
    request: HttpRequest,
    asked: web::Path<(String, String)>,
    endpoint: web::Data<Endpoint<Server>>,
    app: web::Data<App>,
) -> HttpResponse {
    match found(&request, &asked.0, &asked.1, &endpoint, &app).await {
        Ok(response) => response,
        Err(error) => error_response(&error, &Reader::of(&request)),
    }
}

/// `[a-z0-9-]`, as instances are named.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The path below a root; `None` for one that no root has, whatever lies on the disk.
fn below(path: &str) -> Option<PathBuf> {
    let path = match path {
        "" => "index.html",
        other => other,
    };
    let is_part = |part: &str| {
        !part.is_empty()
            && part.len() <= NAME
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
    };
    path.split('/').all(is_part).then(|| PathBuf::from(path))
}

async fn found(
    request: &HttpRequest,
    name: &str,
    path: &str,
    endpoint: &Endpoint<Server>,
    app: &App,
) -> Result<HttpResponse> {
    let absent = || Error::new(Code::NotFound);
    let (visitor, _) = endpoint.admit(request).await?;
    let who = visitor.requester;
    let Some(one) = open(app, &who, name).await? else {
        // A page is asked for by a browser, which can be led to the sign-in, or to what its reader opens; whether there is
        // such a page is not told.
        if !(path.ends_with(".html") && is_name(name)) {
            return Err(absent());
        }
        return match who.require_person() {
            Err(_) => Ok(sign_in(name, path)),
            Ok(_) => listed(app, &who, StatusCode::NOT_FOUND).await,
        };
    };
    let root = roots(app).join(&one.name);
    let wanted = below(path).ok_or_else(absent)?;
    let file = match opened(&root.join(&wanted)).await {
        Some(file) => file,
        None => {
            let page = tokio::fs::read_to_string(root.join("404.html")).await;
            let page = page.map_err(|error| absent().caused_by(error))?;
            return Ok(lost(&one, &page));
        }
    };
    Ok(answer(request, &one, &wanted, file))
}

async fn opened(path: &Path) -> Option<NamedFile> {
    let path = path.to_owned();
    let file = tokio::task::spawn_blocking(move || NamedFile::open(path));
    let file = file.await.ok()?.ok()?;
    file.metadata().is_file().then_some(file)
}

fn sign_in(name: &str, path: &str) -> HttpResponse {
    // Both were checked to be letters of a path, so they cannot lead anywhere else.
    let next = match below(path) {
        Some(path) => format!("/portal/{name}/{}", path.display()),
        None => "/portal/".to_owned(),
    };
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, format!("/?next={next}")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// The page that says that nothing is here. It is written for the top of its root, and asked for anywhere below it.
fn lost(one: &Instance, page: &str) -> HttpResponse {
    let mut body = page.to_owned();
    for name in ["href", "src", "action"] {
        let begin = format!(" {name}=\"");
        let parts: Vec<&str> = body.split(&begin).collect();
        let outside = |part: &str| {
            part.starts_with(['#', '/']) || part.contains(':') && part.find(':') < part.find('"')
        };
        body = parts
            .iter()
            .enumerate()
            .map(|(at, part)| match at {
                0 => (*part).to_owned(),
                _ if outside(part) => format!("{begin}{part}"),
                _ => format!("{begin}/portal/{}/{part}", one.name),
            })
            .collect();
    }
    let mut response = HttpResponse::NotFound()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(body);
    response.extensions_mut().insert(ErrorPage);
    protect(&mut response, one, false);
    response
}

fn answer(request: &HttpRequest, one: &Instance, path: &Path, file: NamedFile) -> HttpResponse {
    let mut response = file.disable_content_disposition().into_response(request);
    // Names of assets carry their content.
    protect(&mut response, one, path.starts_with("assets"));
    response
}

/// The headers of what lies in a root.
fn protect(response: &mut HttpResponse, one: &Instance, is_asset: bool) {
    let caching = match (is_asset, one.reader.audience) {
        (true, Audience::Staff) => "public, max-age=31536000, immutable",
        (true, _) => "private, max-age=31536000, immutable",
        (false, Audience::Staff) => "no-cache",
        (false, _) => "private, no-cache",
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, caching),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("x-frame-options"), "SAMEORIGIN"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Serves a folder of roots on this machine, without a database and without a rule of access.
///
/// # Errors
/// Those of the network; `INVALID` for an address of another machine.
pub async fn preview(address: std::net::SocketAddr, folder: PathBuf) -> Result<()> {
    if !address.ip().is_loopback() {
        return Err(Error::from(crate::error::UserErrorCode::Invalid)
            .detail("预览仅限本机", "a preview is for this machine only"));
    }
    let server = actix_web::HttpServer::new(move || {
        let files = actix_files::Files::new("/", folder.clone())
            .index_file("index.html")
            .show_files_listing();
        actix_web::App::new().service(files)
    });
    let bound = server.workers(1).bind(address).map_err(Error::internal)?;
    bound.run().await.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_its_root() {
        assert_eq!(below(""), Some(PathBuf::from("index.html")));
        assert_eq!(below("faq/kb-1.html"), Some(PathBuf::from("faq/kb-1.html")));
        for bad in [
            "../x",
            "a/../b",
            "/etc/passwd",
            "a//b",
            ".hidden",
            "a/.b",
            "A.html",
            "a%2e",
            "a\\b",
            "a/",
        ] {
            assert_eq!(below(bad), None, "{bad}");
        }
        assert!(is_name("demo-p1-icu"));
        assert!(!is_name(".demo-p1-icu"));
        assert!(!is_name(""));
    }
}
