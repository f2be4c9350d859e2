//! The vendor's internal note of a ticket: written and read by the vendor alone (G48).

use entity::ids::TicketId;
use entity::rules::access::Permission;
use entity::ticket;
use entity::values::TicketEventKind;

use super::{Change, LONG, checked_option};
use crate::app::App;
use crate::error::Result;
use crate::requester::Requester;

/// The note, for who may read it.
#[must_use]
pub fn internal_note<'a>(who: &Requester, row: &'a ticket::Model) -> Option<&'a str> {
    let reads = who.may_at(row.hospital_id, Permission::InternalNote);
    row.internal_note.as_deref().filter(|_| reads)
}

/// Writes the note, or takes it away.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, those of the text.
pub async fn set_internal_note(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    note: Option<&str>,
) -> Result<ticket::Model> {
    let permission = Permission::InternalNote;
    who.require(permission)?;
    let note = checked_option(note, "note", LONG)?;
    let mut change = Change::begin(app, who, permission, id, Some(version)).await?;
    change.row.internal_note = note;
    // The history is read by both sides, so it says that there was a change and not which.
    change
        .commit(
            TicketEventKind::InternalNoted,
            None,
            "ticket.set_internal_note",
        )
        .await
}
