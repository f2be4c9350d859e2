//! The job table: enqueue in the caller's transaction, claim with a lease, finish with its token (L20–L25, L30).
//!
//! A job re-reads its row and acts only if its work is still due; effects inside the database happen
//! in the transaction that finishes the job, so a late finisher throws its result away. Kinds are
//! listed in [`Kind`]; what they do stands in the capabilities.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{HospitalId, JobId};
use entity::job;
use entity::rules::queue;
use entity::values::JobState;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LockBehavior, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::{notification, ticket};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Warns of a clock, or records that it passed its due instant; the subject is the clock.
    ClockPoint,
    /// Reminds of a solution that nobody confirmed, or marks it 院方未确认; the subject is the ticket.
    Unconfirmed,
    /// Sends a notification by e-mail; the subject is the notification.
    Mail,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::ClockPoint, Self::Unconfirmed, Self::Mail];

    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ClockPoint => "CLOCK_POINT",
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Mail => "MAIL",
        }
    }
}

/// A job to enqueue.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What to do.
    pub kind: Kind,
    /// Whose.
    pub hospital: HospitalId,
    /// About which row.
    pub subject: Uuid,
    /// JSON of the kind.
    pub payload: String,
    /// At most one job for ever under this key.
    pub dedup: Option<String>,
    /// Not before.
    pub run_at: DateTime<Utc>,
}

/// Enqueues in the caller's transaction; a second job of the same `dedup` is left out.
///
/// # Errors
/// Those of the database.
pub async fn enqueue(tx: &Tx, app: &App, new: NewJob) -> Result<()> {
    let row = job::ActiveModel {
        id: Set(JobId(app.clock.id())),
        hospital_id: Set(Some(new.hospital)),
        kind: Set(new.kind.word().to_owned()),
        subject: Set(new.subject),
        payload: Set(new.payload),
        dedup: Set(new.dedup),
        state: Set(JobState::Available),
        run_at: Set(new.run_at),
        attempt: Set(0),
        max_attempts: Set(12),
        lease_token: Set(0),
        lease_until_at: Set(None),
        last_error: Set(None),
        created_at: Set(app.clock.now()),
        done_at: Set(None),
    };
    job::Entity::insert(row)
        .on_conflict(
            OnConflict::column(job::Column::Dedup)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Jobs claimed at once.
const BATCH: u64 = 16;
/// How long a claim holds.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// Claims due jobs, oldest first, each with a fresh token.
async fn claim(app: &App) -> Result<Vec<job::Model>> {
    let now = app.clock.now();
    let due = Condition::any()
        .add(
            Condition::all()
                .add(job::Column::State.eq(JobState::Available))
                .add(job::Column::RunAt.lte(now)),
        )
        .add(
            Condition::all()
                .add(job::Column::State.eq(JobState::Running))
                .add(job::Column::LeaseUntilAt.lt(now)),
        );
    let tx = app.db.begin_write().await?;
    let mut query = job::Entity::find()
        .filter(due)
        .order_by_asc(job::Column::RunAt)
        .limit(BATCH);
    if app.db.backend() == DbBackend::Postgres {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let mut claimed = Vec::new();
    for mut row in query.all(&tx).await? {
        if row.attempt >= row.max_attempts {
            // A job that kills its process must not do so for ever.
            set(&tx, &row, JobState::Dead, now, Some("ATTEMPTS"), None).await?;
            continue;
        }
        row.attempt += 1;
        row.lease_token = random()?;
        row.state = JobState::Running;
        job::Entity::update_many()
            .col_expr(job::Column::State, Expr::value(JobState::Running))
            .col_expr(job::Column::Attempt, Expr::value(row.attempt))
            .col_expr(job::Column::LeaseToken, Expr::value(row.lease_token))
            .col_expr(job::Column::LeaseUntilAt, Expr::value(now + LEASE))
            .filter(job::Column::Id.eq(row.id))
            .exec(&tx)
            .await?;
        claimed.push(row);
    }
    tx.commit().await?;
    Ok(claimed)
}

fn random() -> Result<i64> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(i64::from_be_bytes(bytes) | 1)
}

/// Writes the outcome, fenced by the token; `false`: the lease was lost.
async fn set(
    tx: &Tx,
    row: &job::Model,
    state: JobState,
    now: DateTime<Utc>,
    error: Option<&str>,
    run_at: Option<DateTime<Utc>>,
) -> Result<bool> {
    let mut update = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(state))
        .col_expr(job::Column::LeaseToken, Expr::value(0_i64))
        .col_expr(
            job::Column::LastError,
            Expr::value(error.map(str::to_owned)),
        )
        .filter(job::Column::Id.eq(row.id))
        .filter(job::Column::LeaseToken.eq(row.lease_token));
    update = match run_at {
        Some(at) => update.col_expr(job::Column::RunAt, Expr::value(at)),
        None => update.col_expr(job::Column::DoneAt, Expr::value(now)),
    };
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Finishes a job in the transaction of its effect.
///
/// # Errors
/// `INTERNAL` if the lease was lost; the transaction must not be committed then.
pub async fn finish(tx: &Tx, app: &App, row: &job::Model) -> Result<()> {
    if set(tx, row, JobState::Done, app.clock.now(), None, None).await? {
        Ok(())
    } else {
        Err(Error::internal("the lease of a job was lost"))
    }
}

async fn perform(app: &App, row: &job::Model) -> Result<()> {
    let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.word() == row.kind) else {
        return Err(Error::internal("a job of an unknown kind"));
    };
    match kind {
        Kind::ClockPoint => ticket::timer::clock_point(app, row).await,
        Kind::Unconfirmed => ticket::timer::unconfirmed(app, row).await,
        Kind::Mail => notification::mail(app, row).await,
    }
}

async fn fail(app: &App, row: &job::Model, error: &Error) -> Result<()> {
    let now = app.clock.now();
    let wait = queue::backoff(
        u32::try_from(row.attempt).unwrap_or(u32::MAX),
        random()?.unsigned_abs(),
    );
    let tx = app.db.begin_write().await?;
    let dead = row.attempt >= row.max_attempts;
    let state = if dead {
        JobState::Dead
    } else {
        JobState::Available
    };
    set(
        &tx,
        row,
        state,
        now,
        Some(error.code().word()),
        (!dead).then(|| now + wait),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Runs everything that is due now, oldest first; how many jobs were run.
///
/// # Errors
/// Those of the database while claiming; a job that fails is put back with a delay.
pub async fn drain(app: &App) -> Result<usize> {
    let mut count = 0;
    loop {
        let claimed = claim(app).await?;
        if claimed.is_empty() {
            return Ok(count);
        }
        for row in claimed {
            count += 1;
            if let Err(error) = perform(app, &row).await {
                tracing::warn!(job = %row.id, kind = row.kind, attempt = row.attempt, %error, "a job failed");
                fail(app, &row, &error).await?;
            }
        }
    }
}

/// The worker: wakes once a second, and at once when a request committed a job.
pub async fn work(app: App) {
    loop {
        if let Err(error) = drain(&app).await {
            tracing::error!(%error, "the worker could not claim");
        }
        tokio::select! {
            () = app.wake.notified() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}
