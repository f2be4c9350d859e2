//! Documents for paper: a tree of blocks as JSON, which `reports` sets as PDF (SG-PRINT-1, SG-DB-7). Everything in it is text;
//! the format has a version, and `reports::document` describes what it allows.
//!
//! Made from the text of an article as its readers see it, from a data dictionary, and from an interface.

use std::{collections::BTreeMap, fmt};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, ser::SerializeMap};

use crate::{docs::text::width, error::Error, markdown::Lang, write};

/// Version of the format that is written.
pub const VERSION: u32 = 1;

/// A document.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// [`VERSION`].
    pub version: u32,
    /// `zh` or `en`.
    pub lang: &'static str,
    /// Names this edition for good.
    pub id: String,
    /// Title.
    pub title: String,
    /// Line below the title.
    pub subtitle: String,
    /// Number and version in the head of every page.
    pub edition: String,
    /// What stands below the title: name and value.
    pub facts: Vec<(String, String)>,
    /// Instant that dates the file.
    pub date: Option<String>,
    /// Whether it has a first page of its own.
    pub cover: bool,
    /// Levels of headings in the table of contents.
    pub contents: u8,
    /// Pictures by name.
    pub images: BTreeMap<String, Picture>,
    /// The text.
    pub blocks: Vec<Block>,
}

/// A picture.
#[derive(Debug, Clone, Serialize)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Its bytes.
    pub base64: String,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which `reports` describes"
)]
pub enum Block {
    /// A heading of level 1 to 5.
    Heading {
        level: u8,
        anchor: String,
        text: Vec<Run>,
    },
    /// A paragraph.
    Paragraph { text: Vec<Run> },
    /// A list.
    List {
        ordered: bool,
        start: u64,
        items: Vec<Vec<Block>>,
    },
    /// A table with a row of heads.
    Table {
        title: String,
        widths: Vec<u32>,
        align: Vec<Align>,
        head: Vec<Vec<Run>>,
        rows: Vec<Vec<Vec<Run>>>,
    },
    /// Lines of code.
    Code { text: String },
    /// A note that stands out.
    Note {
        tone: &'static str,
        title: String,
        blocks: Vec<Block>,
    },
    /// A quotation.
    Quote { blocks: Vec<Block> },
    /// A picture.
    Image { image: String, alt: String },
    /// Terms and what they mean.
    Definitions { items: Vec<Definition> },
    /// A line across.
    Rule,
}

/// A term.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Definition {
    /// The term.
    pub term: Vec<Run>,
    /// What it means.
    pub blocks: Vec<Block>,
}

/// How cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Align {
    Left,
    Center,
    Right,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Run {
    Text(String),
    Strong(Vec<Run>),
    Emphasis(Vec<Run>),
    Strike(Vec<Run>),
    Super(Vec<Run>),
    Sub(Vec<Run>),
    Code(String),
    Key(String),
    Link(String, Vec<Run>),
    Footnote(Vec<Run>),
    Box(bool),
    Break,
}

impl Serialize for Run {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let words = |to: S, kind: &str, text: &[Run]| {
            let mut map = to.serialize_map(Some(2))?;
            map.serialize_entry("kind", kind)?;
            map.serialize_entry("text", text)?;
            map.end()
        };
        let plain = |to: S, kind: &str, text: &str| {
            let mut map = to.serialize_map(Some(2))?;
            map.serialize_entry("kind", kind)?;
            map.serialize_entry("text", text)?;
            map.end()
        };
        match self {
            Run::Text(text) => to.serialize_str(text),
            Run::Strong(text) => words(to, "strong", text),
            Run::Emphasis(text) => words(to, "emphasis", text),
            Run::Strike(text) => words(to, "strike", text),
            Run::Super(text) => words(to, "super", text),
            Run::Sub(text) => words(to, "sub", text),
            Run::Footnote(text) => words(to, "footnote", text),
            Run::Code(text) => plain(to, "code", text),
            Run::Key(text) => plain(to, "key", text),
            Run::Link(address, text) => {
                let mut map = to.serialize_map(Some(3))?;
                map.serialize_entry("kind", "link")?;
                map.serialize_entry("to", address)?;
                map.serialize_entry("text", text)?;
                map.end()
            }
            Run::Box(done) => {
                let mut map = to.serialize_map(Some(2))?;
                map.serialize_entry("kind", "box")?;
                map.serialize_entry("done", done)?;
                map.end()
            }
            Run::Break => {
                let mut map = to.serialize_map(Some(1))?;
                map.serialize_entry("kind", "break")?;
                map.end()
            }
        }
    }
}

/// Text as a line.
pub(crate) fn line(text: impl Into<String>) -> Vec<Run> {
    let text = text.into();
    if text.is_empty() {
        return Vec::new();
    }
    let mut runs = Vec::new();
    for (at, line) in text.trim().lines().enumerate() {
        if at > 0 {
            runs.push(Run::Break);
        }
        runs.push(Run::Text(line.to_owned()));
    }
    runs
}

/// Text in the font of code, as a line.
pub(crate) fn code(text: impl Into<String>) -> Vec<Run> {
    let text = text.into();
    if text.is_empty() {
        return Vec::new();
    }
    vec![Run::Code(text)]
}

/// A paragraph.
pub(crate) fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph { text: line(text) }
}

/// The words of runs.
pub(crate) fn words_of(runs: &[Run]) -> String {
    let mut out = String::new();
    for run in runs {
        match run {
            Run::Text(text) | Run::Code(text) | Run::Key(text) => out.push_str(text),
            Run::Strong(text)
            | Run::Emphasis(text)
            | Run::Strike(text)
            | Run::Super(text)
            | Run::Sub(text)
            | Run::Link(_, text) => out.push_str(&words_of(text)),
            Run::Break => out.push(' '),
            Run::Footnote(_) | Run::Box(_) => {}
        }
    }
    out
}

/// A table whose columns are as wide as their words ask for.
pub(crate) fn table(
    title: impl Into<String>,
    align: Vec<Align>,
    head: Vec<Vec<Run>>,
    rows: Vec<Vec<Vec<Run>>>,
) -> Block {
    Block::Table {
        title: title.into(),
        widths: widths(&head, &rows),
        align,
        head,
        rows,
    }
}

/// Short columns are as wide as their words, the others share the rest by theirs.
fn widths(head: &[Vec<Run>], rows: &[Vec<Vec<Run>>]) -> Vec<u32> {
    const SHORT: usize = 12;
    const MOST: usize = 48;
    /// Letters of half a width that short columns may take together: half of a page.
    const ROOM: usize = 52;
    let widest: Vec<usize> = (0..head.len())
        .map(|at| {
            let cells = head.get(at).into_iter();
            let cells = cells.chain(rows.iter().filter_map(|row| row.get(at)));
            cells.map(|cell| widest_line(cell)).max().unwrap_or(0)
        })
        .collect();
    let short = |width: &usize| *width <= SHORT;
    let all_short = widest.iter().all(short);
    let taken: usize = widest.iter().filter(|width| short(width)).sum();
    let last = widest.len().saturating_sub(1);
    let weigh = |(at, width): (usize, &usize)| {
        // One column at least fills the page.
        let own = short(width) && taken <= ROOM && !(all_short && at == last);
        let weight = if own { 0 } else { (*width).clamp(6, MOST) };
        u32::try_from(weight).unwrap_or(1)
    };
    widest.iter().enumerate().map(weigh).collect()
}

/// Width of the longest line.
fn widest_line(cell: &[Run]) -> usize {
    let lines = cell.split(|run| matches!(run, Run::Break));
    lines.map(|line| width(&words_of(line))).max().unwrap_or(0)
}

/// The headings of a text, the outermost first.
pub(crate) fn headings(blocks: &[Block]) -> usize {
    let is_heading = |block: &&Block| matches!(block, Block::Heading { .. });
    blocks.iter().filter(is_heading).count()
}

impl Picture {
    /// A picture of its bytes.
    pub(crate) fn new(width: u32, height: u32, bytes: &[u8]) -> Picture {
        Picture {
            width,
            height,
            base64: STANDARD.encode(bytes),
        }
    }
}

/// A number of bytes for a reader.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// The code of a language in the format.
pub(crate) fn lang(lang: Lang) -> &'static str {
    lang.pick("zh", "en")
}

/// A document as it goes to whoever sets it: JSON, and the SHA-256 of that.
#[derive(Clone)]
pub struct Tree {
    json: String,
    sha256: String,
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tree({})", self.sha256)
    }
}

impl Tree {
    /// The tree of a document.
    ///
    /// # Errors
    ///
    /// Never for what this crate makes.
    pub fn new(document: &Document) -> Result<Tree, Error> {
        let json = serde_json::to_string(document)
            .map_err(|error| Error::Template(format!("a document is no JSON: {error}")))?;
        let sha256 = write::hash(json.as_bytes());
        Ok(Tree { json, sha256 })
    }

    /// The JSON.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// SHA-256 of the JSON, hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}
