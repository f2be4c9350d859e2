//! The record of a clock: its events, the projection that follows from them, breach and timers (S6, S12, S14, S33).
//!
//! A breach is inserted once and withdrawn only by a replay. Warnings and the due instant are jobs
//! of the same transaction.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{BreachId, SlaEventId};
use entity::rules::calendar::Calendar;
use entity::rules::sla::{
    self, CheckLimit, EventBody, Limit, Projection, ReplayError, Target, Terms, Threshold,
};
use entity::values::{BreachKind, BreachState, SlaClockKind, SlaClockState, SlaResult, SlaUnit};
use entity::{breach, sla_clock, sla_event};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};

use super::Clocks;
use super::terms::{ContractTerms, silence_of};
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, NewJob};

fn unplayable(error: ReplayError) -> Error {
    match error {
        ReplayError::Calendar(missing) => missing.into(),
        ReplayError::NotStarted => Error::internal(error),
    }
}

/// The clock with the columns of a target.
pub(super) fn with_target(mut clock: sla_clock::Model, target: &Target) -> sla_clock::Model {
    (clock.check_n, clock.check_wd) = match target.check {
        CheckLimit::None => (None, false),
        CheckLimit::Seconds(seconds) => (Some(seconds), false),
        CheckLimit::WorkingDays(days) => (Some(i64::from(days)), true),
    };
    clock.limit_n = match target.limit {
        Limit::Seconds(seconds) => Some(seconds),
        Limit::WorkingDays(days) => Some(i64::from(days)),
        Limit::None | Limit::NaturalDays(_) | Limit::Until(_) | Limit::On(_) => None,
    };
    clock.unit = target.unit;
    clock.target_source = target.source;
    clock
}

/// The target that a clock was started with.
fn first_target(clock: &sla_clock::Model) -> Result<Target> {
    match &clock.first_target {
        None => Ok(target_now(clock)),
        Some(text) => serde_json::from_str(text).map_err(Error::internal),
    }
}

/// The target in the columns of a clock; a demanded deadline has no columns but its due instant.
pub(super) fn target_now(clock: &sla_clock::Model) -> Target {
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
    Target {
        unit: clock.unit,
        limit,
        check,
        source: clock.target_source,
    }
}

/// Replays a clock under the versions that stand on it.
pub(super) async fn replay(
    db: &impl ConnectionTrait,
    terms: &ContractTerms,
    clock: &sla_clock::Model,
    now: DateTime<Utc>,
) -> Result<(Terms, Projection)> {
    play(terms, clock, &events_of(db, clock).await?, now)
}

async fn events_of(db: &impl ConnectionTrait, clock: &sla_clock::Model) -> Result<Vec<sla::Event>> {
    let rows = sla_event::Entity::find()
        .filter(sla_event::Column::HospitalId.eq(clock.hospital_id))
        .filter(sla_event::Column::ClockId.eq(clock.id))
        .order_by_asc(sla_event::Column::Seq)
        .all(db)
        .await?;
    events(&rows)
}

fn events(rows: &[sla_event::Model]) -> Result<Vec<sla::Event>> {
    rows.iter()
        .map(|row| {
            Ok(sla::Event {
                effective_at: row.effective_at,
                recorded_at: row.recorded_at,
                body: serde_json::from_str(&row.payload).map_err(Error::internal)?,
            })
        })
        .collect()
}

/// [`replay`] of events that were read already, in their order.
pub(super) fn replay_rows(
    terms: &ContractTerms,
    clock: &sla_clock::Model,
    rows: &[sla_event::Model],
    now: DateTime<Utc>,
) -> Result<(Terms, Projection)> {
    play(terms, clock, &events(rows)?, now)
}

fn play(
    terms: &ContractTerms,
    clock: &sla_clock::Model,
    events: &[sla::Event],
    now: DateTime<Utc>,
) -> Result<(Terms, Projection)> {
    let started = Terms {
        carried: clock.carried_n,
        silence: Some(silence_of(terms.parameters_of(clock))),
        ..Terms::new(clock.code, clock.kind, first_target(clock)?)
    };
    let calendar = terms.calendar_of(clock)?;
    let seen = sla::replay(&started, events, &calendar, now).map_err(unplayable)?;
    Ok((started, seen))
}

impl Clocks<'_> {
    /// Appends an event to a clock and writes what follows from the whole list.
    pub(super) async fn change(
        &self,
        clock: sla_clock::Model,
        body: EventBody,
        at: DateTime<Utc>,
    ) -> Result<(sla_clock::Model, Projection)> {
        let last = sla_event::Entity::find()
            .filter(sla_event::Column::HospitalId.eq(clock.hospital_id))
            .filter(sla_event::Column::ClockId.eq(clock.id))
            .order_by_desc(sla_event::Column::Seq)
            .one(self.tx)
            .await?;
        sla_event::ActiveModel {
            id: Set(SlaEventId(self.app.clock.id())),
            hospital_id: Set(clock.hospital_id),
            clock_id: Set(clock.id),
            seq: Set(last.map_or(0, |event| event.seq) + 1),
            kind: Set(body.kind()),
            effective_at: Set(at),
            recorded_at: Set(self.app.clock.now()),
            actor_id: Set(self.actor),
            payload: Set(serde_json::to_string(&body).map_err(Error::internal)?),
            note: Set(None),
        }
        .insert(self.tx)
        .await?;
        self.project(clock).await
    }

    /// Replays a clock and writes its projection, its breach and its timers.
    pub(super) async fn project(
        &self,
        clock: sla_clock::Model,
    ) -> Result<(sla_clock::Model, Projection)> {
        let (terms, seen) = self.replayed(&clock).await?;
        let calendar = self.terms.calendar_of(&clock)?;
        let mut row = clock.clone();
        if row.first_target.is_none() && seen.target != terms.target {
            row.first_target = Some(serde_json::to_string(&terms.target).map_err(Error::internal)?);
        }
        let mut row = with_target(row, &seen.target)
            .into_active_model()
            .reset_all();
        row.started_at = Set(seen.started_at);
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
        let row = row.update(self.tx).await?;
        self.judge(&row, &seen).await?;
        self.schedule(&row, &terms, &seen, &calendar).await?;
        Ok((row, seen))
    }

    /// Inserts the candidate of a late clock, or withdraws it when a replay shows the clock in time (S14).
    async fn judge(&self, clock: &sla_clock::Model, seen: &Projection) -> Result<()> {
        let now = self.app.clock.now();
        let Some(kind) = breach_kind(clock) else {
            return Ok(());
        };
        if seen.breached_at.is_some() || seen.expected == SlaResult::Late {
            let row = breach::ActiveModel {
                id: Set(BreachId(self.app.clock.id())),
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
                .exec_without_returning(self.tx)
                .await?;
            return Ok(());
        }
        let found = breach::Entity::find()
            .filter(breach::Column::HospitalId.eq(clock.hospital_id))
            .filter(breach::Column::ClockId.eq(clock.id))
            .filter(breach::Column::State.eq(BreachState::Candidate))
            .all(self.tx)
            .await?;
        for row in found {
            if self.late_without_reclassing(clock, row.found_at).await? {
                continue;
            }
            let mut row = row.into_active_model();
            row.state = Set(BreachState::Withdrawn);
            row.decided_at = Set(Some(now));
            row.reason = Set(Some("REPLAY_ON_TIME".to_owned()));
            row.update(self.tx).await?;
        }
        Ok(())
    }

    /// Whether a clock is late if the targets that came after `found_at` are left out: a breach of
    /// the old class stays, whatever the ticket is classed as later (S10, S14).
    async fn late_without_reclassing(
        &self,
        clock: &sla_clock::Model,
        found_at: DateTime<Utc>,
    ) -> Result<bool> {
        let mut events = events_of(self.tx, clock).await?;
        let all = events.len();
        events.retain(|event| {
            !matches!(event.body, EventBody::Retarget { .. }) || event.recorded_at <= found_at
        });
        if events.len() == all {
            return Ok(false);
        }
        let (_, seen) = play(self.terms, clock, &events, self.app.clock.now())?;
        Ok(seen.breached_at.is_some() || seen.expected == SlaResult::Late)
    }

    /// Jobs at the warning points and right behind the due instant; each key fires once (S12, S33).
    async fn schedule(
        &self,
        clock: &sla_clock::Model,
        terms: &Terms,
        seen: &Projection,
        calendar: &Calendar,
    ) -> Result<()> {
        // An indicator without a consequence is shown, and wakes nobody.
        if clock.kind == SlaClockKind::Kpi {
            return Ok(());
        }
        let mut points: Vec<(Threshold, DateTime<Utc>)> = sla::warn_points(terms, seen, calendar)?
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
            self.point_job(clock, seen, threshold, run_at).await?;
        }
        Ok(())
    }

    async fn point_job(
        &self,
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
        jobs::enqueue(self.tx, self.app, job).await
    }

    /// Enqueues the reminder of the next working day of an overdue day limit.
    ///
    /// # Errors
    /// `CALENDAR_MISSING`, those of the database.
    pub async fn remind_overdue(&self, clock: &sla_clock::Model, seen: &Projection) -> Result<()> {
        let calendar = self.terms.calendar_of(clock)?;
        let next = sla::next_overdue_point(seen, self.app.clock.now(), &calendar);
        if let Some(point) = next? {
            self.point_job(clock, seen, point.threshold, point.at)
                .await?;
        }
        Ok(())
    }
}

fn breach_kind(clock: &sla_clock::Model) -> Option<BreachKind> {
    let kind = match clock.kind {
        SlaClockKind::Response => BreachKind::ResponseLate,
        SlaClockKind::Resolution => BreachKind::ResolutionLate,
        SlaClockKind::Delivery | SlaClockKind::Periodic | SlaClockKind::Kpi => BreachKind::Other,
    };
    sla::is_breach(clock.code).then_some(kind)
}
