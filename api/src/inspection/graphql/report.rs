//! The report of an inspection in the schema: what it says in words, its submission, confirmation and return.

use async_graphql::{Context, ID, InputObject, Object};
use entity::ids::InspectionId;
use entity::values::ReturnKind;

use super::super::ops;
use super::types::Inspection;
use super::{Maybe, payload};
use crate::graphql::{act, app, requester};

/// 巡检报告的文字.
/// What the report says in words.
#[derive(Debug, InputObject)]
pub struct DescribeInspectionInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 巡检环境；省略则不变.
    /// What was inspected; left out, it stays.
    pub environment: Option<String>,
    /// 巡检方法；省略则不变.
    /// How it was inspected; left out, it stays.
    pub method: Option<String>,
    /// 结论；省略则不变.
    /// What follows from it; left out, it stays.
    pub conclusion: Option<String>,
}

/// 提交巡检报告.
/// Submit the report of an inspection.
#[derive(Debug, InputObject)]
pub struct SubmitInspectionReportInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
}

/// 确认巡检报告.
/// Confirm the report of an inspection.
#[derive(Debug, InputObject)]
pub struct ConfirmInspectionReportInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
}

/// 退回巡检报告.
/// Return the report of an inspection.
#[derive(Debug, InputObject)]
pub struct ReturnInspectionReportInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 种类：缺项使该次提交无效，内容异议不影响.
    /// Kind: a defect voids the submission, an objection to the content does not.
    pub kind: ReturnKind,
    /// 理由.
    /// Why.
    pub reason: String,
}

payload! {
    /// 写报告文字的结果.
    /// Result of describeInspection.
    DescribeInspectionPayload,
    /// 巡检；失败为 null.
    /// The inspection; null on failure.
    inspection: Inspection
}

payload! {
    /// 提交巡检报告的结果.
    /// Result of submitInspectionReport.
    SubmitInspectionReportPayload,
    /// 巡检；失败为 null.
    /// The inspection; null on failure.
    inspection: Inspection
}

payload! {
    /// 确认巡检报告的结果.
    /// Result of confirmInspectionReport.
    ConfirmInspectionReportPayload,
    /// 巡检；失败为 null.
    /// The inspection; null on failure.
    inspection: Inspection
}

payload! {
    /// 退回巡检报告的结果.
    /// Result of returnInspectionReport.
    ReturnInspectionReportPayload,
    /// 巡检；失败为 null.
    /// The inspection; null on failure.
    inspection: Inspection
}

/// Changes of the reports of inspections.
#[derive(Default)]
pub struct InspectionReportMutation;

type At = (InspectionId, i32);

fn object((id, _): At) -> (&'static str, Option<uuid::Uuid>) {
    ("inspection", Some(id.0))
}

/// Changes of the reports of inspections.
#[Object]
impl InspectionReportMutation {
    /// 写明巡检环境、方法与结论. 权限 INSPECTION_CONDUCT.
    /// Writes environment, method and conclusion. Permission INSPECTION_CONDUCT.
    async fn describe_inspection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: DescribeInspectionInput,
    ) -> Maybe<DescribeInspectionPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            InspectionId::lookup(&input.inspection_id),
            input.expected_version,
        );
        let run = || {
            ops::describe(
                app,
                who,
                of,
                ops::Words {
                    environment: input.environment.clone(),
                    method: input.method.clone(),
                    conclusion: input.conclusion.clone(),
                },
            )
        };
        act(
            ctx,
            "inspection.describe",
            object(of),
            run,
            |row, user_errors| DescribeInspectionPayload {
                inspection: row.map(Inspection),
                user_errors,
            },
        )
        .await
    }

    /// 提交已盖章的报告，报告时限停止. 权限 INSPECTION_SUBMIT.
    /// Submits the sealed report; its clock stops. Permission INSPECTION_SUBMIT.
    async fn submit_inspection_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: SubmitInspectionReportInput,
    ) -> Maybe<SubmitInspectionReportPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            InspectionId::lookup(&input.inspection_id),
            input.expected_version,
        );
        let run = || ops::submit(app, who, of);
        act(
            ctx,
            "inspection.submit",
            object(of),
            run,
            |row, user_errors| SubmitInspectionReportPayload {
                inspection: row.map(Inspection),
                user_errors,
            },
        )
        .await
    }

    /// 确认报告；每个问题生成一项整改任务. 权限 INSPECTION_CONFIRM.
    /// Confirms the report; each finding becomes a rectification task. Permission INSPECTION_CONFIRM.
    async fn confirm_inspection_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ConfirmInspectionReportInput,
    ) -> Maybe<ConfirmInspectionReportPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            InspectionId::lookup(&input.inspection_id),
            input.expected_version,
        );
        let run = || ops::confirm(app, who, of);
        act(
            ctx,
            "inspection.confirm",
            object(of),
            run,
            |row, user_errors| ConfirmInspectionReportPayload {
                inspection: row.map(Inspection),
                user_errors,
            },
        )
        .await
    }

    /// 退回报告，说明理由. 权限 INSPECTION_CONFIRM.
    /// Returns the report with a reason. Permission INSPECTION_CONFIRM.
    async fn return_inspection_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ReturnInspectionReportInput,
    ) -> Maybe<ReturnInspectionReportPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            InspectionId::lookup(&input.inspection_id),
            input.expected_version,
        );
        let run = || ops::send_back(app, who, of, (input.kind, &input.reason));
        act(
            ctx,
            "inspection.return",
            object(of),
            run,
            |row, user_errors| ReturnInspectionReportPayload {
                inspection: row.map(Inspection),
                user_errors,
            },
        )
        .await
    }
}
