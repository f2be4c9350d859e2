//! Articles by global id, by the same rights as on any other path (G19).

use async_graphql::{Context, ID};
use entity::ids::ArticleId;
use entity::knowledge_article::{Column as C, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::KnowledgeArticle;
use crate::error::Result;
use crate::graphql::{Found, Node, app, requester};
use crate::knowledge::seen;

/// Adds what is in scope of the ids.
///
/// # Errors
/// Those of the database.
pub async fn nodes(ctx: &Context<'_>, ids: &[ID], found: &mut Found) -> Result<()> {
    let keys: Vec<ArticleId> = ids.iter().filter_map(|id| ArticleId::parse(id)).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let rows = Entity::find()
        .filter(C::Id.is_in(keys))
        .filter(seen(requester(ctx)))
        .all(app(ctx).db.read())
        .await?;
    for row in rows {
        let node = KnowledgeArticle(row);
        found.insert(node.0.id.to_string(), Node::KnowledgeArticle(node));
    }
    Ok(())
}
