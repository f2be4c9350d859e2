//! Two pools, one writer at a time on SQLite, and the one way into a write transaction (L1–L6).
//!
//! It decides nothing about rows. `BEGIN IMMEDIATE` is given only here: a deferred transaction that
//! reads and then writes fails at once with SQLITE_BUSY_SNAPSHOT, whatever the busy timeout says.

mod retry;
mod tx;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use migration::{Migrator, MigratorTrait};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::metrics::Metrics;

pub use retry::{retrying, transient};
pub use tx::{CommitFailed, Tx};

/// The database: a pool that writes and a pool that only reads.
#[derive(Clone, Debug)]
pub struct Db {
    write: DatabaseConnection,
    read: DatabaseConnection,
    /// Distinguishes databases within one process, of which tests have many.
    number: usize,
    /// The SQLite file.
    file: Option<PathBuf>,
    metrics: Arc<Metrics>,
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
        if url.starts_with("sqlite:") {
            let write = Database::connect(sqlite(url, false)).await?;
            check_sqlite_version(&write).await?;
            let read = Database::connect(sqlite(url, true)).await?;
            let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
            let path = path.split('?').next().unwrap_or(path);
            Ok(Self {
                write,
                read,
                number,
                file: Some(PathBuf::from(path)),
                metrics: Arc::default(),
            })
        } else {
            Ok(Self {
                write: Database::connect(postgres(url, true)).await?,
                read: Database::connect(postgres(url, false)).await?,
                number,
                file: None,
                metrics: Arc::default(),
            })
        }
    }

    /// Counts in these metrics.
    #[must_use]
    pub fn measured(self, metrics: Arc<Metrics>) -> Self {
        Self { metrics, ..self }
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
        let asked = Instant::now();
        let inner = self.write.begin_with_options(options).await?;
        self.metrics.write_waited(asked.elapsed());
        Ok(Tx::new(
            inner,
            #[cfg(debug_assertions)]
            holding,
        ))
    }

    /// Tries a write and reads the schema; `false`: the schema is not the one of this program.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn probe(&self) -> Result<bool, DbErr> {
        let tx = self.begin_write().await?;
        let newest = Query::select()
            .expr(Func::max(Expr::col("version")))
            .from("seaql_migrations")
            .to_owned();
        let newest: Option<String> = tx
            .query_one(&newest)
            .await?
            .map(|row| row.try_get_by_index(0))
            .transpose()?;
        // Changes nothing, and fails where nothing may be written.
        let touch = Query::update()
            .table("seaql_migrations")
            .value("applied_at", Expr::col("applied_at"))
            .and_where(Expr::col("version").eq(schema_version()))
            .to_owned();
        tx.execute(&touch).await?;
        tx.rollback().await?;
        Ok(newest == Some(schema_version()))
    }

    /// Size and idle connections of each pool.
    #[must_use]
    pub fn pools(&self) -> [(&'static str, u32, usize); 2] {
        let of = |pool: &DatabaseConnection| match self.backend() {
            DbBackend::Sqlite => {
                let pool = pool.get_sqlite_connection_pool();
                (pool.size(), pool.num_idle())
            }
            _ => {
                let pool = pool.get_postgres_connection_pool();
                (pool.size(), pool.num_idle())
            }
        };
        let (write, read) = (of(&self.write), of(&self.read));
        [("write", write.0, write.1), ("read", read.0, read.1)]
    }

    /// Length of the write-ahead log in bytes; 0 where there is none.
    #[must_use]
    pub fn wal_bytes(&self) -> u64 {
        let Some(file) = &self.file else {
            return 0;
        };
        let mut name = file.clone().into_os_string();
        name.push("-wal");
        std::fs::metadata(name).map_or(0, |found| found.len())
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

/// Name of the newest step of the schema that this program knows.
#[must_use]
pub fn schema_version() -> String {
    Migrator::migrations()
        .last()
        .map(|step| step.name().to_owned())
        .unwrap_or_default()
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
