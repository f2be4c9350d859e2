//! One mutation a transition.

use std::future::Future;

use async_graphql::{Context, ID, Object};
use entity::ids::{AttachmentId, ContractId, PersonId, TicketId};
use uuid::Uuid;

use super::super::ops;
use super::history::TicketReply;
use super::input::*;
use super::payload::*;
use super::types::{Maybe, Ticket};
use crate::db::retrying;
use crate::error::Result;
use crate::graphql::{app, audited, requester, settle};

/// Runs an act; a refusal is recorded in a transaction of its own, and the payload then shows the current ticket.
pub(super) async fn act<P, F>(
    ctx: &Context<'_>,
    action: &str,
    id: Option<TicketId>,
    run: impl Fn() -> F,
) -> Maybe<P>
where
    P: TicketPayload,
    F: Future<Output = Result<entity::ticket::Model>>,
{
    let done = retrying(app(ctx), || Box::pin(run())).await;
    let done = audited(ctx, action, object(id), done).await;
    let current = if done.is_err() {
        current(ctx, id).await
    } else {
        None
    };
    settle(ctx, done, |row, user_errors| {
        P::new(row.or(current).map(Ticket), user_errors)
    })
}

/// A ticket as the object of an act.
pub(super) fn object(id: Option<TicketId>) -> (&'static str, Option<Uuid>) {
    ("ticket", id.map(|id| id.0))
}

/// The ticket as it stands, for who may see it.
pub(super) async fn current(
    ctx: &Context<'_>,
    id: Option<TicketId>,
) -> Option<entity::ticket::Model> {
    use sea_orm::{EntityTrait, QueryFilter};
    let found = entity::ticket::Entity::find_by_id(id?)
        .filter(requester(ctx).visible_tickets())
        .one(app(ctx).db.read())
        .await;
    found.ok().flatten()
}

pub(super) fn ticket_id(id: &ID) -> Option<TicketId> {
    TicketId::parse(id)
}

/// Changes of tickets.
#[derive(Default)]
pub struct TicketMutation;

/// Changes of tickets.
#[Object]
impl TicketMutation {
    /// 提交工单；代登另需 TICKET_REGISTER. 权限 TICKET_CREATE.
    /// Creates a ticket; a registration for somebody else also needs TICKET_REGISTER. Permission TICKET_CREATE.
    async fn create_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "新工单. The new ticket.")] input: CreateTicketInput,
    ) -> Maybe<CreateTicketPayload> {
        // A text that is no id names no row, and is told so when the row is looked for: after rights and texts.
        let new = || ops::NewTicket {
            key: input.idempotency_key.clone(),
            contract: input.contract_id.as_ref().map(|id| ContractId::lookup(id)),
            reporter: input.reporter_id.as_ref().map(|id| PersonId::lookup(id)),
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
            recurrence_of: input.recurrence_of.as_ref().map(|id| TicketId::lookup(id)),
        };
        let (app, who) = (app(ctx), requester(ctx));
        act(ctx, "ticket.create", None, || ops::create(app, who, new())).await
    }

    /// 答复，双方可见；被等待一方答复即结束等待. 权限 TICKET_REPLY.
    /// A reply, visible to both sides; a reply of the awaited side ends the wait. Permission TICKET_REPLY.
    async fn add_reply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "答复. The reply.")] input: AddReplyInput,
    ) -> Maybe<AddReplyPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let file_ids: Vec<_> = input
            .file_ids
            .iter()
            .flatten()
            .map(|id| AttachmentId::parse(id))
            .collect();
        let run = || {
            let new = ops::NewReply {
                key: input.idempotency_key.clone(),
                text: input.text.clone(),
                as_response: input.as_response,
                files: file_ids.clone(),
            };
            Box::pin(ops::reply(app, who, id, new))
        };
        let done = retrying(app, run).await;
        let done = audited(ctx, "ticket.reply", object(id), done).await;
        settle(ctx, done, |done, user_errors| {
            let (ticket, reply) = done.unzip();
            AddReplyPayload {
                reply: reply.map(TicketReply),
                ticket: ticket.map(Ticket),
                user_errors,
            }
        })
    }

    /// 分诊，SUBMITTED → TRIAGED. 权限 TICKET_TRIAGE.
    /// Triage. Permission TICKET_TRIAGE.
    async fn triage_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: TriageTicketInput,
    ) -> Maybe<TriageTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.triage", id, || {
            ops::triage(app, who, id, input.expected_version)
        })
        .await
    }

    /// 转服务商，时限自此起算，TRIAGED → RELEASED. 权限 TICKET_RELEASE.
    /// Release to the vendor; its clocks start now. Permission TICKET_RELEASE.
    async fn release_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ReleaseTicketInput,
    ) -> Maybe<ReleaseTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.release", id, || {
            ops::release(app, who, id, input.expected_version)
        })
        .await
    }

    /// 指派服务商人员. 权限 TICKET_ASSIGN.
    /// Assign to a vendor person of the contract. Permission TICKET_ASSIGN.
    async fn assign_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: AssignTicketInput,
    ) -> Maybe<AssignTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.assign", id, || {
            ops::assign(
                app,
                who,
                id,
                input.expected_version,
                PersonId::parse(&input.assignee_id),
            )
        })
        .await
    }

    /// 响应，RELEASED → RESPONDED. 权限 TICKET_RESPOND.
    /// First human answer. Permission TICKET_RESPOND.
    async fn respond_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RespondTicketInput,
    ) -> Maybe<RespondTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let new = ops::NewResponse {
            key: input.idempotency_key,
            text: input.text,
            channel: input.channel,
            claimed_at: input.responded_at_claimed.map(|at| at.0),
        };
        act(ctx, "ticket.respond", id, || {
            ops::respond(app, who, id, input.expected_version, &new)
        })
        .await
    }

    /// 记录排查或处理步骤，首个步骤开始处理. 权限 TICKET_HANDLE.
    /// Record a diagnosis or handling step; the first one starts the handling. Permission TICKET_HANDLE.
    async fn add_step(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: AddStepInput,
    ) -> Maybe<AddStepPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let new = ops::NewStep {
            key: input.idempotency_key,
            kind: input.kind,
            channel: input.channel,
            action: input.action,
            finding: input.finding,
        };
        act(ctx, "ticket.add_step", id, || {
            ops::add_step(app, who, id, &new)
        })
        .await
    }

    /// 制定解决方案与合规核查表，新版取代旧版. 权限 TICKET_HANDLE.
    /// Write the solution plan and its compliance checklist; a new version supersedes the former. Permission TICKET_HANDLE.
    async fn write_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: WritePlanInput,
    ) -> Maybe<WritePlanPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let new = ops::NewPlan {
            key: input.idempotency_key,
            steps: input.steps,
            risk: input.risk,
            rollback: input.rollback,
            checklist: input
                .checklist
                .into_iter()
                .map(|item| (item.code, item.answer, item.note.unwrap_or_default()))
                .collect(),
            executed: input.executed,
        };
        act(ctx, "ticket.write_plan", id, || {
            ops::write_plan(app, who, id, input.expected_version, &new)
        })
        .await
    }

    /// 申请等待；院方同意前时限照走. 权限 WAIT_PROPOSE.
    /// Propose a wait; nothing stops until the hospital accepts. Permission WAIT_PROPOSE.
    async fn propose_wait(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ProposeWaitInput,
    ) -> Maybe<ProposeWaitPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let new = ops::NewWait {
            key: input.idempotency_key,
            reason: input.reason,
            note: input.note,
        };
        act(ctx, "ticket.propose_wait", id, || {
            ops::propose_wait(app, who, id, input.expected_version, &new)
        })
        .await
    }

    /// 同意或拒绝等待；同意则自申请时起算. 权限 WAIT_DECIDE.
    /// Accept or refuse a wait; accepted it counts from the proposal. Permission WAIT_DECIDE.
    async fn decide_wait(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: DecideWaitInput,
    ) -> Maybe<DecideWaitPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.decide_wait", id, || {
            ops::decide_wait(app, who, id, input.expected_version, input.accept)
        })
        .await
    }

    /// 结束等待. 权限 TICKET_HANDLE.
    /// End the wait by hand. Permission TICKET_HANDLE.
    async fn resume_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ResumeTicketInput,
    ) -> Maybe<ResumeTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.resume", id, || {
            ops::resume(app, who, id, input.expected_version)
        })
        .await
    }

    /// 解决；故障须有根因、已执行的方案、完整核查表与验证. 权限 TICKET_RESOLVE.
    /// Solve; a fault needs root cause, executed plan, complete checklist and verification. Permission TICKET_RESOLVE.
    async fn resolve_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ResolveTicketInput,
    ) -> Maybe<ResolveTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.resolve", id, || {
            ops::resolve(
                app,
                who,
                id,
                input.expected_version,
                ops::Solution {
                    text: input.text.clone(),
                    root_cause: input.root_cause,
                    verification: input.verification.clone(),
                },
            )
        })
        .await
    }

    /// 确认并关闭. 权限 TICKET_CONFIRM.
    /// Confirm the solution and close. Permission TICKET_CONFIRM.
    async fn confirm_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ConfirmTicketInput,
    ) -> Maybe<ConfirmTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.confirm", id, || {
            ops::confirm(app, who, id, input.expected_version)
        })
        .await
    }

    /// 驳回解决，同一轮继续. 权限 TICKET_REJECT.
    /// Reject the solution; the same cycle goes on. Permission TICKET_REJECT.
    async fn reject_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RejectTicketInput,
    ) -> Maybe<RejectTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.reject", id, || {
            ops::reject(app, who, id, input.expected_version, &input.reason)
        })
        .await
    }

    /// 关闭后重开，进入下一轮. 权限 TICKET_REOPEN.
    /// Reopen after closing; the next cycle begins. Permission TICKET_REOPEN.
    async fn reopen_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ReopenTicketInput,
    ) -> Maybe<ReopenTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.reopen", id, || {
            ops::reopen(app, who, id, input.expected_version, &input.reason)
        })
        .await
    }

    /// 撤销，仅提出的一方. 权限 TICKET_CANCEL.
    /// Cancel; only the side that raised it. Permission TICKET_CANCEL.
    async fn cancel_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: CancelTicketInput,
    ) -> Maybe<CancelTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.cancel", id, || {
            ops::cancel(app, who, id, input.expected_version, &input.reason)
        })
        .await
    }

    /// 评价，仅院方报告人. 权限 TICKET_RATE.
    /// Rate; only the requester of the hospital. Permission TICKET_RATE.
    async fn rate_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RateTicketInput,
    ) -> Maybe<RateTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.rate", id, || {
            ops::rate(app, who, id, input.rating, input.comment.as_deref())
        })
        .await
    }

    /// 院方自行处理；服务商时限注明原因后取消. 权限 TICKET_TAKE.
    /// The information centre takes the ticket; vendor clocks are cancelled with the reason. Permission TICKET_TAKE.
    async fn take_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: TakeTicketInput,
    ) -> Maybe<TakeTicketPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.take", id, || {
            ops::take(app, who, id, input.expected_version, &input.reason)
        })
        .await
    }

    /// 转交服务商，时限自此起算. 权限 TICKET_HAND_OVER.
    /// Hand a taken ticket over; vendor clocks start now. Permission TICKET_HAND_OVER.
    async fn hand_over(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: HandOverInput,
    ) -> Maybe<HandOverPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.hand_over", id, || {
            ops::hand_over(app, who, id, input.expected_version, &input.text)
        })
        .await
    }
}
