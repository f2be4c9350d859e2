//! Rectification tasks: opened by the confirmation of a report, worked on by their owner, verified by the hospital
//! (C1.5.2-f, A-19, S39). The clock stops at the submission that is verified later; a rejected one never stopped it.

use chrono::{DateTime, NaiveDate, Utc};
use entity::attachment::Subject;
use entity::ids::{AttachmentId, PersonId, RectificationTaskId};
use entity::rules::access::Permission;
use entity::rules::calendar::{Calendar, civil_date};
use entity::rules::inspection as rule;
use entity::rules::sla::Due;
use entity::values::{
    MoveCause, NotificationKind, RectificationAction, RectificationState, Role, Side,
};
use entity::{
    contract, finding, rectification_move, rectification_step, rectification_submission,
    rectification_task, report_issue,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::{Visit, expect, invalid, missing, required};
use crate::app::App;
use crate::attachment;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::inspection::scope::seen_tasks;
use crate::inspection::timer;
use crate::notification;
use crate::requester::Requester;
use crate::ticket::clocks::ContractTerms;
use crate::ticket::ops::{LONG, SHORT, checked, checked_option};

/// A limit in natural days and a date end on a working day.
const REST_DAY_ROLL: bool = true;

/// The due instant in force of a task.
#[must_use]
pub fn due_of(row: &rectification_task::Model) -> Due {
    Due {
        at: row.due_at,
        before: row.due_by_day.then_some(row.due_at),
        on: row.due_on,
        provisional: row.due_provisional,
        counts_from: None,
    }
}

fn set_due(row: &mut rectification_task::Model, due: &Due) {
    row.due_at = due.at;
    row.due_on = due.on;
    row.due_by_day = due.before.is_some();
    row.due_provisional = due.provisional;
}

/// Opens one task for each finding of a report that is being confirmed; how many.
///
/// # Errors
/// `DEADLINE_PAST` that names the findings whose date lies before today, `CALENDAR_MISSING`.
pub(super) async fn open(
    visit: &Visit<'_>,
    issue: &report_issue::Model,
    calendar: &Calendar,
    delay: u32,
) -> Result<usize> {
    let findings = finding::Entity::find()
        .filter(finding::Column::HospitalId.eq(visit.hospital()))
        .filter(finding::Column::InspectionId.eq(visit.row.id))
        .order_by_asc(finding::Column::Seq)
        .all(&visit.tx)
        .await?;
    let mut planned = Vec::new();
    let mut past = Vec::new();
    for row in &findings {
        let limit = match row.deadline_on {
            Some(on) => rule::Deadline::On(on),
            None => rule::Deadline::ByRisk(row.risk),
        };
        let due = |delay| rule::due_of(limit, visit.now, delay, calendar, REST_DAY_ROLL);
        let (original, due) = (due(0)?, due(delay)?);
        if rule::deadline_past(&due, visit.now) {
            past.push(row.number.clone());
        }
        planned.push((original, due));
    }
    if !past.is_empty() {
        let names = past.join("、");
        return Err(Error::from(UserErrorCode::DeadlinePast)
            .at(["inspectionId"])
            .detail(
                format!("问题 {names} 的整改期限已过，请以内容异议退回，由双方另定日期"),
                format!("the deadlines of {names} are past; return the report for its content and agree on other dates"),
            ));
    }
    for (row, (original, due)) in findings.iter().zip(&planned) {
        let mut task = rectification_task::Model {
            id: RectificationTaskId(visit.app.clock.id()),
            hospital_id: row.hospital_id,
            contract_id: row.contract_id,
            inspection_id: row.inspection_id,
            finding_id: row.id,
            report_id: issue.id,
            number: number_of(&row.number),
            version: 1,
            state: RectificationState::Open,
            owner: row.owner,
            risk: row.risk,
            responsible_id: None,
            opened_at: visit.now,
            original_due_at: original.at,
            due_at: due.at,
            due_on: due.on,
            due_by_day: true,
            due_provisional: due.provisional,
            is_extended: false,
            submitted_at: None,
            verified_by: None,
            verified_at: None,
            is_late: false,
            late_wd: 0,
            waived_by: None,
            waived_at: None,
            waiver_reason: None,
        };
        set_due(&mut task, due);
        let task = task
            .into_active_model()
            .reset_all()
            .insert(&visit.tx)
            .await?;
        if due.at != original.at {
            let moved = Moved {
                cause: MoveCause::HospitalDelay,
                by_wd: i32::try_from(delay).ok(),
                due_on: due.on,
                reason: "报告确认超过期限".to_owned(),
                agreed: Some(true),
            };
            push_move(&visit.tx, &task, moved, (visit.me, visit.now)).await?;
        }
        timer::watch_task(&visit.tx, visit.app, &task, calendar).await?;
    }
    Ok(findings.len())
}

/// `XJ-2026-0007-01` becomes `ZG-2026-0007-01`.
fn number_of(finding: &str) -> String {
    let tail = finding.strip_prefix("XJ-").unwrap_or(finding);
    format!("ZG-{tail}")
}

struct Moved {
    cause: MoveCause,
    by_wd: Option<i32>,
    due_on: NaiveDate,
    reason: String,
    agreed: Option<bool>,
}

async fn push_move(
    tx: &Tx,
    task: &rectification_task::Model,
    new: Moved,
    (by, at): (PersonId, DateTime<Utc>),
) -> Result<()> {
    let earlier = rectification_move::Entity::find()
        .filter(rectification_move::Column::HospitalId.eq(task.hospital_id))
        .filter(rectification_move::Column::TaskId.eq(task.id))
        .count(tx)
        .await?;
    rectification_move::Model {
        hospital_id: task.hospital_id,
        task_id: task.id,
        seq: i32::try_from(earlier + 1).map_err(Error::internal)?,
        cause: new.cause,
        by_wd: new.by_wd,
        due_on: new.due_on,
        reason: new.reason,
        proposed_by: by,
        proposed_at: at,
        agreed: new.agreed,
        decided_by: None,
        decided_at: None,
    }
    .into_active_model()
    .reset_all()
    .insert(tx)
    .await?;
    Ok(())
}

/// A task inside its write transaction.
struct Task<'a> {
    app: &'a App,
    who: &'a Requester,
    tx: Tx,
    now: DateTime<Utc>,
    me: PersonId,
    side: Side,
    row: rectification_task::Model,
}

/// A task in the version that the client has seen.
pub type TaskAt = (RectificationTaskId, i32);

impl<'a> Task<'a> {
    async fn begin(
        app: &'a App,
        who: &'a Requester,
        permission: Permission,
        (id, version): TaskAt,
    ) -> Result<Self> {
        let person = who.require(permission)?;
        let (me, side) = (person.id, person.side);
        let tx = app.db.begin_write().await?;
        let row = rectification_task::Entity::find_by_id(id)
            .filter(seen_tasks(who, permission))
            .lock_exclusive()
            .one(&tx)
            .await?
            .ok_or_else(|| missing("taskId"))?;
        expect(row.version, version)?;
        let now = app.clock.now();
        Ok(Self {
            app,
            who,
            tx,
            now,
            me,
            side,
            row,
        })
    }

    fn step(&mut self, action: RectificationAction) -> Result<()> {
        self.row.state = rule::next_rectification(self.row.state, action).map_err(|bad| {
            Error::from(UserErrorCode::WrongState)
                .at(["taskId"])
                .caused_by(bad)
        })?;
        Ok(())
    }

    /// The owner works on it; what a third party owes is followed by both sides.
    fn of_my_side(&self) -> Result<()> {
        if rule::works_on(self.row.owner, self.side) {
            return Ok(());
        }
        Err(invalid(
            "taskId",
            "该整改任务由另一方负责",
            "this task is the other side's",
        ))
    }

    async fn calendar(&self) -> Result<ContractTerms> {
        let contract = contract::Entity::find_by_id(self.row.contract_id)
            .one(&self.tx)
            .await?
            .ok_or_else(|| Error::internal("a task without a contract"))?;
        ContractTerms::read(&self.tx, &contract, self.now).await
    }

    async fn tell(&self, roles: &[Role], zh: String, en: String) -> Result<()> {
        let (hospital, contract) = (self.row.hospital_id, self.row.contract_id);
        let mut to = notification::people(&self.tx, hospital, contract, roles).await?;
        to.extend(self.row.responsible_id);
        let cause = format!("rectification:{}:{}", self.row.id, self.row.version);
        let kind = NotificationKind::Inspection;
        notification::tell_of_matter(&self.tx, self.app, hospital, &to, kind, (cause, zh, en)).await
    }

    async fn commit(mut self, action: &str) -> Result<rectification_task::Model> {
        self.row.version += 1;
        let row = self
            .row
            .into_active_model()
            .reset_all()
            .update(&self.tx)
            .await?;
        let act = Act::done(action, "rectification_task", row.id.0);
        audit::append(&self.tx, self.now, Some(row.hospital_id), self.who, act).await?;
        self.tx.commit().await?;
        self.app.wake.notify_one();
        Ok(row)
    }
}

/// Records a step.
///
/// # Errors
/// `FORBIDDEN`; those of the text, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `INVALID` for a task of the other side.
pub async fn step(
    app: &App,
    who: &Requester,
    of: TaskAt,
    text: &str,
) -> Result<rectification_task::Model> {
    use rectification_step::Column as C;
    let permission = Permission::RectificationWork;
    who.require(permission)?;
    let text = checked(text, "text", LONG)?;
    let mut task = Task::begin(app, who, permission, of).await?;
    task.step(RectificationAction::Step)?;
    task.of_my_side()?;
    let earlier = rectification_step::Entity::find()
        .filter(C::HospitalId.eq(task.row.hospital_id))
        .filter(C::TaskId.eq(task.row.id))
        .count(&task.tx)
        .await?;
    rectification_step::Model {
        hospital_id: task.row.hospital_id,
        task_id: task.row.id,
        seq: i32::try_from(earlier + 1).map_err(Error::internal)?,
        at: task.now,
        person_id: task.me,
        text,
    }
    .into_active_model()
    .reset_all()
    .insert(&task.tx)
    .await?;
    task.row.responsible_id = task.row.responsible_id.or(Some(task.me));
    task.commit("rectification.step").await
}

async fn submissions(task: &Task<'_>) -> Result<Vec<rectification_submission::Model>> {
    use rectification_submission::Column as C;
    Ok(rectification_submission::Entity::find()
        .filter(C::HospitalId.eq(task.row.hospital_id))
        .filter(C::TaskId.eq(task.row.id))
        .order_by_asc(C::Seq)
        .all(&task.tx)
        .await?)
}

/// What was rectified, and what shows it.
#[derive(Clone, Copy, Debug)]
pub struct Handed<'a> {
    /// What was rectified.
    pub text: &'a str,
    /// Evidence and where it lies.
    pub evidence: Option<&'a str>,
    /// Files of the task that are evidence.
    pub files: &'a [AttachmentId],
}

/// Submits a task as done, with its evidence: a text, files or both.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `REQUIRED` without evidence, `NOT_FOUND` also for a file of another task,
/// `CONFLICT`, `WRONG_STATE`, `INVALID` for a task of the other side.
pub async fn submit(
    app: &App,
    who: &Requester,
    of: TaskAt,
    new: Handed<'_>,
) -> Result<rectification_task::Model> {
    let permission = Permission::RectificationWork;
    who.require(permission)?;
    let text = checked(new.text, "text", LONG)?;
    let evidence = checked_option(new.evidence, "evidence", SHORT)?;
    let files = attachment::within_limit(new.files, "evidenceIds")?;
    if evidence.is_none() && files.is_empty() {
        return Err(required("evidence"));
    }
    let mut task = Task::begin(app, who, permission, of).await?;
    task.step(RectificationAction::Submit)?;
    task.of_my_side()?;
    let (hospital, id) = (task.row.hospital_id, task.row.id);
    let own = attachment::of_subject(&task.tx, hospital, Subject::Task(id)).await?;
    if files.iter().any(|one| !own.contains(one)) {
        return Err(missing("evidenceIds"));
    }
    let earlier = submissions(&task).await?;
    let seq = i32::try_from(earlier.len() + 1).map_err(Error::internal)?;
    rectification_submission::Model {
        hospital_id: hospital,
        task_id: id,
        seq,
        at: task.now,
        person_id: task.me,
        text,
        evidence,
        accepted: None,
        decided_by: None,
        decided_at: None,
        note: None,
    }
    .into_active_model()
    .reset_all()
    .insert(&task.tx)
    .await?;
    attachment::to_submission(&task.tx, (hospital, id), seq, files).await?;
    task.row.responsible_id = task.row.responsible_id.or(Some(task.me));
    task.row.submitted_at = Some(task.now);
    let number = &task.row.number;
    let zh = format!("整改任务 {number} 已提交，请验证");
    let en = format!("Rectification {number} is submitted, please verify it");
    task.tell(&[Role::HospItAdmin], zh, en).await?;
    task.commit("rectification.submit").await
}

/// Decides on the submission that waits.
async fn decide(
    task: &mut Task<'_>,
    accepted: bool,
    note: Option<String>,
) -> Result<rectification_submission::Model> {
    let Some(mut last) = submissions(task).await?.pop() else {
        return Err(Error::internal("a submitted task without a submission"));
    };
    if last.person_id == task.me {
        return Err(Error::from(UserErrorCode::FourEyes).at(["taskId"]));
    }
    last.accepted = Some(accepted);
    last.decided_by = Some(task.me);
    last.decided_at = Some(task.now);
    last.note = note;
    Ok(last
        .into_active_model()
        .reset_all()
        .update(&task.tx)
        .await?)
}

/// Verifies a rectification: the clock stopped at its submission.
///
/// # Errors
/// `FORBIDDEN`; those of the note, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `FOUR_EYES` for who submitted it,
/// `CALENDAR_MISSING`.
pub async fn verify(
    app: &App,
    who: &Requester,
    of: TaskAt,
    note: Option<&str>,
) -> Result<rectification_task::Model> {
    let permission = Permission::RectificationVerify;
    who.require(permission)?;
    let note = checked_option(note, "note", LONG)?;
    let mut task = Task::begin(app, who, permission, of).await?;
    task.step(RectificationAction::Verify)?;
    decide(&mut task, true, note).await?;
    let all: Vec<rule::Submission> = submissions(&task)
        .await?
        .iter()
        .map(|one| rule::Submission {
            at: one.at,
            verified: one.accepted,
        })
        .collect();
    let terms = task.calendar().await?;
    let due = due_of(&task.row);
    let outcome = rule::outcome(&due, &all, task.now, &terms.calendar)?;
    if let rule::Outcome::Verified(Some(late)) = outcome {
        task.row.is_late = true;
        task.row.late_wd = i32::try_from(late.late_wd).unwrap_or(i32::MAX);
    }
    task.row.verified_by = Some(task.me);
    task.row.verified_at = Some(task.now);
    let number = &task.row.number;
    let zh = format!("整改任务 {number} 已验证");
    let en = format!("Rectification {number} is verified");
    task.tell(&[Role::VendorPm], zh, en).await?;
    task.commit("rectification.verify").await
}

/// Rejects a rectification. What the hospital took beyond `rectify_verify_wd` moves the due date by as many working days.
///
/// # Errors
/// `FORBIDDEN`; those of the note, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `FOUR_EYES` for who submitted it,
/// `CALENDAR_MISSING`.
pub async fn reject(
    app: &App,
    who: &Requester,
    of: TaskAt,
    note: &str,
) -> Result<rectification_task::Model> {
    let permission = Permission::RectificationVerify;
    who.require(permission)?;
    let note = checked(note, "note", LONG)?;
    let mut task = Task::begin(app, who, permission, of).await?;
    task.step(RectificationAction::Reject)?;
    let last = decide(&mut task, false, Some(note.clone())).await?;
    task.row.submitted_at = None;
    let terms = task.calendar().await?;
    let limit = u32::try_from(terms.parameters.rectify_verify_wd).unwrap_or(0);
    let delay = rule::delay_wd(last.at, task.now, limit, &terms.calendar)?;
    if delay > 0 {
        let due = rule::moved(&due_of(&task.row), delay, &terms.calendar)?;
        set_due(&mut task.row, &due);
        let moved = Moved {
            cause: MoveCause::HospitalDelay,
            by_wd: i32::try_from(delay).ok(),
            due_on: due.on,
            reason: "整改验证超过期限".to_owned(),
            agreed: Some(true),
        };
        push_move(&task.tx, &task.row, moved, (task.me, task.now)).await?;
    }
    timer::watch_task(&task.tx, app, &task.row, &terms.calendar).await?;
    let number = &task.row.number;
    let zh = format!("整改任务 {number} 验证未通过：{note}");
    let en = format!("Rectification {number} was rejected: {note}");
    task.tell(&[Role::VendorPm], zh, en).await?;
    task.commit("rectification.reject").await
}

async fn proposed(task: &Task<'_>) -> Result<Option<rectification_move::Model>> {
    use rectification_move::Column as C;
    Ok(rectification_move::Entity::find()
        .filter(C::HospitalId.eq(task.row.hospital_id))
        .filter(C::TaskId.eq(task.row.id))
        .filter(C::Agreed.is_null())
        .one(&task.tx)
        .await?)
}

/// Proposes a later date to the other side.
///
/// # Errors
/// `FORBIDDEN`; those of the reason, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` also while a proposal waits, `INVALID` for a
/// date that is not later than the one in force and today.
pub async fn extend(
    app: &App,
    who: &Requester,
    of: TaskAt,
    (on, reason): (NaiveDate, &str),
) -> Result<rectification_task::Model> {
    let permission = Permission::RectificationWork;
    who.require(permission)?;
    let reason = checked(reason, "reason", SHORT)?;
    let mut task = Task::begin(app, who, permission, of).await?;
    task.step(RectificationAction::Extend)?;
    if proposed(&task).await?.is_some() {
        return Err(Error::from(UserErrorCode::WrongState)
            .at(["taskId"])
            .detail("已有延期建议待答复", "a proposal waits for its answer"));
    }
    if on <= task.row.due_on || on < civil_date(task.now) {
        return Err(invalid(
            "dueOn",
            "新期限须晚于现期限，且不早于今天",
            "the new date is later than the one in force and not before today",
        ));
    }
    let moved = Moved {
        cause: MoveCause::Consent,
        by_wd: None,
        due_on: on,
        reason,
        agreed: None,
    };
    push_move(&task.tx, &task.row, moved, (task.me, task.now)).await?;
    let other = match task.side {
        Side::Vendor => Role::HospItAdmin,
        Side::Hospital => Role::VendorPm,
    };
    let number = &task.row.number;
    let zh = format!("整改任务 {number} 申请延期至 {on}，请答复");
    let en = format!("An extension of rectification {number} to {on} is proposed, please answer");
    task.tell(&[other], zh, en).await?;
    task.commit("rectification.extend").await
}

/// The other side answers a proposal; with its consent the date is in force.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` without a proposal, `FOUR_EYES` for the side that proposed it,
/// `CALENDAR_MISSING`.
pub async fn agree(
    app: &App,
    who: &Requester,
    of: TaskAt,
    accepted: bool,
) -> Result<rectification_task::Model> {
    let permission = Permission::RectificationWork;
    let mut task = Task::begin(app, who, permission, of).await?;
    task.step(RectificationAction::Extend)?;
    let Some(mut moved) = proposed(&task).await? else {
        return Err(Error::from(UserErrorCode::WrongState)
            .at(["taskId"])
            .detail("没有待答复的延期建议", "no proposal waits for an answer"));
    };
    let proposer = entity::person::Entity::find_by_id(moved.proposed_by)
        .one(&task.tx)
        .await?
        .ok_or_else(|| Error::internal("who proposed a date is gone"))?;
    if proposer.side == task.side {
        return Err(Error::from(UserErrorCode::FourEyes).at(["taskId"]));
    }
    let on = moved.due_on;
    moved.agreed = Some(accepted);
    moved.decided_by = Some(task.me);
    moved.decided_at = Some(task.now);
    moved
        .into_active_model()
        .reset_all()
        .update(&task.tx)
        .await?;
    if accepted {
        let terms = task.calendar().await?;
        let due = rule::agreed(on, &terms.calendar, REST_DAY_ROLL)?;
        set_due(&mut task.row, &due);
        task.row.is_extended = true;
        timer::watch_task(&task.tx, app, &task.row, &terms.calendar).await?;
    }
    let number = &task.row.number;
    let (zh, en) = if accepted {
        ("已同意延期", "the extension is agreed")
    } else {
        ("未同意延期", "the extension is refused")
    };
    let zh = format!("整改任务 {number}：{zh}（{on}）");
    let en = format!("Rectification {number}: {en} ({on})");
    let to = [Role::VendorPm, Role::HospItAdmin];
    task.tell(&to, zh, en).await?;
    task.commit("rectification.agree").await
}

/// The manager of the hospital accepts the risk: nothing is rectified any more.
///
/// # Errors
/// `FORBIDDEN`; those of the reason, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn waive(
    app: &App,
    who: &Requester,
    of: TaskAt,
    reason: &str,
) -> Result<rectification_task::Model> {
    let permission = Permission::RectificationWaive;
    who.require(permission)?;
    let reason = checked(reason, "reason", SHORT)?;
    let mut task = Task::begin(app, who, permission, of).await?;
    task.step(RectificationAction::Waive)?;
    task.row.waived_by = Some(task.me);
    task.row.waived_at = Some(task.now);
    task.row.waiver_reason = Some(reason.clone());
    let number = &task.row.number;
    let zh = format!("整改任务 {number} 由院方接受风险：{reason}");
    let en = format!("The hospital accepts the risk of {number}: {reason}");
    let to = [Role::VendorPm, Role::HospItAdmin];
    task.tell(&to, zh, en).await?;
    task.commit("rectification.waive").await
}
