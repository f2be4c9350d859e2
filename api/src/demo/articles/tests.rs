//! What every text of the demonstration keeps to, read as it is kept.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

use std::collections::{BTreeMap, BTreeSet};

use entity::rules::audience::{Audiences, cap, check};
use entity::rules::reference::articles;
use entity::values::Audience;

use super::*;
use crate::knowledge::ops::checked_content;

/// Whether a record stands on the pages of an audience: its own and what is for everybody.
fn stands(content: &Content, on: Audience) -> bool {
    let all: Audiences = content.audiences.iter().copied().collect();
    (all.has(on) || all.has(Audience::Staff)) && content.data_level <= cap(on)
}

#[test]
fn every_text_of_the_folder_is_told() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/articles");
    let names: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .collect();
    let told: BTreeSet<String> = TEXTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, told);
    let texts = texts().unwrap();
    let english = texts
        .iter()
        .filter(|text| text.language == Language::En)
        .count();
    assert_eq!((texts.len(), english), (70, 8));
    let named = DRAFTS
        .iter()
        .chain(&IN_REVIEW)
        .chain(&TWICE)
        .chain([&OUTDATED, &WITHDRAWN]);
    for name in named {
        assert!(told.contains(*name), "{name}");
    }
}

/// Front matter, blocks, screening: what the operations would refuse is found here.
#[test]
fn every_text_is_kept_as_it_stands() {
    for text in texts().unwrap() {
        let content = &text.content;
        if let Err(error) = checked_content(content) {
            panic!("{}: {error}", text.name);
        }
        let all: Audiences = content.audiences.iter().copied().collect();
        assert!(
            check(all, content.data_level, false).is_ok(),
            "{}",
            text.name
        );
        assert!(content.body.chars().count() > 300, "{}", text.name);
        if TWICE.contains(&text.name) {
            let first = text.first_version();
            assert!(checked_content(&first).is_ok(), "{}", text.name);
            assert_ne!(first.body, content.body, "{}", text.name);
        }
    }
}

/// A reader of a text reads what it leads to, on the pages of each audience and in each block.
#[test]
fn every_link_leads_to_what_its_readers_read() {
    let texts = texts().unwrap();
    let numbers = numbers(&texts, 2026);
    let by_number: BTreeMap<&str, &Text> = texts
        .iter()
        .filter(|text| text.original.is_none())
        .map(|text| (numbers[text.name].as_str(), text))
        .collect();
    let mut count = 0;
    for text in &texts {
        let body = linked(&text.content.body, &numbers).unwrap();
        assert!(!body.contains("kb:"), "{}", text.name);
        for (number, readers) in articles(&body) {
            let target = by_number[number.as_str()];
            let waits = DRAFTS.contains(&target.name) || IN_REVIEW.contains(&target.name);
            assert!(
                !waits && target.name != WITHDRAWN,
                "{} leads to {}",
                text.name,
                target.name
            );
            for audience in Audience::ALL {
                let reads = readers.has(*audience) || readers.has(Audience::Staff);
                if stands(&text.content, *audience) && reads {
                    assert!(
                        stands(&target.content, *audience),
                        "{} leads {audience} to {}",
                        text.name,
                        target.name
                    );
                }
            }
            count += 1;
        }
    }
    assert!(count > 80, "{count} links");
}

#[test]
fn a_link_to_nothing_is_an_error() {
    let texts = texts().unwrap();
    let numbers = numbers(&texts, 2026);
    assert!(linked("[x](kb:999-nothing)", &numbers).is_err());
    assert_eq!(
        linked("[x](kb:001-login-password#a)。", &numbers).unwrap(),
        "[x](KB-2026-0001#a)。"
    );
    assert_eq!(
        numbers["140-how-to-report-en"],
        numbers["040-how-to-report"]
    );
    assert!(Text::read("x", "+++\ntitle = 1\n+++\nx").is_err());
    assert!(Text::read("x", "x").is_err());
}
