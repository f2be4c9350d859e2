//! 整改步骤 a step of a rectification task.

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, RectificationTaskId};

/// A row of `rectification_step`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rectification_step")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Task.
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: RectificationTaskId,
    /// Place in the task, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// When it was recorded.
    pub at: DateTimeUtc,
    /// Who did it.
    pub person_id: PersonId,
    /// What was done.
    pub text: String,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
