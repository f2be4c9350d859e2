//! Tickets in the schema.

mod attachment;
mod claims;
mod clock;
mod columns;
pub mod history;
mod input;
mod mutation;
mod nodes;
pub mod parts;
pub mod payload;
pub mod query;
mod scopes;
mod types;

pub use attachment::Attachment;
pub use claims::ClaimMutation;
pub use clock::SlaClock;
pub use history::{TicketEvent, TicketReply};
pub use mutation::TicketMutation;
pub use nodes::nodes;
pub use parts::{ClaimedTime, SolutionPlan, TicketStep, Wait};
pub use query::TicketQuery;
pub use scopes::ScopeMutation;
pub use types::Ticket;
