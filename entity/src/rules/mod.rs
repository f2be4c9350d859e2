//! Decisions of the contract: pure functions, no IO, no clock, no async, integers only.
