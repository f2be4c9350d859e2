//! The knowledge base (一(一), C1.1): articles in versions, drafted by either side, reviewed and published by the hospital,
//! read by their audiences, searched, compared and rated, with the files that their texts name.
//!
//! Who reads what is `entity::rules::audience`. The static pages are the portal's.

mod compare;
mod files;
pub mod graphql;
pub mod ops;
mod scope;
mod search;

pub use compare::{Comparison, DiffLine, compare};
pub use files::seen_files;
pub use scope::{Columns, blocks, gone, reached, seen, sees_version};
pub use search::found;
