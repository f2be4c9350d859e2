//! 门户修订号 counts what changes on the pages of a hospital.

use sea_orm::entity::prelude::*;

use crate::ids::HospitalId;

/// A row of `portal_revision`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "portal_revision")]
pub struct Model {
    /// Tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hospital_id: HospitalId,
    /// Grows with every change that pages show.
    pub revision: i64,
    /// When it changed last.
    pub changed_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
