//! Technical documents and manuals: a tree of blocks, set as PDF (SG-PRINT-1, SG-DB-7).
//!
//! A document is no report: it has no query, number of the contract or seal. The tree comes as JSON from whoever made
//! the text (`site-gen`), and everything that it prints is text there: nothing in it is source of the layout.
//! Not done here: Markdown, addresses, which readers may see what.

mod check;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::definition::hex;
use crate::fonts;
use crate::pdf::{self, Pdf};
use crate::problem::Problem;
use crate::text::Replaced;

/// Version of the format that this program reads.
pub const VERSION: u32 = 1;

/// Longest tree, as JSON with its pictures: 48 MiB.
pub const MAX_TREE: usize = 48 << 20;

/// Most pages of a document.
pub(crate) const MAX_PAGES: usize = 2000;

/// The template that every document is set with.
pub(crate) const TEMPLATE: &str = include_str!("../typ/document.typ");

/// A document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// [`VERSION`].
    pub version: u32,
    /// Language of its text: `zh` or `en`.
    pub lang: Lang,
    /// Names this edition of the document for good: the identity of the file.
    pub id: String,
    /// Title.
    pub title: String,
    /// Line below the title; may be empty.
    #[serde(default)]
    pub subtitle: String,
    /// Number and version as they stand in the head of every page.
    #[serde(default)]
    pub edition: String,
    /// What stands below the title: name and value.
    #[serde(default)]
    pub facts: Vec<(String, String)>,
    /// Instant that dates the file, RFC 3339; without one the file bears the first second of 1970, as reproducible archives
    /// do.
    #[serde(default)]
    pub date: Option<String>,
    /// Whether it has a first page of its own; each heading of the first level then begins a page.
    #[serde(default)]
    pub cover: bool,
    /// Levels of headings in the table of contents; without any there is none.
    #[serde(default)]
    pub contents: u8,
    /// Pictures by name.
    #[serde(default)]
    pub images: BTreeMap<String, Picture>,
    /// The text.
    pub blocks: Vec<Block>,
}

/// Language of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

/// A picture: PNG, JPEG, GIF or WebP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Its bytes, base64.
    pub base64: String,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// A heading of level 1 to 5; no level is left out on the way down.
    Heading {
        /// Level.
        level: u8,
        /// What links lead to; empty for none.
        #[serde(default)]
        anchor: String,
        /// Its words.
        text: Vec<Run>,
    },
    /// A paragraph.
    Paragraph {
        /// Its words.
        text: Vec<Run>,
    },
    /// A list.
    List {
        /// Whether its items are numbered.
        ordered: bool,
        /// First number.
        #[serde(default = "one")]
        start: u64,
        /// Items.
        items: Vec<Vec<Block>>,
    },
    /// A table with a row of heads, which stands again on each page.
    Table {
        /// Its name; may be empty.
        #[serde(default)]
        title: String,
        /// Weight of each column; 0 for one that is as wide as its words.
        widths: Vec<u32>,
        /// How each column stands; may be empty.
        #[serde(default)]
        align: Vec<Align>,
        /// Heads.
        head: Vec<Vec<Run>>,
        /// Rows of cells.
        rows: Vec<Vec<Vec<Run>>>,
    },
    /// Lines of code.
    Code {
        /// The lines.
        text: String,
    },
    /// A note that stands out.
    Note {
        /// How much.
        tone: Tone,
        /// Its word.
        title: String,
        /// Its text.
        blocks: Vec<Block>,
    },
    /// A quotation.
    Quote {
        /// Its text.
        blocks: Vec<Block>,
    },
    /// A picture of [`Document::images`].
    Image {
        /// Its name there.
        image: String,
        /// What it shows, for who does not see it.
        alt: String,
    },
    /// Terms and what they mean.
    Definitions {
        /// In order.
        items: Vec<Definition>,
    },
    /// A line across.
    Rule,
}

/// A term.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The term.
    pub term: Vec<Run>,
    /// What it means.
    pub blocks: Vec<Block>,
}

/// How cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// At the left.
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

/// How much a note stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// 说明.
    Info,
    /// 提示.
    Tip,
    /// 重要.
    Important,
    /// 警告.
    Warning,
    /// 危险.
    Caution,
}

/// A piece of a line: a JSON string is text as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Run {
    /// Strong.
    Strong {
        /// Its words.
        text: Vec<Run>,
    },
    /// Stressed.
    Emphasis {
        /// Its words.
        text: Vec<Run>,
    },
    /// Struck out.
    Strike {
        /// Its words.
        text: Vec<Run>,
    },
    /// Raised.
    Super {
        /// Its words.
        text: Vec<Run>,
    },
    /// Lowered.
    Sub {
        /// Its words.
        text: Vec<Run>,
    },
    /// Code.
    Code {
        /// As it is.
        text: String,
    },
    /// Name of a key.
    Key {
        /// The name.
        text: String,
    },
    /// A link: `#` and an anchor of this document, or an address outside.
    Link {
        /// Where it leads.
        to: String,
        /// Its words.
        text: Vec<Run>,
    },
    /// A note at the foot of the page.
    Footnote {
        /// Its words.
        text: Vec<Run>,
    },
    /// A box that is or is not ticked.
    Box {
        /// Whether it is.
        done: bool,
    },
    /// The end of a line.
    Break,
    /// Text.
    #[serde(untagged)]
    Text(String),
}

fn one() -> u64 {
    1
}

/// A document that can be set: checked, its symbols replaced.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    pub(crate) document: Document,
    pub(crate) pictures: Vec<(String, Vec<u8>)>,
    /// Symbols that the fonts do not have.
    pub(crate) replaced: Vec<Replaced>,
}

/// Sets a tree as PDF/A and PDF/UA, the same bytes for the same tree.
///
/// A server calls it in a child process ([`crate::child::Renderer::document`]), never in a request.
///
/// # Errors
/// What is wrong with the tree, with its place; characters without a glyph; every error and warning of the engine.
pub fn document(tree: &[u8]) -> Result<Pdf, Vec<Problem>> {
    let ready = check::read(tree)?;
    pdf::set(&ready)
}

/// SHA-256 (hexadecimal) over whatever can change the bytes of a given tree: template, fonts, engine, this crate.
#[must_use]
pub fn document_fingerprint() -> String {
    let mut hash = Sha256::new();
    let mut part = |name: &str, bytes: &[u8]| {
        hash.update(format!("{name}\n{}\n", bytes.len()));
        hash.update(bytes);
    };
    part("document.typ", TEMPLATE.as_bytes());
    for sha256 in fonts::document_hashes() {
        part("font", sha256.as_bytes());
    }
    part("engine", typst::utils::version().raw().as_bytes());
    part("reports", env!("CARGO_PKG_VERSION").as_bytes());
    hex(&hash.finalize())
}
