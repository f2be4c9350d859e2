//! Makes the roots of the instances with `site-gen`, and makes them anew when something that they show has changed
//! (SG-FRESH-1).
//!
//! There is no job and no row for it: every server keeps the roots in its own data folder and follows the audit chain,
//! whose rows are written in the transaction of each change. Changes cost nothing, many of them are one build, and a
//! server that was down begins with a build.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use entity::ids::HospitalId;
use entity::rules::calendar::civil_date;
use entity::values::Audience;
use entity::{audit, audit_head, hospital};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use site_gen::audience as site;
use site_gen::{Options, Report, build, check};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

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
const NEW_DAY: TimeDelta = TimeDelta::minutes(5);
/// Rows of the chain read at once.
const ROWS: u64 = 1_000;

/// Whether pages show what an act changed.
#[must_use]
pub fn shows(action: &str) -> bool {
    let Some((object, verb)) = action.split_once('.') else {
        return false;
    };
    match object {
        "article" | "notice" | "system" | "inspection" | "inspection_plan" | "finding"
        | "rectification" | "calendar" | "clock" => true,
        "report" => verb != "download",
        "ticket" => !matches!(
            verb,
            "reply" | "rate" | "add_step" | "set_internal_note" | "write_plan"
        ),
        _ => false,
    }
}

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
    /// Number of the last act that was looked at.
    seq: i64,
    /// The day of the last build, five minutes late.
    day: NaiveDate,
    /// Whether pages are behind.
    behind: bool,
    /// Not before.
    not_before: Instant,
}

/// Follows the chains and builds, until `stop`.
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

/// One look at every chain.
async fn turn(app: &App, seen: &mut BTreeMap<HospitalId, Seen>) -> Result<()> {
    let day = civil_date(app.clock.now() - NEW_DAY);
    let heads = audit_head::Entity::find().all(app.db.read()).await?;
    let heads: BTreeMap<_, _> = heads.iter().map(|head| (head.chain, head.seq)).collect();
    // A hospital without an act has pages too.
    let hospitals: Vec<HospitalId> = hospital::Entity::find()
        .select_only()
        .column(hospital::Column::Id)
        .order_by_asc(hospital::Column::Id)
        .into_tuple()
        .all(app.db.read())
        .await?;
    for hospital in hospitals {
        let head = heads.get(&hospital.0).copied().unwrap_or(0);
        let known = seen.entry(hospital).or_insert_with(|| Seen {
            seq: head,
            day,
            behind: true,
            not_before: Instant::now(),
        });
        while known.seq < head {
            let acts: Vec<(i64, String)> = audit::Entity::find()
                .select_only()
                .columns([audit::Column::Seq, audit::Column::Action])
                .filter(audit::Column::Chain.eq(hospital.0))
                .filter(audit::Column::Seq.gt(known.seq))
                .order_by_asc(audit::Column::Seq)
                .limit(ROWS)
                .into_tuple()
                .all(app.db.read())
                .await?;
            let Some((last, _)) = acts.last() else {
                break;
            };
            known.seq = *last;
            known.behind |= acts.iter().any(|(_, action)| shows(action));
        }
        known.behind |= known.day != day;
        if known.behind && Instant::now() >= known.not_before {
            let done = all(app, Some(hospital)).await;
            known.behind = done.is_err();
            known.day = day;
            known.not_before = Instant::now() + if done.is_ok() { APART } else { AGAIN };
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_page_shows_builds_nothing() {
        for action in [
            "article.publish",
            "notice.disaster",
            "clock.overdue",
            "ticket.create",
            "report.attest",
        ] {
            assert!(shows(action), "{action}");
        }
        for action in [
            "account.login",
            "report.download",
            "ticket.reply",
            "attachment.add",
            "article",
        ] {
            assert!(!shows(action), "{action}");
        }
    }
}
