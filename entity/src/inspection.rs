//! 巡检 one inspection, from its planning to its confirmed report (一(五)1, 一(五)2).

use sea_orm::entity::prelude::*;

use crate::ids::{ContractId, HospitalId, InspectionId, InspectionPlanId, PersonId};
use crate::values::{InspectionKind, InspectionState};

/// A row of `inspection`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InspectionId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract.
    pub contract_id: ContractId,
    /// Number, unique in the hospital.
    pub number: String,
    /// Kind.
    pub kind: InspectionKind,
    /// State.
    pub state: InspectionState,
    /// Optimistic lock.
    pub version: i32,
    /// Plan that foresees it.
    pub plan_id: Option<InspectionPlanId>,
    /// Entry of the plan.
    pub plan_entry: Option<i32>,
    /// First planned day.
    pub planned_from_on: Date,
    /// Last planned day.
    pub planned_to_on: Date,
    /// Who planned it.
    pub planned_by: PersonId,
    /// When.
    pub created_at: DateTimeUtc,
    /// Who announced it.
    pub announced_by: Option<PersonId>,
    /// When it was announced.
    pub announced_at: Option<DateTimeUtc>,
    /// Place of an inspection on site.
    pub location: Option<String>,
    /// Who started it.
    pub started_by: Option<PersonId>,
    /// When it began.
    pub started_at: Option<DateTimeUtc>,
    /// Version of the template that it was laid out with.
    pub template_version: Option<String>,
    /// What was inspected, in words: system, place, environment.
    pub environment: Option<String>,
    /// How it was inspected.
    pub method: Option<String>,
    /// What follows from it.
    pub conclusion: Option<String>,
    /// Its last step: start, record, talk, advice or finding.
    pub last_step_at: Option<DateTimeUtc>,
    /// Who ended it.
    pub ended_by: Option<PersonId>,
    /// When it ended.
    pub ended_at: Option<DateTimeUtc>,
    /// Civil date of its end.
    pub ended_on: Option<Date>,
    /// Where the signed visit record lies, of an inspection on site.
    pub visit_record: Option<String>,
    /// Whether 未发现问题 is said explicitly.
    pub says_no_problem: bool,
    /// Civil date by which the report is due.
    pub report_due_on: Option<Date>,
    /// The exclusive bound of that date.
    pub report_due_at: Option<DateTimeUtc>,
    /// Whether a provisional year took part in it.
    pub report_provisional: bool,
    /// The submission that stopped the clock of the report, as long as no return has voided it.
    pub report_submitted_at: Option<DateTimeUtc>,
    /// Whether that was after the due date.
    pub report_late: bool,
    /// Working days after the due date.
    pub report_late_wd: i32,
    /// Calendar that it was counted with.
    pub calendar_version: Option<String>,
    /// Who cancelled it.
    pub cancelled_by: Option<PersonId>,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTimeUtc>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
