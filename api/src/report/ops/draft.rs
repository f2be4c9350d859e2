//! A report is begun, by a person or by the calendar; one of a kind about a subject and period.

use chrono::{DateTime, Utc};
use entity::ids::{ContractId, HospitalId, InspectionId, PersonId, ReportId, TicketId};
use entity::rules::access::Permission;
use entity::rules::statement::Month;
use entity::values::ReportState;
use entity::{contract, inspection, report_issue, ticket};
use reports::Definition;
use reports::definition::{ParamType, Schedule, Spec};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};
use serde_json::{Map, Value, json};

use super::{definition, holds, refuse_role, visible};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode, missing};
use crate::inspection::seen;
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::ops::{SHORT, checked};

/// A report to write.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Replay key made by the client.
    pub key: String,
    /// Code of the definition.
    pub code: String,
    /// Text form of the id that it is about.
    pub subject: String,
    /// Year, where the definition asks for one.
    pub year: Option<i32>,
    /// Quarter of the contract, from 1.
    pub quarter: Option<i32>,
    /// Month, from 1.
    pub month: Option<i32>,
    /// The issued revision that this one corrects, and why.
    pub corrects: Option<(ReportId, String)>,
}

/// What a report is about, in sight of the person.
struct Subject {
    hospital: HospitalId,
    contract: ContractId,
}

async fn subject(app: &App, who: &Requester, text: &str) -> Result<Subject> {
    let db = app.db.read();
    if let Some(id) = TicketId::parse(text) {
        let row = ticket::Entity::find_by_id(id)
            .filter(who.visible_tickets())
            .one(db)
            .await?;
        if let Some(row) = row {
            return Ok(Subject {
                hospital: row.hospital_id,
                contract: row.contract_id,
            });
        }
    }
    if let Some(id) = InspectionId::parse(text) {
        use inspection::Column as C;
        let read = Permission::InspectionRead;
        let row = inspection::Entity::find_by_id(id)
            .filter(seen(who, read, C::HospitalId, C::ContractId))
            .one(db)
            .await?;
        if let Some(row) = row {
            return Ok(Subject {
                hospital: row.hospital_id,
                contract: row.contract_id,
            });
        }
    }
    let row = contract::Entity::find_by_id(ContractId::lookup(text))
        .filter(crate::account::ops::visible_contracts(who))
        .one(db)
        .await?
        .ok_or_else(|| missing("subjectId"))?;
    Ok(Subject {
        hospital: row.hospital_id,
        contract: row.id,
    })
}

/// The variables of the query, in the types of the definition.
fn params(definition: &Definition, new: &NewReport) -> Result<Value> {
    let mut found = Map::new();
    for (name, kind) in &definition.spec.params {
        let (field, number) = match kind {
            ParamType::Id => {
                found.insert(name.clone(), json!(new.subject));
                continue;
            }
            ParamType::OptionalId => continue,
            ParamType::Year => ("year", new.year),
            ParamType::Quarter => ("quarter", new.quarter),
            ParamType::Month => ("month", new.month),
            ParamType::Date => ("on", None),
        };
        let number = number.ok_or_else(|| Error::from(UserErrorCode::Required).at([field]))?;
        let fits = match kind {
            ParamType::Month => (1..=12).contains(&number),
            ParamType::Quarter => (1..=4).contains(&number),
            ParamType::Year => (2000..=2100).contains(&number),
            ParamType::Id | ParamType::OptionalId | ParamType::Date => false,
        };
        if !fits {
            return Err(Error::from(UserErrorCode::Invalid).at([field]));
        }
        found.insert(name.clone(), json!(number));
    }
    Ok(Value::Object(found))
}

/// Begins a report, or the correction of an issued one.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND` for definition, subject and corrected report; `REQUIRED`, `INVALID` for parameters and for
/// a role that this report is not written by; `WRONG_STATE` for a correction of what is not issued or is being corrected.
pub async fn draft(app: &App, who: &Requester, new: NewReport) -> Result<report_issue::Model> {
    let me = who.require(Permission::ReportWrite)?.id;
    let reason = match &new.corrects {
        Some((_, reason)) => Some(checked(reason, "correction.reason", SHORT)?),
        None => None,
    };
    let definition = definition(app, &new.code)?;
    let subject = subject(app, who, &new.subject).await?;
    if !who.may_at(subject.hospital, Permission::ReportWrite) {
        return Err(missing("subjectId"));
    }
    let spec = &definition.spec;
    if !holds(who, subject.hospital, &spec.permission.author) {
        return Err(refuse_role(
            "该报告不由您的角色编制",
            "this report is not written by your role",
        ));
    }
    let params = params(definition, &new)?;
    let replay = Replay::of(&new.key, "draftReport", &new)?;
    let now = app.clock.now();
    is_over(spec, &new, now)?;
    let id = ReportId(app.clock.id());
    let tx = app.db.begin_write().await?;
    if let Some(made) = replay.take(&tx, subject.hospital, me, id.0, now).await? {
        let row = report_issue::Entity::find_by_id(ReportId(made))
            .one(&tx)
            .await?
            .ok_or_else(|| missing("idempotencyKey"))?;
        tx.rollback().await?;
        return Ok(row);
    }
    let corrected = match &new.corrects {
        None => {
            if let Some(refused) =
                standing(&tx, subject.hospital, spec, (&new.subject, &params)).await?
            {
                return Err(refused);
            }
            None
        }
        Some((earlier, _)) => Some(corrected(&tx, app, who, *earlier, &new).await?),
    };
    let made = Made {
        id,
        hospital: subject.hospital,
        contract: subject.contract,
        subject: new.subject.clone(),
        params: params.to_string(),
        author: me,
        at: now,
    };
    let mut row = drafted(spec, made)?;
    if let Some(corrected) = corrected {
        row.number = Set(corrected.number.clone());
        row.revision = Set(corrected.revision + 1);
        row.corrects_id = Set(Some(corrected.id));
        row.reason = Set(reason);
    }
    let row = row.insert(&tx).await?;
    let act = Act::done("report.draft", "report_issue", id.0);
    audit::append(&tx, now, Some(row.hospital_id), who, act).await?;
    tx.commit().await?;
    Ok(row)
}

/// What a new draft is about.
pub(in crate::report) struct Made {
    pub id: ReportId,
    pub hospital: HospitalId,
    pub contract: ContractId,
    pub subject: String,
    pub params: String,
    pub author: PersonId,
    pub at: DateTime<Utc>,
}

/// The row of a new draft, a first revision.
pub(in crate::report) fn drafted(spec: &Spec, made: Made) -> Result<report_issue::ActiveModel> {
    Ok(report_issue::ActiveModel {
        id: Set(made.id),
        hospital_id: Set(made.hospital),
        contract_id: Set(made.contract),
        code: Set(spec.code.clone()),
        definition_version: Set(i32::try_from(spec.version).map_err(Error::internal)?),
        subject: Set(made.subject),
        params: Set(made.params),
        number: Set(None),
        revision: Set(1),
        state: Set(ReportState::Draft),
        data_level: Set(i32::from(spec.data_level)),
        version: Set(1),
        author_id: Set(made.author),
        made_at: Set(made.at),
        approver_id: Set(None),
        approved_at: Set(None),
        data_sha256: Set(None),
        meta: Set(None),
        meta_sha256: Set(None),
        fingerprint: Set(None),
        html_sha256: Set(None),
        html_bytes: Set(None),
        pdf_sha256: Set(None),
        pdf_bytes: Set(None),
        page_count: Set(None),
        way: Set(None),
        issued_by: Set(None),
        issued_at: Set(None),
        corrects_id: Set(None),
        reason: Set(None),
        superseded_at: Set(None),
        revoked_by: Set(None),
        revoked_at: Set(None),
    })
}

/// Whether the definition names no period but is drafted by itself: a picture of one day, of which the next may be
/// made once the last one is issued.
fn is_picture(spec: &Spec) -> bool {
    let periodic = |kind: &ParamType| {
        matches!(
            kind,
            ParamType::Year | ParamType::Quarter | ParamType::Month | ParamType::Date
        )
    };
    spec.schedule.is_some() && !spec.params.values().any(periodic)
}

/// Why there is no place for a report: one of a kind about a subject and period stands or is corrected, never beside
/// another.
pub(in crate::report) async fn standing(
    tx: &Tx,
    hospital: HospitalId,
    spec: &Spec,
    (subject, params): (&str, &Value),
) -> Result<Option<Error>> {
    use report_issue::Column as C;
    let stands = if is_picture(spec) {
        C::State.is_in([ReportState::Draft, ReportState::Approved])
    } else {
        C::State.ne(ReportState::Revoked)
    };
    let standing = report_issue::Entity::find()
        .filter(C::HospitalId.eq(hospital))
        .filter(C::Code.eq(spec.code.as_str()))
        .filter(C::Subject.eq(subject))
        .filter(C::Params.eq(params.to_string()))
        .filter(stands)
        .count(tx)
        .await?;
    Ok((standing > 0).then(|| {
        Error::from(UserErrorCode::WrongState)
            .at(["subjectId"])
            .detail(
                "该报告已有，请续编草稿或更正已签发者",
                "this report exists already; go on with its draft, or correct what is issued",
            )
    }))
}

/// A month is reported when it is over; what a definition drafts by itself is drafted no earlier by hand.
fn is_over(spec: &Spec, new: &NewReport, now: DateTime<Utc>) -> Result<()> {
    let (Some(Schedule::Monthly), Some(year), Some(month)) = (spec.schedule, new.year, new.month)
    else {
        return Ok(());
    };
    let month = u32::try_from(month)
        .ok()
        .and_then(|month| Month::new(year, month));
    match month {
        Some(month) if month.to() <= now => Ok(()),
        _ => Err(Error::from(UserErrorCode::Invalid)
            .at(["month"])
            .detail("该月尚未结束", "the month is not over")),
    }
}

/// The issued revision that is to be corrected; at most one correction at a time.
async fn corrected(
    tx: &Tx,
    app: &App,
    who: &Requester,
    id: ReportId,
    new: &NewReport,
) -> Result<report_issue::Model> {
    let row = report_issue::Entity::find_by_id(id)
        .filter(visible(app, who))
        .lock_exclusive()
        .one(tx)
        .await?
        .filter(|row| row.code == new.code && row.subject == new.subject)
        .ok_or_else(|| Error::from(UserErrorCode::NotFound).at(["correction", "reportId"]))?;
    let later = report_issue::Entity::find()
        .filter(report_issue::Column::HospitalId.eq(row.hospital_id))
        .filter(report_issue::Column::CorrectsId.eq(row.id))
        .count(tx)
        .await?;
    if row.state != ReportState::Issued || later > 0 {
        return Err(Error::from(UserErrorCode::WrongState).detail(
            "只能更正已签发且尚无更正版的报告",
            "only an issued report without a correction can be corrected",
        ));
    }
    Ok(row)
}
