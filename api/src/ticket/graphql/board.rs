//! The board: running clocks of the tickets in scope, what is due first on top (S4).
//!
//! One index gives rows in order, so a page costs what it shows, whatever the number of tickets.

use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::rules::calendar::{cut, seconds};
use entity::values::{ClockCode, Severity, SlaClockKind, SlaClockState, TicketCategory};
use entity::{sla_clock, ticket};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use super::SlaClock;
use super::account::small;
use super::types::{Maybe, Ticket, settle};
use crate::connection;
use crate::error::Result;
use crate::graphql::{Counter, Page, app, page, requester};
use crate::loaders::{self, SeenTicket};
use crate::page::{self, Ask, Cursors, Key};
use crate::requester::Requester;
use crate::scalar::Instant;

/// 到期看板的一项：运行中的时限与其工单.
/// An item of the board: a running clock and its ticket.
#[derive(Clone, Debug)]
pub struct DueItem {
    clock: sla_clock::Model,
    due: DateTime<Utc>,
    as_of: DateTime<Utc>,
}

/// 到期看板的一项：运行中的时限与其工单.
/// An item of the board: a running clock and its ticket.
#[Object]
impl DueItem {
    /// 工单.
    /// The ticket.
    async fn ticket(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        let found = match loaders::of(ctx) {
            Ok(loaders) => loaders.load_one(SeenTicket(self.clock.ticket_id)).await,
            Err(error) => Err(error),
        };
        settle(found.map(|row| row.map(Ticket)))
    }
    /// 时限.
    /// The clock.
    async fn clock(&self) -> SlaClock {
        SlaClock(self.clock.clone())
    }
    /// 到期.
    /// Due.
    async fn due_at(&self) -> Instant {
        Instant(self.due)
    }
    /// 距到期的秒数，逾期为负，按 asOf 计.
    /// Seconds left at `asOf`; negative when overdue.
    async fn remaining_sec(&self) -> i32 {
        small(seconds(self.as_of, self.due))
    }
    /// 是否逾期.
    /// Whether it is overdue.
    async fn overdue(&self) -> bool {
        match self.clock.due_before_at {
            Some(bound) => self.as_of >= bound,
            None => cut(self.as_of) > cut(self.due),
        }
    }
    /// 本次应答的时刻.
    /// The instant of this answer.
    async fn as_of(&self) -> Instant {
        Instant(self.as_of)
    }
}

connection! {
    /// 到期看板分页，先到期者在前.
    /// A page of the board, first due first.
    DueBoardConnection,
    /// 看板的一行.
    /// One row of the board.
    DueBoardEdge,
    DueItem
}

/// 看板筛选：同项为或、异项为且.
/// OR inside a list, AND between fields.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DueBoardFilter {
    /// 类别.
    /// Categories.
    pub category: Option<Vec<TicketCategory>>,
    /// 级别.
    /// Severities.
    pub severity: Option<Vec<Severity>>,
    /// 时限代码；缺省不含仅作指标的时限.
    /// Clock codes; without it clocks that are indicators only are left out.
    pub clock_code: Option<Vec<ClockCode>>,
    /// 是否逾期.
    /// Whether it is overdue.
    pub overdue: Option<bool>,
}

/// Queries of the board.
#[derive(Default)]
pub struct BoardQuery;

/// Queries of the board.
#[Object]
impl BoardQuery {
    /// 到期看板：可见工单的运行中时限，先到期者在前.
    /// Board of what is due next: running clocks of the tickets in scope, first due first.
    async fn due_board(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "筛选. Filter.")] filter: Option<DueBoardFilter>,
    ) -> Maybe<DueBoardConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        Some(
            board(ctx, &ask, &filter.unwrap_or_default())
                .await
                .map_err(Into::into),
        )
    }
}

async fn board(
    ctx: &Context<'_>,
    ask: &Ask,
    filter: &DueBoardFilter,
) -> Result<DueBoardConnection> {
    let (app, who) = (app(ctx), requester(ctx));
    let me = who.require_person()?.id;
    let as_of = app.clock.now();
    let cursors = Cursors::new(app.cursor_key, &format!("board|{me}|{filter:?}"));
    let window = cursors.window(ask)?;
    let scope = due_clocks(who, filter, as_of);
    use sla_clock::Column as C;
    let rows = page::select(scope.clone(), (C::DueAt, C::Id), &window, false)?
        .all(app.db.read())
        .await?;
    let items = rows
        .into_iter()
        .filter_map(|clock| {
            let due = clock.due_at?;
            Some(DueItem { clock, due, as_of })
        })
        .collect();
    let page: Page<DueItem> = page(&cursors, &window, items, |item| {
        Key::at(item.due, item.clock.id.0)
    })?;
    Ok(DueBoardConnection::new(page, Counter::of(scope)))
}

/// The clocks of the board in no order yet: running, due, of a ticket in scope.
#[must_use]
pub fn due_clocks(
    who: &Requester,
    filter: &DueBoardFilter,
    now: DateTime<Utc>,
) -> Select<sla_clock::Entity> {
    use sla_clock::Column as C;
    use ticket::Column as T;
    let hospitals: Vec<_> = who.hospitals().into_iter().collect();
    // An equality leaves the rest of the index in order; a list of one would too, but not in every engine.
    let here = match hospitals.as_slice() {
        [one] => C::HospitalId.eq(*one),
        many => C::HospitalId.is_in(many.iter().copied()),
    };
    let mut of_ticket = ticket::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(
            Expr::col(T::HospitalId.as_column_ref()).eq(Expr::col(C::HospitalId.as_column_ref())),
        )
        .filter(Expr::col(T::Id.as_column_ref()).eq(Expr::col(C::TicketId.as_column_ref())))
        .filter(who.visible_tickets());
    if let Some(words) = &filter.category {
        of_ticket = of_ticket.filter(T::Category.is_in(words.iter().copied()));
    }
    if let Some(words) = &filter.severity {
        of_ticket = of_ticket.filter(T::Severity.is_in(words.iter().copied()));
    }
    let mut all = Condition::all()
        .add(here)
        .add(C::State.eq(SlaClockState::Running))
        .add(C::DueAt.is_not_null());
    all = match &filter.clock_code {
        Some(codes) => all.add(C::Code.is_in(codes.iter().copied())),
        None => all.add(C::Kind.ne(SlaClockKind::Kpi)),
    };
    // The due second itself is still in time; the bound of a day limit is already late.
    let second = cut(now);
    all = match filter.overdue {
        Some(true) => all.add(C::DueAt.lte(now)).add(
            Condition::any()
                .add(C::DueBeforeAt.is_not_null())
                .add(C::DueAt.lt(second)),
        ),
        Some(false) => all.add(C::DueAt.gte(second)).add(
            Condition::any()
                .add(C::DueBeforeAt.is_null())
                .add(C::DueAt.gt(now)),
        ),
        None => all,
    };
    sla_clock::Entity::find()
        .filter(all)
        .filter(Expr::exists(of_ticket.into_query()))
}
