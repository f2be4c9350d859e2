//! What the report of an inspection sums up: evaluations by scope, courses of numbers, the inspection before.

use std::collections::BTreeMap;

use async_graphql::{Context, SimpleObject};
use entity::rules::calendar::civil_date;
use entity::rules::inspection::{self as rule, Item, Reading, Template};
use entity::values::{Evaluation, InspectionScope, Language, RectificationState, Risk};
use entity::{finding, inspection, inspection_result, rectification_task};

use super::asset::Asset;
use super::result::InspectionResult;
use crate::error::{Error, Result};
use crate::graphql::{app, lang};
use crate::loaders::{self, AssetsOf, FindingsOf, InspectionsOf, ResultsOf, ScopesNaOf, TasksOf};
use crate::scalar::{Day, Long};

/// 一个范围的汇总.
/// A scope of an inspection, summed up.
#[derive(Clone, Debug, SimpleObject)]
pub struct InspectionScopeSummary {
    /// 范围.
    /// Scope.
    pub scope: InspectionScope,
    /// 整体不适用的理由.
    /// Why it does not apply as a whole.
    pub na_reason: Option<String>,
    /// 正常项数.
    /// Normal lines.
    pub ok_count: i32,
    /// 预警项数.
    /// Warnings.
    pub warning_count: i32,
    /// 严重项数.
    /// Severe lines.
    pub severe_count: i32,
    /// 不适用项数.
    /// Lines that do not apply.
    pub na_count: i32,
    /// 结果.
    /// Its lines.
    pub results: Vec<InspectionResult>,
}

/// 一个数值的历次走势.
/// The course of a number over the inspections.
#[derive(Clone, Debug, SimpleObject)]
pub struct InspectionTrend {
    /// 巡检项与对象，按读者的语言.
    /// Item and target, in the language of the reader.
    pub label: String,
    /// 单位.
    /// Unit.
    pub unit: String,
    /// 正常值的界限，千分之一单位.
    /// Bound of the normal values, thousandths of the unit.
    pub limit_milli: Option<Long>,
    /// 各次的值，先早后晚.
    /// The values, oldest first.
    pub points: Vec<InspectionTrendPoint>,
}

/// 走势上的一点.
/// A point of a course.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct InspectionTrendPoint {
    /// 巡检结束的日期.
    /// When the inspection ended.
    pub on: Day,
    /// 数值，千分之一单位.
    /// Number, thousandths of the unit.
    pub value_milli: Long,
}

/// 整改任务的汇总.
/// Rectification tasks in numbers.
#[derive(Clone, Copy, Debug, Default, SimpleObject)]
pub struct RectificationSummary {
    /// 任务数.
    /// Tasks.
    pub task_count: i32,
    /// 已验证.
    /// Verified ones.
    pub closed_count: i32,
    /// 按期验证.
    /// Those verified whose submission was in time.
    pub closed_in_time_count: i32,
    /// 逾期未完成.
    /// Overdue ones.
    pub overdue_count: i32,
}

/// 一个范围的问题数.
/// Findings of a scope.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ScopeCount {
    /// 范围.
    /// Scope.
    pub scope: InspectionScope,
    /// 问题数.
    /// Findings.
    pub count: i32,
}

/// 一个风险等级的问题数.
/// Findings of a risk.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct RiskCount {
    /// 风险等级.
    /// Risk.
    pub risk: Risk,
    /// 本次.
    /// In this inspection.
    pub count: i32,
    /// 上次；没有上次为 null.
    /// In the inspection before; null without one.
    pub previous_count: Option<i32>,
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

async fn lines(
    ctx: &Context<'_>,
    row: &inspection::Model,
) -> Result<Vec<inspection_result::Model>> {
    let key = ResultsOf(row.hospital_id, row.id);
    loaders::rows(ctx, key).await
}

async fn findings(ctx: &Context<'_>, row: &inspection::Model) -> Result<Vec<finding::Model>> {
    let key = FindingsOf(row.hospital_id, row.id);
    loaders::rows(ctx, key).await
}

/// The inspections of the same contract that ended before this one, oldest first.
async fn earlier(ctx: &Context<'_>, row: &inspection::Model) -> Result<Vec<inspection::Model>> {
    let key = InspectionsOf(row.hospital_id, row.contract_id);
    let all = loaders::rows(ctx, key).await?;
    let before = |other: &inspection::Model| {
        let ended = other.ended_at.filter(|_| other.id != row.id);
        match (ended, row.ended_at) {
            (Some(other), Some(own)) => other < own,
            (Some(_), None) => true,
            (None, _) => false,
        }
    };
    Ok(all.into_iter().filter(before).collect())
}

pub(super) async fn assets(ctx: &Context<'_>, row: &inspection::Model) -> Result<Vec<Asset>> {
    let lines = lines(ctx, row).await?;
    let key = AssetsOf(row.hospital_id, row.contract_id);
    let all = loaders::rows(ctx, key).await?;
    let is_target = |code: &str| lines.iter().any(|line| line.target == code);
    Ok(all
        .into_iter()
        .filter(|asset| is_target(&asset.code))
        .map(Asset)
        .collect())
}

pub(super) async fn scopes(
    ctx: &Context<'_>,
    row: &inspection::Model,
) -> Result<Vec<InspectionScopeSummary>> {
    let lines = lines(ctx, row).await?;
    let key = ScopesNaOf(row.hospital_id, row.id);
    let stated = loaders::rows(ctx, key).await?;
    let mut found = Vec::new();
    for scope in &Template::shared().scopes {
        let own: Vec<inspection_result::Model> = lines
            .iter()
            .filter(|line| line.scope == scope.code)
            .cloned()
            .collect();
        let na = stated.iter().find(|na| na.scope == scope.code);
        if own.is_empty() && na.is_none() {
            continue;
        }
        let count = |wanted: Evaluation| {
            let is = |line: &&inspection_result::Model| line.evaluation == Some(wanted);
            number(own.iter().filter(is).count())
        };
        found.push(InspectionScopeSummary {
            scope: scope.code,
            na_reason: na.and_then(|na| na.reason.clone()),
            ok_count: count(Evaluation::Ok),
            warning_count: count(Evaluation::Warning),
            severe_count: count(Evaluation::Severe),
            na_count: count(Evaluation::Na),
            results: own.into_iter().map(InspectionResult::from).collect(),
        });
    }
    Ok(found)
}

fn readings(lines: &[inspection_result::Model]) -> Vec<Reading> {
    let reading = |line: &inspection_result::Model| {
        Some(Reading {
            item: line.item_code.clone(),
            target: line.target.clone(),
            milli: line.value_milli?,
            is_abnormal: matches!(
                line.evaluation,
                Some(Evaluation::Warning | Evaluation::Severe)
            ),
        })
    };
    lines.iter().filter_map(reading).collect()
}

pub(super) async fn trends(
    ctx: &Context<'_>,
    row: &inspection::Model,
) -> Result<Vec<InspectionTrend>> {
    let own = lines(ctx, row).await?;
    let before = earlier(ctx, row).await?;
    let keys = before
        .iter()
        .rev()
        .take(7)
        .map(|row| ResultsOf(row.hospital_id, row.id));
    let mut loaded = loaders::of(ctx)?.load_many(keys).await?;
    let mut history = Vec::new();
    for row in &before {
        let key = ResultsOf(row.hospital_id, row.id);
        if let (Some(on), Some(lines)) = (row.ended_on, loaded.remove(&key)) {
            history.push((on, readings(&lines)));
        }
    }
    let on = row
        .ended_on
        .unwrap_or_else(|| civil_date(app(ctx).clock.now()));
    let found = rule::trends(on, &readings(&own), &history);
    let shown = |trend: rule::Trend| {
        let line = own
            .iter()
            .find(|line| line.item_code == trend.item && line.target == trend.target)
            .ok_or_else(|| Error::internal("a course without its line"))?;
        let item: Item = serde_json::from_str(&line.item).map_err(Error::internal)?;
        let name = match lang(ctx) {
            Language::Zh => &item.name_zh,
            Language::En => &item.name_en,
        };
        Ok(InspectionTrend {
            label: format!("{name} {}", trend.target),
            limit_milli: rule::limit_milli(&item).map(Long),
            unit: item.unit,
            points: trend
                .points
                .into_iter()
                .map(|(on, milli)| InspectionTrendPoint {
                    on: Day(on),
                    value_milli: Long(milli),
                })
                .collect(),
        })
    };
    found.into_iter().map(shown).collect()
}

pub(super) async fn previous_tasks(
    ctx: &Context<'_>,
    row: &inspection::Model,
) -> Result<Vec<rectification_task::Model>> {
    let Some(before) = earlier(ctx, row).await?.pop() else {
        return Ok(Vec::new());
    };
    let key = TasksOf(before.hospital_id, before.id);
    loaders::rows(ctx, key).await
}

pub(super) async fn previous(
    ctx: &Context<'_>,
    row: &inspection::Model,
) -> Result<RectificationSummary> {
    let tasks = previous_tasks(ctx, row).await?;
    let now = app(ctx).clock.now();
    let closed = |task: &&rectification_task::Model| task.state == RectificationState::Verified;
    let overdue = |task: &&rectification_task::Model| {
        let due = super::super::ops::due_of(task);
        rule::is_overdue(task.state, &due, task.submitted_at, now)
    };
    Ok(RectificationSummary {
        task_count: number(tasks.len()),
        closed_count: number(tasks.iter().filter(closed).count()),
        closed_in_time_count: number(
            tasks
                .iter()
                .filter(closed)
                .filter(|task| !task.is_late)
                .count(),
        ),
        overdue_count: number(tasks.iter().filter(overdue).count()),
    })
}

pub(super) async fn by_scope(
    ctx: &Context<'_>,
    row: &inspection::Model,
) -> Result<Vec<ScopeCount>> {
    let findings = findings(ctx, row).await?;
    let scopes = InspectionScope::ALL.iter().copied();
    let mut found: Vec<ScopeCount> = scopes
        .map(|scope| ScopeCount {
            scope,
            count: number(findings.iter().filter(|row| row.scope == scope).count()),
        })
        .filter(|one| one.count > 0)
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.count));
    Ok(found)
}

pub(super) async fn by_risk(ctx: &Context<'_>, row: &inspection::Model) -> Result<Vec<RiskCount>> {
    let counted = |rows: &[finding::Model]| {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for row in rows {
            *counts.entry(row.risk.word()).or_default() += 1;
        }
        counts
    };
    let own = counted(&findings(ctx, row).await?);
    let before = match earlier(ctx, row).await?.pop() {
        Some(before) => Some(counted(&findings(ctx, &before).await?)),
        None => None,
    };
    let of = |counts: &BTreeMap<&'static str, usize>, risk: Risk| {
        number(counts.get(risk.word()).copied().unwrap_or(0))
    };
    Ok(Risk::ALL
        .iter()
        .map(|risk| RiskCount {
            risk: *risk,
            count: of(&own, *risk),
            previous_count: before.as_ref().map(|before| of(before, *risk)),
        })
        .collect())
}
