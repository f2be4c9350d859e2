//! An index in which the text of some pages changed while the list of pages stayed (SG-SRCH-5): only files that hold a
//! term or a text of these are made anew, with the bytes that a clean build gives them. The files of the index before
//! are all that is needed.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Builder, Doc, Fact, Postings, Put, browser_order, fold, folding,
    shard::{self, Manifest, Names, TERM_BYTES, begins},
    sounds,
};
use crate::{error::Error, markdown::Section};

/// Reads a file of the index before by its name.
pub(crate) type Read<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// The files of the index before.
pub(crate) struct Files<'a> {
    /// Takes all of them over; whether they are there.
    pub(crate) keep: &'a dyn Fn() -> Result<bool, Error>,
    /// Takes one out again.
    pub(crate) remove: &'a dyn Fn(&str) -> Result<(), Error>,
}

/// The index before.
pub(crate) struct Old<'a> {
    manifest: Manifest,
    read: Read<'a>,
}

/// A page whose entry is another one now.
pub(crate) struct Change {
    pub(crate) number: u32,
    pub(crate) doc: Doc,
}

/// The facets of a page by its number.
pub(crate) type Made = (u32, Vec<(&'static str, String)>);

#[derive(Deserialize)]
struct Entry(
    String,
    String,
    String,
    serde::de::IgnoredAny,
    String,
    Vec<[String; 3]>,
);

impl Entry {
    fn doc(self) -> Doc {
        let Entry(path, title, meta, _, words, sections) = self;
        let sections = sections.into_iter();
        Doc {
            path,
            title,
            meta,
            lang: None,
            facets: Vec::new(),
            words,
            sections: sections
                .map(|[anchor, heading, text]| Section {
                    anchor,
                    heading,
                    text,
                })
                .collect(),
        }
    }
}

/// A page that a term has won or lost.
struct Edit {
    term: Box<str>,
    number: u32,
    all: bool,
    title: bool,
}

/// Terms with their entries, and the ideographs that begin none of them any more.
type Merged = (Vec<(String, String)>, BTreeSet<char>);

fn put_in(list: &mut Vec<u32>, number: u32, is: bool) {
    match (list.binary_search(&number), is) {
        (Err(at), true) => list.insert(at, number),
        (Ok(at), false) => {
            list.remove(at);
        }
        _ => {}
    }
}

fn terms_of(doc: &Doc) -> BTreeMap<Box<str>, (bool, bool)> {
    let mut builder = Builder::default();
    builder.add(0, doc);
    let sorted = builder.sorted().into_iter();
    sorted
        .map(|(term, postings)| (term, (true, !postings.title.is_empty())))
        .collect()
}

/// The terms that the changed pages have won or lost, in order.
fn edits(changes: &[Change], before: &[Doc]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (change, old) in changes.iter().zip(before) {
        let (old, new) = (terms_of(old), terms_of(&change.doc));
        let terms: BTreeSet<&Box<str>> = old.keys().chain(new.keys()).collect();
        for term in terms {
            let now = new.get(term).copied();
            if old.get(term).copied() != now {
                let (all, title) = now.unwrap_or_default();
                let (term, number) = (term.clone(), change.number);
                edits.push(Edit {
                    term,
                    number,
                    all,
                    title,
                });
            }
        }
    }
    edits.sort_by(|a, b| browser_order(&a.term, &b.term).then(a.number.cmp(&b.number)));
    edits
}

impl<'a> Old<'a> {
    pub(crate) fn open(read: Read<'a>) -> Option<Old<'a>> {
        let manifest = Manifest::parse(read)?;
        Some(Old { manifest, read })
    }

    /// How many pages it has.
    pub(crate) fn docs(&self) -> usize {
        self.manifest.docs
    }

    fn file(&self, kind: char, name: &str) -> Option<String> {
        (self.read)(&format!("{kind}{name}.js"))
    }

    /// The file of texts that has a page: its place in the list.
    pub(crate) fn place(&self, number: u32) -> Option<usize> {
        let firsts = &self.manifest.d.f;
        firsts
            .partition_point(|first| *first <= number)
            .checked_sub(1)
    }

    /// The entries of a file of texts, and the number of the first one.
    pub(crate) fn entries(&self, place: usize) -> Option<(u32, Vec<String>)> {
        let (first, name) = self
            .manifest
            .d
            .f
            .get(place)
            .zip(self.manifest.d.n.get(place))?;
        let file = self.file('d', name)?;
        let all: Vec<&RawValue> = serde_json::from_str(shard::entries(&file)?).ok()?;
        let all = all.into_iter().map(|entry| entry.get().to_owned());
        Some((*first, all.collect()))
    }

    /// The page of an entry, without its facets.
    pub(crate) fn doc(entry: &str) -> Option<Doc> {
        serde_json::from_str::<Entry>(entry).ok().map(Entry::doc)
    }

    /// Writes the index with some pages changed; `made` are all that are not known to be as they were, `paths` and `facts`
    /// those of all pages. Nothing if the files of the
    /// index before do not allow it, after which everything has to be made anew.
    ///
    /// # Errors
    ///
    /// Those of `put` and of the files.
    pub(crate) fn patch<'f>(
        &self,
        changes: &[Change],
        made: &[Made],
        paths: &[&str],
        facts: &dyn Fn() -> Result<Vec<Fact<'f>>, Error>,
        put: Put<'_>,
        files: &Files<'_>,
    ) -> Result<Option<()>, Error> {
        if !(files.keep)()? {
            return Ok(None);
        }
        let Some(sorted_alike) = self.sorted_alike(made) else {
            return Ok(None);
        };
        if changes.is_empty() && sorted_alike {
            return Ok(Some(()));
        }
        let mut before = Vec::new();
        let Some(texts) = self.texts(changes, paths, &mut before, put)? else {
            return Ok(None);
        };
        let Some((terms, fold)) = self.terms(&edits(changes, &before), put)? else {
            return Ok(None);
        };
        let named_alike = changes
            .iter()
            .zip(&before)
            .all(|(change, old)| old.title == change.doc.title && old.words == change.doc.words);
        let facts = if named_alike && sorted_alike {
            Vec::new()
        } else {
            facts()?
        };
        let old = &self.manifest;
        let names = |facets: &[(String, String, Vec<String>)]| -> Vec<String> {
            facets.iter().map(|(_, name, _)| name.clone()).collect()
        };
        let p = if named_alike {
            old.p.clone()
        } else {
            sounds(&facts, put)?
        };
        let facets = if sorted_alike {
            old.facets.clone()
        } else {
            shard::facets(&facts, put)?
        };
        let now = [&texts.n, &terms.n, &p.n, &names(&facets)].map(Clone::clone);
        let shelves = Manifest {
            docs: old.docs,
            t: terms,
            p,
            d: texts,
            facets,
            fold,
            syn: old.syn.clone(),
            shelves: Vec::new(),
        }
        .put(put)?;
        let [d, t, p, f] = now;
        for (kind, old, now) in [
            ('d', &old.d.n, d),
            ('t', &old.t.n, t),
            ('p', &old.p.n, p),
            ('f', &names(&old.facets), f),
            ('n', &old.shelves, shelves),
        ] {
            let now: HashSet<&String> = now.iter().collect();
            for name in old.iter().filter(|name| !now.contains(name)) {
                (files.remove)(&format!("{kind}{name}.js"))?;
            }
        }
        Ok(Some(()))
    }

    /// Whether these pages have the facets that they had; nothing if a file is damaged.
    fn sorted_alike(&self, made: &[Made]) -> Option<bool> {
        let mut lists: Vec<(&str, String, Vec<u32>)> = Vec::new();
        for (facet, name, _) in &self.manifest.facets {
            let file = self.file('f', name)?;
            let all: Vec<String> = serde_json::from_str(shard::entries(&file)?).ok()?;
            for entry in all.chunks_exact(2) {
                if let [value, pages] = entry {
                    lists.push((facet, value.clone(), shard::decode(pages)?));
                }
            }
        }
        Some(made.iter().all(|(number, facets)| {
            let has = |pages: &[u32]| pages.binary_search(number).is_ok();
            let before: BTreeSet<(&str, &str)> = lists
                .iter()
                .filter(|(.., pages)| has(pages))
                .map(|(facet, value, _)| (*facet, value.as_str()))
                .collect();
            let now = facets.iter();
            before == now.map(|(facet, value)| (*facet, value.as_str())).collect()
        }))
    }

    /// The files of texts; collects the changed pages as they were.
    fn texts(
        &self,
        changes: &[Change],
        paths: &[&str],
        before: &mut Vec<Doc>,
        put: Put<'_>,
    ) -> Result<Option<Names<u32>>, Error> {
        // What a file of texts may reach over: from one page that begins a file to the next one.
        let starts =
            |number: usize| number == 0 || paths.get(number).is_none_or(|path| begins(path));
        let mut groups: BTreeMap<u32, usize> = BTreeMap::new();
        for change in changes {
            let number = change.number as usize;
            let first = (0..=number).rev().find(|at| starts(*at)).unwrap_or(0);
            let end = (number + 1..paths.len()).find(|at| starts(*at));
            let first = u32::try_from(first).unwrap_or(u32::MAX);
            groups.insert(first, end.unwrap_or(paths.len()));
        }
        let mut names = Names::new();
        let (firsts, all) = (&self.manifest.d.f, &self.manifest.d.n);
        let mut place = 0;
        while let Some((first, name)) = firsts.get(place).zip(all.get(place)) {
            let Some(end) = groups.get(first) else {
                names.f.push(*first);
                names.n.push(name.clone());
                place += 1;
                continue;
            };
            let mut group = Vec::new();
            while firsts
                .get(place)
                .is_some_and(|next| (*next as usize) < *end)
            {
                let Some((_, entries)) = self.entries(place) else {
                    return Ok(None);
                };
                group.extend(entries);
                place += 1;
            }
            if *first as usize + group.len() != *end {
                return Ok(None);
            }
            let mut entries = Vec::new();
            for (entry, number) in group.into_iter().zip(*first..) {
                let path = paths.get(number as usize).copied().unwrap_or_default();
                let at = changes.binary_search_by_key(&number, |change| change.number);
                let change = at.ok().and_then(|at| changes.get(at));
                let Some(change) = change else {
                    entries.push((number, path, entry));
                    continue;
                };
                let Some(old) = Old::doc(&entry) else {
                    return Ok(None);
                };
                before.push(old);
                entries.push((number, path, shard::entry(&change.doc)));
            }
            for (first, name) in shard::texts(&entries, put)? {
                names.f.push(first);
                names.n.push(name);
            }
        }
        Ok((before.len() == changes.len()).then_some(names))
    }

    /// The files of terms, and the part of the table of simplified forms that leads to one of them.
    fn terms(
        &self,
        edits: &[Edit],
        put: Put<'_>,
    ) -> Result<Option<(Names<String>, String)>, Error> {
        let (firsts, all) = (&self.manifest.t.f, &self.manifest.t.n);
        // Edits of the terms from the first one of a file to that of the next one.
        let until = |place: usize| match firsts.get(place) {
            Some(first) if place > 0 => {
                edits.partition_point(|edit| browser_order(&edit.term, first).is_lt())
            }
            Some(_) => 0,
            None => edits.len(),
        };
        let mut files = shard::Files::new('t', TERM_BYTES, put);
        let (mut fresh, mut gone) = (BTreeSet::new(), BTreeSet::new());
        for (place, (first, name)) in firsts.iter().zip(all).enumerate() {
            let own = edits
                .get(until(place)..until(place + 1))
                .unwrap_or_default();
            // The next file begins where it began, so that this one ends where it ended.
            let next = edits.get(until(place + 1));
            let ends = firsts
                .get(place + 1)
                .is_none_or(|first| next.is_none_or(|edit| *edit.term != **first));
            if files.is_between() && own.is_empty() && ends {
                files.keep(first.clone(), name);
                continue;
            }
            let Some((entries, lost)) = self.merged(name, own, &mut fresh) else {
                return Ok(None);
            };
            // Each ideograph of the index begins a term, and all that it begins stand together: only at the edge of a
            // file it is not seen here whether there are others.
            let edge = |c: &char| {
                let next = firsts.get(place + 1);
                first.starts_with(*c) || next.is_some_and(|next| next.starts_with(*c))
            };
            if lost.iter().any(edge) {
                return Ok(None);
            }
            gone.extend(lost);
            for (at, (term, entry)) in entries.iter().enumerate() {
                files.make_room(entry.len())?;
                if at == 0 && files.is_between() && own.is_empty() && ends {
                    files.keep(first.clone(), name);
                    break;
                }
                files.push(term.clone(), entry, true)?;
            }
        }
        if firsts.is_empty() && !edits.is_empty() {
            return Ok(None);
        }
        let known: BTreeSet<char> = self.manifest.fold.chars().skip(1).step_by(2).collect();
        let known: BTreeSet<char> = known.difference(&gone).copied().collect();
        let fold = folding(&|c| known.contains(&c) || fresh.contains(&c));
        Ok(Some((files.end()?, fold)))
    }

    /// The entries of a file of terms after the edits, and the ideographs that begin none of them any more; collects the
    /// ideographs of new terms. Nothing if the file is damaged.
    fn merged(&self, name: &str, edits: &[Edit], fresh: &mut BTreeSet<char>) -> Option<Merged> {
        let file = self.file('t', name)?;
        let all: Vec<String> = serde_json::from_str(shard::entries(&file)?).ok()?;
        let mut out: Vec<(String, String)> = Vec::new();
        let mut gone: BTreeSet<char> = BTreeSet::new();
        let mut edits = edits.iter().peekable();
        let mut old = all.chunks_exact(3).peekable();
        loop {
            // The smaller of the two terms comes next.
            let edited = match (old.peek(), edits.peek()) {
                (Some([term, ..]), Some(edit)) => browser_order(term, &edit.term).is_ge(),
                (Some(_), None) => false,
                (None, Some(_)) => true,
                (None, None) => break,
                (Some(_), Some(_)) => return None,
            };
            if !edited {
                let [term, all, title] = old.next()? else {
                    return None;
                };
                let entry = format!(
                    "{},\"{all}\",\"{title}\"",
                    serde_json::to_string(term).ok()?
                );
                out.push((term.clone(), entry));
                continue;
            }
            let term = edits.peek()?.term.clone();
            let mut postings = Postings::default();
            if let Some([_, all, title]) =
                old.next_if(|entry| entry.first().map(String::as_str) == Some(&*term))
            {
                postings.all = shard::decode(all)?;
                postings.title = shard::decode(title)?;
            } else {
                fresh.extend(term.chars().filter(|c| fold::is_han(*c)));
            }
            while let Some(edit) = edits.next_if(|edit| edit.term == term) {
                put_in(&mut postings.all, edit.number, edit.all);
                put_in(&mut postings.title, edit.number, edit.title);
            }
            if postings.all.is_empty() {
                gone.extend(term.chars().next().filter(|c| fold::is_han(*c)));
            } else {
                out.push((term.to_string(), shard::term(&term, &postings)));
            }
        }
        gone.retain(|c| !out.iter().any(|(term, _)| term.starts_with(*c)));
        (!out.is_empty()).then_some((out, gone))
    }
}
