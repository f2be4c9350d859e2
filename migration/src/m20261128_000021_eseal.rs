//! The agreement on electronic seals, and what was found out about the signatures of a sealed document.

use sea_orm_migration::prelude::*;

use crate::table::{add_columns, drop_columns, switch};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const AGREED: &str = "eseal_agreed";

const CHECKED_AT: &str = "esign_checked_at";
const TEXTS: [&str; 3] = ["esign_result", "esign_content", "esign_signatures"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "parameter_set", vec![switch(AGREED)]).await?;
        let mut columns: Vec<ColumnDef> = Vec::new();
        for name in TEXTS {
            columns.push(ColumnDef::new(name).text().take());
        }
        columns.push(ColumnDef::new(CHECKED_AT).timestamp_with_time_zone().take());
        add_columns(manager, "sealed_document", columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "sealed_document", &TEXTS).await?;
        drop_columns(manager, "sealed_document", &[CHECKED_AT]).await?;
        drop_columns(manager, "parameter_set", &[AGREED]).await
    }
}
