//! 整改期限的一次移动 what moved the due date of a rectification task: the delay of the hospital, or consent of both (S39).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, RectificationTaskId};
use crate::values::MoveCause;

/// A row of `rectification_move`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rectification_move")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Task.
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: RectificationTaskId,
    /// Place in the task, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// Cause.
    pub cause: MoveCause,
    /// Working days of the delay.
    pub by_wd: Option<i32>,
    /// Due date that it leads to.
    pub due_on: Date,
    /// Why.
    pub reason: String,
    /// Who proposed it, or whose act the delay came with.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: DateTimeUtc,
    /// True when in force, false when refused, none while the other side has not answered.
    pub agreed: Option<bool>,
    /// Who of the other side answered.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
