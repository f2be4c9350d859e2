//! The last gate of each text that contains raw HTML: an explicit list of elements, attributes and addresses.
//!
//! A text without raw HTML is written by our own writer from events alone; a test holds that the sanitiser leaves
//! such a fragment as it is, so it need not run there (it is the largest cost of a build).

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::Builder;

const TAGS: &[&str] = &[
    "a",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "source",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "track",
    "ul",
    "video",
];

const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "title", "class", "id", "aria-label", "role"]),
    ("code", &["class"]),
    ("details", &["open"]),
    ("div", &["class", "role", "aria-label", "tabindex"]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    (
        "img",
        &["src", "alt", "title", "width", "height", "loading"],
    ),
    ("li", &["class", "id"]),
    ("ol", &["start", "class"]),
    ("p", &["class", "lang"]),
    ("pre", &["tabindex"]),
    ("section", &["class", "aria-label", "tabindex"]),
    ("source", &["src", "type"]),
    (
        "span",
        &["class", "role", "aria-label", "aria-hidden", "lang"],
    ),
    ("sup", &["class"]),
    ("td", &["class"]),
    ("th", &["class", "scope"]),
    ("track", &["src", "kind", "srclang", "label"]),
    ("ul", &["class"]),
    ("video", &["src", "poster", "width", "height", "controls"]),
];

static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(
            ATTRIBUTES
                .iter()
                .map(|(tag, keys)| (*tag, keys.iter().copied().collect()))
                .collect::<HashMap<_, HashSet<_>>>(),
        )
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// The fragment without anything that is not on the list.
pub(crate) fn clean(html: &str) -> String {
    BUILDER.clean(html).to_string()
}
