//! Files of articles: the row of a file knows its article, its size in pixels and who found no patient in it; versions
//! name files.

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
    "inspection_id",
    "task_id",
    "name",
    "size_bytes",
    "content_type",
    "sha256",
    "scan_state",
    "uploaded_by",
    "uploaded_at",
];
/// Name of the index to which files of a version refer.
const VERSIONS: &str = "uq_article_version_article_id_seq";

fn files_before() -> Table {
    operational("attachment")
        .uuid("id")
        .uuid_null("ticket_id")
        .uuid_null("reply_id")
        .uuid_null("inspection_id")
        .uuid_null("task_id")
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
        .within("inspection_id", "inspection")
        .within("task_id", "rectification_task")
        .refs("uploaded_by", "person")
        .index(&["sha256"])
        .unique(&["inspection_id", "id"])
        .unique(&["task_id", "id"])
        .check("reply", "reply_id IS NULL OR ticket_id IS NOT NULL")
}

fn files() -> Table {
    files_before()
        .uuid_null("article_id")
        .int_null("width")
        .int_null("height")
        .uuid_null("cleared_by")
        .at_null("cleared_at")
        .within("article_id", "knowledge_article")
        .refs("cleared_by", "person")
        .unique(&["article_id", "id"])
        .check(
            "subject",
            "CASE WHEN ticket_id IS NULL THEN 0 ELSE 1 END + CASE WHEN inspection_id IS NULL THEN 0 ELSE 1 END \
             + CASE WHEN task_id IS NULL THEN 0 ELSE 1 END + CASE WHEN article_id IS NULL THEN 0 ELSE 1 END = 1",
        )
}

fn evidence(name: &'static str, of: &'static str, named: &'static str) -> Table {
    operational(name)
        .uuid(of)
        .int("seq")
        .uuid("attachment_id")
        .key(&[of, "seq", "attachment_id"])
        .among([of, "seq"], named, [of, "seq"])
        .among([of, "attachment_id"], "attachment", [of, "id"])
}

/// What refers to files, and whose files they are.
const EVIDENCE: [(&str, &str, &str); 2] = [
    ("inspection_evidence", "inspection_id", "inspection_result"),
    (
        "rectification_evidence",
        "task_id",
        "rectification_submission",
    ),
];

fn named() -> Tables {
    Tables(vec![
        operational("article_file")
            .uuid("article_id")
            .int("seq")
            .uuid("attachment_id")
            .int("audience_bits")
            .key(&["article_id", "seq", "attachment_id"])
            .among(
                ["article_id", "seq"],
                "article_version",
                ["article_id", "seq"],
            )
            .among(
                ["article_id", "attachment_id"],
                "attachment",
                ["article_id", "id"],
            ),
    ])
}

/// Builds files anew. What refers to them stands aside meanwhile, because neither engine lets go of a table that is
/// referred to.
async fn anew(manager: &SchemaManager<'_>, table: Table, kept: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    for (name, of, _) in EVIDENCE {
        db.execute_unprepared(&format!(
            "CREATE TABLE {name}_aside AS SELECT hospital_id, {of}, seq, attachment_id FROM {name}"
        ))
        .await?;
        db.execute_unprepared(&format!("DROP TABLE {name}")).await?;
    }
    rebuild(manager, table, FILES, kept).await?;
    for (name, of, result) in EVIDENCE {
        Tables(vec![evidence(name, of, result)])
            .create(manager)
            .await?;
        db.execute_unprepared(&format!(
            "INSERT INTO {name} (hospital_id, {of}, seq, attachment_id) \
             SELECT hospital_id, {of}, seq, attachment_id FROM {name}_aside"
        ))
        .await?;
        db.execute_unprepared(&format!("DROP TABLE {name}_aside"))
            .await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        anew(manager, files(), "1 = 1").await?;
        let versions = Index::create()
            .unique()
            .name(VERSIONS)
            .table("article_version")
            .col("hospital_id")
            .col("article_id")
            .col("seq")
            .to_owned();
        manager.create_index(versions).await?;
        named().create(manager).await
    }

    /// Files of articles go, as the tables of every other step do.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        named().drop(manager).await?;
        let versions = Index::drop()
            .name(VERSIONS)
            .table("article_version")
            .to_owned();
        manager.drop_index(versions).await?;
        let before = files_before().check(
            "subject",
            "CASE WHEN ticket_id IS NULL THEN 0 ELSE 1 END + CASE WHEN inspection_id IS NULL THEN 0 ELSE 1 END \
             + CASE WHEN task_id IS NULL THEN 0 ELSE 1 END = 1",
        );
        anew(manager, before, "article_id IS NULL").await
    }
}
