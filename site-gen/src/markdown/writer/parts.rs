//! What takes more than a tag: headings with their anchors, code, tables, links, images, footnotes.

use std::ops::Range;

use pulldown_cmark::{Alignment, HeadingLevel};

use super::Writer;
use crate::markdown::{
    Heading, Link, Section, Target, allowed_url, code, escape, escape_attribute,
};

impl Writer<'_> {
    pub(super) fn end_heading(&mut self, level: HeadingLevel) {
        let outer = self.waiting.pop().unwrap_or_default();
        let inner = std::mem::replace(&mut self.out, outer);
        let text = self.heading.take().unwrap_or_default();
        let explicit = match self.note.last() {
            Some(id) if id.starts_with('#') => self.note.pop(),
            _ => None,
        };
        let id = self.slugs.take(
            explicit.as_deref().map(|id| id.trim_start_matches('#')),
            &text,
        );
        // No step is left out on the way down, whatever the text does: readers of headings count them.
        let above = self.rendered.headings.last().map_or(1, |one| one.level);
        let level = (level as u8 + self.shift).clamp(2, 6).min(above + 1);
        self.push(&format!("<h{level} id=\""));
        escape_attribute(&id, &mut self.out);
        self.push("\">");
        self.push(&inner);
        self.push(&format!("</h{level}>\n"));
        self.section = Section {
            anchor: id.clone(),
            heading: text.clone(),
            text: String::new(),
        };
        self.rendered.headings.push(Heading { level, id, text });
    }

    pub(super) fn end_code(&mut self, range: &Range<usize>) {
        let Some((language, text)) = self.code.take() else {
            return;
        };
        if language == "mermaid" {
            let line = self.line(range);
            self.rendered
                .warnings
                .push(("a diagram is shown as code".to_owned(), line));
        }
        self.push("<div class=\"code\"><pre tabindex=\"0\"><code");
        if !language.is_empty() {
            self.push(" class=\"language-");
            let name: String = language
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect();
            self.push(&name);
            self.push("\"");
        }
        self.push(">");
        code::highlight(&language, &text, &mut self.out);
        self.push("</code></pre></div>\n");
        self.gap();
        self.plain(&text);
    }

    pub(super) fn start_table(&mut self, alignment: &[Alignment]) {
        self.gap();
        self.table = alignment.to_vec();
        self.tables += 1;
        let near = match self.section.heading.as_str() {
            "" => self.lang.pick("表", "Table").to_owned(),
            heading => format!("{heading} · {}", self.lang.pick("表", "table")),
        };
        let name = format!("{near} {}", self.tables);
        self.push("<section class=\"scroll\" tabindex=\"0\" aria-label=\"");
        escape_attribute(&name, &mut self.out);
        self.push("\"><table><caption>");
        escape(&name, &mut self.out);
        self.push("</caption>");
    }

    pub(super) fn start_link(&mut self, address: &str, title: &str, range: &Range<usize>) {
        let (href, outside) = match self.resolver.link(address) {
            Target::Page { href, path, anchor } => {
                let line = self.line(range);
                self.rendered.links.push(Link { path, anchor, line });
                (href, false)
            }
            Target::Outbound if allowed_url(address) => {
                self.rendered.outbound.push(address.to_owned());
                (address.to_owned(), true)
            }
            Target::Outbound | Target::Refused => {
                let line = self.line(range);
                self.rendered
                    .warnings
                    .push(("an address of this kind is not allowed".to_owned(), line));
                self.links.push(false);
                return;
            }
        };
        self.push("<a href=\"");
        escape_attribute(&href, &mut self.out);
        self.push("\"");
        if !title.is_empty() {
            self.push(" title=\"");
            escape_attribute(title, &mut self.out);
            self.push("\"");
        }
        self.push(if outside { " class=\"out\">" } else { ">" });
        self.links.push(true);
    }

    pub(super) fn end_image(&mut self) {
        let Some((address, alt, title, line)) = self.image.take() else {
            return;
        };
        let Some(image) = self.resolver.image(&address) else {
            self.rendered.missing_images.push((address, line));
            return;
        };
        if alt.trim().is_empty() {
            self.rendered
                .warnings
                .push(("an image without alternative text".to_owned(), line));
        }
        self.push("<img src=\"");
        escape_attribute(&image.href, &mut self.out);
        self.push("\" alt=\"");
        escape_attribute(&alt, &mut self.out);
        if !title.is_empty() {
            self.push("\" title=\"");
            escape_attribute(&title, &mut self.out);
        }
        self.push(&format!(
            "\" width=\"{}\" height=\"{}\" loading=\"lazy\">",
            image.width, image.height
        ));
        self.plain(&alt);
    }

    pub(super) fn reference(&mut self, label: &str) {
        let next = self.notes.len() + 1;
        let known = self.notes.contains_key(label);
        let number = *self.notes.entry(label.to_owned()).or_insert(next);
        // Only the first reference carries the id that the note leads back to.
        let id = if known {
            String::new()
        } else {
            format!(" id=\"fnref-{number}\"")
        };
        let word = self.lang.pick("脚注", "Footnote");
        self.push(&format!(
            "<sup class=\"fn\"><a href=\"#fn-{number}\"{id} aria-label=\"{word} {number}\">{number}</a></sup>"
        ));
    }
}
