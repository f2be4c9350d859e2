//! 通知 message to one person, with read state.

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, NotificationId, PersonId, TicketId};
use crate::values::NotificationKind;

/// A row of `notification`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    /// Tenant.
    pub hospital_id: HospitalId,
    /// To whom.
    pub person_id: PersonId,
    /// Kind.
    pub kind: NotificationKind,
    /// About which ticket.
    pub ticket_id: Option<TicketId>,
    /// What caused it: one message a cause and person.
    pub effect_key: String,
    /// Chinese.
    pub title_zh: String,
    /// English.
    pub title_en: String,
    /// When.
    pub at: DateTimeUtc,
    /// When it is mailed with others, if it waits for service time (S25).
    pub mail_at: Option<DateTimeUtc>,
    /// Read.
    pub read_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
