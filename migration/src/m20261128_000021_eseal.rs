//! The agreement on electronic seals, and what was found out about the signatures of a sealed document.

use sea_orm_migration::prelude::*;

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
        let mut agreed = ColumnDef::new(AGREED);
        agreed.boolean().not_null().default(false);
        let add = Table::alter()
            .table("parameter_set")
            .add_column(agreed)
            .to_owned();
        manager.alter_table(add).await?;
        let texts = TEXTS.map(|name| ColumnDef::new(name).text().to_owned());
        let at = ColumnDef::new(CHECKED_AT)
            .timestamp_with_time_zone()
            .to_owned();
        for column in texts.into_iter().chain([at]) {
            let add = Table::alter()
                .table("sealed_document")
                .add_column(column)
                .to_owned();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TEXTS.into_iter().chain([CHECKED_AT]) {
            let drop = Table::alter()
                .table("sealed_document")
                .drop_column(name)
                .to_owned();
            manager.alter_table(drop).await?;
        }
        let drop = Table::alter()
            .table("parameter_set")
            .drop_column(AGREED)
            .to_owned();
        manager.alter_table(drop).await
    }
}
