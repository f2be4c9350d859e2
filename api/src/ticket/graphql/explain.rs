//! The account of a clock, day by day, with its pauses, claims and who held the time (S15, S23, S31).
//!
//! It computes nothing of its own: everything comes from `rules::sla::{replay, explain}` under the
//! parameters and the calendar that stand on the clock.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::ids::ClockId;
use entity::values::{
    HoldingCause, Party, SlaClockKind, SlaResult, SlaUnit, TargetSource, WaitReason,
};
use entity::{sla_clock, ticket};
use sea_orm::{EntityTrait, QueryFilter};

use super::super::clocks::{self, ContractTerms, contract_of};
use super::account::{DayAccount, account, for_reader, no_target, small};
use super::types::{Maybe, Ticket};
use super::{SlaClock, breach};
use crate::error::Result;
use crate::graphql::{app, lang, requester};
use crate::scalar::{Day, Instant};

/// 经同意的暂停.
/// A pause by consent.
#[derive(Clone, Debug, SimpleObject)]
pub struct ExplainedPause {
    /// 原因.
    /// Reason.
    pub reason: WaitReason,
    /// 始.
    /// Begin.
    pub from_at: Instant,
    /// 止；未结束为 null.
    /// End; null while it lasts.
    pub to_at: Option<Instant>,
}

/// 一次“已解决”及院方核对.
/// A claimed solution and its check by the hospital.
#[derive(Clone, Debug, SimpleObject)]
pub struct ExplainedClaim {
    /// 申报解决的时刻.
    /// When the solution was claimed.
    pub claimed_at: Instant,
    /// 计入服务商的核对时间至此.
    /// Until here the check counts to the vendor.
    pub check_end_at: Option<Instant>,
    /// 被驳回的时刻.
    /// When it was rejected.
    pub rejected_at: Option<Instant>,
    /// 院方占用的开始；无占用为 null.
    /// Begin of the time that the hospital held; null without.
    pub held_from_at: Option<Instant>,
    /// 院方占用的结束.
    /// End of it.
    pub held_to_at: Option<Instant>,
}

/// 时间由谁占用的一段.
/// A stretch of time and who held it.
#[derive(Clone, Debug, SimpleObject)]
pub struct Holding {
    /// 哪一方.
    /// Which side.
    pub party: Party,
    /// 为何.
    /// Why.
    pub cause: HoldingCause,
    /// 始.
    /// Begin.
    pub from_at: Instant,
    /// 止.
    /// End.
    pub to_at: Instant,
    /// 长度，按时限的单位.
    /// Length in the unit of the clock.
    pub counted: i32,
    /// 占目标的万分比；无目标为 0.
    /// Share of the target in basis points; 0 without a target.
    pub share_bp: i32,
    /// 到期时刻是否落在其中并逾期.
    /// Whether the due instant was passed here.
    pub breached_here: bool,
}

/// 时限的逐日账目.
/// The account of a clock, day by day.
#[derive(Clone, Debug, SimpleObject)]
pub struct ClockExplanation {
    /// 时限.
    /// The clock.
    pub clock: SlaClock,
    /// 工单.
    /// The ticket.
    pub ticket: Ticket,
    /// 单位.
    /// Unit.
    pub unit: SlaUnit,
    /// 目标：秒或工作日；约定到某一时刻或无目标为 null.
    /// Target in seconds or working days; null without one, or where an instant was agreed or demanded.
    pub limit: Option<i32>,
    /// 自以往轮次结转.
    /// Carried from earlier cycles.
    pub carried: i32,
    /// 目标来源.
    /// Where the target comes from.
    pub target_source: TargetSource,
    /// 生效规则的名称.
    /// Name of the rule that won.
    pub rule_name: String,
    /// 参数版本.
    /// Version of the parameter set.
    pub policy_version: i32,
    /// 日历版本.
    /// Version of the calendar.
    pub calendar_version: String,
    /// 起算.
    /// Start.
    pub started_at: Instant,
    /// 到期；暂停中或无目标为 null.
    /// Due; null while paused or without a target.
    pub due_at: Option<Instant>,
    /// 日期限的开区间终点.
    /// Exclusive bound of a day limit.
    pub due_before_at: Option<Instant>,
    /// 到期日.
    /// Due date.
    pub due_on: Option<Day>,
    /// 账目截至.
    /// The account ends here.
    pub until_at: Instant,
    /// 账目内计入的合计.
    /// Sum of what counts in the account.
    pub counted: i32,
    /// 账目内不计入的合计.
    /// Sum of what is taken out.
    pub excluded: i32,
    /// 已用，按时限的单位.
    /// Elapsed in the unit of the clock.
    pub elapsed: i32,
    /// 已用自然秒.
    /// Elapsed natural seconds.
    pub elapsed_natural_sec: i32,
    /// 暂停合计，按时限的单位.
    /// Paused, in the unit of the clock.
    pub paused: i32,
    /// 院方占用合计，按时限的单位.
    /// Held by the hospital, in the unit of the clock.
    pub held: i32,
    /// 若此刻确认的结果.
    /// The result if it were confirmed now.
    pub expected: SlaResult,
    /// 越过的到期时刻.
    /// The due instant that was passed.
    pub breached_at: Option<Instant>,
    /// 使其立即逾期的目标变更.
    /// The change of target that made it late at once.
    pub retargeted_at: Option<Instant>,
    /// 逾期秒数.
    /// Seconds late.
    pub late_by_sec: Option<i32>,
    /// 逾期的工作日.
    /// Working days late.
    pub late_wd: Option<i32>,
    /// 逾期的自然日.
    /// Natural days late.
    pub late_days: Option<i32>,
    /// 当前“已解决”的核对时间至此计入服务商.
    /// Until here the check of the standing claim counts to the vendor.
    pub check_end_at: Option<Instant>,
    /// 自此为“院方未确认”.
    /// From here on it counts as not confirmed by the hospital.
    pub unconfirmed_from_at: Option<Instant>,
    /// 用到的年份尚无官方通知.
    /// True if a year without official notice took part.
    pub provisional: bool,
    /// 说明，如未约定解决时限.
    /// Note, e.g. that no resolution target is agreed.
    pub note: Option<String>,
    /// 逐日，至多 366 天.
    /// Day by day, at most 366 days.
    pub days: Vec<DayAccount>,
    /// 未列出的天数.
    /// Days that are not listed.
    pub days_left_out: i32,
    /// 暂停.
    /// Pauses.
    pub pauses: Vec<ExplainedPause>,
    /// 申报的解决.
    /// Claimed solutions.
    pub claims: Vec<ExplainedClaim>,
    /// 由谁占用.
    /// Who held the time.
    pub holdings: Vec<Holding>,
}

/// Explanations of clocks.
#[derive(Default)]
pub struct ExplainQuery;

/// Explanations of clocks.
#[Object]
impl ExplainQuery {
    /// 时限逐日账目：计入与不计、暂停与占用、节假日依据的通知；不存在与无权同为 null.
    /// A clock day by day: what counts and what not, pauses, holds, the notice behind each holiday; unknown and out of scope are both null.
    async fn explain_clock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "时限. The clock.")] id: ID,
    ) -> Maybe<ClockExplanation> {
        let found = explained(ctx, &id).await.map_err(for_reader);
        found.map_err(Into::into).transpose()
    }
}

async fn explained(ctx: &Context<'_>, id: &ID) -> Result<Option<ClockExplanation>> {
    let (app, who) = (app(ctx), requester(ctx));
    who.require_reader()?;
    let db = app.db.read();
    let Some(id) = ClockId::parse(id) else {
        return Ok(None);
    };
    let Some(clock) = sla_clock::Entity::find_by_id(id).one(db).await? else {
        return Ok(None);
    };
    let row = ticket::Entity::find_by_id(clock.ticket_id)
        .filter(who.visible_tickets())
        .one(db)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let now = app.clock.now();
    let contract = contract_of(db, &row).await?;
    let terms = ContractTerms::read(db, &contract, now).await?;
    let (started, seen) = clocks::replayed(db, &terms, &clock, now).await?;
    let calendar = terms.calendar_of(&clock)?;
    let open = seen.pauses.iter().find(|pause| pause.to.is_none());
    let until = match (seen.cancelled, open) {
        (Some((_, at)), _) => at,
        (None, Some(pause)) => pause.from,
        (None, None) => seen.due_at.or(seen.stopped_at).unwrap_or(now),
    };
    let (days, days_left_out) = account(&seen, until, &calendar)?;
    let late = breach::lateness(&seen, &calendar, now)?;
    Ok(Some(ClockExplanation {
        unit: seen.target.unit,
        limit: seen.limit_units.map(small),
        carried: small(started.carried),
        target_source: seen.target.source,
        rule_name: clock.rule_name.clone(),
        policy_version: clock.policy_version,
        calendar_version: calendar.version.clone(),
        started_at: Instant(seen.started_at),
        due_at: seen.due_at.map(Instant),
        due_before_at: seen.due_before_at.map(Instant),
        due_on: seen.due_on.map(Day),
        until_at: Instant(until),
        counted: days.iter().map(|day| day.counted).sum(),
        excluded: days.iter().map(|day| day.excluded).sum(),
        elapsed: small(seen.elapsed),
        elapsed_natural_sec: small(seen.elapsed_natural_s),
        paused: small(seen.paused),
        held: small(seen.held),
        expected: seen.expected,
        breached_at: seen.breached_at.map(Instant),
        retargeted_at: seen.retargeted_at.map(Instant),
        late_by_sec: late.map(|late| small(late.overrun_s)),
        late_wd: late.map(|late| small(late.late_wd)),
        late_days: late.map(|late| small(late.late_days)),
        check_end_at: seen.check_end_at.map(Instant),
        unconfirmed_from_at: seen.unconfirmed_from_at.map(Instant),
        provisional: seen.provisional,
        note: (clock.kind == SlaClockKind::Resolution && seen.without_target())
            .then(|| no_target(lang(ctx))),
        days,
        days_left_out,
        pauses: seen
            .pauses
            .iter()
            .map(|pause| ExplainedPause {
                reason: pause.reason,
                from_at: Instant(pause.from),
                to_at: pause.to.map(Instant),
            })
            .collect(),
        claims: seen
            .claims
            .iter()
            .map(|claim| ExplainedClaim {
                claimed_at: Instant(claim.at),
                check_end_at: claim.check_end.map(Instant),
                rejected_at: claim.rejected_at.map(Instant),
                held_from_at: claim.hold().map(|(from, _)| Instant(from)),
                held_to_at: claim.hold().map(|(_, to)| Instant(to)),
            })
            .collect(),
        holdings: seen
            .holdings
            .iter()
            .map(|held| Holding {
                party: held.party,
                cause: held.cause,
                from_at: Instant(held.from),
                to_at: Instant(held.to),
                counted: small(held.counted),
                share_bp: small(held.share_bp),
                breached_here: held.breached_here,
            })
            .collect(),
        clock: SlaClock(clock),
        ticket: Ticket(row),
    }))
}
