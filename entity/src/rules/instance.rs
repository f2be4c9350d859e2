//! Names of output roots (`portal.md` 2): `<hospital>-<audience>`, for the ward and the vendor followed by the short code
//! of department or contract; `[a-z0-9-]` only, no name twice.

use crate::rules::audience;
use crate::values::Audience;

/// Longest short code.
const LONGEST: usize = 24;

/// The letters and digits of a text, everything else one dash; empty if there are none.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() == LONGEST {
            break;
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// Labels as they are, the later one of two equal ones followed by a number: a later label changes no earlier one.
fn apart(labels: impl Iterator<Item = String>, dash: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for label in labels {
        let free = std::iter::once(label.clone())
            .chain((2..).map(|number: u32| format!("{label}{dash}{number}")))
            .find(|code| !all.contains(code));
        all.extend(free);
    }
    all
}

/// Short codes of departments or contracts in the order of their creation; `other` where a label has no Latin letter or
/// digit.
#[must_use]
pub fn codes<'a>(labels: impl IntoIterator<Item = &'a str>, other: &str) -> Vec<String> {
    let slugs = labels.into_iter().map(|label| match slug(label) {
        empty if empty.is_empty() => other.to_owned(),
        slug => slug,
    });
    apart(slugs, "-")
}

/// Short codes of hospitals in the order of their creation, without a dash, so that no name can be read in two ways.
#[must_use]
pub fn hospitals<'a>(labels: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let slugs = labels
        .into_iter()
        .map(|label| match slug(label).replace('-', "") {
            empty if empty.is_empty() => "h".to_owned(),
            slug => slug,
        });
    apart(slugs, "")
}

/// The name of a root.
#[must_use]
pub fn name(hospital: &str, audience: Audience, code: Option<&str>) -> String {
    let letter = audience::code(audience).to_ascii_lowercase();
    match code {
        Some(code) => format!("{hospital}-{letter}-{code}"),
        None => format!("{hospital}-{letter}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_made_of_latin_letters_and_stay_apart() {
        assert_eq!(slug("  ICU-OPS/2026 第1号 "), "icu-ops-2026-1");
        assert_eq!(slug("重症医学科"), "");
        assert_eq!(
            codes(["重症医学科", "急诊ICU", "外科"], "ward"),
            ["ward", "icu", "ward-2"]
        );
        assert_eq!(codes(["A", "a", "a-2"], "x"), ["a", "a-2", "a-2-2"]);
        assert_eq!(
            hospitals(["DEMO", "demo-p1", "demo", "demo2", "一院"]),
            ["demo", "demop1", "demo2", "demo22", "h"]
        );
        assert_eq!(name("demo", Audience::It, None), "demo-p2");
        assert_eq!(name("demo", Audience::Icu, Some("icu")), "demo-p1-icu");
    }

    proptest! {
        #[test]
        fn codes_are_different_and_a_later_label_changes_none(labels in proptest::collection::vec(".{0,12}", 0..8)) {
            let all = codes(labels.iter().map(String::as_str), "ward");
            prop_assert_eq!(all.len(), labels.len());
            for (place, code) in all.iter().enumerate() {
                prop_assert!(!code.is_empty());
                prop_assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
                prop_assert!(all.iter().skip(place + 1).all(|other| other != code));
            }
            let before = labels.len().saturating_sub(1);
            let fewer = codes(labels.iter().take(before).map(String::as_str), "ward");
            prop_assert!(fewer.iter().eq(all.iter().take(before)));
        }
    }
}
