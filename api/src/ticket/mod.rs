//! Tickets: report, answer, solve, confirm, and the clocks on them (`domain.md` 4.3, clauses 一(一), 一(二), 二(二)).
//!
//! Categories whose gate needs a capability that does not exist yet are not offered
//! ([`ops::create`]). The rules stand in `entity::rules::{ticket, sla, catalog}`.

pub mod clocks;
pub mod graphql;
pub mod ops;
pub mod timer;
