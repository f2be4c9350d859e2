//! What an SDL cannot say: title, address, authentication, errors, examples. TOML.

use serde::Deserialize;

use crate::docs::{Problem, Text};

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct About {
    pub title: Text,
    pub version: String,
    pub description: Text,
    /// Address of the server, for instance `https://icu.example/graphql`.
    pub addresses: Vec<String>,
    pub auth: Vec<AuthNote>,
    pub errors: Vec<ErrorNote>,
    /// Enumeration of the schema whose values are error codes.
    pub errors_from: Option<String>,
    pub examples: Vec<ExampleNote>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthNote {
    pub name: String,
    pub how: Text,
    #[serde(default)]
    pub header: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorNote {
    pub code: String,
    pub meaning: Text,
}

/// An example of an operation of GraphQL; variables and response are JSON texts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExampleNote {
    /// Name of the operation.
    pub operation: String,
    #[serde(default)]
    pub title: Text,
    pub document: String,
    #[serde(default)]
    pub variables: String,
    pub response: String,
}

/// Reads TOML with the line of an error.
pub(super) fn toml_of<T: serde::de::DeserializeOwned>(
    file: &str,
    text: &str,
) -> Result<T, Problem> {
    toml::from_str(text).map_err(|error| {
        let before = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or_default();
        Problem::line(
            file,
            1 + before.matches('\n').count() as u64,
            error.message(),
        )
    })
}
