//! 沟通记录 a talk with the hospital about an inspection (C1.5.2-a).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, InspectionId, PersonId};
use crate::values::Channel;

/// A row of `inspection_communication`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_communication")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Inspection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub inspection_id: InspectionId,
    /// Place in the inspection, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// When it took place.
    pub at: DateTimeUtc,
    /// With whom of the hospital.
    pub hospital_person_id: PersonId,
    /// About what.
    pub topics: String,
    /// How.
    pub channel: Channel,
    /// Who entered it.
    pub entered_by: PersonId,
    /// When it was entered.
    pub entered_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
