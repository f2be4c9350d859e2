//! The index of one root in one language: pairs of ideographs and words, in small files that a page loads as scripts.
//!
//! No segmenter takes part in matching, so that index and query can never disagree. `assets/search.js` is the other
//! half; both fold text by the same rules, and the table of simplified forms travels in the manifest.

pub mod fold;
mod pinyin;
mod shard;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{BuildHasher, Hash},
};

use rayon::prelude::*;

use crate::{error::Error, markdown::Section};
use fold::{Token, tokens};

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

/// Pages that contain a term: anywhere, and in the title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postings {
    /// Numbers of pages, ascending.
    pub all: Vec<u32>,
    /// Those that have it in the title or its words.
    pub title: Vec<u32>,
}

/// Terms of one page: packed pairs of ideographs, and words.
struct Terms {
    pairs: Vec<u64>,
    title_pairs: Vec<u64>,
    words: Vec<String>,
    title_words: Vec<String>,
}

fn pack(first: char, second: Option<char>) -> u64 {
    (u64::from(u32::from(first)) << 21) | second.map_or(0, |c| u64::from(u32::from(c)))
}

fn unpack(pair: u64) -> String {
    let part = |bits: u64| {
        u32::try_from(bits & 0x1F_FFFF)
            .ok()
            .and_then(char::from_u32)
    };
    [part(pair >> 21), part(pair).filter(|c| *c != '\0')]
        .into_iter()
        .flatten()
        .collect()
}

fn collect(text: &str, pairs: &mut Vec<u64>, words: &mut Vec<String>) {
    for token in tokens(text) {
        match token {
            Token::Pair(first, second) => pairs.push(pack(first, second)),
            Token::Word(word) => {
                // Each part begins a suffix, so that every part is found as the beginning of a term.
                let mut rest = word.as_str();
                loop {
                    words.push(rest.to_owned());
                    let Some(at) = rest.find(fold::is_joint) else {
                        break;
                    };
                    rest = rest.get(at + 1..).unwrap_or_default();
                }
            }
        }
    }
}

fn terms(doc: &Doc) -> Terms {
    let (mut pairs, mut words) = (Vec::new(), Vec::new());
    collect(&doc.title, &mut pairs, &mut words);
    collect(&doc.words, &mut pairs, &mut words);
    let (title_pairs, title_words) = (tidy(pairs.clone()), tidy(words.clone()));
    for section in &doc.sections {
        collect(&section.heading, &mut pairs, &mut words);
        collect(&section.text, &mut pairs, &mut words);
    }
    Terms {
        pairs: tidy(pairs),
        title_pairs,
        words: tidy(words),
        title_words,
    }
}

fn tidy<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
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

/// A quick hash for packed pairs; nobody chooses them to collide.
#[derive(Default)]
struct Mix(u64);

impl std::hash::Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(29);
    }
}

type Pairs = HashMap<u64, Postings, std::hash::BuildHasherDefault<Mix>>;
type Words = HashMap<String, Postings>;

/// All terms with their pages, in the order of UTF-16 units, which is that of the browser.
pub fn index(docs: &[Doc]) -> Vec<(String, Postings)> {
    let (mut pairs, mut words) = (Pairs::default(), Words::default());
    // A few parts at a time, merged in their order, so that the number of threads changes nothing.
    for (batch, docs) in docs.chunks(2_048).enumerate() {
        let parts: Vec<(Pairs, Words)> = docs
            .par_chunks(512)
            .enumerate()
            .map(|(part, docs)| part_of(docs, batch * 2_048 + part * 512))
            .collect();
        for (part_pairs, part_words) in parts {
            for (pair, postings) in part_pairs {
                extend(&mut pairs, pair, postings);
            }
            for (word, postings) in part_words {
                extend(&mut words, word, postings);
            }
        }
    }
    let mut all: Vec<(String, Postings)> = pairs
        .into_iter()
        .map(|(pair, postings)| (unpack(pair), postings))
        .chain(words)
        .collect();
    all.par_sort_unstable_by(|(a, _), (b, _)| browser_order(a, b));
    all
}

/// The terms of some pages, the first of which has the number `first`.
fn part_of(docs: &[Doc], first: usize) -> (Pairs, Words) {
    let (mut pairs, mut words) = (Pairs::default(), Words::default());
    for (at, doc) in docs.iter().enumerate() {
        let number = u32::try_from(first + at).unwrap_or(u32::MAX);
        let terms = terms(doc);
        for pair in terms.pairs {
            push(&mut pairs, pair, number);
        }
        for pair in terms.title_pairs {
            push_title(&mut pairs, pair, number);
        }
        for word in terms.words {
            push(&mut words, word, number);
        }
        for word in terms.title_words {
            push_title(&mut words, word, number);
        }
    }
    (pairs, words)
}

fn push<K: Eq + Hash, S: BuildHasher>(map: &mut HashMap<K, Postings, S>, key: K, number: u32) {
    map.entry(key).or_default().all.push(number);
}

fn push_title<K: Eq + Hash, S: BuildHasher>(
    map: &mut HashMap<K, Postings, S>,
    key: K,
    number: u32,
) {
    map.entry(key).or_default().title.push(number);
}

fn extend<K: Eq + Hash, S: BuildHasher>(
    map: &mut HashMap<K, Postings, S>,
    key: K,
    postings: Postings,
) {
    let entry = map.entry(key).or_default();
    entry.all.extend(postings.all);
    entry.title.extend(postings.title);
}

/// Takes a file: its name and its content.
pub type Put<'a> = &'a (dyn Fn(&str, &[u8]) -> Result<(), Error> + Sync);

/// Makes the files of the index and hands each to `put`: name below `search/` and content.
///
/// # Errors
///
/// Those of `put`.
pub fn files(docs: &[Doc], put: Put<'_>) -> Result<(), Error> {
    let terms = index(docs);
    let mut folded = String::new();
    let vocabulary: BTreeSet<char> = terms.iter().flat_map(|(term, _)| term.chars()).collect();
    for (from, to) in fold::simplified() {
        if vocabulary.contains(to) {
            folded.push(*from);
            folded.push(*to);
        }
    }
    let names: BTreeSet<&str> = docs
        .iter()
        .flat_map(|doc| [doc.title.as_str(), doc.words.as_str()])
        .chain(include_str!("../data/synonyms.txt").split_whitespace())
        .collect();
    let sounds = pinyin::entries(names.into_iter());
    let mut facets: BTreeMap<&str, BTreeMap<&str, Vec<u32>>> = BTreeMap::new();
    for (number, doc) in docs.iter().enumerate() {
        for (name, value) in &doc.facets {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            facets
                .entry(name)
                .or_default()
                .entry(value)
                .or_default()
                .push(number);
        }
    }
    shard::write(
        docs,
        &terms,
        &sounds,
        &facets,
        &folded,
        synonyms().collect(),
        put,
    )
}

fn synonyms() -> impl Iterator<Item = Vec<String>> {
    include_str!("../data/synonyms.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().map(fold::fold).collect())
}
