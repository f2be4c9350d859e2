//! Attempts of jobs, and which process holds one.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, global};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        global("job_run")
            .uuid("job_id")
            .int("attempt")
            .uuid("node")
            .at("started_at")
            .at_null("ended_at")
            .text_null("outcome")
            .key(&["job_id", "attempt"])
            .refs("job_id", "job"),
    ])
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let node = Table::alter()
            .table("job")
            .add_column(ColumnDef::new("node").uuid().null())
            .to_owned();
        manager.alter_table(node).await?;
        tables().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().drop(manager).await?;
        let node = Table::alter().table("job").drop_column("node").to_owned();
        manager.alter_table(node).await
    }
}
