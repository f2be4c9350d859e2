//! Inspections and rectification of a contract in numbers, for readers who see no single finding.

use serde::{Deserialize, Serialize};

use super::{
    Risk,
    statement::{Category, Line},
};

/// An inspection that the contract asks for.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Duty {
    pub kind: String,
    pub period_no: i64,
    pub from_on: String,
    pub to_on: String,
    pub met_on: Option<String>,
    pub state: String,
}

/// The tasks of a risk, counted by how they stand.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Counts {
    pub risk: Risk,
    pub total_count: i64,
    pub open_count: i64,
    pub in_progress_count: i64,
    pub submitted_count: i64,
    pub verified_count: i64,
    pub rejected_count: i64,
    pub extended_count: i64,
    pub overdue_count: i64,
    pub waived_count: i64,
}

/// The numbers of a contract.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Figures {
    pub duties: Vec<Duty>,
    pub due_count: i64,
    pub closed_in_time_count: i64,
    pub closed_in_time_ratio_centi: Option<i64>,
    pub counts: Vec<Counts>,
}

/// What a month of the clocks comes to, without a single ticket.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are those of the schema, which describes them"
)]
pub struct Ratios {
    pub is_over: bool,
    pub ticket_count: i64,
    pub responses: Vec<Line>,
    pub deliveries: Vec<Line>,
    pub categories: Vec<Category>,
}
