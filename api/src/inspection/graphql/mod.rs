//! Assets, plans, inspections and findings in the schema.

mod asset;
mod figures;
mod finding;
mod list;
mod nodes;
mod parts;
mod plan;
mod query;
mod rectify;
mod rectify_act;
mod report;
mod result;
mod summary;
mod types;
mod visit;

use async_graphql::Context;
use uuid::Uuid;

pub use asset::{
    Asset, AssetMutation, CreateAssetPayload, ImportAssetsPayload, RetireAssetPayload,
    UpdateAssetPayload,
};
pub use finding::{
    AddFindingPayload, Finding, FindingMutation, SetFindingRiskPayload, UpdateFindingPayload,
};
pub use nodes::nodes;
pub use plan::{
    ApproveInspectionPlanPayload, DraftInspectionPlanPayload, InspectionPlan,
    InspectionPlanMutation, ReviseInspectionPlanPayload,
};
pub use query::InspectionQuery;
pub use rectify::RectificationTask;
pub use rectify_act::*;
pub use report::*;
pub use types::Inspection;
pub use visit::*;

use crate::audit::refused;
use crate::error::{Error, Result, UserError};
use crate::graphql::{app, audited, lang, requester};

/// What a field that may fail answers.
type Maybe<T> = Option<async_graphql::Result<T>>;

/// Failures of the lines of a sheet as entries of `userErrors`; the first is recorded as the refusal.
///
/// # Errors
/// Those of the database.
async fn listed(
    ctx: &Context<'_>,
    action: &str,
    object: (&str, Option<Uuid>),
    wrong: Vec<Error>,
) -> Result<Vec<UserError>> {
    if let Some(first) = wrong.first() {
        refused(app(ctx), requester(ctx), action, object, first).await?;
    }
    let mut entries = Vec::new();
    for error in wrong.into_iter().take(100) {
        let entry = error.into_user_error(lang(ctx))?;
        app(ctx).metrics.user_error(entry.code.into());
        entries.push(entry);
    }
    Ok(entries)
}

/// A payload with one node and the expected failures.
macro_rules! payload {
    ($(#[$about:meta])* $name:ident, $(#[$of:meta])* $field:ident: $node:ty) => {
        $(#[$about])*
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$of])*
            pub $field: Option<$node>,
            /// 可预期的失败.
            /// Expected failures.
            pub user_errors: Vec<crate::error::UserError>,
        }
    };
}
pub(crate) use payload;
