//! What the templates of a data dictionary are given.

use serde::Serialize;

use super::super::lint::Ratio;
use crate::docs::html::{Frame, Said};

#[derive(Serialize)]
pub(super) struct ChangePage {
    pub frame: Frame,
    pub changes: Vec<ChangeRow>,
}

#[derive(Serialize)]
pub(super) struct ChangeRow {
    pub object: String,
    pub href: String,
    pub part: String,
    pub what: &'static str,
    pub before: String,
    pub after: String,
    pub risk: &'static str,
    pub risk_text: &'static str,
}

#[derive(Serialize)]
pub(super) struct RatioView {
    pub done: usize,
    pub all: usize,
    pub percent: usize,
    pub whole: bool,
}

#[derive(Serialize)]
pub(super) struct Provided {
    pub tables: bool,
    pub keys: bool,
    pub indexes: bool,
    pub constraints: bool,
    pub triggers: bool,
    pub views: bool,
    pub comments: bool,
    pub object_comments: bool,
    pub enums: bool,
    pub sequences: bool,
    pub estimates: bool,
    pub sizes: bool,
}

#[derive(Serialize)]
pub(super) struct IndexPage {
    pub frame: Frame,
    pub product: &'static str,
    pub provided: Provided,
    pub tables: Vec<TableRow>,
    pub viewpoints: Vec<ViewpointView>,
    pub views: Vec<ViewRow>,
    pub enums: Vec<EnumRow>,
    pub sequences: Vec<SequenceRow>,
    pub coverage: RatioView,
    pub checklist: usize,
}

#[derive(Serialize)]
pub(super) struct TableRow {
    pub id: String,
    pub href: String,
    pub comment: Said,
    pub module: Said,
    pub classification: Said,
    pub columns: usize,
    pub row_estimate: Option<i64>,
    pub labels: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct ViewpointView {
    pub name: Said,
    pub comment: Said,
    pub tables: Vec<Link>,
}

#[derive(Clone, Serialize)]
pub(super) struct Link {
    pub id: String,
    pub href: String,
}

#[derive(Serialize)]
pub(super) struct ViewRow {
    pub id: String,
    pub materialized: bool,
    pub comment: Said,
    pub definition: Option<String>,
}

#[derive(Serialize)]
pub(super) struct EnumRow {
    pub id: String,
    pub values: Vec<String>,
    pub comment: Said,
}

#[derive(Serialize)]
pub(super) struct SequenceRow {
    pub id: String,
    pub data_type: String,
    pub start: i64,
    pub increment: i64,
    pub owned_by: Option<String>,
}

#[derive(Serialize)]
pub(super) struct LintPage {
    pub frame: Frame,
    pub tables: RatioView,
    pub columns: RatioView,
    pub coverage: RatioView,
    pub meaning: RatioView,
    pub types: RatioView,
    pub related: RatioView,
    pub checklist: usize,
    pub rules: Vec<RuleRow>,
    pub findings: Vec<FindingRow>,
}

#[derive(Serialize)]
pub(super) struct RuleRow {
    pub code: &'static str,
    pub title: Said,
    pub count: usize,
}

#[derive(Serialize)]
pub(super) struct FindingRow {
    pub table: String,
    pub href: String,
    pub object: String,
    pub code: &'static str,
    pub title: Said,
}

#[derive(Serialize)]
pub(super) struct TablePage {
    pub frame: Frame,
    pub id: String,
    pub kind: String,
    pub comment: Said,
    pub module: Said,
    pub classification: Said,
    pub labels: Vec<String>,
    pub provided: Provided,
    pub row_estimate: Option<i64>,
    pub size_bytes: Option<i64>,
    pub partition: Option<String>,
    pub parents: Vec<Link>,
    pub columns: Vec<ColumnRow>,
    pub indexes: Vec<IndexRow>,
    pub constraints: Vec<ConstraintRow>,
    pub triggers: Vec<TriggerRow>,
    pub references: Vec<RelationRow>,
    pub referenced_by: Vec<RelationRow>,
    pub near: Option<String>,
    pub far: Option<String>,
    pub neighbours: Vec<Link>,
    pub ddl: String,
    pub ddl_written: bool,
    pub findings: Vec<FindingRow>,
}

#[derive(Serialize)]
pub(super) struct ColumnRow {
    pub ordinal: u32,
    pub name: String,
    pub data_type: String,
    pub nullable: bool,
    pub default: Option<String>,
    pub keys: Vec<&'static str>,
    pub targets: Vec<Link>,
    pub comment: Said,
    pub labels: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct IndexRow {
    pub name: String,
    pub unique: bool,
    pub method: Option<String>,
    pub columns: String,
    pub included: String,
    pub predicate: Option<String>,
    pub comment: Said,
}

#[derive(Serialize)]
pub(super) struct ConstraintRow {
    pub name: String,
    pub kind: String,
    pub definition: String,
    pub comment: Said,
}

#[derive(Serialize)]
pub(super) struct TriggerRow {
    pub name: String,
    pub timing: String,
    pub event: String,
    pub definition: Option<String>,
    pub comment: Said,
}

#[derive(Serialize)]
pub(super) struct RelationRow {
    pub table: Link,
    pub columns: String,
    pub others: String,
    pub name: String,
    pub logical: bool,
    pub on_delete: String,
    pub comment: Said,
}

impl From<Ratio> for RatioView {
    fn from(ratio: Ratio) -> Self {
        Self {
            done: ratio.done,
            all: ratio.all,
            percent: ratio.percent(),
            whole: ratio.whole(),
        }
    }
}
