//! The answers as the templates know them. An unknown word or a missing field is an error: a page that is half filled
//! would say something that nobody wrote.

pub mod figures;
pub mod statement;
mod text;
mod withdraw;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use figures::{Figures, Ratios};
pub use statement::Statement;
pub use text::Text;

use crate::write::Digest;

/// Version of this model; part of every build number.
pub const VERSION: u32 = 3;

/// Which state of the data the answers are of.
#[derive(Debug, Clone, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Portal {
    /// Name of the root that the answers are for.
    pub instance: Option<String>,
    /// Grows with every change.
    pub revision: i64,
    /// Until when the data counts; also the time that the pages call their own.
    pub cutoff_at: String,
    /// Version of the calendar of working days; nothing before one was imported.
    pub calendar_version: Option<String>,
    /// Version of the product.
    pub product_version: String,
    /// Names of hosts and databases that no text of the root may have, as SHA-256 of their small letters.
    pub hidden_names: Vec<String>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[expect(missing_docs, reason = "the words are those of the schema, which describes them")]
        pub enum $name { $($variant),+ }
        impl $name {
            /// All words, in their order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
        }
    };
}

words!(
    /// State of the system (正常/降级/中断).
    SystemState { Normal, Degraded, Down }
);
words!(
    /// What an article is for.
    ArticleKind { Manual, Howto, Faq, DowntimeForm, Emergency, Technical }
);
words!(
    /// What a notice is about.
    NoticeKind { Announcement, Disaster, Incident, Status, Window }
);
words!(
    /// What a technical document describes.
    DocumentKind { Interface, DbSchema }
);
words!(
    /// Risk of a finding.
    Risk { Critical, High, Medium, Low }
);
words!(
    /// Where a task of rectification stands.
    Standing { Open, InProgress, Submitted, Verified, Rejected, Extended, Overdue, Waived }
);
words!(
    /// State of an issued report. Others are on no root.
    ReportState { Issued, Superseded, Revoked }
);

/// State of the system.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct SystemStatus {
    pub state: SystemState,
    pub since: Option<String>,
    pub next_update_at: Option<String>,
    pub message: Option<String>,
}

/// A declared disaster: its banner stands on every page.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Disaster {
    pub id: Option<String>,
    pub title: String,
    pub body: String,
    pub valid_from: String,
}

/// How the service is reached, and what it promises.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Desk {
    pub hotline: Option<String>,
    pub hours: Vec<Hours>,
    pub channels: Vec<Channel>,
    pub response_times: Vec<ResponseTime>,
}

/// A stretch of service hours.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Hours {
    pub weekdays: Vec<i64>,
    pub from: String,
    pub to: String,
}

/// A way to reach the service.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Channel {
    pub channel: String,
    pub address: Option<String>,
    pub forbids_patient_data: bool,
    pub needs_authorisation: bool,
}

/// The promised response time of a category.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct ResponseTime {
    pub category: String,
    pub subcategory: Option<String>,
    pub code: String,
    pub limit_sec: Option<i64>,
    pub limit_wd: Option<i64>,
}

/// A planned window.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Window {
    pub id: String,
    pub title: String,
    pub starts_at: String,
    pub ends_at: String,
    pub audiences: Option<Vec<String>>,
    pub data_level: Option<i64>,
}

/// A notice of the information centre.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Notice {
    pub id: String,
    pub kind: NoticeKind,
    pub title: String,
    pub body: String,
    pub valid_from: String,
    pub valid_to: Option<String>,
    pub starts_at: Option<String>,
    pub ends_at: Option<String>,
    pub audiences: Option<Vec<String>>,
    pub data_level: Option<i64>,
}

/// A published article.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Article {
    pub id: String,
    pub number: String,
    pub title: String,
    pub body: Text,
    pub kind: ArticleKind,
    pub module: Option<String>,
    pub tags: Vec<String>,
    pub audiences: Option<Vec<String>>,
    pub data_level: Option<i64>,
    pub language: String,
    pub version_no: i64,
    pub reviewed_at: Option<String>,
    pub outdated_at: Option<String>,
    pub screening_overridden: bool,
    pub files: Vec<ArticleFile>,
    /// Names the record as it was answered, with its text.
    #[serde(skip)]
    pub digest: Digest,
    /// Names all of the record but its text.
    #[serde(skip)]
    pub frame: Digest,
}

/// An article that its readers could read before it was withdrawn.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Withdrawn {
    pub number: String,
    pub kind: ArticleKind,
    pub withdrawn_at: String,
}

/// A file that the text of an article names. Who reads the article reads it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct ArticleFile {
    pub file: FileInfo,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub is_cleared: bool,
}

/// The bytes of a file.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct FileInfo {
    pub id: String,
    pub content_type: String,
    pub sha256: String,
}

/// A clock that runs.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Clock {
    pub code: String,
    pub state: String,
    pub due_at: Option<String>,
    pub due_before_at: Option<String>,
    pub overdue: bool,
    pub provisional: bool,
    pub ticket: Option<ClockTicket>,
}

/// The ticket of a clock.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct ClockTicket {
    pub number: String,
    pub category: String,
    pub severity: Option<String>,
    pub status: String,
}

/// An inspection with its findings.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Inspection {
    pub id: String,
    pub number: String,
    pub kind: String,
    pub state: String,
    pub planned_from_on: String,
    pub planned_to_on: String,
    pub ended_on: Option<String>,
    pub conclusion: Option<String>,
    pub report_due_before_at: Option<String>,
    pub report_submitted_at: Option<String>,
    pub report_late: bool,
    pub findings: Vec<Finding>,
}

/// A finding.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Finding {
    pub number: String,
    pub scope: String,
    pub risk: Risk,
    pub description: String,
    pub impact: String,
    pub advice: Option<String>,
    pub deadline: Option<String>,
    pub deadline_on: Option<String>,
    pub owner: String,
}

/// A task of rectification.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Task {
    pub number: String,
    pub standing: Standing,
    pub owner: String,
    pub risk: Risk,
    pub opened_at: String,
    pub original_due_at: String,
    pub due_at: String,
    pub due_provisional: bool,
    pub verified_at: Option<String>,
    pub waived_at: Option<String>,
    pub report_number: Option<String>,
    pub finding: Option<TaskFinding>,
    pub steps: Vec<Step>,
    pub moves: Vec<Move>,
    pub submissions: Vec<Submission>,
}

/// The finding of a task.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct TaskFinding {
    pub number: String,
    pub scope: String,
    pub description: String,
}

/// What was done.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Step {
    pub at: String,
    pub text: String,
}

/// A due date that was to be moved.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Move {
    pub proposed_at: String,
    pub decided_at: Option<String>,
    pub agreed: Option<bool>,
    pub cause: String,
    pub due_on: String,
}

/// What was submitted as rectified.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Submission {
    pub at: String,
    pub text: String,
    pub decided_at: Option<String>,
    pub accepted: Option<bool>,
}

/// An issued report.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Report {
    pub id: String,
    pub code: String,
    pub number: Option<String>,
    pub revision: i64,
    pub state: ReportState,
    pub issued_at: Option<String>,
    pub way: Option<String>,
    pub page_count: Option<i64>,
    pub pdf_sha256: Option<String>,
    pub html_sha256: Option<String>,
    pub data_level: Option<i64>,
    pub subject_id: String,
    pub definition: Option<Definition>,
    pub sealed_documents: Option<Vec<Sealed>>,
    /// The frozen page, of a report that is meant for the audience; read apart.
    #[serde(skip)]
    pub html: Option<String>,
}

impl Report {
    /// The sealed document that counts: the one found as it must be, else the last.
    pub fn sealed(&self) -> Option<&Sealed> {
        let all = self.sealed_documents.as_deref().unwrap_or_default();
        let good = all.iter().find(|one| one.verdict.as_deref() == Some("OK"));
        good.or(all.last())
    }
}

/// A report as it was sealed.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Sealed {
    pub content_type: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub verdict: Option<String>,
}

/// The kind of a report.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Definition {
    pub title: Title,
    pub audiences: Vec<String>,
}

/// A title in both languages.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Title {
    pub zh: String,
    pub en: String,
}

/// A contract.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Contract {
    pub id: String,
    pub number: String,
    pub title: String,
    pub service_from_on: String,
    pub service_to_on: String,
}

/// The calendar of working days of one year.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Calendar {
    pub year: i64,
    pub revision: i64,
    pub version: String,
    pub notice_no: Option<String>,
    pub provisional: bool,
}

/// Something of one contract in one month: its statement, or what it comes to.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub struct Month<T> {
    pub year: i64,
    pub month: i64,
    pub contract: usize,
    pub statement: T,
}

/// Contracts and calendars, with the months of the clocks.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub struct Service {
    pub contracts: Vec<Contract>,
    pub calendars: Vec<Calendar>,
    /// Statements, for who reads single tickets.
    pub months: Vec<Month<Statement>>,
    /// What the months come to, for the others.
    pub ratios: Vec<Month<Ratios>>,
    /// Of the contract of the same place; nothing for readers of single findings.
    pub figures: Vec<Figures>,
}

/// A technical document of the platform itself, as the source of its pages (一(八)).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// What it describes.
    pub kind: DocumentKind,
    /// Version of the platform.
    pub version: String,
    /// SDL or snapshot; nothing for readers who see only that there is such a document.
    pub source: Option<String>,
    /// What the source does not say of itself, TOML.
    pub notes: Option<String>,
}

/// Everything that one root is made of. What its audience is not asked for is absent.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is the answer to the query of its name"
)]
pub struct Content {
    pub portal: Portal,
    pub status: SystemStatus,
    pub disaster: Option<Disaster>,
    pub desk: Option<Desk>,
    pub windows: Vec<Window>,
    pub notices: Vec<Notice>,
    pub articles: Vec<Article>,
    pub gone: Vec<Withdrawn>,
    pub clocks: Option<Vec<Clock>>,
    pub inspections: Option<Vec<Inspection>>,
    pub tasks: Option<Vec<Task>>,
    pub reports: Option<Vec<Report>>,
    pub service: Option<Service>,
    pub documents: Option<Vec<Document>>,
    /// Ids and numbers of records that are withdrawn although the answers still have them.
    pub withdrawn: BTreeSet<String>,
}
