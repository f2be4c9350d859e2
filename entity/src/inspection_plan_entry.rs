//! 计划条目 an inspection that a plan foresees.

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, InspectionPlanId};
use crate::values::InspectionKind;

/// A row of `inspection_plan_entry`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_plan_entry")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Plan.
    #[sea_orm(primary_key, auto_increment = false)]
    pub plan_id: InspectionPlanId,
    /// Place in the plan, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// Kind.
    pub kind: InspectionKind,
    /// Contract quarter, from 1.
    pub quarter: i32,
    /// First planned day.
    pub planned_from_on: Date,
    /// Last planned day.
    pub planned_to_on: Date,
    /// Remark.
    pub note: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
