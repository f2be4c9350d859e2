//! Drafts that a definition wants by itself: on the first day of a month at 06:00 for the month before. A draft, never
//! an issue, once a contract and month; who takes it on sees fresh records until somebody else approves it (RP-ISS-1).

use chrono::{Datelike, NaiveDate};
use entity::ids::{ContractId, PersonId, ReportId};
use entity::rules::calendar::{at, civil_date};
use entity::rules::statement::Month;
use entity::values::{ContractState, NotificationKind, Role};
use entity::{contract, job, person, report_issue};
use reports::Definition;
use reports::definition::{ParamType, Schedule};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Map, Value, json};

use super::ops::{self, Made};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, NewJob};
use crate::notification;
use crate::requester::Requester;

/// 06:00.
const HOUR: u32 = 6 * 3600;

/// Plans the drafts of the month past and of the running one; each once, however often it is called.
///
/// # Errors
/// Those of the database.
pub async fn sweep(app: &App) -> Result<()> {
    let today = civil_date(app.clock.now());
    let Some(past) = Month::before(today) else {
        return Ok(());
    };
    let Some(running) = Month::new(today.year(), today.month()) else {
        return Ok(());
    };
    let contracts = contract::Entity::find()
        .filter(contract::Column::State.eq(ContractState::Active))
        .all(app.db.read())
        .await?;
    for contract in contracts {
        let tx = app.db.begin_write().await?;
        for definition in app.reports.definitions() {
            if definition.spec.schedule != Some(Schedule::Monthly) {
                continue;
            }
            for month in [past, running] {
                plan(&tx, app, &contract, definition, month).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Plans the draft of a month in which the contract is served.
async fn plan(
    tx: &Tx,
    app: &App,
    contract: &contract::Model,
    definition: &Definition,
    month: Month,
) -> Result<()> {
    let (from, to) = (contract.service_from_on, contract.service_to_on);
    if month.last() < from || to < month.first() {
        return Ok(());
    }
    let (code, on) = (&definition.spec.code, month.first());
    let after = month.last().succ_opt().unwrap_or(on);
    let job = NewJob {
        kind: Kind::ReportDraft,
        hospital: contract.hospital_id,
        subject: contract.id.0,
        payload: json!({ "code": code, "month": on }).to_string(),
        dedup: Some(format!(
            "report-draft:{}:{code}:{}",
            contract.id,
            on.format("%Y-%m")
        )),
        run_at: at(after, HOUR),
    };
    jobs::enqueue(tx, app, job).await
}

/// Drafts a report of a contract about a month, unless one stands already.
///
/// # Errors
/// Those of the database; the job is tried again.
pub async fn draft(app: &App, job: &job::Model) -> Result<()> {
    let payload: Value = serde_json::from_str(&job.payload).map_err(Error::internal)?;
    let word = |name: &str| payload.get(name).and_then(Value::as_str);
    let month = word("month").and_then(|text| text.parse::<NaiveDate>().ok());
    let month = month.and_then(|day| Month::new(day.year(), day.month()));
    // An operator may have taken the definition away.
    let definition = word("code").and_then(|code| app.reports.definition(code));
    let tx = app.db.begin_write().await?;
    if let (Some(definition), Some(month)) = (definition, month)
        && let Some(contract) = contract::Entity::find_by_id(ContractId(job.subject))
            .one(&tx)
            .await?
    {
        write(&tx, app, &contract, definition, month).await?;
    }
    jobs::finish(&tx, app, job).await?;
    Ok(tx.commit().await?)
}

async fn write(
    tx: &Tx,
    app: &App,
    contract: &contract::Model,
    definition: &Definition,
    month: Month,
) -> Result<()> {
    let (spec, hospital) = (&definition.spec, contract.hospital_id);
    let Some(params) = params(definition, contract.id, month) else {
        tracing::warn!(
            code = spec.code,
            "a report with other parameters is not drafted by itself"
        );
        return Ok(());
    };
    let Some(author) = author(tx, contract, &spec.permission.author).await? else {
        tracing::warn!(code = spec.code, contract = %contract.id, "nobody is there to write a report");
        return Ok(());
    };
    let subject = contract.id.to_string();
    if ops::standing(tx, hospital, spec, (&subject, &params))
        .await?
        .is_some()
    {
        return Ok(());
    }
    let now = app.clock.now();
    let made = Made {
        id: ReportId(app.clock.id()),
        hospital,
        contract: contract.id,
        subject,
        params: params.to_string(),
        author,
        at: now,
    };
    let row = ops::drafted(spec, made)?.insert(tx).await?;
    tell(tx, app, definition, &row, month).await?;
    let act = Act::done("report.draft", "report_issue", row.id.0);
    audit::append(tx, now, Some(hospital), &Requester::system(), act).await
}

/// The variables of the query: the contract, and the month where the definition names one; none for other parameters.
fn params(definition: &Definition, contract: ContractId, month: Month) -> Option<Value> {
    let mut found = Map::new();
    for (name, kind) in &definition.spec.params {
        let value = match kind {
            ParamType::Id => json!(contract.to_string()),
            ParamType::Year => json!(month.first().year()),
            ParamType::Month => json!(month.first().month()),
            ParamType::OptionalId => continue,
            ParamType::Date | ParamType::Quarter => return None,
        };
        found.insert(name.clone(), value);
    }
    Some(Value::Object(found))
}

/// For whom the draft is: the first person in the first role of the definition that somebody holds.
async fn author(tx: &Tx, contract: &contract::Model, roles: &[String]) -> Result<Option<PersonId>> {
    for role in roles.iter().filter_map(|word| Role::parse(word)) {
        let people = notification::people(tx, contract.hospital_id, contract.id, &[role]).await?;
        let active = person::Entity::find()
            .filter(person::Column::Id.is_in(people.iter().copied()))
            .filter(person::Column::State.eq(entity::values::PersonState::Active))
            .all(tx)
            .await?;
        if let Some(first) = active.into_iter().map(|row| row.id).min() {
            return Ok(Some(first));
        }
    }
    Ok(None)
}

async fn tell(
    tx: &Tx,
    app: &App,
    definition: &Definition,
    row: &report_issue::Model,
    month: Month,
) -> Result<()> {
    let title = &definition.spec.title;
    let on = month.first().format("%Y-%m");
    let texts = (
        format!("report-draft:{}", row.id),
        format!("{on} {}的草稿已生成，请核对", title.zh),
        format!("The draft of {} for {on} is there to be checked", title.en),
    );
    let desk = [Role::VendorPm, Role::HospItAdmin];
    let mut to = notification::people(tx, row.hospital_id, row.contract_id, &desk).await?;
    to.insert(row.author_id);
    let kind = NotificationKind::Report;
    notification::tell_of_matter(tx, app, row.hospital_id, &to, kind, texts).await
}
