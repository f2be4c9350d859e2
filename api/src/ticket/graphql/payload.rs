//! Payloads of the mutations on tickets: the ticket as it stands, and expected failures.

use async_graphql::SimpleObject;

use super::history::TicketReply;
use super::types::Ticket;
use crate::error::UserError;

/// A payload whose node is the ticket.
pub trait TicketPayload {
    /// After a change, or, on failure, as the ticket stands for who may see it.
    fn new(ticket: Option<Ticket>, user_errors: Vec<UserError>) -> Self;
}

macro_rules! ticket_payloads {
    ($($(#[$about:meta])* $name:ident,)+) => {$(
        $(#[$about])*
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            /// 此刻的工单；不存在或无权为 null.
            /// The ticket as it stands now; null if there is none in scope.
            pub ticket: Option<Ticket>,
            /// 可预期的失败.
            /// Expected failures.
            pub user_errors: Vec<UserError>,
        }

        impl TicketPayload for $name {
            fn new(ticket: Option<Ticket>, user_errors: Vec<UserError>) -> Self {
                Self { ticket, user_errors }
            }
        }
    )+};
}

ticket_payloads! {
    /// 提交工单的结果.
    /// Result of createTicket.
    CreateTicketPayload,
    /// 分诊的结果.
    /// Result of triageTicket.
    TriageTicketPayload,
    /// 转服务商的结果.
    /// Result of releaseTicket.
    ReleaseTicketPayload,
    /// 指派的结果.
    /// Result of assignTicket.
    AssignTicketPayload,
    /// 响应的结果.
    /// Result of respondTicket.
    RespondTicketPayload,
    /// 记录步骤的结果.
    /// Result of addStep.
    AddStepPayload,
    /// 制定方案的结果.
    /// Result of writePlan.
    WritePlanPayload,
    /// 申请等待的结果.
    /// Result of proposeWait.
    ProposeWaitPayload,
    /// 决定等待的结果.
    /// Result of decideWait.
    DecideWaitPayload,
    /// 结束等待的结果.
    /// Result of resumeTicket.
    ResumeTicketPayload,
    /// 解决的结果.
    /// Result of resolveTicket.
    ResolveTicketPayload,
    /// 确认的结果.
    /// Result of confirmTicket.
    ConfirmTicketPayload,
    /// 驳回的结果.
    /// Result of rejectTicket.
    RejectTicketPayload,
    /// 重开的结果.
    /// Result of reopenTicket.
    ReopenTicketPayload,
    /// 撤销的结果.
    /// Result of cancelTicket.
    CancelTicketPayload,
    /// 评价的结果.
    /// Result of rateTicket.
    RateTicketPayload,
    /// 自行处理的结果.
    /// Result of takeTicket.
    TakeTicketPayload,
    /// 转交的结果.
    /// Result of handOver.
    HandOverPayload,
    /// 确认受理时刻的结果.
    /// Result of confirmReceivedTime.
    ConfirmReceivedTimePayload,
    /// 确认响应时刻的结果.
    /// Result of confirmRespondedTime.
    ConfirmRespondedTimePayload,
    /// 决定申报时刻的结果.
    /// Result of decideClaim.
    DecideClaimPayload,
    /// 确认级别的结果.
    /// Result of confirmSeverity.
    ConfirmSeverityPayload,
    /// 提升级别的结果.
    /// Result of raiseSeverity.
    RaiseSeverityPayload,
    /// 降低级别的结果.
    /// Result of lowerSeverity.
    LowerSeverityPayload,
    /// 提出超范围的结果.
    /// Result of proposeOutOfScope.
    ProposeOutOfScopePayload,
    /// 决定超范围的结果.
    /// Result of decideOutOfScope.
    DecideOutOfScopePayload,
    /// 提出重复的结果.
    /// Result of proposeDuplicate.
    ProposeDuplicatePayload,
    /// 拒绝重复的提议的结果.
    /// Result of refuseDuplicate.
    RefuseDuplicatePayload,
    /// 标为重复的结果.
    /// Result of markDuplicate.
    MarkDuplicatePayload,
    /// 内部备注的结果.
    /// Result of setInternalNote.
    SetInternalNotePayload,
}

/// 答复的结果.
/// Result of addReply.
#[derive(Debug, SimpleObject)]
pub struct AddReplyPayload {
    /// 答复.
    /// The reply.
    pub reply: Option<TicketReply>,
    /// 工单.
    /// The ticket.
    pub ticket: Option<Ticket>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}
