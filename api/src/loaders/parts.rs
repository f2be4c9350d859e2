//! Short lists that hang on a ticket, and the tickets that it is tied to.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::ids::{HospitalId, TicketId};
use entity::values::TicketEventKind;
use entity::{claimed_time, solution_plan, ticket, ticket_event, wait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Rows, hospitals_of, tickets_of};
use crate::error::Error;

/// Most rows of a list that is no connection.
pub const BOUND: usize = 100;

macro_rules! list_of {
    ($(#[$about:meta])* $name:ident, $table:ident, $order:ident, $by:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub HospitalId, pub TicketId);

        impl Loader<$name> for Rows {
            type Value = Vec<$table::Model>;
            type Error = Error;

            async fn load(&self, keys: &[$name]) -> Result<HashMap<$name, Self::Value>, Error> {
                use $table::Column as C;
                let rows = $table::Entity::find()
                    .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
                    .filter(C::TicketId.is_in(tickets_of(keys.iter().map(|key| key.1))))
                    .$by(C::$order)
                    .$by(C::Id)
                    .all(&self.0)
                    .await?;
                let mut found: HashMap<$name, Self::Value> = HashMap::new();
                for row in rows {
                    let list = found.entry($name(row.hospital_id, row.ticket_id)).or_default();
                    if list.len() < BOUND {
                        list.push(row);
                    }
                }
                Ok(found)
            }
        }
    };
}

list_of! {
    /// Claimed times of a ticket, oldest first.
    ClaimsOf, claimed_time, RecordedAt, order_by_asc
}

list_of! {
    /// Waits of a ticket, newest first.
    WaitsOf, wait, ProposedAt, order_by_desc
}

list_of! {
    /// Solution plans of a ticket, newest first.
    PlansOf, solution_plan, PlanNo, order_by_desc
}

/// Changes and confirmations of the severity of a ticket, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SeverityChangesOf(pub HospitalId, pub TicketId);

impl Loader<SeverityChangesOf> for Rows {
    type Value = Vec<ticket_event::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[SeverityChangesOf],
    ) -> Result<HashMap<SeverityChangesOf, Self::Value>, Error> {
        use ticket_event::Column as C;
        let kinds = [
            TicketEventKind::SeverityChanged,
            TicketEventKind::SeverityConfirmed,
        ];
        let rows = ticket_event::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(C::TicketId.is_in(tickets_of(keys.iter().map(|key| key.1))))
            .filter(C::Kind.is_in(kinds))
            .order_by_asc(C::Seq)
            .all(&self.0)
            .await?;
        let mut found: HashMap<SeverityChangesOf, Self::Value> = HashMap::new();
        for row in rows {
            let key = SeverityChangesOf(row.hospital_id, row.ticket_id);
            let list = found.entry(key).or_default();
            if list.len() < BOUND {
                list.push(row);
            }
        }
        Ok(found)
    }
}

/// A ticket, if it is in the scope of the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SeenTicket(pub TicketId);

impl Loader<SeenTicket> for Rows {
    type Value = ticket::Model;
    type Error = Error;

    async fn load(&self, keys: &[SeenTicket]) -> Result<HashMap<SeenTicket, Self::Value>, Error> {
        let rows = ticket::Entity::find()
            .filter(ticket::Column::Id.is_in(tickets_of(keys.iter().map(|key| key.0))))
            .filter(self.1.visible_tickets())
            .all(&self.0)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (SeenTicket(row.id), row))
            .collect())
    }
}

/// The duplicates of a ticket that are in the scope of the reader, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DuplicatesOf(pub HospitalId, pub TicketId);

impl Loader<DuplicatesOf> for Rows {
    type Value = Vec<ticket::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[DuplicatesOf],
    ) -> Result<HashMap<DuplicatesOf, Self::Value>, Error> {
        let rows = ticket::Entity::find()
            .filter(ticket::Column::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(ticket::Column::ParentId.is_in(tickets_of(keys.iter().map(|key| key.1))))
            .filter(self.1.visible_tickets())
            .order_by_asc(ticket::Column::CreatedAt)
            .order_by_asc(ticket::Column::Id)
            .all(&self.0)
            .await?;
        let mut found: HashMap<DuplicatesOf, Self::Value> = HashMap::new();
        for row in rows {
            let Some(parent) = row.parent_id else {
                continue;
            };
            let list = found
                .entry(DuplicatesOf(row.hospital_id, parent))
                .or_default();
            if list.len() < BOUND {
                list.push(row);
            }
        }
        Ok(found)
    }
}
