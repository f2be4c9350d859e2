//! `report.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::glossary::Words;
use crate::problem::Problem;

/// `report.toml`; an unknown key is an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Name of the folder, `inspection_report`.
    pub code: String,
    /// Raised when content or meaning changes.
    pub version: u32,
    /// 巡检报告.
    pub title: Words,
    /// Letters before the year of the number, `XJBG`.
    pub number_prefix: String,
    /// Obligations that it is evidence for, `C1.5.2-c`.
    pub clauses: Vec<String>,
    /// Variables of the query; nothing else reaches it.
    pub params: BTreeMap<String, ParamType>,
    /// Portal roots that may show it.
    pub audience: Vec<Audience>,
    /// Classification of its data, 1 to 3.
    pub data_level: u8,
    /// How long issued files are kept.
    pub retention: Retention,
    /// Who may do what.
    pub permission: Permission,
    /// Parts of the report in their order.
    pub sections: Vec<Section>,
    /// How it is issued.
    pub signing: Signing,
    /// Form of the PDF.
    pub pdf: PdfSpec,
    /// Clock of the contract that limits it.
    pub due: Option<String>,
    /// When a draft is made without being asked for.
    pub schedule: Option<Schedule>,
    /// Bounds above which it must be narrowed.
    pub limits: Limits,
    /// Field name, or the end of its path (`findings.state`), → enum.
    #[serde(default)]
    pub enums: BTreeMap<String, String>,
    /// Fields with free text of several paragraphs.
    #[serde(default)]
    pub texts: Vec<String>,
    /// Charts, shown by templates under their id.
    #[serde(default)]
    pub charts: Vec<ChartSpec>,
}

/// Type of a parameter; the GraphQL type of the variable is given with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamType {
    /// `ID`.
    Id,
    /// `ID`, may be absent.
    OptionalId,
    /// `Date`.
    Date,
    /// `Int`: a year.
    Year,
    /// `Int`: a quarter of the contract, from 1.
    Quarter,
    /// `Int`: a month.
    Month,
}

impl ParamType {
    /// The type as the query must declare it.
    #[must_use]
    pub fn graphql(self) -> &'static str {
        match self {
            Self::Id => "ID!",
            Self::OptionalId => "ID",
            Self::Date => "Date!",
            Self::Year | Self::Quarter | Self::Month => "Int!",
        }
    }
}

/// Root of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Audience {
    /// Department.
    P1,
    /// Information centre.
    P2,
    /// Hospital management.
    P3,
    /// Vendor.
    P4,
    /// Auditor.
    P5,
}

impl Audience {
    /// Its short code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::P4 => "P4",
            Self::P5 => "P5",
        }
    }
}

/// Retention class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Retention {
    /// Fifteen years from the end of the contract.
    #[serde(rename = "CONTRACT_15Y")]
    Contract15y,
    /// With the training records.
    Training,
    /// With the record of care that it touches.
    EmrLinked,
}

/// Roles of the steps.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// Who may see a draft.
    pub preview: Vec<String>,
    /// Who may author it.
    pub author: Vec<String>,
    /// Who may approve it, another person than the author.
    pub approve: Vec<String>,
    /// Who confirms it; empty where nobody has to.
    #[serde(default)]
    pub confirm: Vec<String>,
}

/// Part of a report.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Key of templates.
    pub id: String,
    /// Heading, without its number.
    pub title: Words,
    /// Where its data lies: `inspection.findings`, or `inspection.findings[].risk` for a field
    /// that each element must have. Absent for parts of fixed text.
    pub path: Option<String>,
    /// Without content there is no report, unless `empty` says what to print.
    #[serde(default)]
    pub required: bool,
    /// Sentence for the explicit empty case (未发现问题).
    pub empty: Option<Words>,
}

/// How a report is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// At approval.
    None,
    /// When the last named person has confirmed.
    Persons,
    /// With the seal of the vendor.
    VendorSeal,
    /// With the seals of both.
    BothParties,
}

/// Form of the PDF.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PdfSpec {
    /// Standards that the exporter enforces.
    pub standards: Standard,
    /// Whether pages lie on their side.
    #[serde(default)]
    pub landscape: bool,
}

/// Standards of a PDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Standard {
    /// PDF/A-2a and PDF/UA-1.
    #[serde(rename = "a-2a+ua-1")]
    A2aUa1,
    /// PDF/A-3a and PDF/UA-1, for files with attachments.
    #[serde(rename = "a-3a+ua-1")]
    A3aUa1,
}

/// A draft made by itself; never an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// On the first day of the month, 06:00.
    Monthly,
    /// On the first day after the contract quarter, 00:05.
    Quarterly,
}

/// Bounds of a report.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Objects in lists, at most 20,000.
    pub rows: usize,
    /// Pages, at most 1,000.
    pub pages: usize,
}

/// A chart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChartSpec {
    /// Key of templates.
    pub id: String,
    /// Type.
    pub kind: ChartKind,
    /// Caption.
    pub title: Words,
    /// List whose elements are drawn.
    pub path: String,
    /// Field of an element that names it.
    pub label: String,
    /// Fields that are drawn. `bars`: the counts of the segments; `pareto`: the count;
    /// `gantt`: start, due, done; `lines`: list of points, date, value in thousandths;
    /// `boxes`: least, lower quartile, median, upper quartile, greatest, in seconds.
    pub fields: Vec<String>,
    /// Names of the segments of `bars`, one a field.
    #[serde(default)]
    pub legend: Vec<Words>,
}

/// Type of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Course of values with their limit, one panel a series.
    Lines,
    /// Stacked bars.
    Bars,
    /// Counts from the largest, with their running share.
    Pareto,
    /// Spans from start to due with what was done.
    Gantt,
    /// Spread of times, one box a row, each row in its own scale.
    Boxes,
}

/// Roles that a step can name.
const ROLES: [&str; 9] = [
    "HOSP_IT_ADMIN",
    "HOSP_MANAGER",
    "ICU_NURSE",
    "ICU_DOCTOR",
    "VENDOR_PM",
    "VENDOR_ENGINEER",
    "VENDOR_TRAINER",
    "AUDITOR",
    "PLATFORM_ADMIN",
];

/// Reads `report.toml` of the folder `name`.
pub(crate) fn read(name: &str, text: &str, problems: &mut Vec<Problem>) -> Option<Spec> {
    let place = format!("{name}/report.toml");
    let spec: Spec = match toml::from_str(text) {
        Ok(spec) => spec,
        Err(error) => {
            problems.push(Problem::new(place, error.to_string()));
            return None;
        }
    };
    let mut wrong = |condition: bool, message: String| {
        if condition {
            problems.push(Problem::new(&place, message));
        }
    };
    wrong(
        spec.code != name,
        format!("code {} is not the folder's name", spec.code),
    );
    wrong(spec.version == 0, "version starts with 1".to_owned());
    wrong(
        spec.number_prefix.is_empty()
            || !spec
                .number_prefix
                .chars()
                .all(|char| char.is_ascii_uppercase()),
        "number_prefix takes capital letters".to_owned(),
    );
    wrong(
        !(1..=3).contains(&spec.data_level),
        "data_level is 1, 2 or 3".to_owned(),
    );
    wrong(spec.clauses.is_empty(), "clauses is empty".to_owned());
    wrong(spec.sections.is_empty(), "sections is empty".to_owned());
    wrong(
        spec.limits.rows > 20_000 || spec.limits.pages > 1000,
        "limits are at most 20000 rows and 1000 pages".to_owned(),
    );
    let steps = &spec.permission;
    for role in [
        &steps.preview,
        &steps.author,
        &steps.approve,
        &steps.confirm,
    ]
    .into_iter()
    .flatten()
    {
        wrong(
            !ROLES.contains(&role.as_str()),
            format!("there is no role {role}"),
        );
    }
    wrong(
        steps.author.is_empty() || steps.approve.is_empty(),
        "permission needs author and approve".to_owned(),
    );
    let mut ids: Vec<&str> = spec
        .sections
        .iter()
        .map(|section| section.id.as_str())
        .collect();
    ids.extend(spec.charts.iter().map(|chart| chart.id.as_str()));
    for (place, id) in ids.iter().enumerate() {
        wrong(
            ids.iter().take(place).any(|other| other == id),
            format!("id {id} stands twice"),
        );
        wrong(
            id.is_empty()
                || !id
                    .chars()
                    .all(|char| char.is_ascii_lowercase() || char == '_'),
            format!("id {id:?} takes small letters and _"),
        );
    }
    for section in &spec.sections {
        wrong(
            section.required && section.path.is_none(),
            format!("section {} is required and has no path", section.id),
        );
    }
    for chart in &spec.charts {
        let fits = match chart.kind {
            ChartKind::Lines | ChartKind::Gantt => chart.fields.len() == 3,
            ChartKind::Pareto => chart.fields.len() == 1,
            ChartKind::Boxes => chart.fields.len() == 5,
            ChartKind::Bars => {
                (1..=4).contains(&chart.fields.len()) && chart.legend.len() == chart.fields.len()
            }
        };
        wrong(
            !fits,
            format!("chart {}: fields or legend do not fit its kind", chart.id),
        );
    }
    Some(spec)
}
