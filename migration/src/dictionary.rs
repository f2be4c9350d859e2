//! The structure of the tables that the steps make, and what each of them means (数据字典, clause 一(八)).
//!
//! A test holds the snapshot against a migrated PostgreSQL and wants a comment for every table and column: a new step
//! brings both.

/// Snapshot of a migrated PostgreSQL, JSON in the format of `site-gen db-snapshot`.
pub const SNAPSHOT: &str = include_str!("../dictionary/postgres.json");

/// Comments in Chinese and English, logical relations, groups; TOML in the format of overlays of `site-gen`.
pub const WORDS: &str = include_str!("../dictionary/words.toml");
