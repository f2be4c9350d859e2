//! The index against a plain search for substrings.

use super::{shard::encode, *};
use proptest::prelude::*;

fn decode(text: &str) -> Vec<u32> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let value = |c: char| DIGITS.find(c).expect("a digit") as u32;
    let mut out = Vec::new();
    if let Some(bits) = text.strip_prefix('!') {
        for (at, c) in bits.chars().enumerate() {
            out.extend(
                (0..6)
                    .filter(|bit| value(c) >> bit & 1 == 1)
                    .map(|bit| at as u32 * 6 + bit),
            );
        }
        return out;
    }
    let (mut next, mut gap, mut shift) = (0, 0, 0);
    for c in text.chars() {
        let v = value(c);
        gap |= (v & 31) << shift;
        shift += 5;
        if v < 32 {
            out.push(next + gap);
            next += gap + 1;
            (gap, shift) = (0, 0);
        }
    }
    out
}

proptest! {
    #[test]
    fn lists_of_pages_survive_their_encoding(pages in proptest::collection::btree_set(0_u32..5_000, 0..400)) {
        let pages: Vec<u32> = pages.into_iter().collect();
        prop_assert_eq!(decode(&encode(&pages)), pages);
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
                let found = index.iter().find(|(known, _)| *known == term);
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
    let terms: Vec<String> = index(&docs).into_iter().map(|(term, _)| term).collect();
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
    let gather = || {
        let files = std::sync::Mutex::new(std::collections::BTreeMap::new());
        super::files(&docs, &|name, bytes| {
            files
                .lock()
                .expect("no panic")
                .insert(name.to_owned(), bytes.to_vec());
            Ok(())
        })
        .expect("memory");
        files.into_inner().expect("no panic")
    };
    let once = gather();
    for (name, content) in &once {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gz, content).expect("memory");
        assert!(gz.finish().expect("memory").len() <= 32 * 1024, "{name}");
    }
    assert_eq!(gather(), once);
}
