//! The schema: roots merged from the capabilities, engine limits, and the short ways of resolvers.
//!
//! It decides nothing. Codes are attached once, after execution, in `http::respond`.

mod connection;
mod glyph;
mod node;
mod payload;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{
    Context, EmptySubscription, Enum, MergedObject, SDLExportOptions, Schema, SchemaBuilder,
};
use entity::values::Language;
use uuid::Uuid;

pub use connection::{Counter, Page, PageInfo, page};
pub use node::{Found, Node, NodeQuery};
pub use payload::Payload;

use crate::account::graphql::{AccountMutation, AccountQuery};
use crate::app::App;
use crate::audit;
use crate::calendar::graphql::{CalendarMutation, CalendarQuery};
use crate::db::retrying;
use crate::error::{Code, Error, UserError};
use crate::http::origin::COOKIE_NAME;
use crate::inspection::graphql::{
    AssetMutation, FindingMutation, InspectionMutation, InspectionPlanMutation, InspectionQuery,
    InspectionReportMutation, RectificationMutation,
};
use crate::knowledge::graphql::{ArticleMutation, ArticleQuery};
use crate::notification::graphql::{NotificationMutation, NotificationQuery};
use crate::portal::graphql::{DeskQuery, PortalMutation, PortalQuery};
use crate::report::graphql::{ReportMutation, ReportQuery};
use crate::requester::Requester;
use crate::ticket::graphql::{
    BoardQuery, BreachQuery, BulkMutation, ClaimMutation, DemandMutation, ExplainQuery,
    PreviewQuery, RecurrenceMutation, ScopeMutation, StatementQuery, TicketMutation, TicketQuery,
};

/// 查询.
/// Reads.
#[derive(MergedObject, Default)]
pub struct Query(
    NodeQuery,
    AccountQuery,
    CalendarQuery,
    TicketQuery,
    ExplainQuery,
    PreviewQuery,
    BoardQuery,
    BreachQuery,
    StatementQuery,
    InspectionQuery,
    ReportQuery,
    ArticleQuery,
    PortalQuery,
    DeskQuery,
    NotificationQuery,
);

/// 变更；每个根字段一个事务.
/// Writes; one transaction for each root field.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    CalendarMutation,
    TicketMutation,
    ClaimMutation,
    ScopeMutation,
    BulkMutation,
    RecurrenceMutation,
    DemandMutation,
    AssetMutation,
    InspectionPlanMutation,
    InspectionMutation,
    FindingMutation,
    InspectionReportMutation,
    RectificationMutation,
    ReportMutation,
    ArticleMutation,
    PortalMutation,
    NotificationMutation,
);

/// 排序方向.
/// Which way a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrderDirection {
    /// 升序.
    /// Ascending.
    Asc,
    /// 降序.
    /// Descending.
    Desc,
}

/// The schema of the server.
pub type IcuopsSchema = Schema<Query, Mutation, EmptySubscription>;

type Builder = SchemaBuilder<Query, Mutation, EmptySubscription>;

fn builder(app: Option<App>) -> Builder {
    let builder = Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<Payload>()
        .limit_depth(16)
        .limit_recursive_depth(24)
        .disable_suggestions();
    match app {
        Some(app) => builder.data(app),
        None => builder,
    }
}

/// Builds the schema; `app` is absent when only the SDL is wanted.
#[must_use]
pub fn schema(app: Option<App>) -> IcuopsSchema {
    // The second net, wide enough for the standard introspection query; the first is `http::graphql`.
    builder(app)
        .limit_complexity(1000)
        .limit_aliases(30)
        .limit_directives(5)
        .finish()
}

/// The same schema for the queries of report definitions: reviewed documents, bounded by their own limits.
#[must_use]
pub fn report_schema(app: Option<App>) -> IcuopsSchema {
    builder(app).limit_complexity(20_000).finish()
}

/// Why a document does not fit the schema; nothing of it is executed.
///
/// # Errors
/// What the engine says.
pub async fn fits(schema: &IcuopsSchema, document: &str) -> Result<(), String> {
    // The engine validates before it looks for the operation, and no operation has this name.
    const NOBODY: &str = "_";
    let request = async_graphql::Request::new(document).operation_name(NOBODY);
    let told: Vec<String> = schema
        .execute(request)
        .await
        .errors
        .into_iter()
        .map(|error| error.message)
        .filter(|message| !message.starts_with("Unknown operation named"))
        .collect();
    if told.is_empty() {
        Ok(())
    } else {
        Err(told.join("; "))
    }
}

/// The SDL, sorted, as it is committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by();
    without_built_ins(&schema(None).sdl_with_options(options))
}

/// The directives that every server has are printed last and are not part of the document.
fn without_built_ins(sdl: &str) -> String {
    let own = sdl
        .split("\n\"\"\"\nDirects the executor to include")
        .next()
        .unwrap_or(sdl)
        .trim_end();
    // The roots stay: the limits tell a mutation from a type by them.
    let roots = sdl
        .rfind("\nschema {")
        .and_then(|at| sdl.get(at..))
        .unwrap_or_default();
    format!("{own}\n{}", roots.trim_end())
}

/// What an operation wants done to the session cookie.
#[derive(Clone, Debug)]
pub enum Cookie {
    /// A new session: token and lifetime.
    Set(String, Duration),
    /// The session has ended.
    Clear,
}

/// Sends the session cookie, or takes it away. Browsers keep it over TLS and on this machine.
pub fn set_cookie(ctx: &Context<'_>, wish: &Cookie) {
    let (value, age) = match wish {
        Cookie::Set(token, lifetime) => (token.as_str(), lifetime.as_secs()),
        Cookie::Clear => ("", 0),
    };
    let cookie =
        format!("{COOKIE_NAME}={value}; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age={age}");
    ctx.append_http_header("set-cookie", cookie);
}

/// The shared state.
#[must_use]
pub fn app<'a>(ctx: &Context<'a>) -> &'a App {
    ctx.data_unchecked::<App>()
}

/// Who is asking.
#[must_use]
pub fn requester<'a>(ctx: &Context<'a>) -> &'a Requester {
    ctx.data_unchecked::<Arc<Requester>>()
}

/// Who is asking, to keep.
#[must_use]
pub fn shared_requester<'a>(ctx: &Context<'a>) -> &'a Arc<Requester> {
    ctx.data_unchecked::<Arc<Requester>>()
}

/// Language of the reader.
#[must_use]
pub fn lang(ctx: &Context<'_>) -> Language {
    ctx.data::<Language>().copied().unwrap_or(Language::Zh)
}

/// Makes a payload: an expected failure becomes an entry of `userErrors`, others leave as errors.
/// What was saved but cannot be printed is told beside the object.
pub fn settle<T, P>(
    ctx: &Context<'_>,
    done: Result<T, Error>,
    payload: impl FnOnce(Option<T>, Vec<UserError>) -> P,
) -> Option<async_graphql::Result<P>> {
    Some(match done {
        Ok(done) => Ok(payload(Some(done), glyph::warnings(ctx))),
        Err(error) => match error.into_user_error(lang(ctx)) {
            Ok(expected) => {
                app(ctx).metrics.user_error(expected.code.into());
                Ok(payload(None, vec![expected]))
            }
            Err(error) => Err(error.into()),
        },
    })
}

/// Records a refusal in a transaction of its own.
///
/// # Errors
/// The refusal itself; those of the database.
pub async fn audited<T>(
    ctx: &Context<'_>,
    action: &str,
    object: (&str, Option<Uuid>),
    done: Result<T, Error>,
) -> Result<T, Error> {
    match done {
        // What the server could not do, or does not know, is no refusal.
        Err(error)
            if error.code().user().is_some()
                || matches!(error.code(), Code::Forbidden | Code::Unauthenticated) =>
        {
            audit::refused(app(ctx), requester(ctx), action, object, &error).await?;
            Err(error)
        }
        other => other,
    }
}

/// Runs an act, again if the database asks for it; a refusal is recorded.
pub async fn act<T, P, F>(
    ctx: &Context<'_>,
    action: &str,
    object: (&str, Option<Uuid>),
    run: impl Fn() -> F,
    payload: impl FnOnce(Option<T>, Vec<UserError>) -> P,
) -> Option<async_graphql::Result<P>>
where
    F: Future<Output = Result<T, Error>>,
{
    let done = retrying(app(ctx), || Box::pin(run())).await;
    let done = audited(ctx, action, object, done).await;
    settle(ctx, done, payload)
}

/// [`settle`] for a payload without a node.
pub fn settle_unit<P>(
    ctx: &Context<'_>,
    done: Result<(), Error>,
    payload: impl FnOnce(Vec<UserError>) -> P,
) -> Option<async_graphql::Result<P>> {
    settle(ctx, done, |_, user_errors| payload(user_errors))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// G1
    #[tokio::test]
    async fn the_reference_edition_is_the_one_of_september_2025() {
        let asked = r#"{
            by: __type(name: "TicketBy") { isOneOf }
            filter: __type(name: "TicketFilter") { isOneOf }
            instant: __type(name: "DateTime") { specifiedByURL }
            query: __type(name: "Query") { fields { args { name } } }
            all: __type(name: "Query") { fields { args(includeDeprecated: true) { name } } }
        }"#;
        let answer = schema(None).execute(asked).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        let data = answer.data.into_json().unwrap();
        let at = |path: &str| data.pointer(path).unwrap().clone();
        assert_eq!(at("/by/isOneOf"), true);
        assert_eq!(at("/filter/isOneOf"), false);
        assert_eq!(
            at("/instant/specifiedByURL"),
            "https://www.rfc-editor.org/rfc/rfc3339"
        );
        // Nothing is deprecated yet, so both lists are the same.
        assert_eq!(at("/query"), at("/all"));
    }
}
