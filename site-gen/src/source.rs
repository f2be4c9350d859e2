//! Where the answers come from. The library knows queries by name and text, never how they are answered.

pub mod http;
pub mod kept;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Mutex,
};

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{error::Error, press::Tree};

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

    /// The bytes of a file by its id; of a report by id and form, `rpt_….html`, `.pdf`, `.sealed`.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    fn file(&self, id: &str) -> Result<Vec<u8>, Error>;

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

    /// Tells that the root keeps a PDF from the build before: SHA-256 of its tree and of its bytes, and the bytes for who
    /// wants them. Only a source that writes down what it passes on cares.
    ///
    /// # Errors
    ///
    /// When it cannot be written down.
    fn pressed(
        &self,
        _tree: &str,
        _sha256: &str,
        _bytes: &dyn Fn() -> Option<Vec<u8>>,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// How often everything is read when the data change meanwhile. What cannot change is read once.
    fn tries(&self) -> u32 {
        3
    }
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

#[derive(Deserialize)]
struct Document {
    version: u32,
    instance: String,
    audience: String,
    answers: BTreeMap<String, Box<RawValue>>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// PDFs by the SHA-256 of their trees; absent if the source set none.
    #[serde(default)]
    pressed: Option<BTreeMap<String, String>>,
}

/// Answers from one JSON file: for tests, for a build without the server, and for a kept input.
pub struct FixtureSource {
    document: Document,
    folder: PathBuf,
    /// Answers that are given once and then forgotten: half the memory of a large build.
    once: Option<Mutex<BTreeMap<String, Box<RawValue>>>>,
}

impl FixtureSource {
    /// Reads the file, also a compressed one.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is no JSON, or has another version.
    pub fn open(path: &Path) -> Result<FixtureSource, Error> {
        let read = || -> io::Result<String> {
            let bytes = fs::read(path)?;
            let mut text = String::new();
            if bytes.starts_with(&[0x1F, 0x8B]) {
                GzDecoder::new(bytes.as_slice()).read_to_string(&mut text)?;
            } else {
                text = String::from_utf8(bytes)
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            }
            Ok(text)
        };
        let text = read()
            .map_err(|error| Error::source(format!("cannot read {}: {error}", path.display())))?;
        let mut source = FixtureSource::parse(&text)?;
        source.folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(source)
    }

    /// Reads the text of such a file; its files are looked for in the working directory.
    ///
    /// # Errors
    ///
    /// No JSON, or another version.
    pub fn parse(text: &str) -> Result<FixtureSource, Error> {
        let document: Document = serde_json::from_str(text)
            .map_err(|error| Error::source(format!("the fixture cannot be read: {error}")))?;
        if document.version != 1 {
            return Err(Error::source(format!(
                "unknown version {} of the fixture",
                document.version
            )));
        }
        Ok(FixtureSource {
            document,
            folder: PathBuf::new(),
            once: None,
        })
    }

    /// Gives each answer once only; for one build.
    #[must_use]
    pub fn once(mut self) -> FixtureSource {
        self.once = Some(Mutex::new(std::mem::take(&mut self.document.answers)));
        self
    }

    /// Name of the instance that the data was read for.
    pub fn instance(&self) -> &str {
        &self.document.instance
    }

    /// Code of the audience that the data was read for.
    pub fn audience(&self) -> &str {
        &self.document.audience
    }
}

impl Source for FixtureSource {
    fn query(&self, name: &str, _text: &str, variables: &Variables) -> Result<Cow<'_, str>, Error> {
        let key = key(name, variables);
        let missing = || Error::source(format!("the fixture has no answer to `{key}`"));
        match &self.once {
            Some(answers) => {
                let mut answers = answers
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                let answer: Box<str> = answers.remove(&key).ok_or_else(missing)?.into();
                Ok(Cow::Owned(answer.into_string()))
            }
            None => {
                let answer = self.document.answers.get(&key).ok_or_else(missing)?;
                Ok(Cow::Borrowed(answer.get()))
            }
        }
    }

    fn tries(&self) -> u32 {
        1
    }

    fn file(&self, id: &str) -> Result<Vec<u8>, Error> {
        let name = self
            .document
            .files
            .get(id)
            .ok_or_else(|| Error::source(format!("the fixture has no file `{id}`")))?;
        self.beside(id, name)
    }

    fn presses(&self) -> bool {
        self.document.pressed.is_some()
    }

    fn press(&self, tree: &Tree) -> Result<Option<Vec<u8>>, Error> {
        let Some(pressed) = &self.document.pressed else {
            return Ok(None);
        };
        let name = pressed
            .get(tree.sha256())
            .ok_or_else(|| Error::source("the fixture has no PDF of this document"))?;
        self.beside("PDF", name).map(Some)
    }
}

impl FixtureSource {
    /// A file in the folder of the fixture.
    fn beside(&self, id: &str, name: &str) -> Result<Vec<u8>, Error> {
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err(Error::source(format!(
                "file `{id}` lies outside the folder of the fixture"
            )));
        }
        fs::read(self.folder.join(name))
            .map_err(|error| Error::source(format!("cannot read file `{id}`: {error}")))
    }
}
