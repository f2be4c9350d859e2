//! Recurrences, written demands, titles of calendar notices, delayed mail, and the indexes of board and register.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("recurrence_link")
            .uuid("id")
            .uuid("ticket_id")
            .uuid("previous_id")
            .text("kind")
            .int("cycle")
            .uuid_null("proposed_by")
            .at("proposed_at")
            .text("decision")
            .uuid_null("decided_by")
            .at_null("decided_at")
            .text_null("note")
            .text_null("comment")
            .uuid_null("commented_by")
            .at_null("commented_at")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .within("previous_id", "ticket")
            .refs("proposed_by", "person")
            .refs("decided_by", "person")
            .refs("commented_by", "person")
            .unique(&["ticket_id", "previous_id", "kind", "cycle"]),
        operational("resolution_demand")
            .uuid("id")
            .uuid("ticket_id")
            .int("cycle")
            .at_null("deadline_at")
            .on_null("deadline_on")
            .text("text")
            .uuid("issued_by")
            .at("issued_at")
            .at("delivered_at")
            .text("delivery_evidence")
            .uuid_null("withdrawn_by")
            .at_null("withdrawn_at")
            .text_null("withdraw_reason")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .refs("issued_by", "person")
            .refs("withdrawn_by", "person"),
    ])
}

/// Indexes on tables that are there already: name, table, columns.
const INDEXES: [(&str, &str, &[&str]); 4] = [
    (
        "ix_sla_clock_board",
        "sla_clock",
        &["hospital_id", "state", "due_at", "id"],
    ),
    (
        "ix_breach_register",
        "breach",
        &["hospital_id", "found_at", "id"],
    ),
    (
        "ix_ticket_recurrence",
        "ticket",
        &["hospital_id", "component", "root_cause", "closed_at"],
    ),
    (
        "ix_notification_unread",
        "notification",
        &["person_id", "read_at", "at", "id"],
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().create(manager).await?;
        manager
            .alter_table(
                Table::alter()
                    .table("work_calendar")
                    .add_column(ColumnDef::new("notice_title").text().null())
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("notification")
                    .add_column(ColumnDef::new("mail_at").timestamp_with_time_zone().null())
                    .to_owned(),
            )
            .await?;
        // The board's index begins with the same columns.
        let old = Index::drop()
            .name("ix_sla_clock_state_due_at")
            .table("sla_clock")
            .to_owned();
        manager.drop_index(old).await?;
        for (name, table, columns) in INDEXES {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, _) in INDEXES {
            let drop = Index::drop().name(name).table(table).to_owned();
            manager.drop_index(drop).await?;
        }
        let old = Index::create()
            .name("ix_sla_clock_state_due_at")
            .table("sla_clock")
            .col("hospital_id")
            .col("state")
            .col("due_at")
            .to_owned();
        manager.create_index(old).await?;
        for (table, column) in [
            ("notification", "mail_at"),
            ("work_calendar", "notice_title"),
        ] {
            let drop = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        tables().drop(manager).await
    }
}
