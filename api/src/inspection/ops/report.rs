//! The report of an inspection: submitted with its seal, confirmed or returned by the hospital (C1.5.2-a…e, A-16, A-17).
//!
//! What it says and how it is sealed is the matter of the report engine; here stands whose turn it is. A confirmation
//! opens one rectification task for each finding in the same transaction.

use std::fmt::Write as _;

use entity::ids::InspectionId;
use entity::rules::access::Permission;
use entity::rules::calendar::Calendar;
use entity::rules::inspection::{
    self as rule, FindingFacts, ReportGap, ReportSubmission, ResultFacts, Section,
};
use entity::rules::sla::Due;
use entity::values::{
    InspectionAction, InspectionReportState, Language, ReportState, ReturnKind, Role, SealVerdict,
};
use entity::{
    finding, inspection, inspection_advice, inspection_communication, inspection_participant,
    inspection_report, report_issue, sealed_document,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder,
};

use super::end::lines_of;
use super::{Visit, rectify};
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::inspection::{INSPECTION_REPORT, timer};
use crate::requester::Requester;
use crate::ticket::ops::{SHORT, checked};

/// A gap as it is told: code, Chinese, English.
#[must_use]
pub fn told(gap: &ReportGap) -> (UserErrorCode, String, String) {
    match gap {
        ReportGap::Section(section) => (
            UserErrorCode::ReportSectionMissing,
            format!("缺少：{}", section.title().0),
            format!("{} is missing", section.title().1),
        ),
        ReportGap::Talk => (
            UserErrorCode::ReportSectionMissing,
            "缺少与院方人员的沟通记录".to_owned(),
            "no talk names a person of the hospital".to_owned(),
        ),
        ReportGap::Advice => (
            UserErrorCode::ReportSectionMissing,
            "缺少排查方法或预防建议".to_owned(),
            "there is no advice".to_owned(),
        ),
        ReportGap::Finding(number) => (
            UserErrorCode::FindingIncomplete,
            format!("问题 {number} 缺少建议、期限或工单"),
            format!("finding {number} lacks advice, deadline or its ticket"),
        ),
        ReportGap::Unexplained(count) => (
            UserErrorCode::FindingIncomplete,
            format!("{count} 个异常项既无问题也无说明"),
            format!("{count} abnormal lines have neither a finding nor an explanation"),
        ),
        ReportGap::Contradiction => (
            UserErrorCode::FindingIncomplete,
            "声明未发现问题，却已登记问题".to_owned(),
            "nothing is said to be found, and findings were entered".to_owned(),
        ),
        ReportGap::Seal => (
            UserErrorCode::SealMissing,
            "缺少盖章文件".to_owned(),
            "the sealed file is missing".to_owned(),
        ),
    }
}

/// [`told`] in one language.
#[must_use]
pub fn told_in(gap: &ReportGap, language: Language) -> (UserErrorCode, String) {
    let (code, zh, en) = told(gap);
    (code, if language == Language::Zh { zh } else { en })
}

/// What keeps the report of an inspection from being submitted.
///
/// # Errors
/// Those of the database.
pub async fn report_gaps(
    db: &impl ConnectionTrait,
    row: &inspection::Model,
    is_sealed: bool,
) -> Result<Vec<ReportGap>> {
    let (hospital, id) = (row.hospital_id, row.id);
    let lines: Vec<ResultFacts> = lines_of(db, row)
        .await?
        .into_iter()
        .map(|(facts, _)| facts)
        .collect();
    let findings: Vec<FindingFacts> = finding::Entity::find()
        .filter(finding::Column::HospitalId.eq(hospital))
        .filter(finding::Column::InspectionId.eq(id))
        .order_by_asc(finding::Column::Seq)
        .all(db)
        .await?
        .into_iter()
        .map(|row| FindingFacts {
            number: row.number,
            risk: Some(row.risk),
            has_advice: row.advice.is_some(),
            has_deadline: row.deadline_by_risk || row.deadline_on.is_some(),
            has_ticket: row.ticket_id.is_some(),
        })
        .collect();
    let talks = inspection_communication::Entity::find()
        .filter(inspection_communication::Column::HospitalId.eq(hospital))
        .filter(inspection_communication::Column::InspectionId.eq(id))
        .count(db)
        .await?;
    let advice = inspection_advice::Entity::find()
        .filter(inspection_advice::Column::HospitalId.eq(hospital))
        .filter(inspection_advice::Column::InspectionId.eq(id))
        .count(db)
        .await?;
    let mut sections = Vec::new();
    if lines.iter().any(|line| line.evaluation.is_some()) {
        sections.push(Section::Content);
    }
    if !findings.is_empty() {
        // What a finding itself lacks is told by the finding.
        sections.extend([
            Section::Problems,
            Section::Risk,
            Section::Advice,
            Section::Deadline,
        ]);
    }
    Ok(rule::report_gaps(&rule::ReportFacts {
        sections: &sections,
        says_no_problem: row.says_no_problem,
        findings: &findings,
        unexplained: rule::unexplained(&lines),
        talks_with_hospital: usize::try_from(talks).unwrap_or(usize::MAX),
        advice: usize::try_from(advice).unwrap_or(usize::MAX),
        is_sealed,
    }))
}

/// The latest revision of the report that is approved or issued, with the sealed file that nobody has refused.
async fn sealed(
    visit: &Visit<'_>,
) -> Result<Option<(report_issue::Model, Option<sealed_document::Model>)>> {
    use report_issue::Column as R;
    use sealed_document::Column as S;
    let issue = report_issue::Entity::find()
        .filter(R::HospitalId.eq(visit.hospital()))
        .filter(R::Code.eq(INSPECTION_REPORT))
        .filter(R::Subject.eq(visit.row.id.to_string()))
        .filter(R::State.is_in([ReportState::Approved, ReportState::Issued]))
        .order_by_desc(R::Revision)
        .order_by_desc(R::MadeAt)
        .one(&visit.tx)
        .await?;
    let Some(issue) = issue else { return Ok(None) };
    let file = sealed_document::Entity::find()
        .filter(S::HospitalId.eq(visit.hospital()))
        .filter(S::ReportId.eq(issue.id))
        .order_by_desc(S::UploadedAt)
        .order_by_desc(S::Id)
        .one(&visit.tx)
        .await?
        .filter(|file| {
            file.verdict
                .is_none_or(|verdict| verdict == SealVerdict::Ok)
        });
    Ok(Some((issue, file)))
}

/// The submissions of an inspection, oldest first.
async fn submissions(visit: &Visit<'_>) -> Result<Vec<inspection_report::Model>> {
    Ok(inspection_report::Entity::find()
        .filter(inspection_report::Column::HospitalId.eq(visit.hospital()))
        .filter(inspection_report::Column::InspectionId.eq(visit.row.id))
        .order_by_asc(inspection_report::Column::Seq)
        .all(&visit.tx)
        .await?)
}

/// The due instant that the end of the inspection set.
fn due_of(row: &inspection::Model) -> Result<Due> {
    match (row.report_due_on, row.report_due_at) {
        (Some(on), Some(at)) => Ok(Due {
            at,
            before: Some(at),
            on,
            provisional: row.report_provisional,
            counts_from: None,
        }),
        _ => Err(Error::internal("an inspection ended without a due date")),
    }
}

/// Submits the sealed report. The clock stops at the first submission that no return voids.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`; `REPORT_SECTION_MISSING`, `FINDING_INCOMPLETE`, `SEAL_MISSING`
/// with everything that is missing; `CONTENT_DIFFERS` if something was entered after the approval of the report.
pub async fn submit(
    app: &App,
    who: &Requester,
    (id, version): (InspectionId, i32),
) -> Result<inspection::Model> {
    let permission = Permission::InspectionSubmit;
    let mut visit = Visit::begin(app, who, permission, id, Some(version)).await?;
    visit.step(InspectionAction::Report)?;
    let found = sealed(&visit).await?;
    let earlier = submissions(&visit).await?;
    let fresh = found.and_then(|(issue, file)| {
        let file = file.filter(|file| earlier.iter().all(|one| one.sealed_id != file.id))?;
        Some((issue, file))
    });
    let gaps = report_gaps(&visit.tx, &visit.row, fresh.is_some()).await?;
    if let Some(first) = gaps.first() {
        let (code, ..) = told(first);
        let (mut zh, mut en) = (String::new(), String::new());
        for gap in gaps.iter().take(20) {
            let (_, one_zh, one_en) = told(gap);
            let mark = if zh.is_empty() {
                ("", "")
            } else {
                ("；", "; ")
            };
            let _ = write!(zh, "{}{one_zh}", mark.0);
            let _ = write!(en, "{}{one_en}", mark.1);
        }
        return Err(Error::from(code).at(["inspectionId"]).detail(zh, en));
    }
    // Without a gap there is a sealed file.
    let Some((issue, file)) = fresh else {
        return Err(UserErrorCode::SealMissing.into());
    };
    if issue.approved_at < visit.row.last_step_at {
        return Err(Error::from(UserErrorCode::ContentDiffers)
            .at(["inspectionId"])
            .detail(
                "报告批准后又有登记，请重新批准或更正报告",
                "something was entered after the approval, approve the report again or correct it",
            ));
    }
    let (_, terms) = visit.terms().await?;
    let due = due_of(&visit.row)?;
    let late = rule::report_late(&due, visit.now, &terms.calendar)?;
    let late_wd = late.map_or(0, |late| i32::try_from(late.late_wd).unwrap_or(i32::MAX));
    let row = inspection_report::Model {
        hospital_id: visit.hospital(),
        inspection_id: visit.row.id,
        seq: i32::try_from(earlier.len() + 1).map_err(Error::internal)?,
        report_id: issue.id,
        sealed_id: file.id,
        state: InspectionReportState::Submitted,
        submitted_by: visit.me,
        submitted_at: visit.now,
        is_late: late.is_some(),
        late_wd,
        decided_by: None,
        decided_at: None,
        return_kind: None,
        return_reason: None,
        delay_wd: 0,
    };
    row.clone()
        .into_active_model()
        .reset_all()
        .insert(&visit.tx)
        .await?;
    let mut all = earlier;
    all.push(row);
    count(&mut visit.row, &all, terms.parameters.return_voids);
    let limit = reminder_wd(terms.parameters.report_confirm_reminder_wd);
    timer::watch_confirmation(
        &visit.tx,
        app,
        &visit.row,
        all.len(),
        (limit, &terms.calendar),
    )
    .await?;
    let (number, report) = (&visit.row.number, issue.number.unwrap_or_default());
    let zh = format!("巡检 {number} 的报告 {report} 已提交，请确认");
    let en = format!("The report {report} of inspection {number} is submitted, please confirm it");
    visit
        .tell(&[Role::HospItAdmin], "submitted", zh, en)
        .await?;
    visit.commit("inspection.submit").await
}

fn reminder_wd(parameter: i32) -> u32 {
    u32::try_from(parameter).unwrap_or(0)
}

/// Writes which submission stopped the clock (AC1.5-5).
fn count(
    row: &mut inspection::Model,
    all: &[inspection_report::Model],
    voids: entity::values::ReturnVoids,
) {
    let facts: Vec<ReportSubmission> = all
        .iter()
        .map(|one| ReportSubmission {
            at: one.submitted_at,
            returned: one.return_kind,
        })
        .collect();
    let counted = rule::counted_submission(&facts, voids);
    let counted = counted.and_then(|fact| all.iter().find(|one| one.submitted_at == fact.at));
    row.report_submitted_at = counted.map(|one| one.submitted_at);
    row.report_late = counted.is_some_and(|one| one.is_late);
    row.report_late_wd = counted.map_or(0, |one| one.late_wd);
}

/// The submission that waits, for somebody of the hospital who did not take part in the inspection.
async fn waiting(visit: &Visit<'_>) -> Result<Vec<inspection_report::Model>> {
    let took_part = inspection_participant::Entity::find()
        .filter(inspection_participant::Column::HospitalId.eq(visit.hospital()))
        .filter(inspection_participant::Column::InspectionId.eq(visit.row.id))
        .filter(inspection_participant::Column::PersonId.eq(visit.me))
        .count(&visit.tx)
        .await?;
    if took_part > 0 {
        return Err(Error::from(UserErrorCode::FourEyes)
            .at(["inspectionId"])
            .detail(
                "参加巡检者不确认其报告",
                "who took part in the inspection does not decide on its report",
            ));
    }
    submissions(visit).await
}

/// The hospital confirms the report; each finding becomes a rectification task.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` also while the seal is not attested, `FOUR_EYES` for who took part,
/// `DEADLINE_PAST` that names the findings, `CALENDAR_MISSING`.
pub async fn confirm(
    app: &App,
    who: &Requester,
    (id, version): (InspectionId, i32),
) -> Result<inspection::Model> {
    let permission = Permission::InspectionConfirm;
    let mut visit = Visit::begin(app, who, permission, id, Some(version)).await?;
    visit.step(InspectionAction::Confirm)?;
    let mut all = waiting(&visit).await?;
    let Some(mut last) = all.pop() else {
        return Err(Error::internal(
            "a reported inspection without a submission",
        ));
    };
    let issue = report_issue::Entity::find_by_id(last.report_id)
        .one(&visit.tx)
        .await?
        .ok_or_else(|| Error::internal("a submission without its report"))?;
    if issue.state != ReportState::Issued {
        return Err(Error::from(UserErrorCode::WrongState)
            .at(["inspectionId"])
            .detail(
                "盖章件尚未核对通过",
                "the sealed document is not attested yet",
            ));
    }
    let (_, terms) = visit.terms().await?;
    let limit = reminder_wd(terms.parameters.report_confirm_reminder_wd);
    let calendar: &Calendar = &terms.calendar;
    let delay = rule::delay_wd(last.submitted_at, visit.now, limit, calendar)?;
    let opened = rectify::open(&visit, &issue, calendar, delay).await?;
    last.state = InspectionReportState::Confirmed;
    last.decided_by = Some(visit.me);
    last.decided_at = Some(visit.now);
    last.delay_wd = i32::try_from(delay).unwrap_or(i32::MAX);
    last.into_active_model()
        .reset_all()
        .update(&visit.tx)
        .await?;
    let number = &visit.row.number;
    let zh = format!("巡检 {number} 的报告已确认，整改任务 {opened} 项");
    let en = format!("The report of inspection {number} is confirmed, tasks: {opened}");
    let to = [Role::VendorPm, Role::VendorEngineer, Role::HospItAdmin];
    visit.tell(&to, "confirmed", zh, en).await?;
    visit.commit("inspection.confirm").await
}

/// The hospital returns the report; its sealed document goes back with it.
///
/// # Errors
/// `FORBIDDEN`; those of the reason, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `FOUR_EYES` for who took part.
pub async fn send_back(
    app: &App,
    who: &Requester,
    (id, version): (InspectionId, i32),
    (kind, reason): (ReturnKind, &str),
) -> Result<inspection::Model> {
    let permission = Permission::InspectionConfirm;
    who.require(permission)?;
    let reason = checked(reason, "reason", SHORT)?;
    let mut visit = Visit::begin(app, who, permission, id, Some(version)).await?;
    visit.step(InspectionAction::Return)?;
    let mut all = waiting(&visit).await?;
    let Some(last) = all.last_mut() else {
        return Err(Error::internal(
            "a reported inspection without a submission",
        ));
    };
    last.state = InspectionReportState::Returned;
    last.return_kind = Some(kind);
    last.return_reason = Some(reason.clone());
    last.decided_by = Some(visit.me);
    last.decided_at = Some(visit.now);
    last.clone()
        .into_active_model()
        .reset_all()
        .update(&visit.tx)
        .await?;
    let file = sealed_document::Entity::find_by_id(last.sealed_id)
        .one(&visit.tx)
        .await?;
    if let Some(file) = file.filter(|file| file.attested_at.is_none()) {
        let mut file = file.into_active_model();
        file.verdict = Set(Some(SealVerdict::Returned));
        file.note = Set(Some(reason.clone()));
        file.attested_by = Set(Some(visit.me));
        file.attested_at = Set(Some(visit.now));
        file.update(&visit.tx).await?;
    }
    let (_, terms) = visit.terms().await?;
    count(&mut visit.row, &all, terms.parameters.return_voids);
    if visit.row.report_submitted_at.is_none() {
        timer::watch_returned(&visit.tx, app, &visit.row, all.len(), &terms.calendar).await?;
    }
    let number = &visit.row.number;
    let (kind_zh, kind_en) = match kind {
        ReturnKind::Defect => ("缺项，该次提交无效", "a defect, the submission is void"),
        ReturnKind::Content => (
            "内容异议，提交时间仍计",
            "its content, the submission counts",
        ),
    };
    let zh = format!("巡检 {number} 的报告已退回（{kind_zh}）：{reason}");
    let en = format!("The report of inspection {number} was returned ({kind_en}): {reason}");
    visit.tell(&[Role::VendorPm], "returned", zh, en).await?;
    visit.commit("inspection.return").await
}
