//! 时限事件 append-only; the clock is replayed from it (S6).

use sea_orm::entity::prelude::*;

use crate::ids::{ClockId, HospitalId, PersonId, SlaEventId};
use crate::values::SlaEventKind;

/// A row of `sla_event`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sla_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SlaEventId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Clock.
    pub clock_id: ClockId,
    /// Number in the clock, from 1.
    pub seq: i32,
    /// Kind.
    pub kind: SlaEventKind,
    /// From when it counts.
    pub effective_at: DateTimeUtc,
    /// When recorded.
    pub recorded_at: DateTimeUtc,
    /// Who; none for the system.
    pub actor_id: Option<PersonId>,
    /// JSON of the kind.
    pub payload: String,
    /// Why.
    pub note: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
