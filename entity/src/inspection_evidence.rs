//! 证据 a file of an inspection that one of its lines names; a file may be named by many lines.

use sea_orm::entity::prelude::*;

use crate::ids::{AttachmentId, HospitalId, InspectionId};

/// A row of `inspection_evidence`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_evidence")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Inspection of line and file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub inspection_id: InspectionId,
    /// Line.
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
