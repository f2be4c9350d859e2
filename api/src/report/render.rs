//! The job that lays out an approved report: files first, then one transaction (RP-ISS-3).
//!
//! Data and frame are frozen, so a second run makes the same bytes; a run that comes too late changes nothing.

use entity::ids::ReportId;
use entity::values::{ReportState, Role};
use entity::{job, report_issue};
use reports::child::Failure;
use reports::definition::Signing;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};
use serde_json::Value;

use super::ops::{self, input, put, supersede};
use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Error, Result};
use crate::files::Store;
use crate::jobs::{self, permanent};
use crate::requester::Requester;

/// What was laid out.
struct Files {
    html: String,
    pdf: reports::Pdf,
}

/// Lays out an approved report; the subject of the job is the report.
///
/// # Errors
/// Those of database and disk, tried again; a layout that is refused, hangs or eats memory is dead at once.
pub async fn layout(app: &App, job: &job::Model) -> Result<()> {
    let found = report_issue::Entity::find_by_id(ReportId(job.subject))
        .one(app.db.read())
        .await?;
    let due = found.filter(|row| is_due(row, job));
    let made = match due {
        None => None,
        Some(row) => {
            let files = laid_out(app, &row).await?;
            jobs::still_ours(app, job)?;
            let store = Store::at(&app.config.data);
            let now = app.clock.now();
            let html = put(&store, row.hospital_id, files.html.as_bytes(), now).await?;
            let pdf = put(&store, row.hospital_id, &files.pdf.bytes, now).await?;
            Some((row.id, html, pdf, files))
        }
    };
    let tx = app.db.begin_write().await?;
    jobs::finish(&tx, app, job).await?;
    if let Some((id, html, pdf, files)) = made
        && let Some(row) = report_issue::Entity::find_by_id(id)
            .lock_exclusive()
            .one(&tx)
            .await?
            .filter(|row| is_due(row, job))
    {
        let (before, now) = (row.clone(), app.clock.now());
        let mut row = row.into_active_model();
        row.html_sha256 = Set(Some(html));
        row.html_bytes = Set(Some(length(files.html.len())?));
        row.pdf_sha256 = Set(Some(pdf));
        row.pdf_bytes = Set(Some(length(files.pdf.bytes.len())?));
        row.page_count = Set(Some(
            i32::try_from(files.pdf.pages).map_err(Error::internal)?,
        ));
        row.version = Set(before.version + 1);
        let signing = app
            .reports
            .definition(&before.code)
            .map(|definition| definition.spec.signing);
        let (zh, en) = match signing {
            Some(Signing::None) => {
                supersede(&tx, &before, now).await?;
                row.state = Set(ReportState::Issued);
                row.issued_at = Set(Some(now));
                ("已签发", "is issued")
            }
            Some(Signing::Persons) => (
                "已批准，待院方确认",
                "is approved and waits for the hospital",
            ),
            Some(Signing::VendorSeal | Signing::BothParties) | None => {
                ("已批准，待盖章", "is approved and waits for the seal")
            }
        };
        let row = row.update(&tx).await?;
        let desk = [Role::VendorPm, Role::HospItAdmin];
        ops::tell(&tx, app, &row, &desk, zh, en).await?;
        let act = Act::done("report.layout", "report_issue", row.id.0);
        audit::append(&tx, now, Some(row.hospital_id), &Requester::system(), act).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whether the approval that asked for this layout still stands and has none.
fn is_due(row: &report_issue::Model, job: &job::Model) -> bool {
    let asked = serde_json::from_str::<Value>(&job.payload)
        .ok()
        .and_then(|payload| payload.get("version").and_then(Value::as_i64));
    row.state == ReportState::Approved
        && row.pdf_sha256.is_none()
        && asked == Some(i64::from(row.version))
}

fn length(bytes: usize) -> Result<i64> {
    i64::try_from(bytes).map_err(Error::internal)
}

async fn laid_out(app: &App, row: &report_issue::Model) -> Result<Files> {
    let data = frozen(app, row).await?;
    let meta = row
        .meta
        .as_deref()
        .ok_or_else(|| Error::internal("an approved report without its frame"))?;
    let meta: reports::Meta = serde_json::from_str(meta).map_err(Error::internal)?;
    let input = input(&row.code, &meta, &data)?;
    let engine = app.reports.clone();
    tokio::task::spawn_blocking(move || {
        let view = engine.check(&input).map_err(|problems| {
            permanent("REFUSED", Error::internal(Failure::Refused(problems)))
        })?;
        let html = reports::html(&view)
            .map_err(|problem| permanent("REFUSED", Error::internal(problem)))?;
        let pdf = engine.pdf(&view).map_err(|failure| match failure {
            Failure::Refused(_) => permanent("REFUSED", Error::internal(failure)),
            Failure::TimedOut(_) => permanent("TIMED_OUT", Error::internal(failure)),
            Failure::TooLarge(_) => permanent("TOO_LARGE", Error::internal(failure)),
            Failure::Broken(_) => Error::internal(failure),
        })?;
        Ok(Files { html, pdf })
    })
    .await
    .map_err(Error::internal)?
}

/// The frozen data of a report.
///
/// # Errors
/// `INTERNAL` if they are missing or not what the row says.
pub async fn frozen(app: &App, row: &report_issue::Model) -> Result<Value> {
    let sha256 = row
        .data_sha256
        .as_deref()
        .ok_or_else(|| Error::internal("a report without frozen data"))?;
    let bytes = read(app, row, sha256).await?;
    let data: Value = serde_json::from_slice(&bytes).map_err(Error::internal)?;
    if reports::data_sha256(&data) == sha256 {
        Ok(data)
    } else {
        Err(Error::internal("the frozen data of a report are damaged"))
    }
}

/// All bytes of an object of a report.
///
/// # Errors
/// `INTERNAL` if it is missing.
pub async fn read(app: &App, row: &report_issue::Model, sha256: &str) -> Result<Vec<u8>> {
    let mut file = Store::at(&app.config.data)
        .open(ops::key(row, sha256))
        .await?;
    tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).map(|_| bytes)
    })
    .await
    .map_err(Error::internal)?
    .map_err(Error::internal)
}
