//! Reading tickets: one by id or number, lists by keyset.

use async_graphql::{Context, Enum, ID, InputObject, Object, OneofObject};
use chrono::{DateTime, Utc};
use entity::ids::{PersonId, TicketId};
use entity::values::{Severity, TicketCategory, TicketStatus, TokenScope};
use entity::{partial, ticket};
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::columns;
use super::types::Ticket;
use crate::connection;
use crate::error::{Error, Reason};
use crate::graphql::{Counter, OrderDirection, app, page, requester};
use crate::page::{self, Ask, Cursors, Key};
use crate::scalar::Instant;

/// 二选一.
/// Exactly one.
#[derive(Debug, OneofObject)]
pub enum TicketBy {
    /// 全局 ID.
    /// Global id.
    Id(ID),
    /// 工单号.
    /// Human number.
    Number(String),
}

/// 筛选：同项为或、异项为且.
/// OR inside a list, AND between fields.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TicketFilter {
    /// 状态.
    /// States.
    pub status: Option<Vec<TicketStatus>>,
    /// 类别.
    /// Categories.
    pub category: Option<Vec<TicketCategory>>,
    /// 级别.
    /// Severities.
    pub severity: Option<Vec<Severity>>,
    /// 是否已过最近的到期时刻.
    /// Whether the next due instant has passed.
    pub overdue: Option<bool>,
    /// 最近的到期时刻早于此.
    /// The next due instant lies before this.
    pub due_before: Option<Instant>,
    /// 仅未结束的.
    /// Only tickets that have not ended.
    pub open_only: Option<bool>,
    /// 工单号、描述或现象含此文字，至多 200 字.
    /// Number, description or phenomenon contains this text, at most 200 characters.
    pub text: Option<String>,
    /// 部件代码.
    /// Codes of components.
    pub component: Option<Vec<String>>,
    /// 处理人.
    /// Who handles it.
    pub assignee: Option<Vec<ID>>,
    /// 报告人.
    /// For whom the ticket is.
    pub reporter: Option<Vec<ID>>,
}

/// 排序：ID 总是最后一键.
/// Order; the id is always the last key.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct TicketOrder {
    /// 按什么排.
    /// By what.
    pub field: TicketOrderField,
    /// 方向.
    /// Which way.
    pub direction: OrderDirection,
}

/// 工单可按此排序.
/// What tickets can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum TicketOrderField {
    /// 登记时刻.
    /// When it was entered.
    CreatedAt,
    /// 受理时刻.
    /// When it was received.
    ReceivedAt,
}

impl Default for TicketOrder {
    fn default() -> Self {
        Self {
            field: TicketOrderField::CreatedAt,
            direction: OrderDirection::Desc,
        }
    }
}

connection! {
    /// 工单分页；totalCount 为 25001 表示更多.
    /// A page of tickets; a totalCount of 25 001 means more than 25 000.
    TicketConnection,
    /// 工单分页的一行.
    /// One row of a page of tickets.
    TicketEdge,
    Ticket
}

/// States in which nothing is left to do.
const ENDED: [TicketStatus; 4] = [
    TicketStatus::Closed,
    TicketStatus::Cancelled,
    TicketStatus::Duplicate,
    TicketStatus::OutOfScope,
];

/// Longest text to look for, in characters.
const LONGEST: usize = 200;

fn filtered(filter: &TicketFilter, now: DateTime<Utc>) -> Result<Condition, Error> {
    use ticket::Column as C;
    let people =
        |ids: &[ID]| -> Vec<PersonId> { ids.iter().filter_map(|id| PersonId::parse(id)).collect() };
    let mut all = Condition::all()
        .add_option(filter.status.clone().map(|words| C::Status.is_in(words)))
        .add_option(
            filter
                .category
                .clone()
                .map(|words| C::Category.is_in(words)),
        )
        .add_option(
            filter
                .severity
                .clone()
                .map(|words| C::Severity.is_in(words)),
        )
        .add_option(
            filter
                .component
                .clone()
                .map(|codes| C::Component.is_in(codes)),
        )
        .add_option(
            filter
                .assignee
                .clone()
                .map(|ids| C::AssigneeId.is_in(people(&ids))),
        )
        .add_option(
            filter
                .reporter
                .clone()
                .map(|ids| C::ReporterId.is_in(people(&ids))),
        )
        .add_option(filter.due_before.map(|at| C::NextDueAt.lt(at.0)));
    if filter.open_only == Some(true) {
        all = all.add(C::Status.is_not_in(ENDED));
    }
    if let Some(text) = filter.text.as_deref().map(str::trim) {
        if text.chars().count() > LONGEST {
            return Err(Error::input(Reason::TextTooLong).at(["filter", "text"]));
        }
        if !text.is_empty() {
            all = all.add(containing(text));
        }
    }
    Ok(match filter.overdue {
        Some(true) => all.add(C::NextDueAt.lt(now)),
        Some(false) => all.add(
            Condition::any()
                .add(C::NextDueAt.is_null())
                .add(C::NextDueAt.gte(now)),
        ),
        None => all,
    })
}

/// Rows in which one of the texts contains `text`, letter for letter and without regard to case.
fn containing(text: &str) -> Condition {
    use ticket::Column as C;
    let mut pattern = String::from("%");
    for letter in text.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    let mut any = Condition::any();
    for column in [C::Number, C::Description, C::Phenomenon] {
        let lower = Func::lower(Expr::col(column.as_column_ref()));
        any = any.add(Expr::expr(lower).like(LikeExpr::new(&pattern).escape('\\')));
    }
    any
}

/// Queries about tickets.
#[derive(Default)]
pub struct TicketQuery;

/// Queries about tickets.
#[Object]
impl TicketQuery {
    /// 按 ID 或工单号；不存在与无权同为 null.
    /// By id or by number; unknown and out of scope are both null.
    async fn ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID 或工单号. Id or number.")] by: TicketBy,
    ) -> Option<async_graphql::Result<Ticket>> {
        one(ctx, by)
            .await
            .map(|row| row.map(Ticket))
            .map_err(Into::into)
            .transpose()
    }

    /// 可见工单，默认最新在前.
    /// Tickets in scope, newest first unless ordered.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "筛选. Filter.")] filter: Option<TicketFilter>,
        #[graphql(desc = "排序. Order.")] order_by: Option<TicketOrder>,
    ) -> Option<async_graphql::Result<TicketConnection>> {
        Some(
            list(
                ctx,
                &Ask {
                    first,
                    after,
                    last,
                    before,
                },
                &filter.unwrap_or_default(),
                order_by.unwrap_or_default(),
            )
            .await
            .map_err(Into::into),
        )
    }
}

async fn one(ctx: &Context<'_>, by: TicketBy) -> Result<Option<ticket::Model>, Error> {
    let who = requester(ctx);
    who.reader(TokenScope::TicketRead)?;
    let scope = who.visible_tickets();
    let query = ticket::Entity::find().filter(scope);
    let mut rows = match by {
        TicketBy::Id(id) => match TicketId::parse(&id) {
            Some(id) => {
                query
                    .filter(ticket::Column::Id.eq(id))
                    .limit(1)
                    .all(app(ctx).db.read())
                    .await?
            }
            None => Vec::new(),
        },
        TicketBy::Number(number) => {
            query
                .filter(ticket::Column::Number.eq(number))
                .limit(2)
                .all(app(ctx).db.read())
                .await?
        }
    };
    if rows.len() > 1 {
        Err(Error::input(Reason::AmbiguousNumber))
    } else {
        Ok(rows.pop())
    }
}

async fn list(
    ctx: &Context<'_>,
    ask: &Ask,
    filter: &TicketFilter,
    order: TicketOrder,
) -> Result<TicketConnection, Error> {
    let app = app(ctx);
    let who = requester(ctx);
    let me = who.reader(TokenScope::TicketRead)?;
    use ticket::Column as C;
    let (column, down) = (order.field, order.direction == OrderDirection::Desc);
    let cursors = Cursors::new(
        app.cursor_key,
        &format!("tickets|{me}|{order:?}|{filter:?}"),
    );
    let window = cursors.window(ask)?;
    let wanted = filtered(filter, app.clock.now())?;
    let sort = match column {
        TicketOrderField::CreatedAt => C::CreatedAt,
        TicketOrderField::ReceivedAt => C::ReceivedAt,
    };
    let mut parts: Vec<_> = who
        .visible_tickets_by_hospital()
        .into_iter()
        .map(|part| ticket::Entity::find().filter(part).filter(wanted.clone()))
        .collect();
    if parts.is_empty() {
        parts.push(ticket::Entity::find().filter(who.visible_tickets()));
    }
    let columns = columns::of_nodes(ctx);
    let query = page::merged(parts, &columns, (sort, C::Id), &window, down)?;
    let rows: Vec<ticket::Model> = partial::read(&query, &columns, app.db.read()).await?;
    let scope = ticket::Entity::find()
        .filter(who.visible_tickets())
        .filter(wanted);
    let page = page(&cursors, &window, rows, |row| {
        let at = match column {
            TicketOrderField::CreatedAt => row.created_at,
            TicketOrderField::ReceivedAt => row.received_at,
        };
        Key::at(at, row.id.0)
    })?;
    Ok(TicketConnection::new(page, Counter::of(scope)))
}
