//! 参加人 a person who takes part in an inspection; nobody of them confirms its report.

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, InspectionId, PersonId};
use crate::values::Side;

/// A row of `inspection_participant`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_participant")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Inspection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub inspection_id: InspectionId,
    /// Person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// Side for which the person takes part.
    pub side: Side,
    /// Who entered it.
    pub entered_by: PersonId,
    /// When.
    pub entered_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
