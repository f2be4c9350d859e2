//! The first rows of a hospital (`domain.md` 2.7): what `icuops setup` and the demonstration write.
//!
//! There are no default accounts and no default passwords: each account gets a one-time password
//! that is printed once, holds 72 hours and opens only its own change.

use base64::Engine as _;
use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use entity::ids::{
    AnnexId, AssignmentId, CalendarId, ContractId, DepartmentId, GrantId, HospitalId,
    ParameterSetId, PeriodId, PersonId, UndertakingId, VendorId,
};
use entity::rules::calendar::Calendar;
use entity::values::{
    CalendarMissing, ContractState, GrantState, Language, PeriodKind, PersonState, ReopenTarget,
    Role, Side, TwoHourMeaning,
};
use entity::{
    assignment, contract, department, hospital, parameter_set, person, role_grant, service_period,
    sla_annex, undertaking, vendor, work_calendar,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Deserialize;

use crate::account::ops::fold;
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::requester::Requester;

/// The setup file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetupFile {
    /// The hospital.
    pub hospital: HospitalPart,
    /// Its departments.
    pub departments: Vec<DepartmentPart>,
    /// The vendor.
    pub vendor: VendorPart,
    /// The contract.
    pub contract: ContractPart,
    /// First manager of the hospital.
    pub manager: AccountPart,
    /// First person of the information centre.
    pub it_admin: AccountPart,
    /// Project manager of the vendor.
    pub project_manager: ProjectManagerPart,
}

/// The hospital.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HospitalPart {
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A department.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartmentPart {
    /// Name.
    pub name: String,
    /// Beds.
    pub beds: i32,
}

/// The vendor.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorPart {
    /// Name.
    pub name: String,
}

/// The contract.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractPart {
    /// Number.
    pub no: String,
    /// Title.
    pub title: String,
    /// Fee of a year in fen.
    pub fee_fen: i64,
    /// Signed.
    pub signed_on: NaiveDate,
    /// First day.
    pub service_from_on: NaiveDate,
    /// Last day.
    pub service_to_on: NaiveDate,
    /// Version of the ICU system at the start.
    pub baseline_version: String,
    /// Whether procurement law binds; there is no default.
    pub government_procurement: bool,
    /// Whether the vendor is a small or medium enterprise.
    pub vendor_is_sme: bool,
}

/// An account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountPart {
    /// Sign-in name.
    pub account: String,
    /// Name of the person.
    pub name: String,
    /// Mail address.
    pub email: Option<String>,
}

/// The project manager, with the evidence of the undertaking.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectManagerPart {
    /// Sign-in name.
    pub account: String,
    /// Name of the person.
    pub name: String,
    /// Mail address.
    pub email: Option<String>,
    /// Where the signed undertaking lies; without it the account stays inactive.
    pub undertaking: Option<String>,
}

/// An account that was made, with its one-time password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Sign-in name.
    pub account: String,
    /// Printed once.
    pub password: String,
}

/// What a new person needs.
#[derive(Clone, Debug)]
pub struct NewPerson<'a> {
    /// Sign-in name.
    pub account: &'a str,
    /// Name.
    pub name: &'a str,
    /// Mail address.
    pub email: Option<String>,
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
        id: PersonId(app.clock.id()),
        account: fold(new.account),
        name: new.name.to_owned(),
        side: if new.vendor.is_some() {
            Side::Vendor
        } else {
            Side::Hospital
        },
        hospital_id: new.hospital,
        vendor_id: new.vendor,
        email: new.email,
        language: Language::Zh,
        state: new.state,
        password_hash: new.hash,
        password_changed_at: now,
        one_time_until_at: new.one_time_until_at,
        leave_on: None,
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

/// Hospital, departments, contract with periods, parameters and calendar; the vendor is made if its name is new.
///
/// # Errors
/// `SETUP_EXISTS` for a known code; those of the database.
pub async fn found(
    tx: &Tx,
    app: &App,
    file: &SetupFile,
) -> Result<(contract::Model, Vec<department::Model>)> {
    let now = app.clock.now();
    let known = hospital::Entity::find()
        .filter(hospital::Column::Code.eq(&file.hospital.code))
        .one(tx)
        .await?;
    if known.is_some() {
        return Err(UserErrorCode::SetupExists.into());
    }
    let id = HospitalId(app.clock.id());
    hospital::ActiveModel {
        id: Set(id),
        code: Set(file.hospital.code.clone()),
        name: Set(file.hospital.name.clone()),
        created_at: Set(now),
    }
    .insert(tx)
    .await?;
    let mut departments = Vec::new();
    for part in &file.departments {
        let row = department::ActiveModel {
            id: Set(DepartmentId(app.clock.id())),
            hospital_id: Set(id),
            name: Set(part.name.clone()),
            beds: Set(part.beds),
        };
        departments.push(row.insert(tx).await?);
    }
    let vendor = match vendor::Entity::find()
        .filter(vendor::Column::Name.eq(&file.vendor.name))
        .one(tx)
        .await?
    {
        Some(vendor) => vendor,
        None => {
            vendor::ActiveModel {
                id: Set(VendorId(app.clock.id())),
                name: Set(file.vendor.name.clone()),
                created_at: Set(now),
            }
            .insert(tx)
            .await?
        }
    };
    let part = &file.contract;
    let contract = contract::Model {
        id: ContractId(app.clock.id()),
        hospital_id: id,
        vendor_id: vendor.id,
        no: part.no.clone(),
        title: part.title.clone(),
        fee_fen: part.fee_fen,
        signed_on: part.signed_on,
        service_from_on: part.service_from_on,
        service_to_on: part.service_to_on,
        service_start_on: part.service_from_on,
        baseline_version: part.baseline_version.clone(),
        government_procurement: part.government_procurement,
        vendor_is_sme: part.vendor_is_sme,
        state: ContractState::Active,
        version: 1,
    };
    let contract = contract.into_active_model().reset_all().insert(tx).await?;
    periods(tx, app, &contract).await?;
    parameters(tx, app, &contract).await?;
    let calendar =
        Calendar::with_provisional().map_err(|error| Error::internal(error.to_string()))?;
    import_calendar(tx, app, id, &calendar).await?;
    Ok((contract, departments))
}

/// Explicit years and quarters: [start + 3(k−1) months, start + 3k months), month ends kept (民法典 202).
async fn periods(tx: &Tx, app: &App, contract: &contract::Model) -> Result<()> {
    for (kind, months) in [(PeriodKind::Year, 12_u32), (PeriodKind::Quarter, 3)] {
        let mut no = 0_u32;
        while let Some(from) = contract
            .service_from_on
            .checked_add_months(Months::new(months * no))
            .filter(|from| *from <= contract.service_to_on)
        {
            let end = contract
                .service_from_on
                .checked_add_months(Months::new(months * (no + 1)))
                .and_then(|next| next.pred_opt());
            service_period::ActiveModel {
                id: Set(PeriodId(app.clock.id())),
                hospital_id: Set(contract.hospital_id),
                contract_id: Set(contract.id),
                kind: Set(kind),
                no: Set(i32::try_from(no + 1).unwrap_or(i32::MAX)),
                from_on: Set(from),
                to_on: Set(end
                    .unwrap_or(contract.service_to_on)
                    .min(contract.service_to_on)),
            }
            .insert(tx)
            .await?;
            no += 1;
        }
    }
    Ok(())
}

/// The defaults of `domain.md` 6, as version 1.
async fn parameters(tx: &Tx, app: &App, contract: &contract::Model) -> Result<()> {
    let row = parameter_set::Model {
        id: ParameterSetId(app.clock.id()),
        hospital_id: contract.hospital_id,
        contract_id: contract.id,
        version: 1,
        effective_from_on: contract.service_from_on,
        two_hour_meaning: TwoHourMeaning::RespondAndStart,
        response_wd_n: 1,
        immediate_min: 15,
        first_step_kpi_min: 30,
        reopen_target: ReopenTarget::Full,
        calendar_missing: CalendarMissing::Provisional,
        recurrence_days: 30,
        reopen_days: 30,
        backdate_max_h: 24,
        claim_decide_wd: 3,
        confirm_reminder_wd: 3,
        confirm_reminders: 2,
        locked_by: None,
        locked_at: app.clock.now(),
    };
    row.into_active_model().reset_all().insert(tx).await?;
    Ok(())
}

/// Stores the years of a calendar as their first revision.
async fn import_calendar(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    calendar: &Calendar,
) -> Result<()> {
    for (year, data) in &calendar.years {
        let json = |dates: Vec<&NaiveDate>| serde_json::to_string(&dates).map_err(Error::internal);
        work_calendar::ActiveModel {
            id: Set(CalendarId(app.clock.id())),
            hospital_id: Set(hospital),
            year: Set(*year),
            revision: Set(1),
            version: Set(calendar.version.clone()),
            holidays: Set(json(data.holidays.keys().collect())?),
            workdays: Set(json(data.workdays.keys().collect())?),
            provisional: Set(data.provisional),
            notice_title: Set(data.notice.as_ref().map(|notice| notice.title.clone())),
            notice_no: Set(data.notice.as_ref().map(|notice| notice.doc.clone())),
            notice_on: Set(data.notice.as_ref().map(|notice| notice.on)),
            imported_by: Set(None),
            imported_at: Set(app.clock.now()),
        }
        .insert(tx)
        .await?;
    }
    Ok(())
}

/// The signed resolution targets that the contract data propose: S1 4 h, S2 8 h, S3 24 h, S4 5 wd.
///
/// # Errors
/// Those of the database.
pub async fn sign_annex(
    tx: &Tx,
    app: &App,
    contract: &contract::Model,
    evidence: &str,
    by: (&str, &str),
) -> Result<()> {
    sla_annex::ActiveModel {
        id: Set(AnnexId(app.clock.id())),
        hospital_id: Set(contract.hospital_id),
        contract_id: Set(contract.id),
        version: Set(1),
        effective_from_on: Set(contract.service_from_on),
        s1_s: Set(4 * 3600),
        s2_s: Set(8 * 3600),
        s3_s: Set(24 * 3600),
        s4_wd: Set(5),
        signed_by_hospital: Set(by.0.to_owned()),
        signed_by_vendor: Set(by.1.to_owned()),
        signed_on: Set(contract.signed_on),
        evidence: Set(evidence.to_owned()),
    }
    .insert(tx)
    .await?;
    Ok(())
}

/// Checks what the types of the file cannot.
///
/// # Errors
/// `INVALID` naming the entry.
pub fn check(file: &SetupFile) -> Result<()> {
    let bad = |path: &str, zh: &str, en: &str| {
        Err(Error::from(UserErrorCode::Invalid)
            .at(path.split('.'))
            .detail(zh, en))
    };
    if file.departments.is_empty() {
        return bad(
            "departments",
            "至少一个科室",
            "name at least one department",
        );
    }
    if file.contract.service_to_on <= file.contract.service_from_on {
        return bad(
            "contract.service_to_on",
            "服务期的末日早于首日",
            "the service ends before it starts",
        );
    }
    if file.contract.fee_fen < 0 || file.contract.service_from_on.year() < 2024 {
        return bad(
            "contract",
            "金额为负，或首日早于日历",
            "the fee is negative, or the start lies before the calendar",
        );
    }
    let accounts: std::collections::BTreeSet<String> = [
        &file.manager.account,
        &file.it_admin.account,
        &file.project_manager.account,
    ]
    .into_iter()
    .map(|account| fold(account))
    .collect();
    if accounts.len() < 3
        || accounts
            .iter()
            .any(|account| account.len() < 3 || account.chars().any(char::is_whitespace))
    {
        return bad(
            "manager.account",
            "三个账号须不同，至少 3 个字符且无空白",
            "three different accounts of at least 3 characters without blanks",
        );
    }
    Ok(())
}

/// Runs the setup file in one transaction.
///
/// # Errors
/// `SETUP_EXISTS`, `INVALID`; those of the database.
pub async fn run(app: &App, file: &SetupFile) -> Result<Vec<Made>> {
    check(file)?;
    let now = app.clock.now();
    let until = Some(now + TimeDelta::hours(72));
    let mut made = Vec::new();
    let mut hashes = Vec::new();
    for account in [
        &file.manager.account,
        &file.it_admin.account,
        &file.project_manager.account,
    ] {
        let password = one_time_password()?;
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
            account: &part.account,
            name: &part.name,
            email: part.email.clone(),
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
        account: &part.account,
        name: &part.name,
        email: part.email.clone(),
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

/// 120 bits in a form that can be typed.
fn one_time_password() -> Result<String> {
    let mut bytes = [0_u8; 15];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}
