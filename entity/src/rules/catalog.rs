//! The categories of the contract as shipped in `entity/data/ticket-categories.json`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

use crate::values::{ClockCode, Role, Route, TicketCategory};

/// A category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Response clock.
    pub response_clock: ClockCode,
    /// Whether a severity is set, and with it a resolution clock by severity.
    pub severity_required: bool,
    /// Whether the resolution clock goes by severity.
    pub resolution_by_severity: bool,
    /// Route.
    pub route: Route,
    /// Roles of the hospital that may submit it.
    pub may_submit: Vec<Role>,
    /// Roles of the vendor that may raise it for the vendor itself.
    pub may_self_raise: Vec<Role>,
    /// Subcategories: code and names.
    pub subcategories: BTreeMap<String, (String, String)>,
}

/// All categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog(BTreeMap<TicketCategory, Category>);

impl Catalog {
    /// The catalog of the contract data.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Catalog> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            Self::read(include_str!("../../data/ticket-categories.json"))
                .unwrap_or_else(|| Self(BTreeMap::new()))
        })
    }

    fn read(text: &str) -> Option<Self> {
        let data: Value = serde_json::from_str(text).ok()?;
        let mut all = BTreeMap::new();
        for row in data.get("categories")?.as_array()? {
            let text_of = |key: &str| row.get(key).and_then(Value::as_str);
            let roles = |key: &str| -> Option<Vec<Role>> {
                row.get(key)?
                    .as_array()?
                    .iter()
                    .map(|role| Role::parse(role.as_str()?))
                    .collect()
            };
            let subcategories = row
                .get("subcategories")?
                .as_array()?
                .iter()
                .map(|sub| {
                    let part = |key: &str| sub.get(key).and_then(Value::as_str).map(str::to_owned);
                    Some((part("code")?, (part("name_zh")?, part("name_en")?)))
                })
                .collect::<Option<_>>()?;
            all.insert(
                TicketCategory::parse(text_of("code")?)?,
                Category {
                    name_zh: text_of("name_zh")?.to_owned(),
                    name_en: text_of("name_en")?.to_owned(),
                    response_clock: ClockCode::parse(text_of("response_clock")?)?,
                    severity_required: row.get("severity_required")?.as_bool()?,
                    resolution_by_severity: text_of("resolution_clock")?
                        == "RESOLUTION_BY_SEVERITY",
                    route: Route::parse(text_of("route")?)?,
                    may_submit: roles("may_submit")?,
                    may_self_raise: roles("may_self_raise")?,
                    subcategories,
                },
            );
        }
        Some(Self(all))
    }

    /// One category; every value of [`TicketCategory`] has one, which a test proves.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "the data are compiled in and a test reads every category"
    )]
    pub fn category(&self, code: TicketCategory) -> &Category {
        self.0
            .get(&code)
            .expect("every category stands in the contract data")
    }

    /// Names of a subcategory of a category.
    #[must_use]
    pub fn subcategory(&self, category: TicketCategory, code: &str) -> Option<&(String, String)> {
        self.category(category).subcategories.get(code)
    }

    /// The response clock; the most specific rule wins (S16): vulnerabilities have two hours.
    #[must_use]
    pub fn response_clock(&self, category: TicketCategory, subcategory: &str) -> ClockCode {
        if subcategory == "SECURITY-VULN" {
            ClockCode::Response2h
        } else {
            self.category(category).response_clock
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_and_84_subcategories_are_read() {
        let catalog = Catalog::shipped();
        let count: usize = TicketCategory::ALL
            .iter()
            .map(|code| catalog.category(*code).subcategories.len())
            .sum();
        assert_eq!(count, 84);
        assert_eq!(
            catalog.response_clock(TicketCategory::Security, "SECURITY-VULN"),
            ClockCode::Response2h
        );
        assert_eq!(
            catalog.response_clock(TicketCategory::Security, "SECURITY-LEAK"),
            ClockCode::Immediate15min
        );
    }
}
