//! The last build that is kept no longer, as the beginning of the next one.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::Record;

/// Name of the last build that is kept no longer. The next one begins in its folder: most files stand there already, and
/// neither links to thousands of files nor their removal have to be waited for.
const SPARE: &str = "spare";

fn spare_record(shelf: &Path) -> PathBuf {
    shelf.join(format!("{SPARE}.json"))
}

/// Makes the folder of a build that is kept no longer the beginning of the next one.
pub(super) fn put_by(shelf: &Path, root: &Path, record: &Record) {
    let folder = shelf.join(SPARE);
    let put = || -> io::Result<()> {
        let text = serde_json::to_vec(record).map_err(io::Error::other)?;
        fs::rename(root, &folder)?;
        File::create(spare_record(shelf))?.write_all(&text)
    };
    // There is one already, or it cannot be done.
    if folder.exists() || put().is_err() {
        let _ = fs::remove_dir_all(root);
    }
}

/// Takes such a folder; what lies in it by its record.
pub(super) fn take(shelf: &Path, root: &Path) -> Option<BTreeMap<String, String>> {
    let path = spare_record(shelf);
    let text = fs::read(&path).ok();
    let _ = fs::remove_file(&path);
    let folder = shelf.join(SPARE);
    let record: Option<Record> = text.and_then(|text| serde_json::from_slice(&text).ok());
    let taken = record.filter(|_| fs::rename(&folder, root).is_ok());
    if taken.is_none() {
        let _ = fs::remove_dir_all(&folder);
    }
    taken.map(|record| record.files)
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
