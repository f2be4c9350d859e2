//! Accounts in the schema: types, sign in, administration.

mod access;
mod admin;
mod given;
mod input;
mod nodes;
pub mod payload;
mod query;
mod sign_in;
mod types;

use async_graphql::MergedObject;

pub use access::{MachineToken, Session};
pub use given::{Assignment, Contract, RoleGrant, Undertaking};
pub use nodes::nodes;
pub use query::PersonConnection;
pub use sign_in::{ChangePasswordPayload, LoginPayload, LogoutPayload, Viewer};
pub use types::{Department, Hospital, Person};

/// Reads about accounts.
#[derive(Default, MergedObject)]
pub struct AccountQuery(sign_in::ViewerQuery, query::DirectoryQuery);

/// Changes of accounts.
#[derive(Default, MergedObject)]
pub struct AccountMutation(sign_in::SignInMutation, admin::AdminMutation);
