//! What belongs to tickets, by global id: always through the tickets in scope (G19).

use std::collections::HashSet;

use async_graphql::{Context, ID};
use entity::ids::{
    ClaimId, ClockId, DemandId, PlanId, RecurrenceId, ReplyId, StepId, TicketEventId, TicketId,
    WaitId,
};
use entity::{
    claimed_time, recurrence_link, resolution_demand, sla_clock, solution_plan, ticket,
    ticket_event, ticket_reply, ticket_step, wait,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    ClaimedTime, RecurrenceLink, ResolutionDemand, SlaClock, SolutionPlan, Ticket, TicketEvent,
    TicketReply, TicketStep, Wait, breach,
};
use crate::error::Result;
use crate::graphql::{Found, Node, app, requester};

/// Rows that hang on a ticket, if the ticket is in scope.
macro_rules! of_ticket {
    ($ctx:ident, $ids:ident, $found:ident, $id:ty, $table:ident, $node:ident) => {
        let keys: Vec<$id> = $ids.iter().filter_map(|id| <$id>::parse(id)).collect();
        if !keys.is_empty() {
            let rows = $table::Entity::find()
                .filter($table::Column::Id.is_in(keys))
                .all(app($ctx).db.read())
                .await?;
            let seen = in_scope($ctx, rows.iter().map(|row| row.ticket_id)).await?;
            for row in rows {
                if seen.contains(&row.ticket_id) {
                    $found.insert(row.id.to_string(), Node::$node($node(row)));
                }
            }
        }
    };
}
/// Adds what is in scope of the ids.
///
/// # Errors
/// Those of the database.
pub async fn nodes(ctx: &Context<'_>, ids: &[ID], found: &mut Found) -> Result<()> {
    let tickets: Vec<TicketId> = ids.iter().filter_map(|id| TicketId::parse(id)).collect();
    if !tickets.is_empty() {
        let rows = ticket::Entity::find()
            .filter(ticket::Column::Id.is_in(tickets))
            .filter(requester(ctx).visible_tickets())
            .all(app(ctx).db.read())
            .await?;
        for row in rows {
            found.insert(row.id.to_string(), Node::Ticket(Ticket(row)));
        }
    }
    of_ticket!(ctx, ids, found, ClockId, sla_clock, SlaClock);
    of_ticket!(ctx, ids, found, TicketEventId, ticket_event, TicketEvent);
    of_ticket!(ctx, ids, found, ReplyId, ticket_reply, TicketReply);
    of_ticket!(
        ctx,
        ids,
        found,
        RecurrenceId,
        recurrence_link,
        RecurrenceLink
    );
    of_ticket!(
        ctx,
        ids,
        found,
        DemandId,
        resolution_demand,
        ResolutionDemand
    );
    breach::nodes(ctx, ids, found).await?;
    of_ticket!(ctx, ids, found, ClaimId, claimed_time, ClaimedTime);
    of_ticket!(ctx, ids, found, WaitId, wait, Wait);
    of_ticket!(ctx, ids, found, StepId, ticket_step, TicketStep);
    of_ticket!(ctx, ids, found, PlanId, solution_plan, SolutionPlan);
    Ok(())
}

async fn in_scope(
    ctx: &Context<'_>,
    tickets: impl Iterator<Item = TicketId>,
) -> Result<HashSet<TicketId>> {
    let seen: Vec<TicketId> = ticket::Entity::find()
        .select_only()
        .column(ticket::Column::Id)
        .filter(ticket::Column::Id.is_in(tickets))
        .filter(requester(ctx).visible_tickets())
        .into_tuple()
        .all(app(ctx).db.read())
        .await?;
    Ok(seen.into_iter().collect())
}
