//! The board: running clocks of the tickets in scope, what is due first on top (S4).
//!
//! One index gives rows in order, so a page costs what it shows, whatever the number of tickets.

use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::rules::calendar::cut;
use entity::values::{ClockCode, Severity, SlaClockKind, SlaClockState, TicketCategory};
use entity::{sla_clock, ticket};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use super::SlaClock;
use super::types::Maybe;
use crate::connection;
use crate::error::Result;
use crate::graphql::{Counter, app, page, requester};
use crate::page::{self, Ask, Cursors, Key};
use crate::requester::Requester;

connection! {
    /// 到期看板分页，先到期者在前.
    /// A page of the board, first due first.
    DueBoardConnection,
    /// 看板的一行.
    /// One row of the board.
    DueBoardEdge,
    SlaClock
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
    let me = who.named_reader()?;
    let as_of = app.clock.now();
    let cursors = Cursors::new(app.cursor_key, &format!("board|{me}|{filter:?}"));
    let window = cursors.window(ask)?;
    let scope = due_clocks(who, filter, as_of);
    use sla_clock::Column as C;
    let rows = page::select(scope.clone(), (C::DueAt, C::Id), &window, false)?
        .all(app.db.read())
        .await?;
    let page = page(&cursors, &window, rows, |clock| {
        // Every row of the board has a due instant; without one it would stand at the start.
        Key::at(clock.due_at.unwrap_or_default(), clock.id.0)
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
