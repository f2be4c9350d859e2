//! Tests of the module beside it (mod).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod engine;
mod wire;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{
    App, HttpResponse,
    body::to_bytes,
    http::header::HeaderMap,
    middleware::from_fn,
    test::{TestRequest, call_service, init_service},
    web::{self, Bytes},
};
use async_graphql::{
    Context, EmptySubscription, Enum, InputObject, Interface, Object, OneofObject, Request,
    Response, Schema, SimpleObject, Union,
};
use serde_json::Value as Json;

use super::*;
use crate::{
    error::UserErrorCode,
    http::guard::{Guard, guard},
};

/// What the toy resolvers did.
#[derive(Default)]
pub struct Traces {
    pub writes: AtomicUsize,
    pub slow_done: AtomicUsize,
}

#[derive(Enum, Copy, Clone, PartialEq, Eq)]
enum Color {
    Red,
    Blue,
}

#[derive(OneofObject)]
enum By {
    Id(async_graphql::ID),
    Number(String),
}

#[derive(InputObject)]
struct Filter {
    color: Option<Color>,
    size: i32,
    #[graphql(default = 3)]
    level: i32,
    tags: Option<Vec<String>>,
    at: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(SimpleObject)]
struct Attachment {
    name: String,
}

struct Item(i32);

#[Object]
impl Item {
    async fn id(&self) -> async_graphql::ID {
        self.0.into()
    }
    async fn next(&self) -> Option<Item> {
        Some(Item(self.0 + 1))
    }
    async fn tags(&self) -> Vec<String> {
        vec!["a".into()]
    }
    async fn parts(&self) -> Vec<Item> {
        vec![Item(1), Item(2)]
    }
    async fn file(&self) -> Option<Attachment> {
        Some(Attachment { name: "n".into() })
    }
    async fn broken(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(
            sea_orm::DbErr::Custom("SELECT /etc/secret".into()).into()
        ))
    }
}

#[derive(SimpleObject)]
struct ItemEdge {
    cursor: String,
    node: Option<Item>,
}

#[derive(SimpleObject)]
struct PageInfo {
    has_next_page: bool,
}

struct ItemConnection(i32);

#[Object]
impl ItemConnection {
    async fn nodes(&self) -> Vec<Option<Item>> {
        (0..self.0).map(|n| Some(Item(n))).collect()
    }
    async fn edges(&self) -> Vec<Option<ItemEdge>> {
        (0..self.0)
            .map(|n| {
                Some(ItemEdge {
                    cursor: n.to_string(),
                    node: Some(Item(n)),
                })
            })
            .collect()
    }
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: false,
        }
    }
    async fn total_count(&self) -> Option<i32> {
        Some(self.0)
    }
}

#[derive(Interface)]
#[graphql(field(name = "id", ty = "async_graphql::ID"))]
enum Node {
    Item(Item),
}

#[derive(Union)]
enum Thing {
    Item(Item),
    Attachment(Attachment),
}

struct Query;

#[Object]
impl Query {
    async fn hello(&self, name: Option<String>) -> String {
        format!("你好 {}", name.unwrap_or_default())
    }
    async fn echo(&self, n: i32) -> i32 {
        n
    }
    async fn item(&self) -> Option<Item> {
        Some(Item(1))
    }
    async fn node(&self) -> Option<Node> {
        Some(Node::Item(Item(1)))
    }
    async fn thing(&self) -> Option<Thing> {
        Some(Thing::Item(Item(1)))
    }
    async fn items(
        &self,
        first: Option<i32>,
        last: Option<i32>,
        filter: Option<Filter>,
    ) -> Option<ItemConnection> {
        let _unused = (
            last,
            filter.map(|f| (f.color, f.size, f.level, f.tags, f.at)),
        );
        Some(ItemConnection(first.unwrap_or(25).min(7)))
    }
    async fn by(&self, by: By) -> String {
        match by {
            By::Id(id) => id.to_string(),
            By::Number(number) => number,
        }
    }
    async fn colors(&self, of: Vec<Color>) -> i32 {
        i32::try_from(of.len()).unwrap()
    }
    async fn forbidden(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(Error::new(Code::Forbidden).into()))
    }
    async fn strict(&self) -> async_graphql::Result<i32> {
        Err(Error::new(UserErrorCode::NotFound).into())
    }
    async fn panics(&self) -> Option<i32> {
        if std::hint::black_box(true) {
            panic!("secret of the panic");
        }
        None
    }
    async fn slow(&self, ctx: &Context<'_>, ms: i32) -> i32 {
        tokio::time::sleep(Duration::from_millis(u64::try_from(ms).unwrap())).await;
        ctx.data_unchecked::<Arc<Traces>>()
            .slow_done
            .fetch_add(1, Ordering::SeqCst);
        ms
    }
    async fn long(&self, kib: i32) -> String {
        "x".repeat(usize::try_from(kib).unwrap() * 1024)
    }
    async fn who(&self, ctx: &Context<'_>) -> String {
        ctx.data_unchecked::<Arc<String>>().to_string()
    }
}

#[derive(SimpleObject)]
struct WritePayload {
    n: i32,
}

struct Mutation;

#[Object]
impl Mutation {
    async fn write(&self, ctx: &Context<'_>) -> Option<WritePayload> {
        let before = ctx
            .data_unchecked::<Arc<Traces>>()
            .writes
            .fetch_add(1, Ordering::SeqCst);
        Some(WritePayload {
            n: i32::try_from(before).unwrap() + 1,
        })
    }
    async fn fail(&self) -> Option<async_graphql::Result<WritePayload>> {
        Some(Err(Error::new(Code::Forbidden).into()))
    }
    async fn login(&self, ctx: &Context<'_>) -> Option<WritePayload> {
        ctx.append_http_header(
            "set-cookie",
            "__Host-icuops=t; Secure; HttpOnly; SameSite=Strict; Path=/",
        );
        Some(WritePayload { n: 0 })
    }
}

type ToySchema = Schema<Query, Mutation, EmptySubscription>;

pub struct Toy {
    schema: ToySchema,
    pub traces: Arc<Traces>,
    pub introspection: bool,
    pub metered: bool,
}

impl Door for Toy {
    type Requester = String;

    async fn authenticate(&self, head: &Head) -> Result<Visitor<String>> {
        let visitor = |name: &str, profile| Visitor {
            requester: Arc::new(name.to_owned()),
            profile,
            key: format!("key:{name}"),
            hospital: (profile == Profile::User).then(|| "h".to_owned()),
            lang: None,
            introspection: self.introspection || profile == Profile::Machine,
            metered: self.metered,
            stale: false,
        };
        match (head.bearer.as_deref(), head.cookie.as_deref()) {
            (None, None) => Ok(visitor("anonymous", Profile::Anonymous)),
            (Some("good"), _) => Ok(visitor("machine", Profile::Machine)),
            (None, Some("good")) => Ok(visitor("nurse", Profile::User)),
            _ => Err(Error::new(Code::Unauthenticated)),
        }
    }

    async fn execute(self: Arc<Self>, request: Request, call: Call<String>) -> Response {
        let request = request
            .data(call.visitor.requester)
            .data(Arc::clone(&self.traces));
        self.schema.execute(request).await
    }
}

fn schema() -> ToySchema {
    Schema::build(Query, Mutation, EmptySubscription)
        .limit_depth(16)
        .limit_recursive_depth(24)
        .limit_complexity(1000)
        .limit_aliases(30)
        .limit_directives(5)
        .disable_suggestions()
        .finish()
}

pub fn sdl() -> String {
    schema().sdl()
}

pub fn types() -> Types {
    Types::from_sdl(&sdl(), &Default::default()).unwrap()
}

/// The toy server's endpoint.
pub fn endpoint(change: impl FnOnce(&mut Config, &mut Toy)) -> Arc<Endpoint<Toy>> {
    let mut config = Config::default();
    config.origins.public = Some("https://icu.example".into());
    let mut toy = Toy {
        schema: schema(),
        traces: Arc::default(),
        introspection: true,
        metered: false,
    };
    change(&mut config, &mut toy);
    Arc::new(Endpoint::new(Arc::new(toy), &sdl(), config).unwrap())
}

/// An answer as a client sees it.
pub struct Seen {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Json,
}

impl Seen {
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// Sends a request through guard and endpoint; every error body is checked for its form (G8, G26, G57).
pub async fn send(endpoint: &Arc<Endpoint<Toy>>, request: TestRequest) -> Seen {
    let data = web::Data::from(Arc::clone(endpoint));
    let settings = Guard {
        origins: endpoint.config().origins.clone(),
        ..Guard::default()
    };
    let app = App::new()
        .app_data(web::Data::new(settings))
        .configure(configure(data))
        .route(
            "/plain",
            web::get().to(|| async { HttpResponse::BadRequest().body("plain text") }),
        )
        .route(
            "/fails",
            web::get().to(|_body: web::Query<Vec<(u8, u8)>>| async { "never" }),
        )
        .wrap(from_fn(guard));
    let app = init_service(app).await;
    let response = call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = to_bytes(response.into_body()).await.ok().unwrap();
    let body: Json = if bytes.is_empty() {
        Json::Null
    } else {
        serde_json::from_slice(&bytes).unwrap()
    };
    let seen = Seen {
        status,
        headers,
        body,
    };
    check_form(&seen, &bytes);
    seen
}

fn check_form(seen: &Seen, bytes: &Bytes) {
    let id = seen.header("x-request-id");
    assert_eq!(id.len(), 36);
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    let errors = seen.body["errors"].as_array().cloned().unwrap_or_default();
    assert!(!errors.is_empty() || seen.status < 400, "{}", seen.body);
    for error in &errors {
        let extensions = &error["extensions"];
        let known = Code::ALL
            .iter()
            .any(|code| extensions["code"] == code.word());
        assert!(known && extensions["requestId"] == id, "{error}");
        let (zh, en) = (&extensions["messages"]["zh"], &extensions["messages"]["en"]);
        assert!(
            zh.is_string()
                && en.is_string()
                && (error["message"] == *zh || error["message"] == *en)
        );
    }
    let text = std::str::from_utf8(bytes).unwrap();
    for word in [
        "SELECT",
        "/etc/",
        "secret",
        "expected one of",
        "Did you mean",
        "sqlx",
        "SeaORM",
    ] {
        assert!(!text.contains(word), "{text}");
    }
}

pub fn post(body: Json) -> TestRequest {
    TestRequest::post().uri("/graphql").set_json(body)
}

pub fn query(text: &str) -> TestRequest {
    post(serde_json::json!({ "query": text }))
}

pub fn get(pairs: &[(&str, &str)]) -> TestRequest {
    let encode = |text: &str| {
        text.bytes()
            .map(|b| format!("%{b:02X}"))
            .collect::<String>()
    };
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(k, v)| format!("{k}={}", encode(v)))
        .collect();
    TestRequest::get()
        .uri(&format!("/graphql?{}", pairs.join("&")))
        .insert_header(("GraphQL-Require-Preflight", "1"))
}

pub fn grj(request: TestRequest) -> TestRequest {
    request.insert_header(("accept", "application/graphql-response+json"))
}
