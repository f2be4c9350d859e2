//! The only module that writes a root: a fresh directory, links to files that did not change, one flush to disk, then
//! one rename that swaps a link. Whoever is served sees the old root or the new one, never half of one.

mod spare;

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// SHA-256 in lower-case hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut out, byte| {
            for half in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
            }
            out
        })
}

/// What lies in a root: path and SHA-256. Kept beside it, and the proof that a root is complete.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Record {
    /// Path from the root → SHA-256.
    pub files: BTreeMap<String, String>,
    /// Until when the data count.
    #[serde(default)]
    pub cutoff_at: String,
    /// Path → ids of records that it is of, and `*` with the class of records that it lists.
    #[serde(default)]
    pub depends: BTreeMap<String, Vec<String>>,
    /// Id or number of a record → its class.
    #[serde(default)]
    pub classes: BTreeMap<String, String>,
}

/// What a finished root cost.
#[derive(Debug, Clone, Copy, Default, Serialize, PartialEq, Eq)]
pub struct Written {
    /// Files in the root.
    pub files: usize,
    /// Of these, as they were in the root before, and not written again.
    pub unchanged: usize,
    /// Bytes in the root.
    pub bytes: u64,
    /// Whether a new root is served. Without any change the old one stays.
    pub swapped: bool,
}

/// A root under construction.
pub struct Staging {
    out: PathBuf,
    name: String,
    root: PathBuf,
    number: u64,
    served: Option<u64>,
    before: Option<(PathBuf, Record)>,
    /// What lies in the fresh folder already: it was a build that is kept no longer.
    spare: BTreeMap<String, String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    record: Record,
    folders: std::collections::BTreeSet<PathBuf>,
    /// Whether a file is as in the root before, and its length.
    sizes: BTreeMap<String, (bool, u64)>,
    unchanged: usize,
    bytes: u64,
}

pub(crate) fn shelf(out: &Path, name: &str) -> PathBuf {
    out.join(format!(".{name}"))
}

pub(crate) fn builds(shelf: &Path) -> Vec<u64> {
    let mut found: Vec<u64> = fs::read_dir(shelf)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    found.sort_unstable();
    found
}

impl Staging {
    /// Makes the fresh directory.
    ///
    /// # Errors
    ///
    /// When it cannot be made; the text names path and operation.
    pub fn begin(out: &Path, name: &str) -> Result<Staging, Error> {
        let shelf = shelf(out, name);
        fs::create_dir_all(&shelf)
            .map_err(|error| Error::write("make the folder", &shelf, &error))?;
        let served = number(out, name).ok();
        let next = builds(&shelf)
            .last()
            .copied()
            .unwrap_or(0)
            .max(served.unwrap_or(0))
            + 1;
        let before = served.and_then(|number| {
            let record = record(&shelf, number).ok()?;
            Some((shelf.join(format!("{number:06}")), record))
        });
        let root = shelf.join(format!("{next:06}"));
        let spare = match before {
            Some(_) => spare::take(&shelf, &root),
            None => None,
        };
        if spare.is_none() {
            fs::create_dir(&root)
                .map_err(|error| Error::write("make the folder", &root, &error))?;
        }
        Ok(Staging {
            out: out.to_path_buf(),
            name: name.to_owned(),
            root,
            number: next,
            served,
            before,
            spare: spare.unwrap_or_default(),
            state: Mutex::default(),
        })
    }

    /// A file beside the root that belongs to the served build alone, `ending` behind its number.
    #[must_use]
    pub fn memory(&self, ending: &str) -> Option<Vec<u8>> {
        let shelf = shelf(&self.out, &self.name);
        fs::read(shelf.join(format!("{:06}.{ending}", self.served?))).ok()
    }

    /// Writes such a file for this build.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn remember(&self, ending: &str, bytes: &[u8]) -> Result<(), Error> {
        let file = format!("{:06}.{ending}", self.number);
        Staging::beside(&self.out, &self.name, &file, bytes)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // A panic elsewhere leaves nothing half-changed in here.
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The root that is served, with its record.
    #[must_use]
    pub fn before(&self) -> Option<(&Path, &Record)> {
        let before = self.before.as_ref();
        before.map(|(root, record)| (root.as_path(), record))
    }

    /// Notes of what the files are.
    pub fn depends(
        &self,
        depends: BTreeMap<String, Vec<String>>,
        classes: BTreeMap<String, String>,
    ) {
        let mut state = self.state();
        state.record.depends = depends;
        state.record.classes = classes;
    }

    /// Notes until when the data count.
    pub fn cutoff(&self, at: &str) {
        at.clone_into(&mut self.state().record.cutoff_at);
    }

    fn folder(&self, target: &Path) -> Result<(), Error> {
        let Some(folder) = target.parent() else {
            return Ok(());
        };
        let known = self.state().folders.contains(folder);
        if !known {
            fs::create_dir_all(folder)
                .map_err(|error| Error::write("make the folder", folder, &error))?;
            self.state().folders.insert(folder.to_path_buf());
        }
        Ok(())
    }

    /// Takes the file over that stands here already, or that of the served root; whether one of them has these bytes.
    fn take(&self, path: &str, digest: &str) -> Result<bool, Error> {
        let target = self.root.join(path);
        if self.spare.get(path).is_some_and(|spare| spare == digest) && target.is_file() {
            return Ok(true);
        }
        let Some((root, record)) = &self.before else {
            return Ok(false);
        };
        if record.files.get(path).is_none_or(|old| old != digest) {
            return Ok(false);
        }
        self.folder(&target)?;
        if self.spare.contains_key(path) {
            let _ = fs::remove_file(&target);
        }
        Ok(fs::hard_link(root.join(path), &target).is_ok())
    }

    /// Puts one file; the same bytes as before become a link to the file of before.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let target = self.root.join(path);
        let digest = hash(bytes);
        // The page may stand as a draft that is now replaced.
        self.remove(path)?;
        let linked = self.take(path, &digest)?;
        if !linked {
            self.folder(&target)?;
            let write = || -> io::Result<()> {
                let fresh = || {
                    OpenOptions::new()
                        .write(true)
                        .create_new(true)
                        .open(&target)
                };
                // Never write through a link: other roots may have the same file.
                let mut file = match fresh() {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        fs::remove_file(&target)?;
                        fresh()?
                    }
                    other => other?,
                };
                file.write_all(bytes)
            };
            write().map_err(|error| Error::write("write", &target, &error))?;
        }
        self.note(path, digest, bytes.len() as u64);
        Ok(())
    }

    /// Takes a file of the served root over as it is; whether there is one.
    ///
    /// # Errors
    ///
    /// When its folder cannot be made.
    pub fn keep(&self, path: &str, length: Option<u64>) -> Result<bool, Error> {
        let digest = self
            .before
            .as_ref()
            .and_then(|(_, record)| record.files.get(path));
        let Some(digest) = digest else {
            return Ok(false);
        };
        // What was put meanwhile may be a draft.
        self.remove(path)?;
        let kept = self.take(path, digest)?;
        if kept {
            let size = || fs::metadata(self.root.join(path)).map(|data| data.len());
            let length = match length {
                Some(length) => length,
                None => size().map_err(|error| Error::write("look at", &self.root, &error))?,
            };
            self.note(path, digest.clone(), length);
        }
        Ok(kept)
    }

    fn note(&self, path: &str, digest: String, length: u64) {
        let before = self.before.as_ref();
        let same = before.is_some_and(|(_, record)| record.files.get(path) == Some(&digest));
        let mut state = self.state();
        if let Some((same, length)) = state.sizes.insert(path.to_owned(), (same, length)) {
            state.unchanged -= usize::from(same);
            state.bytes -= length;
        }
        state.unchanged += usize::from(same);
        state.bytes += length;
        state.record.files.insert(path.to_owned(), digest);
    }

    /// Takes a file out again.
    ///
    /// # Errors
    ///
    /// When it cannot be removed.
    pub fn remove(&self, path: &str) -> Result<(), Error> {
        let target = self.root.join(path);
        let mut state = self.state();
        if let Some((same, length)) = state.sizes.remove(path) {
            state.unchanged -= usize::from(same);
            state.bytes -= length;
            state.record.files.remove(path);
            drop(state);
            fs::remove_file(&target).map_err(|error| Error::write("replace", &target, &error))?;
        }
        Ok(())
    }

    /// The files of this root below a folder.
    #[must_use]
    pub fn below(&self, folder: &str) -> Vec<String> {
        let state = self.state();
        let below = state.record.files.keys();
        below
            .filter(|path| path.starts_with(folder))
            .cloned()
            .collect()
    }

    /// The bytes of a file of the served root.
    #[must_use]
    pub fn old(&self, path: &str) -> Option<Vec<u8>> {
        let (root, record) = self.before.as_ref()?;
        record.files.get(path)?;
        fs::read(root.join(path)).ok()
    }

    /// Flushes the files and swaps the link; of the builds before, `keep` stay with this one. Without any change
    /// nothing is swapped.
    ///
    /// # Errors
    ///
    /// When the disk is full or the link cannot be swapped; the old root stays.
    pub fn finish(self, flush: bool, keep: usize) -> Result<Written, Error> {
        let state = std::mem::take(&mut *self.state());
        let mut written = Written {
            files: state.record.files.len(),
            unchanged: state.unchanged,
            bytes: state.bytes,
            swapped: false,
        };
        let shelf = shelf(&self.out, &self.name);
        // What stood in the folder and is no longer of the root.
        for path in self.spare.keys() {
            if !state.record.files.contains_key(path) {
                let target = self.root.join(path);
                spare::remove(&self.root, &target);
            }
        }
        if self
            .before
            .as_ref()
            .is_some_and(|(_, record)| *record == state.record)
        {
            for ending in ENDINGS.iter().skip(1) {
                let _ = fs::remove_file(shelf.join(format!("{:06}.{ending}", self.number)));
            }
            spare::put_by(&shelf, &self.root, &state.record);
            return Ok(written);
        }
        let record = shelf.join(format!("{:06}.json", self.number));
        let text = serde_json::to_vec(&state.record)
            .map_err(|error| Error::Write(format!("cannot write the record: {error}")))?;
        let write = || -> io::Result<()> {
            File::create(&record)?.write_all(&text)?;
            // One flush of the file system instead of one of each of some thousand files.
            if flush {
                rustix::fs::syncfs(File::open(&shelf)?)?;
            }
            Ok(())
        };
        write().map_err(|error| Error::write("flush", &record, &error))?;
        swap(&self.out, &self.name, self.number)?;
        written.swapped = true;
        let all = builds(&shelf);
        for number in all.iter().rev().skip(keep.max(1)) {
            let root = shelf.join(format!("{number:06}"));
            match self::record(&shelf, *number) {
                Ok(record) => spare::put_by(&shelf, &root, &record),
                Err(_) => {
                    let _ = fs::remove_dir_all(&root);
                }
            }
            for ending in ENDINGS {
                let _ = fs::remove_file(shelf.join(format!("{number:06}.{ending}")));
            }
        }
        Ok(written)
    }

    /// Gives the build up; the old root was never touched.
    pub fn discard(&self) {
        let _ = fs::remove_dir_all(&self.root);
    }

    /// Writes a file beside the root, where no visitor comes.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn beside(out: &Path, name: &str, file: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = shelf(out, name).join(file);
        let write = || -> io::Result<()> { File::create(&path)?.write_all(bytes) };
        write().map_err(|error| Error::write("write", &path, &error))
    }
}

/// Endings of the files that belong to one build: its record, and what it remembers.
const ENDINGS: [&str; 2] = ["json", "pages"];

/// The number of the served build.
pub(crate) fn number(out: &Path, name: &str) -> Result<u64, Error> {
    let link = out.join(name);
    let target = fs::read_link(&link).map_err(|error| Error::write("read", &link, &error))?;
    target
        .file_name()
        .and_then(|number| number.to_str()?.parse().ok())
        .ok_or_else(|| Error::Write(format!("{} leads to no build", link.display())))
}

/// The record of a build that is kept.
pub(crate) fn record(shelf: &Path, number: u64) -> Result<Record, Error> {
    let path = shelf.join(format!("{number:06}.json"));
    let text = fs::read_to_string(&path).map_err(|error| Error::write("read", &path, &error))?;
    serde_json::from_str(&text)
        .map_err(|error| Error::Write(format!("the record is damaged: {error}")))
}

/// Serves a build: the link to it is renamed over the one before, so that there always is one.
pub(crate) fn swap(out: &Path, name: &str, number: u64) -> Result<(), Error> {
    let link = out.join(name);
    let fresh = out.join(format!(".{name}.new"));
    let _ = fs::remove_file(&fresh);
    let target = Path::new(&format!(".{name}")).join(format!("{number:06}"));
    symlink(&target, &fresh).map_err(|error| Error::write("make the link", &fresh, &error))?;
    fs::rename(&fresh, &link).map_err(|error| Error::write("swap", &link, &error))?;
    if let Ok(folder) = File::open(out) {
        folder
            .sync_all()
            .map_err(|error| Error::write("flush", out, &error))?;
    }
    Ok(())
}

/// The folder of the served root, and its record.
///
/// # Errors
///
/// When there is no root or no record.
pub fn served(out: &Path, name: &str) -> Result<(PathBuf, Record), Error> {
    let number = number(out, name)?;
    let shelf = shelf(out, name);
    let record = record(&shelf, number)?;
    Ok((shelf.join(format!("{number:06}")), record))
}

/// Whether every file of the served root has the bytes of its record; the paths that have not.
///
/// # Errors
///
/// When there is no root or no record.
pub fn verify(out: &Path, name: &str) -> Result<Vec<String>, Error> {
    let (root, record) = served(out, name)?;
    Ok(record
        .files
        .iter()
        .filter(|(path, digest)| {
            fs::read(root.join(path))
                .map(|bytes| hash(&bytes))
                .ok()
                .as_ref()
                != Some(*digest)
        })
        .map(|(path, _)| path.clone())
        .collect())
}
