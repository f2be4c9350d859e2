//! 工单经过 append-only history of a ticket.

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, TicketEventId, TicketId};
use crate::partial::partial;
use crate::values::{TicketEventKind, TicketStatus};

/// A row of `ticket_event`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TicketEventId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Ticket.
    pub ticket_id: TicketId,
    /// Number in the ticket, from 1.
    pub seq: i32,
    /// What happened.
    pub kind: TicketEventKind,
    /// When recorded.
    pub at: DateTimeUtc,
    /// Who; none for the system.
    pub actor_id: Option<PersonId>,
    /// State after it.
    pub status: TicketStatus,
    /// Text given, screened.
    pub text: Option<String>,
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
    kind = Kind,
    at = At,
    actor_id = ActorId,
    status = Status,
    text = Text,
}
