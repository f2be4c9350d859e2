//! The index of one root in one language: pairs of ideographs and words, in small files that a page loads as scripts.
//!
//! No segmenter takes part in matching, so that index and query can never disagree. `assets/search.js` is the other
//! half; both fold text by the same rules, and the table of simplified forms travels in the manifest.

pub mod fold;
mod part;
mod patch;
mod pinyin;
mod shard;

#[cfg(test)]
mod tests;

use std::{borrow::Cow, collections::BTreeSet};

use crate::{error::Error, markdown::Section, plan::Entry};
pub(crate) use part::{Builder, Part};
pub(crate) use patch::{Change, Files, Old};
pub(crate) use shard::{begins, entry, texts};

use part::merge;
use shard::{Manifest, Names, TERM_BYTES};

/// A page as the index knows it.
#[derive(Debug, Clone)]
pub struct Doc {
    /// Path below the root of the language.
    pub path: String,
    /// Title, as the hit shows it.
    pub title: String,
    /// Printed below the hit.
    pub meta: String,
    /// Language tag of the text if it is not that of the page.
    pub lang: Option<&'static str>,
    /// Facets: name and value.
    pub facets: Vec<(&'static str, String)>,
    /// Words that count like the title.
    pub words: String,
    /// The text.
    pub sections: Vec<Section>,
}

#[cfg(test)]
impl Doc {
    fn fact(&self) -> Fact<'_> {
        Fact {
            title: &self.title,
            entry: Cow::Owned(Entry {
                words: self.words.clone(),
                facets: self.facets.clone(),
                ..Entry::default()
            }),
        }
    }
}

/// Pages that contain a term: anywhere, and in the title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postings {
    /// Numbers of pages, ascending.
    pub all: Vec<u32>,
    /// Those that have it in the title or its words.
    pub title: Vec<u32>,
}

/// The order of UTF-16 units, which is that of the browser: beyond the basic plane before its last block.
pub(crate) fn browser_order(a: &str, b: &str) -> std::cmp::Ordering {
    let differing = a.bytes().zip(b.bytes()).find(|(a, b)| a != b);
    match differing {
        Some((a, b)) if a >= 0xEE && b >= 0xEE && (a >= 0xF0) != (b >= 0xF0) => b.cmp(&a),
        Some((a, b)) => a.cmp(&b),
        None => a.len().cmp(&b.len()),
    }
}

/// All terms with their pages, in the order of UTF-16 units, which is that of the browser.
#[cfg(test)]
fn index(docs: &[Doc]) -> Vec<(Box<str>, Postings)> {
    let mut builder = Builder::default();
    for (doc, number) in docs.iter().zip(0..) {
        builder.add(number, doc);
    }
    builder.sorted()
}

/// Takes a file: its name and its content.
pub type Put<'a> = &'a (dyn Fn(&str, &[u8]) -> Result<(), Error> + Sync);

/// What the index knows of a page beside its text.
#[derive(Debug, Clone)]
pub(crate) struct Fact<'a> {
    /// Title.
    pub(crate) title: &'a str,
    /// Its facets, and words that count like the title.
    pub(crate) entry: Cow<'a, Entry>,
}

/// Makes the files of the index and hands each to `put`: name below `search/` and content.
///
/// # Errors
///
/// Those of `put`.
#[cfg(test)]
fn files(docs: &[Doc], put: Put<'_>) -> Result<(), Error> {
    let mut parts = Vec::new();
    let mut entries = Vec::new();
    for (some, first) in docs.chunks(7).zip((0..).step_by(7)) {
        let mut builder = Builder::default();
        for (doc, number) in some.iter().zip(first..) {
            builder.add(number, doc);
            entries.push((number, doc.path.as_str(), shard::entry(doc)));
        }
        parts.push(builder.end());
    }
    let facts: Vec<Fact<'_>> = docs.iter().map(Doc::fact).collect();
    let texts = shard::texts(&entries, put)?;
    finish(&parts, &|page| Some(page), &facts, texts, put)
}

/// Makes the files that come after all texts are known. `texts` are the files of texts, each with the number of its
/// first page; `number` is the number of a page by the one that it has in the parts.
///
/// # Errors
///
/// Those of `put`.
pub(crate) fn finish(
    parts: &[Part],
    number: &(dyn Fn(u32) -> Option<u32> + Sync),
    facts: &[Fact<'_>],
    texts: Vec<(u32, String)>,
    put: Put<'_>,
) -> Result<(), Error> {
    let ((terms, sounds), facets) = rayon::join(
        || rayon::join(|| terms(parts, number, put), || sounds(facts, put)),
        || shard::facets(facts, put),
    );
    let (terms, fold) = terms?;
    let (f, n) = texts.into_iter().unzip();
    Manifest {
        docs: facts.len(),
        t: terms,
        p: sounds?,
        d: Names { f, n },
        facets: facets?,
        fold,
        syn: synonyms().collect(),
        shelves: Vec::new(),
    }
    .put(put)
    .map(drop)
}

/// The files of terms, and the part of the table of simplified forms that leads to one of them.
fn terms(
    parts: &[Part],
    number: &(dyn Fn(u32) -> Option<u32> + Sync),
    put: Put<'_>,
) -> Result<(Names<String>, String), Error> {
    let mut files = shard::Files::new('t', TERM_BYTES, put);
    let mut vocabulary: BTreeSet<char> = BTreeSet::new();
    merge(parts, number, &mut |term, postings| {
        vocabulary.extend(term.chars().filter(|c| fold::is_han(*c)));
        files.push(term.to_owned(), &shard::term(term, postings), true)
    })?;
    Ok((files.end()?, folding(&|c| vocabulary.contains(&c))))
}

/// The part of the table of simplified forms that leads to one of these.
fn folding(known: &dyn Fn(char) -> bool) -> String {
    fold::simplified()
        .iter()
        .filter(|(_, to)| known(*to))
        .flat_map(|(from, to)| [*from, *to])
        .collect()
}

fn sounds(facts: &[Fact<'_>], put: Put<'_>) -> Result<Names<String>, Error> {
    let names: BTreeSet<&str> = facts
        .iter()
        .flat_map(|fact| [fact.title, fact.entry.words.as_str()])
        .chain(include_str!("../data/synonyms.txt").split_whitespace())
        .collect();
    shard::sounds(&pinyin::entries(names.into_iter()), put)
}

fn synonyms() -> impl Iterator<Item = Vec<String>> {
    include_str!("../data/synonyms.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().map(fold::fold).collect())
}
