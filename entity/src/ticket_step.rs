//! 处理步骤 handling or diagnosis step of the vendor.

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, StepId, TicketId};
use crate::partial::partial;
use crate::values::{Channel, StepKind};

/// A row of `ticket_step`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_step")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StepId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Ticket.
    pub ticket_id: TicketId,
    /// Number in the ticket, from 1 without gaps.
    pub seq: i32,
    /// Diagnosis or handling.
    pub kind: StepKind,
    /// When.
    pub at: DateTimeUtc,
    /// Who.
    pub by: PersonId,
    /// How the work was done.
    pub channel: Channel,
    /// What was done.
    pub action: String,
    /// What was found.
    pub finding: Option<String>,
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
    by = By,
    channel = Channel,
    action = Action,
    finding = Finding,
}
