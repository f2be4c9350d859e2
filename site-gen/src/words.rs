//! The words of the pages in both languages. A word that is missing ends the build.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::{error::Error, markdown::Lang};

#[derive(Deserialize)]
struct Table {
    text: BTreeMap<String, [String; 2]>,
    word: BTreeMap<String, [String; 2]>,
    term: BTreeMap<String, [String; 2]>,
}

static TABLE: LazyLock<Result<Table, String>> = LazyLock::new(|| {
    toml::from_str(include_str!("../data/strings.toml")).map_err(|error| error.to_string())
});

fn table() -> Result<&'static Table, Error> {
    TABLE
        .as_ref()
        .map_err(|error| Error::Template(format!("words of the pages: {error}")))
}

fn side(pair: &[String; 2], lang: Lang) -> &str {
    let [zh, en] = pair;
    lang.pick(zh, en)
}

/// All texts of the frame in one language.
///
/// # Errors
///
/// When the table cannot be read.
pub fn texts(lang: Lang) -> Result<BTreeMap<&'static str, &'static str>, Error> {
    Ok(table()?
        .text
        .iter()
        .map(|(key, pair)| (key.as_str(), side(pair, lang)))
        .collect())
}

/// One text of the frame.
///
/// # Errors
///
/// When there is no such text.
pub fn text(key: &str, lang: Lang) -> Result<&'static str, Error> {
    let pair = table()?.text.get(key);
    pair.map(|pair| side(pair, lang))
        .ok_or_else(|| Error::Template(format!("no text `{key}`")))
}

/// A word of the schema as the pages print it.
///
/// # Errors
///
/// When the word is unknown: a page never prints a code that nobody understands.
pub fn word(code: &str, lang: Lang) -> Result<&'static str, Error> {
    let pair = table()?.word.get(code);
    pair.map(|pair| side(pair, lang))
        .ok_or_else(|| Error::Template(format!("no word for `{code}`")))
}

/// Terms of the field, Chinese and English, in the order of the English ones.
///
/// # Errors
///
/// When the table cannot be read.
pub fn glossary() -> Result<Vec<&'static [String; 2]>, Error> {
    let mut terms: Vec<&[String; 2]> = table()?.term.values().collect();
    terms.sort_by_key(|[_, en]| en.to_lowercase());
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sg_i18n_1_every_word_has_both_languages() {
        let table = table().expect("the table is read");
        for (key, [zh, en]) in table.text.iter().chain(&table.word).chain(&table.term) {
            assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{key}");
            assert!(
                key == "language" || !en.chars().any(crate::markdown::is_cjk),
                "{key}: {en}"
            );
        }
        assert!(word("NEVER", Lang::Zh).is_err());
    }

    /// The product has one glossary; the pages show a part of it.
    #[test]
    fn terms_are_those_of_the_glossary() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../entity/data/glossary.json");
        let text = std::fs::read_to_string(path).expect("the glossary");
        let all: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let terms = all["terms"].as_array().expect("its terms");
        let own = &table().expect("the table is read").term;
        assert!(own.len() >= 20);
        for (code, [zh, en]) in own {
            let known = terms
                .iter()
                .any(|one| one["code"] == **code && one["zh"] == **zh && one["en"] == **en);
            assert!(known, "{code}: {zh} {en}");
        }
    }
}
