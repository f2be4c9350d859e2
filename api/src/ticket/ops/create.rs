//! A ticket comes in, is triaged and released to the vendor.

use chrono::{DateTime, Datelike, Utc};
use entity::ids::{ContractId, HospitalId, PersonId, TicketId};
use entity::rules::access::Permission;
use entity::rules::catalog::Catalog;
use entity::rules::ticket as rule;
use entity::values::{
    BedsAffected, Channel, ClaimKind, ContractState, NotificationKind, ReceivedSource, Role, Route,
    Side, TicketAction, TicketCategory, TicketEventKind, TicketOrigin, TicketStatus, Urgency,
};
use entity::{contract, ticket, ticket_counter};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

use super::super::clocks::{self, Clocks, ContractTerms};
use super::raiser::Raiser;
use super::{Change, LONG, SHORT, VENDOR_DESK, checked, checked_option, claim, record, recurrence};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification::{self, Notice};
use crate::replay::Replay;
use crate::requester::Requester;

/// The five facts that a fault must state.
#[derive(Clone, Debug)]
pub struct NewFault {
    /// Code of the component, if known.
    pub component: Option<String>,
    /// What is seen.
    pub phenomenon: String,
    /// Since when.
    pub occurred_at: DateTime<Utc>,
    /// Who and what is affected.
    pub scope: String,
    /// Related systems.
    pub related_systems: Vec<String>,
    /// How to see it again.
    pub steps: String,
}

/// A ticket to create.
#[derive(Clone, Debug)]
pub struct NewTicket {
    /// Replay key made by the client.
    pub key: String,
    /// Contract; may be left out by who sees one only.
    pub contract: Option<ContractId>,
    /// For whom of the hospital a call or message is registered; none for the own ticket.
    pub reporter: Option<PersonId>,
    /// Category.
    pub category: TicketCategory,
    /// Code of the subcategory.
    pub subcategory: String,
    /// What is asked or wrong.
    pub description: String,
    /// The facts of a fault.
    pub fault: Option<NewFault>,
    /// Urgency.
    pub urgency: Option<Urgency>,
    /// Beds affected.
    pub beds_affected: Option<BedsAffected>,
    /// How it came in.
    pub channel: Channel,
    /// When it was really received, if it is registered later.
    pub received_at: Option<DateTime<Utc>>,
    /// Place, no patient.
    pub location: Option<String>,
    /// The earlier fault that this one continues, closed too long ago to be reopened.
    pub recurrence_of: Option<TicketId>,
}

/// Categories and subcategories whose gate needs what does not exist yet.
fn is_offered(category: TicketCategory, subcategory: &str) -> bool {
    !matches!(
        category,
        TicketCategory::DataRecovery | TicketCategory::DataAdjust
    ) && subcategory != "CHANGE-BUGFIX"
}

/// Creates a ticket, for oneself or for somebody of the hospital who called or wrote.
///
/// # Errors
/// `CATEGORY_NOT_ENABLED`, `REQUIRED`, `INVALID`, `TOO_LONG`, `PATIENT_DATA_IN_TEXT`,
/// `BACKDATE_TOO_FAR`, `NOT_FOUND`, `OUTSIDE_SERVICE_PERIOD`; `FORBIDDEN`.
pub async fn create(app: &App, who: &Requester, new: NewTicket) -> Result<ticket::Model> {
    let person = who.require(Permission::TicketCreate)?;
    let me = person.id;
    let elsewhere = new.reporter.filter(|reporter| *reporter != me);
    if elsewhere.is_some() {
        who.require(Permission::TicketRegister)?;
    }
    let now = app.clock.now();
    let kind = Catalog::shared().class(new.category);
    if !is_offered(new.category, &new.subcategory) {
        return Err(Error::from(UserErrorCode::CategoryNotEnabled).at(["category"]));
    }
    if !kind
        .subcategories
        .iter()
        .any(|sub| sub.code == new.subcategory)
    {
        return Err(Error::from(UserErrorCode::Invalid)
            .at(["subcategory"])
            .detail("该类别没有此子类", "the category has no such subcategory"));
    }
    let fault = fault_of(&new, now)?;
    let description = checked(&new.description, "description", LONG)?;
    let location = checked_option(new.location.as_deref(), "location", SHORT)?;
    let contract = contract_of(app, who, new.contract).await?;
    let hospital = contract.hospital_id;
    let raiser = match elsewhere {
        None => Raiser::own(who, hospital),
        Some(reporter) => Raiser::registered(app, who, hospital, reporter, new.channel).await?,
    };
    let eligible = match raiser.side {
        Side::Hospital => &kind.may_submit,
        Side::Vendor => &kind.may_self_raise,
    };
    if !raiser.roles.iter().any(|role| eligible.contains(role)) {
        let (zh, en) = if elsewhere.is_some() {
            (
                "报告人的角色不能提交该类工单",
                "the role of the requester cannot submit this category",
            )
        } else {
            (
                "您的角色不能提交该类工单",
                "your role cannot submit this category",
            )
        };
        return Err(Error::from(UserErrorCode::Invalid)
            .at(["category"])
            .detail(zh, en));
    }
    let today = entity::rules::calendar::civil_date(now);
    if today > contract.service_to_on || today < contract.service_from_on {
        return Err(Error::from(UserErrorCode::OutsideServicePeriod).at(["contractId"]));
    }
    let terms = ContractTerms::read(app.db.read(), &contract, now).await?;
    let received = received(&new, now, terms.parameters.backdate_max_h)?;
    let earlier = match new.recurrence_of {
        None => None,
        Some(id) => {
            let db = app.db.read();
            let asked = (new.category, id);
            Some(recurrence::earlier(db, who, asked, &contract, (&terms, now)).await?)
        }
    };
    let severity = kind.severity_required.then(|| {
        rule::provisional_severity(new.urgency.unwrap_or(Urgency::Medium), new.beds_affected)
    });

    let at_once = match kind.route {
        Route::Direct | Route::Declare | Route::Restricted => true,
        Route::HospitalApproval | Route::DualApproval | Route::HospitalOnlyFirst => false,
    };

    let replay = Replay::of(&new.key, "createTicket", &new)?;
    let id = TicketId(app.clock.id());
    let tx = app.db.begin_write().await?;
    if let Some(made) = replay.take(&tx, hospital, me, id.0, now).await? {
        tx.rollback().await?;
        return ticket::Entity::find_by_id(TicketId(made))
            .one(app.db.read())
            .await?
            .ok_or_else(|| Error::internal("a replayed ticket is gone"));
    }
    let number = next_number(&tx, hospital, today.year()).await?;
    let row = ticket::Model {
        id,
        hospital_id: hospital,
        contract_id: contract.id,
        department_id: raiser.department,
        number,
        version: 1,
        status: if at_once {
            TicketStatus::Released
        } else {
            TicketStatus::Submitted
        },
        category: new.category,
        subcategory: new.subcategory,
        origin: match raiser.side {
            Side::Vendor => TicketOrigin::VendorSelf,
            Side::Hospital => TicketOrigin::Hospital,
        },
        channel: new.channel,
        description,
        location,
        component: fault.as_ref().and_then(|fault| fault.component.clone()),
        phenomenon: fault.as_ref().map(|fault| fault.phenomenon.clone()),
        occurred_at: fault.as_ref().map(|fault| fault.occurred_at),
        scope: fault.as_ref().map(|fault| fault.scope.clone()),
        related_systems: fault
            .as_ref()
            .map(|fault| serde_json::json!(fault.related_systems).to_string()),
        steps: fault.as_ref().map(|fault| fault.steps.clone()),
        beds_affected: new.beds_affected,
        urgency: new.urgency,
        impact: None,
        severity,
        severity_provisional: severity.is_some(),
        reporter_id: raiser.id.unwrap_or(me),
        registered_by: me,
        assignee_id: None,
        received_at: now,
        received_claimed_at: received,
        received_source: if received.is_some() {
            ReceivedSource::Unconfirmed
        } else {
            ReceivedSource::Platform
        },
        created_at: now,
        released_at: at_once.then_some(now),
        responded_at: None,
        responded_claimed_at: None,
        response_confirmed_by: None,
        first_step_at: None,
        resolved_at: None,
        closed_at: None,
        taken_by: None,
        taken_at: None,
        handed_over_at: None,
        solution: None,
        solved_by: None,
        root_cause: None,
        verification: None,
        cycle: 1,
        parent_id: None,
        proposed_parent_id: None,
        rating: None,
        rating_comment: None,
        scope_proposed_by: None,
        scope_reason: None,
        internal_note: None,
        next_due_at: None,
    };
    let mut row = row.into_active_model().reset_all().insert(&tx).await?;
    record(
        &tx,
        app,
        Some(me),
        &row,
        now,
        TicketEventKind::Created,
        None,
    )
    .await?;
    if let Some(earlier) = &earlier {
        recurrence::link_new(&tx, app, &row, earlier, me).await?;
    }
    if at_once {
        Clocks::new(&tx, app, who, &terms)
            .attach(&row, row.received_at)
            .await?;
        row = keep_next_due(&tx, row).await?;
    }
    tell_received(&tx, app, &row).await?;
    if let Some(claimed) = received {
        let what = (ClaimKind::Received, claimed);
        claim::enter(&tx, app, &row, &terms, person, what).await?;
    }
    audit::append(
        &tx,
        now,
        Some(hospital),
        who,
        Act::done("ticket.create", "ticket", row.id.0),
    )
    .await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(row)
}

async fn keep_next_due(tx: &Tx, row: ticket::Model) -> Result<ticket::Model> {
    let due = clocks::next_due(tx, &row).await?;
    let mut active = row.into_active_model();
    active.next_due_at = Set(due);
    Ok(active.update(tx).await?)
}

/// The contract that the ticket is raised under.
async fn contract_of(
    app: &App,
    who: &Requester,
    asked: Option<ContractId>,
) -> Result<contract::Model> {
    let mut rows = contract::Entity::find()
        .filter(contract::Column::HospitalId.is_in(who.hospitals()))
        .filter(contract::Column::State.eq(ContractState::Active))
        .all(app.db.read())
        .await?;
    if who.side() == Some(Side::Vendor) {
        rows.retain(|row| who.contracts.contains(&(row.hospital_id, row.id)));
    }
    if let Some(asked) = asked {
        rows.retain(|row| row.id == asked);
    }
    let code = if rows.len() > 1 {
        UserErrorCode::Required
    } else {
        UserErrorCode::NotFound
    };
    if rows.len() == 1 {
        rows.pop().ok_or_else(|| Error::from(code))
    } else {
        Err(Error::from(code).at(["contractId"]))
    }
}

/// A claimed time of receipt: of a call or message, never in the future, at most `most_h` back.
fn received(new: &NewTicket, now: DateTime<Utc>, most_h: i32) -> Result<Option<DateTime<Utc>>> {
    let Some(at) = new.received_at.filter(|at| *at != now) else {
        return Ok(None);
    };
    claim::within(at, now, most_h, "receivedAt")?;
    if new.channel == Channel::Portal {
        return Err(Error::from(UserErrorCode::Invalid)
            .at(["receivedAt"])
            .detail(
                "平台提交以服务器时间为准",
                "for a submission through the platform the time of the server counts",
            ));
    }
    Ok(Some(at))
}

fn fault_of(new: &NewTicket, now: DateTime<Utc>) -> Result<Option<NewFault>> {
    if new.category != TicketCategory::Fault {
        return Ok(None);
    }
    let fault = new
        .fault
        .as_ref()
        .ok_or_else(|| Error::from(UserErrorCode::Required).at(["fault"]))?;
    if fault.occurred_at > now {
        return Err(Error::from(UserErrorCode::Invalid)
            .at(["fault", "occurredAt"])
            .detail(
                "发生时间不能晚于现在",
                "the time of occurrence is in the future",
            ));
    }
    if fault.related_systems.len() > 20 {
        return Err(Error::from(UserErrorCode::TooLong).at(["fault", "relatedSystems"]));
    }
    let related = fault
        .related_systems
        .iter()
        .map(|name| checked(name, "fault.relatedSystems", 100))
        .collect::<Result<_>>()?;
    Ok(Some(NewFault {
        component: checked_option(fault.component.as_deref(), "fault.component", 100)?,
        phenomenon: checked(&fault.phenomenon, "fault.phenomenon", LONG)?,
        occurred_at: fault.occurred_at,
        scope: checked(&fault.scope, "fault.scope", SHORT)?,
        related_systems: related,
        steps: checked(&fault.steps, "fault.steps", LONG)?,
    }))
}

/// `ICU-2026-000123` from a counter row a hospital and year.
async fn next_number(tx: &Tx, hospital: HospitalId, year: i32) -> Result<String> {
    use sea_orm::sea_query::OnConflict;
    let start = ticket_counter::ActiveModel {
        hospital_id: Set(hospital),
        year: Set(year),
        last: Set(0),
    };
    ticket_counter::Entity::insert(start)
        .on_conflict(
            OnConflict::columns([
                ticket_counter::Column::HospitalId,
                ticket_counter::Column::Year,
            ])
            .do_nothing()
            .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    let row = ticket_counter::Entity::find_by_id((hospital, year))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("the counter of ticket numbers is gone"))?;
    let last = row.last + 1;
    let mut active = row.into_active_model();
    active.last = Set(last);
    active.update(tx).await?;
    Ok(format!("ICU-{year}-{last:06}"))
}

/// Tells the desk of the vendor, or the information centre where it approves first.
async fn tell_received(tx: &Tx, app: &App, row: &ticket::Model) -> Result<()> {
    let released = row.released_at.is_some();
    let roles: &[Role] = if released {
        &VENDOR_DESK
    } else {
        &[Role::HospItAdmin]
    };
    let to = notification::people(tx, row.hospital_id, row.contract_id, roles).await?;
    let class = Catalog::shared().class(row.category);
    let severity = row
        .severity
        .map(|severity| format!(" {severity}"))
        .unwrap_or_default();
    let what = Notice {
        kind: NotificationKind::TicketReceived,
        ticket: row.id,
        cause: format!("received:{}:{released}", row.id),
        zh: format!("新工单 {}（{}{severity}）", row.number, class.name_zh),
        en: format!("New ticket {} ({}{severity})", row.number, class.name_en),
    };
    if released && notification::counts_hours(row) {
        notification::tell_at_once(tx, app, row.hospital_id, &to, &what).await
    } else {
        notification::tell(tx, app, row.hospital_id, &to, &what).await
    }
}

/// The information centre has looked at it.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn triage(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
) -> Result<ticket::Model> {
    let mut change = Change::begin(app, who, Permission::TicketTriage, id, Some(version)).await?;
    change.step(TicketAction::Triage)?;
    change
        .commit(TicketEventKind::Triaged, None, "ticket.triage")
        .await
}

/// The information centre releases it to the vendor; the clocks start now.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn release(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
) -> Result<ticket::Model> {
    let mut change = Change::begin(app, who, Permission::TicketRelease, id, Some(version)).await?;
    change.step(TicketAction::Release)?;
    change.row.released_at = Some(change.now);
    // What the vendor raises itself counts from its receipt; it is kept and shown, not counted.
    let from = match (change.row.category, change.row.origin) {
        (TicketCategory::Upgrade, TicketOrigin::VendorSelf) => change.row.received_at,
        _ => change.now,
    };
    change.clocks().await?.attach(&change.row, from).await?;
    tell_received(&change.tx, app, &change.row).await?;
    claim::ask_pending(&change).await?;
    change
        .commit(TicketEventKind::Released, None, "ticket.release")
        .await
}
