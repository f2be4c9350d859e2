//! 知识条目的一个版本 one version of an article; it never changes once it is handed in.

use sea_orm::entity::prelude::*;

use crate::ids::{ArticleId, DepartmentId, HospitalId, PersonId};
use crate::partial::partial;
use crate::values::{ArticleVersionState, Side};

/// A row of `article_version`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_version")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Article.
    #[sea_orm(primary_key, auto_increment = false)]
    pub article_id: ArticleId,
    /// Number in the article, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// State.
    pub state: ArticleVersionState,
    /// Side that wrote it; the hospital, as soon as one of its people wrote in it.
    pub side: Side,
    /// Title.
    pub title: String,
    /// Module of the ICU system that it is about.
    pub module: Option<String>,
    /// Tags: `|` before, between and after them; empty without tags.
    pub tags: String,
    /// For whom it is; see `rules::audience`.
    pub audience_bits: i32,
    /// The one department of the ward for which it is.
    pub department_id: Option<DepartmentId>,
    /// Classification, 1 to 3.
    pub data_level: i32,
    /// Markdown.
    pub body: String,
    /// Why the information centre found no patient in what the screen had stopped; nothing if it stopped nothing.
    pub screening_reason: Option<String>,
    /// Who wrote in it last.
    pub drafted_by: PersonId,
    /// When.
    pub drafted_at: DateTimeUtc,
    /// Who handed it in.
    pub submitted_by: Option<PersonId>,
    /// When.
    pub submitted_at: Option<DateTimeUtc>,
    /// Who sent it back last.
    pub returned_by: Option<PersonId>,
    /// When.
    pub returned_at: Option<DateTimeUtc>,
    /// Why.
    pub return_reason: Option<String>,
    /// Who reviewed and published it.
    pub published_by: Option<PersonId>,
    /// When.
    pub published_at: Option<DateTimeUtc>,
    /// When the next one replaced it.
    pub superseded_at: Option<DateTimeUtc>,
    /// How many it helped.
    pub helped_count: i32,
    /// How many it did not help.
    pub not_helped_count: i32,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

partial! {
    hospital_id = HospitalId,
    article_id = ArticleId,
    seq = Seq,
    state = State,
    side = Side,
    title = Title,
    module = Module,
    tags = Tags,
    audience_bits = AudienceBits,
    department_id = DepartmentId,
    data_level = DataLevel,
    body = Body,
    screening_reason = ScreeningReason,
    drafted_by = DraftedBy,
    drafted_at = DraftedAt,
    submitted_by = SubmittedBy,
    submitted_at = SubmittedAt,
    returned_by = ReturnedBy,
    returned_at = ReturnedAt,
    return_reason = ReturnReason,
    published_by = PublishedBy,
    published_at = PublishedAt,
    superseded_at = SupersededAt,
    helped_count = HelpedCount,
    not_helped_count = NotHelpedCount,
}
