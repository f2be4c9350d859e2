//! How the service is reached, as parameters of the contract; the history of the state of the system takes no change.

use sea_orm_migration::prelude::*;

use crate::append_only::{extend, shrink};
use crate::table::{add_columns, drop_columns};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const DESK: [&str; 3] = ["hotline", "service_email", "service_qq"];
const HISTORY: [&str; 1] = ["system_status"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = DESK.map(|name| ColumnDef::new(name).text().take());
        add_columns(manager, "parameter_set", columns.into()).await?;
        extend(manager, &HISTORY).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        shrink(manager, &HISTORY).await?;
        drop_columns(manager, "parameter_set", &DESK).await
    }
}
