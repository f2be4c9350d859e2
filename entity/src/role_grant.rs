//! 角色授予 a role of a person at a hospital, with its second approver where one is needed.

use sea_orm::entity::prelude::*;

use crate::ids::{DepartmentId, GrantId, HospitalId, PersonId};
use crate::partial::partial;
use crate::values::{GrantState, Role};

/// A row of `role_grant`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_grant")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GrantId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Who.
    pub person_id: PersonId,
    /// Which role.
    pub role: Role,
    /// Department of ward roles.
    pub department_id: Option<DepartmentId>,
    /// Lead: of the department (ICU roles) or of the information centre (HOSP_IT_ADMIN).
    pub is_lead: bool,
    /// Pending until the second approver decides.
    pub state: GrantState,
    /// Who granted it; none for the setup.
    pub granted_by: Option<PersonId>,
    /// When.
    pub granted_at: DateTimeUtc,
    /// Second approver.
    pub decided_by: Option<PersonId>,
    /// When decided or revoked.
    pub decided_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

partial! {
    id = Id,
    hospital_id = HospitalId,
    person_id = PersonId,
    role = Role,
    department_id = DepartmentId,
    is_lead = IsLead,
    state = State,
    granted_by = GrantedBy,
    granted_at = GrantedAt,
    decided_by = DecidedBy,
    decided_at = DecidedAt,
}
