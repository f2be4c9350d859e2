//! Tickets in the schema.

mod clock;
mod columns;
pub mod history;
mod input;
mod mutation;
mod nodes;
pub mod payload;
pub mod query;
mod types;

pub use clock::SlaClock;
pub use history::{TicketEvent, TicketReply};
pub use mutation::TicketMutation;
pub use nodes::nodes;
pub use query::TicketQuery;
pub use types::Ticket;
