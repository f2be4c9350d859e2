//! Links between the pages of a root.

use std::collections::{BTreeMap, HashSet};

use super::{
    memory::{Memory, State},
    pages::Done,
};
use crate::plan::{Plan, Problem};

/// Paths to which a link may lead nowhere although it led somewhere in the build before: pages that are gone or withdrawn,
/// pages that lost an anchor, pages of which nothing is remembered.
fn suspects<'a>(plan: &'a Plan<'_>, done: &[Done<'_>], memory: &'a Memory) -> HashSet<&'a str> {
    let mut out = HashSet::new();
    for (page, one) in plan.pages.iter().zip(done) {
        let State::New(kept) = &one.kept else {
            continue;
        };
        let has = |id: &str| {
            kept.ids
                .binary_search_by(|own| own.as_str().cmp(id))
                .is_ok()
        };
        // What leads to a withdrawn page is told in every build.
        let good = !one.gone
            && memory
                .page(&page.path)
                .is_some_and(|before| before.ids().into_iter().all(has));
        if !good {
            out.insert(page.path.as_str());
        }
    }
    let gone = memory.pages().map(|known| known.path());
    out.extend(gone.filter(|path| place(plan, path).is_none()));
    out
}

fn place(plan: &Plan<'_>, path: &str) -> Option<usize> {
    let found = plan
        .pages
        .binary_search_by(|page| page.path.as_str().cmp(path));
    found.ok()
}

/// Links that lead nowhere, or to what was withdrawn, by page: the latter hold no page back. Those of a page that was taken over were good when it was made: only what may have
/// become bad since is looked at again.
pub(super) fn broken(
    plan: &Plan<'_>,
    done: &[Done<'_>],
    memory: &Memory,
) -> BTreeMap<usize, Vec<Problem>> {
    let suspects = suspects(plan, done, memory);
    let mut out: BTreeMap<usize, Vec<Problem>> = BTreeMap::new();
    let mut look = |at: usize, path: &str, anchor: Option<&str>, line: usize| {
        let Some((kind, reason)) = wrong(plan, done, path, anchor) else {
            return;
        };
        let Some(page) = plan.pages.get(at) else {
            return;
        };
        out.entry(at).or_default().push(Problem {
            kind,
            record: page.record.clone().unwrap_or_default(),
            path: page.path.clone(),
            line,
            reason,
        });
    };
    for (at, one) in done.iter().enumerate() {
        match &one.kept {
            State::New(kept) => {
                for (path, anchor, line) in &kept.links {
                    look(at, path, anchor.as_deref(), *line);
                }
            }
            State::Old(_) if suspects.is_empty() => {}
            State::Old(known) => {
                for (path, anchor, line) in known.links() {
                    if suspects.contains(path) {
                        look(at, path, anchor, line);
                    }
                }
            }
        }
    }
    out
}

/// What is wrong with a link, and the kind of the problem; nothing if it leads somewhere.
fn wrong(
    plan: &Plan<'_>,
    done: &[Done<'_>],
    path: &str,
    anchor: Option<&str>,
) -> Option<(&'static str, String)> {
    let target = place(plan, path).and_then(|at| done.get(at));
    let Some(target) = target else {
        let paths = plan.pages.iter().map(|page| page.path.as_str());
        let near = nearest(path, paths);
        return Some(("quarantine", format!("no page `{path}`; near: {near}")));
    };
    if target.gone {
        return Some(("warning", format!("`{path}` was withdrawn")));
    }
    let anchor = anchor.filter(|anchor| !anchor.is_empty())?;
    let ids: Vec<&str> = match &target.kept {
        State::Old(known) => known.ids(),
        State::New(kept) => kept.ids.iter().map(String::as_str).collect(),
    };
    if ids.binary_search(&anchor).is_ok() {
        return None;
    }
    let near = nearest(anchor, ids.into_iter());
    let reason = format!("no anchor `{anchor}` on `{path}`; near: {near}");
    Some(("quarantine", reason))
}

/// The existing names that share most with a wrong one.
fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> String {
    let score = |name: &str| {
        let head = wrong
            .chars()
            .zip(name.chars())
            .take_while(|(a, b)| a == b)
            .count();
        let tail = wrong
            .chars()
            .rev()
            .zip(name.chars().rev())
            .take_while(|(a, b)| a == b)
            .count();
        head + tail
    };
    let mut all: Vec<(usize, &str)> = names.map(|name| (score(name), name)).collect();
    all.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    all.into_iter()
        .take(3)
        .map(|(_, name)| name)
        .collect::<Vec<_>>()
        .join(", ")
}
