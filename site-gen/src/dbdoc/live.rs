//! A snapshot of a living PostgreSQL or SQLite: catalogue queries in one read transaction, never a row of data.

mod ddl;
mod postgres;
mod sqlite;

use std::time::Duration;

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, QueryResult, Statement, TransactionTrait, TryGetable, Value,
};

use super::model::Snapshot;
use crate::docs::Problem;

/// How long an address may be silent.
const WAIT: Duration = Duration::from_secs(8);

/// Reads the catalogue behind a URL `postgres://…` or `sqlite:…`; `schemas` limits PostgreSQL to these schemas.
///
/// # Errors
/// Those of the driver; an address of another kind. No error repeats the URL, which may hold a password.
pub async fn snapshot(url: &str, schemas: &[String]) -> Result<Snapshot, Problem> {
    if !(url.starts_with("postgres:")
        || url.starts_with("postgresql:")
        || url.starts_with("sqlite:"))
    {
        return Err(Problem::new(
            "url",
            "only postgres:// and sqlite: are read live; use db-queries for other products",
        ));
    }
    let mut options = ConnectOptions::new(read_only(url));
    options
        .max_connections(1)
        .acquire_timeout(WAIT)
        .connect_timeout(WAIT)
        .sqlx_logging(false);
    let connection = Database::connect(options)
        .await
        .map_err(|error| plain(&error))?;
    // PostgreSQL shows one state of the catalogue only under REPEATABLE READ; SQLite always does.
    let isolation = match connection.get_database_backend() {
        DbBackend::Postgres => (
            Some(IsolationLevel::RepeatableRead),
            Some(AccessMode::ReadOnly),
        ),
        _ => (None, None),
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "a transaction that only reads; the connection is opened read-only"
    )]
    let transaction = connection
        .begin_with_config(isolation.0, isolation.1)
        .await
        .map_err(|error| plain(&error))?;
    let read = Reader(&transaction);
    let snapshot = match connection.get_database_backend() {
        DbBackend::Postgres => postgres::read(&read, schemas).await,
        _ => sqlite::read(&read).await,
    };
    transaction
        .rollback()
        .await
        .map_err(|error| plain(&error))?;
    connection.close().await.map_err(|error| plain(&error))?;
    let mut snapshot = snapshot.map_err(|error| plain(&error))?;
    snapshot.order();
    Ok(snapshot)
}

/// SQLite takes the wish to read only from its address.
fn read_only(url: &str) -> String {
    if url.starts_with("sqlite:") && !url.contains("mode=") {
        let joint = if url.contains('?') { '&' } else { '?' };
        return format!("{url}{joint}mode=ro");
    }
    url.to_owned()
}

fn plain(error: &DbErr) -> Problem {
    Problem::new("database", error.to_string())
}

/// The read transaction.
struct Reader<'a>(&'a DatabaseTransaction);

impl Reader<'_> {
    async fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, DbErr> {
        let statement = if values.is_empty() {
            Statement::from_string(self.0.get_database_backend(), sql)
        } else {
            Statement::from_sql_and_values(self.0.get_database_backend(), sql, values)
        };
        Ok(self
            .0
            .query_all_raw(statement)
            .await?
            .into_iter()
            .map(Row)
            .collect())
    }
}

/// A row of a catalogue.
struct Row(QueryResult);

impl Row {
    fn get<T: TryGetable>(&self, column: &str) -> Result<T, DbErr> {
        self.0.try_get("", column)
    }

    fn text(&self, column: &str) -> Result<String, DbErr> {
        self.get(column)
    }

    fn maybe(&self, column: &str) -> Result<Option<String>, DbErr> {
        Ok(self
            .get::<Option<String>>(column)?
            .filter(|text| !text.is_empty()))
    }

    /// A list that the query wrote as JSON.
    fn list(&self, column: &str) -> Result<Vec<String>, DbErr> {
        let Some(text) = self.maybe(column)? else {
            return Ok(Vec::new());
        };
        serde_json::from_str(&text).map_err(|error| DbErr::Type(format!("{column}: {error}")))
    }
}
