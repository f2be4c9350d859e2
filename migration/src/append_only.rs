//! History that nobody may change: the database refuses UPDATE and DELETE (L64).
//!
//! A bug in our own code is the likeliest attacker. Whoever owns the database can take the
//! triggers away; the hash chain then tells.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Makes what the guards call, and puts them on `tables`; once, in the first step that has any.
pub async fn guard(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    if postgres {
        db.execute_unprepared(
            "CREATE FUNCTION icuops_append_only() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME; END $$",
        )
        .await?;
    }
    extend(manager, tables).await
}

/// Puts the guards on more tables.
pub async fn extend(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    for table in tables {
        if postgres {
            db.execute_unprepared(&format!(
                "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} \
                 FOR EACH STATEMENT EXECUTE FUNCTION icuops_append_only()"
            ))
            .await?;
        } else {
            for verb in ["UPDATE", "DELETE"] {
                db.execute_unprepared(&format!(
                    "CREATE TRIGGER append_only_{table}_{verb} BEFORE {verb} ON {table} \
                     BEGIN SELECT RAISE(ABORT, 'append-only table {table}'); END"
                ))
                .await?;
            }
        }
    }
    Ok(())
}

/// Takes the guards and what they call away, for the way back.
pub async fn release(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    shrink(manager, tables).await?;
    if manager.get_database_backend() == DbBackend::Postgres {
        let db = manager.get_connection();
        db.execute_unprepared("DROP FUNCTION icuops_append_only()")
            .await?;
    }
    Ok(())
}

/// Takes the guards of some tables away.
pub async fn shrink(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    for table in tables {
        if postgres {
            db.execute_unprepared(&format!("DROP TRIGGER append_only ON {table}"))
                .await?;
        } else {
            for verb in ["UPDATE", "DELETE"] {
                db.execute_unprepared(&format!("DROP TRIGGER append_only_{table}_{verb}"))
                    .await?;
            }
        }
    }
    Ok(())
}
