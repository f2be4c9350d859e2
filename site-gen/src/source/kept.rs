//! The input of a build, kept as a file that builds the same bytes again when there is no server to ask (SG-SRC-5).

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use super::{Source, Variables, key, pass};
use crate::{
    audience::Instance,
    error::Error,
    press::Tree,
    write::{Fill, Sum, fill},
};

/// Where the input of an instance is kept.
#[must_use]
pub fn path(folder: &Path, instance: &str) -> PathBuf {
    folder.join(format!("{instance}.json.gz"))
}

/// A source that writes down what it passes on.
pub(crate) struct Recorder<'a> {
    inner: &'a dyn Source,
    folder: PathBuf,
    instance: Instance,
    state: Mutex<State>,
    /// Numbers of files that are being written.
    places: AtomicU64,
}

struct State {
    file: GzEncoder<File>,
    /// Keys of the answers that are written.
    keys: BTreeSet<String>,
    /// Files by id, each with its path in the folder.
    files: BTreeMap<String, String>,
    /// PDFs by the SHA-256 of their trees, likewise.
    pressed: BTreeMap<String, String>,
}

/// Writes to two.
struct Both<'a>(&'a mut dyn Write, &'a mut dyn Write);

impl Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(bytes)?;
        self.1.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()?;
        self.1.flush()
    }
}

/// JSON with sorted keys and nothing else between.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            out.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string());
        }
    }
}

fn private(path: &Path) -> io::Result<File> {
    let _ = fs::remove_file(path);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

impl<'a> Recorder<'a> {
    /// Begins a file beside the one that is kept.
    ///
    /// # Errors
    ///
    /// When the folder lies inside the one of the roots, or cannot be written.
    pub(crate) fn begin(
        inner: &'a dyn Source,
        folder: &Path,
        out: &Path,
        instance: &Instance,
    ) -> Result<Recorder<'a>, Error> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| Error::write("make the folder", folder, &error))?;
        // The folder of the roots may not be there yet.
        let full = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path));
        if matches!((full(folder), full(out)), (Ok(inside), Ok(roots)) if inside.starts_with(&roots))
        {
            return Err(Error::Write(
                "the input is not kept inside the folder of the roots".to_owned(),
            ));
        }
        Ok(Recorder {
            inner,
            folder: folder.to_path_buf(),
            instance: instance.clone(),
            state: Mutex::new(State::begin(folder, instance)?),
            places: AtomicU64::new(0),
        })
    }

    /// Puts the new input in place of the one before.
    ///
    /// # Errors
    ///
    /// When it cannot be written; the one before stays.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let name = self.instance.name();
        let fresh = fresh(&self.folder, name);
        let target = path(&self.folder, name);
        let presses = self.inner.presses();
        let state = self
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut file = state.file;
        let end = || -> io::Result<()> {
            let files = serde_json::to_string(&state.files).map_err(io::Error::other)?;
            write!(file, "}},\"files\":{files}")?;
            if presses {
                let pressed = serde_json::to_string(&state.pressed).map_err(io::Error::other)?;
                write!(file, ",\"pressed\":{pressed}")?;
            }
            write!(file, "}}")?;
            file.finish()?.sync_all()?;
            fs::rename(&fresh, &target)
        };
        end().map_err(|error| Error::write("keep the input in", &target, &error))?;
        // Files of older inputs.
        let kept: BTreeSet<&String> = state.files.values().chain(state.pressed.values()).collect();
        let folder = self.folder.join(blobs(name));
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let own = format!("{}/{}", blobs(name), entry.file_name().to_string_lossy());
            if !kept.contains(&own) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// Gives the new input up; the one before stays.
    pub(crate) fn discard(&self) {
        let _ = fs::remove_file(fresh(&self.folder, self.instance.name()));
    }

    /// Keeps what `bytes` writes by its SHA-256; its path in the folder.
    fn keep(&self, bytes: Fill<'_>) -> Result<String, Error> {
        let folder = self.folder.join(blobs(self.instance.name()));
        let wrong = |error: io::Error| Error::write("keep a file in", &folder, &error);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(wrong)?;
        let place = self.places.fetch_add(1, Ordering::Relaxed);
        // Another process may build the same root.
        let fresh = folder.join(format!(".{}-{place}.new", std::process::id()));
        let file = private(&fresh).map_err(wrong)?;
        let Sum { to, sha256, .. } = fill(file, &fresh, bytes).inspect_err(|_| {
            let _ = fs::remove_file(&fresh);
        })?;
        // Pages are made beside each other, and two may show the same: the last one stays, with the same bytes.
        to.sync_all()
            .and_then(|()| fs::rename(&fresh, folder.join(&sha256)))
            .map_err(wrong)?;
        Ok(format!("{}/{sha256}", blobs(self.instance.name())))
    }

    /// Keeps a file of the build before, if it is not kept yet; its path in the folder.
    fn keep_old(
        &self,
        sha256: &str,
        old: &dyn Fn() -> Option<File>,
    ) -> Result<Option<String>, Error> {
        let own = format!("{}/{sha256}", blobs(self.instance.name()));
        if self.folder.join(&own).exists() {
            return Ok(Some(own));
        }
        old()
            .map(|mut file| self.keep(&mut |to| pass(sha256, &mut file, to)))
            .transpose()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fresh(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}-{}.new", std::process::id()))
}

fn blobs(name: &str) -> String {
    format!("{name}.files")
}

impl State {
    fn begin(folder: &Path, instance: &Instance) -> Result<State, Error> {
        let path = fresh(folder, instance.name());
        let begin = || -> io::Result<State> {
            let mut file = GzEncoder::new(private(&path)?, Compression::default());
            let (name, audience) = (instance.name(), instance.audience().code());
            write!(
                file,
                "{{\"version\":1,\"instance\":\"{name}\",\"audience\":\"{audience}\",\"answers\":{{"
            )?;
            Ok(State {
                file,
                keys: BTreeSet::new(),
                files: BTreeMap::new(),
                pressed: BTreeMap::new(),
            })
        };
        begin().map_err(|error| Error::write("keep the input in", &path, &error))
    }
}

impl Source for Recorder<'_> {
    fn query(&self, name: &str, text: &str, variables: &Variables) -> Result<Cow<'_, str>, Error> {
        let answer = self.inner.query(name, text, variables)?;
        let value: Value = serde_json::from_str(&answer)
            .map_err(|error| Error::source(format!("query `{name}`: {error}")))?;
        let key = key(name, variables);
        let mut state = self.state();
        if state.keys.contains(&key) {
            // The same question again: the data changed, and everything is read anew.
            *state = State::begin(&self.folder, &self.instance)?;
        }
        let mut line = String::new();
        if !state.keys.is_empty() {
            line.push(',');
        }
        line.push_str(&Value::String(key.clone()).to_string());
        line.push(':');
        canonical(&value, &mut line);
        state
            .file
            .write_all(line.as_bytes())
            .map_err(|error| Error::write("keep the input in", &self.folder, &error))?;
        state.keys.insert(key);
        drop(state);
        Ok(answer)
    }

    fn file(&self, id: &str, to: &mut dyn Write) -> Result<(), Error> {
        let own = self.keep(&mut |kept| self.inner.file(id, &mut Both(kept, to)))?;
        self.state().files.insert(id.to_owned(), own);
        Ok(())
    }

    fn kept(&self, id: &str, sha256: &str, old: &dyn Fn() -> Option<File>) -> Result<(), Error> {
        match self.keep_old(sha256, old)? {
            Some(own) => {
                self.state().files.insert(id.to_owned(), own);
                Ok(())
            }
            None => self.file(id, &mut io::sink()),
        }
    }

    fn presses(&self) -> bool {
        self.inner.presses()
    }

    fn press(&self, tree: &Tree) -> Result<Option<Vec<u8>>, Error> {
        let made = self.inner.press(tree)?;
        if let Some(bytes) = &made {
            let own = self.keep(&mut |to| pass(tree.sha256(), &mut bytes.as_slice(), to))?;
            self.state().pressed.insert(tree.sha256().to_owned(), own);
        }
        Ok(made)
    }

    fn pressed(
        &self,
        tree: &str,
        sha256: &str,
        old: &dyn Fn() -> Option<File>,
    ) -> Result<(), Error> {
        if let Some(own) = self.keep_old(sha256, old)? {
            self.state().pressed.insert(tree.to_owned(), own);
        }
        Ok(())
    }

    fn tries(&self) -> u32 {
        self.inner.tries()
    }
}
