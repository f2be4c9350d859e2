//! `Payload`: what every mutation returns (G25).
//!
//! A new payload type is entered here; a test holds the list against the SDL.

use async_graphql::Interface;

use crate::account::graphql::payload::*;
use crate::account::graphql::{ChangePasswordPayload, LoginPayload, LogoutPayload};
use crate::calendar::graphql::ImportCalendarPayload;
use crate::error::UserError;
use crate::notification::graphql::MarkNotificationsReadPayload;
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
    /// 通知已读.
    /// Messages read.
    MarkNotificationsRead(MarkNotificationsReadPayload),
}
