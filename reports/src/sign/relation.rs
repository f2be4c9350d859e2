//! A file that comes back sealed, and the one that was frozen.

use std::collections::BTreeSet;

use super::Unreadable;
use super::change::{Change, changes};
use super::pdf::File;

/// How an uploaded file stands to the frozen one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Byte for byte the same.
    Same,
    /// The frozen bytes are its beginning, and these changes follow. Only without
    /// [`Change::Content`] it shows what was frozen.
    Extends(BTreeSet<Change>),
    /// It was written anew, so only its contents can be compared.
    Rewritten,
}

/// Compares an uploaded file with the frozen one.
///
/// # Errors
/// [`Unreadable`] of the uploaded file, or of the frozen one if that is its beginning.
pub fn relation(frozen: &[u8], uploaded: &[u8]) -> Result<Relation, Unreadable> {
    if frozen == uploaded {
        return Ok(Relation::Same);
    }
    let new = File::open(uploaded)?;
    if !uploaded.starts_with(frozen) {
        return Ok(Relation::Rewritten);
    }
    Ok(Relation::Extends(changes(&File::open(frozen)?, &new)))
}
