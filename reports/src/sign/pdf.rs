//! PDF files as bytes: a strict reader of their structure, and updates appended to them.
//!
//! Strict on purpose: a reader that repairs a file may see another document than the viewer of the
//! person who checks a signature. What cannot be read as it is written is refused.

mod file;
mod lexer;
mod object;
mod unpack;
mod update;

pub(super) use file::{Fault, File};
pub(super) use lexer::Lexer;
pub(super) use object::{Dictionary, Id, Object, hex};
pub(super) use update::Update;
