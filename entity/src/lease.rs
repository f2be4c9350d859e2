//! 租约 the right to do something alone, with a term that grows with every holder (L13).

use sea_orm::entity::prelude::*;

/// A row of `lease`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lease")]
pub struct Model {
    /// What it is the right to.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// Who holds it.
    pub holder: Uuid,
    /// Grows by one with every holder.
    pub term: i64,
    /// Until when it holds without a sign of life.
    pub expires_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
