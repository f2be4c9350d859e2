//! What people do with a report: write, approve and freeze, take back, confirm, revoke (RP-ISS-1 … RP-ISS-4).
//!
//! The permission table says what a role may do at all; the definition of the report narrows it. An approver is
//! never the author.

use chrono::{DateTime, Utc};
use entity::ids::{ContractId, HospitalId, InspectionId, PersonId, ReportId, TicketId};
use entity::rules::access::Permission;
use entity::rules::audience::read_as;
use entity::rules::report as rule;
use entity::rules::statement::Month;
use entity::values::{NotificationKind, ReportAction, ReportState, Role, Side};
use entity::{contract, inspection, report_counter, report_issue, sealed_document, ticket};
use reports::Definition;
use reports::definition::{ParamType, Schedule, Signing, Spec};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect,
};
use serde_json::{Map, Value, json};

use super::frame::{self, Steps};
use super::{Fresh, fresh};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode, missing};
use crate::files::{Key, Store};
use crate::inspection::seen;
use crate::jobs::{self, Kind, NewJob};
use crate::notification;
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

/// A step of a report inside its transaction.
pub(super) struct Change<'a> {
    pub tx: Tx,
    pub app: &'a App,
    pub who: &'a Requester,
    pub me: PersonId,
    pub row: report_issue::Model,
    pub now: DateTime<Utc>,
}

/// The reports in scope: of the own hospitals, for vendor people of the contracts they serve, and of each only the
/// definitions that let one of the roles look.
#[must_use]
pub fn visible(app: &App, who: &Requester) -> Condition {
    use report_issue::Column as C;
    let mut any = Condition::any().add(C::Id.is_null());
    if let Some(portal) = &who.portal {
        let role = read_as(portal.audience).map(Role::word);
        let codes = app.reports.definitions().filter(|definition| {
            let roles = &definition.spec.permission.preview;
            roles.iter().any(|word| Some(word.as_str()) == role)
        });
        // Drafts and approved ones stand on no page (SG-REPORT-1).
        return portal
            .rows(Permission::ReportRead, C::HospitalId, C::ContractId)
            .add(C::Code.is_in(codes.map(|definition| definition.spec.code.clone())))
            .add(C::State.is_in([
                ReportState::Issued,
                ReportState::Superseded,
                ReportState::Revoked,
            ]));
    }
    if who.machine.is_some() {
        return any;
    }
    for hospital in who.hospitals() {
        let codes: Vec<String> = app
            .reports
            .definitions()
            .filter(|definition| holds(who, hospital, &definition.spec.permission.preview))
            .map(|definition| definition.spec.code.clone())
            .collect();
        if codes.is_empty() || !who.may_at(hospital, Permission::ReportRead) {
            continue;
        }
        let mut here = Condition::all()
            .add(C::HospitalId.eq(hospital))
            .add(C::Code.is_in(codes));
        if who.side() == Some(Side::Vendor) {
            let served = who.contracts.iter().filter(|(at, _)| *at == hospital);
            here = here.add(C::ContractId.is_in(served.map(|(_, contract)| *contract)));
        }
        any = any.add(here);
    }
    any
}

/// Whether a role in force at the hospital stands in a list of the definition.
pub(super) fn holds(who: &Requester, hospital: HospitalId, roles: &[String]) -> bool {
    who.roles_at(hospital)
        .any(|role| roles.iter().any(|word| word == role.word()))
}

fn definition<'a>(app: &'a App, code: &str) -> Result<&'a std::sync::Arc<Definition>> {
    app.reports.definition(code).ok_or_else(|| missing("code"))
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

fn refuse_role(zh: &str, en: &str) -> Error {
    Error::from(UserErrorCode::Invalid)
        .at(["code"])
        .detail(zh, en)
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
pub(super) struct Made {
    pub id: ReportId,
    pub hospital: HospitalId,
    pub contract: ContractId,
    pub subject: String,
    pub params: String,
    pub author: PersonId,
    pub at: DateTime<Utc>,
}

/// The row of a new draft, a first revision.
pub(super) fn drafted(spec: &Spec, made: Made) -> Result<report_issue::ActiveModel> {
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
pub(super) async fn standing(
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

impl<'a> Change<'a> {
    /// Opens the transaction and locks the report in scope.
    pub async fn begin(
        app: &'a App,
        who: &'a Requester,
        permission: Permission,
        id: Option<ReportId>,
        version: Option<i32>,
    ) -> Result<Self> {
        let me = who.require(permission)?.id;
        let id = id.ok_or_else(|| missing("reportId"))?;
        let tx = app.db.begin_write().await?;
        let row = report_issue::Entity::find_by_id(id)
            .filter(visible(app, who))
            .lock_exclusive()
            .one(&tx)
            .await?
            .filter(|row| who.may_at(row.hospital_id, permission))
            .ok_or_else(|| missing("reportId"))?;
        if version.is_some_and(|version| version != row.version) {
            return Err(UserErrorCode::Conflict.into());
        }
        let now = app.clock.now();
        Ok(Self {
            tx,
            app,
            who,
            me,
            row,
            now,
        })
    }

    /// The state after an action.
    pub fn step(&self, action: ReportAction) -> Result<ReportState> {
        rule::next(self.row.state, action)
            .map_err(|wrong| Error::from(UserErrorCode::WrongState).caused_by(wrong))
    }

    /// The definition of the report; an operator may have taken it away.
    pub fn definition(&self) -> Result<&'a std::sync::Arc<Definition>> {
        definition(self.app, &self.row.code)
    }

    /// Writes the row, tells who it concerns, appends to the audit, commits.
    pub async fn commit(
        self,
        mut row: report_issue::ActiveModel,
        action: &str,
        reason: Option<String>,
        told: Option<(&[Role], &str, &str)>,
    ) -> Result<report_issue::Model> {
        row.version = Set(self.row.version + 1);
        let row = row.update(&self.tx).await?;
        if let Some((roles, zh, en)) = told {
            tell(&self.tx, self.app, &row, roles, zh, en).await?;
        }
        let mut act = Act::done(action, "report_issue", row.id.0);
        act.reason = reason;
        audit::append(&self.tx, self.now, Some(row.hospital_id), self.who, act).await?;
        self.tx.commit().await?;
        self.app.wake.notify_one();
        Ok(row)
    }
}

/// Tells the author and everybody with one of the roles what has become of a report.
pub(super) async fn tell(
    tx: &Tx,
    app: &App,
    row: &report_issue::Model,
    roles: &[Role],
    zh: &str,
    en: &str,
) -> Result<()> {
    let mut to = notification::people(tx, row.hospital_id, row.contract_id, roles).await?;
    to.insert(row.author_id);
    let name = row.number.clone().unwrap_or_else(|| row.code.clone());
    let texts = (
        format!("report:{}:{}", row.id, row.version),
        format!("报告 {name} 第 {} 版{zh}", row.revision),
        format!("Report {name} revision {} {en}", row.revision),
    );
    notification::tell_of_matter(
        tx,
        app,
        row.hospital_id,
        &to,
        NotificationKind::Report,
        texts,
    )
    .await
}

/// A draft as it stands.
#[derive(Debug)]
pub struct Preview {
    /// The draft.
    pub row: report_issue::Model,
    /// What the records say now.
    pub fresh: Fresh,
    /// What would be printed, or every problem that stands in the way of freezing it.
    pub view: std::result::Result<reports::View, Vec<reports::Problem>>,
}

/// A draft with what the records say now, under the rights of its author.
///
/// # Errors
/// `NOT_FOUND`, `WRONG_STATE` for what is no draft; `FORBIDDEN` if the author has lost a right that the query needs;
/// those of the records.
pub async fn preview(app: &App, who: &Requester, id: Option<ReportId>) -> Result<Preview> {
    who.require(Permission::ReportRead)?;
    let row = report_issue::Entity::find_by_id(id.ok_or_else(|| missing("reportId"))?)
        .filter(visible(app, who))
        .one(app.db.read())
        .await?
        .ok_or_else(|| missing("reportId"))?;
    if row.state != ReportState::Draft {
        return Err(UserErrorCode::WrongState.into());
    }
    let definition = definition(app, &row.code)?;
    let fresh = read(app, definition, &row).await?;
    let steps = Steps::default();
    let meta = frame::frame(app, app.db.read(), definition, &row, &fresh.data, &steps).await?;
    let view = app.reports.check(&input(&row.code, &meta, &fresh.data)?);
    Ok(Preview { row, fresh, view })
}

/// The definitions whose reports a person may see somewhere.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub fn definitions(app: &App, who: &Requester) -> Result<Vec<std::sync::Arc<Definition>>> {
    who.require(Permission::ReportRead)?;
    let hospitals = who.hospitals();
    let seen = |definition: &&std::sync::Arc<Definition>| {
        let roles = &definition.spec.permission.preview;
        hospitals
            .iter()
            .any(|hospital| holds(who, *hospital, roles))
    };
    Ok(app.reports.definitions().filter(seen).cloned().collect())
}

/// What a reader may do to a report now: the rule of states met with roles and the second person.
#[must_use]
pub fn allowed_actions(app: &App, who: &Requester, row: &report_issue::Model) -> Vec<ReportAction> {
    let Some(definition) = app.reports.definition(&row.code) else {
        return Vec::new();
    };
    let (spec, at) = (&definition.spec, row.hospital_id);
    let author = who.person_id() == Some(row.author_id);
    let may = |action: ReportAction| match action {
        ReportAction::Approve => {
            !author
                && who.may_at(at, Permission::ReportApprove)
                && holds(who, at, &spec.permission.approve)
        }
        ReportAction::TakeBack => {
            who.may_at(at, Permission::ReportApprove) && holds(who, at, &spec.permission.approve)
        }
        ReportAction::Issue => {
            let (permission, ready) = match spec.signing {
                Signing::Persons => (Permission::ReportApprove, true),
                Signing::VendorSeal | Signing::BothParties => (Permission::SealAttest, true),
                Signing::None => (Permission::ReportApprove, false),
            };
            ready
                && !author
                && row.pdf_sha256.is_some()
                && who.may_at(at, permission)
                && holds(who, at, &spec.permission.confirm)
        }
        ReportAction::Supersede => {
            who.may_at(at, Permission::ReportWrite) && holds(who, at, &spec.permission.author)
        }
        ReportAction::Revoke => who.may_at(at, Permission::ReportRevoke),
    };
    ReportAction::ALL
        .iter()
        .copied()
        .filter(|action| rule::next(row.state, *action).is_ok() && may(*action))
        .collect()
}

async fn read(app: &App, definition: &Definition, row: &report_issue::Model) -> Result<Fresh> {
    let params: Value = serde_json::from_str(&row.params).map_err(Error::internal)?;
    fresh(app, definition, &params, row.author_id).await
}

/// What the engine takes.
pub(super) fn input(code: &str, meta: &reports::Meta, data: &Value) -> Result<Value> {
    let meta = serde_json::to_value(meta).map_err(Error::internal)?;
    Ok(json!({ "code": code, "meta": meta, "data": data }))
}

/// The problems of a report as one refusal; a section without content has a code of its own.
pub(crate) fn refusal(problems: &[reports::Problem]) -> Error {
    let lines: Vec<String> = problems.iter().take(20).map(ToString::to_string).collect();
    let lines = lines.join("；");
    Error::from(UserErrorCode::ReportSectionMissing).detail(lines.clone(), lines)
}

/// Approves what was shown and freezes it; a job lays it out.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `FOUR_EYES`, `INVALID` for another role; `CONTENT_DIFFERS` if
/// the records say something else by now; `REPORT_SECTION_MISSING` with everything that is missing.
pub async fn approve(
    app: &App,
    who: &Requester,
    id: Option<ReportId>,
    version: i32,
    data_sha256: &str,
) -> Result<report_issue::Model> {
    let change = Change::begin(app, who, Permission::ReportApprove, id, Some(version)).await?;
    let state = change.step(ReportAction::Approve)?;
    let definition = change.definition()?;
    let spec = &definition.spec;
    if !holds(who, change.row.hospital_id, &spec.permission.approve) {
        return Err(refuse_role(
            "该报告不由您的角色批准",
            "this report is not approved by your role",
        ));
    }
    if change.me == change.row.author_id {
        return Err(UserErrorCode::FourEyes.into());
    }
    // The records are read and the file is stored outside the transaction; the version tells whether the report moved.
    let before = change.row.clone();
    change.tx.rollback().await?;
    let frozen = read(app, definition, &before).await?;
    if frozen.sha256 != data_sha256 {
        return Err(Error::from(UserErrorCode::ContentDiffers)
            .at(["dataSha256"])
            .detail(
                "数据已变化，请重新查看草稿",
                "the records have changed, look at the draft again",
            ));
    }
    let data = reports::canonical(&frozen.data);
    let store = Store::at(&app.config.data);
    let stored = put(&store, before.hospital_id, data.as_bytes(), app.clock.now()).await?;
    if stored != frozen.sha256 {
        return Err(Error::internal("the stored data are not the frozen ones"));
    }

    let change = Change::begin(app, who, Permission::ReportApprove, id, Some(version)).await?;
    let now = change.now;
    let mut row = change.row.clone();
    if row.number.is_none() {
        let year = frame::year(now);
        let running = running(&change.tx, row.hospital_id, &spec.number_prefix, year).await?;
        row.number = Some(rule::number(&spec.number_prefix, year, running));
    }
    let steps = Steps {
        approval: Some((change.me, now)),
    };
    let meta = frame::frame(app, &change.tx, definition, &row, &frozen.data, &steps).await?;
    app.reports
        .check(&input(&row.code, &meta, &frozen.data)?)
        .map_err(|problems| refusal(&problems))?;
    let meta = serde_json::to_value(&meta).map_err(Error::internal)?;
    let number = row.number.clone();
    let mut active = change.row.clone().into_active_model();
    active.number = Set(number);
    active.state = Set(state);
    active.approver_id = Set(Some(change.me));
    active.approved_at = Set(Some(now));
    active.data_sha256 = Set(Some(frozen.sha256));
    active.meta_sha256 = Set(Some(reports::data_sha256(&meta)));
    active.meta = Set(Some(reports::canonical(&meta)));
    active.fingerprint = Set(Some(definition.fingerprint().to_owned()));
    let job = NewJob {
        kind: Kind::ReportLayout,
        hospital: row.hospital_id,
        subject: row.id.0,
        payload: json!({ "version": version + 1 }).to_string(),
        dedup: Some(format!("layout:{}:{}", row.id, version + 1)),
        run_at: now,
    };
    jobs::enqueue(&change.tx, app, job).await?;
    change.commit(active, "report.approve", None, None).await
}

/// Stores bytes; their SHA-256, hexadecimal.
pub(super) async fn put(
    store: &Store,
    hospital: HospitalId,
    bytes: &[u8],
    at: DateTime<Utc>,
) -> Result<String> {
    let mut staging = store.stage().await?;
    for piece in bytes.chunks(1 << 20) {
        staging.write(piece).await?;
    }
    let staged = staging.finish().await?;
    let sha256 = staged.sha256.clone();
    store.promote(staged, hospital, at).await?;
    Ok(sha256)
}

/// The next number of a hospital under a prefix in a year.
async fn running(tx: &Tx, hospital: HospitalId, prefix: &str, year: i32) -> Result<i32> {
    use report_counter::Column as C;
    let start = report_counter::ActiveModel {
        hospital_id: Set(hospital),
        prefix: Set(prefix.to_owned()),
        year: Set(year),
        last: Set(1),
    };
    report_counter::Entity::insert(start)
        .on_conflict(
            OnConflict::columns([C::HospitalId, C::Prefix, C::Year])
                .value(C::Last, Expr::col((report_counter::Entity, C::Last)).add(1))
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    let row = report_counter::Entity::find_by_id((hospital, prefix.to_owned(), year))
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("the counter of reports is gone"))?;
    Ok(row.last)
}

/// Takes an approval back, as long as no sealed document has come; number and revision stay.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `REQUIRED`.
pub async fn take_back(
    app: &App,
    who: &Requester,
    id: Option<ReportId>,
    version: i32,
    reason: &str,
) -> Result<report_issue::Model> {
    who.require(Permission::ReportApprove)?;
    let reason = checked(reason, "reason", SHORT)?;
    let change = Change::begin(app, who, Permission::ReportApprove, id, Some(version)).await?;
    let state = change.step(ReportAction::TakeBack)?;
    if !holds(
        who,
        change.row.hospital_id,
        &change.definition()?.spec.permission.approve,
    ) {
        return Err(refuse_role(
            "该报告不由您的角色批准",
            "this report is not approved by your role",
        ));
    }
    let sealed = sealed_document::Entity::find()
        .filter(sealed_document::Column::HospitalId.eq(change.row.hospital_id))
        .filter(sealed_document::Column::ReportId.eq(change.row.id))
        .filter(sealed_document::Column::AttestedAt.is_null())
        .count(&change.tx)
        .await?;
    if sealed > 0 {
        return Err(Error::from(UserErrorCode::WrongState).detail(
            "盖章件已提交，等待核对",
            "a sealed document has come and waits for its attestation",
        ));
    }
    let mut row = change.row.clone().into_active_model();
    row.state = Set(state);
    row.approver_id = Set(None);
    row.approved_at = Set(None);
    row.data_sha256 = Set(None);
    row.meta = Set(None);
    row.meta_sha256 = Set(None);
    row.fingerprint = Set(None);
    row.html_sha256 = Set(None);
    row.html_bytes = Set(None);
    row.pdf_sha256 = Set(None);
    row.pdf_bytes = Set(None);
    row.page_count = Set(None);
    change
        .commit(
            row,
            "report.take_back",
            Some(reason),
            Some((&[], "的批准已撤回", "is a draft again")),
        )
        .await
}

/// Confirms a report that is signed by persons: with the hospital's word it is issued.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` also before it is laid out and for reports that need a seal,
/// `INVALID` for another role, `FOUR_EYES`.
pub async fn confirm(
    app: &App,
    who: &Requester,
    id: Option<ReportId>,
    version: i32,
) -> Result<report_issue::Model> {
    let change = Change::begin(app, who, Permission::ReportApprove, id, Some(version)).await?;
    let spec = &change.definition()?.spec;
    if spec.signing != Signing::Persons || change.row.pdf_sha256.is_none() {
        return Err(UserErrorCode::WrongState.into());
    }
    if !holds(who, change.row.hospital_id, &spec.permission.confirm) {
        return Err(refuse_role(
            "该报告不由您的角色确认",
            "this report is not confirmed by your role",
        ));
    }
    if change.me == change.row.author_id || Some(change.me) == change.row.approver_id {
        return Err(UserErrorCode::FourEyes.into());
    }
    let row = issued(&change, Some(change.me)).await?;
    change
        .commit(
            row,
            "report.confirm",
            None,
            Some((&[Role::VendorPm, Role::HospItAdmin], "已签发", "is issued")),
        )
        .await
}

/// The row as issued; what it corrects is replaced in the same transaction.
pub(super) async fn issued(
    change: &Change<'_>,
    by: Option<PersonId>,
) -> Result<report_issue::ActiveModel> {
    let state = change.step(ReportAction::Issue)?;
    supersede(&change.tx, &change.row, change.now).await?;
    let mut row = change.row.clone().into_active_model();
    row.state = Set(state);
    row.issued_by = Set(by);
    row.issued_at = Set(Some(change.now));
    Ok(row)
}

/// Marks the revision that a report corrects as replaced; a revoked one stays revoked.
pub(super) async fn supersede(
    tx: &Tx,
    row: &report_issue::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(earlier) = row.corrects_id else {
        return Ok(());
    };
    let Some(earlier) = report_issue::Entity::find_by_id(earlier)
        .lock_exclusive()
        .one(tx)
        .await?
    else {
        return Ok(());
    };
    if let Ok(state) = rule::next(earlier.state, ReportAction::Supersede) {
        let version = earlier.version;
        let mut earlier = earlier.into_active_model();
        earlier.state = Set(state);
        earlier.superseded_at = Set(Some(now));
        earlier.version = Set(version + 1);
        earlier.update(tx).await?;
    }
    Ok(())
}

/// Revokes an issued report; its files stay readable and say so.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `REQUIRED`.
pub async fn revoke(
    app: &App,
    who: &Requester,
    id: Option<ReportId>,
    version: i32,
    reason: &str,
) -> Result<report_issue::Model> {
    who.require(Permission::ReportRevoke)?;
    let reason = checked(reason, "reason", SHORT)?;
    let change = Change::begin(app, who, Permission::ReportRevoke, id, Some(version)).await?;
    let state = change.step(ReportAction::Revoke)?;
    let mut row = change.row.clone().into_active_model();
    row.state = Set(state);
    row.revoked_by = Set(Some(change.me));
    row.revoked_at = Set(Some(change.now));
    row.reason = Set(Some(reason.clone()));
    change
        .commit(
            row,
            "report.revoke",
            Some(reason),
            Some((&[Role::VendorPm, Role::HospItAdmin], "已作废", "is revoked")),
        )
        .await
}

/// A report in scope.
///
/// # Errors
/// `NOT_FOUND`, those of the database.
pub async fn find(app: &App, who: &Requester, id: Option<ReportId>) -> Result<report_issue::Model> {
    who.reads(Permission::ReportRead)?;
    report_issue::Entity::find_by_id(id.ok_or_else(|| missing("reportId"))?)
        .filter(visible(app, who))
        .one(app.db.read())
        .await?
        .ok_or_else(|| missing("reportId"))
}

/// The key of an object of a report.
#[must_use]
pub fn key(row: &report_issue::Model, sha256: &str) -> Key {
    Key {
        hospital: row.hospital_id,
        sha256: sha256.to_owned(),
    }
}

/// Those of the keys that a report or a sealed document names.
///
/// # Errors
/// Those of the database.
pub async fn named(app: &App, keys: &[Key]) -> Result<Vec<Key>> {
    use report_issue::Column as R;
    use sealed_document::Column as S;
    let hospitals = || keys.iter().map(|key| key.hospital);
    let hashes = || keys.iter().map(|key| key.sha256.clone());
    let reports = report_issue::Entity::find()
        .filter(R::HospitalId.is_in(hospitals()))
        .filter(
            Condition::any()
                .add(R::DataSha256.is_in(hashes()))
                .add(R::HtmlSha256.is_in(hashes()))
                .add(R::PdfSha256.is_in(hashes())),
        )
        .all(app.db.read())
        .await?;
    let sealed = sealed_document::Entity::find()
        .filter(S::HospitalId.is_in(hospitals()))
        .filter(S::Sha256.is_in(hashes()))
        .all(app.db.read())
        .await?;
    let mut found = Vec::new();
    for row in &reports {
        let hashes = [&row.data_sha256, &row.html_sha256, &row.pdf_sha256];
        found.extend(
            hashes
                .into_iter()
                .flatten()
                .map(|sha256| self::key(row, sha256)),
        );
    }
    found.extend(sealed.into_iter().map(|row| Key {
        hospital: row.hospital_id,
        sha256: row.sha256,
    }));
    Ok(found)
}
