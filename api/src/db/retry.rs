//! What may be tried again, and how often (L7, L8).
//!
//! The whole operation runs again, from its first read. A commit whose outcome is unknown is not
//! among it: whoever holds an idempotency key asks again with that key.

use std::future::Future;
use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr, SqlxError};
use tokio::time::Instant;

use super::CommitFailed;
use crate::app::App;
use crate::error::Error;

/// Runs at most.
const TRIES: u32 = 5;
/// Time for all runs and waits together.
const IN_ALL: Duration = Duration::from_secs(3);
/// Longest wait before the second run; doubled for each further one.
const BASE: Duration = Duration::from_millis(25);

/// SQLSTATE class 08, and a connection that ended without one.
const CONNECTION: &str = "08006";

/// What is worth another try: the code, or `None` for everything final.
///
/// An error of `COMMIT` is not asked here but through [`CommitFailed::is_unknown`].
#[must_use]
pub fn transient(error: &DbErr) -> Option<&'static str> {
    match cause(error)? {
        SqlxError::Io(_) => Some(CONNECTION),
        SqlxError::Database(error) => of_code(error.code().as_deref()?),
        _ => None,
    }
}

/// The code that the database gave.
pub(super) fn code(error: &DbErr) -> Option<String> {
    match cause(error)? {
        SqlxError::Database(error) => error.code().map(|code| code.into_owned()),
        _ => None,
    }
}

/// The class of a code of PostgreSQL or SQLite; total, whatever the text is.
fn of_code(code: &str) -> Option<&'static str> {
    match code {
        "40001" => Some("40001"),
        "40P01" => Some("40P01"),
        "55P03" => Some("55P03"),
        "57P01" => Some("57P01"),
        "57P02" => Some("57P02"),
        "57P03" => Some("57P03"),
        "5" => Some("5"),
        "517" => Some("517"),
        _ if code.len() == 5 && code.starts_with("08") => Some(CONNECTION),
        _ => None,
    }
}

/// Whether the connection is gone, so that nothing was heard of what the server did last.
pub(super) fn connection_ended(error: &DbErr) -> bool {
    matches!(
        transient(error),
        Some(CONNECTION | "57P01" | "57P02" | "57P03")
    ) || matches!(
        cause(error),
        Some(SqlxError::Protocol(_) | SqlxError::Tls(_) | SqlxError::WorkerCrashed)
    )
}

fn cause(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// The code of an error that may be tried again, found in its chain of causes.
fn retryable(error: &Error) -> Option<&'static str> {
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        if cause
            .downcast_ref::<CommitFailed>()
            .is_some_and(CommitFailed::is_unknown)
        {
            return None;
        }
        if let Some(error) = cause.downcast_ref::<DbErr>() {
            return transient(error);
        }
        next = cause.source();
    }
    None
}

/// Runs an operation again, from its first read, while its failure is of those that pass: at most
/// five runs and three seconds, with full jitter. Every further run counts in `db_tx_retries_total`.
///
/// # Errors
/// The last one of the operation.
pub async fn retrying<T, F, Fut>(app: &App, mut run: F) -> Result<T, Error>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, Error>>,
{
    let started = Instant::now();
    let mut most = BASE;
    for _ in 1..TRIES {
        let error = match run().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let Some(code) = retryable(&error) else {
            return Err(error);
        };
        let wait = most.mul_f64(rand::random::<f64>());
        if started.elapsed() + wait >= IN_ALL {
            return Err(error);
        }
        app.metrics.tx_retried(code);
        tracing::debug!(code, %error, "an operation is run again");
        tokio::time::sleep(wait).await;
        most *= 2;
    }
    run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CODES: [&str; 8] = [
        "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "5", "517",
    ];

    proptest! {
        /// L8
        #[test]
        fn every_code_has_a_class_and_only_the_listed_ones_are_tried_again(code in "\\PC{0,6}|[0-9A-Z]{5}|08[0-9A-Z]{3}|[0-9]{1,4}") {
            let listed = CODES.contains(&code.as_str()) || (code.len() == 5 && code.starts_with("08"));
            prop_assert_eq!(of_code(&code).is_some(), listed);
        }
    }

    /// L8
    #[test]
    fn listed_codes_keep_their_name_and_everything_else_is_final() {
        for code in CODES {
            assert_eq!(of_code(code), Some(code));
        }
        for code in [
            "23505", "23503", "22P02", "57014", "53100", "1", "13", "19", "2067", "",
        ] {
            assert_eq!(of_code(code), None, "{code}");
        }
        let io = || SqlxError::Io(std::io::ErrorKind::ConnectionReset.into());
        let lost = DbErr::Query(RuntimeErr::SqlxError(io().into()));
        assert_eq!(transient(&lost), Some(CONNECTION));
        assert_eq!(transient(&DbErr::RecordNotUpdated), None);
        assert_eq!(transient(&DbErr::Custom("40001".into())), None);
    }

    /// L7
    #[test]
    fn a_connection_lost_before_the_commit_is_tried_again_and_one_lost_inside_it_is_not() {
        let io = SqlxError::Io(std::io::ErrorKind::UnexpectedEof.into());
        let lost = DbErr::Exec(RuntimeErr::SqlxError(io.into()));
        assert_eq!(retryable(&Error::from(lost.clone())), Some(CONNECTION));
        let commit = Error::from(CommitFailed::of(lost));
        assert_eq!(retryable(&commit), None);
        assert_eq!(commit.code(), crate::error::Code::Timeout);
        let wrapped = Error::internal(Error::from(DbErr::RecordNotUpdated));
        assert_eq!(retryable(&wrapped), None);
    }
}
