//! Words of the enums, passed in by the caller.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese, the language of the contract.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Of two texts the one of this language.
    #[must_use]
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// BCP 47 tag for `lang` attributes.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    /// The text of one language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// Words of enum values: enum name → value → words, for example
/// `{"RiskLevel": {"CRITICAL": {"zh": "紧急", "en": "critical"}}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Glossary(BTreeMap<String, BTreeMap<String, Words>>);

impl Glossary {
    /// A glossary of the given words.
    #[must_use]
    pub fn new(words: BTreeMap<String, BTreeMap<String, Words>>) -> Self {
        Self(words)
    }

    /// Words of one value.
    #[must_use]
    pub fn word(&self, kind: &str, value: &str) -> Option<&Words> {
        self.0.get(kind)?.get(value)
    }
}
