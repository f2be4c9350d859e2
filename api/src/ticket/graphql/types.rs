//! The ticket as the schema shows it.

use async_graphql::{Context, ID, Object};
use entity::rules::catalog::Catalog;
use entity::values::{
    BedsAffected, Channel, Confirmation, ReceivedSource, RecurrenceDecision, RecurrenceKind,
    RootCause, Route, Severity, Side, SlaClockState, TicketAction, TicketCategory, TicketOrigin,
    TicketStatus, Urgency,
};
use entity::{recurrence_link, sla_clock, ticket};

use super::super::ops;
use super::clock::SlaClock;
use super::demand::ResolutionDemand;
use super::history::{self, TicketEventConnection, TicketReplyConnection};
use super::recurrence::RecurrenceLink;
use crate::account::graphql::{Department, Person};
use crate::graphql::requester;
use crate::loaders::{self, ClocksOf, DemandsOf, RecurrencesOf};
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
pub(super) fn settle<T>(found: Result<Option<T>, crate::error::Error>) -> Maybe<T> {
    found.map_err(Into::into).transpose()
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
    /// 院方审批用时（秒），不属服务商；无需审批为 null.
    /// Seconds that the hospital took to approve, no time of the vendor; null where nothing is approved.
    async fn approval_sec(&self) -> Option<i32> {
        let route = Catalog::shared().class(self.0.category).route;
        let approved = !matches!(route, Route::Direct | Route::Declare | Route::Restricted);
        let seconds = (self.0.released_at? - self.0.created_at).num_seconds();
        approved.then(|| i32::try_from(seconds).unwrap_or(i32::MAX))
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
) -> Result<Option<Department>, crate::error::Error> {
    Ok(loaders::of(ctx)?.load_one(id).await?.map(Department))
}
