//! Clocks whose target changes keep the target that they were started with (S10, S37).

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("sla_clock")
            .add_column(ColumnDef::new("first_target").text().null())
            .to_owned();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("sla_clock")
            .drop_column("first_target")
            .to_owned();
        manager.alter_table(drop).await
    }
}
