//! What the server does on the wire: GraphQL over HTTP, and the guard around every route.
//!
//! Sessions, files and the sign-in page are routes of their own; they share `guard`, `origin` and `respond`.

pub mod graphql;
pub mod guard;
pub mod negotiate;
pub mod origin;
pub mod rate;
pub mod respond;
