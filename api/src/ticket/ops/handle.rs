//! The vendor's work: assign, respond, steps, solution plan, resolve.

use super::{Change, LONG, Once, SHORT, checked, checked_option, recurrence, wait};
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification::{self, Notice};
use crate::replay::Replay;
use crate::requester::Requester;
use entity::ids::{PersonId, PlanId, StepId, TicketId};
use entity::rules::access::Permission;
use entity::rules::ticket as rule;
use entity::values::{
    Channel, NotificationKind, PlanState, Role, RootCause, Side, StepKind, TicketAction,
    TicketCategory, TicketEventKind, TicketStatus, WaitEnd,
};
use entity::{solution_plan, ticket, ticket_step};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

/// A handling or diagnosis step to record.
#[derive(Clone, Debug)]
pub struct NewStep {
    /// Replay key made by the client.
    pub key: Option<String>,
    /// Diagnosis or handling.
    pub kind: StepKind,
    /// How the work was done.
    pub channel: Channel,
    /// What was done.
    pub action: String,
    /// What was found.
    pub finding: Option<String>,
}

/// A solution plan with its compliance checklist.
#[derive(Clone, Debug)]
pub struct NewPlan {
    /// Replay key made by the client.
    pub key: Option<String>,
    /// Steps.
    pub steps: String,
    /// Risk.
    pub risk: String,
    /// Way back.
    pub rollback: String,
    /// Answers of the checklist: code of the item, yes or not applicable, note.
    pub checklist: Vec<(String, Option<bool>, String)>,
    /// Whether the plan was executed.
    pub executed: bool,
}

/// What the vendor says when it has solved the matter.
#[derive(Clone, Debug)]
pub struct Solution {
    /// What was done.
    pub text: String,
    /// Root cause, for faults.
    pub root_cause: Option<RootCause>,
    /// How it was verified, for faults.
    pub verification: Option<String>,
}

/// Gives the ticket to a vendor person of the contract.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn assign(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    to: Option<PersonId>,
) -> Result<ticket::Model> {
    let mut change = Change::begin(app, who, Permission::TicketAssign, id, Some(version)).await?;
    change.step(TicketAction::Assign)?;
    let missing = || Error::from(UserErrorCode::NotFound).at(["assigneeId"]);
    let to = to.ok_or_else(missing)?;
    let roles = [Role::VendorPm, Role::VendorEngineer, Role::VendorTrainer];
    let staff = notification::people(
        &change.tx,
        change.row.hospital_id,
        change.row.contract_id,
        &roles,
    )
    .await?;
    if !staff.contains(&to) {
        return Err(missing());
    }
    change.row.assignee_id = Some(to);
    let what = notice(
        &change.row,
        NotificationKind::TicketChanged,
        format!("assigned:{}:{}", change.row.id, change.row.version),
        "已指派给您",
        "assigned to you",
    );
    notification::tell(&change.tx, app, change.row.hospital_id, &[to].into(), &what).await?;
    change
        .commit(TicketEventKind::Assigned, None, "ticket.assign")
        .await
}

/// A message about a ticket: number and what happened, never its text.
pub(super) fn notice(
    row: &ticket::Model,
    kind: NotificationKind,
    cause: String,
    zh: &str,
    en: &str,
) -> Notice {
    Notice {
        kind,
        ticket: row.id,
        cause,
        zh: format!("工单 {} {zh}", row.number),
        en: format!("Ticket {} {en}", row.number),
    }
}

/// Asks the information centre to decide something about the ticket; `cause` names what waits.
pub(super) async fn ask_centre(
    change: &Change<'_>,
    cause: String,
    zh: &str,
    en: &str,
) -> Result<()> {
    let row = &change.row;
    let centre = notification::people(
        &change.tx,
        row.hospital_id,
        row.contract_id,
        &[Role::HospItAdmin],
    )
    .await?;
    let what = notice(row, NotificationKind::DecisionNeeded, cause, zh, en);
    notification::tell(&change.tx, change.app, row.hospital_id, &centre, &what).await
}

/// Who handles a category: trainings are the trainer's, everything else the engineers' (`domain.md` 2.3).
fn handles(who: &Requester, row: &ticket::Model) -> bool {
    who.roles_at(row.hospital_id).any(|role| match role {
        Role::VendorPm | Role::VendorEngineer => {
            row.category != TicketCategory::Training || role == Role::VendorPm
        }
        Role::VendorTrainer => row.category == TicketCategory::Training,
        Role::HospItAdmin
        | Role::IcuNurse
        | Role::IcuDoctor
        | Role::HospManager
        | Role::Auditor => false,
    })
}

pub(super) fn require_handler(change: &Change<'_>) -> Result<()> {
    if handles(change.who, &change.row) {
        Ok(())
    } else {
        Err(Error::from(UserErrorCode::Invalid)
            .at(["ticketId"])
            .detail("该类工单由他人处理", "this category is handled by others"))
    }
}

/// A handling or diagnosis step; the first one starts the handling.
///
/// # Errors
/// `NOT_FOUND`, `WRONG_STATE`, those of text and key.
pub async fn add_step(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    new: &NewStep,
) -> Result<ticket::Model> {
    let permission = Permission::TicketHandle;
    who.require(permission)?;
    let action = checked(&new.action, "action", LONG)?;
    let finding = checked_option(new.finding.as_deref(), "finding", LONG)?;
    let key = Replay::optional(new.key.as_deref(), "addStep", &(id, new))?;
    let made = StepId(app.clock.id());
    let once = (key.as_ref(), made.0);
    let mut change = match Change::once(app, who, permission, (id, None), once).await? {
        Once::New(change) => *change,
        Once::Again(row) => return Ok(*row),
    };
    require_handler(&change)?;
    change.step(TicketAction::Start)?;
    let by = change.who.require_person()?.id;
    if change.row.first_step_at.is_none() {
        change.row.first_step_at = Some(change.now);
    }
    let last = ticket_step::Entity::find()
        .filter(ticket_step::Column::HospitalId.eq(change.row.hospital_id))
        .filter(ticket_step::Column::TicketId.eq(change.row.id))
        .order_by_desc(ticket_step::Column::Seq)
        .limit(1)
        .one(&change.tx)
        .await?;
    ticket_step::ActiveModel {
        id: Set(made),
        hospital_id: Set(change.row.hospital_id),
        ticket_id: Set(change.row.id),
        seq: Set(last.map_or(0, |step| step.seq) + 1),
        kind: Set(new.kind),
        at: Set(change.now),
        by: Set(by),
        channel: Set(new.channel),
        action: Set(action.clone()),
        finding: Set(finding),
    }
    .insert(&change.tx)
    .await?;
    change.clocks().await?.answered(&change.row).await?;
    change
        .commit(TicketEventKind::StepAdded, Some(action), "ticket.add_step")
        .await
}

/// Writes a new version of the solution plan; the former one is superseded.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `INVALID` for an unknown item of the checklist, those of
/// texts and key.
pub async fn write_plan(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    new: &NewPlan,
) -> Result<ticket::Model> {
    let permission = Permission::TicketHandle;
    who.require(permission)?;
    let steps = checked(&new.steps, "steps", LONG)?;
    let risk = checked(&new.risk, "risk", LONG)?;
    let rollback = checked(&new.rollback, "rollback", LONG)?;
    let mut answers = serde_json::Map::new();
    for (code, answer, note) in &new.checklist {
        if !rule::CHECKLIST.iter().any(|item| item.code == code) {
            return Err(Error::from(UserErrorCode::Invalid)
                .at(["checklist"])
                .detail("核查表没有此项", "the checklist has no such item"));
        }
        let note = checked_option(Some(note), "checklist", SHORT)?;
        answers.insert(
            code.clone(),
            serde_json::json!({ "answer": answer, "note": note }),
        );
    }
    let key = Replay::optional(new.key.as_deref(), "writePlan", &(id, version, new))?;
    let made = PlanId(app.clock.id());
    let place = (id, Some(version));
    let once = (key.as_ref(), made.0);
    let mut change = match Change::once(app, who, permission, place, once).await? {
        Once::New(change) => *change,
        Once::Again(row) => return Ok(*row),
    };
    require_handler(&change)?;
    change.step(TicketAction::Plan)?;
    let former = latest_plan(&change).await?;
    let no = former.as_ref().map_or(0, |plan| plan.plan_no) + 1;
    if let Some(former) = former {
        let mut former = former.into_active_model();
        former.state = Set(PlanState::Superseded);
        former.update(&change.tx).await?;
    }
    solution_plan::ActiveModel {
        id: Set(made),
        hospital_id: Set(change.row.hospital_id),
        ticket_id: Set(change.row.id),
        plan_no: Set(no),
        state: Set(if new.executed {
            PlanState::Executed
        } else {
            PlanState::Draft
        }),
        steps: Set(steps),
        risk: Set(risk),
        rollback: Set(rollback),
        checklist: Set(serde_json::Value::Object(answers).to_string()),
        written_by: Set(change.who.require_person()?.id),
        written_at: Set(change.now),
        executed_at: Set(new.executed.then_some(change.now)),
    }
    .insert(&change.tx)
    .await?;
    change
        .commit(
            TicketEventKind::PlanChanged,
            Some(format!("#{no}")),
            "ticket.write_plan",
        )
        .await
}

async fn latest_plan(change: &Change<'_>) -> Result<Option<solution_plan::Model>> {
    Ok(solution_plan::Entity::find()
        .filter(solution_plan::Column::HospitalId.eq(change.row.hospital_id))
        .filter(solution_plan::Column::TicketId.eq(change.row.id))
        .order_by_desc(solution_plan::Column::PlanNo)
        .limit(1)
        .one(&change.tx)
        .await?)
}

/// The vendor, or the information centre for a ticket it has taken, has solved the matter.
///
/// # Errors
/// `REQUIRED`, `CHECKLIST_INCOMPLETE`, `WRONG_STATE`, `NOT_FOUND`, `CONFLICT`, those of the texts.
pub async fn resolve(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    solution: Solution,
) -> Result<ticket::Model> {
    who.require(Permission::TicketResolve)?;
    let text = checked(&solution.text, "text", LONG)?;
    let verification = checked_option(solution.verification.as_deref(), "verification", LONG)?;
    let mut change = Change::begin(app, who, Permission::TicketResolve, id, Some(version)).await?;
    let taken = change.row.status == TicketStatus::TakenByHospital;
    match (taken, change.who.side()) {
        (true, Some(Side::Hospital)) => {}
        (false, Some(Side::Vendor)) => require_handler(&change)?,
        (_, _) => return Err(UserErrorCode::WrongState.into()),
    }
    change.step(TicketAction::Resolve)?;
    if change.row.category == TicketCategory::Fault && !taken {
        fault_gate(&change, &solution, verification.is_some()).await?;
    }
    wait::end_open(&mut change, WaitEnd::Resolved).await?;
    change.row.resolved_at = Some(change.now);
    change.row.solution = Some(text.clone());
    change.row.solved_by = Some(if taken { Side::Hospital } else { Side::Vendor });
    change.row.root_cause = solution.root_cause;
    change.row.verification = verification;
    change
        .clocks()
        .await?
        .resolved(&change.row, change.now)
        .await?;
    recurrence::propose_later(&change).await?;
    let what = notice(
        &change.row,
        NotificationKind::DecisionNeeded,
        format!("resolved:{}:{}", change.row.id, change.row.version),
        "已解决，请确认",
        "is solved, please confirm",
    );
    notification::tell(
        &change.tx,
        app,
        change.row.hospital_id,
        &[change.row.reporter_id].into(),
        &what,
    )
    .await?;
    change
        .commit(TicketEventKind::Resolved, Some(text), "ticket.resolve")
        .await
}

/// What must be complete before a fault is solved (C1.2.1-c, -e).
async fn fault_gate(change: &Change<'_>, solution: &Solution, verified: bool) -> Result<()> {
    if solution.root_cause.is_none() {
        return Err(Error::from(UserErrorCode::Required).at(["rootCause"]));
    }
    if !verified {
        return Err(Error::from(UserErrorCode::Required).at(["verification"]));
    }
    let Some(plan) = latest_plan(change)
        .await?
        .filter(|plan| plan.state == PlanState::Executed)
    else {
        return Err(Error::from(UserErrorCode::Required).at(["plan"]).detail(
            "缺少已执行的解决方案",
            "an executed solution plan is missing",
        ));
    };
    let answers: serde_json::Value = serde_json::from_str(&plan.checklist).unwrap_or_default();
    let answered = |code: &str| {
        answers.get(code).is_some_and(|item| {
            item.get("answer").is_some_and(|answer| !answer.is_null())
                || item.get("note").is_some_and(|note| !note.is_null())
        })
    };
    let open: Vec<&str> = rule::CHECKLIST
        .iter()
        .filter(|item| !answered(item.code))
        .map(|item| item.zh)
        .collect();
    if open.is_empty() {
        Ok(())
    } else {
        Err(Error::from(UserErrorCode::ChecklistIncomplete)
            .at(["checklist"])
            .detail(open.join("、"), format!("{} items are open", open.len())))
    }
}
