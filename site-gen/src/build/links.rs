//! Links between the pages of a root.

use std::collections::BTreeMap;

use super::pages::Done;
use crate::plan::{Plan, Problem};

/// Links that lead nowhere, by page.
pub(super) fn broken(plan: &Plan<'_>, done: &[Done<'_>]) -> BTreeMap<usize, Vec<Problem>> {
    let ids: BTreeMap<&str, &Done<'_>> = plan
        .pages
        .iter()
        .zip(done)
        .map(|(page, done)| (page.path.as_str(), done))
        .collect();
    let mut out: BTreeMap<usize, Vec<Problem>> = BTreeMap::new();
    for (at, (page, one)) in plan.pages.iter().zip(done).enumerate() {
        for (path, anchor, line) in &one.kept.links {
            let target = ids.get(path.as_str());
            let reason = match (target, anchor) {
                (None, _) => format!(
                    "no page `{path}`; near: {}",
                    nearest(path, ids.keys().copied())
                ),
                (Some(target), Some(anchor))
                    if !anchor.is_empty()
                        && !target.gone
                        && target.kept.ids.binary_search(anchor).is_err() =>
                {
                    let near = nearest(anchor, target.kept.ids.iter().map(String::as_str));
                    format!("no anchor `{anchor}` on `{path}`; near: {near}")
                }
                (Some(_), _) => continue,
            };
            out.entry(at).or_default().push(Problem {
                kind: "quarantine",
                record: page.record.clone().unwrap_or_default(),
                path: page.path.clone(),
                line: *line,
                reason,
            });
        }
    }
    out
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
