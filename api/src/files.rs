//! Objects on disk: stage, promote, read, set aside (G64, G66, L41, L42, L44).
//!
//! Bytes arrive under a random name in `staging`, are hashed while they arrive, and are renamed to
//! `objects/<hospital>/<first two digits>/<SHA-256>`, files and folders synced, before any row names
//! them. An object never changes. Names, rights and rows are not known here; nothing here is served
//! by a path. The modification time of an object is the instant of its last upload by the clock of
//! the server: uploading the same bytes again renews it, and the sweep reads it.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use entity::ids::HospitalId;
use entity::rules::{chain, file};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::error::{Code, Error, Result};

/// Key of an object: one hospital's bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Whose.
    pub hospital: HospitalId,
    /// SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// The folders below the data folder.
#[derive(Clone, Debug)]
pub struct Store {
    objects: PathBuf,
    staging: PathBuf,
    aside: PathBuf,
}

/// A file on its way in; dropped before it is promoted, it is deleted.
#[derive(Debug)]
pub struct Staging {
    path: Discarded,
    file: tokio::fs::File,
    hash: Sha256,
    head: Vec<u8>,
    size: u64,
    has_nul: bool,
}

/// A file that has arrived whole.
#[derive(Debug)]
pub struct Staged {
    path: Discarded,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Length, in bytes.
    pub size: u64,
    /// Its first bytes, for the signature.
    pub head: Vec<u8>,
    /// Whether a NUL stands anywhere in it.
    pub has_nul: bool,
}

impl Staged {
    /// All its bytes.
    ///
    /// # Errors
    /// `INTERNAL`.
    pub async fn bytes(&self) -> Result<Vec<u8>> {
        let path = self.path.0.clone();
        blocking(move || fs::read(path)).await
    }
}

/// Deletes its file when it goes; after a rename there is nothing to delete.
#[derive(Debug)]
struct Discarded(PathBuf);

impl Drop for Discarded {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a staged file could not be removed");
        }
    }
}

/// Full disks have a code of their own; everything else is an internal fault.
fn failed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::new(Code::StorageFull).caused_by(error)
        }
        _ => Error::internal(error),
    }
}

/// Runs file work off the threads that serve requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
        .map_err(failed)
}

/// What another process took away first is not missed.
fn gone_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

impl Staging {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// `PAYLOAD_TOO_LARGE` beyond the limit, `STORAGE_FULL`, `INTERNAL`.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > file::MOST_BYTES {
            return Err(Error::new(Code::PayloadTooLarge));
        }
        let lacking = file::HEAD.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(lacking));
        self.has_nul = self.has_nul || bytes.contains(&0);
        self.hash.update(bytes);
        self.file.write_all(bytes).await.map_err(failed)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// `STORAGE_FULL`, `INTERNAL`.
    pub async fn finish(mut self) -> Result<Staged> {
        self.file.flush().await.map_err(failed)?;
        Ok(Staged {
            path: self.path,
            sha256: chain::to_hex(&self.hash.finalize().into()),
            size: self.size,
            head: self.head,
            has_nul: self.has_nul,
        })
    }
}

impl Store {
    /// The store of a data folder.
    #[must_use]
    pub fn at(data: &Path) -> Self {
        Self {
            objects: data.join("objects"),
            staging: data.join("staging"),
            aside: data.join("aside"),
        }
    }

    fn path(&self, key: &Key) -> io::Result<PathBuf> {
        let shard = key.sha256.get(..2);
        let (Some(shard), Some(_)) = (shard, chain::parse_hash(&key.sha256)) else {
            return Err(io::Error::other("a key that is no SHA-256"));
        };
        let folder = self.objects.join(key.hospital.to_string());
        Ok(folder.join(shard).join(&key.sha256))
    }

    fn aside_path(&self, key: &Key) -> PathBuf {
        self.aside.join(format!("{}.{}", key.hospital, key.sha256))
    }

    /// Opens a file to write into, under a random name that only this process reads.
    ///
    /// # Errors
    /// `STORAGE_FULL`, `INTERNAL`.
    pub async fn stage(&self) -> Result<Staging> {
        let folder = self.staging.clone();
        let (path, file) = blocking(move || {
            make_folder(&folder)?;
            let path = folder.join(uuid::Uuid::new_v4().to_string());
            let file = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)?;
            Ok((Discarded(path), file))
        })
        .await?;
        Ok(Staging {
            path,
            file: tokio::fs::File::from_std(file),
            hash: Sha256::new(),
            head: Vec::with_capacity(file::HEAD),
            size: 0,
            has_nul: false,
        })
    }

    /// Makes a staged file an object of a hospital; when this returns, it survives a power cut.
    ///
    /// An object of the same key is replaced rather than kept: that makes the bytes durable for this
    /// caller too, and renews their age.
    ///
    /// # Errors
    /// `STORAGE_FULL`, `INTERNAL`.
    pub async fn promote(
        &self,
        staged: Staged,
        hospital: HospitalId,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let store = self.clone();
        blocking(move || {
            let key = Key {
                hospital,
                sha256: staged.sha256,
            };
            let target = store.path(&key)?;
            let file = fs::OpenOptions::new().write(true).open(&staged.path.0)?;
            file.set_modified(SystemTime::from(at))?;
            file.sync_all()?;
            // The four folders from the shard up to the data folder.
            let above: Vec<&Path> = target.ancestors().skip(1).take(4).collect();
            if let Some(shard) = above.first() {
                make_folder(shard)?;
            }
            fs::rename(&staged.path.0, &target)?;
            for folder in above {
                sync_folder(folder)?;
            }
            sync_folder(&store.staging)
        })
        .await
    }

    fn open_now(&self, key: &Key) -> io::Result<fs::File> {
        match fs::File::open(self.path(key)?) {
            // The sweep may be looking at it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::File::open(self.aside_path(key))
            }
            other => other,
        }
    }

    /// Opens an object to read.
    ///
    /// # Errors
    /// `INTERNAL` if it is missing.
    pub async fn open(&self, key: Key) -> Result<fs::File> {
        let store = self.clone();
        blocking(move || store.open_now(&key)).await
    }

    /// What is wrong with an object that should have this length; `None` if it is whole.
    ///
    /// # Errors
    /// `INTERNAL` if it is there and cannot be read.
    pub async fn damage(&self, key: Key, size: u64) -> Result<Option<Damage>> {
        let store = self.clone();
        blocking(move || {
            let mut file = match store.open_now(&key) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Ok(Some(Damage::Missing));
                }
                Err(error) => return Err(error),
            };
            if file.metadata()?.len() != size {
                return Ok(Some(Damage::Size));
            }
            let mut hash = Sha256::new();
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let read = file.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                hash.update(buffer.get(..read).unwrap_or_default());
            }
            let whole = chain::to_hex(&hash.finalize().into()) == key.sha256;
            Ok((!whole).then_some(Damage::Content))
        })
        .await
    }

    /// Keys of objects that were last uploaded before an instant.
    ///
    /// # Errors
    /// `INTERNAL`.
    pub async fn older(&self, before: DateTime<Utc>) -> Result<Vec<Key>> {
        let objects = self.objects.clone();
        blocking(move || {
            let mut found = Vec::new();
            for hospital in entries(&objects)? {
                let Some(id) = hospital.name.as_deref().and_then(HospitalId::parse) else {
                    continue;
                };
                for shard in entries(&hospital.path)? {
                    for object in entries(&shard.path)? {
                        let name = object.name.filter(|_| object.modified < before);
                        let name = name.filter(|name| chain::parse_hash(name).is_some());
                        found.extend(name.map(|sha256| Key {
                            hospital: id,
                            sha256,
                        }));
                    }
                }
            }
            Ok(found)
        })
        .await
    }

    /// Moves an object aside, where [`Store::aside`] finds it and readers still do.
    ///
    /// # Errors
    /// `INTERNAL`.
    pub async fn set_aside(&self, key: Key) -> Result<()> {
        let store = self.clone();
        blocking(move || {
            make_folder(&store.aside)?;
            gone_is_fine(fs::rename(store.path(&key)?, store.aside_path(&key)))
        })
        .await
    }

    /// What stands aside, with the instant of its last upload.
    ///
    /// # Errors
    /// `INTERNAL`.
    pub async fn aside(&self) -> Result<Vec<(Key, DateTime<Utc>)>> {
        let folder = self.aside.clone();
        blocking(move || {
            let found = entries(&folder)?.into_iter().filter_map(|entry| {
                let name = entry.name?;
                let (hospital, sha256) = name.split_once('.')?;
                let key = Key {
                    hospital: HospitalId::parse(hospital)?,
                    sha256: sha256.to_owned(),
                };
                Some((key, entry.modified))
            });
            Ok(found.collect())
        })
        .await
    }

    /// Puts what stands aside back.
    ///
    /// # Errors
    /// `INTERNAL`.
    pub async fn put_back(&self, key: Key) -> Result<()> {
        let store = self.clone();
        blocking(move || {
            let target = store.path(&key)?;
            gone_is_fine(fs::rename(store.aside_path(&key), &target))?;
            target.parent().map_or(Ok(()), sync_folder)
        })
        .await
    }

    /// Deletes what stands aside for good.
    ///
    /// # Errors
    /// `INTERNAL`.
    pub async fn delete_aside(&self, key: Key) -> Result<()> {
        let store = self.clone();
        blocking(move || gone_is_fine(fs::remove_file(store.aside_path(&key)))).await
    }

    /// Deletes staged files that a crash left behind before an instant; how many.
    ///
    /// # Errors
    /// `INTERNAL`.
    pub async fn clear_staging(&self, before: DateTime<Utc>) -> Result<usize> {
        let folder = self.staging.clone();
        blocking(move || {
            let left = entries(&folder)?.into_iter();
            let mut count = 0;
            for entry in left.filter(|entry| entry.modified < before) {
                gone_is_fine(fs::remove_file(entry.path))?;
                count += 1;
            }
            Ok(count)
        })
        .await
    }
}

/// What is wrong with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It is not there.
    Missing,
    /// Another length than its row says.
    Size,
    /// Other bytes than its hash says.
    Content,
}

struct Entry {
    path: PathBuf,
    name: Option<String>,
    modified: DateTime<Utc>,
}

/// What stands in a folder; nothing if there is no folder, and without what goes away meanwhile.
fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in listed {
        let entry = entry?;
        let modified = match entry.metadata().and_then(|data| data.modified()) {
            Ok(modified) => modified.into(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        found.push(Entry {
            path: entry.path(),
            name: entry.file_name().into_string().ok(),
            modified,
        });
    }
    Ok(found)
}
