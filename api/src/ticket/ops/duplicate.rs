//! Duplicates: proposed by the vendor, marked by the information centre (`domain.md` 4.3).
//!
//! Duplicates form no chains: a parent is never a duplicate itself. The clocks of the duplicate are
//! cancelled with the reason; those of the parent go on.

use entity::ids::TicketId;
use entity::rules::access::Permission;
use entity::ticket;
use entity::values::{
    ClockCancelReason, NotificationKind, TicketAction, TicketEventKind, TicketStatus, WaitEnd,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::handle::{ask_centre, notice};
use super::{Change, wait};
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification;
use crate::requester::Requester;

/// The ticket that another one repeats, and why.
#[derive(Clone, Debug)]
pub struct Parent {
    /// The ticket that stays.
    pub id: Option<TicketId>,
    /// Reason.
    pub reason: String,
}

fn refuse(zh: &str, en: &str) -> Error {
    Error::from(UserErrorCode::Invalid)
        .at(["parentId"])
        .detail(zh, en)
}

/// The parent, locked, if it may be one.
async fn parent_of(change: &Change<'_>, id: Option<TicketId>) -> Result<ticket::Model> {
    let missing = || Error::from(UserErrorCode::NotFound).at(["parentId"]);
    let id = id.ok_or_else(missing)?;
    if id == change.row.id {
        return Err(refuse(
            "工单不能与自身重复",
            "a ticket is no duplicate of itself",
        ));
    }
    let parent = ticket::Entity::find_by_id(id)
        .filter(change.who.visible_tickets())
        .lock_exclusive()
        .one(&change.tx)
        .await?
        .ok_or_else(missing)?;
    if parent.contract_id != change.row.contract_id {
        return Err(refuse(
            "须为同一合同的工单",
            "it must be a ticket of the same contract",
        ));
    }
    if parent.status == TicketStatus::Duplicate {
        return Err(refuse(
            "该工单本身是重复工单",
            "that ticket is a duplicate itself",
        ));
    }
    let children = ticket::Entity::find()
        .filter(ticket::Column::HospitalId.eq(change.row.hospital_id))
        .filter(ticket::Column::ParentId.eq(change.row.id))
        .count(&change.tx)
        .await?;
    if children > 0 {
        return Err(Error::from(UserErrorCode::Invalid).at(["ticketId"]).detail(
            "已有工单归并于此工单",
            "other tickets are duplicates of this one",
        ));
    }
    Ok(parent)
}

/// Proposes that the ticket repeats another one; nothing changes until the hospital marks it.
///
/// # Errors
/// `REQUIRED`, `NOT_FOUND`, `INVALID` for a parent that cannot be one, `CONFLICT`, `WRONG_STATE`.
pub async fn propose_duplicate(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    parent: &Parent,
) -> Result<ticket::Model> {
    let permission = Permission::DuplicatePropose;
    who.require(permission)?;
    let reason = wait::reason(&parent.reason)?;
    let mut change = Change::begin(app, who, permission, id, Some(version)).await?;
    change.step(TicketAction::ProposeDuplicate)?;
    let parent = parent_of(&change, parent.id).await?;
    change.row.proposed_parent_id = Some(parent.id);
    let cause = format!("duplicate:{}:{}", change.row.id, change.row.version);
    ask_centre(
        &change,
        cause,
        "服务商提出与他单重复，请决定",
        "is proposed as a duplicate, please decide",
    )
    .await?;
    let text = format!("{}：{reason}", parent.number);
    change
        .commit(
            TicketEventKind::DuplicateProposed,
            Some(text),
            "ticket.propose_duplicate",
        )
        .await
}

/// Refuses the proposal; the ticket goes on by itself.
///
/// # Errors
/// `REQUIRED`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` without a proposal.
pub async fn refuse_duplicate(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    reason: &str,
) -> Result<ticket::Model> {
    let permission = Permission::DuplicateMark;
    who.require(permission)?;
    let reason = wait::reason(reason)?;
    let mut change = Change::begin(app, who, permission, id, Some(version)).await?;
    change.step(TicketAction::RefuseDuplicate)?;
    if change.row.proposed_parent_id.take().is_none() {
        return Err(UserErrorCode::WrongState.into());
    }
    change
        .commit(
            TicketEventKind::DuplicateRefused,
            Some(reason),
            "ticket.refuse_duplicate",
        )
        .await
}

/// Marks the ticket as a duplicate of another one and ends it.
///
/// # Errors
/// `REQUIRED`, `NOT_FOUND`, `INVALID` for a parent that cannot be one, `CONFLICT`, `WRONG_STATE`.
pub async fn mark_duplicate(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    parent: &Parent,
) -> Result<ticket::Model> {
    let permission = Permission::DuplicateMark;
    who.require(permission)?;
    let reason = wait::reason(&parent.reason)?;
    let mut change = Change::begin(app, who, permission, id, Some(version)).await?;
    change.step(TicketAction::MarkDuplicate)?;
    let parent = parent_of(&change, parent.id).await?;
    wait::end_open(&mut change, WaitEnd::TicketEnded).await?;
    change.row.status = TicketStatus::Duplicate;
    change.row.parent_id = Some(parent.id);
    change.row.proposed_parent_id = None;
    change
        .clocks()
        .await?
        .cancelled(&change.row, ClockCancelReason::Duplicate, change.now)
        .await?;
    let row = &change.row;
    let to = [row.reporter_id]
        .into_iter()
        .chain(row.assignee_id)
        .collect();
    let what = notice(
        row,
        NotificationKind::TicketChanged,
        format!("duplicated:{}", row.id),
        &format!("已归并到 {}", parent.number),
        &format!("was merged into {}", parent.number),
    );
    notification::tell(&change.tx, app, row.hospital_id, &to, &what).await?;
    let text = format!("{}：{reason}", parent.number);
    change
        .commit(
            TicketEventKind::Duplicated,
            Some(text),
            "ticket.mark_duplicate",
        )
        .await
}
