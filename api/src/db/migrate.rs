//! One migrator at a time: a row of `lease` with a term, taken by compare-and-set (L13).
//!
//! The migration library has no lock of any kind, and advisory locks do not survive a pooler. The
//! table of leases is no step of the schema because the first step needs it already.

use std::time::Duration;

use chrono::TimeDelta;
use entity::lease;
use migration::{MigrationStatus, Migrator, MigratorTrait};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, EntityTrait,
    QueryFilter, Schema,
};
use uuid::Uuid;

use super::Db;
use crate::clock::Clock;

const NAME: &str = "migrate";
/// How long the right to migrate holds without a sign of life.
const TERM: TimeDelta = TimeDelta::seconds(30);
const SIGN: Duration = Duration::from_secs(10);
/// How often the others look whether it is done.
const LOOK: Duration = Duration::from_millis(200);

impl Db {
    /// Applies what is missing of the schema, or waits until another process has; how many steps were
    /// applied here.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn migrate(&self, clock: &Clock) -> Result<usize, DbErr> {
        if self.pending().await? == 0 {
            return Ok(0);
        }
        self.prepare_leases().await?;
        let holder = clock.id();
        loop {
            let missing = self.pending().await?;
            if missing == 0 {
                return Ok(0);
            }
            if let Some(term) = self.take(holder, clock).await? {
                // Another one may have finished between the question and the taking.
                let missing = self.pending().await?;
                let done = self.apply(holder, term, clock).await;
                self.give_back(holder, term).await?;
                return done.map(|()| missing);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Steps that are not applied; asks for no right to create anything.
    async fn pending(&self) -> Result<usize, DbErr> {
        let all = Migrator::get_migration_with_status_read_only(&self.write).await?;
        let pending = all
            .iter()
            .filter(|step| step.status() == MigrationStatus::Pending);
        Ok(pending.count())
    }

    /// Creates the table of leases. Two processes that do so at once can fail on the unique name of
    /// the type, so the loser asks again.
    async fn prepare_leases(&self) -> Result<(), DbErr> {
        let mut table = Schema::new(self.backend()).create_table_from_entity(lease::Entity);
        table.if_not_exists();
        let mut last = None;
        for _ in 0..10 {
            match self.write.execute(&table).await {
                Ok(_) => return Ok(()),
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(LOOK).await;
        }
        last.map_or(Ok(()), Err)
    }

    /// Takes the lease if nobody holds it; its term.
    async fn take(&self, holder: Uuid, clock: &Clock) -> Result<Option<i64>, DbErr> {
        let fresh = lease::ActiveModel {
            name: Set(NAME.to_owned()),
            holder: Set(holder),
            term: Set(0),
            expires_at: Set(chrono::DateTime::UNIX_EPOCH),
        };
        lease::Entity::insert(fresh)
            .on_conflict(
                OnConflict::column(lease::Column::Name)
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(&self.write)
            .await?;
        let now = clock.now();
        let Some(row) = lease::Entity::find_by_id(NAME.to_owned())
            .one(&self.write)
            .await?
        else {
            return Ok(None);
        };
        if row.expires_at > now {
            return Ok(None);
        }
        let term = row.term + 1;
        let taken = lease::Entity::update_many()
            .col_expr(lease::Column::Holder, Expr::value(holder))
            .col_expr(lease::Column::Term, Expr::value(term))
            .col_expr(lease::Column::ExpiresAt, Expr::value(now + TERM))
            .filter(lease::Column::Name.eq(NAME))
            .filter(lease::Column::Term.eq(row.term))
            .exec(&self.write)
            .await?;
        Ok((taken.rows_affected == 1).then_some(term))
    }

    async fn give_back(&self, holder: Uuid, term: i64) -> Result<(), DbErr> {
        extend(&self.write, holder, term, chrono::DateTime::UNIX_EPOCH)
            .await
            .map(|_| ())
    }

    /// Applies the steps on a connection without time limits, and shows signs of life meanwhile.
    async fn apply(&self, holder: Uuid, term: i64, clock: &Clock) -> Result<(), DbErr> {
        let (write, clock) = (self.write.clone(), clock.clone());
        // On SQLite the steps need the only writer, and no other process waits for longer than a step.
        let signs = (self.backend() == DbBackend::Postgres).then(|| {
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(SIGN).await;
                    let until = clock.now() + TERM;
                    if let Err(error) = extend(&write, holder, term, until).await {
                        tracing::warn!(%error, "no sign of life of the migration");
                    }
                }
            })
        });
        let done = match &self.unlimited {
            Some(options) => {
                let own = Database::connect(options.clone()).await?;
                let done = Migrator::up(&own, None).await;
                own.close().await?;
                done
            }
            None => Migrator::up(&self.write, None).await,
        };
        if let Some(signs) = signs {
            signs.abort();
        }
        done
    }
}

async fn extend(
    db: &DatabaseConnection,
    holder: Uuid,
    term: i64,
    until: chrono::DateTime<chrono::Utc>,
) -> Result<bool, DbErr> {
    let done = lease::Entity::update_many()
        .col_expr(lease::Column::ExpiresAt, Expr::value(until))
        .filter(lease::Column::Name.eq(NAME))
        .filter(lease::Column::Holder.eq(holder))
        .filter(lease::Column::Term.eq(term))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
