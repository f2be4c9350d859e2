//! 科室 a department of the hospital.

use sea_orm::entity::prelude::*;

use crate::ids::{DepartmentId, HospitalId};

/// A row of `department`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "department")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DepartmentId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Name, unique in the hospital.
    pub name: String,
    /// Number of beds.
    pub beds: i32,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
