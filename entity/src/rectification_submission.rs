//! 整改提交 a submission of a rectification task with its evidence, and what the hospital found.

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, RectificationTaskId};

/// A row of `rectification_submission`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rectification_submission")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Task.
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: RectificationTaskId,
    /// Place in the task, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// When.
    pub at: DateTimeUtc,
    /// Who submitted it.
    pub person_id: PersonId,
    /// What was rectified.
    pub text: String,
    /// Evidence and where it lies; none where files are named alone.
    pub evidence: Option<String>,
    /// True when verified, false when rejected, none while it waits.
    pub accepted: Option<bool>,
    /// Who looked at it.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<DateTimeUtc>,
    /// What was found; always given with a rejection.
    pub note: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
