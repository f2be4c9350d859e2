//! Clocks on tickets: attach, stop, pause, retarget, correct, cancel (`sla.md` S5, S8–S11, S34–S37).
//!
//! Every change appends to `sla_event` and replays the clock ([`record`], S6); what the contract says
//! comes from [`terms`]. Nothing here decides who may act: that stands in `ticket::ops`.

mod record;
pub mod terms;

use chrono::{DateTime, Utc};
use entity::ids::{ClockId, PersonId};
use entity::rules::catalog::Catalog;
use entity::rules::sla::{
    self, CheckLimit, ClockRule, Completion, EventBody, Limit, Projection, Target, Terms,
};
use entity::values::{
    CalendarMissing as MissingYear, ClockCancelReason, ClockCode, Confirmation, ReopenTarget,
    SlaClockKind, SlaClockState, SlaResult, SlaUnit, TargetSource, TicketCategory, TwoHourMeaning,
    WaitReason,
};
use entity::{sla_clock, sla_event, ticket};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};

pub use terms::{ContractTerms, contract_of};

use crate::app::App;
use crate::db::Tx;
use crate::error::{Result, UserErrorCode};
use crate::jobs::{self, Kind, NewJob};
use crate::requester::Requester;

/// The clocks of tickets inside a transaction, under the terms of their contract.
#[derive(Clone, Copy, Debug)]
pub struct Clocks<'a> {
    tx: &'a Tx,
    app: &'a App,
    actor: Option<PersonId>,
    terms: &'a ContractTerms,
}

impl<'a> Clocks<'a> {
    /// Clocks that `who` changes in `tx`.
    #[must_use]
    pub fn new(tx: &'a Tx, app: &'a App, who: &Requester, terms: &'a ContractTerms) -> Self {
        Self {
            tx,
            app,
            actor: who.person_id(),
            terms,
        }
    }

    /// Attaches the clocks of a cycle: the response clock of the category, and the resolution clock
    /// where the category has one; both start at `from`.
    ///
    /// # Errors
    /// `CALENDAR_MISSING`, those of the database.
    pub async fn attach(&self, row: &ticket::Model, from: DateTime<Utc>) -> Result<()> {
        for rule in self.rules_of(row) {
            let carried = self.carried(row, &rule).await?;
            self.start(row, rule, from, carried).await?;
        }
        Ok(())
    }

    /// The clocks that the contract gives a ticket as it stands (S16).
    fn rules_of(&self, row: &ticket::Model) -> Vec<ClockRule> {
        let catalog = Catalog::shared();
        let parameters = &self.terms.parameters;
        let policy = sla::policy_under(
            catalog,
            u32::try_from(parameters.response_wd_n).unwrap_or(1),
            i64::from(parameters.immediate_min) * 60,
        );
        let mut rules = sla::clocks_for(
            catalog,
            &policy,
            (row.category, Some(&row.subcategory)),
            row.severity,
            self.terms.targets().as_ref(),
        );
        // The recovery time of a disaster starts with the emergency plan, not with the ticket.
        rules.retain(|rule| rule.code != ClockCode::DisasterRto);
        rules
    }

    /// Time that a resolution clock carries from earlier cycles; none unless `reopen_target` is `REMAINING`.
    async fn carried(&self, row: &ticket::Model, rule: &ClockRule) -> Result<i64> {
        let reopen = self.terms.parameters.reopen_target;
        if reopen == ReopenTarget::Full || row.cycle == 1 || rule.kind != SlaClockKind::Resolution {
            return Ok(0);
        }
        let mut earlier = Vec::new();
        for clock in self.all(row).await? {
            if clock.code == rule.code && clock.cycle < row.cycle {
                earlier.push(self.replayed(&clock).await?.1);
            }
        }
        Ok(sla::carried(reopen, rule.target.limit, &earlier))
    }

    async fn start(
        &self,
        row: &ticket::Model,
        rule: ClockRule,
        from: DateTime<Utc>,
        carried: i64,
    ) -> Result<()> {
        let clock = sla_clock::Model {
            id: ClockId(self.app.clock.id()),
            hospital_id: row.hospital_id,
            ticket_id: row.id,
            code: rule.code,
            kind: rule.kind,
            cycle: row.cycle,
            rule_name: rule.rule_name,
            policy_version: self.terms.parameters.version,
            calendar_version: self.terms.calendar.version.clone(),
            unit: rule.target.unit,
            target_source: rule.target.source,
            limit_n: None,
            check_n: None,
            check_wd: false,
            first_target: None,
            carried_n: carried,
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
        let clock = record::with_target(clock, &rule.target);
        let clock = clock
            .into_active_model()
            .reset_all()
            .insert(self.tx)
            .await?;
        let body = if row.cycle == 1 {
            EventBody::Attach
        } else {
            EventBody::Reattach
        };
        let (_, seen) = self.change(clock, body, from).await?;
        if seen.provisional && self.terms.parameters.calendar_missing == MissingYear::Refuse {
            return Err(UserErrorCode::CalendarMissing.into());
        }
        Ok(())
    }

    /// A response or a first step was recorded: stops the response clock if that fulfils it, and
    /// runs the indicator from the response to the first step.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn answered(&self, row: &ticket::Model) -> Result<()> {
        let clocks = self.current(row).await?;
        for clock in &clocks {
            if clock.kind != SlaClockKind::Response || clock.state != SlaClockState::Running {
                continue;
            }
            let stop = if sla::needs_step(clock.code) {
                sla::stop_of_two_hours(
                    row.responded_at,
                    row.first_step_at,
                    self.terms.parameters_of(clock).two_hour_meaning,
                )
            } else {
                row.responded_at
            };
            if let Some(at) = stop {
                self.change(clock.clone(), DONE, at).await?;
            }
        }
        self.first_step(row, &clocks).await
    }

    async fn first_step(&self, row: &ticket::Model, clocks: &[sla_clock::Model]) -> Result<()> {
        let Some(responded) = row.responded_at else {
            return Ok(());
        };
        if row.category != TicketCategory::Fault {
            return Ok(());
        }
        let code = ClockCode::FirstStepKpi30min;
        if !clocks.iter().any(|clock| clock.code == code) {
            let minutes = self.terms.parameters.first_step_kpi_min;
            let rule = ClockRule {
                rule_name: code.word().to_owned(),
                code,
                kind: SlaClockKind::Kpi,
                target: Target {
                    unit: SlaUnit::Natural,
                    limit: Limit::Seconds(i64::from(minutes) * 60),
                    check: CheckLimit::None,
                    source: TargetSource::Policy,
                },
            };
            self.start(row, rule, responded, 0).await?;
        }
        if let Some(step) = row.first_step_at {
            for clock in self.current(row).await? {
                if clock.code == code && clock.state == SlaClockState::Running {
                    self.change(clock, DONE, step.max(responded)).await?;
                }
            }
        }
        Ok(())
    }

    /// Applies an event to the resolution clock of the cycle.
    async fn resolution(
        &self,
        row: &ticket::Model,
        body: EventBody,
        at: DateTime<Utc>,
    ) -> Result<()> {
        for clock in self.resolutions(row).await? {
            self.change(clock, body, at).await?;
        }
        Ok(())
    }

    /// The resolution clock of the running cycle, unless it is cancelled.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn resolutions(&self, row: &ticket::Model) -> Result<Vec<sla_clock::Model>> {
        let mut clocks = self.current(row).await?;
        clocks.retain(|clock| {
            clock.kind == SlaClockKind::Resolution && clock.state != SlaClockState::Cancelled
        });
        Ok(clocks)
    }

    /// The solution is claimed: the resolution clock stops, until it is rejected; reminders are set (S35).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn resolved(&self, row: &ticket::Model, at: DateTime<Utc>) -> Result<()> {
        let claim = EventBody::Complete {
            completion: Completion::Claim,
        };
        self.resolution(row, claim, at).await?;
        let silence = terms::silence_of(&self.terms.parameters);
        let days = sla::silence_points(at, silence, &self.terms.calendar)?;
        let end = days.last().map(|last| {
            let day = entity::rules::calendar::civil_date(*last);
            entity::rules::calendar::midnight(entity::rules::calendar::day_after(day))
        });
        let reminders = days
            .iter()
            .enumerate()
            .map(|(place, at)| (format!("remind{}", place + 1), *at));
        for (name, run_at) in reminders.chain(end.map(|at| ("final".to_owned(), at))) {
            let micros = at.timestamp_micros();
            let job = NewJob {
                kind: Kind::Unconfirmed,
                hospital: row.hospital_id,
                subject: row.id.0,
                payload: serde_json::json!({ "point": name, "resolved": micros }).to_string(),
                dedup: Some(format!("silence:{}:{micros}:{name}", row.id)),
                run_at,
            };
            jobs::enqueue(self.tx, self.app, job).await?;
        }
        Ok(())
    }

    /// The solution is rejected: the cycle goes on, less what the hospital held (S34).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rejected(&self, row: &ticket::Model, at: DateTime<Utc>) -> Result<()> {
        self.resolution(row, EventBody::Reject, at).await
    }

    /// The solution is confirmed: the clock's result is final, by the instant of the claim.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn confirmed(&self, row: &ticket::Model, at: DateTime<Utc>) -> Result<()> {
        let confirm = EventBody::Complete {
            completion: Completion::Confirm,
        };
        self.resolution(row, confirm, at).await
    }

    /// A wait was accepted; it counts from the proposal.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn paused(
        &self,
        row: &ticket::Model,
        reason: WaitReason,
        from: DateTime<Utc>,
    ) -> Result<()> {
        self.resolution(row, EventBody::Pause { reason }, from)
            .await
    }

    /// A wait has ended.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn resumed(&self, row: &ticket::Model, at: DateTime<Utc>) -> Result<()> {
        self.resolution(row, EventBody::Resume, at).await
    }

    /// The ticket ended or was taken: running and paused clocks are cancelled, stopped ones stay (S36).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn cancelled(
        &self,
        row: &ticket::Model,
        reason: ClockCancelReason,
        at: DateTime<Utc>,
    ) -> Result<()> {
        for clock in self.current(row).await? {
            if matches!(clock.state, SlaClockState::Running | SlaClockState::Paused) {
                self.change(clock, EventBody::Cancel { reason }, at).await?;
            }
        }
        Ok(())
    }

    /// The severity has changed: the targets of the running cycle count anew from its start (S10).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn retargeted(&self, row: &ticket::Model, at: DateTime<Utc>) -> Result<()> {
        let rules = self.rules_of(row);
        for clock in self.current(row).await? {
            let rule = rules.iter().find(|rule| rule.code == clock.code);
            let Some(rule) = rule.filter(|_| clock.state != SlaClockState::Cancelled) else {
                continue;
            };
            if record::target_now(&clock) != rule.target {
                let mut clock = clock;
                clock.rule_name.clone_from(&rule.rule_name);
                let body = EventBody::Retarget {
                    target: rule.target,
                };
                self.change(clock, body, at).await?;
            }
        }
        Ok(())
    }

    /// The time of receipt was confirmed as `to`: every clock of the first cycle that started with
    /// the registration starts there (`domain.md` 3.3).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn start_corrected(
        &self,
        row: &ticket::Model,
        registered: DateTime<Utc>,
        to: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        for clock in self.all(row).await? {
            if clock.cycle == 1 && clock.started_at == registered {
                self.change(clock, EventBody::CorrectStart { to }, at)
                    .await?;
            }
        }
        Ok(())
    }

    /// When the response clock of the running cycle started.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn response_start(&self, row: &ticket::Model) -> Result<Option<DateTime<Utc>>> {
        let clocks = self.current(row).await?;
        Ok(clocks
            .into_iter()
            .filter(|clock| clock.kind == SlaClockKind::Response)
            .map(|clock| clock.started_at)
            .min())
    }

    /// The time of the response of a cycle was confirmed as `responded`: its response clock stops
    /// as response and first step now say, and the indicator of the first step starts there (S19).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn response_corrected(
        &self,
        row: &ticket::Model,
        cycle: i32,
        responded: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let mut clocks = self.all(row).await?;
        clocks.retain(|clock| clock.cycle == cycle);
        for clock in clocks {
            if clock.code == ClockCode::FirstStepKpi30min {
                let to = responded;
                self.change(clock, EventBody::CorrectStart { to }, at)
                    .await?;
                continue;
            }
            // A two-hour class whose first step came later than the recorded response stopped at
            // the step, and so it does still.
            let by_step = sla::needs_step(clock.code)
                && self.terms.parameters_of(&clock).two_hour_meaning
                    == TwoHourMeaning::RespondAndStart;
            if clock.kind != SlaClockKind::Response
                || clock.state != SlaClockState::Stopped
                || by_step
            {
                continue;
            }
            let to = responded;
            self.change(clock, EventBody::CorrectStop { to }, at)
                .await?;
        }
        Ok(())
    }

    /// Applies an event to every resolution clock of the cycle: a demand, or its withdrawal (S37).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn demanded(
        &self,
        row: &ticket::Model,
        body: EventBody,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.resolution(row, body, at).await
    }

    /// Replays a clock now, without a new event, and writes what follows.
    ///
    /// # Errors
    /// `CALENDAR_MISSING`, those of the database.
    pub async fn refresh(&self, clock: sla_clock::Model) -> Result<(sla_clock::Model, Projection)> {
        self.project(clock).await
    }

    /// What a clock was started with and what follows from its events now; writes nothing.
    ///
    /// # Errors
    /// `CALENDAR_MISSING`, those of the database.
    pub async fn replayed(&self, clock: &sla_clock::Model) -> Result<(Terms, Projection)> {
        let now = self.app.clock.now();
        record::replay(self.tx, self.terms, clock, now).await
    }

    /// Clocks of all cycles of a ticket.
    async fn all(&self, row: &ticket::Model) -> Result<Vec<sla_clock::Model>> {
        Ok(sla_clock::Entity::find()
            .filter(sla_clock::Column::HospitalId.eq(row.hospital_id))
            .filter(sla_clock::Column::TicketId.eq(row.id))
            .all(self.tx)
            .await?)
    }

    /// Clocks of the running cycle of a ticket.
    async fn current(&self, row: &ticket::Model) -> Result<Vec<sla_clock::Model>> {
        current(self.tx, row).await
    }
}

/// What a clock was started with and what follows from its events now, outside any transaction.
///
/// # Errors
/// `CALENDAR_MISSING`, those of the database.
pub async fn replayed(
    db: &impl ConnectionTrait,
    terms: &ContractTerms,
    clock: &sla_clock::Model,
    now: DateTime<Utc>,
) -> Result<(Terms, Projection)> {
    record::replay(db, terms, clock, now).await
}

/// [`replayed`] from the rows of its events in their order.
///
/// # Errors
/// `CALENDAR_MISSING`, `INTERNAL` for a damaged row.
pub fn replayed_from(
    terms: &ContractTerms,
    clock: &sla_clock::Model,
    events: &[sla_event::Model],
    now: DateTime<Utc>,
) -> Result<(Terms, Projection)> {
    record::replay_rows(terms, clock, events, now)
}

const DONE: EventBody = EventBody::Complete {
    completion: Completion::Done,
};

async fn current(tx: &Tx, row: &ticket::Model) -> Result<Vec<sla_clock::Model>> {
    Ok(sla_clock::Entity::find()
        .filter(sla_clock::Column::HospitalId.eq(row.hospital_id))
        .filter(sla_clock::Column::TicketId.eq(row.id))
        .filter(sla_clock::Column::Cycle.eq(row.cycle))
        .all(tx)
        .await?)
}

/// The earliest due instant of the contract clocks that run.
///
/// # Errors
/// Those of the database.
pub async fn next_due(tx: &Tx, row: &ticket::Model) -> Result<Option<DateTime<Utc>>> {
    let due = current(tx, row)
        .await?
        .into_iter()
        .filter(|clock| clock.state == SlaClockState::Running && clock.kind != SlaClockKind::Kpi)
        .filter_map(|clock| clock.due_at)
        .min();
    Ok(due)
}
