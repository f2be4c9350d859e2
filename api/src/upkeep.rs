//! What the server does beside its work: keeps the write-ahead log short, looks for damage, sweeps objects
//! without a row (L5, L14, G64), and plans what is reminded of by the day.
//!
//! On PostgreSQL the server does both itself, so only the integrity check has anything to ask.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::attachment;
use crate::db::Depth;
use crate::inspection;
use crate::report;

/// How often the log is looked at: a fast writer adds 100 MiB in a second. It is moved into the file every 30 s.
const LOOK: Duration = Duration::from_millis(200);
const CHECKPOINT: u64 = 150;
/// A log that is longer is cut as soon as the readers let go.
const LONGEST: u64 = 64 << 20;
/// A log longer than this is cut once nobody has written for a while.
const IDLE: u64 = 1 << 20;
const QUIET: Duration = Duration::from_secs(5);
/// Structural check of the whole database.
const CHECK: Duration = Duration::from_secs(24 * 3600);
/// Larger files are not checked at the start, only daily.
const CHECKED_AT_START: u64 = 5 << 30;

/// Runs until `stop`.
pub async fn run(app: App, stop: CancellationToken) {
    let check = tokio::spawn(watch(app.clone()));
    stop.run_until_cancelled(keep_log_short(&app)).await;
    check.abort();
}

async fn keep_log_short(app: &App) {
    let mut turns = 0_u64;
    let mut quiet = Quiet::new(app.db.commits());
    loop {
        tokio::time::sleep(LOOK).await;
        turns += 1;
        let length = app.db.wal_bytes();
        let still = quiet.still(app.db.commits());
        let done = if length > LONGEST || (still && length > IDLE) {
            app.db.truncate_log().await
        } else if turns.is_multiple_of(CHECKPOINT) && length > 0 {
            app.db.move_log().await
        } else {
            Ok(())
        };
        if let Err(error) = done {
            tracing::warn!(%error, length, "the write-ahead log could not be shortened");
        }
    }
}

/// Since when nobody has written.
struct Quiet {
    commits: u64,
    since: Instant,
}

impl Quiet {
    fn new(commits: u64) -> Self {
        Self {
            commits,
            since: Instant::now(),
        }
    }

    fn still(&mut self, commits: u64) -> bool {
        if commits != self.commits {
            *self = Self::new(commits);
        }
        self.since.elapsed() >= QUIET
    }
}

async fn watch(app: App) {
    sweep(&app).await;
    if app.db.file_bytes() <= CHECKED_AT_START {
        look(&app, Depth::Quick).await;
    }
    loop {
        tokio::time::sleep(CHECK).await;
        look(&app, Depth::Full).await;
        sweep(&app).await;
    }
}

/// Deletes the objects of files that no row names, and plans the reminders of inspections that are not done and the
/// drafts of reports.
async fn sweep(app: &App) {
    match attachment::sweep(app).await {
        Ok(0) => {}
        Ok(deleted) => tracing::info!(deleted, "objects without a row were deleted"),
        Err(error) => tracing::error!(%error, "the sweep of objects failed"),
    }
    if let Err(error) = inspection::timer::sweep(app).await {
        tracing::error!(%error, "the duties of inspections could not be looked at");
    }
    if let Err(error) = report::schedule::sweep(app).await {
        tracing::error!(%error, "the drafts of reports could not be planned");
    }
}

/// Looks for damage and says what was found in the log and in the metrics; the server goes on.
async fn look(app: &App, depth: Depth) {
    match app.db.check_integrity(depth).await {
        Ok(found) => {
            app.metrics.findings(found.len());
            for line in found {
                tracing::error!(line, "the database is damaged");
            }
        }
        Err(error) => {
            app.metrics.findings(1);
            tracing::error!(%error, "the database could not be checked");
        }
    }
}
