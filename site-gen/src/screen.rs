//! The screen for personal data when a root is built. It repeats what the schema screens when a text is entered,
//! because a text can be older than a rule. A hit is named by record and kind, never by its value.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;

use crate::{audience::Audience, write::hash};

/// What texts of one root must not contain.
#[derive(Debug, Clone)]
pub struct Screen {
    /// Whether its readers see numbers of persons and names of machines.
    is_wide: bool,
    /// Numbers that the service is reached by, digits alone.
    services: Vec<String>,
    /// Names of hosts and databases, as SHA-256 of their small letters: a root of the staff must not have them, so nobody
    /// who makes it needs to know them.
    names: BTreeSet<String>,
}

impl Screen {
    /// The screen of a root of this audience.
    pub fn new(audience: Audience, services: &[String], names: &[String]) -> Screen {
        let digits = |number: &String| number.chars().filter(char::is_ascii_digit).collect();
        Screen {
            is_wide: audience.highest_level() <= 2,
            services: services.iter().map(digits).collect(),
            names: names.iter().cloned().collect(),
        }
    }

    /// The first kind of what a text must not contain that it does contain.
    pub fn find(&self, text: &str) -> Option<&'static str> {
        self.first(text, true)
    }

    /// The same of a text in which the hospital found no patient, although it looks like that: numbers of persons and
    /// names of machines are still looked for.
    pub fn find_beside_patients(&self, text: &str) -> Option<&'static str> {
        self.first(text, false)
    }

    fn first(&self, text: &str, with_patients: bool) -> Option<&'static str> {
        let runs: Vec<&str> = runs(text).collect();
        let patient = if with_patients {
            patient(text, &runs)
        } else {
            None
        };
        if patient.is_some() {
            return patient;
        }
        if self.is_wide {
            if runs.iter().any(|run| telephone(run, &self.services)) {
                return Some("a personal telephone number");
            }
            if runs.iter().any(|run| address(run)) {
                return Some("an IP address");
            }
            if !self.names.is_empty() && machines(text).any(|name| self.names.contains(&name)) {
                return Some("the name of a host or a database");
            }
        }
        None
    }
}

/// What looks like a patient.
fn patient(text: &str, runs: &[&str]) -> Option<&'static str> {
    if runs.iter().any(|run| identity_card(run)) {
        return Some("an identity card number");
    }
    if LABELS.as_ref().is_none_or(|labels| labels.is_match(text)) {
        if labelled(text, &PATIENT) {
            return Some("a patient number");
        }
        if named(text) {
            return Some("a person's name with a label");
        }
    }
    None
}
/// Shortest name of a machine that is told from a word.
const MACHINE: usize = 4;
/// Most parts of a name that are looked at together.
const PARTS: usize = 8;

/// What may name a machine, as its SHA-256: words of letters, digits, `.`, `_` and `-`, and what their dots divide.
fn machines(text: &str) -> impl Iterator<Item = String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let words = text.split(move |c: char| !is_part(c)).flat_map(|word| {
        let parts: Vec<&str> = word.trim_matches(['.', '_', '-']).split('.').collect();
        let starts = 0..parts.len();
        let runs =
            starts.flat_map(|from| (from..parts.len().min(from + PARTS)).map(move |to| from..=to));
        let joined = runs.filter_map(|run| Some(parts.get(run)?.join(".")));
        joined.collect::<Vec<String>>()
    });
    let distinct: BTreeSet<String> = words
        .filter(|word| word.len() >= MACHINE)
        .map(|word| word.to_ascii_lowercase())
        .collect();
    distinct.into_iter().map(|name| hash(name.as_bytes()))
}

const PATIENT: [&str; 5] = ["住院号", "病案号", "门诊号", "住院编号", "病历号"];
const NAME: [&str; 4] = ["姓名：", "姓名:", "患者：", "病人："];

/// All labels at once: a text has none of them nearly always, and every text of a root is looked at in every build.
static LABELS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let all: Vec<&str> = PATIENT.into_iter().chain(NAME).collect();
    Regex::new(&all.join("|")).ok()
});

/// Runs of what numbers and addresses are written with, long enough to be one of them.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'.');
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let from = at + bytes.get(at..)?.iter().position(is_part)?;
            let rest = bytes.get(from..)?;
            at = from
                + rest
                    .iter()
                    .position(|byte| !is_part(byte))
                    .unwrap_or(rest.len());
            if at - from >= 7 {
                return text.get(from..at);
            }
        }
    })
}

/// Runs of digits (a last `x` counts) that stand alone.
fn digits(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit() && !matches!(c, 'x' | 'X' | '*'))
        .filter(|run| run.len() >= 11)
}

fn identity_card(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [u8; 11] = *b"10X98765432";
    digits(text).any(|run| {
        if run.len() != 18 {
            return false;
        }
        if run.contains('*') {
            // Masked, as `110101********123X`.
            return run.bytes().filter(u8::is_ascii_digit).count() >= 7
                && run.bytes().take(4).all(|b| b.is_ascii_digit());
        }
        let sum: u32 = run
            .bytes()
            .zip(WEIGHTS)
            .map(|(byte, weight)| u32::from(byte.wrapping_sub(b'0')) * weight)
            .sum();
        let expected = CHECK.get((sum % 11) as usize).copied();
        run.bytes().last().map(|byte| byte.to_ascii_uppercase()) == expected
    })
}

/// A label, then at most a colon and blanks, then at least four digits or letters.
fn labelled(text: &str, labels: &[&str]) -> bool {
    labels.iter().any(|label| {
        text.match_indices(label).any(|(at, label)| {
            let rest = text.get(at + label.len()..).unwrap_or_default();
            let rest = rest.trim_start_matches([':', '：', ' ', '为', '是', '#', '\u{3000}']);
            let run = rest
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '*');
            let run: Vec<char> = run.collect();
            run.len() >= 4 && run.iter().any(char::is_ascii_digit)
        })
    })
}

fn named(text: &str) -> bool {
    NAME.iter().any(|label| {
        text.match_indices(label).any(|(at, label)| {
            let rest = text
                .get(at + label.len()..)
                .unwrap_or_default()
                .trim_start_matches(' ');
            // An empty line of a paper form is no name.
            let run = rest
                .chars()
                .take(4)
                .take_while(|c| crate::markdown::is_cjk(*c) && c.is_alphabetic());
            run.count() >= 2
        })
    })
}

fn telephone(text: &str, services: &[String]) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|run| {
        run.len() == 11
            && run.starts_with('1')
            && !matches!(run.as_bytes().get(1), Some(b'0'..=b'2'))
            && !services.iter().any(|number| number == run)
    })
}

fn address(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .any(|run| {
            let parts: Vec<&str> = run.trim_matches('.').split('.').collect();
            parts.len() == 4
                && parts
                    .iter()
                    .all(|part| part.parse::<u8>().is_ok() && part.len() <= 3)
                && parts.first().is_some_and(|first| {
                    matches!(*first, "10" | "172" | "192" | "127" | "169" | "100")
                })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sg_aud_3_hits_and_misses() {
        let services = ["400-800-1234".to_owned(), "13800000000".to_owned()];
        let names = ["icu-db-01", "icudb.ha"].map(|name| hash(name.as_bytes()));
        let seen = |text: &str, audience| Screen::new(audience, &services, &names).find(text);
        for text in [
            "证件 11010519491231002X 号",
            "110105********002X",
            "住院号：12345678",
            "病案号 A0012345",
            "姓名：张三",
        ] {
            assert!(seen(text, Audience::Audit).is_some(), "{text}");
            let screen = Screen::new(Audience::Staff, &services, &names);
            assert!(screen.find_beside_patients(text).is_none(), "{text}");
        }
        for text in [
            "电话 13912345678",
            "主机 192.168.1.20 停用",
            "10.2.33.4",
            "重启ICU-DB-01后",
            "jdbc:oracle:thin:@icu-db-01.hospital.local:1521/x",
            "连接 app.icudb.ha.",
        ] {
            assert!(seen(text, Audience::Staff).is_some(), "{text}");
            let screen = Screen::new(Audience::Staff, &services, &names);
            assert!(screen.find_beside_patients(text).is_some(), "{text}");
            assert!(seen(text, Audience::It).is_none(), "{text}");
        }
        for text in [
            "110105194912310021",
            "编号 ICU-2026-000123",
            "版本 10.2.3.1000",
            "版本 5.2.0.1",
            "姓名：______",
            "住院号栏必填",
            "拨打 13800000000 或 400-800-1234",
            "20261012093000123",
            "icu-db-011 与 icu-db",
        ] {
            assert!(seen(text, Audience::Staff).is_none(), "{text}");
        }
    }
}
