//! Reports: issues, their numbers, their sealed documents.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("report_counter")
            .text("prefix")
            .int("year")
            .int("last")
            .key(&["hospital_id", "prefix", "year"]),
        operational("report_issue")
            .uuid("id")
            .uuid("contract_id")
            .text("code")
            .int("definition_version")
            .text("subject")
            .text("params")
            .text_null("number")
            .int("revision")
            .text("state")
            .int("data_level")
            .int("version")
            .uuid("author_id")
            .at("made_at")
            .uuid_null("approver_id")
            .at_null("approved_at")
            .text_null("data_sha256")
            .text_null("meta")
            .text_null("meta_sha256")
            .text_null("fingerprint")
            .text_null("html_sha256")
            .long_null("html_bytes")
            .text_null("pdf_sha256")
            .long_null("pdf_bytes")
            .int_null("page_count")
            .text_null("way")
            .uuid_null("issued_by")
            .at_null("issued_at")
            .uuid_null("corrects_id")
            .text_null("reason")
            .at_null("superseded_at")
            .uuid_null("revoked_by")
            .at_null("revoked_at")
            .key(&["id"])
            .within("contract_id", "contract")
            .within("corrects_id", "report_issue")
            .refs("author_id", "person")
            .refs("approver_id", "person")
            .refs("issued_by", "person")
            .refs("revoked_by", "person")
            .unique(&["number", "revision"])
            .index(&["subject", "code"])
            .index(&["made_at", "id"]),
        operational("sealed_document")
            .uuid("id")
            .uuid("report_id")
            .text("way")
            .text("name")
            .text("content_type")
            .long("size_bytes")
            .text("sha256")
            .text("data_sha256")
            .text_null("paper_location")
            .on("sealed_on")
            .uuid("uploaded_by")
            .at("uploaded_at")
            .text_null("verdict")
            .text_null("note")
            .uuid_null("attested_by")
            .at_null("attested_at")
            .key(&["id"])
            .within("report_id", "report_issue")
            .refs("uploaded_by", "person")
            .refs("attested_by", "person")
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
