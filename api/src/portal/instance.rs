//! The audience instances of a hospital, a root of pages each (`portal.md` 2), and who opens which.

use entity::ids::HospitalId;
use entity::rules::audience::{audiences_of, is_of_one_department};
use entity::rules::instance::{self as rule, codes, name};
use entity::values::{Audience, Side};
use entity::{contract, department, hospital};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::PortalReader;
use crate::error::Result;
use crate::requester::Requester;

/// A root of pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its name in paths, `demo-p1-icu`.
    pub name: String,
    /// As whom it is read.
    pub reader: PortalReader,
    /// Name of the hospital.
    pub hospital: String,
    /// Name of the department, or number of the contract.
    pub part: Option<String>,
}

/// Short code of a department whose name has no Latin letter: all of them are wards of intensive care.
const WARD: &str = "icu";
/// Short code of a contract without Latin letters and digits.
const CONTRACT: &str = "contract";

/// When a row was made, by its id; ids of one millisecond are in no order of their own.
fn made_at(id: Uuid) -> Option<(u64, u32)> {
    id.get_timestamp().map(|at| at.to_unix())
}

/// Every instance of a hospital, P0 first.
async fn of_hospital(
    db: &impl ConnectionTrait,
    hospital: &hospital::Model,
    code: &str,
) -> Result<Vec<Instance>> {
    // In the order of their creation, so that a new one changes no name.
    let mut departments = department::Entity::find()
        .filter(department::Column::HospitalId.eq(hospital.id))
        // A department without beds is no ward.
        .filter(department::Column::Beds.gt(0))
        .all(db)
        .await?;
    departments.sort_by_cached_key(|row| (made_at(row.id.0), row.name.clone()));
    let mut contracts = contract::Entity::find()
        .filter(contract::Column::HospitalId.eq(hospital.id))
        .all(db)
        .await?;
    contracts.sort_by_cached_key(|row| (made_at(row.id.0), row.no.clone()));
    let plain = |audience| PortalReader {
        hospital: hospital.id,
        audience,
        department: None,
        contract: None,
    };
    let named = |reader: PortalReader, part_code: Option<&str>, part: Option<&str>| Instance {
        name: name(code, reader.audience, part_code),
        reader,
        hospital: hospital.name.clone(),
        part: part.map(str::to_owned),
    };
    let mut all = Vec::new();
    for audience in Audience::ALL {
        let mut reader = plain(*audience);
        match audience {
            Audience::Icu => {
                let names = departments.iter().map(|row| row.name.as_str());
                for (row, code) in departments.iter().zip(codes(names, WARD)) {
                    reader.department = Some(row.id);
                    all.push(named(reader.clone(), Some(&code), Some(&row.name)));
                }
            }
            Audience::Vendor => {
                let numbers = contracts.iter().map(|row| row.no.as_str());
                for (row, code) in contracts.iter().zip(codes(numbers, CONTRACT)) {
                    reader.contract = Some(row.id);
                    all.push(named(reader.clone(), Some(&code), Some(&row.no)));
                }
            }
            Audience::Staff | Audience::It | Audience::Mgmt | Audience::Audit => {
                all.push(named(reader, None, None));
            }
        }
    }
    Ok(all)
}

/// Every hospital with its short code.
async fn hospitals(db: &impl ConnectionTrait) -> Result<Vec<(hospital::Model, String)>> {
    let mut rows = hospital::Entity::find().all(db).await?;
    rows.sort_by_cached_key(|row| (made_at(row.id.0), row.code.clone()));
    let codes = rule::hospitals(rows.iter().map(|row| row.code.as_str()));
    Ok(rows.into_iter().zip(codes).collect())
}

/// Every instance, or those of one hospital.
///
/// # Errors
/// Those of the database.
pub async fn all(db: &impl ConnectionTrait, of: Option<HospitalId>) -> Result<Vec<Instance>> {
    let mut all = Vec::new();
    for (hospital, code) in hospitals(db).await? {
        if of.is_none_or(|id| id == hospital.id) {
            all.extend(of_hospital(db, &hospital, &code).await?);
        }
    }
    Ok(all)
}

/// The instance of a name. Every page and file asks for one, so it costs the same however many hospitals there are.
///
/// # Errors
/// Those of the database.
pub async fn named(db: &impl ConnectionTrait, name: &str) -> Result<Option<Instance>> {
    // Codes of hospitals have no dash.
    let begins = |code: &str| name.split('-').next() == Some(code);
    let found = hospitals(db).await?;
    let Some((hospital, code)) = found.into_iter().find(|(_, code)| begins(code)) else {
        return Ok(None);
    };
    let its = of_hospital(db, &hospital, &code).await?;
    Ok(its.into_iter().find(|one| one.name == name))
}

/// Whether somebody opens the pages of an instance (SG-AUD-6): everybody those of the whole staff, others a role of the
/// audience at the hospital, of a ward its own people, of a contract those who serve it.
#[must_use]
pub fn opens(who: &Requester, pages: &PortalReader) -> bool {
    if pages.audience == Audience::Staff {
        return true;
    }
    if who.require_person().is_err() {
        return false;
    }
    let serves = |contract| who.contracts.contains(&(pages.hospital, contract));
    who.grants
        .iter()
        .filter(|grant| grant.hospital == pages.hospital)
        .filter(|grant| audiences_of(grant.role).has(pages.audience))
        .any(|grant| match (pages.audience, grant.role.side()) {
            (Audience::Icu, Side::Hospital) if is_of_one_department(grant.role) => {
                grant.department.is_some() && grant.department == pages.department
            }
            (Audience::Vendor, _) => pages.contract.is_some_and(serves),
            (_, Side::Vendor) => who.contracts.iter().any(|(at, _)| *at == pages.hospital),
            (_, Side::Hospital) => true,
        })
}
