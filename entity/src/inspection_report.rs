//! 巡检报告的一次提交 a submission of the report of an inspection, and how the hospital answered it (C1.5.2-c…e).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, InspectionId, PersonId, ReportId, SealedDocumentId};
use crate::values::{InspectionReportState, ReturnKind};

/// A row of `inspection_report`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_report")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Inspection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub inspection_id: InspectionId,
    /// Place in the inspection, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// The issue of the report that was submitted.
    pub report_id: ReportId,
    /// Its sealed file.
    pub sealed_id: SealedDocumentId,
    /// How the hospital answered.
    pub state: InspectionReportState,
    /// Who submitted it.
    pub submitted_by: PersonId,
    /// When.
    pub submitted_at: DateTimeUtc,
    /// Whether that was after the due date.
    pub is_late: bool,
    /// Working days after the due date; 0 also on a day of rest right after it.
    pub late_wd: i32,
    /// Who confirmed or returned it.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<DateTimeUtc>,
    /// How it was returned.
    pub return_kind: Option<ReturnKind>,
    /// Why it was returned.
    pub return_reason: Option<String>,
    /// Working days that the confirmation took beyond its limit.
    pub delay_wd: i32,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
