//! 服务期 explicit years and quarters of a contract.

use sea_orm::entity::prelude::*;

use crate::ids::{ContractId, HospitalId, PeriodId};
use crate::values::PeriodKind;

/// A row of `service_period`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service_period")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PeriodId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract.
    pub contract_id: ContractId,
    /// Year or quarter.
    pub kind: PeriodKind,
    /// Number, from 1.
    pub no: i32,
    /// First day.
    pub from_on: Date,
    /// Last day.
    pub to_on: Date,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
