//! When pages are due: after an act that they show, at the times that notices name, and every day.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::ids::HospitalId;
use entity::knowledge_article::{Column as A, Entity as Articles};
use entity::notice::{Column as N, Entity as Notices};
use entity::portal_revision::Entity as Revisions;
use entity::rules::calendar::civil_date;
use entity::values::NoticeKind;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::build::NEW_DAY;
use crate::error::Result;

/// Days before its begin from which a planned window is shown.
pub(super) const WINDOW_DAYS: i64 = 30;

/// State of what decides about the pages of a hospital: another state, and they are made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// The revision of the data.
    pub revision: i64,
    /// The day, which begins five minutes late.
    pub day: NaiveDate,
    /// The last instant at which a notice began, ended or came near by itself.
    pub passed: Option<DateTime<Utc>>,
    /// The last banner, and the last withdrawals of a notice and of an article: nothing waits when one is another
    /// (SG-QUAR-2).
    pub urgent: [Option<DateTime<Utc>>; 3],
}

type At = Option<DateTime<Utc>>;

/// The latest instant of a column that is not after `to`.
async fn last(
    db: &impl ConnectionTrait,
    hospital: HospitalId,
    column: N,
    to: DateTime<Utc>,
) -> Result<At> {
    let found: Option<At> = Notices::find()
        .select_only()
        .column_as(column.max(), "at")
        .filter(N::HospitalId.eq(hospital))
        .filter(N::WithdrawnAt.is_null())
        .filter(column.lte(to))
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.flatten())
}

/// The last instant at which a notice began, ended or came near by itself.
///
/// # Errors
/// Those of the database.
pub(super) async fn passed(
    db: &impl ConnectionTrait,
    hospital: HospitalId,
    now: DateTime<Utc>,
) -> Result<At> {
    let near = TimeDelta::days(WINDOW_DAYS);
    let mut latest = last(db, hospital, N::StartsAt, now + near)
        .await?
        .map(|at| at - near);
    for column in [N::ValidFromAt, N::ValidToAt, N::EndsAt] {
        latest = latest.max(last(db, hospital, column, now).await?);
    }
    Ok(latest)
}

async fn urgent(db: &impl ConnectionTrait, hospital: HospitalId) -> Result<[At; 3]> {
    let notice = |column: N| {
        Notices::find()
            .select_only()
            .column_as(column.max(), "at")
            .filter(N::HospitalId.eq(hospital))
    };
    let banner: Option<At> = notice(N::PublishedAt)
        .filter(N::Kind.eq(NoticeKind::Disaster))
        .into_tuple()
        .one(db)
        .await?;
    let withdrawn: Option<At> = notice(N::WithdrawnAt).into_tuple().one(db).await?;
    let retired: Option<At> = Articles::find()
        .select_only()
        .column_as(A::RetiredAt.max(), "at")
        .filter(A::HospitalId.eq(hospital))
        .into_tuple()
        .one(db)
        .await?;
    Ok([banner.flatten(), withdrawn.flatten(), retired.flatten()])
}

/// The state of now.
///
/// # Errors
/// Those of the database.
pub(super) async fn due(
    db: &impl ConnectionTrait,
    hospital: HospitalId,
    now: DateTime<Utc>,
) -> Result<Due> {
    let row = Revisions::find_by_id(hospital).one(db).await?;
    Ok(Due {
        // A hospital without a change has pages too.
        revision: row.map_or(0, |row| row.revision),
        day: civil_date(now - NEW_DAY),
        passed: passed(db, hospital, now).await?,
        urgent: urgent(db, hospital).await?,
    })
}
