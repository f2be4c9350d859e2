//! 问题 a finding of an inspection (C1.5.2-d).

use sea_orm::entity::prelude::*;

use crate::ids::{ContractId, FindingId, HospitalId, InspectionId, PersonId, TicketId};
use crate::values::{InspectionScope, ResponsibleParty, Risk};

/// A row of `finding`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "finding")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FindingId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract.
    pub contract_id: ContractId,
    /// Inspection.
    pub inspection_id: InspectionId,
    /// Place in the inspection, from 1.
    pub seq: i32,
    /// Number, unique in the hospital.
    pub number: String,
    /// Optimistic lock.
    pub version: i32,
    /// Scope.
    pub scope: InspectionScope,
    /// What was found.
    pub description: String,
    /// Risk that the values suggest.
    pub suggested_risk: Option<Risk>,
    /// Risk.
    pub risk: Risk,
    /// What it may lead to.
    pub impact: String,
    /// Advice.
    pub advice: Option<String>,
    /// Whether the deadline follows from the risk.
    pub deadline_by_risk: bool,
    /// Deadline as a date.
    pub deadline_on: Option<Date>,
    /// Who is responsible.
    pub owner: ResponsibleParty,
    /// Component.
    pub component: Option<String>,
    /// Who found it.
    pub found_by: PersonId,
    /// When.
    pub found_at: DateTimeUtc,
    /// Ticket that it opened; always there for a critical one.
    pub ticket_id: Option<TicketId>,
    /// Who changed the risk last.
    pub risk_set_by: Option<PersonId>,
    /// When.
    pub risk_set_at: Option<DateTimeUtc>,
    /// Why.
    pub risk_reason: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
