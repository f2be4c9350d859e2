//! Whether the server can do its work, and the gauges that are read from the database (G90, L35, L70).
//!
//! `/livez` never comes here: a probe of the process that asks the database turns one outage into a
//! storm of restarts. Readiness is asked at most once a second, however many ask.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::job;
use entity::values::JobState;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::time::Instant;

use crate::app::App;
use crate::error::Result;
use crate::jobs::Kind;

/// A probe holds this long.
const KEPT: Duration = Duration::from_secs(1);
/// A probe that takes longer has failed.
const PATIENCE: Duration = Duration::from_millis(2_500);
/// A worker that was not seen for longer is taken for dead.
const WORKER: Duration = Duration::from_secs(30);

/// The clocks of this machine and of the database may differ by this much (L22).
const SKEW: TimeDelta = TimeDelta::seconds(2);

/// What keeps the server from its work, if anything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Nothing.
    Ready,
    /// The database does not take writes.
    Database,
    /// The schema is not the one of this program.
    Migrations,
    /// The clock differs from the database's.
    Clock,
    /// The worker has stopped.
    Worker,
    /// The process is about to end.
    Stopping,
}

impl Readiness {
    /// The word of the probe's answer.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ok",
            Self::Database => "database",
            Self::Migrations => "migrations",
            Self::Clock => "clock",
            Self::Worker => "worker",
            Self::Stopping => "stopping",
        }
    }
}

/// What the process knows of itself.
#[derive(Debug, Default)]
pub struct Health {
    probed: tokio::sync::Mutex<Option<(Instant, Readiness)>>,
    worker: Mutex<Option<Instant>>,
    stopping: AtomicBool,
}

impl Health {
    /// The worker is at work; from its first sight on it is expected to be seen.
    pub fn see_worker(&self) {
        *self.worker.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn worker_is_missing(&self) -> bool {
        self.worker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some_and(|seen| seen.elapsed() > WORKER)
    }

    /// The process is about to end: no longer ready, and every answer closes its connection.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Whether the process is about to end.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}

/// Whether the server can do its work; the database is asked at most once a second.
pub async fn readiness(app: &App) -> Readiness {
    if app.health.is_stopping() {
        return Readiness::Stopping;
    }
    let mut probed = app.health.probed.lock().await;
    let known = probed.filter(|(at, _)| at.elapsed() < KEPT);
    let database = match known {
        Some((_, found)) => found,
        None => {
            let found = probe(app).await;
            *probed = Some((Instant::now(), found));
            found
        }
    };
    drop(probed);
    if database == Readiness::Ready && app.health.worker_is_missing() {
        return Readiness::Worker;
    }
    database
}

async fn probe(app: &App) -> Readiness {
    // In a task of its own: giving up the wait must not drop a transaction in the middle.
    let db = app.db.clone();
    let asked = tokio::spawn(async move { db.probe().await });
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(Ok(found))) if !found.schema => Readiness::Migrations,
        Ok(Ok(Ok(found))) if clocks_differ(app, found.there) => Readiness::Clock,
        Ok(Ok(Ok(_))) => Readiness::Ready,
        Ok(Ok(Err(error))) => {
            tracing::error!(%error, "not ready");
            Readiness::Database
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "the probe failed");
            Readiness::Database
        }
        Err(_elapsed) => {
            tracing::error!("not ready: the database does not answer");
            Readiness::Database
        }
    }
}

/// Leases compare the clocks of several machines, so they must agree. A clock that stands is a test's.
fn clocks_differ(app: &App, there: Option<DateTime<Utc>>) -> bool {
    let differ = !app.clock.is_standing() && apart(app.clock.now(), there);
    if differ {
        tracing::error!("not ready: this clock and the one of the database differ");
    }
    differ
}

fn apart(here: DateTime<Utc>, there: Option<DateTime<Utc>>) -> bool {
    there.is_some_and(|there| (there - here).abs() > SKEW)
}

/// Reads the gauges that stand in the database and in the pools.
///
/// # Errors
/// Those of the database.
pub async fn measure(app: &App) -> Result<()> {
    let metrics = &app.metrics;
    for (pool, size, idle) in app.db.pools() {
        metrics.pool(pool, size, idle);
    }
    metrics.wal(app.db.wal_bytes());
    let open = [JobState::Available, JobState::Running, JobState::Dead];
    let rows: Vec<(String, JobState, i64)> = job::Entity::find()
        .select_only()
        .column(job::Column::Kind)
        .column(job::Column::State)
        .column_as(job::Column::Id.count(), "count")
        .filter(job::Column::State.is_in(open))
        .group_by(job::Column::Kind)
        .group_by(job::Column::State)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let counts: BTreeMap<(&str, JobState), i64> = rows
        .iter()
        .map(|(kind, state, count)| ((kind.as_str(), *state), *count))
        .collect();
    for kind in Kind::ALL {
        for state in open {
            let count = counts.get(&(kind.word(), state)).copied().unwrap_or(0);
            metrics.jobs(state.word(), kind.word(), count);
        }
    }
    let now = app.clock.now();
    let oldest: Option<DateTime<Utc>> = job::Entity::find()
        .select_only()
        .column_as(job::Column::RunAt.min(), "oldest")
        .filter(job::Column::State.eq(JobState::Available))
        .filter(job::Column::RunAt.lte(now))
        .into_tuple::<Option<DateTime<Utc>>>()
        .one(app.db.read())
        .await?
        .flatten();
    metrics.oldest_job(oldest.map_or(0, |at| (now - at).num_seconds()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L22
    #[test]
    fn two_seconds_are_forgiven_and_more_is_not_in_either_direction() {
        let here = DateTime::UNIX_EPOCH;
        for (ms, wrong) in [
            (0, false),
            (2_000, false),
            (-2_000, false),
            (2_001, true),
            (-10_000, true),
        ] {
            let there = here + TimeDelta::milliseconds(ms);
            assert_eq!(apart(here, Some(there)), wrong, "{ms}");
        }
        assert!(!apart(here, None));
    }
}
