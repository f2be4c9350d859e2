//! The working-day calendar in the schema.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use entity::work_calendar;

use super::Outcome;
use crate::audit::refused;
use crate::db::retrying;
use crate::error::UserError;
use crate::graphql::{app, requester, settle};
use crate::scalar::Instant;

/// 工作日历的一年.
/// A year of the working-day calendar.
#[derive(Clone, Debug)]
pub struct WorkCalendar(pub work_calendar::Model);

/// 工作日历的一年.
/// A year of the working-day calendar.
#[Object]
impl WorkCalendar {
    /// 年份.
    /// The year.
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// 修订号，自 1 起.
    /// Revision, from 1.
    async fn revision(&self) -> i32 {
        self.0.revision
    }
    /// 日历版本，记于各时限.
    /// Version of the calendar, as it stands on the clocks.
    async fn version(&self) -> &str {
        &self.0.version
    }
    /// 是否暂定：官方通知尚未导入.
    /// Whether it is provisional, for want of the official notice.
    async fn provisional(&self) -> bool {
        self.0.provisional
    }
    /// 放假通知文号.
    /// Number of the official notice.
    async fn notice_no(&self) -> Option<&str> {
        self.0.notice_no.as_deref()
    }
    /// 导入时刻.
    /// When it was imported.
    async fn imported_at(&self) -> Instant {
        Instant(self.0.imported_at)
    }
}

/// 导入结果的种类.
/// What became of a year of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CalendarOutcome {
    /// 已存为新修订.
    /// Stored as a new revision.
    Stored,
    /// 内容相同，未改动.
    /// The same content was there.
    Unchanged,
    /// 暂定年份不替换官方年份.
    /// A provisional year never replaces an official one.
    OfficialStays,
}

/// 一年的导入结果.
/// What became of one year.
#[derive(Debug, SimpleObject)]
pub struct CalendarImport {
    /// 年份.
    /// The year.
    pub year: i32,
    /// 结果.
    /// What became of it.
    pub outcome: CalendarOutcome,
    /// 修订号；官方年份保留时为 null.
    /// Its revision; null where the official year stays.
    pub revision: Option<i32>,
}

/// 导入工作日历；同一文件可重复导入.
/// A calendar file; the same file may be imported again.
#[derive(Debug, InputObject)]
pub struct ImportCalendarInput {
    /// 文件内容（JSON）：年份下 holidays 与 workdays，_meta 下 version 与 notices.
    /// The file as JSON text: years with holidays and workdays, _meta with version and notices.
    pub file: String,
}

/// 导入工作日历的结果.
/// Result of importCalendar.
#[derive(Debug, SimpleObject)]
pub struct ImportCalendarPayload {
    /// 各年份的结果.
    /// What became of each year.
    pub years: Vec<CalendarImport>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

/// Queries about the calendar.
#[derive(Default)]
pub struct CalendarQuery;

/// Queries about the calendar.
#[Object]
impl CalendarQuery {
    /// 本院工作日历，每年取有效修订.
    /// The working-day calendar of the own hospitals, each year in the revision that counts.
    async fn work_calendars(
        &self,
        ctx: &Context<'_>,
    ) -> Option<async_graphql::Result<Vec<WorkCalendar>>> {
        let rows = super::years(app(ctx), requester(ctx)).await;
        Some(
            rows.map(|rows| rows.into_iter().map(WorkCalendar).collect())
                .map_err(Into::into),
        )
    }
}

/// Import of the calendar.
#[derive(Default)]
pub struct CalendarMutation;

/// Import of the calendar.
#[Object]
impl CalendarMutation {
    /// 导入工作日历年份，暂定到期随之重算. 权限 CALENDAR_IMPORT.
    /// Imports years of the working-day calendar; provisional due dates are counted again. Permission CALENDAR_IMPORT.
    async fn import_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "日历文件. The calendar file.")] input: ImportCalendarInput,
    ) -> Option<async_graphql::Result<ImportCalendarPayload>> {
        let (app, who) = (app(ctx), requester(ctx));
        let run = || Box::pin(super::import(app, who, &input.file));
        let mut done = retrying(app, run).await;
        if let Err(error) = &done
            && let Err(failed) =
                refused(app, who, "calendar.import", ("hospital", None), error).await
        {
            done = Err(failed);
        }
        settle(ctx, done, |outcomes, user_errors| ImportCalendarPayload {
            years: outcomes
                .unwrap_or_default()
                .into_iter()
                .map(|(year, outcome)| {
                    let (outcome, revision) = match outcome {
                        Outcome::Stored(revision) => (CalendarOutcome::Stored, Some(revision)),
                        Outcome::Unchanged(revision) => {
                            (CalendarOutcome::Unchanged, Some(revision))
                        }
                        Outcome::OfficialStays => (CalendarOutcome::OfficialStays, None),
                    };
                    CalendarImport {
                        year,
                        outcome,
                        revision,
                    }
                })
                .collect(),
            user_errors,
        })
    }
}
