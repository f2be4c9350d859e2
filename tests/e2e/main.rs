//! End-to-end tests: one module a subject, every body on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod account;
mod audit;
mod bad_input;
mod clock;
mod crawl;
mod matrix;
mod operability;
mod schema;
mod scope;
mod tidy;
mod transport;
mod wall;
