//! Indexes for the orders of lists: tenant, sort key, id.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const RECEIVED: &str = "ix_ticket_received_at_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::create()
            .name(RECEIVED)
            .table("ticket")
            .col("hospital_id")
            .col("received_at")
            .col("id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name(RECEIVED).table("ticket").to_owned();
        manager.drop_index(index).await
    }
}
