//! Confirming many solutions at once in the schema (S24).

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::super::ops::Bulk;
use super::mutation::{current, object};
use super::types::{Maybe, Ticket};
use crate::audit;
use crate::db::retrying;
use crate::error::{Error, Result, UserError};
use crate::graphql::{app, audited, lang, requester, settle};

/// 批量确认并关闭，至多 100 张.
/// Confirm and close many, at most 100.
#[derive(Debug, InputObject)]
pub struct ConfirmTicketsInput {
    /// 客户端生成的重放键，8–64 字符.
    /// Replay key made by the client, 8 to 64 characters.
    pub idempotency_key: String,
    /// 工单，至多 100 张.
    /// The tickets, at most 100.
    pub ids: Vec<ID>,
}

/// 批量确认中一张工单的结果.
/// Result of one ticket of a bulk confirmation.
#[derive(Debug, SimpleObject)]
pub struct ConfirmedTicket {
    /// 此刻的工单；不存在或无权为 null.
    /// The ticket as it stands now; null if there is none in scope.
    pub ticket: Option<Ticket>,
    /// 该工单可预期的失败；空为已确认.
    /// Expected failures of this ticket; none means confirmed.
    pub user_errors: Vec<UserError>,
}

/// 批量确认的结果.
/// Result of confirmTickets.
#[derive(Debug, SimpleObject)]
pub struct ConfirmTicketsPayload {
    /// 逐张结果，按所给次序.
    /// One result a ticket, in the order given.
    pub results: Vec<ConfirmedTicket>,
    /// 整个请求可预期的失败.
    /// Expected failures of the whole call.
    pub user_errors: Vec<UserError>,
}

/// Acts on many tickets.
#[derive(Default)]
pub struct BulkMutation;

/// Acts on many tickets.
#[Object]
impl BulkMutation {
    /// 批量确认并关闭，逐张决定与留痕，一张失败不影响其余. 权限 TICKET_CONFIRM_BULK.
    /// Confirm and close many; one decision and trace each, one that fails stops no other. Permission TICKET_CONFIRM_BULK.
    async fn confirm_tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ConfirmTicketsInput,
    ) -> Maybe<ConfirmTicketsPayload> {
        let done = all(ctx, &input).await;
        settle(ctx, done, |results, user_errors| ConfirmTicketsPayload {
            results: results.unwrap_or_default(),
            user_errors,
        })
    }
}

async fn all(ctx: &Context<'_>, input: &ConfirmTicketsInput) -> Result<Vec<ConfirmedTicket>> {
    let (app, who) = (app(ctx), requester(ctx));
    let ids: Vec<String> = input.ids.iter().map(|id| id.0.clone()).collect();
    let begun = retrying(app, || {
        Box::pin(Bulk::begin(app, who, &input.idempotency_key, &ids))
    })
    .await;
    let bulk = audited(ctx, "ticket.confirm", object(None), begun).await?;
    let mut results = Vec::with_capacity(bulk.ids().len());
    for text in bulk.ids() {
        results.push(one(ctx, &bulk, text).await?);
    }
    Ok(results)
}

/// One ticket of the call; an expected failure is its own, every other ends the call.
async fn one(ctx: &Context<'_>, bulk: &Bulk, text: &str) -> Result<ConfirmedTicket, Error> {
    let (app, who) = (app(ctx), requester(ctx));
    let id = entity::ids::TicketId::parse(text);
    let done = retrying(app, || Box::pin(bulk.confirm(app, who, id))).await;
    let done = match done {
        Err(error) if error.code() != crate::error::Code::Internal => {
            audit::refused(app, who, "ticket.confirm", object(id), &error).await?;
            Err(error)
        }
        other => other,
    };
    Ok(match done {
        Ok(row) => ConfirmedTicket {
            ticket: Some(Ticket(row)),
            user_errors: Vec::new(),
        },
        Err(error) => ConfirmedTicket {
            ticket: current(ctx, id).await.map(Ticket),
            user_errors: vec![error.into_user_error(lang(ctx))?],
        },
    })
}
