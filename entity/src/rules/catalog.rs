//! The catalogue of ticket categories of the contract, read from `entity/data/ticket-categories.json`.
//!
//! Pure reading: categories, subcategories, severities, and the limits they name (A-01, A-42, S16).
//! It does not know tickets and starts no clock; the priority matrix is `rules::ticket::severity`.

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::values::{ClockCode, Role, Route, Severity, TicketCategory};

const FILE: &str = include_str!("../../data/ticket-categories.json");

/// A length of time as the contract writes it; the kinds are never converted (S3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// `PT2H`: seconds.
    Seconds(i64),
    /// `P90D`: natural days.
    NaturalDays(u32),
    /// `P5WD`: statutory working days.
    WorkingDays(u32),
}

impl Span {
    /// Reads `PT…H…M…S`, `PnD` or `PnWD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('P')?;
        if let Some(n) = rest.strip_suffix("WD") {
            return n.parse().ok().map(Self::WorkingDays);
        }
        if let Some(n) = rest.strip_suffix('D') {
            return n.parse().ok().map(Self::NaturalDays);
        }
        let (mut total, mut digits, mut any) = (0_i64, String::new(), false);
        for c in rest.strip_prefix('T')?.chars() {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            let unit = match c {
                'H' => 3600,
                'M' => 60,
                'S' => 1,
                _ => return None,
            };
            total = digits
                .parse::<i64>()
                .ok()?
                .checked_mul(unit)?
                .checked_add(total)?;
            digits.clear();
            any = true;
        }
        (any && digits.is_empty()).then_some(Self::Seconds(total))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("{text} is no duration")))
    }
}

fn clock_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ClockCode>, D::Error> {
    let text = String::deserialize(from)?;
    if text == "NONE" {
        return Ok(None);
    }
    ClockCode::parse(&text)
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("{text} is no clock code")))
}

/// A subcategory; may carry its own response clock (SECURITY-VULN).
#[derive(Clone, Debug, Deserialize)]
pub struct Subcategory {
    /// Code, prefixed with the code of its category.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Chinese example.
    pub example_zh: String,
    /// Own response clock.
    #[serde(default)]
    pub response_clock: Option<ClockCode>,
    /// Own response limit.
    #[serde(default)]
    pub response_limit: Option<Span>,
    /// Data operation with one approval and a next-day check.
    #[serde(default)]
    pub light: bool,
}

/// A category of tickets.
#[derive(Clone, Debug, Deserialize)]
pub struct Category {
    /// Code.
    pub code: TicketCategory,
    /// Clauses of the contract.
    pub clause: Vec<String>,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Response clock.
    pub response_clock: ClockCode,
    /// Limit of the response clock.
    pub response_limit: Span,
    /// Resolution clock; none for consultations.
    #[serde(deserialize_with = "clock_or_none")]
    pub resolution_clock: Option<ClockCode>,
    /// Whether a severity must be set.
    pub severity_required: bool,
    /// Route to the vendor.
    pub route: Route,
    /// Role that handles it by default.
    pub default_handler_role: Role,
    /// Roles of the hospital that may submit.
    pub may_submit: Vec<Role>,
    /// Roles of the vendor that may raise it for the vendor itself.
    pub may_self_raise: Vec<Role>,
    /// Evidence that belongs to it.
    pub required_evidence: Vec<String>,
    /// What must be complete before it is solved (FAULT).
    #[serde(default)]
    pub resolve_gate: Vec<String>,
    /// Whether the information centre may take it itself (S36).
    pub may_be_taken: bool,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
    /// Subcategories.
    pub subcategories: Vec<Subcategory>,
}

impl Category {
    /// Response clock and limit; the subcategory's own one wins (S16).
    #[must_use]
    pub fn response(&self, subcategory: Option<&str>) -> (ClockCode, Span) {
        self.subcategories
            .iter()
            .find(|sub| Some(sub.code.as_str()) == subcategory)
            .and_then(|sub| sub.response_clock.zip(sub.response_limit))
            .unwrap_or((self.response_clock, self.response_limit))
    }
}

/// A severity with the contract's proposals.
#[derive(Clone, Debug, Deserialize)]
pub struct SeverityRule {
    /// Code.
    pub code: Severity,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Chinese definition.
    pub definition_zh: String,
    /// English definition.
    pub definition_en: String,
    /// Chinese examples.
    pub examples_zh: Vec<String>,
    /// The vendor's internal response goal, KPI only (S18).
    pub internal_response_goal: Span,
    /// Proposed resolution target; binds only through a signed annex.
    pub resolution_default: Span,
    /// Proposed workaround target.
    pub workaround_default: Option<Span>,
    /// Interval of progress updates.
    pub update_interval: Option<Span>,
    /// How long the hospital's check counts to the vendor (S34).
    pub check_limit: Span,
}

#[derive(Deserialize)]
struct Meta {
    version: String,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "_meta")]
    meta: Meta,
    categories: Vec<Category>,
    severities: Vec<SeverityRule>,
}

/// The catalogue.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// Version of the file.
    pub version: String,
    /// Categories in the order of the contract.
    pub categories: Vec<Category>,
    /// Severities, the gravest first.
    pub severities: Vec<SeverityRule>,
}

impl Catalog {
    /// The catalogue shipped with the contract.
    ///
    /// # Errors
    /// The reader's message if the shipped file is damaged.
    pub fn shipped() -> Result<Self, serde_json::Error> {
        Self::parse(FILE)
    }

    /// The catalogue of the contract data, read once.
    ///
    /// # Panics
    /// Never: the data are compiled in and a test reads them.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "the data are compiled in and a test reads them"
    )]
    pub fn shared() -> &'static Self {
        static SHARED: std::sync::OnceLock<Catalog> = std::sync::OnceLock::new();
        SHARED.get_or_init(|| Self::shipped().expect("the shipped catalogue is sound"))
    }

    /// A category of the catalogue of the contract data.
    ///
    /// # Panics
    /// Never: every value of the enum stands in the data, which a test proves.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "every category stands in the compiled data"
    )]
    pub fn class(&self, code: TicketCategory) -> &Category {
        self.category(code)
            .expect("every category stands in the contract data")
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// The reader's message: not JSON, unknown code, missing field, no duration.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let file: File = serde_json::from_str(text)?;
        Ok(Self {
            version: file.meta.version,
            categories: file.categories,
            severities: file.severities,
        })
    }

    /// The entry of a category.
    #[must_use]
    pub fn category(&self, code: TicketCategory) -> Option<&Category> {
        self.categories
            .iter()
            .find(|category| category.code == code)
    }

    /// The category and entry of a subcategory code.
    #[must_use]
    pub fn subcategory(&self, code: &str) -> Option<(&Category, &Subcategory)> {
        self.categories.iter().find_map(|c| {
            c.subcategories
                .iter()
                .find(|s| s.code == code)
                .map(|s| (c, s))
        })
    }

    /// The entry of a severity.
    #[must_use]
    pub fn severity(&self, code: Severity) -> Option<&SeverityRule> {
        self.severities.iter().find(|rule| rule.code == code)
    }

    /// How long the hospital's check of a solution counts to the vendor; one working day for
    /// categories without severity.
    #[must_use]
    pub fn check_limit(&self, severity: Option<Severity>) -> Span {
        severity
            .and_then(|code| self.severity(code))
            .map_or(Span::WorkingDays(1), |rule| rule.check_limit)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn every_category_and_severity_of_the_contract_is_in_the_catalogue() {
        let catalog = Catalog::shipped().unwrap();
        for code in TicketCategory::ALL {
            let category = catalog.category(*code).unwrap();
            assert!(!category.subcategories.is_empty());
            for sub in &category.subcategories {
                assert!(sub.code.starts_with(&format!("{code}-")), "{}", sub.code);
                assert_eq!(catalog.subcategory(&sub.code).unwrap().0.code, *code);
            }
        }
        assert!(
            Severity::ALL
                .iter()
                .all(|code| catalog.severity(*code).is_some())
        );
        assert_eq!(
            catalog
                .category(TicketCategory::Consult)
                .unwrap()
                .resolution_clock,
            None
        );
    }

    #[test]
    fn a_vulnerability_has_two_hours_and_an_incident_fifteen_minutes() {
        let catalog = Catalog::shipped().unwrap();
        let security = catalog.category(TicketCategory::Security).unwrap();
        assert_eq!(
            security.response(Some("SECURITY-VULN")),
            (ClockCode::Response2h, Span::Seconds(7200))
        );
        assert_eq!(
            security.response(Some("SECURITY-LEAK")),
            (ClockCode::Immediate15min, Span::Seconds(900))
        );
    }

    #[test]
    fn durations_are_read_in_their_own_kind() {
        assert_eq!(Span::parse("PT1H30M"), Some(Span::Seconds(5400)));
        assert_eq!(Span::parse("P5WD"), Some(Span::WorkingDays(5)));
        assert_eq!(Span::parse("P90D"), Some(Span::NaturalDays(90)));
        for wrong in ["", "P", "PT", "PT5", "5WD", "PTH", "PT2X", "PWD"] {
            assert_eq!(Span::parse(wrong), None, "{wrong}");
        }
    }
}
