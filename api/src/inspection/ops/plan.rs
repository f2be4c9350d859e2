//! The plan of a service year: drafted by the vendor, approved by the information centre, superseded by the next one
//! (C1.5.1-a, C1.5.1-b).

use chrono::NaiveDate;
use entity::ids::{ContractId, InspectionPlanId};
use entity::rules::access::Permission;
use entity::rules::inspection as rule;
use entity::values::{InspectionKind, InspectionPlanState, NotificationKind, Role};
use entity::{contract, inspection_plan, inspection_plan_entry};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{contract_of, expect, invalid, missing, required, rhythm};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::inspection::scope::seen;
use crate::notification;
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::clocks::ContractTerms;
use crate::ticket::ops::{SHORT, checked_option};

/// Most entries of a plan.
const MOST: usize = 50;

/// An entry of a plan.
#[derive(Clone, Debug)]
pub struct PlanLine {
    /// Kind.
    pub kind: InspectionKind,
    /// Contract quarter, from 1.
    pub quarter: i32,
    /// First planned day.
    pub from: NaiveDate,
    /// Last planned day.
    pub to: NaiveDate,
    /// Remark.
    pub note: Option<String>,
}

/// A plan to draft.
#[derive(Clone, Debug)]
pub struct NewPlan {
    /// Replay key made by the client.
    pub key: String,
    /// Contract.
    pub contract: Option<ContractId>,
    /// Service year, from 1.
    pub service_year: i32,
    /// Entries.
    pub entries: Vec<PlanLine>,
}

fn texts(entries: &[PlanLine]) -> Result<Vec<PlanLine>> {
    if entries.len() > MOST {
        return Err(Error::from(UserErrorCode::TooLong).at(["entries"]));
    }
    let mut read = Vec::new();
    for (n, entry) in entries.iter().enumerate() {
        let field = format!("entries.{n}.note");
        let note = checked_option(entry.note.as_deref(), &field, SHORT)?;
        read.push(PlanLine {
            note,
            ..entry.clone()
        });
    }
    Ok(read)
}

fn entry_of(line: &PlanLine) -> rule::Entry {
    rule::Entry {
        kind: line.kind,
        quarter: u32::try_from(line.quarter).unwrap_or(0),
        from: line.from,
        to: line.to,
    }
}

/// The entries lie in the service year, each in its quarter.
fn fit(contract: &contract::Model, year: i32, entries: &[PlanLine]) -> Result<()> {
    let terms = rhythm(contract, false);
    let year = u32::try_from(year).unwrap_or(0);
    if rule::quarters_of_year(&terms, year).is_empty() {
        return Err(invalid(
            "serviceYear",
            "合同没有该服务年度",
            "the contract has no such service year",
        ));
    }
    for (n, line) in entries.iter().enumerate() {
        if !rule::entry_fits(&terms, year, &entry_of(line)) {
            return Err(invalid(
                &format!("entries.{n}"),
                "日期须在该服务年度的合同季度之内",
                "the days must lie in the contract quarter, and that in the service year",
            ));
        }
    }
    Ok(())
}

async fn write(tx: &Tx, plan: &inspection_plan::Model, entries: Vec<PlanLine>) -> Result<()> {
    for (seq, line) in (1..).zip(entries) {
        inspection_plan_entry::ActiveModel {
            hospital_id: Set(plan.hospital_id),
            plan_id: Set(plan.id),
            seq: Set(seq),
            kind: Set(line.kind),
            quarter: Set(line.quarter),
            planned_from_on: Set(line.from),
            planned_to_on: Set(line.to),
            note: Set(line.note),
        }
        .insert(tx)
        .await?;
    }
    Ok(())
}

/// Drafts the plan of a service year.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `NOT_FOUND`, `REQUIRED`, `INVALID` for a year or a day outside the contract.
pub async fn draft_plan(
    app: &App,
    who: &Requester,
    new: NewPlan,
) -> Result<inspection_plan::Model> {
    let me = who.require(Permission::InspectionConduct)?.id;
    let entries = texts(&new.entries)?;
    let replay = Replay::of(&new.key, "draftInspectionPlan", &new)?;
    let contract = contract_of(app, who, Permission::InspectionConduct, new.contract).await?;
    fit(&contract, new.service_year, &entries)?;
    let (now, id) = (app.clock.now(), InspectionPlanId(app.clock.id()));
    let hospital = contract.hospital_id;
    let tx = app.db.begin_write().await?;
    if let Some(made) = replay.take(&tx, hospital, me, id.0, now).await? {
        let row = inspection_plan::Entity::find_by_id(InspectionPlanId(made))
            .one(&tx)
            .await?;
        tx.rollback().await?;
        return row.ok_or_else(|| Error::internal("a replayed plan is gone"));
    }
    let row = inspection_plan::Model {
        id,
        hospital_id: hospital,
        contract_id: contract.id,
        service_year: new.service_year,
        state: InspectionPlanState::Draft,
        version: 1,
        drafted_by: me,
        drafted_at: now,
        approved_by: None,
        approved_at: None,
        superseded_at: None,
    };
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    write(&tx, &row, entries).await?;
    let centre = [Role::HospItAdmin];
    let to = notification::people(&tx, hospital, contract.id, &centre).await?;
    let text = (
        format!("inspection-plan:{id}"),
        format!("第 {} 服务年度的巡检计划待批准", row.service_year),
        format!(
            "The plan of inspections of service year {} waits for approval",
            row.service_year
        ),
    );
    notification::tell_of_matter(&tx, app, hospital, &to, NotificationKind::Inspection, text)
        .await?;
    let act = Act::done("inspection_plan.draft", "inspection_plan", row.id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(row)
}

/// The plan in scope, locked, a draft, in the version that the client has seen.
async fn held(
    tx: &Tx,
    who: &Requester,
    permission: Permission,
    (id, version): (InspectionPlanId, i32),
) -> Result<inspection_plan::Model> {
    use inspection_plan::Column as C;
    let row = inspection_plan::Entity::find_by_id(id)
        .filter(seen(who, permission, C::HospitalId, C::ContractId))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| missing("inspectionPlanId"))?;
    expect(row.version, version)?;
    match row.state {
        InspectionPlanState::Draft => Ok(row),
        InspectionPlanState::Approved | InspectionPlanState::Superseded => {
            Err(Error::from(UserErrorCode::WrongState).at(["inspectionPlanId"]))
        }
    }
}

async fn contract_behind(tx: &Tx, plan: &inspection_plan::Model) -> Result<contract::Model> {
    contract::Entity::find_by_id(plan.contract_id)
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("a plan without a contract"))
}

/// Replaces the entries of a draft.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `INVALID`.
pub async fn revise_plan(
    app: &App,
    who: &Requester,
    of: (InspectionPlanId, i32),
    entries: &[PlanLine],
) -> Result<inspection_plan::Model> {
    who.require(Permission::InspectionConduct)?;
    let entries = texts(entries)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let mut row = held(&tx, who, Permission::InspectionConduct, of).await?;
    fit(
        &contract_behind(&tx, &row).await?,
        row.service_year,
        &entries,
    )?;
    inspection_plan_entry::Entity::delete_many()
        .filter(inspection_plan_entry::Column::HospitalId.eq(row.hospital_id))
        .filter(inspection_plan_entry::Column::PlanId.eq(row.id))
        .exec(&tx)
        .await?;
    write(&tx, &row, entries).await?;
    row.version += 1;
    let row = row.into_active_model().reset_all().update(&tx).await?;
    let act = Act::done("inspection_plan.revise", "inspection_plan", row.id.0);
    audit::append(&tx, now, Some(row.hospital_id), who, act).await?;
    tx.commit().await?;
    Ok(row)
}

/// Approves a plan that foresees everything that the contract asks for; the approved one of the year is superseded.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `INVALID` that names what is missing.
pub async fn approve_plan(
    app: &App,
    who: &Requester,
    of: (InspectionPlanId, i32),
) -> Result<inspection_plan::Model> {
    let me = who.require(Permission::InspectionApprove)?.id;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let mut row = held(&tx, who, Permission::InspectionApprove, of).await?;
    let contract = contract_behind(&tx, &row).await?;
    let terms = ContractTerms::read(&tx, &contract, now).await?;
    let entries: Vec<rule::Entry> = inspection_plan_entry::Entity::find()
        .filter(inspection_plan_entry::Column::HospitalId.eq(row.hospital_id))
        .filter(inspection_plan_entry::Column::PlanId.eq(row.id))
        .order_by_asc(inspection_plan_entry::Column::Seq)
        .all(&tx)
        .await?
        .into_iter()
        .map(|entry| rule::Entry {
            kind: entry.kind,
            quarter: u32::try_from(entry.quarter).unwrap_or(0),
            from: entry.planned_from_on,
            to: entry.planned_to_on,
        })
        .collect();
    let rhythm = rhythm(&contract, terms.parameters.onsite_counts_as_online);
    let year = u32::try_from(row.service_year).unwrap_or(0);
    let gaps = rule::plan_gaps(&rhythm, year, &entries);
    if !gaps.is_empty() {
        let told = |onsite: &str, online: &dyn Fn(u32) -> String| {
            let each = gaps.iter().map(|gap| match gap {
                rule::PlanGap::Onsite => onsite.to_owned(),
                rule::PlanGap::Online(quarter) => online(*quarter),
            });
            each.collect::<Vec<_>>()
        };
        let zh = told("现场巡检", &|quarter| {
            format!("第 {quarter} 季度线上巡检")
        });
        let en = told("an inspection on site", &|quarter| {
            format!("an online inspection in quarter {quarter}")
        });
        return Err(invalid(
            "inspectionPlanId",
            format!("计划缺少：{}", zh.join("、")),
            format!("the plan lacks {}", en.join(", ")),
        ));
    }
    let earlier = inspection_plan::Entity::find()
        .filter(inspection_plan::Column::HospitalId.eq(row.hospital_id))
        .filter(inspection_plan::Column::ContractId.eq(row.contract_id))
        .filter(inspection_plan::Column::ServiceYear.eq(row.service_year))
        .filter(inspection_plan::Column::State.eq(InspectionPlanState::Approved))
        .all(&tx)
        .await?;
    for mut plan in earlier {
        plan.state = InspectionPlanState::Superseded;
        plan.superseded_at = Some(now);
        plan.version += 1;
        plan.into_active_model().reset_all().update(&tx).await?;
    }
    row.state = InspectionPlanState::Approved;
    row.approved_by = Some(me);
    row.approved_at = Some(now);
    row.version += 1;
    let row = row.into_active_model().reset_all().update(&tx).await?;
    let desk = [Role::VendorPm];
    let to = notification::people(&tx, row.hospital_id, row.contract_id, &desk).await?;
    let text = (
        format!("inspection-plan-approved:{}", row.id),
        format!("第 {} 服务年度的巡检计划已批准", row.service_year),
        format!(
            "The plan of inspections of service year {} is approved",
            row.service_year
        ),
    );
    notification::tell_of_matter(
        &tx,
        app,
        row.hospital_id,
        &to,
        NotificationKind::Inspection,
        text,
    )
    .await?;
    let act = Act::done("inspection_plan.approve", "inspection_plan", row.id.0);
    audit::append(&tx, now, Some(row.hospital_id), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(row)
}

/// An approved plan in scope with one of its entries, for an inspection that it foresees.
///
/// # Errors
/// `NOT_FOUND`, `REQUIRED` without an entry, `WRONG_STATE` for a plan that is not approved.
pub(super) async fn foreseen(
    app: &App,
    who: &Requester,
    id: InspectionPlanId,
    seq: Option<i32>,
) -> Result<(inspection_plan::Model, inspection_plan_entry::Model)> {
    use inspection_plan::Column as C;
    let permission = Permission::InspectionConduct;
    let plan = inspection_plan::Entity::find_by_id(id)
        .filter(seen(who, permission, C::HospitalId, C::ContractId))
        .one(app.db.read())
        .await?
        .ok_or_else(|| missing("inspectionPlanId"))?;
    let seq = seq.ok_or_else(|| required("planEntry"))?;
    let entry = inspection_plan_entry::Entity::find_by_id((id, seq))
        .one(app.db.read())
        .await?
        .ok_or_else(|| missing("planEntry"))?;
    match plan.state {
        InspectionPlanState::Approved => Ok((plan, entry)),
        InspectionPlanState::Draft | InspectionPlanState::Superseded => {
            Err(Error::from(UserErrorCode::WrongState).at(["inspectionPlanId"]))
        }
    }
}
