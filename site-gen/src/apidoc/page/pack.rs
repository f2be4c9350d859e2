//! Operations and types packed into pages of a bounded size.

use std::collections::BTreeMap;

use super::{CLOSE, OPEN};
use crate::docs::html::Said;

/// What its parts may weigh together, which leaves room for the frame and for links longer than their placeholders.
const PACKED: usize = super::LIGHT - 15_000;

/// Pages of operations and types, before their links are known.
#[derive(Default)]
pub(super) struct Sections {
    pub pages: Vec<Section>,
    /// Page of each anchor.
    pub of: BTreeMap<String, String>,
}

pub(super) struct Section {
    pub path: String,
    pub title: String,
    pub about: Said,
    /// Anchor, name and text of each part.
    pub parts: Vec<(String, String, String)>,
    pub types: bool,
}

/// Anchor, name and text of an operation or a type.
pub(super) type Part3 = (String, String, String);

/// Operations of a group, or all types, in one language.
pub(super) struct Group {
    pub name: String,
    pub title: String,
    pub about: Said,
    pub parts: Vec<Part3>,
    pub types: bool,
}

/// Packs both languages alike, so that a page has the same parts as its translation.
pub(super) fn pack(zh: Vec<Group>, en: Vec<Group>) -> (Sections, Sections) {
    let mut packed = (Sections::default(), Sections::default());
    for (zh, en) in zh.into_iter().zip(en) {
        let numbers = numbers(&zh.parts, &en.parts);
        fill(&mut packed.0, zh, &numbers);
        fill(&mut packed.1, en, &numbers);
    }
    packed
}

/// Number of the page of each part.
fn numbers(zh: &[Part3], en: &[Part3]) -> Vec<usize> {
    // The page lists its parts, and each of its links grows when it gets its address.
    let weight = |part: &Part3| {
        part.2.len() + 80 * part.2.matches(OPEN).count() + 2 * (part.0.len() + part.1.len()) + 60
    };
    let (mut number, mut filled) = (0, PACKED);
    zh.iter()
        .zip(en)
        .map(|(zh, en)| {
            let own = weight(zh).max(weight(en));
            if filled + own > PACKED {
                number += 1;
                filled = 0;
            }
            filled += own;
            number
        })
        .collect()
}

fn fill(sections: &mut Sections, group: Group, numbers: &[usize]) {
    let mut last = 0;
    for (part, number) in group.parts.into_iter().zip(numbers) {
        let path = if *number == 1 {
            format!("{}.html", group.name)
        } else {
            format!("{}-{number}.html", group.name)
        };
        sections.of.insert(part.0.clone(), path.clone());
        if *number != last {
            last = *number;
            sections.pages.push(Section {
                path,
                title: group.title.clone(),
                about: group.about.clone(),
                parts: Vec::new(),
                types: group.types,
            });
        }
        if let Some(page) = sections.pages.last_mut() {
            page.parts.push(part);
        }
    }
}

/// Puts the addresses into their places.
pub(super) fn linked(html: &str, of: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(html.len() + 1024);
    let mut rest = html;
    while let Some((before, behind)) = rest.split_once(OPEN) {
        out.push_str(before);
        let (anchor, after) = behind.split_once(CLOSE).unwrap_or((behind, ""));
        if let Some(page) = of.get(anchor) {
            out.push_str(page);
        }
        out.push('#');
        out.push_str(anchor);
        rest = after;
    }
    out.push_str(rest);
    out
}
