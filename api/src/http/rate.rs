//! Cost buckets in memory (G55): a principal spends cost points, which come back with time.
//!
//! State of one process; it is lost at a restart. Counters of sign-in attempts are not here, they are rows (G50).

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

/// Size of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Most points it holds.
    pub capacity: u64,
    /// Points that come back in a second.
    pub refill_per_s: u64,
}

/// What is left, for `extensions.cost`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// Capacity.
    pub maximum_available: u64,
    /// Whole points left.
    pub currently_available: u64,
    /// Points that come back in a second.
    pub restore_rate: u64,
}

/// An empty bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Empty {
    /// What there is.
    pub throttle: Throttle,
    /// Seconds until the charge would pass, at least 1.
    pub retry_after_s: u64,
}

struct Level {
    /// Thousandths of a point.
    milli: u64,
    at: Instant,
    bucket: Bucket,
}

impl Level {
    fn refill(&mut self, now: Instant) {
        let ms =
            u64::try_from(now.saturating_duration_since(self.at).as_millis()).unwrap_or(u64::MAX);
        let full = self.bucket.capacity.saturating_mul(1000);
        self.milli = self
            .milli
            .saturating_add(ms.saturating_mul(self.bucket.refill_per_s))
            .min(full);
        // Only whole milliseconds are counted; the rest stays for the next time.
        self.at += Duration::from_millis(ms);
    }

    fn throttle(&self) -> Throttle {
        Throttle {
            maximum_available: self.bucket.capacity,
            currently_available: self.milli / 1000,
            restore_rate: self.bucket.refill_per_s,
        }
    }
}

/// All buckets of the process.
#[derive(Default)]
pub struct Buckets {
    levels: Mutex<HashMap<String, Level>>,
}

/// Buckets beyond which full ones are dropped; a full bucket is the same as none.
const KEPT: usize = 10_000;

impl Buckets {
    /// Takes `cost` points out, all or none; at least one, so that nothing is free without limit.
    ///
    /// # Errors
    /// The state of the bucket if there are too few.
    pub fn charge(
        &self,
        key: &str,
        bucket: Bucket,
        cost: u64,
        now: Instant,
    ) -> Result<Throttle, Empty> {
        let cost = cost.max(1).saturating_mul(1000);
        let mut levels = self
            .levels
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if levels.len() >= KEPT && !levels.contains_key(key) {
            levels.retain(|_, level| {
                level.refill(now);
                level.milli < level.bucket.capacity.saturating_mul(1000)
            });
        }
        let level = levels.entry(key.to_owned()).or_insert(Level {
            milli: bucket.capacity.saturating_mul(1000),
            at: now,
            bucket,
        });
        level.bucket = bucket;
        level.refill(now);
        if level.milli >= cost {
            level.milli -= cost;
            return Ok(level.throttle());
        }
        let lacking = cost - level.milli;
        let per_s = bucket.refill_per_s.saturating_mul(1000).max(1);
        Err(Empty {
            throttle: level.throttle(),
            retry_after_s: lacking.div_ceil(per_s).max(1),
        })
    }

    /// Gives back what an operation was charged too much.
    pub fn settle(&self, key: &str, charged: u64, actual: u64, now: Instant) -> Option<Throttle> {
        let back = charged
            .max(1)
            .saturating_sub(actual.max(1))
            .saturating_mul(1000);
        let mut levels = self
            .levels
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let level = levels.get_mut(key)?;
        level.refill(now);
        level.milli = level
            .milli
            .saturating_add(back)
            .min(level.bucket.capacity.saturating_mul(1000));
        Some(level.throttle())
    }
}

/// Key of an anonymous caller: the address, for IPv6 its /64.
pub fn address_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => format!("ip:{address}"),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("ip:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    const BUCKET: Bucket = Bucket {
        capacity: 200,
        refill_per_s: 10,
    };

    /// G55
    #[test]
    fn spending_and_refilling_by_the_clock() {
        let (buckets, start) = (Buckets::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(
            buckets
                .charge("a", BUCKET, 150, at(0))
                .unwrap()
                .currently_available,
            50
        );
        let empty = buckets.charge("a", BUCKET, 151, at(0)).unwrap_err();
        assert_eq!(
            (empty.retry_after_s, empty.throttle.currently_available),
            (11, 50)
        );
        assert_eq!(
            buckets
                .charge("b", BUCKET, 200, at(0))
                .unwrap()
                .currently_available,
            0
        );
        assert!(buckets.charge("a", BUCKET, 151, at(10_099)).is_err());
        assert_eq!(
            buckets
                .charge("a", BUCKET, 151, at(10_100))
                .unwrap()
                .currently_available,
            0
        );
        assert_eq!(
            buckets
                .charge("a", BUCKET, 1, at(3_600_000))
                .unwrap()
                .currently_available,
            199
        );
    }

    #[test]
    fn settling_gives_back_the_difference_and_never_more_than_full() {
        let (buckets, now) = (Buckets::default(), Instant::now());
        buckets.charge("a", BUCKET, 100, now).unwrap();
        assert_eq!(
            buckets
                .settle("a", 100, 30, now)
                .unwrap()
                .currently_available,
            170
        );
        assert_eq!(
            buckets
                .settle("a", 100, 30, now)
                .unwrap()
                .currently_available,
            200
        );
        assert_eq!(
            buckets
                .settle("a", 10, 30, now)
                .unwrap()
                .currently_available,
            200
        );
    }

    #[test]
    fn short_steps_lose_no_points() {
        let (buckets, start) = (Buckets::default(), Instant::now());
        buckets.charge("a", BUCKET, 200, start).unwrap();
        let last = (1..=2_000).map(|n| start + Duration::from_micros(n * 500));
        let throttle = last
            .map(|now| buckets.settle("a", 1, 1, now).unwrap())
            .last()
            .unwrap();
        assert_eq!(throttle.currently_available, 10);
    }

    #[test]
    fn addresses_share_a_bucket_by_their_network() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
        assert_ne!(key("10.0.0.1"), key("10.0.0.2"));
    }
}
