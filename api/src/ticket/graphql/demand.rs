//! Written demands in the schema (S37).

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};
use entity::ids::DemandId;
use entity::resolution_demand;

use super::super::ops;
use super::mutation::{object, ticket_id};
use super::recurrence::person;
use super::types::{Maybe, Ticket};
use crate::account::graphql::Person;
use crate::db::retrying;
use crate::error::UserError;
use crate::graphql::{app, audited, requester, settle};
use crate::scalar::{Day, Instant};

/// 书面限期催告；不可修改，可撤回.
/// A written demand to solve by a deadline; never changed, may be withdrawn.
#[derive(Clone, Debug)]
pub struct ResolutionDemand(pub resolution_demand::Model);

/// 书面限期催告；不可修改，可撤回.
/// A written demand to solve by a deadline; never changed, may be withdrawn.
#[Object]
impl ResolutionDemand {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 所属轮次.
    /// Cycle that it holds for.
    async fn cycle(&self) -> i32 {
        self.0.cycle
    }
    /// 期限（时刻）.
    /// Deadline as an instant.
    async fn deadline_at(&self) -> Option<Instant> {
        self.0.deadline_at.map(Instant)
    }
    /// 期限（日期，至 24:00）.
    /// Deadline as a date, to its 24:00.
    async fn deadline_on(&self) -> Option<Day> {
        self.0.deadline_on.map(Day)
    }
    /// 内容.
    /// What is demanded.
    async fn text(&self) -> &str {
        &self.0.text
    }
    /// 由谁发出.
    /// Who issued it.
    async fn issued_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.issued_by)).await
    }
    /// 登记时刻.
    /// When it was recorded.
    async fn issued_at(&self) -> Instant {
        Instant(self.0.issued_at)
    }
    /// 送达时刻.
    /// When it was delivered.
    async fn delivered_at(&self) -> Instant {
        Instant(self.0.delivered_at)
    }
    /// 送达凭证及其存放处.
    /// Proof of delivery and where it lies.
    async fn delivery_evidence(&self) -> &str {
        &self.0.delivery_evidence
    }
    /// 撤回时刻.
    /// When it was withdrawn.
    async fn withdrawn_at(&self) -> Option<Instant> {
        self.0.withdrawn_at.map(Instant)
    }
    /// 由谁撤回.
    /// Who withdrew it.
    async fn withdrawn_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.withdrawn_by).await
    }
    /// 撤回的理由.
    /// Why it was withdrawn.
    async fn withdraw_reason(&self) -> Option<&str> {
        self.0.withdraw_reason.as_deref()
    }
}

/// 催告的期限，恰好一项.
/// Deadline of a demand, exactly one.
#[derive(Clone, Copy, Debug, OneofObject)]
pub enum DemandDeadline {
    /// 时刻.
    /// An instant.
    DeadlineAt(Instant),
    /// 日期，至 24:00，休息日顺延.
    /// A date, to its 24:00; a day of rest rolls on.
    DeadlineOn(Day),
}

/// 发出书面催告；须有送达凭证.
/// Issue a written demand; it needs a proof of delivery.
#[derive(Debug, InputObject)]
pub struct IssueDemandInput {
    /// 客户端生成的重放键，8–64 字符.
    /// Replay key made by the client, 8 to 64 characters.
    pub idempotency_key: String,
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 期限.
    /// Deadline.
    pub deadline: DemandDeadline,
    /// 内容.
    /// What is demanded.
    pub text: String,
    /// 送达时刻.
    /// When it was delivered.
    pub delivered_at: Option<Instant>,
    /// 送达凭证及其存放处.
    /// Proof of delivery and where it lies.
    pub delivery_evidence: Option<String>,
}

/// 撤回书面催告.
/// Withdraw a demand.
#[derive(Debug, InputObject)]
pub struct WithdrawDemandInput {
    /// 催告.
    /// The demand.
    pub id: ID,
    /// 理由.
    /// Reason.
    pub reason: String,
}

/// 发出催告的结果.
/// Result of issueDemand.
#[derive(Debug, SimpleObject)]
pub struct IssueDemandPayload {
    /// 催告；失败为 null.
    /// The demand; null on failure.
    pub demand: Option<ResolutionDemand>,
    /// 工单；失败为 null.
    /// The ticket; null on failure.
    pub ticket: Option<Ticket>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

/// 撤回催告的结果.
/// Result of withdrawDemand.
#[derive(Debug, SimpleObject)]
pub struct WithdrawDemandPayload {
    /// 催告；失败为 null.
    /// The demand; null on failure.
    pub demand: Option<ResolutionDemand>,
    /// 工单；失败为 null.
    /// The ticket; null on failure.
    pub ticket: Option<Ticket>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

/// Changes of demands.
#[derive(Default)]
pub struct DemandMutation;

/// Changes of demands.
#[Object]
impl DemandMutation {
    /// 发出书面催告；仅在附件未约定解决时限时. 权限 RESOLUTION_DEMAND.
    /// Issue a written demand, only where no annex gives a target. Permission RESOLUTION_DEMAND.
    async fn issue_demand(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "催告. The demand.")] input: IssueDemandInput,
    ) -> Maybe<IssueDemandPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let done = retrying(app, || {
            let new = ops::NewDemand {
                key: input.idempotency_key.clone(),
                deadline: match input.deadline {
                    DemandDeadline::DeadlineAt(at) => ops::Deadline::At(at.0),
                    DemandDeadline::DeadlineOn(on) => ops::Deadline::On(on.0),
                },
                text: input.text.clone(),
                delivered_at: input.delivered_at.map(|at| at.0),
                delivery_evidence: input.delivery_evidence.clone(),
            };
            Box::pin(ops::issue_demand(app, who, id, new))
        })
        .await;
        let done = audited(ctx, "demand.issue", object(id), done).await;
        settle(ctx, done, |done, user_errors| {
            let (ticket, demand) = done.unzip();
            IssueDemandPayload {
                demand: demand.map(ResolutionDemand),
                ticket: ticket.map(Ticket),
                user_errors,
            }
        })
    }

    /// 撤回书面催告，其目标随之取消. 权限 RESOLUTION_DEMAND.
    /// Withdraw a demand; the target that it gave goes. Permission RESOLUTION_DEMAND.
    async fn withdraw_demand(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: WithdrawDemandInput,
    ) -> Maybe<WithdrawDemandPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = DemandId::parse(&input.id);
        let done = retrying(app, || {
            Box::pin(ops::withdraw_demand(app, who, id, &input.reason))
        })
        .await;
        let done = audited(ctx, "demand.withdraw", object(None), done).await;
        settle(ctx, done, |done, user_errors| {
            let (ticket, demand) = done.unzip();
            WithdrawDemandPayload {
                demand: demand.map(ResolutionDemand),
                ticket: ticket.map(Ticket),
                user_errors,
            }
        })
    }
}
