//! Decisions of the contract: pure functions, no IO, no clock, no async, integers only.

pub mod access;
pub mod article;
pub mod attach;
pub mod audience;
pub mod block;
pub mod calendar;
pub mod catalog;
pub mod chain;
pub mod desk;
pub mod file;
pub mod inspection;
pub mod instance;
pub mod password;
pub mod picture;
pub mod queue;
pub mod reference;
pub mod report;
pub mod screening;
pub mod sla;
pub mod statement;
pub mod text;
pub mod throttle;
pub mod ticket;
pub mod unit;
