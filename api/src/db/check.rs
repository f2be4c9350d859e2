//! Structural checks, and the write-ahead log of SQLite (L5, L14).

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sqlx::Executor;

use super::{Db, retry};

/// How deep a check goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Pages and rows.
    Quick,
    /// Also every index against its table.
    Full,
}

/// Most lines of a check that are shown.
const SHOWN: usize = 100;
/// How long a shortening of the log may hold up the writer.
const HOLD_UP: Duration = Duration::from_millis(500);

/// Whether an error says that the file is damaged: SQLITE_CORRUPT, SQLITE_NOTADB, and PostgreSQL's class XX.
#[must_use]
pub fn is_damage(error: &DbErr) -> bool {
    retry::code(error).is_some_and(|code| {
        // The primary code is in the lowest byte of SQLite's extended one.
        let primary = code.parse::<u32>().map(|code| code & 0xff);
        matches!(primary, Ok(11 | 26)) && code.len() < 5
            || matches!(code.as_str(), "XX001" | "XX002")
    })
}

impl Db {
    /// Looks for damage; the lines of what was found, each with the name of its table.
    ///
    /// # Errors
    /// Those of the driver that are no damage themselves.
    pub async fn check_integrity(&self, depth: Depth) -> Result<Vec<String>, DbErr> {
        let found = match self.backend() {
            DbBackend::Sqlite => self.check_sqlite(depth).await,
            _ => self.check_postgres().await,
        };
        match found {
            Err(error) if is_damage(&error) => Ok(vec![error.to_string()]),
            other => other,
        }
    }

    async fn check_sqlite(&self, depth: Depth) -> Result<Vec<String>, DbErr> {
        let pragma = match depth {
            Depth::Quick => "quick_check",
            Depth::Full => "integrity_check",
        };
        let mut found = Vec::new();
        if self
            .bad_lines(&format!("PRAGMA {pragma}"))
            .await?
            .is_empty()
        {
            // The whole is good; what a row points to is asked separately.
            for line in self
                .lines("SELECT \"table\" FROM pragma_foreign_key_check")
                .await?
            {
                found.push(format!("{line}: a row points to nothing"));
            }
            return Ok(found);
        }
        // The report of the whole names pages; asked table by table it tells whose they are.
        for table in self
            .lines(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            )
            .await?
        {
            let lines = match self
                .bad_lines(&format!("PRAGMA {pragma}(\"{table}\")"))
                .await
            {
                Ok(lines) => lines,
                Err(error) if is_damage(&error) => vec![error.to_string()],
                Err(error) => return Err(error),
            };
            found.extend(lines.into_iter().map(|line| format!("{table}: {line}")));
        }
        if found.is_empty() {
            found = self.bad_lines(&format!("PRAGMA {pragma}")).await?;
        }
        found.truncate(SHOWN);
        Ok(found)
    }

    /// Indexes and constraints that the server itself has marked as not valid.
    async fn check_postgres(&self) -> Result<Vec<String>, DbErr> {
        let indexes = "SELECT indrelid::regclass::text || ': index ' || indexrelid::regclass::text || ' is not valid' FROM pg_index WHERE NOT indisvalid";
        let keys = "SELECT conrelid::regclass::text || ': constraint ' || conname || ' is not validated' FROM pg_constraint WHERE NOT convalidated";
        let mut found = self.lines(indexes).await?;
        found.extend(self.lines(keys).await?);
        Ok(found)
    }

    async fn bad_lines(&self, pragma: &str) -> Result<Vec<String>, DbErr> {
        let lines = self.lines(pragma).await?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    async fn lines(&self, sql: &str) -> Result<Vec<String>, DbErr> {
        let rows = self
            .read
            .query_all_raw(Statement::from_string(self.backend(), sql))
            .await?;
        rows.into_iter()
            .map(|row| row.try_get_by_index(0))
            .collect()
    }

    /// Length of the database file in bytes; 0 where it is none of ours.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        self.file
            .as_ref()
            .and_then(|file| std::fs::metadata(file).ok())
            .map_or(0, |found| found.len())
    }

    /// Length of the write-ahead log in bytes; 0 where there is none.
    #[must_use]
    pub fn wal_bytes(&self) -> u64 {
        let Some(mut name) = self.file.clone() else {
            return 0;
        };
        name.as_mut_os_string().push("-wal");
        std::fs::metadata(name).map_or(0, |found| found.len())
    }

    /// Moves into the file what no reader needs any more, and waits for nobody.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn move_log(&self) -> Result<(), DbErr> {
        if self.backend() == DbBackend::Sqlite {
            self.write
                .execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)")
                .await?;
        }
        Ok(())
    }

    /// Moves the log into the file and cuts it, unless readers hold on to it for half a second.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn truncate_log(&self) -> Result<(), DbErr> {
        if self.backend() != DbBackend::Sqlite {
            return Ok(());
        }
        let conn = |error| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(std::sync::Arc::new(error)));
        let mut writer = self
            .write
            .get_sqlite_connection_pool()
            .acquire()
            .await
            .map_err(conn)?;
        let patience = format!("PRAGMA busy_timeout = {}", HOLD_UP.as_millis());
        let patient = format!("PRAGMA busy_timeout = {}", super::BUSY.as_millis());
        writer
            .execute(sqlx::AssertSqlSafe(patience))
            .await
            .map_err(conn)?;
        let cut = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
        writer
            .execute(sqlx::AssertSqlSafe(patient))
            .await
            .map_err(conn)?;
        cut.map(|_| ()).map_err(conn)
    }

    /// Moves the log into the file; at the end of the process it leaves one file behind.
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
}
