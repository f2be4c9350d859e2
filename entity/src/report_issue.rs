//! 报告签发 issue of a report: one revision of one number, its frozen data and its files (RP-ISS-2).

use sea_orm::entity::prelude::*;

use crate::ids::{ContractId, HospitalId, PersonId, ReportId};
use crate::values::{ReportState, SealWay};

/// A row of `report_issue`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_issue")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReportId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract that it is about.
    pub contract_id: ContractId,
    /// Code of the definition, `fault_report`.
    pub code: String,
    /// Version of the definition.
    pub definition_version: i32,
    /// What it is about: the text form of an id.
    pub subject: String,
    /// Variables of the query, JSON.
    pub params: String,
    /// Number, from the first approval on.
    pub number: Option<String>,
    /// From 1; a correction is the next one.
    pub revision: i32,
    /// State.
    pub state: ReportState,
    /// Classification of its data, 1 to 3.
    pub data_level: i32,
    /// Counts the changes of this row.
    pub version: i32,
    /// Who wrote it.
    pub author_id: PersonId,
    /// When it was begun.
    pub made_at: DateTimeUtc,
    /// Who approved it; never the author.
    pub approver_id: Option<PersonId>,
    /// When it was approved.
    pub approved_at: Option<DateTimeUtc>,
    /// SHA-256 of the frozen data, hexadecimal.
    pub data_sha256: Option<String>,
    /// The frozen frame, canonical JSON: number, people, dates.
    pub meta: Option<String>,
    /// SHA-256 of the frozen frame.
    pub meta_sha256: Option<String>,
    /// Fingerprint of definition, fonts and layout engine.
    pub fingerprint: Option<String>,
    /// SHA-256 of the HTML.
    pub html_sha256: Option<String>,
    /// Length of the HTML, in bytes.
    pub html_bytes: Option<i64>,
    /// SHA-256 of the PDF before any seal.
    pub pdf_sha256: Option<String>,
    /// Length of the PDF, in bytes.
    pub pdf_bytes: Option<i64>,
    /// Pages of the PDF.
    pub page_count: Option<i32>,
    /// How it was sealed.
    pub way: Option<SealWay>,
    /// Who issued it: who attested the seal or confirmed; absent where the approval issues.
    pub issued_by: Option<PersonId>,
    /// When it was issued.
    pub issued_at: Option<DateTimeUtc>,
    /// Revision that it corrects.
    pub corrects_id: Option<ReportId>,
    /// Why it corrects, was taken back, or was revoked.
    pub reason: Option<String>,
    /// When a correction replaced it.
    pub superseded_at: Option<DateTimeUtc>,
    /// Who revoked it.
    pub revoked_by: Option<PersonId>,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
