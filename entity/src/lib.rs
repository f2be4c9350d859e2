//! Tables, values, ids and the pure rules of the contract.
//!
//! Reading order: [`ids`], [`values`] (the words that are stored and shown), [`rules`] (decisions
//! without IO), then one module a table. This crate knows `SeaORM` and nothing else of ours.

pub mod ids;
pub mod rules;
pub mod values;
