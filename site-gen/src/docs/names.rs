//! Names of files: `[a-z0-9._-]`, short, unique without regard to case.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

const LONGEST: usize = 80;

/// Names given so far.
#[derive(Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// A name for a text. Whoever asks in the same order gets the same names.
    pub fn give(&mut self, text: &str) -> String {
        let lower = text.to_lowercase();
        let clean: String = lower
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
                    c
                } else {
                    '-'
                }
            })
            .take(LONGEST)
            .collect();
        let clean = clean.trim_matches(['-', '.']).to_owned();
        let name = if clean == lower && !clean.is_empty() && !self.0.contains(&clean) {
            clean
        } else {
            let hash = Sha256::digest(text.as_bytes());
            let hash: String = hash
                .iter()
                .take(4)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            if clean.is_empty() {
                hash
            } else {
                format!("{clean}-{hash}")
            }
        };
        self.0.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_unique_and_plain() {
        let mut names = Names::default();
        assert_eq!(names.give("icu.bed_stay"), "icu.bed_stay");
        let upper = names.give("ICU.BED_STAY");
        let chinese = names.give("床位");
        assert!(upper.starts_with("icu.bed_stay-"), "{upper}");
        for name in [&upper, &chinese] {
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c)),
                "{name}"
            );
        }
        assert!(names.give(&"x".repeat(300)).len() <= 120);
    }
}
