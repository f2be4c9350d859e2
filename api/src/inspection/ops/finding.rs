//! Findings of an inspection (C1.5.2-d). A critical one opens a ticket in the same transaction, before any report
//! (AC1.5-7): FAULT, in scope SEC SECURITY-VULN, of at least S2, raised by the vendor itself.

use chrono::NaiveDate;
use entity::ids::{FindingId, InspectionId};
use entity::rules::access::Permission;
use entity::rules::inspection as rule;
use entity::values::{
    BedsAffected, Channel, InspectionAction, InspectionScope, InspectionState, NotificationKind,
    ResponsibleParty, Risk, Role, Side, TicketCategory, Urgency,
};
use entity::{finding, inspection, inspection_result, ticket};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use super::end::facts_of;
use super::{Visit, expect, invalid, missing};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::inspection::scope::seen_findings;
use crate::notification::{self, Notice};
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::ops::{
    Draft, LONG, NewFault, NewTicket, SHORT, checked, checked_option, prepare,
};

/// Most lines that one finding explains.
const MOST: usize = 50;

/// The deadline of a finding.
#[derive(Clone, Copy, Debug)]
pub enum Deadline {
    /// By its risk, from the confirmation of the report.
    ByRisk,
    /// A date.
    On(NaiveDate),
}

/// A finding to enter.
#[derive(Clone, Debug)]
pub struct NewFinding {
    /// Replay key made by the client.
    pub key: String,
    /// Inspection.
    pub inspection: InspectionId,
    /// Scope.
    pub scope: InspectionScope,
    /// What was found.
    pub description: String,
    /// Risk.
    pub risk: Risk,
    /// What it may lead to.
    pub impact: String,
    /// Advice.
    pub advice: Option<String>,
    /// Deadline.
    pub deadline: Option<Deadline>,
    /// Who is responsible.
    pub owner: ResponsibleParty,
    /// Component.
    pub component: Option<String>,
    /// Lines that it explains: item and target.
    pub lines: Vec<(String, String)>,
}

/// The ticket that a critical finding opens, checked and not yet written.
async fn draft(
    app: &App,
    who: &Requester,
    visit: &inspection::Model,
    facts: (&str, &str, Option<&str>, InspectionScope),
) -> Result<Draft> {
    let (description, impact, component, scope) = facts;
    let (category, subcategory) = if scope == InspectionScope::Sec {
        (TicketCategory::Security, "SECURITY-VULN")
    } else {
        (TicketCategory::Fault, "FAULT-DOWN")
    };
    let short = |text: &str| text.chars().take(SHORT).collect::<String>();
    let new = NewTicket {
        key: String::new(),
        contract: Some(visit.contract_id),
        reporter: None,
        category,
        subcategory: subcategory.to_owned(),
        description: description.to_owned(),
        fault: (category == TicketCategory::Fault).then(|| NewFault {
            component: component.map(str::to_owned),
            phenomenon: description.to_owned(),
            occurred_at: app.clock.now(),
            scope: short(impact),
            related_systems: Vec::new(),
            steps: format!("巡检 {}", visit.number),
        }),
        urgency: Some(Urgency::High),
        beds_affected: Some(BedsAffected::Several),
        channel: Channel::Portal,
        received_at: None,
        location: None,
        recurrence_of: None,
    };
    prepare(app, who, new).await
}

/// Writes the ticket of a critical finding and tells of it at once.
async fn open(
    tx: &Tx,
    app: &App,
    who: &Requester,
    draft: Draft,
    number: &str,
) -> Result<ticket::Model> {
    let row = draft.insert(tx, app, who).await?;
    let roles = [Role::VendorPm, Role::HospItAdmin];
    let to = notification::people(tx, row.hospital_id, row.contract_id, &roles).await?;
    let what = Notice {
        kind: NotificationKind::Inspection,
        ticket: row.id,
        cause: format!("critical:{}", row.id),
        zh: format!("巡检发现紧急问题 {number}，已开具工单 {}", row.number),
        en: format!("Critical finding {number}: ticket {} is open", row.number),
    };
    notification::tell_at_once(tx, app, row.hospital_id, &to, &what).await?;
    Ok(row)
}

/// Enters a finding; a critical one with its ticket.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `NOT_FOUND`, `WRONG_STATE`, `INVALID` for a risk below the one that the lines
/// suggest or an end in the past, those of the ticket.
pub async fn add_finding(
    app: &App,
    who: &Requester,
    new: NewFinding,
) -> Result<(finding::Model, Option<ticket::Model>)> {
    let me = who.require(Permission::InspectionConduct)?.id;
    let description = checked(&new.description, "description", LONG)?;
    let impact = checked(&new.impact, "impact", LONG)?;
    let advice = checked_option(new.advice.as_deref(), "advice", LONG)?;
    let component = checked_option(new.component.as_deref(), "component", 100)?;
    if new.lines.len() > MOST {
        return Err(Error::from(UserErrorCode::TooLong).at(["results"]));
    }
    for (n, (item, target)) in new.lines.iter().enumerate() {
        checked(item, &format!("results.{n}.item"), 100)?;
        checked(target, &format!("results.{n}.target"), 100)?;
    }
    let replay = Replay::of(&new.key, "addFinding", &new)?;
    let permission = Permission::InspectionConduct;
    // The ticket is checked before the transaction begins: it reads much and writes nothing.
    let draft = if new.risk == Risk::Critical {
        let row = in_scope(app, who, new.inspection).await?;
        let facts = (
            description.as_str(),
            impact.as_str(),
            component.as_deref(),
            new.scope,
        );
        Some(draft(app, who, &row, facts).await?)
    } else {
        None
    };
    let mut visit = Visit::begin(app, who, permission, new.inspection, None).await?;
    let (now, hospital, id) = (visit.now, visit.hospital(), FindingId(app.clock.id()));
    if let Some(made) = replay.take(&visit.tx, hospital, me, id.0, now).await? {
        let row = finding::Entity::find_by_id(FindingId(made))
            .one(&visit.tx)
            .await?
            .ok_or_else(|| Error::internal("a replayed finding is gone"))?;
        let opened = match row.ticket_id {
            Some(ticket) => ticket::Entity::find_by_id(ticket).one(&visit.tx).await?,
            None => None,
        };
        visit.tx.rollback().await?;
        return Ok((row, opened));
    }
    visit.step(InspectionAction::Record)?;
    not_past(new.deadline, visit.today())?;
    let lines = lines_of(&visit, &new.lines).await?;
    let mut suggested = Vec::new();
    for line in &lines {
        suggested.extend(facts_of(line)?.1);
    }
    let suggested = rule::lowest_of(suggested);
    if !rule::may_set_risk(Side::Vendor, suggested, new.risk) {
        return Err(too_low());
    }
    let last = finding::Entity::find()
        .filter(finding::Column::HospitalId.eq(hospital))
        .filter(finding::Column::InspectionId.eq(visit.row.id))
        .order_by_desc(finding::Column::Seq)
        .one(&visit.tx)
        .await?;
    let seq = last.map_or(0, |row| row.seq) + 1;
    let number = format!("{}-{seq:02}", visit.row.number);
    let opened = match draft {
        Some(draft) => Some(open(&visit.tx, app, who, draft, &number).await?),
        None => None,
    };
    let (deadline_by_risk, deadline_on) = columns(new.deadline);
    let row = finding::Model {
        id,
        hospital_id: hospital,
        contract_id: visit.row.contract_id,
        inspection_id: visit.row.id,
        seq,
        number,
        version: 1,
        scope: new.scope,
        description,
        suggested_risk: suggested,
        risk: new.risk,
        impact,
        advice,
        deadline_by_risk,
        deadline_on,
        owner: new.owner,
        component,
        found_by: me,
        found_at: now,
        ticket_id: opened.as_ref().map(|row| row.id),
        risk_set_by: None,
        risk_set_at: None,
        risk_reason: None,
    };
    let row = row
        .into_active_model()
        .reset_all()
        .insert(&visit.tx)
        .await?;
    for mut line in lines {
        line.finding_id = Some(row.id);
        line.into_active_model()
            .reset_all()
            .update(&visit.tx)
            .await?;
    }
    // A thing found is something: it is not said any more that nothing was.
    visit.row.says_no_problem = false;
    if let Some(ticket) = &opened {
        let act = Act::done("ticket.create", "ticket", ticket.id.0);
        audit::append(&visit.tx, now, Some(hospital), who, act).await?;
    }
    visit.commit("finding.add").await?;
    Ok((row, opened))
}

fn too_low() -> Error {
    invalid(
        "risk",
        "风险不得低于阈值所示等级，仅院方可降低",
        "the risk is not below what the thresholds say; only the hospital lowers it",
    )
}

const fn columns(deadline: Option<Deadline>) -> (bool, Option<NaiveDate>) {
    match deadline {
        None => (false, None),
        Some(Deadline::ByRisk) => (true, None),
        Some(Deadline::On(on)) => (false, Some(on)),
    }
}

fn not_past(deadline: Option<Deadline>, today: NaiveDate) -> Result<()> {
    match deadline {
        Some(Deadline::On(on)) if on < today => {
            Err(Error::from(UserErrorCode::DeadlinePast).at(["deadlineOn"]))
        }
        Some(Deadline::On(_) | Deadline::ByRisk) | None => Ok(()),
    }
}

/// The inspection in scope, unlocked.
async fn in_scope(app: &App, who: &Requester, id: InspectionId) -> Result<inspection::Model> {
    use inspection::Column as C;
    let permission = Permission::InspectionConduct;
    let row = inspection::Entity::find_by_id(id)
        .filter(super::seen(who, permission, C::HospitalId, C::ContractId))
        .one(app.db.read())
        .await?;
    row.ok_or_else(|| missing("inspectionId"))
}

async fn lines_of(
    visit: &Visit<'_>,
    wanted: &[(String, String)],
) -> Result<Vec<inspection_result::Model>> {
    use inspection_result::Column as C;
    let mut found = Vec::new();
    for (n, (item, target)) in wanted.iter().enumerate() {
        let row = inspection_result::Entity::find()
            .filter(C::HospitalId.eq(visit.hospital()))
            .filter(C::InspectionId.eq(visit.row.id))
            .filter(C::ItemCode.eq(item.as_str()))
            .filter(C::Target.eq(target.as_str()))
            .one(&visit.tx)
            .await?;
        let absent =
            || Error::from(UserErrorCode::NotFound).at(["results", n.to_string().as_str()]);
        found.push(row.ok_or_else(absent)?);
    }
    Ok(found)
}

/// What may be said anew of a finding; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct FindingChange {
    /// What it may lead to.
    pub impact: Option<String>,
    /// Advice.
    pub advice: Option<String>,
    /// Deadline.
    pub deadline: Option<Deadline>,
    /// Who is responsible.
    pub owner: Option<ResponsibleParty>,
}

/// The inspection of a finding in scope, locked, and the finding in the version that the client has seen.
async fn held<'a>(
    app: &'a App,
    who: &'a Requester,
    permission: Permission,
    (id, version): (FindingId, i32),
) -> Result<(Visit<'a>, finding::Model)> {
    who.require(permission)?;
    let absent = || missing("findingId");
    let seen = finding::Entity::find_by_id(id).filter(seen_findings(who, permission));
    let inspection = seen
        .clone()
        .one(app.db.read())
        .await?
        .ok_or_else(absent)?
        .inspection_id;
    let mut visit = Visit::begin(app, who, permission, inspection, None).await?;
    let row = seen.one(&visit.tx).await?.ok_or_else(absent)?;
    expect(row.version, version)?;
    // What stands in a submitted report is not changed any more.
    if !matches!(
        visit.row.state,
        InspectionState::InProgress | InspectionState::Ended
    ) {
        return Err(Error::from(UserErrorCode::WrongState).at(["findingId"]));
    }
    visit.row.last_step_at = Some(visit.now);
    Ok((visit, row))
}

/// Changes what a finding says beside its risk.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `DEADLINE_PAST`.
pub async fn update_finding(
    app: &App,
    who: &Requester,
    of: (FindingId, i32),
    change: FindingChange,
) -> Result<finding::Model> {
    who.require(Permission::InspectionConduct)?;
    let impact = checked_option(change.impact.as_deref(), "impact", LONG)?;
    let advice = checked_option(change.advice.as_deref(), "advice", LONG)?;
    let (visit, mut row) = held(app, who, Permission::InspectionConduct, of).await?;
    not_past(change.deadline, visit.today())?;
    row.impact = impact.unwrap_or(row.impact);
    row.advice = advice.or(row.advice);
    if change.deadline.is_some() {
        (row.deadline_by_risk, row.deadline_on) = columns(change.deadline);
    }
    row.owner = change.owner.unwrap_or(row.owner);
    row.version += 1;
    let row = row
        .into_active_model()
        .reset_all()
        .update(&visit.tx)
        .await?;
    visit.commit("finding.update").await?;
    Ok(row)
}

/// Sets the risk of a finding; the vendor raises it, the hospital does both. One that becomes critical opens its ticket.
///
/// # Errors
/// `FORBIDDEN`; those of the reason, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `INVALID` where the vendor lowers, those
/// of the ticket.
pub async fn set_finding_risk(
    app: &App,
    who: &Requester,
    of: (FindingId, i32),
    (risk, reason): (Risk, &str),
) -> Result<finding::Model> {
    let permission = Permission::FindingRiskSet;
    let me = who.require(permission)?.clone();
    let reason = checked(reason, "reason", SHORT)?;
    let drafted = match risk {
        Risk::Critical => {
            let row = finding::Entity::find_by_id(of.0)
                .filter(seen_findings(who, permission))
                .one(app.db.read())
                .await?
                .ok_or_else(|| missing("findingId"))?;
            let visit = inspection::Entity::find_by_id(row.inspection_id)
                .one(app.db.read())
                .await?
                .ok_or_else(|| Error::internal("a finding without an inspection"))?;
            let facts = (
                row.description.as_str(),
                row.impact.as_str(),
                row.component.as_deref(),
                row.scope,
            );
            Some(draft(app, who, &visit, facts).await?)
        }
        Risk::High | Risk::Medium | Risk::Low => None,
    };
    let (visit, mut row) = held(app, who, permission, of).await?;
    if !rule::may_set_risk(me.side, Some(row.risk), risk) {
        return Err(too_low());
    }
    let needs_ticket = risk == Risk::Critical && row.ticket_id.is_none();
    if let Some(draft) = drafted.filter(|_| needs_ticket) {
        let opened = open(&visit.tx, app, who, draft, &row.number).await?;
        row.ticket_id = Some(opened.id);
        let act = Act::done("ticket.create", "ticket", opened.id.0);
        audit::append(&visit.tx, visit.now, Some(row.hospital_id), who, act).await?;
    }
    row.risk = risk;
    row.risk_set_by = Some(me.id);
    row.risk_set_at = Some(visit.now);
    row.risk_reason = Some(reason);
    row.version += 1;
    let row = row
        .into_active_model()
        .reset_all()
        .update(&visit.tx)
        .await?;
    visit.commit("finding.risk").await?;
    Ok(row)
}
