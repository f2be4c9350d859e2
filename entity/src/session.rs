//! 会话 a signed-in session; only the digest of its token is kept.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, SessionId};
use crate::partial::partial;
use crate::values::SessionKind;

/// A row of `session`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Who.
    pub person_id: PersonId,
    /// SHA-256 of the token, hexadecimal.
    pub token_sha256: String,
    /// How the token is carried.
    pub kind: SessionKind,
    /// Sign in.
    pub created_at: DateTimeUtc,
    /// Last use, to the minute.
    pub last_seen_at: DateTimeUtc,
    /// Absolute end.
    pub expires_at: DateTimeUtc,
    /// Signed out or revoked.
    pub revoked_at: Option<DateTimeUtc>,
    /// Address of the sign in.
    pub ip: String,
    /// User agent of the sign in, cut to 200 characters.
    pub agent: String,
    /// Whether it was opened on a shared ward station, where idleness ends it sooner.
    pub shared: bool,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

partial! {
    id = Id,
    person_id = PersonId,
    token_sha256 = TokenSha256,
    kind = Kind,
    created_at = CreatedAt,
    last_seen_at = LastSeenAt,
    expires_at = ExpiresAt,
    revoked_at = RevokedAt,
    ip = Ip,
    agent = Agent,
    shared = Shared,
}
