//! How an inspection ends: through the gate of the mandatory scopes (C1.5.1-c…f), or cancelled by the hospital. The end
//! starts the clock of the report.

use entity::ids::InspectionId;
use entity::rules::access::Permission;
use entity::rules::inspection::{self as rule, ResultFacts, Template};
use entity::values::{InspectionAction, InspectionKind, InspectionScope, Risk, Role};
use entity::{finding, inspection, inspection_result, inspection_scope_na};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Visit, invalid, required};
use crate::app::App;
use crate::attachment;
use crate::error::{Error, Result, UserErrorCode};
use crate::inspection::timer;
use crate::requester::Requester;
use crate::ticket::ops::{SHORT, checked, checked_option};

/// What is said at the end.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Where the signed visit record lies, of an inspection on site.
    pub visit_record: Option<String>,
    /// 未发现问题.
    pub says_no_problem: bool,
}

/// Ends an inspection; the report is due five working days later.
///
/// # Errors
/// `FORBIDDEN`; those of the text, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `REQUIRED` for the visit record of one on
/// site, `SCOPE_ITEM_MISSING` that names the scopes, `FINDING_INCOMPLETE` while something critical has no finding,
/// `INVALID` where nothing is said to be found although something was, `CALENDAR_MISSING`.
pub async fn end(
    app: &App,
    who: &Requester,
    (id, version): (InspectionId, i32),
    ending: Ending,
) -> Result<inspection::Model> {
    who.require(Permission::InspectionConduct)?;
    let record = checked_option(ending.visit_record.as_deref(), "visitRecord", SHORT)?;
    let permission = Permission::InspectionConduct;
    let mut visit = Visit::begin(app, who, permission, id, Some(version)).await?;
    visit.step(InspectionAction::End)?;
    if visit.row.kind == InspectionKind::Onsite && record.is_none() {
        return Err(required("visitRecord"));
    }
    let lines = lines_of(&visit.tx, &visit.row).await?;
    scopes_are_complete(&visit, &lines).await?;
    let findings = finding::Entity::find()
        .filter(finding::Column::HospitalId.eq(visit.hospital()))
        .filter(finding::Column::InspectionId.eq(visit.row.id))
        .all(&visit.tx)
        .await?;
    let without_ticket = findings
        .iter()
        .any(|row| row.risk == Risk::Critical && row.ticket_id.is_none());
    if without_ticket
        || lines
            .iter()
            .any(|(facts, risk)| *risk == Some(Risk::Critical) && !facts.is_explained)
    {
        return Err(Error::from(UserErrorCode::FindingIncomplete)
            .at(["inspectionId"])
            .detail(
                "紧急项须登记问题并开具工单，或予以说明",
                "what is critical needs a finding with its ticket, or an explanation",
            ));
    }
    if ending.says_no_problem && !findings.is_empty() {
        return Err(invalid(
            "noProblem",
            "已登记问题，不能声明未发现问题",
            "findings were entered",
        ));
    }
    let (_, terms) = visit.terms().await?;
    let today = visit.today();
    let due = rule::report_due(today, &terms.calendar)?;
    visit.row.ended_by = Some(visit.me);
    visit.row.ended_at = Some(visit.now);
    visit.row.ended_on = Some(today);
    visit.row.visit_record = record;
    visit.row.says_no_problem = ending.says_no_problem;
    visit.row.report_due_on = Some(due.on);
    visit.row.report_due_at = Some(due.at);
    visit.row.report_provisional = due.provisional;
    visit.row.calendar_version = Some(terms.calendar.version.clone());
    timer::watch_report(&visit.tx, app, &visit.row, &terms.calendar).await?;
    let number = visit.row.number.clone();
    let zh = format!("巡检 {number} 已结束，报告应于 {} 前提交", due.on);
    let en = format!(
        "Inspection {number} has ended, its report is due on {}",
        due.on
    );
    visit
        .tell(&[Role::VendorPm, Role::HospItAdmin], "ended", zh, en)
        .await?;
    visit.commit("inspection.end").await
}

/// The lines of an inspection as the gates see them, each with the risk that it suggests.
pub(super) async fn lines_of(
    db: &impl ConnectionTrait,
    row: &inspection::Model,
) -> Result<Vec<(ResultFacts, Option<Risk>)>> {
    let rows = inspection_result::Entity::find()
        .filter(inspection_result::Column::HospitalId.eq(row.hospital_id))
        .filter(inspection_result::Column::InspectionId.eq(row.id))
        .order_by_asc(inspection_result::Column::Seq)
        .all(db)
        .await?;
    let with_files = attachment::lines_with_files(db, row.hospital_id, row.id).await?;
    let facts = rows.iter().map(|row| {
        let (mut facts, risk) = facts_of(row)?;
        facts.has_evidence |= with_files.contains(&row.seq);
        Ok((facts, risk))
    });
    facts.collect()
}

/// One line as the gates see it but for the files that it names, with the risk that it suggests.
///
/// # Errors
/// `INTERNAL` for a damaged row.
pub(crate) fn facts_of(row: &inspection_result::Model) -> Result<(ResultFacts, Option<Risk>)> {
    let item: rule::Item = serde_json::from_str(&row.item).map_err(Error::internal)?;
    let facts = ResultFacts {
        scope: row.scope,
        evaluation: row.evaluation,
        has_evidence: row.evidence.is_some(),
        has_reason: row.na_reason.is_some(),
        is_explained: row.finding_id.is_some() || row.explanation.is_some(),
    };
    let risk = row
        .evaluation
        .and_then(|found| rule::suggested_risk(found, item.default_risk));
    Ok((facts, risk))
}

async fn scopes_are_complete(
    visit: &Visit<'_>,
    lines: &[(ResultFacts, Option<Risk>)],
) -> Result<()> {
    let stated: Vec<InspectionScope> = inspection_scope_na::Entity::find()
        .filter(inspection_scope_na::Column::HospitalId.eq(visit.hospital()))
        .filter(inspection_scope_na::Column::InspectionId.eq(visit.row.id))
        .filter(inspection_scope_na::Column::Reason.is_not_null())
        .all(&visit.tx)
        .await?
        .into_iter()
        .map(|row| row.scope)
        .collect();
    let facts: Vec<ResultFacts> = lines.iter().map(|(facts, _)| facts.clone()).collect();
    let template = Template::shared();
    let gaps = rule::scope_gaps(template.mandatory(), &facts, &stated);
    if gaps.is_empty() {
        return Ok(());
    }
    let named = |name: fn(&rule::ScopeRule) -> &str, mark: &str| {
        let own = template
            .scopes
            .iter()
            .filter(|scope| gaps.contains(&scope.code));
        own.map(name).collect::<Vec<_>>().join(mark)
    };
    Err(Error::from(UserErrorCode::ScopeItemMissing)
        .at(["inspectionId"])
        .detail(
            format!(
                "{}：须有带证据的结果，或不适用及理由",
                named(|s| &s.name_zh, "、")
            ),
            format!(
                "{}: a result with evidence is needed, or a reason why it does not apply",
                named(|s| &s.name_en, ", ")
            ),
        ))
}

/// The hospital cancels an inspection that has not ended.
///
/// # Errors
/// `FORBIDDEN`; those of the reason, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn cancel(
    app: &App,
    who: &Requester,
    (id, version): (InspectionId, i32),
    reason: &str,
) -> Result<inspection::Model> {
    who.require(Permission::InspectionApprove)?;
    let reason = checked(reason, "reason", SHORT)?;
    let permission = Permission::InspectionApprove;
    let mut visit = Visit::begin(app, who, permission, id, Some(version)).await?;
    visit.step(InspectionAction::Cancel)?;
    visit.row.cancelled_by = Some(visit.me);
    visit.row.cancelled_at = Some(visit.now);
    visit.row.cancel_reason = Some(reason);
    let number = visit.row.number.clone();
    let zh = format!("巡检 {number} 已由院方取消");
    let en = format!("Inspection {number} was cancelled by the hospital");
    visit.tell(&[Role::VendorPm], "cancelled", zh, en).await?;
    visit.commit("inspection.cancel").await
}
