//! What the hospital of the demonstration announced: notices, windows past and planned, the state of the system.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use entity::ids::NoticeId;
use entity::rules::calendar::{at, civil_date};
use entity::values::{Audience, NoticeKind, SystemState};

use super::articles::Library;
use super::people::Cast;
use crate::app::App;
use crate::error::Result;
use crate::portal::ops::{self, NewNotice, NewStatus};

/// A deed of the information centre.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// The desk opens.
    Opened,
    /// A window is planned; days until it begins.
    Window(&'static str, &'static str, u64),
    /// The gateway was down, and is up again.
    Down,
    Up,
    /// A course for the ward.
    Course,
    /// Announced in error, and withdrawn.
    Wrong,
    Withdrawn,
    /// What holds now.
    Degraded,
}

/// What is announced, the next deed last.
pub struct Board {
    deeds: Vec<(DateTime<Utc>, Deed)>,
    wrong: Option<(NoticeId, i32)>,
}

impl Board {
    /// What happens between the begin of the contract and now.
    #[must_use]
    pub fn new(start: NaiveDate, now: DateTime<Utc>) -> Self {
        let from = |days: u64, hour: u32| {
            at(
                start.checked_add_days(Days::new(days)).unwrap_or(start),
                hour * 3600,
            )
        };
        let ago = |days: i64| now - TimeDelta::days(days);
        let mut deeds = vec![
            (from(12, 9), Deed::Opened),
            (
                from(96, 9),
                Deed::Window(
                    "5.3.0 版本升级",
                    "护理记录与医嘱执行约 30 分钟不可用，请提前打印当班记录。",
                    4,
                ),
            ),
            (ago(41), Deed::Down),
            (ago(41) + TimeDelta::minutes(115), Deed::Up),
            (ago(8), Deed::Wrong),
            (ago(8) + TimeDelta::minutes(25), Deed::Withdrawn),
            (ago(3), Deed::Course),
            (
                ago(2),
                Deed::Window(
                    "数据库补丁安装",
                    "窗口内系统短时中断两次，每次约 10 分钟。",
                    5,
                ),
            ),
            (now - TimeDelta::minutes(12), Deed::Degraded),
        ];
        deeds.sort_by_key(|(at, _)| *at);
        deeds.reverse();
        Self { deeds, wrong: None }
    }

    /// The next deed that falls before `until`.
    #[must_use]
    pub fn next(&self, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.deeds
            .last()
            .map(|(at, _)| *at)
            .filter(|at| *at <= until)
    }

    /// Does the next deed.
    ///
    /// # Errors
    /// Those of the operations.
    pub async fn act(&mut self, app: &App, cast: &Cast, library: &Library) -> Result<()> {
        let Some((_, deed)) = self.deeds.pop() else {
            return Ok(());
        };
        let who = cast.get(app, "it_admin").await?;
        let everybody = vec![Audience::Staff];
        let key = || format!("demo-{}", app.clock.id());
        let now = app.clock.now();
        let link = |words: &str, name: &str| -> Result<String> {
            Ok(format!("[{words}]({})", library.number(name)?))
        };
        let notice = |kind, title: &str, body: String, audiences| NewNotice {
            key: key(),
            kind,
            title: title.to_owned(),
            body,
            audiences,
            department: None,
            data_level: 1,
            valid_from: None,
            valid_to: None,
            window: (None, None),
        };
        let status = |state, message: &str, next: Option<i64>| NewStatus {
            key: key(),
            state,
            since: None,
            next_update: next.map(|minutes| now + TimeDelta::minutes(minutes)),
            message: Some(message.to_owned()),
        };
        match deed {
            Deed::Opened => {
                let body = format!(
                    "重症系统运维服务台已启用，服务热线见首页。报修前请看{}；在 QQ 与邮箱中**不得**出现患者信息，见{}。",
                    link("如何报修", "040-how-to-report")?,
                    link("规则", "042-qq-no-patient")?,
                );
                let new = notice(
                    NoticeKind::Announcement,
                    "重症系统运维服务台启用",
                    body,
                    everybody,
                );
                ops::publish(app, &who, new).await?;
            }
            Deed::Window(title, impact, days) => {
                let day = civil_date(now).checked_add_days(Days::new(days));
                let begin = at(day.unwrap_or(civil_date(now)), 23 * 3600);
                let body = format!(
                    "{impact}\n\n公告怎么看，见{}。\n\n:::audience ICU,IT,VENDOR\n停机期间按{}执行，结束后按{}补录。\n:::",
                    link("维护公告", "045-maintenance-notice")?,
                    link("停机手册", "050-downtime-manual")?,
                    link("补录规则", "056-back-entry")?,
                );
                let new = NewNotice {
                    window: (Some(begin), Some(begin + TimeDelta::hours(2))),
                    ..notice(NoticeKind::Window, title, body, everybody)
                };
                ops::publish(app, &who, new).await?;
            }
            Deed::Down => {
                let told = "采集网关中断，监护与呼吸机数据不再自动记录，请手工录入。";
                ops::set_status(app, &who, status(SystemState::Down, told, Some(30))).await?;
            }
            Deed::Up => {
                ops::set_status(app, &who, status(SystemState::Normal, "采集已恢复。", None))
                    .await?;
                let body = "采集网关中断已恢复，中断期间的数据须人工核对后补录。".to_owned();
                let new = NewNotice {
                    valid_to: Some(now + TimeDelta::days(60)),
                    ..notice(NoticeKind::Status, "设备采集中断已恢复", body, everybody)
                };
                ops::publish(app, &who, new).await?;
            }
            Deed::Course => {
                let body =
                    "周四下午在科室示教室讲解护理文书新模板，现场与线上同时进行。".to_owned();
                let ward = vec![Audience::Icu, Audience::It, Audience::Vendor];
                let new = notice(NoticeKind::Announcement, "护理文书新模板培训", body, ward);
                ops::publish(app, &who, new).await?;
            }
            Deed::Wrong => {
                let body = "报表服务今晚停用。".to_owned();
                let new = notice(NoticeKind::Announcement, "报表服务停用", body, everybody);
                let row = ops::publish(app, &who, new).await?;
                self.wrong = Some((row.id, row.version));
            }
            Deed::Withdrawn => {
                if let Some(wrong) = self.wrong.take() {
                    ops::withdraw(app, &who, wrong, "日期有误，不停用").await?;
                }
            }
            Deed::Degraded => {
                let told =
                    "采集网关间歇中断，部分床位数据延迟；延迟期间请以床旁设备为准，手工录入。";
                ops::set_status(app, &who, status(SystemState::Degraded, told, Some(60))).await?;
            }
        }
        Ok(())
    }
}
