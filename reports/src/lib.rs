//! Reports of the contract: JSON in, HTML and PDF bytes out.
//!
//! The crate is pure: it knows no database, clock or network, and the same input gives the same
//! bytes. The caller runs the query of a definition, passes its answer with a frame ([`Meta`]) and
//! the words of the enums ([`Glossary`]), and gets a [`View`] or every problem with its place.
//!
//! ```no_run
//! # fn main() -> Result<(), Vec<reports::Problem>> {
//! # let (glossary, input) = (reports::Glossary::default(), serde_json::Value::Null);
//! let reports = reports::Reports::load(&[], &glossary)?;
//! let view = reports.check(&input, &glossary)?;
//! let page = reports::html(&view).map_err(|one| vec![one])?;
//! let file = reports::pdf(&view)?;
//! # Ok(())
//! # }
//! ```
//!
//! [`document()`] sets manuals and technical documents, which have no definition: a tree of blocks in, PDF bytes out.

#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        reason = "a test may panic"
    )
)]

pub mod chart;
pub mod child;
pub mod definition;
pub mod document;
pub mod fonts;
pub mod format;
mod glossary;
mod html;
mod pdf;
mod problem;
mod qr;
pub mod sign;
pub mod text;
mod view;

pub use definition::{Definition, Reports};
pub use document::{Document, document, document_fingerprint};
pub use glossary::{Glossary, Lang, Words};
pub use html::{STYLE, article, html};
pub use pdf::{Pdf, pdf};
pub use problem::Problem;
pub use text::unsupported;
pub use view::{Confidentiality, Meta, SignOff, View, Watermark, canonical, data_sha256};
