//! A ticket comes in: checked first, then written in one transaction, its own or that of what opens it.

use chrono::{DateTime, Datelike, Utc};
use entity::ids::{ContractId, HospitalId, PersonId, TicketId};
use entity::rules::access::Permission;
use entity::rules::catalog::Catalog;
use entity::rules::ticket as rule;
use entity::values::{
    BedsAffected, Channel, ClaimKind, ContractState, ReceivedSource, Route, Severity, Side,
    TicketCategory, TicketEventKind, TicketOrigin, TicketStatus, Urgency,
};
use entity::{contract, ticket, ticket_counter};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

use super::super::clocks::{self, Clocks, ContractTerms};
use super::raiser::Raiser;
use super::release::tell_received;
use super::{LONG, SHORT, checked, checked_option, claim, record, recurrence};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
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
    let replay = Replay::of(&new.key, "createTicket", &new);
    let draft = prepare(app, who, new).await?;
    let replay = replay?;
    let (me, now, hospital) = (draft.me, draft.now, draft.contract.hospital_id);
    let id = draft.id;
    let tx = app.db.begin_write().await?;
    if let Some(made) = replay.take(&tx, hospital, me, id.0, now).await? {
        tx.rollback().await?;
        return ticket::Entity::find_by_id(TicketId(made))
            .one(app.db.read())
            .await?
            .ok_or_else(|| Error::internal("a replayed ticket is gone"));
    }
    let row = draft.insert(&tx, app, who).await?;
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

/// A ticket that was checked and is not yet written.
pub(crate) struct Draft {
    id: TicketId,
    me: PersonId,
    now: DateTime<Utc>,
    new: NewTicket,
    fault: Option<NewFault>,
    description: String,
    location: Option<String>,
    contract: contract::Model,
    raiser: Raiser,
    terms: ContractTerms,
    received: Option<DateTime<Utc>>,
    earlier: Option<ticket::Model>,
    severity: Option<Severity>,
    at_once: bool,
}

/// Checks a ticket without writing it: for [`create`], and for what opens a ticket in a transaction of its own.
///
/// # Errors
/// As [`create`], but for the replay key.
pub(crate) async fn prepare(app: &App, who: &Requester, new: NewTicket) -> Result<Draft> {
    let person = who.require(Permission::TicketCreate)?;
    let me = person.id;
    let elsewhere = new.reporter.filter(|reporter| *reporter != me);
    if elsewhere.is_some() && !who.may(Permission::TicketRegister) {
        return Err(Error::from(UserErrorCode::Invalid)
            .at(["reporterId"])
            .detail(
                "您只能为本人提交工单",
                "you can raise a ticket for yourself only",
            ));
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
    Ok(Draft {
        id: TicketId(app.clock.id()),
        me,
        now,
        fault,
        description,
        location,
        contract,
        raiser,
        terms,
        received,
        earlier,
        severity,
        at_once,
        new,
    })
}

impl Draft {
    /// Writes the ticket with its history, clocks, messages and jobs; the audit is the caller's, last in the transaction.
    ///
    /// # Errors
    /// Those of the database and of the calendar.
    pub(crate) async fn insert(self, tx: &Tx, app: &App, who: &Requester) -> Result<ticket::Model> {
        let Self {
            id,
            me,
            now,
            new,
            fault,
            description,
            location,
            contract,
            raiser,
            terms,
            received,
            earlier,
            severity,
            at_once,
        } = self;
        let person = who.require_person()?;
        let hospital = contract.hospital_id;
        let today = entity::rules::calendar::civil_date(now);
        let number = next_number(tx, hospital, today.year()).await?;
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
        let mut row = row.into_active_model().reset_all().insert(tx).await?;
        record(tx, app, Some(me), &row, now, TicketEventKind::Created, None).await?;
        if let Some(earlier) = &earlier {
            recurrence::link_new(tx, app, &row, earlier, me).await?;
        }
        if at_once {
            Clocks::new(tx, app, who, &terms)
                .attach(&row, row.received_at)
                .await?;
            row = keep_next_due(tx, row).await?;
        }
        tell_received(tx, app, &row).await?;
        if let Some(claimed) = received {
            let what = (ClaimKind::Received, claimed);
            claim::enter(tx, app, &row, &terms, person, what).await?;
        }
        Ok(row)
    }
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
