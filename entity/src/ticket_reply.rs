//! 答复 message on a ticket, visible to both sides.

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, ReplyId, TicketId};
use crate::partial::partial;
use crate::values::Side;

/// A row of `ticket_reply`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_reply")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReplyId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Ticket.
    pub ticket_id: TicketId,
    /// Number in the ticket, from 1.
    pub seq: i32,
    /// Who.
    pub author_id: PersonId,
    /// Side of the author.
    pub side: Side,
    /// When.
    pub at: DateTimeUtc,
    /// Text, screened.
    pub text: String,
    /// Ended a wait.
    pub ends_wait: bool,
    /// Sent as the response.
    pub as_response: bool,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

partial! {
    id = Id,
    hospital_id = HospitalId,
    ticket_id = TicketId,
    seq = Seq,
    author_id = AuthorId,
    side = Side,
    at = At,
    text = Text,
    ends_wait = EndsWait,
    as_response = AsResponse,
}
