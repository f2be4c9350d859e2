//! Tickets in the schema.

mod account;
pub mod board;
pub mod breach;
mod bulk;
mod claims;
mod clock;
mod columns;
mod demand;
mod explain;
pub mod history;
mod input;
mod mutation;
mod nodes;
pub mod parts;
pub mod payload;
mod preview;
pub mod query;
mod recurrence;
mod scopes;
mod statement;
mod types;

pub use board::BoardQuery;
pub use breach::{Breach, BreachQuery};
pub use bulk::{BulkMutation, ConfirmTicketsPayload};
pub use claims::ClaimMutation;
pub use clock::SlaClock;
pub use demand::{DemandMutation, IssueDemandPayload, ResolutionDemand, WithdrawDemandPayload};
pub use explain::ExplainQuery;
pub use history::{TicketEvent, TicketReply};
pub use mutation::TicketMutation;
pub use nodes::nodes;
pub use parts::{ClaimedTime, SolutionPlan, TicketStep, Wait};
pub use preview::PreviewQuery;
pub use query::TicketQuery;
pub use recurrence::{
    CommentRecurrencePayload, DecideRecurrencePayload, RecurrenceLink, RecurrenceMutation,
};
pub use scopes::ScopeMutation;
pub use statement::StatementQuery;
pub use types::Ticket;
