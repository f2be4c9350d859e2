//! 排查方法与预防建议 an advice that an inspection gives (C1.5.2-b).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, InspectionId, PersonId};
use crate::values::AdviceKind;

/// A row of `inspection_advice`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_advice")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Inspection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub inspection_id: InspectionId,
    /// Place in the inspection, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// Kind.
    pub kind: AdviceKind,
    /// The advice.
    pub text: String,
    /// Who entered it.
    pub entered_by: PersonId,
    /// When.
    pub entered_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
