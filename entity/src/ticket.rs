//! 工单 a fault, request or question raised under the contract (`domain.md` 4.3).

use sea_orm::entity::prelude::*;

use crate::ids::{ContractId, DepartmentId, HospitalId, PersonId, TicketId};
use crate::partial::partial;
use crate::values::{
    BedsAffected, Channel, Impact, ReceivedSource, RootCause, Severity, Side, TicketCategory,
    TicketOrigin, TicketStatus, Urgency,
};

/// A row of `ticket`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TicketId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract.
    pub contract_id: ContractId,
    /// Department of the reporter.
    pub department_id: Option<DepartmentId>,
    /// Human number, unique in the hospital.
    pub number: String,
    /// Optimistic lock.
    pub version: i32,
    /// State.
    pub status: TicketStatus,
    /// Category.
    pub category: TicketCategory,
    /// Code of the subcategory.
    pub subcategory: String,
    /// Who raised it.
    pub origin: TicketOrigin,
    /// How it came in.
    pub channel: Channel,
    /// What is asked or wrong; no patient data.
    pub description: String,
    /// Bed number or place, no patient.
    pub location: Option<String>,
    /// Code of the component, key of recurrence.
    pub component: Option<String>,
    /// Fault: what is seen.
    pub phenomenon: Option<String>,
    /// Fault: since when.
    pub occurred_at: Option<DateTimeUtc>,
    /// Fault: who and what is affected.
    pub scope: Option<String>,
    /// Fault: JSON array of names.
    pub related_systems: Option<String>,
    /// Fault: how to see it again.
    pub steps: Option<String>,
    /// Answer of the reporter.
    pub beds_affected: Option<BedsAffected>,
    /// Urgency, of the reporter.
    pub urgency: Option<Urgency>,
    /// Impact, of the information centre.
    pub impact: Option<Impact>,
    /// Severity.
    pub severity: Option<Severity>,
    /// Not yet confirmed by the information centre.
    pub severity_provisional: bool,
    /// For whom the ticket is.
    pub reporter_id: PersonId,
    /// Who registered it.
    pub registered_by: PersonId,
    /// Who handles it.
    pub assignee_id: Option<PersonId>,
    /// When it was received, as it counts.
    pub received_at: DateTimeUtc,
    /// Claimed by who registered it.
    pub received_claimed_at: Option<DateTimeUtc>,
    /// Where the instant comes from.
    pub received_source: ReceivedSource,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// Released to the vendor.
    pub released_at: Option<DateTimeUtc>,
    /// First human answer, as it counts.
    pub responded_at: Option<DateTimeUtc>,
    /// Claimed by the vendor person who answered.
    pub responded_claimed_at: Option<DateTimeUtc>,
    /// Who of the hospital confirmed or decided the claimed time of the answer.
    pub response_confirmed_by: Option<PersonId>,
    /// First handling step.
    pub first_step_at: Option<DateTimeUtc>,
    /// Solved, as claimed.
    pub resolved_at: Option<DateTimeUtc>,
    /// Confirmed and closed.
    pub closed_at: Option<DateTimeUtc>,
    /// Taken by the information centre.
    pub taken_by: Option<PersonId>,
    /// When taken.
    pub taken_at: Option<DateTimeUtc>,
    /// When handed over.
    pub handed_over_at: Option<DateTimeUtc>,
    /// Solution text.
    pub solution: Option<String>,
    /// Who solved it.
    pub solved_by: Option<Side>,
    /// Root cause, for faults.
    pub root_cause: Option<RootCause>,
    /// How the solution was verified.
    pub verification: Option<String>,
    /// Cycle, from 1.
    pub cycle: i32,
    /// Parent of a duplicate.
    pub parent_id: Option<TicketId>,
    /// Parent that the vendor proposed and nobody has decided on.
    pub proposed_parent_id: Option<TicketId>,
    /// 1 to 5.
    pub rating: Option<i32>,
    /// Comment of the rating.
    pub rating_comment: Option<String>,
    /// Who proposed out of scope.
    pub scope_proposed_by: Option<PersonId>,
    /// Why out of scope.
    pub scope_reason: Option<String>,
    /// Internal note of the vendor.
    pub internal_note: Option<String>,
    /// Earliest due instant of the running clocks.
    pub next_due_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

partial! {
    id = Id,
    hospital_id = HospitalId,
    contract_id = ContractId,
    department_id = DepartmentId,
    number = Number,
    version = Version,
    status = Status,
    category = Category,
    subcategory = Subcategory,
    origin = Origin,
    channel = Channel,
    description = Description,
    location = Location,
    component = Component,
    phenomenon = Phenomenon,
    occurred_at = OccurredAt,
    scope = Scope,
    related_systems = RelatedSystems,
    steps = Steps,
    beds_affected = BedsAffected,
    urgency = Urgency,
    impact = Impact,
    severity = Severity,
    severity_provisional = SeverityProvisional,
    reporter_id = ReporterId,
    registered_by = RegisteredBy,
    assignee_id = AssigneeId,
    received_at = ReceivedAt,
    received_claimed_at = ReceivedClaimedAt,
    received_source = ReceivedSource,
    created_at = CreatedAt,
    released_at = ReleasedAt,
    responded_at = RespondedAt,
    responded_claimed_at = RespondedClaimedAt,
    response_confirmed_by = ResponseConfirmedBy,
    first_step_at = FirstStepAt,
    resolved_at = ResolvedAt,
    closed_at = ClosedAt,
    taken_by = TakenBy,
    taken_at = TakenAt,
    handed_over_at = HandedOverAt,
    solution = Solution,
    solved_by = SolvedBy,
    root_cause = RootCause,
    verification = Verification,
    cycle = Cycle,
    parent_id = ParentId,
    proposed_parent_id = ProposedParentId,
    rating = Rating,
    rating_comment = RatingComment,
    scope_proposed_by = ScopeProposedBy,
    scope_reason = ScopeReason,
    internal_note = InternalNote,
    next_due_at = NextDueAt,
}
