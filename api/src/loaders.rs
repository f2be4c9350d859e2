//! Batched loading of edges: one statement an edge and page, whatever its size (G71).
//!
//! The loaders live for one request, so nothing leaks to another reader. Rows are reached from rows
//! in scope; a loader adds no scope of its own.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::runtime::{Timer, TokioSpawner};
use entity::ids::{DepartmentId, HospitalId, PersonId, TicketId};
use entity::{department, hospital, person, sla_clock, ticket_event, ticket_reply};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::db::Db;
use crate::error::Error;

/// Lets every resolver of a level put its key in before the batch is read; sleeping would cost a
/// millisecond a level.
#[derive(Debug)]
struct YieldTimer;

impl Timer for YieldTimer {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::task::yield_now())
    }
}

/// Reads rows by key.
pub struct Rows(Db);

/// The loaders of a request.
pub type Loaders = DataLoader<Rows, HashMapCache>;

/// Fresh loaders for one request.
#[must_use]
pub fn fresh(db: &Db) -> Loaders {
    DataLoader::with_cache(
        Rows(db.clone()),
        TokioSpawner::current(),
        YieldTimer,
        HashMapCache::default(),
    )
    .max_batch_size(500)
}

macro_rules! by_id {
    ($id:ty, $table:ident) => {
        impl Loader<$id> for Rows {
            type Value = $table::Model;
            type Error = Error;

            async fn load(&self, keys: &[$id]) -> Result<HashMap<$id, Self::Value>, Error> {
                let rows = $table::Entity::find()
                    .filter($table::Column::Id.is_in(keys.iter().copied()))
                    .all(self.0.read())
                    .await?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    };
}

by_id!(PersonId, person);
by_id!(HospitalId, hospital);
by_id!(DepartmentId, department);

/// Clocks of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClocksOf(pub HospitalId, pub TicketId);

impl Loader<ClocksOf> for Rows {
    type Value = Vec<sla_clock::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ClocksOf]) -> Result<HashMap<ClocksOf, Self::Value>, Error> {
        let rows = sla_clock::Entity::find()
            .filter(sla_clock::Column::HospitalId.is_in(keys.iter().map(|key| key.0)))
            .filter(sla_clock::Column::TicketId.is_in(keys.iter().map(|key| key.1)))
            .order_by_asc(sla_clock::Column::Cycle)
            .order_by_asc(sla_clock::Column::Code)
            .all(self.0.read())
            .await?;
        let mut found: HashMap<ClocksOf, Self::Value> = HashMap::new();
        for row in rows {
            found
                .entry(ClocksOf(row.hospital_id, row.ticket_id))
                .or_default()
                .push(row);
        }
        Ok(found)
    }
}

/// History of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventsOf(pub HospitalId, pub TicketId);

impl Loader<EventsOf> for Rows {
    type Value = Vec<ticket_event::Model>;
    type Error = Error;

    async fn load(&self, keys: &[EventsOf]) -> Result<HashMap<EventsOf, Self::Value>, Error> {
        let rows = ticket_event::Entity::find()
            .filter(ticket_event::Column::HospitalId.is_in(keys.iter().map(|key| key.0)))
            .filter(ticket_event::Column::TicketId.is_in(keys.iter().map(|key| key.1)))
            .order_by_asc(ticket_event::Column::Seq)
            .all(self.0.read())
            .await?;
        let mut found: HashMap<EventsOf, Self::Value> = HashMap::new();
        for row in rows {
            found
                .entry(EventsOf(row.hospital_id, row.ticket_id))
                .or_default()
                .push(row);
        }
        Ok(found)
    }
}

/// The loaders of this request.
///
/// # Errors
/// `INTERNAL` if the request carries none.
pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Loaders, Error> {
    ctx.data::<Loaders>()
        .map_err(|error| Error::internal(error.message))
}

/// A person by id.
///
/// # Errors
/// Those of the database.
pub async fn person(
    ctx: &Context<'_>,
    id: Option<PersonId>,
) -> Result<Option<person::Model>, Error> {
    match id {
        Some(id) => of(ctx)?.load_one(id).await,
        None => Ok(None),
    }
}

/// Hospitals in the order of the ids.
///
/// # Errors
/// Those of the database.
pub async fn hospitals(
    ctx: &Context<'_>,
    ids: impl Iterator<Item = HospitalId>,
) -> Result<Vec<Option<hospital::Model>>, Error> {
    let ids: Vec<HospitalId> = ids.collect();
    let mut found = of(ctx)?.load_many(ids.iter().copied()).await?;
    Ok(ids.iter().map(|id| found.remove(id)).collect())
}

/// Replies of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RepliesOf(pub HospitalId, pub TicketId);

impl Loader<RepliesOf> for Rows {
    type Value = Vec<ticket_reply::Model>;
    type Error = Error;

    async fn load(&self, keys: &[RepliesOf]) -> Result<HashMap<RepliesOf, Self::Value>, Error> {
        let rows = ticket_reply::Entity::find()
            .filter(ticket_reply::Column::HospitalId.is_in(keys.iter().map(|key| key.0)))
            .filter(ticket_reply::Column::TicketId.is_in(keys.iter().map(|key| key.1)))
            .order_by_asc(ticket_reply::Column::Seq)
            .all(self.0.read())
            .await?;
        let mut found: HashMap<RepliesOf, Self::Value> = HashMap::new();
        for row in rows {
            found
                .entry(RepliesOf(row.hospital_id, row.ticket_id))
                .or_default()
                .push(row);
        }
        Ok(found)
    }
}
