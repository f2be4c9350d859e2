//! What must be there before an inspection ends, and before its report is submitted (C1.5.1-c…f, C1.5.2-a…d).

use crate::values::{Evaluation, InspectionScope, Risk};

/// What the gates ask of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultFacts {
    /// Scope.
    pub scope: InspectionScope,
    /// Evaluation; none while nothing was recorded.
    pub evaluation: Option<Evaluation>,
    /// Whether evidence is named.
    pub has_evidence: bool,
    /// Whether a line that does not apply says why.
    pub has_reason: bool,
    /// Whether a finding or an explanation stands beside it.
    pub is_explained: bool,
}

/// Mandatory scopes that nobody has looked at: without a valued line with evidence, and neither as a whole (`stated`:
/// scopes with a reason) nor line by line said not to apply (AC1.5-2, AC-C1.5.1-c).
#[must_use]
pub fn scope_gaps(
    mandatory: impl IntoIterator<Item = InspectionScope>,
    lines: &[ResultFacts],
    stated: &[InspectionScope],
) -> Vec<InspectionScope> {
    let is_looked_at = |scope: InspectionScope| {
        let mut own = lines.iter().filter(|line| line.scope == scope).peekable();
        let none = own.peek().is_none();
        let own: Vec<&ResultFacts> = own.collect();
        let valued = own.iter().any(|line| {
            line.has_evidence
                && matches!(
                    line.evaluation,
                    Some(Evaluation::Ok | Evaluation::Warning | Evaluation::Severe)
                )
        });
        let excused = !none
            && own
                .iter()
                .all(|line| line.evaluation == Some(Evaluation::Na) && line.has_reason);
        valued || excused || stated.contains(&scope)
    };
    mandatory
        .into_iter()
        .filter(|scope| !is_looked_at(*scope))
        .collect()
}

/// How many abnormal lines have neither a finding nor an explanation (AC-C1.5.1-f).
#[must_use]
pub fn unexplained(lines: &[ResultFacts]) -> usize {
    lines
        .iter()
        .filter(|line| {
            matches!(
                line.evaluation,
                Some(Evaluation::Warning | Evaluation::Severe)
            ) && !line.is_explained
        })
        .count()
}

/// The five sections that the contract demands of a report (一(五)2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// 巡检内容.
    Content,
    /// 发现的问题.
    Problems,
    /// 风险等级.
    Risk,
    /// 整改建议.
    Advice,
    /// 整改时限.
    Deadline,
}

impl Section {
    /// Every section, in the order of the contract.
    pub const ALL: [Self; 5] = [
        Self::Content,
        Self::Problems,
        Self::Risk,
        Self::Advice,
        Self::Deadline,
    ];

    /// Its title in Chinese and English.
    #[must_use]
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Content => ("巡检内容", "content of the inspection"),
            Self::Problems => ("发现的问题", "problems found"),
            Self::Risk => ("风险等级", "risk levels"),
            Self::Advice => ("整改建议", "advice"),
            Self::Deadline => ("整改时限", "time limits"),
        }
    }
}

/// What the gate asks of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingFacts {
    /// Number.
    pub number: String,
    /// Risk.
    pub risk: Option<Risk>,
    /// Whether it carries advice.
    pub has_advice: bool,
    /// Whether it carries a deadline.
    pub has_deadline: bool,
    /// Whether it names the ticket that it opened.
    pub has_ticket: bool,
}

impl FindingFacts {
    /// Risk, advice and deadline stand, and a CRITICAL one has its ticket (AC1.5-4, AC1.5-7).
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.risk.is_some()
            && self.has_advice
            && self.has_deadline
            && (self.risk != Some(Risk::Critical) || self.has_ticket)
    }
}

/// What the gate asks of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFacts<'a> {
    /// Sections that have content.
    pub sections: &'a [Section],
    /// Whether 未发现问题 is said explicitly; it stands for the sections about problems.
    pub says_no_problem: bool,
    /// The findings.
    pub findings: &'a [FindingFacts],
    /// Abnormal lines with neither finding nor explanation.
    pub unexplained: usize,
    /// Talks that name a person of the hospital.
    pub talks_with_hospital: usize,
    /// Entries of advice, of either kind.
    pub advice: usize,
    /// Whether the sealed file is there.
    pub is_sealed: bool,
}

/// What keeps a report from being submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportGap {
    /// A section has no content: REPORT_SECTION_MISSING.
    Section(Section),
    /// No talk names a person of the hospital: REPORT_SECTION_MISSING.
    Talk,
    /// No entry of advice: REPORT_SECTION_MISSING.
    Advice,
    /// A finding lacks risk, advice, deadline or its ticket: FINDING_INCOMPLETE.
    Finding(String),
    /// That many abnormal lines are not explained: FINDING_INCOMPLETE.
    Unexplained(usize),
    /// 未发现问题 is said although there are findings: FINDING_INCOMPLETE.
    Contradiction,
    /// The sealed file is missing: SEAL_MISSING.
    Seal,
}

/// Everything that keeps a report from being submitted, in the order in which it is mended.
#[must_use]
pub fn report_gaps(facts: &ReportFacts<'_>) -> Vec<ReportGap> {
    let mut gaps = Vec::new();
    let excused = |section: Section| {
        facts.says_no_problem && facts.findings.is_empty() && section != Section::Content
    };
    for section in Section::ALL {
        if !facts.sections.contains(&section) && !excused(section) {
            gaps.push(ReportGap::Section(section));
        }
    }
    if facts.talks_with_hospital == 0 {
        gaps.push(ReportGap::Talk);
    }
    if facts.advice == 0 {
        gaps.push(ReportGap::Advice);
    }
    for finding in facts
        .findings
        .iter()
        .filter(|finding| !finding.is_complete())
    {
        gaps.push(ReportGap::Finding(finding.number.clone()));
    }
    if facts.unexplained > 0 {
        gaps.push(ReportGap::Unexplained(facts.unexplained));
    }
    if facts.says_no_problem && !facts.findings.is_empty() {
        gaps.push(ReportGap::Contradiction);
    }
    if !facts.is_sealed {
        gaps.push(ReportGap::Seal);
    }
    gaps
}
