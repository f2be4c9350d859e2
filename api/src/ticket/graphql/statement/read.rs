//! Reads a statement: a constant number of statements, whatever the number of tickets. The database narrows, the rules
//! decide ([`entity::rules::statement`]).

use std::collections::HashMap;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use entity::ids::{ClockId, ContractId, TicketId};
use entity::rules::access::Permission;
use entity::rules::calendar::{Calendar, civil_date};
use entity::rules::sla::{self, Due, Late};
use entity::rules::statement::{self as rule, ClockRow, Month, Outcome, Statement, TicketRow};
use entity::values::{
    BreachState, ClaimKind, Confirmation, Side, SlaClockKind, TargetSource, TicketEventKind,
    TicketOrigin,
};
use entity::{
    breach, claimed_time, contract, partial, recurrence_link, resolution_demand, sla_clock, ticket,
    ticket_event, wait,
};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use super::super::account::{missing, small};
use super::super::parts::ClaimedTime;
use super::super::recurrence::RecurrenceLink;
use super::types::{
    SlaLateClock, SlaNotApplicableLine, SlaProvisionalDue, SlaReopening, SlaStatement,
    SlaStatementDemand, SlaStatementWait, SlaUnconfirmedSolution, count,
};
use crate::error::{Error, Reason, Result};
use crate::graphql::{app, requester};
use crate::inspection::seen;
use crate::requester::Requester;
use crate::scalar::{Day, Instant};
use crate::ticket::clocks::ContractTerms;

const READ: Permission = Permission::StatementRead;
/// Clocks of a month that are counted; more than a busy contract has in a year.
const CLOCKS: usize = 50_000;
/// Rows of a list.
const ROWS: usize = 5_000;

/// Refuses what would be cut: a statement that leaves rows out is none.
fn whole<T>(rows: Vec<T>, most: usize) -> Result<Vec<T>> {
    if rows.len() <= most {
        return Ok(rows);
    }
    Err(Error::input(Reason::ListTooLong).at(["month"]).detail(
        format!("该月明细超过 {most} 行，无法出具统计"),
        format!("the month has more than {most} rows of one kind"),
    ))
}

/// A limit that shows whether there is more.
fn most(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX).saturating_add(1)
}

/// What is asked: the tickets of a contract in sight of a reader, in a month.
struct Scope<'a> {
    who: &'a Requester,
    contract: &'a contract::Model,
    month: Month,
}

impl Scope<'_> {
    fn within<C: ColumnTrait>(&self, at: C) -> Condition {
        Condition::all()
            .add(at.gte(self.month.from()))
            .add(at.lt(self.month.to()))
    }

    fn tickets(&self) -> Select<ticket::Entity> {
        use ticket::Column as T;
        ticket::Entity::find()
            .filter(T::HospitalId.eq(self.contract.hospital_id))
            .filter(T::ContractId.eq(self.contract.id))
            .filter(match &self.who.portal {
                // Numbers of the pages are those of the statement itself.
                Some(portal) => portal.counted_tickets(),
                None => self.who.visible_tickets(),
            })
    }

    /// Rows of a table whose ticket is in scope.
    fn of_tickets<E, C>(&self, hospital: C, id: C) -> Select<E>
    where
        E: EntityTrait,
        C: ColumnTrait,
    {
        let here = self.contract.hospital_id;
        let its = self
            .tickets()
            .select_only()
            .expr(Expr::val(1))
            .filter(Expr::col(ticket::Column::Id.as_column_ref()).eq(Expr::col(id.as_column_ref())))
            .into_query();
        E::find()
            .filter(hospital.eq(here))
            .filter(Expr::exists(its))
    }

    fn clocks(&self) -> Select<sla_clock::Entity> {
        use sla_clock::Column as C;
        let (from, to) = (self.month.from(), self.month.to());
        let other = || Condition::all().add(C::Kind.ne(SlaClockKind::Response));
        let by_month = Condition::any()
            .add(
                self.within(C::StartedAt)
                    .add(C::Kind.eq(SlaClockKind::Response)),
            )
            .add(
                other()
                    .add(C::DueBeforeAt.gt(from))
                    .add(C::DueBeforeAt.lte(to)),
            )
            .add(
                self.within(C::DueAt)
                    .add(C::Kind.ne(SlaClockKind::Response)),
            )
            .add(
                self.within(C::StartedAt)
                    .add(C::Kind.ne(SlaClockKind::Response))
                    .add(C::DueAt.is_null()),
            );
        self.of_tickets::<sla_clock::Entity, _>(C::HospitalId, C::TicketId)
            .filter(C::Kind.ne(SlaClockKind::Kpi))
            .filter(by_month)
    }

    /// A column of those clocks, for rows that belong to them.
    fn of_clocks(&self, column: sla_clock::Column) -> SelectStatement {
        self.clocks().select_only().column(column).into_query()
    }
}

/// The statement of a contract; none out of scope.
pub(super) async fn statement(
    ctx: &Context<'_>,
    id: ContractId,
    (year, month): (i32, i32),
) -> Result<Option<SlaStatement>> {
    let (app, who, now) = (app(ctx), requester(ctx), app(ctx).clock.now());
    who.reads(READ)?;
    let month = u32::try_from(month)
        .ok()
        .and_then(|month| Month::new(year, month))
        .ok_or_else(|| Error::input(Reason::ValueRange).at(["month"]))?;
    if month.from() > now {
        return Err(Error::input(Reason::ValueRange)
            .at(["month"])
            .detail("该月尚未开始", "the month has not begun"));
    }
    let db = app.db.read();
    let contract = contract::Entity::find_by_id(id)
        .filter(seen(
            who,
            READ,
            contract::Column::HospitalId,
            contract::Column::Id,
        ))
        .one(db)
        .await?;
    let Some(contract) = contract else {
        return Ok(None);
    };
    let scope = Scope {
        who,
        contract: &contract,
        month,
    };
    let known = Known::read(ctx, &scope).await?;
    let terms = ContractTerms::read(db, &contract, now).await?;
    let rows: Vec<ClockRow> = known.clocks.iter().map(|one| one.1.clone()).collect();
    let sums = rule::sum(&rows, now);
    let mut made = sheet(month, now, &sums, &known.tickets);
    made.late_clocks = known.late(&terms, now)?;
    for (clock, row, ticket) in &known.clocks {
        let number = || ticket.number.clone();
        if row.confirmation == Confirmation::Unconfirmed {
            made.unconfirmed.push(SlaUnconfirmedSolution {
                number: number(),
                severity: ticket.severity,
                resolved_at: row.stopped.map(Instant),
            });
        }
        if row.provisional {
            made.provisional.push(SlaProvisionalDue {
                number: number(),
                code: row.code,
                due_at: clock.due_at.map(Instant),
            });
        }
    }
    made.waits = whole(known.waits, ROWS)?
        .into_iter()
        .map(SlaStatementWait)
        .collect();
    made.demands = whole(known.demands, ROWS)?
        .into_iter()
        .map(SlaStatementDemand)
        .collect();
    made.reopenings = whole(known.reopenings, ROWS)?
        .into_iter()
        .map(SlaReopening)
        .collect();
    made.recurrences = whole(known.recurrences, ROWS)?
        .into_iter()
        .map(RecurrenceLink)
        .collect();
    Ok(Some(made))
}

/// The sheet with its counts; lists are empty.
fn sheet(
    month: Month,
    now: DateTime<Utc>,
    sums: &Statement,
    tickets: &[TicketRow],
) -> SlaStatement {
    let (responses, mean_response) = sums.mean_response();
    let (resolutions, mean_resolution) = sums.mean_resolution();
    SlaStatement {
        from_on: Day(month.first()),
        to_on: Day(month.last()),
        is_over: month.to() <= now,
        responses: sums.responses.iter().map(Into::into).collect(),
        mean_response_sec: mean_response.map(small),
        mean_response_count: count(responses),
        vendor_raised: sums.by_vendor.iter().map(Into::into).collect(),
        deliveries: sums.deliveries.iter().map(Into::into).collect(),
        resolutions: sums.resolutions.iter().map(Into::into).collect(),
        mean_resolution_sec: mean_resolution.map(small),
        mean_resolution_count: count(resolutions),
        has_untargeted: sums
            .resolutions
            .keys()
            .any(|target| target.source == TargetSource::None),
        not_applicable: sums
            .not_applicable
            .iter()
            .map(|(reason, count)| SlaNotApplicableLine {
                reason: *reason,
                count: small(*count),
            })
            .collect(),
        late_clocks: Vec::new(),
        unconfirmed: Vec::new(),
        provisional: Vec::new(),
        waits: Vec::new(),
        demands: Vec::new(),
        reopenings: Vec::new(),
        recurrences: Vec::new(),
        ticket_count: count(tickets.len()),
        categories: rule::categories(tickets)
            .into_iter()
            .map(Into::into)
            .collect(),
        channels: rule::channels(tickets)
            .into_iter()
            .map(Into::into)
            .collect(),
    }
}

/// The rows of a month.
struct Known {
    clocks: Vec<(sla_clock::Model, ClockRow, ticket::Model)>,
    tickets: Vec<TicketRow>,
    breaches: HashMap<ClockId, BreachState>,
    claims: HashMap<(TicketId, i32), claimed_time::Model>,
    waits: Vec<wait::Model>,
    demands: Vec<resolution_demand::Model>,
    reopenings: Vec<ticket_event::Model>,
    recurrences: Vec<recurrence_link::Model>,
}

impl Known {
    async fn read(ctx: &Context<'_>, scope: &Scope<'_>) -> Result<Self> {
        let db = app(ctx).db.read();
        let clocks = scope
            .clocks()
            .order_by_asc(sla_clock::Column::StartedAt)
            .order_by_asc(sla_clock::Column::Id)
            .limit(most(CLOCKS))
            .all(db)
            .await?;
        let clocks = whole(clocks, CLOCKS)?;
        let all = tickets(ctx, scope).await?;
        let received =
            |row: &&ticket::Model| row.released_at.is_some() && scope.month.holds(row.received_at);
        let counted = all.values().filter(received).map(|row| TicketRow {
            category: row.category,
            severity: row.severity,
            channel: row.channel,
            by_vendor: row.origin == TicketOrigin::VendorSelf,
        });
        let counted = counted.collect();
        let clocks = clocks
            .into_iter()
            .filter_map(|clock| {
                let ticket = all.get(&clock.ticket_id)?;
                let row = row(&clock, ticket);
                scope.month.has(&row).then(|| (clock, row, ticket.clone()))
            })
            .collect();
        let breaches = breach::Entity::find()
            .filter(breach::Column::HospitalId.eq(scope.contract.hospital_id))
            .filter(breach::Column::ClockId.in_subquery(scope.of_clocks(sla_clock::Column::Id)))
            .all(db)
            .await?;
        let mut claims = HashMap::new();
        let its = scope.of_clocks(sla_clock::Column::TicketId);
        for claim in claimed_time::Entity::find()
            .filter(claimed_time::Column::HospitalId.eq(scope.contract.hospital_id))
            .filter(claimed_time::Column::Kind.eq(ClaimKind::Responded))
            .filter(claimed_time::Column::TicketId.in_subquery(its))
            .order_by_asc(claimed_time::Column::Id)
            .all(db)
            .await?
        {
            claims.insert((claim.ticket_id, claim.cycle), claim);
        }
        Ok(Self {
            clocks,
            tickets: counted,
            breaches: breaches
                .into_iter()
                .map(|row| (row.clock_id, row.state))
                .collect(),
            claims,
            waits: waits(scope).all(db).await?,
            demands: demands(scope).all(db).await?,
            reopenings: reopenings(scope).all(db).await?,
            recurrences: recurrences(scope).all(db).await?,
        })
    }

    /// Every late clock, first started first.
    fn late(&self, terms: &ContractTerms, now: DateTime<Utc>) -> Result<Vec<SlaLateClock>> {
        let mut calendars: HashMap<&str, Calendar> = HashMap::new();
        let mut found = Vec::new();
        for (clock, row, ticket) in &self.clocks {
            if row.outcome(now) != Outcome::Late {
                continue;
            }
            if !calendars.contains_key(clock.calendar_version.as_str()) {
                calendars.insert(&clock.calendar_version, terms.calendar_of(clock)?);
            }
            let late = match calendars.get(clock.calendar_version.as_str()) {
                Some(calendar) => lateness(clock, calendar)?,
                None => None,
            };
            let claim = (row.kind == SlaClockKind::Response)
                .then(|| self.claims.get(&(clock.ticket_id, clock.cycle)))
                .flatten();
            found.push(SlaLateClock {
                number: ticket.number.clone(),
                category: ticket.category,
                severity: ticket.severity,
                code: row.code,
                kind: row.kind,
                cycle: clock.cycle,
                by_vendor: row.by_vendor,
                started_at: Instant(row.started),
                due_at: row.due.map(Instant),
                stopped_at: row.stopped.map(Instant),
                late_sec: late.map(|late| small(late.overrun_s)),
                late_wd: late.map(|late| small(late.late_wd)),
                is_provisional: row.provisional,
                claim: claim.cloned().map(ClaimedTime),
                breach: self.breaches.get(&clock.id).copied(),
            });
        }
        whole(found, ROWS)
    }
}

/// How late a stopped clock is; how late a running one is would be another number every second.
fn lateness(clock: &sla_clock::Model, calendar: &Calendar) -> Result<Option<Late>> {
    let (Some(at), Some(stop)) = (clock.due_at, clock.stopped_at) else {
        return Ok(None);
    };
    let on = civil_date(at);
    let due = Due {
        at,
        before: clock.due_before_at,
        on: match clock.due_before_at {
            Some(_) => on.pred_opt().unwrap_or(on),
            None => on,
        },
        provisional: clock.provisional,
        counts_from: None,
    };
    sla::late(&due, stop, clock.unit, calendar).map_err(missing)
}

fn row(clock: &sla_clock::Model, ticket: &ticket::Model) -> ClockRow {
    ClockRow {
        code: clock.code,
        kind: clock.kind,
        unit: clock.unit,
        limit: clock.limit_n,
        source: clock.target_source,
        severity: ticket.severity,
        by_vendor: ticket.origin == TicketOrigin::VendorSelf,
        // Who solved it is known of the last cycle.
        solved_by_hospital: ticket.solved_by == Some(Side::Hospital) && clock.cycle == ticket.cycle,
        started: clock.started_at,
        due: clock.due_at,
        due_before: clock.due_before_at,
        stopped: clock.stopped_at,
        state: clock.state,
        result: clock.result,
        cancelled: clock.cancel_reason,
        confirmation: clock.confirmation,
        provisional: clock.provisional,
        held: clock.held_n,
    }
}

/// The tickets of the clocks, and those received in the month.
async fn tickets(ctx: &Context<'_>, scope: &Scope<'_>) -> Result<HashMap<TicketId, ticket::Model>> {
    use ticket::Column as T;
    let columns = [
        T::Id,
        T::HospitalId,
        T::ContractId,
        T::Number,
        T::Category,
        T::Severity,
        T::Channel,
        T::Origin,
        T::SolvedBy,
        T::Cycle,
        T::ReceivedAt,
        T::ReleasedAt,
    ];
    let query = scope.tickets().filter(
        Condition::any()
            .add(scope.within(T::ReceivedAt))
            .add(T::Id.in_subquery(scope.of_clocks(sla_clock::Column::TicketId))),
    );
    let rows = partial::some(query.limit(most(CLOCKS)), &columns, app(ctx).db.read()).await?;
    let rows = whole(rows, CLOCKS)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

fn waits(scope: &Scope<'_>) -> Select<wait::Entity> {
    use wait::Column as C;
    scope
        .of_tickets::<wait::Entity, _>(C::HospitalId, C::TicketId)
        .filter(scope.within(C::ProposedAt))
        .order_by_asc(C::ProposedAt)
        .order_by_asc(C::Id)
        .limit(most(ROWS))
}

fn demands(scope: &Scope<'_>) -> Select<resolution_demand::Entity> {
    use resolution_demand::Column as C;
    scope
        .of_tickets::<resolution_demand::Entity, _>(C::HospitalId, C::TicketId)
        .filter(scope.within(C::DeliveredAt))
        .order_by_asc(C::DeliveredAt)
        .order_by_asc(C::Id)
        .limit(most(ROWS))
}

fn reopenings(scope: &Scope<'_>) -> Select<ticket_event::Entity> {
    use ticket_event::Column as C;
    scope
        .of_tickets::<ticket_event::Entity, _>(C::HospitalId, C::TicketId)
        .filter(C::Kind.eq(TicketEventKind::Reopened))
        .filter(scope.within(C::At))
        .order_by_asc(C::At)
        .order_by_asc(C::Id)
        .limit(most(ROWS))
}

fn recurrences(scope: &Scope<'_>) -> Select<recurrence_link::Entity> {
    use recurrence_link::Column as C;
    scope
        .of_tickets::<recurrence_link::Entity, _>(C::HospitalId, C::TicketId)
        .filter(scope.within(C::ProposedAt))
        .order_by_asc(C::ProposedAt)
        .order_by_asc(C::Id)
        .limit(most(ROWS))
}
