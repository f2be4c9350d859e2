//! Which clocks a ticket gets and with which limits (S16, S31, `domain.md` 3.2).
//!
//! The rules come from the catalogue and from the signed annex; this module chooses, it does not
//! start anything. AGREED_PLAN starts with the agreement and is therefore not among the clocks of
//! a new ticket.

use std::collections::BTreeMap;

use super::{CheckLimit, Limit, Target};
use crate::rules::catalog::{Catalog, Span};
use crate::values::{ClockCode, Severity, SlaClockKind, SlaUnit, TargetSource, TicketCategory};

/// One rule of a policy; the more it names, the more specific it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRule {
    /// Name, stored on the clock.
    pub name: String,
    /// Category.
    pub category: TicketCategory,
    /// Subcategory code.
    pub subcategory: Option<String>,
    /// Severity.
    pub severity: Option<Severity>,
    /// Clock.
    pub clock_code: ClockCode,
    /// Limit.
    pub limit: Span,
}

/// Resolution targets by severity from the signed annex.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ResolutionTargets {
    /// Limit by severity.
    pub by_severity: BTreeMap<Severity, Span>,
}

impl ResolutionTargets {
    /// The proposal of the catalogue; it binds only where an annex repeats it.
    #[must_use]
    pub fn proposal(catalog: &Catalog) -> Self {
        Self {
            by_severity: catalog
                .severities
                .iter()
                .map(|rule| (rule.code, rule.resolution_default))
                .collect(),
        }
    }
}

/// A clock to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockRule {
    /// Name of the rule that won.
    pub rule_name: String,
    /// Clock.
    pub code: ClockCode,
    /// Kind.
    pub kind: SlaClockKind,
    /// Target, with [`Limit::None`] where none is agreed.
    pub target: Target,
}

/// The rules of response that the catalogue states.
#[must_use]
pub fn policy_of(catalog: &Catalog) -> Vec<PolicyRule> {
    let mut rules = Vec::new();
    for category in &catalog.categories {
        rules.push(PolicyRule {
            name: category.code.word().to_owned(),
            category: category.code,
            subcategory: None,
            severity: None,
            clock_code: category.response_clock,
            limit: category.response_limit,
        });
        for sub in &category.subcategories {
            if let Some((clock_code, limit)) = sub.response_clock.zip(sub.response_limit) {
                rules.push(PolicyRule {
                    name: sub.code.clone(),
                    category: category.code,
                    subcategory: Some(sub.code.clone()),
                    severity: None,
                    clock_code,
                    limit,
                });
            }
        }
    }
    rules
}

/// [`policy_of`] with the parameters of a contract: `response_wd_n` in working days and
/// `immediate` in seconds.
#[must_use]
pub fn policy_under(catalog: &Catalog, response_wd_n: u32, immediate: i64) -> Vec<PolicyRule> {
    let mut rules = policy_of(catalog);
    for rule in &mut rules {
        rule.limit = match (rule.limit, rule.clock_code) {
            (Span::WorkingDays(_), _) => Span::WorkingDays(response_wd_n),
            (Span::Seconds(_), ClockCode::Immediate15min) => Span::Seconds(immediate),
            (other @ (Span::Seconds(_) | Span::NaturalDays(_)), _) => other,
        };
    }
    rules
}

/// Refuses a policy in which two rules have the same key; gives the names of the two (S16).
///
/// # Errors
/// The names of the first pair with an equal key.
pub fn check_policy(rules: &[PolicyRule]) -> Result<(), (String, String)> {
    let mut seen: BTreeMap<_, &str> = BTreeMap::new();
    for rule in rules {
        let key = (
            rule.category,
            rule.subcategory.as_deref(),
            rule.severity,
            kind_of(rule.clock_code),
        );
        if let Some(first) = seen.insert(key, &rule.name) {
            return Err((first.to_owned(), rule.name.clone()));
        }
    }
    Ok(())
}

/// The most specific rule of a kind that fits: subcategory before severity before category (S16).
#[must_use]
pub fn winner<'a>(
    rules: &'a [PolicyRule],
    kind: SlaClockKind,
    category: TicketCategory,
    subcategory: Option<&str>,
    severity: Option<Severity>,
) -> Option<&'a PolicyRule> {
    rules
        .iter()
        .filter(|rule| kind_of(rule.clock_code) == kind && rule.category == category)
        .filter(|rule| rule.subcategory.is_none() || rule.subcategory.as_deref() == subcategory)
        .filter(|rule| rule.severity.is_none() || rule.severity == severity)
        .max_by_key(|rule| (rule.subcategory.is_some(), rule.severity.is_some()))
}

/// The clocks of a new ticket: its response clock, and its resolution clock if the category has
/// one that starts with it. `annex` is the annex in force at the start, if any (S31).
#[must_use]
pub fn clocks_for(
    catalog: &Catalog,
    rules: &[PolicyRule],
    (category, subcategory): (TicketCategory, Option<&str>),
    severity: Option<Severity>,
    annex: Option<&ResolutionTargets>,
) -> Vec<ClockRule> {
    let mut clocks = Vec::new();
    if let Some(rule) = winner(
        rules,
        SlaClockKind::Response,
        category,
        subcategory,
        severity,
    ) {
        let limit = Limit::from(rule.limit);
        clocks.push(ClockRule {
            rule_name: rule.name.clone(),
            code: rule.clock_code,
            kind: SlaClockKind::Response,
            target: Target {
                unit: unit_of(limit),
                limit,
                check: CheckLimit::None,
                source: TargetSource::Policy,
            },
        });
    }
    let code = catalog
        .category(category)
        .and_then(|entry| entry.resolution_clock);
    if let Some(code @ (ClockCode::ResolutionBySeverity | ClockCode::DisasterRto)) = code {
        let span = annex
            .filter(|_| code == ClockCode::ResolutionBySeverity)
            .and_then(|annex| annex.by_severity.get(&severity?).copied());
        let limit = span.map_or(Limit::None, Limit::from);
        let source = if span.is_some() {
            TargetSource::Annex
        } else {
            TargetSource::None
        };
        let check = CheckLimit::from(catalog.check_limit(severity));
        clocks.push(ClockRule {
            rule_name: severity.map_or_else(|| code.word().to_owned(), |s| format!("{code}:{s}")),
            code,
            kind: kind_of(code),
            target: Target {
                unit: unit_of(limit),
                limit,
                check,
                source,
            },
        });
    }
    clocks
}

const fn unit_of(limit: Limit) -> SlaUnit {
    match limit {
        Limit::WorkingDays(_) => SlaUnit::Wd,
        Limit::None
        | Limit::Seconds(_)
        | Limit::NaturalDays(_)
        | Limit::Until(_)
        | Limit::On(_) => SlaUnit::Natural,
    }
}

/// The kind of a clock code.
#[must_use]
pub const fn kind_of(code: ClockCode) -> SlaClockKind {
    match code {
        ClockCode::ConsultResponse1h
        | ClockCode::FaultResponse2h
        | ClockCode::Response2h
        | ClockCode::ChangeResponse2h
        | ClockCode::DataResponse2h
        | ClockCode::TrainingResponseWd
        | ClockCode::UpgradeResponseWd
        | ClockCode::ResponseNextWd
        | ClockCode::Immediate15min => SlaClockKind::Response,
        ClockCode::ResolutionBySeverity => SlaClockKind::Resolution,
        ClockCode::FirstStepKpi30min | ClockCode::DisasterRto => SlaClockKind::Kpi,
        ClockCode::AgreedPlan
        | ClockCode::FaultReport3wd
        | ClockCode::EffortEstimate5wd
        | ClockCode::InspectionReport5wd
        | ClockCode::ReportConfirm5wd
        | ClockCode::HandoverTraining10wd
        | ClockCode::TrainingAfterRelease
        | ClockCode::Docs15wd
        | ClockCode::DocsUpdate10wd
        | ClockCode::DisasterReview5wd
        | ClockCode::ExitDelete10wd
        | ClockCode::BreachReply5wd
        | ClockCode::Appeal5wd
        | ClockCode::AssessmentRectify10wd => SlaClockKind::Delivery,
    }
}

/// The limit of a code whose limit depends on nothing else; none for severity, plan and RTO.
#[must_use]
pub const fn plain_limit(code: ClockCode) -> Option<(SlaUnit, Limit)> {
    let limit = match code {
        ClockCode::ConsultResponse1h => Limit::Seconds(3600),
        ClockCode::FaultResponse2h
        | ClockCode::Response2h
        | ClockCode::ChangeResponse2h
        | ClockCode::DataResponse2h => Limit::Seconds(7200),
        ClockCode::TrainingResponseWd
        | ClockCode::UpgradeResponseWd
        | ClockCode::ResponseNextWd => Limit::WorkingDays(1),
        ClockCode::Immediate15min => Limit::Seconds(900),
        ClockCode::FirstStepKpi30min => Limit::Seconds(1800),
        ClockCode::FaultReport3wd => Limit::WorkingDays(3),
        ClockCode::EffortEstimate5wd
        | ClockCode::InspectionReport5wd
        | ClockCode::ReportConfirm5wd
        | ClockCode::DisasterReview5wd
        | ClockCode::BreachReply5wd
        | ClockCode::Appeal5wd => Limit::WorkingDays(5),
        ClockCode::HandoverTraining10wd
        | ClockCode::TrainingAfterRelease
        | ClockCode::DocsUpdate10wd
        | ClockCode::ExitDelete10wd
        | ClockCode::AssessmentRectify10wd => Limit::WorkingDays(10),
        ClockCode::Docs15wd => Limit::WorkingDays(15),
        ClockCode::ResolutionBySeverity | ClockCode::AgreedPlan | ClockCode::DisasterRto => {
            return None;
        }
    };
    Some((unit_of(limit), limit))
}

/// Whether a response clock asks for a first handling step too.
#[must_use]
pub const fn needs_step(code: ClockCode) -> bool {
    is_two_hours(code)
}

const fn is_two_hours(code: ClockCode) -> bool {
    matches!(
        code,
        ClockCode::FaultResponse2h
            | ClockCode::Response2h
            | ClockCode::ChangeResponse2h
            | ClockCode::DataResponse2h
    )
}

/// Whether a late clock is a breach candidate without a table of the contract ("B" in
/// `domain.md` 3.2).
#[must_use]
pub const fn is_breach(code: ClockCode) -> bool {
    is_two_hours(code)
        || matches!(
            code,
            ClockCode::Immediate15min | ClockCode::ResolutionBySeverity
        )
}
