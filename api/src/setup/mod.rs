//! The first rows of a hospital (`domain.md` 2.7): what `icuops setup` and the demonstration write.
//!
//! There are no default accounts and no default passwords: each account gets a one-time password
//! that is printed once, holds 72 hours and opens only its own change.

mod file;
mod found;
mod people;

use entity::ids::PersonId;
use entity::values::{PersonState, Role};

pub use file::{
    AccountPart, ContractPart, DepartmentPart, HospitalPart, ProjectManagerPart, ServicePart,
    SetupFile, VendorPart, check,
};
pub use found::{found, sign_annex};
pub use people::{NewPerson, add_person, assign, grant};

use crate::account::ops::{self, fold};
use crate::account::password;
use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Error, Result};
use crate::requester::Requester;

/// An account that was made, with its one-time password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Sign-in name.
    pub account: String,
    /// Printed once.
    pub password: String,
}

/// Runs the setup file in one transaction.
///
/// # Errors
/// `SETUP_EXISTS`, `INVALID`; those of the database.
pub async fn run(app: &App, file: &SetupFile) -> Result<Vec<Made>> {
    check(file)?;
    let now = app.clock.now();
    let until = Some(now + ops::ONE_TIME_LIFE);
    let mut made = Vec::new();
    let mut hashes = Vec::new();
    for account in [
        &file.manager.account,
        &file.it_admin.account,
        &file.project_manager.account,
    ] {
        let password = password::one_time()?;
        hashes.push(app.passwords.hash(password.clone()).await?);
        made.push(Made {
            account: fold(account),
            password,
        });
    }
    let mut hashes = hashes.into_iter();
    let mut next_hash = || {
        hashes
            .next()
            .ok_or_else(|| Error::internal("a hash is missing"))
    };
    let tx = app.db.begin_write().await?;
    let (contract, _) = found(&tx, app, file).await?;
    for (part, role) in [
        (&file.manager, Role::HospManager),
        (&file.it_admin, Role::HospItAdmin),
    ] {
        let new = NewPerson {
            id: PersonId(app.clock.id()),
            account: &part.account,
            name: &part.name,
            email: part.email.clone(),
            phone: None,
            home: contract.hospital_id,
            made_by: None,
            leave_on: None,
            hospital: Some(contract.hospital_id),
            vendor: None,
            state: PersonState::Active,
            hash: next_hash()?,
            one_time_until_at: until,
        };
        let person = add_person(&tx, app, new).await?;
        grant(&tx, app, contract.hospital_id, person.id, role, None, false).await?;
    }
    let part = &file.project_manager;
    let new = NewPerson {
        id: PersonId(app.clock.id()),
        account: &part.account,
        name: &part.name,
        email: part.email.clone(),
        phone: None,
        home: contract.hospital_id,
        made_by: None,
        leave_on: None,
        hospital: None,
        vendor: Some(contract.vendor_id),
        state: if part.undertaking.is_some() {
            PersonState::Active
        } else {
            PersonState::Pending
        },
        hash: next_hash()?,
        one_time_until_at: until,
    };
    let person = add_person(&tx, app, new).await?;
    grant(
        &tx,
        app,
        contract.hospital_id,
        person.id,
        Role::VendorPm,
        None,
        false,
    )
    .await?;
    assign(&tx, app, &contract, person.id, part.undertaking.as_deref()).await?;
    audit::append(
        &tx,
        now,
        None,
        &Requester::system(),
        Act::done("setup", "hospital", contract.hospital_id.0),
    )
    .await?;
    tx.commit().await?;
    Ok(made)
}
