//! When a sign in may be tried (G50): growing delay for an account from a source, never a lock that
//! a stranger could put on a nurse elsewhere.

use chrono::{DateTime, TimeDelta, Utc};

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it succeeded.
    pub success: bool,
    /// Account as typed, folded.
    pub account: String,
    /// Address.
    pub source: String,
}

/// What the rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Try.
    Allowed,
    /// Not before this instant.
    DelayUntil(DateTime<Utc>),
    /// The account has failed a hundred times in a day.
    LockedForDay,
}

const WINDOW: TimeDelta = TimeDelta::minutes(15);
const FREE_FAILURES: usize = 5;
const FREE_PER_SOURCE: usize = 30;
const DAY_LIMIT: usize = 100;

/// Decides on the attempts of the last day, in any order.
#[must_use]
pub fn decide(attempts: &[Attempt], account: &str, source: &str, now: DateTime<Utc>) -> Verdict {
    let failed = |attempt: &&Attempt| !attempt.success && attempt.at <= now;
    let day = attempts
        .iter()
        .filter(failed)
        .filter(|attempt| attempt.account == account && now - attempt.at < TimeDelta::days(1))
        .count();
    if day >= DAY_LIMIT {
        return Verdict::LockedForDay;
    }
    let good = attempts
        .iter()
        .filter(|attempt| attempt.success && attempt.account == account && attempt.source == source)
        .map(|attempt| attempt.at)
        .max();
    let recent = |attempt: &&Attempt| now - attempt.at < WINDOW;
    let pair: Vec<DateTime<Utc>> = attempts
        .iter()
        .filter(failed)
        .filter(recent)
        .filter(|attempt| {
            attempt.account == account
                && attempt.source == source
                && good.is_none_or(|good| attempt.at > good)
        })
        .map(|attempt| attempt.at)
        .collect();
    let address: Vec<DateTime<Utc>> = attempts
        .iter()
        .filter(failed)
        .filter(recent)
        .filter(|attempt| attempt.source == source)
        .map(|attempt| attempt.at)
        .collect();
    let until = [
        delay(&pair, FREE_FAILURES),
        delay(&address, FREE_PER_SOURCE),
    ]
    .into_iter()
    .flatten()
    .max();
    match until {
        Some(until) if until > now => Verdict::DelayUntil(until),
        _ => Verdict::Allowed,
    }
}

/// Five failures wait a second, each further one twice as long, at most the window.
fn delay(failures: &[DateTime<Utc>], free: usize) -> Option<DateTime<Utc>> {
    let over = failures.len().checked_sub(free)?;
    let seconds = 1_i64 << over.min(10);
    failures
        .iter()
        .max()
        .map(|last| *last + TimeDelta::seconds(seconds).min(WINDOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(count: i64, account: &str, source: &str, every_s: i64) -> Vec<Attempt> {
        (0..count)
            .map(|n| Attempt {
                at: DateTime::UNIX_EPOCH + TimeDelta::seconds(n * every_s),
                success: false,
                account: account.into(),
                source: source.into(),
            })
            .collect()
    }

    #[test]
    fn the_fifth_failure_waits_and_the_wait_grows() {
        let at = |n: i64| DateTime::UNIX_EPOCH + TimeDelta::seconds(n);
        assert_eq!(
            decide(&failures(4, "a", "x", 1), "a", "x", at(3)),
            Verdict::Allowed
        );
        assert_eq!(
            decide(&failures(5, "a", "x", 1), "a", "x", at(4)),
            Verdict::DelayUntil(at(5))
        );
        assert_eq!(
            decide(&failures(8, "a", "x", 1), "a", "x", at(7)),
            Verdict::DelayUntil(at(15))
        );
    }

    #[test]
    fn a_stranger_does_not_lock_a_nurse_out_from_elsewhere() {
        let attempts = failures(29, "nurse", "stranger", 1);
        assert_eq!(
            decide(
                &attempts,
                "nurse",
                "ward",
                DateTime::UNIX_EPOCH + TimeDelta::seconds(29)
            ),
            Verdict::Allowed
        );
    }

    #[test]
    fn the_hundredth_failure_of_a_day_locks_and_the_ninety_ninth_does_not() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::hours(23);
        assert_eq!(
            decide(&failures(99, "a", "x", 600), "a", "y", now),
            Verdict::Allowed
        );
        assert_eq!(
            decide(&failures(100, "a", "x", 600), "a", "y", now),
            Verdict::LockedForDay
        );
    }
}
