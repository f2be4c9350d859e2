//! A report is issued by the word of the hospital, replaces what it corrects, and may be revoked.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, ReportId};
use entity::report_issue;
use entity::rules::access::Permission;
use entity::rules::report as rule;
use entity::values::{ReportAction, Role};
use reports::definition::Signing;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};

use super::{Change, holds, refuse_role};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Result, UserErrorCode};
use crate::requester::Requester;
use crate::ticket::ops::{SHORT, checked};

/// Confirms a report that is signed by persons: with the hospital's word it is issued.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` also before it is laid out and for reports that need a seal,
/// `INVALID` for another role, `FOUR_EYES`.
pub async fn confirm(
    app: &App,
    who: &Requester,
    id: Option<ReportId>,
    version: i32,
) -> Result<report_issue::Model> {
    let change = Change::begin(app, who, Permission::ReportApprove, id, Some(version)).await?;
    let spec = &change.definition()?.spec;
    if spec.signing != Signing::Persons || change.row.pdf_sha256.is_none() {
        return Err(UserErrorCode::WrongState.into());
    }
    if !holds(who, change.row.hospital_id, &spec.permission.confirm) {
        return Err(refuse_role(
            "该报告不由您的角色确认",
            "this report is not confirmed by your role",
        ));
    }
    if change.me == change.row.author_id || Some(change.me) == change.row.approver_id {
        return Err(UserErrorCode::FourEyes.into());
    }
    let row = issued(&change, Some(change.me)).await?;
    change
        .commit(
            row,
            "report.confirm",
            None,
            Some((&[Role::VendorPm, Role::HospItAdmin], "已签发", "is issued")),
        )
        .await
}

/// The row as issued; what it corrects is replaced in the same transaction.
pub(in crate::report) async fn issued(
    change: &Change<'_>,
    by: Option<PersonId>,
) -> Result<report_issue::ActiveModel> {
    let state = change.step(ReportAction::Issue)?;
    supersede(&change.tx, &change.row, change.now).await?;
    let mut row = change.row.clone().into_active_model();
    row.state = Set(state);
    row.issued_by = Set(by);
    row.issued_at = Set(Some(change.now));
    Ok(row)
}

/// Marks the revision that a report corrects as replaced; a revoked one stays revoked.
pub(in crate::report) async fn supersede(
    tx: &Tx,
    row: &report_issue::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(earlier) = row.corrects_id else {
        return Ok(());
    };
    let Some(earlier) = report_issue::Entity::find_by_id(earlier)
        .lock_exclusive()
        .one(tx)
        .await?
    else {
        return Ok(());
    };
    if let Ok(state) = rule::next(earlier.state, ReportAction::Supersede) {
        let version = earlier.version;
        let mut earlier = earlier.into_active_model();
        earlier.state = Set(state);
        earlier.superseded_at = Set(Some(now));
        earlier.version = Set(version + 1);
        earlier.update(tx).await?;
    }
    Ok(())
}

/// Revokes an issued report; its files stay readable and say so.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `REQUIRED`.
pub async fn revoke(
    app: &App,
    who: &Requester,
    id: Option<ReportId>,
    version: i32,
    reason: &str,
) -> Result<report_issue::Model> {
    who.require(Permission::ReportRevoke)?;
    let reason = checked(reason, "reason", SHORT)?;
    let change = Change::begin(app, who, Permission::ReportRevoke, id, Some(version)).await?;
    let state = change.step(ReportAction::Revoke)?;
    let mut row = change.row.clone().into_active_model();
    row.state = Set(state);
    row.revoked_by = Set(Some(change.me));
    row.revoked_at = Set(Some(change.now));
    row.reason = Set(Some(reason.clone()));
    change
        .commit(
            row,
            "report.revoke",
            Some(reason),
            Some((&[Role::VendorPm, Role::HospItAdmin], "已作废", "is revoked")),
        )
        .await
}
