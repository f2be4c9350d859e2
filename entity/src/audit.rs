//! 审计 hash-chained, append-only (L60–L64).

use sea_orm::entity::prelude::*;

/// A row of `audit`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Hospital, or the nil id for the system chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain: Uuid,
    /// Number in the chain, from 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When.
    pub at: DateTimeUtc,
    /// What, for search.
    pub action: String,
    /// Which row, for the history of a record.
    pub object_id: Option<Uuid>,
    /// The exact canonical bytes that are hashed.
    pub payload: Vec<u8>,
    /// Hash of the row before, hexadecimal.
    pub prev_hash: String,
    /// Hash of this row, hexadecimal.
    pub hash: String,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
