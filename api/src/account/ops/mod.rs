//! What can be done to accounts: one function an act, one transaction each.

mod grant;
mod leave;
mod people;
mod scope;
mod session;
mod sign_in;
mod throttle;
mod token;
mod vendor;

use chrono::TimeDelta;
use entity::ids::HospitalId;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

pub use grant::{NewGrant, decide, grant, revoke};
pub use leave::{set_leave_date, sweep_leave};
pub use people::{MadeAccount, NewAccount, create, disable, enable, reset};
pub use scope::{
    PersonBy, find as find_person, listed_people, sees_account, sees_contact, sees_grant,
    visible_contracts,
};
pub use session::{end_sessions, list as sessions, logout, resume, revoke_own};
pub use sign_in::{Credentials, SignedIn, change_password, login};
pub use token::{
    MadeToken, NewToken, create as create_token, is_machine, resume_machine, revoke as revoke_token,
};
pub use vendor::{Assignment, NewUndertaking, assign, record_undertaking, unassign};

use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Error, Result, UserErrorCode};
use crate::requester::Requester;

/// How long a one-time password opens its change.
pub const ONE_TIME_LIFE: TimeDelta = TimeDelta::hours(72);

/// Account names are compared folded: NFKC, lower case, without surrounding blanks.
#[must_use]
pub fn fold(account: &str) -> String {
    account.trim().nfkc().collect::<String>().to_lowercase()
}

/// The hospital whose chain takes the acts of a person: the only one, or none for the system chain.
fn chain_of(who: &Requester) -> Option<HospitalId> {
    let hospitals = who.hospitals();
    if hospitals.len() == 1 {
        hospitals.first().copied()
    } else {
        None
    }
}

/// A row that is not in scope, or not there.
fn missing(field: &str) -> Error {
    Error::from(UserErrorCode::NotFound).at([field])
}

/// An expected refusal with its reason.
fn invalid(field: &str, zh: &str, en: &str) -> Error {
    Error::from(UserErrorCode::Invalid)
        .at(field.split('.'))
        .detail(zh, en)
}

/// Records a refused attempt in a transaction of its own.
///
/// # Errors
/// Those of the database.
pub async fn refused(
    app: &App,
    who: &Requester,
    action: &str,
    object: (&str, Option<Uuid>),
    error: &Error,
) -> Result<()> {
    let tx = app.db.begin_write().await?;
    audit::append(
        &tx,
        app.clock.now(),
        chain_of(who),
        who,
        Act::refused(action, object.0, object.1, error.code().word()),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
