//! Clocks of a ticket as the schema shows them.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::rules::calendar::{cut, seconds};
use entity::sla_clock;
use entity::values::{
    ClockCode, Confirmation, SlaClockKind, SlaClockState, SlaResult, TargetSource,
};

use super::account::small;
use super::types::{Maybe, Ticket};
use crate::graphql::app;
use crate::loaders::{self, SeenTicket};
use crate::scalar::Instant;

/// 时限：工单的一项合同时限的一轮.
/// One cycle of one contract clock of a ticket.
#[derive(Clone, Debug)]
pub struct SlaClock(pub sla_clock::Model);

impl From<sla_clock::Model> for SlaClock {
    fn from(row: sla_clock::Model) -> Self {
        Self(row)
    }
}

impl SlaClock {
    fn running_due(&self) -> Option<DateTime<Utc>> {
        self.0
            .due_at
            .filter(|_| self.0.state == SlaClockState::Running)
    }
}

/// 时限：工单的一项合同时限的一轮.
/// One cycle of one contract clock of a ticket.
#[Object]
impl SlaClock {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 工单.
    /// The ticket; null if it is out of scope.
    async fn ticket(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        loaders::edge(ctx, SeenTicket(self.0.ticket_id), Ticket).await
    }
    /// 此刻距到期的秒数，逾期为负；未运行或无目标为 null.
    /// Seconds left now, negative when overdue; null unless it runs towards a due instant.
    async fn remaining_sec(&self, ctx: &Context<'_>) -> Option<i32> {
        let due = self.running_due()?;
        Some(small(seconds(app(ctx).clock.now(), due)))
    }
    /// 此刻是否逾期.
    /// Whether it runs and is overdue now.
    async fn overdue(&self, ctx: &Context<'_>) -> bool {
        let now = app(ctx).clock.now();
        match (self.running_due(), self.0.due_before_at) {
            (None, _) => false,
            (Some(_), Some(bound)) => now >= bound,
            (Some(due), None) => cut(now) > cut(due),
        }
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
