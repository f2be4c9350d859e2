//! The monthly report of the demonstration: drafted by itself on the first of the month, approved by the information
//! centre, confirmed by the manager.

use chrono::{DateTime, Datelike, Utc};
use entity::report_issue;
use entity::rules::calendar::{at, civil_date};
use entity::rules::statement::Month;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;

use super::inspections::Visits;
use super::people::Cast;
use crate::app::App;
use crate::error::{Error, Result};
use crate::jobs;
use crate::report::{ops as report, schedule};

/// Code of the definition.
const CODE: &str = "sla_monthly";

#[derive(Clone, Copy)]
enum Deed {
    Draft,
    Approve,
    Confirm,
}

/// What happens to the report of the last month that could be issued by now, the next deed last.
pub struct Statements {
    month: Option<Month>,
    deeds: Vec<(DateTime<Utc>, Deed)>,
}

impl Statements {
    /// The deeds up to `now`.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        let mut month = Month::before(civil_date(now));
        let hour = |month: Month, hour: u32| {
            let last = month.last();
            at(last.succ_opt().unwrap_or(last), hour * 3600)
        };
        if let Some(past) = month
            && hour(past, 10) > now
        {
            month = Month::before(past.first());
        }
        let deeds = month.map_or_else(Vec::new, |month| {
            vec![
                (hour(month, 10), Deed::Confirm),
                (hour(month, 9), Deed::Approve),
                (hour(month, 6), Deed::Draft),
            ]
        });
        Self { month, deeds }
    }

    /// Does what falls before `until`, each deed after the visits before it.
    ///
    /// # Errors
    /// Those of the operations.
    pub async fn until(
        &mut self,
        app: &App,
        cast: &Cast,
        visits: &mut Visits,
        until: DateTime<Utc>,
    ) -> Result<()> {
        while self.deeds.last().is_some_and(|(at, _)| *at <= until) {
            let Some((at, deed)) = self.deeds.pop() else {
                return Ok(());
            };
            visits.until(app, cast, at).await?;
            app.clock.set(at);
            jobs::drain(app).await?;
            self.act(app, cast, deed).await?;
        }
        visits.until(app, cast, until).await
    }

    async fn act(&self, app: &App, cast: &Cast, deed: Deed) -> Result<()> {
        match deed {
            Deed::Draft => schedule::sweep(app).await?,
            Deed::Approve => {
                let (row, second) = (
                    self.row(app, cast).await?,
                    cast.get(app, "it_admin2").await?,
                );
                let seen = report::preview(app, &second, Some(row.id)).await?;
                let sha256 = &seen.fresh.sha256;
                report::approve(app, &second, Some(row.id), row.version, sha256).await?;
            }
            Deed::Confirm => {
                let (row, manager) = (self.row(app, cast).await?, cast.get(app, "manager").await?);
                report::confirm(app, &manager, Some(row.id), row.version).await?;
            }
        }
        jobs::drain(app).await.map(|_| ())
    }

    async fn row(&self, app: &App, cast: &Cast) -> Result<report_issue::Model> {
        let rows = report_issue::Entity::find()
            .filter(report_issue::Column::ContractId.eq(cast.contract.id))
            .filter(report_issue::Column::Code.eq(CODE))
            .all(app.db.read())
            .await?;
        let month = self.month.map(|month| i64::from(month.first().month()));
        rows.into_iter()
            .find(|row| {
                let params: Option<Value> = serde_json::from_str(&row.params).ok();
                params.is_some_and(|params| params.get("month").and_then(Value::as_i64) == month)
            })
            .ok_or_else(|| Error::internal("the monthly report of the demonstration is gone"))
    }
}
