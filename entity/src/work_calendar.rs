//! 工作日历 one year of statutory working days, versioned.

use sea_orm::entity::prelude::*;

use crate::ids::{CalendarId, HospitalId, PersonId};

/// A row of `work_calendar`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "work_calendar")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CalendarId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Year.
    pub year: i32,
    /// Revision of the year, from 1.
    pub revision: i32,
    /// Version of the data, stored on each clock.
    pub version: String,
    /// JSON array of dates.
    pub holidays: String,
    /// JSON array of make-up days.
    pub workdays: String,
    /// Derived from the law, not from a notice.
    pub provisional: bool,
    /// Title of the official notice.
    pub notice_title: Option<String>,
    /// Number of the official notice.
    pub notice_no: Option<String>,
    /// Date of the notice.
    pub notice_on: Option<Date>,
    /// Who imported it; none for the setup.
    pub imported_by: Option<PersonId>,
    /// When.
    pub imported_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
