//! What hangs on an inspection: scopes that do not apply, people, talks, advice, submissions of its report.

use async_graphql::{Context, Object};
use entity::values::{
    AdviceKind, Channel, InspectionReportState, InspectionScope, ReturnKind, Side,
};
use entity::{
    inspection_advice, inspection_communication, inspection_participant, inspection_report,
    inspection_scope_na,
};

use super::Maybe;
use super::types::person;
use crate::account::graphql::Person;
use crate::loaders::{self, ReportNumber};
use crate::scalar::Instant;

/// 整体不适用的范围.
/// A scope that does not apply as a whole.
#[derive(Clone, Debug)]
pub struct InspectionScopeNa(pub inspection_scope_na::Model);

/// 整体不适用的范围.
/// A scope that does not apply as a whole.
#[Object]
impl InspectionScopeNa {
    /// 范围.
    /// Scope.
    async fn scope(&self) -> InspectionScope {
        self.0.scope
    }
    /// 理由；没有理由则不算数.
    /// Why; without a reason it does not count.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// 由谁声明.
    /// Who said so.
    async fn stated_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.stated_by)).await
    }
}

/// 巡检参加人.
/// Somebody who takes part in an inspection.
#[derive(Clone, Debug)]
pub struct InspectionParticipant(pub inspection_participant::Model);

/// 巡检参加人.
/// Somebody who takes part in an inspection.
#[Object]
impl InspectionParticipant {
    /// 人员.
    /// The person.
    async fn person(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.person_id)).await
    }
    /// 所代表的一方.
    /// Side for which the person takes part.
    async fn side(&self) -> Side {
        self.0.side
    }
}

/// 与院方的沟通.
/// A talk with the hospital.
#[derive(Clone, Debug)]
pub struct InspectionCommunication(pub inspection_communication::Model);

/// 与院方的沟通.
/// A talk with the hospital.
#[Object]
impl InspectionCommunication {
    /// 时刻.
    /// When it took place.
    async fn at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// 院方人员.
    /// With whom of the hospital.
    async fn hospital_person(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.hospital_person_id)).await
    }
    /// 内容.
    /// About what.
    async fn topics(&self) -> &str {
        &self.0.topics
    }
    /// 方式.
    /// How.
    async fn channel(&self) -> Channel {
        self.0.channel
    }
    /// 由谁登记.
    /// Who entered it.
    async fn entered_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.entered_by)).await
    }
}

/// 排查方法或预防建议.
/// A method of fault finding or an advice of prevention.
#[derive(Clone, Debug)]
pub struct InspectionAdvice(pub inspection_advice::Model);

/// 排查方法或预防建议.
/// A method of fault finding or an advice of prevention.
#[Object]
impl InspectionAdvice {
    /// 种类.
    /// Kind.
    async fn kind(&self) -> AdviceKind {
        self.0.kind
    }
    /// 内容.
    /// The advice.
    async fn text(&self) -> &str {
        &self.0.text
    }
    /// 由谁登记.
    /// Who entered it.
    async fn entered_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.entered_by)).await
    }
}

/// Number of a report, loaded.
pub(super) async fn report_number(
    ctx: &Context<'_>,
    hospital: entity::ids::HospitalId,
    id: entity::ids::ReportId,
) -> Maybe<String> {
    loaders::edge(ctx, ReportNumber(hospital, id), |number| number).await
}

/// 巡检报告的一次提交.
/// A submission of the report of an inspection.
#[derive(Clone, Debug)]
pub struct InspectionReport(pub inspection_report::Model);

/// 巡检报告的一次提交.
/// A submission of the report of an inspection.
#[Object]
impl InspectionReport {
    /// 第几次，自 1 起.
    /// Place in the inspection, from 1.
    async fn seq(&self) -> i32 {
        self.0.seq
    }
    /// 报告编号.
    /// Number of the report.
    async fn report_number(&self, ctx: &Context<'_>) -> Maybe<String> {
        report_number(ctx, self.0.hospital_id, self.0.report_id).await
    }
    /// 院方的答复.
    /// How the hospital answered.
    async fn state(&self) -> InspectionReportState {
        self.0.state
    }
    /// 由谁提交.
    /// Who submitted it.
    async fn submitted_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.submitted_by)).await
    }
    /// 提交时刻.
    /// When it was submitted.
    async fn submitted_at(&self) -> Instant {
        Instant(self.0.submitted_at)
    }
    /// 提交是否晚于到期日.
    /// Whether that was after the due date.
    async fn late(&self) -> bool {
        self.0.is_late
    }
    /// 到期日之后的工作日数.
    /// Working days after the due date.
    async fn late_wd(&self) -> i32 {
        self.0.late_wd
    }
    /// 由谁确认或退回.
    /// Who confirmed or returned it.
    async fn decided_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.decided_by).await
    }
    /// 确认或退回的时刻.
    /// When.
    async fn decided_at(&self) -> Option<Instant> {
        self.0.decided_at.map(Instant)
    }
    /// 退回的种类.
    /// How it was returned.
    async fn return_kind(&self) -> Option<ReturnKind> {
        self.0.return_kind
    }
    /// 退回的理由.
    /// Why it was returned.
    async fn return_reason(&self) -> Option<&str> {
        self.0.return_reason.as_deref()
    }
    /// 确认超过期限的工作日数，各整改期限顺延.
    /// Working days that the confirmation took beyond its limit; the dates of rectification moved by them.
    async fn delay_wd(&self) -> i32 {
        self.0.delay_wd
    }
}
