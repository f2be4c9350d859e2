//! The inspection template of the contract data, read from `entity/data/inspection-checklist.json`.
//!
//! Thresholds are defaults of the template version; each inspection keeps the lines that it was laid out with, so a
//! later template changes no earlier inspection.

use serde::{Deserialize, Serialize};

use crate::values::{InspectionScope, ItemMode, ItemValueType, Risk};

const FILE: &str = include_str!("../../../data/inspection-checklist.json");

/// A typed threshold; numbers are thousandths of the unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Threshold {
    /// At most.
    Lte {
        /// The last normal value.
        normal_milli: i64,
        /// The last value that is a warning only.
        critical_milli: i64,
        /// In words.
        text_zh: String,
    },
    /// At least.
    Gte {
        /// The first normal value.
        normal_milli: i64,
        /// The first value that is a warning only.
        critical_milli: i64,
        /// In words.
        text_zh: String,
    },
    /// Between two, both included.
    Between {
        /// Normal values.
        normal_milli: [i64; 2],
        /// Values that are a warning at most.
        critical_milli: [i64; 2],
        /// In words.
        text_zh: String,
    },
    /// Equal to a word or a truth value.
    Is {
        /// The normal value.
        normal: Normal,
        /// In words.
        text_zh: String,
    },
}

/// The normal value of an item that is no number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Normal {
    /// Yes or no.
    Bool(bool),
    /// A word.
    Text(String),
}

impl Threshold {
    /// The threshold in words, Chinese.
    #[must_use]
    pub fn text_zh(&self) -> &str {
        match self {
            Self::Lte { text_zh, .. }
            | Self::Gte { text_zh, .. }
            | Self::Between { text_zh, .. }
            | Self::Is { text_zh, .. } => text_zh,
        }
    }
}

/// An item of the template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Code.
    pub code: String,
    /// Scope.
    pub scope: InspectionScope,
    /// In which kind of inspection it is asked.
    pub mode: ItemMode,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// How it is found out.
    pub method: String,
    /// Type of the value.
    pub value_type: ItemValueType,
    /// Unit; empty where there is none.
    pub unit: String,
    /// Threshold.
    pub threshold: Threshold,
    /// Evidence that belongs to it.
    pub evidence: Vec<String>,
    /// Risk of a severe value.
    pub default_risk: Risk,
    /// Engines or operating systems that it is for; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applies_to: Vec<String>,
    /// Obligation that it proves.
    #[serde(default)]
    pub obligation: Option<String>,
}

/// A scope of the template.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ScopeRule {
    /// Code.
    pub code: InspectionScope,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Whether the contract names it.
    pub mandatory: bool,
}

#[derive(Deserialize)]
struct Meta {
    version: String,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "_meta")]
    meta: Meta,
    scopes: Vec<ScopeRule>,
    items: Vec<Item>,
}

/// The template.
#[derive(Clone, Debug)]
pub struct Template {
    /// Version.
    pub version: String,
    /// Scopes in their order.
    pub scopes: Vec<ScopeRule>,
    /// Items in their order.
    pub items: Vec<Item>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// The reader's message.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let file: File = serde_json::from_str(text)?;
        Ok(Self {
            version: file.meta.version,
            scopes: file.scopes,
            items: file.items,
        })
    }

    /// The template of the contract data, read once.
    ///
    /// # Panics
    /// Never: the data are compiled in and a test reads them.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "the data are compiled in and a test reads them"
    )]
    pub fn shared() -> &'static Self {
        static SHARED: std::sync::OnceLock<Template> = std::sync::OnceLock::new();
        SHARED.get_or_init(|| Self::parse(FILE).expect("the shipped template is sound"))
    }

    /// Scopes that the contract names (一(五)1).
    pub fn mandatory(&self) -> impl Iterator<Item = InspectionScope> + '_ {
        self.scopes
            .iter()
            .filter(|scope| scope.mandatory)
            .map(|scope| scope.code)
    }

    /// An item by code.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }
}
