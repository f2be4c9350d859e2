//! Markdown of articles and notices to HTML, in one pass over the events of the parser.
//!
//! Own writer, because the parser's knows no heading ids, titles of admonitions, back links, captions or checks of
//! addresses. Nothing is fetched and nothing is drawn in the browser.

mod audience;
mod code;
mod emphasis;
mod raw;
mod sanitise;
mod slug;
mod tree;
mod writer;

#[cfg(test)]
mod tests;

use pulldown_cmark::{BlockQuoteKind, Event, Options, Parser};

pub use audience::cut;
pub use code::LANGUAGES;
pub(crate) use emphasis::is_cjk;
pub(crate) use raw::{allowed_url, escape, escape_attribute};
pub(crate) use slug::decode;
pub use tree::{Tree, tree};

/// The language of a text, for the words that the writer adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// Simplified Chinese, the default.
    Zh,
    /// English, the mirror under `/en/`.
    En,
}

impl Lang {
    /// The tag of the `lang` attribute.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-Hans",
            Lang::En => "en",
        }
    }

    /// Reads a tag: `zh`, `zh-CN` and `zh-Hans` are one language.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        match tag {
            "zh" | "ZH" | "zh-CN" | "zh_CN" | "ZH_CN" | "zh-Hans" | "ZH_HANS" => Some(Lang::Zh),
            "en" | "EN" | "en-US" | "en-GB" | "EN_US" => Some(Lang::En),
            _ => None,
        }
    }

    pub(crate) fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// An image that the page may show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Address relative to the page.
    pub href: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Where an address of a text leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A page of this root.
    Page {
        /// As written into the page.
        href: String,
        /// Path from the root; checked against the planned pages.
        path: String,
        /// Decoded fragment; checked against the ids of that page.
        anchor: Option<String>,
    },
    /// An address outside.
    Outbound,
    /// Not allowed: the text stays, the link does not.
    Refused,
}

/// What the plan knows about addresses and files; the writer knows nothing of paths.
pub trait Resolver {
    /// Where a link leads.
    fn link(&self, address: &str) -> Target;
    /// The image behind an address; nothing if it is missing or not cleared.
    fn image(&self, address: &str) -> Option<Image>;
}

/// A heading with its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 2–6, as on the page.
    pub level: u8,
    /// Id of the element.
    pub id: String,
    /// Plain text.
    pub text: String,
}

/// A link to a page of this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Path from the root.
    pub path: String,
    /// Decoded fragment.
    pub anchor: Option<String>,
    /// Line of the source, from 1.
    pub line: usize,
}

/// Text below one heading, for the index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// Id of the heading; empty before the first one.
    pub anchor: String,
    /// Text of the heading.
    pub heading: String,
    /// Plain text.
    pub text: String,
}

/// One rendered text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    /// The fragment.
    pub html: String,
    /// In order.
    pub headings: Vec<Heading>,
    /// Links to be checked.
    pub links: Vec<Link>,
    /// Addresses outside, for the build report.
    pub outbound: Vec<String>,
    /// Images that are missing or not cleared, with their lines.
    pub missing_images: Vec<(String, usize)>,
    /// For the index.
    pub sections: Vec<Section>,
    /// What an author should look at, with the line.
    pub warnings: Vec<(String, usize)>,
}

/// What is switched on beside `CommonMark`.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST
}

/// The class of an admonition, and its title.
fn note(kind: BlockQuoteKind, lang: Lang) -> (&'static str, &'static str) {
    let (class, zh, en) = match kind {
        BlockQuoteKind::Note => ("info", "说明", "Note"),
        BlockQuoteKind::Tip => ("tip", "提示", "Tip"),
        BlockQuoteKind::Important => ("important", "重要", "Important"),
        BlockQuoteKind::Warning => ("warning", "警告", "Warning"),
        BlockQuoteKind::Caution => ("caution", "危险", "Danger"),
    };
    (class, lang.pick(zh, en))
}

/// Renders one text.
pub fn render(source: &str, lang: Lang, resolver: &dyn Resolver) -> Rendered {
    let events: Vec<emphasis::Spanned<'_>> = Parser::new_ext(source, options())
        .into_offset_iter()
        .collect();
    let raw = events
        .iter()
        .any(|(event, _)| matches!(event, Event::Html(_) | Event::InlineHtml(_)));
    let events = emphasis::repair(source, events);
    let mut rendered = writer::write(source, &events, lang, resolver);
    if raw {
        rendered.html = sanitise::clean(&rendered.html);
    }
    rendered
}

/// The words of a text without marks and addresses, in one line.
pub(crate) fn plain(source: &str) -> String {
    let body = render(source, Lang::Zh, &Nowhere);
    let parts = body
        .sections
        .iter()
        .flat_map(|section| [section.heading.as_str(), section.text.as_str()]);
    parts
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Text without addresses.
struct Nowhere;

impl Resolver for Nowhere {
    fn link(&self, _address: &str) -> Target {
        Target::Refused
    }

    fn image(&self, _address: &str) -> Option<Image> {
        None
    }
}
