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
        let Some((kind, reason, reason_zh)) = wrong(plan, done, path, anchor) else {
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
            reason_zh,
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

/// The kind of the problem with a link, and what is wrong in English and Chinese; nothing if it leads somewhere.
fn wrong(
    plan: &Plan<'_>,
    done: &[Done<'_>],
    path: &str,
    anchor: Option<&str>,
) -> Option<(&'static str, String, String)> {
    let target = place(plan, path).and_then(|at| done.get(at));
    let Some(target) = target else {
        let paths = plan.pages.iter().map(|page| page.path.as_str());
        let near = nearest(path, paths);
        return Some((
            "quarantine",
            format!("no page `{path}`; near: {near}"),
            format!("链接无目标 {path}，相近：{near}"),
        ));
    };
    if target.gone {
        return Some((
            "warning",
            format!("`{path}` was withdrawn"),
            format!("所链接的 {path} 已撤下"),
        ));
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
    Some((
        "quarantine",
        format!("no anchor `{anchor}` on `{path}`; near: {near}"),
        format!("{path} 无标题锚点 {anchor}，相近：{near}"),
    ))
}

/// The existing names that take the fewest changes to be the wrong one. What was meant is nearly always another page of a
/// number or a word that is nearly right, so that the last part of a path decides.
fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> String {
    let last = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or_default();
        file.trim_end_matches(".html").to_owned()
    };
    let own = last(wrong);
    let far = |name: &str| {
        let (file, path) = (
            strsim::osa_distance(&own, &last(name)),
            strsim::osa_distance(wrong, name),
        );
        (file, path)
    };
    // The whole page, as which it is skipped to.
    let names = names.filter(|name| *name != "site-main");
    let mut all: Vec<((usize, usize), &str)> = names.map(|name| (far(name), name)).collect();
    all.sort_unstable();
    all.into_iter()
        .take(3)
        .map(|(_, name)| name)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn sg_link_1_a_slip_in_a_number_finds_its_page() {
        let pages = [
            "faq/index.html",
            "faq/kb-2025-0001.html",
            "faq/kb-2025-0039.html",
            "downtime/kb-2025-0038.html",
        ];
        for (wrong, meant) in [
            ("faq/kb-2025-0939.html", "faq/kb-2025-0039.html"),
            ("faq/kb-2025-0038.html", "downtime/kb-2025-0038.html"),
        ] {
            assert!(
                nearest(wrong, pages.into_iter()).starts_with(meant),
                "{wrong}"
            );
        }
        let ids = ["site-main", "第一步-接线", "第二步-开机"];
        assert!(nearest("第一步", ids.into_iter()).starts_with("第一步-接线"));
        assert!(!nearest("x", ids.into_iter()).contains("site-main"));
    }
}
