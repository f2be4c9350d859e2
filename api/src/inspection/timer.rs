//! What time does to inspections: reminders of duties that nobody has met, of an inspection without a step, of the
//! report before and after it is due (`domain.md` 3.4; INSPECTION_ONLINE_QUARTERLY, INSPECTION_ONSITE_YEARLY,
//! INSPECTION_REPORT_5WD). Each job looks at its row again and says nothing once its cause is gone.

mod task;

use chrono::{DateTime, Days, Utc};
use entity::ids::{ContractId, HospitalId, InspectionId, RectificationTaskId};
use entity::rules::calendar::{Calendar, civil_date, end_of};
use entity::rules::inspection as rule;
use entity::rules::sla::Threshold;
use entity::values::{
    ContractState, InspectionKind, InspectionReportState, InspectionState, NotificationKind, Role,
};
use entity::{contract, inspection, inspection_report, job, parameter_set};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, NewJob};
use crate::notification;
use crate::ticket::clocks::ContractTerms;

pub(super) use task::watch as watch_task;

/// Who is reminded.
const BOTH: [Role; 2] = [Role::VendorPm, Role::HospItAdmin];

/// When an inspection without a further step is reminded of: 24:00 of the last whole day that may pass.
fn idle_at(step: DateTime<Utc>, days: i32) -> DateTime<Utc> {
    let days = Days::new(u64::try_from(days).unwrap_or(10));
    let on = civil_date(step);
    end_of(on.checked_add_days(days).unwrap_or(on))
}

/// The parameters of a contract in force at `now`; none before the first.
async fn parameters(
    db: &impl ConnectionTrait,
    (hospital, contract): (HospitalId, ContractId),
    now: DateTime<Utc>,
) -> Result<Option<parameter_set::Model>> {
    Ok(parameter_set::Entity::find()
        .filter(parameter_set::Column::HospitalId.eq(hospital))
        .filter(parameter_set::Column::ContractId.eq(contract))
        .filter(parameter_set::Column::EffectiveFromOn.lte(civil_date(now)))
        .order_by_desc(parameter_set::Column::Version)
        .one(db)
        .await?)
}

async fn idle_days(
    db: &impl ConnectionTrait,
    row: &inspection::Model,
    now: DateTime<Utc>,
) -> Result<i32> {
    let set = parameters(db, (row.hospital_id, row.contract_id), now).await?;
    Ok(set.map_or(10, |set| set.inspection_idle_days))
}

/// Plans the reminder of an open inspection; once a day of steps.
///
/// # Errors
/// Those of the database.
pub(super) async fn watch_idle(tx: &Tx, app: &App, row: &inspection::Model) -> Result<()> {
    let Some(step) = row.last_step_at else {
        return Ok(());
    };
    let run_at = idle_at(step, idle_days(tx, row, step).await?);
    let job = NewJob {
        kind: Kind::InspectionPoint,
        hospital: row.hospital_id,
        subject: row.id.0,
        payload: json!({ "point": "IDLE" }).to_string(),
        dedup: Some(format!("inspection-idle:{}:{}", row.id, run_at.timestamp())),
        run_at,
    };
    jobs::enqueue(tx, app, job).await
}

/// Plans the reminders of the report of an inspection that has ended.
///
/// # Errors
/// `CALENDAR_MISSING`, those of the database.
pub(super) async fn watch_report(
    tx: &Tx,
    app: &App,
    row: &inspection::Model,
    calendar: &Calendar,
) -> Result<()> {
    let (Some(ended), Some(due)) = (row.ended_on, row.report_due_on) else {
        return Ok(());
    };
    let mut points = rule::report_points(ended, due, calendar)?;
    points.push(rule::report_overdue_point(due, 1, calendar)?);
    for point in points {
        enqueue_report(tx, app, row, point.threshold, point.at).await?;
    }
    Ok(())
}

async fn enqueue_report(
    tx: &Tx,
    app: &App,
    row: &inspection::Model,
    threshold: Threshold,
    run_at: DateTime<Utc>,
) -> Result<()> {
    let due = row.report_due_at.map(|at| at.timestamp());
    let job = NewJob {
        kind: Kind::InspectionPoint,
        hospital: row.hospital_id,
        subject: row.id.0,
        payload: json!({ "point": threshold.to_string(), "due": due }).to_string(),
        dedup: Some(format!(
            "inspection-report:{}:{threshold}:{}",
            row.id,
            due.unwrap_or_default()
        )),
        run_at,
    };
    jobs::enqueue(tx, app, job).await
}

/// Plans the reminder of a submission that the hospital does not answer (REPORT_CONFIRM_5WD); it decides nothing.
///
/// # Errors
/// `CALENDAR_MISSING`, those of the database.
pub(super) async fn watch_confirmation(
    tx: &Tx,
    app: &App,
    row: &inspection::Model,
    seq: usize,
    (limit, calendar): (u32, &Calendar),
) -> Result<()> {
    let on = calendar
        .wd_add(civil_date(app.clock.now()), limit.max(1))?
        .value;
    let job = NewJob {
        kind: Kind::InspectionPoint,
        hospital: row.hospital_id,
        subject: row.id.0,
        payload: json!({ "point": "CONFIRM", "seq": seq }).to_string(),
        dedup: Some(format!("inspection-confirm:{}:{seq}:{on}", row.id)),
        run_at: calendar.first_slot(on)?.value,
    };
    jobs::enqueue(tx, app, job).await
}

/// Takes the reminders of a late report up again after a return that voided its submission.
///
/// # Errors
/// `CALENDAR_MISSING`, those of the database.
pub(super) async fn watch_returned(
    tx: &Tx,
    app: &App,
    row: &inspection::Model,
    seq: usize,
    calendar: &Calendar,
) -> Result<()> {
    let (Some(on), Some(at)) = (row.report_due_on, row.report_due_at) else {
        return Ok(());
    };
    let today = civil_date(app.clock.now());
    // Before the due date the reminders still wait.
    if app.clock.now() < at {
        return Ok(());
    }
    let days = calendar.wd_between(on, today)?.value;
    let n = u32::try_from(days).unwrap_or(0) + 1;
    let next = rule::report_overdue_point(on, n, calendar)?;
    let job = NewJob {
        kind: Kind::InspectionPoint,
        hospital: row.hospital_id,
        subject: row.id.0,
        payload: json!({ "point": next.threshold.to_string(), "due": at.timestamp() }).to_string(),
        dedup: Some(format!("inspection-report:{}:returned:{seq}", row.id)),
        run_at: next.at,
    };
    jobs::enqueue(tx, app, job).await
}

/// A reminder of an inspection: `IDLE`, a point of its report, of the answer to it, or of a task.
///
/// # Errors
/// Those of the database; the job is tried again.
pub async fn point(app: &App, job: &job::Model) -> Result<()> {
    let payload: Value = serde_json::from_str(&job.payload).map_err(Error::internal)?;
    let word = payload
        .get("point")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let tx = app.db.begin_write().await?;
    let row = inspection::Entity::find_by_id(InspectionId(job.subject))
        .one(&tx)
        .await?;
    if let Some(row) = row {
        let due = payload.get("due").and_then(Value::as_i64);
        let task = payload.get("task").and_then(Value::as_str);
        if let Some(id) = task.and_then(RectificationTaskId::parse) {
            task::point(&tx, app, id, (word, due)).await?;
        } else if word == "CONFIRM" {
            let seq = payload.get("seq").and_then(Value::as_u64);
            unanswered(&tx, app, &row, seq).await?;
        } else if word == "IDLE" {
            idle(&tx, app, &row).await?;
        } else {
            report(&tx, app, &row, (word, due)).await?;
        }
    }
    jobs::finish(&tx, app, job).await?;
    Ok(tx.commit().await?)
}

async fn idle(tx: &Tx, app: &App, row: &inspection::Model) -> Result<()> {
    let now = app.clock.now();
    let (InspectionState::InProgress, Some(step)) = (row.state, row.last_step_at) else {
        return Ok(());
    };
    let days = idle_days(tx, row, step).await?;
    if idle_at(step, days) > now {
        return Ok(());
    }
    let text = (
        format!("inspection-idle:{}:{}", row.id, step.timestamp()),
        format!("巡检 {} 已 {days} 日没有进展", row.number),
        format!("Inspection {} has had no step for {days} days", row.number),
    );
    let to = notification::people(tx, row.hospital_id, row.contract_id, &BOTH).await?;
    notification::tell_of_matter(
        tx,
        app,
        row.hospital_id,
        &to,
        NotificationKind::Inspection,
        text,
    )
    .await
}

/// A submission that waits for the hospital: reminded of, and again after as many days.
async fn unanswered(tx: &Tx, app: &App, row: &inspection::Model, seq: Option<u64>) -> Result<()> {
    let waiting = inspection_report::Entity::find()
        .filter(inspection_report::Column::HospitalId.eq(row.hospital_id))
        .filter(inspection_report::Column::InspectionId.eq(row.id))
        .filter(inspection_report::Column::State.eq(InspectionReportState::Submitted))
        .one(tx)
        .await?
        .filter(|one| u64::try_from(one.seq).ok() == seq);
    let Some(waiting) = waiting else {
        return Ok(());
    };
    let on = civil_date(waiting.submitted_at);
    let today = civil_date(app.clock.now());
    let text = (
        format!("inspection-confirm:{}:{}:{today}", row.id, waiting.seq),
        format!("巡检 {} 的报告已于 {on} 提交，尚待确认", row.number),
        format!(
            "The report of inspection {} was submitted on {on} and waits for an answer",
            row.number
        ),
    );
    let roles = [Role::HospItAdmin];
    let to = notification::people(tx, row.hospital_id, row.contract_id, &roles).await?;
    let kind = NotificationKind::Inspection;
    notification::tell_of_matter(tx, app, row.hospital_id, &to, kind, text).await?;
    let contract = contract_of(tx, row.contract_id).await?;
    let terms = ContractTerms::read(tx, &contract, app.clock.now()).await?;
    let limit = u32::try_from(terms.parameters.report_confirm_reminder_wd).unwrap_or(0);
    let seq = usize::try_from(waiting.seq).map_err(Error::internal)?;
    watch_confirmation(tx, app, row, seq, (limit, &terms.calendar)).await
}

async fn report(
    tx: &Tx,
    app: &App,
    row: &inspection::Model,
    (word, due): (&str, Option<i64>),
) -> Result<()> {
    let waits =
        row.state == InspectionState::Ended && row.report_due_at.map(|at| at.timestamp()) == due;
    let (true, Some(on)) = (waits, row.report_due_on) else {
        return Ok(());
    };
    let overdue = word
        .strip_prefix("D+")
        .and_then(|days| days.parse::<u32>().ok());
    let (zh, en) = match overdue {
        Some(_) => (
            format!("逾期：巡检 {} 的报告应于 {on} 前提交", row.number),
            format!(
                "Overdue: the report of inspection {} was due on {on}",
                row.number
            ),
        ),
        None => (
            format!("巡检 {} 的报告应于 {on} 前提交", row.number),
            format!("The report of inspection {} is due on {on}", row.number),
        ),
    };
    let cause = format!("inspection-report:{}:{word}:{on}", row.id);
    let to = notification::people(tx, row.hospital_id, row.contract_id, &BOTH).await?;
    notification::tell_of_matter(
        tx,
        app,
        row.hospital_id,
        &to,
        NotificationKind::Inspection,
        (cause, zh, en),
    )
    .await?;
    if let Some(days) = overdue {
        let contract = contract_of(tx, row.contract_id).await?;
        let terms = ContractTerms::read(tx, &contract, app.clock.now()).await?;
        let next = rule::report_overdue_point(on, days + 1, &terms.calendar)?;
        enqueue_report(tx, app, row, next.threshold, next.at).await?;
    }
    Ok(())
}

async fn contract_of(tx: &Tx, id: ContractId) -> Result<contract::Model> {
    contract::Entity::find_by_id(id)
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("an inspection without a contract"))
}

/// The duties of a contract as they stand now.
///
/// # Errors
/// Those of the database.
pub async fn duties(
    db: &impl ConnectionTrait,
    contract: &contract::Model,
    now: DateTime<Utc>,
) -> Result<Vec<rule::Duty>> {
    let today = civil_date(now);
    let set = parameters(db, (contract.hospital_id, contract.id), now).await?;
    let terms = rule::Terms {
        from: contract.service_from_on,
        to: contract.service_to_on,
        onsite_counts_as_online: set.is_some_and(|set| set.onsite_counts_as_online),
    };
    let done: Vec<rule::Done> = inspection::Entity::find()
        .filter(inspection::Column::HospitalId.eq(contract.hospital_id))
        .filter(inspection::Column::ContractId.eq(contract.id))
        .filter(inspection::Column::EndedOn.is_not_null())
        .all(db)
        .await?
        .into_iter()
        .filter_map(|row| {
            Some(rule::Done {
                kind: row.kind,
                ended_on: row.ended_on?,
            })
        })
        .collect();
    Ok(rule::duties(&terms, &done, today))
}

/// Plans the reminders of every duty that is not met in its running period; each once, however often it is called.
///
/// # Errors
/// Those of the database.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.clock.now();
    let today = civil_date(now);
    let contracts = contract::Entity::find()
        .filter(contract::Column::State.eq(ContractState::Active))
        .all(app.db.read())
        .await?;
    for contract in contracts {
        let open: Vec<rule::Duty> = duties(app.db.read(), &contract, now)
            .await?
            .into_iter()
            .filter(|duty| duty.state == rule::DutyState::InProgress)
            .collect();
        if open.is_empty() {
            continue;
        }
        let tx = app.db.begin_write().await?;
        let terms = ContractTerms::read(&tx, &contract, now).await?;
        for duty in open {
            for point in rule::gap_points(&duty) {
                if point.on < today {
                    continue;
                }
                let run_at = terms.calendar.first_slot(point.on)?.value;
                let (kind, no, days) = (duty.kind, duty.no, point.days);
                let job = NewJob {
                    kind: Kind::InspectionGap,
                    hospital: contract.hospital_id,
                    subject: contract.id.0,
                    payload: json!({ "kind": kind.word(), "no": no, "days": days }).to_string(),
                    dedup: Some(format!("inspection-gap:{}:{kind}:{no}:{days}", contract.id)),
                    run_at,
                };
                jobs::enqueue(&tx, app, job).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Reminds of a duty, if it is still not met.
///
/// # Errors
/// Those of the database; the job is tried again.
pub async fn gap(app: &App, job: &job::Model) -> Result<()> {
    let payload: Value = serde_json::from_str(&job.payload).map_err(Error::internal)?;
    let number = |name: &str| {
        payload
            .get(name)
            .and_then(Value::as_u64)
            .unwrap_or_default()
    };
    let kind = payload
        .get("kind")
        .and_then(Value::as_str)
        .and_then(InspectionKind::parse);
    let tx = app.db.begin_write().await?;
    let contract = contract_of(&tx, ContractId(job.subject)).await?;
    let open = duties(&tx, &contract, app.clock.now())
        .await?
        .into_iter()
        .find(|duty| {
            Some(duty.kind) == kind
                && u64::from(duty.no) == number("no")
                && duty.state == rule::DutyState::InProgress
        });
    if let Some(duty) = open {
        let days = number("days");
        let (zh, en) = match duty.kind {
            InspectionKind::Onsite => (
                format!(
                    "第 {} 服务年度的现场巡检尚未完成，距年末 {days} 日",
                    duty.no
                ),
                format!(
                    "The inspection on site of service year {} is not done, {days} days are left",
                    duty.no
                ),
            ),
            InspectionKind::Online => (
                format!(
                    "第 {} 合同季度的线上巡检尚未完成，距季末 {days} 日",
                    duty.no
                ),
                format!(
                    "The online inspection of contract quarter {} is not done, {days} days are left",
                    duty.no
                ),
            ),
        };
        let cause = format!(
            "inspection-gap:{}:{}:{}:{days}",
            contract.id, duty.kind, duty.no
        );
        let to = notification::people(&tx, contract.hospital_id, contract.id, &BOTH).await?;
        notification::tell_of_matter(
            &tx,
            app,
            contract.hospital_id,
            &to,
            NotificationKind::Inspection,
            (cause, zh, en),
        )
        .await?;
    }
    jobs::finish(&tx, app, job).await?;
    Ok(tx.commit().await?)
}
