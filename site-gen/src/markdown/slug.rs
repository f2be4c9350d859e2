//! Ids of headings: Chinese is kept, so that a link can be read and survives a re-numbering.

use std::collections::BTreeMap;

/// Hands out the ids of one page.
#[derive(Debug, Default)]
pub(crate) struct Slugs {
    taken: BTreeMap<String, usize>,
}

/// Trimmed, Latin in lower case, punctuation dropped, blanks as `-`.
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c.is_whitespace() {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else if c.is_alphanumeric() || matches!(c, '-' | '_') {
            out.extend(c.to_lowercase());
        }
    }
    let out = out.trim_matches('-');
    // The ids of the page's own frame begin with `site-`; a text must not shadow one.
    match out {
        "" => "section".to_owned(),
        text if text.starts_with("site-")
            || text.starts_with("fn-")
            || text.starts_with("fnref-") =>
        {
            format!("s-{text}")
        }
        text => text.to_owned(),
    }
}

impl Slugs {
    /// The id of a heading; an explicit one wins, duplicates are numbered.
    pub(crate) fn take(&mut self, explicit: Option<&str>, text: &str) -> String {
        let base = slug(explicit.unwrap_or(text));
        let mut id = base.clone();
        let mut count = self.taken.get(&base).copied().unwrap_or_default();
        while self.taken.contains_key(&id) {
            count += 1;
            id = format!("{base}-{count}");
        }
        self.taken.insert(base, count);
        self.taken.entry(id.clone()).or_insert(0);
        id
    }
}

/// A fragment as written in a link: percent-encoded or raw.
pub(crate) fn decode(fragment: &str) -> String {
    let bytes = fragment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        let hex = (first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match hex {
            Some(byte) => {
                out.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| fragment.to_owned())
}
