//! 附件 file of a ticket, an inspection, a rectification task or an article; its bytes lie in the store of objects under their SHA-256.

use sea_orm::entity::prelude::*;

use crate::ids::{
    ArticleId, AttachmentId, HospitalId, InspectionId, PersonId, RectificationTaskId, ReplyId,
    TicketId,
};
use crate::rules::attach::Kind;
use crate::values::ScanState;

/// A row of `attachment`; exactly one of ticket, inspection, task and article stands, the database sees to it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttachmentId,
    /// Tenant; objects of two hospitals are never shared.
    pub hospital_id: HospitalId,
    /// Ticket, whose visibility it has.
    pub ticket_id: Option<TicketId>,
    /// Reply that it was sent with.
    pub reply_id: Option<ReplyId>,
    /// Inspection, whose visibility it has.
    pub inspection_id: Option<InspectionId>,
    /// Rectification task, whose visibility it has.
    pub task_id: Option<RectificationTaskId>,
    /// Article, among whose texts it is shown.
    pub article_id: Option<ArticleId>,
    /// Name that it was given, NFC.
    pub name: String,
    /// Length, in bytes.
    pub size_bytes: i64,
    /// Media type by its signature.
    pub content_type: String,
    /// SHA-256 of its bytes, hexadecimal: key of the object.
    pub sha256: String,
    /// Result of the malware scan.
    pub scan_state: ScanState,
    /// Who.
    pub uploaded_by: PersonId,
    /// When.
    pub uploaded_at: DateTimeUtc,
    /// Pixels, of a picture of an article.
    pub width: Option<i32>,
    /// Pixels.
    pub height: Option<i32>,
    /// Who looked at the picture and found no patient in it.
    pub cleared_by: Option<PersonId>,
    /// When.
    pub cleared_at: Option<DateTimeUtc>,
}

/// What a file is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A ticket.
    Ticket(TicketId),
    /// An inspection.
    Inspection(InspectionId),
    /// A rectification task.
    Task(RectificationTaskId),
    /// An article.
    Article(ArticleId),
}

impl Subject {
    /// Reads the text form of an id; the prefix says which kind it is.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let ticket = TicketId::parse(text).map(Self::Ticket);
        ticket
            .or_else(|| InspectionId::parse(text).map(Self::Inspection))
            .or_else(|| RectificationTaskId::parse(text).map(Self::Task))
            .or_else(|| ArticleId::parse(text).map(Self::Article))
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Ticket(_) => Kind::Ticket,
            Self::Inspection(_) => Kind::Inspection,
            Self::Task(_) => Kind::Rectification,
            Self::Article(_) => Kind::Article,
        }
    }

    /// Table and key, as the audit names them.
    #[must_use]
    pub const fn object(self) -> (&'static str, Uuid) {
        match self {
            Self::Ticket(id) => ("ticket", id.0),
            Self::Inspection(id) => ("inspection", id.0),
            Self::Task(id) => ("rectification_task", id.0),
            Self::Article(id) => ("knowledge_article", id.0),
        }
    }
}

impl Model {
    /// What it is attached to; none only for a damaged row.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        let ticket = self.ticket_id.map(Subject::Ticket);
        ticket
            .or_else(|| self.inspection_id.map(Subject::Inspection))
            .or_else(|| self.task_id.map(Subject::Task))
            .or_else(|| self.article_id.map(Subject::Article))
    }
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
