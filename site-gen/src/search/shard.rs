//! The files of the index. Each is one call of a function that `search.js` defines, because a script element works
//! from a folder and under a strict policy, where reading a file does not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Doc, Postings, Put};
use crate::{error::Error, write::hash};

/// Bytes of a file before it is compressed; six bits in each byte of the lists keep it below 32 KB with gzip.
const TERM_BYTES: usize = 38_000;
const TEXT_BYTES: usize = 24_000;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn digit(value: u32, out: &mut String) {
    out.push(
        DIGITS
            .get((value & 63) as usize)
            .copied()
            .map_or('A', char::from),
    );
}

/// Numbers of pages as text: gaps of five bits a character, or a bitmap after `!` where that is shorter.
pub(super) fn encode(pages: &[u32]) -> String {
    let mut gaps = String::new();
    let mut next = 0;
    for page in pages {
        let mut gap = page - next;
        while gap >= 32 {
            digit(32 | (gap & 31), &mut gaps);
            gap >>= 5;
        }
        digit(gap, &mut gaps);
        next = page + 1;
    }
    let last = pages.last().copied().unwrap_or(0) as usize;
    if gaps.len() <= last / 6 + 2 {
        return gaps;
    }
    let mut bits = vec![0_u32; last / 6 + 1];
    for page in pages {
        if let Some(slot) = bits.get_mut(*page as usize / 6) {
            *slot |= 1 << (page % 6);
        }
    }
    let mut out = String::with_capacity(bits.len() + 1);
    out.push('!');
    for value in bits {
        digit(value, &mut out);
    }
    out
}

/// Collects entries into files of bounded size, and hands each on as soon as it is full.
struct Files<'a> {
    kind: char,
    limit: usize,
    current: String,
    /// Key of the first entry of the current file.
    first: Option<Value>,
    firsts: Vec<Value>,
    names: Vec<String>,
    put: Put<'a>,
}

impl<'a> Files<'a> {
    fn new(kind: char, limit: usize, put: Put<'a>) -> Files<'a> {
        let (current, first) = (String::new(), None);
        Files {
            kind,
            limit,
            current,
            first,
            firsts: Vec::new(),
            names: Vec::new(),
            put,
        }
    }

    /// `key` orders the files; `entry` is JSON without brackets.
    fn push(&mut self, key: impl Into<Value>, entry: &str, may_split: bool) -> Result<(), Error> {
        if may_split && !self.current.is_empty() && self.current.len() + entry.len() > self.limit {
            self.flush()?;
        }
        if self.first.is_none() {
            self.first = Some(key.into());
        }
        if !self.current.is_empty() {
            self.current.push(',');
        }
        self.current.push_str(entry);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        let Some(first) = self.first.take() else {
            return Ok(());
        };
        let name: String = hash(self.current.as_bytes()).chars().take(10).collect();
        // The same bytes can be the content of two files of one kind: then it is one file.
        if !self.names.contains(&name) {
            let body = format!("icuopsPut(\"{}{name}\",[{}]);\n", self.kind, self.current);
            (self.put)(&format!("{}{name}.js", self.kind), body.as_bytes())?;
        }
        self.firsts.push(first);
        self.names.push(name);
        self.current.clear();
        Ok(())
    }

    fn end(mut self) -> Result<Value, Error> {
        self.flush()?;
        Ok(json!({ "f": self.firsts, "n": self.names }))
    }
}

/// The JSON of a string, without the way through a value.
fn text(value: &str) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(super) fn write(
    docs: &[Doc],
    terms: &[(String, Postings)],
    sounds: &BTreeSet<(String, String)>,
    facets: &BTreeMap<&str, BTreeMap<&str, Vec<u32>>>,
    folded: &str,
    synonyms: Vec<Vec<String>>,
    put: Put<'_>,
) -> Result<(), Error> {
    let (lists, texts) = rayon::join(|| lists(terms, sounds, put), || texts(docs, put));
    let (term_files, sound_files) = lists?;
    let mut facet_files = Vec::new();
    for (name, values) in facets {
        let mut lists = Files::new('f', usize::MAX, put);
        for (value, pages) in values {
            lists.push(
                *value,
                &format!("{},\"{}\"", text(value), encode(pages)),
                false,
            )?;
        }
        let file = lists.end()?.pointer("/n/0").cloned().unwrap_or_default();
        facet_files.push(json!([name, file, values.keys().collect::<Vec<_>>()]));
    }
    let manifest = json!({
        "v": 1, "docs": docs.len(), "t": term_files, "p": sound_files, "d": texts?, "facets": facet_files,
        "fold": folded, "syn": synonyms,
    });
    put(
        "manifest.js",
        format!("icuopsPut(\"manifest\",{manifest});\n").as_bytes(),
    )
}

/// Terms with their pages, and sounds.
fn lists(
    terms: &[(String, Postings)],
    sounds: &BTreeSet<(String, String)>,
    put: Put<'_>,
) -> Result<(Value, Value), Error> {
    let mut files = Files::new('t', TERM_BYTES, put);
    for (term, postings) in terms {
        let (all, title) = (encode(&postings.all), encode(&postings.title));
        files.push(
            term.as_str(),
            &format!("{},\"{all}\",\"{title}\"", text(term)),
            true,
        )?;
    }
    let term_files = files.end()?;
    let mut files = Files::new('p', TERM_BYTES, put);
    let mut last = "";
    for (key, value) in sounds {
        // Equal keys stay in one file, so that a look-up begins in the right one.
        files.push(key.as_str(), &format!("\"{key}\",\"{value}\""), key != last)?;
        last = key;
    }
    Ok((term_files, files.end()?))
}

/// The texts that hits are shown and checked with.
fn texts(docs: &[Doc], put: Put<'_>) -> Result<Value, Error> {
    let mut files = Files::new('d', TEXT_BYTES, put);
    for (number, doc) in docs.iter().enumerate() {
        let sections: Vec<[&str; 3]> = doc
            .sections
            .iter()
            .map(|section| {
                [
                    section.anchor.as_str(),
                    section.heading.as_str(),
                    section.text.as_str(),
                ]
            })
            .collect();
        let entry = serde_json::to_string(&(
            &doc.path, &doc.title, &doc.meta, doc.lang, &doc.words, sections,
        ))
        .unwrap_or_default();
        files.push(number, &entry, true)?;
    }
    files.end()
}
