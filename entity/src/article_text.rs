//! 检索文本 a part of the published text of an article as it is searched.

use sea_orm::entity::prelude::*;

use crate::ids::{ArticleId, HospitalId};

/// A row of `article_text`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_text")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Article.
    #[sea_orm(primary_key, auto_increment = false)]
    pub article_id: ArticleId,
    /// Place in the article, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i32,
    /// Who may find it.
    pub audience_bits: i32,
    /// Folded text.
    pub text: String,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
