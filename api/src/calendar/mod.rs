//! The working-day calendar of a hospital: imported a year at a time, versioned (S17, S20).
//!
//! Rows are only ever added: a year that comes in again with other content is a further revision, and
//! clocks go on under the version that stands on them. The exception are open due dates that were
//! provisional for want of the year: a job counts them again. Half days are not held.

pub mod graphql;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use entity::ids::{CalendarId, HospitalId, PersonId};
use entity::rules::access::Permission;
use entity::rules::calendar::{Calendar, CalendarYear, LoadError};
use entity::values::SlaClockState;
use entity::{job, sla_clock, ticket, work_calendar};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::jobs::{self, Kind, NewJob};
use crate::requester::Requester;
use crate::ticket::clocks::{self, Clocks, ContractTerms, contract_of};

/// What became of a year of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Stored as this revision.
    Stored(i32),
    /// The same content was there as this revision.
    Unchanged(i32),
    /// A provisional year never replaces an official one.
    OfficialStays,
}

/// Stores the years of a calendar, each as its next revision.
///
/// # Errors
/// `INVALID` for other content under a version that was imported before; those of the database.
pub async fn store(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    by: Option<PersonId>,
    calendar: &Calendar,
) -> Result<BTreeMap<i32, Outcome>> {
    let mut outcomes = BTreeMap::new();
    for (number, year) in &calendar.years {
        let kept = work_calendar::Entity::find()
            .filter(work_calendar::Column::HospitalId.eq(hospital))
            .filter(work_calendar::Column::Year.eq(*number))
            .order_by_desc(work_calendar::Column::Revision)
            .all(tx)
            .await?;
        let next = row_of(app, hospital, by, calendar, *number, year, kept.first())?;
        let outcome = if year.provisional && kept.iter().any(|row| !row.provisional) {
            Outcome::OfficialStays
        } else if let Some(same) = kept.first().filter(|row| has_content_of(row, &next)) {
            Outcome::Unchanged(same.revision)
        } else {
            if !year.provisional
                && kept
                    .iter()
                    .any(|row| row.version == next.version && !row.provisional)
            {
                return Err(Error::from(UserErrorCode::Invalid).at(["file"]).detail(
                    format!("_meta.version：版本 {} 已导入过 {number} 年的其他内容，请使用新版本号", next.version),
                    format!("_meta.version: version {} was imported with another year {number}; give the file a new version", next.version),
                ));
            }
            let revision = next.revision;
            next.into_active_model().reset_all().insert(tx).await?;
            Outcome::Stored(revision)
        };
        outcomes.insert(*number, outcome);
    }
    Ok(outcomes)
}

fn row_of(
    app: &App,
    hospital: HospitalId,
    by: Option<PersonId>,
    calendar: &Calendar,
    number: i32,
    year: &CalendarYear,
    latest: Option<&work_calendar::Model>,
) -> Result<work_calendar::Model> {
    let json = |dates: Vec<_>| serde_json::to_string(&dates).map_err(Error::internal);
    Ok(work_calendar::Model {
        id: CalendarId(app.clock.id()),
        hospital_id: hospital,
        year: number,
        revision: latest.map_or(0, |row| row.revision) + 1,
        version: calendar.version.clone(),
        holidays: json(year.holidays.keys().collect())?,
        workdays: json(year.workdays.keys().collect())?,
        provisional: year.provisional,
        notice_title: year.notice.as_ref().map(|notice| notice.title.clone()),
        notice_no: year.notice.as_ref().map(|notice| notice.doc.clone()),
        notice_on: year.notice.as_ref().map(|notice| notice.on),
        imported_by: by,
        imported_at: app.clock.now(),
    })
}

fn has_content_of(row: &work_calendar::Model, other: &work_calendar::Model) -> bool {
    row.holidays == other.holidays
        && row.workdays == other.workdays
        && row.provisional == other.provisional
        && row.notice_no == other.notice_no
        && row.notice_on == other.notice_on
}

fn unreadable(error: LoadError) -> Error {
    Error::from(UserErrorCode::Invalid)
        .at(["file"])
        .detail(
            format!("{}：{}", error.at, error.zh),
            format!("{}: {}", error.at, error.en),
        )
        .caused_by(error)
}

/// Imports a calendar file for the hospital: all its years or nothing. Open provisional due dates are
/// counted again by a job.
///
/// # Errors
/// `FORBIDDEN`; `INVALID` that names the place in the file.
pub async fn import(app: &App, who: &Requester, file: &str) -> Result<BTreeMap<i32, Outcome>> {
    let hospital = who.desk(Permission::CalendarImport)?;
    let calendar = Calendar::from_import(file).map_err(unreadable)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let outcomes = store(&tx, app, hospital, who.person_id(), &calendar).await?;
    let stored = outcomes
        .values()
        .any(|outcome| matches!(outcome, Outcome::Stored(_)));
    if stored {
        let job = NewJob {
            kind: Kind::Calendar,
            hospital,
            subject: hospital.0,
            payload: "{}".to_owned(),
            dedup: None,
            run_at: now,
        };
        jobs::enqueue(&tx, app, job).await?;
    }
    let act = Act::done("calendar.import", "hospital", hospital.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(outcomes)
}

/// Counts the open provisional due dates of a hospital again, after a year came in.
///
/// # Errors
/// Those of the database; the job is tried again.
pub async fn recount(app: &App, job: &job::Model) -> Result<()> {
    let hospital = HospitalId(job.subject);
    let tx = app.db.begin_write().await?;
    let open = sla_clock::Entity::find()
        .filter(sla_clock::Column::HospitalId.eq(hospital))
        .filter(sla_clock::Column::Provisional.eq(true))
        .filter(sla_clock::Column::State.is_in([SlaClockState::Running, SlaClockState::Paused]))
        .all(&tx)
        .await?;
    let mut terms = BTreeMap::new();
    let system = Requester::system();
    let tickets: BTreeSet<_> = open.iter().map(|clock| clock.ticket_id).collect();
    let mut settled = 0_usize;
    for id in tickets {
        let Some(row) = ticket::Entity::find_by_id(id).one(&tx).await? else {
            continue;
        };
        let terms = match terms.entry(row.contract_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let contract = contract_of(&tx, &row).await?;
                place.insert(ContractTerms::read(&tx, &contract, app.clock.now()).await?)
            }
        };
        let clocks = Clocks::new(&tx, app, &system, terms);
        for clock in open.iter().filter(|clock| clock.ticket_id == id) {
            let (after, _) = clocks.refresh(clock.clone()).await?;
            settled += usize::from(!after.provisional);
        }
        let due = clocks::next_due(&tx, &row).await?;
        let mut row = row.into_active_model();
        row.next_due_at = Set(due);
        row.update(&tx).await?;
    }
    jobs::finish(&tx, app, job).await?;
    if !open.is_empty() {
        let mut act = Act::done("calendar.recount", "hospital", hospital.0);
        act.reason = Some(format!("{settled} of {} provisional", open.len()));
        audit::append(&tx, app.clock.now(), Some(hospital), &system, act).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The years of the hospitals, each in its latest revision that counts.
///
/// # Errors
/// `UNAUTHENTICATED`, those of the database.
pub async fn years(app: &App, who: &Requester) -> Result<Vec<work_calendar::Model>> {
    who.reader(entity::values::TokenScope::DirectoryRead)?;
    let rows = work_calendar::Entity::find()
        .filter(work_calendar::Column::HospitalId.is_in(who.hospitals()))
        .order_by_asc(work_calendar::Column::Revision)
        .all(app.db.read())
        .await?;
    let mut latest: BTreeMap<(HospitalId, i32), work_calendar::Model> = BTreeMap::new();
    for row in rows {
        let key = (row.hospital_id, row.year);
        let stays = latest
            .get(&key)
            .is_some_and(|kept| row.provisional && !kept.provisional);
        if !stays {
            latest.insert(key, row);
        }
    }
    Ok(latest.into_values().collect())
}
