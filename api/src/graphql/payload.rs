//! `Payload`: what every mutation returns (G25).
//!
//! A new payload type is entered here; a test holds the list against the SDL.

use async_graphql::Interface;

use crate::account::graphql::payload::*;
use crate::account::graphql::{ChangePasswordPayload, LoginPayload, LogoutPayload};
use crate::calendar::graphql::ImportCalendarPayload;
use crate::error::UserError;
use crate::inspection::graphql::*;
use crate::knowledge::graphql::*;
use crate::notification::graphql::MarkNotificationsReadPayload;
use crate::portal::graphql::{
    PublishDisasterNoticePayload, PublishNoticePayload, SetSystemStatusPayload,
    WithdrawNoticePayload,
};
use crate::report::graphql::{
    ApproveReportPayload, AttestSealPayload, ConfirmReportPayload, DraftReportPayload,
    RevokeReportPayload, TakeBackReportPayload,
};
use crate::ticket::graphql::payload::*;
use crate::ticket::graphql::{
    CommentRecurrencePayload, ConfirmTicketsPayload, DecideRecurrencePayload, IssueDemandPayload,
    WithdrawDemandPayload,
};

/// 一切变更结果.
/// What every mutation returns.
#[derive(Interface)]
#[graphql(field(
    name = "user_errors",
    ty = "&Vec<UserError>",
    desc = "可预期的失败. Expected failures."
))]
pub enum Payload {
    /// 登录.
    /// Sign in.
    Login(LoginPayload),
    /// 退出.
    /// Sign out.
    Logout(LogoutPayload),
    /// 修改口令.
    /// Change of the password.
    ChangePassword(ChangePasswordPayload),
    /// 建立账号.
    /// A new account.
    CreatePerson(CreatePersonPayload),
    /// 重置口令.
    /// Reset of a password.
    ResetPassword(ResetPasswordPayload),
    /// 停用.
    /// End of an account.
    DisablePerson(DisablePersonPayload),
    /// 启用.
    /// Return of an account.
    EnablePerson(EnablePersonPayload),
    /// 离岗日期.
    /// Leave date.
    SetLeaveDate(SetLeaveDatePayload),
    /// 授予角色.
    /// Grant of a role.
    GrantRole(GrantRolePayload),
    /// 批准角色.
    /// Decision about a role.
    DecideGrant(DecideGrantPayload),
    /// 撤销角色.
    /// End of a role.
    RevokeRole(RevokeRolePayload),
    /// 登记保密承诺.
    /// Undertaking.
    RecordUndertaking(RecordUndertakingPayload),
    /// 分派到合同.
    /// Assignment to a contract.
    AssignPerson(AssignPersonPayload),
    /// 撤出合同.
    /// End of an assignment.
    UnassignPerson(UnassignPersonPayload),
    /// 结束本人会话.
    /// End of an own session.
    RevokeSession(RevokeSessionPayload),
    /// 结束他人会话.
    /// End of somebody's sessions.
    EndSessions(EndSessionsPayload),
    /// 创建机器令牌.
    /// A new machine token.
    CreateMachineToken(CreateMachineTokenPayload),
    /// 撤销机器令牌.
    /// End of a machine token.
    RevokeMachineToken(RevokeMachineTokenPayload),
    /// 巡检报告的文字.
    /// Words of a report.
    DescribeInspection(DescribeInspectionPayload),
    /// 提交巡检报告.
    /// Submission of a report.
    SubmitInspectionReport(SubmitInspectionReportPayload),
    /// 确认巡检报告.
    /// Confirmation of a report.
    ConfirmInspectionReport(ConfirmInspectionReportPayload),
    /// 退回巡检报告.
    /// Return of a report.
    ReturnInspectionReport(ReturnInspectionReportPayload),
    /// 记录整改步骤.
    /// Records a step of a task.
    RecordRectificationStep(RecordRectificationStepPayload),
    /// 提交整改.
    /// Submits a task as done, with evidence.
    SubmitRectification(SubmitRectificationPayload),
    /// 验证整改.
    /// Verifies a rectification; the clock stopped at its submission.
    VerifyRectification(VerifyRectificationPayload),
    /// 否定整改.
    /// Rejects a rectification; that submission never stopped the clock.
    RejectRectification(RejectRectificationPayload),
    /// 建议延期.
    /// Proposes a later date to the other side.
    ProposeRectificationExtension(ProposeRectificationExtensionPayload),
    /// 答复延期建议.
    /// Answers the proposal of the other side.
    AnswerRectificationExtension(AnswerRectificationExtensionPayload),
    /// 接受风险.
    /// The hospital accepts the risk; nothing is rectified any more.
    WaiveRectification(WaiveRectificationPayload),
    /// 编制报告.
    /// A report.
    DraftReport(DraftReportPayload),
    /// 批准报告.
    /// Approval of a report.
    ApproveReport(ApproveReportPayload),
    /// 撤回批准.
    /// Approval taken back.
    TakeBackReport(TakeBackReportPayload),
    /// 确认报告.
    /// Confirmation of a report.
    ConfirmReport(ConfirmReportPayload),
    /// 核对盖章件.
    /// Attestation of a seal.
    AttestSeal(AttestSealPayload),
    /// 作废报告.
    /// Revocation of a report.
    RevokeReport(RevokeReportPayload),
    /// 导入日历.
    /// Import of a calendar.
    ImportCalendar(ImportCalendarPayload),
    /// 提交工单.
    /// A new ticket.
    CreateTicket(CreateTicketPayload),
    /// 答复.
    /// A reply.
    AddReply(AddReplyPayload),
    /// 分诊.
    /// Triage.
    TriageTicket(TriageTicketPayload),
    /// 转服务商.
    /// Release.
    ReleaseTicket(ReleaseTicketPayload),
    /// 指派.
    /// Assignment.
    AssignTicket(AssignTicketPayload),
    /// 响应.
    /// Response.
    RespondTicket(RespondTicketPayload),
    /// 步骤.
    /// Step.
    AddStep(AddStepPayload),
    /// 方案.
    /// Plan.
    WritePlan(WritePlanPayload),
    /// 申请等待.
    /// Proposal of a wait.
    ProposeWait(ProposeWaitPayload),
    /// 决定等待.
    /// Decision about a wait.
    DecideWait(DecideWaitPayload),
    /// 结束等待.
    /// End of a wait.
    ResumeTicket(ResumeTicketPayload),
    /// 解决.
    /// Solution.
    ResolveTicket(ResolveTicketPayload),
    /// 确认.
    /// Confirmation.
    ConfirmTicket(ConfirmTicketPayload),
    /// 驳回.
    /// Rejection.
    RejectTicket(RejectTicketPayload),
    /// 重开.
    /// Reopening.
    ReopenTicket(ReopenTicketPayload),
    /// 撤销.
    /// Cancellation.
    CancelTicket(CancelTicketPayload),
    /// 确认受理时刻.
    /// Confirmation of the time of receipt.
    ConfirmReceivedTime(ConfirmReceivedTimePayload),
    /// 确认响应时刻.
    /// Confirmation of the time of response.
    ConfirmRespondedTime(ConfirmRespondedTimePayload),
    /// 决定申报时刻.
    /// Decision on a claimed time.
    DecideClaim(DecideClaimPayload),
    /// 确认级别.
    /// Confirmation of the severity.
    ConfirmSeverity(ConfirmSeverityPayload),
    /// 提升级别.
    /// Raised severity.
    RaiseSeverity(RaiseSeverityPayload),
    /// 降低级别.
    /// Lowered severity.
    LowerSeverity(LowerSeverityPayload),
    /// 提出超范围.
    /// Proposal of out of scope.
    ProposeOutOfScope(ProposeOutOfScopePayload),
    /// 决定超范围.
    /// Decision on out of scope.
    DecideOutOfScope(DecideOutOfScopePayload),
    /// 提出重复.
    /// Proposal of a duplicate.
    ProposeDuplicate(ProposeDuplicatePayload),
    /// 拒绝重复的提议.
    /// Refused duplicate.
    RefuseDuplicate(RefuseDuplicatePayload),
    /// 标为重复.
    /// Marked duplicate.
    MarkDuplicate(MarkDuplicatePayload),
    /// 内部备注.
    /// Internal note.
    SetInternalNote(SetInternalNotePayload),
    /// 评价.
    /// Rating.
    RateTicket(RateTicketPayload),
    /// 自行处理.
    /// Taking.
    TakeTicket(TakeTicketPayload),
    /// 转交.
    /// Handing over.
    HandOver(HandOverPayload),
    /// 批量确认.
    /// Confirmation of many.
    ConfirmTickets(ConfirmTicketsPayload),
    /// 决定复发.
    /// Decision about a recurrence.
    DecideRecurrence(DecideRecurrencePayload),
    /// 复发意见.
    /// Comment on a recurrence.
    CommentRecurrence(CommentRecurrencePayload),
    /// 书面催告.
    /// Written demand.
    IssueDemand(IssueDemandPayload),
    /// 撤回催告.
    /// Withdrawal of a demand.
    WithdrawDemand(WithdrawDemandPayload),
    /// 登记资产.
    /// A new asset.
    CreateAsset(CreateAssetPayload),
    /// 修改资产.
    /// A changed asset.
    UpdateAsset(UpdateAssetPayload),
    /// 停用资产.
    /// A retired asset.
    RetireAsset(RetireAssetPayload),
    /// 导入资产.
    /// A sheet of assets.
    ImportAssets(ImportAssetsPayload),
    /// 起草巡检计划.
    /// A plan of inspections.
    DraftInspectionPlan(DraftInspectionPlanPayload),
    /// 修改巡检计划.
    /// A changed plan.
    ReviseInspectionPlan(ReviseInspectionPlanPayload),
    /// 批准巡检计划.
    /// An approved plan.
    ApproveInspectionPlan(ApproveInspectionPlanPayload),
    /// 安排巡检.
    /// An inspection.
    PlanInspection(PlanInspectionPayload),
    /// 告知巡检.
    /// An inspection.
    AnnounceInspection(AnnounceInspectionPayload),
    /// 开始巡检.
    /// An inspection.
    StartInspection(StartInspectionPayload),
    /// 增加参加人.
    /// An inspection.
    AddInspectionParticipant(AddInspectionParticipantPayload),
    /// 记录结果.
    /// An inspection.
    RecordInspectionResults(RecordInspectionResultsPayload),
    /// 导入结果表.
    /// An inspection.
    ImportInspectionResults(ImportInspectionResultsPayload),
    /// 登记沟通.
    /// An inspection.
    RecordInspectionCommunication(RecordInspectionCommunicationPayload),
    /// 登记建议.
    /// An inspection.
    AddInspectionAdvice(AddInspectionAdvicePayload),
    /// 结束巡检.
    /// An inspection.
    EndInspection(EndInspectionPayload),
    /// 取消巡检.
    /// An inspection.
    CancelInspection(CancelInspectionPayload),
    /// 登记问题.
    /// A new finding.
    AddFinding(AddFindingPayload),
    /// 修改问题.
    /// A changed finding.
    UpdateFinding(UpdateFindingPayload),
    /// 改动风险.
    /// Another risk.
    SetFindingRisk(SetFindingRiskPayload),
    /// 起草知识条目.
    /// A new article.
    DraftArticle(DraftArticlePayload),
    /// 由工单生成知识条目.
    /// An article of a ticket.
    CreateArticleFromTicket(CreateArticleFromTicketPayload),
    /// 修改知识条目.
    /// A changed draft.
    ReviseArticle(ReviseArticlePayload),
    /// 提交审核.
    /// A draft handed in.
    SubmitArticle(SubmitArticlePayload),
    /// 发布知识条目.
    /// A published version.
    PublishArticle(PublishArticlePayload),
    /// 退回知识条目.
    /// A version sent back.
    ReturnArticle(ReturnArticlePayload),
    /// 撤下知识条目.
    /// A withdrawn article.
    RetireArticle(RetireArticlePayload),
    /// 标记过时.
    /// A mark of being outdated.
    MarkArticleOutdated(MarkArticleOutdatedPayload),
    /// 评价知识条目.
    /// Whether an article helped.
    RateArticle(RateArticlePayload),
    /// 发布公告.
    /// A notice.
    PublishNotice(PublishNoticePayload),
    /// 发布灾难横幅.
    /// A disaster banner.
    PublishDisasterNotice(PublishDisasterNoticePayload),
    /// 撤回公告.
    /// A withdrawn notice.
    WithdrawNotice(WithdrawNoticePayload),
    /// 设定系统状态.
    /// The state of the system.
    SetSystemStatus(SetSystemStatusPayload),
    /// 通知已读.
    /// Messages read.
    MarkNotificationsRead(MarkNotificationsReadPayload),
}
