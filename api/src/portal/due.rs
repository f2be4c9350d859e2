//! When pages are due: after an act that they show, at the times that notices name, and every day.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::ids::HospitalId;
use entity::knowledge_article::{Column as A, Entity as Articles};
use entity::notice::{Column as N, Entity as Notices};
use entity::portal_revision::Entity as Revisions;
use entity::rules::calendar::civil_date;
use entity::values::NoticeKind;
use sea_orm::sea_query::{Condition, Expr, Func};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::build::NEW_DAY;
use crate::error::Result;

/// Days before its begin from which a planned window is shown.
pub(super) const WINDOW_DAYS: i32 = 30;

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

/// What the notices of a hospital say of times.
pub(super) struct Times {
    /// The last instant at which one began, ended or came near by itself.
    pub passed: At,
    /// When the last banner was published.
    banner: At,
    /// When one was withdrawn last.
    withdrawn: At,
}

/// The times of the notices of a hospital, in one statement: every lane looks at them every second.
///
/// # Errors
/// Those of the database.
pub(super) async fn times(
    db: &impl ConnectionTrait,
    hospital: HospitalId,
    now: DateTime<Utc>,
) -> Result<Times> {
    let near = TimeDelta::days(i64::from(WINDOW_DAYS));
    let latest = |column: N, which: Condition| Func::max(Expr::case(which, column.into_expr()));
    let until = |column: N, to: DateTime<Utc>| {
        let valid = Condition::all().add(N::WithdrawnAt.is_null());
        latest(column, valid.add(column.lte(to)))
    };
    let banners = Condition::all().add(N::Kind.eq(NoticeKind::Disaster));
    let found: Option<(At, At, At, At, At, At)> = Notices::find()
        .select_only()
        .expr_as(until(N::StartsAt, now + near), "near")
        .expr_as(until(N::ValidFromAt, now), "begun")
        .expr_as(until(N::ValidToAt, now), "over")
        .expr_as(until(N::EndsAt, now), "ended")
        .expr_as(latest(N::PublishedAt, banners), "banner")
        .column_as(N::WithdrawnAt.max(), "withdrawn")
        .filter(N::HospitalId.eq(hospital))
        .into_tuple()
        .one(db)
        .await?;
    let (shown, begun, over, ended, banner, withdrawn) = found.unwrap_or_default();
    Ok(Times {
        passed: shown.map(|at| at - near).max(begun).max(over).max(ended),
        banner,
        withdrawn,
    })
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
    let times = times(db, hospital, now).await?;
    let retired: Option<At> = Articles::find()
        .select_only()
        .column_as(A::RetiredAt.max(), "at")
        .filter(A::HospitalId.eq(hospital))
        .into_tuple()
        .one(db)
        .await?;
    Ok(Due {
        // A hospital without a change has pages too.
        revision: row.map_or(0, |row| row.revision),
        day: civil_date(now - NEW_DAY),
        passed: times.passed,
        urgent: [times.banner, times.withdrawn, retired.flatten()],
    })
}
