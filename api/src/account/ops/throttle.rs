//! Attempts to sign in are rows, so they survive a restart and all nodes count the same ones (G50).
//!
//! The rule is `entity::rules::throttle`; here it meets the rows it needs and no more.

use chrono::{DateTime, TimeDelta, Utc};
use entity::login_attempt::{self, Column};
use entity::rules::throttle::{self, Attempt, Verdict};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use crate::app::App;
use crate::db::Tx;
use crate::error::{Code, Error, Result, UserErrorCode};

/// Failures of a day that lock an account.
const DAY: u64 = 100;

/// Whether an attempt may be made now.
///
/// # Errors
/// `RATE_LIMITED` with the time to wait, `LOGIN_FAILED` for an account locked for the day.
pub(super) async fn check(
    db: &impl ConnectionTrait,
    account: &str,
    source: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let failed = |since: DateTime<Utc>| {
        login_attempt::Entity::find()
            .filter(Column::At.gt(since))
            .filter(Column::Success.eq(false))
            .order_by_desc(Column::At)
            .limit(DAY)
    };
    let of_account = failed(now - TimeDelta::days(1)).filter(Column::Account.eq(account));
    let of_source = failed(now - TimeDelta::minutes(15))
        .filter(Column::Source.eq(source))
        .filter(Column::Account.ne(account));
    let last_good = login_attempt::Entity::find()
        .filter(Column::Account.eq(account))
        .filter(Column::At.gt(now - TimeDelta::days(1)))
        .filter(Column::Source.eq(source))
        .filter(Column::Success.eq(true))
        .order_by_desc(Column::At)
        .limit(1);
    let mut attempts = Vec::new();
    for query in [of_account, of_source, last_good] {
        attempts.extend(query.all(db).await?.into_iter().map(|row| Attempt {
            at: row.at,
            success: row.success,
            account: row.account,
            source: row.source,
        }));
    }
    match throttle::decide(&attempts, account, source, now) {
        Verdict::Allowed => Ok(()),
        Verdict::DelayUntil(until) => {
            let wait = u64::try_from((until - now).num_seconds().max(1)).unwrap_or(1);
            Err(Error::new(Code::RateLimited).retry_after(wait))
        }
        Verdict::LockedForDay => Err(UserErrorCode::LoginFailed.into()),
    }
}

/// Writes an attempt.
///
/// # Errors
/// Those of the database.
pub(super) async fn attempt(
    tx: &Tx,
    app: &App,
    account: &str,
    source: &str,
    success: bool,
) -> Result<()> {
    login_attempt::ActiveModel {
        id: Set(app.clock.id()),
        account: Set(account.to_owned()),
        source: Set(source.to_owned()),
        at: Set(app.clock.now()),
        success: Set(success),
    }
    .insert(tx)
    .await?;
    Ok(())
}

/// Whether the account has failed so often today that it is locked until somebody unlocks it.
///
/// # Errors
/// Those of the database.
pub(super) async fn is_locked_for_day(tx: &Tx, account: &str, now: DateTime<Utc>) -> Result<bool> {
    let failures = login_attempt::Entity::find()
        .filter(Column::Account.eq(account))
        .filter(Column::At.gt(now - TimeDelta::days(1)))
        .filter(Column::Success.eq(false))
        .count(tx)
        .await?;
    Ok(failures >= DAY)
}

/// Forgets the failures of an account, when an administrator lets it in again.
///
/// # Errors
/// Those of the database.
pub(super) async fn forgive(tx: &Tx, account: &str) -> Result<()> {
    login_attempt::Entity::delete_many()
        .filter(Column::Account.eq(account))
        .filter(Column::Success.eq(false))
        .exec(tx)
        .await?;
    Ok(())
}
