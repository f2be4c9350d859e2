//! Clocks on tickets: attach, stop, pause, cancel, and the projection that follows from their events.
//!
//! Every change appends to `sla_event` and replays the clock (S6); warnings and the due instant are
//! jobs of the same transaction (S33). A breach is inserted once and withdrawn only by a replay (S14).

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::ids::{BreachId, ClockId, SlaEventId};
use entity::rules::calendar::{Calendar, CalendarMissing, CalendarYear, Notice};
use entity::rules::catalog::{Catalog, Span};
use entity::rules::sla::{
    self, CheckLimit, Completion, EventBody, Limit, Projection, ReplayError, Silence, Target,
    Terms, Threshold,
};
use entity::values::{
    BreachKind, BreachState, CalendarMissing as MissingYear, ClockCancelReason, ClockCode,
    Confirmation, Severity, SlaClockKind, SlaClockState, SlaResult, SlaUnit, TargetSource,
    WaitReason,
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

fn no_year(missing: CalendarMissing) -> Error {
    Error::from(UserErrorCode::CalendarMissing).caused_by(missing)
}

fn unplayable(error: ReplayError) -> Error {
    match error {
        ReplayError::Calendar(missing) => no_year(missing),
        ReplayError::NotStarted => Error::internal(error),
    }
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
    let mut calendar = Calendar::empty("");
    for row in rows {
        if row.provisional && calendar.years.contains_key(&row.year) {
            continue;
        }
        let dates =
            |text: &str| serde_json::from_str::<Vec<NaiveDate>>(text).map_err(Error::internal);
        let notice = row.notice_no.zip(row.notice_on).map(|(doc, on)| Notice {
            title: doc.clone(),
            doc,
            on,
        });
        let year = CalendarYear::whole_days(
            dates(&row.holidays)?,
            dates(&row.workdays)?,
            notice,
            row.provisional,
        );
        calendar.years.insert(row.year, year);
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
    let class = Catalog::shared().class(row.category);
    let (code, span) = class.response(Some(&row.subcategory));
    let parameters = &terms.parameters;
    let span = match span {
        Span::WorkingDays(_) => {
            Span::WorkingDays(u32::try_from(parameters.response_wd_n).unwrap_or(1))
        }
        Span::Seconds(_) if code == ClockCode::Immediate15min => {
            Span::Seconds(i64::from(parameters.immediate_min) * 60)
        }
        Span::Seconds(_) | Span::NaturalDays(_) => span,
    };
    let response = target(Some(span), CheckLimit::None, TargetSource::Policy);
    insert(
        tx,
        app,
        who,
        terms,
        row,
        from,
        Terms::new(code, SlaClockKind::Response, response),
    )
    .await?;
    if class.resolution_clock == Some(ClockCode::ResolutionBySeverity) {
        let agreed =
            terms
                .annex
                .as_ref()
                .zip(row.severity)
                .map(|(annex, severity)| match severity {
                    Severity::S1 => Span::Seconds(annex.s1_s),
                    Severity::S2 => Span::Seconds(annex.s2_s),
                    Severity::S3 => Span::Seconds(annex.s3_s),
                    Severity::S4 => Span::WorkingDays(u32::try_from(annex.s4_wd).unwrap_or(5)),
                });
        let source = if agreed.is_some() {
            TargetSource::Annex
        } else {
            TargetSource::None
        };
        let check = CheckLimit::from(Catalog::shared().check_limit(row.severity));
        let terms_of_clock = Terms {
            silence: Some(silence_of(parameters)),
            ..Terms::new(
                ClockCode::ResolutionBySeverity,
                SlaClockKind::Resolution,
                target(agreed, check, source),
            )
        };
        insert(tx, app, who, terms, row, from, terms_of_clock).await?;
    }
    Ok(())
}

fn silence_of(parameters: &parameter_set::Model) -> Silence {
    Silence {
        wd: u32::try_from(parameters.confirm_reminder_wd).unwrap_or(3),
        times: u32::try_from(parameters.confirm_reminders).unwrap_or(2),
    }
}

fn target(span: Option<Span>, check: CheckLimit, source: TargetSource) -> Target {
    let limit = span.map_or(Limit::None, Limit::from);
    let unit = match limit {
        Limit::WorkingDays(_) => SlaUnit::Wd,
        Limit::None
        | Limit::Seconds(_)
        | Limit::NaturalDays(_)
        | Limit::Until(_)
        | Limit::On(_) => SlaUnit::Natural,
    };
    Target {
        unit,
        limit,
        check,
        source,
    }
}

async fn insert(
    tx: &Tx,
    app: &App,
    who: &Requester,
    now: &TermsNow,
    row: &ticket::Model,
    from: DateTime<Utc>,
    terms: Terms,
) -> Result<()> {
    let (check_n, check_wd) = match terms.target.check {
        CheckLimit::None => (None, false),
        CheckLimit::Seconds(seconds) => (Some(seconds), false),
        CheckLimit::WorkingDays(days) => (Some(i64::from(days)), true),
    };
    let limit_n = match terms.target.limit {
        Limit::Seconds(seconds) => Some(seconds),
        Limit::WorkingDays(days) => Some(i64::from(days)),
        Limit::None | Limit::NaturalDays(_) | Limit::Until(_) | Limit::On(_) => None,
    };
    let severity = row
        .severity
        .filter(|_| terms.kind == SlaClockKind::Resolution);
    let clock = sla_clock::Model {
        id: ClockId(app.clock.id()),
        hospital_id: row.hospital_id,
        ticket_id: row.id,
        code: terms.code,
        kind: terms.kind,
        cycle: row.cycle,
        rule_name: severity.map_or_else(
            || row.subcategory.clone(),
            |severity| format!("{}/{severity}", row.category),
        ),
        policy_version: now.parameters.version,
        calendar_version: now.calendar.version.clone(),
        unit: terms.target.unit,
        target_source: terms.target.source,
        limit_n,
        check_n,
        check_wd,
        carried_n: terms.carried,
        started_at: from,
        due_at: None,
        due_before_at: None,
        stopped_at: None,
        paused_n: 0,
        held_n: 0,
        state: SlaClockState::Running,
        result: SlaResult::Open,
        confirmation: Confirmation::None,
        cancel_reason: None,
        provisional: false,
    };
    let clock = clock.into_active_model().reset_all().insert(tx).await?;
    let body = if row.cycle == 1 {
        EventBody::Attach
    } else {
        EventBody::Reattach
    };
    let (_, seen) = change(tx, app, who, clock, body, from, now).await?;
    if seen.provisional && now.parameters.calendar_missing == MissingYear::Refuse {
        return Err(UserErrorCode::CalendarMissing.into());
    }
    Ok(())
}

async fn append(
    tx: &Tx,
    app: &App,
    who: &Requester,
    clock: &sla_clock::Model,
    body: EventBody,
    at: DateTime<Utc>,
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
        kind: Set(body.kind()),
        effective_at: Set(at),
        recorded_at: Set(app.clock.now()),
        actor_id: Set(who.person_id()),
        payload: Set(serde_json::to_string(&body).map_err(Error::internal)?),
        note: Set(None),
    }
    .insert(tx)
    .await?;
    Ok(())
}

/// Jobs at the warning points and right behind the due instant; each key fires once (S12, S33).
async fn schedule(
    tx: &Tx,
    app: &App,
    clock: &sla_clock::Model,
    terms: &Terms,
    seen: &Projection,
    calendar: &Calendar,
) -> Result<()> {
    let mut points: Vec<(Threshold, DateTime<Utc>)> = sla::warn_points(terms, seen, calendar)
        .map_err(no_year)?
        .into_iter()
        .map(|point| (point.threshold, point.at))
        .collect();
    if let (Some(due), true, SlaClockState::Running) =
        (seen.due_at, seen.due_before_at.is_some(), seen.state)
    {
        points.push((Threshold::Percent(100), due));
    }
    for (threshold, at) in points {
        // The due second itself is still in time; the bound of a day limit is already late.
        let behind = threshold == Threshold::Percent(100) && seen.due_before_at.is_none();
        let run_at = if behind {
            at + TimeDelta::seconds(1)
        } else {
            at
        };
        point_job(tx, app, clock, seen, threshold, run_at).await?;
    }
    Ok(())
}

async fn point_job(
    tx: &Tx,
    app: &App,
    clock: &sla_clock::Model,
    seen: &Projection,
    threshold: Threshold,
    run_at: DateTime<Utc>,
) -> Result<()> {
    let due = seen.due_at.map_or(0, |due| due.timestamp());
    let job = NewJob {
        kind: Kind::ClockPoint,
        hospital: clock.hospital_id,
        subject: clock.id.0,
        payload: serde_json::json!({ "point": threshold.to_string(), "due": due }).to_string(),
        dedup: Some(format!(
            "clock:{}:{}:{threshold}:{due}",
            clock.id, clock.cycle
        )),
        run_at,
    };
    jobs::enqueue(tx, app, job).await
}

/// Enqueues the reminder of the next working day of an overdue day limit.
///
/// # Errors
/// `CALENDAR_MISSING`, those of the database.
pub async fn remind_overdue(
    tx: &Tx,
    app: &App,
    clock: &sla_clock::Model,
    seen: &Projection,
    row: &ticket::Model,
) -> Result<()> {
    let terms = terms_for(tx, app, row).await?;
    if let Some(point) =
        sla::next_overdue_point(seen, app.clock.now(), &terms.calendar).map_err(no_year)?
    {
        point_job(tx, app, clock, seen, point.threshold, point.at).await?;
    }
    Ok(())
}

/// Appends an event to a clock and writes what follows from the whole list.
async fn change(
    tx: &Tx,
    app: &App,
    who: &Requester,
    clock: sla_clock::Model,
    body: EventBody,
    at: DateTime<Utc>,
    now: &TermsNow,
) -> Result<(sla_clock::Model, Projection)> {
    append(tx, app, who, &clock, body, at).await?;
    project(tx, app, clock, now).await
}

/// Replays a clock and writes its projection, its breach and its timers.
async fn project(
    tx: &Tx,
    app: &App,
    clock: sla_clock::Model,
    now: &TermsNow,
) -> Result<(sla_clock::Model, Projection)> {
    let rows = sla_event::Entity::find()
        .filter(sla_event::Column::HospitalId.eq(clock.hospital_id))
        .filter(sla_event::Column::ClockId.eq(clock.id))
        .order_by_asc(sla_event::Column::Seq)
        .all(tx)
        .await?;
    let mut events = Vec::new();
    for row in rows {
        let body = serde_json::from_str(&row.payload).map_err(Error::internal)?;
        events.push(sla::Event {
            effective_at: row.effective_at,
            recorded_at: row.recorded_at,
            body,
        });
    }
    let terms = terms_of(&clock, &now.parameters);
    let seen = sla::replay(&terms, &events, &now.calendar, app.clock.now()).map_err(unplayable)?;
    let mut row = clock.into_active_model();
    row.due_at = Set(seen.due_at);
    row.due_before_at = Set(seen.due_before_at);
    row.stopped_at = Set(seen.stopped_at.or(seen.cancelled.map(|(_, at)| at)));
    row.paused_n = Set(seen.paused);
    row.held_n = Set(seen.held);
    row.state = Set(seen.state);
    row.result = Set(seen.result);
    row.confirmation = Set(seen.confirmation);
    row.cancel_reason = Set(seen.cancelled.map(|(reason, _)| reason));
    row.provisional = Set(seen.provisional);
    let row = row.update(tx).await?;
    judge(tx, app, &row, &seen).await?;
    schedule(tx, app, &row, &terms, &seen, &now.calendar).await?;
    Ok((row, seen))
}

/// Replays a clock now, without a new event.
///
/// # Errors
/// `CALENDAR_MISSING`, those of the database.
pub async fn refresh(
    tx: &Tx,
    app: &App,
    clock: sla_clock::Model,
    row: &ticket::Model,
) -> Result<(sla_clock::Model, Projection)> {
    let terms = terms_for(tx, app, row).await?;
    project(tx, app, clock, &terms).await
}

fn terms_of(clock: &sla_clock::Model, parameters: &parameter_set::Model) -> Terms {
    let check = match (clock.check_n, clock.check_wd) {
        (None, _) => CheckLimit::None,
        (Some(days), true) => CheckLimit::WorkingDays(u32::try_from(days).unwrap_or(1)),
        (Some(seconds), false) => CheckLimit::Seconds(seconds),
    };
    let limit = match (clock.limit_n, clock.unit) {
        (None, _) => Limit::None,
        (Some(days), SlaUnit::Wd) => Limit::WorkingDays(u32::try_from(days).unwrap_or(0)),
        (Some(seconds), SlaUnit::Natural | SlaUnit::Service) => Limit::Seconds(seconds),
    };
    let target = Target {
        unit: clock.unit,
        limit,
        check,
        source: clock.target_source,
    };
    Terms {
        carried: clock.carried_n,
        silence: Some(silence_of(parameters)),
        ..Terms::new(clock.code, clock.kind, target)
    }
}

/// Inserts the candidate of a late clock, or withdraws it when a replay shows the clock in time (S14).
async fn judge(tx: &Tx, app: &App, clock: &sla_clock::Model, seen: &Projection) -> Result<()> {
    let now = app.clock.now();
    let Some(kind) = breach_kind(clock) else {
        return Ok(());
    };
    if seen.breached_at.is_some() || seen.expected == SlaResult::Late {
        let row = breach::ActiveModel {
            id: Set(BreachId(app.clock.id())),
            hospital_id: Set(clock.hospital_id),
            ticket_id: Set(clock.ticket_id),
            clock_id: Set(clock.id),
            kind: Set(kind),
            due_at: Set(seen.breached_at.or(seen.due_at).unwrap_or(now)),
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
        return Ok(());
    }
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
pub async fn answered(tx: &Tx, app: &App, who: &Requester, row: &ticket::Model) -> Result<()> {
    let terms = terms_for(tx, app, row).await?;
    for clock in current(tx, row).await? {
        if clock.kind != SlaClockKind::Response || clock.state != SlaClockState::Running {
            continue;
        }
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
            let body = EventBody::Complete {
                completion: Completion::Done,
            };
            change(tx, app, who, clock, body, at, &terms).await?;
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
    body: EventBody,
    at: DateTime<Utc>,
) -> Result<()> {
    let terms = terms_for(tx, app, row).await?;
    for clock in resolutions(tx, row).await? {
        change(tx, app, who, clock, body, at, &terms).await?;
    }
    Ok(())
}

/// The resolution clock of the running cycle, unless it is cancelled.
///
/// # Errors
/// Those of the database.
pub async fn resolutions(tx: &Tx, row: &ticket::Model) -> Result<Vec<sla_clock::Model>> {
    let mut clocks = current(tx, row).await?;
    clocks.retain(|clock| {
        clock.kind == SlaClockKind::Resolution && clock.state != SlaClockState::Cancelled
    });
    Ok(clocks)
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
    let claim = EventBody::Complete {
        completion: Completion::Claim,
    };
    resolution(tx, app, who, row, claim, now).await?;
    let terms = terms_for(tx, app, row).await?;
    let days = sla::silence_points(now, silence_of(&terms.parameters), &terms.calendar)
        .map_err(no_year)?;
    let end = days.last().map(|last| {
        let day = entity::rules::calendar::civil_date(*last);
        entity::rules::calendar::midnight(entity::rules::calendar::day_after(day))
    });
    let reminders = days
        .iter()
        .enumerate()
        .map(|(place, at)| (format!("remind{}", place + 1), *at));
    for (name, run_at) in reminders.chain(end.map(|at| ("final".to_owned(), at))) {
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
    resolution(tx, app, who, row, EventBody::Reject, now).await
}

/// The solution is confirmed: the clock's result is final, by the instant of the claim.
///
/// # Errors
/// Those of the database.
pub async fn confirmed(
    tx: &Tx,
    app: &App,
    who: &Requester,
    row: &ticket::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let confirm = EventBody::Complete {
        completion: Completion::Confirm,
    };
    resolution(tx, app, who, row, confirm, now).await
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
    reason: WaitReason,
    from: DateTime<Utc>,
) -> Result<()> {
    resolution(tx, app, who, row, EventBody::Pause { reason }, from).await
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
    resolution(tx, app, who, row, EventBody::Resume, now).await
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
            change(
                tx,
                app,
                who,
                clock,
                EventBody::Cancel { reason },
                now,
                &terms,
            )
            .await?;
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
