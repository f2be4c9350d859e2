//! The folder of a finished document: written beside its place and moved there, so that a reader sees
//! the old one or the new one and never half of one.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::problem::Problem;

/// Files of a document by relative path, `/` between folders.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Replaces the folder `out` by these files.
///
/// # Errors
/// Those of the file system, with the path; a folder that holds something else than an earlier
/// document of ours is left alone.
pub fn replace(out: &Path, files: &Files) -> Result<(), Problem> {
    let name = out
        .file_name()
        .ok_or_else(|| Problem::new(out.display().to_string(), "is no name of a folder"))?
        .to_string_lossy()
        .into_owned();
    if out.exists() && !out.join(MARK).is_file() && !is_empty(out)? {
        return Err(Problem::new(
            out.display().to_string(),
            format!("holds files but no {MARK}: choose an empty folder or a new name"),
        ));
    }
    let fresh = out.with_file_name(format!(".{name}.new"));
    let old = out.with_file_name(format!(".{name}.old"));
    for left_over in [&fresh, &old] {
        if left_over.exists() {
            fs::remove_dir_all(left_over).map_err(|error| at(left_over, &error))?;
        }
    }
    for (path, bytes) in files {
        put(&fresh.join(path), bytes)?;
    }
    put(
        &fresh.join(MARK),
        b"made by site-gen; replaced as a whole\n",
    )?;
    if out.exists() {
        fs::rename(out, &old).map_err(|error| at(out, &error))?;
    }
    fs::rename(&fresh, out).map_err(|error| at(out, &error))?;
    if old.exists() {
        fs::remove_dir_all(&old).map_err(|error| at(&old, &error))?;
    }
    Ok(())
}

/// Writes one file through a neighbour and a rename.
///
/// # Errors
/// Those of the file system, with the path.
pub fn put_whole(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    put(&beside, bytes)?;
    fs::rename(&beside, path).map_err(|error| at(path, &error))
}

/// Reads a text file.
///
/// # Errors
/// Those of the file system, with the path; bytes that are not UTF-8.
pub fn text(path: &Path) -> Result<String, Problem> {
    let bytes = fs::read(path).map_err(|error| at(path, &error))?;
    String::from_utf8(bytes)
        .map_err(|error| Problem::new(path.display().to_string(), format!("not UTF-8: {error}")))
}

/// A problem of the file system at a path.
#[must_use]
pub fn at(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(path.display().to_string(), error.to_string())
}

const MARK: &str = ".site-gen";

fn is_empty(folder: &Path) -> Result<bool, Problem> {
    let mut entries = fs::read_dir(folder).map_err(|error| at(folder, &error))?;
    Ok(entries.next().is_none())
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
    }
    let mut file = fs::File::create(path).map_err(|error| at(path, &error))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|error| at(path, &error))
}
