//! Rectification in the schema: tasks with their steps, submissions and moved dates.

use async_graphql::{Context, ID, Object};
use entity::attachment::Subject;
use entity::rules::inspection as rule;
use entity::values::{
    MoveCause, RectificationStanding, RectificationState, ResponsibleParty, Risk,
};
use entity::{
    rectification_move, rectification_step, rectification_submission, rectification_task,
};

use super::super::ops;
use super::Maybe;
use super::finding::Finding;
use super::parts::report_number;
use super::types::{Inspection, contract, inspection, person};
use crate::account::graphql::{Contract, Person};
use crate::attachment::graphql::{Attachment, attachments, shown};
use crate::graphql::app;
use crate::loaders::{
    self, RectificationMovesOf, RectificationStepsOf, RectificationSubmissionsOf, SeenFinding,
    SubmissionFiles,
};
use crate::scalar::{Day, Instant};

/// 整改任务.
/// A rectification task.
#[derive(Clone, Debug)]
pub struct RectificationTask(pub rectification_task::Model);

impl From<rectification_task::Model> for RectificationTask {
    fn from(row: rectification_task::Model) -> Self {
        Self(row)
    }
}

/// How a task stands now.
pub(super) fn standing(
    row: &rectification_task::Model,
    now: chrono::DateTime<chrono::Utc>,
) -> RectificationStanding {
    let overdue = rule::is_overdue(row.state, &ops::due_of(row), row.submitted_at, now);
    rule::standing(row.state, overdue, row.is_extended)
}

macro_rules! rows {
    ($ctx:ident, $key:expr, $wrap:expr) => {{
        let rows = loaders::rows($ctx, $key).await;
        Some(
            rows.map(|rows| rows.into_iter().map($wrap).collect())
                .map_err(Into::into),
        )
    }};
}

/// 整改任务：已确认报告中的一个问题.
/// A rectification task: a finding of a confirmed report.
#[Object]
impl RectificationTask {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 编号，院内唯一.
    /// Number, unique in the hospital.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// 乐观锁版本，作为 `expectedVersion` 送回.
    /// Version; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// 合同.
    /// The contract.
    async fn contract(&self, ctx: &Context<'_>) -> Maybe<Contract> {
        contract(ctx, self.0.contract_id).await
    }
    /// 巡检.
    /// The inspection.
    async fn inspection(&self, ctx: &Context<'_>) -> Maybe<Inspection> {
        inspection(ctx, self.0.inspection_id).await
    }
    /// 问题.
    /// The finding.
    async fn finding(&self, ctx: &Context<'_>) -> Maybe<Finding> {
        loaders::edge(ctx, SeenFinding(self.0.finding_id), Finding).await
    }
    /// 所依据的报告的编号.
    /// Number of the report that it follows from.
    async fn report_number(&self, ctx: &Context<'_>) -> Maybe<String> {
        report_number(ctx, self.0.hospital_id, self.0.report_id).await
    }
    /// 状态.
    /// State.
    async fn state(&self) -> RectificationState {
        self.0.state
    }
    /// 现况：状态加上逾期与延期.
    /// How it stands: its state, with overdue and extended told apart.
    async fn standing(&self, ctx: &Context<'_>) -> RectificationStanding {
        standing(&self.0, app(ctx).clock.now())
    }
    /// 责任方；仅服务商的任务计入考核.
    /// Who is responsible; only tasks of the vendor count.
    async fn owner(&self) -> ResponsibleParty {
        self.0.owner
    }
    /// 报告确认时的风险等级.
    /// Risk when the report was confirmed.
    async fn risk(&self) -> Risk {
        self.0.risk
    }
    /// 负责人.
    /// Who works on it.
    async fn responsible(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.responsible_id).await
    }
    /// 报告确认的时刻.
    /// When the report was confirmed.
    async fn opened_at(&self) -> Instant {
        Instant(self.0.opened_at)
    }
    /// 报告所定的到期时刻；以日计者为不含端点.
    /// Due instant by the report; the exclusive bound of a day.
    async fn original_due_at(&self) -> Instant {
        Instant(self.0.original_due_at)
    }
    /// 现行到期时刻；以日计者为不含端点.
    /// Due instant in force; the exclusive bound of a day.
    async fn due_at(&self) -> Instant {
        Instant(self.0.due_at)
    }
    /// 现行到期日期.
    /// Due date in force.
    async fn due_on(&self) -> Day {
        Day(self.0.due_on)
    }
    /// 到期是否暂定.
    /// Whether it is provisional.
    async fn due_provisional(&self) -> bool {
        self.0.due_provisional
    }
    /// 是否经双方同意延期.
    /// Whether both sides agreed on a later date.
    async fn extended(&self) -> bool {
        self.0.is_extended
    }
    /// 未被否定的最近一次提交；经验证者停止时限.
    /// The latest submission that was not rejected; the verified one stopped the clock.
    async fn submitted_at(&self) -> Option<Instant> {
        self.0.submitted_at.map(Instant)
    }
    /// 验证时刻.
    /// When it was verified.
    async fn verified_at(&self) -> Option<Instant> {
        self.0.verified_at.map(Instant)
    }
    /// 由谁验证.
    /// Who verified it.
    async fn verified_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.verified_by).await
    }
    /// 经验证的提交是否逾期.
    /// Whether the verified submission was late.
    async fn late(&self) -> bool {
        self.0.is_late
    }
    /// 逾期的工作日数.
    /// Working days that it was late.
    async fn late_wd(&self) -> i32 {
        self.0.late_wd
    }
    /// 由谁接受风险.
    /// Who accepted the risk.
    async fn waived_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.waived_by).await
    }
    /// 接受风险的时刻.
    /// When the risk was accepted.
    async fn waived_at(&self) -> Option<Instant> {
        self.0.waived_at.map(Instant)
    }
    /// 接受风险的理由.
    /// Why the risk was accepted.
    async fn waiver_reason(&self) -> Option<&str> {
        self.0.waiver_reason.as_deref()
    }
    /// 附件，至多 50 个，自最早起；字节经 REST.
    /// Files, at most 50, oldest first; bytes by REST.
    async fn attachments(&self, ctx: &Context<'_>) -> Maybe<Vec<Attachment>> {
        let found = attachments(ctx, self.0.hospital_id, Subject::Task(self.0.id)).await;
        Some(found.map_err(Into::into))
    }
    /// 步骤.
    /// Its steps.
    async fn steps(&self, ctx: &Context<'_>) -> Maybe<Vec<RectificationStep>> {
        rows!(
            ctx,
            RectificationStepsOf(self.0.hospital_id, self.0.id),
            RectificationStep
        )
    }
    /// 各次提交.
    /// Its submissions.
    async fn submissions(&self, ctx: &Context<'_>) -> Maybe<Vec<RectificationSubmission>> {
        rows!(
            ctx,
            RectificationSubmissionsOf(self.0.hospital_id, self.0.id),
            RectificationSubmission
        )
    }
    /// 期限的移动：院方迟延，或双方协商（含待答复与未同意者）.
    /// What moved its date: the delay of the hospital, or consent, with proposals that wait or were refused.
    async fn moves(&self, ctx: &Context<'_>) -> Maybe<Vec<RectificationMove>> {
        rows!(
            ctx,
            RectificationMovesOf(self.0.hospital_id, self.0.id),
            RectificationMove
        )
    }
}

/// 整改步骤.
/// A step of a rectification task.
#[derive(Clone, Debug)]
pub struct RectificationStep(pub rectification_step::Model);

/// 整改步骤.
/// A step of a rectification task.
#[Object]
impl RectificationStep {
    /// 时刻.
    /// When it was recorded.
    async fn at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// 由谁.
    /// Who did it.
    async fn person(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.person_id)).await
    }
    /// 内容.
    /// What was done.
    async fn text(&self) -> &str {
        &self.0.text
    }
}

/// 整改提交.
/// A submission of a rectification task.
#[derive(Clone, Debug)]
pub struct RectificationSubmission(pub rectification_submission::Model);

/// 整改提交.
/// A submission of a rectification task.
#[Object]
impl RectificationSubmission {
    /// 时刻.
    /// When.
    async fn at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// 由谁提交.
    /// Who submitted it.
    async fn person(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.person_id)).await
    }
    /// 整改内容.
    /// What was rectified.
    async fn text(&self) -> &str {
        &self.0.text
    }
    /// 证据及其存放处；仅以附件为证据时为 null.
    /// Evidence and where it lies; null where files are the only evidence.
    async fn evidence(&self) -> Option<&str> {
        self.0.evidence.as_deref()
    }
    /// 作为证据的附件，至多 10 个，自最早起；字节经 REST.
    /// Files that are evidence, at most 10, oldest first; bytes by REST.
    async fn evidence_files(&self, ctx: &Context<'_>) -> Maybe<Vec<Attachment>> {
        let key = SubmissionFiles(self.0.hospital_id, self.0.task_id, self.0.seq);
        Some(loaders::rows(ctx, key).await.map(shown).map_err(Into::into))
    }
    /// 验证通过与否；待验证为 null.
    /// Whether it was verified; null while it waits.
    async fn accepted(&self) -> Option<bool> {
        self.0.accepted
    }
    /// 由谁验证.
    /// Who looked at it.
    async fn decided_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.decided_by).await
    }
    /// 验证时刻.
    /// When.
    async fn decided_at(&self) -> Option<Instant> {
        self.0.decided_at.map(Instant)
    }
    /// 说明.
    /// What was found.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}

/// 整改期限的移动.
/// What moved the date of a rectification task.
#[derive(Clone, Debug)]
pub struct RectificationMove(pub rectification_move::Model);

/// 整改期限的移动.
/// What moved the date of a rectification task.
#[Object]
impl RectificationMove {
    /// 原因.
    /// Cause.
    async fn cause(&self) -> MoveCause {
        self.0.cause
    }
    /// 顺延的工作日数.
    /// Working days of the delay.
    async fn by_wd(&self) -> Option<i32> {
        self.0.by_wd
    }
    /// 移至的日期.
    /// The date that it leads to.
    async fn due_on(&self) -> Day {
        Day(self.0.due_on)
    }
    /// 理由.
    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// 由谁提出.
    /// Who proposed it.
    async fn proposed_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.proposed_by)).await
    }
    /// 提出时刻.
    /// When.
    async fn proposed_at(&self) -> Instant {
        Instant(self.0.proposed_at)
    }
    /// 是否生效；待答复为 null.
    /// Whether it is in force; null while it waits.
    async fn agreed(&self) -> Option<bool> {
        self.0.agreed
    }
    /// 由谁答复.
    /// Who answered.
    async fn decided_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.decided_by).await
    }
    /// 答复时刻.
    /// When.
    async fn decided_at(&self) -> Option<Instant> {
        self.0.decided_at.map(Instant)
    }
}
