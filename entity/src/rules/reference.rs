//! What a text in Markdown refers to: other articles by number, files by id (SG-MD-4).
//!
//! `[words](KB-2026-0001)` is an article, with `#heading` a place in it; `![words](file:att_…)` shows a file. The words
//! around an address are not parsed: whatever stands where an address may stand counts, so that no way of writing a
//! reference is overlooked.

use std::collections::BTreeMap;

use crate::rules::audience::Audiences;
use crate::rules::block::parts;

/// Stands before the id of a file.
pub const FILE: &str = "file:";

/// What stands before an address: links and images, definitions of references, addresses in brackets, HTML.
const BEFORE: [&str; 6] = ["](", "](<", "]: ", "<", "src=\"", "href=\""];

/// Every address of a text, in order.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let begin = BEFORE.iter().find_map(|mark| rest.strip_prefix(mark))?;
        let end = begin
            .find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | '"' | '<'))
            .unwrap_or(begin.len());
        begin.get(..end).filter(|address| !address.is_empty())
    })
}

/// The files that a text names, as they are written behind [`FILE`], each with the audiences that read where it stands.
#[must_use]
pub fn files(text: &str) -> BTreeMap<String, Audiences> {
    let mut found: BTreeMap<String, Audiences> = BTreeMap::new();
    for (audiences, part) in parts(text) {
        for file in addresses(&part).filter_map(|address| address.strip_prefix(FILE)) {
            let known = found.entry(file.to_owned()).or_default();
            *known = known.and(audiences);
        }
    }
    found
}

/// The numbers of articles to which a text leads, each with the audiences that read where it stands.
#[must_use]
pub fn articles(text: &str) -> BTreeMap<String, Audiences> {
    let mut found: BTreeMap<String, Audiences> = BTreeMap::new();
    for (audiences, part) in parts(text) {
        for address in addresses(&part).filter(|address| address.starts_with("KB-")) {
            let number = address.split('#').next().unwrap_or_default();
            let known = found.entry(number.to_owned()).or_default();
            *known = known.and(audiences);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Audience;

    fn named(text: &str) -> Vec<String> {
        files(text).into_keys().collect()
    }

    #[test]
    fn a_file_is_named_wherever_an_address_stands() {
        for text in [
            "![界面](file:att_1)",
            "见![界面](file:att_1 \"标题\")。",
            "[附件](file:att_1)",
            "![a](<file:att_1>)",
            "![a][b]\n\n[b]: file:att_1",
            "<file:att_1>",
            "<img src=\"file:att_1\">",
            "[![a](file:att_1)](KB-2026-0001)",
        ] {
            assert_eq!(named(text), ["att_1"], "{text}");
        }
        for text in [
            "file:att_1",
            "文件 file:att_1 与 (file:att_1)",
            "![a](att_1)",
            "",
        ] {
            assert!(named(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_file_is_for_whoever_reads_where_it_stands() {
        let text = "![a](file:x)\n:::audience IT\n![b](file:y) ![c](file:x)\n:::\n:::audience VENDOR\n![b](file:y)\n:::";
        let found = files(text);
        assert_eq!(found.get("x"), Some(&Audiences::ALL));
        let both = [Audience::It, Audience::Vendor].into_iter().collect();
        assert_eq!(found.get("y"), Some(&both));
    }

    #[test]
    fn an_article_is_named_by_its_number() {
        let found =
            articles("见[一](KB-2026-0001)、[二](KB-2026-0002#步骤)与[外](https://x.example/KB-1)");
        let numbers: Vec<&String> = found.keys().collect();
        assert_eq!(numbers, ["KB-2026-0001", "KB-2026-0002"]);
    }
}
