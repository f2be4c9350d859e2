//! Reports: drafted, approved by a second person, frozen, laid out, sealed, issued (一(五)2, `reports.md` 7).
//!
//! What a report says stands in its definition (`reports/definitions`), whose query runs here through the schema
//! under the rights of its author ([`run`]). An approval freezes the answer; a job lays it out in a child process
//! ([`render`]); the seal comes from outside ([`seal`]), on paper or
//! as a signature that is verified ([`esign`]). Nothing issued ever changes: a correction is a new revision.

pub mod by_hash;
pub mod esign;
mod frame;
pub mod graphql;
pub mod ops;
pub mod render;
mod run;
pub mod schedule;
pub mod seal;
pub mod stored;
mod words;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use reports::child::{Limits, Renderer};
use reports::{Definition, Glossary, Problem, Reports};

use crate::config::Config;
use crate::error::{Error, Result};

pub use ops::named;
pub use run::{Fresh, fresh};

/// The definitions of this server, the words of its enums, and the child that lays out pages.
#[derive(Debug)]
pub struct Engine {
    reports: Reports,
    glossary: Glossary,
    renderer: Mutex<Renderer>,
    /// Sets documents of pages: a long one must not hold a report.
    documents: Mutex<Renderer>,
}

/// Bytes of a tree from which on its child sets nothing else.
const LONG: usize = 256 << 10;

/// Name of the hidden subcommand that the child runs.
pub const LAYOUT: &str = "report-layout";

impl Engine {
    /// Opens the shipped definitions and the operator's folders; what an operator brings is proved on its samples.
    ///
    /// # Errors
    /// `INVALID` with every problem of every folder.
    pub async fn open(config: &Config) -> Result<Self> {
        add_fonts(config.fonts.as_deref())?;
        let glossary = words::glossary();
        let folders = &config.reports;
        let opened = if folders.is_empty() {
            Reports::open(folders)
        } else {
            Reports::load(folders, &glossary)
        };
        let mut reports = opened.map_err(|problems| told(&problems))?;
        let misfits = run::misfits(&reports).await;
        // A shipped report comes with the capability whose records it shows, and is not offered before.
        let foreign = |code: &str| !Reports::is_shipped(code);
        let problems: Vec<Problem> = misfits
            .iter()
            .filter(|(code, _)| foreign(code))
            .map(|(_, problem)| problem.clone())
            .collect();
        if !problems.is_empty() {
            return Err(told(&problems));
        }
        reports.retain(|one| misfits.iter().all(|(code, _)| *code != one.spec.code));
        let program = match &config.layout_program {
            Some(program) => program.clone(),
            None => std::env::current_exe().map_err(Error::internal)?,
        };
        let renderer = || {
            let arguments = arguments(folders, config.fonts.as_deref());
            Mutex::new(Renderer::new(program.clone(), arguments, Limits::default()))
        };
        Ok(Self {
            reports,
            glossary,
            renderer: renderer(),
            documents: renderer(),
        })
    }

    /// A definition by its code.
    #[must_use]
    pub fn definition(&self, code: &str) -> Option<&Arc<Definition>> {
        self.reports.get(code)
    }

    /// All definitions, by code.
    pub fn definitions(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.reports.iter()
    }

    /// Checks what a report would print.
    ///
    /// # Errors
    /// Every problem with its place.
    pub fn check(&self, input: &serde_json::Value) -> Result<reports::View, Vec<Problem>> {
        self.reports.check(input, &self.glossary)
    }

    /// Lays out a report in the child. Blocks: to be called where waiting harms nobody.
    ///
    /// # Errors
    /// See [`reports::child::Failure`].
    pub fn pdf(&self, view: &reports::View) -> Result<reports::Pdf, reports::child::Failure> {
        let mut renderer = self.renderer.lock().unwrap_or_else(PoisonError::into_inner);
        renderer.pdf(view)
    }

    /// Sets a document, a tree of blocks as JSON, in a child of its own. Blocks, as [`Engine::pdf`] does.
    ///
    /// # Errors
    /// See [`reports::child::Failure`].
    pub fn document(&self, tree: &str) -> Result<reports::Pdf, reports::child::Failure> {
        let mut renderer = self
            .documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // What a long document leaves in memory would count against the next one.
        let long = tree.len() > LONG;
        if long {
            renderer.rest();
        }
        let made = renderer.document(tree.as_bytes().to_vec());
        if long {
            renderer.rest();
        }
        made
    }

    /// Ends the child that sets documents: between builds nobody needs its memory.
    pub fn rest(&self) {
        let mut renderer = self
            .documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        renderer.rest();
    }
}

fn arguments(folders: &[PathBuf], fonts: Option<&Path>) -> Vec<OsString> {
    let mut arguments = vec![OsString::from(LAYOUT)];
    if let Some(fonts) = fonts {
        arguments.push("--fonts".into());
        arguments.push(fonts.into());
    }
    for folder in folders {
        arguments.push("--reports".into());
        arguments.push(folder.into());
    }
    arguments
}

fn told(problems: &[Problem]) -> Error {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let lines = lines.join("\n");
    Error::from(crate::error::UserErrorCode::Invalid).detail(
        format!("报告定义有误：\n{lines}"),
        format!("a report definition is not right:\n{lines}"),
    )
}

/// Adds an operator's fonts; the list is fixed before anything is looked up in it (RP-FONT-5).
fn add_fonts(folder: Option<&Path>) -> Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    let count = reports::fonts::append(folder).map_err(|problem| {
        Error::from(crate::error::UserErrorCode::Invalid).detail(
            format!("字体有误：{problem}"),
            format!("a font is not right: {problem}"),
        )
    })?;
    tracing::info!(count, "further fonts of reports");
    Ok(())
}

/// Runs the child's side on the standard streams until the parent closes them.
///
/// # Errors
/// Definitions or fonts cannot be opened, or the pipe broke.
pub fn lay_out(folders: &[PathBuf], fonts: Option<&Path>) -> Result<()> {
    add_fonts(fonts)?;
    let reports = Reports::open(folders).map_err(|problems| told(&problems))?;
    reports::child::serve(&reports, std::io::stdin().lock(), std::io::stdout().lock())
        .map_err(Error::internal)
}
