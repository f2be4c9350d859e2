//! What stands in the way of a definition or of a report.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One problem, with the place where it is to be mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `code/file` of a definition, or the JSON path of a value (`data.inspection.findings[2].risk`).
    pub place: String,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    /// A problem at a place.
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for Problem {}
