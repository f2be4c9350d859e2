//! 医院 the hospital, one tenant.

use sea_orm::entity::prelude::*;

use crate::ids::HospitalId;

/// A row of `hospital`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hospital")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HospitalId,
    /// Short code, unique, set at the setup.
    pub code: String,
    /// Full name.
    pub name: String,
    /// When it was set up.
    pub created_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
