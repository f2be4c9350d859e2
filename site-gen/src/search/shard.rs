//! The files of the index. Each is one call of a function that `search.js` defines, because a script element works
//! from a folder and under a strict policy, where reading a file does not.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::{Doc, Fact, Postings, Put, patch::Read};
use crate::{error::Error, write::hash};

/// Bytes of a file before it is compressed; six bits in each byte of the lists keep it below 32 KB with gzip.
/// A reader fetches one for each pair of a query, and one of texts for each hit.
pub(super) const TERM_BYTES: usize = 12_000;
const TEXT_BYTES: usize = 12_000;
/// Signs of the name of a file.
const NAME: usize = 10;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn digit(value: u32, out: &mut String) {
    out.push(
        DIGITS
            .get((value & 63) as usize)
            .copied()
            .map_or('A', char::from),
    );
}

/// The numbers of pages of a text that [`encode`] made; nothing if it did not.
pub(super) fn decode(text: &str) -> Option<Vec<u32>> {
    let value = |byte: u8| -> Option<u32> {
        let at = DIGITS.iter().position(|digit| *digit == byte)?;
        u32::try_from(at).ok()
    };
    let mut out = Vec::new();
    if let Some(bits) = text.strip_prefix('!') {
        for (byte, first) in bits.bytes().zip((0..).step_by(6)) {
            let bits = value(byte)?;
            out.extend(
                (0..6)
                    .filter(|bit| bits >> bit & 1 == 1)
                    .map(|bit| first + bit),
            );
        }
        return Some(out);
    }
    let (mut next, mut gap, mut shift) = (0_u32, 0, 0);
    for byte in text.bytes() {
        let digit = value(byte)?;
        gap |= (digit & 31) << shift;
        shift += 5;
        if digit < 32 {
            out.push(next + gap);
            next += gap + 1;
            (gap, shift) = (0, 0);
        }
    }
    Some(out)
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

/// Names of files, each with the key of its first entry.
#[derive(Debug, Clone)]
pub(super) struct Names<K> {
    pub(super) f: Vec<K>,
    pub(super) n: Vec<String>,
}

impl<K> Names<K> {
    fn is_whole(&self) -> bool {
        self.f.len() == self.n.len()
    }

    pub(super) fn new() -> Names<K> {
        Names {
            f: Vec::new(),
            n: Vec::new(),
        }
    }
}

/// What leads to all other files of an index.
#[derive(Debug, Clone)]
pub(super) struct Manifest {
    pub(super) docs: usize,
    pub(super) t: Names<String>,
    pub(super) p: Names<String>,
    pub(super) d: Names<u32>,
    pub(super) facets: Vec<(String, String, Vec<String>)>,
    pub(super) fold: String,
    pub(super) syn: Vec<Vec<String>>,
    /// Files of names of files of texts, of an index that was read.
    pub(super) shelves: Vec<String>,
}

/// A list of files as it is written: names in one text, because every reader fetches all of them.
#[derive(Serialize, Deserialize)]
struct List<F> {
    f: F,
    n: String,
}

#[derive(Serialize, Deserialize)]
struct Written {
    v: u32,
    docs: usize,
    t: List<Vec<String>>,
    p: List<Vec<String>>,
    d: List<String>,
    facets: Vec<(String, String, Vec<String>)>,
    fold: String,
    syn: Vec<Vec<String>>,
}

fn split(names: &str) -> Vec<String> {
    let bytes = names.as_bytes().chunks(NAME);
    bytes
        .filter_map(|name| std::str::from_utf8(name).ok().map(str::to_owned))
        .collect()
}

const VERSION: u32 = 2;
/// Names of files of texts in one file of names: there are as many as pages, and a reader needs those of ten hits.
const SHELF: usize = 128;
const MANIFEST: &str = "icuopsPut(\"manifest\",";
const END: &str = ");\n";

impl Manifest {
    /// Writes it, with the files of names of files of texts; their names.
    pub(super) fn put(self, put: Put<'_>) -> Result<Vec<String>, Error> {
        let list = |names: Names<String>| List {
            f: names.f,
            n: names.n.concat(),
        };
        let mut shelves = Files::new('n', 0, put);
        for names in self.d.n.chunks(SHELF) {
            shelves.push((), &format!("\"{}\"", names.concat()), true)?;
        }
        let shelves = shelves.end()?.n;
        let written = Written {
            v: VERSION,
            docs: self.docs,
            t: list(self.t),
            p: list(self.p),
            d: List {
                f: encode(&self.d.f),
                n: shelves.concat(),
            },
            facets: self.facets,
            fold: self.fold,
            syn: self.syn,
        };
        let text = serde_json::to_string(&written).unwrap_or_default();
        put("manifest.js", format!("{MANIFEST}{text}{END}").as_bytes())?;
        Ok(shelves)
    }

    pub(super) fn parse(read: Read<'_>) -> Option<Manifest> {
        let file = read("manifest.js")?;
        let text = file.strip_prefix(MANIFEST)?.strip_suffix(END)?;
        let written: Written = serde_json::from_str(text).ok()?;
        let list = |list: List<Vec<String>>| Names {
            f: list.f,
            n: split(&list.n),
        };
        let mut texts = Vec::new();
        let shelves = split(&written.d.n);
        for name in &shelves {
            let [names] = serde_json::from_str(entries(&read(&format!("n{name}.js"))?)?).ok()?;
            let names: String = names;
            texts.extend(split(&names));
        }
        let manifest = Manifest {
            docs: written.docs,
            t: list(written.t),
            p: list(written.p),
            d: Names {
                f: decode(&written.d.f)?,
                n: texts,
            },
            facets: written.facets,
            fold: written.fold,
            syn: written.syn,
            shelves,
        };
        let whole = manifest.t.is_whole() && manifest.p.is_whole() && manifest.d.is_whole();
        (written.v == VERSION && whole).then_some(manifest)
    }
}

/// The entries of a file as JSON, in brackets.
pub(super) fn entries(file: &str) -> Option<&str> {
    let (_, rest) = file.strip_prefix("icuopsPut(\"")?.split_once("\",")?;
    rest.strip_suffix(END)
}

/// Collects entries into files of bounded size, and hands each on as soon as it is full.
pub(super) struct Files<'a, K> {
    kind: char,
    limit: usize,
    current: String,
    /// Key of the first entry of the current file.
    first: Option<K>,
    names: Names<K>,
    known: HashSet<String>,
    put: Put<'a>,
}

impl<'a, K> Files<'a, K> {
    pub(super) fn new(kind: char, limit: usize, put: Put<'a>) -> Files<'a, K> {
        Files {
            kind,
            limit,
            current: String::new(),
            first: None,
            names: Names::new(),
            known: HashSet::new(),
            put,
        }
    }

    /// Whether the next entry begins a file.
    pub(super) fn is_between(&self) -> bool {
        self.first.is_none()
    }

    /// Ends the file if an entry of this length has no room in it.
    pub(super) fn make_room(&mut self, length: usize) -> Result<(), Error> {
        if !self.current.is_empty() && self.current.len() + length > self.limit {
            self.flush()?;
        }
        Ok(())
    }

    /// `key` orders the files; `entry` is JSON without brackets.
    pub(super) fn push(&mut self, key: K, entry: &str, may_split: bool) -> Result<(), Error> {
        if may_split {
            self.make_room(entry.len())?;
        }
        if self.first.is_none() {
            self.first = Some(key);
        }
        if !self.current.is_empty() {
            self.current.push(',');
        }
        self.current.push_str(entry);
        Ok(())
    }

    /// A whole file as it stands in the index before.
    pub(super) fn keep(&mut self, key: K, name: &str) {
        self.known.insert(name.to_owned());
        self.names.f.push(key);
        self.names.n.push(name.to_owned());
    }

    fn flush(&mut self) -> Result<(), Error> {
        let Some(first) = self.first.take() else {
            return Ok(());
        };
        let name: String = hash(self.current.as_bytes()).chars().take(NAME).collect();
        // The same bytes can be the content of two files of one kind: then it is one file.
        if self.known.insert(name.clone()) {
            let body = format!("icuopsPut(\"{}{name}\",[{}]{END}", self.kind, self.current);
            (self.put)(&format!("{}{name}.js", self.kind), body.as_bytes())?;
        }
        self.names.f.push(first);
        self.names.n.push(name);
        self.current.clear();
        Ok(())
    }

    pub(super) fn end(mut self) -> Result<Names<K>, Error> {
        self.flush()?;
        Ok(self.names)
    }
}

/// The JSON of a string, without the way through a value.
fn text(value: &str) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The entry of a term.
pub(super) fn term(term: &str, postings: &Postings) -> String {
    let (all, title) = (encode(&postings.all), encode(&postings.title));
    format!("{},\"{all}\",\"{title}\"", text(term))
}

/// Sounds and the ideographs that they stand for.
pub(super) fn sounds(
    sounds: &BTreeSet<(String, String)>,
    put: Put<'_>,
) -> Result<Names<String>, Error> {
    let mut files = Files::new('p', TERM_BYTES, put);
    let mut last = "";
    for (key, value) in sounds {
        // Equal keys stay in one file, so that a look-up begins in the right one.
        files.push(key.clone(), &format!("\"{key}\",\"{value}\""), key != last)?;
        last = key;
    }
    files.end()
}

/// Pages of each value of each facet.
pub(super) fn facets(
    facts: &[Fact<'_>],
    put: Put<'_>,
) -> Result<Vec<(String, String, Vec<String>)>, Error> {
    let mut facets: BTreeMap<&str, BTreeMap<&str, Vec<u32>>> = BTreeMap::new();
    for (fact, number) in facts.iter().zip(0..) {
        for (name, value) in &fact.entry.facets {
            let values = facets.entry(name).or_default();
            values.entry(value).or_default().push(number);
        }
    }
    let mut out = Vec::new();
    for (name, values) in facets {
        let mut lists = Files::new('f', usize::MAX, put);
        for (value, pages) in &values {
            let entry = format!("{},\"{}\"", text(value), encode(pages));
            lists.push((), &entry, false)?;
        }
        let file = lists.end()?.n.into_iter().next().unwrap_or_default();
        let values = values.into_keys().map(str::to_owned).collect();
        out.push((name.to_owned(), file, values));
    }
    Ok(out)
}

/// The entry of a page: what hits are shown and checked with.
pub(crate) fn entry(doc: &Doc) -> String {
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
    serde_json::to_string(&(
        &doc.path, &doc.title, &doc.meta, doc.lang, &doc.words, sections,
    ))
    .unwrap_or_default()
}

/// Whether a page begins a file of texts, whatever stands before it: a longer text moves few others.
pub(crate) fn begins(path: &str) -> bool {
    let sum = path.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    (sum >> 40) % 8 == 0
}

/// Files of texts: the entries of some pages with their numbers, the first of which begins a file.
pub(crate) fn texts(
    entries: &[(u32, &str, String)],
    put: Put<'_>,
) -> Result<Vec<(u32, String)>, Error> {
    let mut files = Files::new('d', TEXT_BYTES, put);
    for (number, path, entry) in entries {
        if begins(path) {
            files.flush()?;
        }
        files.push(*number, entry, true)?;
    }
    let names = files.end()?;
    Ok(names.f.into_iter().zip(names.n).collect())
}
