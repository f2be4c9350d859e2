//! Files of inspections and of rectification tasks: the row of a file knows what it is attached to, results and
//! submissions name files, and a submission may name files alone.

use sea_orm_migration::prelude::*;

use crate::table::{Table, Tables, operational, rebuild};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns of the rows that there were before.
const FILES: &[&str] = &[
    "hospital_id",
    "id",
    "ticket_id",
    "reply_id",
    "name",
    "size_bytes",
    "content_type",
    "sha256",
    "scan_state",
    "uploaded_by",
    "uploaded_at",
];
const SUBMISSIONS: &[&str] = &[
    "hospital_id",
    "task_id",
    "seq",
    "at",
    "person_id",
    "text",
    "evidence",
    "accepted",
    "decided_by",
    "decided_at",
    "note",
];

/// What says about a file that is the same whatever it is attached to.
fn file(table: Table) -> Table {
    table
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
        .index(&["sha256"])
}

fn files() -> Table {
    let table = operational("attachment")
        .uuid("id")
        .uuid_null("ticket_id")
        .uuid_null("reply_id")
        .uuid_null("inspection_id")
        .uuid_null("task_id");
    file(table)
        .within("inspection_id", "inspection")
        .within("task_id", "rectification_task")
        .unique(&["inspection_id", "id"])
        .unique(&["task_id", "id"])
        .check(
            "subject",
            "CASE WHEN ticket_id IS NULL THEN 0 ELSE 1 END + CASE WHEN inspection_id IS NULL THEN 0 ELSE 1 END \
             + CASE WHEN task_id IS NULL THEN 0 ELSE 1 END = 1",
        )
        .check("reply", "reply_id IS NULL OR ticket_id IS NOT NULL")
}

fn files_before() -> Table {
    let table = operational("attachment")
        .uuid("id")
        .uuid("ticket_id")
        .uuid_null("reply_id");
    file(table)
}

fn submission(evidence: fn(Table, &'static str) -> Table) -> Table {
    let table = operational("rectification_submission")
        .uuid("task_id")
        .int("seq")
        .at("at")
        .uuid("person_id")
        .text("text");
    evidence(table, "evidence")
        .flag_null("accepted")
        .uuid_null("decided_by")
        .at_null("decided_at")
        .text_null("note")
        .key(&["task_id", "seq"])
        .within("task_id", "rectification_task")
        .refs("person_id", "person")
        .refs("decided_by", "person")
}

fn evidence() -> Tables {
    Tables(vec![
        operational("inspection_evidence")
            .uuid("inspection_id")
            .int("seq")
            .uuid("attachment_id")
            .key(&["inspection_id", "seq", "attachment_id"])
            .among(
                ["inspection_id", "seq"],
                "inspection_result",
                ["inspection_id", "seq"],
            )
            .among(
                ["inspection_id", "attachment_id"],
                "attachment",
                ["inspection_id", "id"],
            ),
        operational("rectification_evidence")
            .uuid("task_id")
            .int("seq")
            .uuid("attachment_id")
            .key(&["task_id", "seq", "attachment_id"])
            .among(
                ["task_id", "seq"],
                "rectification_submission",
                ["task_id", "seq"],
            )
            .among(
                ["task_id", "attachment_id"],
                "attachment",
                ["task_id", "id"],
            ),
    ])
}

/// Name of the index that evidence of results refers to.
const LINES: &str = "uq_inspection_result_inspection_id_seq";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rebuild(manager, files(), FILES, "1 = 1").await?;
        let submissions = submission(Table::text_null).unique(&["task_id", "seq"]);
        rebuild(manager, submissions, SUBMISSIONS, "1 = 1").await?;
        let lines = Index::create()
            .unique()
            .name(LINES)
            .table("inspection_result")
            .col("hospital_id")
            .col("inspection_id")
            .col("seq")
            .to_owned();
        manager.create_index(lines).await?;
        evidence().create(manager).await
    }

    /// Files of inspections and rectifications go, as the tables of every other step do.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        evidence().drop(manager).await?;
        let lines = Index::drop()
            .name(LINES)
            .table("inspection_result")
            .to_owned();
        manager.drop_index(lines).await?;
        let db = manager.get_connection();
        db.execute_unprepared(
            "UPDATE rectification_submission SET evidence = '' WHERE evidence IS NULL",
        )
        .await?;
        rebuild(manager, submission(Table::text), SUBMISSIONS, "1 = 1").await?;
        rebuild(manager, files_before(), FILES, "ticket_id IS NOT NULL").await
    }
}
