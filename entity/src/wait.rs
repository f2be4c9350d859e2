//! 等待 a proposed or accepted pause (S8).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, TicketId, WaitId};
use crate::values::{Decision, WaitEnd, WaitReason};

/// A row of `wait`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "wait")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WaitId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Ticket.
    pub ticket_id: TicketId,
    /// Reason.
    pub reason: WaitReason,
    /// Text.
    pub note: String,
    /// Who proposed.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: DateTimeUtc,
    /// Decision of the hospital.
    pub decision: Decision,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<DateTimeUtc>,
    /// From when it counts.
    pub from_at: DateTimeUtc,
    /// End.
    pub ended_at: Option<DateTimeUtc>,
    /// How it ended.
    pub end_cause: Option<WaitEnd>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
