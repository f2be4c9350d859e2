//! 整改任务 what a finding of a confirmed report asks for (C1.5.2-f).

use sea_orm::entity::prelude::*;

use crate::ids::{
    ContractId, FindingId, HospitalId, InspectionId, PersonId, RectificationTaskId, ReportId,
};
use crate::values::{RectificationState, ResponsibleParty, Risk};

/// A row of `rectification_task`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rectification_task")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RectificationTaskId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract.
    pub contract_id: ContractId,
    /// Inspection.
    pub inspection_id: InspectionId,
    /// Finding; one task each.
    pub finding_id: FindingId,
    /// The confirmed report.
    pub report_id: ReportId,
    /// Number, unique in the hospital.
    pub number: String,
    /// Optimistic lock.
    pub version: i32,
    /// State.
    pub state: RectificationState,
    /// Who is responsible; only those of the vendor count against the vendor.
    pub owner: ResponsibleParty,
    /// Risk of the finding when the report was confirmed.
    pub risk: Risk,
    /// Who works on it.
    pub responsible_id: Option<PersonId>,
    /// When the report was confirmed.
    pub opened_at: DateTimeUtc,
    /// Due instant by the confirmed report; the exclusive bound of a day limit.
    pub original_due_at: DateTimeUtc,
    /// Due instant in force.
    pub due_at: DateTimeUtc,
    /// Its civil date.
    pub due_on: Date,
    /// Whether the limit is a day and its 24:00.
    pub due_by_day: bool,
    /// Whether a provisional year took part in it.
    pub due_provisional: bool,
    /// Whether both sides agreed on a later date.
    pub is_extended: bool,
    /// The latest submission that was not rejected; the verified one stops the clock.
    pub submitted_at: Option<DateTimeUtc>,
    /// Who verified it.
    pub verified_by: Option<PersonId>,
    /// When.
    pub verified_at: Option<DateTimeUtc>,
    /// Whether the verified submission was late.
    pub is_late: bool,
    /// Working days after the due date.
    pub late_wd: i32,
    /// Who accepted the risk.
    pub waived_by: Option<PersonId>,
    /// When.
    pub waived_at: Option<DateTimeUtc>,
    /// Why.
    pub waiver_reason: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
