//! Events to HTML. Everything that is text is escaped here, every address is looked at here.

mod parts;

use std::{collections::BTreeMap, ops::Range};

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::{
    Lang, Rendered, Resolver, Section, allowed_url, code, emphasis::Spanned, escape,
    escape_attribute, is_cjk, note, raw, slug::Slugs,
};

struct Writer<'a> {
    source: &'a str,
    lang: Lang,
    resolver: &'a dyn Resolver,
    out: String,
    /// Output that waits: headings, footnotes.
    waiting: Vec<String>,
    slugs: Slugs,
    rendered: Rendered,
    section: Section,
    /// Plain text of the heading under way.
    heading: Option<String>,
    /// Alternative text of the image under way.
    image: Option<(String, String, String, usize)>,
    /// Whether each open link was written.
    links: Vec<bool>,
    code: Option<(String, String)>,
    table: Vec<Alignment>,
    in_head: bool,
    cell: usize,
    tables: usize,
    notes: BTreeMap<String, usize>,
    note_bodies: BTreeMap<String, String>,
    note: Vec<String>,
    swallowing: Option<String>,
    shift: u8,
}

pub(super) fn write(
    source: &str,
    events: &[Spanned<'_>],
    lang: Lang,
    resolver: &dyn Resolver,
) -> Rendered {
    let top = events.iter().any(|(event, _)| {
        matches!(
            event,
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            })
        )
    });
    let mut writer = Writer {
        source,
        lang,
        resolver,
        out: String::with_capacity(source.len() * 2),
        waiting: Vec::new(),
        slugs: Slugs::default(),
        rendered: Rendered::default(),
        section: Section::default(),
        heading: None,
        image: None,
        links: Vec::new(),
        code: None,
        table: Vec::new(),
        in_head: false,
        cell: 0,
        tables: 0,
        notes: BTreeMap::new(),
        note_bodies: BTreeMap::new(),
        note: Vec::new(),
        swallowing: None,
        // The page has its own first heading.
        shift: u8::from(top),
    };
    for (at, (event, range)) in events.iter().enumerate() {
        let next = events.get(at + 1).map(|(event, _)| event);
        writer.event(event, range, next);
    }
    writer.end()
}

impl Writer<'_> {
    fn line(&self, range: &Range<usize>) -> usize {
        1 + self
            .source
            .get(..range.start)
            .map_or(0, |text| text.matches('\n').count())
    }

    fn push(&mut self, html: &str) {
        self.out.push_str(html);
    }

    /// Text for the index, and for the heading under way.
    fn plain(&mut self, text: &str) {
        match &mut self.heading {
            Some(heading) => heading.push_str(text),
            None => self.section.text.push_str(text),
        }
    }

    fn gap(&mut self) {
        if self.heading.is_none() && !self.section.text.ends_with(['\n', ' ']) {
            self.section.text.push('\n');
        }
    }

    fn event(&mut self, event: &Event<'_>, range: &Range<usize>, next: Option<&Event<'_>>) {
        if let Some((_, alt, _, _)) = &mut self.image {
            // Inside an image everything is its alternative text.
            match event {
                Event::Text(text) | Event::Code(text) => alt.push_str(text),
                Event::SoftBreak | Event::HardBreak => alt.push(' '),
                Event::End(TagEnd::Image) => self.end_image(),
                _ => {}
            }
            return;
        }
        if let Some((_, text)) = &mut self.code {
            match event {
                Event::Text(more) => text.push_str(more),
                Event::End(TagEnd::CodeBlock) => self.end_code(range),
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.finish(*tag),
            Event::Text(text) => self.text(text),
            Event::Code(text) => {
                self.push("<code>");
                escape(text, &mut self.out);
                self.push("</code>");
                self.plain(text);
            }
            // Not switched on; kept readable should a parser send them.
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(text),
            Event::Html(html) | Event::InlineHtml(html) => {
                let mut swallowing = self.swallowing.take();
                let mut plain = String::new();
                raw::filter(html, &mut swallowing, &mut self.out, &mut plain);
                self.swallowing = swallowing;
                self.plain(&plain);
                if matches!(event, Event::Html(_)) {
                    self.gap();
                }
            }
            Event::FootnoteReference(label) => self.reference(label),
            Event::SoftBreak => {
                let tight = self.out.chars().next_back().is_some_and(is_cjk)
                    && matches!(next, Some(Event::Text(text)) if text.starts_with(is_cjk));
                if !tight {
                    self.push("\n");
                    self.plain(" ");
                }
            }
            Event::HardBreak => {
                self.push("<br>\n");
                self.plain(" ");
            }
            Event::Rule => self.push("<hr>\n"),
            Event::TaskListMarker(done) => {
                let (word, mark) = match (done, self.lang) {
                    (true, Lang::Zh) => ("已完成", "☑"),
                    (true, Lang::En) => ("done", "☑"),
                    (false, Lang::Zh) => ("未完成", "☐"),
                    (false, Lang::En) => ("open", "☐"),
                };
                self.push(&format!(
                    "<span class=\"box\" role=\"img\" aria-label=\"{word}\">{mark}</span> "
                ));
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.swallowing.is_some() {
            return;
        }
        self.plain(text);
        if !self.links.is_empty() || !text.contains("://") {
            escape(text, &mut self.out);
            return;
        }
        // Bare addresses become links.
        let mut rest = text;
        while let Some(at) = ["https://", "http://"]
            .iter()
            .filter_map(|s| rest.find(s))
            .min()
        {
            let (before, tail) = rest.split_at(at);
            let end = tail
                .find(|c: char| {
                    c.is_whitespace() || !c.is_ascii() || matches!(c, '<' | '>' | '"' | '`')
                })
                .unwrap_or(tail.len());
            let (url, after) = tail.split_at(end);
            let kept = url.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '*', '_']);
            escape(before, &mut self.out);
            if kept.ends_with("//") || !allowed_url(kept) {
                escape(url, &mut self.out);
            } else {
                self.push("<a href=\"");
                escape_attribute(kept, &mut self.out);
                self.push("\" class=\"out\">");
                escape(kept, &mut self.out);
                self.push("</a>");
                self.rendered.outbound.push(kept.to_owned());
                escape(url.get(kept.len()..).unwrap_or_default(), &mut self.out);
            }
            rest = after;
        }
        escape(rest, &mut self.out);
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Paragraph => {
                self.gap();
                self.push("<p>");
            }
            Tag::Heading { .. } => {
                self.waiting.push(std::mem::take(&mut self.out));
                self.heading = Some(String::new());
                if let Tag::Heading { id: Some(id), .. } = tag {
                    self.section.anchor.clear();
                    self.note.push(format!("#{id}"));
                }
                self.close_section();
            }
            Tag::BlockQuote(None) => self.push("<blockquote>\n"),
            Tag::BlockQuote(Some(kind)) => {
                let (class, word) = note(*kind, self.lang);
                self.push(&format!(
                    "<div class=\"note {class}\" role=\"note\"><p class=\"note-title\">{word}</p>\n"
                ));
                self.gap();
                self.plain(word);
            }
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info
                        .split([' ', ',', '{'])
                        .next()
                        .unwrap_or_default()
                        .to_lowercase(),
                    CodeBlockKind::Indented => String::new(),
                };
                if !language.is_empty() && !code::known(&language) {
                    let line = self.line(range);
                    self.rendered
                        .warnings
                        .push((format!("unknown code language `{language}`"), line));
                }
                self.code = Some((language, String::new()));
            }
            Tag::List(start) => match start {
                None => self.push("<ul>\n"),
                Some(1) => self.push("<ol>\n"),
                Some(start) => self.push(&format!("<ol start=\"{start}\">\n")),
            },
            Tag::Item => {
                self.gap();
                self.push("<li>");
            }
            Tag::FootnoteDefinition(label) => {
                self.waiting.push(std::mem::take(&mut self.out));
                self.note.push(label.to_string());
                self.gap();
            }
            Tag::DefinitionList => self.push("<dl>\n"),
            Tag::DefinitionListTitle => {
                self.gap();
                self.push("<dt>");
            }
            Tag::DefinitionListDefinition => {
                self.gap();
                self.push("<dd>");
            }
            Tag::Table(alignment) => self.start_table(alignment),
            Tag::TableHead => {
                self.in_head = true;
                self.cell = 0;
                self.push("<thead><tr>");
            }
            Tag::TableRow => {
                self.cell = 0;
                self.gap();
                self.push("<tr>");
            }
            Tag::TableCell => {
                let class = match self.table.get(self.cell) {
                    Some(Alignment::Center) => " class=\"mid\"",
                    Some(Alignment::Right) => " class=\"num\"",
                    Some(Alignment::Left | Alignment::None) | None => "",
                };
                let scope = if self.in_head { " scope=\"col\"" } else { "" };
                let name = if self.in_head { "th" } else { "td" };
                self.cell += 1;
                self.push(&format!("<{name}{scope}{class}>"));
            }
            Tag::Emphasis => self.push("<em>"),
            Tag::Strong => self.push("<strong>"),
            Tag::Strikethrough => self.push("<del>"),
            Tag::Superscript => self.push("<sup>"),
            Tag::Subscript => self.push("<sub>"),
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => {
                let url = match link_type {
                    LinkType::Email => format!("mailto:{dest_url}"),
                    _ => dest_url.to_string(),
                };
                self.start_link(&url, title, range);
            }
            Tag::Image {
                dest_url, title, ..
            } => {
                let line = self.line(range);
                self.image = Some((dest_url.to_string(), String::new(), title.to_string(), line));
            }
            Tag::HtmlBlock | Tag::MetadataBlock(_) => {}
        }
    }

    fn finish(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.push("</p>\n"),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::BlockQuote(None) => self.push("</blockquote>\n"),
            TagEnd::BlockQuote(Some(_)) => self.push("</div>\n"),
            TagEnd::List(ordered) => {
                self.push(if ordered { "</ol>\n" } else { "</ul>\n" });
            }
            TagEnd::Item => self.push("</li>\n"),
            TagEnd::FootnoteDefinition => {
                let outer = self.waiting.pop().unwrap_or_default();
                let body = std::mem::replace(&mut self.out, outer);
                if let Some(label) = self.note.pop() {
                    self.note_bodies.insert(label, body);
                }
            }
            TagEnd::DefinitionList => self.push("</dl>\n"),
            TagEnd::DefinitionListTitle => self.push("</dt>\n"),
            TagEnd::DefinitionListDefinition => self.push("</dd>\n"),
            TagEnd::Table => self.push("</tbody></table></section>\n"),
            TagEnd::TableHead => {
                self.in_head = false;
                self.push("</tr></thead><tbody>\n");
            }
            TagEnd::TableRow => self.push("</tr>\n"),
            TagEnd::TableCell => {
                self.push(if self.in_head { "</th>" } else { "</td>" });
                self.plain(" ");
            }
            TagEnd::Emphasis => self.push("</em>"),
            TagEnd::Strong => self.push("</strong>"),
            TagEnd::Strikethrough => self.push("</del>"),
            TagEnd::Superscript => self.push("</sup>"),
            TagEnd::Subscript => self.push("</sub>"),
            TagEnd::Link => {
                if self.links.pop() == Some(true) {
                    self.push("</a>");
                }
            }
            TagEnd::HtmlBlock => self.swallowing = None,
            TagEnd::CodeBlock | TagEnd::Image | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn close_section(&mut self) {
        let section = std::mem::take(&mut self.section);
        if !section.text.trim().is_empty() || !section.heading.is_empty() {
            self.rendered.sections.push(section);
        }
    }

    fn end(mut self) -> Rendered {
        self.close_section();
        let mut notes: Vec<(usize, String)> = self
            .notes
            .iter()
            .map(|(label, number)| (*number, label.clone()))
            .collect();
        notes.sort_unstable();
        if !notes.is_empty() {
            let word = self.lang.pick("脚注", "Footnotes");
            self.push(&format!(
                "<section class=\"notes\" aria-label=\"{word}\"><ol>\n"
            ));
            for (number, label) in notes {
                let body = self.note_bodies.remove(&label).unwrap_or_default();
                let back = self.lang.pick("返回正文", "Back to the text");
                self.push(&format!("<li id=\"fn-{number}\">{body}<a href=\"#fnref-{number}\" class=\"back\" aria-label=\"{back} {number}\">↩</a></li>\n"));
            }
            self.push("</ol></section>\n");
        }
        for section in &mut self.rendered.sections {
            section.text.shrink_to_fit();
        }
        self.rendered.html = self.out;
        self.rendered
    }
}
