//! Findings in the schema.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::finding;
use entity::ids::{FindingId, InspectionId};
use entity::rules::inspection as rule;
use entity::values::{InspectionScope, Language, ResponsibleParty, Risk};

use super::super::ops;
use super::types::{Inspection, inspection, person};
use super::{Maybe, audited, payload};
use crate::account::graphql::Person;
use crate::db::retrying;
use crate::error::UserError;
use crate::graphql::{app, lang, requester, settle};
use crate::loaders::{self, SeenTicket};
use crate::scalar::{Day, Instant};
use crate::ticket::graphql::Ticket;

/// 巡检发现的问题.
/// A finding of an inspection.
#[derive(Clone, Debug)]
pub struct Finding(pub finding::Model);

impl From<finding::Model> for Finding {
    fn from(row: finding::Model) -> Self {
        Self(row)
    }
}

/// 巡检发现的问题.
/// A finding of an inspection.
#[Object]
impl Finding {
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
    /// 巡检.
    /// The inspection.
    async fn inspection(&self, ctx: &Context<'_>) -> Maybe<Inspection> {
        inspection(ctx, self.0.inspection_id).await
    }
    /// 范围.
    /// Scope.
    async fn scope(&self) -> InspectionScope {
        self.0.scope
    }
    /// 问题描述.
    /// What was found.
    async fn description(&self) -> &str {
        &self.0.description
    }
    /// 阈值所示的风险；无对应结果为 null.
    /// Risk that the thresholds suggest; null where no line stands behind it.
    async fn suggested_risk(&self) -> Option<Risk> {
        self.0.suggested_risk
    }
    /// 风险等级.
    /// Risk.
    async fn risk(&self) -> Risk {
        self.0.risk
    }
    /// 影响.
    /// What it may lead to.
    async fn impact(&self) -> &str {
        &self.0.impact
    }
    /// 整改建议.
    /// Advice.
    async fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }
    /// 期限是否按风险等级自报告确认起算（24 h、5、15 个工作日、90 日）.
    /// Whether the deadline follows from the risk: 24 h, 5 or 15 working days, 90 days from the confirmation.
    async fn deadline_by_risk(&self) -> bool {
        self.0.deadline_by_risk
    }
    /// 期限日期，至该日 24:00.
    /// Deadline as a date, to its 24:00.
    async fn deadline_on(&self) -> Option<Day> {
        self.0.deadline_on.map(Day)
    }
    /// 整改时限（文字）：日期，或自报告确认起的期限；未定为 null.
    /// Deadline in words: the date, or the limit from the confirmation of the report; null while there is none.
    async fn deadline(&self, ctx: &Context<'_>) -> Option<String> {
        if let Some(on) = self.0.deadline_on {
            return Some(on.to_string());
        }
        let (zh, en) = self
            .0
            .deadline_by_risk
            .then(|| rule::limit_text(self.0.risk))?;
        Some(match lang(ctx) {
            Language::Zh => format!("报告确认后 {zh}"),
            Language::En => format!("{en} after the confirmation of the report"),
        })
    }
    /// 责任方.
    /// Who is responsible.
    async fn owner(&self) -> ResponsibleParty {
        self.0.owner
    }
    /// 部件.
    /// Component.
    async fn component(&self) -> Option<&str> {
        self.0.component.as_deref()
    }
    /// 由谁发现.
    /// Who found it.
    async fn found_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.found_by)).await
    }
    /// 发现时刻.
    /// When it was found.
    async fn found_at(&self) -> Instant {
        Instant(self.0.found_at)
    }
    /// 开具的工单，紧急必有；不可见为 null.
    /// The ticket that it opened, always there for a critical one; null out of scope.
    async fn ticket(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        let id = self.0.ticket_id?;
        loaders::edge(ctx, SeenTicket(id), Ticket).await
    }
    /// 由谁最后改动风险.
    /// Who changed the risk last.
    async fn risk_set_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.risk_set_by).await
    }
    /// 最后改动风险的理由.
    /// Why the risk was changed last.
    async fn risk_reason(&self) -> Option<&str> {
        self.0.risk_reason.as_deref()
    }
}

/// 由其登记问题的一行结果.
/// A line that a finding explains.
#[derive(Clone, Debug, InputObject)]
pub struct FindingLineInput {
    /// 巡检项代码.
    /// Code of the item.
    pub item: String,
    /// 对象.
    /// Target.
    pub target: String,
}

/// 登记问题.
/// A new finding.
#[derive(Debug, InputObject)]
pub struct AddFindingInput {
    /// 客户端生成的重放键，8–64 字符.
    /// Replay key made by the client, 8 to 64 characters.
    pub idempotency_key: String,
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 范围.
    /// Scope.
    pub scope: InspectionScope,
    /// 问题描述.
    /// What was found.
    pub description: String,
    /// 风险等级，不低于阈值所示.
    /// Risk, not below what the thresholds say.
    pub risk: Risk,
    /// 影响.
    /// What it may lead to.
    pub impact: String,
    /// 整改建议.
    /// Advice.
    pub advice: Option<String>,
    /// 期限按风险等级.
    /// The deadline follows from the risk.
    pub deadline_by_risk: Option<bool>,
    /// 期限日期.
    /// Deadline as a date.
    pub deadline_on: Option<Day>,
    /// 责任方.
    /// Who is responsible.
    pub owner: ResponsibleParty,
    /// 部件.
    /// Component.
    pub component: Option<String>,
    /// 所解释的结果，至多 50 行.
    /// Lines that it explains, at most 50.
    pub results: Option<Vec<FindingLineInput>>,
}

/// 修改问题；省略者不变.
/// A changed finding; what is left out stays.
#[derive(Debug, InputObject)]
pub struct UpdateFindingInput {
    /// 问题.
    /// The finding.
    pub finding_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 影响.
    /// What it may lead to.
    pub impact: Option<String>,
    /// 整改建议.
    /// Advice.
    pub advice: Option<String>,
    /// 期限按风险等级.
    /// The deadline follows from the risk.
    pub deadline_by_risk: Option<bool>,
    /// 期限日期.
    /// Deadline as a date.
    pub deadline_on: Option<Day>,
    /// 责任方.
    /// Who is responsible.
    pub owner: Option<ResponsibleParty>,
}

/// 改动风险等级.
/// Another risk.
#[derive(Debug, InputObject)]
pub struct SetFindingRiskInput {
    /// 问题.
    /// The finding.
    pub finding_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 风险等级.
    /// Risk.
    pub risk: Risk,
    /// 理由.
    /// Reason.
    pub reason: String,
}

/// 登记问题的结果.
/// Result of addFinding.
#[derive(Debug, SimpleObject)]
pub struct AddFindingPayload {
    /// 问题；失败为 null.
    /// The finding; null on failure.
    pub finding: Option<Finding>,
    /// 紧急问题开具的工单.
    /// The ticket that a critical finding opened.
    pub ticket: Option<Ticket>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

payload! {
    /// 修改问题的结果.
    /// Result of updateFinding.
    UpdateFindingPayload,
    /// 问题；失败为 null.
    /// The finding; null on failure.
    finding: Finding
}
payload! {
    /// 改动风险的结果.
    /// Result of setFindingRisk.
    SetFindingRiskPayload,
    /// 问题；失败为 null.
    /// The finding; null on failure.
    finding: Finding
}

/// A date wins over the rule by risk.
fn deadline(by_risk: Option<bool>, on: Option<Day>) -> Option<ops::Deadline> {
    let by_risk = by_risk.unwrap_or(false).then_some(ops::Deadline::ByRisk);
    on.map(|on| ops::Deadline::On(on.0)).or(by_risk)
}

/// Changes of findings.
#[derive(Default)]
pub struct FindingMutation;

/// Changes of findings.
#[Object]
impl FindingMutation {
    /// 登记问题；紧急问题同时开具工单. 权限 INSPECTION_CONDUCT.
    /// Enters a finding; a critical one opens its ticket at once. Permission INSPECTION_CONDUCT.
    async fn add_finding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "问题. The finding.")] input: AddFindingInput,
    ) -> Maybe<AddFindingPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let lines = input.results.iter().flatten();
        let lines: Vec<(String, String)> = lines
            .map(|line| (line.item.clone(), line.target.clone()))
            .collect();
        let new = || ops::NewFinding {
            key: input.idempotency_key.clone(),
            inspection: InspectionId::lookup(&input.inspection_id),
            scope: input.scope,
            description: input.description.clone(),
            risk: input.risk,
            impact: input.impact.clone(),
            advice: input.advice.clone(),
            deadline: deadline(input.deadline_by_risk, input.deadline_on),
            owner: input.owner,
            component: input.component.clone(),
            lines: lines.clone(),
        };
        let done = retrying(app, || Box::pin(ops::add_finding(app, who, new()))).await;
        let done = audited(ctx, "finding.add", ("finding", None), done).await;
        settle(ctx, done, |done, user_errors| {
            let (row, ticket) = done.unzip();
            AddFindingPayload {
                finding: row.map(Finding),
                ticket: ticket.flatten().map(Ticket),
                user_errors,
            }
        })
    }

    /// 修改问题的影响、建议、期限与责任方. 权限 INSPECTION_CONDUCT.
    /// Changes impact, advice, deadline and owner of a finding. Permission INSPECTION_CONDUCT.
    async fn update_finding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: UpdateFindingInput,
    ) -> Maybe<UpdateFindingPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = FindingId::lookup(&input.finding_id);
        let of = (id, input.expected_version);
        let change = || ops::FindingChange {
            impact: input.impact.clone(),
            advice: input.advice.clone(),
            deadline: deadline(input.deadline_by_risk, input.deadline_on),
            owner: input.owner,
        };
        let run = || Box::pin(ops::update_finding(app, who, of, change()));
        let done = retrying(app, run).await;
        let done = audited(ctx, "finding.update", ("finding", Some(id.0)), done).await;
        settle(ctx, done, |row, user_errors| UpdateFindingPayload {
            finding: row.map(Finding),
            user_errors,
        })
    }

    /// 改动风险等级：服务商只可提高，院方可降低；升为紧急时开具工单. 权限 FINDING_RISK_SET.
    /// Sets the risk: the vendor raises it, the hospital may lower it; critical opens a ticket. Permission FINDING_RISK_SET.
    async fn set_finding_risk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: SetFindingRiskInput,
    ) -> Maybe<SetFindingRiskPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = FindingId::lookup(&input.finding_id);
        let of = (id, input.expected_version);
        let to = (input.risk, input.reason.as_str());
        let run = || Box::pin(ops::set_finding_risk(app, who, of, to));
        let done = retrying(app, run).await;
        let done = audited(ctx, "finding.risk", ("finding", Some(id.0)), done).await;
        settle(ctx, done, |row, user_errors| SetFindingRiskPayload {
            finding: row.map(Finding),
            user_errors,
        })
    }
}
