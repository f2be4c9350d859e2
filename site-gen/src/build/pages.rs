//! All pages of a root, and the texts and terms of its index in the same go: neither the HTML nor the text of a page is
//! held longer than its chunk, so that the memory of a build does not grow with what is written.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
};

use rayon::prelude::*;

use super::{
    Sink,
    found::letters,
    keys::Keys,
    memory::{Kept, Memory, NEVER, State, Targets},
    press::{Found, Press, told},
};
use crate::{
    error::Error,
    markdown::{Lang, Rendered, Section},
    plan::{Entry, Page, Plan, Problem, WITHDRAWN, prefix},
    render::Renderer,
    search::{self, Builder, Doc, Old, Part},
    values::values,
    write::Digest,
};

/// Chunks of the pages of one language; what a thread takes at a time.
const CHUNKS: usize = 16;
const CHUNK: usize = 24;

/// A page after rendering.
pub(super) struct Done<'m> {
    /// It was withdrawn, and its anchors with it.
    pub(super) gone: bool,
    pub(super) kept: State<'m>,
    /// Reasons to hold the page back.
    pub(super) faults: Vec<Problem>,
}

/// Some pages of the index that follow each other.
pub(super) struct Chunk {
    /// Their places in the plan.
    pub(super) pages: Vec<usize>,
    pub(super) part: Part,
    /// Files of texts, each with the place of its first page.
    pub(super) texts: Vec<(u32, String)>,
}

/// What all pages became.
pub(super) struct Pass<'m> {
    /// In the order of the plan.
    pub(super) done: Vec<Done<'m>>,
    /// Of each language whose index is made anew.
    pub(super) chunks: BTreeMap<Lang, Vec<Chunk>>,
    /// Of the others: the pages whose entry is another, by their places in the plan.
    pub(super) changed: BTreeMap<Lang, Vec<(usize, Doc)>>,
    /// Of these, all pages that were made, with their facets, whatever the index says of them.
    pub(super) sorted: BTreeMap<Lang, Vec<(usize, Facets)>>,
}

/// Names and values of the facets of a page.
type Facets = Vec<(&'static str, String)>;

/// The index of a language as it was.
pub(super) struct Before<'a> {
    pub(super) old: Old<'a>,
    pub(super) docs: Vec<&'a str>,
}

impl Before<'_> {
    /// The entry of a page; `last` holds the file that was read last.
    fn entry(&self, path: &str, last: &mut Option<(usize, u32, Vec<String>)>) -> Option<String> {
        let number = self.docs.binary_search(&path);
        let number = u32::try_from(number.ok()?).ok()?;
        let place = self.old.place(number)?;
        if last.as_ref().is_none_or(|(known, ..)| *known != place) {
            let (first, entries) = self.old.entries(place)?;
            *last = Some((place, first, entries));
        }
        let (_, first, entries) = last.as_ref()?;
        entries.get(number.checked_sub(*first)? as usize).cloned()
    }
}

/// What a pass goes by.
pub(super) struct Work<'a, 'm> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) renderer: &'a Renderer<'a>,
    pub(super) sink: &'a dyn Sink,
    pub(super) keys: &'a Keys,
    pub(super) memory: &'m Memory,
    pub(super) targets: &'a Targets,
    pub(super) before: &'a BTreeMap<Lang, Before<'a>>,
    pub(super) press: &'a Press<'a>,
    /// Pages whose entries in the index are others now, of languages whose index is patched.
    pub(super) changes: AtomicUsize,
}

/// One step of a pass: pages of the index in order, or others.
enum Step {
    Docs(Lang, Vec<usize>),
    Others(Vec<usize>),
}

/// The places of the pages that the index of a language lists if none of them is held back.
pub(super) fn docs(plan: &Plan<'_>, lang: Lang) -> Vec<usize> {
    let listed = |page: &Page<'_>| page.lang == lang && page.index.is_some() && page.held.is_none();
    let pages = plan.pages.iter().enumerate();
    pages
        .filter(|(_, page)| listed(page))
        .map(|(at, _)| at)
        .collect()
}

/// The page of the index, with the text that was rendered.
pub(super) fn doc(page: &Page<'_>, mut sections: Vec<Section>) -> Result<Doc, Error> {
    let entry = match &page.index {
        Some(entry) => entry.get()?.into_owned(),
        None => Entry::default(),
    };
    sections.extend(entry.sections);
    let lang = page.lang;
    Ok(Doc {
        path: page
            .path
            .strip_prefix(prefix(lang))
            .unwrap_or(&page.path)
            .to_owned(),
        title: page.title.clone(),
        meta: entry.meta,
        lang: page
            .body
            .as_ref()
            .filter(|body| body.lang != lang)
            .map(|body| body.lang.tag()),
        facets: entry.facets,
        words: entry.words,
        sections,
    })
}

/// Cuts the pages of an index where a file of texts begins anyway.
fn cut(plan: &Plan<'_>, docs: Vec<usize>) -> Vec<Vec<usize>> {
    let size = (docs.len() / CHUNKS).max(CHUNK);
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    for at in docs {
        let begins = plan.pages.get(at).is_some_and(|page| {
            search::begins(
                page.path
                    .strip_prefix(prefix(page.lang))
                    .unwrap_or(&page.path),
            )
        });
        match chunks.last_mut() {
            Some(last) if last.len() < size || !begins => last.push(at),
            Some(_) | None => chunks.push(vec![at]),
        }
    }
    chunks
}

impl<'m> Work<'_, 'm> {
    /// Makes and writes all pages; the index of the languages in `patched` is not made, but the pages that changed are
    /// kept for it. Nothing if these are so many that an index made anew costs less.
    pub(super) fn pass(&self, patched: &BTreeSet<Lang>) -> Result<Option<Pass<'m>>, Error> {
        let mut steps = Vec::new();
        let mut listed = vec![false; self.plan.pages.len()];
        for lang in &self.plan.langs {
            let docs = docs(self.plan, *lang);
            for at in &docs {
                if let Some(listed) = listed.get_mut(*at) {
                    *listed = true;
                }
            }
            let chunks = cut(self.plan, docs).into_iter();
            steps.extend(chunks.map(|chunk| Step::Docs(*lang, chunk)));
        }
        let others: Vec<usize> = listed
            .into_iter()
            .enumerate()
            .filter_map(|(at, listed)| (!listed).then_some(at))
            .collect();
        let others = others.chunks(CHUNK).map(<[usize]>::to_vec);
        steps.extend(others.map(Step::Others));
        let made: Vec<Made<'m>> = steps
            .par_iter()
            .map(|step| match step {
                Step::Docs(lang, pages) => self.docs(*lang, pages, patched.contains(lang)),
                Step::Others(pages) => self.others(pages),
            })
            .collect::<Result<_, Error>>()?;
        if self.too_many() {
            return Ok(None);
        }
        let mut pass = Pass {
            done: Vec::new(),
            chunks: BTreeMap::new(),
            changed: BTreeMap::new(),
            sorted: BTreeMap::new(),
        };
        let mut done: Vec<(usize, Done<'m>)> = Vec::with_capacity(self.plan.pages.len());
        for (step, made) in steps.iter().zip(made) {
            done.extend(made.done);
            if let Step::Docs(lang, _) = step {
                pass.chunks.entry(*lang).or_default().extend(made.chunk);
                pass.changed.entry(*lang).or_default().extend(made.changed);
                pass.sorted.entry(*lang).or_default().extend(made.sorted);
            }
        }
        done.sort_unstable_by_key(|(at, _)| *at);
        pass.done = done.into_iter().map(|(_, done)| done).collect();
        Ok(Some(pass))
    }

    fn too_many(&self) -> bool {
        self.changes.load(Ordering::Relaxed) > (self.plan.pages.len() / 20).max(CHUNK)
    }

    fn others(&self, pages: &[usize]) -> Result<Made<'m>, Error> {
        let mut made = Made::default();
        for at in pages {
            let Some(page) = self.plan.pages.get(*at) else {
                continue;
            };
            let done = match self.same(page)? {
                Ok(done) => done,
                Err(key) => self.one(page, key)?.0,
            };
            made.done.push((*at, done));
        }
        Ok(made)
    }

    fn docs(&self, lang: Lang, pages: &[usize], patched: bool) -> Result<Made<'m>, Error> {
        let mut made = Made::default();
        let mut builder = Builder::default();
        let mut entries: Vec<(u32, &str, String)> = Vec::new();
        let mut last = None;
        let before = self.before.get(&lang);
        for at in pages {
            if patched && self.too_many() {
                break;
            }
            let Some(page) = self.plan.pages.get(*at) else {
                continue;
            };
            let own = page.path.strip_prefix(prefix(lang)).unwrap_or(&page.path);
            let number = u32::try_from(*at).unwrap_or(u32::MAX);
            let mut add = |entry: String, doc: &Doc| {
                builder.add(number, doc);
                entries.push((number, own, entry));
            };
            let key = match self.same(page)? {
                Ok(done) if patched => {
                    made.done.push((*at, done));
                    continue;
                }
                Ok(done) => {
                    // The text of a page that is not made stands in the index before.
                    let entry = before.and_then(|before| before.entry(&page.path, &mut last));
                    let old = entry.and_then(|entry| Some((Old::doc(&entry)?, entry)));
                    if let Some((doc, entry)) = old {
                        add(entry, &doc);
                        made.done.push((*at, done));
                        continue;
                    }
                    self.keys.of(page)
                }
                Err(key) => key,
            };
            let (done, sections) = self.one(page, key)?;
            let doc = doc(page, sections)?;
            let entry = search::entry(&doc);
            if patched {
                made.sorted.push((*at, doc.facets.clone()));
            }
            if !patched {
                add(entry, &doc);
            } else if before.and_then(|before| before.entry(&page.path, &mut last)) != Some(entry) {
                self.changes.fetch_add(1, Ordering::Relaxed);
                made.changed.push((*at, doc));
            }
            made.done.push((*at, done));
        }
        if !patched {
            let texts = search::texts(&entries, &self.index(lang))?;
            made.chunk = Some(Chunk {
                pages: pages.to_vec(),
                part: builder.end(),
                texts,
            });
        }
        Ok(made)
    }

    /// Writes files of the index of a language.
    pub(super) fn index(&self, lang: Lang) -> impl Fn(&str, &[u8]) -> Result<(), Error> + Sync {
        let sink = self.sink;
        move |name: &str, bytes: &[u8]| sink.put(&format!("{}search/{name}", prefix(lang)), bytes)
    }

    /// The texts of a chunk without some pages that turned out to be held back.
    pub(super) fn again(
        &self,
        lang: Lang,
        chunk: &mut Chunk,
        held: &BTreeSet<usize>,
    ) -> Result<(), Error> {
        for (_, name) in &chunk.texts {
            self.sink
                .remove(&format!("{}search/d{name}.js", prefix(lang)))?;
        }
        let mut entries = Vec::new();
        for at in chunk.pages.iter().filter(|at| !held.contains(at)) {
            if let Some(page) = self.plan.pages.get(*at) {
                let doc = doc(page, self.renderer.text(page).sections)?;
                let own = page.path.strip_prefix(prefix(lang)).unwrap_or(&page.path);
                let number = u32::try_from(*at).unwrap_or(u32::MAX);
                entries.push((number, own, search::entry(&doc)));
            }
        }
        chunk.texts = search::texts(&entries, &self.index(lang))?;
        Ok(())
    }

    /// The page as it was, if it would be the same; else its key.
    fn same(&self, page: &Page<'_>) -> Result<Result<Done<'m>, Option<Digest>>, Error> {
        let key = self.keys.of(page);
        let Some(own) = key.as_ref().filter(|_| page.held.is_none()) else {
            return Ok(Err(key));
        };
        let known = self
            .memory
            .same(&page.path, own, self.renderer, self.targets);
        let Some(known) = known else {
            return Ok(Err(key));
        };
        if !self.sink.keep(&page.path)? || !self.press.again(page, known)? {
            return Ok(Err(key));
        }
        Ok(Ok(Done {
            gone: false,
            kept: State::Old(known),
            faults: Vec::new(),
        }))
    }

    /// Renders and writes one page.
    fn one(&self, page: &Page<'_>, key: Option<Digest>) -> Result<(Done<'m>, Vec<Section>), Error> {
        let (press, lost) = match self.press.of(page, self.plan, self.renderer)? {
            Found::None => (None, None),
            Found::One(one) => (Some(one), None),
            Found::Lost(why) => (None, Some(why)),
        };
        let extra = if page.template == "search.html" {
            letters(self.plan, page)
        } else if page.template == "article.html" {
            told(page, press.as_ref())
        } else {
            values! {}
        };
        let output = self.renderer.page(page, page.held.is_some(), extra)?;
        let text = output.text;
        let shown = page.held.is_none();
        let mut faults = Vec::new();
        if shown {
            for (_, line) in &text.missing_images {
                faults.push(Problem {
                    kind: "quarantine",
                    record: page.record.clone().unwrap_or_default(),
                    path: page.path.clone(),
                    line: *line,
                    reason: "an image is missing or was not cleared".to_owned(),
                    reason_zh: "图片缺失或未经审核人确认".to_owned(),
                });
            }
        }
        self.sink.put(&page.path, output.html.as_bytes())?;
        let mut ids: Vec<String> = text
            .headings
            .into_iter()
            .map(|heading| heading.id)
            .collect();
        ids.push("site-main".to_owned());
        ids.sort_unstable();
        let mut kept = Kept {
            // A PDF that could not be set is tried again.
            key: if lost.is_some() { Some(NEVER) } else { key },
            press,
            asked: output.asked.into_iter().collect(),
            images: output.images.into_iter().collect(),
            ids,
            ..Kept::default()
        };
        let mut sections = Vec::new();
        if shown {
            let Rendered {
                links,
                outbound,
                warnings,
                ..
            } = text;
            kept.links = links.into_iter().map(Kept::link).collect();
            kept.outbound = outbound;
            kept.warnings = warnings;
            let lost = lost.map(|why| (format!("there is no PDF of it: {why}"), 0));
            kept.warnings.extend(lost);
            sections = text.sections;
        }
        let done = Done {
            gone: page.held == Some(WITHDRAWN),
            kept: State::New(Box::new(kept)),
            faults,
        };
        Ok((done, sections))
    }
}

/// What became of one step.
#[derive(Default)]
struct Made<'m> {
    done: Vec<(usize, Done<'m>)>,
    chunk: Option<Chunk>,
    changed: Vec<(usize, Doc)>,
    sorted: Vec<(usize, Facets)>,
}
