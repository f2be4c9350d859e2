//! Tickets in the schema.

mod input;
mod mutation;
mod query;
mod types;

pub use mutation::TicketMutation;
pub use query::TicketQuery;
