//! Batched loading of edges: one statement an edge and page, whatever its size (G71).
//!
//! The loaders live for one request, so nothing leaks to another reader. Rows are reached from rows
//! in scope, so a loader adds no scope of its own; only other tickets are looked up in the reader's.

mod drive;
mod files;
mod inspected;
mod known;
mod parts;

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::runtime::Timer;
use entity::ids::{
    ContractId, DepartmentId, HospitalId, InspectionId, InspectionPlanId, PersonId, TicketId,
};
use entity::values::{GrantState, Role};
use entity::{
    assignment, contract, department, hospital, inspection, inspection_plan, partial, person,
    recurrence_link, resolution_demand, role_grant, sla_clock, ticket, ticket_event, ticket_reply,
    ticket_step, undertaking,
};
use futures_util::future::BoxFuture;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, Iterable, QueryFilter, QueryOrder,
    QuerySelect,
};

pub use drive::{Batches, drive};
pub use files::{AttachmentsOf, LineFiles, SubmissionFiles, VersionFiles};
pub use inspected::*;
pub use known::*;
pub use parts::{BOUND, ClaimsOf, DuplicatesOf, PlansOf, SeenTicket, SeverityChangesOf, WaitsOf};

use crate::db::Db;
use crate::error::Error;
use crate::page::Window;
use crate::requester::Requester;

/// A batch is read as soon as it is polled; when that is, `drive` decides.
#[derive(Debug)]
struct AtOnce;

impl Timer for AtOnce {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Reads rows by key, for one reader; only from the pool for edges, never from the one that resolvers hold.
pub struct Rows(DatabaseConnection, Arc<Requester>);

/// The loaders of a request.
pub type Loaders = DataLoader<Rows, HashMapCache>;

/// Most keys of one statement.
const BATCH: usize = 500;

/// Fresh loaders for one request, and their batches, with which it must be driven.
#[must_use]
pub fn fresh(db: &Db, reader: Arc<Requester>) -> (Loaders, Batches) {
    let batches = Batches::default();
    let loaders = DataLoader::with_cache(
        Rows(db.edges().clone(), reader),
        batches.clone(),
        AtOnce,
        HashMapCache::default(),
    )
    .max_batch_size(BATCH);
    (loaders, batches)
}

/// Keys for a list of values, filled up with the last one to one of a few lengths: the engines prepare, plan and keep
/// a statement for each length (G79).
fn padded<K: Copy + PartialEq>(keys: &[K]) -> Vec<K> {
    let mut keys = keys.to_vec();
    keys.dedup();
    if let Some(last) = keys.last().copied() {
        let length = [1, 8, 64].into_iter().find(|length| keys.len() <= *length);
        keys.resize(length.unwrap_or(BATCH).max(keys.len()), last);
    }
    keys
}

macro_rules! by_id {
    ($id:ty, $table:ident) => {
        impl Loader<$id> for Rows {
            type Value = $table::Model;
            type Error = Error;

            async fn load(&self, keys: &[$id]) -> Result<HashMap<$id, Self::Value>, Error> {
                let rows = $table::Entity::find()
                    .filter($table::Column::Id.is_in(padded(keys)))
                    .all(&self.0)
                    .await?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    };
}

impl Loader<PersonId> for Rows {
    type Value = person::Model;
    type Error = Error;

    async fn load(&self, keys: &[PersonId]) -> Result<HashMap<PersonId, Self::Value>, Error> {
        let query = person::Entity::find().filter(person::Column::Id.is_in(padded(keys)));
        let rows = partial::some(query, &person::shown(), &self.0).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

by_id!(HospitalId, hospital);
by_id!(DepartmentId, department);
by_id!(ContractId, contract);
by_id!(InspectionId, inspection);
by_id!(InspectionPlanId, inspection_plan);

macro_rules! of_person {
    ($(#[$about:meta])* $name:ident, $table:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub PersonId);

        impl Loader<$name> for Rows {
            type Value = Vec<$table::Model>;
            type Error = Error;

            async fn load(&self, keys: &[$name]) -> Result<HashMap<$name, Self::Value>, Error> {
                let rows = $table::Entity::find()
                    .filter($table::Column::PersonId.is_in(keys.iter().map(|key| key.0)))
                    .order_by_asc($table::Column::Id)
                    .all(&self.0)
                    .await?;
                let mut found: HashMap<$name, Self::Value> = HashMap::new();
                for row in rows {
                    found.entry($name(row.person_id)).or_default().push(row);
                }
                Ok(found)
            }
        }
    };
}

of_person! {
    /// Roles of a person, at every hospital; the reader's scope is applied to the rows.
    GrantsOf, role_grant
}
of_person! {
    /// Undertakings of a person, at every hospital; the reader's scope is applied to the rows.
    UndertakingsOf, undertaking
}
of_person! {
    /// Assignments of a person, at every hospital; the reader's scope is applied to the rows.
    AssignmentsOf, assignment
}

/// Leads of a department.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeadsOf(pub DepartmentId);

impl Loader<LeadsOf> for Rows {
    type Value = Vec<person::Model>;
    type Error = Error;

    async fn load(&self, keys: &[LeadsOf]) -> Result<HashMap<LeadsOf, Self::Value>, Error> {
        let grants = role_grant::Entity::find()
            .filter(role_grant::Column::DepartmentId.is_in(keys.iter().map(|key| key.0)))
            .filter(role_grant::Column::IsLead.eq(true))
            .filter(role_grant::Column::State.eq(GrantState::Active))
            .all(&self.0)
            .await?;
        let led = grants
            .iter()
            .filter_map(|grant| Some((LeadsOf(grant.department_id?), grant.person_id)));
        people_of(&self.0, led.collect()).await
    }
}

/// Project managers in office of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ManagersOf(pub ContractId);

impl Loader<ManagersOf> for Rows {
    type Value = Vec<person::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ManagersOf]) -> Result<HashMap<ManagersOf, Self::Value>, Error> {
        let serving = assignment::Entity::find()
            .filter(assignment::Column::ContractId.is_in(keys.iter().map(|key| key.0)))
            .filter(assignment::Column::UntilAt.is_null())
            .all(&self.0)
            .await?;
        let managers = role_grant::Entity::find()
            .filter(role_grant::Column::PersonId.is_in(serving.iter().map(|row| row.person_id)))
            .filter(role_grant::Column::Role.eq(Role::VendorPm))
            .filter(role_grant::Column::State.eq(GrantState::Active))
            .all(&self.0)
            .await?;
        let pairs = serving.iter().filter(|row| {
            managers.iter().any(|grant| {
                grant.person_id == row.person_id && grant.hospital_id == row.hospital_id
            })
        });
        let pairs = pairs.map(|row| (ManagersOf(row.contract_id), row.person_id));
        people_of(&self.0, pairs.collect()).await
    }
}

/// The people behind pairs of key and id, each key's people by name.
async fn people_of<K: Copy + Eq + std::hash::Hash>(
    edges: &DatabaseConnection,
    pairs: Vec<(K, PersonId)>,
) -> Result<HashMap<K, Vec<person::Model>>, Error> {
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(pairs.iter().map(|(_, id)| *id)))
        .order_by_asc(person::Column::Name)
        .order_by_asc(person::Column::Id)
        .all(edges)
        .await?;
    let mut found: HashMap<K, Vec<person::Model>> = HashMap::new();
    for row in people {
        let mut keys: Vec<K> = Vec::new();
        for (key, id) in &pairs {
            if *id == row.id && !keys.contains(key) {
                keys.push(*key);
            }
        }
        for key in keys {
            found.entry(key).or_default().push(row.clone());
        }
    }
    Ok(found)
}

/// The few hospitals of many rows.
fn hospitals_of(all: impl Iterator<Item = HospitalId>) -> Vec<HospitalId> {
    padded(&all.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>())
}

fn tickets_of(all: impl Iterator<Item = TicketId>) -> Vec<TicketId> {
    padded(&all.collect::<Vec<_>>())
}

/// Recurrences in which a ticket is the earlier or the later fault, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecurrencesOf(pub HospitalId, pub TicketId);

impl Loader<RecurrencesOf> for Rows {
    type Value = Vec<recurrence_link::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[RecurrencesOf],
    ) -> Result<HashMap<RecurrencesOf, Self::Value>, Error> {
        use recurrence_link::Column as C;
        let ids = tickets_of(keys.iter().map(|key| key.1));
        let rows = recurrence_link::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(
                Condition::any()
                    .add(C::TicketId.is_in(ids.iter().copied()))
                    .add(C::PreviousId.is_in(ids)),
            )
            .order_by_asc(C::ProposedAt)
            .order_by_asc(C::Id)
            .all(&self.0)
            .await?;
        Ok(keys
            .iter()
            .map(|key| {
                let own = |row: &&recurrence_link::Model| {
                    row.ticket_id == key.1 || row.previous_id == key.1
                };
                (*key, rows.iter().filter(own).cloned().collect())
            })
            .collect())
    }
}

/// Demands of a ticket, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DemandsOf(pub HospitalId, pub TicketId);

impl Loader<DemandsOf> for Rows {
    type Value = Vec<resolution_demand::Model>;
    type Error = Error;

    async fn load(&self, keys: &[DemandsOf]) -> Result<HashMap<DemandsOf, Self::Value>, Error> {
        use resolution_demand::Column as C;
        let rows = resolution_demand::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(C::TicketId.is_in(tickets_of(keys.iter().map(|key| key.1))))
            .order_by_asc(C::IssuedAt)
            .order_by_asc(C::Id)
            .all(&self.0)
            .await?;
        let mut found: HashMap<DemandsOf, Self::Value> = HashMap::new();
        for row in rows {
            found
                .entry(DemandsOf(row.hospital_id, row.ticket_id))
                .or_default()
                .push(row);
        }
        Ok(found)
    }
}

/// Clocks of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClocksOf(pub HospitalId, pub TicketId);

impl Loader<ClocksOf> for Rows {
    type Value = Vec<sla_clock::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ClocksOf]) -> Result<HashMap<ClocksOf, Self::Value>, Error> {
        let columns: Vec<sla_clock::Column> = sla_clock::Column::iter().collect();
        let query = sla_clock::Entity::find()
            .filter(sla_clock::Column::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(sla_clock::Column::TicketId.is_in(tickets_of(keys.iter().map(|key| key.1))));
        let mut rows = partial::some(query, &columns, &self.0).await?;
        rows.sort_unstable_by_key(|row| (row.cycle, row.code.word()));
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

/// The loaders of this request.
///
/// # Errors
/// `INTERNAL` if the request carries none.
pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Loaders, Error> {
    ctx.data::<Loaders>()
        .map_err(|error| Error::internal(error.message))
}

/// The row behind an edge, shown as a node; null without one.
pub async fn edge<K, N>(
    ctx: &Context<'_>,
    key: K,
    node: impl FnOnce(<Rows as Loader<K>>::Value) -> N,
) -> Option<async_graphql::Result<N>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Rows: Loader<K, Error = Error>,
{
    let found = match of(ctx) {
        Ok(loaders) => loaders.load_one(key).await,
        Err(error) => Err(error),
    };
    found
        .map(|row| row.map(node))
        .map_err(Into::into)
        .transpose()
}

/// The rows of a bounded list; empty where the loader has none.
///
/// # Errors
/// Those of the database.
pub async fn rows<K, M>(ctx: &Context<'_>, key: K) -> Result<Vec<M>, Error>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Rows: Loader<K, Value = Vec<M>, Error = Error>,
{
    Ok(of(ctx)?.load_one(key).await?.unwrap_or_default())
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

/// A page of the numbered lines of a ticket: history or replies. The numbers of a ticket have no
/// gaps, so a page is a range of numbers and many tickets are answered by one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lines {
    hospital: HospitalId,
    ticket: TicketId,
    /// Lines wanted, the surplus one included.
    size: i32,
    backward: bool,
    beyond: Option<i32>,
    wanted: Wanted,
}

/// What of numbered lines is selected; the rest is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// How many lines the ticket has.
    pub total: bool,
    /// Their long text.
    pub text: bool,
}

impl Lines {
    /// The lines of a ticket in a window.
    ///
    /// # Errors
    /// `BAD_CURSOR`.
    pub fn of(row: &ticket::Model, window: &Window, wanted: &Wanted) -> Result<Self, Error> {
        Ok(Self {
            hospital: row.hospital_id,
            ticket: row.id,
            size: i32::try_from(window.size + 1).map_err(Error::internal)?,
            backward: window.backward,
            beyond: window.beyond.map(|key| key.seq()).transpose()?,
            wanted: *wanted,
        })
    }

    /// Whether the page cannot be told without the last number.
    fn needs_last(&self) -> bool {
        self.wanted.total || (self.backward && self.beyond.is_none())
    }

    /// First and last number of the page, given the last number of the ticket.
    fn range(&self, last: i32) -> (i32, i32) {
        if self.backward {
            let to = self.beyond.map_or(last, |beyond| beyond - 1);
            (to - self.size + 1, to)
        } else {
            let from = self.beyond.unwrap_or(0).saturating_add(1);
            (from, from.saturating_add(self.size - 1))
        }
    }
}

/// Lines in the direction of reading, and how many the ticket has.
#[derive(Clone, Debug)]
pub struct Numbered<T> {
    /// Lines.
    pub rows: Vec<T>,
    /// How many lines the ticket has.
    pub total: u64,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            total: 0,
        }
    }
}

macro_rules! numbered {
    ($(#[$about:meta])* $name:ident, $table:ident, $($long:ident)|+) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub Lines);

        impl Loader<$name> for Rows {
            type Value = Numbered<$table::Model>;
            type Error = Error;

            async fn load(&self, keys: &[$name]) -> Result<HashMap<$name, Self::Value>, Error> {
                use $table::Column as C;
                let hospitals = C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0.hospital)));
                let mut last: HashMap<TicketId, i32> = HashMap::new();
                let counted: Vec<TicketId> =
                    keys.iter().filter(|key| key.0.needs_last()).map(|key| key.0.ticket).collect();
                if !counted.is_empty() {
                    let rows = $table::Entity::find()
                        .select_only()
                        .column(C::TicketId)
                        .column_as(C::Seq.max(), "last")
                        .filter(hospitals.clone())
                        .filter(C::TicketId.is_in(padded(&counted)))
                        .group_by(C::TicketId)
                        .into_tuple::<(TicketId, i32)>()
                        .all(&self.0)
                        .await?;
                    last.extend(rows);
                }
                let range = |key: &$name| {
                    key.0.range(last.get(&key.0.ticket).copied().unwrap_or(0))
                };
                let mut ranges: HashMap<(i32, i32), Vec<TicketId>> = HashMap::new();
                for key in keys {
                    ranges.entry(range(key)).or_default().push(key.0.ticket);
                }
                let wanted = ranges.into_iter().fold(Condition::any(), |any, ((from, to), tickets)| {
                    any.add(C::TicketId.is_in(padded(&tickets)).and(C::Seq.between(from, to)))
                });
                let query = $table::Entity::find().filter(hospitals).filter(wanted);
                // The text may be long and is left out unless somebody looks at it (G72).
                let text = keys.iter().any(|key| key.0.wanted.text);
                let columns: Vec<C> =
                    C::iter().filter(|column| text || !matches!(column, $(C::$long)|+)).collect();
                let mut rows = partial::some(query, &columns, &self.0).await?;
                rows.sort_unstable_by_key(|row| row.seq);
                let mut by_ticket: HashMap<TicketId, Vec<$table::Model>> = HashMap::new();
                for row in rows {
                    by_ticket.entry(row.ticket_id).or_default().push(row);
                }
                Ok(keys
                    .iter()
                    .map(|key| {
                        let (from, to) = range(key);
                        let mut rows: Vec<_> = by_ticket
                            .get(&key.0.ticket)
                            .map(|rows| {
                                rows.iter().filter(|row| (from..=to).contains(&row.seq)).cloned().collect()
                            })
                            .unwrap_or_default();
                        if key.0.backward {
                            rows.reverse();
                        }
                        let total = last.get(&key.0.ticket).copied().unwrap_or(0);
                        (*key, Numbered { rows, total: u64::try_from(total).unwrap_or(0) })
                    })
                    .collect())
            }
        }
    };
}

numbered! {
    /// A page of a ticket's history.
    EventsOf, ticket_event, Text
}

numbered! {
    /// A page of a ticket's replies.
    RepliesOf, ticket_reply, Text
}

numbered! {
    /// A page of a ticket's handling and diagnosis steps.
    StepsOf, ticket_step, Action | Finding
}
