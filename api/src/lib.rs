//! Server.

pub mod error;
pub mod http;
