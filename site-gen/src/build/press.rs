//! PDFs of a root: those of articles beside their pages, those of technical documents with these (SG-PRINT-1, SG-DB-7).
//!
//! They are set by the source. One that cannot be set leaves its page without it and never stops a build.

use minijinja::Value;

use super::{
    Sink,
    memory::{Known, Memory, Pressed},
};
use crate::{
    error::Error,
    plan::{Page, Plan, relative},
    press::{Tree, size},
    render::Renderer,
    source::Source,
    values::values,
    write,
};

/// Longest tree: more than a server takes from another machine would make another root there.
const MOST: usize = 16 << 20;

/// What PDFs are made with.
pub(super) struct Press<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) sink: &'a dyn Sink,
}

/// The PDF of a page.
pub(super) enum Found {
    /// The page has none.
    None,
    /// It has this one.
    One(Pressed),
    /// It would have one that cannot be set: why.
    Lost(String),
}

impl Press<'_> {
    /// Sets a tree and writes the PDF.
    fn make(&self, tree: &Tree, path: &str, writes: bool) -> Result<Option<Pressed>, Error> {
        if tree.json().len() > MOST {
            return Err(Error::source(format!(
                "the document has {} bytes, at most {MOST}",
                tree.json().len()
            )));
        }
        let Some(bytes) = self.source.press(tree)? else {
            return Ok(None);
        };
        if writes {
            self.sink.put(path, &bytes)?;
        }
        Ok(Some(Pressed {
            path: path.to_owned(),
            tree: tree.sha256().to_owned(),
            sha256: write::hash(&bytes),
            length: bytes.len() as u64,
        }))
    }

    /// Takes a PDF of the build before over; whether it is there.
    fn keep(&self, one: &Pressed) -> Result<bool, Error> {
        if !self.sink.keep(&one.path)? {
            return Ok(false);
        }
        self.source
            .pressed(&one.tree, &one.sha256, &|| self.sink.open_old(&one.path))?;
        Ok(true)
    }

    /// Takes the PDF beside a page over that is not made; whether it is there, or was none.
    pub(super) fn again(&self, page: &Page<'_>, known: Known<'_>) -> Result<bool, Error> {
        if page.press.is_none() {
            return Ok(true);
        }
        match known.press() {
            None => Ok(true),
            // It lies beside another page, which takes it over.
            Some(one) if one.path != beside(&page.path) => Ok(true),
            Some(one) => self.keep(&one),
        }
    }

    /// The PDF of a page that is made.
    pub(super) fn of(
        &self,
        page: &Page<'_>,
        plan: &Plan<'_>,
        renderer: &Renderer<'_>,
    ) -> Result<Found, Error> {
        if page.press.is_none() || page.held.is_some() || !self.source.presses() {
            return Ok(Found::None);
        }
        let Some(document) = renderer.tree(page, self.source)? else {
            return Ok(Found::None);
        };
        let tree = Tree::new(&document)?;
        // A text that is not translated has its PDF beside the page in its own language.
        let home = plan.home(page);
        let own = home == page.path;
        Ok(match self.make(&tree, &beside(home), own) {
            Ok(Some(one)) => Found::One(one),
            Ok(None) => Found::None,
            // Without a disk there is no root either.
            Err(error @ Error::Write(_)) => return Err(error),
            Err(error) => Found::Lost(error.to_string()),
        })
    }

    /// The PDF of a technical document, as it was or set anew.
    pub(super) fn document(
        &self,
        tree: &Tree,
        path: &str,
        memory: &Memory,
    ) -> Result<Result<Option<Pressed>, String>, Error> {
        if !self.source.presses() {
            return Ok(Ok(None));
        }
        if let Some(one) = memory.pressed(path, tree.sha256())
            && self.keep(&one)?
        {
            return Ok(Ok(Some(one)));
        }
        match self.make(tree, path, true) {
            Ok(one) => Ok(Ok(one)),
            Err(error @ Error::Write(_)) => Err(error),
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}

/// What a page says of its PDF.
pub(super) fn told(page: &Page<'_>, one: Option<&Pressed>) -> Value {
    let pdf = one.map(|one| {
        values! { href => relative(&page.path, &one.path), size => size(one.length) }
    });
    values! { pdf => pdf }
}

/// Where the PDF beside a page lies.
pub(super) fn beside(page: &str) -> String {
    format!("{}.pdf", page.strip_suffix(".html").unwrap_or(page))
}
