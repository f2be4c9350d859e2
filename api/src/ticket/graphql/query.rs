//! Reading tickets: one by id or number, lists by keyset.

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, Object, OneofObject, SimpleObject,
};
use entity::ids::TicketId;
use entity::ticket;
use entity::values::{Severity, TicketCategory, TicketStatus, TokenScope};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::types::{Node, PageInfo, Ticket, TicketEdge};
use crate::error::{Error, Reason};
use crate::graphql::{app, requester};
use crate::page::{self, Ask, Cursors, Key};

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
}

/// 排序方式；ID 总是最后一键.
/// Order; the id is always the last key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum TicketOrder {
    /// 最新在前.
    /// Newest first.
    #[default]
    NewestFirst,
    /// 最旧在前.
    /// Oldest first.
    OldestFirst,
}

/// 工单分页；totalCount 为 25001 表示更多.
/// A page of tickets; a totalCount of 25 001 means more than 25 000.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct TicketConnection {
    /// 行.
    /// Rows with cursors.
    pub edges: Vec<Option<TicketEdge>>,
    /// 工单.
    /// The tickets.
    pub nodes: Vec<Option<Ticket>>,
    /// 分页信息.
    /// Page position.
    pub page_info: PageInfo,
    #[graphql(skip)]
    scope: Condition,
}

#[ComplexObject]
impl TicketConnection {
    /// 总数，选取时才计算.
    /// Number of rows, computed only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<i32>> {
        let counted = ticket::Entity::find()
            .select_only()
            .column(ticket::Column::Id)
            .filter(self.scope.clone())
            .limit(page::COUNT_CAP + 1)
            .count(app(ctx).db.read())
            .await
            .map(|count| i32::try_from(count).unwrap_or(i32::MAX))
            .map_err(|error| Error::from(error).into());
        Some(counted)
    }
}

fn filtered(filter: &TicketFilter, now: chrono::DateTime<chrono::Utc>) -> Condition {
    use ticket::Column as C;
    let mut all = Condition::all();
    if let Some(words) = &filter.status {
        all = all.add(C::Status.is_in(words.iter().copied()));
    }
    if let Some(words) = &filter.category {
        all = all.add(C::Category.is_in(words.iter().copied()));
    }
    if let Some(words) = &filter.severity {
        all = all.add(C::Severity.is_in(words.iter().copied()));
    }
    match filter.overdue {
        Some(true) => all.add(C::NextDueAt.lt(now)),
        Some(false) => all.add(
            Condition::any()
                .add(C::NextDueAt.is_null())
                .add(C::NextDueAt.gte(now)),
        ),
        None => all,
    }
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

    /// 按全局 ID；不存在与无权同为 null.
    /// By global id; unknown and out of scope are both null.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "全局 ID. Global id.")] id: ID,
    ) -> Option<async_graphql::Result<Node>> {
        let found = one(ctx, TicketBy::Id(id)).await;
        found
            .map(|row| row.map(|row| Node::Ticket(Ticket(row))))
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
    who.require_reader(TokenScope::TicketRead)?;
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
    let me = who.require_reader(TokenScope::TicketRead)?;
    let descending = order == TicketOrder::NewestFirst;
    let cursors = Cursors::new(
        app.cursor_key,
        &format!("tickets|{me}|{descending}|{filter:?}"),
    );
    let window = cursors.window(ask)?;
    let scope = Condition::all()
        .add(who.visible_tickets())
        .add(filtered(filter, app.clock.now()));
    let down = descending != window.backward;
    let mut query = ticket::Entity::find().filter(scope.clone());
    if let Some(key) = window.beyond {
        query = query.filter(page::beyond(
            ticket::Column::CreatedAt,
            ticket::Column::Id,
            key,
            down,
        ));
    }
    query = if down {
        query
            .order_by_desc(ticket::Column::CreatedAt)
            .order_by_desc(ticket::Column::Id)
    } else {
        query
            .order_by_asc(ticket::Column::CreatedAt)
            .order_by_asc(ticket::Column::Id)
    };
    let mut rows = query.limit(window.size + 1).all(app.db.read()).await?;
    let more = rows.len() as u64 > window.size;
    rows.truncate(usize::try_from(window.size).unwrap_or(usize::MAX));
    if window.backward {
        rows.reverse();
    }
    let edges = rows
        .iter()
        .map(|row| {
            let cursor = cursors.write(Key {
                at: row.created_at,
                id: row.id.0,
            })?;
            Ok(Some(TicketEdge {
                cursor,
                node: Some(Ticket(row.clone())),
            }))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let cursor_of = |edge: Option<&Option<TicketEdge>>| {
        edge.and_then(Option::as_ref)
            .map(|edge| edge.cursor.clone())
    };
    let page_info = PageInfo {
        has_next_page: if window.backward {
            window.beyond.is_some()
        } else {
            more
        },
        has_previous_page: if window.backward {
            more
        } else {
            window.beyond.is_some()
        },
        start_cursor: cursor_of(edges.first()),
        end_cursor: cursor_of(edges.last()),
    };
    Ok(TicketConnection {
        edges,
        nodes: rows.into_iter().map(|row| Some(Ticket(row))).collect(),
        page_info,
        scope,
    })
}
