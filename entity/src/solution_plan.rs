//! 解决方案 plan and compliance checklist of a fault (C1.2.1-c, -e).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, PlanId, TicketId};
use crate::values::PlanState;

/// A row of `solution_plan`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "solution_plan")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Ticket.
    pub ticket_id: TicketId,
    /// Version, from 1.
    pub plan_no: i32,
    /// State.
    pub state: PlanState,
    /// Steps.
    pub steps: String,
    /// Risk.
    pub risk: String,
    /// Way back.
    pub rollback: String,
    /// JSON object: code of the item → answer and note.
    pub checklist: String,
    /// Who wrote it.
    pub written_by: PersonId,
    /// When.
    pub written_at: DateTimeUtc,
    /// When it was executed.
    pub executed_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
