//! 服务商 the vendor; one company may serve several hospitals.

use sea_orm::entity::prelude::*;

use crate::ids::VendorId;

/// A row of `vendor`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vendor")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VendorId,
    /// Full name, unique.
    pub name: String,
    /// When it was set up.
    pub created_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
