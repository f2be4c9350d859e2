//! What can be done to tickets: one function an act, one transaction each.
//!
//! Every act goes the same way: the right, the row in scope, its version, the rule, then row,
//! history, clocks, jobs, messages and, last, the audit.

mod bulk;
mod claim;
mod create;
mod decide;
mod demand;
mod duplicate;
mod handle;
mod note;
mod raiser;
mod recurrence;
mod release;
mod reply;
mod respond;
mod scope;
mod severity;
mod take;
mod wait;

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, TicketEventId, TicketId};
use entity::rules::access::Permission;
use entity::rules::text;
use entity::rules::ticket as rule;
use entity::values::{Role, Severity, Side, TicketAction, TicketEventKind};
use entity::{ticket, ticket_event};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use tokio::sync::OnceCell;
use uuid::Uuid;

pub use bulk::Bulk;
pub use claim::{
    Answer, confirm_received, confirm_responded, decide_claim, may_confirm, ticket_of,
};
pub(crate) use create::{Draft, prepare};
pub use create::{NewFault, NewTicket, create};
pub use decide::{cancel, confirm, rate, reject, reopen};
pub use demand::{Deadline, NewDemand, issue_demand, withdraw_demand};
pub use duplicate::{Parent, mark_duplicate, propose_duplicate, refuse_duplicate};
pub use handle::{NewPlan, NewStep, Solution, add_step, assign, resolve, write_plan};
pub use note::{internal_note, set_internal_note};
pub use recurrence::{comment_recurrence, decide_recurrence};
pub use release::{release, triage};
pub use reply::{NewReply, reply};
pub use respond::{NewResponse, respond};
pub use scope::{decide_out_of_scope, propose_out_of_scope};
pub use severity::{NewSeverity, confirm_severity, lower_severity, raise_severity};
pub use take::{hand_over, take};
pub use wait::{NewWait, decide_wait, propose_wait, resume};

use super::clocks::{self, Clocks, ContractTerms};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::replay::Replay;
use crate::requester::Requester;

/// A ticket inside its write transaction, on the way from one state to the next.
pub struct Change<'a> {
    /// Shared state.
    pub app: &'a App,
    /// Who acts.
    pub who: &'a Requester,
    /// The transaction.
    pub tx: Tx,
    /// The instant of the act.
    pub now: DateTime<Utc>,
    /// The row as it was read.
    pub before: ticket::Model,
    /// The row as it will be.
    pub row: ticket::Model,
    terms: OnceCell<ContractTerms>,
}

/// A change under a replay key: to be made now, or made by the same call before.
pub enum Once<'a> {
    /// It is to be made.
    New(Box<Change<'a>>),
    /// The ticket as it stands; the call was answered before.
    Again(Box<ticket::Model>),
}

impl<'a> Change<'a> {
    /// Opens the transaction and reads the row in scope.
    ///
    /// # Errors
    /// `FORBIDDEN` for a role that never has the permission, `NOT_FOUND` out of scope, `CONFLICT`
    /// for another version.
    pub async fn begin(
        app: &'a App,
        who: &'a Requester,
        permission: Permission,
        id: Option<TicketId>,
        version: Option<i32>,
    ) -> Result<Self> {
        let change = Self::open(app, who, permission, id).await?;
        change.expect_version(version)?;
        Ok(change)
    }

    /// [`Self::begin`] under the replay key of the client, taken for `made`; a call that was
    /// answered before is answered again although the version has moved on since.
    ///
    /// # Errors
    /// As [`Self::begin`], and those of the key.
    pub async fn once(
        app: &'a App,
        who: &'a Requester,
        permission: Permission,
        (id, version): (Option<TicketId>, Option<i32>),
        (key, made): (Option<&Replay>, Uuid),
    ) -> Result<Once<'a>> {
        let change = Self::open(app, who, permission, id).await?;
        if let Some(key) = key {
            let me = who.require_person()?.id;
            let hospital = change.row.hospital_id;
            let earlier = key.take(&change.tx, hospital, me, made, change.now).await?;
            if earlier.is_some() {
                change.tx.rollback().await?;
                return Ok(Once::Again(Box::new(change.before)));
            }
        }
        change.expect_version(version)?;
        Ok(Once::New(Box::new(change)))
    }

    fn expect_version(&self, version: Option<i32>) -> Result<()> {
        if version.is_some_and(|version| version != self.before.version) {
            return Err(Error::from(UserErrorCode::Conflict).at(["expectedVersion"]));
        }
        Ok(())
    }

    async fn open(
        app: &'a App,
        who: &'a Requester,
        permission: Permission,
        id: Option<TicketId>,
    ) -> Result<Self> {
        who.require(permission)?;
        let now = app.clock.now();
        let missing = || Error::from(UserErrorCode::NotFound).at(["ticketId"]);
        let id = id.ok_or_else(missing)?;
        let tx = app.db.begin_write().await?;
        let before = ticket::Entity::find_by_id(id)
            .filter(who.visible_tickets())
            .lock_exclusive()
            .one(&tx)
            .await?
            .filter(|row| who.may_at(row.hospital_id, permission))
            .ok_or_else(missing)?;
        Ok(Self {
            app,
            who,
            tx,
            now,
            row: before.clone(),
            before,
            terms: OnceCell::new(),
        })
    }

    /// The terms of the ticket's contract, read once.
    ///
    /// # Errors
    /// `CALENDAR_MISSING`, those of the database.
    pub async fn terms(&self) -> Result<&ContractTerms> {
        self.terms
            .get_or_try_init(|| async {
                let contract = clocks::contract_of(&self.tx, &self.row).await?;
                ContractTerms::read(&self.tx, &contract, self.now).await
            })
            .await
    }

    /// The clocks of the ticket.
    ///
    /// # Errors
    /// `CALENDAR_MISSING`, those of the database.
    pub async fn clocks(&self) -> Result<Clocks<'_>> {
        Ok(Clocks::new(
            &self.tx,
            self.app,
            self.who,
            self.terms().await?,
        ))
    }

    /// The person who acts; the system has none.
    #[must_use]
    pub fn actor(&self) -> Option<PersonId> {
        self.who.person_id()
    }

    /// Moves the state by the one rule.
    ///
    /// # Errors
    /// `WRONG_STATE`.
    pub fn step(&mut self, action: TicketAction) -> Result<()> {
        self.row.status = rule::next(self.row.status, action)
            .map_err(|wrong| Error::from(UserErrorCode::WrongState).caused_by(wrong))?;
        Ok(())
    }

    /// Writes row, history and audit, and commits.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn commit(
        self,
        kind: TicketEventKind,
        text: Option<String>,
        action: &str,
    ) -> Result<ticket::Model> {
        let act = Act::done(action, "ticket", self.row.id.0);
        self.commit_about(kind, text, act).await
    }

    /// [`Change::commit`] with an audit row about another object than the ticket.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn commit_about(
        mut self,
        kind: TicketEventKind,
        text: Option<String>,
        act: Act<'_>,
    ) -> Result<ticket::Model> {
        self.row.next_due_at = clocks::next_due(&self.tx, &self.row).await?;
        self.row.version = self.before.version + 1;
        let actor = self.who.person_id();
        let row = self
            .row
            .into_active_model()
            .reset_all()
            .update(&self.tx)
            .await?;
        record(&self.tx, self.app, actor, &row, self.now, kind, text).await?;
        audit::append(&self.tx, self.now, Some(row.hospital_id), self.who, act).await?;
        self.tx.commit().await?;
        self.app.wake.notify_one();
        Ok(row)
    }
}

/// Appends to the history of a ticket.
///
/// # Errors
/// Those of the database.
pub async fn record(
    tx: &Tx,
    app: &App,
    actor: Option<PersonId>,
    row: &ticket::Model,
    at: DateTime<Utc>,
    kind: TicketEventKind,
    text: Option<String>,
) -> Result<()> {
    let last = ticket_event::Entity::find()
        .filter(ticket_event::Column::HospitalId.eq(row.hospital_id))
        .filter(ticket_event::Column::TicketId.eq(row.id))
        .order_by_desc(ticket_event::Column::Seq)
        .limit(1)
        .one(tx)
        .await?;
    ticket_event::ActiveModel {
        id: Set(TicketEventId(app.clock.id())),
        hospital_id: Set(row.hospital_id),
        ticket_id: Set(row.id),
        seq: Set(last.map_or(0, |event| event.seq) + 1),
        kind: Set(kind),
        at: Set(at),
        actor_id: Set(actor),
        status: Set(row.status),
        text: Set(text),
    }
    .insert(tx)
    .await?;
    Ok(())
}

/// Checks a free text: length, characters, patient data.
///
/// # Errors
/// `REQUIRED`, `TOO_LONG`, `INVALID`, `PATIENT_DATA_IN_TEXT` at `field`.
pub fn checked(value: &str, field: &str, most: usize) -> Result<String> {
    let value = normal(value, field, most)?;
    match entity::rules::screening::screen(&value) {
        None => Ok(value),
        Some(found) => {
            let (zh, en) = found.text();
            Err(Error::from(UserErrorCode::PatientDataInText)
                .at(field.split('.'))
                .detail(zh, en))
        }
    }
}

/// Checks length and characters of a text, and not for patient data.
///
/// # Errors
/// `REQUIRED`, `TOO_LONG`, `INVALID` at `field`.
pub(crate) fn normal(value: &str, field: &str, most: usize) -> Result<String> {
    text::normalize(value, most).map_err(|problem| {
        let code = match problem {
            text::Problem::Required => UserErrorCode::Required,
            text::Problem::TooLong { .. } => UserErrorCode::TooLong,
            text::Problem::Invalid { .. } => UserErrorCode::Invalid,
        };
        Error::from(code).at(field.split('.'))
    })
}

/// [`checked`] for a text that may be absent.
///
/// # Errors
/// As [`checked`].
pub fn checked_option(value: Option<&str>, field: &str, most: usize) -> Result<Option<String>> {
    value
        .filter(|value| !value.trim().is_empty())
        .map(|value| checked(value, field, most))
        .transpose()
}

/// Longest description, reply, solution, in characters.
pub const LONG: usize = 10_000;
/// Longest name, place, reason, in characters.
pub const SHORT: usize = 500;

/// The vendor people to be told of a ticket: the assignee, else everybody who handles its kind; and the project manager.
pub(crate) const VENDOR_DESK: [Role; 2] = [Role::VendorPm, Role::VendorEngineer];

/// What the reader may do to a ticket now: the rule of states met with rights and relation.
#[must_use]
pub fn allowed_actions(who: &Requester, row: &ticket::Model) -> Vec<TicketAction> {
    TicketAction::ALL
        .iter()
        .copied()
        .filter(|action| rule::next(row.status, *action).is_ok())
        .filter(|action| who.may_at(row.hospital_id, permission_of(*action)))
        .filter(|action| match action {
            TicketAction::Confirm | TicketAction::Reject | TicketAction::Reopen => {
                may_judge(who, row)
            }
            TicketAction::Cancel => who.side() == Some(raised_by(row)),
            TicketAction::Rate => {
                who.side() == Some(Side::Hospital)
                    && row.rating.is_none()
                    && who.person_id() == Some(row.reporter_id)
            }
            TicketAction::ConfirmSeverity => row.severity_provisional && row.severity.is_some(),
            TicketAction::RaiseSeverity => row.severity.is_some_and(|now| now != Severity::S1),
            TicketAction::LowerSeverity => row.severity.is_some_and(|now| now != Severity::S4),
            TicketAction::ProposeOutOfScope => row.scope_proposed_by.is_none(),
            TicketAction::DecideOutOfScope => row.scope_proposed_by.is_some(),
            TicketAction::RefuseDuplicate => row.proposed_parent_id.is_some(),
            _ => true,
        })
        .collect()
}

/// The requester of the ticket, or the information centre of its hospital.
#[must_use]
pub fn may_judge(who: &Requester, row: &ticket::Model) -> bool {
    who.person_id() == Some(row.reporter_id)
        || who
            .roles_at(row.hospital_id)
            .any(|role| role == Role::HospItAdmin)
}

/// The side that raised the ticket.
#[must_use]
pub fn raised_by(row: &ticket::Model) -> Side {
    match row.origin {
        entity::values::TicketOrigin::VendorSelf => Side::Vendor,
        entity::values::TicketOrigin::Hospital | entity::values::TicketOrigin::System => {
            Side::Hospital
        }
    }
}

/// The permission behind an action.
#[must_use]
pub const fn permission_of(action: TicketAction) -> Permission {
    match action {
        TicketAction::Triage => Permission::TicketTriage,
        TicketAction::Release => Permission::TicketRelease,
        TicketAction::Assign => Permission::TicketAssign,
        TicketAction::Respond => Permission::TicketRespond,
        TicketAction::Start | TicketAction::Plan => Permission::TicketHandle,
        TicketAction::Resolve => Permission::TicketResolve,
        TicketAction::ProposeWait => Permission::WaitPropose,
        TicketAction::DecideWait => Permission::WaitDecide,
        TicketAction::Resume => Permission::TicketHandle,
        TicketAction::Confirm => Permission::TicketConfirm,
        TicketAction::Reject => Permission::TicketReject,
        TicketAction::Rate => Permission::TicketRate,
        TicketAction::Reopen => Permission::TicketReopen,
        TicketAction::Cancel => Permission::TicketCancel,
        TicketAction::Reply => Permission::TicketReply,
        TicketAction::Take => Permission::TicketTake,
        TicketAction::HandOver => Permission::TicketHandOver,
        TicketAction::MarkDuplicate | TicketAction::RefuseDuplicate => Permission::DuplicateMark,
        TicketAction::ProposeDuplicate => Permission::DuplicatePropose,
        TicketAction::ProposeOutOfScope => Permission::ScopePropose,
        TicketAction::DecideOutOfScope => Permission::ScopeDecide,
        TicketAction::ConfirmSeverity => Permission::SeverityConfirm,
        TicketAction::RaiseSeverity => Permission::SeverityRaise,
        TicketAction::LowerSeverity => Permission::SeverityLower,
    }
}
