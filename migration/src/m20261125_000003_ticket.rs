//! Tickets and their history.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("ticket")
            .uuid("id")
            .uuid("contract_id")
            .uuid_null("department_id")
            .text("number")
            .int("version")
            .text("status")
            .text("category")
            .text("subcategory")
            .text("origin")
            .text("channel")
            .text("description")
            .text_null("location")
            .text_null("component")
            .text_null("phenomenon")
            .at_null("occurred_at")
            .text_null("scope")
            .text_null("related_systems")
            .text_null("steps")
            .text_null("beds_affected")
            .text_null("urgency")
            .text_null("severity")
            .flag("severity_provisional")
            .uuid("reporter_id")
            .uuid("registered_by")
            .uuid_null("assignee_id")
            .at("received_at")
            .at_null("received_claimed_at")
            .text("received_source")
            .at("created_at")
            .at_null("released_at")
            .at_null("responded_at")
            .at_null("first_step_at")
            .at_null("resolved_at")
            .at_null("closed_at")
            .uuid_null("taken_by")
            .at_null("taken_at")
            .at_null("handed_over_at")
            .text_null("solution")
            .text_null("solved_by")
            .text_null("root_cause")
            .text_null("verification")
            .int("cycle")
            .uuid_null("parent_id")
            .int_null("rating")
            .text_null("rating_comment")
            .uuid_null("scope_proposed_by")
            .text_null("scope_reason")
            .at_null("next_due_at")
            .key(&["id"])
            .within("contract_id", "contract")
            .within("department_id", "department")
            .refs("reporter_id", "person")
            .refs("registered_by", "person")
            .refs("assignee_id", "person")
            .refs("taken_by", "person")
            .within("parent_id", "ticket")
            .refs("scope_proposed_by", "person")
            .unique(&["number"])
            .index(&["created_at", "id"])
            .index(&["status", "created_at", "id"])
            .index(&["contract_id", "created_at", "id"])
            .index(&["department_id", "created_at", "id"])
            .index(&["next_due_at", "id"])
            .index(&["parent_id"]),
        operational("ticket_counter")
            .int("year")
            .int("last")
            .key(&["hospital_id", "year"]),
        operational("ticket_event")
            .uuid("id")
            .uuid("ticket_id")
            .int("seq")
            .text("kind")
            .at("at")
            .uuid_null("actor_id")
            .text("status")
            .text_null("text")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .refs("actor_id", "person")
            .unique(&["ticket_id", "seq"]),
        operational("ticket_reply")
            .uuid("id")
            .uuid("ticket_id")
            .int("seq")
            .uuid("author_id")
            .text("side")
            .at("at")
            .text("text")
            .flag("ends_wait")
            .flag("as_response")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .refs("author_id", "person")
            .unique(&["ticket_id", "seq"]),
        operational("ticket_step")
            .uuid("id")
            .uuid("ticket_id")
            .text("kind")
            .at("at")
            .uuid("by")
            .text("channel")
            .text("action")
            .text_null("finding")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .refs("by", "person")
            .index(&["ticket_id", "at"]),
        operational("solution_plan")
            .uuid("id")
            .uuid("ticket_id")
            .int("plan_no")
            .text("state")
            .text("steps")
            .text("risk")
            .text("rollback")
            .text("checklist")
            .uuid("written_by")
            .at("written_at")
            .at_null("executed_at")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .refs("written_by", "person")
            .unique(&["ticket_id", "plan_no"]),
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
