//! The rectification list of a contract: tasks of the vendor with their ratio, those of others apart (C1.5.2-f).

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use entity::rectification_task;
use entity::rules::inspection as rule;
use entity::values::{RectificationStanding, RectificationState, ResponsibleParty, Risk};

use super::super::ops;
use super::rectify::{RectificationTask, standing};

/// 一个风险等级的整改任务，按现况计数.
/// The rectification tasks of a risk, counted by how they stand.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct RectificationCounts {
    /// 风险等级.
    /// Risk.
    pub risk: Risk,
    /// 待处理.
    /// Open.
    pub open_count: i32,
    /// 处理中.
    /// In progress.
    pub in_progress_count: i32,
    /// 待验证.
    /// Submitted.
    pub submitted_count: i32,
    /// 已验证.
    /// Verified.
    pub verified_count: i32,
    /// 验证未通过.
    /// Rejected.
    pub rejected_count: i32,
    /// 已延期.
    /// Extended.
    pub extended_count: i32,
    /// 逾期.
    /// Overdue.
    pub overdue_count: i32,
    /// 接受风险.
    /// Waived.
    pub waived_count: i32,
    /// 合计.
    /// All of them.
    pub total_count: i32,
}

/// 整改清单.
/// The rectification list of a contract.
#[derive(Clone, Debug, SimpleObject)]
pub struct RectificationList {
    /// 服务商应完成的任务数：已到期或已验证，接受风险者除外.
    /// Tasks of the vendor that count: due or verified, those waived left out.
    pub due_count: i32,
    /// 其中按期完成者.
    /// Those of them that were closed in time.
    pub closed_in_time_count: i32,
    /// 按期率，万分之几；无应完成者为 null.
    /// The ratio in hundredths of a per cent; null without a task that counts.
    pub closed_in_time_ratio_centi: Option<i32>,
    /// 各风险等级的计数，含全部责任方.
    /// Counts by risk, of every side.
    pub counts: Vec<RectificationCounts>,
    /// 服务商的任务.
    /// Tasks of the vendor.
    pub vendor_tasks: Vec<RectificationTask>,
    /// 院方与第三方的任务，不计入.
    /// Tasks of the hospital and of third parties, not counted.
    pub other_tasks: Vec<RectificationTask>,
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl RectificationList {
    /// The list of tasks that are in the order of their due instant.
    #[must_use]
    pub fn of(rows: Vec<rectification_task::Model>, now: DateTime<Utc>) -> Self {
        let of_vendor = |row: &&rectification_task::Model| row.owner == ResponsibleParty::Vendor;
        let sum = rule::in_time(rows.iter().filter(of_vendor).map(|row| {
            let counts = rule::is_due(row.state, &ops::due_of(row), now);
            (
                counts,
                row.state == RectificationState::Verified && !row.is_late,
            )
        }));
        let counts = Risk::ALL
            .iter()
            .map(|risk| counts(*risk, &rows, now))
            .collect();
        let (mut late, rest): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .partition(|row| standing(row, now) == RectificationStanding::Overdue);
        late.extend(rest);
        let (vendor, other): (Vec<_>, Vec<_>) = late
            .into_iter()
            .partition(|row| row.owner == ResponsibleParty::Vendor);
        let tasks = |rows: Vec<rectification_task::Model>| {
            rows.into_iter().map(RectificationTask).collect()
        };
        Self {
            due_count: i32::try_from(sum.due).unwrap_or(i32::MAX),
            closed_in_time_count: i32::try_from(sum.closed_in_time).unwrap_or(i32::MAX),
            closed_in_time_ratio_centi: sum
                .ratio_centi()
                .and_then(|ratio| i32::try_from(ratio).ok()),
            counts,
            vendor_tasks: tasks(vendor),
            other_tasks: tasks(other),
        }
    }
}

fn counts(
    risk: Risk,
    rows: &[rectification_task::Model],
    now: DateTime<Utc>,
) -> RectificationCounts {
    use RectificationStanding as S;
    let own: Vec<S> = rows
        .iter()
        .filter(|row| row.risk == risk)
        .map(|row| standing(row, now))
        .collect();
    let of = |wanted: S| number(own.iter().filter(|one| **one == wanted).count());
    RectificationCounts {
        risk,
        open_count: of(S::Open),
        in_progress_count: of(S::InProgress),
        submitted_count: of(S::Submitted),
        verified_count: of(S::Verified),
        rejected_count: of(S::Rejected),
        extended_count: of(S::Extended),
        overdue_count: of(S::Overdue),
        waived_count: of(S::Waived),
        total_count: number(own.len()),
    }
}
