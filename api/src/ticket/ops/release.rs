//! A ticket that came in is triaged and released to the vendor.

use entity::ids::TicketId;
use entity::rules::access::Permission;
use entity::rules::catalog::Catalog;
use entity::ticket;
use entity::values::{
    NotificationKind, Role, TicketAction, TicketCategory, TicketEventKind, TicketOrigin,
};

use super::{Change, VENDOR_DESK, claim};
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::notification::{self, Notice};
use crate::requester::Requester;

/// Tells the desk of the vendor, or the information centre where it approves first.
pub(super) async fn tell_received(tx: &Tx, app: &App, row: &ticket::Model) -> Result<()> {
    let released = row.released_at.is_some();
    let roles: &[Role] = if released {
        &VENDOR_DESK
    } else {
        &[Role::HospItAdmin]
    };
    let to = notification::people(tx, row.hospital_id, row.contract_id, roles).await?;
    let class = Catalog::shared().class(row.category);
    let severity = row
        .severity
        .map(|severity| format!(" {severity}"))
        .unwrap_or_default();
    let what = Notice {
        kind: NotificationKind::TicketReceived,
        ticket: row.id,
        cause: format!("received:{}:{released}", row.id),
        zh: format!("新工单 {}（{}{severity}）", row.number, class.name_zh),
        en: format!("New ticket {} ({}{severity})", row.number, class.name_en),
    };
    if released && notification::counts_hours(row) {
        notification::tell_at_once(tx, app, row.hospital_id, &to, &what).await
    } else {
        notification::tell(tx, app, row.hospital_id, &to, &what).await
    }
}

/// The information centre has looked at it.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn triage(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
) -> Result<ticket::Model> {
    let mut change = Change::begin(app, who, Permission::TicketTriage, id, Some(version)).await?;
    change.step(TicketAction::Triage)?;
    change
        .commit(TicketEventKind::Triaged, None, "ticket.triage")
        .await
}

/// The information centre releases it to the vendor; the clocks start now.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn release(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
) -> Result<ticket::Model> {
    let mut change = Change::begin(app, who, Permission::TicketRelease, id, Some(version)).await?;
    change.step(TicketAction::Release)?;
    change.row.released_at = Some(change.now);
    // What the vendor raises itself counts from its receipt; it is kept and shown, not counted.
    let from = match (change.row.category, change.row.origin) {
        (TicketCategory::Upgrade, TicketOrigin::VendorSelf) => change.row.received_at,
        _ => change.now,
    };
    change.clocks().await?.attach(&change.row, from).await?;
    tell_received(&change.tx, app, &change.row).await?;
    claim::ask_pending(&change).await?;
    change
        .commit(TicketEventKind::Released, None, "ticket.release")
        .await
}
