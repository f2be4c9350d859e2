//! Days of an account in the schema: what counts, what not, and the notice behind each holiday (S23).

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use entity::rules::calendar::{self, Calendar, CalendarMissing, civil_date, end_of, midnight};
use entity::rules::sla::{self, ExplainLine, Projection};
use entity::values::Language;

use crate::error::{Code, Error, Reason, Result};
use crate::scalar::Day;

/// Days that one account lists at most.
const MOST_DAYS: u64 = 366;

/// 一天为何计或不计.
/// Why a day counts or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DayKind {
    /// 周一至周五，非假日.
    /// Monday to Friday, no holiday.
    Weekday,
    /// 周六或周日.
    /// Saturday or Sunday.
    Weekend,
    /// 依通知放假.
    /// Day off by the notice.
    Holiday,
    /// 依通知调休上班.
    /// Make-up working day by the notice.
    MakeUp,
}

impl From<calendar::DayKind> for DayKind {
    fn from(kind: calendar::DayKind) -> Self {
        match kind {
            calendar::DayKind::Weekday => Self::Weekday,
            calendar::DayKind::Weekend => Self::Weekend,
            calendar::DayKind::Holiday => Self::Holiday,
            calendar::DayKind::MakeUp => Self::MakeUp,
        }
    }
}

/// 放假安排的官方通知.
/// Official notice behind the days of a year.
#[derive(Clone, Debug, SimpleObject)]
pub struct CalendarNotice {
    /// 标题.
    /// Title.
    pub title: String,
    /// 文号.
    /// Number of the document.
    pub number: String,
    /// 日期.
    /// Date of the notice.
    pub on: Day,
}

/// 服务时段.
/// A stretch of service time.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServiceSlot {
    /// 始，HH:MM.
    /// Begin, HH:MM.
    pub from: String,
    /// 止，HH:MM，不含.
    /// End, HH:MM, exclusive.
    pub to: String,
}

/// 时限账目的一天.
/// One day in the account of a deadline.
#[derive(Clone, Debug, SimpleObject)]
pub struct DayAccount {
    /// 日期.
    /// Date.
    pub date: Day,
    /// 是否法定工作日.
    /// Whether it is a statutory working day.
    pub working_day: bool,
    /// 原因.
    /// Why.
    pub why: DayKind,
    /// 当日服务时段.
    /// Service slots of the day.
    pub slots: Vec<ServiceSlot>,
    /// 计入：秒或工作日，按时限的单位.
    /// What counts, in the unit of the clock: seconds or working days.
    pub counted: i32,
    /// 暂停与院方占用中不计入的部分.
    /// What pauses and holds take out.
    pub excluded: i32,
    /// 假日与调休日依据的通知.
    /// Notice behind a holiday or a make-up day.
    pub notice: Option<CalendarNotice>,
    /// 该年份尚无官方通知.
    /// True while the year has no official notice.
    pub provisional: bool,
}

/// The note of a resolution clock that nothing is measured against (S31).
pub(super) fn no_target(lang: Language) -> String {
    match lang {
        Language::Zh => "未约定解决时限，不计算违约".to_owned(),
        Language::En => "no resolution target agreed".to_owned(),
    }
}

/// A number of the rules on the wire; what does not fit stays at the end of the range.
pub(super) fn small(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(if n < 0 { i32::MIN } else { i32::MAX })
}

/// The days up to `to`, and how many are not listed: beyond the cap, or in a year that nobody knows.
pub(super) fn account(
    seen: &Projection,
    to: DateTime<Utc>,
    calendar: &Calendar,
) -> Result<(Vec<DayAccount>, i32)> {
    let first = civil_date(seen.started_at);
    let to = to.max(seen.started_at);
    let total = 1 + (civil_date(to) - first).num_days()
        - i64::from(to > seen.started_at && midnight(civil_date(to)) == to);
    let cap = first
        .checked_add_days(Days::new(MOST_DAYS))
        .map_or(to, midnight);
    let mut end = to.min(cap);
    let known = (first.year()..=civil_date(end).year())
        .take_while(|year| calendar.years.contains_key(year))
        .last()
        .and_then(|year| NaiveDate::from_ymd_opt(year, 12, 31));
    let Some(last) = known else {
        return Ok((Vec::new(), small(total)));
    };
    end = end.min(end_of(last));
    let lines = sla::explain(seen, end, calendar).map_err(missing)?;
    let days: Vec<DayAccount> = lines.into_iter().map(|line| day(line, calendar)).collect();
    let listed = i64::try_from(days.len()).unwrap_or(total);
    Ok((days, small((total - listed).max(0))))
}

fn day(line: ExplainLine, calendar: &Calendar) -> DayAccount {
    let clock = |second: u32| format!("{:02}:{:02}", second / 3600, second % 3600 / 60);
    let year = calendar.years.get(&line.day.date.year());
    let notice = year
        .and_then(|year| year.notice.as_ref())
        .filter(|_| line.day.notice_doc.is_some());
    DayAccount {
        date: Day(line.day.date),
        working_day: line.day.counted,
        why: line.day.why.into(),
        slots: line
            .day
            .slots
            .iter()
            .map(|slot| ServiceSlot {
                from: clock(slot.from_s),
                to: clock(slot.to_s),
            })
            .collect(),
        counted: small(line.counted),
        excluded: small(line.excluded),
        notice: notice.map(|notice| CalendarNotice {
            title: notice.title.clone(),
            number: notice.doc.clone(),
            on: Day(notice.on),
        }),
        provisional: line.day.provisional,
    }
}

/// A year that a reader asked about and nobody knows.
pub(super) fn missing(missing: CalendarMissing) -> Error {
    let year = missing.year;
    Error::input(Reason::CalendarMissing)
        .detail(
            format!("缺少 {year} 年的工作日历"),
            format!("the calendar of {year} is missing"),
        )
        .caused_by(missing)
}

/// An error for a reader: a missing year is an answer to the input, and no failure of a change.
pub(super) fn for_reader(error: Error) -> Error {
    if error.code() == Code::CalendarMissing {
        Error::input(Reason::CalendarMissing).caused_by(error)
    } else {
        error
    }
}
