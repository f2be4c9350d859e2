//! 资产 an asset of the register: what the inspection looks at (C1.5.1-c).

use sea_orm::entity::prelude::*;

use crate::ids::{AssetId, ContractId, HospitalId, PersonId};
use crate::values::{AssetKind, AssetOs, DbEngine, ResponsibleParty};

/// A row of `asset`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "asset")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssetId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract that covers it.
    pub contract_id: ContractId,
    /// Code, unique in the contract.
    pub code: String,
    /// Kind.
    pub kind: AssetKind,
    /// Name as people say it.
    pub label: String,
    /// Engine of a database.
    pub engine: Option<DbEngine>,
    /// Operating system of a server.
    pub os: Option<AssetOs>,
    /// Whose it is.
    pub owner: ResponsibleParty,
    /// Last day of its warranty.
    pub warranty_until_on: Option<Date>,
    /// Level of the data that it holds, 1 to 4.
    pub data_level: Option<i32>,
    /// Optimistic lock.
    pub version: i32,
    /// Who entered it.
    pub created_by: PersonId,
    /// When.
    pub created_at: DateTimeUtc,
    /// Who retired it.
    pub retired_by: Option<PersonId>,
    /// When it was retired.
    pub retired_at: Option<DateTimeUtc>,
    /// Why it was retired.
    pub retire_reason: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
