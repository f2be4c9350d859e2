//! Written demands to solve by a deadline, and their withdrawal (S37, 民法典 511(4)).
//!
//! Only where no annex gives the resolution clock a target. A demand is never changed; it counts
//! from its delivery, which needs a proof, and holds for its cycle.

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DemandId, TicketId};
use entity::rules::access::Permission;
use entity::rules::calendar::end_of;
use entity::rules::sla::{EventBody, Limit};
use entity::values::{
    NotificationKind, Role, SlaClockState, TargetSource, TicketEventKind, TicketStatus,
};
use entity::{resolution_demand, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};

use super::handle::notice;
use super::{Change, LONG, SHORT, checked, checked_option, wait};
use crate::app::App;
use crate::error::{Code, Error, Result, UserErrorCode};
use crate::notification;
use crate::replay::Replay;
use crate::requester::Requester;

/// The deadline of a demand.
#[derive(Clone, Copy, Debug)]
pub enum Deadline {
    /// An instant.
    At(DateTime<Utc>),
    /// A date, to its 24:00; a day of rest rolls on.
    On(NaiveDate),
}

impl Deadline {
    fn end(self) -> DateTime<Utc> {
        match self {
            Self::At(at) => at,
            Self::On(on) => end_of(on),
        }
    }
}

/// A demand to issue.
#[derive(Clone, Debug)]
pub struct NewDemand {
    /// Replay key made by the client.
    pub key: String,
    /// Deadline.
    pub deadline: Deadline,
    /// What is demanded.
    pub text: String,
    /// When it was delivered.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Where the proof of delivery lies.
    pub delivery_evidence: Option<String>,
}

/// Issues a demand; the running resolution clock is due at its deadline.
///
/// # Errors
/// `DELIVERY_PROOF_MISSING`, `INVALID` for a delivery in the future or a deadline before it,
/// `DEADLINE_PAST`, `WRONG_STATE` under an annex or without a running resolution clock,
/// `NOT_FOUND`, those of the text.
pub async fn issue_demand(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    new: NewDemand,
) -> Result<(ticket::Model, resolution_demand::Model)> {
    who.require(Permission::ResolutionDemand)?;
    let text = checked(&new.text, "text", LONG)?;
    let evidence = checked_option(new.delivery_evidence.as_deref(), "deliveryEvidence", SHORT)?;
    let proof = |field| Error::from(UserErrorCode::DeliveryProofMissing).at([field]);
    let evidence = evidence.ok_or_else(|| proof("deliveryEvidence"))?;
    let delivered = new.delivered_at.ok_or_else(|| proof("deliveredAt"))?;
    let replay = Replay::of(&new.key, "issueDemand", &(id, &new))?;
    let change = Change::begin(app, who, Permission::ResolutionDemand, id, None).await?;
    let me = change.who.require_person()?.id;
    let made = DemandId(app.clock.id());
    let (hospital, now) = (change.row.hospital_id, change.now);
    if let Some(earlier) = replay.take(&change.tx, hospital, me, made.0, now).await? {
        let demand = resolution_demand::Entity::find_by_id(DemandId(earlier))
            .one(&change.tx)
            .await?
            .ok_or_else(|| Error::internal("a replayed demand is gone"))?;
        change.tx.rollback().await?;
        return Ok((change.before, demand));
    }
    let invalid = |field: [&'static str; 1], zh: &str, en: &str| {
        Err(Error::from(UserErrorCode::Invalid).at(field).detail(zh, en))
    };
    if delivered > now {
        let (zh, en) = ("送达时间不能晚于现在", "the delivery lies in the future");
        return invalid(["deliveredAt"], zh, en);
    }
    if new.deadline.end() <= delivered {
        let (zh, en) = ("期限须晚于送达", "the deadline must follow the delivery");
        return invalid(["deadline"], zh, en);
    }
    if new.deadline.end() <= now {
        return Err(Error::from(UserErrorCode::DeadlinePast).at(["deadline"]));
    }
    let clocks = change.clocks().await?.resolutions(&change.row).await?;
    let Some(clock) = clocks
        .into_iter()
        .find(|clock| matches!(clock.state, SlaClockState::Running | SlaClockState::Paused))
    else {
        return Err(Error::from(UserErrorCode::WrongState)
            .detail("没有进行中的解决时限", "no resolution clock is running"));
    };
    if !matches!(
        clock.target_source,
        TargetSource::None | TargetSource::Demand
    ) {
        return Err(Error::from(UserErrorCode::WrongState).detail(
            "附件已约定解决时限，不适用催告",
            "the annex in force gives the target, a demand does not apply",
        ));
    }
    if delivered < clock.started_at {
        let (zh, en) = (
            "送达早于本轮起算",
            "it was delivered before the cycle began",
        );
        return invalid(["deliveredAt"], zh, en);
    }
    let (at, on, limit) = match new.deadline {
        Deadline::At(at) => (Some(at), None, Limit::Until(at)),
        Deadline::On(on) => (None, Some(on), Limit::On(on)),
    };
    let demand = resolution_demand::ActiveModel {
        id: Set(made),
        hospital_id: Set(hospital),
        ticket_id: Set(change.row.id),
        cycle: Set(change.row.cycle),
        deadline_at: Set(at),
        deadline_on: Set(on),
        text: Set(text.clone()),
        issued_by: Set(me),
        issued_at: Set(now),
        delivered_at: Set(delivered),
        delivery_evidence: Set(evidence),
        withdrawn_by: Set(None),
        withdrawn_at: Set(None),
        withdraw_reason: Set(None),
    }
    .insert(&change.tx)
    .await?;
    let body = EventBody::Demand {
        id: made.0,
        deadline: limit,
    };
    change
        .clocks()
        .await?
        .demanded(&change.row, body, delivered)
        .await?;
    tell(&change, made, "收到书面催告", "has a written demand").await?;
    let row = change
        .commit(TicketEventKind::Demanded, Some(text), "demand.issue")
        .await?;
    Ok((row, demand))
}

/// Tells the project manager and who handles the ticket.
async fn tell(change: &Change<'_>, id: DemandId, zh: &str, en: &str) -> Result<()> {
    let row = &change.row;
    let desk = [Role::VendorPm];
    let mut to = notification::people(&change.tx, row.hospital_id, row.contract_id, &desk).await?;
    to.extend(row.assignee_id);
    let cause = format!("demand:{id}:{}", row.version);
    let what = notice(row, NotificationKind::TicketChanged, cause, zh, en);
    notification::tell(&change.tx, change.app, row.hospital_id, &to, &what).await
}

/// Withdraws a demand: the target that it gave goes.
///
/// # Errors
/// `REQUIRED`, `NOT_FOUND`, `WRONG_STATE` when withdrawn already, of an earlier cycle, or after the
/// ticket was closed.
pub async fn withdraw_demand(
    app: &App,
    who: &Requester,
    id: Option<DemandId>,
    text: &str,
) -> Result<(ticket::Model, resolution_demand::Model)> {
    who.require(Permission::ResolutionDemand)?;
    let text = wait::reason(text)?;
    let missing = || Error::from(UserErrorCode::NotFound).at(["id"]);
    let id = id.ok_or_else(missing)?;
    let found = resolution_demand::Entity::find_by_id(id)
        .one(app.db.read())
        .await?
        .ok_or_else(missing)?;
    let ticket = Some(found.ticket_id);
    let change = Change::begin(app, who, Permission::ResolutionDemand, ticket, None)
        .await
        .map_err(|error| {
            if error.code() == Code::NotFound {
                missing()
            } else {
                error
            }
        })?;
    let demand = resolution_demand::Entity::find_by_id(id)
        .lock_exclusive()
        .one(&change.tx)
        .await?
        .ok_or_else(missing)?;
    let ended = matches!(
        change.row.status,
        TicketStatus::Closed
            | TicketStatus::Cancelled
            | TicketStatus::Duplicate
            | TicketStatus::OutOfScope
    );
    if demand.withdrawn_at.is_some() || demand.cycle != change.row.cycle || ended {
        return Err(Error::from(UserErrorCode::WrongState).at(["id"]));
    }
    let mut demand = demand.into_active_model();
    demand.withdrawn_by = Set(change.actor());
    demand.withdrawn_at = Set(Some(change.now));
    demand.withdraw_reason = Set(Some(text.clone()));
    let demand = demand.update(&change.tx).await?;
    change
        .clocks()
        .await?
        .demanded(
            &change.row,
            EventBody::DemandWithdrawn { id: id.0 },
            change.now,
        )
        .await?;
    tell(&change, id, "书面催告已撤回", "has its demand withdrawn").await?;
    let row = change
        .commit(TicketEventKind::Demanded, Some(text), "demand.withdraw")
        .await?;
    Ok((row, demand))
}
