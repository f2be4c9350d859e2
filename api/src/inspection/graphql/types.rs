//! An inspection in the schema.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::attachment::Subject;
use entity::ids::{ContractId, InspectionId, InspectionPlanId, PersonId};
use entity::inspection;
use entity::rules::calendar::civil_date;
use entity::rules::inspection::ReportGap;
use entity::values::{Evaluation, InspectionKind, InspectionScope, InspectionState};

use super::super::ops;
use super::Maybe;
use super::asset::Asset;
use super::finding::Finding;
use super::parts::*;
use super::plan::InspectionPlan;
use super::rectify::RectificationTask;
use super::result::InspectionResult;
use super::summary::{
    self, InspectionScopeSummary, InspectionTrend, RectificationSummary, RiskCount, ScopeCount,
};
use crate::account::graphql::{Contract, Person};
use crate::attachment::graphql::{Attachment, attachments};
use crate::error::{Result, UserErrorCode};
use crate::graphql::{app, lang};
use crate::loaders::{
    self, AdviceOf, FindingsOf, ParticipantsOf, ResultsOf, ScopesNaOf, SubmissionsOf, TalksOf,
    TasksOf,
};
use crate::scalar::{Day, Instant};

/// Loads a contract of an edge.
pub(super) async fn contract(ctx: &Context<'_>, id: ContractId) -> Maybe<Contract> {
    loaders::edge(ctx, id, Contract).await
}

/// Loads a person of an edge.
pub(super) async fn person(ctx: &Context<'_>, id: Option<PersonId>) -> Maybe<Person> {
    loaders::person(ctx, id)
        .await
        .map(|row| row.map(Person::from))
        .map_err(Into::into)
        .transpose()
}

/// Loads the inspection of an edge; it is seen by whoever sees what hangs on it.
pub(super) async fn inspection(ctx: &Context<'_>, id: InspectionId) -> Maybe<Inspection> {
    loaders::edge(ctx, id, Inspection).await
}

async fn plan(ctx: &Context<'_>, id: InspectionPlanId) -> Result<Option<InspectionPlan>> {
    let row = loaders::of(ctx)?.load_one(id).await?;
    Ok(row.map(InspectionPlan))
}

/// Rows of a bounded list, by a loader.
macro_rules! rows {
    ($ctx:ident, $key:expr, $keep:expr, $wrap:expr) => {{
        let rows = loaders::rows($ctx, $key).await;
        Some(
            rows.map(|rows| {
                let rows = rows.into_iter();
                rows.filter($keep).map($wrap).take(MOST).collect()
            })
            .map_err(Into::into),
        )
    }};
}

/// Most rows of a list that is no connection.
const MOST: usize = 1_000;

/// 巡检.
/// An inspection.
#[derive(Clone, Debug)]
pub struct Inspection(pub inspection::Model);

impl From<inspection::Model> for Inspection {
    fn from(row: inspection::Model) -> Self {
        Self(row)
    }
}

/// 巡检.
/// An inspection.
#[Object]
impl Inspection {
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
    /// 方式.
    /// Kind.
    async fn kind(&self) -> InspectionKind {
        self.0.kind
    }
    /// 状态.
    /// State.
    async fn state(&self) -> InspectionState {
        self.0.state
    }
    /// 所依据的计划.
    /// The plan that foresees it.
    async fn plan(&self, ctx: &Context<'_>) -> Maybe<InspectionPlan> {
        let id = self.0.plan_id?;
        plan(ctx, id).await.map_err(Into::into).transpose()
    }
    /// 计划条目的序号.
    /// Entry of the plan.
    async fn plan_entry(&self) -> Option<i32> {
        self.0.plan_entry
    }
    /// 计划首日.
    /// First planned day.
    async fn planned_from_on(&self) -> Day {
        Day(self.0.planned_from_on)
    }
    /// 计划末日.
    /// Last planned day.
    async fn planned_to_on(&self) -> Day {
        Day(self.0.planned_to_on)
    }
    /// 告知院方的时刻.
    /// When it was announced.
    async fn announced_at(&self) -> Option<Instant> {
        self.0.announced_at.map(Instant)
    }
    /// 地点，仅现场巡检.
    /// Place, of an inspection on site.
    async fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }
    /// 开始时刻.
    /// When it began.
    async fn started_at(&self) -> Option<Instant> {
        self.0.started_at.map(Instant)
    }
    /// 模板版本.
    /// Version of the template.
    async fn template_version(&self) -> Option<&str> {
        self.0.template_version.as_deref()
    }
    /// 最近一步的时刻.
    /// When the last step was.
    async fn last_step_at(&self) -> Option<Instant> {
        self.0.last_step_at.map(Instant)
    }
    /// 结束时刻.
    /// When it ended.
    async fn ended_at(&self) -> Option<Instant> {
        self.0.ended_at.map(Instant)
    }
    /// 结束日期.
    /// Civil date of its end.
    async fn ended_on(&self) -> Option<Day> {
        self.0.ended_on.map(Day)
    }
    /// 由谁结束.
    /// Who ended it.
    async fn ended_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.ended_by).await
    }
    /// 签到记录的存放处，仅现场巡检.
    /// Where the signed visit record lies, of an inspection on site.
    async fn visit_record(&self) -> Option<&str> {
        self.0.visit_record.as_deref()
    }
    /// 是否声明未发现问题.
    /// Whether it is said that nothing was found.
    async fn no_problem(&self) -> bool {
        self.0.says_no_problem
    }
    /// 报告到期日期（INSPECTION_REPORT_5WD），至该日 24:00.
    /// Date by which the report is due (INSPECTION_REPORT_5WD), to its 24:00.
    async fn report_due_on(&self) -> Option<Day> {
        self.0.report_due_on.map(Day)
    }
    /// 报告到期的不含端点.
    /// The exclusive bound of that date.
    async fn report_due_before_at(&self) -> Option<Instant> {
        self.0.report_due_at.map(Instant)
    }
    /// 报告到期是否暂定.
    /// Whether it is provisional.
    async fn report_provisional(&self) -> bool {
        self.0.report_provisional
    }
    /// 此刻报告是否逾期未提交.
    /// Whether the report is overdue now.
    async fn report_overdue(&self, ctx: &Context<'_>) -> bool {
        let now = app(ctx).clock.now();
        self.0.report_submitted_at.is_none()
            && self.0.report_due_on.is_some_and(|on| civil_date(now) > on)
    }
    /// 巡检环境.
    /// What was inspected, in words.
    async fn environment(&self) -> Option<&str> {
        self.0.environment.as_deref()
    }
    /// 巡检方法.
    /// How it was inspected.
    async fn method(&self) -> Option<&str> {
        self.0.method.as_deref()
    }
    /// 结论.
    /// What follows from it.
    async fn conclusion(&self) -> Option<&str> {
        self.0.conclusion.as_deref()
    }
    /// 停止报告时限的提交时刻；尚无或因缺项失效为 null.
    /// The submission that stopped the clock of the report; null before it and after a return that voided it.
    async fn report_submitted_at(&self) -> Option<Instant> {
        self.0.report_submitted_at.map(Instant)
    }
    /// 该次提交是否逾期.
    /// Whether that submission was late.
    async fn report_late(&self) -> bool {
        self.0.report_late
    }
    /// 该次提交逾期的工作日数，节假日紧接到期日时为 0.
    /// Working days that it was late; 0 on days of rest right after the due date.
    async fn report_late_wd(&self) -> i32 {
        self.0.report_late_wd
    }
    /// 报告的各次提交.
    /// The submissions of its report.
    async fn reports(&self, ctx: &Context<'_>) -> Maybe<Vec<InspectionReport>> {
        let key = SubmissionsOf(self.0.hospital_id, self.0.id);
        rows!(ctx, key, |_| true, InspectionReport)
    }
    /// 报告确认后的整改任务；安全类仅指定工程师可见.
    /// The rectification tasks of its confirmed report; those about security are for named engineers only.
    async fn tasks(&self, ctx: &Context<'_>) -> Maybe<Vec<RectificationTask>> {
        let key = TasksOf(self.0.hospital_id, self.0.id);
        rows!(ctx, key, |_| true, RectificationTask)
    }
    /// 作为对象的资产.
    /// The assets that are its targets.
    async fn assets(&self, ctx: &Context<'_>) -> Maybe<Vec<Asset>> {
        Some(summary::assets(ctx, &self.0).await.map_err(Into::into))
    }
    /// 各范围的评价与结果，按模板次序.
    /// Evaluations and lines by scope, in the order of the template.
    async fn scopes(&self, ctx: &Context<'_>) -> Maybe<Vec<InspectionScopeSummary>> {
        Some(summary::scopes(ctx, &self.0).await.map_err(Into::into))
    }
    /// 数值的历次走势，异常者在前，至多 12 条.
    /// The course of numbers over the inspections, abnormal ones first, at most 12.
    async fn trends(&self, ctx: &Context<'_>) -> Maybe<Vec<InspectionTrend>> {
        Some(summary::trends(ctx, &self.0).await.map_err(Into::into))
    }
    /// 上期整改情况的汇总.
    /// How the tasks of the inspection before stand, in numbers.
    async fn previous_summary(&self, ctx: &Context<'_>) -> Maybe<RectificationSummary> {
        Some(summary::previous(ctx, &self.0).await.map_err(Into::into))
    }
    /// 上期的整改任务.
    /// The tasks of the inspection before.
    async fn previous_tasks(&self, ctx: &Context<'_>) -> Maybe<Vec<RectificationTask>> {
        let found = summary::previous_tasks(ctx, &self.0).await;
        let found = found.map(|rows| rows.into_iter().map(RectificationTask).collect());
        Some(found.map_err(Into::into))
    }
    /// 各范围的问题数，多者在前.
    /// Findings by scope, most first.
    async fn findings_by_scope(&self, ctx: &Context<'_>) -> Maybe<Vec<ScopeCount>> {
        Some(summary::by_scope(ctx, &self.0).await.map_err(Into::into))
    }
    /// 各风险等级的问题数与上期相比.
    /// Findings by risk, beside those of the inspection before.
    async fn risk_summary(&self, ctx: &Context<'_>) -> Maybe<Vec<RiskCount>> {
        Some(summary::by_risk(ctx, &self.0).await.map_err(Into::into))
    }
    /// 附件，至多 50 个，自最早起；字节经 REST.
    /// Files, at most 50, oldest first; bytes by REST.
    async fn attachments(&self, ctx: &Context<'_>) -> Maybe<Vec<Attachment>> {
        let found = attachments(ctx, self.0.hospital_id, Subject::Inspection(self.0.id)).await;
        Some(found.map_err(Into::into))
    }
    /// 取消的理由.
    /// Why it was cancelled.
    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }
    /// 巡检结果，按模板次序，至多 1000 行；可按范围或仅异常项筛选.
    /// Its lines in the order of the template, at most 1000; on demand of one scope, or abnormal ones only.
    async fn results(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "范围. Scope.")] scope: Option<InspectionScope>,
        #[graphql(
            default,
            desc = "仅预警与严重. Warnings and severe values only."
        )]
        abnormal_only: bool,
    ) -> Maybe<Vec<InspectionResult>> {
        let key = ResultsOf(self.0.hospital_id, self.0.id);
        rows!(
            ctx,
            key,
            |row| scope.is_none_or(|scope| row.scope == scope)
                && (!abnormal_only
                    || matches!(
                        row.evaluation,
                        Some(Evaluation::Warning | Evaluation::Severe)
                    )),
            InspectionResult::from
        )
    }
    /// 整体不适用的范围.
    /// Scopes that do not apply as a whole.
    async fn not_applicable_scopes(&self, ctx: &Context<'_>) -> Maybe<Vec<InspectionScopeNa>> {
        let key = ScopesNaOf(self.0.hospital_id, self.0.id);
        rows!(ctx, key, |_| true, InspectionScopeNa)
    }
    /// 参加人.
    /// Who takes part.
    async fn participants(&self, ctx: &Context<'_>) -> Maybe<Vec<InspectionParticipant>> {
        let key = ParticipantsOf(self.0.hospital_id, self.0.id);
        rows!(ctx, key, |_| true, InspectionParticipant)
    }
    /// 沟通记录.
    /// Talks with the hospital.
    async fn communications(&self, ctx: &Context<'_>) -> Maybe<Vec<InspectionCommunication>> {
        let key = TalksOf(self.0.hospital_id, self.0.id);
        rows!(ctx, key, |_| true, InspectionCommunication)
    }
    /// 排查方法与预防建议.
    /// Methods of fault finding and advice of prevention.
    async fn advice(&self, ctx: &Context<'_>) -> Maybe<Vec<InspectionAdvice>> {
        let key = AdviceOf(self.0.hospital_id, self.0.id);
        rows!(ctx, key, |_| true, InspectionAdvice)
    }
    /// 发现的问题；安全类仅指定工程师可见.
    /// Findings; those about security are for named engineers only.
    async fn findings(&self, ctx: &Context<'_>) -> Maybe<Vec<Finding>> {
        let key = FindingsOf(self.0.hospital_id, self.0.id);
        rows!(ctx, key, |_| true, Finding)
    }
}

/// 报告提交前尚缺的一项.
/// Something that a report lacks before it can be submitted.
#[derive(Clone, Debug, SimpleObject)]
pub struct InspectionReportGap {
    /// 提交时的代码.
    /// The code that a submission would get.
    pub code: UserErrorCode,
    /// 说明，按读者的语言.
    /// What it is, in the language of the reader.
    pub message: String,
}

/// The gaps of the report of an inspection, in the language of the reader.
///
/// # Errors
/// Those of the database.
pub(super) async fn gaps(
    ctx: &Context<'_>,
    row: &inspection::Model,
) -> Result<Vec<InspectionReportGap>> {
    // The seal is looked at when the report is submitted.
    let found = ops::report_gaps(app(ctx).db.read(), row, true).await?;
    let gap = |gap: &ReportGap| {
        let (code, message) = ops::told_in(gap, lang(ctx));
        InspectionReportGap { code, message }
    };
    Ok(found.iter().map(gap).collect())
}
