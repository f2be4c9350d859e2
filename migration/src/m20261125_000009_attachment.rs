//! Files of tickets and replies.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("attachment")
            .uuid("id")
            .uuid("ticket_id")
            .uuid_null("reply_id")
            .text("name")
            .long("size_bytes")
            .text("content_type")
            .text("sha256")
            .text("scan_state")
            .uuid("uploaded_by")
            .at("uploaded_at")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .within("reply_id", "ticket_reply")
            .refs("uploaded_by", "person")
            .index(&["sha256"]),
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
