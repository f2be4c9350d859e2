//! Clocks on tickets: attach, stop, pause, cancel, and the projection that follows from their events.
//!
//! Every change appends to `sla_event` and replays the clock (S6); warnings and the due instant are
//! jobs of the same transaction (S33). A breach is inserted once and withdrawn only by a replay (S14).

use chrono::{DateTime, Utc};
use entity::ids::{BreachId, ClockId, SlaEventId};
use entity::rules::calendar::{Calendar, CalendarYear};
use entity::rules::catalog::Catalog;
use entity::rules::sla::{self, Limit, Projection, Terms};
use entity::values::{
    BreachKind, BreachState, CalendarMissing, ClockCancelReason, ClockCode, Confirmation, Severity,
    SlaClockKind, SlaClockState, SlaEventKind, SlaResult, SlaUnit, TargetSource,
};
use entity::{
    breach, contract, parameter_set, sla_annex, sla_clock, sla_event, ticket, work_calendar,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::jobs::{self, Kind, NewJob};
use crate::requester::Requester;

/// What the contract says at an instant: parameters, annex and calendar in force.
#[derive(Clone, Debug)]
pub struct TermsNow {
    /// Parameters.
    pub parameters: parameter_set::Model,
    /// Signed resolution targets, if there are any.
    pub annex: Option<sla_annex::Model>,
    /// Calendar.
    pub calendar: Calendar,
}

fn no_year(missing: entity::rules::calendar::CalendarMissing) -> Error {
    Error::from(UserErrorCode::CalendarMissing).caused_by(missing)
}

/// The contract of a ticket.
///
/// # Errors
/// Those of the database.
pub async fn contract_of(tx: &Tx, row: &ticket::Model) -> Result<contract::Model> {
    contract::Entity::find_by_id(row.contract_id)
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("a ticket without a contract"))
}

/// Reads the terms in force.
///
/// # Errors
/// `CALENDAR_MISSING` without any calendar; a contract without one is never taken for 24×7 (S20).
pub async fn terms_now(
    app: &App,
    contract: &contract::Model,
    now: DateTime<Utc>,
) -> Result<TermsNow> {
    let today = entity::rules::calendar::civil_date(now);
    let db = app.db.read();
    let parameters = parameter_set::Entity::find()
        .filter(parameter_set::Column::HospitalId.eq(contract.hospital_id))
        .filter(parameter_set::Column::ContractId.eq(contract.id))
        .filter(parameter_set::Column::EffectiveFromOn.lte(today))
        .order_by_desc(parameter_set::Column::Version)
        .limit(1)
        .one(db)
        .await?
        .ok_or_else(|| Error::internal("a contract without parameters"))?;
    let annex = sla_annex::Entity::find()
        .filter(sla_annex::Column::HospitalId.eq(contract.hospital_id))
        .filter(sla_annex::Column::ContractId.eq(contract.id))
        .filter(sla_annex::Column::EffectiveFromOn.lte(today))
        .order_by_desc(sla_annex::Column::Version)
        .limit(1)
        .one(db)
        .await?;
    let calendar = calendar_of(app, contract).await?;
    Ok(TermsNow {
        parameters,
        annex,
        calendar,
    })
}

async fn calendar_of(app: &App, contract: &contract::Model) -> Result<Calendar> {
    let rows = work_calendar::Entity::find()
        .filter(work_calendar::Column::HospitalId.eq(contract.hospital_id))
        .order_by_asc(work_calendar::Column::Revision)
        .all(app.db.read())
        .await?;
    let mut calendar = Calendar {
        version: String::new(),
        years: std::collections::BTreeMap::new(),
    };
    let dates = |text: &str| serde_json::from_str(text).map_err(Error::internal);
    for row in rows {
        let year = CalendarYear {
            holidays: dates(&row.holidays)?,
            workdays: dates(&row.workdays)?,
            provisional: row.provisional,
            notice: row.notice_no,
            notice_on: row.notice_on,
        };
        if !row.provisional || !calendar.years.contains_key(&row.year) {
            calendar.years.insert(row.year, year);
        }
        if !row.provisional && row.version > calendar.version {
            calendar.version = row.version;
        }
    }
    if calendar.years.is_empty() {
        Err(UserErrorCode::CalendarMissing.into())
    } else {
        Ok(calendar)
    }
}

/// Attaches the clocks of a cycle: the response clock of the category, and the resolution clock where a severity is set.
///
/// # Errors
/// `CALENDAR_MISSING`, those of the database.
pub async fn attach(
    tx: &Tx,
    app: &App,
    who: &Requester,
    terms: &TermsNow,
    row: &ticket::Model,
    from: DateTime<Utc>,
) -> Result<()> {
    let catalog = Catalog::shipped();
    let code = catalog.response_clock(row.category, &row.subcategory);
    let parameters = &terms.parameters;
    if let Some((unit, limit)) = sla::response_limit(
        code,
        i64::from(parameters.response_wd_n),
        i64::from(parameters.immediate_min),
    ) {
        let new = NewClock {
            code,
            kind: SlaClockKind::Response,
            unit,
            limit: Some(limit),
            source: TargetSource::Policy,
        };
        insert(tx, app, who, terms, row, from, new).await?;
    }
    if catalog.category(row.category).resolution_by_severity {
        let (unit, limit, source) = match (&terms.annex, row.severity) {
            (Some(annex), Some(Severity::S1)) => {
                (SlaUnit::Natural, Some(annex.s1_s), TargetSource::Annex)
            }
            (Some(annex), Some(Severity::S2)) => {
                (SlaUnit::Natural, Some(annex.s2_s), TargetSource::Annex)
            }
            (Some(annex), Some(Severity::S3)) => {
                (SlaUnit::Natural, Some(annex.s3_s), TargetSource::Annex)
            }
            (Some(annex), Some(Severity::S4)) => (
                SlaUnit::Wd,
                Some(i64::from(annex.s4_wd)),
                TargetSource::Annex,
            ),
            (None, _) | (_, None) => (SlaUnit::Natural, None, TargetSource::None),
        };
        let new = NewClock {
            code: ClockCode::ResolutionBySeverity,
            kind: SlaClockKind::Resolution,
            unit,
            limit,
            source,
        };
        insert(tx, app, who, terms, row, from, new).await?;
    }
    Ok(())
}

struct NewClock {
    code: ClockCode,
    kind: SlaClockKind,
    unit: SlaUnit,
    limit: Option<i64>,
    source: TargetSource,
}

async fn insert(
    tx: &Tx,
    app: &App,
    who: &Requester,
    now: &TermsNow,
    row: &ticket::Model,
    from: DateTime<Utc>,
    new: NewClock,
) -> Result<()> {
    let check = sla::check_limit(row.severity);
    let (check_n, check_wd) = match check {
        Limit::Seconds(seconds) => (seconds, false),
        Limit::Wd(days) => (i64::from(days), true),
    };
    let terms = Terms {
        unit: new.unit,
        limit: new.limit,
        check,
        carried: 0,
    };
    let seen = sla::replay(&terms, from, &[], &now.calendar).map_err(no_year)?;
    if seen.provisional && now.parameters.calendar_missing == CalendarMissing::Refuse {
        return Err(UserErrorCode::CalendarMissing.into());
    }
    let clock = sla_clock::Model {
        id: ClockId(app.clock.id()),
        hospital_id: row.hospital_id,
        ticket_id: row.id,
        code: new.code,
        kind: new.kind,
        cycle: row.cycle,
        rule_name: row
            .severity
            .filter(|_| new.kind == SlaClockKind::Resolution)
            .map_or_else(
                || row.subcategory.clone(),
                |severity| format!("{}/{severity}", row.category),
            ),
        policy_version: now.parameters.version,
        calendar_version: now.calendar.version.clone(),
        unit: new.unit,
        target_source: new.source,
        limit_n: new.limit,
        check_n: Some(check_n),
        check_wd,
        carried_n: 0,
        started_at: from,
        due_at: seen.due_at,
        due_before_at: seen.due_before_at,
        stopped_at: None,
        paused_n: 0,
        held_n: 0,
        state: seen.state,
        result: seen.result,
        confirmation: Confirmation::None,
        cancel_reason: None,
        provisional: seen.provisional,
    };
    let clock = clock.into_active_model().reset_all().insert(tx).await?;
    let kind = if row.cycle == 1 {
        SlaEventKind::Attach
    } else {
        SlaEventKind::Reattach
    };
    append(tx, app, who, &clock, kind, from, None).await?;
    schedule(tx, app, &clock, &seen).await
}

async fn append(
    tx: &Tx,
    app: &App,
    who: &Requester,
    clock: &sla_clock::Model,
    kind: SlaEventKind,
    at: DateTime<Utc>,
    note: Option<String>,
) -> Result<()> {
    let last = sla_event::Entity::find()
        .filter(sla_event::Column::HospitalId.eq(clock.hospital_id))
        .filter(sla_event::Column::ClockId.eq(clock.id))
        .order_by_desc(sla_event::Column::Seq)
        .limit(1)
        .one(tx)
        .await?;
    sla_event::ActiveModel {
        id: Set(SlaEventId(app.clock.id())),
        hospital_id: Set(clock.hospital_id),
        clock_id: Set(clock.id),
        seq: Set(last.map_or(0, |event| event.seq) + 1),
        kind: Set(kind),
        effective_at: Set(at),
        recorded_at: Set(app.clock.now()),
        actor_id: Set(who.person_id()),
        payload: Set("{}".to_owned()),
        note: Set(note),
    }
    .insert(tx)
    .await?;
    Ok(())
}

/// Jobs at the warning points and right behind the due instant; each key fires once.
async fn schedule(tx: &Tx, app: &App, clock: &sla_clock::Model, seen: &Projection) -> Result<()> {
    for (point, at) in sla::warn_points(clock.kind, clock.started_at, seen) {
        let due = seen.due_at.map_or(0, |due| due.timestamp());
        // The due second itself is still in time.
        let run_at = if point == 100 && seen.due_before_at.is_none() {
            at + chrono::TimeDelta::seconds(1)
        } else {
            at
        };
        let job = NewJob {
            kind: Kind::ClockPoint,
            hospital: clock.hospital_id,
            subject: clock.id.0,
            payload: serde_json::json!({ "point": point, "due": due }).to_string(),
            dedup: Some(format!("clock:{}:{}:{point}:{due}", clock.id, clock.cycle)),
            run_at,
        };
        jobs::enqueue(tx, app, job).await?;
    }
    Ok(())
}

/// Appends an event to a clock and writes what follows from the whole list.
async fn change(
    tx: &Tx,
    app: &App,
    who: &Requester,
    clock: sla_clock::Model,
    kind: SlaEventKind,
    at: DateTime<Utc>,
    calendar: &Calendar,
) -> Result<sla_clock::Model> {
    append(tx, app, who, &clock, kind, at, None).await?;
    let events: Vec<sla::Event> = sla_event::Entity::find()
        .filter(sla_event::Column::HospitalId.eq(clock.hospital_id))
        .filter(sla_event::Column::ClockId.eq(clock.id))
        .order_by_asc(sla_event::Column::Seq)
        .all(tx)
        .await?
        .into_iter()
        .map(|event| sla::Event {
            kind: event.kind,
            at: event.effective_at,
            limit: None,
        })
        .collect();
    let seen =
        sla::replay(&terms_of(&clock), clock.started_at, &events, calendar).map_err(no_year)?;
    let mut row = clock.into_active_model();
    row.due_at = Set(seen.due_at);
    row.due_before_at = Set(seen.due_before_at);
    row.stopped_at = Set(seen.stopped_at);
    row.paused_n = Set(seen.paused);
    row.held_n = Set(seen.held);
    row.state = Set(seen.state);
    row.result = Set(seen.result);
    row.provisional = Set(seen.provisional);
    let row = row.update(tx).await?;
    judge(tx, app, &row).await?;
    schedule(tx, app, &row, &seen).await?;
    Ok(row)
}

fn terms_of(clock: &sla_clock::Model) -> Terms {
    let check = clock.check_n.unwrap_or(1);
    Terms {
        unit: clock.unit,
        limit: clock.limit_n,
        check: if clock.check_wd {
            Limit::Wd(u32::try_from(check).unwrap_or(1))
        } else {
            Limit::Seconds(check)
        },
        carried: clock.carried_n,
    }
}

/// Inserts the candidate of a late clock, or withdraws it when a replay shows the clock on time.
///
/// # Errors
/// Those of the database.
pub async fn judge(tx: &Tx, app: &App, clock: &sla_clock::Model) -> Result<()> {
    let now = app.clock.now();
    let Some(kind) = breach_kind(clock) else {
        return Ok(());
    };
    let overdue = clock.state == SlaClockState::Running && is_past(clock, now);
    if clock.result == SlaResult::Late || overdue {
        let row = breach::ActiveModel {
            id: Set(BreachId(app.clock.id())),
            hospital_id: Set(clock.hospital_id),
            ticket_id: Set(clock.ticket_id),
            clock_id: Set(clock.id),
            kind: Set(kind),
            due_at: Set(clock.due_at.unwrap_or(now)),
            found_at: Set(now),
            state: Set(BreachState::Candidate),
            decided_at: Set(None),
            reason: Set(None),
        };
        let once = OnConflict::columns([
            breach::Column::HospitalId,
            breach::Column::ClockId,
            breach::Column::Kind,
        ])
        .do_nothing()
        .to_owned();
        breach::Entity::insert(row)
            .on_conflict(once)
            .exec_without_returning(tx)
            .await?;
    } else if clock.result == SlaResult::OnTime {
        let found = breach::Entity::find()
            .filter(breach::Column::HospitalId.eq(clock.hospital_id))
            .filter(breach::Column::ClockId.eq(clock.id))
            .filter(breach::Column::State.eq(BreachState::Candidate))
            .all(tx)
            .await?;
        for row in found {
            let mut row = row.into_active_model();
            row.state = Set(BreachState::Withdrawn);
            row.decided_at = Set(Some(now));
            row.reason = Set(Some("REPLAY_ON_TIME".to_owned()));
            row.update(tx).await?;
        }
    }
    Ok(())
}

fn breach_kind(clock: &sla_clock::Model) -> Option<BreachKind> {
    let kind = match clock.kind {
        SlaClockKind::Response => BreachKind::ResponseLate,
        SlaClockKind::Resolution => BreachKind::ResolutionLate,
        SlaClockKind::Delivery | SlaClockKind::Periodic | SlaClockKind::Kpi => BreachKind::Other,
    };
    sla::is_breach(clock.code).then_some(kind)
}

/// Whether the due instant of a clock has passed.
#[must_use]
pub fn is_past(clock: &sla_clock::Model, now: DateTime<Utc>) -> bool {
    match (clock.due_before_at, clock.due_at) {
        (Some(before), _) => now >= before,
        (None, Some(due)) => now.timestamp() > due.timestamp(),
        (None, None) => false,
    }
}

/// Clocks of the running cycle of a ticket.
async fn current(tx: &Tx, row: &ticket::Model) -> Result<Vec<sla_clock::Model>> {
    Ok(sla_clock::Entity::find()
        .filter(sla_clock::Column::HospitalId.eq(row.hospital_id))
        .filter(sla_clock::Column::TicketId.eq(row.id))
        .filter(sla_clock::Column::Cycle.eq(row.cycle))
        .all(tx)
        .await?)
}

async fn terms_for(tx: &Tx, app: &App, row: &ticket::Model) -> Result<TermsNow> {
    terms_now(app, &contract_of(tx, row).await?, app.clock.now()).await
}

/// A response or a first step was recorded: stops the response clock if that fulfils it.
///
/// # Errors
/// Those of the database.
pub async fn answered(
    tx: &Tx,
    app: &App,
    who: &Requester,
    row: &ticket::Model,
    _now: DateTime<Utc>,
) -> Result<()> {
    let terms = terms_for(tx, app, row).await?;
    for clock in current(tx, row).await?.into_iter().filter(|clock| {
        clock.kind == SlaClockKind::Response && clock.state == SlaClockState::Running
    }) {
        let stop = if sla::needs_step(clock.code) {
            sla::stop_of_two_hours(
                row.responded_at,
                row.first_step_at,
                terms.parameters.two_hour_meaning,
            )
        } else {
            row.responded_at
        };
        if let Some(at) = stop {
            change(
                tx,
                app,
                who,
                clock,
                SlaEventKind::Complete,
                at,
                &terms.calendar,
            )
            .await?;
        }
    }
    Ok(())
}

/// Applies an event to the resolution clock of the cycle.
async fn resolution(
    tx: &Tx,
    app: &App,
    who: &Requester,
    row: &ticket::Model,
    kind: SlaEventKind,
    at: DateTime<Utc>,
) -> Result<()> {
    let terms = terms_for(tx, app, row).await?;
    for clock in current(tx, row).await?.into_iter().filter(|clock| {
        clock.kind == SlaClockKind::Resolution && clock.state != SlaClockState::Cancelled
    }) {
        change(tx, app, who, clock, kind, at, &terms.calendar).await?;
    }
    Ok(())
}

/// The solution is claimed: the resolution clock stops, until it is rejected; reminders are set (S35).
///
/// # Errors
/// Those of the database.
pub async fn resolved(
    tx: &Tx,
    app: &App,
    who: &Requester,
    row: &ticket::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    resolution(tx, app, who, row, SlaEventKind::Complete, now).await?;
    let terms = terms_for(tx, app, row).await?;
    let every = u32::try_from(terms.parameters.confirm_reminder_wd).unwrap_or(3);
    let times = u32::try_from(terms.parameters.confirm_reminders).unwrap_or(2);
    let days = sla::silence(now, every, times, &terms.calendar).map_err(no_year)?;
    // The first service slot of the day begins at 08:00.
    let mut points: Vec<(String, DateTime<Utc>)> = days
        .iter()
        .enumerate()
        .map(|(place, day)| {
            (
                format!("remind{}", place + 1),
                entity::rules::calendar::midnight(*day) + chrono::TimeDelta::hours(8),
            )
        })
        .collect();
    if let Some(last) = days.last() {
        points.push((
            "final".to_owned(),
            entity::rules::calendar::midnight(entity::rules::calendar::day_after(*last)),
        ));
    }
    for (name, run_at) in points {
        let job = NewJob {
            kind: Kind::Unconfirmed,
            hospital: row.hospital_id,
            subject: row.id.0,
            payload: serde_json::json!({ "point": name, "resolved": now.timestamp_micros() })
                .to_string(),
            dedup: Some(format!(
                "silence:{}:{}:{name}",
                row.id,
                now.timestamp_micros()
            )),
            run_at,
        };
        jobs::enqueue(tx, app, job).await?;
    }
    Ok(())
}

/// The solution is rejected: the cycle goes on, less what the hospital held (S34).
///
/// # Errors
/// Those of the database.
pub async fn rejected(
    tx: &Tx,
    app: &App,
    who: &Requester,
    row: &ticket::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    resolution(tx, app, who, row, SlaEventKind::Reject, now).await?;
    mark(tx, row, Confirmation::None).await
}

/// The solution is confirmed.
///
/// # Errors
/// Those of the database.
pub async fn confirmed(
    tx: &Tx,
    _app: &App,
    _who: &Requester,
    row: &ticket::Model,
    _now: DateTime<Utc>,
) -> Result<()> {
    mark(tx, row, Confirmation::Confirmed).await
}

/// Writes the confirmation mark on the resolution clock of the cycle.
///
/// # Errors
/// Those of the database.
pub async fn mark(tx: &Tx, row: &ticket::Model, confirmation: Confirmation) -> Result<()> {
    for clock in current(tx, row)
        .await?
        .into_iter()
        .filter(|clock| clock.kind == SlaClockKind::Resolution)
    {
        let mut clock = clock.into_active_model();
        clock.confirmation = Set(confirmation);
        clock.update(tx).await?;
    }
    Ok(())
}

/// A wait was accepted; it counts from the proposal.
///
/// # Errors
/// Those of the database.
pub async fn paused(
    tx: &Tx,
    app: &App,
    who: &Requester,
    row: &ticket::Model,
    from: DateTime<Utc>,
    _now: DateTime<Utc>,
) -> Result<()> {
    resolution(tx, app, who, row, SlaEventKind::Pause, from).await
}

/// A wait has ended.
///
/// # Errors
/// Those of the database.
pub async fn resumed(
    tx: &Tx,
    app: &App,
    who: &Requester,
    row: &ticket::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    resolution(tx, app, who, row, SlaEventKind::Resume, now).await
}

/// The ticket ended or was taken: running and paused clocks are cancelled, stopped ones stay (S36).
///
/// # Errors
/// Those of the database.
pub async fn cancelled(
    tx: &Tx,
    app: &App,
    who: &Requester,
    row: &ticket::Model,
    reason: ClockCancelReason,
    now: DateTime<Utc>,
) -> Result<()> {
    let terms = terms_for(tx, app, row).await?;
    for clock in current(tx, row).await? {
        if matches!(clock.state, SlaClockState::Running | SlaClockState::Paused) {
            // What was late before stays late.
            judge(tx, app, &clock).await?;
            let clock = change(
                tx,
                app,
                who,
                clock,
                SlaEventKind::Cancel,
                now,
                &terms.calendar,
            )
            .await?;
            let mut clock = clock.into_active_model();
            clock.cancel_reason = Set(Some(reason));
            clock.update(tx).await?;
        }
    }
    Ok(())
}

/// The earliest due instant of the running clocks.
///
/// # Errors
/// Those of the database.
pub async fn next_due(tx: &Tx, row: &ticket::Model) -> Result<Option<DateTime<Utc>>> {
    let due = current(tx, row)
        .await?
        .into_iter()
        .filter(|clock| clock.state == SlaClockState::Running)
        .filter_map(|clock| clock.due_at)
        .min();
    Ok(due)
}
