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
use crate::format::time;
use crate::problem::Problem;
use crate::view::View;

/// Page, cover, tables, states, sign-off: what every `report.typ` imports.
pub(crate) const BASE: &str = include_str!("../typ/base.typ");

/// Results of the engine that have not been used by this many reports are dropped: a draft looked at
/// again is quick, and two large reports are the most that is kept.
const CACHE_AGE: usize = 1;

/// A laid out report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pdf {
    /// The file.
    #[serde(skip)]
    pub bytes: Vec<u8>,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Its pages.
    pub pages: usize,
    /// Ids of the sections found in it.
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
    let result = lay_out(view, &world);
    typst::comemo::evict(CACHE_AGE);
    result
}

fn lay_out(view: &View, world: &ReportWorld) -> Result<Pdf, Vec<Problem>> {
    let tell = |all: &[SourceDiagnostic]| -> Vec<Problem> {
        all.iter().map(|one| problem(view, world, one)).collect()
    };
    let compiled = typst::compile::<PagedDocument>(world);
    let document = compiled.output.map_err(|errors| tell(&errors))?;
    if !compiled.warnings.is_empty() {
        return Err(tell(&compiled.warnings));
    }
    let (pages, limit) = (document.pages().len(), view.definition.spec.limits.pages);
    if pages > limit {
        return Err(vec![Problem::new(
            &view.number,
            format!("{pages} pages, at most {limit}: choose a shorter period"),
        )]);
    }
    let bytes = typst_pdf::pdf(&document, &options(view)?).map_err(|errors| tell(&errors))?;
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

fn options(view: &View) -> Result<PdfOptions, Vec<Problem>> {
    let wrong = |message: String| vec![Problem::new(&view.number, message)];
    let list = match view.definition.spec.pdf.standards {
        Standard::A2aUa1 => [PdfStandard::A_2a, PdfStandard::Ua_1],
        Standard::A3aUa1 => [PdfStandard::A_3a, PdfStandard::Ua_1],
    };
    let standards = PdfStandards::new(&list).map_err(|error| wrong(error.message().to_string()))?;
    let timestamp = timestamp(&view.stamp)
        .ok_or_else(|| wrong(format!("{:?} does not date a file", view.stamp)))?;
    Ok(PdfOptions {
        ident: Smart::Custom(format!("{}/{}", view.number, view.revision)),
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
fn problem(view: &View, world: &ReportWorld, one: &SourceDiagnostic) -> Problem {
    let place = one
        .span
        .id()
        .and_then(|id| {
            let range = world.range(one.span)?;
            let source = world.source(id).ok()?;
            let line = source.lines().byte_to_line(range.start)? + 1;
            Some(format!("{}:{line}", id.vpath().get_without_slash()))
        })
        .unwrap_or_else(|| "report.typ".to_owned());
    let mut message = format!("{}: {}", view.number, one.message);
    for hint in &one.hints {
        message.push_str("; ");
        message.push_str(&hint.v);
    }
    Problem::new(format!("{}/{place}", view.code), message)
}

#[cfg(test)]
mod tests;
