//! Cryptographic Message Syntax (RFC 5652), as far as signatures in PDFs use it.

mod build;
mod parse;

pub(super) use build::Attributes;
pub(super) use parse::{SignedData, Token};
