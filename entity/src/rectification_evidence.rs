//! 证据 a file of a rectification task that one of its submissions names.

use sea_orm::entity::prelude::*;

use crate::ids::{AttachmentId, HospitalId, RectificationTaskId};

/// A row of `rectification_evidence`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rectification_evidence")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Task of submission and file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: RectificationTaskId,
    /// Submission.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// The file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub attachment_id: AttachmentId,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
