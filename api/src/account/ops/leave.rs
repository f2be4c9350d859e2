//! The end of an account or of what a hospital gave: by hand, on the leave date, and the work left behind.

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{HospitalId, PersonId};
use entity::rules::access::Permission;
use entity::rules::calendar;
use entity::values::{GrantState, NotificationKind, PersonState, Role, TicketStatus};
use entity::{assignment, machine_token, person, role_grant, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::people::{at_version, not_oneself};
use super::session::end_all;
use super::{scope, vendor};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::Result;
use crate::jobs::{self, Kind, NewJob};
use crate::notification::{self, Notice};
use crate::requester::Requester;

/// Sets or clears the last day. A day that has passed ends the account at once, a coming one by a job
/// at 00:00 of the day after. Where another hospital keeps the account, the assignments here end then.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `INVALID` for the own account.
pub async fn set_leave_date(
    app: &App,
    who: &Requester,
    id: Option<PersonId>,
    version: Option<i32>,
    last: Option<NaiveDate>,
) -> Result<(person::Model, Vec<String>)> {
    let hospital = who.desk(Permission::AccountManage)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let row = scope::target(&tx, who, hospital, id).await?;
    not_oneself(who, row.id)?;
    at_version(&row, version)?;
    let past = last.is_some_and(|last| last < calendar::civil_date(now));
    let (mut row, mut open) = (row, Vec::new());
    if scope::is_kept_by(&row, hospital) {
        let next = row.version + 1;
        let mut change = row.into_active_model();
        change.leave_on = Set(last);
        change.version = Set(next);
        row = change.update(&tx).await?;
    } else {
        let until = last.map(|last| calendar::midnight(calendar::day_after(last)));
        assignment::Entity::update_many()
            .col_expr(assignment::Column::UntilAt, Expr::value(until))
            .filter(assignment::Column::HospitalId.eq(hospital))
            .filter(assignment::Column::PersonId.eq(row.id))
            .filter(
                Condition::any()
                    .add(assignment::Column::UntilAt.is_null())
                    .add(assignment::Column::UntilAt.gt(now)),
            )
            .exec(&tx)
            .await?;
    }
    if past && row.state != PersonState::Disabled {
        (row, open) = retire(&tx, app, hospital, row, now).await?;
    } else if let Some(last) = last {
        plan_leave(&tx, app, hospital, row.id, last).await?;
    }
    let mut act = Act::done("account.leave_date", "person", row.id.0);
    act.reason = Some(last.map_or_else(|| "none".to_owned(), |last| last.to_string()));
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok((row, open))
}

/// A job for 00:00 of the day after the last one.
///
/// # Errors
/// Those of the database.
pub(super) async fn plan_leave(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    person: PersonId,
    last: NaiveDate,
) -> Result<()> {
    let job = NewJob {
        kind: Kind::Leave,
        hospital,
        subject: person.0,
        payload: "{}".to_owned(),
        // An id beside the date: the same date set again after another one is a new plan.
        dedup: Some(format!(
            "leave:{person}:{hospital}:{last}:{}",
            app.clock.now().timestamp_micros()
        )),
        run_at: calendar::midnight(calendar::day_after(last)),
    };
    jobs::enqueue(tx, app, job).await
}

/// The last day of a person has passed: acts only if that is still so. Whether anything was ended.
///
/// # Errors
/// Those of the database.
pub async fn sweep_leave(tx: &Tx, app: &App, hospital: HospitalId, id: PersonId) -> Result<bool> {
    let now = app.clock.now();
    let Some(row) = person::Entity::find_by_id(id).one(tx).await? else {
        return Ok(false);
    };
    let due = if scope::is_kept_by(&row, hospital) {
        row.state != PersonState::Disabled
            && row
                .leave_on
                .is_some_and(|last| last < calendar::civil_date(now))
    } else {
        !vendor::serves(tx, hospital, row.id, now).await?
    };
    if due {
        retire(tx, app, hospital, row, now).await?;
    }
    Ok(due)
}

/// Ends what this hospital gave: sessions, tokens and the account where it keeps it, else roles and
/// assignments here; tells who has to reassign the open tickets, and returns their numbers.
pub(super) async fn retire(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    row: person::Model,
    now: DateTime<Utc>,
) -> Result<(person::Model, Vec<String>)> {
    let mut row = row;
    if scope::is_kept_by(&row, hospital) {
        let next = row.version + 1;
        let mut change = row.into_active_model();
        change.state = Set(PersonState::Disabled);
        change.version = Set(next);
        row = change.update(tx).await?;
        machine_token::Entity::update_many()
            .col_expr(machine_token::Column::RevokedAt, Expr::value(now))
            .filter(machine_token::Column::HospitalId.eq(hospital))
            .filter(machine_token::Column::CreatedBy.eq(row.id))
            .filter(machine_token::Column::RevokedAt.is_null())
            .exec(tx)
            .await?;
    } else {
        role_grant::Entity::update_many()
            .col_expr(role_grant::Column::State, Expr::value(GrantState::Revoked))
            .col_expr(role_grant::Column::DecidedAt, Expr::value(now))
            .filter(role_grant::Column::HospitalId.eq(hospital))
            .filter(role_grant::Column::PersonId.eq(row.id))
            .filter(role_grant::Column::State.ne(GrantState::Revoked))
            .exec(tx)
            .await?;
        vendor::end(tx, hospital, row.id, None, now).await?;
    }
    end_all(tx, row.id, None, now).await?;
    let open = reassign(tx, app, hospital, &row).await?;
    Ok((row, open))
}

/// Tells project manager and information centre of each open ticket that the person leaves behind.
pub(super) async fn reassign(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    person: &person::Model,
) -> Result<Vec<String>> {
    let ended = [
        TicketStatus::Closed,
        TicketStatus::Cancelled,
        TicketStatus::Duplicate,
        TicketStatus::OutOfScope,
    ];
    let mut query = ticket::Entity::find()
        .filter(ticket::Column::AssigneeId.eq(person.id))
        .filter(ticket::Column::Status.is_not_in(ended))
        .order_by_asc(ticket::Column::Number)
        .limit(500);
    // Where the account itself ends, every hospital that the person served has to know.
    let everywhere = person.state == PersonState::Disabled;
    if !everywhere {
        query = query.filter(ticket::Column::HospitalId.eq(hospital));
    }
    let mut numbers = Vec::new();
    for row in query.all(tx).await? {
        let mut to = notification::people(
            tx,
            row.hospital_id,
            row.contract_id,
            &[Role::VendorPm, Role::HospItAdmin],
        )
        .await?;
        to.remove(&person.id);
        let what = Notice {
            kind: NotificationKind::DecisionNeeded,
            ticket: row.id,
            cause: format!("leave:{}:{}", person.id, row.id),
            zh: format!("工单 {} 的处理人已离岗，请重新分派", row.number),
            en: format!(
                "Ticket {}: its assignee has left, assign it again",
                row.number
            ),
        };
        notification::tell(tx, app, row.hospital_id, &to, &what).await?;
        if row.hospital_id == hospital {
            numbers.push(row.number);
        }
    }
    Ok(numbers)
}
