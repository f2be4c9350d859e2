//! The only module that writes a root: a fresh directory, links to files that did not change, one flush to disk, then
//! one rename that swaps a link. Whoever is served sees the old root or the new one, never half of one.

mod listing;
mod spare;

use std::{
    collections::{BTreeMap, HashSet},
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::error::Error;
use listing::Listing;

/// A SHA-256.
pub type Digest = [u8; 32];

/// SHA-256 of some parts, one behind the other.
pub(crate) fn digest(parts: &[&[u8]]) -> Digest {
    let mut sum = Sha256::new();
    parts.iter().for_each(|part| sum.update(part));
    sum.finalize().into()
}

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

/// Writes what it is given, and sums it up.
struct Summed<W> {
    to: W,
    sum: Sha256,
    size: u64,
    failed: Option<io::Error>,
}

/// What was written.
pub(crate) struct Sum<W> {
    pub(crate) to: W,
    pub(crate) sha256: String,
    pub(crate) size: u64,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.to.write(bytes) {
            Ok(count) => {
                self.sum.update(bytes.get(..count).unwrap_or_default());
                self.size += count as u64;
                Ok(count)
            }
            Err(error) => {
                let told = io::Error::from(error.kind());
                self.failed = Some(error);
                Err(told)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Has bytes written to `to`, summed up on their way.
///
/// # Errors
///
/// When they cannot be written at `path`, and those of `fill`.
pub(crate) fn fill<W: Write>(to: W, path: &Path, fill: Fill<'_>) -> Result<Sum<W>, Error> {
    let mut all = Summed {
        to,
        sum: Sha256::new(),
        size: 0,
        failed: None,
    };
    let filled = fill(&mut all);
    if let Some(error) = all.failed {
        return Err(Error::write("write", path, &error));
    }
    filled?;
    Ok(Sum {
        to: all.to,
        sha256: hexadecimal(&all.sum.finalize()),
        size: all.size,
    })
}

/// Writes the bytes of a file where it is told to.
pub type Fill<'a> = &'a mut dyn FnMut(&mut dyn Write) -> Result<(), Error>;

/// What lies in a root: path and SHA-256. Kept beside it, and the proof that a root is complete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Path from the root → SHA-256.
    pub files: BTreeMap<String, String>,
    /// Until when the data count.
    pub cutoff_at: String,
    /// Path → ids of records that it is of, and `*` with the class of records that it lists.
    pub depends: BTreeMap<String, Vec<String>>,
    /// Id or number of a record → its class.
    pub classes: BTreeMap<String, String>,
}

/// What the files of a root are of, for its record.
#[derive(Debug, Clone, Default)]
pub struct Notes(String);

impl Notes {
    fn add(&mut self, kind: &str, note: &impl Serialize) {
        // Texts in lists always have a form in JSON.
        let note = serde_json::to_string(note).unwrap_or_default();
        self.0.push_str(&format!("{kind} {note}\n"));
    }

    /// A file is of records; a path that ends in a slash is that of everything below it.
    pub fn depends(&mut self, path: &str, records: &[impl Serialize]) {
        self.add(listing::DEPENDS, &(path, records));
    }

    /// A record is of a class.
    pub fn class(&mut self, record: &str, class: &str) {
        self.add(listing::CLASS, &(record, class));
    }
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
    before: Option<Before>,
    /// What lies in the fresh folder already: it was a build that is kept no longer.
    spare: Listing,
    state: Mutex<State>,
}

/// The root that is served.
struct Before {
    root: PathBuf,
    listing: Listing,
}

#[derive(Default)]
struct State {
    cutoff_at: String,
    notes: String,
    folders: HashSet<PathBuf>,
    /// Files that are not as in the root before, by their paths: digest and size.
    fresh: BTreeMap<String, (String, u64)>,
    /// Of each file of the root before: whether this root has it too, and whether it stands in the folder.
    kept: Vec<bool>,
    stands: Vec<bool>,
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

impl State {
    /// What is known of a file of the root before.
    fn place(&mut self, at: usize) -> (Option<&mut bool>, Option<&mut bool>) {
        (self.kept.get_mut(at), self.stands.get_mut(at))
    }
}

/// A file that nobody has yet. Never write through a link: other roots may have the same file.
fn fresh(target: &Path) -> io::Result<File> {
    let make = || OpenOptions::new().write(true).create_new(true).open(target);
    match make() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(target)?;
            make()
        }
        other => other,
    }
}

/// The places of the files below a folder.
fn below(listing: &Listing, folder: &str) -> impl Iterator<Item = usize> {
    let from = listing.from(folder);
    (from..listing.len()).take_while(move |at| {
        let file = listing.get(*at);
        file.is_some_and(|file| file.path.starts_with(folder))
    })
}

/// Of each file of a build, whether another one has the same.
fn stands(build: &Listing, other: &Listing) -> Vec<bool> {
    let mut others = other.files().peekable();
    let same = |file: listing::File<'_>| {
        while others.next_if(|other| other.path < file.path).is_some() {}
        let other = others.peek();
        other.is_some_and(|other| other.path == file.path && other.digest == file.digest)
    };
    build.files().map(same).collect()
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
            let listing = Listing::read(&shelf.join(format!("{number:06}.json"))).ok()?;
            let root = shelf.join(format!("{number:06}"));
            Some(Before { root, listing })
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
        let spare = spare.unwrap_or_default();
        let stands = match &before {
            Some(before) => stands(&before.listing, &spare),
            None => Vec::new(),
        };
        Ok(Staging {
            out: out.to_path_buf(),
            name: name.to_owned(),
            root,
            number: next,
            served,
            before,
            spare,
            state: Mutex::new(State {
                kept: vec![false; stands.len()],
                stands,
                ..State::default()
            }),
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
    pub fn before(&self) -> Option<(&Path, Record)> {
        let before = self.before.as_ref()?;
        Some((before.root.as_path(), before.listing.record()?))
    }

    /// Notes of what the files are.
    pub fn depends(&self, notes: Notes) {
        self.state().notes = notes.0;
    }

    /// Takes the notes of the served root over.
    pub fn depends_as_before(&self) {
        if let Some(before) = &self.before {
            before.listing.noted().clone_into(&mut self.state().notes);
        }
    }

    /// Notes until when the data count.
    pub fn cutoff(&self, at: &str) {
        at.clone_into(&mut self.state().cutoff_at);
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

    /// Puts one file; the same bytes as before become a link to the file of before.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let target = self.root.join(path);
        let digest = hash(bytes);
        if self.keep_same(path, &digest)? {
            return Ok(());
        }
        // The page may stand as a draft that is now replaced.
        self.remove(path)?;
        let spare = self.spare.find(path).and_then(|at| self.spare.get(at));
        if !(spare.is_some_and(|spare| spare.digest == digest) && target.is_file()) {
            self.folder(&target)?;
            fresh(&target)
                .and_then(|mut file| file.write_all(bytes))
                .map_err(|error| Error::write("write", &target, &error))?;
        }
        let size = bytes.len() as u64;
        self.state().fresh.insert(path.to_owned(), (digest, size));
        Ok(())
    }

    /// Puts one file as `bytes` writes it; whether it has the SHA-256 that it must have. Another one is not put.
    ///
    /// # Errors
    ///
    /// When it cannot be written, and those of `bytes`.
    pub fn stream(&self, path: &str, sha256: &str, bytes: Fill<'_>) -> Result<bool, Error> {
        let target = self.root.join(path);
        self.remove(path)?;
        self.folder(&target)?;
        let file = fresh(&target).map_err(|error| Error::write("write", &target, &error))?;
        let made = fill(file, &target, bytes);
        if !made.as_ref().is_ok_and(|sum| sum.sha256 == sha256) {
            fs::remove_file(&target).map_err(|error| Error::write("remove", &target, &error))?;
            return made.map(|_| false);
        }
        let sum = made?;
        let one = (sum.sha256, sum.size);
        self.state().fresh.insert(path.to_owned(), one);
        Ok(true)
    }

    /// Takes a file of the served root over if it has this SHA-256; whether it has.
    ///
    /// # Errors
    ///
    /// When its folder cannot be made.
    pub fn keep_same(&self, path: &str, sha256: &str) -> Result<bool, Error> {
        let before = self.before.as_ref();
        let same = before.and_then(|before| {
            let at = before.listing.find(path)?;
            (before.listing.get(at)?.digest == sha256).then_some((before, at))
        });
        same.map_or(Ok(false), |(before, at)| self.take(before, at))
    }

    /// Takes a file of the served root over as it is; whether there is one.
    ///
    /// # Errors
    ///
    /// When its folder cannot be made.
    pub fn keep(&self, path: &str) -> Result<bool, Error> {
        let Some(before) = &self.before else {
            return Ok(false);
        };
        match before.listing.find(path) {
            Some(at) => self.take(before, at),
            None => Ok(false),
        }
    }

    /// Takes all files of the served root below a folder over; whether they are all there.
    ///
    /// # Errors
    ///
    /// When a folder cannot be made.
    pub fn keep_below(&self, folder: &str) -> Result<bool, Error> {
        let Some(before) = &self.before else {
            return Ok(false);
        };
        for at in below(&before.listing, folder) {
            if !self.take(before, at)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes a file of the served root over. Where the fresh folder has it already there is nothing to do.
    fn take(&self, before: &Before, at: usize) -> Result<bool, Error> {
        let Some(file) = before.listing.get(at) else {
            return Ok(false);
        };
        let mut state = self.state();
        if state.fresh.contains_key(file.path) {
            drop(state);
            // What was put meanwhile may be a draft.
            self.remove(file.path)?;
            state = self.state();
        }
        let stands = state.stands.get(at) == Some(&true);
        if !stands {
            drop(state);
            let target = self.root.join(file.path);
            self.folder(&target)?;
            let link = || fs::hard_link(before.root.join(file.path), &target);
            let linked = match link() {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    fs::remove_file(&target).and_then(|()| link())
                }
                other => other,
            };
            if linked.is_err() {
                return Ok(false);
            }
            state = self.state();
        }
        if let (Some(kept), Some(stands)) = state.place(at) {
            (*kept, *stands) = (true, true);
        }
        Ok(true)
    }

    /// Takes a file out again.
    ///
    /// # Errors
    ///
    /// When it cannot be removed.
    pub fn remove(&self, path: &str) -> Result<(), Error> {
        let at = self
            .before
            .as_ref()
            .and_then(|before| before.listing.find(path));
        let mut state = self.state();
        let mut had = state.fresh.remove(path).is_some();
        if let Some(at) = at
            && let (Some(kept), Some(stands)) = state.place(at)
        {
            had |= *kept;
            if had {
                (*kept, *stands) = (false, false);
            }
        }
        drop(state);
        if had {
            let target = self.root.join(path);
            fs::remove_file(&target).map_err(|error| Error::write("replace", &target, &error))?;
        }
        Ok(())
    }

    /// The files of this root below a folder.
    #[must_use]
    pub fn below(&self, folder: &str) -> Vec<String> {
        let state = self.state();
        let fresh = state.fresh.range(folder.to_owned()..);
        let fresh = fresh.map(|(path, _)| path);
        let mut all: Vec<String> = fresh
            .take_while(|path| path.starts_with(folder))
            .cloned()
            .collect();
        if let Some(before) = &self.before {
            let kept =
                below(&before.listing, folder).filter(|at| state.kept.get(*at) == Some(&true));
            let files = kept.filter_map(|at| before.listing.get(at));
            all.extend(files.map(|file| file.path.to_owned()));
        }
        all
    }

    /// The bytes of a file of the served root.
    #[must_use]
    pub fn old(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.old_path(path)?).ok()
    }

    /// A file of the served root.
    #[must_use]
    pub fn open_old(&self, path: &str) -> Option<File> {
        File::open(self.old_path(path)?).ok()
    }

    fn old_path(&self, path: &str) -> Option<PathBuf> {
        let before = self.before.as_ref()?;
        before.listing.find(path)?;
        Some(before.root.join(path))
    }

    /// Flushes the files and swaps the link; of the builds before, `keep` stay with this one. Without any change
    /// nothing is swapped.
    ///
    /// # Errors
    ///
    /// When the disk is full or the link cannot be swapped; the old root stays.
    pub fn finish(self, flush: bool, keep: usize) -> Result<Written, Error> {
        let state = std::mem::take(&mut *self.state());
        let files = self.listed(&state);
        let unchanged = state.kept.iter().filter(|kept| **kept).count();
        let mut written = Written {
            files: files.len(),
            unchanged,
            bytes: files.iter().map(|file| file.size).sum(),
            swapped: false,
        };
        let shelf = shelf(&self.out, &self.name);
        self.clear_spare(&files);
        let text = Listing::write(&state.cutoff_at, files.into_iter(), &state.notes);
        let same = |before: &Before| before.listing.text() == text;
        if self.before.as_ref().is_some_and(same) {
            for ending in ENDINGS.iter().skip(1) {
                let _ = fs::remove_file(shelf.join(format!("{:06}.{ending}", self.number)));
            }
            spare::put_by(&shelf, &self.root, |to| {
                File::create(to)?.write_all(text.as_bytes())
            });
            return Ok(written);
        }
        let record = shelf.join(format!("{:06}.json", self.number));
        let write = || -> io::Result<()> {
            File::create(&record)?.write_all(text.as_bytes())?;
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
            // A build that was broken off has no record.
            let record = shelf.join(format!("{number:06}.json"));
            spare::put_by(&shelf, &root, |to| fs::rename(record, to));
            for ending in ENDINGS {
                let _ = fs::remove_file(shelf.join(format!("{number:06}.{ending}")));
            }
        }
        Ok(written)
    }

    /// All files of this root, in the order of their paths.
    fn listed<'a>(&'a self, state: &'a State) -> Vec<listing::File<'a>> {
        let fresh = state
            .fresh
            .iter()
            .map(|(path, (digest, size))| listing::File {
                path,
                digest,
                size: *size,
            });
        let mut fresh = fresh.peekable();
        let mut all = Vec::with_capacity(state.fresh.len() + state.kept.len());
        if let Some(before) = &self.before {
            let kept = before.listing.files().zip(&state.kept);
            for (file, _) in kept.filter(|(_, kept)| **kept) {
                while let Some(earlier) = fresh.next_if(|one| one.path < file.path) {
                    all.push(earlier);
                }
                all.push(file);
            }
        }
        all.extend(fresh);
        all
    }

    /// Removes what stood in the folder and is not of the root.
    fn clear_spare(&self, files: &[listing::File<'_>]) {
        let mut files = files.iter().peekable();
        for spare in self.spare.files() {
            while files.next_if(|file| file.path < spare.path).is_some() {}
            if files.peek().is_none_or(|file| file.path != spare.path) {
                spare::remove(&self.root, &self.root.join(spare.path));
            }
        }
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
    let listing = Listing::read(&shelf.join(format!("{number:06}.json")))?;
    listing
        .record()
        .ok_or_else(|| Error::Write("the record is damaged".to_owned()))
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
