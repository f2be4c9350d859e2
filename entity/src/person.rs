//! 人员 one natural person, one account (`domain.md` 2.5).

use sea_orm::Iterable;
use sea_orm::entity::prelude::*;

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
    /// Hospital whose information centre keeps the account; for a hospital person the own one.
    pub home_hospital_id: Option<HospitalId>,
    /// Who made the account; none for the setup and the command line.
    pub created_by: Option<PersonId>,
    /// Where alerts go.
    pub email: Option<String>,
    /// Office phone.
    pub phone: Option<String>,
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

partial! {
    id = Id,
    account = Account,
    name = Name,
    side = Side,
    hospital_id = HospitalId,
    vendor_id = VendorId,
    home_hospital_id = HomeHospitalId,
    created_by = CreatedBy,
    email = Email,
    phone = Phone,
    language = Language,
    state = State,
    password_hash = PasswordHash,
    password_changed_at = PasswordChangedAt,
    one_time_until_at = OneTimeUntilAt,
    leave_on = LeaveOn,
    version = Version,
    created_at = CreatedAt,
}

/// Every column but the password, which stays in the database unless somebody signs in.
#[must_use]
pub fn shown() -> Vec<Column> {
    Column::iter()
        .filter(|column| !matches!(column, Column::PasswordHash))
        .collect()
}
