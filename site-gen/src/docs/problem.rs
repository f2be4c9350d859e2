//! What went wrong, and where.

use std::fmt;

/// An error of a document command: a place (file, file and line, table, operation) and a sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// File, `file:line`, table or operation.
    pub place: String,
    /// Lowercase fragment for the person who reads the terminal.
    pub text: String,
}

impl Problem {
    /// A problem at a place.
    pub fn new(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            text: text.into(),
        }
    }

    /// A problem in a line of a file.
    pub fn line(file: &str, line: u64, text: impl Into<String>) -> Self {
        Self::new(format!("{file}:{line}"), text)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

impl std::error::Error for Problem {}
