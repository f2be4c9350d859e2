//! What hangs on a ticket, as the schema shows it: claimed times, waits, steps, plans.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::values::{
    Channel, ClaimKind, Decision, PlanState, Side, StepKind, WaitEnd, WaitReason,
};
use entity::{claimed_time, solution_plan, ticket, ticket_step, wait};

use super::super::ops;
use super::history::wanted;
use super::types::{Maybe, person, settle};
use crate::account::graphql::{Contract, Person};
use crate::connection;
use crate::error::Result;
use crate::graphql::{Counter, app, page, requester};
use crate::loaders::{self, Lines, SeenTicket, StepsOf};
use crate::page::{Ask, Cursors, Key};
use crate::scalar::Instant;

/// 申报时刻：一方补报的较早时刻，经对方确认才计；两值都保留.
/// An earlier time that one side claims; it counts once the other confirms it, and both values stay.
#[derive(Clone, Debug)]
pub struct ClaimedTime(pub claimed_time::Model);

/// 申报时刻：一方补报的较早时刻，经对方确认才计；两值都保留.
/// An earlier time that one side claims; it counts once the other confirms it, and both values stay.
#[Object]
impl ClaimedTime {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 种类.
    /// Receipt or response.
    async fn kind(&self) -> ClaimKind {
        self.0.kind
    }
    /// 轮次.
    /// Cycle of the ticket.
    async fn cycle(&self) -> i32 {
        self.0.cycle
    }
    /// 申报的时刻.
    /// The claimed time.
    async fn claimed_at(&self) -> Instant {
        Instant(self.0.claimed_at)
    }
    /// 服务器登记的时刻.
    /// The time of the server.
    async fn recorded_at(&self) -> Instant {
        Instant(self.0.recorded_at)
    }
    /// 计时所用的时刻.
    /// The time that counts.
    async fn counted_at(&self) -> Instant {
        Instant(self.0.counted_at)
    }
    /// 申报人.
    /// Who claims.
    async fn claimed_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.claimed_by)).await
    }
    /// 申报的一方.
    /// Side of who claims.
    async fn side(&self) -> Side {
        self.0.side
    }
    /// 决定.
    /// Decision.
    async fn decision(&self) -> Decision {
        self.0.decision
    }
    /// 决定人.
    /// Who decided.
    async fn decided_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.decided_by).await
    }
    /// 决定的时刻.
    /// When it was decided.
    async fn decided_at(&self) -> Option<Instant> {
        self.0.decided_at.map(Instant)
    }
    /// 此时刻起无人确认的由信息中心决定.
    /// From here on the information centre decides what nobody has confirmed.
    async fn decide_from_at(&self) -> Instant {
        Instant(self.0.decide_from_at)
    }
    /// 决定的说明.
    /// Note of the decision.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
    /// 访问者此刻可否确认.
    /// Whether the viewer may confirm or refuse it now.
    async fn viewer_may_confirm(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        let key = SeenTicket(self.0.ticket_id);
        let row = loaders::of(ctx)?.load_one(key).await?;
        Ok(row.is_some_and(|row| ops::may_confirm(requester(ctx), &row, &self.0)))
    }
}

/// 等待：服务商申请、院方同意的暂停.
/// A pause that the vendor proposes and the hospital accepts.
#[derive(Clone, Debug)]
pub struct Wait(pub wait::Model);

/// 等待：服务商申请、院方同意的暂停.
/// A pause that the vendor proposes and the hospital accepts.
#[Object]
impl Wait {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 原因.
    /// Reason.
    async fn reason(&self) -> WaitReason {
        self.0.reason
    }
    /// 说明.
    /// Text.
    async fn note(&self) -> &str {
        &self.0.note
    }
    /// 申请人.
    /// Who proposed it.
    async fn proposed_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.proposed_by)).await
    }
    /// 申请的时刻.
    /// When it was proposed.
    async fn proposed_at(&self) -> Instant {
        Instant(self.0.proposed_at)
    }
    /// 院方的决定.
    /// Decision of the hospital.
    async fn decision(&self) -> Decision {
        self.0.decision
    }
    /// 决定人.
    /// Who decided.
    async fn decided_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.decided_by).await
    }
    /// 决定的时刻.
    /// When it was decided.
    async fn decided_at(&self) -> Option<Instant> {
        self.0.decided_at.map(Instant)
    }
    /// 自何时起算.
    /// From when it counts.
    async fn from_at(&self) -> Instant {
        Instant(self.0.from_at)
    }
    /// 结束的时刻.
    /// When it ended.
    async fn ended_at(&self) -> Option<Instant> {
        self.0.ended_at.map(Instant)
    }
    /// 如何结束.
    /// How it ended.
    async fn end_cause(&self) -> Option<WaitEnd> {
        self.0.end_cause
    }
}

/// 排查或处理步骤.
/// A diagnosis or handling step.
#[derive(Clone, Debug)]
pub struct TicketStep(pub ticket_step::Model);

impl From<ticket_step::Model> for TicketStep {
    fn from(row: ticket_step::Model) -> Self {
        Self(row)
    }
}

/// 排查或处理步骤.
/// A diagnosis or handling step.
#[Object]
impl TicketStep {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 序号，自 1 起.
    /// Number in the ticket, from 1.
    async fn seq(&self) -> i32 {
        self.0.seq
    }
    /// 种类.
    /// Kind.
    async fn kind(&self) -> StepKind {
        self.0.kind
    }
    /// 时刻.
    /// When.
    async fn at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// 由谁.
    /// Who.
    async fn by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.by)).await
    }
    /// 方式.
    /// How the work was done.
    async fn channel(&self) -> Channel {
        self.0.channel
    }
    /// 做了什么.
    /// What was done.
    async fn action(&self) -> &str {
        &self.0.action
    }
    /// 发现.
    /// What was found.
    async fn finding(&self) -> Option<&str> {
        self.0.finding.as_deref()
    }
}

connection! {
    /// 步骤分页，自最早起.
    /// A page of steps, oldest first.
    TicketStepConnection,
    /// 步骤分页的一行.
    /// One row of a page of steps.
    TicketStepEdge,
    TicketStep
}

/// A page of a ticket's steps.
///
/// # Errors
/// `BAD_USER_INPUT`, those of the database.
pub(super) async fn steps(
    ctx: &Context<'_>,
    of: &ticket::Model,
    ask: &Ask,
) -> Result<TicketStepConnection> {
    let cursors = Cursors::new(app(ctx).cursor_key, &format!("steps|{}", of.id));
    let window = cursors.window(ask)?;
    let wanted = wanted(ctx, &["action", "finding"]);
    let key = StepsOf(Lines::of(of, &window, &wanted)?);
    let lines = loaders::of(ctx)?.load_one(key).await?.unwrap_or_default();
    let page = page(&cursors, &window, lines.rows, |row| Key {
        order: row.seq.into(),
        id: row.id.0,
    })?;
    Ok(TicketStepConnection::new(page, Counter::known(lines.total)))
}

/// 解决方案的一版，含合规核查表.
/// One version of the solution plan with its compliance checklist.
#[derive(Clone, Debug)]
pub struct SolutionPlan(pub solution_plan::Model);

/// 核查表的一项回答.
/// One answer of the compliance checklist.
#[derive(Clone, Debug, SimpleObject)]
pub struct ChecklistItem {
    /// 项目代码.
    /// Code of the item.
    pub code: String,
    /// 是否符合；不适用为 null.
    /// Whether it holds; null where it does not apply.
    pub answer: Option<bool>,
    /// 说明.
    /// Note.
    pub note: Option<String>,
}

/// 解决方案的一版，含合规核查表.
/// One version of the solution plan with its compliance checklist.
#[Object]
impl SolutionPlan {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 版次，自 1 起.
    /// Number of the version, from 1.
    async fn number(&self) -> i32 {
        self.0.plan_no
    }
    /// 状态.
    /// State.
    async fn state(&self) -> PlanState {
        self.0.state
    }
    /// 步骤.
    /// Steps.
    async fn steps(&self) -> &str {
        &self.0.steps
    }
    /// 风险.
    /// Risk.
    async fn risk(&self) -> &str {
        &self.0.risk
    }
    /// 回退.
    /// Way back.
    async fn rollback(&self) -> &str {
        &self.0.rollback
    }
    /// 核查表的回答.
    /// Answers of the checklist.
    async fn checklist(&self) -> async_graphql::Result<Vec<ChecklistItem>> {
        let answers: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&self.0.checklist).map_err(crate::error::Error::internal)?;
        Ok(answers
            .into_iter()
            .map(|(code, item)| ChecklistItem {
                code,
                answer: item.get("answer").and_then(serde_json::Value::as_bool),
                note: item
                    .get("note")
                    .and_then(serde_json::Value::as_str)
                    .map(str::to_owned),
            })
            .collect())
    }
    /// 制定人.
    /// Who wrote it.
    async fn written_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.written_by)).await
    }
    /// 制定的时刻.
    /// When it was written.
    async fn written_at(&self) -> Instant {
        Instant(self.0.written_at)
    }
    /// 执行的时刻.
    /// When it was executed.
    async fn executed_at(&self) -> Option<Instant> {
        self.0.executed_at.map(Instant)
    }
}

/// The contract of a ticket.
pub(super) async fn contract_of(ctx: &Context<'_>, of: &ticket::Model) -> Maybe<Contract> {
    let found = async { loaders::of(ctx)?.load_one(of.contract_id).await };
    settle(found.await.map(|row| row.map(Contract)))
}
