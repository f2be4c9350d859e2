//! End-to-end tests: one module a subject, every body on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod account;
mod audit;
mod claim;
mod clock;
mod crawl;
mod idempotency;
mod jobs;
mod matrix;
mod operability;
mod process;
mod reliability;
mod schema;
mod scope;
mod severity;
mod tidy;
mod transport;
mod wall;
