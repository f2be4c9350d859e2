//! 时限 one cycle of one clock; the columns project its events (`sla.md` 1.2).

use sea_orm::entity::prelude::*;

use crate::ids::{ClockId, HospitalId, TicketId};
use crate::partial::partial;
use crate::values::{
    ClockCancelReason, ClockCode, Confirmation, SlaClockKind, SlaClockState, SlaResult, SlaUnit,
    TargetSource,
};

/// A row of `sla_clock`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sla_clock")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClockId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Ticket.
    pub ticket_id: TicketId,
    /// Clock code of the contract.
    pub code: ClockCode,
    /// Kind.
    pub kind: SlaClockKind,
    /// Cycle, from 1.
    pub cycle: i32,
    /// Rule of the policy that won (S16).
    pub rule_name: String,
    /// Parameter set in force at the start.
    pub policy_version: i32,
    /// Calendar it was computed with.
    pub calendar_version: String,
    /// Unit.
    pub unit: SlaUnit,
    /// Where the target comes from.
    pub target_source: TargetSource,
    /// Limit in the unit: seconds or working days; none without a target.
    pub limit_n: Option<i64>,
    /// Checking limit in its unit.
    pub check_n: Option<i64>,
    /// The checking limit is in working days.
    pub check_wd: bool,
    /// Target before its first change, as JSON; none while it never changed.
    pub first_target: Option<String>,
    /// Carried from earlier cycles, in the unit.
    pub carried_n: i64,
    /// Start.
    pub started_at: DateTimeUtc,
    /// Due; none while paused or without a target.
    pub due_at: Option<DateTimeUtc>,
    /// Exclusive bound of a day limit.
    pub due_before_at: Option<DateTimeUtc>,
    /// Stop.
    pub stopped_at: Option<DateTimeUtc>,
    /// Paused, in the unit.
    pub paused_n: i64,
    /// Held by the hospital, in the unit.
    pub held_n: i64,
    /// State.
    pub state: SlaClockState,
    /// Result.
    pub result: SlaResult,
    /// Confirmation.
    pub confirmation: Confirmation,
    /// Why cancelled.
    pub cancel_reason: Option<ClockCancelReason>,
    /// A calendar year was missing.
    pub provisional: bool,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

partial! {
    id = Id,
    hospital_id = HospitalId,
    ticket_id = TicketId,
    code = Code,
    kind = Kind,
    cycle = Cycle,
    rule_name = RuleName,
    policy_version = PolicyVersion,
    calendar_version = CalendarVersion,
    unit = Unit,
    target_source = TargetSource,
    limit_n = LimitN,
    check_n = CheckN,
    check_wd = CheckWd,
    first_target = FirstTarget,
    carried_n = CarriedN,
    started_at = StartedAt,
    due_at = DueAt,
    due_before_at = DueBeforeAt,
    stopped_at = StoppedAt,
    paused_n = PausedN,
    held_n = HeldN,
    state = State,
    result = Result,
    confirmation = Confirmation,
    cancel_reason = CancelReason,
    provisional = Provisional,
}
