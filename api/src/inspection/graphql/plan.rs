//! Plans of inspections in the schema.

use async_graphql::{Context, ID, InputObject, Object};
use entity::ids::{ContractId, InspectionPlanId};
use entity::values::{InspectionKind, InspectionPlanState};
use entity::{inspection_plan, inspection_plan_entry};

use super::super::ops;
use super::types::{contract, person};
use super::{Maybe, audited, payload};
use crate::account::graphql::{Contract, Person};
use crate::db::retrying;
use crate::graphql::{app, requester, settle};
use crate::loaders::{self, EntriesOf};
use crate::scalar::{Day, Instant};

/// 服务年度的巡检计划.
/// The plan of inspections of a service year.
#[derive(Clone, Debug)]
pub struct InspectionPlan(pub inspection_plan::Model);

/// 服务年度的巡检计划.
/// The plan of inspections of a service year.
#[Object]
impl InspectionPlan {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
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
    /// 服务年度，自 1 起.
    /// Service year, from 1.
    async fn service_year(&self) -> i32 {
        self.0.service_year
    }
    /// 状态.
    /// State.
    async fn state(&self) -> InspectionPlanState {
        self.0.state
    }
    /// 条目，至多 50 个.
    /// Entries, at most 50.
    async fn entries(&self, ctx: &Context<'_>) -> Maybe<Vec<InspectionPlanEntry>> {
        let key = EntriesOf(self.0.hospital_id, self.0.id);
        let rows = loaders::rows(ctx, key).await;
        Some(
            rows.map(|rows| {
                let rows = rows.into_iter();
                rows.map(InspectionPlanEntry).collect()
            })
            .map_err(Into::into),
        )
    }
    /// 由谁起草.
    /// Who drafted it.
    async fn drafted_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.drafted_by)).await
    }
    /// 起草时刻.
    /// When it was drafted.
    async fn drafted_at(&self) -> Instant {
        Instant(self.0.drafted_at)
    }
    /// 由谁批准.
    /// Who approved it.
    async fn approved_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.approved_by).await
    }
    /// 批准时刻.
    /// When it was approved.
    async fn approved_at(&self) -> Option<Instant> {
        self.0.approved_at.map(Instant)
    }
    /// 被替代的时刻.
    /// When a later plan took its place.
    async fn superseded_at(&self) -> Option<Instant> {
        self.0.superseded_at.map(Instant)
    }
}

/// 巡检计划的一个条目.
/// An entry of a plan of inspections.
#[derive(Clone, Debug)]
pub struct InspectionPlanEntry(pub inspection_plan_entry::Model);

/// 巡检计划的一个条目.
/// An entry of a plan of inspections.
#[Object]
impl InspectionPlanEntry {
    /// 序号，自 1 起.
    /// Place in the plan, from 1.
    async fn seq(&self) -> i32 {
        self.0.seq
    }
    /// 方式.
    /// Kind.
    async fn kind(&self) -> InspectionKind {
        self.0.kind
    }
    /// 合同季度，自 1 起.
    /// Contract quarter, from 1.
    async fn quarter(&self) -> i32 {
        self.0.quarter
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
    /// 备注.
    /// Remark.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}

/// 计划条目.
/// An entry of a plan.
#[derive(Clone, Debug, InputObject)]
pub struct InspectionPlanEntryInput {
    /// 方式.
    /// Kind.
    pub kind: InspectionKind,
    /// 合同季度，自 1 起.
    /// Contract quarter, from 1.
    pub quarter: i32,
    /// 计划首日.
    /// First planned day.
    pub planned_from_on: Day,
    /// 计划末日.
    /// Last planned day.
    pub planned_to_on: Day,
    /// 备注.
    /// Remark.
    pub note: Option<String>,
}

fn lines(entries: &[InspectionPlanEntryInput]) -> Vec<ops::PlanLine> {
    let line = |entry: &InspectionPlanEntryInput| ops::PlanLine {
        kind: entry.kind,
        quarter: entry.quarter,
        from: entry.planned_from_on.0,
        to: entry.planned_to_on.0,
        note: entry.note.clone(),
    };
    entries.iter().map(line).collect()
}

/// 起草巡检计划.
/// A plan to draft.
#[derive(Debug, InputObject)]
pub struct DraftInspectionPlanInput {
    /// 客户端生成的重放键，8–64 字符.
    /// Replay key made by the client, 8 to 64 characters.
    pub idempotency_key: String,
    /// 合同；只见一份时可省略.
    /// Contract; may be left out by who sees one only.
    pub contract_id: Option<ID>,
    /// 服务年度，自 1 起.
    /// Service year, from 1.
    pub service_year: i32,
    /// 条目，至多 50 个.
    /// Entries, at most 50.
    pub entries: Vec<InspectionPlanEntryInput>,
}

/// 修改草稿的条目.
/// New entries of a draft.
#[derive(Debug, InputObject)]
pub struct ReviseInspectionPlanInput {
    /// 计划.
    /// The plan.
    pub inspection_plan_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 条目，至多 50 个.
    /// Entries, at most 50.
    pub entries: Vec<InspectionPlanEntryInput>,
}

/// 批准巡检计划.
/// Approve a plan.
#[derive(Debug, InputObject)]
pub struct ApproveInspectionPlanInput {
    /// 计划.
    /// The plan.
    pub inspection_plan_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
}

payload! {
    /// 起草巡检计划的结果.
    /// Result of draftInspectionPlan.
    DraftInspectionPlanPayload,
    /// 计划；失败为 null.
    /// The plan; null on failure.
    inspection_plan: InspectionPlan
}
payload! {
    /// 修改巡检计划的结果.
    /// Result of reviseInspectionPlan.
    ReviseInspectionPlanPayload,
    /// 计划；失败为 null.
    /// The plan; null on failure.
    inspection_plan: InspectionPlan
}
payload! {
    /// 批准巡检计划的结果.
    /// Result of approveInspectionPlan.
    ApproveInspectionPlanPayload,
    /// 计划；失败为 null.
    /// The plan; null on failure.
    inspection_plan: InspectionPlan
}

/// Changes of plans.
#[derive(Default)]
pub struct InspectionPlanMutation;

/// Changes of plans.
#[Object]
impl InspectionPlanMutation {
    /// 起草服务年度的巡检计划. 权限 INSPECTION_CONDUCT.
    /// Drafts the plan of a service year. Permission INSPECTION_CONDUCT.
    async fn draft_inspection_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "计划. The plan.")] input: DraftInspectionPlanInput,
    ) -> Maybe<DraftInspectionPlanPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let new = || ops::NewPlan {
            key: input.idempotency_key.clone(),
            contract: input.contract_id.as_ref().map(|id| ContractId::lookup(id)),
            service_year: input.service_year,
            entries: lines(&input.entries),
        };
        let done = retrying(app, || Box::pin(ops::draft_plan(app, who, new()))).await;
        let object = ("inspection_plan", None);
        let done = audited(ctx, "inspection_plan.draft", object, done).await;
        settle(ctx, done, |row, user_errors| DraftInspectionPlanPayload {
            inspection_plan: row.map(InspectionPlan),
            user_errors,
        })
    }

    /// 修改草稿的条目. 权限 INSPECTION_CONDUCT.
    /// Replaces the entries of a draft. Permission INSPECTION_CONDUCT.
    async fn revise_inspection_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ReviseInspectionPlanInput,
    ) -> Maybe<ReviseInspectionPlanPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionPlanId::lookup(&input.inspection_plan_id);
        let entries = lines(&input.entries);
        let of = (id, input.expected_version);
        let done = retrying(app, || Box::pin(ops::revise_plan(app, who, of, &entries))).await;
        let object = ("inspection_plan", Some(id.0));
        let done = audited(ctx, "inspection_plan.revise", object, done).await;
        settle(ctx, done, |row, user_errors| ReviseInspectionPlanPayload {
            inspection_plan: row.map(InspectionPlan),
            user_errors,
        })
    }

    /// 批准巡检计划：每年度一次现场、每合同季度一次线上. 权限 INSPECTION_APPROVE.
    /// Approves a plan with one inspection on site a year and one online a contract quarter. Permission INSPECTION_APPROVE.
    async fn approve_inspection_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ApproveInspectionPlanInput,
    ) -> Maybe<ApproveInspectionPlanPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionPlanId::lookup(&input.inspection_plan_id);
        let of = (id, input.expected_version);
        let done = retrying(app, || Box::pin(ops::approve_plan(app, who, of))).await;
        let object = ("inspection_plan", Some(id.0));
        let done = audited(ctx, "inspection_plan.approve", object, done).await;
        settle(ctx, done, |row, user_errors| ApproveInspectionPlanPayload {
            inspection_plan: row.map(InspectionPlan),
            user_errors,
        })
    }
}
