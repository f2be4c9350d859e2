//! `Payload`: what every mutation returns (G25).
//!
//! A new payload type is entered here; a test holds the list against the SDL.

use async_graphql::Interface;

use crate::account::graphql::{ChangePasswordPayload, LoginPayload, LogoutPayload};
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
