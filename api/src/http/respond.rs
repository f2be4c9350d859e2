//! Own serializer of answers: every error body is a GraphQL JSON response (G8, G9), codes are attached here once (G26).
//!
//! The engine's own serializer writes `"data":null` on request errors (M16) and its errors carry no codes. Causes of
//! internal errors go to the log and nowhere else (G57).

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use async_graphql::{PathSegment, ServerError, Value};
use entity::values::Language;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::{negotiate::Media, rate::Throttle};
use crate::error::{Code, Error, Messages, Reason, Result, accepted_language};

/// A page of the server itself: strict about what the template asks for, escaped for HTML.
///
/// # Errors
/// `INTERNAL` for a template that does not fit.
pub fn rendered(template: &str, context: minijinja::Value) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .template_from_str(template)
        .and_then(|template| template.render(context))
        .map_err(Error::internal)
}

/// Identifier of a request, made here and echoed in `X-Request-Id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    /// The identifier that the guard gave the request; a new one where no guard stands.
    pub fn of(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_else(Self::generate)
    }

    /// A new identifier.
    pub fn generate() -> Self {
        Self(uuid::Uuid::now_v7().to_string())
    }
}

/// Who reads an error.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Language of `message`.
    pub lang: Language,
    /// Identifier of the request.
    pub request_id: String,
}

impl Reader {
    /// The reader of a request, by its headers.
    pub fn of(request: &HttpRequest) -> Self {
        let accepted = request.headers().get(header::ACCEPT_LANGUAGE);
        let lang = accepted_language(accepted.and_then(|value| value.to_str().ok()));
        Self {
            lang,
            request_id: RequestId::of(request).0,
        }
    }
}

/// An entry of `errors`.
#[derive(Debug, Serialize)]
pub struct Entry {
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<async_graphql::Pos>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    path: Vec<PathSegment>,
    extensions: EntryExtensions,
}

#[derive(Debug, Serialize)]
struct EntryExtensions {
    code: &'static str,
    #[serde(rename = "requestId")]
    request_id: String,
    messages: MessagesOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct MessagesOut {
    zh: String,
    en: String,
}

impl Entry {
    /// An error as the reader sees it; internal ones are logged.
    pub fn new(error: &Error, reader: &Reader) -> Self {
        if matches!(
            error.code(),
            Code::Internal | Code::StorageFull | Code::PoolTimeout
        ) {
            tracing::error!(request_id = %reader.request_id, error = %error, "internal error");
        }
        let Messages { zh, en } = error.messages();
        let message = match reader.lang {
            Language::Zh => zh.clone(),
            Language::En => en.clone(),
        };
        let extensions = EntryExtensions {
            code: error.code().word(),
            request_id: reader.request_id.clone(),
            messages: MessagesOut { zh, en },
            reason: error.reason_word(),
        };
        Self {
            message,
            locations: Vec::new(),
            path: Vec::new(),
            extensions,
        }
    }

    /// The word of its code.
    pub fn code(&self) -> &'static str {
        self.extensions.code
    }

    /// The same, at a place in the document.
    #[must_use]
    pub fn at(mut self, locations: Vec<async_graphql::Pos>, path: Vec<PathSegment>) -> Self {
        self.locations = locations;
        self.path = path;
        self
    }
}

/// Gives an error of the engine its code, by its source; without one, by the stage in which it arose.
pub fn finish(error: &ServerError) -> Error {
    if let Some(own) = error.source::<Error>() {
        return own.clone();
    }
    if let Some(database) = error.source::<sea_orm::DbErr>() {
        return Error::from(database.clone());
    }
    if error.source.is_some() {
        return Error::internal(error.message.clone());
    }
    let begins = |starts: &[&str]| starts.iter().any(|start| error.message.starts_with(start));
    if !error.path.is_empty() {
        // Only the engine's own reading of arguments is the client's fault; anything else is ours.
        return if begins(&[
            "Failed to parse \"",
            "Expected input type \"",
            "Invalid value for argument",
        ]) {
            Error::input(Reason::ValueType)
        } else {
            Error::internal(error.message.clone())
        };
    }
    if begins(&[
        "Query is too complex",
        "Query is nested too deep",
        "The number of directives",
        "The amount of aliases",
        "The recursion depth",
    ]) {
        return Error::new(Code::ComplexityExceeded);
    }
    let text = without_suggestion(&error.message);
    Error::new(Code::GraphqlValidationFailed).detail(text.clone(), text)
}

/// The engine's sentence without its guesses at names (G34) and without line breaks.
fn without_suggestion(message: &str) -> String {
    let message = message.split(" Did you mean").next().unwrap_or_default();
    message
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect()
}

/// `extensions.cost`.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Estimated before execution.
    pub requested_query_cost: u64,
    /// Counted from the answer; null if nothing ran.
    pub actual_query_cost: Option<u64>,
    /// The bucket; null for callers without one.
    #[serde(serialize_with = "throttle")]
    pub throttle_status: Option<Throttle>,
}

fn throttle<S: serde::Serializer>(value: &Option<Throttle>, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Out {
        maximum_available: u64,
        currently_available: u64,
        restore_rate: u64,
    }
    value
        .map(
            |Throttle {
                 maximum_available,
                 currently_available,
                 restore_rate,
             }| Out {
                maximum_available,
                currently_available,
                restore_rate,
            },
        )
        .serialize(to)
}

/// An answer longer than this is logged (G75).
const SOFT_BYTES: usize = 1024 * 1024;

/// An answer before it is bytes.
#[derive(Debug, Default)]
pub struct Answer {
    /// Entries of `errors`.
    pub errors: Vec<Entry>,
    /// Result of execution; `None` if nothing was executed.
    pub data: Option<Value>,
    /// `extensions.cost`, if it is to be shown.
    pub cost: Option<Cost>,
    /// Cost of what was executed, for the metrics.
    pub spent: u64,
    /// What refused the request; decides the status.
    pub refusal: Option<Error>,
    /// Value of `Allow`.
    pub allow: Option<&'static str>,
    /// Headers set by resolvers, such as the session cookie.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether the answer may hold a secret and must not be compressed (G83).
    pub secret: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[Entry]>::is_empty")]
    errors: &'a [Entry],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<Extensions>,
}

#[derive(Serialize)]
struct Extensions {
    cost: Cost,
}

impl Answer {
    /// The answer to a request that was refused.
    pub fn refused(error: Error, reader: &Reader) -> Self {
        Self {
            errors: vec![Entry::new(&error, reader)],
            refusal: Some(error),
            ..Self::default()
        }
    }

    /// The JSON text.
    pub fn to_bytes(&self) -> Vec<u8> {
        let extensions = self.cost.map(|cost| Extensions { cost });
        let body = Body {
            errors: &self.errors,
            data: self.data.as_ref(),
            extensions,
        };
        // Keys are strings and writing to memory does not fail, so neither does this.
        serde_json::to_vec(&body).unwrap_or_default()
    }

    /// HTTP status for a media type (G6).
    pub fn status(&self, media: Media, partial_294: bool) -> u16 {
        match (&self.refusal, media) {
            (None, _) if partial_294 && !self.errors.is_empty() && self.data.is_some() => 294,
            (None, _) => 200,
            (Some(error), Media::Json) if is_about_the_document(error.code()) => 200,
            (Some(error), _) => error.status(),
        }
    }

    /// The HTTP answer.
    pub fn into_http(
        self,
        media: Media,
        partial_294: bool,
        max_bytes: usize,
        reader: &Reader,
    ) -> HttpResponse {
        let bytes = self.to_bytes();
        if bytes.len() > SOFT_BYTES {
            tracing::warn!(request_id = %reader.request_id, bytes = bytes.len(), "long answer");
        }
        if bytes.len() > max_bytes && self.refusal.is_none() {
            let error =
                Error::new(Code::ComplexityExceeded).detail("应答过大", "the answer is too large");
            return Self::refused(error, reader).into_http(media, partial_294, usize::MAX, reader);
        }
        let status = StatusCode::from_u16(self.status(media, partial_294))
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut builder = HttpResponse::build(status);
        builder.insert_header((header::CONTENT_TYPE, media.content_type()));
        builder.insert_header((header::CACHE_CONTROL, "private, no-store"));
        builder.insert_header((header::VARY, "Accept, Accept-Language"));
        if let Some(allow) = self.allow {
            builder.insert_header((header::ALLOW, allow));
        }
        if let Some(error) = &self.refusal {
            add_headers(&mut builder, error);
        }
        if self.secret {
            builder.insert_header((header::CONTENT_ENCODING, "identity"));
        }
        for pair in self.headers {
            builder.append_header(pair);
        }
        builder.body(bytes)
    }
}

fn add_headers(builder: &mut actix_web::HttpResponseBuilder, error: &Error) {
    if let Some(seconds) = error.retry_after_s() {
        builder.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if error.status() == 401 {
        builder.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
}

/// Document errors, which `application/json` answers with 200 (G6).
fn is_about_the_document(code: Code) -> bool {
    matches!(
        code,
        Code::GraphqlParseFailed
            | Code::GraphqlValidationFailed
            | Code::OperationResolutionFailure
            | Code::BadUserInput
            | Code::ComplexityExceeded
    )
}

/// An error as the answer of a route that is not GraphQL.
pub fn error_response(error: &Error, reader: &Reader) -> HttpResponse {
    let body = Answer {
        errors: vec![Entry::new(error, reader)],
        ..Answer::default()
    }
    .to_bytes();
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut builder = HttpResponse::build(status);
    builder.insert_header((header::CONTENT_TYPE, Media::Json.content_type()));
    builder.insert_header((header::CACHE_CONTROL, "private, no-store"));
    add_headers(&mut builder, error);
    builder.body(body)
}
