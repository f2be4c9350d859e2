//! Severity: confirmed by the information centre, raised and lowered with a reason (`domain.md` 4.3, S10).
//!
//! The targets of the running cycle count anew from the start of its clocks and inherit the pauses;
//! a clock that is late by its new target breaches at once, and a breach that was found stays.

use entity::ids::TicketId;
use entity::rules::access::Permission;
use entity::rules::ticket as rule;
use entity::ticket;
use entity::values::{
    Impact, NotificationKind, Role, Severity, TicketAction, TicketEventKind, Urgency,
};

use super::handle::notice;
use super::{Change, wait};
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification;
use crate::requester::Requester;

/// Another severity, and why.
#[derive(Clone, Debug)]
pub struct NewSeverity {
    /// The severity.
    pub to: Severity,
    /// Reason.
    pub reason: String,
}

/// Confirms the provisional severity: as it stands, or by the impact that the information centre sets.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` also if it is not provisional.
pub async fn confirm_severity(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    impact: Option<Impact>,
) -> Result<ticket::Model> {
    let permission = Permission::SeverityConfirm;
    let mut change = Change::begin(app, who, permission, id, Some(version)).await?;
    change.step(TicketAction::ConfirmSeverity)?;
    let Some(before) = change
        .row
        .severity
        .filter(|_| change.row.severity_provisional)
    else {
        return Err(UserErrorCode::WrongState.into());
    };
    let urgency = change.row.urgency.unwrap_or(Urgency::Medium);
    let assumed = rule::provisional_impact(change.row.beds_affected);
    let after = impact.map_or(before, |impact| rule::severity(urgency, impact));
    change.row.impact = impact.or((rule::severity(urgency, assumed) == before).then_some(assumed));
    change.row.severity_provisional = false;
    apply(&mut change, before, after).await?;
    change
        .commit(
            TicketEventKind::SeverityConfirmed,
            Some(words(before, after)),
            "ticket.confirm_severity",
        )
        .await
}

/// Raises the severity.
///
/// # Errors
/// `REQUIRED`, `INVALID` if it is not graver, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` also for a
/// category without severities.
pub async fn raise_severity(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    new: &NewSeverity,
) -> Result<ticket::Model> {
    let permission = Permission::SeverityRaise;
    alter(
        app,
        who,
        permission,
        TicketAction::RaiseSeverity,
        (id, version),
        new,
    )
    .await
}

/// Lowers the severity.
///
/// # Errors
/// As [`raise_severity`]; `INVALID` if it is not lighter.
pub async fn lower_severity(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    new: &NewSeverity,
) -> Result<ticket::Model> {
    let permission = Permission::SeverityLower;
    alter(
        app,
        who,
        permission,
        TicketAction::LowerSeverity,
        (id, version),
        new,
    )
    .await
}

async fn alter(
    app: &App,
    who: &Requester,
    permission: Permission,
    action: TicketAction,
    (id, version): (Option<TicketId>, i32),
    new: &NewSeverity,
) -> Result<ticket::Model> {
    who.require(permission)?;
    let reason = wait::reason(&new.reason)?;
    let mut change = Change::begin(app, who, permission, id, Some(version)).await?;
    change.step(action)?;
    let before = change.row.severity.ok_or_else(|| {
        Error::from(UserErrorCode::WrongState)
            .detail("该类别不分级", "this category has no severities")
    })?;
    let raises = action == TicketAction::RaiseSeverity;
    // S1 is the gravest and the first of its kind.
    let wrong = if raises {
        new.to >= before
    } else {
        new.to <= before
    };
    if wrong {
        let (zh, en) = if raises {
            ("应高于现级别", "it must be graver than now")
        } else {
            ("应低于现级别", "it must be lighter than now")
        };
        return Err(Error::from(UserErrorCode::Invalid)
            .at(["severity"])
            .detail(zh, en));
    }
    let centre = who
        .roles_at(change.row.hospital_id)
        .any(|role| role == Role::HospItAdmin);
    if centre {
        change.row.severity_provisional = false;
    }
    apply(&mut change, before, new.to).await?;
    let audited = if raises {
        "ticket.raise_severity"
    } else {
        "ticket.lower_severity"
    };
    let text = format!("{}：{reason}", words(before, new.to));
    change
        .commit(TicketEventKind::SeverityChanged, Some(text), audited)
        .await
}

fn words(before: Severity, after: Severity) -> String {
    if before == after {
        after.to_string()
    } else {
        format!("{before} → {after}")
    }
}

/// Sets the severity, counts the clocks anew, and tells who works under them.
async fn apply(change: &mut Change<'_>, before: Severity, after: Severity) -> Result<()> {
    change.row.severity = Some(after);
    if before == after {
        return Ok(());
    }
    change
        .clocks()
        .await?
        .retargeted(&change.row, change.now)
        .await?;
    let row = &change.row;
    let mut roles = vec![Role::HospItAdmin];
    if row.released_at.is_some() {
        roles.push(Role::VendorPm);
    }
    let mut to = notification::people(&change.tx, row.hospital_id, row.contract_id, &roles).await?;
    to.extend(row.assignee_id);
    if let Some(me) = change.actor() {
        to.remove(&me);
    }
    let what = notice(
        row,
        NotificationKind::TicketChanged,
        format!("severity:{}:{}", row.id, row.version),
        &format!("级别改为 {after}"),
        &format!("is now {after}"),
    );
    notification::tell(&change.tx, change.app, row.hospital_id, &to, &what).await
}
