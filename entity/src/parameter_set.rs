//! 参数集 the parameters of the contract, versioned (`domain.md` 6).

use sea_orm::entity::prelude::*;

use crate::ids::{ContractId, HospitalId, ParameterSetId, PersonId};
use crate::values::{CalendarMissing, ReopenTarget, ReturnVoids, TwoHourMeaning};

/// A row of `parameter_set`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "parameter_set")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ParameterSetId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract.
    pub contract_id: ContractId,
    /// Version, from 1.
    pub version: i32,
    /// In force from.
    pub effective_from_on: Date,
    ///
    pub two_hour_meaning: TwoHourMeaning,
    /// A-06, working days.
    pub response_wd_n: i32,
    /// A-07, minutes.
    pub immediate_min: i32,
    /// A-08, minutes.
    pub first_step_kpi_min: i32,
    ///
    pub reopen_target: ReopenTarget,
    ///
    pub calendar_missing: CalendarMissing,
    /// A-26, natural days.
    pub recurrence_days: i32,
    /// How long a closed ticket can be reopened, days.
    pub reopen_days: i32,
    /// How far a claimed time reaches back, hours.
    pub backdate_max_h: i32,
    /// After how many working days the information centre decides a claimed time.
    pub claim_decide_wd: i32,
    /// A-55, working days between reminders.
    pub confirm_reminder_wd: i32,
    /// A-55, number of reminders.
    pub confirm_reminders: i32,
    /// Working days before an inspection on site by which it is announced.
    pub announce_onsite_wd: i32,
    /// Natural days without a step after which an open inspection is reminded of.
    pub inspection_idle_days: i32,
    ///
    pub onsite_counts_as_online: bool,
    /// A-17, working days after which an unanswered report is reminded of; beyond them the delay is the hospital's.
    pub report_confirm_reminder_wd: i32,
    /// Working days for the decision on a rectification; beyond them the delay is the hospital's.
    pub rectify_verify_wd: i32,
    ///
    pub return_voids: ReturnVoids,
    /// Whether both parties agreed in writing on electronic seals and signatures (电子签名法 3).
    pub eseal_agreed: bool,
    /// Service telephone (二(一)); none where none was named.
    pub hotline: Option<String>,
    /// Mailbox of the service.
    pub service_email: Option<String>,
    /// QQ number or group of the service.
    pub service_qq: Option<String>,
    /// Who locked it; none for the setup.
    pub locked_by: Option<PersonId>,
    /// When it was locked.
    pub locked_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
