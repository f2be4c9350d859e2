//! Notifications, replay keys, jobs, the audit chains.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, global, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("notification")
            .uuid("id")
            .uuid("person_id")
            .text("kind")
            .uuid_null("ticket_id")
            .text("effect_key")
            .text("title_zh")
            .text("title_en")
            .at("at")
            .at_null("read_at")
            .key(&["id"])
            .refs("person_id", "person")
            .within("ticket_id", "ticket")
            .unique(&["person_id", "effect_key"])
            .index(&["person_id", "at", "id"]),
        operational("idempotency")
            .uuid("actor_id")
            .text("key")
            .text("mutation")
            .text("input_sha256")
            .uuid("object_id")
            .at("at")
            .key(&["hospital_id", "actor_id", "key"])
            .refs("actor_id", "person"),
        global("job")
            .uuid("id")
            .uuid_null("hospital_id")
            .text("kind")
            .uuid("subject")
            .text("payload")
            .text_null("dedup")
            .text("state")
            .at("run_at")
            .int("attempt")
            .int("max_attempts")
            .long("lease_token")
            .at_null("lease_until_at")
            .text_null("last_error")
            .at("created_at")
            .at_null("done_at")
            .key(&["id"])
            .refs("hospital_id", "hospital")
            .index(&["state", "run_at"])
            .unique(&["dedup"])
            .index(&["subject"]),
        global("audit")
            .uuid("chain")
            .long("seq")
            .at("at")
            .text("action")
            .uuid_null("object_id")
            .bytes("payload")
            .text("prev_hash")
            .text("hash")
            .key(&["chain", "seq"])
            .unique(&["chain", "prev_hash"])
            .index(&["chain", "object_id"]),
        global("audit_head")
            .uuid("chain")
            .long("seq")
            .text("hash")
            .key(&["chain"]),
    ])
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().create(manager).await?;
        crate::append_only::guard(manager, &["audit", "ticket_event", "sla_event"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::append_only::release(manager, &["audit", "ticket_event", "sla_event"]).await?;
        tables().drop(manager).await
    }
}
