//! 盖章件 sealed document of an approved report, and what a look at it found (`domain.md` 4.2).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, ReportId, SealedDocumentId};
use crate::values::{EsignContent, EsignResult, SealVerdict, SealWay};

/// A row of `sealed_document`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sealed_document")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SealedDocumentId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Report.
    pub report_id: ReportId,
    /// How it was sealed.
    pub way: SealWay,
    /// Name of the file as it came.
    pub name: String,
    /// Media type by its signature.
    pub content_type: String,
    /// Length, in bytes.
    pub size_bytes: i64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// SHA-256 of the data of the report when it came.
    pub data_sha256: String,
    /// Where the sealed paper is kept; always given for a scan.
    pub paper_location: Option<String>,
    /// Date on the seal.
    pub sealed_on: Date,
    /// Who brought it.
    pub uploaded_by: PersonId,
    /// When it came.
    pub uploaded_at: DateTimeUtc,
    /// What the look at it found.
    pub verdict: Option<SealVerdict>,
    /// Remark on the verdict.
    pub note: Option<String>,
    /// Who looked.
    pub attested_by: Option<PersonId>,
    /// When.
    pub attested_at: Option<DateTimeUtc>,
    /// Whether its signatures are valid; none for a scan of paper.
    pub esign_result: Option<EsignResult>,
    /// How it stands to the frozen file.
    pub esign_content: Option<EsignContent>,
    /// Instant for which its certificates were judged.
    pub esign_checked_at: Option<DateTimeUtc>,
    /// Its signatures, JSON.
    pub esign_signatures: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
