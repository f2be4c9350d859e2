//! The information centre takes a ticket itself, and hands it over (S36).

use super::handle::notice;
use super::{Change, LONG, VENDOR_DESK, checked, wait};
use crate::app::App;
use crate::error::{Result, UserErrorCode};
use crate::notification;
use crate::requester::Requester;
use entity::ids::TicketId;
use entity::rules::access::Permission;
use entity::ticket;
use entity::values::{
    ClockCancelReason, NotificationKind, TicketAction, TicketCategory, TicketEventKind,
    TicketStatus, WaitEnd,
};

/// Takes the ticket: running vendor clocks are cancelled, breaches before it stay.
///
/// # Errors
/// `REQUIRED`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` (also for disasters and security).
pub async fn take(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    text: &str,
) -> Result<ticket::Model> {
    who.require(Permission::TicketTake)?;
    let text = wait::reason(text)?;
    let mut change = Change::begin(app, who, Permission::TicketTake, id, Some(version)).await?;
    if matches!(
        change.row.category,
        TicketCategory::Disaster | TicketCategory::Security
    ) {
        return Err(UserErrorCode::WrongState.into());
    }
    change.step(TicketAction::Take)?;
    wait::end_open(&mut change, WaitEnd::TicketEnded).await?;
    change.row.status = TicketStatus::TakenByHospital;
    change.row.taken_by = change.actor();
    change.row.taken_at = Some(change.now);
    change
        .clocks()
        .await?
        .cancelled(&change.row, ClockCancelReason::TakenByHospital, change.now)
        .await?;
    change
        .commit(TicketEventKind::Taken, Some(text), "ticket.take")
        .await
}

/// Hands a taken ticket over: the next cycle of its clocks starts now, with full targets.
///
/// # Errors
/// `REQUIRED`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` if nobody took it.
pub async fn hand_over(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    text: &str,
) -> Result<ticket::Model> {
    who.require(Permission::TicketHandOver)?;
    let text = checked(text, "text", LONG)?;
    let mut change = Change::begin(app, who, Permission::TicketHandOver, id, Some(version)).await?;
    change.step(TicketAction::HandOver)?;
    change.row.handed_over_at = Some(change.now);
    change.row.released_at.get_or_insert(change.now);
    change.row.cycle += 1;
    change.row.responded_at = None;
    change.row.responded_claimed_at = None;
    change.row.response_confirmed_by = None;
    change.row.first_step_at = None;
    change
        .clocks()
        .await?
        .attach(&change.row, change.now)
        .await?;
    let to = notification::people(
        &change.tx,
        change.row.hospital_id,
        change.row.contract_id,
        &VENDOR_DESK,
    )
    .await?;
    let what = notice(
        &change.row,
        NotificationKind::TicketReceived,
        format!("handed:{}:{}", change.row.id, change.row.cycle),
        "由院方转交",
        "was handed over",
    );
    let hospital = change.row.hospital_id;
    if notification::counts_hours(&change.row) {
        notification::tell_at_once(&change.tx, app, hospital, &to, &what).await?;
    } else {
        notification::tell(&change.tx, app, hospital, &to, &what).await?;
    }
    change
        .commit(TicketEventKind::HandedOver, Some(text), "ticket.hand_over")
        .await
}
