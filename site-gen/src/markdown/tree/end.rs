//! What the end of an element makes: a block of what was gathered in it.

use pulldown_cmark::{HeadingLevel, TagEnd};

use super::Writer;
use super::settle::flat;
use crate::markdown::note;
use crate::press::{Block, Definition, Run, table, words_of};

impl Writer<'_> {
    pub(super) fn stop(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.flush(),
            TagEnd::HtmlBlock => {
                self.swallowing = None;
                self.flush();
            }
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::BlockQuote(kind) => {
                let blocks = self.finish();
                if blocks.is_empty() {
                    return;
                }
                let block = match kind {
                    None => Block::Quote { blocks },
                    Some(kind) => {
                        let (tone, title) = note(kind, self.lang);
                        let title = title.to_owned();
                        Block::Note {
                            tone,
                            title,
                            blocks,
                        }
                    }
                };
                self.block(block);
            }
            TagEnd::Item => {
                let blocks = self.finish();
                if let Some((_, items)) = self.lists.last_mut() {
                    items.push(blocks);
                }
            }
            TagEnd::List(ordered) => {
                let Some((start, items)) = self.lists.pop() else {
                    return;
                };
                if !items.is_empty() {
                    self.block(Block::List {
                        ordered,
                        start: start.unwrap_or(1),
                        items,
                    });
                }
            }
            TagEnd::FootnoteDefinition => {
                let blocks = self.finish();
                if let Some(label) = self.explicit.take() {
                    self.notes.insert(label, flat(blocks));
                }
            }
            TagEnd::DefinitionListTitle => {
                let term = self.take_line();
                if let Some(items) = self.definitions.last_mut() {
                    items.push(Definition {
                        term,
                        blocks: Vec::new(),
                    });
                }
            }
            TagEnd::DefinitionListDefinition => {
                let blocks = self.finish();
                let last = self
                    .definitions
                    .last_mut()
                    .and_then(|items| items.last_mut());
                if let Some(last) = last {
                    last.blocks.extend(blocks);
                }
            }
            TagEnd::DefinitionList => {
                if let Some(items) = self.definitions.pop() {
                    self.block(Block::Definitions { items });
                }
            }
            TagEnd::TableCell => {
                let cell = self.take_line();
                if let Some(table) = self.tables.last_mut() {
                    table.row.push(cell);
                }
            }
            TagEnd::TableHead => {
                if let Some(table) = self.tables.last_mut() {
                    table.head = std::mem::take(&mut table.row);
                }
            }
            TagEnd::TableRow => {
                if let Some(table) = self.tables.last_mut() {
                    let mut row = std::mem::take(&mut table.row);
                    row.resize(table.head.len(), Vec::new());
                    table.rows.push(row);
                }
            }
            TagEnd::Table => {
                if let Some(cells) = self.tables.pop() {
                    self.block(table("", cells.align, cells.head, cells.rows));
                }
                // Pictures of cells.
                self.flush();
            }
            TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link => self.close(),
            TagEnd::CodeBlock | TagEnd::Image | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let text = self.take_line();
        let explicit = self.explicit.take();
        let words = words_of(&text);
        let anchor = self.slugs.take(explicit.as_deref(), &words);
        // No step is left out on the way down, as on the page.
        let level = (level as u8)
            .saturating_sub(self.shift)
            .clamp(1, 5)
            .min(self.heading + 1);
        if words.trim().is_empty() {
            return;
        }
        let block = Block::Heading {
            level,
            anchor,
            text,
        };
        // A heading inside a quotation or a list is a strong line: no level of the document begins there.
        if self.levels.len() > 1 {
            let Block::Heading { text, .. } = block else {
                return;
            };
            self.block(Block::Paragraph {
                text: vec![Run::Strong(text)],
            });
            return;
        }
        self.heading = level;
        self.block(block);
    }

    pub(super) fn end_image(&mut self) {
        let Some((address, alt)) = self.image.take() else {
            return;
        };
        if self.resolver.image(&address).is_none() {
            self.out.lacks_images = true;
            return;
        }
        let image = address.strip_prefix("file:").unwrap_or(&address).to_owned();
        let alt = match alt.trim() {
            "" => self.lang.pick("图片", "Picture").to_owned(),
            alt => alt.to_owned(),
        };
        self.out.images.push(image.clone());
        if let Some(level) = self.levels.last_mut() {
            level.pictures.push(Block::Image { image, alt });
        }
    }
}
