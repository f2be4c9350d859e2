//! 审计链首 last row of each chain.

use sea_orm::entity::prelude::*;

/// A row of `audit_head`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    /// Hospital, or the nil id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain: Uuid,
    /// Last number.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
