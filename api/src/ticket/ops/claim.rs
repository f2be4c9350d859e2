//! Claimed times: one side enters an earlier time, the other confirms or refuses it (`domain.md` 3.3, S19).
//!
//! Until then the time of the server counts, and both values are kept. What nobody has answered in
//! `claim_decide_wd` working days the information centre decides on the evidence. It opens no
//! dispute.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{ClaimId, TicketId};
use entity::rules::access::Permission;
use entity::values::{
    ClaimKind, Decision, NotificationKind, ReceivedSource, Role, Side, TicketEventKind,
};
use entity::{claimed_time, person, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::super::clocks::ContractTerms;
use super::handle::notice;
use super::{Change, LONG, checked, checked_option, may_judge};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Code, Error, Result, UserErrorCode};
use crate::jobs::{self, Kind, NewJob};
use crate::notification;
use crate::requester::Requester;

/// The answer of the other side to a claimed time.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether the claimed time shall count.
    pub accept: bool,
    /// Note.
    pub note: Option<String>,
}

/// Checks that a claimed time lies neither in the future nor more than `most_h` hours back.
///
/// # Errors
/// `INVALID`, `BACKDATE_TOO_FAR` at `field`.
pub(super) fn within(
    at: DateTime<Utc>,
    now: DateTime<Utc>,
    most_h: i32,
    field: &str,
) -> Result<()> {
    if at > now {
        return Err(Error::from(UserErrorCode::Invalid)
            .at([field])
            .detail("申报的时刻不能晚于现在", "a claimed time lies in the past"));
    }
    if now - at > TimeDelta::hours(i64::from(most_h)) {
        return Err(Error::from(UserErrorCode::BackdateTooFar).at([field]));
    }
    Ok(())
}

/// The earliest instant at which an answer of the running cycle can lie: the start of its response
/// clock, or the time of receipt that waits for its confirmation.
///
/// # Errors
/// Those of the database.
pub(super) async fn earliest_answer(change: &Change<'_>) -> Result<DateTime<Utc>> {
    let row = &change.row;
    let start = change
        .clocks()
        .await?
        .response_start(row)
        .await?
        .unwrap_or(row.received_at);
    let pending = row
        .received_claimed_at
        .filter(|_| row.cycle == 1 && row.received_source == ReceivedSource::Unconfirmed)
        .filter(|_| start == row.received_at);
    Ok(pending.map_or(start, |claimed| claimed.min(start)))
}

/// Enters an earlier time of receipt or response, and asks the other side.
///
/// # Errors
/// `CALENDAR_MISSING`, those of the database.
pub(super) async fn enter(
    tx: &Tx,
    app: &App,
    row: &ticket::Model,
    terms: &ContractTerms,
    by: &person::Model,
    (kind, claimed_at): (ClaimKind, DateTime<Utc>),
) -> Result<()> {
    let recorded_at = match kind {
        ClaimKind::Received => row.received_at,
        ClaimKind::Responded => row
            .responded_at
            .ok_or_else(|| Error::internal("a claimed answer without an answer"))?,
    };
    let decide_from_at = terms.end_of_wd(recorded_at, terms.parameters.claim_decide_wd)?;
    let claim = claimed_time::Model {
        id: ClaimId(app.clock.id()),
        hospital_id: row.hospital_id,
        ticket_id: row.id,
        kind,
        cycle: row.cycle,
        claimed_at,
        recorded_at,
        claimed_by: by.id,
        side: by.side,
        decision: Decision::Pending,
        decided_by: None,
        decided_at: None,
        decide_from_at,
        counted_at: recorded_at,
        note: None,
    };
    let claim = claim.into_active_model().reset_all().insert(tx).await?;
    let job = NewJob {
        kind: Kind::ClaimUndecided,
        hospital: row.hospital_id,
        subject: claim.id.0,
        payload: "{}".to_owned(),
        dedup: Some(format!("claim:{}", claim.id)),
        run_at: decide_from_at,
    };
    jobs::enqueue(tx, app, job).await?;
    ask(tx, app, row, &claim).await
}

/// Asks the side that must confirm; the vendor is not asked before it sees the ticket.
async fn ask(tx: &Tx, app: &App, row: &ticket::Model, claim: &claimed_time::Model) -> Result<()> {
    let role = match claim.side {
        Side::Hospital if row.released_at.is_none() => return Ok(()),
        Side::Hospital => Role::VendorPm,
        Side::Vendor => Role::HospItAdmin,
    };
    let mut to = notification::people(tx, row.hospital_id, row.contract_id, &[role]).await?;
    to.extend(match claim.side {
        Side::Hospital => row.assignee_id,
        Side::Vendor => Some(row.reporter_id),
    });
    to.remove(&claim.claimed_by);
    let what = notice(
        row,
        NotificationKind::DecisionNeeded,
        format!("claim:{}", claim.id),
        "有申报的时刻，请确认",
        "has a claimed time, please confirm",
    );
    notification::tell(tx, app, row.hospital_id, &to, &what).await
}

/// Asks for what was claimed before the vendor saw the ticket.
///
/// # Errors
/// Those of the database.
pub(super) async fn ask_pending(change: &Change<'_>) -> Result<()> {
    if let Some(claim) = pending(change, ClaimKind::Received).await? {
        ask(&change.tx, change.app, &change.row, &claim).await?;
    }
    Ok(())
}

async fn pending(change: &Change<'_>, kind: ClaimKind) -> Result<Option<claimed_time::Model>> {
    use claimed_time::Column as C;
    use sea_orm::{QueryOrder, QuerySelect};
    Ok(claimed_time::Entity::find()
        .filter(C::HospitalId.eq(change.row.hospital_id))
        .filter(C::TicketId.eq(change.row.id))
        .filter(C::Kind.eq(kind))
        .filter(C::Decision.eq(Decision::Pending))
        .order_by_desc(C::Cycle)
        .limit(1)
        .one(&change.tx)
        .await?)
}

/// Whether the reader may answer a claimed time: the other side, and never who claimed it.
#[must_use]
pub fn may_confirm(who: &Requester, row: &ticket::Model, claim: &claimed_time::Model) -> bool {
    let me = who.person_id();
    let other = match claim.side {
        Side::Hospital => {
            who.side() == Some(Side::Vendor)
                && (who
                    .roles_at(row.hospital_id)
                    .any(|role| role == Role::VendorPm)
                    || (me.is_some() && row.assignee_id == me))
        }
        Side::Vendor => who.side() == Some(Side::Hospital) && may_judge(who, row),
    };
    claim.decision == Decision::Pending && other && me != Some(claim.claimed_by)
}

/// Confirms or refuses a claimed time of receipt; accepted, the clocks of the first cycle start there.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` without a pending claim, `FOUR_EYES` for who claimed it,
/// `INVALID` for who is not to confirm it.
pub async fn confirm_received(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    answer: &Answer,
) -> Result<ticket::Model> {
    let permission = Permission::ReceivedTimeConfirm;
    let kind = ClaimKind::Received;
    confirm(app, who, permission, kind, (id, version), answer).await
}

/// Confirms or refuses the vendor's claimed time of response; accepted, the response clock stops there.
///
/// # Errors
/// As [`confirm_received`].
pub async fn confirm_responded(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    answer: &Answer,
) -> Result<ticket::Model> {
    let permission = Permission::RespondedTimeConfirm;
    let kind = ClaimKind::Responded;
    confirm(app, who, permission, kind, (id, version), answer).await
}

async fn confirm(
    app: &App,
    who: &Requester,
    permission: Permission,
    kind: ClaimKind,
    (id, version): (Option<TicketId>, i32),
    answer: &Answer,
) -> Result<ticket::Model> {
    who.require(permission)?;
    let note = checked_option(answer.note.as_deref(), "note", LONG)?;
    let change = Change::begin(app, who, permission, id, Some(version)).await?;
    let claim = pending(&change, kind)
        .await?
        .ok_or_else(|| Error::from(UserErrorCode::WrongState))?;
    if who.person_id() == Some(claim.claimed_by) {
        return Err(UserErrorCode::FourEyes.into());
    }
    if !may_confirm(who, &change.row, &claim) {
        return Err(Error::from(UserErrorCode::Invalid).at(["ticketId"]).detail(
            "申报的时刻由对方确认：院方申报由项目经理或处理人，服务商申报由报告人或信息中心",
            "the other side confirms: the project manager or handler, the requester or the information centre",
        ));
    }
    let counted = if answer.accept {
        claim.claimed_at
    } else {
        claim.recorded_at
    };
    let action = match kind {
        ClaimKind::Received => "ticket.confirm_received_time",
        ClaimKind::Responded => "ticket.confirm_responded_time",
    };
    settle(change, claim, counted, note, action).await
}

/// The information centre decides on the evidence what nobody has confirmed or refused in time.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` if it is answered or not due yet, `FOUR_EYES` for who
/// claimed it, `INVALID` for a time outside the claimed and the recorded one, those of the text.
pub async fn decide_claim(
    app: &App,
    who: &Requester,
    id: Option<ClaimId>,
    version: i32,
    counted: DateTime<Utc>,
    note: &str,
) -> Result<ticket::Model> {
    who.require(Permission::ClaimDecide)?;
    let note = checked(note, "note", LONG)?;
    let missing = || Error::from(UserErrorCode::NotFound).at(["claimId"]);
    let id = id.ok_or_else(missing)?;
    let ticket = ticket_of(app, id).await?;
    let change = Change::begin(app, who, Permission::ClaimDecide, ticket, Some(version))
        .await
        .map_err(|error| {
            if error.code() == Code::NotFound {
                missing()
            } else {
                error
            }
        })?;
    let claim = claimed_time::Entity::find_by_id(id)
        .one(&change.tx)
        .await?
        .ok_or_else(missing)?;
    if claim.decision != Decision::Pending {
        return Err(UserErrorCode::WrongState.into());
    }
    if who.person_id() == Some(claim.claimed_by) {
        return Err(UserErrorCode::FourEyes.into());
    }
    if change.now < claim.decide_from_at {
        return Err(Error::from(UserErrorCode::WrongState).detail(
            "期限内先由对方确认",
            "the other side still has time to confirm",
        ));
    }
    if counted < claim.claimed_at || counted > claim.recorded_at {
        return Err(Error::from(UserErrorCode::Invalid)
            .at(["countedAt"])
            .detail(
                "应在申报与登记的时刻之间",
                "it lies between the claimed and the recorded time",
            ));
    }
    settle(change, claim, counted, Some(note), "ticket.decide_claim").await
}

/// The ticket of a claimed time; the scope is checked where the ticket is read.
///
/// # Errors
/// Those of the database.
pub async fn ticket_of(app: &App, id: ClaimId) -> Result<Option<TicketId>> {
    let found = claimed_time::Entity::find_by_id(id)
        .one(app.db.read())
        .await?;
    Ok(found.map(|claim| claim.ticket_id))
}

/// Writes the decision; a time that counts moves the clocks.
async fn settle(
    mut change: Change<'_>,
    claim: claimed_time::Model,
    counted: DateTime<Utc>,
    note: Option<String>,
    action: &str,
) -> Result<ticket::Model> {
    let accepted = counted < claim.recorded_at;
    if accepted && claim.kind == ClaimKind::Responded && counted < change.row.received_at {
        return Err(Error::from(UserErrorCode::WrongState).detail(
            "早于受理时刻，请先处理申报的受理时刻",
            "it lies before the receipt; settle the claimed time of receipt first",
        ));
    }
    let decision = if accepted {
        Decision::Accepted
    } else {
        Decision::Refused
    };
    let mut row = claim.clone().into_active_model();
    row.decision = Set(decision);
    row.decided_by = Set(change.actor());
    row.decided_at = Set(Some(change.now));
    row.counted_at = Set(counted);
    row.note = Set(note);
    row.update(&change.tx).await?;
    match claim.kind {
        ClaimKind::Received => {
            change.row.received_source = if accepted {
                ReceivedSource::Confirmed
            } else {
                ReceivedSource::Platform
            };
            if accepted {
                change.row.received_at = counted;
                let clocks = change.clocks().await?;
                clocks
                    .start_corrected(&change.row, claim.recorded_at, counted, change.now)
                    .await?;
            }
        }
        ClaimKind::Responded if accepted => {
            if claim.cycle == change.row.cycle {
                change.row.responded_at = Some(counted);
                change.row.response_confirmed_by = change.actor();
            }
            let clocks = change.clocks().await?;
            clocks
                .response_corrected(&change.row, claim.cycle, counted, change.now)
                .await?;
        }
        ClaimKind::Responded => {}
    }
    let what = notice(
        &change.row,
        NotificationKind::TicketChanged,
        format!("claim-decided:{}", claim.id),
        "申报的时刻已有决定",
        "has a decision on the claimed time",
    );
    let to = [claim.claimed_by].into();
    notification::tell(&change.tx, change.app, change.row.hospital_id, &to, &what).await?;
    let text = format!("{} {decision} {}", claim.kind, counted.to_rfc3339());
    change
        .commit(TicketEventKind::ClaimDecided, Some(text), action)
        .await
}
