//! Which people a reader sees, and what of them.

use entity::ids::{HospitalId, PersonId};
use entity::person::{self, Column as C};
use entity::rules::access::{Permission, allows};
use entity::values::{Role, Side};
use entity::{assignment, role_grant};
use sea_orm::sea_query::{Condition, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{fold, missing};
use crate::error::Result;
use crate::requester::Requester;

/// How a person is named.
#[derive(Clone, Debug)]
pub enum PersonBy {
    /// By id; `None` for an id that cannot be read.
    Id(Option<PersonId>),
    /// By sign-in name.
    Account(String),
}

/// The people that a hospital knows: its own, and the vendor people that it was given or has made.
pub(super) fn known_at(hospital: HospitalId) -> Condition {
    let serving = Query::select()
        .column(assignment::Column::PersonId)
        .from(assignment::Entity)
        .and_where(assignment::Column::HospitalId.eq(hospital))
        .to_owned();
    let granted = Query::select()
        .column(role_grant::Column::PersonId)
        .from(role_grant::Entity)
        .and_where(role_grant::Column::HospitalId.eq(hospital))
        .to_owned();
    Condition::any()
        .add(C::HospitalId.eq(hospital))
        .add(C::HomeHospitalId.eq(hospital))
        .add(C::Id.in_subquery(serving))
        .add(C::Id.in_subquery(granted))
}

/// The people whom a reader lists and administers, narrower than those who can be named on a ticket.
///
/// The information centre, managers and auditors see the people that their hospital knows; a project
/// manager sees the vendor people of the own contracts; everybody sees the own row.
#[must_use]
pub fn listed_people(who: &Requester) -> Condition {
    let mut any = Condition::any();
    if who.is_system {
        return who.seat.map_or_else(Condition::all, known_at);
    }
    if let Some(me) = who.person_id() {
        any = any.add(C::Id.eq(me));
    }
    for grant in &who.grants {
        if !allows(grant.role, Permission::PeopleRead) {
            continue;
        }
        if grant.role == Role::VendorPm {
            let contracts = who
                .contracts
                .iter()
                .filter(|(hospital, _)| *hospital == grant.hospital)
                .map(|(_, contract)| *contract);
            let serving = Query::select()
                .column(assignment::Column::PersonId)
                .from(assignment::Entity)
                .and_where(assignment::Column::HospitalId.eq(grant.hospital))
                .and_where(assignment::Column::ContractId.is_in(contracts))
                .to_owned();
            any = any.add(
                Condition::all()
                    .add(C::Side.eq(Side::Vendor))
                    .add(C::Id.in_subquery(serving)),
            );
        } else {
            any = any.add(known_at(grant.hospital));
        }
    }
    any.add(C::Id.is_null())
}

/// A person in scope.
///
/// # Errors
/// Those of the database.
pub async fn find(
    db: &impl ConnectionTrait,
    who: &Requester,
    by: &PersonBy,
) -> Result<Option<person::Model>> {
    let query = person::Entity::find().filter(listed_people(who));
    let query = match by {
        PersonBy::Id(None) => return Ok(None),
        PersonBy::Id(Some(id)) => query.filter(C::Id.eq(*id)),
        PersonBy::Account(account) => query.filter(C::Account.eq(fold(account))),
    };
    Ok(query.one(db).await?)
}

/// The person that an administrator of a hospital acts on, locked.
///
/// # Errors
/// `NOT_FOUND`.
pub(super) async fn target(
    tx: &crate::db::Tx,
    who: &Requester,
    hospital: HospitalId,
    id: Option<PersonId>,
) -> Result<person::Model> {
    let id = id.ok_or_else(|| missing("personId"))?;
    person::Entity::find_by_id(id)
        .filter(listed_people(who))
        .filter(known_at(hospital))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| missing("personId"))
}

/// Whether the account as such is this hospital's to keep.
pub(super) fn is_kept_by(person: &person::Model, hospital: HospitalId) -> bool {
    person.hospital_id == Some(hospital) || person.home_hospital_id == Some(hospital)
}

fn held_at(who: &Requester, person: &person::Model, roles: &[Role]) -> bool {
    who.grants.iter().any(|grant| {
        roles.contains(&grant.role)
            && (person.hospital_id == Some(grant.hospital)
                || person.home_hospital_id == Some(grant.hospital))
    })
}

/// Whether the reader may see the sign-in name: one's own, and the information centre that keeps the account.
#[must_use]
pub fn sees_account(who: &Requester, person: &person::Model) -> bool {
    who.person_id() == Some(person.id) || held_at(who, person, &[Role::HospItAdmin])
}

/// Whether the reader may see mail address, phone and leave date: one's own, and the desk that keeps the account.
#[must_use]
pub fn sees_contact(who: &Requester, person: &person::Model) -> bool {
    who.person_id() == Some(person.id)
        || held_at(who, person, &[Role::HospItAdmin, Role::HospManager])
}

/// Whether the reader may see a grant: an own one; as the hospital, all of it; as its project manager, those of vendor people.
#[must_use]
pub fn sees_grant(who: &Requester, grant: &role_grant::Model) -> bool {
    who.person_id() == Some(grant.person_id)
        || who.is_system
        || who
            .roles_at(grant.hospital_id)
            .filter(|role| allows(*role, Permission::PeopleRead))
            .any(|role| role != Role::VendorPm || grant.role.side() == Side::Vendor)
}

/// The contracts in scope: of the own hospitals, for vendor people those they serve.
#[must_use]
pub fn visible_contracts(who: &Requester) -> Condition {
    use entity::contract::Column;
    let here = Condition::all().add(Column::HospitalId.is_in(who.directory()));
    if let Some(contract) = who.portal.as_ref().and_then(|portal| portal.contract) {
        return here.add(Column::Id.eq(contract));
    }
    if who.side() == Some(Side::Vendor) {
        here.add(Column::Id.is_in(who.contracts.iter().map(|(_, contract)| *contract)))
    } else {
        here
    }
}
