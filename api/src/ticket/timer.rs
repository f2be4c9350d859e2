//! What the timers of clocks do: warn, record a breach, remind of silence and of claimed times (S12, S14, S19, S25, S33, S35).

use entity::ids::{ClaimId, ClockId, TicketId};
use entity::rules::catalog::Catalog;
use entity::values::{
    Decision, NotificationKind, Role, Severity, SlaClockKind, SlaClockState, SlaResult,
    TicketCategory, TicketEventKind, TicketStatus,
};
use entity::{claimed_time, job, sla_clock, ticket};
use sea_orm::EntityTrait;
use serde_json::Value;

use super::clocks::{Clocks, ContractTerms, contract_of};
use super::ops;
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs;
use crate::notification::{self, Notice};
use crate::requester::Requester;

/// A warning point or the due instant of a clock; acts only if the clock still runs toward that due instant.
///
/// # Errors
/// Those of the database; the job is tried again.
pub async fn clock_point(app: &App, job: &job::Model) -> Result<()> {
    let payload: Value = serde_json::from_str(&job.payload).map_err(Error::internal)?;
    let point = payload
        .get("point")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let due = payload
        .get("due")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let tx = app.db.begin_write().await?;
    let clock = sla_clock::Entity::find_by_id(ClockId(job.subject))
        .one(&tx)
        .await?;
    let live = clock.filter(|clock| {
        clock.state == SlaClockState::Running
            && clock.due_at.is_some_and(|at| at.timestamp() == due)
    });
    let Some(clock) = live else {
        jobs::finish(&tx, app, job).await?;
        return Ok(tx.commit().await?);
    };
    let row = ticket::Entity::find_by_id(clock.ticket_id)
        .one(&tx)
        .await?
        .ok_or_else(|| Error::internal("a clock without a ticket"))?;
    let terms = terms_of(&tx, app, &row).await?;
    let system = Requester::system();
    let clocks = Clocks::new(&tx, app, &system, &terms);
    let (clock, seen) = clocks.refresh(clock).await?;
    let due_point = point == "P100" || point.starts_with("D+");
    let late = due_point && seen.expected == SlaResult::Late;
    let mut roles = vec![Role::VendorPm];
    if late || clock.kind == SlaClockKind::Resolution {
        roles.push(Role::HospItAdmin);
    }
    if late && (row.severity == Some(Severity::S1) || row.category == TicketCategory::Disaster) {
        roles.push(Role::HospManager);
    }
    let mut to = notification::people(&tx, row.hospital_id, row.contract_id, &roles).await?;
    to.extend(row.assignee_id);
    let class = Catalog::shared().class(row.category);
    let severity = row
        .severity
        .map(|severity| format!(" {severity}"))
        .unwrap_or_default();
    let (zh, en) = if late {
        (
            format!(
                "逾期：{} {}（{}{severity}）",
                row.number, clock.code, class.name_zh
            ),
            format!(
                "Overdue: {} {} ({}{severity})",
                row.number, clock.code, class.name_en
            ),
        )
    } else {
        (
            format!("{}：{} {}", warning_zh(point), row.number, clock.code),
            format!("{}: {} {}", warning_en(point), row.number, clock.code),
        )
    };
    let kind = if late {
        NotificationKind::ClockBreach
    } else {
        NotificationKind::ClockWarning
    };
    let what = Notice {
        kind,
        ticket: row.id,
        cause: format!("clock:{}:{point}:{due}", clock.id),
        zh,
        en,
    };
    if clock.kind == SlaClockKind::Response {
        notification::tell_at_once(&tx, app, row.hospital_id, &to, &what).await?;
    } else {
        notification::tell(&tx, app, row.hospital_id, &to, &what).await?;
    }
    if late {
        clocks.remind_overdue(&clock, &seen).await?;
        let now = app.clock.now();
        ops::record(
            &tx,
            app,
            None,
            &row,
            now,
            TicketEventKind::ClockBreached,
            Some(clock.code.word().to_owned()),
        )
        .await?;
        jobs::finish(&tx, app, job).await?;
        audit::append(
            &tx,
            now,
            Some(row.hospital_id),
            &Requester::system(),
            Act::done("clock.overdue", "sla_clock", clock.id.0),
        )
        .await?;
    } else {
        jobs::finish(&tx, app, job).await?;
    }
    Ok(tx.commit().await?)
}

async fn terms_of(tx: &Tx, app: &App, row: &ticket::Model) -> Result<ContractTerms> {
    let contract = contract_of(tx, row).await?;
    ContractTerms::read(tx, &contract, app.clock.now()).await
}

/// A warning point in words: `P50`, `D-2`, `D0`.
fn warning_zh(point: &str) -> String {
    match (point.strip_prefix('P'), point.strip_prefix("D-")) {
        (Some(part), _) => format!("时限已过 {part}%"),
        (None, Some(days)) => format!("距到期 {days} 个工作日"),
        (None, None) => "今日到期".to_owned(),
    }
}

/// [`warning_zh`] in English.
fn warning_en(point: &str) -> String {
    match (point.strip_prefix('P'), point.strip_prefix("D-")) {
        (Some(part), _) => format!("{part} % of the limit"),
        (None, Some(days)) => format!("due in {days} working days"),
        (None, None) => "due today".to_owned(),
    }
}

/// Reminds of a solution that nobody answered; at the end marks it 院方未确认. It closes nothing.
///
/// # Errors
/// Those of the database; the job is tried again.
pub async fn unconfirmed(app: &App, job: &job::Model) -> Result<()> {
    let payload: Value = serde_json::from_str(&job.payload).map_err(Error::internal)?;
    let point = payload
        .get("point")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let resolved = payload
        .get("resolved")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let tx = app.db.begin_write().await?;
    let row = ticket::Entity::find_by_id(TicketId(job.subject))
        .one(&tx)
        .await?;
    let silent = row.filter(|row| {
        row.status == TicketStatus::Resolved
            && row
                .resolved_at
                .is_some_and(|at| at.timestamp_micros() == resolved)
    });
    let Some(row) = silent else {
        jobs::finish(&tx, app, job).await?;
        return Ok(tx.commit().await?);
    };
    let mut to =
        notification::people(&tx, row.hospital_id, row.contract_id, &[Role::HospItAdmin]).await?;
    to.insert(row.reporter_id);
    let last = point == "final";
    let (zh, en) = if last {
        ("院方未确认", "was not confirmed by the hospital")
    } else {
        ("已解决，请确认", "is solved, please confirm")
    };
    let what = Notice {
        kind: NotificationKind::DecisionNeeded,
        ticket: row.id,
        cause: format!("silence:{}:{resolved}:{point}", row.id),
        zh: format!("工单 {} {zh}", row.number),
        en: format!("Ticket {} {en}", row.number),
    };
    notification::tell(&tx, app, row.hospital_id, &to, &what).await?;
    jobs::finish(&tx, app, job).await?;
    if last {
        let now = app.clock.now();
        let terms = terms_of(&tx, app, &row).await?;
        let system = Requester::system();
        let clocks = Clocks::new(&tx, app, &system, &terms);
        for clock in clocks.resolutions(&row).await? {
            clocks.refresh(clock).await?;
        }
        ops::record(
            &tx,
            app,
            None,
            &row,
            now,
            TicketEventKind::Unconfirmed,
            None,
        )
        .await?;
        audit::append(
            &tx,
            now,
            Some(row.hospital_id),
            &Requester::system(),
            Act::done("ticket.unconfirmed", "ticket", row.id.0),
        )
        .await?;
    }
    Ok(tx.commit().await?)
}

/// Tells the information centre that a claimed time is its to decide, if nobody has answered it.
///
/// # Errors
/// Those of the database; the job is tried again.
pub async fn claim_undecided(app: &App, job: &job::Model) -> Result<()> {
    let tx = app.db.begin_write().await?;
    let claim = claimed_time::Entity::find_by_id(ClaimId(job.subject))
        .one(&tx)
        .await?
        .filter(|claim| claim.decision == Decision::Pending);
    if let Some(claim) = claim {
        let row = ticket::Entity::find_by_id(claim.ticket_id)
            .one(&tx)
            .await?
            .ok_or_else(|| Error::internal("a claimed time without a ticket"))?;
        let centre = [Role::HospItAdmin];
        let to = notification::people(&tx, row.hospital_id, row.contract_id, &centre).await?;
        let what = Notice {
            kind: NotificationKind::DecisionNeeded,
            ticket: row.id,
            cause: format!("claim-undecided:{}", claim.id),
            zh: format!("工单 {} 申报的时刻无人确认，请依据证据决定", row.number),
            en: format!(
                "Ticket {} has a claimed time that nobody confirmed, please decide on the evidence",
                row.number
            ),
        };
        notification::tell(&tx, app, row.hospital_id, &to, &what).await?;
    }
    jobs::finish(&tx, app, job).await?;
    Ok(tx.commit().await?)
}
