//! 违约 a clock passed its due instant; insert-only (S14).

use sea_orm::entity::prelude::*;

use crate::ids::{BreachId, ClockId, HospitalId, TicketId};
use crate::values::{BreachKind, BreachState};

/// A row of `breach`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "breach")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BreachId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Ticket.
    pub ticket_id: TicketId,
    /// Clock.
    pub clock_id: ClockId,
    /// Kind.
    pub kind: BreachKind,
    /// Due instant at the time of the finding.
    pub due_at: DateTimeUtc,
    /// When it was found.
    pub found_at: DateTimeUtc,
    /// State.
    pub state: BreachState,
    /// When withdrawn.
    pub decided_at: Option<DateTimeUtc>,
    /// Event that withdrew it.
    pub reason: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
