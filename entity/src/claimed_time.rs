//! 申报时刻 an earlier time that one side claims and the other confirms (`domain.md` 3.3).

use sea_orm::entity::prelude::*;

use crate::ids::{ClaimId, HospitalId, PersonId, TicketId};
use crate::values::{ClaimKind, Decision, Side};

/// A row of `claimed_time`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "claimed_time")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClaimId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Ticket.
    pub ticket_id: TicketId,
    /// Receipt or response.
    pub kind: ClaimKind,
    /// Cycle of the ticket whose clock it concerns.
    pub cycle: i32,
    /// The time that is claimed.
    pub claimed_at: DateTimeUtc,
    /// The time of the server; it counts until the claim is accepted.
    pub recorded_at: DateTimeUtc,
    /// Who claims.
    pub claimed_by: PersonId,
    /// Side of who claims.
    pub side: Side,
    /// Decision.
    pub decision: Decision,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<DateTimeUtc>,
    /// From when on the information centre decides what nobody confirmed or refused.
    pub decide_from_at: DateTimeUtc,
    /// The time that counts; the recorded one until the decision.
    pub counted_at: DateTimeUtc,
    /// Note of the decision.
    pub note: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
