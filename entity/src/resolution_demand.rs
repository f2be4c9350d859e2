//! 书面催告 a written demand to solve by a deadline; immutable but for its withdrawal (S37).

use sea_orm::entity::prelude::*;

use crate::ids::{DemandId, HospitalId, PersonId, TicketId};

/// A row of `resolution_demand`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resolution_demand")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DemandId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Ticket.
    pub ticket_id: TicketId,
    /// Cycle that it holds for.
    pub cycle: i32,
    /// Deadline as an instant.
    pub deadline_at: Option<DateTimeUtc>,
    /// Deadline as a date, to its 24:00.
    pub deadline_on: Option<Date>,
    /// What is demanded.
    pub text: String,
    /// Who issued it.
    pub issued_by: PersonId,
    /// When it was recorded.
    pub issued_at: DateTimeUtc,
    /// When it was delivered.
    pub delivered_at: DateTimeUtc,
    /// Where the proof of delivery lies.
    pub delivery_evidence: String,
    /// Who withdrew it.
    pub withdrawn_by: Option<PersonId>,
    /// When withdrawn.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Why withdrawn.
    pub withdraw_reason: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
