//! What stands around the data of a report: number, parties, period, versions, people, the places for seals.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use entity::ids::PersonId;
use entity::{contract, hospital, person, report_issue, vendor};
use reports::{Confidentiality, Definition, Meta, SignOff, Watermark};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::Value;

use crate::app::App;
use crate::error::{Error, Result};
use crate::ticket::clocks::ContractTerms;

/// Data level from which the mark is 机密.
const CONFIDENTIAL: u8 = 3;

/// Who stands in the sign-off block, and when.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    /// Approver and instant; absent in a draft.
    pub approval: Option<(PersonId, DateTime<Utc>)>,
}

/// The frame of a report as it stands.
///
/// # Errors
/// Those of the database; `CALENDAR_MISSING`.
pub async fn frame(
    app: &App,
    db: &impl ConnectionTrait,
    definition: &Definition,
    row: &report_issue::Model,
    data: &Value,
    steps: &Steps,
) -> Result<Meta> {
    let gone = |what: &str| Error::internal(format!("the {what} of a report is gone"));
    let contract = contract::Entity::find_by_id(row.contract_id)
        .one(db)
        .await?
        .ok_or_else(|| gone("contract"))?;
    let hospital = hospital::Entity::find_by_id(row.hospital_id)
        .one(db)
        .await?
        .ok_or_else(|| gone("hospital"))?;
    let vendor = vendor::Entity::find_by_id(contract.vendor_id)
        .one(db)
        .await?
        .ok_or_else(|| gone("vendor"))?;
    // Name and party of a person.
    let name = async |id: PersonId| -> Result<(String, String)> {
        let row = person::Entity::find_by_id(id).one(db).await?;
        let row = row.ok_or_else(|| gone("author"))?;
        let party = match row.vendor_id {
            Some(_) => vendor.name.clone(),
            None => hospital.name.clone(),
        };
        Ok((row.name, party))
    };
    let now = app.clock.now();
    let terms = ContractTerms::read(db, &contract, now).await?;
    let spec = &definition.spec;
    let (issued, approver) = match steps.approval {
        Some((approver, at)) => (Some(at), Some((name(approver).await?, at))),
        None => (None, None),
    };
    let period = period(row)?;
    let (author, author_of) = name(row.author_id).await?;
    let approver_of = approver.as_ref().map(|((_, party), _)| party.clone());
    let mut sign_off = vec![
        SignOff {
            step: "编制".to_owned(),
            party: author_of,
            name: Some(author),
            at: Some(instant(row.made_at)),
            seal: false,
        },
        SignOff {
            step: "批准".to_owned(),
            party: approver_of.unwrap_or_else(|| vendor.name.clone()),
            name: approver.as_ref().map(|((name, _), _)| name.clone()),
            at: approver.as_ref().map(|(_, at)| instant(*at)),
            seal: false,
        },
    ];
    let seal = |party: &str| SignOff {
        step: "盖章".to_owned(),
        party: party.to_owned(),
        name: None,
        at: None,
        seal: true,
    };
    match spec.signing {
        reports::definition::Signing::None => {}
        reports::definition::Signing::Persons => sign_off.push(SignOff {
            seal: false,
            step: "院方确认".to_owned(),
            ..seal(&hospital.name)
        }),
        reports::definition::Signing::VendorSeal => sign_off.push(seal(&vendor.name)),
        reports::definition::Signing::BothParties => {
            sign_off.push(seal(&vendor.name));
            sign_off.push(seal(&hospital.name));
        }
    }
    let origin = app.config.public_origin.clone();
    let origin = origin.unwrap_or_else(|| format!("http://{}", app.config.listen));
    Ok(Meta {
        number: row
            .number
            .clone()
            .unwrap_or_else(|| "（批准时编号）".to_owned()),
        revision: u32::try_from(row.revision).map_err(Error::internal)?,
        watermark: if issued.is_some() {
            Watermark::None
        } else {
            Watermark::Draft
        },
        hospital: hospital.name,
        vendor: vendor.name,
        contract_no: contract.no,
        contract_title: contract.title,
        period_from_on: period.map(|(from, _)| from.to_string()),
        period_to_on: period.map(|(_, to)| to.to_string()),
        cut_off_at: instant(issued.unwrap_or(now)),
        issued_at: issued.map(instant),
        confidentiality: if spec.data_level >= CONFIDENTIAL {
            Confidentiality::Confidential
        } else {
            Confidentiality::Internal
        },
        calendar_version: terms.calendar.version.clone(),
        sla_policy_version: Some(terms.parameters.version.to_string()),
        indicator_set_version: None,
        records: numbers(data),
        verify_url: format!("{origin}/verify"),
        sign_off,
        correction: row.corrects_id.and(row.reason.clone()),
        data_sha256: issued.map(|_| reports::data_sha256(data)),
        fingerprint: issued.map(|_| definition.fingerprint().to_owned()),
    })
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// First and last day, where the parameters name a month.
fn period(row: &report_issue::Model) -> Result<Option<(NaiveDate, NaiveDate)>> {
    let params: Value = serde_json::from_str(&row.params).map_err(Error::internal)?;
    let number = |name: &str| params.get(name).and_then(Value::as_i64);
    let (Some(year), Some(month)) = (number("year"), number("month")) else {
        return Ok(None);
    };
    let first = i32::try_from(year)
        .ok()
        .zip(u32::try_from(month).ok())
        .and_then(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1));
    Ok(first.and_then(|first| {
        let last = first
            .checked_add_months(Months::new(1))?
            .checked_sub_days(Days::new(1))?;
        Some((first, last))
    }))
}

/// The year of a number: that of the civil date of its approval.
#[must_use]
pub fn year(at: DateTime<Utc>) -> i32 {
    entity::rules::calendar::civil_date(at).year()
}

/// Numbers of the records that the data name, in order, each once.
fn numbers(data: &Value) -> Vec<String> {
    fn walk(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match (name.as_str(), value) {
                        ("number" | "no", Value::String(text)) => {
                            found.insert(text.clone());
                        }
                        _ => walk(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = BTreeSet::new();
    walk(data, &mut found);
    found.into_iter().collect()
}
