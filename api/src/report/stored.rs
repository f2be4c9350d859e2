//! The files of a report: frozen page, frozen PDF, the sealed document that counts.

use entity::ids::ReportId;
use entity::rules::audience::code;
use entity::rules::chain;
use entity::values::SealVerdict;
use entity::{report_issue, sealed_document};
use sha2::{Digest, Sha256};

use super::{ops, render, seal};
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::requester::Requester;

/// A file of a report with its bytes.
#[derive(Debug)]
pub struct Stored {
    /// The report.
    pub row: report_issue::Model,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Media type; none for the page.
    pub media: Option<String>,
    /// Name for who keeps it.
    pub name: String,
    /// The bytes, which have that SHA-256.
    pub bytes: Vec<u8>,
}

/// The file of a report in scope: `html`, `pdf` or `sealed`. Pages of an audience show only the reports that are meant for
/// it.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND` also for a form that there is not, `INTERNAL` for a missing or damaged object.
pub async fn stored(
    app: &App,
    who: &Requester,
    id: Option<ReportId>,
    form: &str,
) -> Result<Stored> {
    let gone = || Error::from(UserErrorCode::NotFound);
    let row = ops::find(app, who, id).await?;
    if !is_meant(app, who, &row) {
        return Err(gone());
    }
    let number = row.number.clone().ok_or_else(gone)?;
    let name = |ending: &str| format!("{number}-{}.{ending}", row.revision);
    let (sha256, media, name) = match form {
        "html" => (
            row.html_sha256.clone().ok_or_else(gone)?,
            None,
            name("html"),
        ),
        "pdf" => (
            row.pdf_sha256.clone().ok_or_else(gone)?,
            Some("application/pdf".to_owned()),
            name("pdf"),
        ),
        "sealed" => {
            let sealed = latest(app, &row).await?.ok_or_else(gone)?;
            (sealed.sha256, Some(sealed.content_type), sealed.name)
        }
        _ => return Err(gone()),
    };
    let bytes = render::read(app, &row, &sha256).await?;
    if chain::to_hex(&Sha256::digest(&bytes).into()) != sha256 {
        return Err(Error::internal(format!(
            "the object of {} is damaged",
            row.id
        )));
    }
    Ok(Stored {
        row,
        sha256,
        media,
        name,
        bytes,
    })
}

/// Whether the content of a report is for the reader, who sees that there is such a report.
fn is_meant(app: &App, who: &Requester, row: &report_issue::Model) -> bool {
    let Some(portal) = &who.portal else {
        return true;
    };
    app.reports.definition(&row.code).is_some_and(|definition| {
        let mut meant = definition.spec.audience.iter();
        meant.any(|one| one.code() == code(portal.audience))
    })
}

/// The sealed document that counts: the one found as it must be, else the last.
async fn latest(app: &App, row: &report_issue::Model) -> Result<Option<sealed_document::Model>> {
    let all = seal::of(app, row).await?;
    let good = all.iter().find(|one| one.verdict == Some(SealVerdict::Ok));
    Ok(good.or(all.last()).cloned())
}
