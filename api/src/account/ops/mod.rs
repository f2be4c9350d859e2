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
use unicode_normalization::UnicodeNormalization;

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

use crate::error::{invalid, missing};

/// How long a one-time password opens its change.
pub const ONE_TIME_LIFE: TimeDelta = TimeDelta::hours(72);

/// Account names are compared folded: NFKC, lower case, without surrounding blanks.
#[must_use]
pub fn fold(account: &str) -> String {
    account.trim().nfkc().collect::<String>().to_lowercase()
}
