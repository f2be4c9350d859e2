//! Raw HTML inside a text: only a short list of tags gets through, everything else is dropped.
//!
//! The filter never copies markup: it writes the tags that it knows with the attributes that it knows, and text as
//! text. What it writes passes the sanitiser after that.

/// Tags that a text may use, with their attributes.
const ALLOWED: &[(&str, &[&str])] = &[
    ("br", &[]),
    ("details", &["open"]),
    ("kbd", &[]),
    ("source", &["src", "type"]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &[]),
    ("track", &["src", "kind", "srclang", "label"]),
    ("video", &["src", "poster", "width", "height", "controls"]),
];

/// Elements whose content is dropped with them.
const SWALLOWED: &[&str] = &[
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "noscript",
    "template",
    "textarea",
    "title",
    "svg",
    "math",
    "xmp",
    "noembed",
    "noframes",
    "plaintext",
];

/// Writes what may stay of `html` to `out`, and its text to `plain`; `swallowing` is the open element whose content is dropped.
pub(crate) fn filter(
    html: &str,
    swallowing: &mut Option<String>,
    out: &mut String,
    plain: &mut String,
) {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tail) = rest.split_at(at);
        if swallowing.is_none() {
            escape(text, out);
            plain.push_str(text);
        }
        if let Some(comment) = tail.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some(end) = end_of_tag(tail) else {
            rest = "";
            break;
        };
        let (tag, after) = tail.split_at(end);
        rest = after;
        one_tag(
            tag.trim_start_matches('<').trim_end_matches('>'),
            swallowing,
            out,
        );
    }
    if swallowing.is_none() {
        escape(rest, out);
        plain.push_str(rest);
    }
}

/// The end of a tag, past quoted values.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => return Some(at + 1),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn one_tag(inner: &str, swallowing: &mut Option<String>, out: &mut String) {
    let (closing, inner) = match inner.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (false, inner),
    };
    let name_end = inner
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .unwrap_or(inner.len());
    let (name, attributes) = inner.split_at(name_end);
    let name = name.to_ascii_lowercase();
    if let Some(open) = swallowing {
        if closing && *open == name {
            *swallowing = None;
        }
        return;
    }
    if SWALLOWED.contains(&name.as_str()) {
        if !closing && !attributes.trim_end().ends_with('/') {
            *swallowing = Some(name);
        }
        return;
    }
    let Some((_, allowed)) = ALLOWED.iter().find(|(tag, _)| *tag == name) else {
        return;
    };
    if closing {
        out.push_str(&format!("</{name}>"));
        return;
    }
    out.push('<');
    out.push_str(&name);
    for (key, value) in attributes_of(attributes) {
        if !allowed.contains(&key.as_str()) || (is_url(&key) && !allowed_url(&value)) {
            continue;
        }
        out.push(' ');
        out.push_str(&key);
        out.push_str("=\"");
        escape_attribute(&value, out);
        out.push('"');
    }
    out.push('>');
}

fn is_url(key: &str) -> bool {
    matches!(key, "src" | "poster")
}

fn attributes_of(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c.is_whitespace() || c == '=' || c == '/')
            .unwrap_or(rest.len());
        let (key, tail) = rest.split_at(end);
        let tail = tail.trim_start();
        let (value, tail) = match tail.strip_prefix('=') {
            Some(value) => value_of(value.trim_start()),
            None => (String::new(), tail),
        };
        if key.is_empty() {
            // A stray sign: step over it, or the loop would never end.
            rest = rest
                .get(rest.chars().next().map_or(0, char::len_utf8)..)
                .unwrap_or_default();
        } else {
            out.push((key.to_ascii_lowercase(), value));
            rest = tail;
        }
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
    }
    out
}

fn value_of(text: &str) -> (String, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            let (value, after) = inner.split_once(quote).unwrap_or((inner, ""));
            return (value.to_owned(), after);
        }
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (value, after) = text.split_at(end);
    (value.to_owned(), after)
}

/// `http`, `https`, `mailto`, `tel` and relative addresses; anything that a browser could read as another scheme is
/// refused, also with control characters or entities in it.
pub(crate) fn allowed_url(url: &str) -> bool {
    if url.chars().any(char::is_control) || url.contains('\\') {
        return false;
    }
    let url = url.trim();
    if url.starts_with("//") {
        return false;
    }
    match url.find([':', '/', '?', '#']) {
        Some(at) if url.get(at..at + 1) == Some(":") => {
            let scheme = url.get(..at).unwrap_or_default().to_ascii_lowercase();
            matches!(scheme.as_str(), "http" | "https" | "mailto" | "tel")
        }
        // An entity that is decoded later could hide a colon.
        _ => !url.contains('&') || !url.to_ascii_lowercase().contains("script"),
    }
}

/// Text as the sanitiser's serialiser writes it.
pub(crate) fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let name = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            0xC2 if text.as_bytes().get(at + 1) == Some(&0xA0) => "&nbsp;",
            _ => continue,
        };
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(name);
        from = at + if byte == 0xC2 { 2 } else { 1 };
    }
    out.push_str(text.get(from..).unwrap_or_default());
}

/// A value between double quotes.
pub(crate) fn escape_attribute(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\u{A0}' => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
}
