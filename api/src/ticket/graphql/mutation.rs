//! One mutation a transition.

use std::future::Future;

use async_graphql::{Context, ID, Object};
use entity::ids::{ContractId, PersonId, TicketId};

use super::super::ops;
use super::input::*;
use super::types::{AddReplyPayload, Ticket, TicketPayload, TicketReply};
use crate::error::{Error, Result};
use crate::graphql::{app, requester, settle};

type Payload = Option<async_graphql::Result<TicketPayload>>;

/// Runs an act; a refusal is recorded in a transaction of its own, and the payload then shows the current ticket.
async fn act(
    ctx: &Context<'_>,
    action: &str,
    id: Option<TicketId>,
    done: impl Future<Output = Result<entity::ticket::Model>>,
) -> Payload {
    let done = audited(ctx, action, id, done.await).await;
    let current = if done.is_err() {
        current(ctx, id).await
    } else {
        None
    };
    settle(ctx, done, |row, user_errors| TicketPayload {
        ticket: row.or(current).map(Ticket),
        user_errors,
    })
}

async fn audited<T>(
    ctx: &Context<'_>,
    action: &str,
    id: Option<TicketId>,
    done: Result<T>,
) -> Result<T> {
    match done {
        Err(error) if error.code() != crate::error::Code::Internal => {
            ops::refused(app(ctx), requester(ctx), action, id, &error).await?;
            Err(error)
        }
        other => other,
    }
}

/// The ticket as it stands, for who may see it.
async fn current(ctx: &Context<'_>, id: Option<TicketId>) -> Option<entity::ticket::Model> {
    use sea_orm::{EntityTrait, QueryFilter};
    let found = entity::ticket::Entity::find_by_id(id?)
        .filter(requester(ctx).visible_tickets())
        .one(app(ctx).db.read())
        .await;
    found.ok().flatten()
}

fn ticket_id(id: &ID) -> Option<TicketId> {
    TicketId::parse(id)
}

/// Changes of tickets.
#[derive(Default)]
pub struct TicketMutation;

/// Changes of tickets.
#[Object]
impl TicketMutation {
    /// 提交工单. 权限 TICKET_CREATE.
    /// Creates a ticket. Permission TICKET_CREATE.
    async fn create_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "新工单. The new ticket.")] input: CreateTicketInput,
    ) -> Payload {
        let new = || -> Result<ops::NewTicket> {
            let contract = match &input.contract_id {
                None => None,
                Some(id) => Some(ContractId::parse(id).ok_or_else(|| {
                    Error::from(crate::error::UserErrorCode::NotFound).at(["contractId"])
                })?),
            };
            Ok(ops::NewTicket {
                key: input.idempotency_key.clone(),
                contract,
                category: input.category,
                subcategory: input.subcategory.clone(),
                description: input.description.clone(),
                fault: input.fault.as_ref().map(|fault| ops::NewFault {
                    component: fault.component.clone(),
                    phenomenon: fault.phenomenon.clone(),
                    occurred_at: fault.occurred_at.0,
                    scope: fault.scope.clone(),
                    related_systems: fault.related_systems.clone(),
                    steps: fault.steps.clone(),
                }),
                urgency: input.urgency,
                beds_affected: input.beds_affected,
                channel: input.channel,
                received_at: input.received_at.map(|at| at.0),
                location: input.location.clone(),
            })
        };
        let done = Box::pin(async { ops::create(app(ctx), requester(ctx), new()?).await });
        act(ctx, "ticket.create", None, done).await
    }

    /// 答复，双方可见；被等待一方答复即结束等待. 权限 TICKET_REPLY.
    /// A reply, visible to both sides; a reply of the awaited side ends the wait. Permission TICKET_REPLY.
    async fn add_reply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "答复. The reply.")] input: AddReplyInput,
    ) -> Option<async_graphql::Result<AddReplyPayload>> {
        let id = ticket_id(&input.ticket_id);
        let new = ops::NewReply {
            text: input.text,
            as_response: input.as_response,
        };
        let done = Box::pin(ops::reply(app(ctx), requester(ctx), id, new)).await;
        let done = audited(ctx, "ticket.reply", id, done).await;
        settle(ctx, done, |done, user_errors| {
            let (ticket, reply) = done.unzip();
            AddReplyPayload {
                reply: reply.map(TicketReply),
                ticket: ticket.map(Ticket),
                user_errors,
            }
        })
    }

    /// 分诊，SUBMITTED → TRIAGED.
    /// Triage.
    async fn triage_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: TriageTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.triage",
            id,
            Box::pin(async { ops::triage(app, who, id, input.expected_version).await }),
        )
        .await
    }

    /// 转服务商，时限自此起算，TRIAGED → RELEASED.
    /// Release to the vendor; its clocks start now.
    async fn release_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ReleaseTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.release",
            id,
            Box::pin(async { ops::release(app, who, id, input.expected_version).await }),
        )
        .await
    }

    /// 指派服务商人员.
    /// Assign to a vendor person of the contract.
    async fn assign_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: AssignTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.assign",
            id,
            Box::pin(async {
                ops::assign(
                    app,
                    who,
                    id,
                    input.expected_version,
                    PersonId::parse(&input.assignee_id),
                )
                .await
            }),
        )
        .await
    }

    /// 响应，RELEASED → RESPONDED.
    /// First human answer.
    async fn respond_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RespondTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.respond",
            id,
            Box::pin(async {
                ops::respond(
                    app,
                    who,
                    id,
                    input.expected_version,
                    &input.text,
                    input.channel,
                )
                .await
            }),
        )
        .await
    }

    /// 记录排查或处理步骤，首个步骤开始处理.
    /// Record a diagnosis or handling step; the first one starts the handling.
    async fn add_step(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: AddStepInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.add_step",
            id,
            Box::pin(async {
                ops::add_step(
                    app,
                    who,
                    id,
                    ops::NewStep {
                        kind: input.kind,
                        channel: input.channel,
                        action: input.action,
                        finding: input.finding,
                    },
                )
                .await
            }),
        )
        .await
    }

    /// 制定解决方案与合规核查表，新版取代旧版.
    /// Write the solution plan and its compliance checklist; a new version supersedes the former.
    async fn write_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: WritePlanInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.write_plan",
            id,
            Box::pin(async {
                ops::write_plan(
                    app,
                    who,
                    id,
                    ops::NewPlan {
                        steps: input.steps,
                        risk: input.risk,
                        rollback: input.rollback,
                        checklist: input
                            .checklist
                            .into_iter()
                            .map(|item| (item.code, item.answer, item.note.unwrap_or_default()))
                            .collect(),
                        executed: input.executed,
                    },
                )
                .await
            }),
        )
        .await
    }

    /// 申请等待；院方同意前时限照走.
    /// Propose a wait; nothing stops until the hospital accepts.
    async fn propose_wait(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ProposeWaitInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.propose_wait",
            id,
            Box::pin(async { ops::propose_wait(app, who, id, input.reason, &input.note).await }),
        )
        .await
    }

    /// 同意或拒绝等待；同意则自申请时起算.
    /// Accept or refuse a wait; accepted it counts from the proposal.
    async fn decide_wait(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: DecideWaitInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.decide_wait",
            id,
            Box::pin(async { ops::decide_wait(app, who, id, input.accept).await }),
        )
        .await
    }

    /// 结束等待.
    /// End the wait by hand.
    async fn resume_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ResumeTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.resume",
            id,
            Box::pin(async { ops::resume(app, who, id).await }),
        )
        .await
    }

    /// 解决；故障须有根因、已执行的方案、完整核查表与验证.
    /// Solve; a fault needs root cause, executed plan, complete checklist and verification.
    async fn resolve_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ResolveTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.resolve",
            id,
            Box::pin(async {
                ops::resolve(
                    app,
                    who,
                    id,
                    input.expected_version,
                    ops::Solution {
                        text: input.text,
                        root_cause: input.root_cause,
                        verification: input.verification,
                    },
                )
                .await
            }),
        )
        .await
    }

    /// 确认并关闭.
    /// Confirm the solution and close.
    async fn confirm_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ConfirmTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.confirm",
            id,
            Box::pin(async { ops::confirm(app, who, id, input.expected_version).await }),
        )
        .await
    }

    /// 驳回解决，同一轮继续.
    /// Reject the solution; the same cycle goes on.
    async fn reject_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RejectTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.reject",
            id,
            Box::pin(async {
                ops::reject(app, who, id, input.expected_version, &input.reason).await
            }),
        )
        .await
    }

    /// 关闭后重开，进入下一轮.
    /// Reopen after closing; the next cycle begins.
    async fn reopen_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ReopenTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.reopen",
            id,
            Box::pin(async {
                ops::reopen(app, who, id, input.expected_version, &input.reason).await
            }),
        )
        .await
    }

    /// 撤销，仅提出的一方.
    /// Cancel; only the side that raised it.
    async fn cancel_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: CancelTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.cancel",
            id,
            Box::pin(async {
                ops::cancel(app, who, id, input.expected_version, &input.reason).await
            }),
        )
        .await
    }

    /// 评价，仅院方报告人.
    /// Rate; only the requester of the hospital.
    async fn rate_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RateTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.rate",
            id,
            Box::pin(async {
                ops::rate(app, who, id, input.rating, input.comment.as_deref()).await
            }),
        )
        .await
    }

    /// 院方自行处理；服务商时限注明原因后取消.
    /// The information centre takes the ticket; vendor clocks are cancelled with the reason.
    async fn take_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: TakeTicketInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.take",
            id,
            Box::pin(async {
                ops::take(app, who, id, input.expected_version, &input.reason).await
            }),
        )
        .await
    }

    /// 转交服务商，时限自此起算.
    /// Hand a taken ticket over; vendor clocks start now.
    async fn hand_over(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: HandOverInput,
    ) -> Payload {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(
            ctx,
            "ticket.hand_over",
            id,
            Box::pin(async {
                ops::hand_over(app, who, id, input.expected_version, &input.text).await
            }),
        )
        .await
    }
}
