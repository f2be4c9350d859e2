//! What people do with a report: write, approve and freeze, take back, confirm, revoke (RP-ISS-1 … RP-ISS-4).
//!
//! The permission table says what a role may do at all; the definition of the report narrows it. An approver is
//! never the author. Here stand who sees a report, what may be done to it, and the frame of every step.

mod approve;
mod draft;
mod issue;

use chrono::{DateTime, Utc};
use entity::ids::{HospitalId, PersonId, ReportId};
use entity::rules::access::Permission;
use entity::rules::audience::read_as;
use entity::rules::report as rule;
use entity::values::{NotificationKind, ReportAction, ReportState, Role, Side};
use entity::{report_issue, sealed_document};
use reports::Definition;
use reports::definition::Signing;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Condition;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Value, json};

use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode, missing};
use crate::files::Key;
use crate::notification;
use crate::requester::Requester;

pub use approve::{Preview, approve, preview, take_back};
pub use draft::{NewReport, draft};
pub use issue::{confirm, revoke};

pub(super) use approve::put;
pub(super) use draft::{Made, drafted, standing};
pub(super) use issue::{issued, supersede};

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

fn refuse_role(zh: &str, en: &str) -> Error {
    Error::from(UserErrorCode::Invalid)
        .at(["code"])
        .detail(zh, en)
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
