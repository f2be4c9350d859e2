//! 系统状态 the state of the ICU system, a row each time it is set.

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId};
use crate::values::SystemState;

/// A row of `system_status`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "system_status")]
pub struct Model {
    /// Tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hospital_id: HospitalId,
    /// Number in the hospital, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// State.
    pub state: SystemState,
    /// Since when.
    pub since_at: DateTimeUtc,
    /// When more is said.
    pub next_update_at: Option<DateTimeUtc>,
    /// What the staff is told.
    pub message: Option<String>,
    /// Who set it.
    pub set_by: PersonId,
    /// When.
    pub set_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
