//! Makes the roots of the instances with `site-gen`, and makes them anew when something that they show has changed
//! (SG-FRESH-1).
//!
//! There is no job for it: every server keeps the roots in its own data folder and follows the revision of the pages,
//! which grows in the transaction of each change, and the times that notices name. Many changes are one build, and a
//! server that was down begins with a build.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use entity::hospital;
use entity::ids::HospitalId;
use entity::values::Audience;
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
use site_gen::audience as site;
use site_gen::bundle::Bundle;
use site_gen::{Options, Report, build, check};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::alarm;
use super::due::{Due, due};
use super::instance::{self, Instance};
use super::rescue::{clean, rescue};
use super::roots;
use super::source::Inside;
use crate::app::App;
use crate::error::{Error, Result};

/// How often it is looked at what is due.
const LOOK: Duration = Duration::from_secs(1);
/// Two builds of a hospital are at least so far apart: 500 changes in ten seconds are three builds. A banner and a
/// withdrawal do not wait.
const APART: Duration = Duration::from_secs(5);
/// After a build that failed.
const AGAIN: Duration = Duration::from_secs(30);
/// How often a build is tried again at once because the data changed under it.
const TRIES: u32 = 3;
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

/// The roots that are looked after one behind the other: those that a banner must reach, and those that take long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane {
    /// Staff and wards.
    Wards,
    /// The offices of the hospital.
    Offices,
    /// The vendor, whose pages are as many.
    Vendor,
}

impl Lane {
    const ALL: [Self; 3] = [Self::Wards, Self::Offices, Self::Vendor];

    const fn of(audience: Audience) -> Self {
        match audience {
            Audience::Staff | Audience::Icu => Self::Wards,
            Audience::It | Audience::Mgmt | Audience::Audit => Self::Offices,
            Audience::Vendor => Self::Vendor,
        }
    }
}

/// How the root of an instance is built.
fn options(app: &App, instance: &Instance) -> Result<Options> {
    let named = site::Instance::new(&instance.name, audience(instance.reader.audience));
    let mut options = Options::new(named.map_err(Error::internal)?, roots(app));
    options.base_url.clone_from(&app.config.public_origin);
    // Outside of what is served: `site-gen urgent` builds from it while the server is down.
    options.kept = Some(app.config.data.join("portal-input"));
    Ok(options)
}

/// Builds the root of an instance, or only says what a build would report.
///
/// # Errors
/// What `site-gen` says; the root that was served before still is.
pub async fn one(app: &App, instance: &Instance, dry: bool) -> Result<Report> {
    let source = Inside::new(app, &instance.reader);
    let options = options(app, instance)?;
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

/// [`one`], again if the data changed meanwhile: a file may be withdrawn between the query that names it and its turn.
async fn settled(app: &App, instance: &Instance) -> Result<Report> {
    let hospital = instance.reader.hospital;
    let mut left = TRIES;
    loop {
        let before = due(app.db.read(), hospital, app.clock.now()).await?;
        match one(app, instance, false).await {
            Err(_)
                if left > 0 && before != due(app.db.read(), hospital, app.clock.now()).await? =>
            {
                left -= 1;
            }
            other => return other,
        }
    }
}

/// Builds every root of a hospital, or of all of them; one that fails does not stop the others.
///
/// # Errors
/// Those of the database; the first failure of a build after all were tried.
pub async fn all(app: &App, of: Option<HospitalId>) -> Result<()> {
    // Tasks of their own: each may tell somebody, and a task has one write at a time.
    let lanes = Lane::ALL.map(|lane| {
        let app = app.clone();
        tokio::spawn(async move { some(&app, of, lane).await })
    });
    let mut done = Ok(());
    for lane in lanes {
        done = done.and(lane.await.map_err(Error::internal)?);
    }
    done
}

async fn some(app: &App, of: Option<HospitalId>, lane: Lane) -> Result<()> {
    let mut failed = None;
    let instances = instance::all(app.db.read(), of).await?;
    let own = instances
        .iter()
        .filter(|one| Lane::of(one.reader.audience) == lane);
    for instance in own {
        let started = Instant::now();
        match settled(app, instance).await {
            Ok(report) => made(app, instance, &report, started).await,
            Err(error) => {
                tracing::error!(instance = instance.name, %error, "pages could not be made");
                if let Err(error) = alarm::failed(app, instance).await {
                    tracing::error!(instance = instance.name, %error, "nobody could be told that a root is not made");
                }
                failed.get_or_insert(error);
                match rescue(app, instance, options(app, instance)?).await {
                    Ok(report) => made(app, instance, &report, started).await,
                    Err(error) => {
                        tracing::error!(instance = instance.name, %error, "nor the banner and what was withdrawn");
                    }
                }
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Tells of a build.
async fn made(app: &App, instance: &Instance, report: &Report, started: Instant) {
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
    if let Err(error) = alarm::tell(app, instance, report).await {
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

/// Serves the kept build before the served one, without what was withdrawn since; its number.
///
/// # Errors
/// Those of the disk, and if there is none.
pub async fn roll_back(app: &App, instance: &Instance) -> Result<u64> {
    let (roots, name) = (roots(app), instance.name.as_str());
    let served = site_gen::history::served(&roots, name).map_err(Error::internal)?;
    let number = site_gen::history::roll_back(&roots, name).map_err(Error::internal)?;
    // The kept input is that of the last build, not of this one.
    let copy = Options {
        kept: None,
        ..options(app, instance)?
    };
    if let Err(error) = clean(app, instance, copy).await {
        // An old build as it was is not for readers.
        site_gen::history::serve(&roots, name, served).map_err(Error::internal)?;
        return Err(error);
    }
    Ok(number)
}

/// What is known of the pages of a hospital in a lane.
#[derive(Debug)]
struct Seen {
    /// What the last build was due for.
    due: Due,
    /// Whether pages are behind.
    behind: bool,
    /// When the last build ended; nothing before the first.
    ended: Option<Instant>,
}

/// Follows what is due and builds, until `stop`. The pages of staff and wards wait for no others.
pub async fn keep(app: App, stop: CancellationToken) {
    let lanes = Lane::ALL.map(|lane| {
        let (app, stop) = (app.clone(), stop.clone());
        tokio::spawn(async move { stop.run_until_cancelled(follow(&app, lane)).await })
    });
    for lane in lanes {
        if let Err(error) = lane.await {
            tracing::error!(%error, "nobody looks after some pages any more");
        }
    }
}

async fn follow(app: &App, lane: Lane) {
    let mut seen = BTreeMap::new();
    loop {
        if let Err(error) = turn(app, lane, &mut seen).await {
            tracing::error!(%error, "the pages could not be looked after");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// One look at every hospital.
async fn turn(app: &App, lane: Lane, seen: &mut BTreeMap<HospitalId, Seen>) -> Result<()> {
    let hospitals: Vec<HospitalId> = hospital::Entity::find()
        .select_only()
        .column(hospital::Column::Id)
        .order_by_asc(hospital::Column::Id)
        .into_tuple()
        .all(app.db.read())
        .await?;
    for hospital in hospitals {
        let now = due(app.db.read(), hospital, app.clock.now()).await?;
        let known = seen.entry(hospital).or_insert_with(|| Seen {
            due: now.clone(),
            behind: true,
            ended: None,
        });
        let (changed, urgent) = (known.due != now, known.due.urgent != now.urgent);
        // Of roots that cannot be built the others still follow what changes.
        let wait = if known.behind && !changed {
            AGAIN
        } else {
            APART
        };
        let rested = known.ended.is_none_or(|ended| ended.elapsed() >= wait);
        if (known.behind || changed) && (urgent || rested) {
            let done = some(app, Some(hospital), lane).await;
            known.behind = done.is_err();
            known.due = now;
            known.ended = Some(Instant::now());
        }
    }
    Ok(())
}
