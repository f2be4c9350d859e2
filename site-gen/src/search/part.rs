//! The terms of some consecutive pages, small enough that a whole root fits into memory: texts and lists lie in one
//! piece each, in the order of the terms. Parts of a root are merged term by term while the files are written.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashMap},
    hash::BuildHasherDefault,
};

use super::{
    Doc, Postings, browser_order,
    fold::{self, Token},
};

/// A quick hash for terms; nobody chooses them to collide.
#[derive(Default)]
struct Mix(u64);

impl std::hash::Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for eight in bytes.chunks(8) {
            let word = eight
                .iter()
                .fold(0, |word: u64, byte| (word << 8) | u64::from(*byte));
            self.write_u64(word);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(29);
    }
}

type Table<K> = HashMap<K, Postings, BuildHasherDefault<Mix>>;

/// Collects the terms of pages, one after the other in the order of their numbers.
#[derive(Default)]
pub(crate) struct Builder {
    pairs: Table<u64>,
    words: Table<Box<str>>,
}

/// The terms of some pages.
pub(crate) struct Part {
    texts: String,
    lists: Vec<u8>,
    /// Where the text and the lists of each term end.
    ends: Vec<(u32, u32)>,
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

fn push(list: &mut Vec<u32>, number: u32) {
    if list.last() != Some(&number) {
        list.push(number);
    }
}

impl Builder {
    /// Adds a page. Its number is above those before.
    pub(crate) fn add(&mut self, number: u32, doc: &Doc) {
        for text in [&doc.title, &doc.words] {
            self.text(text, number, true);
        }
        for section in &doc.sections {
            self.text(&section.heading, number, false);
            self.text(&section.text, number, false);
        }
    }

    fn text(&mut self, text: &str, number: u32, title: bool) {
        fold::tokens(text, &mut |token| match token {
            Token::Pair(first, second) => {
                let postings = self.pairs.entry(pack(first, second)).or_default();
                push(&mut postings.all, number);
                if title {
                    push(&mut postings.title, number);
                }
            }
            Token::Word(word) => {
                // Each part begins a suffix, so that every part is found as the beginning of a term.
                let mut rest = word;
                loop {
                    if !self.words.contains_key(rest) {
                        self.words.insert(rest.into(), Postings::default());
                    }
                    if let Some(postings) = self.words.get_mut(rest) {
                        push(&mut postings.all, number);
                        if title {
                            push(&mut postings.title, number);
                        }
                    }
                    let Some(at) = rest.find(fold::is_joint) else {
                        break;
                    };
                    rest = rest.get(at + 1..).unwrap_or_default();
                }
            }
        });
    }

    /// All terms with their pages, in the order of the browser.
    pub(crate) fn sorted(self) -> Vec<(Box<str>, Postings)> {
        let pairs = self.pairs.into_iter();
        let mut all: Vec<(Box<str>, Postings)> = pairs
            .map(|(pair, postings)| (unpack(pair).into_boxed_str(), postings))
            .chain(self.words)
            .collect();
        all.sort_unstable_by(|(a, _), (b, _)| browser_order(a, b));
        all
    }

    /// The part, without room to spare.
    pub(crate) fn end(self) -> Part {
        let mut part = Part {
            texts: String::new(),
            lists: Vec::new(),
            ends: Vec::new(),
        };
        let end = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        for (text, postings) in self.sorted() {
            part.texts.push_str(&text);
            for list in [&postings.all, &postings.title] {
                number(end(list.len()), &mut part.lists);
                let mut last = 0;
                for page in list {
                    number(page - last, &mut part.lists);
                    last = *page;
                }
            }
            part.ends
                .push((end(part.texts.len()), end(part.lists.len())));
        }
        part.texts.shrink_to_fit();
        part.lists.shrink_to_fit();
        part.ends.shrink_to_fit();
        part
    }
}

/// Seven bits a byte, the lowest first.
fn number(mut value: u32, out: &mut Vec<u8>) {
    while value >= 128 {
        out.push((value & 127) as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

fn read(bytes: &mut std::slice::Iter<'_, u8>) -> u32 {
    let (mut value, mut shift) = (0, 0);
    for byte in bytes {
        value |= u32::from(byte & 127) << shift;
        shift += 7;
        if byte & 128 == 0 {
            break;
        }
    }
    value
}

impl Part {
    fn get(&self, at: usize) -> Option<(&str, &[u8])> {
        let (text, lists) = *self.ends.get(at)?;
        let before = at.checked_sub(1).and_then(|at| self.ends.get(at));
        let (from, start) = before.copied().unwrap_or_default();
        let text = self.texts.get(from as usize..text as usize)?;
        Some((text, self.lists.get(start as usize..lists as usize)?))
    }
}

/// The next term of a part: the smallest term comes first, of equal ones the earliest part.
struct Next<'a> {
    term: &'a str,
    lists: &'a [u8],
    part: usize,
    at: usize,
}

impl Ord for Next<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        browser_order(self.term, other.term).then(self.part.cmp(&other.part))
    }
}

impl PartialOrd for Next<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Next<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Next<'_> {}

/// Every term of all parts with its pages. `number` is the final number of a page; a page without one is left out.
pub(crate) fn merge<E>(
    parts: &[Part],
    number: &dyn Fn(u32) -> Option<u32>,
    each: &mut dyn FnMut(&str, &Postings) -> Result<(), E>,
) -> Result<(), E> {
    let next = |part: usize, at: usize| -> Option<Reverse<Next<'_>>> {
        let (term, lists) = parts.get(part)?.get(at)?;
        Some(Reverse(Next {
            term,
            lists,
            part,
            at,
        }))
    };
    let mut heap: BinaryHeap<Reverse<Next<'_>>> =
        (0..parts.len()).filter_map(|part| next(part, 0)).collect();
    let mut current: Option<&str> = None;
    let mut postings = Postings::default();
    while let Some(Reverse(first)) = heap.pop() {
        if let Some(term) = current.filter(|term| *term != first.term) {
            if !postings.all.is_empty() {
                each(term, &postings)?;
            }
            postings.all.clear();
            postings.title.clear();
        }
        current = Some(first.term);
        let mut bytes = first.lists.iter();
        for list in [&mut postings.all, &mut postings.title] {
            let mut page = 0;
            for _ in 0..read(&mut bytes) {
                page += read(&mut bytes);
                list.extend(number(page));
            }
        }
        heap.extend(next(first.part, first.at + 1));
    }
    match current {
        Some(term) if !postings.all.is_empty() => each(term, &postings),
        Some(_) | None => Ok(()),
    }
}
