//! People, their roles, sessions, passwords and machine tokens (`domain.md` 2.2–2.5, `api.md` G44–G46,
//! G50–G52, C1.9.2-a).
//!
//! One account is one natural person. Whose it is:
//!
//! - A hospital person belongs to one hospital, and its information centre keeps the account.
//! - A vendor person belongs to the company and may serve several hospitals. The hospital that made
//!   the account is its *home* and keeps what is one for all: state, password, sessions, leave date.
//!   Every other hospital keeps only what it gave: roles, assignment to its contract, undertaking. It
//!   sees nothing of the rest, and *disabling* there ends its own roles and assignments, nothing else.
//!   It admits the person by the sign-in name that the company names in its letter.
//! - Without an undertaking the vendor account is PENDING and its sign-in fails like any other; with
//!   one at another hospital alone it signs in and has no rights here.
//!
//! The roles HOSP_IT_ADMIN (with its lead), HOSP_MANAGER and AUDITOR wait for a second person: a
//! HOSP_MANAGER who neither granted the role nor made the account nor gets it. Two accounts of one
//! human being are not recognised; the rule against them is the manager's to watch.
//!
//! It does not say who may do what: that is `entity::rules::access`, met in `requester`. A second
//! factor and sign-in through the hospital's identity provider are not here.

pub mod graphql;
pub mod jobs;
pub mod ops;
pub mod password;
