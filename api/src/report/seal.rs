//! The seal of an approved report: the sealed document comes in, somebody of the hospital looks at it (RP-ISS-6).
//!
//! No seal is made here and no private key is ever kept. It comes in three ways: as the scan of the sealed paper, with
//! the place of the paper original, or as a file with electronic signatures, which [`super::esign`] verifies before a
//! byte is kept. Each is attested by a named person of the hospital, who thereby issues the report.

use chrono::NaiveDate;
use entity::ids::{ReportId, SealedDocumentId};
use entity::rules::access::Permission;
use entity::rules::calendar::civil_date;
use entity::values::{EsignResult, ReportState, Role, SealVerdict, SealWay};
use entity::{contract, hospital, report_issue, sealed_document, vendor};
use reports::definition::Signing;
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::esign::{self, Checked, Expected};
use super::ops::{self, Change, holds, issued};
use super::render;
use crate::app::App;
use crate::db::retrying;
use crate::error::{Error, Result, UserErrorCode};
use crate::files::{Staged, Store};
use crate::requester::Requester;
use crate::ticket::clocks::ContractTerms;
use crate::ticket::ops::{SHORT, checked_option};

/// Media types that a sealed document has: a scan of paper any of them, a file with signatures the first.
#[must_use]
pub const fn kinds(way: SealWay) -> &'static [&'static str] {
    const ALL: &[&str] = &["application/pdf", "image/png", "image/jpeg"];
    match way {
        SealWay::PhysicalScan => ALL,
        SealWay::Eseal | SealWay::VendorSigned => ALL.split_at(1).0,
    }
}

/// What is said about a sealed document.
#[derive(Clone, Debug)]
pub struct Sealing {
    /// How it was sealed.
    pub way: SealWay,
    /// Date on the seal.
    pub sealed_on: NaiveDate,
    /// Where the sealed paper is kept; needed for a scan.
    pub paper_location: Option<String>,
}

/// A sealed document that has arrived.
#[derive(Debug)]
pub struct NewSealed {
    /// Name as it is kept.
    pub name: String,
    /// Media type of its kind.
    pub media: &'static str,
    /// Its bytes.
    pub staged: Staged,
    /// What is said about it.
    pub sealing: Sealing,
}

/// The report that a person may bring a sealed document for, before any byte is read.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `WRONG_STATE` before the layout and for reports without a seal, `ORIGINAL_LOCATION_MISSING`
/// for a scan, `ESEAL_NOT_AGREED` for the others, `INVALID` for a date in the future or before the approval.
pub async fn admit(
    app: &App,
    who: &Requester,
    id: Option<ReportId>,
    mut sealing: Sealing,
) -> Result<(report_issue::Model, Sealing)> {
    who.require(Permission::ReportSeal)?;
    let location = sealing.paper_location.as_deref();
    sealing.paper_location = checked_option(location, "paperLocation", SHORT)?;
    let row = ops::find(app, who, id).await?;
    if !who.may_at(row.hospital_id, Permission::ReportSeal) {
        return Err(Error::from(UserErrorCode::NotFound).at(["reportId"]));
    }
    is_open(app, &row)?;
    if sealing.way == SealWay::PhysicalScan {
        if sealing.paper_location.is_none() {
            return Err(Error::from(UserErrorCode::OriginalLocationMissing).at(["paperLocation"]));
        }
    } else {
        is_agreed(app, &row).await?;
    }
    let approved = row.approved_at.map(civil_date);
    let on = sealing.sealed_on;
    if on > civil_date(app.clock.now()) || approved.is_some_and(|approved| on < approved) {
        return Err(Error::from(UserErrorCode::Invalid).at(["sealedOn"]).detail(
            "盖章日期须在批准之后、今天之前",
            "the date of the seal lies between the approval and today",
        ));
    }
    Ok((row, sealing))
}

async fn contract_of(app: &App, row: &report_issue::Model) -> Result<contract::Model> {
    contract::Entity::find_by_id(row.contract_id)
        .one(app.db.read())
        .await?
        .ok_or_else(|| Error::internal("the contract of a report is gone"))
}

/// Electronic seals need the agreement of both parties (电子签名法 3).
async fn is_agreed(app: &App, row: &report_issue::Model) -> Result<()> {
    let contract = contract_of(app, row).await?;
    let terms = ContractTerms::read(app.db.read(), &contract, app.clock.now()).await?;
    if terms.parameters.eseal_agreed {
        Ok(())
    } else {
        Err(Error::from(UserErrorCode::EsealNotAgreed).at(["way"]))
    }
}

/// Whether a report waits for a seal.
fn is_open(app: &App, row: &report_issue::Model) -> Result<()> {
    let sealed = app.reports.definition(&row.code).is_some_and(|definition| {
        matches!(
            definition.spec.signing,
            Signing::VendorSeal | Signing::BothParties
        )
    });
    if row.state == ReportState::Approved && row.pdf_sha256.is_some() && sealed {
        Ok(())
    } else {
        Err(UserErrorCode::WrongState.into())
    }
}

/// Stores the bytes for good, then writes the row.
///
/// # Errors
/// As [`admit`]; `CONTENT_DIFFERS` and `INVALID` for a file whose signatures or content are not as they must be,
/// `CONFLICT` if the approval changed meanwhile, `WRONG_STATE` while an earlier document waits for its attestation.
pub async fn add(
    app: &App,
    who: &Requester,
    report: &report_issue::Model,
    new: NewSealed,
) -> Result<sealed_document::Model> {
    let checked = match new.sealing.way {
        SealWay::PhysicalScan => None,
        SealWay::Eseal | SealWay::VendorSigned => Some(verified(app, report, &new).await?),
    };
    let signatures = checked
        .as_ref()
        .map(|checked| serde_json::to_string(&checked.signatures));
    let size = i64::try_from(new.staged.size).map_err(Error::internal)?;
    let sha256 = new.staged.sha256.clone();
    let row = sealed_document::ActiveModel {
        id: Set(SealedDocumentId(app.clock.id())),
        hospital_id: Set(report.hospital_id),
        report_id: Set(report.id),
        way: Set(new.sealing.way),
        name: Set(new.name),
        content_type: Set(new.media.to_owned()),
        size_bytes: Set(size),
        sha256: Set(sha256),
        data_sha256: Set(report.data_sha256.clone().unwrap_or_default()),
        paper_location: Set(new.sealing.paper_location),
        sealed_on: Set(new.sealing.sealed_on),
        uploaded_by: Set(who.require_person()?.id),
        uploaded_at: Set(app.clock.now()),
        verdict: Set(None),
        note: Set(None),
        attested_by: Set(None),
        attested_at: Set(None),
        esign_result: Set(checked.as_ref().map(|_| EsignResult::Valid)),
        esign_content: Set(checked.as_ref().map(|checked| checked.content)),
        esign_checked_at: Set(checked.as_ref().map(|checked| checked.at)),
        esign_signatures: Set(signatures.transpose().map_err(Error::internal)?),
    };
    Store::at(&app.config.data)
        .promote(new.staged, report.hospital_id, app.clock.now())
        .await?;
    retrying(app, || Box::pin(write(app, who, report, row.clone()))).await
}

/// Verifies a file with signatures, before it is kept.
async fn verified(app: &App, report: &report_issue::Model, new: &NewSealed) -> Result<Checked> {
    let gone = |what: &str| Error::internal(format!("the {what} of a report is gone"));
    let contract = contract_of(app, report).await?;
    let vendor = vendor::Entity::find_by_id(contract.vendor_id)
        .one(app.db.read())
        .await?
        .ok_or_else(|| gone("vendor"))?;
    let mut parties = vec![vendor.name];
    let definition = app.reports.definition(&report.code);
    if definition.is_some_and(|found| matches!(found.spec.signing, Signing::BothParties)) {
        let hospital = hospital::Entity::find_by_id(report.hospital_id)
            .one(app.db.read())
            .await?
            .ok_or_else(|| gone("hospital"))?;
        parties.push(hospital.name);
    }
    let pdf = report.pdf_sha256.as_deref().ok_or_else(|| gone("file"))?;
    let expected = Expected {
        way: new.sealing.way,
        frozen: render::read(app, report, pdf).await?,
        data_sha256: report.data_sha256.clone().unwrap_or_default(),
        parties,
        samples: app.config.demo,
    };
    let bytes = new.staged.bytes().await?;
    let (trust, now) = (app.trust.clone(), app.clock.now());
    tokio::task::spawn_blocking(move || esign::check(&bytes, &expected, &trust, now))
        .await
        .map_err(Error::internal)?
}

async fn write(
    app: &App,
    who: &Requester,
    report: &report_issue::Model,
    row: sealed_document::ActiveModel,
) -> Result<sealed_document::Model> {
    let report_id = Some(report.id);
    let change = Change::begin(app, who, Permission::ReportSeal, report_id, None).await?;
    is_open(app, &change.row)?;
    // Taken back and approved anew meanwhile, it is another file that must be sealed.
    if change.row.pdf_sha256 != report.pdf_sha256 {
        return Err(UserErrorCode::Conflict.into());
    }
    let waiting = sealed_document::Entity::find()
        .filter(sealed_document::Column::HospitalId.eq(change.row.hospital_id))
        .filter(sealed_document::Column::ReportId.eq(report.id))
        .filter(sealed_document::Column::AttestedAt.is_null())
        .count(&change.tx)
        .await?;
    if waiting > 0 {
        return Err(Error::from(UserErrorCode::WrongState).detail(
            "已有盖章件等待核对",
            "a sealed document waits for its attestation already",
        ));
    }
    let row = row.insert(&change.tx).await?;
    let same = change.row.clone().into_active_model();
    change
        .commit(
            same,
            "report.seal",
            Some(row.sha256.clone()),
            Some((
                &[Role::HospItAdmin],
                "的盖章件已提交，请核对",
                "has its sealed document, please attest it",
            )),
        )
        .await?;
    Ok(row)
}

/// Attests a sealed document: as it must be, the report is issued; else it waits for another one.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `WRONG_STATE` for one that was looked at already, `FOUR_EYES` for whoever brought it,
/// `REQUIRED` for a refusal without a note.
pub async fn attest(
    app: &App,
    who: &Requester,
    id: Option<SealedDocumentId>,
    verdict: SealVerdict,
    note: Option<&str>,
) -> Result<(report_issue::Model, sealed_document::Model)> {
    who.require(Permission::SealAttest)?;
    let note = checked_option(note, "note", SHORT)?;
    if verdict == SealVerdict::Returned {
        return Err(Error::from(UserErrorCode::Invalid).at(["verdict"]).detail(
            "随报告退回由退回报告产生",
            "a document is sent back by returning its report",
        ));
    }
    let missing = || Error::from(UserErrorCode::NotFound).at(["sealedDocumentId"]);
    let found = sealed_document::Entity::find_by_id(id.ok_or_else(missing)?)
        .one(app.db.read())
        .await?
        .ok_or_else(missing)?;
    let report = Some(found.report_id);
    let change = Change::begin(app, who, Permission::SealAttest, report, None)
        .await
        .map_err(|error| {
            if error.code() == crate::error::Code::NotFound {
                missing()
            } else {
                error
            }
        })?;
    let sealed = sealed_document::Entity::find_by_id(found.id)
        .lock_exclusive()
        .one(&change.tx)
        .await?
        .ok_or_else(missing)?;
    if !holds(who, change.row.hospital_id, &confirmers(&change)?) {
        return Err(missing());
    }
    if sealed.attested_at.is_some() || change.row.state != ReportState::Approved {
        return Err(UserErrorCode::WrongState.into());
    }
    if sealed.uploaded_by == change.me || change.row.author_id == change.me {
        return Err(UserErrorCode::FourEyes.into());
    }
    if verdict != SealVerdict::Ok && note.is_none() {
        return Err(Error::from(UserErrorCode::Required).at(["note"]));
    }
    let mut sealed = sealed.into_active_model();
    sealed.verdict = Set(Some(verdict));
    sealed.note = Set(note);
    sealed.attested_by = Set(Some(change.me));
    sealed.attested_at = Set(Some(change.now));
    let sealed = sealed.update(&change.tx).await?;
    let reason = Some(verdict.word().to_owned());
    let desk: &[Role] = &[Role::VendorPm, Role::HospItAdmin];
    let (row, told) = if verdict == SealVerdict::Ok {
        let mut row = issued(&change, Some(change.me)).await?;
        row.way = Set(Some(sealed.way));
        (row, (desk, "已签发", "is issued"))
    } else {
        let row = change.row.clone().into_active_model();
        let told = (
            desk,
            "的盖章件未通过核对，请重新提交",
            "has its sealed document refused, please bring another",
        );
        (row, told)
    };
    let row = change
        .commit(row, "report.attest", reason, Some(told))
        .await?;
    Ok((row, sealed))
}

/// Roles that confirm the report; where none is named, the information centre attests.
fn confirmers(change: &Change<'_>) -> Result<Vec<String>> {
    let named = &change.definition()?.spec.permission.confirm;
    Ok(if named.is_empty() {
        vec![Role::HospItAdmin.word().to_owned()]
    } else {
        named.clone()
    })
}

/// The sealed documents of a report, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn of(app: &App, row: &report_issue::Model) -> Result<Vec<sealed_document::Model>> {
    Ok(sealed_document::Entity::find()
        .filter(sealed_document::Column::HospitalId.eq(row.hospital_id))
        .filter(sealed_document::Column::ReportId.eq(row.id))
        .order_by_asc(sealed_document::Column::UploadedAt)
        .order_by_asc(sealed_document::Column::Id)
        .all(app.db.read())
        .await?)
}
