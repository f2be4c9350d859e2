//! The worker: timers one after the other, mail beside them, so that a slow mail server delays no clock (L30, L35).
//!
//! Every job runs in a task of its own: a panic ends the job, not the worker.

use std::time::Duration;

use entity::job;
use entity::rules::queue;
use entity::values::JobState;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::lease::{self, LeaseLost};
use super::{Kind, Permanent};
use crate::app::App;
use crate::error::{Error, Result};
use crate::{account, calendar, db, inspection, notification, report, ticket};

/// Jobs claimed at once.
const BATCH: u64 = 16;
/// Mails under way at once.
const MAILS: usize = 4;

/// The kinds that talk to somebody, or those that do not.
fn kinds(talking: bool) -> Vec<Kind> {
    Kind::ALL
        .into_iter()
        .filter(|kind| kind.talks() == talking)
        .collect()
}

async fn perform(app: &App, row: &job::Model) -> Result<()> {
    match Kind::of(&row.kind) {
        Some(Kind::ClockPoint) => ticket::timer::clock_point(app, row).await,
        Some(Kind::Unconfirmed) => ticket::timer::unconfirmed(app, row).await,
        Some(Kind::ClaimUndecided) => ticket::timer::claim_undecided(app, row).await,
        Some(Kind::InspectionGap) => inspection::timer::gap(app, row).await,
        Some(Kind::InspectionPoint) => inspection::timer::point(app, row).await,
        Some(Kind::ReportDraft) => report::schedule::draft(app, row).await,
        Some(Kind::ReportLayout) => report::render::layout(app, row).await,
        Some(Kind::Mail) => notification::mail(app, row).await,
        Some(Kind::Digest) => notification::digest(app, row).await,
        Some(Kind::Leave) => account::jobs::leave(app, row).await,
        Some(Kind::Calendar) => calendar::recount(app, row).await,
        None => Err(Error::internal("a job of an unknown kind")),
    }
}

/// Whether a cause of this type stands behind the error.
fn caused_by<C: std::error::Error + 'static>(error: &Error) -> Option<&C> {
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        next = cause.source();
    }
    None
}

/// Runs one claimed job to its end and writes what became of it.
async fn run(app: App, row: job::Model) -> Result<()> {
    let kind = Kind::label(&row.kind);
    let late = app.clock.now() - row.run_at;
    app.metrics
        .job_started(kind, late.to_std().unwrap_or_default());
    let started = Instant::now();
    let task = {
        let (app, row) = (app.clone(), row.clone());
        tokio::spawn(async move { perform(&app, &row).await })
    };
    let done = task.await.map_err(Error::internal).flatten();
    app.metrics.job_ran(kind, started.elapsed());
    let written = match done {
        Ok(()) => Ok(()),
        Err(error) if caused_by::<LeaseLost>(&error).is_some() => {
            fenced(&app, &row, kind);
            Ok(())
        }
        Err(error) => {
            tracing::warn!(job = %row.id, kind, attempt = row.attempt, %error, "a job failed");
            fail(&app, &row, kind, &error).await
        }
    };
    app.held.forget(&row);
    written
}

fn fenced(app: &App, row: &job::Model, kind: &'static str) {
    tracing::warn!(job = %row.id, kind, attempt = row.attempt, "a result came too late and was thrown away");
    app.metrics.job_fenced(kind);
}

async fn fail(app: &App, row: &job::Model, kind: &'static str, error: &Error) -> Result<()> {
    let permanent = caused_by::<Permanent>(error);
    let class = permanent.map_or(error.code().word(), |permanent| permanent.class());
    let dead = permanent.is_some() || row.attempt >= row.max_attempts;
    let wait = queue::backoff(
        u32::try_from(row.attempt).unwrap_or(u32::MAX),
        super::random()?.unsigned_abs(),
    );
    let kept = db::retrying(app, || async {
        let now = app.clock.now();
        let (state, run_at) = if dead {
            (JobState::Dead, None)
        } else {
            (JobState::Available, Some(now + wait))
        };
        let tx = app.db.begin_write().await?;
        let kept = lease::set(&tx, row, state, now, Some(class), run_at).await?;
        tx.commit().await?;
        Ok(kept)
    })
    .await?;
    match (kept, dead) {
        (false, _) => fenced(app, row, kind),
        (true, true) => {
            tracing::error!(job = %row.id, kind, class, "a job is dead");
            app.metrics.job_dead(kind);
        }
        (true, false) => app.metrics.job_retried(kind),
    }
    Ok(())
}

/// Runs everything that is due now, oldest first; how many jobs were run.
///
/// # Errors
/// Those of the database while claiming; a job that fails is put back with a delay.
pub async fn drain(app: &App) -> Result<usize> {
    let mut count = 0;
    loop {
        let claimed = lease::claim(app, &Kind::ALL, BATCH).await?;
        if claimed.is_empty() {
            return Ok(count);
        }
        for row in claimed {
            count += 1;
            run(app.clone(), row).await?;
        }
    }
}

/// The worker: looks once a second, and at once when a request committed a job, until `stop`. Then
/// it claims nothing more, puts back what it has not begun and ends what it has.
pub async fn work(app: App, stop: CancellationToken) {
    let beat = tokio::spawn(lease::beat(app.clone()));
    let mut mails = JoinSet::new();
    while !stop.is_cancelled() {
        app.health.see_worker();
        let busy = turn(&app, &stop, &mut mails).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the worker could not claim");
            false
        });
        if !busy {
            tokio::select! {
                () = app.wake.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                () = stop.cancelled() => {}
                Some(ended) = mails.join_next() => told(ended),
            }
        }
    }
    while let Some(ended) = mails.join_next().await {
        told(ended);
    }
    beat.abort();
}

/// One look at the table; whether there was anything to do.
async fn turn(
    app: &App,
    stop: &CancellationToken,
    mails: &mut JoinSet<Result<()>>,
) -> Result<bool> {
    if app.held.is_fenced(&app.config.leases) {
        return Ok(false);
    }
    while let Some(ended) = mails.try_join_next() {
        told(ended);
    }
    let free = MAILS.saturating_sub(mails.len());
    let mut busy = false;
    if free > 0 {
        let limit = u64::try_from(free).unwrap_or(1);
        for row in lease::claim(app, &kinds(true), limit).await? {
            busy = true;
            mails.spawn(run(app.clone(), row));
        }
    }
    let mut timers = lease::claim(app, &kinds(false), BATCH).await?;
    busy |= !timers.is_empty();
    while !timers.is_empty() {
        if stop.is_cancelled() {
            lease::release(app, &timers).await?;
            break;
        }
        app.health.see_worker();
        run(app.clone(), timers.remove(0)).await?;
    }
    Ok(busy)
}

/// An outcome that could not be written is found again when the lease is over.
fn told(ended: std::result::Result<Result<()>, tokio::task::JoinError>) {
    if let Err(error) = ended.map_err(Error::internal).flatten() {
        tracing::error!(%error, "the outcome of a job could not be written");
    }
}
