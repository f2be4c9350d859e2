//! Structure of tables (系统数据库表结构文档, 一(八)): snapshots, and pages, comparisons and exports made from them.
//!
//! Reading order: `model` the snapshot · `live` from PostgreSQL and SQLite · `catalog`, `import` from result sets of other
//! products · `overlay` what people add · `lint` checks and coverage · `diff` · `diagram`, `page`, `sheet`, `tree` what is written.
//! SQL text is allowed here. The portal build never opens a database.

mod catalog;
mod ddl;
mod diagram;
mod diff;
mod import;
mod lint;
mod live;
mod model;
mod overlay;
mod page;
mod sheet;
mod tree;

pub use catalog::{queries, script};
pub use diagram::{Drawing, Graph, MOST_BOXES};
pub use diff::{Change, Risk, diff};
pub use import::snapshot as from_folder;
pub use lint::{CODES, Finding, Ratio, Report, check};
pub use live::snapshot as from_database;
pub use model::*;
pub use overlay::{
    Book, ColumnNote, LintSettings, Overlay, Relation, RelationNote, TableNote, Viewpoint,
};
pub use page::{changes as change_pages, pages, paths};
pub use tree::document;
