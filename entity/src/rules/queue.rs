//! When a failed job is tried again (L25).

use chrono::TimeDelta;

const BASE_MS: i64 = 1_000;
const CAP_MS: i64 = 3_600_000;

/// Wait before the next try: `min(base·2^n, cap)` with full jitter; `random` is any number.
#[must_use]
pub fn backoff(attempt: u32, random: u64) -> TimeDelta {
    let most = BASE_MS.saturating_mul(1_i64 << attempt.min(20)).min(CAP_MS);
    let share =
        i64::try_from(random % u64::try_from(most).unwrap_or(1).saturating_add(1)).unwrap_or(0);
    TimeDelta::milliseconds(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_wait_lies_between_nothing_and_the_cap(attempt: u32, random: u64) {
            let wait = backoff(attempt, random);
            prop_assert!(wait >= TimeDelta::zero() && wait <= TimeDelta::hours(1));
            prop_assert!(attempt > 3 || wait <= TimeDelta::seconds(8));
        }
    }
}
