//! Hospital, departments, vendor, and the contract with periods, parameters, calendar and annex.

use chrono::Months;
use entity::ids::{
    AnnexId, ContractId, DepartmentId, HospitalId, ParameterSetId, PeriodId, VendorId,
};
use entity::rules::calendar::Calendar;
use entity::values::{
    CalendarMissing, ContractState, PeriodKind, ReopenTarget, ReturnVoids, TwoHourMeaning,
};
use entity::{contract, department, hospital, parameter_set, service_period, sla_annex, vendor};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{ContractPart, SetupFile};
use crate::app::App;
use crate::calendar;
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};

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
    parameters(tx, app, &contract, part).await?;
    let calendar =
        Calendar::with_provisional().map_err(|error| Error::internal(error.to_string()))?;
    calendar::store(tx, app, id, None, &calendar).await?;
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
async fn parameters(
    tx: &Tx,
    app: &App,
    contract: &contract::Model,
    part: &ContractPart,
) -> Result<()> {
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
        announce_onsite_wd: 3,
        inspection_idle_days: 10,
        onsite_counts_as_online: false,
        report_confirm_reminder_wd: 5,
        rectify_verify_wd: 5,
        return_voids: ReturnVoids::Defect,
        eseal_agreed: part.eseal_agreed,
        hotline: part.service.hotline.clone(),
        service_email: part.service.email.clone(),
        service_qq: part.service.qq.clone(),
        locked_by: None,
        locked_at: app.clock.now(),
    };
    row.into_active_model().reset_all().insert(tx).await?;
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
