//! 解决时限附件 signed resolution targets by severity.

use sea_orm::entity::prelude::*;

use crate::ids::{AnnexId, ContractId, HospitalId};

/// A row of `sla_annex`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sla_annex")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AnnexId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract.
    pub contract_id: ContractId,
    /// Version, from 1.
    pub version: i32,
    /// Concerns clocks that start on or after this day.
    pub effective_from_on: Date,
    /// Target of S1, seconds of natural time.
    pub s1_s: i64,
    /// Target of S2, seconds of natural time.
    pub s2_s: i64,
    /// Target of S3, seconds of natural time.
    pub s3_s: i64,
    /// Target of S4, working days.
    pub s4_wd: i32,
    /// Who signed for the hospital.
    pub signed_by_hospital: String,
    /// Who signed for the vendor.
    pub signed_by_vendor: String,
    /// Signed.
    pub signed_on: Date,
    /// Where the sealed paper and the letters of authority lie.
    pub evidence: String,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
