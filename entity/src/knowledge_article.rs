//! 知识条目 an article of the knowledge base (C1.1).

use sea_orm::entity::prelude::*;

use crate::ids::{ArticleId, ContractId, DepartmentId, HospitalId, PersonId, TicketId};
use crate::values::{ArticleKind, ArticleState, Language, Side};

/// A row of `knowledge_article`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "knowledge_article")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ArticleId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Contract whose vendor writes and reads it.
    pub contract_id: ContractId,
    /// Human number; an English article has that of its original.
    pub number: String,
    /// Optimistic lock.
    pub version: i32,
    /// Kind.
    pub kind: ArticleKind,
    /// Language.
    pub language: Language,
    /// The Chinese article of which it is the English version.
    pub original_id: Option<ArticleId>,
    /// Ticket from which it was made.
    pub source_ticket_id: Option<TicketId>,
    /// State.
    pub state: ArticleState,
    /// The version that the columns below repeat: the published one, else the latest.
    pub shown_seq: i32,
    /// The latest version.
    pub latest_seq: i32,
    /// Side that wrote the shown version.
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
    /// When the shown version was published.
    pub published_at: Option<DateTimeUtc>,
    /// Key of lists: the publication, before it the creation.
    pub listed_at: DateTimeUtc,
    /// Who made it.
    pub created_by: PersonId,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Who marked it as outdated.
    pub outdated_by: Option<PersonId>,
    /// When.
    pub outdated_at: Option<DateTimeUtc>,
    /// Why.
    pub outdated_reason: Option<String>,
    /// Who withdrew it.
    pub retired_by: Option<PersonId>,
    /// When.
    pub retired_at: Option<DateTimeUtc>,
    /// Why.
    pub retired_reason: Option<String>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
