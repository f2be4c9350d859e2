//! PDF by Typst, from memory only.

mod world;

use chrono::{Datelike, Timelike};
use serde::{Deserialize, Serialize};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst::introspection::Introspector;
use typst::{World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use self::world::ReportWorld;
use crate::definition::{Standard, sha256};
use crate::document::{MAX_PAGES, Ready};
use crate::format::time;
use crate::problem::Problem;
use crate::view::View;

/// Page, cover, tables, states, sign-off: what every `report.typ` imports.
pub(crate) const BASE: &str = include_str!("../typ/base.typ");

/// Results of the engine that have not been used by this many reports are dropped: a draft looked at
/// again is quick, and two large reports are the most that is kept.
const CACHE_AGE: usize = 1;

/// What dates a document that says nothing of its date.
const EPOCH: &str = "1970-01-01T00:00:00Z";

/// A laid out report or document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pdf {
    /// The file.
    #[serde(skip)]
    pub bytes: Vec<u8>,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Its pages.
    pub pages: usize,
    /// Ids of the sections found in it, anchors of a document.
    pub sections: Vec<String>,
}

/// The report as PDF/A and PDF/UA, the same bytes for the same view.
///
/// A server calls it in a child process ([`crate::child`]), never in a request.
///
/// # Errors
/// Every error and every warning of the engine and its exporter, with the number of the report and
/// the line of the template; more pages than the definition allows.
pub fn pdf(view: &View) -> Result<Pdf, Vec<Problem>> {
    render(view)
}

pub(crate) fn render(view: &View) -> Result<Pdf, Vec<Problem>> {
    let world = ReportWorld::new(view).map_err(|problem| vec![problem])?;
    let standard = match view.definition.spec.pdf.standards {
        Standard::A2aUa1 => PdfStandard::A_2a,
        Standard::A3aUa1 => PdfStandard::A_3a,
    };
    laid_out(&Job {
        code: &view.code,
        name: &view.number,
        ident: format!("{}/{}", view.number, view.revision),
        stamp: &view.stamp,
        standard,
        pages: view.definition.spec.limits.pages,
        advice: "choose a shorter period",
        world,
    })
}

/// Sets a document.
pub(crate) fn set(ready: &Ready) -> Result<Pdf, Vec<Problem>> {
    let world = ReportWorld::document(ready).map_err(|problem| vec![problem])?;
    let document = &ready.document;
    laid_out(&Job {
        code: "document",
        name: &document.id,
        ident: document.id.clone(),
        stamp: document.date.as_deref().unwrap_or(EPOCH),
        standard: PdfStandard::A_2a,
        pages: MAX_PAGES,
        advice: "divide the document",
        world,
    })
}

/// What is laid out, and what is said of it.
struct Job<'a> {
    /// Of the definition; the first part of the place of a problem.
    code: &'a str,
    /// Number of the report, or identity of the document.
    name: &'a str,
    ident: String,
    stamp: &'a str,
    standard: PdfStandard,
    pages: usize,
    /// What helps against too many pages.
    advice: &'a str,
    world: ReportWorld,
}

fn laid_out(job: &Job<'_>) -> Result<Pdf, Vec<Problem>> {
    let result = lay_out(job);
    typst::comemo::evict(CACHE_AGE);
    result
}

fn lay_out(job: &Job<'_>) -> Result<Pdf, Vec<Problem>> {
    let tell = |all: &[SourceDiagnostic]| -> Vec<Problem> {
        all.iter().map(|one| problem(job, one)).collect()
    };
    let compiled = typst::compile::<PagedDocument>(&job.world);
    let document = compiled.output.map_err(|errors| tell(&errors))?;
    if !compiled.warnings.is_empty() {
        return Err(tell(&compiled.warnings));
    }
    let (pages, limit) = (document.pages().len(), job.pages);
    if pages > limit {
        return Err(vec![Problem::new(
            job.name,
            format!("{pages} pages, at most {limit}: {}", job.advice),
        )]);
    }
    let bytes = typst_pdf::pdf(&document, &options(job)?).map_err(|errors| tell(&errors))?;
    let sections = document
        .introspector()
        .query_labelled()
        .iter()
        .filter_map(|content| content.label())
        .map(|label| label.resolve().as_str().to_owned())
        .collect();
    Ok(Pdf {
        sha256: sha256(&bytes),
        bytes,
        pages,
        sections,
    })
}

fn options(job: &Job<'_>) -> Result<PdfOptions, Vec<Problem>> {
    let wrong = |message: String| vec![Problem::new(job.name, message)];
    let list = [job.standard, PdfStandard::Ua_1];
    let standards = PdfStandards::new(&list).map_err(|error| wrong(error.message().to_string()))?;
    let timestamp = timestamp(job.stamp)
        .ok_or_else(|| wrong(format!("{:?} does not date a file", job.stamp)))?;
    Ok(PdfOptions {
        ident: Smart::Custom(job.ident.clone()),
        creator: Smart::Custom(Some("icuops".to_owned())),
        timestamp: Some(timestamp),
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    })
}

/// The instant with the offset of Shanghai.
fn timestamp(text: &str) -> Option<Timestamp> {
    let wall = time::shanghai(text)?;
    let part = |value: u32| u8::try_from(value).ok();
    let datetime = Datetime::from_ymd_hms(
        wall.year(),
        part(wall.month())?,
        part(wall.day())?,
        part(wall.hour())?,
        part(wall.minute())?,
        part(wall.second())?,
    )?;
    Timestamp::new_local(datetime, 480)
}

/// A diagnostic with number, file and line.
fn problem(job: &Job<'_>, one: &SourceDiagnostic) -> Problem {
    let world = &job.world;
    let place = one
        .span
        .id()
        .and_then(|id| {
            let range = world.range(one.span)?;
            let source = world.source(id).ok()?;
            let line = source.lines().byte_to_line(range.start)? + 1;
            Some(format!("{}:{line}", id.vpath().get_without_slash()))
        })
        .unwrap_or_else(|| world.main().vpath().get_without_slash().to_owned());
    let mut message = format!("{}: {}", job.name, one.message);
    for hint in &one.hints {
        message.push_str("; ");
        message.push_str(&hint.v);
    }
    Problem::new(format!("{}/{place}", job.code), message)
}

#[cfg(test)]
mod tests;
