//! The screen for personal data when a root is built. It repeats what the schema screens when a text is entered,
//! because a text can be older than a rule. A hit is named by record and kind, never by its value.

/// What looks like a patient: the rule of the schema, read from where it stands, because nothing of the workspace is
/// imported here.
#[path = "../../entity/src/rules/screening.rs"]
pub mod screening;

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;

use crate::{audience::Audience, write::hash};
use screening::{Found, Reading};

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
        let digits = |number: &String| {
            let all: String = number.chars().filter(char::is_ascii_digit).collect();
            // As a number is found: without that of the country.
            let own = all.strip_prefix("86").filter(|own| own.len() == 11);
            own.map_or_else(|| all.clone(), str::to_owned)
        };
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
        let reading = Reading::new(text);
        let patient = reading.patient().filter(|_| with_patients);
        if let Some(found) = patient {
            return Some(match found {
                Found::IdCard => "an identity card number",
                Found::RecordNumber => "a patient number",
                Found::Name => "a person's name with a label",
                Found::Mobile => "a personal telephone number",
            });
        }
        if !self.is_wide {
            return None;
        }
        let of_person = |number: String| !self.services.contains(&number);
        if reading.mobiles().any(of_person) {
            return Some("a personal telephone number");
        }
        if runs(text).any(address) {
            return Some("an IP address");
        }
        if !self.names.is_empty() && machines(text).any(|name| self.names.contains(&name)) {
            return Some("the name of a host or a database");
        }
        let weakness = WEAKNESS.as_ref();
        weakness
            .is_none_or(|weakness| weakness.is_match(text))
            .then_some("the detail of a vulnerability")
    }
}

/// What tells where a system can be attacked: numbers of the registers, and how it is done.
static WEAKNESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(CVE|CNVD|CNNVD)-\d{4}|SQL ?注入|(远程代码|任意命令)执行|反序列化漏洞|(提权|越权|注入|上传)漏洞|漏洞利用|利用代码",
    )
    .ok()
});

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

/// Runs of what addresses are written with, long enough to be one.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
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

fn address(run: &str) -> bool {
    let parts: Vec<&str> = run.trim_matches('.').split('.').collect();
    parts.len() == 4
        && parts
            .iter()
            .all(|part| part.parse::<u8>().is_ok() && part.len() <= 3)
        && parts
            .first()
            .is_some_and(|first| matches!(*first, "10" | "172" | "192" | "127" | "169" | "100"))
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
            "**住院号：** 20260012",
            "| 姓名 |\n|---|\n| 张三 |",
        ] {
            assert!(seen(text, Audience::Audit).is_some(), "{text}");
            let screen = Screen::new(Audience::Staff, &services, &names);
            assert!(screen.find_beside_patients(text).is_none(), "{text}");
        }
        for text in [
            "电话 13912345678",
            "电话 139-1234-5678",
            "存在CVE-2024-1234",
            "可利用 SQL 注入",
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
