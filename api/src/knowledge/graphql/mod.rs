//! The knowledge base in the schema.

mod file;
mod input;
mod mutation;
mod nodes;
mod query;
mod types;
mod version;

pub use file::ArticleFile;
pub use mutation::*;
pub use nodes::nodes;
pub use query::{ArticleConnection, ArticleEdge, ArticleQuery};
pub use types::KnowledgeArticle;
pub(crate) use types::{department, person};
pub use version::{ArticleComparison, ArticleVersion};

/// What a field that may fail answers.
type Maybe<T> = Option<async_graphql::Result<T>>;
