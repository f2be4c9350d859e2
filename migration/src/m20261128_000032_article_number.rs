//! Human numbers of articles, counted by hospital and year; an English article has the number of its original.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, add_columns, drop_columns, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "knowledge_article";
const INDEX: &str = "uq_knowledge_article_number";

fn counter() -> Tables {
    Tables(vec![
        operational("article_counter")
            .int("year")
            .int("last")
            .key(&["hospital_id", "year"]),
    ])
}

/// Numbers of what stands already, in the order in which it was made; words of SQL that both engines read.
const FILL: [&str; 3] = [
    "UPDATE knowledge_article SET number = 'KB-' || substr(CAST(created_at AS TEXT), 1, 4) || '-' || \
     substr(CAST(10000 + (SELECT COUNT(*) FROM knowledge_article AS other \
     WHERE other.hospital_id = knowledge_article.hospital_id AND other.language = 'ZH' \
     AND substr(CAST(other.created_at AS TEXT), 1, 4) = substr(CAST(knowledge_article.created_at AS TEXT), 1, 4) \
     AND (other.created_at < knowledge_article.created_at \
     OR (other.created_at = knowledge_article.created_at AND other.id <= knowledge_article.id))) AS TEXT), 2) \
     WHERE language = 'ZH'",
    "UPDATE knowledge_article SET number = (SELECT other.number FROM knowledge_article AS other \
     WHERE other.hospital_id = knowledge_article.hospital_id AND other.id = knowledge_article.original_id) \
     WHERE original_id IS NOT NULL",
    "INSERT INTO article_counter (hospital_id, year, last) \
     SELECT hospital_id, CAST(substr(CAST(created_at AS TEXT), 1, 4) AS INTEGER), COUNT(*) FROM knowledge_article \
     WHERE language = 'ZH' GROUP BY hospital_id, substr(CAST(created_at AS TEXT), 1, 4)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("number")
            .text()
            .not_null()
            .default("")
            .take();
        add_columns(manager, TABLE, vec![column]).await?;
        counter().create(manager).await?;
        let db = manager.get_connection();
        for statement in FILL {
            db.execute_unprepared(statement).await?;
        }
        db.execute_unprepared(&format!(
            "CREATE UNIQUE INDEX {INDEX} ON {TABLE} (hospital_id, number) WHERE original_id IS NULL"
        ))
        .await
        .map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&format!("DROP INDEX {INDEX}"))
            .await?;
        counter().drop(manager).await?;
        drop_columns(manager, TABLE, &["number"]).await
    }
}
