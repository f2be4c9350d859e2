//! 机器令牌 a token of a program; only its digest is kept (G45).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, TokenId};

/// A row of `machine_token`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "machine_token")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// Tenant; the token reads nothing of another.
    pub hospital_id: HospitalId,
    /// Which program uses it.
    pub agent: String,
    /// SHA-256 of the token, hexadecimal.
    pub token_sha256: String,
    /// Words of `TokenScope`, joined by blanks; that of pages as `PORTAL:<audience>:<department or contract>`.
    pub scopes: String,
    /// Who made it.
    pub created_by: PersonId,
    /// When.
    pub created_at: DateTimeUtc,
    /// When it ends by itself.
    pub expires_at: DateTimeUtc,
    /// Last use, to the minute; not audited.
    pub last_used_at: Option<DateTimeUtc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
