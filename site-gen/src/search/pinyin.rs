//! Sounds of the words in titles and headings, so that `hxj` and `huxiji` find 呼吸机.
//!
//! A key leads to the characters it stands for, not to pages: the text is searched with those characters, wherever
//! they stand. A key covers up to four characters; a query may be any beginning of it.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti;

use super::fold::{fold, is_han};

/// Characters that one key covers.
const WINDOW: usize = 4;
/// Readings of one window that are kept, with polyphones multiplied out.
const VARIANTS: usize = 8;

/// Keys with what they stand for: each character followed by the length of its sound.
pub(super) fn entries<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<(String, String)> {
    let mut windows: BTreeSet<Vec<char>> = BTreeSet::new();
    for name in names {
        let folded = fold(name);
        for run in folded.split(|c: char| !is_han(c)) {
            let run: Vec<char> = run.chars().collect();
            for start in 0..run.len() {
                let window: Vec<char> = run.iter().skip(start).take(WINDOW).copied().collect();
                if window.len() >= 2 {
                    windows.insert(window);
                }
            }
        }
    }
    let mut out = BTreeSet::new();
    for window in &windows {
        let text: String = window.iter().collect();
        let mut variants: Vec<(String, String, String, String)> = vec![Default::default()];
        for (c, readings) in window.iter().zip(text.as_str().to_pinyin_multi()) {
            let mut sounds: BTreeSet<&str> = BTreeSet::new();
            for reading in readings.into_iter().flatten() {
                sounds.insert(reading.plain());
            }
            if sounds.is_empty() {
                break;
            }
            let mut next = Vec::new();
            for (full, full_value, first, first_value) in &variants {
                for sound in &sounds {
                    let sound = sound.replace('ü', "v");
                    let initial: String = sound.chars().take(1).collect();
                    next.push((
                        format!("{full}{sound}"),
                        format!("{full_value}{c}{}", sound.len()),
                        format!("{first}{initial}"),
                        format!("{first_value}{c}1"),
                    ));
                }
            }
            next.truncate(VARIANTS);
            variants = next;
        }
        for (full, full_value, first, first_value) in variants {
            if first.len() >= 2 {
                out.insert((full, full_value));
                out.insert((first, first_value));
            }
        }
    }
    out
}
