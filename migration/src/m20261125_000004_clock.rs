//! Clocks, waits, breaches.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("sla_clock")
            .uuid("id")
            .uuid("ticket_id")
            .text("code")
            .text("kind")
            .int("cycle")
            .text("rule_name")
            .int("policy_version")
            .text("calendar_version")
            .text("unit")
            .text("target_source")
            .long_null("limit_n")
            .long_null("check_n")
            .flag("check_wd")
            .long("carried_n")
            .at("started_at")
            .at_null("due_at")
            .at_null("due_before_at")
            .at_null("stopped_at")
            .long("paused_n")
            .long("held_n")
            .text("state")
            .text("result")
            .text("confirmation")
            .text_null("cancel_reason")
            .flag("provisional")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .unique(&["ticket_id", "code", "cycle"])
            .index(&["state", "due_at"]),
        operational("sla_event")
            .uuid("id")
            .uuid("clock_id")
            .int("seq")
            .text("kind")
            .at("effective_at")
            .at("recorded_at")
            .uuid_null("actor_id")
            .text("payload")
            .text_null("note")
            .key(&["id"])
            .within("clock_id", "sla_clock")
            .refs("actor_id", "person")
            .unique(&["clock_id", "seq"]),
        operational("wait")
            .uuid("id")
            .uuid("ticket_id")
            .text("reason")
            .text("note")
            .uuid("proposed_by")
            .at("proposed_at")
            .text("decision")
            .uuid_null("decided_by")
            .at_null("decided_at")
            .at("from_at")
            .at_null("ended_at")
            .text_null("end_cause")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .refs("proposed_by", "person")
            .refs("decided_by", "person")
            .index(&["ticket_id", "proposed_at"]),
        operational("breach")
            .uuid("id")
            .uuid("ticket_id")
            .uuid("clock_id")
            .text("kind")
            .at("due_at")
            .at("found_at")
            .text("state")
            .at_null("decided_at")
            .text_null("reason")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .within("clock_id", "sla_clock")
            .unique(&["clock_id", "kind"])
            .index(&["ticket_id"]),
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
