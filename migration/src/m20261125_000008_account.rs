//! Who keeps an account, shared ward stations, tokens of programs.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("machine_token")
            .uuid("id")
            .text("agent")
            .text("token_sha256")
            .text("scopes")
            .uuid("created_by")
            .at("created_at")
            .at("expires_at")
            .at_null("last_used_at")
            .at_null("revoked_at")
            .key(&["id"])
            .refs("created_by", "person")
            .index(&["created_at"]),
    ])
}

/// A token is looked up before its hospital is known.
fn by_digest() -> IndexCreateStatement {
    Index::create()
        .unique()
        .name("uq_machine_token_sha256")
        .table("machine_token")
        .col("token_sha256")
        .to_owned()
}

/// New columns of the tables of people; SQLite takes one a statement.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    let column = |name: &'static str| ColumnDef::new(name);
    let (mut home, mut maker, mut phone, mut shared) = (
        column("home_hospital_id"),
        column("created_by"),
        column("phone"),
        column("shared"),
    );
    home.uuid().null();
    maker.uuid().null();
    phone.text().null();
    shared.boolean().not_null().default(false);
    vec![
        ("person", home),
        ("person", maker),
        ("person", phone),
        ("session", shared),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            let alter = Table::alter()
                .table(table)
                .add_column(&mut column)
                .to_owned();
            manager.alter_table(alter).await?;
        }
        // Until now every hospital person was kept by the own hospital.
        let home = Query::update()
            .table("person")
            .value("home_hospital_id", Expr::col("hospital_id"))
            .to_owned();
        manager.execute(home).await?;
        tables().create(manager).await?;
        manager.create_index(by_digest()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().drop(manager).await?;
        for (table, column) in columns() {
            let alter = Table::alter()
                .table(table)
                .drop_column(column.get_column_name())
                .to_owned();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}
