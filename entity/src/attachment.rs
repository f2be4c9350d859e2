//! 附件 file of a ticket; its bytes lie in the store of objects under their SHA-256.

use sea_orm::entity::prelude::*;

use crate::ids::{AttachmentId, HospitalId, PersonId, ReplyId, TicketId};
use crate::values::ScanState;

/// A row of `attachment`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttachmentId,
    /// Tenant; objects of two hospitals are never shared.
    pub hospital_id: HospitalId,
    /// Ticket, whose visibility it has.
    pub ticket_id: TicketId,
    /// Reply that it was sent with.
    pub reply_id: Option<ReplyId>,
    /// Name that it was given, NFC.
    pub name: String,
    /// Length, in bytes.
    pub size_bytes: i64,
    /// Media type by its signature.
    pub content_type: String,
    /// SHA-256 of its bytes, hexadecimal: key of the object.
    pub sha256: String,
    /// Result of the malware scan.
    pub scan_state: ScanState,
    /// Who.
    pub uploaded_by: PersonId,
    /// When.
    pub uploaded_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
