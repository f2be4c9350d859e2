//! 执笔人 who wrote in a version of an article, and so does not publish it.

use sea_orm::entity::prelude::*;

use crate::ids::{ArticleId, HospitalId, PersonId};

/// A row of `article_writer`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_writer")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Article.
    #[sea_orm(primary_key, auto_increment = false)]
    pub article_id: ArticleId,
    /// Version.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// When first.
    pub at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
