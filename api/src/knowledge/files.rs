//! Who sees a file of an article: whoever sees a version that names it, and reads where its text does; until one names
//! it, whoever uploaded it and whoever publishes.

use std::collections::{HashMap, HashSet};

use entity::ids::{ArticleId, AttachmentId};
use entity::rules::access::Permission;
use entity::rules::audience::Audiences;
use entity::{article_file, article_version, attachment, knowledge_article};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::scope::{blocks, seen, sees_version};
use crate::error::Result;
use crate::requester::Requester;

/// Those of the files that belong to articles and that the reader sees.
///
/// # Errors
/// Those of the database.
pub async fn seen_files(
    db: &impl ConnectionTrait,
    who: &Requester,
    rows: &[attachment::Model],
) -> Result<HashSet<AttachmentId>> {
    use article_file::Column as F;
    use knowledge_article::Column as A;
    let mut found = HashSet::new();
    let mine: Vec<(&attachment::Model, ArticleId)> = rows
        .iter()
        .filter_map(|row| row.article_id.map(|article| (row, article)))
        .collect();
    if mine.is_empty() {
        return Ok(found);
    }
    let articles: HashMap<ArticleId, knowledge_article::Model> = knowledge_article::Entity::find()
        .filter(A::Id.is_in(mine.iter().map(|(_, article)| *article)))
        .filter(seen(who))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let names = article_file::Entity::find()
        .filter(F::HospitalId.is_in(mine.iter().map(|(row, _)| row.hospital_id)))
        .filter(F::AttachmentId.is_in(mine.iter().map(|(row, _)| row.id)))
        .all(db)
        .await?;
    let mut named: HashMap<AttachmentId, Vec<article_file::Model>> = HashMap::new();
    for name in names {
        named.entry(name.attachment_id).or_default().push(name);
    }
    for (file, article) in mine {
        let Some(article) = articles.get(&article) else {
            continue;
        };
        let names = named.remove(&file.id).unwrap_or_default();
        if is_seen(db, who, article, (file, &names)).await? {
            found.insert(file.id);
        }
    }
    Ok(found)
}

async fn is_seen(
    db: &impl ConnectionTrait,
    who: &Requester,
    article: &knowledge_article::Model,
    (file, names): (&attachment::Model, &[article_file::Model]),
) -> Result<bool> {
    if names.is_empty() {
        let publishes = who.may_at(article.hospital_id, Permission::KnowledgePublish);
        return Ok(publishes || who.person_id() == Some(file.uploaded_by));
    }
    let reads = |side, name: &article_file::Model| {
        let place = Audiences::from_bits(name.audience_bits);
        blocks(who, article.hospital_id, side).meets(place)
    };
    // What the article shows is asked first: it is what most readers are after, and needs no more rows.
    let (shown, others): (Vec<_>, Vec<_>) =
        names.iter().partition(|name| name.seq == article.shown_seq);
    if shown.iter().any(|name| reads(article.side, name)) {
        return Ok(true);
    }
    for name in others {
        let version = article_version::Entity::find_by_id((article.id, name.seq))
            .one(db)
            .await?;
        let is_open = |version: &article_version::Model| sees_version(who, article, version);
        if version.is_some_and(|version| is_open(&version) && reads(version.side, name)) {
            return Ok(true);
        }
    }
    Ok(false)
}
