//! 条目版本所用的文件 file that the text of a version names.

use sea_orm::entity::prelude::*;

use crate::ids::{ArticleId, AttachmentId, HospitalId};

/// A row of `article_file`; the database refuses a file of another article.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_file")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Article.
    #[sea_orm(primary_key, auto_increment = false)]
    pub article_id: ArticleId,
    /// Version.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// File.
    #[sea_orm(primary_key, auto_increment = false)]
    pub attachment_id: AttachmentId,
    /// The audiences that read where the text names it; see `rules::audience`.
    pub audience_bits: i32,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
