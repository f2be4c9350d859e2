//! 不适用的范围 a scope that is said not to apply to an inspection as a whole.

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, InspectionId, PersonId};
use crate::values::InspectionScope;

/// A row of `inspection_scope_na`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_scope_na")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Inspection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub inspection_id: InspectionId,
    /// Scope.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: InspectionScope,
    /// Why; without a reason it does not count.
    pub reason: Option<String>,
    /// Who said so.
    pub stated_by: PersonId,
    /// When.
    pub stated_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
