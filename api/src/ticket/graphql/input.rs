//! Inputs of the mutations on tickets.

use async_graphql::{ID, InputObject};
use entity::values::{
    BedsAffected, Channel, RootCause, StepKind, TicketCategory, Urgency, WaitReason,
};

use crate::scalar::Instant;

/// 故障要素，部件可后补.
/// The facts that a fault must state, and the component if known.
#[derive(Debug, InputObject)]
pub struct FaultInput {
    /// 部件代码.
    /// Code of the component.
    pub component: Option<String>,
    /// 现象.
    /// What is seen.
    pub phenomenon: String,
    /// 发生时刻.
    /// Since when.
    pub occurred_at: Instant,
    /// 影响范围.
    /// Who and what is affected.
    pub scope: String,
    /// 关联系统.
    /// Related systems.
    pub related_systems: Vec<String>,
    /// 操作步骤.
    /// How to see it again.
    pub steps: String,
}

/// 新工单；fault 故障必填；receivedAt 为实际受理时间.
/// A new ticket; a fault needs `fault`; `receivedAt` is when it was really received. Replay-safe by `idempotencyKey`.
#[derive(Debug, InputObject)]
pub struct CreateTicketInput {
    /// 客户端生成的重放键，8–64 字符.
    /// Replay key made by the client, 8 to 64 characters.
    pub idempotency_key: String,
    /// 合同；服务多院者必填.
    /// Contract; required for who serves several.
    pub contract_id: Option<ID>,
    /// 报告人，代登来电、来信时填写；工单归其科室.
    /// The person of the hospital who called or wrote; the ticket is of their department.
    pub reporter_id: Option<ID>,
    /// 类别.
    /// Category.
    pub category: TicketCategory,
    /// 子类代码.
    /// Code of the subcategory.
    pub subcategory: String,
    /// 描述，不含患者信息.
    /// What is asked or wrong; no patient data.
    pub description: String,
    /// 故障要素.
    /// Facts of a fault.
    pub fault: Option<FaultInput>,
    /// 紧急程度.
    /// Urgency.
    pub urgency: Option<Urgency>,
    /// 影响多少张床位.
    /// How many beds are affected.
    pub beds_affected: Option<BedsAffected>,
    /// 渠道.
    /// How it came in.
    pub channel: Channel,
    /// 来电、来信的实际时刻，至多回溯 24 小时；经对方确认才计.
    /// When the call or message came, at most 24 hours back; it counts once the other side has confirmed it.
    pub received_at: Option<Instant>,
    /// 位置（床号）.
    /// Place, no patient.
    pub location: Option<String>,
    /// 复发的原故障，其重开期限已过.
    /// The earlier fault that this one continues, once it can no longer be reopened.
    pub recurrence_of: Option<ID>,
}

/// 答复；asResponse 仅服务商.
/// A reply; `asResponse` is for the vendor.
#[derive(Debug, InputObject)]
pub struct AddReplyInput {
    /// 客户端生成的重放键，8–64 字符.
    /// Replay key made by the client, 8 to 64 characters.
    pub idempotency_key: String,
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 文字.
    /// Text.
    pub text: String,
    /// 是否作为响应.
    /// Whether it is the response.
    #[graphql(default = false)]
    pub as_response: bool,
    /// 已由本人上传至该工单的附件，至多 10 个.
    /// Files that the author has already uploaded to this ticket, at most 10.
    pub file_ids: Option<Vec<ID>>,
}

/// 核查表的一项.
/// One item of the compliance checklist.
#[derive(Debug, InputObject)]
pub struct ChecklistAnswer {
    /// 项目代码.
    /// Code of the item.
    pub code: String,
    /// 是否符合；不适用留空并说明.
    /// Whether it holds; left out where it does not apply, with a note.
    pub answer: Option<bool>,
    /// 说明.
    /// Note.
    pub note: Option<String>,
}

/// 分诊，SUBMITTED → TRIAGED.
/// Triage.
#[derive(Debug, InputObject)]
pub struct TriageTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
}

/// 转服务商，时限自此起算，TRIAGED → RELEASED.
/// Release to the vendor; its clocks start now.
#[derive(Debug, InputObject)]
pub struct ReleaseTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
}

/// 指派服务商人员.
/// Assign to a vendor person of the contract.
#[derive(Debug, InputObject)]
pub struct AssignTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 处理人.
    /// Who shall handle it.
    pub assignee_id: ID,
}

/// 响应，RELEASED → RESPONDED.
/// First human answer.
#[derive(Debug, InputObject)]
pub struct RespondTicketInput {
    /// 客户端生成的重放键，8–64 字符；可不填.
    /// Replay key made by the client, 8 to 64 characters; optional.
    pub idempotency_key: Option<String>,
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 答复内容.
    /// Text of the answer.
    pub text: String,
    /// 方式.
    /// Channel.
    pub channel: Channel,
    /// 实际响应时刻，至多回溯 24 小时；经院方确认才计.
    /// When it was really answered, at most 24 hours back; it counts once the hospital has confirmed it.
    pub responded_at_claimed: Option<Instant>,
}

/// 记录排查或处理步骤，首个步骤开始处理.
/// Record a diagnosis or handling step; the first one starts the handling.
#[derive(Debug, InputObject)]
pub struct AddStepInput {
    /// 客户端生成的重放键，8–64 字符；可不填.
    /// Replay key made by the client, 8 to 64 characters; optional.
    pub idempotency_key: Option<String>,
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 种类.
    /// Kind.
    pub kind: StepKind,
    /// 方式.
    /// Channel.
    pub channel: Channel,
    /// 做了什么.
    /// What was done.
    pub action: String,
    /// 发现.
    /// What was found.
    pub finding: Option<String>,
}

/// 制定解决方案与合规核查表，新版取代旧版.
/// Write the solution plan and its compliance checklist; a new version supersedes the former.
#[derive(Debug, InputObject)]
pub struct WritePlanInput {
    /// 客户端生成的重放键，8–64 字符；可不填.
    /// Replay key made by the client, 8 to 64 characters; optional.
    pub idempotency_key: Option<String>,
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 步骤.
    /// Steps.
    pub steps: String,
    /// 风险.
    /// Risk.
    pub risk: String,
    /// 回退.
    /// Way back.
    pub rollback: String,
    /// 核查表.
    /// Answers of the checklist.
    pub checklist: Vec<ChecklistAnswer>,
    /// 是否已执行.
    /// Whether it was executed.
    pub executed: bool,
}

/// 申请等待；院方同意前时限照走.
/// Propose a wait; nothing stops until the hospital accepts.
#[derive(Debug, InputObject)]
pub struct ProposeWaitInput {
    /// 客户端生成的重放键，8–64 字符；可不填.
    /// Replay key made by the client, 8 to 64 characters; optional.
    pub idempotency_key: Option<String>,
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 原因.
    /// Reason.
    pub reason: WaitReason,
    /// 说明.
    /// Text.
    pub note: String,
}

/// 同意或拒绝等待；同意则自申请时起算.
/// Accept or refuse a wait; accepted it counts from the proposal.
#[derive(Debug, InputObject)]
pub struct DecideWaitInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 是否同意.
    /// Whether it is accepted.
    pub accept: bool,
}

/// 结束等待.
/// End the wait by hand.
#[derive(Debug, InputObject)]
pub struct ResumeTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
}

/// 解决；故障须有根因、已执行的方案、完整核查表与验证.
/// Solve; a fault needs root cause, executed plan, complete checklist and verification.
#[derive(Debug, InputObject)]
pub struct ResolveTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 解决说明.
    /// Solution.
    pub text: String,
    /// 根本原因.
    /// Root cause.
    pub root_cause: Option<RootCause>,
    /// 验证.
    /// How it was verified.
    pub verification: Option<String>,
}

/// 确认并关闭.
/// Confirm the solution and close.
#[derive(Debug, InputObject)]
pub struct ConfirmTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
}

/// 驳回解决，同一轮继续.
/// Reject the solution; the same cycle goes on.
#[derive(Debug, InputObject)]
pub struct RejectTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 原因.
    /// Reason.
    pub reason: String,
}

/// 关闭后重开，进入下一轮.
/// Reopen after closing; the next cycle begins.
#[derive(Debug, InputObject)]
pub struct ReopenTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 原因.
    /// Reason.
    pub reason: String,
}

/// 撤销，仅提出的一方.
/// Cancel; only the side that raised it.
#[derive(Debug, InputObject)]
pub struct CancelTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 原因.
    /// Reason.
    pub reason: String,
}

/// 评价，仅院方报告人.
/// Rate; only the requester of the hospital.
#[derive(Debug, InputObject)]
pub struct RateTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 评分 1–5.
    /// Rating, 1 to 5.
    pub rating: i32,
    /// 意见.
    /// Comment.
    pub comment: Option<String>,
}

/// 院方自行处理；服务商时限注明原因后取消.
/// The information centre takes the ticket; vendor clocks are cancelled with the reason.
#[derive(Debug, InputObject)]
pub struct TakeTicketInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 原因.
    /// Reason.
    pub reason: String,
}

/// 转交服务商，时限自此起算.
/// Hand a taken ticket over; vendor clocks start now.
#[derive(Debug, InputObject)]
pub struct HandOverInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 已做工作.
    /// What was done so far.
    pub text: String,
}
