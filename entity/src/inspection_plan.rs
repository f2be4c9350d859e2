//! 巡检计划 the plan of inspections of a service year (C1.5.1-a, C1.5.1-b).

use sea_orm::entity::prelude::*;

use crate::ids::{ContractId, HospitalId, InspectionPlanId, PersonId};
use crate::values::InspectionPlanState;

/// A row of `inspection_plan`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_plan")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InspectionPlanId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract.
    pub contract_id: ContractId,
    /// Service year, from 1.
    pub service_year: i32,
    /// State.
    pub state: InspectionPlanState,
    /// Optimistic lock.
    pub version: i32,
    /// Who drafted it.
    pub drafted_by: PersonId,
    /// When.
    pub drafted_at: DateTimeUtc,
    /// Who approved it.
    pub approved_by: Option<PersonId>,
    /// When it was approved.
    pub approved_at: Option<DateTimeUtc>,
    /// When a later plan took its place.
    pub superseded_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
