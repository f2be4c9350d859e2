//! What a tree must keep before it is set.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Block, Document, MAX_TREE, Ready, Run, VERSION};
use crate::format::time;
use crate::problem::Problem;
use crate::text::{Replaced, replace, unsupported};

/// Blocks and runs inside each other.
const DEEPEST: usize = 24;
/// Cells of all tables.
const MOST_CELLS: usize = 200_000;
/// Problems that are told.
const MOST_TOLD: usize = 50;

/// Reads a tree.
pub(super) fn read(tree: &[u8]) -> Result<Ready, Vec<Problem>> {
    let one = |message: String| vec![Problem::new("document", message)];
    if tree.len() > MAX_TREE {
        return Err(one(format!("{} bytes, at most {MAX_TREE}", tree.len())));
    }
    let mut document: Document =
        serde_json::from_slice(tree).map_err(|error| one(error.to_string()))?;
    if document.version != VERSION {
        return Err(one(format!(
            "version {} of the format, this program reads {VERSION}",
            document.version
        )));
    }
    let mut pass = Pass::default();
    let pictures = pass.pictures(&mut document);
    pass.head(&mut document);
    let mut blocks = std::mem::take(&mut document.blocks);
    pass.blocks(&mut blocks, "blocks", 0);
    if blocks.is_empty() {
        pass.wrong("blocks", "there is no text");
    }
    document.blocks = blocks;
    pass.links();
    if pass.cells > MOST_CELLS {
        let told = format!("{} cells of tables, at most {MOST_CELLS}", pass.cells);
        pass.wrong("blocks", told);
    }
    if !pass.problems.is_empty() {
        pass.problems.truncate(MOST_TOLD);
        return Err(pass.problems);
    }
    Ok(Ready {
        document,
        pictures,
        replaced: pass.replaced,
    })
}

/// One walk over a document.
#[derive(Default)]
struct Pass {
    problems: Vec<Problem>,
    replaced: Vec<Replaced>,
    level: u8,
    cells: usize,
    anchors: BTreeSet<String>,
    /// Links inside the document, each with its place.
    asked: BTreeMap<String, String>,
    images: BTreeSet<String>,
}

impl Pass {
    fn wrong(&mut self, place: &str, message: impl Into<String>) {
        self.problems
            .push(Problem::new(format!("document.{place}"), message));
    }

    /// Text with its symbols replaced; what the fonts do not have is told.
    fn text(&mut self, text: &mut String, place: &str) {
        let missing = unsupported(text);
        if !missing.is_empty() {
            let named: Vec<String> = missing
                .iter()
                .map(|char| format!("{char} (U+{:04X})", u32::from(*char)))
                .collect();
            self.wrong(place, format!("no font has {}", named.join(", ")));
        }
        let (new, replaced) = replace(text);
        for one in replaced {
            if !self.replaced.contains(&one) {
                self.replaced.push(one);
            }
        }
        *text = new;
    }

    fn head(&mut self, document: &mut Document) {
        if document.title.trim().is_empty() {
            self.wrong("title", "is empty");
        }
        if document.id.trim().is_empty() {
            self.wrong("id", "is empty");
        }
        self.text(&mut document.title, "title");
        self.text(&mut document.subtitle, "subtitle");
        self.text(&mut document.edition, "edition");
        for (at, (name, value)) in document.facts.iter_mut().enumerate() {
            self.text(name, &format!("facts[{at}]"));
            self.text(value, &format!("facts[{at}]"));
        }
        if let Some(date) = &document.date
            && time::shanghai(date).is_none()
        {
            self.wrong("date", "is no instant");
        }
        if document.contents > 5 {
            self.wrong("contents", "at most 5 levels");
        }
    }

    fn pictures(&mut self, document: &mut Document) -> Vec<(String, Vec<u8>)> {
        let mut pictures = Vec::new();
        for (name, picture) in &mut document.images {
            let place = format!("images.{name}");
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
            if name.is_empty() || !name.bytes().all(plain) {
                self.wrong(&place, "its name has other characters than names");
                continue;
            }
            // The layout gets the bytes as a file and needs them here no longer.
            match STANDARD.decode(std::mem::take(&mut picture.base64)) {
                Ok(bytes) if is_picture(&bytes) => pictures.push((name.clone(), bytes)),
                Ok(_) => self.wrong(&place, "is no PNG, JPEG, GIF or WebP"),
                Err(_) => self.wrong(&place, "is no base64"),
            }
            if picture.width == 0 || picture.height == 0 {
                self.wrong(&place, "has no size");
            }
            self.images.insert(name.clone());
        }
        pictures
    }

    fn blocks(&mut self, blocks: &mut [Block], place: &str, depth: usize) {
        if depth > DEEPEST {
            self.wrong(place, "lies too deep");
            return;
        }
        for (at, block) in blocks.iter_mut().enumerate() {
            let place = format!("{place}[{at}]");
            self.block(block, &place, depth);
        }
    }

    fn block(&mut self, block: &mut Block, place: &str, depth: usize) {
        match block {
            Block::Heading {
                level,
                anchor,
                text,
            } => {
                if depth > 0 {
                    self.wrong(place, "a heading stands inside another block");
                }
                if !(1..=5).contains(level) || *level > self.level + 1 {
                    let told = format!("a heading of level {level} behind one of {}", self.level);
                    self.wrong(place, told);
                }
                self.level = *level;
                if !anchor.is_empty() && !self.anchors.insert(anchor.clone()) {
                    self.wrong(place, format!("the anchor {anchor} is there twice"));
                }
                self.runs(text, place, depth);
                if text.iter().all(is_blank) {
                    self.wrong(place, "a heading without words");
                }
            }
            Block::Paragraph { text } => self.runs(text, place, depth),
            Block::List { items, .. } => {
                for (at, item) in items.iter_mut().enumerate() {
                    self.blocks(item, &format!("{place}.items[{at}]"), depth + 1);
                }
            }
            Block::Table {
                title,
                widths,
                align,
                head,
                rows,
            } => {
                self.text(title, place);
                let columns = head.len();
                self.cells += columns * (rows.len() + 1);
                let uneven = rows.iter().any(|row| row.len() != columns);
                if columns == 0
                    || uneven
                    || widths.len() != columns
                    || !(align.is_empty() || align.len() == columns)
                {
                    self.wrong(place, "rows, heads and widths of a table do not agree");
                }
                if widths.iter().any(|width| *width > 10_000) {
                    self.wrong(place, "a width is at most 10000");
                }
                for cell in head.iter_mut() {
                    self.runs(cell, place, depth);
                }
                for (at, row) in rows.iter_mut().enumerate() {
                    for cell in row {
                        self.runs(cell, &format!("{place}.rows[{at}]"), depth);
                    }
                }
            }
            Block::Code { text } => {
                *text = text.replace('\t', "    ");
                self.text(text, place);
            }
            Block::Note { title, blocks, .. } => {
                self.text(title, place);
                self.blocks(blocks, &format!("{place}.blocks"), depth + 1);
            }
            Block::Quote { blocks } => {
                self.blocks(blocks, &format!("{place}.blocks"), depth + 1);
            }
            Block::Image { image, alt } => {
                if !self.images.contains(image.as_str()) {
                    self.wrong(place, "there is no such picture");
                }
                if alt.trim().is_empty() {
                    self.wrong(place, "a picture without words for who does not see it");
                }
                self.text(alt, place);
            }
            Block::Definitions { items } => {
                for (at, item) in items.iter_mut().enumerate() {
                    let place = format!("{place}.items[{at}]");
                    self.runs(&mut item.term, &place, depth);
                    self.blocks(&mut item.blocks, &place, depth + 1);
                }
            }
            Block::Rule => {}
        }
    }

    fn runs(&mut self, runs: &mut [Run], place: &str, depth: usize) {
        if depth > DEEPEST {
            self.wrong(place, "lies too deep");
            return;
        }
        for run in runs {
            match run {
                Run::Text(text) | Run::Code { text } | Run::Key { text } => self.text(text, place),
                Run::Strong { text }
                | Run::Emphasis { text }
                | Run::Strike { text }
                | Run::Super { text }
                | Run::Sub { text }
                | Run::Footnote { text } => self.runs(text, place, depth + 1),
                Run::Link { to, text } => {
                    match to.strip_prefix('#') {
                        Some(anchor) => {
                            self.asked.insert(anchor.to_owned(), place.to_owned());
                        }
                        None if is_address(to) => {
                            let mut shown = to.clone();
                            self.text(&mut shown, place);
                        }
                        None => self.wrong(place, "an address of a kind that no document has"),
                    }
                    self.runs(text, place, depth + 1);
                }
                Run::Box { .. } | Run::Break => {}
            }
        }
    }

    /// Links inside lead somewhere.
    fn links(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        for (anchor, place) in asked {
            if !self.anchors.contains(&anchor) {
                self.wrong(&place, format!("a link to {anchor}, which is not there"));
            }
        }
    }
}

fn is_address(to: &str) -> bool {
    let known = ["https://", "http://", "mailto:", "tel:"];
    known.iter().any(|scheme| to.starts_with(scheme)) && !to.chars().any(char::is_control)
}

fn is_blank(run: &Run) -> bool {
    match run {
        Run::Text(text) | Run::Code { text } | Run::Key { text } => text.trim().is_empty(),
        Run::Strong { text }
        | Run::Emphasis { text }
        | Run::Strike { text }
        | Run::Super { text }
        | Run::Sub { text }
        | Run::Link { text, .. } => text.iter().all(is_blank),
        Run::Footnote { .. } | Run::Box { .. } | Run::Break => true,
    }
}

fn is_picture(bytes: &[u8]) -> bool {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let known: [&[u8]; 3] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8"];
    webp || known.iter().any(|head| bytes.starts_with(head))
}
