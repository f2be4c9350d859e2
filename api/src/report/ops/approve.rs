//! What was shown is approved and frozen; an approval is taken back as long as no seal has come.

use chrono::{DateTime, Utc};
use entity::ids::{HospitalId, ReportId};
use entity::rules::access::Permission;
use entity::rules::report as rule;
use entity::values::{ReportAction, ReportState};
use entity::{report_counter, report_issue, sealed_document};
use reports::Definition;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::super::frame::{self, Steps};
use super::super::{Fresh, fresh};
use super::{Change, definition, holds, input, refusal, refuse_role, visible};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode, missing};
use crate::files::Store;
use crate::jobs::{self, Kind, NewJob};
use crate::requester::Requester;
use crate::ticket::ops::{SHORT, checked};

/// A draft as it stands.
#[derive(Debug)]
pub struct Preview {
    /// The draft.
    pub row: report_issue::Model,
    /// What the records say now.
    pub fresh: Fresh,
    /// What would be printed, or every problem that stands in the way of freezing it.
    pub view: std::result::Result<reports::View, Vec<reports::Problem>>,
}

/// A draft with what the records say now, under the rights of its author.
///
/// # Errors
/// `NOT_FOUND`, `WRONG_STATE` for what is no draft; `FORBIDDEN` if the author has lost a right that the query needs;
/// those of the records.
pub async fn preview(app: &App, who: &Requester, id: Option<ReportId>) -> Result<Preview> {
    who.require(Permission::ReportRead)?;
    let row = report_issue::Entity::find_by_id(id.ok_or_else(|| missing("reportId"))?)
        .filter(visible(app, who))
        .one(app.db.read())
        .await?
        .ok_or_else(|| missing("reportId"))?;
    if row.state != ReportState::Draft {
        return Err(UserErrorCode::WrongState.into());
    }
    let definition = definition(app, &row.code)?;
    let fresh = read(app, definition, &row).await?;
    let steps = Steps::default();
    let meta = frame::frame(app, app.db.read(), definition, &row, &fresh.data, &steps).await?;
    let view = app.reports.check(&input(&row.code, &meta, &fresh.data)?);
    Ok(Preview { row, fresh, view })
}

async fn read(app: &App, definition: &Definition, row: &report_issue::Model) -> Result<Fresh> {
    let params: Value = serde_json::from_str(&row.params).map_err(Error::internal)?;
    fresh(app, definition, &params, row.author_id).await
}

/// Approves what was shown and freezes it; a job lays it out.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `FOUR_EYES`, `INVALID` for another role; `CONTENT_DIFFERS` if
/// the records say something else by now; `REPORT_SECTION_MISSING` with everything that is missing.
pub async fn approve(
    app: &App,
    who: &Requester,
    id: Option<ReportId>,
    version: i32,
    data_sha256: &str,
) -> Result<report_issue::Model> {
    let change = Change::begin(app, who, Permission::ReportApprove, id, Some(version)).await?;
    let state = change.step(ReportAction::Approve)?;
    let definition = change.definition()?;
    let spec = &definition.spec;
    if !holds(who, change.row.hospital_id, &spec.permission.approve) {
        return Err(refuse_role(
            "该报告不由您的角色批准",
            "this report is not approved by your role",
        ));
    }
    if change.me == change.row.author_id {
        return Err(UserErrorCode::FourEyes.into());
    }
    // The records are read and the file is stored outside the transaction; the version tells whether the report moved.
    let before = change.row.clone();
    change.tx.rollback().await?;
    let frozen = read(app, definition, &before).await?;
    if frozen.sha256 != data_sha256 {
        return Err(Error::from(UserErrorCode::ContentDiffers)
            .at(["dataSha256"])
            .detail(
                "数据已变化，请重新查看草稿",
                "the records have changed, look at the draft again",
            ));
    }
    let data = reports::canonical(&frozen.data);
    let store = Store::at(&app.config.data);
    let stored = put(&store, before.hospital_id, data.as_bytes(), app.clock.now()).await?;
    if stored != frozen.sha256 {
        return Err(Error::internal("the stored data are not the frozen ones"));
    }

    let change = Change::begin(app, who, Permission::ReportApprove, id, Some(version)).await?;
    let now = change.now;
    let mut row = change.row.clone();
    if row.number.is_none() {
        let year = frame::year(now);
        let running = running(&change.tx, row.hospital_id, &spec.number_prefix, year).await?;
        row.number = Some(rule::number(&spec.number_prefix, year, running));
    }
    let steps = Steps {
        approval: Some((change.me, now)),
    };
    let meta = frame::frame(app, &change.tx, definition, &row, &frozen.data, &steps).await?;
    app.reports
        .check(&input(&row.code, &meta, &frozen.data)?)
        .map_err(|problems| refusal(&problems))?;
    let meta = serde_json::to_value(&meta).map_err(Error::internal)?;
    let number = row.number.clone();
    let mut active = change.row.clone().into_active_model();
    active.number = Set(number);
    active.state = Set(state);
    active.approver_id = Set(Some(change.me));
    active.approved_at = Set(Some(now));
    active.data_sha256 = Set(Some(frozen.sha256));
    active.meta_sha256 = Set(Some(reports::data_sha256(&meta)));
    active.meta = Set(Some(reports::canonical(&meta)));
    active.fingerprint = Set(Some(definition.fingerprint().to_owned()));
    let job = NewJob {
        kind: Kind::ReportLayout,
        hospital: row.hospital_id,
        subject: row.id.0,
        payload: json!({ "version": version + 1 }).to_string(),
        dedup: Some(format!("layout:{}:{}", row.id, version + 1)),
        run_at: now,
    };
    jobs::enqueue(&change.tx, app, job).await?;
    change.commit(active, "report.approve", None, None).await
}

/// Stores bytes; their SHA-256, hexadecimal.
pub(in crate::report) async fn put(
    store: &Store,
    hospital: HospitalId,
    bytes: &[u8],
    at: DateTime<Utc>,
) -> Result<String> {
    let mut staging = store.stage().await?;
    for piece in bytes.chunks(1 << 20) {
        staging.write(piece).await?;
    }
    let staged = staging.finish().await?;
    let sha256 = staged.sha256.clone();
    store.promote(staged, hospital, at).await?;
    Ok(sha256)
}

/// The next number of a hospital under a prefix in a year.
async fn running(tx: &Tx, hospital: HospitalId, prefix: &str, year: i32) -> Result<i32> {
    use report_counter::Column as C;
    let start = report_counter::ActiveModel {
        hospital_id: Set(hospital),
        prefix: Set(prefix.to_owned()),
        year: Set(year),
        last: Set(1),
    };
    report_counter::Entity::insert(start)
        .on_conflict(
            OnConflict::columns([C::HospitalId, C::Prefix, C::Year])
                .value(C::Last, Expr::col((report_counter::Entity, C::Last)).add(1))
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    let row = report_counter::Entity::find_by_id((hospital, prefix.to_owned(), year))
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("the counter of reports is gone"))?;
    Ok(row.last)
}

/// Takes an approval back, as long as no sealed document has come; number and revision stay.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `REQUIRED`.
pub async fn take_back(
    app: &App,
    who: &Requester,
    id: Option<ReportId>,
    version: i32,
    reason: &str,
) -> Result<report_issue::Model> {
    who.require(Permission::ReportApprove)?;
    let reason = checked(reason, "reason", SHORT)?;
    let change = Change::begin(app, who, Permission::ReportApprove, id, Some(version)).await?;
    let state = change.step(ReportAction::TakeBack)?;
    if !holds(
        who,
        change.row.hospital_id,
        &change.definition()?.spec.permission.approve,
    ) {
        return Err(refuse_role(
            "该报告不由您的角色批准",
            "this report is not approved by your role",
        ));
    }
    let sealed = sealed_document::Entity::find()
        .filter(sealed_document::Column::HospitalId.eq(change.row.hospital_id))
        .filter(sealed_document::Column::ReportId.eq(change.row.id))
        .filter(sealed_document::Column::AttestedAt.is_null())
        .count(&change.tx)
        .await?;
    if sealed > 0 {
        return Err(Error::from(UserErrorCode::WrongState).detail(
            "盖章件已提交，等待核对",
            "a sealed document has come and waits for its attestation",
        ));
    }
    let mut row = change.row.clone().into_active_model();
    row.state = Set(state);
    row.approver_id = Set(None);
    row.approved_at = Set(None);
    row.data_sha256 = Set(None);
    row.meta = Set(None);
    row.meta_sha256 = Set(None);
    row.fingerprint = Set(None);
    row.html_sha256 = Set(None);
    row.html_bytes = Set(None);
    row.pdf_sha256 = Set(None);
    row.pdf_bytes = Set(None);
    row.page_count = Set(None);
    change
        .commit(
            row,
            "report.take_back",
            Some(reason),
            Some((&[], "的批准已撤回", "is a draft again")),
        )
        .await
}
