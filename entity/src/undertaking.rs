//! 保密承诺 confidentiality undertaking of a vendor person (C1.9.2-a).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, PersonId, UndertakingId};

/// A row of `undertaking`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "undertaking")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UndertakingId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Who.
    pub person_id: PersonId,
    /// Signed.
    pub signed_on: Date,
    /// Where the signed paper lies.
    pub evidence: String,
    /// Who recorded it; none for the setup.
    pub recorded_by: Option<PersonId>,
    /// When.
    pub recorded_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
