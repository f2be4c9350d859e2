//! 登录尝试 counters of the throttle (G50); rows survive a restart.

use sea_orm::entity::prelude::*;

/// A row of `login_attempt`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login_attempt")]
pub struct Model {
    /// Time-ordered key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Account as typed, folded; known or not.
    pub account: String,
    /// Address.
    pub source: String,
    /// When.
    pub at: DateTimeUtc,
    /// Whether it succeeded.
    pub success: bool,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
