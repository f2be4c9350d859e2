//! 合同 the maintenance contract.

use sea_orm::entity::prelude::*;

use crate::ids::{ContractId, HospitalId, VendorId};
use crate::values::ContractState;

/// A row of `contract`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contract")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContractId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Vendor.
    pub vendor_id: VendorId,
    /// Number, unique in the hospital.
    pub no: String,
    /// Title.
    pub title: String,
    /// Fee of the service year in fen.
    pub fee_fen: i64,
    /// Signed.
    pub signed_on: Date,
    /// First day of the service.
    pub service_from_on: Date,
    /// Last day of the service.
    pub service_to_on: Date,
    /// Start that both sides confirmed.
    pub service_start_on: Date,
    /// Version of the ICU system at the start.
    pub baseline_version: String,
    /// Whether procurement law binds.
    pub government_procurement: bool,
    /// Whether the vendor is a small or medium enterprise.
    pub vendor_is_sme: bool,
    /// State.
    pub state: ContractState,
    /// Optimistic lock.
    pub version: i32,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
