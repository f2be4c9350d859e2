//! Reports in the schema: definitions, issues, their sealed documents, and what is done to them.

mod mutation;
mod query;
mod types;

pub use mutation::{
    ApproveReportPayload, AttestSealPayload, ConfirmReportPayload, DraftReportPayload,
    ReportMutation, RevokeReportPayload, TakeBackReportPayload,
};
pub use query::{ReportQuery, nodes};
pub use types::{ReportIssue, SealedDocument};
