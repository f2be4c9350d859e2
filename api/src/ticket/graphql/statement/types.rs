//! Types of the statement.

use async_graphql::{Context, Object, SimpleObject};
use entity::ids::TicketId;
use entity::rules::statement::{CategoryLine, ChannelLine, Class, Figures, Target};
use entity::values::{
    BreachState, Channel, ClockCode, NotApplicable, Severity, SlaClockKind, SlaUnit, TargetSource,
    TicketCategory,
};
use entity::{resolution_demand, ticket_event, wait};

use super::super::account::small;
use super::super::demand::ResolutionDemand;
use super::super::parts::{ClaimedTime, Wait};
use super::super::recurrence::RecurrenceLink;
use super::super::types::{Maybe, Ticket};
use crate::loaders::{self, SeenTicket};
use crate::scalar::{Day, Instant};

/// 一个自然月的服务时效统计. 响应时限归入起算之月，其他时限归入到期之月（无到期时刻者归入起算之月）.
/// The clocks of a civil month. A response clock belongs to the month of its start, any other to that of its due instant,
/// or of its start while it has none.
#[derive(Debug, SimpleObject)]
pub struct SlaStatement {
    /// 首日.
    /// First day.
    pub from_on: Day,
    /// 末日.
    /// Last day.
    pub to_on: Day,
    /// 该月是否已过完.
    /// Whether the month is over.
    pub is_over: bool,
    /// 院方提出的工单的响应，按时限代码与时限.
    /// Responses to what the hospital raised, by code and limit.
    pub responses: Vec<SlaClassLine>,
    /// 平均响应时间（MTTA），自然秒；无为 null.
    /// Mean time to the response (MTTA), natural seconds; null of none.
    pub mean_response_sec: Option<i32>,
    /// 平均响应时间的样本数.
    /// How many it is the mean of.
    pub mean_response_count: i32,
    /// 服务商自报工单的响应，不计入响应率.
    /// Responses to what the vendor raised itself, in no ratio.
    pub vendor_raised: Vec<SlaClassLine>,
    /// 交付类时限.
    /// Clocks of deliveries.
    pub deliveries: Vec<SlaClassLine>,
    /// 解决，按级别与目标来源.
    /// Solutions, by severity and where the target comes from.
    pub resolutions: Vec<SlaResolutionLine>,
    /// 平均解决时间（MTTR），自然秒；无为 null.
    /// Mean time to the solution (MTTR), natural seconds; null of none.
    pub mean_resolution_sec: Option<i32>,
    /// 平均解决时间的样本数.
    /// How many it is the mean of.
    pub mean_resolution_count: i32,
    /// 是否有未约定解决时限的解决.
    /// Whether there are solutions without an agreed target.
    pub has_untargeted: bool,
    /// 不适用的时限，按原因.
    /// Clocks that are not judged, by reason.
    pub not_applicable: Vec<SlaNotApplicableLine>,
    /// 全部逾期的时限，先早后晚.
    /// Every late clock, first started first.
    pub late_clocks: Vec<SlaLateClock>,
    /// 已解决、院方未确认.
    /// Solved, and not confirmed by the hospital in time.
    pub unconfirmed: Vec<SlaUnconfirmedSolution>,
    /// 暂定的到期时刻：所跨年份的节假日安排尚未公布.
    /// Provisional due instants: the holidays of a year are not published yet.
    pub provisional: Vec<SlaProvisionalDue>,
    /// 当月申请的等待.
    /// Pauses proposed in the month.
    pub waits: Vec<SlaStatementWait>,
    /// 当月送达的书面催告.
    /// Written demands delivered in the month.
    pub demands: Vec<SlaStatementDemand>,
    /// 当月关闭后的重开.
    /// Reopenings after closing in the month.
    pub reopenings: Vec<SlaReopening>,
    /// 当月提出的复发.
    /// Recurrences proposed in the month.
    pub recurrences: Vec<RecurrenceLink>,
    /// 当月受理并转交服务商的工单数.
    /// Tickets received in the month and released to the vendor.
    pub ticket_count: i32,
    /// 上述工单，按类别与级别.
    /// Those tickets by category and severity.
    pub categories: Vec<SlaCategoryLine>,
    /// 上述工单，按渠道，多者在前.
    /// Those tickets by channel, most first.
    pub channels: Vec<SlaChannelLine>,
}

/// 一组时限的计数与用时. 用时为起算至停止的自然秒，含暂停与院方占用，取最近序位.
/// Counts and times of some clocks. Times are natural seconds from start to stop, pauses and holds in them, by nearest rank.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct SlaFigures {
    /// 总数.
    /// All of them.
    pub received_count: i32,
    /// 按时.
    /// In time.
    pub on_time_count: i32,
    /// 逾期，含已过期而未停止者.
    /// Late, also those past their due instant without a stop.
    pub late_count: i32,
    /// 进行中，含待院方确认者.
    /// Open, also those that wait for the hospital's word.
    pub open_count: i32,
    /// 不适用.
    /// Not applicable.
    pub not_applicable_count: i32,
    /// 有结果者：按时与逾期之和.
    /// With a result: on time and late.
    pub judged_count: i32,
    /// 按时率，百分比的百分之一，四舍五入；无结果者为 null.
    /// On time of those with a result, hundredths of a percent, half up; null of none.
    pub on_time_ratio_centi: Option<i32>,
    /// 到期时刻为暂定.
    /// With a provisional due instant.
    pub provisional_count: i32,
    /// 有用时者.
    /// With a time.
    pub measured_count: i32,
    /// 最短.
    /// Shortest.
    pub min_sec: Option<i32>,
    /// 第 25 百分位.
    /// 25th percentile.
    pub p25_sec: Option<i32>,
    /// 第 50 百分位.
    /// 50th percentile.
    pub p50_sec: Option<i32>,
    /// 第 75 百分位.
    /// 75th percentile.
    pub p75_sec: Option<i32>,
    /// 第 90 百分位.
    /// 90th percentile.
    pub p90_sec: Option<i32>,
    /// 第 95 百分位.
    /// 95th percentile.
    pub p95_sec: Option<i32>,
    /// 最长.
    /// Longest.
    pub max_sec: Option<i32>,
}

impl From<&Figures> for SlaFigures {
    fn from(figures: &Figures) -> Self {
        let at = |percent| figures.percentile(percent).map(small);
        Self {
            received_count: small(figures.received()),
            on_time_count: small(figures.on_time),
            late_count: small(figures.late),
            open_count: small(figures.open),
            not_applicable_count: small(figures.not_applicable),
            judged_count: small(figures.judged()),
            on_time_ratio_centi: figures.ratio_centi().map(small),
            provisional_count: small(figures.provisional),
            measured_count: count(figures.times.len()),
            min_sec: at(0),
            p25_sec: at(25),
            p50_sec: at(50),
            p75_sec: at(75),
            p90_sec: at(90),
            p95_sec: at(95),
            max_sec: at(100),
        }
    }
}

/// A size on the wire.
pub(super) fn count(size: usize) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}

/// A limit or time in the unit of its clock: seconds, or working days.
fn split(unit: SlaUnit, n: Option<i64>) -> (Option<i32>, Option<i32>) {
    let n = n.map(small);
    match unit {
        SlaUnit::Natural | SlaUnit::Service => (n, None),
        SlaUnit::Wd => (None, n),
    }
}

/// 同一代码与时限的时限.
/// Clocks of one code and limit.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct SlaClassLine {
    /// 时限代码.
    /// Code.
    pub code: ClockCode,
    /// 时限，秒；以工作日计或为约定日期则为 null.
    /// Limit in seconds; null for one in working days and for an agreed date.
    pub limit_sec: Option<i32>,
    /// 时限，工作日.
    /// Limit in working days.
    pub limit_wd: Option<i32>,
    /// 计数与用时.
    /// Counts and times.
    pub figures: SlaFigures,
}

impl From<(&Class, &Figures)> for SlaClassLine {
    fn from((class, figures): (&Class, &Figures)) -> Self {
        let (limit_sec, limit_wd) = split(class.unit, class.limit);
        Self {
            code: class.code,
            limit_sec,
            limit_wd,
            figures: figures.into(),
        }
    }
}

/// 同一级别与目标的解决时限.
/// Resolution clocks of one severity and target.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct SlaResolutionLine {
    /// 级别.
    /// Severity.
    pub severity: Option<Severity>,
    /// 目标来源.
    /// Where the target comes from.
    pub target_source: TargetSource,
    /// 时限，秒；以工作日计、为催告的期限或未约定则为 null.
    /// Limit in seconds; null for one in working days, for a demanded deadline and without a target.
    pub limit_sec: Option<i32>,
    /// 时限，工作日.
    /// Limit in working days.
    pub limit_wd: Option<i32>,
    /// 计数与用时.
    /// Counts and times.
    pub figures: SlaFigures,
    /// 其中已解决、院方未确认.
    /// Of them solved and not confirmed by the hospital in time.
    pub unconfirmed_count: i32,
    /// 其中有院方占用.
    /// Of them with time that the hospital held.
    pub held_count: i32,
    /// 院方占用，秒.
    /// Time that the hospital held, seconds.
    pub held_sec: Option<i32>,
    /// 院方占用，工作日.
    /// Time that the hospital held, working days.
    pub held_wd: Option<i32>,
}

impl From<(&Target, &Figures)> for SlaResolutionLine {
    fn from((target, figures): (&Target, &Figures)) -> Self {
        let (limit_sec, limit_wd) = split(target.unit, target.limit);
        let (held_sec, held_wd) = split(target.unit, Some(figures.held_units));
        Self {
            severity: target.severity,
            target_source: target.source,
            limit_sec,
            limit_wd,
            figures: figures.into(),
            unconfirmed_count: small(figures.unconfirmed),
            held_count: small(figures.held),
            held_sec,
            held_wd,
        }
    }
}

/// 不适用的时限数.
/// Clocks that are not judged for one reason.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct SlaNotApplicableLine {
    /// 原因.
    /// Reason.
    pub reason: NotApplicable,
    /// 数量.
    /// How many.
    pub count: i32,
}

/// 一个逾期的时限.
/// A late clock.
#[derive(Debug, SimpleObject)]
pub struct SlaLateClock {
    /// 工单编号.
    /// Number of the ticket.
    pub number: String,
    /// 类别.
    /// Category.
    pub category: TicketCategory,
    /// 级别.
    /// Severity.
    pub severity: Option<Severity>,
    /// 时限代码.
    /// Code.
    pub code: ClockCode,
    /// 种类.
    /// Kind.
    pub kind: SlaClockKind,
    /// 轮次.
    /// Cycle.
    pub cycle: i32,
    /// 是否服务商自报；其响应不计入响应率.
    /// Whether the vendor raised it; its response is in no ratio.
    pub by_vendor: bool,
    /// 起算.
    /// Start.
    pub started_at: Instant,
    /// 到期.
    /// Due instant.
    pub due_at: Option<Instant>,
    /// 停止；未停止为 null.
    /// Stop; null while it runs.
    pub stopped_at: Option<Instant>,
    /// 逾期的自然秒；未停止为 null.
    /// Natural seconds late; null while it runs.
    pub late_sec: Option<i32>,
    /// 逾期的工作日；未停止为 null.
    /// Working days late; null while it runs.
    pub late_wd: Option<i32>,
    /// 到期时刻是否暂定.
    /// Whether the due instant is provisional.
    pub is_provisional: bool,
    /// 响应时刻的申报与确认；无申报为 null.
    /// Claimed time of the response with its confirmation; null without a claim.
    pub claim: Option<ClaimedTime>,
    /// 违约登记的状态；未登记为 null.
    /// State in the register of breaches; null if it is in none.
    pub breach: Option<BreachState>,
}

/// 一项已解决、院方未确认的解决.
/// A solution that the hospital did not confirm in time.
#[derive(Debug, SimpleObject)]
pub struct SlaUnconfirmedSolution {
    /// 工单编号.
    /// Number of the ticket.
    pub number: String,
    /// 级别.
    /// Severity.
    pub severity: Option<Severity>,
    /// 解决.
    /// When it was solved.
    pub resolved_at: Option<Instant>,
}

/// 一个暂定的到期时刻.
/// A provisional due instant.
#[derive(Debug, SimpleObject)]
pub struct SlaProvisionalDue {
    /// 工单编号.
    /// Number of the ticket.
    pub number: String,
    /// 时限代码.
    /// Code.
    pub code: ClockCode,
    /// 到期.
    /// Due instant.
    pub due_at: Option<Instant>,
}

async fn seen(ctx: &Context<'_>, id: TicketId) -> Maybe<Ticket> {
    loaders::edge(ctx, SeenTicket(id), Ticket).await
}

macro_rules! of_ticket {
    ($($(#[$about:meta])* $name:ident, $row:ty;)+) => {$(
        $(#[$about])*
        #[derive(Clone, Debug)]
        pub struct $name(pub $row);
    )+};
}

of_ticket! {
    /// 一次等待及其工单.
    /// A pause with its ticket.
    SlaStatementWait, wait::Model;
    /// 一份书面催告及其工单.
    /// A written demand with its ticket.
    SlaStatementDemand, resolution_demand::Model;
    /// 一次关闭后的重开.
    /// A reopening after closing.
    SlaReopening, ticket_event::Model;
}

/// 一次等待及其工单.
/// A pause with its ticket.
#[Object]
impl SlaStatementWait {
    /// 工单.
    /// The ticket.
    async fn ticket(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        seen(ctx, self.0.ticket_id).await
    }
    /// 等待.
    /// The pause.
    async fn wait(&self) -> Wait {
        Wait(self.0.clone())
    }
}

/// 一份书面催告及其工单.
/// A written demand with its ticket.
#[Object]
impl SlaStatementDemand {
    /// 工单.
    /// The ticket.
    async fn ticket(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        seen(ctx, self.0.ticket_id).await
    }
    /// 催告.
    /// The demand.
    async fn demand(&self) -> ResolutionDemand {
        ResolutionDemand(self.0.clone())
    }
}

/// 一次关闭后的重开.
/// A reopening after closing.
#[Object]
impl SlaReopening {
    /// 工单.
    /// The ticket.
    async fn ticket(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        seen(ctx, self.0.ticket_id).await
    }
    /// 重开的时刻.
    /// When it was reopened.
    async fn reopened_at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// 理由.
    /// Why.
    async fn reason(&self) -> Option<&str> {
        self.0.text.as_deref()
    }
}

/// 一个类别的工单数.
/// Tickets of a category.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct SlaCategoryLine {
    /// 类别.
    /// Category.
    pub category: TicketCategory,
    /// 总数.
    /// All of them.
    pub total_count: i32,
    /// 一级.
    /// Of severity S1.
    pub s1_count: i32,
    /// 二级.
    /// Of severity S2.
    pub s2_count: i32,
    /// 三级.
    /// Of severity S3.
    pub s3_count: i32,
    /// 四级.
    /// Of severity S4.
    pub s4_count: i32,
    /// 不分级.
    /// Without a severity.
    pub unrated_count: i32,
    /// 其中服务商自报.
    /// Of all of them, those that the vendor raised itself.
    pub vendor_count: i32,
}

impl From<CategoryLine> for SlaCategoryLine {
    fn from(line: CategoryLine) -> Self {
        let [s1, s2, s3, s4] = line.by_severity.map(small);
        Self {
            category: line.category,
            total_count: small(line.total()),
            s1_count: s1,
            s2_count: s2,
            s3_count: s3,
            s4_count: s4,
            unrated_count: small(line.without),
            vendor_count: small(line.by_vendor),
        }
    }
}

/// 一个渠道的工单数.
/// Tickets of a channel.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct SlaChannelLine {
    /// 渠道.
    /// Channel.
    pub channel: Channel,
    /// 数量.
    /// How many.
    pub count: i32,
}

impl From<ChannelLine> for SlaChannelLine {
    fn from(line: ChannelLine) -> Self {
        Self {
            channel: line.channel,
            count: small(line.count),
        }
    }
}
