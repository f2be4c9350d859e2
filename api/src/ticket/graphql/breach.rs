//! The register of breaches: candidates and withdrawn ones, with what the clock says today (S14, S27).
//!
//! A breach row is a fact that stays; how late it is follows from the clock. Notice, reply and
//! money are not here. Who reads it: `BREACH_READ`.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::ids::{BreachId, ClockId, ContractId, HospitalId, TicketId};
use entity::rules::access::Permission;
use entity::rules::calendar::Calendar;
use entity::rules::sla::{self, Due, Late, Projection};
use entity::values::{BreachKind, BreachState, SlaClockState};
use entity::{breach, contract, sla_clock, sla_event, ticket};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use super::super::clocks::{self, ContractTerms};
use super::SlaClock;
use super::account::{for_reader, missing, small};
use super::types::{Maybe, Ticket};
use crate::connection;
use crate::error::Result;
use crate::graphql::{Counter, Found, Node, Page, app, page, requester};
use crate::page::{self, Ask, Cursors, Key};
use crate::requester::Requester;
use crate::scalar::Instant;

/// 违约：时限越过了到期时刻；只增不删.
/// A breach: a clock passed its due instant; never deleted.
#[derive(Clone, Debug)]
pub struct Breach {
    row: breach::Model,
    clock: sla_clock::Model,
    ticket: ticket::Model,
    actual: Option<DateTime<Utc>>,
    retargeted: Option<DateTime<Utc>>,
    late: Option<Late>,
}

/// 违约：时限越过了到期时刻；只增不删.
/// A breach: a clock passed its due instant; never deleted.
#[Object]
impl Breach {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.row.id.to_string().into()
    }
    /// 种类.
    /// Kind.
    async fn kind(&self) -> BreachKind {
        self.row.kind
    }
    /// 状态.
    /// State.
    async fn state(&self) -> BreachState {
        self.row.state
    }
    /// 工单.
    /// The ticket.
    async fn ticket(&self) -> Ticket {
        Ticket(self.ticket.clone())
    }
    /// 时限.
    /// The clock.
    async fn clock(&self) -> SlaClock {
        SlaClock(self.clock.clone())
    }
    /// 轮次.
    /// Cycle.
    async fn cycle(&self) -> i32 {
        self.clock.cycle
    }
    /// 发现时的到期时刻.
    /// Due instant when it was found.
    async fn due_at(&self) -> Instant {
        Instant(self.row.due_at)
    }
    /// 实际完成或取消；进行中为 null.
    /// When it was done or cancelled; null while it runs.
    async fn actual_at(&self) -> Option<Instant> {
        self.actual.map(Instant)
    }
    /// 逾期秒数，按今日的到期时刻；按时为 null.
    /// Seconds after the due instant as it stands today; null when on time.
    async fn late_by_sec(&self) -> Option<i32> {
        self.late.map(|late| small(late.overrun_s))
    }
    /// 逾期的工作日.
    /// Working days late.
    async fn late_wd(&self) -> Option<i32> {
        self.late.map(|late| small(late.late_wd))
    }
    /// 使其立即逾期的目标变更.
    /// The change of target that made it late at once.
    async fn retargeted_at(&self) -> Option<Instant> {
        self.retargeted.map(Instant)
    }
    /// 发现时刻.
    /// When it was found.
    async fn found_at(&self) -> Instant {
        Instant(self.row.found_at)
    }
    /// 撤回时刻.
    /// When it was withdrawn.
    async fn withdrawn_at(&self) -> Option<Instant> {
        self.row.decided_at.map(Instant)
    }
    /// 撤回原因代码.
    /// Code of the reason of the withdrawal.
    async fn withdrawn_reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }
}

connection! {
    /// 违约登记分页，最新在前.
    /// A page of the register, newest first.
    BreachConnection,
    /// 登记的一行.
    /// One row of the register.
    BreachEdge,
    Breach
}

/// 违约筛选：同项为或、异项为且.
/// OR inside a list, AND between fields.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BreachFilter {
    /// 状态.
    /// States.
    pub state: Option<Vec<BreachState>>,
    /// 种类.
    /// Kinds.
    pub kind: Option<Vec<BreachKind>>,
}

/// Queries about breaches.
#[derive(Default)]
pub struct BreachQuery;

/// Queries about breaches.
#[Object]
impl BreachQuery {
    /// 违约登记，最新在前；院方信息中心、院领导、审计，及合同的项目经理. 权限 BREACH_READ.
    /// Register of breaches, newest first; for the information centre, the manager, the auditor and the project manager of the contract. Permission BREACH_READ.
    async fn breaches(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "筛选. Filter.")] filter: Option<BreachFilter>,
    ) -> Maybe<BreachConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        Some(
            register(ctx, &ask, &filter.unwrap_or_default())
                .await
                .map_err(for_reader)
                .map_err(Into::into),
        )
    }
}

async fn register(ctx: &Context<'_>, ask: &Ask, filter: &BreachFilter) -> Result<BreachConnection> {
    use breach::Column as C;
    let (app, who) = (app(ctx), requester(ctx));
    let me = who.require(Permission::BreachRead)?.id;
    let cursors = Cursors::new(app.cursor_key, &format!("breaches|{me}|{filter:?}"));
    let window = cursors.window(ask)?;
    let mut scope = readable(who);
    if let Some(words) = &filter.state {
        scope = scope.filter(C::State.is_in(words.iter().copied()));
    }
    if let Some(words) = &filter.kind {
        scope = scope.filter(C::Kind.is_in(words.iter().copied()));
    }
    let rows = page::select(scope.clone(), (C::FoundAt, C::Id), &window, true)?
        .all(app.db.read())
        .await?;
    let page = page(&cursors, &window, rows, |row| {
        Key::at(row.found_at, row.id.0)
    })?;
    let (marks, rows): (Vec<Key>, Vec<breach::Model>) = page.rows.into_iter().unzip();
    let known: HashMap<BreachId, Breach> = judged(ctx, rows.clone())
        .await?
        .into_iter()
        .map(|breach| (breach.row.id, breach))
        .collect();
    let rows = marks
        .into_iter()
        .zip(rows)
        .filter_map(|(mark, row)| Some((mark, known.get(&row.id)?.clone())))
        .collect();
    let page = Page {
        rows,
        info: page.info,
        cursors: page.cursors,
    };
    Ok(BreachConnection::new(page, Counter::of(scope)))
}

/// The breaches that a person may read.
fn readable(who: &Requester) -> Select<breach::Entity> {
    use breach::Column as C;
    use ticket::Column as T;
    let hospitals: Vec<HospitalId> = who
        .hospitals()
        .into_iter()
        .filter(|hospital| who.may_at(*hospital, Permission::BreachRead))
        .collect();
    let here = match hospitals.as_slice() {
        [one] => C::HospitalId.eq(*one),
        many => C::HospitalId.is_in(many.iter().copied()),
    };
    let of_ticket = ticket::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(
            Expr::col(T::HospitalId.as_column_ref()).eq(Expr::col(C::HospitalId.as_column_ref())),
        )
        .filter(Expr::col(T::Id.as_column_ref()).eq(Expr::col(C::TicketId.as_column_ref())))
        .filter(who.visible_tickets());
    breach::Entity::find()
        .filter(Condition::all().add(here))
        .filter(Expr::exists(of_ticket.into_query()))
}

/// Adds the breaches that the reader may read (G19).
///
/// # Errors
/// Those of the database.
pub async fn nodes(ctx: &Context<'_>, ids: &[ID], found: &mut Found) -> Result<()> {
    let keys: Vec<BreachId> = ids.iter().filter_map(|id| BreachId::parse(id)).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let rows = readable(requester(ctx))
        .filter(breach::Column::Id.is_in(keys))
        .all(app(ctx).db.read())
        .await?;
    for breach in judged(ctx, rows).await? {
        found.insert(breach.row.id.to_string(), Node::Breach(breach));
    }
    Ok(())
}

/// Rows with their clocks replayed; a constant number of statements for a page of one contract.
async fn judged(ctx: &Context<'_>, rows: Vec<breach::Model>) -> Result<Vec<Breach>> {
    let (app, now) = (app(ctx), app(ctx).clock.now());
    let db = app.db.read();
    let ids: Vec<ClockId> = rows.iter().map(|row| row.clock_id).collect();
    let clocks: HashMap<ClockId, sla_clock::Model> = sla_clock::Entity::find()
        .filter(sla_clock::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?
        .into_iter()
        .map(|clock| (clock.id, clock))
        .collect();
    let mut events: HashMap<ClockId, Vec<sla_event::Model>> = HashMap::new();
    for event in sla_event::Entity::find()
        .filter(sla_event::Column::HospitalId.is_in(rows.iter().map(|row| row.hospital_id)))
        .filter(sla_event::Column::ClockId.is_in(ids))
        .order_by_asc(sla_event::Column::Seq)
        .all(db)
        .await?
    {
        events.entry(event.clock_id).or_default().push(event);
    }
    let tickets: HashMap<TicketId, ticket::Model> = ticket::Entity::find()
        .filter(ticket::Column::Id.is_in(rows.iter().map(|row| row.ticket_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut terms: HashMap<ContractId, ContractTerms> = HashMap::new();
    for contract in contract::Entity::find()
        .filter(contract::Column::Id.is_in(tickets.values().map(|row| row.contract_id)))
        .all(db)
        .await?
    {
        terms.insert(contract.id, ContractTerms::read(db, &contract, now).await?);
    }
    let mut judged = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(clock), Some(ticket)) = (clocks.get(&row.clock_id), tickets.get(&row.ticket_id))
        else {
            continue;
        };
        let (Some(terms), Some(events)) = (terms.get(&ticket.contract_id), events.get(&clock.id))
        else {
            continue;
        };
        let (_, seen) = clocks::replayed_from(terms, clock, events, now)?;
        judged.push(Breach {
            late: lateness(&seen, &terms.calendar_of(clock)?, now)?,
            actual: seen.stopped_at.or(seen.cancelled.map(|(_, at)| at)),
            retargeted: seen.retargeted_at,
            clock: clock.clone(),
            ticket: ticket.clone(),
            row,
        });
    }
    Ok(judged)
}

/// How late a clock is: up to its stop or cancellation, while it runs up to now; none while paused.
pub(super) fn lateness(
    seen: &Projection,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Option<Late>> {
    let (Some(at), Some(on)) = (seen.due_at, seen.due_on) else {
        return Ok(None);
    };
    if seen.state == SlaClockState::Paused {
        return Ok(None);
    }
    let due = Due {
        at,
        before: seen.due_before_at,
        on,
        provisional: seen.provisional,
        counts_from: seen.counts_from,
    };
    let end = seen
        .stopped_at
        .or(seen.cancelled.map(|(_, at)| at))
        .unwrap_or(now);
    sla::late(&due, end, seen.target.unit, calendar).map_err(missing)
}
