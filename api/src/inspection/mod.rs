//! Inspections (一(五)1, 一(五)2; C1.5.1, C1.5.2): the register of assets, plans a service year, visits with their results,
//! talks and advice, findings, the submission of the report and its confirmation, and rectification.
//!
//! What the report says and how it is sealed is the matter of `report`.

pub mod graphql;
pub mod ops;
mod scope;
pub mod timer;

pub use scope::{seen, seen_findings, seen_tasks};

/// Code of the definition of the report of an inspection.
pub const INSPECTION_REPORT: &str = "inspection_report";
