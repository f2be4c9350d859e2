//! The input of a build, kept as a file that builds the same bytes again when there is no server to ask (SG-SRC-5).

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use super::{Source, Variables, key};
use crate::{audience::Instance, error::Error, press::Tree, write::hash};

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
    /// One file is kept at a time: pages are made beside each other, and two may show the same.
    keeping: Mutex<()>,
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
            keeping: Mutex::new(()),
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

    /// Keeps bytes by their SHA-256; their path in the folder.
    fn keep(&self, bytes: &[u8]) -> Result<String, Error> {
        let folder = self.folder.join(blobs(self.instance.name()));
        let digest = hash(bytes);
        let _turn = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        let keep = || -> io::Result<()> {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)?;
            let path = folder.join(&digest);
            if !path.exists() {
                let fresh = folder.join(format!(".{digest}.new"));
                let mut file = private(&fresh)?;
                file.write_all(bytes)?;
                file.sync_all()?;
                fs::rename(&fresh, &path)?;
            }
            Ok(())
        };
        keep().map_err(|error| Error::write("keep a file in", &folder, &error))?;
        Ok(format!("{}/{digest}", blobs(self.instance.name())))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fresh(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.new"))
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

    fn file(&self, id: &str) -> Result<Vec<u8>, Error> {
        let bytes = self.inner.file(id)?;
        let own = self.keep(&bytes)?;
        self.state().files.insert(id.to_owned(), own);
        Ok(bytes)
    }

    fn presses(&self) -> bool {
        self.inner.presses()
    }

    fn press(&self, tree: &Tree) -> Result<Option<Vec<u8>>, Error> {
        let made = self.inner.press(tree)?;
        if let Some(bytes) = &made {
            let own = self.keep(bytes)?;
            self.state().pressed.insert(tree.sha256().to_owned(), own);
        }
        Ok(made)
    }

    fn pressed(
        &self,
        tree: &str,
        sha256: &str,
        bytes: &dyn Fn() -> Option<Vec<u8>>,
    ) -> Result<(), Error> {
        let own = format!("{}/{sha256}", blobs(self.instance.name()));
        let own = if self.folder.join(&own).exists() {
            own
        } else if let Some(bytes) = bytes() {
            self.keep(&bytes)?
        } else {
            return Ok(());
        };
        self.state().pressed.insert(tree.to_owned(), own);
        Ok(())
    }

    fn tries(&self) -> u32 {
        self.inner.tries()
    }
}
