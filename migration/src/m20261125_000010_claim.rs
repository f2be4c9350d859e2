//! Claimed times; impact, proposals and the vendor's note of a ticket; steps numbered within their ticket.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("claimed_time")
            .uuid("id")
            .uuid("ticket_id")
            .text("kind")
            .int("cycle")
            .at("claimed_at")
            .at("recorded_at")
            .uuid("claimed_by")
            .text("side")
            .text("decision")
            .uuid_null("decided_by")
            .at_null("decided_at")
            .at("decide_from_at")
            .at("counted_at")
            .text_null("note")
            .key(&["id"])
            .within("ticket_id", "ticket")
            .refs("claimed_by", "person")
            .refs("decided_by", "person")
            .unique(&["ticket_id", "kind", "cycle"]),
    ])
}

/// New columns of `ticket`; each is null until it is needed.
fn columns() -> [ColumnDef; 5] {
    [
        ColumnDef::new("impact").text().to_owned(),
        ColumnDef::new("responded_claimed_at")
            .timestamp_with_time_zone()
            .to_owned(),
        ColumnDef::new("response_confirmed_by").uuid().to_owned(),
        ColumnDef::new("proposed_parent_id").uuid().to_owned(),
        ColumnDef::new("internal_note").text().to_owned(),
    ]
}

const STEP_INDEX: &str = "uq_ticket_step_ticket_id_seq";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().create(manager).await?;
        for column in columns() {
            let add = Table::alter().table("ticket").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        let number = Table::alter()
            .table("ticket_step")
            .add_column(ColumnDef::new("seq").integer().not_null().default(0))
            .to_owned();
        manager.alter_table(number).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE ticket_step SET seq = (SELECT count(*) FROM ticket_step AS e \
                 WHERE e.ticket_id = ticket_step.ticket_id \
                 AND (e.at, e.id) <= (ticket_step.at, ticket_step.id))",
            )
            .await?;
        let unique = Index::create()
            .unique()
            .name(STEP_INDEX)
            .table("ticket_step")
            .col("hospital_id")
            .col("ticket_id")
            .col("seq")
            .to_owned();
        manager.create_index(unique).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop()
            .name(STEP_INDEX)
            .table("ticket_step")
            .to_owned();
        manager.drop_index(index).await?;
        let number = Table::alter()
            .table("ticket_step")
            .drop_column("seq")
            .to_owned();
        manager.alter_table(number).await?;
        for name in [
            "impact",
            "responded_claimed_at",
            "response_confirmed_by",
            "proposed_parent_id",
            "internal_note",
        ] {
            let drop = Table::alter().table("ticket").drop_column(name).to_owned();
            manager.alter_table(drop).await?;
        }
        tables().drop(manager).await
    }
}
