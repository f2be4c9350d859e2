//! Where the answers come from. The library knows queries by name and text, never how they are answered.

pub mod http;
pub mod kept;
mod piece;
pub(crate) mod scan;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Write},
    ops::Range,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use flate2::read::GzDecoder;
use serde::de::DeserializeOwned;

use crate::{error::Error, press::Tree, write::hash};
pub use piece::Piece;

/// Variables of a query.
pub type Variables = serde_json::Map<String, serde_json::Value>;

/// Answers queries of the schema under the identity of one audience instance.
///
/// Only queries of [`crate::read::QUERIES`] are asked, with their texts as they stand there.
pub trait Source: Sync {
    /// The answer as JSON text: `{"data": …}`. Lists are asked page by page, with the variable `after`.
    ///
    /// # Errors
    ///
    /// When the source cannot answer. Errors of the schema belong into the answer, `{"errors": …}`.
    fn query(&self, name: &str, text: &str, variables: &Variables) -> Result<Cow<'_, str>, Error>;

    /// The same answer, for a reader that keeps parts of it.
    ///
    /// # Errors
    ///
    /// Those of [`query`](Source::query).
    fn answer(&self, name: &str, text: &str, variables: &Variables) -> Result<Piece, Error> {
        let answer = self.query(name, text, variables)?;
        Ok(Piece::from(answer.into_owned()))
    }

    /// Writes the bytes of a file, as they come, by its id; of a report by id and form, `rpt_….html`, `.pdf`, `.sealed`.
    /// Who asks checks them ([`whole`], `Staging::stream`).
    ///
    /// # Errors
    ///
    /// When there is no such file.
    fn file(&self, id: &str, to: &mut dyn Write) -> Result<(), Error>;

    /// Tells that the root keeps a file from the build before: SHA-256 of its bytes, and the file for who wants it. Only a
    /// source that writes down what it passes on cares.
    ///
    /// # Errors
    ///
    /// When it cannot be written down.
    fn kept(&self, _id: &str, _sha256: &str, _old: &dyn Fn() -> Option<File>) -> Result<(), Error> {
        Ok(())
    }

    /// Whether this source sets documents as PDF; without it no page leads to one.
    fn presses(&self) -> bool {
        false
    }

    /// A document as PDF: the same bytes for the same tree, from every source. Nothing from a source that sets none.
    ///
    /// # Errors
    ///
    /// When it cannot be set. Its page then stands without it.
    fn press(&self, _tree: &Tree) -> Result<Option<Vec<u8>>, Error> {
        Ok(None)
    }

    /// The same as [`kept`](Source::kept) of a PDF: SHA-256 of its tree and of its bytes.
    ///
    /// # Errors
    ///
    /// When it cannot be written down.
    fn pressed(
        &self,
        _tree: &str,
        _sha256: &str,
        _old: &dyn Fn() -> Option<File>,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// How often everything is read when the data change meanwhile. What cannot change is read once.
    fn tries(&self) -> u32 {
        3
    }
}

/// Bytes that are not those of the record.
pub(crate) fn damaged(id: &str) -> Error {
    Error::source(format!("file `{id}` has other bytes than its record"))
}

/// Passes the bytes of a file on.
///
/// # Errors
///
/// A file that cannot be read, or what takes it.
pub fn pass(id: &str, from: &mut dyn Read, to: &mut dyn Write) -> Result<(), Error> {
    io::copy(from, to)
        .map(|_| ())
        .map_err(|error| Error::source(format!("file `{id}`: {error}")))
}

/// The bytes of a small file, checked.
///
/// # Errors
///
/// Those of [`Source::file`]; other bytes than those of the record.
pub fn whole(source: &dyn Source, id: &str, sha256: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    source.file(id, &mut bytes)?;
    if hash(&bytes) != sha256 {
        return Err(damaged(id));
    }
    Ok(bytes)
}

/// A query with its variables, as the key of an answer in a file: the name alone, or with the variables as canonical
/// JSON behind it.
#[must_use]
pub fn key(name: &str, variables: &Variables) -> String {
    if variables.is_empty() {
        return name.to_owned();
    }
    let sorted: BTreeMap<&String, &serde_json::Value> = variables.iter().collect();
    let text = serde_json::to_string(&sorted).unwrap_or_default();
    format!("{name} {text}")
}

/// The whole of a file, by all processors: a large document is read twice as fast.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    let (head, tail) = bytes.split_at_mut(length / 2);
    let from = head.len() as u64;
    let (head, tail) = rayon::join(
        || file.read_exact_at(head, 0),
        || file.read_exact_at(tail, from),
    );
    head?;
    tail?;
    if bytes.starts_with(&[0x1F, 0x8B]) {
        let mut text = Vec::new();
        GzDecoder::new(bytes.as_slice()).read_to_end(&mut text)?;
        return Ok(text);
    }
    Ok(bytes)
}

/// Where an answer stands in a text, and the nodes that were seen in it.
type Place = (Range<usize>, Option<Arc<scan::Nodes>>);

/// Answers from one JSON file: for tests, for a build without the server, and for a kept input.
pub struct FixtureSource {
    text: Piece,
    instance: String,
    audience: String,
    /// Where each answer stands in the text.
    answers: BTreeMap<String, Place>,
    files: BTreeMap<String, String>,
    /// PDFs by the SHA-256 of their trees; absent if the source set none.
    pressed: Option<BTreeMap<String, String>>,
    folder: PathBuf,
}

impl FixtureSource {
    /// Reads the file, also a compressed one.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is no JSON, or has another version.
    pub fn open(path: &Path) -> Result<FixtureSource, Error> {
        let bytes = read(path)
            .map_err(|error| Error::source(format!("cannot read {}: {error}", path.display())))?;
        let mut source = FixtureSource::of(Piece::from(bytes))?;
        source.folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(source)
    }

    /// Reads the text of such a file; its files are looked for in the working directory.
    ///
    /// # Errors
    ///
    /// No JSON, or another version.
    pub fn parse(text: &str) -> Result<FixtureSource, Error> {
        FixtureSource::of(Piece::from(text.to_owned()))
    }

    /// Answers are read when they are asked for, only their places are looked up here.
    fn of(text: Piece) -> Result<FixtureSource, Error> {
        let wrong = |what: &dyn std::fmt::Display| {
            Error::source(format!("the fixture cannot be read: {what}"))
        };
        let bytes = text.bytes();
        let mut places: BTreeMap<&[u8], Range<usize>> = BTreeMap::new();
        let mut answers: Vec<(&[u8], Place)> = Vec::new();
        let mut twice = false;
        let end = scan::object(bytes, scan::blank(bytes, 0), |name, at| {
            let to = if name == b"answers" {
                scan::object(bytes, at, |name, at| {
                    let (to, nodes) = scan::answer(bytes, at)?;
                    answers.push((name, (at..to, nodes.map(Arc::new))));
                    Some(to)
                })?
            } else {
                scan::value(bytes, at)?
            };
            twice |= places.insert(name, at..to).is_some();
            Some(to)
        });
        let rest = end.and_then(|end| bytes.get(end..));
        if twice || !rest.is_some_and(|rest| rest.trim_ascii().is_empty()) {
            return Err(wrong(&"it is no JSON"));
        }
        let place = |name: &str| {
            let bytes = places
                .get(name.as_bytes())
                .and_then(|at| bytes.get(at.clone()));
            bytes.ok_or_else(|| wrong(&format!("it has no `{name}`")))
        };
        let version: u32 = parsed(place("version")?).map_err(|error| wrong(&error))?;
        if version != 1 {
            return Err(Error::source(format!(
                "unknown version {version} of the fixture"
            )));
        }
        place("answers")?;
        let named = answers.into_iter().map(|(name, at)| {
            let name: String = parsed(&[b"\"".as_slice(), name, b"\""].concat())?;
            Ok((name, at))
        });
        let answers: Result<_, serde_json::Error> = named.collect();
        Ok(FixtureSource {
            instance: parsed(place("instance")?).map_err(|error| wrong(&error))?,
            audience: parsed(place("audience")?).map_err(|error| wrong(&error))?,
            answers: answers.map_err(|error| wrong(&error))?,
            files: match place("files") {
                Ok(files) => parsed(files).map_err(|error| wrong(&error))?,
                Err(_) => BTreeMap::new(),
            },
            pressed: match place("pressed") {
                Ok(pressed) => Some(parsed(pressed).map_err(|error| wrong(&error))?),
                Err(_) => None,
            },
            folder: PathBuf::new(),
            text: text.clone(),
        })
    }

    /// Name of the instance that the data was read for.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Code of the audience that the data was read for.
    pub fn audience(&self) -> &str {
        &self.audience
    }
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(bytes)
}

impl Source for FixtureSource {
    fn query(&self, name: &str, text: &str, variables: &Variables) -> Result<Cow<'_, str>, Error> {
        let answer = self.answer(name, text, variables)?;
        let text = String::from_utf8(answer.bytes().to_vec())
            .map_err(|error| Error::source(format!("query `{name}`: {error}")))?;
        Ok(Cow::Owned(text))
    }

    fn answer(&self, name: &str, _text: &str, variables: &Variables) -> Result<Piece, Error> {
        let key = key(name, variables);
        let place = self.answers.get(&key).cloned();
        place
            .and_then(|(place, nodes)| Some(self.text.part(place)?.with(nodes)))
            .ok_or_else(|| Error::source(format!("the fixture has no answer to `{key}`")))
    }

    fn tries(&self) -> u32 {
        1
    }

    fn file(&self, id: &str, to: &mut dyn Write) -> Result<(), Error> {
        let name = self
            .files
            .get(id)
            .ok_or_else(|| Error::source(format!("the fixture has no file `{id}`")))?;
        pass(id, &mut self.beside(id, name)?, to)
    }

    fn presses(&self) -> bool {
        self.pressed.is_some()
    }

    fn press(&self, tree: &Tree) -> Result<Option<Vec<u8>>, Error> {
        let Some(pressed) = &self.pressed else {
            return Ok(None);
        };
        let name = pressed
            .get(tree.sha256())
            .ok_or_else(|| Error::source("the fixture has no PDF of this document"))?;
        let mut bytes = Vec::new();
        pass("PDF", &mut self.beside("PDF", name)?, &mut bytes)?;
        Ok(Some(bytes))
    }
}

impl FixtureSource {
    /// A file in the folder of the fixture.
    fn beside(&self, id: &str, name: &str) -> Result<File, Error> {
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err(Error::source(format!(
                "file `{id}` lies outside the folder of the fixture"
            )));
        }
        File::open(self.folder.join(name))
            .map_err(|error| Error::source(format!("cannot read file `{id}`: {error}")))
    }
}
