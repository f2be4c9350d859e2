//! 复发 a fault that came back: a later fault, or a reopening after closing (`domain.md` 5.2).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, RecurrenceId, TicketId};
use crate::values::{RecurrenceDecision, RecurrenceKind};

/// A row of `recurrence_link`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recurrence_link")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecurrenceId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// The later fault; of a reopening the ticket itself.
    pub ticket_id: TicketId,
    /// The earlier fault.
    pub previous_id: TicketId,
    /// Kind.
    pub kind: RecurrenceKind,
    /// Cycle that a reopening began; 1 for a later fault.
    pub cycle: i32,
    /// Who proposed it; none for the system.
    pub proposed_by: Option<PersonId>,
    /// When proposed.
    pub proposed_at: DateTimeUtc,
    /// Decision of the hospital.
    pub decision: RecurrenceDecision,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When decided.
    pub decided_at: Option<DateTimeUtc>,
    /// Reason of the decision.
    pub note: Option<String>,
    /// Comment of the vendor.
    pub comment: Option<String>,
    /// Who commented.
    pub commented_by: Option<PersonId>,
    /// When commented.
    pub commented_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
