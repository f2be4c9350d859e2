//! 人员 one natural person, one account (`domain.md` 2.5).

use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QuerySelect};

use crate::ids::{HospitalId, PersonId, VendorId};
use crate::partial::partial;
use crate::values::{Language, PersonState, Side};

/// A row of `person`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    /// Sign-in name, lower case, unique.
    pub account: String,
    /// Name of the person.
    pub name: String,
    /// Side of the contract.
    pub side: Side,
    /// Hospital of a hospital person; none for vendor people.
    pub hospital_id: Option<HospitalId>,
    /// Vendor of a vendor person.
    pub vendor_id: Option<VendorId>,
    /// Where alerts go.
    pub email: Option<String>,
    /// Language of messages.
    pub language: Language,
    /// State of the account.
    pub state: PersonState,
    /// Argon2id in PHC form.
    pub password_hash: String,
    /// When the password was set.
    pub password_changed_at: DateTimeUtc,
    /// A one-time password: it opens only the change of the password, until this instant.
    pub one_time_until_at: Option<DateTimeUtc>,
    /// Last day; the account is disabled after it.
    pub leave_on: Option<Date>,
    /// Optimistic lock.
    pub version: i32,
    /// When the account was made.
    pub created_at: DateTimeUtc,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is shown of a person; the password stays in the database.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Line {
    /// Primary key.
    pub id: PersonId,
    /// Sign-in name.
    pub account: String,
    /// Name of the person.
    pub name: String,
    /// Side of the contract.
    pub side: Side,
    /// Hospital of a hospital person.
    pub hospital_id: Option<HospitalId>,
}

impl Line {
    /// Reads no more than these columns.
    #[must_use]
    pub fn of(query: Select<Entity>) -> Select<Entity> {
        use Column::{Account, HospitalId, Id, Name, Side};
        query
            .select_only()
            .columns([Id, Account, Name, Side, HospitalId])
    }
}

impl From<Model> for Line {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            account: row.account,
            name: row.name,
            side: row.side,
            hospital_id: row.hospital_id,
        }
    }
}

partial! {
    id = Id,
    account = Account,
    name = Name,
    side = Side,
    hospital_id = HospitalId,
    vendor_id = VendorId,
    email = Email,
    language = Language,
    state = State,
    password_hash = PasswordHash,
    password_changed_at = PasswordChangedAt,
    one_time_until_at = OneTimeUntilAt,
    leave_on = LeaveOn,
    version = Version,
    created_at = CreatedAt,
}
