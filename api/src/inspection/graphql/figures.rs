//! The inspections that a contract asks for, and inspections and rectification in numbers for who reads no single finding.

use async_graphql::{Context, Enum, SimpleObject};
use entity::contract;
use entity::ids::ContractId;
use entity::rules::access::Permission;
use entity::rules::inspection::DutyState;
use entity::values::InspectionKind;

use super::super::timer;
use super::list::{RectificationCounts, RectificationList};
use super::query::{seen_contract, tasks_of};
use crate::error::{Error, Result};
use crate::graphql::app;
use crate::scalar::Day;

const FIGURES: Permission = Permission::InspectionFigures;

/// 巡检义务的状态.
/// How a duty of inspection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InspectionDutyState {
    /// 期间未到.
    /// Its period has not begun.
    Upcoming,
    /// 期间进行中，尚未完成.
    /// Its period runs, and it is not met.
    InProgress,
    /// 已完成.
    /// Met.
    Met,
    /// 缺口：期间已过而未完成.
    /// A gap: the period is over and it was not met.
    Overdue,
}

/// 合同要求的一次巡检：每服务年度一次现场，每合同季度一次线上.
/// An inspection that the contract asks for: one on site a service year, one online a contract quarter.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct InspectionDuty {
    /// 方式；ONSITE 为年度，ONLINE 为季度.
    /// Kind; ONSITE is of a year, ONLINE of a quarter.
    pub kind: InspectionKind,
    /// 服务年度或合同季度的序号，自 1 起.
    /// Number of the service year or contract quarter, from 1.
    pub period_no: i32,
    /// 期间首日.
    /// First day of the period.
    pub from_on: Day,
    /// 期间末日.
    /// Last day of the period.
    pub to_on: Day,
    /// 首次完成的日期.
    /// When it was met first.
    pub met_on: Option<Day>,
    /// 状态.
    /// How it stands.
    pub state: InspectionDutyState,
}

/// 合同的巡检与整改数字.
/// Inspections and rectification of a contract in numbers.
#[derive(Clone, Debug, SimpleObject)]
pub struct InspectionFigures {
    /// 合同的巡检义务：先年度，后季度.
    /// The inspections that the contract asks for, years first.
    pub duties: Vec<InspectionDuty>,
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
}

pub(super) async fn duties(
    ctx: &Context<'_>,
    contract: &contract::Model,
) -> Result<Vec<InspectionDuty>> {
    let app = app(ctx);
    let rows = timer::duties(app.db.read(), contract, app.clock.now()).await?;
    rows.into_iter()
        .map(|duty| {
            Ok(InspectionDuty {
                kind: duty.kind,
                period_no: i32::try_from(duty.no).map_err(Error::internal)?,
                from_on: Day(duty.from),
                to_on: Day(duty.to),
                met_on: duty.met_on.map(Day),
                state: match duty.state {
                    DutyState::Upcoming => InspectionDutyState::Upcoming,
                    DutyState::InProgress => InspectionDutyState::InProgress,
                    DutyState::Met => InspectionDutyState::Met,
                    DutyState::Overdue => InspectionDutyState::Overdue,
                },
            })
        })
        .collect()
}

pub(super) async fn figures(
    ctx: &Context<'_>,
    id: ContractId,
) -> Result<Option<InspectionFigures>> {
    let Some(contract) = seen_contract(ctx, id, FIGURES).await? else {
        return Ok(None);
    };
    let rows = tasks_of(ctx, &contract, FIGURES).await?;
    let list = RectificationList::of(rows, app(ctx).clock.now());
    Ok(Some(InspectionFigures {
        duties: duties(ctx, &contract).await?,
        due_count: list.due_count,
        closed_in_time_count: list.closed_in_time_count,
        closed_in_time_ratio_centi: list.closed_in_time_ratio_centi,
        counts: list.counts,
    }))
}
