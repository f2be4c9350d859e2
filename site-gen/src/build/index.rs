//! Pages, the check of their links, and the index: made anew, or patched where only texts changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::AtomicUsize,
};

use rayon::prelude::*;

use super::{
    Options, Sink, Watch,
    keys::Keys,
    links::broken,
    memory::{Kept, Memory, NEVER, Past, State, Targets},
    pages::{Before, Pass, Work, docs},
    press::{Press, beside, told},
};
use crate::{
    error::Error,
    markdown::Lang,
    plan::{Plan, Problem, prefix},
    render::Renderer,
    search::{Change, Fact, Files, Old, Part, finish},
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
    past: &Past<'_>,
    watch: &mut Watch,
) -> Result<Pages, Error> {
    let (sink, memory) = (press.sink, past.memory);
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
                .eq(before.docs.iter().copied())
        })
        .map(|(lang, _)| *lang)
        .collect();
    let keys = Keys::new(plan, renderer, options, press.source.presses());
    let targets = Targets::new(plan, renderer);
    loop {
        let work = Work {
            plan,
            renderer,
            sink,
            keys: &keys,
            memory,
            targets: &targets,
            before: &before,
            press,
            changes: AtomicUsize::new(0),
        };
        if let Some(mut pass) = work.pass(&patched)? {
            watch.step("render");
            let (problems, held) = look(plan, &pass, memory);
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
                let memory = remember(plan, &pass, &held, past, &targets);
                return Ok(end(plan, &pass, problems, &held, (pressed, memory)));
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
    let pages = plan.pages.iter().zip(&pass.done).enumerate();
    let all: Vec<(usize, String, bool)> = pages
        .filter(|(at, (page, _))| page.press.is_some() && !held.contains(at))
        .filter_map(|(at, (page, done))| {
            let path = match &done.kept {
                State::Old(known) => known.press()?.path,
                State::New(kept) => kept.press.as_ref()?.path.clone(),
            };
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
        let kept = match &done.kept {
            State::Old(known) => known.kept(),
            State::New(kept) => kept.as_ref().clone(),
        };
        done.kept = State::New(Box::new(Kept {
            key: Some(NEVER),
            press: None,
            ..kept
        }));
    }
    Ok(all
        .iter()
        .filter(|one| one.2)
        .map(|one| (one.0, one.1.clone()))
        .collect())
}

/// Everything that is to be told of the pages, and those that are held back, by their places in the plan.
fn look(plan: &Plan<'_>, pass: &Pass<'_>, memory: &Memory) -> (Vec<Problem>, BTreeSet<usize>) {
    let mut problems = plan.problems.clone();
    let mut broken = broken(plan, &pass.done, memory);
    let mut held = BTreeSet::new();
    for (at, (page, one)) in plan.pages.iter().zip(&pass.done).enumerate() {
        let links = broken.remove(&at).unwrap_or_default();
        let bad = links.iter().any(|link| link.kind == "quarantine");
        if page.held.is_some() || bad || !one.faults.is_empty() {
            held.insert(at);
        }
        problems.extend(links);
        problems.extend(one.faults.iter().cloned());
        let mut warn = |reason: &str, line: usize| {
            problems.push(Problem {
                kind: "warning",
                record: page.record.clone().unwrap_or_default(),
                path: page.path.clone(),
                line,
                reason: reason.to_owned(),
                ..Problem::default()
            });
        };
        match &one.kept {
            State::Old(known) => {
                for (reason, line) in known.warnings() {
                    warn(reason, line);
                }
            }
            State::New(kept) => {
                for (reason, line) in &kept.warnings {
                    warn(reason, *line);
                }
            }
        }
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
        let facts = || -> Result<Vec<Fact<'_>>, Error> {
            let all = pages.par_iter().filter_map(|page| {
                let entry = page.index.as_ref()?.get();
                Some(entry.map(|entry| Fact {
                    title: &page.title,
                    entry,
                }))
            });
            all.collect()
        };
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
            let sorted = pass.sorted.remove(lang).unwrap_or_default().into_iter();
            let sorted: Vec<_> = sorted
                .filter_map(|(at, facets)| Some((number(at)?, facets)))
                .collect();
            let paths: Vec<&str> = pages
                .iter()
                .map(|page| page.path.strip_prefix(prefix(*lang)).unwrap_or(&page.path))
                .collect();
            let before = Files {
                keep: &|| work.sink.keep_below(&format!("{}search/", prefix(*lang))),
                remove: &|name: &str| work.sink.remove(&format!("{}search/{name}", prefix(*lang))),
            };
            let done = match work.before.get(lang) {
                Some(known) => known
                    .old
                    .patch(&changes, &sorted, &paths, &facts, &put, &before)?,
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
        finish(&parts, &|at| number(at as usize), &facts()?, texts, &put)?;
    }
    Ok(true)
}

/// What the next build is told of the pages that are shown.
fn remember(
    plan: &Plan<'_>,
    pass: &Pass<'_>,
    held: &BTreeSet<usize>,
    past: &Past<'_>,
    targets: &Targets,
) -> Vec<u8> {
    let pages = plan.pages.iter().zip(&pass.done).enumerate();
    let shown = pages.filter(|(at, _)| !held.contains(at));
    let shown = shown.map(|(_, (page, done))| {
        let listed = page.index.is_some() && page.held.is_none();
        (page.path.as_str(), listed, &done.kept)
    });
    past.memory.write(plan, past, targets, shown)
}

fn end(
    plan: &Plan<'_>,
    pass: &Pass<'_>,
    problems: Vec<Problem>,
    held: &BTreeSet<usize>,
    (pressed, memory): (Vec<(usize, String)>, Vec<u8>),
) -> Pages {
    let mut pages = Pages {
        problems,
        outbound: BTreeSet::new(),
        files: BTreeSet::new(),
        pressed,
        memory,
    };
    for (at, (_, done)) in plan.pages.iter().zip(&pass.done).enumerate() {
        let shown = !held.contains(&at);
        match &done.kept {
            State::Old(known) => {
                let outbound = known.outbound().into_iter();
                pages.outbound.extend(outbound.map(str::to_owned));
                let images = known.images().into_iter().filter(|_| shown);
                pages.files.extend(images.map(|(id, _)| id.to_owned()));
            }
            State::New(kept) => {
                pages.outbound.extend(kept.outbound.iter().cloned());
                let images = kept.images.iter().filter(|_| shown);
                pages.files.extend(images.map(|(id, _)| id.clone()));
            }
        }
    }
    pages
}
