//! Definition folders: what `report.toml` says, and the five files of a report.

mod check;
pub(crate) mod spec;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

pub use check::lint_typst;
pub use spec::{
    Audience, ChartKind, ChartSpec, ParamType, Permission, Retention, Schedule, Section, Signing,
    Spec, Standard,
};

use crate::glossary::Glossary;
use crate::problem::Problem;
use crate::{fonts, html, pdf};

/// A folder's name and its files.
type Folder = (&'static str, &'static [(&'static str, &'static [u8])]);

/// The shipped folders, listed by the build script.
static EMBEDDED: &[Folder] = include!(concat!(env!("OUT_DIR"), "/definitions.rs"));

/// The files of a folder; each must be there, no other may.
const FILES: [&str; 5] = [
    "query.graphql",
    "report.html.j2",
    "report.toml",
    "report.typ",
    "sample.json",
];

/// Named cases that every `sample.json` has.
const CASES: [&str; 3] = ["empty", "typical", "worst"];

/// The reports that `icuops` knows.
#[derive(Clone, Debug)]
pub struct Reports(BTreeMap<String, Arc<Definition>>);

/// One report: its settings, query, templates and samples.
#[derive(Clone, Debug)]
pub struct Definition {
    /// `report.toml`.
    pub spec: Spec,
    /// Text of `query.graphql`; it has been parsed, not held against a schema.
    pub query: String,
    /// Text of `report.html.j2`.
    pub(crate) html: String,
    /// Text of `report.typ`.
    pub(crate) typst: String,
    /// Cases of `sample.json`: name → what [`Reports::check`] takes.
    pub samples: BTreeMap<String, Value>,
    fingerprint: String,
}

impl Definition {
    /// SHA-256 (hexadecimal) over the folder, the base files, the fonts and the version of the
    /// layout engine: whatever can change the bytes of a report of given data.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// SHA-256 (hexadecimal) of the query's text.
    #[must_use]
    pub fn query_sha256(&self) -> String {
        sha256(self.query.as_bytes())
    }
}

impl Reports {
    /// The shipped definitions and the operator's folders, statically checked and every sample
    /// rendered to HTML and PDF.
    ///
    /// # Errors
    /// Every problem of every folder.
    pub fn load(folders: &[PathBuf], glossary: &Glossary) -> Result<Self, Vec<Problem>> {
        let reports = Self::open(folders)?;
        let problems = reports.prove(glossary);
        match problems.is_empty() {
            true => Ok(reports),
            false => Err(problems),
        }
    }

    /// As [`Reports::load`] without rendering the samples: for the rendering child, whose parent
    /// has done it.
    ///
    /// # Errors
    /// Every problem of every folder.
    pub fn open(folders: &[PathBuf]) -> Result<Self, Vec<Problem>> {
        let mut all = BTreeMap::new();
        let mut problems = Vec::new();
        for (name, files) in EMBEDDED {
            let files = files
                .iter()
                .map(|(file, bytes)| ((*file).to_owned(), bytes.to_vec()))
                .collect();
            add(&mut all, name, &files, &mut problems);
        }
        for folder in folders {
            match read_folders(folder) {
                Ok(found) => {
                    for (name, files) in found {
                        add(&mut all, &name, &files, &mut problems);
                    }
                }
                Err(error) => {
                    problems.push(Problem::new(
                        folder.display().to_string(),
                        error.to_string(),
                    ));
                }
            }
        }
        match problems.is_empty() {
            true => Ok(Self(all)),
            false => Err(problems),
        }
    }

    /// Renders every sample of every definition; what goes wrong.
    #[must_use]
    pub fn prove(&self, glossary: &Glossary) -> Vec<Problem> {
        let mut problems = Vec::new();
        for definition in self.0.values() {
            for (case, sample) in &definition.samples {
                let place = format!("{}/sample.json/{case}", definition.spec.code);
                let found = match self.check(sample, glossary) {
                    Err(problems) => problems,
                    Ok(view) => {
                        let mut found = Vec::new();
                        match html::render(&view) {
                            Ok(text) => found.extend(check::sections_html(definition, &text)),
                            Err(problem) => found.push(problem),
                        }
                        match pdf::render(&view) {
                            Ok(pdf) => found.extend(check::sections_pdf(definition, &pdf)),
                            Err(more) => found.extend(more),
                        }
                        found
                    }
                };
                problems.extend(
                    found
                        .into_iter()
                        .map(|one| Problem::new(format!("{place}: {}", one.place), one.message)),
                );
            }
        }
        problems
    }

    /// A definition by its code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Arc<Definition>> {
        self.0.get(code)
    }

    /// All definitions, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.0.values()
    }

    /// Keeps the definitions that the caller can answer.
    pub fn retain(&mut self, keep: impl Fn(&Definition) -> bool) {
        self.0.retain(|_, definition| keep(definition));
    }

    /// Whether a definition is a shipped one.
    #[must_use]
    pub fn is_shipped(code: &str) -> bool {
        EMBEDDED.iter().any(|(name, _)| *name == code)
    }
}

type Files = BTreeMap<String, Vec<u8>>;

/// Checks one folder and enters it; a code that is there already needs a higher version.
fn add(
    all: &mut BTreeMap<String, Arc<Definition>>,
    name: &str,
    files: &Files,
    problems: &mut Vec<Problem>,
) {
    match read(name, files) {
        Err(found) => problems.extend(found),
        Ok(definition) => {
            let version = definition.spec.version;
            match all.get(name) {
                Some(old) if old.spec.version >= version => problems.push(Problem::new(
                    format!("{name}/report.toml"),
                    format!(
                        "version {version} does not exceed version {} that stands already",
                        old.spec.version
                    ),
                )),
                _ => {
                    all.insert(name.to_owned(), Arc::new(definition));
                }
            }
        }
    }
}

/// Every folder below a path, with its files.
fn read_folders(path: &Path) -> std::io::Result<Vec<(String, Files)>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            continue;
        }
        let mut files = Files::new();
        for file in std::fs::read_dir(entry.path())? {
            let file = file?;
            files.insert(
                file.file_name().to_string_lossy().into_owned(),
                std::fs::read(file.path())?,
            );
        }
        out.push((entry.file_name().to_string_lossy().into_owned(), files));
    }
    out.sort();
    Ok(out)
}

/// Reads one folder.
fn read(name: &str, files: &Files) -> Result<Definition, Vec<Problem>> {
    let mut problems = Vec::new();
    for file in files.keys().filter(|file| !FILES.contains(&file.as_str())) {
        problems.push(Problem::new(
            format!("{name}/{file}"),
            "no file of a definition",
        ));
    }
    let mut lacking = false;
    let mut text = |file: &str| -> String {
        let place = format!("{name}/{file}");
        match files.get(file).map(|bytes| std::str::from_utf8(bytes)) {
            Some(Ok(text)) => return text.to_owned(),
            Some(Err(_)) => problems.push(Problem::new(place, "is not UTF-8")),
            None => problems.push(Problem::new(place, "is missing")),
        }
        lacking = true;
        String::new()
    };
    let (settings, query) = (text("report.toml"), text("query.graphql"));
    let (html, typst) = (text("report.html.j2"), text("report.typ"));
    let samples = text("sample.json");
    // What is not there has no further problems.
    if lacking {
        return Err(problems);
    }

    let spec = spec::read(name, &settings, &mut problems);
    if let Some(spec) = &spec {
        problems.extend(check::query(spec, &query));
    }
    problems.extend(check::html(name, &html));
    problems.extend(lint_typst(&format!("{name}/report.typ"), &typst));
    let samples = check::samples(name, &samples, &mut problems);
    match spec {
        Some(spec) if problems.is_empty() => Ok(Definition {
            fingerprint: fingerprint(files),
            spec,
            query,
            html,
            typst,
            samples,
        }),
        _ => Err(problems),
    }
}

/// Each part with its length, so that no two lists of parts give the same text.
fn fingerprint(files: &Files) -> String {
    let mut hash = Sha256::new();
    let mut part = |name: &str, bytes: &[u8]| {
        hash.update(format!("{name}\n{}\n", bytes.len()));
        hash.update(bytes);
    };
    for (name, bytes) in files {
        part(name, bytes);
    }
    for (name, text) in html::BASE {
        part(name, text.as_bytes());
    }
    part("style", html::STYLE.as_bytes());
    part("base.typ", pdf::BASE.as_bytes());
    for sha256 in fonts::hashes() {
        part("font", sha256.as_bytes());
    }
    part("engine", typst::utils::version().raw().as_bytes());
    // Charts and format pass are code of this crate.
    part("reports", env!("CARGO_PKG_VERSION").as_bytes());
    hex(&hash.finalize())
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
