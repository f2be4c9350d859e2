//! The register of assets.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("asset")
            .uuid("id")
            .uuid("contract_id")
            .text("code")
            .text("kind")
            .text("label")
            .text_null("engine")
            .text_null("os")
            .text("owner")
            .on_null("warranty_until_on")
            .int_null("data_level")
            .int("version")
            .uuid("created_by")
            .at("created_at")
            .uuid_null("retired_by")
            .at_null("retired_at")
            .text_null("retire_reason")
            .key(&["id"])
            .within("contract_id", "contract")
            .refs("created_by", "person")
            .refs("retired_by", "person")
            .unique(&["contract_id", "code"])
            .index(&["created_at", "id"]),
    ])
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().drop(manager).await
    }
}
