//! What a hospital gives to vendor people: the undertaking it holds, and the contract they serve (C1.9.2-a).

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{AssignmentId, ContractId, HospitalId, PersonId, UndertakingId};
use entity::rules::access::Permission;
use entity::values::{ContractState, PersonState, Side};
use entity::{assignment, contract, person, undertaking};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};

use super::leave::reassign;
use super::scope::{self, PersonBy};
use super::session::end_all;
use super::{fold, invalid, missing};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Result, UserErrorCode};
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::ops::checked;

/// A signed undertaking of confidentiality.
#[derive(Clone, Debug)]
pub struct NewUndertaking {
    /// Signed.
    pub signed_on: NaiveDate,
    /// Where the signed paper lies.
    pub evidence: String,
}

impl NewUndertaking {
    /// The paper with its text checked; it cannot be signed in the future.
    ///
    /// # Errors
    /// `INVALID`, those of texts.
    pub(super) fn checked(&self, now: DateTime<Utc>) -> Result<Self> {
        if self.signed_on > entity::rules::calendar::civil_date(now) {
            return Err(invalid(
                "signedOn",
                "签署日期在未来",
                "the day of the signature lies in the future",
            ));
        }
        Ok(Self {
            signed_on: self.signed_on,
            evidence: checked(&self.evidence, "evidence", 500)?,
        })
    }
}

/// A vendor person at a contract of the hospital.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// Who.
    pub person: person::Model,
    /// The row.
    pub row: assignment::Model,
}

/// A contract in force of the hospital.
///
/// # Errors
/// `NOT_FOUND`.
pub(super) async fn contract(
    tx: &Tx,
    hospital: HospitalId,
    id: ContractId,
) -> Result<contract::Model> {
    contract::Entity::find_by_id(id)
        .filter(contract::Column::HospitalId.eq(hospital))
        .filter(contract::Column::State.eq(ContractState::Active))
        .one(tx)
        .await?
        .ok_or_else(|| missing("contractId"))
}

/// Writes an assignment.
pub(super) async fn put(
    tx: &Tx,
    id: AssignmentId,
    contract: &contract::Model,
    person: PersonId,
    from: DateTime<Utc>,
) -> Result<assignment::Model> {
    let row = assignment::ActiveModel {
        id: Set(id),
        hospital_id: Set(contract.hospital_id),
        person_id: Set(person),
        contract_id: Set(contract.id),
        from_at: Set(from),
        until_at: Set(None),
    };
    Ok(row.insert(tx).await?)
}

/// Writes an undertaking that was checked.
pub(super) async fn keep(
    tx: &Tx,
    id: UndertakingId,
    who: &Requester,
    (hospital, person): (HospitalId, PersonId),
    paper: NewUndertaking,
    now: DateTime<Utc>,
) -> Result<undertaking::Model> {
    let row = undertaking::ActiveModel {
        id: Set(id),
        hospital_id: Set(hospital),
        person_id: Set(person),
        signed_on: Set(paper.signed_on),
        evidence: Set(paper.evidence),
        recorded_by: Set(who.person_id()),
        recorded_at: Set(now),
    };
    Ok(row.insert(tx).await?)
}

/// The hospital must hold an undertaking of the person.
///
/// # Errors
/// `UNDERTAKING_MISSING`.
pub(super) async fn require_undertaking(
    tx: &Tx,
    hospital: HospitalId,
    person: PersonId,
) -> Result<()> {
    let held = undertaking::Entity::find()
        .filter(undertaking::Column::HospitalId.eq(hospital))
        .filter(undertaking::Column::PersonId.eq(person))
        .count(tx)
        .await?;
    if held == 0 {
        Err(UserErrorCode::UndertakingMissing.into())
    } else {
        Ok(())
    }
}

fn current(hospital: HospitalId, person: PersonId, now: DateTime<Utc>) -> Condition {
    use assignment::Column as C;
    Condition::all()
        .add(C::HospitalId.eq(hospital))
        .add(C::PersonId.eq(person))
        .add(
            Condition::any()
                .add(C::UntilAt.is_null())
                .add(C::UntilAt.gt(now)),
        )
}

/// Whether the person serves any contract of the hospital now.
///
/// # Errors
/// Those of the database.
pub(super) async fn serves(
    tx: &Tx,
    hospital: HospitalId,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let serving = assignment::Entity::find()
        .filter(current(hospital, person, now))
        .count(tx)
        .await?;
    Ok(serving > 0)
}

/// Ends the assignments of a person at a hospital, or those to one contract; how many.
///
/// # Errors
/// Those of the database.
pub(super) async fn end(
    tx: &Tx,
    hospital: HospitalId,
    person: PersonId,
    contract: Option<ContractId>,
    now: DateTime<Utc>,
) -> Result<u64> {
    let mut open = assignment::Entity::update_many()
        .col_expr(assignment::Column::UntilAt, Expr::value(now))
        .filter(current(hospital, person, now));
    if let Some(contract) = contract {
        open = open.filter(assignment::Column::ContractId.eq(contract));
    }
    Ok(open.exec(tx).await?.rows_affected)
}

/// A vendor person: one that the hospital knows, or by sign-in name one of the contract's company.
async fn vendor_person(
    tx: &Tx,
    who: &Requester,
    hospital: HospitalId,
    by: &PersonBy,
    contract: Option<&contract::Model>,
) -> Result<person::Model> {
    let row = match by {
        PersonBy::Id(id) => scope::target(tx, who, hospital, *id).await?,
        PersonBy::Account(account) => person::Entity::find()
            .filter(person::Column::Account.eq(fold(account)))
            .one(tx)
            .await?
            .ok_or_else(|| missing("person"))?,
    };
    let company = contract.is_none_or(|contract| row.vendor_id == Some(contract.vendor_id));
    if row.side != Side::Vendor || !company {
        return Err(missing("person"));
    }
    Ok(row)
}

/// Records a signed undertaking; a vendor account that waited for it becomes active.
///
/// The person may be named by sign-in name: the paper comes before the assignment.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `INVALID`, those of texts.
pub async fn record_undertaking(
    app: &App,
    who: &Requester,
    key: &str,
    by: &PersonBy,
    paper: NewUndertaking,
) -> Result<undertaking::Model> {
    let hospital = who.desk(Permission::UndertakingRecord)?;
    let now = app.clock.now();
    let replay = Replay::of(key, "recordUndertaking", &(by, &paper))?;
    let paper = paper.checked(now)?;
    let id = UndertakingId(app.clock.id());
    let tx = app.db.begin_write().await?;
    if let Some(me) = who.person_id()
        && let Some(made) = replay.take(&tx, hospital, me, id.0, now).await?
    {
        let row = undertaking::Entity::find_by_id(UndertakingId(made))
            .one(&tx)
            .await?;
        tx.rollback().await?;
        return row.ok_or_else(|| missing("idempotencyKey"));
    }
    let companies = contract::Entity::find()
        .filter(contract::Column::HospitalId.eq(hospital))
        .all(&tx)
        .await?;
    let person = vendor_person(&tx, who, hospital, by, None).await?;
    if !companies
        .iter()
        .any(|contract| Some(contract.vendor_id) == person.vendor_id)
    {
        return Err(missing("person"));
    }
    let row = keep(&tx, id, who, (hospital, person.id), paper, now).await?;
    if person.state == PersonState::Pending {
        let next = person.version + 1;
        let mut change = person.into_active_model();
        change.state = Set(PersonState::Active);
        change.version = Set(next);
        change.update(&tx).await?;
    }
    let act = Act::done("account.undertaking", "undertaking", id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(row)
}

/// Lets a vendor person serve a contract.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `UNDERTAKING_MISSING`, `INVALID` for who serves it already.
pub async fn assign(
    app: &App,
    who: &Requester,
    key: &str,
    by: &PersonBy,
    contract_id: ContractId,
) -> Result<Assignment> {
    let hospital = who.desk(Permission::AccountManage)?;
    let now = app.clock.now();
    let replay = Replay::of(key, "assignPerson", &(by, contract_id))?;
    let id = AssignmentId(app.clock.id());
    let tx = app.db.begin_write().await?;
    let contract = contract(&tx, hospital, contract_id).await?;
    let person = vendor_person(&tx, who, hospital, by, Some(&contract)).await?;
    if let Some(me) = who.person_id()
        && let Some(made) = replay.take(&tx, hospital, me, id.0, now).await?
    {
        let row = assignment::Entity::find_by_id(AssignmentId(made))
            .one(&tx)
            .await?
            .ok_or_else(|| missing("idempotencyKey"))?;
        tx.rollback().await?;
        return Ok(Assignment { person, row });
    }
    require_undertaking(&tx, hospital, person.id).await?;
    let serving = assignment::Entity::find()
        .filter(current(hospital, person.id, now))
        .filter(assignment::Column::ContractId.eq(contract.id))
        .count(&tx)
        .await?;
    if serving > 0 {
        return Err(invalid(
            "person",
            "该人员已在此合同中",
            "the person serves this contract already",
        ));
    }
    let row = put(&tx, id, &contract, person.id, now).await?;
    end_all(&tx, person.id, None, now).await?;
    let act = Act::done("account.assign", "assignment", id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(Assignment { person, row })
}

/// Ends the service of a person at a contract; the numbers of the open tickets to reassign.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND` for who does not serve it.
pub async fn unassign(
    app: &App,
    who: &Requester,
    id: Option<PersonId>,
    contract_id: ContractId,
    reason: &str,
) -> Result<(person::Model, Vec<String>)> {
    let hospital = who.desk(Permission::AccountManage)?;
    let reason = checked(reason, "reason", 500)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let person = scope::target(&tx, who, hospital, id).await?;
    if end(&tx, hospital, person.id, Some(contract_id), now).await? == 0 {
        return Err(missing("contractId"));
    }
    end_all(&tx, person.id, None, now).await?;
    let open = if serves(&tx, hospital, person.id, now).await? {
        Vec::new()
    } else {
        reassign(&tx, app, hospital, &person).await?
    };
    let mut act = Act::done("account.unassign", "person", person.id.0);
    act.reason = Some(reason);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok((person, open))
}
