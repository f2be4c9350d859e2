//! The write transaction: a transaction of the ORM that knows when it is being committed.
//!
//! A connection that dies inside `COMMIT` leaves an unknown outcome; the error says so, because such
//! an operation is never run again blindly (L7). In debug builds a task that already holds a write
//! transaction and asks for another one panics, instead of waiting for itself (L4).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

use super::retry;
use crate::error::{Code, Error};

/// A write transaction; dropped without `commit` it is rolled back.
#[derive(Debug)]
pub struct Tx {
    inner: DatabaseTransaction,
    commits: Arc<AtomicU64>,
    #[cfg(debug_assertions)]
    _holding: Holding,
}

impl Tx {
    pub(super) fn new(
        inner: DatabaseTransaction,
        commits: Arc<AtomicU64>,
        #[cfg(debug_assertions)] holding: Holding,
    ) -> Self {
        Self {
            inner,
            commits,
            #[cfg(debug_assertions)]
            _holding: holding,
        }
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// Those of the database; [`CommitFailed::is_unknown`] tells whether it may have been committed.
    pub async fn commit(self) -> Result<(), CommitFailed> {
        self.inner.commit().await.map_err(CommitFailed)?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Gives everything up.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }
}

/// `COMMIT` did not succeed, or its success was not heard of.
#[derive(Debug, Clone)]
pub struct CommitFailed(DbErr);

impl CommitFailed {
    #[cfg(test)]
    pub(super) fn of(error: DbErr) -> Self {
        Self(error)
    }

    /// Whether the commit may have happened: the connection ended before the answer came.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        retry::connection_ended(&self.0)
    }
}

impl std::fmt::Display for CommitFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_unknown() {
            "the outcome of COMMIT is unknown"
        } else {
            "COMMIT failed"
        })
    }
}

impl std::error::Error for CommitFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<CommitFailed> for Error {
    fn from(error: CommitFailed) -> Self {
        if error.is_unknown() {
            return Self::new(Code::Timeout)
                .retry_after(1)
                .detail(
                    "提交时数据库连接中断，请用同一 idempotencyKey 重试",
                    "the connection to the database ended during the commit; try again with the same idempotencyKey",
                )
                .caused_by(error);
        }
        let code = Self::from(error.0.clone()).code();
        Self::new(code).caused_by(error)
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(statement).await
    }
}

#[cfg(debug_assertions)]
pub(super) use holding::Holding;

#[cfg(debug_assertions)]
mod holding {
    use std::collections::BTreeSet;
    use std::sync::{Mutex, PoisonError};

    use tokio::task::Id;

    /// Which tasks hold a write transaction of which database.
    static HOLDERS: Mutex<BTreeSet<(usize, String)>> = Mutex::new(BTreeSet::new());

    /// The mark of a task that holds a write transaction; taken off when dropped.
    #[derive(Debug)]
    pub struct Holding(Option<(usize, String)>);

    impl Holding {
        /// Marks the current task; panics if it has the mark already. Code outside of tasks has none.
        #[expect(
            clippy::panic,
            reason = "a fault of the program, found in debug builds"
        )]
        pub fn take(database: usize) -> Self {
            let mark = tokio::task::try_id().map(|id: Id| (database, id.to_string()));
            if let Some(mark) = &mark {
                let fresh = HOLDERS
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(mark.clone());
                if !fresh {
                    panic!("a task that holds a write transaction asked for another one");
                }
            }
            Self(mark)
        }
    }

    impl Drop for Holding {
        fn drop(&mut self) {
            if let Some(mark) = &self.0 {
                HOLDERS
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .remove(mark);
            }
        }
    }
}
