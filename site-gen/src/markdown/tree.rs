//! Markdown to blocks for paper: the same events as for the page, without HTML.
//!
//! Inside the document links keep leading; to another page of a root only its number stands on paper.

mod end;
mod settle;

use std::collections::BTreeMap;

use pulldown_cmark::{Alignment, Event, HeadingLevel, LinkType, Parser, Tag, TagEnd};

use self::settle::{settle_blocks, trimmed};
use super::{
    Lang, Resolver, Target, allowed_url, decode, emphasis, is_cjk, options, raw, slug::Slugs,
};
use crate::press::{Align, Block, Definition, Run, headings, words_of};

/// A text as blocks.
#[derive(Debug, Default)]
pub struct Tree {
    /// In order.
    pub blocks: Vec<Block>,
    /// Addresses of the pictures that the text shows, without `file:`.
    pub images: Vec<String>,
    /// Whether a picture is missing or not cleared.
    pub lacks_images: bool,
}

impl Tree {
    /// How many headings there are.
    #[must_use]
    pub fn headings(&self) -> usize {
        headings(&self.blocks)
    }
}

/// Makes the blocks of a text.
pub fn tree(source: &str, lang: Lang, resolver: &dyn Resolver) -> Tree {
    let events: Vec<emphasis::Spanned<'_>> = Parser::new_ext(source, options())
        .into_offset_iter()
        .collect();
    let events = emphasis::repair(source, events);
    let first = |(event, _): &emphasis::Spanned<'_>| {
        matches!(
            event,
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            })
        )
    };
    let mut writer = Writer {
        lang,
        resolver,
        out: Tree::default(),
        levels: vec![Level::default()],
        open: Vec::new(),
        lists: Vec::new(),
        tables: Vec::new(),
        definitions: Vec::new(),
        heading: 0,
        explicit: None,
        slugs: Slugs::default(),
        code: None,
        image: None,
        swallowing: None,
        key: None,
        notes: BTreeMap::new(),
        // The document has its own title.
        shift: if events.iter().any(first) { 0 } else { 1 },
    };
    for (at, (event, _)) in events.iter().enumerate() {
        let next = events.get(at + 1).map(|(event, _)| event);
        writer.event(event, next);
    }
    writer.end()
}

/// Blocks of one container, and the line that is being written in it.
#[derive(Default)]
struct Level {
    blocks: Vec<Block>,
    line: Vec<Run>,
    /// Pictures of the line: they stand behind it.
    pictures: Vec<Block>,
}

/// A mark around words.
enum Mark {
    Strong,
    Emphasis,
    Strike,
    Super,
    Sub,
    /// With the address, and what stands behind the words instead of it.
    Link(Option<String>, Option<String>),
}

struct Writer<'a> {
    lang: Lang,
    resolver: &'a dyn Resolver,
    out: Tree,
    levels: Vec<Level>,
    open: Vec<(Mark, Vec<Run>)>,
    lists: Vec<(Option<u64>, Vec<Vec<Block>>)>,
    tables: Vec<Cells>,
    definitions: Vec<Vec<Definition>>,
    /// Level of the last heading.
    heading: u8,
    explicit: Option<String>,
    slugs: Slugs,
    code: Option<String>,
    image: Option<(String, String)>,
    swallowing: Option<String>,
    key: Option<String>,
    notes: BTreeMap<String, Vec<Run>>,
    shift: u8,
}

#[derive(Default)]
struct Cells {
    align: Vec<Align>,
    head: Vec<Vec<Run>>,
    rows: Vec<Vec<Vec<Run>>>,
    row: Vec<Vec<Run>>,
}

/// Stands for a note until its text is known.
fn mark_of_note(label: &str) -> Run {
    Run::Footnote(vec![Run::Key(label.to_owned())])
}

impl Writer<'_> {
    fn runs(&mut self) -> &mut Vec<Run> {
        if let Some((_, runs)) = self.open.last_mut() {
            return runs;
        }
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        #[expect(clippy::indexing_slicing, reason = "there is one")]
        let last = {
            let last = self.levels.len() - 1;
            &mut self.levels[last]
        };
        &mut last.line
    }

    fn push(&mut self, run: Run) {
        self.runs().push(run);
    }

    fn text(&mut self, text: &str) {
        if self.swallowing.is_some() || text.is_empty() {
            return;
        }
        if let Some(key) = &mut self.key {
            key.push_str(text);
            return;
        }
        match self.runs().last_mut() {
            Some(Run::Text(last)) => last.push_str(text),
            _ => self.push(Run::Text(text.to_owned())),
        }
    }

    fn block(&mut self, block: Block) {
        if let Some(level) = self.levels.last_mut() {
            level.blocks.push(block);
        }
    }

    /// Ends the line under way as a paragraph, with its pictures.
    fn flush(&mut self) {
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        let line = std::mem::take(&mut level.line);
        let pictures = std::mem::take(&mut level.pictures);
        if !words_of(&line).trim().is_empty() || line.iter().any(|run| matches!(run, Run::Box(_))) {
            level.blocks.push(Block::Paragraph {
                text: trimmed(line),
            });
        }
        level.blocks.extend(pictures);
    }

    fn take_line(&mut self) -> Vec<Run> {
        let line = self
            .levels
            .last_mut()
            .map(|level| std::mem::take(&mut level.line));
        trimmed(line.unwrap_or_default())
    }

    fn open(&mut self) {
        self.flush();
        self.levels.push(Level::default());
    }

    fn finish(&mut self) -> Vec<Block> {
        self.flush();
        if self.levels.len() < 2 {
            return Vec::new();
        }
        self.levels.pop().unwrap_or_default().blocks
    }

    fn event(&mut self, event: &Event<'_>, next: Option<&Event<'_>>) {
        if let Some((_, alt)) = &mut self.image {
            match event {
                Event::Text(text) | Event::Code(text) => alt.push_str(text),
                Event::SoftBreak | Event::HardBreak => alt.push(' '),
                Event::End(TagEnd::Image) => self.end_image(),
                _ => {}
            }
            return;
        }
        if let Some(code) = &mut self.code {
            match event {
                Event::Text(text) => code.push_str(text),
                Event::End(TagEnd::CodeBlock) => {
                    let text = self.code.take().unwrap_or_default();
                    self.block(Block::Code {
                        text: text.trim_end().to_owned(),
                    });
                }
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.stop(*tag),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(text);
            }
            Event::Code(text) => self.push(Run::Code(text.to_string())),
            Event::Html(html) | Event::InlineHtml(html) => self.html(html),
            Event::FootnoteReference(label) => self.push(mark_of_note(label)),
            Event::SoftBreak => {
                let before = words_of(self.runs());
                let tight = before.chars().next_back().is_some_and(is_cjk)
                    && matches!(next, Some(Event::Text(text)) if text.starts_with(is_cjk));
                if !tight {
                    self.text(" ");
                }
            }
            Event::HardBreak => self.push(Run::Break),
            Event::Rule => {
                self.flush();
                self.block(Block::Rule);
            }
            Event::TaskListMarker(done) => {
                self.push(Run::Box(*done));
                self.text(" ");
            }
        }
    }

    /// Of HTML the words stay, and the tags that paper has.
    fn html(&mut self, html: &str) {
        let mut swallowing = self.swallowing.take();
        let (mut out, mut plain) = (String::new(), String::new());
        raw::filter(html, &mut swallowing, &mut out, &mut plain);
        self.swallowing = swallowing;
        match out.trim() {
            "<br>" => self.push(Run::Break),
            "<kbd>" => self.key = Some(String::new()),
            "</kbd>" => {
                if let Some(key) = self.key.take() {
                    self.push(Run::Key(key));
                }
            }
            "<sup>" => self.open.push((Mark::Super, Vec::new())),
            "<sub>" => self.open.push((Mark::Sub, Vec::new())),
            "</sup>" if matches!(self.open.last(), Some((Mark::Super, _))) => self.close(),
            "</sub>" if matches!(self.open.last(), Some((Mark::Sub, _))) => self.close(),
            _ => {
                for line in plain.lines().filter(|line| !line.trim().is_empty()) {
                    self.text(line);
                }
            }
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.flush(),
            Tag::Heading { id, .. } => {
                self.flush();
                self.explicit = id.as_ref().map(ToString::to_string);
            }
            Tag::BlockQuote(_)
            | Tag::Item
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionListDefinition => {
                self.open();
                if let Tag::FootnoteDefinition(label) = tag {
                    self.notes.insert(label.to_string(), Vec::new());
                    self.explicit = Some(label.to_string());
                }
            }
            Tag::CodeBlock(_) => {
                self.flush();
                self.code = Some(String::new());
            }
            Tag::List(start) => {
                self.flush();
                self.lists.push((*start, Vec::new()));
            }
            Tag::DefinitionList => {
                self.flush();
                self.definitions.push(Vec::new());
            }
            Tag::Table(alignment) => {
                self.flush();
                let align = alignment.iter().map(|one| match one {
                    Alignment::Center => Align::Center,
                    Alignment::Right => Align::Right,
                    Alignment::Left | Alignment::None => Align::Left,
                });
                self.tables.push(Cells {
                    align: align.collect(),
                    ..Cells::default()
                });
            }
            Tag::Emphasis => self.open.push((Mark::Emphasis, Vec::new())),
            Tag::Strong => self.open.push((Mark::Strong, Vec::new())),
            Tag::Strikethrough => self.open.push((Mark::Strike, Vec::new())),
            Tag::Superscript => self.open.push((Mark::Super, Vec::new())),
            Tag::Subscript => self.open.push((Mark::Sub, Vec::new())),
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => {
                let url = match link_type {
                    LinkType::Email => format!("mailto:{dest_url}"),
                    _ => dest_url.to_string(),
                };
                let (to, behind) = self.target(&url);
                self.open.push((Mark::Link(to, behind), Vec::new()));
            }
            Tag::Image { dest_url, .. } => {
                self.image = Some((dest_url.to_string(), String::new()));
            }
            Tag::DefinitionListTitle
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::MetadataBlock(_) => {}
        }
    }

    /// Where a link leads on paper, or what stands behind its words.
    fn target(&self, address: &str) -> (Option<String>, Option<String>) {
        match self.resolver.link(address) {
            Target::Page { anchor, .. } if address.starts_with('#') => {
                (anchor.map(|anchor| format!("#{anchor}")), None)
            }
            Target::Page { .. } => {
                let base = address.split('#').next().unwrap_or_default();
                let base = decode(base);
                let number = base.chars().any(|c| c.is_ascii_digit())
                    && !base.contains(['/', '.', '_', ':']);
                (None, number.then_some(base))
            }
            Target::Outbound if allowed_url(address) => (Some(address.to_owned()), None),
            Target::Outbound | Target::Refused => (None, None),
        }
    }

    /// Ends the innermost mark.
    fn close(&mut self) {
        let Some((mark, runs)) = self.open.pop() else {
            return;
        };
        if runs.is_empty() {
            return;
        }
        match mark {
            Mark::Strong => self.push(Run::Strong(runs)),
            Mark::Emphasis => self.push(Run::Emphasis(runs)),
            Mark::Strike => self.push(Run::Strike(runs)),
            Mark::Super => self.push(Run::Super(runs)),
            Mark::Sub => self.push(Run::Sub(runs)),
            Mark::Link(Some(to), _) => self.push(Run::Link(to, runs)),
            Mark::Link(None, behind) => {
                let words = words_of(&runs);
                self.runs().extend(runs);
                if let Some(number) = behind.filter(|number| !words.contains(number.as_str())) {
                    let text = match self.lang {
                        Lang::Zh => format!("（{number}）"),
                        Lang::En => format!(" ({number})"),
                    };
                    self.text(&text);
                }
            }
        }
    }

    fn end(mut self) -> Tree {
        while let Some((_, runs)) = self.open.pop() {
            self.runs().extend(runs);
        }
        self.flush();
        let mut out = self.out;
        out.blocks = self
            .levels
            .into_iter()
            .flat_map(|level| level.blocks)
            .collect();
        let mut anchors = Vec::new();
        for block in &out.blocks {
            if let Block::Heading { anchor, .. } = block {
                anchors.push(anchor.clone());
            }
        }
        let mut notes = self.notes;
        settle_blocks(&mut out.blocks, &mut notes, &anchors);
        out.images.sort();
        out.images.dedup();
        out
    }
}

#[cfg(test)]
mod tests;
