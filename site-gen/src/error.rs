//! What ends a build without a new root.

use std::fmt;

/// A build that swapped nothing; the old root still serves. Texts name the operation, never a value of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The source failed, answered with errors, or answered something unknown.
    Source(String),
    /// Two pages want one path, or a path is not allowed.
    Plan(Vec<String>),
    /// A template failed, or a word of the pages is missing.
    Template(String),
    /// Writing failed.
    Write(String),
}

impl Error {
    pub(crate) fn source(text: impl Into<String>) -> Error {
        Error::Source(text.into())
    }

    pub(crate) fn write(operation: &str, path: &std::path::Path, error: &std::io::Error) -> Error {
        Error::Write(format!("cannot {operation} {}: {error}", path.display()))
    }
}

impl From<minijinja::Error> for Error {
    fn from(error: minijinja::Error) -> Error {
        Error::Template(format!("{error:#}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Source(text) | Error::Template(text) | Error::Write(text) => f.write_str(text),
            Error::Plan(problems) => f.write_str(&problems.join("\n")),
        }
    }
}

impl std::error::Error for Error {}
