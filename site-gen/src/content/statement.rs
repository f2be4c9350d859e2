//! The monthly statement of the clocks of a contract.

use serde::{Deserialize, Serialize};

/// Counts and times of a class.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Figures {
    pub received_count: i64,
    pub judged_count: i64,
    pub on_time_count: i64,
    pub late_count: i64,
    pub open_count: i64,
    pub on_time_ratio_centi: Option<i64>,
    pub p50_sec: Option<i64>,
    pub p90_sec: Option<i64>,
    pub max_sec: Option<i64>,
}

/// A class of clocks.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Line {
    pub code: String,
    pub limit_sec: Option<i64>,
    pub limit_wd: Option<i64>,
    pub figures: Figures,
}

/// Solutions of a severity.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Resolution {
    pub severity: Option<String>,
    pub target_source: String,
    pub limit_sec: Option<i64>,
    pub limit_wd: Option<i64>,
    pub unconfirmed_count: i64,
    pub figures: Figures,
}

/// Tickets of a category.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Category {
    pub category: String,
    pub total_count: i64,
    pub s1_count: i64,
    pub s2_count: i64,
    pub s3_count: i64,
    pub s4_count: i64,
    pub unrated_count: i64,
}

/// Clocks that are not judged.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct NotApplicable {
    pub reason: String,
    pub count: i64,
}

/// A late clock.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Late {
    pub number: String,
    pub code: String,
    pub category: String,
    pub severity: Option<String>,
    pub due_at: Option<String>,
    pub stopped_at: Option<String>,
    pub late_sec: Option<i64>,
    pub late_wd: Option<i64>,
    pub by_vendor: bool,
    pub is_provisional: bool,
}

/// The statement.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Statement {
    pub from_on: String,
    pub to_on: String,
    pub is_over: bool,
    pub ticket_count: i64,
    pub responses: Vec<Line>,
    pub deliveries: Vec<Line>,
    pub resolutions: Vec<Resolution>,
    pub categories: Vec<Category>,
    pub not_applicable: Vec<NotApplicable>,
    pub late_clocks: Vec<Late>,
}
