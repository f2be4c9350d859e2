//! What stands around every route: request ids, size of the head, CORS, security headers, JSON for every error.
//!
//! `actix_web::middleware::from_fn(guard)` wraps the app; `web::Data<Guard>` configures it. It does not know sessions,
//! and the Origin rules are applied by the routes that act for a person (G8, G36, G41, G42).

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use tracing::Instrument;

use super::{
    origin::Origins,
    respond::{Reader, RequestId, error_response},
};
use crate::app::App;
use crate::error::{Code, Error};

/// Settings of the guard.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Origins that may use the server from a browser.
    pub origins: Origins,
    /// Whether people reach the server over TLS.
    pub tls: bool,
    /// Longest path and query, in bytes (G36).
    pub url_bytes: usize,
    /// Most bytes of all headers together (G36).
    pub header_bytes: usize,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            origins: Origins::default(),
            tls: false,
            url_bytes: 8 * 1024,
            header_bytes: 16 * 1024,
        }
    }
}

/// Marks an answer whose body stays although its status is one of an error.
#[derive(Debug, Clone, Copy)]
pub struct ErrorPage;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const POLICY: &str = "default-src 'self'; frame-ancestors 'none'";

/// The middleware.
///
/// # Errors
/// Those of the inner services, as JSON.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let settings = request
        .app_data::<web::Data<Guard>>()
        .cloned()
        .unwrap_or_else(|| web::Data::new(Guard::default()));
    // A client that keeps its connection would keep the process from ending.
    let stopping = request
        .app_data::<web::Data<App>>()
        .is_some_and(|app| app.health.is_stopping());
    let id = RequestId::generate();
    request.extensions_mut().insert(id.clone());
    let reader = Reader::of(request.request());
    let origin = request.headers().get(header::ORIGIN).cloned();
    let listed = origin.filter(|origin| {
        origin
            .to_str()
            .is_ok_and(|text| settings.origins.lists(text))
    });

    let early = if is_too_large(request.request(), &settings) {
        Some(error_response(&Error::new(Code::HeadersTooLarge), &reader))
    } else if is_preflight(request.request()) {
        Some(match listed {
            Some(_) => HttpResponse::NoContent().finish(),
            None => error_response(&Error::new(Code::CsrfPrevented), &reader),
        })
    } else {
        None
    };
    let decorate = |headers: &mut HeaderMap| add_headers(headers, &settings, &id, listed.as_ref());
    if let Some(response) = early {
        let preflight = response.status() == StatusCode::NO_CONTENT;
        let mut response = request.into_response(response);
        decorate(response.headers_mut());
        if preflight {
            add_preflight_headers(response.headers_mut());
        }
        return Ok(response);
    }
    let span = tracing::info_span!("request", request_id = %id.0);
    match next.call(request).instrument(span).await {
        Ok(response) => {
            let mut response = as_json(response.map_into_boxed_body(), &reader);
            decorate(response.headers_mut());
            if stopping {
                response
                    .response_mut()
                    .head_mut()
                    .set_connection_type(ConnectionType::Close);
            }
            Ok(response)
        }
        Err(error) => {
            let error = of_status(error.as_response_error().status_code());
            let mut headers = HeaderMap::new();
            decorate(&mut headers);
            Err(Failure {
                error,
                reader,
                headers,
            }
            .into())
        }
    }
}

fn is_too_large(request: &HttpRequest, settings: &Guard) -> bool {
    let url = request
        .uri()
        .path_and_query()
        .map_or(0, |text| text.as_str().len());
    // Name, colon, space, value, end of line.
    let headers: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    url > settings.url_bytes || headers > settings.header_bytes
}

fn is_preflight(request: &HttpRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn add_headers(
    headers: &mut HeaderMap,
    settings: &Guard,
    id: &RequestId,
    listed: Option<&HeaderValue>,
) {
    let mut absent = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    absent(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    absent(header::CONTENT_SECURITY_POLICY, POLICY);
    absent(header::X_FRAME_OPTIONS, "DENY");
    absent(header::REFERRER_POLICY, "no-referrer");
    if settings.tls {
        absent(
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        );
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    if !settings.origins.allowed.is_empty() {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = listed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        let exposed = HeaderValue::from_static("X-Request-Id, Retry-After, Content-Disposition");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

fn add_preflight_headers(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, Content-Disposition, Accept-Language, Idempotency-Key, \
             GraphQL-Require-Preflight, Apollo-Require-Preflight, X-Apollo-Operation-Name",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Error bodies that are not JSON become JSON; headers such as `Allow` stay.
fn as_json(response: ServiceResponse<BoxBody>, reader: &Reader) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let is_json = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains("json"));
    let json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(is_json);
    // A page that says that there is no such page is for people.
    let page = response.response().extensions().contains::<ErrorPage>();
    if json || page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let mut answer = error_response(&of_status(status), reader);
    for (name, value) in response.headers() {
        let about_body = [
            header::CONTENT_TYPE,
            header::CONTENT_LENGTH,
            header::CONTENT_ENCODING,
        ];
        if !about_body.contains(name) && !answer.headers().contains_key(name) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    response.into_response(answer)
}

/// The code for a bare status.
fn of_status(status: StatusCode) -> Error {
    let code = match status.as_u16() {
        401 => Code::Unauthenticated,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        406 => Code::NotAcceptable,
        408 => Code::RequestTimeout,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        429 => Code::RateLimited,
        431 => Code::HeadersTooLarge,
        503 => Code::Overloaded,
        400..=499 => Code::BadRequest,
        _ => Code::Internal,
    };
    Error::new(code).with_status(status.as_u16())
}

/// An error that an inner service returned instead of an answer.
#[derive(Debug)]
struct Failure {
    error: Error,
    reader: Reader,
    headers: HeaderMap,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = error_response(&self.error, &self.reader);
        for (name, value) in &self.headers {
            response.headers_mut().append(name.clone(), value.clone());
        }
        response
    }
}
