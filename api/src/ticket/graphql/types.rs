//! The ticket as the schema shows it.

use async_graphql::{Context, ID, Object};
use entity::attachment::Subject;
use entity::ids::{PersonId, TicketId};
use entity::rules::catalog::Catalog;
use entity::values::{
    BedsAffected, Channel, Confirmation, Impact, ReceivedSource, RecurrenceDecision,
    RecurrenceKind, RootCause, Route, Severity, Side, SlaClockState, TicketAction, TicketCategory,
    TicketOrigin, TicketStatus, Urgency,
};
use entity::{recurrence_link, sla_clock, ticket};

use super::super::ops;
use super::clock::SlaClock;
use super::demand::ResolutionDemand;
use super::history::{self, TicketEvent, TicketEventConnection, TicketReplyConnection};
use super::parts::{self, ClaimedTime, SolutionPlan, TicketStepConnection, Wait};
use super::recurrence::RecurrenceLink;
use crate::account::graphql::{Contract, Department, Person};
use crate::attachment::graphql::{Attachment, attachments};
use crate::error::Error;
use crate::graphql::requester;
use crate::loaders::{
    self, ClaimsOf, ClocksOf, DemandsOf, DuplicatesOf, PlansOf, RecurrencesOf, SeenTicket,
    SeverityChangesOf, WaitsOf,
};
use crate::page::Ask;
use crate::scalar::Instant;

/// 工单：依合同提出的故障、申请或问题.
/// A fault, request or question raised under the contract.
#[derive(Clone, Debug)]
pub struct Ticket(pub ticket::Model);

impl From<ticket::Model> for Ticket {
    fn from(row: ticket::Model) -> Self {
        Self(row)
    }
}

/// What a field that may be denied or fail answers (G29).
pub(super) type Maybe<T> = Option<async_graphql::Result<T>>;

/// A loaded row as such a field.
pub(super) fn settle<T>(found: Result<Option<T>, Error>) -> Maybe<T> {
    found.map_err(Into::into).transpose()
}

/// A person as such a field.
pub(super) async fn person(ctx: &Context<'_>, id: Option<PersonId>) -> Maybe<Person> {
    let found = loaders::person(ctx, id).await;
    settle(found.map(|row| row.map(Person::from)))
}

/// 工单：依合同提出的故障、申请或问题.
/// A fault, request or question raised under the contract.
#[Object]
impl Ticket {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
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
    /// 级别的变更与确认，自最早起，至多 100 条.
    /// Changes and confirmations of the severity, oldest first, at most 100.
    async fn severity_changes(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<TicketEvent>> {
        let key = SeverityChangesOf(self.0.hospital_id, self.0.id);
        let rows = loaders::rows(ctx, key).await?;
        Ok(rows.into_iter().map(TicketEvent).collect())
    }
    /// 紧急程度.
    /// Urgency.
    async fn urgency(&self) -> Option<Urgency> {
        self.0.urgency
    }
    /// 影响范围，信息中心填写.
    /// Impact, set by the information centre.
    async fn impact(&self) -> Option<Impact> {
        self.0.impact
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
    /// 故障影响范围的描述.
    /// Fault: who and what is affected.
    async fn scope(&self) -> Option<&str> {
        self.0.scope.as_deref()
    }
    /// 故障的关联系统.
    /// Fault: related systems.
    async fn related_systems(&self) -> async_graphql::Result<Vec<String>> {
        let Some(names) = &self.0.related_systems else {
            return Ok(Vec::new());
        };
        Ok(serde_json::from_str(names).map_err(Error::internal)?)
    }
    /// 故障的复现步骤.
    /// Fault: how to see it again.
    async fn reproduction(&self) -> Option<&str> {
        self.0.steps.as_deref()
    }
    /// 合同.
    /// Contract.
    async fn contract(&self, ctx: &Context<'_>) -> Maybe<Contract> {
        parts::contract_of(ctx, &self.0).await
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
        person(ctx, Some(self.0.reporter_id)).await
    }
    /// 登记人；代登时不是报告人.
    /// Who registered it; not the reporter when a call or message was registered.
    async fn registered_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.registered_by)).await
    }
    /// 处理人.
    /// Who handles it.
    async fn assignee(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.assignee_id).await
    }
    /// 院方自行处理人.
    /// Taken by whom of the information centre.
    async fn taken_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.taken_by).await
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
    /// 院方审批用时（秒），不属服务商；无需审批为 null.
    /// Seconds that the hospital took to approve, no time of the vendor; null where nothing is approved.
    async fn approval_sec(&self) -> Option<i32> {
        let route = Catalog::shared().class(self.0.category).route;
        let approved = !matches!(route, Route::Direct | Route::Declare | Route::Restricted);
        let seconds = (self.0.released_at? - self.0.created_at).num_seconds();
        approved.then(|| i32::try_from(seconds).unwrap_or(i32::MAX))
    }
    /// 首次实质人工响应；申报的时刻经确认才计.
    /// First human answer, as it counts; a claimed time counts once confirmed.
    async fn responded_at(&self) -> Option<Instant> {
        self.0.responded_at.map(Instant)
    }
    /// 服务商申报的响应时刻.
    /// Time of the answer that the vendor claims.
    async fn responded_at_claimed(&self) -> Option<Instant> {
        self.0.responded_claimed_at.map(Instant)
    }
    /// 谁认可了申报的响应时刻.
    /// Who of the hospital accepted the claimed time of the answer.
    async fn response_confirmed_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.response_confirmed_by).await
    }
    /// 申报时刻，自最早起，至多 100 个.
    /// Claimed times, oldest first, at most 100.
    async fn claimed_times(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ClaimedTime>> {
        let key = ClaimsOf(self.0.hospital_id, self.0.id);
        let rows = loaders::rows(ctx, key).await?;
        Ok(rows.into_iter().map(ClaimedTime).collect())
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
    /// 验证.
    /// How the solution was verified.
    async fn verification(&self) -> Option<&str> {
        self.0.verification.as_deref()
    }
    /// 超范围由谁提出；被拒绝后为 null.
    /// Who proposed that it is out of scope; null once refused.
    async fn scope_proposed_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.scope_proposed_by).await
    }
    /// 超范围的理由.
    /// Why it is out of scope.
    async fn scope_reason(&self) -> Option<&str> {
        self.0.scope_reason.as_deref()
    }
    /// 归并到的工单；不可见为 null.
    /// The ticket that this one repeats; null out of scope.
    async fn parent(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        seen(ctx, self.0.parent_id).await
    }
    /// 服务商提议归并到的工单.
    /// The ticket that the vendor proposes as the parent.
    async fn proposed_parent(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        seen(ctx, self.0.proposed_parent_id).await
    }
    /// 归并到此的可见工单，自最早起，至多 100 个.
    /// Duplicates of this ticket in scope, oldest first, at most 100.
    async fn duplicates(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Ticket>> {
        let key = DuplicatesOf(self.0.hospital_id, self.0.id);
        let rows = loaders::rows(ctx, key).await?;
        Ok(rows.into_iter().map(Ticket).collect())
    }
    /// 服务商内部备注，他人为 null.
    /// Internal note of the vendor; null for others.
    async fn internal_note(&self, ctx: &Context<'_>) -> Option<&str> {
        ops::internal_note(requester(ctx), &self.0)
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
    /// 评价意见.
    /// Comment of the rating.
    async fn rating_comment(&self) -> Option<&str> {
        self.0.rating_comment.as_deref()
    }
    /// 等待，自最新起，至多 100 个.
    /// Waits, newest first, at most 100.
    async fn waits(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Wait>> {
        let key = WaitsOf(self.0.hospital_id, self.0.id);
        let rows = loaders::rows(ctx, key).await?;
        Ok(rows.into_iter().map(Wait).collect())
    }
    /// 解决方案各版，自最新起，至多 100 个.
    /// Versions of the solution plan, newest first, at most 100.
    async fn plans(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SolutionPlan>> {
        let key = PlansOf(self.0.hospital_id, self.0.id);
        let rows = loaders::rows(ctx, key).await?;
        Ok(rows.into_iter().map(SolutionPlan).collect())
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
    /// 作为先前故障的复发：后来的故障与关闭后的重开.
    /// Recurrences of this fault: later faults, and reopenings after closing.
    async fn recurrences(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<RecurrenceLink>> {
        let mut links = links(ctx, &self.0).await?;
        links.retain(|link| link.previous_id == self.0.id);
        Ok(links.into_iter().map(RecurrenceLink).collect())
    }
    /// 作为后来故障的复发；不是复发为 null.
    /// The link to the earlier fault that this one continues; null without.
    async fn recurrence_of(&self, ctx: &Context<'_>) -> Maybe<RecurrenceLink> {
        let found = links(ctx, &self.0).await.map(|links| {
            links
                .into_iter()
                .rfind(|link| link.ticket_id == self.0.id && link.previous_id != self.0.id)
                .map(RecurrenceLink)
        });
        settle(found)
    }
    /// 院方确认的复发次数.
    /// Number of recurrences that the hospital confirmed.
    async fn recurrence_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        let count = links(ctx, &self.0)
            .await?
            .iter()
            .filter(|link| recurred(link, &self.0))
            .count();
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
    /// 是否计为已解决：已关闭或院方未确认，且没有确认的后来故障.
    /// Whether it counts as solved: closed or not confirmed in time, and no later fault was confirmed as its recurrence.
    async fn counts_as_solved(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        let silent = || async {
            Ok::<bool, crate::error::Error>(clocks(ctx, &self.0).await?.iter().any(|clock| {
                clock.cycle == self.0.cycle && clock.confirmation == Confirmation::Unconfirmed
            }))
        };
        let solved = match self.0.status {
            TicketStatus::Closed => true,
            TicketStatus::Resolved => silent().await?,
            _ => false,
        };
        let again = links(ctx, &self.0)
            .await?
            .iter()
            .any(|link| recurred(link, &self.0) && link.kind == RecurrenceKind::LaterFault);
        Ok(solved && !again)
    }
    /// 书面催告，自最早起.
    /// Written demands, oldest first.
    async fn demands(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ResolutionDemand>> {
        let rows = loaders::of(ctx)?
            .load_one(DemandsOf(self.0.hospital_id, self.0.id))
            .await?;
        Ok(rows
            .unwrap_or_default()
            .into_iter()
            .map(ResolutionDemand)
            .collect())
    }
    /// 经过，只增不改，自最早起.
    /// Append-only history, oldest first.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
    ) -> Maybe<TicketEventConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        Some(
            history::events(ctx, &self.0, &ask)
                .await
                .map_err(Into::into),
        )
    }
    /// 排查与处理步骤，自最早起.
    /// Diagnosis and handling steps, oldest first.
    async fn steps(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
    ) -> Maybe<TicketStepConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        Some(parts::steps(ctx, &self.0, &ask).await.map_err(Into::into))
    }
    /// 答复，双方可见，自最早起.
    /// Replies, visible to both sides, oldest first.
    async fn replies(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
    ) -> Maybe<TicketReplyConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        Some(
            history::replies(ctx, &self.0, &ask)
                .await
                .map_err(Into::into),
        )
    }
    /// 附件，至多 50 个，自最早起；字节经 REST.
    /// Files, at most 50, oldest first; bytes by REST.
    async fn attachments(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<Option<Attachment>>> {
        let files = attachments(ctx, self.0.hospital_id, Subject::Ticket(self.0.id)).await?;
        Ok(files.into_iter().map(Some).collect())
    }
}

/// Another ticket, if it is in the scope of the reader.
async fn seen(ctx: &Context<'_>, id: Option<TicketId>) -> Maybe<Ticket> {
    let id = id?;
    let found = async { loaders::of(ctx)?.load_one(SeenTicket(id)).await };
    settle(found.await.map(|row| row.map(Ticket)))
}

async fn clocks(ctx: &Context<'_>, row: &ticket::Model) -> Result<Vec<sla_clock::Model>, Error> {
    Ok(loaders::of(ctx)?
        .load_one(ClocksOf(row.hospital_id, row.id))
        .await?
        .unwrap_or_default())
}

/// Recurrences in which a ticket is the earlier or the later fault.
async fn links(
    ctx: &Context<'_>,
    row: &ticket::Model,
) -> Result<Vec<recurrence_link::Model>, crate::error::Error> {
    Ok(loaders::of(ctx)?
        .load_one(RecurrencesOf(row.hospital_id, row.id))
        .await?
        .unwrap_or_default())
}

/// Whether a link is a confirmed recurrence of this ticket.
fn recurred(link: &recurrence_link::Model, row: &ticket::Model) -> bool {
    link.previous_id == row.id && link.decision == RecurrenceDecision::Confirmed
}

async fn load_department(
    ctx: &Context<'_>,
    id: entity::ids::DepartmentId,
) -> Result<Option<Department>, Error> {
    Ok(loaders::of(ctx)?.load_one(id).await?.map(Department))
}
