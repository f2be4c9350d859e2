//! The first people: accounts, roles in force, assignments with their undertaking.
//!
//! Later ones come through `account::ops`; these writes check no rights and need no second person.

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{
    AssignmentId, DepartmentId, GrantId, HospitalId, PersonId, UndertakingId, VendorId,
};
use entity::values::{GrantState, Language, PersonState, Role, Side};
use entity::{assignment, contract, person, role_grant, undertaking};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::account::ops::fold;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;

/// What a new person needs.
#[derive(Clone, Debug)]
pub struct NewPerson<'a> {
    /// Id of the row.
    pub id: PersonId,
    /// Sign-in name.
    pub account: &'a str,
    /// Name.
    pub name: &'a str,
    /// Mail address.
    pub email: Option<String>,
    /// Office phone.
    pub phone: Option<String>,
    /// Hospital whose information centre keeps the account.
    pub home: HospitalId,
    /// Who makes it; none for the setup and the command line.
    pub made_by: Option<PersonId>,
    /// Last day, if it is known.
    pub leave_on: Option<NaiveDate>,
    /// Hospital of a hospital person.
    pub hospital: Option<HospitalId>,
    /// Vendor of a vendor person.
    pub vendor: Option<VendorId>,
    /// State.
    pub state: PersonState,
    /// PHC string.
    pub hash: String,
    /// End of a one-time password.
    pub one_time_until_at: Option<DateTime<Utc>>,
}

/// Inserts a person.
///
/// # Errors
/// Those of the database.
pub async fn add_person(tx: &Tx, app: &App, new: NewPerson<'_>) -> Result<person::Model> {
    let now = app.clock.now();
    let row = person::Model {
        id: new.id,
        account: fold(new.account),
        name: new.name.to_owned(),
        side: if new.vendor.is_some() {
            Side::Vendor
        } else {
            Side::Hospital
        },
        hospital_id: new.hospital,
        vendor_id: new.vendor,
        home_hospital_id: Some(new.home),
        created_by: new.made_by,
        email: new.email,
        phone: new.phone,
        language: Language::Zh,
        state: new.state,
        password_hash: new.hash,
        password_changed_at: now,
        one_time_until_at: new.one_time_until_at,
        leave_on: new.leave_on,
        version: 1,
        created_at: now,
    };
    Ok(row.into_active_model().reset_all().insert(tx).await?)
}

/// Grants a role in force.
///
/// # Errors
/// Those of the database.
pub async fn grant(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    person: PersonId,
    role: Role,
    department: Option<DepartmentId>,
    is_lead: bool,
) -> Result<()> {
    let row = role_grant::Model {
        id: GrantId(app.clock.id()),
        hospital_id: hospital,
        person_id: person,
        role,
        department_id: department,
        is_lead,
        state: GrantState::Active,
        granted_by: None,
        granted_at: app.clock.now(),
        decided_by: None,
        decided_at: None,
    };
    row.into_active_model().reset_all().insert(tx).await?;
    Ok(())
}

/// Lets a vendor person serve a contract, and records the undertaking.
///
/// # Errors
/// Those of the database.
pub async fn assign(
    tx: &Tx,
    app: &App,
    contract: &contract::Model,
    person: PersonId,
    evidence: Option<&str>,
) -> Result<()> {
    let now = app.clock.now();
    assignment::ActiveModel {
        id: Set(AssignmentId(app.clock.id())),
        hospital_id: Set(contract.hospital_id),
        person_id: Set(person),
        contract_id: Set(contract.id),
        from_at: Set(now),
        until_at: Set(None),
    }
    .insert(tx)
    .await?;
    if let Some(evidence) = evidence {
        undertaking::ActiveModel {
            id: Set(UndertakingId(app.clock.id())),
            hospital_id: Set(contract.hospital_id),
            person_id: Set(person),
            signed_on: Set(entity::rules::calendar::civil_date(now)),
            evidence: Set(evidence.to_owned()),
            recorded_by: Set(None),
            recorded_at: Set(now),
        }
        .insert(tx)
        .await?;
    }
    Ok(())
}
