//! The last build that is kept no longer, as the beginning of the next one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::listing::Listing;

/// Name of the last build that is kept no longer. The next one begins in its folder: most files stand there already, and
/// neither links to thousands of files nor their removal have to be waited for.
const SPARE: &str = "spare";

fn spare_record(shelf: &Path) -> PathBuf {
    shelf.join(format!("{SPARE}.json"))
}

/// Makes the folder of a build that is kept no longer the beginning of the next one; `record` puts its record where it is
/// told to.
pub(super) fn put_by(shelf: &Path, root: &Path, record: impl FnOnce(&Path) -> io::Result<()>) {
    let folder = shelf.join(SPARE);
    let put = || -> io::Result<()> {
        fs::rename(root, &folder)?;
        record(&spare_record(shelf))
    };
    // There is one already, or it cannot be done.
    if folder.exists() || put().is_err() {
        let _ = fs::remove_dir_all(root);
    }
}

/// Takes such a folder; what lies in it by its record.
pub(super) fn take(shelf: &Path, root: &Path) -> Option<Listing> {
    let path = spare_record(shelf);
    let folder = shelf.join(SPARE);
    let (listing, count) = rayon::join(|| Listing::read(&path).ok(), || count(&folder).ok());
    let _ = fs::remove_file(&path);
    let whole = |listing: &Listing| Some(listing.len()) == count;
    let taken = listing
        .filter(whole)
        .filter(|_| fs::rename(&folder, root).is_ok());
    if taken.is_none() {
        let _ = fs::remove_dir_all(&folder);
    }
    taken
}

/// Files in a folder: a record that names more or fewer is not that of it.
fn count(folder: &Path) -> io::Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files += if entry.file_type()?.is_dir() {
            count(&entry.path())?
        } else {
            1
        };
    }
    Ok(files)
}

/// Removes a file, and its folders as far as nothing else is in them.
pub(super) fn remove(root: &Path, file: &Path) {
    let _ = fs::remove_file(file);
    let mut folder = file.parent();
    while let Some(empty) = folder.filter(|folder| *folder != root && folder.starts_with(root)) {
        if fs::remove_dir(empty).is_err() {
            break;
        }
        folder = empty.parent();
    }
}
