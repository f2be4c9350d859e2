//! 报告流水号 counter of report numbers, a row a hospital, prefix and year.

use sea_orm::entity::prelude::*;

use crate::ids::HospitalId;

/// A row of `report_counter`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_counter")]
pub struct Model {
    /// Tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hospital_id: HospitalId,
    /// Letters before the year, `XJBG`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub prefix: String,
    /// Year.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// Last number given.
    pub last: i32,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
