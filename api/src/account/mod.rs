//! People, sessions, passwords (`domain.md` 2.5, `api.md` G44, G46, G50–G52).
//!
//! It does not say who may do what: that is `entity::rules::access`, met in `requester`.

pub mod graphql;
pub mod ops;
pub mod password;
