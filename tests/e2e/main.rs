//! End-to-end tests: one module a subject, every body on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod account;
mod audit;
mod board;
mod clock;
mod demand;
mod explain;
mod notification;
mod recurrence;
mod schema;
mod tidy;
mod transport;
mod vector;
mod wall;
