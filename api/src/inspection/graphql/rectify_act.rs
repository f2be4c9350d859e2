//! What is done to rectification tasks: one mutation an act.

use async_graphql::{Context, ID, InputObject, Object};
use entity::ids::{AttachmentId, RectificationTaskId};

use super::super::ops;
use super::rectify::RectificationTask;
use super::{Maybe, payload};
use crate::graphql::{act, app, requester};
use crate::scalar::Day;

/// 记录整改步骤.
/// Record a step.
#[derive(Debug, InputObject)]
pub struct RecordRectificationStepInput {
    /// 整改任务.
    /// The task.
    pub task_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 内容.
    /// What was done.
    pub text: String,
}

/// 提交整改.
/// Submit a rectification.
#[derive(Debug, InputObject)]
pub struct SubmitRectificationInput {
    /// 整改任务.
    /// The task.
    pub task_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 整改内容.
    /// What was rectified.
    pub text: String,
    /// 证据及其存放处；未列附件时必填.
    /// Evidence and where it lies; required unless files are named.
    pub evidence: Option<String>,
    /// 作为证据的本任务的附件，至多 10 个.
    /// Files of this task that are evidence, at most 10.
    pub evidence_ids: Option<Vec<ID>>,
}

/// 验证整改.
/// Verify a rectification.
#[derive(Debug, InputObject)]
pub struct VerifyRectificationInput {
    /// 整改任务.
    /// The task.
    pub task_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 说明.
    /// What was found.
    pub note: Option<String>,
}

/// 否定整改.
/// Reject a rectification.
#[derive(Debug, InputObject)]
pub struct RejectRectificationInput {
    /// 整改任务.
    /// The task.
    pub task_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 不通过的理由.
    /// Why it does not do.
    pub note: String,
}

/// 建议延期.
/// Propose an extension.
#[derive(Debug, InputObject)]
pub struct ProposeRectificationExtensionInput {
    /// 整改任务.
    /// The task.
    pub task_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 新的到期日期.
    /// The new due date.
    pub due_on: Day,
    /// 理由.
    /// Why.
    pub reason: String,
}

/// 答复延期建议.
/// Answer a proposal.
#[derive(Debug, InputObject)]
pub struct AnswerRectificationExtensionInput {
    /// 整改任务.
    /// The task.
    pub task_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 是否同意.
    /// Whether it is agreed.
    pub accepted: bool,
}

/// 接受风险.
/// Accept the risk.
#[derive(Debug, InputObject)]
pub struct WaiveRectificationInput {
    /// 整改任务.
    /// The task.
    pub task_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 理由.
    /// Why.
    pub reason: String,
}

payload! {
    /// 记录整改步骤的结果.
    /// Result of recordRectificationStep.
    RecordRectificationStepPayload,
    /// 整改任务；失败为 null.
    /// The task; null on failure.
    task: RectificationTask
}

payload! {
    /// 提交整改的结果.
    /// Result of submitRectification.
    SubmitRectificationPayload,
    /// 整改任务；失败为 null.
    /// The task; null on failure.
    task: RectificationTask
}

payload! {
    /// 验证整改的结果.
    /// Result of verifyRectification.
    VerifyRectificationPayload,
    /// 整改任务；失败为 null.
    /// The task; null on failure.
    task: RectificationTask
}

payload! {
    /// 否定整改的结果.
    /// Result of rejectRectification.
    RejectRectificationPayload,
    /// 整改任务；失败为 null.
    /// The task; null on failure.
    task: RectificationTask
}

payload! {
    /// 建议延期的结果.
    /// Result of proposeRectificationExtension.
    ProposeRectificationExtensionPayload,
    /// 整改任务；失败为 null.
    /// The task; null on failure.
    task: RectificationTask
}

payload! {
    /// 答复延期建议的结果.
    /// Result of answerRectificationExtension.
    AnswerRectificationExtensionPayload,
    /// 整改任务；失败为 null.
    /// The task; null on failure.
    task: RectificationTask
}

payload! {
    /// 接受风险的结果.
    /// Result of waiveRectification.
    WaiveRectificationPayload,
    /// 整改任务；失败为 null.
    /// The task; null on failure.
    task: RectificationTask
}

/// Changes of rectification tasks.
#[derive(Default)]
pub struct RectificationMutation;

fn object((id, _): ops::TaskAt) -> (&'static str, Option<uuid::Uuid>) {
    ("rectification_task", Some(id.0))
}

/// Changes of rectification tasks.
#[Object]
impl RectificationMutation {
    /// 记录整改步骤. 权限 RECTIFICATION_WORK.
    /// Records a step of a task. Permission RECTIFICATION_WORK.
    async fn record_rectification_step(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RecordRectificationStepInput,
    ) -> Maybe<RecordRectificationStepPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            RectificationTaskId::lookup(&input.task_id),
            input.expected_version,
        );
        let run = || ops::step(app, who, of, &input.text);
        act(
            ctx,
            "rectification.step",
            object(of),
            run,
            |row, user_errors| RecordRectificationStepPayload {
                task: row.map(RectificationTask),
                user_errors,
            },
        )
        .await
    }

    /// 提交整改，附证据. 权限 RECTIFICATION_WORK.
    /// Submits a task as done, with evidence. Permission RECTIFICATION_WORK.
    async fn submit_rectification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: SubmitRectificationInput,
    ) -> Maybe<SubmitRectificationPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            RectificationTaskId::lookup(&input.task_id),
            input.expected_version,
        );
        let files: Vec<AttachmentId> = input
            .evidence_ids
            .iter()
            .flatten()
            .map(|id| AttachmentId::lookup(id))
            .collect();
        let handed = ops::Handed {
            text: &input.text,
            evidence: input.evidence.as_deref(),
            files: &files,
        };
        let run = || ops::submit_task(app, who, of, handed);
        act(
            ctx,
            "rectification.submit",
            object(of),
            run,
            |row, user_errors| SubmitRectificationPayload {
                task: row.map(RectificationTask),
                user_errors,
            },
        )
        .await
    }

    /// 验证整改；时限停于其提交. 权限 RECTIFICATION_VERIFY.
    /// Verifies a rectification; the clock stopped at its submission. Permission RECTIFICATION_VERIFY.
    async fn verify_rectification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: VerifyRectificationInput,
    ) -> Maybe<VerifyRectificationPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            RectificationTaskId::lookup(&input.task_id),
            input.expected_version,
        );
        let run = || ops::verify(app, who, of, input.note.as_deref());
        act(
            ctx,
            "rectification.verify",
            object(of),
            run,
            |row, user_errors| VerifyRectificationPayload {
                task: row.map(RectificationTask),
                user_errors,
            },
        )
        .await
    }

    /// 验证不通过；该次提交不停止时限. 权限 RECTIFICATION_VERIFY.
    /// Rejects a rectification; that submission never stopped the clock. Permission RECTIFICATION_VERIFY.
    async fn reject_rectification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RejectRectificationInput,
    ) -> Maybe<RejectRectificationPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            RectificationTaskId::lookup(&input.task_id),
            input.expected_version,
        );
        let run = || ops::reject(app, who, of, &input.note);
        act(
            ctx,
            "rectification.reject",
            object(of),
            run,
            |row, user_errors| RejectRectificationPayload {
                task: row.map(RectificationTask),
                user_errors,
            },
        )
        .await
    }

    /// 建议延期，待另一方答复. 权限 RECTIFICATION_WORK.
    /// Proposes a later date to the other side. Permission RECTIFICATION_WORK.
    async fn propose_rectification_extension(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ProposeRectificationExtensionInput,
    ) -> Maybe<ProposeRectificationExtensionPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            RectificationTaskId::lookup(&input.task_id),
            input.expected_version,
        );
        let run = || ops::extend(app, who, of, (input.due_on.0, &input.reason));
        act(
            ctx,
            "rectification.extend",
            object(of),
            run,
            |row, user_errors| ProposeRectificationExtensionPayload {
                task: row.map(RectificationTask),
                user_errors,
            },
        )
        .await
    }

    /// 答复另一方的延期建议. 权限 RECTIFICATION_WORK.
    /// Answers the proposal of the other side. Permission RECTIFICATION_WORK.
    async fn answer_rectification_extension(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: AnswerRectificationExtensionInput,
    ) -> Maybe<AnswerRectificationExtensionPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            RectificationTaskId::lookup(&input.task_id),
            input.expected_version,
        );
        let run = || ops::agree(app, who, of, input.accepted);
        act(
            ctx,
            "rectification.agree",
            object(of),
            run,
            |row, user_errors| AnswerRectificationExtensionPayload {
                task: row.map(RectificationTask),
                user_errors,
            },
        )
        .await
    }

    /// 院方接受风险，不再整改. 权限 RECTIFICATION_WAIVE.
    /// The hospital accepts the risk; nothing is rectified any more. Permission RECTIFICATION_WAIVE.
    async fn waive_rectification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: WaiveRectificationInput,
    ) -> Maybe<WaiveRectificationPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (
            RectificationTaskId::lookup(&input.task_id),
            input.expected_version,
        );
        let run = || ops::waive(app, who, of, &input.reason);
        act(
            ctx,
            "rectification.waive",
            object(of),
            run,
            |row, user_errors| WaiveRectificationPayload {
                task: row.map(RectificationTask),
                user_errors,
            },
        )
        .await
    }
}
