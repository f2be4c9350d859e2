//! Makes the roots of the instances with `site-gen`, and makes them anew when something that they show has changed
//! (SG-FRESH-1).
//!
//! There is no job for it: every server keeps the roots in its own data folder and follows the revision of the pages,
//! which grows in the transaction of each change. Many changes are one build, and a server that was down begins with a
//! build.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use entity::ids::HospitalId;
use entity::rules::calendar::civil_date;
use entity::values::Audience;
use entity::{hospital, portal_revision};
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
use site_gen::audience as site;
use site_gen::bundle::Bundle;
use site_gen::{Options, Report, build, check};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::alarm;
use super::instance::{self, Instance};
use super::roots;
use super::source::Inside;
use crate::app::App;
use crate::error::{Error, Result};

/// How often the chains are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// Two builds of a hospital are at least so far apart: 500 changes in ten seconds are three builds.
const APART: Duration = Duration::from_secs(5);
/// After a build that failed.
const AGAIN: Duration = Duration::from_secs(30);
/// All roots are made anew at 00:05, because texts such as "overdue" follow the day.
pub(super) const NEW_DAY: TimeDelta = TimeDelta::minutes(5);

/// The audience in the words of `site-gen`.
const fn audience(audience: Audience) -> site::Audience {
    match audience {
        Audience::Staff => site::Audience::Staff,
        Audience::Icu => site::Audience::Icu,
        Audience::It => site::Audience::It,
        Audience::Mgmt => site::Audience::Mgmt,
        Audience::Vendor => site::Audience::Vendor,
        Audience::Audit => site::Audience::Audit,
    }
}

/// Builds the root of an instance, or only says what a build would report.
///
/// # Errors
/// What `site-gen` says; the root that was served before still is.
pub async fn one(app: &App, instance: &Instance, dry: bool) -> Result<Report> {
    let source = Inside::new(app, &instance.reader);
    let named = site::Instance::new(&instance.name, audience(instance.reader.audience));
    let mut options = Options::new(named.map_err(Error::internal)?, roots(app));
    options.base_url.clone_from(&app.config.public_origin);
    // Outside of what is served: `site-gen urgent` builds from it while the server is down.
    options.kept = Some(app.config.data.join("portal-input"));
    let made = tokio::task::spawn_blocking(move || {
        if dry {
            check(&options, &source)
        } else {
            build(&options, &source)
        }
    });
    made.await
        .map_err(Error::internal)?
        .map_err(Error::internal)
}

/// Builds every root of a hospital, or of all of them; one that fails does not stop the others.
///
/// # Errors
/// Those of the database; the first failure of a build after all were tried.
pub async fn all(app: &App, of: Option<HospitalId>) -> Result<()> {
    let mut failed = None;
    for instance in instance::all(app.db.read(), of).await? {
        let started = Instant::now();
        match one(app, &instance, false).await {
            Ok(report) => {
                for problem in &report.problems {
                    tracing::warn!(
                        instance = instance.name,
                        kind = problem.kind,
                        record = problem.record,
                        path = problem.path,
                        line = problem.line,
                        "a page is held back or wants a look: {}",
                        problem.reason
                    );
                }
                if let Err(error) = alarm::tell(app, &instance, &report).await {
                    tracing::error!(instance = instance.name, %error, "nobody could be told of what is held back");
                }
                tracing::info!(
                    instance = instance.name,
                    pages = report.pages,
                    swapped = report.written.swapped,
                    ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                    "pages are made"
                );
            }
            Err(error) => {
                tracing::error!(instance = instance.name, %error, "pages could not be made");
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

/// What the served build of a root changed, a line a file.
///
/// # Errors
/// Those of the disk.
pub fn diff(app: &App, name: &str) -> Result<Vec<String>> {
    site_gen::history::diff(&roots(app), name).map_err(Error::internal)
}

/// Packs the served build of a root as a folder and a ZIP below `to` (SG-OFF-2).
///
/// # Errors
/// Those of the disk; a file that has other bytes than its record.
pub fn bundle(app: &App, name: &str, to: &Path) -> Result<Bundle> {
    site_gen::bundle::bundle(&roots(app), name, to).map_err(Error::internal)
}

/// Serves the kept build before the served one; its number.
///
/// # Errors
/// Those of the disk, and if there is none.
pub fn roll_back(app: &App, name: &str) -> Result<u64> {
    site_gen::history::roll_back(&roots(app), name).map_err(Error::internal)
}

/// What is known of the pages of a hospital.
#[derive(Debug)]
struct Seen {
    /// The revision of the last build.
    revision: i64,
    /// The day of the last build, which begins five minutes late.
    day: NaiveDate,
    /// Whether pages are behind.
    behind: bool,
    /// Not before.
    not_before: Instant,
}

/// Follows the revisions and builds, until `stop`.
pub async fn keep(app: App, stop: CancellationToken) {
    let mut seen = BTreeMap::new();
    let keeping = async {
        loop {
            if let Err(error) = turn(&app, &mut seen).await {
                tracing::error!(%error, "the pages could not be looked after");
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    stop.run_until_cancelled(keeping).await;
}

/// One look at every hospital.
async fn turn(app: &App, seen: &mut BTreeMap<HospitalId, Seen>) -> Result<()> {
    let day = civil_date(app.clock.now() - NEW_DAY);
    let revisions = portal_revision::Entity::find().all(app.db.read()).await?;
    let revisions: BTreeMap<_, _> = revisions
        .iter()
        .map(|row| (row.hospital_id, row.revision))
        .collect();
    // A hospital without a change has pages too.
    let hospitals: Vec<HospitalId> = hospital::Entity::find()
        .select_only()
        .column(hospital::Column::Id)
        .order_by_asc(hospital::Column::Id)
        .into_tuple()
        .all(app.db.read())
        .await?;
    for hospital in hospitals {
        let revision = revisions.get(&hospital).copied().unwrap_or(0);
        let known = seen.entry(hospital).or_insert_with(|| Seen {
            revision,
            day,
            behind: true,
            not_before: Instant::now(),
        });
        known.behind |= (known.revision, known.day) != (revision, day);
        if known.behind && Instant::now() >= known.not_before {
            let done = all(app, Some(hospital)).await;
            known.behind = done.is_err();
            (known.revision, known.day) = (revision, day);
            known.not_before = Instant::now() + if done.is_ok() { APART } else { AGAIN };
        }
    }
    Ok(())
}
