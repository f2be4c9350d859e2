//! 合同分派 a vendor person serves a contract.

use sea_orm::entity::prelude::*;

use crate::ids::{AssignmentId, ContractId, HospitalId, PersonId};

/// A row of `assignment`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssignmentId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Who.
    pub person_id: PersonId,
    /// Which contract.
    pub contract_id: ContractId,
    /// From.
    pub from_at: DateTimeUtc,
    /// Until.
    pub until_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
