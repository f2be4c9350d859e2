//! Claims: who holds a job, for how long, and what happens to a result that comes too late (L21–L24).
//!
//! Every write about a running job asks for its token. A claim of another start of the process is
//! free at once on SQLite, because only one process serves a file; elsewhere when its time is over.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::JobId;
use entity::values::{JobOutcome, JobState};
use entity::{job, job_run};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Kind;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};

/// How long claims hold, and how often they are renewed.
#[derive(Clone, Copy, Debug)]
pub struct Leases {
    /// How long a claim holds without a sign of life.
    pub hold: TimeDelta,
    /// How often the claims of this process are renewed.
    pub beat: Duration,
    /// After how long without a renewal this process stops by itself; before `hold` is over.
    pub fence: Duration,
}

impl Default for Leases {
    fn default() -> Self {
        Self {
            hold: TimeDelta::seconds(30),
            beat: Duration::from_secs(10),
            fence: Duration::from_secs(20),
        }
    }
}

/// Jobs that this process holds.
#[derive(Debug)]
pub struct Held(Mutex<State>);

#[derive(Debug)]
struct State {
    jobs: HashMap<JobId, Claimed>,
    renewed: Instant,
}

#[derive(Debug)]
struct Claimed {
    token: i64,
    /// Cancelled when the claim can no longer be relied on.
    given_up: CancellationToken,
}

impl Default for Held {
    fn default() -> Self {
        Self(Mutex::new(State {
            jobs: HashMap::new(),
            renewed: Instant::now(),
        }))
    }
}

impl Held {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, rows: &[job::Model]) {
        let mut state = self.state();
        if state.jobs.is_empty() {
            state.renewed = Instant::now();
        }
        for row in rows {
            let claimed = Claimed {
                token: row.lease_token,
                given_up: CancellationToken::new(),
            };
            state.jobs.insert(row.id, claimed);
        }
    }

    /// A claim is over, whatever became of it.
    pub fn forget(&self, row: &job::Model) {
        let mut state = self.state();
        let ours = |claimed: &Claimed| claimed.token == row.lease_token;
        if state.jobs.get(&row.id).is_some_and(ours) {
            state.jobs.remove(&row.id);
        }
    }

    /// Whether a claim was given up; a job that is not held counts by its token alone.
    pub(super) fn is_given_up(&self, row: &job::Model) -> bool {
        self.state().jobs.get(&row.id).is_some_and(|claimed| {
            claimed.token != row.lease_token || claimed.given_up.is_cancelled()
        })
    }

    fn tokens(&self) -> Vec<(JobId, i64)> {
        let state = self.state();
        state
            .jobs
            .iter()
            .map(|(id, claimed)| (*id, claimed.token))
            .collect()
    }

    /// Whether claims were not renewed for so long that they may be lost.
    #[must_use]
    pub fn is_fenced(&self, leases: &Leases) -> bool {
        let state = self.state();
        !state.jobs.is_empty() && state.renewed.elapsed() > leases.fence
    }

    /// Gives up every claim that is not in `kept`.
    fn keep(&self, kept: &[(JobId, i64)]) {
        for (id, claimed) in &self.state().jobs {
            if !kept.contains(&(*id, claimed.token)) {
                claimed.given_up.cancel();
            }
        }
    }
}

/// The lease was lost; the result must be thrown away.
#[derive(Clone, Copy, Debug)]
pub struct LeaseLost;

impl std::fmt::Display for LeaseLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the lease of a job was lost")
    }
}

impl std::error::Error for LeaseLost {}

/// What may be claimed now.
fn due(app: &App, kinds: &[Kind], now: DateTime<Utc>) -> Condition {
    let waiting = Condition::all()
        .add(job::Column::State.eq(JobState::Available))
        .add(job::Column::RunAt.lte(now));
    let mut over = Condition::any().add(job::Column::LeaseUntilAt.lt(now));
    if app.db.backend() == DbBackend::Sqlite {
        over = over
            .add(job::Column::Node.ne(app.node))
            .add(job::Column::Node.is_null());
    }
    let abandoned = Condition::all()
        .add(job::Column::State.eq(JobState::Running))
        .add(over);
    Condition::all()
        .add(job::Column::Kind.is_in(kinds.iter().map(|kind| kind.word())))
        .add(Condition::any().add(waiting).add(abandoned))
}

/// Claims at most `limit` due jobs, oldest first, each with a fresh token and a row of its attempt.
///
/// # Errors
/// Those of the database.
pub async fn claim(app: &App, kinds: &[Kind], limit: u64) -> Result<Vec<job::Model>> {
    let now = app.clock.now();
    // Asked of the readers first, so that an idle worker does not take the only writer every second.
    let anything = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(due(app, kinds, now))
        .limit(1)
        .into_tuple::<JobId>()
        .one(app.db.read())
        .await?;
    if anything.is_none() {
        return Ok(Vec::new());
    }
    let tx = app.db.begin_write().await?;
    let mut query = job::Entity::find()
        .filter(due(app, kinds, now))
        .order_by_asc(job::Column::RunAt)
        .order_by_asc(job::Column::Id)
        .limit(limit);
    if app.db.backend() == DbBackend::Postgres {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let rows = query.all(&tx).await?;
    lose(&tx, &rows, now).await?;
    // A job that kills its process must not do so for ever.
    let (dead, mut claimed): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|row| row.attempt >= row.max_attempts);
    for row in &dead {
        set(&tx, row, JobState::Dead, now, Some("ATTEMPTS"), None).await?;
    }
    let token = super::random()?;
    let until = now + app.config.leases.hold;
    job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(JobState::Running))
        .col_expr(job::Column::Attempt, Expr::col(job::Column::Attempt).add(1))
        .col_expr(job::Column::LeaseToken, Expr::value(token))
        .col_expr(job::Column::LeaseUntilAt, Expr::value(until))
        .col_expr(job::Column::Node, Expr::value(app.node))
        .filter(job::Column::Id.is_in(claimed.iter().map(|row| row.id)))
        .exec(&tx)
        .await?;
    for row in &mut claimed {
        row.state = JobState::Running;
        row.attempt += 1;
        row.lease_token = token;
        row.lease_until_at = Some(until);
        row.node = Some(app.node);
    }
    if !claimed.is_empty() {
        let runs = claimed.iter().map(|row| job_run::ActiveModel {
            job_id: Set(row.id),
            attempt: Set(row.attempt),
            node: Set(app.node),
            started_at: Set(now),
            ended_at: Set(None),
            outcome: Set(None),
        });
        job_run::Entity::insert_many(runs)
            .exec_without_returning(&tx)
            .await?;
    }
    tx.commit().await?;
    for row in &dead {
        app.metrics.job_dead(Kind::label(&row.kind));
    }
    app.held.add(&claimed);
    Ok(claimed)
}

/// Ends the attempts of abandoned jobs.
async fn lose(tx: &Tx, rows: &[job::Model], now: DateTime<Utc>) -> Result<()> {
    let abandoned: Vec<JobId> = rows
        .iter()
        .filter(|row| row.state == JobState::Running)
        .map(|row| row.id)
        .collect();
    if !abandoned.is_empty() {
        job_run::Entity::update_many()
            .col_expr(job_run::Column::EndedAt, Expr::value(now))
            .col_expr(job_run::Column::Outcome, Expr::value(JobOutcome::Lost))
            .filter(job_run::Column::JobId.is_in(abandoned))
            .filter(job_run::Column::EndedAt.is_null())
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Writes the outcome, fenced by the token; `false`: the lease was lost.
pub(super) async fn set(
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
    if update.exec(tx).await?.rows_affected != 1 {
        return Ok(false);
    }
    let outcome = match state {
        JobState::Done | JobState::Cancelled => JobOutcome::Done,
        JobState::Dead => JobOutcome::Dead,
        JobState::Available | JobState::Running => JobOutcome::Retried,
    };
    job_run::Entity::update_many()
        .col_expr(job_run::Column::EndedAt, Expr::value(now))
        .col_expr(job_run::Column::Outcome, Expr::value(outcome))
        .filter(job_run::Column::JobId.eq(row.id))
        .filter(job_run::Column::Attempt.eq(row.attempt))
        .filter(job_run::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(true)
}

/// Puts back jobs that were claimed and not begun; the attempt does not count.
pub(super) async fn release(app: &App, rows: &[job::Model]) -> Result<()> {
    let tx = app.db.begin_write().await?;
    for row in rows {
        let put_back = job::Entity::update_many()
            .col_expr(job::Column::State, Expr::value(JobState::Available))
            .col_expr(job::Column::LeaseToken, Expr::value(0_i64))
            .col_expr(job::Column::Attempt, Expr::value(row.attempt - 1))
            .filter(job::Column::Id.eq(row.id))
            .filter(job::Column::LeaseToken.eq(row.lease_token))
            .exec(&tx)
            .await?;
        if put_back.rows_affected == 1 {
            job_run::Entity::delete_by_id((row.id, row.attempt))
                .exec(&tx)
                .await?;
        }
        app.held.forget(row);
    }
    tx.commit().await?;
    Ok(())
}

/// Renews every claim of this process with one statement, and gives up those that are gone.
async fn renew(app: &App, held: &[(JobId, i64)]) -> Result<()> {
    let mine = Condition::all()
        .add(job::Column::State.eq(JobState::Running))
        .add(job::Column::Id.is_in(held.iter().map(|(id, _)| *id)))
        .add(job::Column::LeaseToken.is_in(held.iter().map(|(_, token)| *token)));
    let tx = app.db.begin_write().await?;
    let renewed = job::Entity::update_many()
        .col_expr(
            job::Column::LeaseUntilAt,
            Expr::value(app.clock.now() + app.config.leases.hold),
        )
        .filter(mine.clone())
        .exec(&tx)
        .await?;
    let all = usize::try_from(renewed.rows_affected).is_ok_and(|count| count == held.len());
    let kept: Vec<(JobId, i64)> = if all {
        held.to_vec()
    } else {
        job::Entity::find()
            .select_only()
            .columns([job::Column::Id, job::Column::LeaseToken])
            .filter(mine)
            .into_tuple()
            .all(&tx)
            .await?
    };
    tx.commit().await?;
    let gone: Vec<_> = held.iter().filter(|one| !kept.contains(one)).collect();
    if !gone.is_empty() {
        tracing::warn!(count = gone.len(), "leases were lost");
        let mut still = app.held.tokens();
        still.retain(|one| !gone.contains(&one));
        app.held.keep(&still);
    }
    Ok(())
}

/// Renews the claims of this process for as long as it is run. Without a renewal for too long
/// every claim is given up: another process may hold it by then.
pub(super) async fn beat(app: App) {
    let leases = app.config.leases;
    // A renewal that hangs is waited for, not dropped: it may be in the middle of a transaction.
    let mut under_way: Option<tokio::task::JoinHandle<Result<()>>> = None;
    loop {
        let held = app.held.tokens();
        let started = Instant::now();
        if held.is_empty() && under_way.is_none() {
            app.held.state().renewed = started;
        } else {
            let task = under_way.get_or_insert_with(|| {
                let app = app.clone();
                tokio::spawn(async move { renew(&app, &held).await })
            });
            match tokio::time::timeout(leases.beat / 2, task).await {
                Ok(done) => {
                    under_way = None;
                    match done.map_err(Error::internal) {
                        Ok(Ok(())) => app.held.state().renewed = started,
                        Ok(Err(error)) | Err(error) => {
                            tracing::warn!(%error, "leases could not be renewed");
                        }
                    }
                }
                Err(_elapsed) => tracing::warn!("the renewal of leases hangs"),
            }
        }
        if app.held.is_fenced(&leases) {
            app.held.keep(&[]);
        }
        let failing = app.held.state().renewed < started;
        let pause = if failing {
            leases.beat / 10
        } else {
            leases.beat
        };
        tokio::time::sleep(pause).await;
    }
}
