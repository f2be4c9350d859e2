//! Time and ids of the server: the only module that reads the wall clock.
//!
//! Instants are UTC, cut to microseconds, because PostgreSQL keeps no more and what is hashed must
//! be what is stored (L9). Tests inject a clock that stands still until it is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Where `now` comes from.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The wall clock.
    #[must_use]
    pub fn real() -> Self {
        Self(None)
    }

    /// A clock that stands at `at` until [`Clock::set`] moves it.
    #[must_use]
    pub fn standing(at: DateTime<Utc>) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.timestamp_micros()))))
    }

    /// Moves a standing clock; the wall clock is not moved.
    pub fn set(&self, at: DateTime<Utc>) {
        if let Some(micros) = &self.0 {
            micros.store(at.timestamp_micros(), Ordering::SeqCst);
        }
    }

    /// Whether jobs must look at the clock in short steps because it can jump.
    #[must_use]
    pub fn is_standing(&self) -> bool {
        self.0.is_some()
    }

    /// Now, UTC, whole microseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &self.0 {
            Some(micros) => micros.load(Ordering::SeqCst),
            None => wall().timestamp_micros(),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// A new UUIDv7 of this instant.
    #[must_use]
    pub fn id(&self) -> Uuid {
        id_at(self.now())
    }
}

/// A new UUIDv7 of an instant, for rows that are back-dated such as those of the demonstration.
#[must_use]
pub fn id_at(at: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
    let timestamp = uuid::Timestamp::from_unix(
        uuid::timestamp::context::ContextV7::new(),
        seconds,
        at.timestamp_subsec_nanos(),
    );
    Uuid::new_v7(timestamp)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the wall clock"
)]
fn wall() -> DateTime<Utc> {
    Utc::now()
}
