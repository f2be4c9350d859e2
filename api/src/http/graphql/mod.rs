//! GraphQL over HTTP on our own: `POST /graphql`, `GET /graphql` for queries, and the door for documents of the server.
//!
//! Order of checks: Origin → method, preflight header, media types → body → JSON → credentials → scanner → parser →
//! budget → introspection → operation, variables → bucket → turn → engine. It knows no session and no table: the
//! server gives it a [`Door`]. No WebSocket and no event stream here (G4–G15, G32–G42, G55, G57, G58).

mod actual;
pub mod budget;
pub mod coerce;
pub mod config;
mod gate;
mod login;
pub mod params;
mod run;
pub mod scan;
mod typename;
pub mod types;

use std::{future::Future, net::IpAddr, sync::Arc};

use actix_web::{HttpRequest, HttpResponse, http::Method, web};
use async_graphql::{Request, Response};
use entity::values::Language;

pub use config::{Config, Limits, Profile};
pub use params::Params;

use self::{gate::Gate, types::Types};
use super::{
    negotiate::{self, Media},
    origin,
    rate::Buckets,
    respond::{Answer, Reader},
};
use crate::{
    error::{Code, Error, Result},
    metrics::Observed,
};

/// What the request says about who sends it; owned, because the engine runs elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Identifier of the request.
    pub request_id: String,
    /// Address of the client, if known.
    pub address: Option<IpAddr>,
    /// Token of `Authorization: Bearer`.
    pub bearer: Option<String>,
    /// Session cookie; absent beside a bearer token, which wins (G41).
    pub cookie: Option<String>,
    /// Language that the browser asks for.
    pub lang: Language,
    /// Whether the client reached the server, or a trusted proxy, over TLS.
    pub secure: bool,
    /// `User-Agent`.
    pub user_agent: Option<String>,
}

impl Head {
    /// The head of a document of the server itself.
    pub fn internal(request_id: impl Into<String>) -> Self {
        Self {
            request_id: request_id.into(),
            address: None,
            bearer: None,
            cookie: None,
            lang: Language::Zh,
            secure: true,
            user_agent: None,
        }
    }

    /// Reads a request.
    pub fn of(request: &HttpRequest, config: &Config) -> Self {
        let reader = Reader::of(request);
        let headers = request.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
        let behind_proxy = peer.is_some_and(|peer| config.proxies.contains(&peer));
        // The last entry is the one that our own proxy wrote; earlier ones are the client's word.
        let forwarded =
            text("x-forwarded-for").and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
        let https =
            text("x-forwarded-proto").is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
        let bearer = origin::bearer(headers).map(str::to_owned);
        let cookie = origin::session_cookie(headers, config.origins.cookie_name());
        Self {
            request_id: reader.request_id,
            address: if behind_proxy {
                forwarded.or(peer)
            } else {
                peer
            },
            cookie: cookie.filter(|_| bearer.is_none()).map(str::to_owned),
            bearer,
            lang: reader.lang,
            secure: request.app_config().secure() || (behind_proxy && https),
            user_agent: text("user-agent").map(str::to_owned),
        }
    }
}

/// Who is asking.
#[derive(Debug)]
pub struct Visitor<R> {
    /// What the server knows of them; handed to the engine.
    pub requester: Arc<R>,
    /// Which limits hold.
    pub profile: Profile,
    /// Key of the principal or session for buckets and turns; ignored for the anonymous, who go by address.
    pub key: String,
    /// Key of the hospital, if there is exactly one, for the bucket its people share.
    pub hospital: Option<String>,
    /// Language of the account; `None` leaves it to `Accept-Language`.
    pub lang: Option<Language>,
    /// Whether `__schema` and `__type` are permitted.
    pub introspection: bool,
    /// Whether the bucket counts; off only for machine tokens that say so.
    pub metered: bool,
    /// Whether the request brought a cookie that opens nothing any more: it may sign in, and no more.
    pub stale: bool,
}

impl<R> Clone for Visitor<R> {
    fn clone(&self) -> Self {
        Self {
            requester: Arc::clone(&self.requester),
            profile: self.profile,
            key: self.key.clone(),
            hospital: self.hospital.clone(),
            lang: self.lang,
            introspection: self.introspection,
            metered: self.metered,
            stale: self.stale,
        }
    }
}

/// An operation on its way to the engine.
#[derive(Debug)]
pub struct Call<R> {
    /// Who is asking.
    pub visitor: Visitor<R>,
    /// What the request said.
    pub head: Head,
    /// Language for `userErrors`.
    pub lang: Language,
}

/// What the server puts behind the endpoint.
pub trait Door: Send + Sync + 'static {
    /// What the server knows of a visitor.
    type Requester: Send + Sync + 'static;

    /// Finds out who is asking. No credentials: an anonymous visitor.
    ///
    /// Errors refuse the request: `UNAUTHENTICATED` for invalid or expired credentials, `MAINTENANCE` and the like.
    fn authenticate(
        &self,
        head: &Head,
    ) -> impl Future<Output = Result<Visitor<Self::Requester>>> + Send;

    /// Executes an operation that passed all checks: adds the data of the request, runs the schema.
    ///
    /// Runs in a task of its own, to its end, whatever becomes of the client.
    fn execute(
        self: Arc<Self>,
        request: Request,
        call: Call<Self::Requester>,
    ) -> impl Future<Output = Response> + Send + 'static;

    /// Counts an operation that was answered or refused.
    fn observe(&self, _operation: &Observed) {}
}

/// The endpoint: one for the process, shared by all workers as `web::Data`.
pub struct Endpoint<D> {
    door: Arc<D>,
    types: Types,
    config: Config,
    buckets: Buckets,
    gate: Gate,
    runtime: Option<tokio::runtime::Handle>,
}

impl<D: Door> Endpoint<D> {
    /// An endpoint for a schema, given by its SDL.
    ///
    /// # Errors
    /// `INTERNAL` if the SDL does not parse.
    pub fn new(door: Arc<D>, sdl: &str, config: Config) -> Result<Self> {
        let types = Types::from_sdl(sdl, &config.marks)?;
        let gate = Gate::new(
            config.concurrent,
            config.concurrent_per_principal,
            config.turn_wait,
        );
        Ok(Self {
            door,
            types,
            config,
            buckets: Buckets::default(),
            gate,
            runtime: None,
        })
    }

    /// Executes on this runtime instead of the worker's own, which ends with the worker.
    #[must_use]
    pub fn on_runtime(mut self, runtime: tokio::runtime::Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Free turns of the process.
    pub fn free_turns(&self) -> usize {
        self.gate.free()
    }

    /// Who is asking, for routes beside GraphQL. The Origin rules are applied first.
    ///
    /// # Errors
    /// `CSRF_PREVENTED`, and those of [`Door::authenticate`].
    pub async fn admit(&self, request: &HttpRequest) -> Result<(Visitor<D::Requester>, Head)> {
        self.config
            .origins
            .check(request.method(), request.headers())?;
        let head = Head::of(request, &self.config);
        let visitor = self.door.authenticate(&head).await?;
        Ok((visitor, head))
    }

    /// Lets a person into GraphiQL (G38).
    ///
    /// # Errors
    /// `NOT_FOUND` unless it is enabled and the person is signed in.
    pub async fn admit_to_tools(&self, request: &HttpRequest) -> Result<Visitor<D::Requester>> {
        let absent = || Error::new(Code::NotFound);
        if !self.config.graphiql {
            return Err(absent());
        }
        match self.admit(request).await {
            Ok((visitor, _)) if visitor.profile == Profile::User => Ok(visitor),
            _ => Err(absent()),
        }
    }

    /// Answers an HTTP request.
    pub async fn handle(&self, request: &HttpRequest, payload: web::Payload) -> HttpResponse {
        let reader = Reader::of(request);
        let media = negotiate::accept(request.headers());
        let (mut answer, limit) = match self.answer(request, payload, &media).await {
            Ok((answer, limit)) => (answer, limit),
            Err(error) => (Answer::refused(error, &reader), usize::MAX),
        };
        if answer
            .refusal
            .as_ref()
            .is_some_and(|error| error.code() == Code::MethodNotAllowed)
        {
            // The only GET refused for its method is one that is not a query.
            answer.allow = Some(if request.method() == Method::GET {
                "POST"
            } else {
                "POST, GET"
            });
        }
        answer.into_http(
            media.unwrap_or_default(),
            self.config.partial_294,
            limit,
            &reader,
        )
    }

    async fn answer(
        &self,
        request: &HttpRequest,
        payload: web::Payload,
        media: &Result<Media>,
    ) -> Result<(Answer, usize)> {
        let headers = request.headers();
        self.config.origins.check(request.method(), headers)?;
        let get = match *request.method() {
            Method::GET => true,
            Method::POST => false,
            _ => return Err(Error::new(Code::MethodNotAllowed)),
        };
        if get {
            origin::require_preflight(headers)?;
        } else {
            negotiate::content(headers)?;
        }
        media.clone()?;
        let params = if get {
            Params::from_query_string(request.query_string())?
        } else {
            let body = params::read_body(
                request,
                payload,
                self.config.body_bytes,
                self.config.body_wait,
            )
            .await?;
            Params::from_json(&body)?
        };
        let head = Head::of(request, &self.config);
        let visitor = self.door.authenticate(&head).await?;
        let limit = self.config.limits(visitor.profile).answer_bytes;
        Ok((self.run(params, visitor, head, get).await, limit))
    }

    /// Executes a document of the server itself, under the identity of a visitor: no HTTP, no bucket, but every check
    /// and budget of the `internal` profile.
    pub async fn run_internal(
        &self,
        params: Params,
        visitor: Visitor<D::Requester>,
        head: Head,
    ) -> Answer {
        let reader = Reader {
            lang: visitor.lang.unwrap_or(head.lang),
            request_id: head.request_id.clone(),
        };
        let visitor = Visitor {
            profile: Profile::Internal,
            metered: false,
            ..visitor
        };
        let answer = self.run(params, visitor, head, false).await;
        if answer.refusal.is_none() && answer.to_bytes().len() > self.config.internal.answer_bytes {
            let error =
                Error::new(Code::ComplexityExceeded).detail("应答过大", "the answer is too large");
            return Answer::refused(error, &reader);
        }
        answer
    }
}

/// The route: every method of `/graphql` comes here, so that each refusal is a GraphQL answer.
pub fn configure<D: Door>(
    endpoint: web::Data<Endpoint<D>>,
) -> impl FnOnce(&mut web::ServiceConfig) {
    move |app| {
        app.app_data(endpoint)
            .route("/graphql", web::route().to(route::<D>));
    }
}

async fn route<D: Door>(
    request: HttpRequest,
    payload: web::Payload,
    endpoint: web::Data<Endpoint<D>>,
) -> HttpResponse {
    let mut response = endpoint.handle(&request, payload).await;
    if response.status() == actix_web::http::StatusCode::PAYLOAD_TOO_LARGE
        || response.status() == actix_web::http::StatusCode::REQUEST_TIMEOUT
    {
        // What was not read must not be taken for the next request.
        response
            .head_mut()
            .set_connection_type(actix_web::http::ConnectionType::Close);
    }
    response
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
