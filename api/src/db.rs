//! Two pools, one writer at a time on SQLite, and the one way into a write transaction (L1–L6).
//!
//! It decides nothing about rows. `BEGIN IMMEDIATE` is given only here: a deferred transaction that
//! reads and then writes fails at once with SQLITE_BUSY_SNAPSHOT, whatever the busy timeout says.

mod retry;
mod statements;
mod tx;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

pub use retry::{retrying, transient};
pub use statements::Statements;
pub use tx::{CommitFailed, Tx};

/// The database: a pool that writes and a pool that only reads.
#[derive(Clone, Debug)]
pub struct Db {
    write: DatabaseConnection,
    read: DatabaseConnection,
    /// Distinguishes databases within one process, of which tests have many.
    number: usize,
    /// What is sent.
    pub statements: Arc<Statements>,
}

static CONNECTED: AtomicUsize = AtomicUsize::new(0);

/// SQLite before this version can corrupt its WAL; sqlx bundles a later one.
const SQLITE_FLOOR: (u32, u32, u32) = (3, 51, 3);

impl Db {
    /// Connects to `sqlite://…` or `postgres://…` and checks the engine; applies no migration.
    ///
    /// # Errors
    /// Those of the driver, and a SQLite that is too old.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        let number = CONNECTED.fetch_add(1, Ordering::Relaxed);
        let (mut write, mut read) = if url.starts_with("sqlite:") {
            let write = Database::connect(sqlite(url, false)).await?;
            check_sqlite_version(&write).await?;
            (write, Database::connect(sqlite(url, true)).await?)
        } else {
            (
                Database::connect(postgres(url, true)).await?,
                Database::connect(postgres(url, false)).await?,
            )
        };
        let statements = Arc::new(Statements::default());
        statements.watch(&mut write);
        statements.watch(&mut read);
        Ok(Self {
            write,
            read,
            number,
            statements,
        })
    }

    /// Applies what is missing of the schema.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::up(&self.write, None).await
    }

    /// The pool for reads outside a transaction.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Which engine.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// Opens the one write transaction of an operation. Nothing but database work is awaited inside.
    ///
    /// # Errors
    /// `ConnectionAcquire` after five seconds, others of the driver.
    ///
    /// # Panics
    /// In debug builds, if the task holds a write transaction already: it would wait for itself.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that opens a transaction"
    )]
    pub async fn begin_write(&self) -> Result<Tx, DbErr> {
        #[cfg(debug_assertions)]
        let holding = tx::Holding::take(self.number);
        let sqlite_transaction_mode =
            (self.backend() == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions {
            isolation_level: None,
            access_mode: None,
            sqlite_transaction_mode,
        };
        let inner = self.write.begin_with_options(options).await?;
        Ok(Tx::new(
            inner,
            #[cfg(debug_assertions)]
            holding,
        ))
    }

    /// Whether the database answers, for the readiness probe.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn probe(&self) -> Result<(), DbErr> {
        let tx = self.begin_write().await?;
        tx.execute_raw(Statement::from_string(self.backend(), "SELECT 1"))
            .await?;
        tx.rollback().await
    }

    /// Moves the WAL into the file; at the end of the process it leaves one file behind.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn checkpoint(&self) -> Result<(), DbErr> {
        if self.backend() == DbBackend::Sqlite {
            self.write
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await?;
        }
        Ok(())
    }

    /// Structural check: `quick_check` and `foreign_key_check` on SQLite; the lines that are not good.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn check_integrity(&self) -> Result<Vec<String>, DbErr> {
        let mut found = Vec::new();
        if self.backend() == DbBackend::Sqlite {
            for row in self
                .read
                .query_all_raw(Statement::from_string(
                    DbBackend::Sqlite,
                    "PRAGMA quick_check",
                ))
                .await?
            {
                let line: String = row.try_get_by_index(0)?;
                if line != "ok" {
                    found.push(line);
                }
            }
            for row in self
                .read
                .query_all_raw(Statement::from_string(
                    DbBackend::Sqlite,
                    "PRAGMA foreign_key_check",
                ))
                .await?
            {
                let table: String = row.try_get_by_index(0)?;
                found.push(format!("{table}: a row points to nothing"));
            }
        }
        Ok(found)
    }
}

fn sqlite(url: &str, read_only: bool) -> ConnectOptions {
    use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
    let mut options = ConnectOptions::new(url);
    let pool = if read_only { 4 } else { 1 };
    options
        .max_connections(pool)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            let options = options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .pragma("journal_size_limit", "67108864")
                .pragma("mmap_size", "0")
                .pragma("temp_store", "memory")
                .statement_cache_capacity(250)
                .optimize_on_close(true, None);
            if read_only {
                options
                    .read_only(true)
                    .pragma("query_only", "1")
                    .pragma("cache_size", "-8192")
            } else {
                options
            }
        });
    options
}

fn postgres(url: &str, writes: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(8)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .sqlx_logging(false);
    if writes {
        // A `begin` whose future was dropped leaves an open transaction on the connection
        // (launchbadge/sqlx#4393); the next borrower must not write into it.
        options.map_sqlx_postgres_before_acquire(|connection, _| {
            Box::pin(async move {
                sqlx::Executor::execute(connection, "ROLLBACK").await?;
                Ok(true)
            })
        });
    }
    options
}

async fn check_sqlite_version(db: &DatabaseConnection) -> Result<(), DbErr> {
    let row = db
        .query_one_raw(Statement::from_string(
            DbBackend::Sqlite,
            "SELECT sqlite_version()",
        ))
        .await?;
    let version: String = row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or_default();
    if sqlite_is_sound(&version) {
        Ok(())
    } else {
        Err(DbErr::Custom(format!(
            "sqlite {version} is older than 3.51.3"
        )))
    }
}

fn sqlite_is_sound(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= SQLITE_FLOOR
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L2
    #[test]
    fn an_unsound_sqlite_is_refused() {
        assert!(sqlite_is_sound("3.51.3") && sqlite_is_sound("3.52.0") && sqlite_is_sound("4.0.0"));
        assert!(
            !sqlite_is_sound("3.51.2")
                && !sqlite_is_sound("3.40.1")
                && !sqlite_is_sound("nonsense")
        );
    }
}
