//! What is announced, as it is entered.

use async_graphql::{ID, InputObject};
use entity::values::{Audience, NoticeKind, SystemState};

use crate::scalar::Instant;

/// 新公告.
/// A new notice.
#[derive(Debug, InputObject)]
pub struct PublishNoticeInput {
    /// 幂等键，8–64 个字符.
    /// Replay key, 8 to 64 characters.
    pub idempotency_key: String,
    /// 种类；灾难横幅另有操作.
    /// Kind; the disaster banner has a mutation of its own.
    pub kind: NoticeKind,
    /// 标题，至多 200 字.
    /// Title, at most 200 characters.
    pub title: String,
    /// Markdown 正文，至多 10000 字；`:::audience IT` 与 `:::` 之间仅供所列受众.
    /// Markdown, at most 10,000 characters; what stands between `:::audience IT` and `:::` is for those audiences only.
    pub body: String,
    /// 受众，至少一个.
    /// For whom it is, at least one.
    pub audiences: Vec<Audience>,
    /// 仅供此科室，限重症医学科受众.
    /// The one department for which it is, of the ward only.
    pub department_id: Option<ID>,
    /// 数据级别，1–3；全院员工与重症医学科至多 2.
    /// Classification, 1 to 3; for staff and ward at most 2.
    pub data_level: i32,
    /// 起始；省略为现在.
    /// Shown from; now without it.
    pub valid_from: Option<Instant>,
    /// 截止；窗口省略则至窗口结束.
    /// Shown before; a window is shown to its end without it.
    pub valid_to: Option<Instant>,
    /// 窗口开始，仅 WINDOW，必填.
    /// Begin of a window; required for WINDOW, only there.
    pub starts_at: Option<Instant>,
    /// 窗口结束，仅 WINDOW，必填.
    /// End of a window; required for WINDOW, only there.
    pub ends_at: Option<Instant>,
}

/// 灾难横幅.
/// A disaster banner.
#[derive(Debug, InputObject)]
pub struct PublishDisasterNoticeInput {
    /// 幂等键，8–64 个字符.
    /// Replay key, 8 to 64 characters.
    pub idempotency_key: String,
    /// 标题，至多 200 字.
    /// Title, at most 200 characters.
    pub title: String,
    /// Markdown 正文，至多 10000 字.
    /// Markdown, at most 10,000 characters.
    pub body: String,
    /// 截止；省略则至撤回.
    /// Shown before; until it is withdrawn without it.
    pub valid_to: Option<Instant>,
}

/// 撤回公告.
/// Withdraw a notice.
#[derive(Debug, InputObject)]
pub struct WithdrawNoticeInput {
    /// 公告.
    /// The notice.
    pub notice_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 理由.
    /// Why.
    pub reason: String,
}

/// 系统状态.
/// The state of the system.
#[derive(Debug, InputObject)]
pub struct SetSystemStatusInput {
    /// 幂等键，8–64 个字符.
    /// Replay key, 8 to 64 characters.
    pub idempotency_key: String,
    /// 状态.
    /// State.
    pub state: SystemState,
    /// 自何时起；省略为现在，状态未变则沿用.
    /// Since when; now without it, and as before while the state stays the same.
    pub since: Option<Instant>,
    /// 下次更新的时刻.
    /// When more is said.
    pub next_update_at: Option<Instant>,
    /// 给员工的说明，至多 500 字.
    /// What the staff is told, at most 500 characters.
    pub message: Option<String>,
}
