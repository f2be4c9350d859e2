//! The demonstration: two hospitals, one vendor, a contract year around today, tickets in every state, a year of
//! inspections, a knowledge base and notices.
//!
//! Tickets are made by the same operations that people use, under a clock that walks through the
//! past months, so every row, clock, message and audit entry is what the product itself writes. The
//! same day and seed give the same story; ids are new each time.

mod articles;
mod inspections;
mod notices;
mod pending;
pub mod people;
mod statements;
mod story;

use chrono::{Datelike, Months, NaiveDate, NaiveTime, TimeZone, Utc};
use entity::hospital;
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::app::App;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// The shared password of the demonstration's accounts; no other command knows it.
pub const PASSWORD: &str = "Icu-Demo-2026!";

/// The accounts of both hospitals.
pub const ACCOUNTS: &[&str] = &[
    "it_admin",
    "it_admin2",
    "nurse",
    "head_nurse",
    "doctor",
    "manager",
    "pm",
    "engineer",
    "engineer2",
    "trainer",
    "auditor",
    "it_admin_b",
    "nurse_b",
];

/// Makes the demonstration in an empty database; leaves an existing one as it is.
///
/// # Errors
/// Those of the database.
pub async fn prepare(app: &App, as_of: Option<NaiveDate>, say: &mut dyn FnMut(&str)) -> Result<()> {
    if hospital::Entity::find().count(app.db.read()).await? > 0 {
        say("沿用已有的演示数据. The existing demonstration is used; --reset makes it anew.");
        return Ok(());
    }
    let real = app.clock.now();
    let now = match as_of {
        None => real,
        Some(day) => Utc.from_utc_datetime(
            &day.and_time(NaiveTime::from_hms_opt(4, 0, 0).unwrap_or(NaiveTime::MIN)),
        ),
    };
    let today = entity::rules::calendar::civil_date(now);
    let start = today
        .with_day(1)
        .and_then(|day| day.checked_sub_months(Months::new(11)))
        .ok_or_else(|| Error::internal("no such date"))?;
    say("正在生成演示数据…… Making the demonstration …");
    // The same database under a clock that stands where the story is.
    let past = App {
        clock: Clock::standing(entity::rules::calendar::midnight(start)),
        ..app.clone()
    };
    let cast = people::found(&past, start).await?;
    story::tell(&past, &cast, start, now, say).await?;
    people::ask_for_a_role(&past, &cast).await?;
    people::open_mailboxes(&past).await?;
    app.db.checkpoint().await.map_err(Error::from)
}
