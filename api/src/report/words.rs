//! The words of enums in reports: those of the schema, whose descriptions stand in both languages.

use std::collections::BTreeMap;

use async_graphql_parser::types::{TypeKind, TypeSystemDefinition};
use reports::{Glossary, Words};

const SCHEMA: &str = include_str!("../schema.graphql");

/// Every enum of the schema: 中文 first, then English, each ending with its full stop.
pub(super) fn glossary() -> Glossary {
    let mut kinds: BTreeMap<String, BTreeMap<String, Words>> = BTreeMap::new();
    // The committed schema parses; a test holds it against the running one.
    let Ok(document) = async_graphql_parser::parse_schema(SCHEMA) else {
        return Glossary::default();
    };
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let TypeKind::Enum(kind) = definition.node.kind else {
            continue;
        };
        let values = kind.values.into_iter().filter_map(|value| {
            let words = words(&value.node.description?.node)?;
            Some((value.node.value.node.to_string(), words))
        });
        kinds.insert(definition.node.name.node.to_string(), values.collect());
    }
    Glossary::new(kinds)
}

/// `正常. OK.` in two parts: what stands up to the first full stop, less a remark behind a colon or in brackets.
fn words(description: &str) -> Option<Words> {
    let text = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let (zh, en) = text.split_once(". ")?;
    let short = |text: &str, ends: &[char]| {
        let text = text.trim_end_matches('.');
        text.split(ends).next().unwrap_or(text).trim().to_owned()
    };
    Some(Words {
        zh: short(zh, &['：', '；', '，', '（']),
        en: short(en, &[':', ';', ',', '(']),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn the_words_are_those_of_the_schema() {
        let glossary = glossary();
        let word = |kind: &str, value: &str| {
            let words = glossary.word(kind, value).unwrap();
            (words.zh.clone(), words.en.clone())
        };
        assert_eq!(
            word("ReportState", "ISSUED"),
            ("已签发".into(), "Issued".into())
        );
        assert_eq!(word("SealVerdict", "MISSING").0, "缺章");
        assert!(!word("TicketStatus", "RESOLVED").0.is_empty());
    }
}
