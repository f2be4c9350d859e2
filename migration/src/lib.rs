//! Schema of icuops, one step a file, each in its own transaction.
//!
//! This crate imports no workspace crate: an old step must never change because an entity did.

pub use sea_orm_migration::MigrationStatus;
pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod append_only;
pub mod dictionary;
mod m20261125_000001_account;
mod m20261125_000002_contract;
mod m20261125_000003_ticket;
mod m20261125_000004_clock;
mod m20261125_000005_machinery;
mod m20261125_000006_job_run;
mod m20261125_000007_index;
mod m20261125_000008_account;
mod m20261125_000009_attachment;
mod m20261125_000010_claim;
mod m20261125_000011_proof;
mod m20261125_000012_clock_target;
mod m20261127_000013_asset;
mod m20261127_000014_inspection;
mod m20261127_000020_report;
mod m20261128_000021_eseal;
mod m20261128_000022_rectification;
mod m20261128_000025_evidence;
mod m20261128_000030_knowledge;
mod m20261128_000031_desk;
mod m20261128_000032_article_number;
mod m20261128_000033_article_file;
mod m20261128_000034_screening;
mod table;

/// Every step, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261125_000001_account::Migration),
            Box::new(m20261125_000002_contract::Migration),
            Box::new(m20261125_000003_ticket::Migration),
            Box::new(m20261125_000004_clock::Migration),
            Box::new(m20261125_000005_machinery::Migration),
            Box::new(m20261125_000006_job_run::Migration),
            Box::new(m20261125_000007_index::Migration),
            Box::new(m20261125_000008_account::Migration),
            Box::new(m20261125_000009_attachment::Migration),
            Box::new(m20261125_000010_claim::Migration),
            Box::new(m20261125_000011_proof::Migration),
            Box::new(m20261125_000012_clock_target::Migration),
            Box::new(m20261127_000013_asset::Migration),
            Box::new(m20261127_000014_inspection::Migration),
            Box::new(m20261127_000020_report::Migration),
            Box::new(m20261128_000021_eseal::Migration),
            Box::new(m20261128_000022_rectification::Migration),
            Box::new(m20261128_000025_evidence::Migration),
            Box::new(m20261128_000030_knowledge::Migration),
            Box::new(m20261128_000031_desk::Migration),
            Box::new(m20261128_000032_article_number::Migration),
            Box::new(m20261128_000033_article_file::Migration),
            Box::new(m20261128_000034_screening::Migration),
        ]
    }
}
