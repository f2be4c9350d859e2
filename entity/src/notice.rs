//! 公告 what the hospital announces, to whom and how long (`domain.md` 4.5).

use sea_orm::entity::prelude::*;

use crate::ids::{DepartmentId, HospitalId, NoticeId, PersonId};
use crate::values::NoticeKind;

/// A row of `notice`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Optimistic lock.
    pub version: i32,
    /// Kind.
    pub kind: NoticeKind,
    /// Title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// For whom it is; see `rules::audience`.
    pub audience_bits: i32,
    /// The one department of the ward for which it is.
    pub department_id: Option<DepartmentId>,
    /// Classification, 1 to 3.
    pub data_level: i32,
    /// Shown from.
    pub valid_from_at: DateTimeUtc,
    /// Shown before; without end until it is withdrawn.
    pub valid_to_at: Option<DateTimeUtc>,
    /// Begin of the window.
    pub starts_at: Option<DateTimeUtc>,
    /// End of the window.
    pub ends_at: Option<DateTimeUtc>,
    /// Who published it.
    pub published_by: PersonId,
    /// When.
    pub published_at: DateTimeUtc,
    /// Who withdrew it.
    pub withdrawn_by: Option<PersonId>,
    /// When.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Why.
    pub withdrawn_reason: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
