//! The builds that are kept beside a root: what the last one changed, and back to the one before.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use crate::{
    error::Error,
    write::{Record, builds, shelf},
};

fn record(shelf: &Path, number: u64) -> Result<Record, Error> {
    let path = shelf.join(format!("{number:06}.json"));
    let text = fs::read_to_string(&path).map_err(|error| Error::write("read", &path, &error))?;
    serde_json::from_str(&text)
        .map_err(|error| Error::Write(format!("the record is damaged: {error}")))
}

/// The number of the served build.
fn served(out: &Path, name: &str) -> Result<u64, Error> {
    let link = out.join(name);
    let target = fs::read_link(&link).map_err(|error| Error::write("read", &link, &error))?;
    target
        .file_name()
        .and_then(|number| number.to_str()?.parse().ok())
        .ok_or_else(|| Error::Write(format!("{} leads to no build", link.display())))
}

/// The kept build before the served one.
fn before(out: &Path, name: &str, served: u64) -> Option<u64> {
    builds(&shelf(out, name))
        .into_iter()
        .rev()
        .find(|number| *number < served)
}

/// What the served build changed: `+`, `-` or `~` and the path of each file, in the order of paths. Everything is new
/// where no build is kept before it.
///
/// # Errors
///
/// When there is no root, or a record cannot be read.
pub fn diff(out: &Path, name: &str) -> Result<Vec<String>, Error> {
    let number = served(out, name)?;
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
    let number = before(out, name, served(out, name)?)
        .ok_or_else(|| Error::Write(format!("no build of {name} is kept before the served one")))?;
    let fresh = out.join(format!(".{name}.new"));
    let _ = fs::remove_file(&fresh);
    let target = PathBuf::from(format!(".{name}")).join(format!("{number:06}"));
    symlink(&target, &fresh).map_err(|error| Error::write("make the link", &fresh, &error))?;
    let link = out.join(name);
    fs::rename(&fresh, &link).map_err(|error| Error::write("swap", &link, &error))?;
    Ok(number)
}
