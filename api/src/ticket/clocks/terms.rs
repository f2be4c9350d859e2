//! What a contract says: its parameter sets, its annex and its calendar, in every version.
//!
//! A clock is replayed under the versions that stand on it (S17); new clocks take those in force
//! today. A contract without a calendar is an error, never 24×7 (S20).

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use entity::ids::HospitalId;
use entity::rules::calendar::{Calendar, CalendarYear, Notice, civil_date, end_of};
use entity::rules::catalog::Span;
use entity::rules::sla::{ResolutionTargets, Silence};
use entity::values::{CalendarMissing, Severity};
use entity::{contract, parameter_set, sla_annex, sla_clock, ticket, work_calendar};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::error::{Error, Result, UserErrorCode};

/// The contract of a ticket.
///
/// # Errors
/// Those of the database.
pub async fn contract_of(
    db: &impl ConnectionTrait,
    row: &ticket::Model,
) -> Result<contract::Model> {
    contract::Entity::find_by_id(row.contract_id)
        .one(db)
        .await?
        .ok_or_else(|| Error::internal("a ticket without a contract"))
}

/// The terms of a contract.
#[derive(Clone, Debug)]
pub struct ContractTerms {
    /// Parameters in force today.
    pub parameters: parameter_set::Model,
    /// The signed annex in force today, if there is one.
    pub annex: Option<sla_annex::Model>,
    /// The calendar as it stands today.
    pub calendar: Calendar,
    versions: Vec<parameter_set::Model>,
    years: Vec<work_calendar::Model>,
    /// Last year that is counted provisionally while its notice is missing.
    reach: Option<i32>,
}

/// Years ahead of today that a limit may reach into.
const AHEAD: i32 = 10;

impl ContractTerms {
    /// Reads the terms of a contract.
    ///
    /// # Errors
    /// `CALENDAR_MISSING` without any calendar, those of the database.
    pub async fn read(
        db: &impl ConnectionTrait,
        contract: &contract::Model,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let today = civil_date(now);
        let versions = parameter_set::Entity::find()
            .filter(parameter_set::Column::HospitalId.eq(contract.hospital_id))
            .filter(parameter_set::Column::ContractId.eq(contract.id))
            .order_by_desc(parameter_set::Column::Version)
            .all(db)
            .await?;
        let parameters = versions
            .iter()
            .find(|set| set.effective_from_on <= today)
            .cloned()
            .ok_or_else(|| Error::internal("a contract without parameters"))?;
        let annex = sla_annex::Entity::find()
            .filter(sla_annex::Column::HospitalId.eq(contract.hospital_id))
            .filter(sla_annex::Column::ContractId.eq(contract.id))
            .filter(sla_annex::Column::EffectiveFromOn.lte(today))
            .order_by_desc(sla_annex::Column::Version)
            .one(db)
            .await?;
        let years = work_calendar::Entity::find()
            .filter(work_calendar::Column::HospitalId.eq(contract.hospital_id))
            .order_by_asc(work_calendar::Column::Revision)
            .all(db)
            .await?;
        let mut calendar = calendar(&years)?;
        if calendar.years.is_empty() {
            return Err(UserErrorCode::CalendarMissing.into());
        }
        let reach = match parameters.calendar_missing {
            CalendarMissing::Provisional => Some(today.year() + AHEAD),
            CalendarMissing::Refuse => None,
        };
        if let Some(last) = reach {
            calendar.fill(last);
        }
        Ok(Self {
            parameters,
            annex,
            calendar,
            versions,
            years,
            reach,
        })
    }

    /// The parameters under which a clock runs.
    #[must_use]
    pub fn parameters_of(&self, clock: &sla_clock::Model) -> &parameter_set::Model {
        self.versions
            .iter()
            .find(|set| set.version == clock.policy_version)
            .unwrap_or(&self.parameters)
    }

    /// The calendar under which a clock runs: what was imported up to its version, and later
    /// imports only for years that were missing or provisional then.
    ///
    /// # Errors
    /// `INTERNAL` for a damaged row.
    pub fn calendar_of(&self, clock: &sla_clock::Model) -> Result<Calendar> {
        let known = self
            .years
            .iter()
            .filter(|year| year.version == clock.calendar_version)
            .map(|year| year.imported_at)
            .max();
        let Some(known) = known else {
            return Ok(self.calendar.clone());
        };
        let mut then: Vec<work_calendar::Model> = self
            .years
            .iter()
            .filter(|year| year.imported_at <= known)
            .cloned()
            .collect();
        let settled = |year: i32, then: &[work_calendar::Model]| {
            then.iter().any(|row| row.year == year && !row.provisional)
        };
        let later: Vec<work_calendar::Model> = self
            .years
            .iter()
            .filter(|row| row.imported_at > known && !settled(row.year, &then))
            .cloned()
            .collect();
        then.extend(later);
        let mut calendar = calendar(&then)?;
        if let Some(last) = self.reach {
            calendar.fill(last);
        }
        calendar.version.clone_from(&clock.calendar_version);
        Ok(calendar)
    }

    /// 24:00 of the working day that lies `days` behind the day of an instant.
    ///
    /// # Errors
    /// `CALENDAR_MISSING`.
    pub fn end_of_wd(&self, from: DateTime<Utc>, days: i32) -> Result<DateTime<Utc>> {
        let on = self
            .calendar
            .wd_add(civil_date(from), u32::try_from(days).unwrap_or(0))?;
        Ok(end_of(on.value))
    }

    /// Resolution targets of the annex in force.
    #[must_use]
    pub fn targets(&self) -> Option<ResolutionTargets> {
        self.annex.as_ref().map(|annex| ResolutionTargets {
            by_severity: [
                (Severity::S1, Span::Seconds(annex.s1_s)),
                (Severity::S2, Span::Seconds(annex.s2_s)),
                (Severity::S3, Span::Seconds(annex.s3_s)),
                (
                    Severity::S4,
                    Span::WorkingDays(u32::try_from(annex.s4_wd).unwrap_or(5)),
                ),
            ]
            .into(),
        })
    }
}

/// The calendar of a hospital in the year of `now` and the next one, for service time.
///
/// # Errors
/// Those of the database.
pub async fn calendar_around(
    db: &impl ConnectionTrait,
    hospital: HospitalId,
    now: DateTime<Utc>,
) -> Result<Calendar> {
    let year = civil_date(now).year();
    let years = work_calendar::Entity::find()
        .filter(work_calendar::Column::HospitalId.eq(hospital))
        .filter(work_calendar::Column::Year.is_in([year, year + 1]))
        .order_by_asc(work_calendar::Column::Revision)
        .all(db)
        .await?;
    calendar(&years)
}

/// When silence is reminded of, and when it counts as solved (S35).
#[must_use]
pub fn silence_of(parameters: &parameter_set::Model) -> Silence {
    Silence {
        wd: u32::try_from(parameters.confirm_reminder_wd).unwrap_or(3),
        times: u32::try_from(parameters.confirm_reminders).unwrap_or(2),
    }
}

/// The calendar of rows in the order of their revisions; a provisional year only fills a gap.
fn calendar(rows: &[work_calendar::Model]) -> Result<Calendar> {
    let mut calendar = Calendar::empty("");
    let mut newest = None;
    for row in rows {
        let settled = calendar
            .years
            .get(&row.year)
            .is_some_and(|year| !year.provisional);
        if row.provisional && settled {
            continue;
        }
        let dates =
            |text: &str| serde_json::from_str::<Vec<NaiveDate>>(text).map_err(Error::internal);
        let notice = row
            .notice_no
            .clone()
            .zip(row.notice_on)
            .map(|(doc, on)| Notice {
                title: row.notice_title.clone().unwrap_or_else(|| doc.clone()),
                doc,
                on,
            });
        let year = CalendarYear::whole_days(
            dates(&row.holidays)?,
            dates(&row.workdays)?,
            notice,
            row.provisional,
        );
        calendar.years.insert(row.year, year);
        let rank = (row.imported_at, row.version.clone());
        if !row.provisional && newest.as_ref().is_none_or(|newest| rank > *newest) {
            calendar.version.clone_from(&row.version);
            newest = Some(rank);
        }
    }
    Ok(calendar)
}
