//! The index against a plain search for substrings.

use std::{collections::BTreeMap, sync::Mutex};

use proptest::prelude::*;

use super::{
    shard::{decode, encode},
    *,
};

/// All files of an index by name.
fn gather(docs: &[Doc]) -> BTreeMap<String, Vec<u8>> {
    let files = Mutex::new(BTreeMap::new());
    super::files(docs, &|name, bytes| {
        let mut files = files.lock().expect("no panic");
        files.insert(name.to_owned(), bytes.to_vec());
        Ok(())
    })
    .expect("memory");
    files.into_inner().expect("no panic")
}

/// The files after some pages of an index changed, and how many of them were written; nothing if it cannot be patched.
fn patched(before: &[Doc], after: &[Doc]) -> Option<(BTreeMap<String, Vec<u8>>, usize)> {
    let old = gather(before);
    let read = |name: &str| String::from_utf8(old.get(name)?.clone()).ok();
    let (files, written) = (Mutex::new(BTreeMap::new()), Mutex::new(0));
    let put = |name: &str, bytes: &[u8]| {
        let mut files = files.lock().expect("no panic");
        files.insert(name.to_owned(), bytes.to_vec());
        *written.lock().expect("no panic") +=
            usize::from(old.get(name).is_none_or(|old| old != bytes));
        Ok(())
    };
    let keep = || {
        files.lock().expect("no panic").extend(old.clone());
        Ok(true)
    };
    let remove = |name: &str| {
        let gone = files.lock().expect("no panic").remove(name);
        assert!(gone.is_some(), "{name}");
        Ok(())
    };
    let changes: Vec<Change> = after
        .iter()
        .zip(before)
        .zip(0..)
        .filter(|((new, old), _)| entry(new) != entry(old))
        .map(|((new, _), number)| Change {
            number,
            doc: new.clone(),
        })
        .collect();
    let paths: Vec<&str> = after.iter().map(|doc| doc.path.as_str()).collect();
    let facts = || Ok(after.iter().map(Doc::fact).collect());
    let made: Vec<_> = after
        .iter()
        .zip(0..)
        .map(|(doc, number)| (number, doc.facets.clone()))
        .collect();
    let before = patch::Files {
        keep: &keep,
        remove: &remove,
    };
    let index = Old::open(&read).expect("an index");
    index
        .patch(&changes, &made, &paths, &facts, &put, &before)
        .expect("memory")?;
    let files = files.into_inner().expect("no panic");
    Some((files, written.into_inner().expect("no panic")))
}

/// A page of many terms, some of which no other page has.
fn page(number: usize, seed: usize) -> Doc {
    const WORDS: [&str; 12] = [
        "呼吸机",
        "報警",
        "重症",
        "护理记录",
        "ICU-2026-",
        "inspection_item",
        "门",
        "髒器",
        "備份",
        "值班",
        "ＡＢ",
        "整改",
    ];
    let text: String = (0..40)
        .map(|at| WORDS[(seed * 7 + at * at + number * at) % (5 + seed % 8)])
        .collect();
    let mut doc = doc(
        &format!("第{number}页"),
        &format!(
            "{text} 编号 KB-{number}-{seed} {}",
            "长".repeat(seed % 5 * 300)
        ),
    );
    doc.path = format!("faq/kb-{number:04}.html");
    doc.facets = vec![("kind", ["甲", "乙"][seed % 2].to_owned())];
    doc
}

proptest! {
    #[test]
    fn lists_of_pages_survive_their_encoding(pages in proptest::collection::btree_set(0_u32..5_000, 0..400)) {
        let pages: Vec<u32> = pages.into_iter().collect();
        prop_assert_eq!(decode(&encode(&pages)), Some(pages));
    }

    /// SG-INC-1 on the format: an index that was patched has the bytes of one that was made anew.
    #[test]
    fn sg_inc_1_a_patched_index_is_that_of_a_clean_build(
        count in 1_usize..90, edits in proptest::collection::vec((0_usize..90, 0_usize..40, any::<bool>()), 0..6),
    ) {
        let before: Vec<Doc> = (0..count).map(|number| page(number, number % 3)).collect();
        let mut after = before.clone();
        for (number, seed, title) in edits {
            let number = number % count;
            let mut new = page(number, seed);
            if title {
                new.title = format!("另一题目{seed}");
            }
            after[number] = new;
        }
        if let Some((files, _)) = patched(&before, &after) {
            prop_assert_eq!(files, gather(&after));
        }
    }

    /// SG-SRCH-1 on the format: what stands in a text leads to its page.
    #[test]
    fn sg_srch_1_every_substring_finds_its_page(
        texts in proptest::collection::vec("[呼吸机报警重症系统ICU a-c1-3._-]{1,60}", 1..6),
        at in 0_usize..60, len in 2_usize..9,
    ) {
        let docs: Vec<Doc> = texts.iter().map(|text| doc("题", text)).collect();
        let index = index(&docs);
        for (number, text) in texts.iter().enumerate() {
            let sample: String = text.chars().skip(at).take(len).collect();
            if sample.is_empty() || !sample.chars().all(fold::is_han) {
                continue;
            }
            let chars: Vec<char> = sample.chars().collect();
            for pair in chars.windows(2) {
                let term: String = pair.iter().collect();
                let found = index.iter().find(|(known, _)| **known == *term);
                prop_assert!(found.is_some_and(|(_, postings)| postings.all.contains(&(number as u32))), "{term}");
            }
            if chars.len() == 1 {
                prop_assert!(index.iter().any(|(known, postings)| known.starts_with(&sample) && postings.all.contains(&(number as u32))));
            }
        }
    }
}

fn doc(title: &str, text: &str) -> Doc {
    Doc {
        path: "a.html".to_owned(),
        title: title.to_owned(),
        meta: String::new(),
        lang: None,
        facets: Vec::new(),
        words: String::new(),
        sections: vec![Section {
            text: text.to_owned(),
            ..Section::default()
        }],
    }
}

#[test]
fn sg_srch_3_parts_of_names_begin_a_term() {
    let docs = [doc(
        "题",
        "表 inspection_item，版本 10.2.3，编号 ICU-2026-000123，ＩＣＵ，護理記錄",
    )];
    let terms: Vec<String> = index(&docs)
        .into_iter()
        .map(|(term, _)| term.to_string())
        .collect();
    for term in [
        "inspection_item",
        "item",
        "10.2.3",
        "2.3",
        "3",
        "icu-2026-000123",
        "000123",
        "icu",
        "护理",
        "记录",
        "录",
    ] {
        assert!(
            terms.contains(&term.to_owned()),
            "{term} is not in {terms:?}"
        );
    }
}

#[test]
fn sg_srch_6_every_reading_of_a_word_is_known() {
    let entries = pinyin::entries(["重症监护与呼吸机"].into_iter());
    let starts = |prefix: &str, han: char| {
        entries
            .iter()
            .any(|(key, value)| key.starts_with(prefix) && value.starts_with(han))
    };
    assert!(starts("zhongzheng", '重') && starts("chongzheng", '重') && starts("zzjh", '重'));
    assert!(starts("huxiji", '呼') && starts("hxj", '呼'));
    assert!(!starts("hxj", '重'));
}

#[test]
fn sg_srch_3_files_stay_small_and_order_is_that_of_the_browser() {
    let docs: Vec<Doc> = (0..400)
        .map(|n| {
            doc(
                &format!("第{n}页"),
                &format!("编号 KB-{n:04} 呼吸机 𠀀字 \u{FA0E}字"),
            )
        })
        .collect();
    let terms = index(&docs);
    assert!(
        terms
            .windows(2)
            .all(|pair| pair[0].0.encode_utf16().lt(pair[1].0.encode_utf16()))
    );
    let once = gather(&docs);
    for (name, content) in &once {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gz, content).expect("memory");
        assert!(gz.finish().expect("memory").len() <= 32 * 1024, "{name}");
    }
    assert_eq!(gather(&docs), once);
}

/// What a reader's browser has to fetch anew after an edit that brings no new words: the text, the list of all files, and
/// nothing of the terms.
#[test]
fn sg_inc_1_an_edit_writes_few_files_of_the_index() {
    let before: Vec<Doc> = (0..600).map(|number| page(number, number % 3)).collect();
    let mut after = before.clone();
    let section = &mut after[300].sections[0];
    section.text = format!("{} {}", section.text, "编号");
    let (files, written) = patched(&before, &after).expect("the same pages");
    assert_eq!(files, gather(&after));
    assert!(written <= 4, "{written} files");
    assert!(files.len() > 20, "{} files", files.len());
    // Nothing changed: nothing is written.
    assert_eq!(
        patched(&before, &before).map(|(_, written)| written),
        Some(0)
    );
}
