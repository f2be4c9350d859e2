//! The hospital judges: confirm, reject, reopen, rate; and the side that raised a ticket cancels it.

use super::handle::notice;
use super::{Change, LONG, bulk, checked_option, may_judge, raised_by, recurrence, wait};
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification;
use crate::replay::Replay;
use crate::requester::Requester;
use chrono::TimeDelta;
use entity::ids::TicketId;
use entity::rules::access::Permission;
use entity::ticket;
use entity::values::{
    ClockCancelReason, NotificationKind, Role, Side, TicketAction, TicketEventKind, WaitEnd,
};

async fn judged<'a>(
    app: &'a App,
    who: &'a Requester,
    permission: Permission,
    id: Option<TicketId>,
    version: Option<i32>,
) -> Result<Change<'a>> {
    let change = Change::begin(app, who, permission, id, version).await?;
    if !may_judge(who, &change.row) {
        return Err(Error::from(UserErrorCode::Invalid).at(["ticketId"]).detail(
            "仅报告人或信息中心可确认",
            "only the requester or the information centre decides",
        ));
    }
    if change.row.solved_by == Some(Side::Hospital)
        && change.before.taken_by.is_some()
        && change.before.taken_by == who.person_id()
    {
        return Err(UserErrorCode::FourEyes.into());
    }
    Ok(change)
}

async fn tell_handler(change: &Change<'_>, verb: &str, zh: &str, en: &str) -> Result<()> {
    let to = match change.row.assignee_id {
        Some(one) => [one].into(),
        None => {
            notification::people(
                &change.tx,
                change.row.hospital_id,
                change.row.contract_id,
                &[Role::VendorPm],
            )
            .await?
        }
    };
    let cause = format!("{verb}:{}:{}", change.row.id, change.row.version);
    notification::tell(
        &change.tx,
        change.app,
        change.row.hospital_id,
        &to,
        &notice(&change.row, NotificationKind::TicketChanged, cause, zh, en),
    )
    .await
}

/// Confirms the solution and closes; the clock stops at the claimed solution.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `FOUR_EYES` for the one who solved a taken ticket.
pub async fn confirm(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
) -> Result<ticket::Model> {
    confirm_as(app, who, Permission::TicketConfirm, id, Some(version), None).await
}

/// [`confirm`] under a permission of its own, as the version stands or as it was read, replay-safe with a key.
pub(super) async fn confirm_as(
    app: &App,
    who: &Requester,
    permission: Permission,
    id: Option<TicketId>,
    version: Option<i32>,
    replay: Option<&Replay>,
) -> Result<ticket::Model> {
    let mut change = judged(app, who, permission, id, version).await?;
    if let Some(replay) = replay {
        let (me, row) = (change.who.require_person()?.id, &change.row);
        let made = replay
            .take(&change.tx, row.hospital_id, me, row.id.0, change.now)
            .await?;
        if made.is_some() {
            let id = row.id;
            change.tx.rollback().await?;
            return bulk::replayed(app, id).await;
        }
    }
    change.step(TicketAction::Confirm)?;
    change.row.closed_at = Some(change.now);
    recurrence::propose_later(&change).await?;
    change
        .clocks()
        .await?
        .confirmed(&change.row, change.now)
        .await?;
    tell_handler(
        &change,
        "confirmed",
        "已确认关闭",
        "was confirmed and closed",
    )
    .await?;
    change
        .commit(TicketEventKind::Confirmed, None, "ticket.confirm")
        .await
}

/// Rejects the solution; the same cycle goes on as if never stopped.
///
/// # Errors
/// `REQUIRED`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn reject(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    text: &str,
) -> Result<ticket::Model> {
    who.require(Permission::TicketReject)?;
    let text = wait::reason(text)?;
    let mut change = judged(app, who, Permission::TicketReject, id, Some(version)).await?;
    change.step(TicketAction::Reject)?;
    change
        .clocks()
        .await?
        .rejected(&change.row, change.now)
        .await?;
    tell_handler(&change, "rejected", "解决被驳回", "was rejected").await?;
    change
        .commit(TicketEventKind::Rejected, Some(text), "ticket.reject")
        .await
}

/// Reopens after closing: a new cycle with the full target and a new response clock.
///
/// # Errors
/// `REQUIRED`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` also after `reopen_days`.
pub async fn reopen(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    text: &str,
) -> Result<ticket::Model> {
    who.require(Permission::TicketReopen)?;
    let text = wait::reason(text)?;
    let mut change = judged(app, who, Permission::TicketReopen, id, Some(version)).await?;
    change.step(TicketAction::Reopen)?;
    let limit = TimeDelta::days(i64::from(change.terms().await?.parameters.reopen_days));
    if change
        .row
        .closed_at
        .is_some_and(|closed| change.now - closed > limit)
    {
        return Err(Error::from(UserErrorCode::WrongState).detail(
            "关闭已久，请新建工单",
            "closed too long ago, raise a new ticket",
        ));
    }
    change.row.cycle += 1;
    change.row.responded_at = None;
    change.row.responded_claimed_at = None;
    change.row.response_confirmed_by = None;
    change.row.first_step_at = None;
    change.row.resolved_at = None;
    change.row.closed_at = None;
    change.row.solved_by = None;
    change
        .clocks()
        .await?
        .attach(&change.row, change.now)
        .await?;
    recurrence::propose_reopened(&change).await?;
    tell_handler(&change, "reopened", "已重开", "was reopened").await?;
    change
        .commit(TicketEventKind::Reopened, Some(text), "ticket.reopen")
        .await
}

/// Rates a closed ticket, once; never by the vendor.
///
/// # Errors
/// `INVALID` outside 1 to 5, `FOUR_EYES`, `WRONG_STATE` when already rated.
pub async fn rate(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    rating: i32,
    comment: Option<&str>,
) -> Result<ticket::Model> {
    who.require(Permission::TicketRate)?;
    let comment = checked_option(comment, "comment", LONG)?;
    if !(1..=5).contains(&rating) {
        return Err(Error::from(UserErrorCode::Invalid)
            .at(["rating"])
            .detail("评分为 1 至 5", "a rating is 1 to 5"));
    }
    let mut change = Change::begin(app, who, Permission::TicketRate, id, None).await?;
    if who.side() != Some(Side::Hospital) || who.person_id() != Some(change.row.reporter_id) {
        return Err(UserErrorCode::FourEyes.into());
    }
    change.step(TicketAction::Rate)?;
    if change.row.rating.is_some() {
        return Err(UserErrorCode::WrongState.into());
    }
    change.row.rating = Some(rating);
    change.row.rating_comment.clone_from(&comment);
    change
        .commit(TicketEventKind::Rated, comment, "ticket.rate")
        .await
}

/// Cancels; only the side that raised the ticket can.
///
/// # Errors
/// `REQUIRED`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`; `FORBIDDEN` for the other side.
pub async fn cancel(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    text: &str,
) -> Result<ticket::Model> {
    who.require(Permission::TicketCancel)?;
    let text = wait::reason(text)?;
    let mut change = Change::begin(app, who, Permission::TicketCancel, id, Some(version)).await?;
    if who.side() != Some(raised_by(&change.row)) {
        return Err(Error::from(UserErrorCode::Invalid).at(["ticketId"]).detail(
            "仅提出的一方可撤销",
            "only the side that raised it can cancel",
        ));
    }
    change.step(TicketAction::Cancel)?;
    wait::end_open(&mut change, WaitEnd::TicketEnded).await?;
    change.row.status = entity::values::TicketStatus::Cancelled;
    change
        .clocks()
        .await?
        .cancelled(&change.row, ClockCancelReason::TicketCancelled, change.now)
        .await?;
    change
        .commit(TicketEventKind::Cancelled, Some(text), "ticket.cancel")
        .await
}
