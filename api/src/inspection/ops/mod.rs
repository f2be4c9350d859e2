//! What can be done to assets, plans, inspections and findings: one function an act, one transaction each.
//!
//! Every act goes the same way: the right, the texts, the row in scope, its version, the rule, then rows, jobs,
//! messages and, last, the audit.

mod asset;
mod end;
mod finding;
mod plan;
mod record;
mod rectify;
mod report;
mod talk;
mod visit;

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{ContractId, HospitalId, InspectionId, PersonId};
use entity::rules::access::Permission;
use entity::rules::calendar::civil_date;
use entity::rules::inspection as rule;
use entity::values::{ContractState, InspectionAction, InspectionKind, InspectionState};
use entity::{contract, inspection};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

pub use asset::{AssetCard, NewAsset, create_asset, import_assets, retire_asset, update_asset};
pub use end::{Ending, cancel, end};
pub use finding::{
    Deadline, FindingChange, NewFinding, add_finding, set_finding_risk, update_finding,
};
pub use plan::{NewPlan, PlanLine, approve_plan, draft_plan, revise_plan};
pub use record::{Entered, NotApplicable, Sheet, import_results, record_results};
pub use rectify::{
    Handed, TaskAt, agree, due_of, extend, reject, step, submit as submit_task, verify, waive,
};
pub use report::{confirm, report_gaps, send_back, submit, told_in};
pub use talk::{NewAdvice, NewTalk, Words, add_advice, add_participant, describe, record_talk};
pub use visit::{NewVisit, Visitors, announce, plan_visit, start};

use super::scope::seen;
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode, invalid, missing};
use crate::requester::Requester;

/// A list of failures, one a line of a sheet, or what was done: nothing is done if anything fails.
pub type Sheeted<T> = std::result::Result<T, Vec<Error>>;

fn required(field: &str) -> Error {
    Error::from(UserErrorCode::Required).at(field.split('.'))
}

/// The version that the client has seen is the present one.
fn expect(version: i32, seen: i32) -> Result<()> {
    if version == seen {
        Ok(())
    } else {
        Err(Error::from(UserErrorCode::Conflict).at(["expectedVersion"]))
    }
}

/// The contract in force that something is entered under; who sees one only may leave it out.
async fn contract_of(
    app: &App,
    who: &Requester,
    permission: Permission,
    asked: Option<ContractId>,
) -> Result<contract::Model> {
    use contract::Column as C;
    let mut query = contract::Entity::find()
        .filter(seen(who, permission, C::HospitalId, C::Id))
        .filter(C::State.eq(ContractState::Active));
    if let Some(asked) = asked {
        query = query.filter(C::Id.eq(asked));
    }
    let mut rows = query.limit(2).all(app.db.read()).await?;
    match (rows.pop(), rows.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(required("contractId")),
        (None, _) => Err(missing("contractId")),
    }
}

/// What the contract says about the rhythm of inspections.
fn rhythm(contract: &contract::Model, onsite_counts_as_online: bool) -> rule::Terms {
    rule::Terms {
        from: contract.service_from_on,
        to: contract.service_to_on,
        onsite_counts_as_online,
    }
}

/// An inspection inside its write transaction.
pub struct Visit<'a> {
    app: &'a App,
    who: &'a Requester,
    tx: Tx,
    now: DateTime<Utc>,
    me: PersonId,
    row: inspection::Model,
}

impl<'a> Visit<'a> {
    /// Opens the transaction and reads the row in scope, locked.
    async fn begin(
        app: &'a App,
        who: &'a Requester,
        permission: Permission,
        id: InspectionId,
        version: Option<i32>,
    ) -> Result<Self> {
        let me = who.require(permission)?.id;
        let tx = app.db.begin_write().await?;
        let row = inspection::Entity::find_by_id(id)
            .filter(seen(
                who,
                permission,
                inspection::Column::HospitalId,
                inspection::Column::ContractId,
            ))
            .lock_exclusive()
            .one(&tx)
            .await?
            .ok_or_else(|| missing("inspectionId"))?;
        if let Some(version) = version {
            expect(row.version, version)?;
        }
        Ok(Self {
            app,
            who,
            tx,
            now: app.clock.now(),
            me,
            row,
        })
    }

    fn hospital(&self) -> HospitalId {
        self.row.hospital_id
    }

    fn today(&self) -> NaiveDate {
        civil_date(self.now)
    }

    /// Moves the inspection to the state that the rule gives.
    fn step(&mut self, action: InspectionAction) -> Result<()> {
        let is_onsite = self.row.kind == InspectionKind::Onsite;
        self.row.state =
            rule::next_inspection(self.row.state, action, is_onsite).map_err(|bad| {
                Error::from(UserErrorCode::WrongState)
                    .at(["inspectionId"])
                    .caused_by(bad)
            })?;
        if matches!(
            action,
            InspectionAction::Start | InspectionAction::Record | InspectionAction::End
        ) {
            self.row.last_step_at = Some(self.now);
        }
        Ok(())
    }

    /// Writes the row, the reminder of an open inspection and, last, the audit; commits.
    async fn commit(mut self, action: &str) -> Result<inspection::Model> {
        self.row.version += 1;
        let row = self
            .row
            .into_active_model()
            .reset_all()
            .update(&self.tx)
            .await?;
        if row.state == InspectionState::InProgress {
            super::timer::watch_idle(&self.tx, self.app, &row).await?;
        }
        audit::append(
            &self.tx,
            self.now,
            Some(row.hospital_id),
            self.who,
            Act::done(action, "inspection", row.id.0),
        )
        .await?;
        self.tx.commit().await?;
        self.app.wake.notify_one();
        Ok(row)
    }
}
