//! Which columns of a ticket a selection looks at (G72).
//!
//! A field that is not listed here makes the whole row be read, so a new field is slow before it is wrong.

use async_graphql::Context;
use entity::ticket::Column as C;
use sea_orm::Iterable;

/// Read always: identity, tenant, and what lists are ordered by.
const ALWAYS: [C; 4] = [C::Id, C::HospitalId, C::CreatedAt, C::ReceivedAt];

fn of(field: &str) -> Option<&'static [C]> {
    Some(match field {
        "__typename" | "id" | "receivedAt" | "slaClocks" | "events" | "replies" => &[],
        "number" => &[C::Number],
        "version" => &[C::Version],
        "status" => &[C::Status],
        "category" => &[C::Category],
        "subcategory" => &[C::Subcategory],
        "severity" => &[C::Severity],
        "severityProvisional" => &[C::SeverityProvisional],
        "urgency" => &[C::Urgency],
        "bedsAffected" => &[C::BedsAffected],
        "origin" => &[C::Origin],
        "channel" => &[C::Channel],
        "description" => &[C::Description],
        "location" => &[C::Location],
        "component" => &[C::Component],
        "phenomenon" => &[C::Phenomenon],
        "occurredAt" => &[C::OccurredAt],
        "department" => &[C::DepartmentId],
        "reporter" => &[C::ReporterId],
        "assignee" => &[C::AssigneeId],
        "takenBy" => &[C::TakenBy],
        "takenAt" => &[C::TakenAt],
        "handedOverAt" => &[C::HandedOverAt],
        "receivedAtClaimed" => &[C::ReceivedClaimedAt],
        "receivedAtSource" => &[C::ReceivedSource],
        "releasedAt" => &[C::ReleasedAt],
        "respondedAt" => &[C::RespondedAt],
        "firstStepAt" => &[C::FirstStepAt],
        "resolvedAt" => &[C::ResolvedAt],
        "closedAt" => &[C::ClosedAt],
        "solution" => &[C::Solution],
        "solvedBy" => &[C::SolvedBy],
        "rootCause" => &[C::RootCause],
        "cycle" => &[C::Cycle],
        "rating" => &[C::Rating],
        "nextDueClock" => &[C::NextDueAt],
        _ => return None,
    })
}

/// The columns for the nodes of a connection.
#[must_use]
pub(super) fn of_nodes(ctx: &Context<'_>) -> Vec<C> {
    listed(ctx).unwrap_or_else(|| C::iter().collect())
}

fn listed(ctx: &Context<'_>) -> Option<Vec<C>> {
    let look = ctx.look_ahead();
    let mut columns = ALWAYS.to_vec();
    for node in [look.field("nodes"), look.field("edges").field("node")] {
        for selected in node.selection_fields() {
            for field in selected.selection_set() {
                columns.extend(of(field.name())?);
            }
        }
    }
    // One order for one set, so that equal selections are one prepared statement.
    columns.sort_unstable_by_key(|column| *column as usize);
    columns.dedup_by_key(|column| *column as usize);
    Some(columns)
}
