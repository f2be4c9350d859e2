//! An inspection from its planning to its beginning (一(五)1): planned, announced, started with its lines laid out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use entity::ids::{ContractId, HospitalId, InspectionId, InspectionPlanId, PersonId};
use entity::rules::access::Permission;
use entity::rules::inspection::{self as rule, AssetFacts, Template};
use entity::values::{
    Evaluation, InspectionAction, InspectionKind, InspectionState, NotificationKind, Role, Side,
};
use entity::{asset, contract, inspection, inspection_counter, inspection_result};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::talk::enter;
use super::{Visit, contract_of, invalid, plan, required};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification;
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::clocks::ContractTerms;
use crate::ticket::ops::{SHORT, checked_option};

/// Most people of one side that are named at once.
const PEOPLE: usize = 20;
/// Lines that are written by one statement.
const BATCH: usize = 40;

/// An inspection to plan: one that an approved plan foresees, or one beside it.
#[derive(Clone, Debug)]
pub struct NewVisit {
    /// Replay key made by the client.
    pub key: String,
    /// Approved plan.
    pub plan: Option<InspectionPlanId>,
    /// Entry of the plan.
    pub entry: Option<i32>,
    /// Contract, beside a plan.
    pub contract: Option<ContractId>,
    /// Kind, beside a plan.
    pub kind: Option<InspectionKind>,
    /// First planned day; that of the entry if left out.
    pub from: Option<NaiveDate>,
    /// Last planned day; that of the entry if left out.
    pub to: Option<NaiveDate>,
}

/// Plans an inspection.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`, `REQUIRED`, `WRONG_STATE` for a plan that is not approved, `INVALID` for days in the wrong
/// order, `OUTSIDE_SERVICE_PERIOD`.
pub async fn plan_visit(app: &App, who: &Requester, new: NewVisit) -> Result<inspection::Model> {
    let permission = Permission::InspectionConduct;
    let me = who.require(permission)?.id;
    let replay = Replay::of(&new.key, "planInspection", &new)?;
    let foreseen = match new.plan {
        None => None,
        Some(id) => Some(plan::foreseen(app, who, id, new.entry).await?),
    };
    let asked = foreseen.as_ref().map(|(plan, _)| plan.contract_id);
    let contract = contract_of(app, who, permission, asked.or(new.contract)).await?;
    let entry = foreseen.as_ref().map(|(_, entry)| entry);
    let kind = entry
        .map(|entry| entry.kind)
        .or(new.kind)
        .ok_or_else(|| required("kind"))?;
    let from = new
        .from
        .or(entry.map(|entry| entry.planned_from_on))
        .ok_or_else(|| required("plannedFromOn"))?;
    let to = new
        .to
        .or(entry.map(|entry| entry.planned_to_on))
        .ok_or_else(|| required("plannedToOn"))?;
    in_order(from, to)?;
    if from < contract.service_from_on || to > contract.service_to_on {
        return Err(Error::from(UserErrorCode::OutsideServicePeriod).at(["plannedFromOn"]));
    }
    let (now, id) = (app.clock.now(), InspectionId(app.clock.id()));
    let hospital = contract.hospital_id;
    let tx = app.db.begin_write().await?;
    if let Some(made) = replay.take(&tx, hospital, me, id.0, now).await? {
        let row = inspection::Entity::find_by_id(InspectionId(made))
            .one(&tx)
            .await?;
        tx.rollback().await?;
        return row.ok_or_else(|| Error::internal("a replayed inspection is gone"));
    }
    let year = entity::rules::calendar::civil_date(now).year();
    let row = inspection::Model {
        id,
        hospital_id: hospital,
        contract_id: contract.id,
        number: next_number(&tx, hospital, year).await?,
        kind,
        state: InspectionState::Planned,
        version: 1,
        environment: None,
        method: None,
        conclusion: None,
        report_submitted_at: None,
        report_late: false,
        report_late_wd: 0,
        plan_id: foreseen.as_ref().map(|(plan, _)| plan.id),
        plan_entry: entry.map(|entry| entry.seq),
        planned_from_on: from,
        planned_to_on: to,
        planned_by: me,
        created_at: now,
        announced_by: None,
        announced_at: None,
        location: None,
        started_by: None,
        started_at: None,
        template_version: None,
        last_step_at: None,
        ended_by: None,
        ended_at: None,
        ended_on: None,
        visit_record: None,
        says_no_problem: false,
        report_due_on: None,
        report_due_at: None,
        report_provisional: false,
        calendar_version: None,
        cancelled_by: None,
        cancelled_at: None,
        cancel_reason: None,
    };
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    let act = Act::done("inspection.plan", "inspection", row.id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(row)
}

fn in_order(from: NaiveDate, to: NaiveDate) -> Result<()> {
    if from <= to {
        Ok(())
    } else {
        Err(invalid(
            "plannedToOn",
            "结束日期早于开始日期",
            "the last day lies before the first",
        ))
    }
}

/// `XJ-2026-0007` from a counter row a hospital and year.
async fn next_number(tx: &Tx, hospital: HospitalId, year: i32) -> Result<String> {
    use inspection_counter::Column as C;
    let start = inspection_counter::ActiveModel {
        hospital_id: Set(hospital),
        year: Set(year),
        last: Set(0),
    };
    let once = OnConflict::columns([C::HospitalId, C::Year])
        .do_nothing()
        .to_owned();
    inspection_counter::Entity::insert(start)
        .on_conflict(once)
        .exec_without_returning(tx)
        .await?;
    let row = inspection_counter::Entity::find_by_id((hospital, year))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("the counter of inspections is gone"))?;
    let last = row.last + 1;
    let mut active = row.into_active_model();
    active.last = Set(last);
    active.update(tx).await?;
    Ok(format!("XJ-{year}-{last:04}"))
}

impl Visit<'_> {
    pub(super) async fn terms(&self) -> Result<(contract::Model, ContractTerms)> {
        let contract = contract::Entity::find_by_id(self.row.contract_id)
            .one(&self.tx)
            .await?
            .ok_or_else(|| Error::internal("an inspection without a contract"))?;
        let terms = ContractTerms::read(&self.tx, &contract, self.now).await?;
        Ok((contract, terms))
    }

    pub(super) async fn tell(
        &self,
        roles: &[Role],
        what: &str,
        zh: String,
        en: String,
    ) -> Result<()> {
        let (hospital, contract) = (self.row.hospital_id, self.row.contract_id);
        let to = notification::people(&self.tx, hospital, contract, roles).await?;
        let cause = format!("inspection:{}:{what}:{}", self.row.id, self.row.version);
        notification::tell_of_matter(
            &self.tx,
            self.app,
            hospital,
            &to,
            NotificationKind::Inspection,
            (cause, zh, en),
        )
        .await
    }
}

/// Announces an inspection to the hospital; one on site at least `announce_onsite_wd` working days before its first day.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `INVALID` for a day that is too near, `CALENDAR_MISSING`.
pub async fn announce(
    app: &App,
    who: &Requester,
    (id, version): (InspectionId, i32),
    days: Option<(NaiveDate, NaiveDate)>,
) -> Result<inspection::Model> {
    let permission = Permission::InspectionConduct;
    let mut visit = Visit::begin(app, who, permission, id, Some(version)).await?;
    visit.step(InspectionAction::Announce)?;
    if let Some((from, to)) = days {
        in_order(from, to)?;
        (visit.row.planned_from_on, visit.row.planned_to_on) = (from, to);
    }
    let (contract, terms) = visit.terms().await?;
    let from = visit.row.planned_from_on;
    if from < contract.service_from_on || visit.row.planned_to_on > contract.service_to_on {
        return Err(Error::from(UserErrorCode::OutsideServicePeriod).at(["plannedFromOn"]));
    }
    if visit.row.kind == InspectionKind::Onsite {
        let wd = terms.parameters.announce_onsite_wd;
        let n = u32::try_from(wd).unwrap_or(0);
        let latest = terms.calendar.wd_sub(from, n)?.value;
        if visit.today() > latest {
            return Err(invalid(
                "plannedFromOn",
                format!("现场巡检须提前 {wd} 个工作日告知"),
                format!("an inspection on site is announced {wd} working days before"),
            ));
        }
    }
    visit.row.announced_by = Some(visit.me);
    visit.row.announced_at = Some(visit.now);
    let number = visit.row.number.clone();
    let zh = format!("巡检 {number} 将于 {from} 开始");
    let en = format!("Inspection {number} begins on {from}");
    visit
        .tell(&[Role::HospItAdmin], "announced", zh, en)
        .await?;
    visit.commit("inspection.announce").await
}

/// Who takes part from the beginning, and where.
#[derive(Clone, Debug)]
pub struct Visitors {
    /// Inspectors beside who starts it.
    pub inspectors: Vec<PersonId>,
    /// People of the hospital.
    pub hospital: Vec<PersonId>,
    /// Place of an inspection on site.
    pub location: Option<String>,
}

/// Starts an inspection: lays its lines out for the assets in use, with what was found the last time.
///
/// # Errors
/// `FORBIDDEN`; those of the place, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` (on site also before the announced day),
/// `REQUIRED` for the place of one on site.
pub async fn start(
    app: &App,
    who: &Requester,
    (id, version): (InspectionId, i32),
    by: Visitors,
) -> Result<inspection::Model> {
    who.require(Permission::InspectionConduct)?;
    let location = checked_option(by.location.as_deref(), "location", SHORT)?;
    if by.inspectors.len() > PEOPLE || by.hospital.len() > PEOPLE {
        return Err(Error::from(UserErrorCode::TooLong).at(["inspectorIds"]));
    }
    let permission = Permission::InspectionConduct;
    let mut visit = Visit::begin(app, who, permission, id, Some(version)).await?;
    visit.step(InspectionAction::Start)?;
    if visit.row.kind == InspectionKind::Onsite {
        if location.is_none() {
            return Err(required("location"));
        }
        if visit.today() < visit.row.planned_from_on {
            return Err(Error::from(UserErrorCode::WrongState)
                .at(["inspectionId"])
                .detail("未到告知的日期", "the announced day has not come"));
        }
    }
    let me = visit.me;
    for person in BTreeSet::from_iter(by.inspectors.into_iter().chain([me])) {
        enter(&visit, person, Side::Vendor, "inspectorIds").await?;
    }
    for person in BTreeSet::from_iter(by.hospital) {
        enter(&visit, person, Side::Hospital, "hospitalParticipantIds").await?;
    }
    lay_out(&visit).await?;
    visit.row.location = location;
    visit.row.started_by = Some(me);
    visit.row.started_at = Some(visit.now);
    visit.row.template_version = Some(Template::shared().version.clone());
    visit.commit("inspection.start").await
}

async fn lay_out(visit: &Visit<'_>) -> Result<()> {
    let (hospital, contract) = (visit.row.hospital_id, visit.row.contract_id);
    let assets: Vec<AssetFacts> = asset::Entity::find()
        .filter(asset::Column::HospitalId.eq(hospital))
        .filter(asset::Column::ContractId.eq(contract))
        .filter(asset::Column::RetiredAt.is_null())
        .order_by_asc(asset::Column::Code)
        .all(&visit.tx)
        .await?
        .into_iter()
        .map(|row| AssetFacts {
            code: row.code,
            kind: row.kind,
            engine: row.engine,
            os: row.os,
        })
        .collect();
    let lines = rule::lay_out(Template::shared(), visit.row.kind, &assets);
    let before = last_values(visit).await?;
    let mut rows = Vec::with_capacity(lines.len());
    for (seq, line) in (1..).zip(lines) {
        let last = before.get(&(line.item.code.clone(), line.target.clone()));
        rows.push(inspection_result::ActiveModel {
            hospital_id: Set(hospital),
            inspection_id: Set(visit.row.id),
            seq: Set(seq),
            scope: Set(line.item.scope),
            item_code: Set(line.item.code.clone()),
            target: Set(line.target),
            item: Set(serde_json::to_string(line.item).map_err(Error::internal)?),
            evaluation: Set(None),
            value_milli: Set(None),
            value_text: Set(None),
            value_bool: Set(None),
            na_reason: Set(None),
            evidence: Set(None),
            explanation: Set(None),
            finding_id: Set(None),
            recorded_by: Set(None),
            recorded_at: Set(None),
            previous_on: Set(last.map(|(on, _)| *on)),
            previous_evaluation: Set(last.and_then(|(_, row)| row.evaluation)),
            previous_milli: Set(last.and_then(|(_, row)| row.value_milli)),
            previous_text: Set(last.and_then(|(_, row)| row.value_text.clone())),
            previous_bool: Set(last.and_then(|(_, row)| row.value_bool)),
        });
    }
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<_> = rows.by_ref().take(BATCH).collect();
        inspection_result::Entity::insert_many(some)
            .exec_without_returning(&visit.tx)
            .await?;
    }
    Ok(())
}

type Last = BTreeMap<(String, String), (NaiveDate, inspection_result::Model)>;

/// What the last inspections of either kind found, the latest one first.
async fn last_values(visit: &Visit<'_>) -> Result<Last> {
    let mut found = Last::new();
    let mut ended = Vec::new();
    for kind in [InspectionKind::Online, InspectionKind::Onsite] {
        ended.extend(
            inspection::Entity::find()
                .filter(inspection::Column::HospitalId.eq(visit.row.hospital_id))
                .filter(inspection::Column::ContractId.eq(visit.row.contract_id))
                .filter(inspection::Column::Kind.eq(kind))
                .filter(inspection::Column::EndedAt.is_not_null())
                .order_by_desc(inspection::Column::EndedAt)
                .one(&visit.tx)
                .await?,
        );
    }
    ended.sort_unstable_by_key(|row| std::cmp::Reverse(row.ended_at));
    for row in ended {
        let Some(on) = row.ended_on else { continue };
        let valued = [Evaluation::Ok, Evaluation::Warning, Evaluation::Severe];
        let lines = inspection_result::Entity::find()
            .filter(inspection_result::Column::HospitalId.eq(row.hospital_id))
            .filter(inspection_result::Column::InspectionId.eq(row.id))
            .filter(inspection_result::Column::Evaluation.is_in(valued))
            .all(&visit.tx)
            .await?;
        for line in lines {
            found
                .entry((line.item_code.clone(), line.target.clone()))
                .or_insert((on, line));
        }
    }
    Ok(found)
}
