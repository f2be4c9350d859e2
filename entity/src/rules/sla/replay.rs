//! Replay: the events of one cycle of one clock become its projection (S5–S11, S22, S34–S37).
//!
//! The list may come in any order; it is sorted by effective instant and then by S22. An event
//! that makes no sense where it stands (a resume without pause, a pause of a response clock)
//! changes nothing: gates belong to the transitions, the replay must always answer.

use super::due::{DemandFact, check_end, due, hold, late};
use super::event::{is_start, ordered};
use super::{
    ClaimSpan, Completion, Event, EventBody, Limit, PauseSpan, Projection, ReplayError, Silence,
    Target, Terms, measure,
};
use crate::rules::calendar::{
    Calendar, CalendarMissing, Instant, civil_date, cut, end_of, seconds,
};
use crate::values::{
    ClockCancelReason, Confirmation, SlaClockState, SlaResult, SlaUnit, TargetSource,
};

/// How a stopped clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Done(Instant),
    Claimed(Instant),
    Confirmed(Instant),
}

/// The facts gathered while walking through the events.
pub(super) struct Walk<'a> {
    pub(super) terms: &'a Terms,
    pub(super) calendar: &'a Calendar,
    pub(super) started: Instant,
    target: Target,
    targeted_at: Option<Instant>,
    demands: Vec<DemandFact>,
    pub(super) pauses: Vec<PauseSpan>,
    pub(super) claims: Vec<ClaimSpan>,
    stop: Option<Stop>,
    cancelled: Option<(ClockCancelReason, Instant)>,
    orphan_resume: Option<Instant>,
}

/// The state of a clock at `now` from its events; events that become effective later are not seen.
///
/// # Errors
/// [`ReplayError::NotStarted`] without ATTACH or REATTACH, [`ReplayError::Calendar`] if a year is
/// missing.
pub fn replay(
    terms: &Terms,
    events: &[Event],
    calendar: &Calendar,
    now: Instant,
) -> Result<Projection, ReplayError> {
    let events = ordered(events, now);
    let started = events
        .iter()
        .find(|e| is_start(&e.body))
        .ok_or(ReplayError::NotStarted)?
        .effective_at;
    let mut walk = Walk {
        terms,
        calendar,
        started,
        target: terms.target,
        targeted_at: None,
        demands: Vec::new(),
        pauses: Vec::new(),
        claims: Vec::new(),
        stop: None,
        cancelled: None,
        orphan_resume: None,
    };
    for event in &events {
        walk.step(event)?;
    }
    Ok(walk.project(now)?)
}

impl Walk<'_> {
    fn running(&self) -> bool {
        self.stop.is_none() && self.cancelled.is_none()
    }

    fn close_pause(&mut self, t: Instant) -> bool {
        match self.pauses.last_mut() {
            Some(pause) if pause.to.is_none() => {
                pause.to = Some(t.max(pause.from));
                true
            }
            _ => false,
        }
    }

    fn step(&mut self, event: &Event) -> Result<(), CalendarMissing> {
        let t = event.effective_at;
        match event.body {
            EventBody::Attach
            | EventBody::Reattach
            | EventBody::CorrectStart { .. }
            | EventBody::CorrectStop { .. } => {}
            EventBody::Retarget { target }
            | EventBody::Migrate {
                target: Some(target),
            } => {
                self.target = target;
                self.targeted_at = Some(t);
            }
            EventBody::Migrate { target: None } => {}
            EventBody::Demand { id, deadline } => self.demands.push(DemandFact {
                id,
                delivered: t,
                deadline,
            }),
            EventBody::DemandWithdrawn { id } => self.demands.retain(|demand| demand.id != id),
            EventBody::Pause { reason } => {
                let open = self.pauses.last().is_some_and(|pause| pause.to.is_none());
                // Equal instants: RESUME comes before PAUSE, so an empty pause is already over.
                if self.terms.pausable() && self.running() && !open && self.orphan_resume != Some(t)
                {
                    self.pauses.push(PauseSpan {
                        reason,
                        from: t.max(self.started),
                        to: None,
                    });
                }
            }
            EventBody::Resume => {
                if !self.close_pause(t) {
                    self.orphan_resume = Some(t);
                }
            }
            EventBody::Complete {
                completion: Completion::Done,
            } if self.running() => {
                self.close_pause(t);
                self.stop = Some(Stop::Done(t));
            }
            EventBody::Complete {
                completion: Completion::Claim,
            } if self.running() => {
                self.close_pause(t);
                let end = check_end(t, self.target.check, self.calendar)?;
                self.claims.push(ClaimSpan {
                    at: t,
                    check_end: end.map(|(at, _)| at),
                    check_end_on: end.map(|(_, on)| on),
                    rejected_at: None,
                });
                self.stop = Some(Stop::Claimed(t));
            }
            EventBody::Complete {
                completion: Completion::Confirm,
            } => {
                if let Some(Stop::Claimed(at)) = self.stop {
                    self.stop = Some(Stop::Confirmed(at));
                }
            }
            EventBody::Complete { .. } => {}
            EventBody::Reject => match self.stop {
                Some(Stop::Claimed(_)) => {
                    self.stop = None;
                    if let Some(claim) = self.claims.last_mut() {
                        claim.rejected_at = Some(t);
                    }
                }
                Some(Stop::Done(_)) => self.stop = None,
                Some(Stop::Confirmed(_)) | None => {}
            },
            EventBody::Cancel { reason } => {
                if self.running() {
                    self.close_pause(t);
                    self.cancelled = Some((reason, t));
                }
            }
        }
        Ok(())
    }

    fn project(mut self, now: Instant) -> Result<Projection, CalendarMissing> {
        // A pause that ended before a corrected start lies outside the cycle.
        let started = self.started;
        self.pauses
            .retain(|pause| pause.to.is_none_or(|to| to > started));
        let open = self
            .pauses
            .last()
            .filter(|pause| pause.to.is_none())
            .map(|pause| pause.from);
        let ruling = due(
            self.terms,
            &self.target,
            &self.demands,
            (started, &self.pauses, &self.claims),
            self.calendar,
        )?;
        let mut target = self.target;
        if let (Limit::None, Some((_, limit))) = (target.limit, ruling) {
            target = Target {
                limit,
                source: TargetSource::Demand,
                ..target
            };
        }
        let due = ruling.map(|(due, _)| due);
        let stopped = self
            .stop
            .map(|(Stop::Done(t) | Stop::Claimed(t) | Stop::Confirmed(t))| t);
        let end = stopped
            .or(self.cancelled.map(|(_, t)| t))
            .or(open)
            .unwrap_or(now)
            .max(started);
        let state = match (self.stop, self.cancelled, open) {
            (_, Some(_), _) => SlaClockState::Cancelled,
            (Some(_), None, _) => SlaClockState::Stopped,
            (None, None, Some(_)) => SlaClockState::Paused,
            (None, None, None) => SlaClockState::Running,
        };
        let overdue = due.filter(|due| !due.met_by(end));
        let silence_end = match (self.stop, self.terms.silence) {
            (Some(Stop::Claimed(t)), Some(silence)) => unconfirmed_from(t, silence, self.calendar),
            _ => None,
        };
        let (confirmation, fixed) = match self.stop {
            Some(Stop::Done(_)) => (Confirmation::None, true),
            Some(Stop::Confirmed(_)) => (Confirmation::Confirmed, true),
            Some(Stop::Claimed(_)) if silence_end.is_some_and(|t| t <= now) => {
                (Confirmation::Unconfirmed, true)
            }
            Some(Stop::Claimed(_)) | None => (Confirmation::None, false),
        };
        let expected = match (due, self.cancelled) {
            (None, _) | (_, Some(_)) => SlaResult::Na,
            (Some(_), None) if overdue.is_some() => SlaResult::Late,
            (Some(_), None) if stopped.is_some() => SlaResult::OnTime,
            (Some(_), None) => SlaResult::Open,
        };
        let result = if expected == SlaResult::Na || fixed {
            expected
        } else {
            SlaResult::Open
        };
        let shown = due.filter(|_| state != SlaClockState::Paused);
        let (paused, held, elapsed) = self.times(target.unit, end, now)?;
        let (_, _, elapsed_natural_s) = self.times(SlaUnit::Natural, end, now)?;
        Ok(Projection {
            started_at: started,
            target,
            due_at: shown.map(|due| due.at),
            due_before_at: shown.and_then(|due| due.before),
            due_on: shown.map(|due| due.on),
            stopped_at: stopped,
            cancelled: self.cancelled,
            paused,
            held,
            state,
            result,
            expected,
            confirmation,
            elapsed,
            elapsed_natural_s,
            provisional: due.is_some_and(|due| due.provisional),
            breached_at: overdue.map(|due| due.at),
            retargeted_at: overdue
                .and(self.targeted_at)
                .filter(|t| due.is_some_and(|due| !due.met_by(*t))),
            late: match (overdue, stopped) {
                (Some(due), Some(stop)) => late(&due, stop, target.unit, self.calendar)?,
                _ => None,
            },
            check_end_at: match self.stop {
                Some(Stop::Claimed(_)) => self.claims.last().and_then(|claim| claim.check_end),
                _ => None,
            },
            unconfirmed_from_at: silence_end,
            holdings: self.holdings(
                &target,
                due,
                stopped.or(self.cancelled.map(|(_, t)| t)).unwrap_or(now),
            )?,
            limit_units: units(target.limit),
            counts_from: due.and_then(|due| due.counts_from),
            pauses: self.pauses,
            claims: self.claims,
        })
    }

    /// Paused, held and elapsed in a unit; `end` is where counting stops.
    fn times(
        &self,
        unit: SlaUnit,
        end: Instant,
        now: Instant,
    ) -> Result<(i64, i64, i64), CalendarMissing> {
        let (mut closed, mut open, mut held) = (0, 0, 0);
        for pause in &self.pauses {
            match pause.to {
                Some(to) => closed += measure(unit, pause.from, to, self.calendar)?,
                None => open = measure(unit, pause.from, now.max(pause.from), self.calendar)?,
            }
        }
        for claim in &self.claims {
            held += hold(unit, claim, self.calendar)?;
        }
        let total = measure(unit, self.started, end, self.calendar)?;
        Ok((closed + open, held, (total - closed - held).max(0)))
    }
}

/// Units of a limit: seconds or working days.
pub(super) fn units(limit: Limit) -> Option<i64> {
    match limit {
        Limit::Seconds(s) => Some(s),
        Limit::WorkingDays(n) => Some(i64::from(n)),
        Limit::None | Limit::NaturalDays(_) | Limit::Until(_) | Limit::On(_) => None,
    }
}

/// 24:00 of the day of the last reminder (S35). A missing year leaves the claim open, it decides nothing.
fn unconfirmed_from(claim: Instant, silence: Silence, calendar: &Calendar) -> Option<Instant> {
    let days = silence.wd.saturating_mul(silence.times);
    calendar
        .wd_add(civil_date(claim), days)
        .ok()
        .map(|on| end_of(on.value))
}

/// Spans of natural time that do not count: ended pauses and holds, in order.
pub(super) fn gaps(projection: &Projection) -> Vec<(Instant, Instant)> {
    let counts = |from: Instant| projection.counts_from.is_none_or(|since| from >= since);
    let pauses = projection
        .pauses
        .iter()
        .filter(|p| counts(p.from))
        .filter_map(|p| Some((cut(p.from), cut(p.to?))));
    let holds = projection
        .claims
        .iter()
        .filter(|c| counts(c.at))
        .filter_map(ClaimSpan::hold);
    let mut all: Vec<_> = pauses
        .chain(holds)
        .filter(|(from, to)| seconds(*from, *to) > 0)
        .collect();
    all.sort_unstable();
    all
}
