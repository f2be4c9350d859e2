//! Two pools, one writer at a time on SQLite, and the one way into a write transaction (L1–L6).
//!
//! Around it: `tx` the write transaction, `retry` what may be tried again, `migrate` one migrator at a
//! time, `check` damage and the write-ahead log. It decides nothing about rows. `BEGIN IMMEDIATE` is
//! given only here: a deferred transaction that reads and then writes fails at once with
//! SQLITE_BUSY_SNAPSHOT, whatever the busy timeout says.

mod check;
mod migrate;
mod retry;
mod statements;
mod tx;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use migration::{Migrator, MigratorTrait};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::metrics::Metrics;

pub use check::{Depth, is_damage};
pub use retry::{retrying, transient};
pub use statements::Statements;
pub use tx::{CommitFailed, Tx};

/// The database: a pool that writes and two that only read.
#[derive(Clone, Debug)]
pub struct Db {
    write: DatabaseConnection,
    read: DatabaseConnection,
    /// For batches of edges. Resolvers that read by themselves may hold every connection of `read` while the batches
    /// that they wait for are read; from the same pool the two would wait for each other.
    edges: DatabaseConnection,
    /// Distinguishes databases within one process, of which tests have many.
    #[cfg_attr(
        not(debug_assertions),
        expect(
            dead_code,
            reason = "only debug builds guard against waiting for oneself"
        )
    )]
    number: usize,
    /// The SQLite file.
    file: Option<PathBuf>,
    /// Settings of a connection without time limits, for migrations on PostgreSQL.
    unlimited: Option<ConnectOptions>,
    protections: Protections,
    commits: Arc<AtomicU64>,
    metrics: Arc<Metrics>,
    /// What is sent.
    pub statements: Arc<Statements>,
}

/// What the readiness probe found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Whether the schema is the one of this program.
    pub schema: bool,
    /// Time of the machine of the database, if it is another one.
    pub there: Option<DateTime<Utc>>,
}

/// Guards against a driver that returns a connection to the pool inside a transaction, when the
/// future of `begin` is dropped (launchbadge/sqlx#4393, L6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protections {
    /// `BEGIN` runs in a task of its own, and a connection is rolled back before it is lent.
    On,
    /// Neither; only for the test that shows what they are for.
    Off,
}

static CONNECTED: AtomicUsize = AtomicUsize::new(0);

/// Shorter than the wait for an answer, so that a busy database is told as such.
const ACQUIRE: Duration = Duration::from_secs(4);
/// How long SQLite waits for another process.
const BUSY: Duration = Duration::from_secs(5);
const POSTGRES_POOL: u32 = 8;
/// Connections of PostgreSQL for batches of edges.
const POSTGRES_EDGES: u32 = 4;
/// Connections of SQLite that read, and those for batches of edges.
const SQLITE_READERS: u32 = 4;
const SQLITE_EDGES: u32 = 2;

/// SQLite before this version can corrupt its WAL; sqlx bundles a later one.
const SQLITE_FLOOR: (u32, u32, u32) = (3, 51, 3);

impl Db {
    /// Connects to `sqlite://…` or `postgres://…` and checks the engine; applies no migration.
    ///
    /// # Errors
    /// Those of the driver, and a SQLite that is too old.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        Self::connect_with(url, Protections::On, None).await
    }

    /// [`Db::connect`] with other protections or another number of connections that write.
    ///
    /// # Errors
    /// Those of [`Db::connect`].
    pub async fn connect_with(
        url: &str,
        protections: Protections,
        writers: Option<u32>,
    ) -> Result<Self, DbErr> {
        let number = CONNECTED.fetch_add(1, Ordering::Relaxed);
        let mut db = if url.starts_with("sqlite:") {
            let write = opened(url).await?;
            check_sqlite_version(&write).await?;
            let read = Database::connect(sqlite(url, Some(SQLITE_READERS))).await?;
            let edges = Database::connect(sqlite(url, Some(SQLITE_EDGES))).await?;
            Self {
                write,
                read,
                edges,
                number,
                file: file_of(url),
                unlimited: None,
                protections,
                commits: Arc::default(),
                metrics: Arc::default(),
                statements: Arc::default(),
            }
        } else {
            Self {
                write: Database::connect(postgres(
                    url,
                    writers.unwrap_or(POSTGRES_POOL),
                    protections == Protections::On,
                ))
                .await?,
                read: Database::connect(postgres(url, POSTGRES_POOL, false)).await?,
                edges: Database::connect(postgres(url, POSTGRES_EDGES, false)).await?,
                number,
                file: None,
                unlimited: Some(single(url)),
                protections,
                commits: Arc::default(),
                metrics: Arc::default(),
                statements: Arc::default(),
            }
        };
        let statements = Arc::clone(&db.statements);
        statements.watch(&mut db.write);
        statements.watch(&mut db.read);
        statements.watch(&mut db.edges);
        Ok(db)
    }

    /// Counts in these metrics.
    #[must_use]
    pub fn measured(self, metrics: Arc<Metrics>) -> Self {
        Self { metrics, ..self }
    }

    /// Every pool, the one that writes first, for those who look at their settings; writes go through
    /// [`Db::begin_write`].
    #[must_use]
    pub fn connections(&self) -> [&DatabaseConnection; 3] {
        [&self.write, &self.read, &self.edges]
    }

    /// Transactions committed so far by this process.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Closes every pool.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn close(self) -> Result<(), DbErr> {
        self.edges.close().await?;
        self.read.close().await?;
        self.write.close().await
    }

    /// The pool for reads outside a transaction.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// The pool for batches of edges, which must never wait for the resolvers.
    #[must_use]
    pub fn edges(&self) -> &DatabaseConnection {
        &self.edges
    }

    /// Which engine.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// Opens the one write transaction of an operation. Nothing but database work is awaited inside.
    ///
    /// # Errors
    /// `ConnectionAcquire` after four seconds, others of the driver.
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
        let inner = match self.protections {
            Protections::On => {
                // Whoever gives up the wait drops the handle; the transaction is then opened, and
                // rolled back where it is dropped.
                let write = self.write.clone();
                let begin = async move { write.begin_with_options(options).await };
                tokio::spawn(begin)
                    .await
                    .map_err(|error| DbErr::Custom(error.to_string()))??
            }
            Protections::Off => self.write.begin_with_options(options).await?,
        };
        self.metrics.write_waited(asked.elapsed());
        Ok(Tx::new(
            inner,
            Arc::clone(&self.commits),
            #[cfg(debug_assertions)]
            holding,
        ))
    }

    /// Time of the machine of the database; `None` where it is this one.
    async fn time_there(&self, tx: &Tx) -> Result<Option<DateTime<Utc>>, DbErr> {
        if self.backend() == DbBackend::Sqlite {
            return Ok(None);
        }
        let now = Query::select()
            .expr(Expr::cust("clock_timestamp()"))
            .to_owned();
        let row = tx.query_one(&now).await?;
        row.map(|row| row.try_get_by_index(0)).transpose()
    }

    /// Tries a write, reads the schema and the time.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn probe(&self) -> Result<Probe, DbErr> {
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
        let there = self.time_there(&tx).await?;
        tx.rollback().await?;
        Ok(Probe {
            schema: newest == Some(schema_version()),
            there,
        })
    }

    /// Size and idle connections of each pool.
    #[must_use]
    pub fn pools(&self) -> [(&'static str, u32, usize); 3] {
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
        let named = [
            ("write", &self.write),
            ("read", &self.read),
            ("edges", &self.edges),
        ];
        named.map(|(name, pool)| {
            let (size, idle) = of(pool);
            (name, size, idle)
        })
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

/// The writer's pool. While another process turns a new file to a write-ahead log, SQLite refuses at once, whatever the
/// busy timeout says; so it is tried for as long as that.
async fn opened(url: &str) -> Result<DatabaseConnection, DbErr> {
    let begun = Instant::now();
    loop {
        match Database::connect(sqlite(url, None)).await {
            Err(error) if transient(&error).is_some() && begun.elapsed() < BUSY => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome,
        }
    }
}

/// The file of a SQLite address; `None` for PostgreSQL.
#[must_use]
pub fn file_of(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    Some(PathBuf::from(path))
}

/// The writer's one connection, or a pool that only reads.
fn sqlite(url: &str, readers: Option<u32>) -> ConnectOptions {
    use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
    let mut options = ConnectOptions::new(url);
    let (pool, read_only) = (readers.unwrap_or(1), readers.is_some());
    options
        .max_connections(pool)
        .min_connections(1)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            let options = options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(BUSY)
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

/// Time limits of the server for every connection; on roles they would also pass through a pooler.
const POSTGRES_LIMITS: &str = "SET statement_timeout = '15s'; SET lock_timeout = '3s'; \
    SET idle_in_transaction_session_timeout = '30s'; SET client_min_messages = error";

fn postgres(url: &str, connections: u32, rolled_back: bool) -> ConnectOptions {
    let mut options = single(url);
    options
        .max_connections(connections)
        .map_sqlx_postgres_pool_opts(|pool| {
            pool.after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::Executor::execute(connection, POSTGRES_LIMITS).await?;
                    Ok(())
                })
            })
        });
    if rolled_back {
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

/// One connection to PostgreSQL without time limits of its own.
fn single(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .sqlx_logging(false)
        // Poolers refuse it as a parameter of the start.
        .map_sqlx_postgres_opts(|options| options.extra_float_digits(None));
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
