//! Ticket, clock, history and reply as the schema shows them.

use async_graphql::{Context, ID, Interface, Object, SimpleObject};
use entity::values::{
    BedsAffected, Channel, ClockCode, Confirmation, ReceivedSource, RootCause, Severity, Side,
    SlaClockKind, SlaClockState, SlaResult, TargetSource, TicketAction, TicketCategory,
    TicketEventKind, TicketOrigin, TicketStatus, Urgency,
};
use entity::{sla_clock, ticket, ticket_event, ticket_reply};

use super::super::ops;
use crate::account::graphql::{Department, Person};
use crate::error::UserError;
use crate::graphql::requester;
use crate::loaders::{self, ClocksOf, EventsOf};
use crate::scalar::Instant;

/// 工单：依合同提出的故障、申请或问题.
/// A fault, request or question raised under the contract.
#[derive(Clone, Debug)]
pub struct Ticket(pub ticket::Model);

/// 可由全局 ID 取得的对象.
/// Anything with a global id.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "全局 ID. Global id."))]
pub enum Node {
    /// 工单.
    /// A ticket.
    Ticket(Ticket),
}

type Maybe<T> = Option<async_graphql::Result<T>>;

fn settle<T>(found: Result<Option<T>, crate::error::Error>) -> Maybe<T> {
    found.map_err(Into::into).transpose()
}

/// 工单：依合同提出的故障、申请或问题.
/// A fault, request or question raised under the contract.
#[Object]
impl Ticket {
    /// 全局 ID.
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 工单号，如 ICU-2026-000123，院内唯一.
    /// Human number, unique in the hospital.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// 乐观锁版本，作为 expectedVersion 送回.
    /// Send back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// 状态.
    /// State.
    async fn status(&self) -> TicketStatus {
        self.0.status
    }
    /// 访问者此刻可执行的操作.
    /// What the viewer may do now.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> Vec<TicketAction> {
        ops::allowed_actions(requester(ctx), &self.0)
    }
    /// 类别.
    /// Category.
    async fn category(&self) -> TicketCategory {
        self.0.category
    }
    /// 子类代码.
    /// Code of the subcategory.
    async fn subcategory(&self) -> &str {
        &self.0.subcategory
    }
    /// 级别.
    /// Severity.
    async fn severity(&self) -> Option<Severity> {
        self.0.severity
    }
    /// 级别是否暂定，待信息中心确认.
    /// Whether the severity waits for the information centre.
    async fn severity_provisional(&self) -> bool {
        self.0.severity_provisional
    }
    /// 紧急程度.
    /// Urgency.
    async fn urgency(&self) -> Option<Urgency> {
        self.0.urgency
    }
    /// 影响的床位.
    /// Beds affected.
    async fn beds_affected(&self) -> Option<BedsAffected> {
        self.0.beds_affected
    }
    /// 来源.
    /// Who raised it.
    async fn origin(&self) -> TicketOrigin {
        self.0.origin
    }
    /// 受理渠道.
    /// How it came in.
    async fn channel(&self) -> Channel {
        self.0.channel
    }
    /// 描述，不含患者信息.
    /// What is asked or wrong; no patient data.
    async fn description(&self) -> &str {
        &self.0.description
    }
    /// 位置（床号），不含患者信息.
    /// Place, no patient.
    async fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }
    /// 部件代码，复发判定的键.
    /// Code of the component, key of recurrence.
    async fn component(&self) -> Option<&str> {
        self.0.component.as_deref()
    }
    /// 故障现象.
    /// Fault: what is seen.
    async fn phenomenon(&self) -> Option<&str> {
        self.0.phenomenon.as_deref()
    }
    /// 故障发生时刻.
    /// Fault: since when.
    async fn occurred_at(&self) -> Option<Instant> {
        self.0.occurred_at.map(Instant)
    }
    /// 科室.
    /// Department.
    async fn department(&self, ctx: &Context<'_>) -> Maybe<Department> {
        let id = self.0.department_id?;
        settle(load_department(ctx, id).await)
    }
    /// 报告人.
    /// For whom the ticket is.
    async fn reporter(&self, ctx: &Context<'_>) -> Maybe<Person> {
        settle(
            loaders::person(ctx, Some(self.0.reporter_id))
                .await
                .map(|row| row.map(Person::from)),
        )
    }
    /// 处理人.
    /// Who handles it.
    async fn assignee(&self, ctx: &Context<'_>) -> Maybe<Person> {
        settle(
            loaders::person(ctx, self.0.assignee_id)
                .await
                .map(|row| row.map(Person::from)),
        )
    }
    /// 院方自行处理人.
    /// Taken by whom of the information centre.
    async fn taken_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        settle(
            loaders::person(ctx, self.0.taken_by)
                .await
                .map(|row| row.map(Person::from)),
        )
    }
    /// 院方自行处理的时刻.
    /// When it was taken.
    async fn taken_at(&self) -> Option<Instant> {
        self.0.taken_at.map(Instant)
    }
    /// 转交服务商的时刻.
    /// When it was handed over.
    async fn handed_over_at(&self) -> Option<Instant> {
        self.0.handed_over_at.map(Instant)
    }
    /// 计时所用的受理时刻.
    /// When it was received, as it counts.
    async fn received_at(&self) -> Instant {
        Instant(self.0.received_at)
    }
    /// 代登者申报的受理时刻，经确认才计.
    /// Claimed time of receipt; it counts once confirmed.
    async fn received_at_claimed(&self) -> Option<Instant> {
        self.0.received_claimed_at.map(Instant)
    }
    /// 受理时刻的来源.
    /// Where the instant of receipt comes from.
    async fn received_at_source(&self) -> ReceivedSource {
        self.0.received_source
    }
    /// 转服务商的时刻.
    /// Released to the vendor.
    async fn released_at(&self) -> Option<Instant> {
        self.0.released_at.map(Instant)
    }
    /// 首次实质人工响应.
    /// First human answer.
    async fn responded_at(&self) -> Option<Instant> {
        self.0.responded_at.map(Instant)
    }
    /// 首个处理步骤.
    /// First handling step.
    async fn first_step_at(&self) -> Option<Instant> {
        self.0.first_step_at.map(Instant)
    }
    /// 解决时刻.
    /// When it was solved.
    async fn resolved_at(&self) -> Option<Instant> {
        self.0.resolved_at.map(Instant)
    }
    /// 关闭时刻.
    /// When it was closed.
    async fn closed_at(&self) -> Option<Instant> {
        self.0.closed_at.map(Instant)
    }
    /// 解决说明.
    /// Solution.
    async fn solution(&self) -> Option<&str> {
        self.0.solution.as_deref()
    }
    /// 由哪一方解决.
    /// Which side solved it.
    async fn solved_by(&self) -> Option<Side> {
        self.0.solved_by
    }
    /// 根本原因.
    /// Root cause.
    async fn root_cause(&self) -> Option<RootCause> {
        self.0.root_cause
    }
    /// 轮次.
    /// Cycle, from 1.
    async fn cycle(&self) -> i32 {
        self.0.cycle
    }
    /// 评分 1–5.
    /// Rating, 1 to 5.
    async fn rating(&self) -> Option<i32> {
        self.0.rating
    }
    /// 全部轮次的时限.
    /// Clocks of all cycles, in order of the cycle.
    async fn sla_clocks(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SlaClock>> {
        Ok(clocks(ctx, &self.0)
            .await?
            .into_iter()
            .map(SlaClock)
            .collect())
    }
    /// 最早到期的运行中时限.
    /// The running clock that is due first.
    async fn next_due_clock(&self, ctx: &Context<'_>) -> Maybe<SlaClock> {
        self.0.next_due_at?;
        let found = clocks(ctx, &self.0).await.map(|rows| {
            rows.into_iter()
                .filter(|clock| clock.state == SlaClockState::Running && clock.due_at.is_some())
                .min_by_key(|clock| clock.due_at)
                .map(SlaClock)
        });
        settle(found)
    }
    /// 经过，只增不改.
    /// Append-only history, oldest first, at most the first 100 entries.
    async fn events(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<TicketEvent>> {
        let key = EventsOf(self.0.hospital_id, self.0.id);
        let rows = loaders::of(ctx)?.load_one(key).await?.unwrap_or_default();
        Ok(rows.into_iter().take(100).map(TicketEvent).collect())
    }
    /// 答复，双方可见.
    /// Replies, visible to both sides, at most the first 100.
    async fn replies(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<TicketReply>> {
        let key = loaders::RepliesOf(self.0.hospital_id, self.0.id);
        let rows = loaders::of(ctx)?.load_one(key).await?.unwrap_or_default();
        Ok(rows.into_iter().take(100).map(TicketReply).collect())
    }
}

async fn clocks(
    ctx: &Context<'_>,
    row: &ticket::Model,
) -> Result<Vec<sla_clock::Model>, crate::error::Error> {
    Ok(loaders::of(ctx)?
        .load_one(ClocksOf(row.hospital_id, row.id))
        .await?
        .unwrap_or_default())
}

async fn load_department(
    ctx: &Context<'_>,
    id: entity::ids::DepartmentId,
) -> Result<Option<Department>, crate::error::Error> {
    Ok(loaders::of(ctx)?.load_one(id).await?.map(Department))
}

/// 时限：工单的一项合同时限的一轮.
/// One cycle of one contract clock of a ticket.
#[derive(Clone, Debug)]
pub struct SlaClock(pub sla_clock::Model);

/// 时限：工单的一项合同时限的一轮.
/// One cycle of one contract clock of a ticket.
#[Object]
impl SlaClock {
    /// 全局 ID.
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 时限代码.
    /// Clock code of the contract.
    async fn code(&self) -> ClockCode {
        self.0.code
    }
    /// 种类.
    /// Kind.
    async fn kind(&self) -> SlaClockKind {
        self.0.kind
    }
    /// 状态.
    /// State.
    async fn state(&self) -> SlaClockState {
        self.0.state
    }
    /// 结果.
    /// Result.
    async fn result(&self) -> SlaResult {
        self.0.result
    }
    /// 解决的确认.
    /// Confirmation of a solution.
    async fn confirmation(&self) -> Confirmation {
        self.0.confirmation
    }
    /// 目标来源.
    /// Where the target comes from.
    async fn target_source(&self) -> TargetSource {
        self.0.target_source
    }
    /// 轮次.
    /// Cycle.
    async fn cycle(&self) -> i32 {
        self.0.cycle
    }
    /// 起算时的参数版本.
    /// Parameter set in force at the start.
    async fn policy_version(&self) -> i32 {
        self.0.policy_version
    }
    /// 起算时的日历版本.
    /// Calendar it was computed with.
    async fn calendar_version(&self) -> &str {
        &self.0.calendar_version
    }
    /// 起算.
    /// Start.
    async fn started_at(&self) -> Instant {
        Instant(self.0.started_at)
    }
    /// 停止.
    /// Stop.
    async fn stopped_at(&self) -> Option<Instant> {
        self.0.stopped_at.map(Instant)
    }
    /// 到期；暂停中或无目标为 null.
    /// Due; null while paused or without a target.
    async fn due_at(&self) -> Option<Instant> {
        self.0.due_at.map(Instant)
    }
    /// 工作日时限的开区间终点.
    /// Exclusive bound of a day limit.
    async fn due_before_at(&self) -> Option<Instant> {
        self.0.due_before_at.map(Instant)
    }
    /// 日历缺年份，暂定.
    /// True while a calendar year is missing.
    async fn provisional(&self) -> bool {
        self.0.provisional
    }
}

/// 工单经过的一条.
/// An entry of the history.
#[derive(Clone, Debug)]
pub struct TicketEvent(pub ticket_event::Model);

/// 工单经过的一条.
/// An entry of the history.
#[Object]
impl TicketEvent {
    /// 全局 ID.
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 序号，自 1 起.
    /// Number in the ticket, from 1.
    async fn seq(&self) -> i32 {
        self.0.seq
    }
    /// 种类.
    /// What happened.
    async fn kind(&self) -> TicketEventKind {
        self.0.kind
    }
    /// 时刻.
    /// When.
    async fn at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// 由谁，系统为 null.
    /// Who; null for the system.
    async fn actor(&self, ctx: &Context<'_>) -> Maybe<Person> {
        settle(
            loaders::person(ctx, self.0.actor_id)
                .await
                .map(|row| row.map(Person::from)),
        )
    }
    /// 之后的状态.
    /// State after it.
    async fn status(&self) -> TicketStatus {
        self.0.status
    }
    /// 文字.
    /// Text given.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }
}

/// 答复.
/// A message on a ticket.
#[derive(Clone, Debug)]
pub struct TicketReply(pub ticket_reply::Model);

/// 答复.
/// A message on a ticket.
#[Object]
impl TicketReply {
    /// 全局 ID.
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 序号，自 1 起.
    /// Number in the ticket, from 1.
    async fn seq(&self) -> i32 {
        self.0.seq
    }
    /// 作者.
    /// Author.
    async fn author(&self, ctx: &Context<'_>) -> Maybe<Person> {
        settle(
            loaders::person(ctx, Some(self.0.author_id))
                .await
                .map(|row| row.map(Person::from)),
        )
    }
    /// 作者所属一方.
    /// Side of the author.
    async fn side(&self) -> Side {
        self.0.side
    }
    /// 时刻.
    /// When.
    async fn created_at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// 文字.
    /// Text.
    async fn text(&self) -> &str {
        &self.0.text
    }
    /// 是否结束了等待.
    /// Whether it ended a wait.
    async fn ends_wait(&self) -> bool {
        self.0.ends_wait
    }
    /// 是否作为响应.
    /// Whether it was sent as the response.
    async fn as_response(&self) -> bool {
        self.0.as_response
    }
}

/// 分页信息.
/// Page position.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// 后面还有.
    /// There is more behind.
    pub has_next_page: bool,
    /// 前面还有.
    /// There is more before.
    pub has_previous_page: bool,
    /// 首行游标.
    /// Cursor of the first row.
    pub start_cursor: Option<String>,
    /// 末行游标.
    /// Cursor of the last row.
    pub end_cursor: Option<String>,
}

/// 分页行.
/// One row of a page.
#[derive(Clone, Debug, SimpleObject)]
pub struct TicketEdge {
    /// 游标.
    /// Cursor.
    pub cursor: String,
    /// 工单.
    /// The ticket.
    pub node: Option<Ticket>,
}

/// 变更的结果：工单与可预期的失败.
/// Result of a change: the ticket, and expected failures.
#[derive(Debug, SimpleObject)]
pub struct TicketPayload {
    /// 变更后的工单；失败时为 null.
    /// The ticket after the change; null on failure.
    pub ticket: Option<Ticket>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

/// 答复的结果.
/// Result of addReply.
#[derive(Debug, SimpleObject)]
pub struct AddReplyPayload {
    /// 答复.
    /// The reply.
    pub reply: Option<TicketReply>,
    /// 工单.
    /// The ticket.
    pub ticket: Option<Ticket>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}
