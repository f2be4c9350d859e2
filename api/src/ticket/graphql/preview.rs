//! A hypothetical deadline, before anything is started (S20, S23, S26).
//!
//! It is `rules::sla::preview` under the parameters, the annex and the calendar in force today.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};
use chrono::{DateTime, Utc};
use entity::contract;
use entity::ids::ContractId;
use entity::rules::calendar::{self, Calendar, midnight};
use entity::rules::sla::{
    self, CheckLimit, Event, EventBody, Limit, Projection, ReplayError, Target, Terms,
};
use entity::values::{
    CalendarMissing as MissingYear, ClockCode, ContractState, Language, Severity, Side,
    SlaClockKind, SlaUnit, TargetSource,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::super::clocks::ContractTerms;
use super::account::{DayAccount, account, for_reader, missing, no_target, small};
use super::types::Maybe;
use crate::error::{Error, Reason, Result};
use crate::graphql::{app, lang, requester};
use crate::scalar::{Day, Instant};

/// 假设的到期.
/// A hypothetical deadline.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeadlinePreview {
    /// 依此合同的日历与参数.
    /// Contract whose calendar and parameters were used.
    pub contract_id: ID,
    /// 时限代码.
    /// Clock code.
    pub clock_code: Option<ClockCode>,
    /// 单位.
    /// Unit.
    pub unit: SlaUnit,
    /// 目标：秒、工作日或自然日；无目标为 null.
    /// Target in seconds, working days or natural days; null without one.
    pub limit: Option<i32>,
    /// 起算.
    /// Start.
    pub started_at: Instant,
    /// 到期；无目标为 null.
    /// Due; null without a target.
    pub due_at: Option<Instant>,
    /// 日期限的开区间终点.
    /// Exclusive bound of a day limit.
    pub due_before_at: Option<Instant>,
    /// 到期日.
    /// Due date.
    pub due_on: Option<Day>,
    /// 用到的年份尚无官方通知.
    /// True if a year without official notice took part.
    pub provisional: bool,
    /// 参数版本.
    /// Version of the parameter set.
    pub policy_version: i32,
    /// 日历版本.
    /// Version of the calendar.
    pub calendar_version: String,
    /// 说明.
    /// Note.
    pub note: Option<String>,
    /// 逐日，至多 366 天.
    /// Day by day, at most 366 days.
    pub days: Vec<DayAccount>,
    /// 未列出的天数.
    /// Days that are not listed.
    pub days_left_out: i32,
}

/// 时限长度，恰好一项.
/// Length of the deadline, exactly one.
#[derive(Clone, Copy, Debug, OneofObject)]
pub enum DeadlineLimit {
    /// 合同时限代码.
    /// Clock code of the contract.
    ClockCode(ClockCode),
    /// 法定工作日.
    /// Statutory working days.
    WorkingDays(i32),
    /// 自然日，末日为休息日则顺延.
    /// Natural days; a last day of rest rolls on.
    NaturalDays(i32),
    /// 自然秒.
    /// Seconds of natural time.
    NaturalSeconds(i32),
    /// 服务时间的秒.
    /// Seconds of service time.
    ServiceSeconds(i32),
}

/// 起算，恰好一项.
/// The start, exactly one.
#[derive(Clone, Copy, Debug, OneofObject)]
pub enum DeadlineStart {
    /// 时刻.
    /// An instant.
    StartAt(Instant),
    /// 日期，即当日 00:00.
    /// A date, from its 00:00.
    StartOn(Day),
}

/// 试算到期.
/// A deadline to try.
#[derive(Debug, InputObject)]
pub struct PreviewDeadlineInput {
    /// 时限长度.
    /// Length of the deadline.
    pub limit: DeadlineLimit,
    /// 起算.
    /// The start.
    pub start: DeadlineStart,
    /// 级别；按级别解决的时限必填.
    /// Severity; required for the clock by severity.
    pub severity: Option<Severity>,
    /// 合同；缺省为可见合同中最早登记者，见应答的 contractId.
    /// Contract; without it the first one in scope, named in the answer.
    pub contract_id: Option<ID>,
}

/// Hypothetical deadlines.
#[derive(Default)]
pub struct PreviewQuery;

/// Hypothetical deadlines.
#[Object]
impl PreviewQuery {
    /// 试算到期：时限代码或天数、秒数，自某时刻或日期起；合同不可见为 null.
    /// Tries a deadline: a clock code or a length, from an instant or a date; null for a contract out of scope.
    async fn preview_deadline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: PreviewDeadlineInput,
    ) -> Maybe<DeadlinePreview> {
        let found = preview(ctx, &input).await.map_err(for_reader);
        found.map_err(Into::into).transpose()
    }
}

async fn preview(
    ctx: &Context<'_>,
    input: &PreviewDeadlineInput,
) -> Result<Option<DeadlinePreview>> {
    let (app, now) = (app(ctx), app(ctx).clock.now());
    let Some(contract) = contract_asked(ctx, input.contract_id.as_ref()).await? else {
        return Ok(None);
    };
    let terms = ContractTerms::read(app.db.read(), &contract, now).await?;
    let (code, unit, limit) = limit_of(input, &terms)?;
    let start = match input.start {
        DeadlineStart::StartAt(at) => at.0,
        DeadlineStart::StartOn(day) => midnight(day.0),
    };
    let calendar = &terms.calendar;
    let due = sla::preview(unit, limit, start, calendar::DAY_S, calendar).map_err(missing)?;
    let refuse = terms.parameters.calendar_missing == MissingYear::Refuse;
    if refuse && due.is_some_and(|due| due.provisional) {
        return Err(Error::input(Reason::CalendarMissing));
    }
    let (days, days_left_out) = match due {
        None => (Vec::new(), 0),
        Some(due) => account(&trial(unit, limit, start, calendar)?, due.at, calendar)?,
    };
    let note = match (code, limit) {
        (Some(ClockCode::ResolutionBySeverity), Limit::None) => Some(no_target(lang(ctx))),
        (Some(_), Limit::None) => Some(match lang(ctx) {
            Language::Zh => "该时限以约定的日期为准".to_owned(),
            Language::En => "this clock is due when the parties agreed".to_owned(),
        }),
        (_, _) => None,
    };
    Ok(Some(DeadlinePreview {
        contract_id: contract.id.to_string().into(),
        clock_code: code,
        unit,
        limit: match limit {
            Limit::Seconds(n) => Some(small(n)),
            Limit::WorkingDays(n) | Limit::NaturalDays(n) => Some(small(i64::from(n))),
            Limit::None | Limit::Until(_) | Limit::On(_) => None,
        },
        started_at: Instant(start),
        due_at: due.map(|due| Instant(due.at)),
        due_before_at: due.and_then(|due| due.before).map(Instant),
        due_on: due.map(|due| Day(due.on)),
        provisional: due.is_some_and(|due| due.provisional),
        policy_version: terms.parameters.version,
        calendar_version: calendar.version.clone(),
        note,
        days,
        days_left_out,
    }))
}

/// What a clock with this limit would be on its first second.
fn trial(
    unit: SlaUnit,
    limit: Limit,
    start: DateTime<Utc>,
    calendar: &Calendar,
) -> Result<Projection> {
    let target = Target {
        unit,
        limit,
        check: CheckLimit::None,
        source: TargetSource::Policy,
    };
    let terms = Terms::new(ClockCode::AgreedPlan, SlaClockKind::Delivery, target);
    let attach = Event {
        effective_at: start,
        recorded_at: start,
        body: EventBody::Attach,
    };
    sla::replay(&terms, &[attach], calendar, start).map_err(|error| match error {
        ReplayError::Calendar(year) => missing(year),
        ReplayError::NotStarted => Error::internal(error),
    })
}

fn limit_of(
    input: &PreviewDeadlineInput,
    terms: &ContractTerms,
) -> Result<(Option<ClockCode>, SlaUnit, Limit)> {
    let days = |n: i32, field: &str| {
        u32::try_from(n)
            .map_err(|_negative| Error::input(Reason::ValueRange).at(["input", "limit", field]))
    };
    Ok(match input.limit {
        DeadlineLimit::ClockCode(code) => {
            let (unit, limit) = limit_of_code(code, input.severity, terms)?;
            (Some(code), unit, limit)
        }
        DeadlineLimit::WorkingDays(n) => (
            None,
            SlaUnit::Wd,
            Limit::WorkingDays(days(n, "workingDays")?),
        ),
        DeadlineLimit::NaturalDays(n) => (
            None,
            SlaUnit::Natural,
            Limit::NaturalDays(days(n, "naturalDays")?),
        ),
        DeadlineLimit::NaturalSeconds(n) => (
            None,
            SlaUnit::Natural,
            Limit::Seconds(days(n, "naturalSeconds")?.into()),
        ),
        DeadlineLimit::ServiceSeconds(n) => (
            None,
            SlaUnit::Service,
            Limit::Seconds(days(n, "serviceSeconds")?.into()),
        ),
    })
}

/// The limit of a clock code under the parameters and the annex in force.
fn limit_of_code(
    code: ClockCode,
    severity: Option<Severity>,
    terms: &ContractTerms,
) -> Result<(SlaUnit, Limit)> {
    let parameters = &terms.parameters;
    if code == ClockCode::ResolutionBySeverity {
        let severity =
            severity.ok_or_else(|| Error::input(Reason::ValueMissing).at(["input", "severity"]))?;
        let span = terms
            .targets()
            .and_then(|targets| targets.by_severity.get(&severity).copied());
        let limit = span.map_or(Limit::None, Limit::from);
        let unit = if matches!(limit, Limit::WorkingDays(_)) {
            SlaUnit::Wd
        } else {
            SlaUnit::Natural
        };
        return Ok((unit, limit));
    }
    let (unit, limit) = sla::plain_limit(code).unwrap_or((SlaUnit::Natural, Limit::None));
    let limit = match (code, limit) {
        (ClockCode::Immediate15min, _) => Limit::Seconds(i64::from(parameters.immediate_min) * 60),
        (ClockCode::FirstStepKpi30min, _) => {
            Limit::Seconds(i64::from(parameters.first_step_kpi_min) * 60)
        }
        (_, Limit::WorkingDays(_)) if sla::kind_of(code) == SlaClockKind::Response => {
            Limit::WorkingDays(u32::try_from(parameters.response_wd_n).unwrap_or(1))
        }
        (_, limit) => limit,
    };
    Ok((unit, limit))
}

/// The contract that a deadline is tried under; null out of scope.
async fn contract_asked(ctx: &Context<'_>, asked: Option<&ID>) -> Result<Option<contract::Model>> {
    let who = requester(ctx);
    who.require_reader()?;
    let mut rows = contract::Entity::find()
        .filter(contract::Column::HospitalId.is_in(who.hospitals()))
        .filter(contract::Column::State.ne(ContractState::Draft))
        .all(app(ctx).db.read())
        .await?;
    if who.side() == Some(Side::Vendor) {
        rows.retain(|row| who.contracts.contains(&(row.hospital_id, row.id)));
    }
    if let Some(asked) = asked {
        rows.retain(|row| Some(row.id) == ContractId::parse(asked));
    }
    Ok(rows.into_iter().min_by_key(|row| row.id.0))
}
