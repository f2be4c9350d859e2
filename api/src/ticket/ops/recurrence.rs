//! Recurrences: proposed by the system or the hospital, decided by the information centre (C1.2.1-d, A-26).
//!
//! A later fault with the same component and root cause, or a reopening after closing. The window
//! measures a fact, so it counts civil days and does not roll. Problem records are not here.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use entity::ids::{PersonId, RecurrenceId, TicketId};
use entity::rules::access::Permission;
use entity::rules::calendar::{civil_date, midnight};
use entity::values::{
    NotificationKind, RecurrenceDecision, RecurrenceKind, Role, TicketCategory, TicketEventKind,
    TicketStatus,
};
use entity::{recurrence_link, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::super::clocks::ContractTerms;
use super::handle::notice;
use super::{Change, LONG, checked, checked_option, record};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification;
use crate::requester::Requester;

/// When a fault began: its occurrence, at the latest its receipt.
fn began(row: &ticket::Model) -> DateTime<Utc> {
    row.occurred_at
        .map_or(row.received_at, |at| at.min(row.received_at))
}

/// The first civil day on which an earlier fault may have been closed for `later` to be its recurrence.
fn window_from(later: &ticket::Model, days: i32) -> NaiveDate {
    let on = civil_date(began(later));
    on.checked_sub_days(Days::new(u64::try_from(days).unwrap_or(0)))
        .unwrap_or(on)
}

/// Proposes the link to the latest earlier fault with the same component and root cause that was
/// closed at most `recurrence_days` civil days before this one began.
///
/// # Errors
/// Those of the database.
pub(super) async fn propose_later(change: &Change<'_>) -> Result<()> {
    let row = &change.row;
    let (Some(component), Some(cause), TicketCategory::Fault) =
        (&row.component, row.root_cause, row.category)
    else {
        return Ok(());
    };
    let days = change.terms().await?.parameters.recurrence_days;
    use ticket::Column as C;
    let earlier = ticket::Entity::find()
        .filter(C::HospitalId.eq(row.hospital_id))
        .filter(C::Component.eq(component))
        .filter(C::RootCause.eq(cause))
        .filter(C::ContractId.eq(row.contract_id))
        .filter(C::Category.eq(TicketCategory::Fault))
        .filter(C::Id.ne(row.id))
        .filter(C::Status.eq(TicketStatus::Closed))
        .filter(C::ClosedAt.gte(midnight(window_from(row, days))))
        .filter(C::ClosedAt.lte(row.received_at))
        .order_by_desc(C::ClosedAt)
        .limit(1)
        .one(&change.tx)
        .await?;
    match earlier {
        Some(earlier) => propose(change, &earlier, RecurrenceKind::LaterFault, None).await,
        None => Ok(()),
    }
}

/// A fault was reopened after closing: the recurrence is proposed with its new cycle (S11).
///
/// # Errors
/// Those of the database.
pub(super) async fn propose_reopened(change: &Change<'_>) -> Result<()> {
    if change.row.category == TicketCategory::Fault {
        propose(change, &change.row, RecurrenceKind::Reopened, None).await?;
    }
    Ok(())
}

async fn propose(
    change: &Change<'_>,
    previous: &ticket::Model,
    kind: RecurrenceKind,
    by: Option<PersonId>,
) -> Result<()> {
    let new = New {
        row: &change.row,
        previous,
        kind,
        by,
        now: change.now,
    };
    insert(&change.tx, change.app, &new).await
}

/// A link to write.
struct New<'a> {
    row: &'a ticket::Model,
    previous: &'a ticket::Model,
    kind: RecurrenceKind,
    by: Option<PersonId>,
    now: DateTime<Utc>,
}

/// Writes the link once, its line in the history, and tells both sides at once.
async fn insert(tx: &Tx, app: &App, new: &New<'_>) -> Result<()> {
    let (row, previous) = (new.row, new.previous);
    let id = RecurrenceId(app.clock.id());
    let link = recurrence_link::ActiveModel {
        id: Set(id),
        hospital_id: Set(row.hospital_id),
        ticket_id: Set(row.id),
        previous_id: Set(previous.id),
        kind: Set(new.kind),
        cycle: Set(match new.kind {
            RecurrenceKind::Reopened => row.cycle,
            RecurrenceKind::LaterFault => 1,
        }),
        proposed_by: Set(new.by),
        proposed_at: Set(new.now),
        decision: Set(RecurrenceDecision::Proposed),
        decided_by: Set(None),
        decided_at: Set(None),
        note: Set(None),
        comment: Set(None),
        commented_by: Set(None),
        commented_at: Set(None),
    };
    use recurrence_link::Column as C;
    let once = OnConflict::columns([C::HospitalId, C::TicketId, C::PreviousId, C::Kind, C::Cycle])
        .do_nothing()
        .to_owned();
    let written = recurrence_link::Entity::insert(link)
        .on_conflict(once)
        .exec_without_returning(tx)
        .await?;
    if written == 0 {
        return Ok(());
    }
    let text = Some(format!("{} {}", new.kind, previous.number));
    let kind = TicketEventKind::RecurrenceChanged;
    record(tx, app, new.by, row, new.now, kind, text).await?;
    let desk = [Role::VendorPm, Role::HospItAdmin];
    let to = notification::people(tx, row.hospital_id, row.contract_id, &desk).await?;
    let what = notice(
        row,
        NotificationKind::DecisionNeeded,
        format!("recurrence:{id}"),
        &format!("疑似复发（原工单 {}），请决定", previous.number),
        &format!("may be a recurrence of {}, please decide", previous.number),
    );
    notification::tell(tx, app, row.hospital_id, &to, &what).await
}

/// The earlier fault that a new ticket says it continues: closed, and too long ago to be reopened.
///
/// # Errors
/// `NOT_FOUND` out of scope or of another contract, `INVALID` for what is no fault, `WRONG_STATE`
/// while it is open or can still be reopened.
pub(super) async fn earlier(
    db: &impl ConnectionTrait,
    who: &Requester,
    new: (TicketCategory, TicketId),
    contract: &entity::contract::Model,
    (terms, now): (&ContractTerms, DateTime<Utc>),
) -> Result<ticket::Model> {
    let at = || ["recurrenceOf"];
    let row = ticket::Entity::find_by_id(new.1)
        .filter(who.visible_tickets())
        .filter(ticket::Column::ContractId.eq(contract.id))
        .one(db)
        .await?
        .ok_or_else(|| Error::from(UserErrorCode::NotFound).at(at()))?;
    if new.0 != TicketCategory::Fault || row.category != TicketCategory::Fault {
        return Err(Error::from(UserErrorCode::Invalid).at(at()).detail(
            "仅故障可登记复发",
            "only a fault can be a recurrence of a fault",
        ));
    }
    let limit = TimeDelta::days(i64::from(terms.parameters.reopen_days));
    match row.closed_at {
        Some(closed) if row.status == TicketStatus::Closed && now - closed > limit => Ok(row),
        _ => Err(Error::from(UserErrorCode::WrongState).at(at()).detail(
            "原工单尚可重开，请重开原工单",
            "the earlier ticket can still be reopened, reopen it",
        )),
    }
}

/// Links a new ticket to the earlier one that its reporter named.
///
/// # Errors
/// Those of the database.
pub(super) async fn link_new(
    tx: &Tx,
    app: &App,
    row: &ticket::Model,
    previous: &ticket::Model,
    by: PersonId,
) -> Result<()> {
    let new = New {
        row,
        previous,
        kind: RecurrenceKind::LaterFault,
        by: Some(by),
        now: row.created_at,
    };
    insert(tx, app, &new).await
}

/// Opens the change of the later ticket and reads the link again inside it.
async fn open<'a>(
    app: &'a App,
    who: &'a Requester,
    permission: Permission,
    id: Option<RecurrenceId>,
) -> Result<(Change<'a>, recurrence_link::Model)> {
    let missing = || Error::from(UserErrorCode::NotFound).at(["id"]);
    let id = id.ok_or_else(missing)?;
    let found = recurrence_link::Entity::find_by_id(id)
        .one(app.db.read())
        .await?
        .ok_or_else(missing)?;
    let change = Change::begin(app, who, permission, Some(found.ticket_id), None)
        .await
        .map_err(|error| {
            if error.code() == crate::error::Code::NotFound {
                missing()
            } else {
                error
            }
        })?;
    let link = recurrence_link::Entity::find_by_id(id)
        .lock_exclusive()
        .one(&change.tx)
        .await?
        .ok_or_else(missing)?;
    Ok((change, link))
}

/// The information centre confirms or rejects the recurrence; confirmed, the earlier fault no
/// longer counts as solved.
///
/// # Errors
/// `NOT_FOUND`, `WRONG_STATE` once decided, those of the text.
pub async fn decide_recurrence(
    app: &App,
    who: &Requester,
    id: Option<RecurrenceId>,
    confirm: bool,
    note: Option<&str>,
) -> Result<recurrence_link::Model> {
    who.require(Permission::RecurrenceDecide)?;
    let note = checked_option(note, "note", LONG)?;
    let (change, link) = open(app, who, Permission::RecurrenceDecide, id).await?;
    if link.decision != RecurrenceDecision::Proposed {
        return Err(Error::from(UserErrorCode::WrongState).at(["id"]));
    }
    let decision = if confirm {
        RecurrenceDecision::Confirmed
    } else {
        RecurrenceDecision::Rejected
    };
    let mut link = link.into_active_model();
    link.decision = Set(decision);
    link.decided_by = Set(change.actor());
    link.decided_at = Set(Some(change.now));
    link.note = Set(note);
    let link = link.update(&change.tx).await?;
    let (actor, at) = (change.actor(), change.now);
    let word = format!("{} {decision}", link.kind);
    if link.previous_id != link.ticket_id
        && let Some(previous) = ticket::Entity::find_by_id(link.previous_id)
            .one(&change.tx)
            .await?
    {
        let text = Some(format!("{word} {}", change.row.number));
        let kind = TicketEventKind::RecurrenceChanged;
        record(&change.tx, app, actor, &previous, at, kind, text).await?;
    }
    let desk = [Role::VendorPm];
    let row = &change.row;
    let to = notification::people(&change.tx, row.hospital_id, row.contract_id, &desk).await?;
    let (zh, en) = if confirm {
        ("确认为复发", "was confirmed as a recurrence")
    } else {
        ("不作复发", "is no recurrence")
    };
    let cause = format!("recurrence:{}:{decision}", link.id);
    let what = notice(row, NotificationKind::TicketChanged, cause, zh, en);
    notification::tell(&change.tx, app, row.hospital_id, &to, &what).await?;
    let kind = TicketEventKind::RecurrenceChanged;
    change.commit(kind, Some(word), "recurrence.decide").await?;
    Ok(link)
}

/// The vendor comments a proposed recurrence; the last comment stands.
///
/// # Errors
/// `NOT_FOUND`, `WRONG_STATE` once decided, those of the text.
pub async fn comment_recurrence(
    app: &App,
    who: &Requester,
    id: Option<RecurrenceId>,
    text: &str,
) -> Result<recurrence_link::Model> {
    who.require(Permission::RecurrenceComment)?;
    let text = checked(text, "text", LONG)?;
    let (change, link) = open(app, who, Permission::RecurrenceComment, id).await?;
    if link.decision != RecurrenceDecision::Proposed {
        return Err(Error::from(UserErrorCode::WrongState).at(["id"]));
    }
    let mut link = link.into_active_model();
    link.comment = Set(Some(text.clone()));
    link.commented_by = Set(change.actor());
    link.commented_at = Set(Some(change.now));
    let link = link.update(&change.tx).await?;
    let kind = TicketEventKind::RecurrenceChanged;
    change
        .commit(kind, Some(text), "recurrence.comment")
        .await?;
    Ok(link)
}
