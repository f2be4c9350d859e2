//! 重放 results of mutations by client key, 24 h (G27).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId};

/// A row of `idempotency`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// Tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hospital_id: HospitalId,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor_id: PersonId,
    /// Client-made key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Name of the mutation.
    pub mutation: String,
    /// SHA-256 of the canonical input.
    pub input_sha256: String,
    /// What the call made.
    pub object_id: Uuid,
    /// When.
    pub at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
