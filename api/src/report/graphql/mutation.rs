//! What is done to reports: one mutation an act.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::ids::{ReportId, SealedDocumentId};
use entity::values::SealVerdict;

use super::super::{ops, seal};
use super::types::{Maybe, ReportIssue, SealedDocument};
use crate::error::UserError;
use crate::graphql::{act, app, requester};

/// 编制报告.
/// Write a report.
#[derive(Debug, InputObject)]
pub struct DraftReportInput {
    /// 客户端生成的重放键，8–64 字符.
    /// Replay key made by the client, 8 to 64 characters.
    pub idempotency_key: String,
    /// 报告种类的代码.
    /// Code of the kind of report.
    pub code: String,
    /// 所述对象：工单、巡检或合同.
    /// What it is about: a ticket, an inspection, a contract.
    pub subject_id: ID,
    /// 年份，按月或按季的报告.
    /// Year, for reports of a month or quarter.
    pub year: Option<i32>,
    /// 合同季度，从 1 起.
    /// Quarter of the contract, from 1.
    pub quarter: Option<i32>,
    /// 月份，从 1 起.
    /// Month, from 1.
    pub month: Option<i32>,
    /// 更正一份已签发的报告.
    /// Corrects an issued report.
    pub correction: Option<CorrectionInput>,
}

/// 更正.
/// A correction.
#[derive(Debug, InputObject)]
pub struct CorrectionInput {
    /// 被更正的报告.
    /// The report that is corrected.
    pub report_id: ID,
    /// 理由.
    /// Why.
    pub reason: String,
}

/// 批准报告.
/// Approve a report.
#[derive(Debug, InputObject)]
pub struct ApproveReportInput {
    /// 报告.
    /// The report.
    pub report_id: ID,
    /// 客户端所见的行版本.
    /// Version of the row as the client saw it.
    pub expected_version: i32,
    /// 草稿所示数据的 SHA-256.
    /// SHA-256 of the data that the draft showed.
    pub data_sha256: String,
}

/// 撤回批准.
/// Take an approval back.
#[derive(Debug, InputObject)]
pub struct TakeBackReportInput {
    /// 报告.
    /// The report.
    pub report_id: ID,
    /// 客户端所见的行版本.
    /// Version of the row as the client saw it.
    pub expected_version: i32,
    /// 理由.
    /// Why.
    pub reason: String,
}

/// 作废报告.
/// Revoke a report.
#[derive(Debug, InputObject)]
pub struct RevokeReportInput {
    /// 报告.
    /// The report.
    pub report_id: ID,
    /// 客户端所见的行版本.
    /// Version of the row as the client saw it.
    pub expected_version: i32,
    /// 理由.
    /// Why.
    pub reason: String,
}

/// 确认报告.
/// Confirm a report.
#[derive(Debug, InputObject)]
pub struct ConfirmReportInput {
    /// 报告.
    /// The report.
    pub report_id: ID,
    /// 客户端所见的行版本.
    /// Version of the row as the client saw it.
    pub expected_version: i32,
}

/// 核对盖章件.
/// Attest a sealed document.
#[derive(Debug, InputObject)]
pub struct AttestSealInput {
    /// 盖章件.
    /// The sealed document.
    pub sealed_document_id: ID,
    /// 核对结果.
    /// What was found.
    pub verdict: SealVerdict,
    /// 说明；不相符时必填.
    /// Remark; required unless it is as it must be.
    pub note: Option<String>,
}

macro_rules! payloads {
    ($($(#[$about:meta])* $name:ident,)+) => {$(
        $(#[$about])*
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            /// 报告；失败为 null.
            /// The report; null on failure.
            pub report: Option<ReportIssue>,
            /// 可预期的失败.
            /// Expected failures.
            pub user_errors: Vec<UserError>,
        }

        impl $name {
            fn new(done: Option<entity::report_issue::Model>, user_errors: Vec<UserError>) -> Self {
                Self { report: done.map(ReportIssue), user_errors }
            }
        }
    )+};
}

payloads! {
    /// 编制报告的结果.
    /// Result of draftReport.
    DraftReportPayload,
    /// 批准报告的结果.
    /// Result of approveReport.
    ApproveReportPayload,
    /// 撤回批准的结果.
    /// Result of takeBackReport.
    TakeBackReportPayload,
    /// 确认报告的结果.
    /// Result of confirmReport.
    ConfirmReportPayload,
    /// 作废报告的结果.
    /// Result of revokeReport.
    RevokeReportPayload,
}

/// 核对盖章件的结果.
/// Result of attestSeal.
#[derive(Debug, SimpleObject)]
pub struct AttestSealPayload {
    /// 报告；失败为 null.
    /// The report; null on failure.
    pub report: Option<ReportIssue>,
    /// 盖章件；失败为 null.
    /// The sealed document; null on failure.
    pub sealed_document: Option<SealedDocument>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

fn object(id: Option<ReportId>) -> (&'static str, Option<uuid::Uuid>) {
    ("report_issue", id.map(|id| id.0))
}

/// Changes of reports.
#[derive(Default)]
pub struct ReportMutation;

/// Changes of reports.
#[Object]
impl ReportMutation {
    /// 编制一份报告，或更正已签发的报告. 权限 REPORT_WRITE.
    /// Begins a report, or the correction of an issued one. Permission REPORT_WRITE.
    async fn draft_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "报告. The report.")] input: DraftReportInput,
    ) -> Maybe<DraftReportPayload> {
        let new = || ops::NewReport {
            key: input.idempotency_key.clone(),
            code: input.code.clone(),
            subject: input.subject_id.to_string(),
            year: input.year,
            quarter: input.quarter,
            month: input.month,
            corrects: input
                .correction
                .as_ref()
                .map(|one| (ReportId::lookup(&one.report_id), one.reason.clone())),
        };
        let run = || ops::draft(app(ctx), requester(ctx), new());
        act(
            ctx,
            "report.draft",
            ("report_issue", None),
            run,
            DraftReportPayload::new,
        )
        .await
    }

    /// 批准草稿并冻结数据，须非编制人；随后排版. 权限 REPORT_APPROVE.
    /// Approves what the draft showed and freezes it, as another person than the author. Permission REPORT_APPROVE.
    #[graphql(complexity = "200 + child_complexity")]
    async fn approve_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ApproveReportInput,
    ) -> Maybe<ApproveReportPayload> {
        let (id, version) = (ReportId::parse(&input.report_id), input.expected_version);
        let run = || ops::approve(app(ctx), requester(ctx), id, version, &input.data_sha256);
        act(
            ctx,
            "report.approve",
            object(id),
            run,
            ApproveReportPayload::new,
        )
        .await
    }

    /// 撤回批准，回到草稿；盖章件提交后不可. 权限 REPORT_APPROVE.
    /// Takes the approval back, before a sealed document has come. Permission REPORT_APPROVE.
    async fn take_back_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: TakeBackReportInput,
    ) -> Maybe<TakeBackReportPayload> {
        let (id, version) = (ReportId::parse(&input.report_id), input.expected_version);
        let run = || ops::take_back(app(ctx), requester(ctx), id, version, &input.reason);
        act(
            ctx,
            "report.take_back",
            object(id),
            run,
            TakeBackReportPayload::new,
        )
        .await
    }

    /// 院方确认，签发由人员签认的报告. 权限 REPORT_APPROVE.
    /// Confirms a report that is signed by persons, which issues it. Permission REPORT_APPROVE.
    async fn confirm_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ConfirmReportInput,
    ) -> Maybe<ConfirmReportPayload> {
        let (id, version) = (ReportId::parse(&input.report_id), input.expected_version);
        let run = || ops::confirm(app(ctx), requester(ctx), id, version);
        act(
            ctx,
            "report.confirm",
            object(id),
            run,
            ConfirmReportPayload::new,
        )
        .await
    }

    /// 核对纸质盖章的扫描件；相符即签发. 权限 SEAL_ATTEST.
    /// Attests the scan of a sealed paper; as it must be, the report is issued. Permission SEAL_ATTEST.
    async fn attest_seal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: AttestSealInput,
    ) -> Maybe<AttestSealPayload> {
        let id = SealedDocumentId::parse(&input.sealed_document_id);
        let note = input.note.as_deref();
        let run = || seal::attest(app(ctx), requester(ctx), id, input.verdict, note);
        act(
            ctx,
            "report.attest",
            ("sealed_document", id.map(|id| id.0)),
            run,
            |done, user_errors| {
                let (report, sealed_document) = done.unzip();
                AttestSealPayload {
                    report: report.map(ReportIssue),
                    sealed_document: sealed_document.map(SealedDocument),
                    user_errors,
                }
            },
        )
        .await
    }

    /// 作废已签发的报告；文件仍可查阅. 权限 REPORT_REVOKE.
    /// Revokes an issued report; its files stay readable. Permission REPORT_REVOKE.
    async fn revoke_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RevokeReportInput,
    ) -> Maybe<RevokeReportPayload> {
        let (id, version) = (ReportId::parse(&input.report_id), input.expected_version);
        let run = || ops::revoke(app(ctx), requester(ctx), id, version, &input.reason);
        act(
            ctx,
            "report.revoke",
            object(id),
            run,
            RevokeReportPayload::new,
        )
        .await
    }
}
