//! The knowledge base with its versions, ratings and search texts; notices, the state of the system, the revision of the portal.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("knowledge_article")
            .uuid("id")
            .uuid("contract_id")
            .int("version")
            .text("kind")
            .text("language")
            .uuid_null("original_id")
            .uuid_null("source_ticket_id")
            .text("state")
            .int("shown_seq")
            .int("latest_seq")
            .text("side")
            .text("title")
            .text_null("module")
            .text("tags")
            .int("audience_bits")
            .uuid_null("department_id")
            .int("data_level")
            .at_null("published_at")
            .at("listed_at")
            .uuid("created_by")
            .at("created_at")
            .uuid_null("outdated_by")
            .at_null("outdated_at")
            .text_null("outdated_reason")
            .uuid_null("retired_by")
            .at_null("retired_at")
            .text_null("retired_reason")
            .key(&["id"])
            .within("contract_id", "contract")
            .within("original_id", "knowledge_article")
            .within("source_ticket_id", "ticket")
            .within("department_id", "department")
            .refs("created_by", "person")
            .refs("outdated_by", "person")
            .refs("retired_by", "person")
            .index(&["listed_at", "id"]),
        operational("article_version")
            .uuid("article_id")
            .int("seq")
            .text("state")
            .text("side")
            .text("title")
            .text_null("module")
            .text("tags")
            .int("audience_bits")
            .uuid_null("department_id")
            .int("data_level")
            .text("body")
            .uuid("drafted_by")
            .at("drafted_at")
            .uuid_null("submitted_by")
            .at_null("submitted_at")
            .uuid_null("returned_by")
            .at_null("returned_at")
            .text_null("return_reason")
            .uuid_null("published_by")
            .at_null("published_at")
            .at_null("superseded_at")
            .int("helped_count")
            .int("not_helped_count")
            .key(&["article_id", "seq"])
            .within("article_id", "knowledge_article")
            .within("department_id", "department")
            .refs("drafted_by", "person")
            .refs("submitted_by", "person")
            .refs("returned_by", "person")
            .refs("published_by", "person"),
        operational("article_writer")
            .uuid("article_id")
            .int("seq")
            .uuid("person_id")
            .at("at")
            .key(&["article_id", "seq", "person_id"])
            .within("article_id", "knowledge_article")
            .refs("person_id", "person"),
        operational("article_rating")
            .uuid("article_id")
            .int("seq")
            .uuid("person_id")
            .flag("helpful")
            .at("at")
            .key(&["article_id", "seq", "person_id"])
            .within("article_id", "knowledge_article")
            .refs("person_id", "person"),
        operational("article_text")
            .uuid("article_id")
            .int("part")
            .int("audience_bits")
            .text("text")
            .key(&["article_id", "part"])
            .within("article_id", "knowledge_article"),
        operational("notice")
            .uuid("id")
            .int("version")
            .text("kind")
            .text("title")
            .text("body")
            .int("audience_bits")
            .uuid_null("department_id")
            .int("data_level")
            .at("valid_from_at")
            .at_null("valid_to_at")
            .at_null("starts_at")
            .at_null("ends_at")
            .uuid("published_by")
            .at("published_at")
            .uuid_null("withdrawn_by")
            .at_null("withdrawn_at")
            .text_null("withdrawn_reason")
            .key(&["id"])
            .within("department_id", "department")
            .refs("published_by", "person")
            .refs("withdrawn_by", "person")
            .index(&["valid_from_at", "id"])
            .index(&["kind", "ends_at"]),
        operational("system_status")
            .int("seq")
            .text("state")
            .at("since_at")
            .at_null("next_update_at")
            .text_null("message")
            .uuid("set_by")
            .at("set_at")
            .key(&["hospital_id", "seq"])
            .refs("set_by", "person"),
        operational("portal_revision")
            .long("revision")
            .at("changed_at")
            .key(&["hospital_id"]),
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
