//! 评价 whether a version of an article helped somebody.

use sea_orm::entity::prelude::*;

use crate::ids::{ArticleId, HospitalId, PersonId};

/// A row of `article_rating`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_rating")]
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
    /// Whether it helped.
    pub helpful: bool,
    /// When, the last time.
    pub at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
