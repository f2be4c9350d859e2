//! Why the information centre found no patient in a version that the screen had stopped.

use sea_orm_migration::prelude::*;

use crate::table::{add_columns, drop_columns};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "article_version";
const REASON: &str = "screening_reason";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, TABLE, vec![ColumnDef::new(REASON).text().take()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, TABLE, &[REASON]).await
    }
}
