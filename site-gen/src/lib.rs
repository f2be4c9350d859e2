//! The static portal: data of the GraphQL schema becomes one output root for each audience.
//!
//! It imports no other crate of the workspace and knows no table of the product: a source answers queries, and
//! the same answers always give the same bytes.
//!
//! In reading order: `source` answers, `read` asks, `content` is what came, `plan` decides which pages there are (with
//! `audience` and `screen` for what may be on them), `markdown` and `render` make them, `search` and `feed` make what
//! leads to them, `write` swaps the root; [`build`] is the way through all of these, one call for one root.

#![cfg_attr(
    test,
    expect(
        clippy::expect_used,
        clippy::indexing_slicing,
        reason = "a test may panic"
    )
)]

pub mod apidoc;
pub mod audience;
mod book;
mod build;
pub mod bundle;
pub mod content;
pub mod dbdoc;
pub mod docs;
pub mod error;
mod feed;
pub mod history;
pub mod markdown;
pub mod plan;
pub mod press;
pub mod read;
mod render;
pub mod screen;
pub mod search;
pub mod source;
pub mod time;
mod urgent;
mod values;
pub mod words;
pub mod write;

pub use build::{Options, Report, build, check};
pub use urgent::{WITHDRAWN_RECORD, unknown, urgent};
