//! Reminders of rectification tasks (RECTIFICATION_BY_RISK).

use chrono::{DateTime, Utc};
use entity::ids::RectificationTaskId;
use entity::rectification_task;
use entity::rules::calendar::{Calendar, civil_date};
use entity::values::{NotificationKind, RectificationState};
use sea_orm::EntityTrait;
use serde_json::json;

use super::{BOTH, contract_of};
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::jobs::{self, Kind, NewJob};
use crate::notification;
use crate::ticket::clocks::ContractTerms;

/// Plans the reminders of a task: two working days and one before its due date, on it, and after it.
///
/// # Errors
/// `CALENDAR_MISSING`, those of the database.
pub(in crate::inspection) async fn watch(
    tx: &Tx,
    app: &App,
    row: &rectification_task::Model,
    calendar: &Calendar,
) -> Result<()> {
    let now = app.clock.now();
    let mut points = Vec::new();
    for n in [2, 1] {
        let on = calendar.wd_sub(row.due_on, n)?.value;
        points.push((format!("WD-{n}"), on));
    }
    points.push(("DAY".to_owned(), row.due_on));
    for (word, on) in points {
        let run_at = calendar.first_slot(on)?.value;
        if run_at > now && run_at < row.due_at {
            enqueue(tx, app, row, (&word, run_at)).await?;
        }
    }
    let after = calendar.wd_add(row.due_on, 1)?.value;
    let run_at = calendar.first_slot(after)?.value;
    enqueue(tx, app, row, ("OVERDUE", run_at)).await
}

async fn enqueue(
    tx: &Tx,
    app: &App,
    row: &rectification_task::Model,
    (word, run_at): (&str, DateTime<Utc>),
) -> Result<()> {
    let due = row.due_at.timestamp();
    let job = NewJob {
        kind: Kind::InspectionPoint,
        hospital: row.hospital_id,
        subject: row.inspection_id.0,
        payload: json!({ "point": word, "task": row.id.to_string(), "due": due }).to_string(),
        dedup: Some(format!("task:{}:{word}:{}", row.id, run_at.timestamp())),
        run_at,
    };
    jobs::enqueue(tx, app, job).await
}

/// A task before or after its due date, if the date still stands and nothing waits for the hospital.
pub(super) async fn point(
    tx: &Tx,
    app: &App,
    id: RectificationTaskId,
    (word, due): (&str, Option<i64>),
) -> Result<()> {
    let row = rectification_task::Entity::find_by_id(id).one(tx).await?;
    let Some(row) = row.filter(|row| Some(row.due_at.timestamp()) == due) else {
        return Ok(());
    };
    let is_overdue = word == "OVERDUE";
    let now = app.clock.now();
    let waits = match row.state {
        RectificationState::Verified | RectificationState::Waived => return Ok(()),
        RectificationState::Submitted => true,
        RectificationState::Open
        | RectificationState::InProgress
        | RectificationState::Rejected => false,
    };
    let (number, on) = (&row.number, row.due_on);
    if !waits {
        let (zh, en) = if is_overdue {
            (
                format!("逾期：整改任务 {number} 应于 {on} 前完成"),
                format!("Overdue: rectification {number} was due on {on}"),
            )
        } else {
            (
                format!("整改任务 {number} 应于 {on} 前完成"),
                format!("Rectification {number} is due on {on}"),
            )
        };
        let mut to = notification::people(tx, row.hospital_id, row.contract_id, &BOTH).await?;
        to.extend(row.responsible_id);
        let cause = format!("task:{id}:{word}:{}", civil_date(now));
        let kind = NotificationKind::Inspection;
        notification::tell_of_matter(tx, app, row.hospital_id, &to, kind, (cause, zh, en)).await?;
    }
    if is_overdue {
        let contract = contract_of(tx, row.contract_id).await?;
        let terms = ContractTerms::read(tx, &contract, now).await?;
        let next = terms.calendar.wd_add(civil_date(now), 1)?;
        let run_at = terms.calendar.first_slot(next.value)?;
        enqueue(tx, app, &row, (word, run_at.value)).await?;
    }
    Ok(())
}
