//! The builds that are kept beside a root: what the last one changed, and back to the one before.

use std::{collections::BTreeSet, path::Path};

use crate::{
    error::Error,
    write::{Record, builds, number, record, shelf, swap},
};

/// The kept build before the served one.
fn before(out: &Path, name: &str, served: u64) -> Option<u64> {
    builds(&shelf(out, name))
        .into_iter()
        .rev()
        // A build that was broken off has no record.
        .find(|number| *number < served && record(&shelf(out, name), *number).is_ok())
}

/// What the served build changed: `+`, `-` or `~` and the path of each file, in the order of paths. Everything is new
/// where no build is kept before it.
///
/// # Errors
///
/// When there is no root, or a record cannot be read.
pub fn diff(out: &Path, name: &str) -> Result<Vec<String>, Error> {
    let number = number(out, name)?;
    let shelf = shelf(out, name);
    let now = record(&shelf, number)?.files;
    let old = match before(out, name, number) {
        Some(number) => record(&shelf, number)?.files,
        None => Record::default().files,
    };
    let paths: BTreeSet<&String> = now.keys().chain(old.keys()).collect();
    Ok(paths
        .into_iter()
        .filter_map(|path| match (old.get(path), now.get(path)) {
            (None, Some(_)) => Some(format!("+ {path}")),
            (Some(_), None) => Some(format!("- {path}")),
            (Some(a), Some(b)) if a != b => Some(format!("~ {path}")),
            _ => None,
        })
        .collect())
}

/// Serves the kept build before the served one, which stays kept; its number.
///
/// # Errors
///
/// When there is no root, none is kept before it, or the link cannot be swapped.
pub fn roll_back(out: &Path, name: &str) -> Result<u64, Error> {
    let number = before(out, name, number(out, name)?)
        .ok_or_else(|| Error::Write(format!("no build of {name} is kept before the served one")))?;
    swap(out, name, number)?;
    Ok(number)
}

/// The number of the served build.
///
/// # Errors
///
/// When there is no root.
pub fn served(out: &Path, name: &str) -> Result<u64, Error> {
    number(out, name)
}

/// Serves a kept build.
///
/// # Errors
///
/// When the link cannot be swapped.
pub fn serve(out: &Path, name: &str, number: u64) -> Result<(), Error> {
    swap(out, name, number)
}
