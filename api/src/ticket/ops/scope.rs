//! Out of scope: the vendor proposes, the hospital agrees; until then the ticket is open and its clocks run (AC1.1-2).

use entity::ids::TicketId;
use entity::rules::access::Permission;
use entity::ticket;
use entity::values::{
    ClockCancelReason, NotificationKind, TicketAction, TicketEventKind, TicketStatus, WaitEnd,
};

use super::handle::{ask_centre, notice};
use super::{Change, LONG, checked_option, wait};
use crate::app::App;
use crate::error::{Result, UserErrorCode};
use crate::notification;
use crate::requester::Requester;

/// Proposes that the ticket lies outside the contract.
///
/// # Errors
/// `REQUIRED`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` also while a proposal waits.
pub async fn propose_out_of_scope(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    reason: &str,
) -> Result<ticket::Model> {
    let permission = Permission::ScopePropose;
    who.require(permission)?;
    let reason = wait::reason(reason)?;
    let mut change = Change::begin(app, who, permission, id, Some(version)).await?;
    change.step(TicketAction::ProposeOutOfScope)?;
    if change.row.scope_proposed_by.is_some() {
        return Err(UserErrorCode::WrongState.into());
    }
    change.row.scope_proposed_by = change.actor();
    change.row.scope_reason = Some(reason.clone());
    let cause = format!("scope:{}:{}", change.row.id, change.row.version);
    ask_centre(
        &change,
        cause,
        "服务商提出超范围，请决定",
        "is proposed as out of scope, please decide",
    )
    .await?;
    change
        .commit(
            TicketEventKind::ScopeProposed,
            Some(reason),
            "ticket.propose_out_of_scope",
        )
        .await
}

/// The hospital agrees that the ticket is out of scope, or refuses; agreed, its clocks are cancelled.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` without a proposal, `FOUR_EYES` for who proposed.
pub async fn decide_out_of_scope(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    accept: bool,
    note: Option<&str>,
) -> Result<ticket::Model> {
    let permission = Permission::ScopeDecide;
    who.require(permission)?;
    let note = checked_option(note, "note", LONG)?;
    let mut change = Change::begin(app, who, permission, id, Some(version)).await?;
    change.step(TicketAction::DecideOutOfScope)?;
    let Some(proposer) = change.row.scope_proposed_by else {
        return Err(UserErrorCode::WrongState.into());
    };
    if change.actor() == Some(proposer) {
        return Err(UserErrorCode::FourEyes.into());
    }
    let mut told = [proposer].into();
    let (zh, en) = if accept {
        wait::end_open(&mut change, WaitEnd::TicketEnded).await?;
        change.row.status = TicketStatus::OutOfScope;
        change
            .clocks()
            .await?
            .cancelled(&change.row, ClockCancelReason::OutOfScope, change.now)
            .await?;
        std::collections::BTreeSet::insert(&mut told, change.row.reporter_id);
        ("已认定超范围", "was agreed to be out of scope")
    } else {
        // The refused proposal stays in the history; the vendor may give better reasons.
        change.row.scope_proposed_by = None;
        change.row.scope_reason = None;
        ("超范围未获同意", "was not agreed to be out of scope")
    };
    let row = &change.row;
    let cause = format!("scope-decided:{}:{}", row.id, row.version);
    let what = notice(row, NotificationKind::TicketChanged, cause, zh, en);
    notification::tell(&change.tx, app, row.hospital_id, &told, &what).await?;
    let word = if accept { "ACCEPTED" } else { "REFUSED" };
    let text = note.map_or_else(|| word.to_owned(), |note| format!("{word}：{note}"));
    change
        .commit(
            TicketEventKind::ScopeDecided,
            Some(text),
            "ticket.decide_out_of_scope",
        )
        .await
}
