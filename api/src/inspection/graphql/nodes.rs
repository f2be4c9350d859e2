//! What belongs to inspections, by global id, by the same rights as on any other path (G19).

use async_graphql::{Context, ID};
use entity::ids::{AssetId, FindingId, InspectionId, InspectionPlanId, RectificationTaskId};
use entity::rules::access::Permission;
use entity::{asset, finding, inspection, inspection_plan, rectification_task};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::super::{seen, seen_findings, seen_tasks};
use super::{Asset, Finding, Inspection, InspectionPlan, RectificationTask};
use crate::error::Result;
use crate::graphql::{Found, Node, app, requester};

const READ: Permission = Permission::InspectionRead;

/// Rows in scope of a table that carries hospital and contract.
macro_rules! of_contract {
    ($ctx:ident, $ids:ident, $found:ident, $id:ty, $table:ident, $node:ident) => {
        let keys: Vec<$id> = $ids.iter().filter_map(|id| <$id>::parse(id)).collect();
        if !keys.is_empty() {
            use $table::Column as C;
            let rows = $table::Entity::find()
                .filter(C::Id.is_in(keys))
                .filter(seen(requester($ctx), READ, C::HospitalId, C::ContractId))
                .all(app($ctx).db.read())
                .await?;
            for row in rows {
                $found.insert(row.id.to_string(), Node::$node($node(row)));
            }
        }
    };
}

/// Adds what is in scope of the ids.
///
/// # Errors
/// Those of the database.
pub async fn nodes(ctx: &Context<'_>, ids: &[ID], found: &mut Found) -> Result<()> {
    of_contract!(ctx, ids, found, AssetId, asset, Asset);
    of_contract!(
        ctx,
        ids,
        found,
        InspectionPlanId,
        inspection_plan,
        InspectionPlan
    );
    of_contract!(ctx, ids, found, InspectionId, inspection, Inspection);
    let keys: Vec<RectificationTaskId> = ids
        .iter()
        .filter_map(|id| RectificationTaskId::parse(id))
        .collect();
    if !keys.is_empty() {
        let rows = rectification_task::Entity::find()
            .filter(rectification_task::Column::Id.is_in(keys))
            .filter(seen_tasks(requester(ctx), READ))
            .all(app(ctx).db.read())
            .await?;
        for row in rows {
            let node = Node::RectificationTask(RectificationTask(row.clone()));
            found.insert(row.id.to_string(), node);
        }
    }
    let keys: Vec<FindingId> = ids.iter().filter_map(|id| FindingId::parse(id)).collect();
    if !keys.is_empty() {
        let rows = finding::Entity::find()
            .filter(finding::Column::Id.is_in(keys))
            .filter(seen_findings(requester(ctx), READ))
            .all(app(ctx).db.read())
            .await?;
        for row in rows {
            found.insert(row.id.to_string(), Node::Finding(Finding(row)));
        }
    }
    Ok(())
}
