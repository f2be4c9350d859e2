//! Waits: proposed by the vendor, decided by the hospital, ended by a reply or by hand (S7, S8).

use super::handle::ask_centre;
use super::{Change, LONG, Once, checked};
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::replay::Replay;
use crate::requester::Requester;
use entity::ids::{TicketId, WaitId};
use entity::rules::access::Permission;
use entity::values::{Decision, TicketAction, TicketEventKind, TicketStatus, WaitEnd, WaitReason};
use entity::{ticket, wait};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

/// A wait to propose.
#[derive(Clone, Debug)]
pub struct NewWait {
    /// Replay key made by the client.
    pub key: Option<String>,
    /// Reason.
    pub reason: WaitReason,
    /// Text.
    pub note: String,
}

/// The wait that is neither refused nor ended.
///
/// # Errors
/// Those of the database.
pub async fn open(change: &Change<'_>) -> Result<Option<wait::Model>> {
    Ok(wait::Entity::find()
        .filter(wait::Column::HospitalId.eq(change.row.hospital_id))
        .filter(wait::Column::TicketId.eq(change.row.id))
        .filter(wait::Column::EndedAt.is_null())
        .one(&change.tx)
        .await?)
}

/// The wait that waits for its decision; the awaited reply may have ended it already.
async fn pending(change: &Change<'_>) -> Result<Option<wait::Model>> {
    Ok(wait::Entity::find()
        .filter(wait::Column::HospitalId.eq(change.row.hospital_id))
        .filter(wait::Column::TicketId.eq(change.row.id))
        .filter(wait::Column::Decision.eq(Decision::Pending))
        .filter(
            wait::Column::EndedAt
                .is_null()
                .or(wait::Column::EndCause.eq(WaitEnd::Reply)),
        )
        .one(&change.tx)
        .await?)
}

/// The vendor proposes a wait; nothing stops until the hospital accepts it.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` (also while another wait is open), those of text and key.
pub async fn propose_wait(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    new: &NewWait,
) -> Result<ticket::Model> {
    let permission = Permission::WaitPropose;
    who.require(permission)?;
    let note = checked(&new.note, "note", LONG)?;
    let key = Replay::optional(new.key.as_deref(), "proposeWait", &(id, version, new))?;
    let made = WaitId(app.clock.id());
    let place = (id, Some(version));
    let once = (key.as_ref(), made.0);
    let mut change = match Change::once(app, who, permission, place, once).await? {
        Once::New(change) => *change,
        Once::Again(row) => return Ok(*row),
    };
    change.step(TicketAction::ProposeWait)?;
    if open(&change).await?.is_some() || pending(&change).await?.is_some() {
        return Err(UserErrorCode::WrongState.into());
    }
    let row = wait::ActiveModel {
        id: Set(made),
        hospital_id: Set(change.row.hospital_id),
        ticket_id: Set(change.row.id),
        reason: Set(new.reason),
        note: Set(note.clone()),
        proposed_by: Set(change.who.require_person()?.id),
        proposed_at: Set(change.now),
        decision: Set(Decision::Pending),
        decided_by: Set(None),
        decided_at: Set(None),
        from_at: Set(change.now),
        ended_at: Set(None),
        end_cause: Set(None),
    }
    .insert(&change.tx)
    .await?;
    let cause = format!("wait:{}", row.id);
    ask_centre(
        &change,
        cause,
        "申请等待，请决定",
        "asks for a wait, please decide",
    )
    .await?;
    change
        .commit(
            TicketEventKind::WaitProposed,
            Some(note),
            "ticket.propose_wait",
        )
        .await
}

/// The hospital accepts or refuses the wait; accepted, it counts from the proposal.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` without a pending wait.
pub async fn decide_wait(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    accept: bool,
) -> Result<ticket::Model> {
    let permission = Permission::WaitDecide;
    let mut change = Change::begin(app, who, permission, id, Some(version)).await?;
    let Some(pending) = pending(&change).await? else {
        return Err(UserErrorCode::WrongState.into());
    };
    change.step(TicketAction::DecideWait)?;
    let (reason, from_at, over) = (pending.reason, pending.from_at, pending.ended_at);
    let mut row = pending.into_active_model();
    row.decision = Set(if accept {
        Decision::Accepted
    } else {
        Decision::Refused
    });
    row.decided_by = Set(change.actor());
    row.decided_at = Set(Some(change.now));
    if accept {
        if over.is_none() {
            change.row.status = match reason {
                WaitReason::WaitHospital => TicketStatus::WaitingHospital,
                WaitReason::WaitThirdParty => TicketStatus::WaitingThirdParty,
                WaitReason::WaitWindow => TicketStatus::WaitingWindow,
            };
        }
        row.update(&change.tx).await?;
        let clocks = change.clocks().await?;
        clocks.paused(&change.row, reason, from_at).await?;
        if let Some(over) = over {
            clocks.resumed(&change.row, over).await?;
        }
    } else {
        row.ended_at = Set(Some(over.unwrap_or(change.now)));
        row.end_cause = Set(Some(WaitEnd::Refused));
        row.update(&change.tx).await?;
    }
    change
        .commit(
            TicketEventKind::WaitDecided,
            Some(if accept { "ACCEPTED" } else { "REFUSED" }.to_owned()),
            "ticket.decide_wait",
        )
        .await
}

/// Ends the wait by hand.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn resume(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
) -> Result<ticket::Model> {
    let permission = Permission::TicketHandle;
    let mut change = Change::begin(app, who, permission, id, Some(version)).await?;
    change.step(TicketAction::Resume)?;
    end_open(&mut change, WaitEnd::Manual).await?;
    change
        .commit(TicketEventKind::WaitEnded, None, "ticket.resume")
        .await
}

/// Ends the open wait, if there is one; an accepted one resumes the clocks and the handling.
///
/// # Errors
/// Those of the database.
pub async fn end_open(change: &mut Change<'_>, cause: WaitEnd) -> Result<()> {
    let Some(wait) = open(change).await? else {
        return Ok(());
    };
    let accepted = wait.decision == Decision::Accepted;
    // A proposal that nobody has decided yet ends with the awaited reply and stays for the decision.
    let mut row = wait.into_active_model();
    row.ended_at = Set(Some(change.now));
    row.end_cause = Set(Some(cause));
    row.update(&change.tx).await?;
    if accepted {
        if change.row.status != TicketStatus::Resolved {
            change.row.status = TicketStatus::InProgress;
        }
        change
            .clocks()
            .await?
            .resumed(&change.row, change.now)
            .await?;
    }
    Ok(())
}

/// Error for an act that needs a reason.
pub(super) fn reason(text: &str) -> Result<String> {
    checked(text, "reason", LONG).map_err(|error| {
        if error.code() == crate::error::Code::Required {
            Error::from(UserErrorCode::Required).at(["reason"])
        } else {
            error
        }
    })
}
