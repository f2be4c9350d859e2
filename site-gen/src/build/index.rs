//! Pages, the check of their links, and the index: made anew, or patched where only texts changed.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::atomic::AtomicUsize,
};

use super::{
    Options, Sink, Watch,
    links::broken,
    memory::{Kept, Keys, Memory, Pressed},
    pages::{Before, Pass, Work, docs},
    press::{Press, beside, told},
};
use crate::{
    error::Error,
    markdown::Lang,
    plan::{Plan, Problem, prefix},
    render::Renderer,
    search::{Change, Fact, Old, Part, finish},
    values::values,
};

/// What became of the pages.
pub(super) struct Pages {
    pub(super) problems: Vec<Problem>,
    pub(super) outbound: BTreeSet<String>,
    /// Ids of the files that they show.
    pub(super) files: BTreeSet<String>,
    /// PDFs beside them, each with the place of its page in the plan.
    pub(super) pressed: Vec<(usize, String)>,
    /// For the next build.
    pub(super) memory: Vec<u8>,
}

pub(super) fn pages(
    options: &Options,
    plan: &Plan<'_>,
    renderer: &Renderer<'_>,
    press: &Press<'_>,
    (memory, documents): (&Memory, &[Pressed]),
    watch: &mut Watch,
) -> Result<Pages, Error> {
    let sink = press.sink;
    let read = |lang: Lang| {
        move |name: &str| {
            let bytes = sink.old(&format!("{}search/{name}", prefix(lang)))?;
            String::from_utf8(bytes).ok()
        }
    };
    let readers: BTreeMap<Lang, _> = plan.langs.iter().map(|lang| (*lang, read(*lang))).collect();
    let before: BTreeMap<Lang, Before<'_>> = readers
        .iter()
        .filter_map(|(lang, read)| {
            let docs = memory.docs(*lang);
            let old = Old::open(read)?;
            (old.docs() == docs.len()).then_some((*lang, Before { old, docs }))
        })
        .collect();
    let mut patched: BTreeSet<Lang> = before
        .iter()
        .filter(|(lang, before)| {
            let now = docs(plan, **lang).into_iter();
            let now = now.filter_map(|at| plan.pages.get(at));
            now.map(|page| page.path.as_str())
                .eq(before.docs.iter().map(String::as_str))
        })
        .map(|(lang, _)| *lang)
        .collect();
    let keys = Keys::new(plan, renderer, options, press.source.presses());
    loop {
        let work = Work {
            plan,
            renderer,
            sink,
            keys: &keys,
            memory,
            before: &before,
            press,
            changes: AtomicUsize::new(0),
        };
        if let Some(mut pass) = work.pass(&patched)? {
            watch.step("render");
            let (problems, held) = look(plan, &pass);
            // The list of pages is not that of the index before.
            let listed = patched
                .iter()
                .any(|lang| docs(plan, *lang).iter().any(|at| held.contains(at)));
            if !listed && index(&work, &mut pass, &held)? {
                for at in &held {
                    if let Some(page) = plan.pages.get(*at).filter(|page| page.held.is_none()) {
                        let output = renderer.page(page, true, values! {})?;
                        sink.put(&page.path, output.html.as_bytes())?;
                        sink.remove(&beside(&page.path))?;
                    }
                }
                let pressed = lead(plan, renderer, sink, &mut pass, &held)?;
                watch.step("search");
                return Ok(end(plan, &pass, problems, &held, (pressed, documents)));
            }
        }
        // Once more, with an index that goes by nothing.
        for lang in &patched {
            sink.clear(&format!("{}search/", prefix(*lang)))?;
        }
        patched.clear();
    }
}

/// The PDFs beside pages that are shown. A page that is not translated leads to that of another page; if that one has been
/// held back, or lost its own, the link goes too.
fn lead(
    plan: &Plan<'_>,
    renderer: &Renderer<'_>,
    sink: &dyn Sink,
    pass: &mut Pass<'_>,
    held: &BTreeSet<usize>,
) -> Result<Vec<(usize, String)>, Error> {
    let named = |at: usize, kept: &Kept| {
        let one = kept.press.as_ref().filter(|_| !held.contains(&at));
        one.map(|one| one.path.clone())
    };
    let pages = plan.pages.iter().zip(&pass.done).enumerate();
    let all: Vec<(usize, String, bool)> = pages
        .filter_map(|(at, (page, done))| {
            let path = named(at, &done.kept)?;
            let own = path == beside(&page.path);
            Some((at, path, own))
        })
        .collect();
    let own: BTreeSet<&String> = all.iter().filter(|one| one.2).map(|one| &one.1).collect();
    for (at, path, _) in &all {
        if own.contains(path) {
            continue;
        }
        let (Some(page), Some(done)) = (plan.pages.get(*at), pass.done.get_mut(*at)) else {
            continue;
        };
        let output = renderer.page(page, false, told(page, None))?;
        sink.put(&page.path, output.html.as_bytes())?;
        let mut kept = done.kept.clone().into_owned();
        kept.key.clear();
        kept.length = output.html.len() as u64;
        kept.press = None;
        done.kept = Cow::Owned(kept);
    }
    Ok(all
        .iter()
        .filter(|one| one.2)
        .map(|one| (one.0, one.1.clone()))
        .collect())
}

/// Everything that is to be told of the pages, and those that are held back, by their places in the plan.
fn look(plan: &Plan<'_>, pass: &Pass<'_>) -> (Vec<Problem>, BTreeSet<usize>) {
    let mut problems = plan.problems.clone();
    let mut broken = broken(plan, &pass.done);
    let mut held = BTreeSet::new();
    for (at, (page, one)) in plan.pages.iter().zip(&pass.done).enumerate() {
        let links = broken.remove(&at).unwrap_or_default();
        if page.held.is_some() || !links.is_empty() || !one.faults.is_empty() {
            held.insert(at);
        }
        problems.extend(links);
        problems.extend(one.faults.iter().cloned());
        problems.extend(one.kept.warnings.iter().map(|(reason, line)| Problem {
            kind: "warning",
            record: page.record.clone().unwrap_or_default(),
            path: page.path.clone(),
            line: *line,
            reason: reason.clone(),
        }));
    }
    (problems, held)
}

/// Writes the index of each language; whether the one before allowed it.
fn index(work: &Work<'_, '_>, pass: &mut Pass<'_>, held: &BTreeSet<usize>) -> Result<bool, Error> {
    let plan = work.plan;
    for lang in &plan.langs {
        let listed: Vec<usize> = docs(plan, *lang)
            .into_iter()
            .filter(|at| !held.contains(at))
            .collect();
        let pages: Vec<_> = listed.iter().filter_map(|at| plan.pages.get(*at)).collect();
        let facts: Vec<Fact<'_>> = pages
            .iter()
            .filter_map(|page| {
                let entry = page.index.as_ref()?;
                Some(Fact {
                    title: &page.title,
                    words: &entry.words,
                    facets: &entry.facets,
                })
            })
            .collect();
        let number = |at: usize| -> Option<u32> {
            let number = listed.binary_search(&at).ok()?;
            u32::try_from(number).ok()
        };
        let put = work.index(*lang);
        let changed = pass.changed.remove(lang).unwrap_or_default();
        let mut chunks = pass.chunks.remove(lang).unwrap_or_default();
        if chunks.is_empty() && !listed.is_empty() {
            let changes: Vec<Change> = changed
                .into_iter()
                .filter_map(|(at, doc)| {
                    Some(Change {
                        number: number(at)?,
                        doc,
                    })
                })
                .collect();
            let paths: Vec<&str> = pages
                .iter()
                .map(|page| page.path.strip_prefix(prefix(*lang)).unwrap_or(&page.path))
                .collect();
            let keep = |name: &str| {
                work.sink
                    .keep(&format!("{}search/{name}", prefix(*lang)), None)
            };
            let done = match work.before.get(lang) {
                Some(before) => before.old.patch(&changes, &paths, &facts, &put, &keep)?,
                None => None,
            };
            if done.is_none() {
                return Ok(false);
            }
            continue;
        }
        for chunk in &mut chunks {
            if chunk.pages.iter().any(|at| held.contains(at)) {
                work.again(*lang, chunk, held)?;
            }
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut texts: Vec<(u32, String)> = Vec::new();
        for chunk in chunks {
            parts.push(chunk.part);
            let numbered = |(at, name): (u32, String)| Some((number(at as usize)?, name));
            texts.extend(chunk.texts.into_iter().filter_map(numbered));
        }
        finish(&parts, &|at| number(at as usize), &facts, texts, &put)?;
    }
    Ok(true)
}

fn end(
    plan: &Plan<'_>,
    pass: &Pass<'_>,
    problems: Vec<Problem>,
    held: &BTreeSet<usize>,
    (pressed, documents): (Vec<(usize, String)>, &[Pressed]),
) -> Pages {
    let shown = || {
        let pages = plan.pages.iter().zip(&pass.done).enumerate();
        pages
            .filter(|(at, _)| !held.contains(at))
            .map(|(_, (page, done))| (page, done.kept.as_ref()))
    };
    let outbound = pass.done.iter().flat_map(|one| one.kept.outbound.iter());
    let images = shown().flat_map(|(_, kept)| kept.images.iter());
    let names = plan.langs.iter().map(|lang| {
        let listed = docs(plan, *lang)
            .into_iter()
            .filter(|at| !held.contains(at));
        let paths = listed.filter_map(|at| plan.pages.get(at));
        (lang.tag(), paths.map(|page| page.path.as_str()).collect())
    });
    Pages {
        problems,
        outbound: outbound.cloned().collect(),
        files: images.map(|(id, _)| id.clone()).collect(),
        pressed,
        memory: Memory::write(
            shown().map(|(page, kept)| (page.path.as_str(), kept)),
            names.collect(),
            documents,
        ),
    }
}
