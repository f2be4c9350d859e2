//! Technical documents that the platform has of itself, as the sources that pages are made from (一(八)): its interface and
//! the structure of its tables.

use entity::rules::access::Permission;
use entity::rules::audience::{read_as, reads_structure};
use entity::values::{DocumentKind, Role};
use migration::dictionary;

use crate::error::Result;
use crate::requester::Requester;

const INTERFACE: &str = include_str!("../schema.graphql");
const INTERFACE_NOTES: &str = include_str!("interface.toml");
/// Version of the product.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A technical document of the platform itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnDocument {
    /// What it describes.
    pub kind: DocumentKind,
    /// Version of the product.
    pub version: &'static str,
    /// SDL or snapshot, for who may read it.
    pub source: Option<&'static str>,
    /// What the source does not say of itself, TOML.
    pub notes: Option<String>,
}

/// The documents. Managers and auditors see that there are such, without what is in them.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub fn documents(who: &Requester) -> Result<Vec<OwnDocument>> {
    who.reads(Permission::DocumentationRead)?;
    let whole = match &who.portal {
        Some(portal) => read_as(portal.audience).is_some_and(reads_structure),
        None => who
            .hospitals()
            .iter()
            .any(|at| who.roles_at(*at).any(|role: Role| reads_structure(role))),
    };
    let all = [
        (
            DocumentKind::Interface,
            INTERFACE,
            INTERFACE_NOTES.replace("@version@", VERSION),
        ),
        (
            DocumentKind::DbSchema,
            dictionary::SNAPSHOT,
            dictionary::WORDS.to_owned(),
        ),
    ];
    let shown = all.map(|(kind, source, notes)| OwnDocument {
        kind,
        version: VERSION,
        source: whole.then_some(source),
        notes: whole.then_some(notes),
    });
    Ok(shown.into())
}
