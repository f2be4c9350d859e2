//! End-to-end tests: one module a subject, every body on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod account;
mod account_admin;
mod account_calendar;
mod account_session;
mod account_token;
mod audit;
mod bad_input;
mod board;
mod claim;
mod clock;
mod crawl;
mod demand;
mod desk;
mod dictionary;
mod explain;
mod files;
mod glyph;
mod idempotency;
mod inspection;
mod jobs;
mod knowledge;
mod matrix;
mod monthly;
mod notice;
mod notification;
mod operability;
mod pages;
mod process;
mod rectification;
mod recurrence;
mod reliability;
mod report;
mod rescue;
mod schema;
mod scope;
mod seal;
mod severity;
mod statement;
mod tidy;
mod transport;
mod vector;
mod visibility;
mod wall;
