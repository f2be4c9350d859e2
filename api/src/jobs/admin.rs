//! Dead jobs in the hands of an administrator: listed, run again, given up; each act is audited (L25).

use entity::ids::JobId;
use entity::job;
use entity::values::JobState;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Error, Result, UserErrorCode};
use crate::requester::Requester;

/// Attempts that a job gets when it is run again.
const AGAIN: i32 = 12;

/// Dead jobs, oldest first, one line each; with `all` also those that wait or run.
///
/// # Errors
/// Those of the database.
pub async fn list(app: &App, all: bool) -> Result<Vec<String>> {
    let mut states = vec![JobState::Dead];
    if all {
        states.extend([JobState::Available, JobState::Running]);
    }
    let rows = job::Entity::find()
        .filter(job::Column::State.is_in(states))
        .order_by_asc(job::Column::RunAt)
        .order_by_asc(job::Column::Id)
        .all(app.db.read())
        .await?;
    let line = |row: job::Model| {
        format!(
            "{}  {}  {}  {}  {}/{}  {}",
            row.id,
            row.kind,
            row.state,
            row.run_at
                .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            row.attempt,
            row.max_attempts,
            row.last_error.as_deref().unwrap_or("-")
        )
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Puts a dead job back; it is due at once.
///
/// # Errors
/// `NOT_FOUND`, `WRONG_STATE`, those of the database.
pub async fn retry(app: &App, id: &str) -> Result<()> {
    decide(app, id, "job.retry", JobState::Available).await
}

/// Gives a dead job up.
///
/// # Errors
/// `NOT_FOUND`, `WRONG_STATE`, those of the database.
pub async fn discard(app: &App, id: &str) -> Result<()> {
    decide(app, id, "job.discard", JobState::Cancelled).await
}

async fn decide(app: &App, id: &str, action: &str, state: JobState) -> Result<()> {
    let absent = || Error::from(UserErrorCode::NotFound);
    let id = JobId::parse(id).ok_or_else(absent)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let row = job::Entity::find_by_id(id)
        .one(&tx)
        .await?
        .ok_or_else(absent)?;
    let mut update = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(state))
        .filter(job::Column::Id.eq(id))
        .filter(job::Column::State.eq(JobState::Dead));
    update = if state == JobState::Available {
        // Attempts are never counted anew: each has a row of its own.
        update
            .col_expr(
                job::Column::MaxAttempts,
                Expr::col(job::Column::Attempt).add(AGAIN),
            )
            .col_expr(job::Column::RunAt, Expr::value(now))
            .col_expr(
                job::Column::DoneAt,
                Expr::value(Option::<chrono::DateTime<chrono::Utc>>::None),
            )
    } else {
        update.col_expr(job::Column::DoneAt, Expr::value(now))
    };
    if update.exec(&tx).await?.rows_affected != 1 {
        return Err(Error::from(UserErrorCode::WrongState).detail(
            format!("该作业不是死信：{}", row.state),
            format!("the job is not dead: {}", row.state),
        ));
    }
    audit::append(
        &tx,
        now,
        row.hospital_id,
        &Requester::system(),
        Act::done(action, "job", id.0),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
