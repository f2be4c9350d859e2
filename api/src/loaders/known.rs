//! What hangs on articles of the knowledge base. Articles are looked up in the reader's scope.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::ids::{ArticleId, HospitalId};
use entity::{article_rating, article_version, knowledge_article, partial};
use sea_orm::{ColumnTrait, EntityTrait, Iterable, QueryFilter, QueryOrder};

use super::parts::BOUND;
use super::{Rows, hospitals_of, padded};
use crate::error::Error;
use crate::knowledge::seen;

fn articles_of(all: impl Iterator<Item = ArticleId>) -> Vec<ArticleId> {
    padded(&all.collect::<Vec<_>>())
}

/// An article, if the reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SeenArticle(pub ArticleId);

impl Loader<SeenArticle> for Rows {
    type Value = knowledge_article::Model;
    type Error = Error;

    async fn load(&self, keys: &[SeenArticle]) -> Result<HashMap<SeenArticle, Self::Value>, Error> {
        let rows = knowledge_article::Entity::find()
            .filter(knowledge_article::Column::Id.is_in(articles_of(keys.iter().map(|key| key.0))))
            .filter(seen(&self.1))
            .all(&self.0)
            .await?;
        let keyed = rows.into_iter().map(|row| (SeenArticle(row.id), row));
        Ok(keyed.collect())
    }
}

/// English versions of an article that the reader sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TranslationsOf(pub HospitalId, pub ArticleId);

impl Loader<TranslationsOf> for Rows {
    type Value = Vec<knowledge_article::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[TranslationsOf],
    ) -> Result<HashMap<TranslationsOf, Self::Value>, Error> {
        use knowledge_article::Column as C;
        let rows = knowledge_article::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(C::OriginalId.is_in(articles_of(keys.iter().map(|key| key.1))))
            .filter(seen(&self.1))
            .order_by_asc(C::CreatedAt)
            .order_by_asc(C::Id)
            .all(&self.0)
            .await?;
        let mut found: HashMap<TranslationsOf, Self::Value> = HashMap::new();
        for row in rows {
            let Some(original) = row.original_id else {
                continue;
            };
            let key = TranslationsOf(row.hospital_id, original);
            let list = found.entry(key).or_default();
            if list.len() < BOUND {
                list.push(row);
            }
        }
        Ok(found)
    }
}

/// Versions of an article without their texts, oldest first; the latest of many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VersionsOf(pub HospitalId, pub ArticleId);

impl Loader<VersionsOf> for Rows {
    type Value = Vec<article_version::Model>;
    type Error = Error;

    async fn load(&self, keys: &[VersionsOf]) -> Result<HashMap<VersionsOf, Self::Value>, Error> {
        use article_version::Column as C;
        let columns: Vec<C> = C::iter()
            .filter(|column| !matches!(column, C::Body))
            .collect();
        let query = article_version::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(C::ArticleId.is_in(articles_of(keys.iter().map(|key| key.1))));
        let mut rows = partial::some(query, &columns, &self.0).await?;
        rows.sort_unstable_by_key(|row| row.seq);
        let mut found: HashMap<VersionsOf, Self::Value> = HashMap::new();
        for row in rows {
            let key = VersionsOf(row.hospital_id, row.article_id);
            found.entry(key).or_default().push(row);
        }
        for list in found.values_mut() {
            let surplus = list.len().saturating_sub(BOUND);
            list.drain(..surplus);
        }
        Ok(found)
    }
}

/// One version of an article with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VersionAt(pub HospitalId, pub ArticleId, pub i32);

impl Loader<VersionAt> for Rows {
    type Value = article_version::Model;
    type Error = Error;

    async fn load(&self, keys: &[VersionAt]) -> Result<HashMap<VersionAt, Self::Value>, Error> {
        use article_version::Column as C;
        let numbers: Vec<i32> = keys.iter().map(|key| key.2).collect();
        let rows = article_version::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(C::ArticleId.is_in(articles_of(keys.iter().map(|key| key.1))))
            .filter(C::Seq.is_in(padded(&numbers)))
            .all(&self.0)
            .await?;
        let key =
            |row: &article_version::Model| VersionAt(row.hospital_id, row.article_id, row.seq);
        let keyed = rows.into_iter().map(|row| (key(&row), row));
        Ok(keyed.filter(|(key, _)| keys.contains(key)).collect())
    }
}

/// What the reader said of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MyRatingOf(pub HospitalId, pub ArticleId, pub i32);

impl Loader<MyRatingOf> for Rows {
    type Value = bool;
    type Error = Error;

    async fn load(&self, keys: &[MyRatingOf]) -> Result<HashMap<MyRatingOf, bool>, Error> {
        use article_rating::Column as C;
        let Some(me) = self.1.person_id() else {
            return Ok(HashMap::new());
        };
        let rows = article_rating::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(C::ArticleId.is_in(articles_of(keys.iter().map(|key| key.1))))
            .filter(C::PersonId.eq(me))
            .all(&self.0)
            .await?;
        let keyed = rows.into_iter().map(|row| {
            (
                MyRatingOf(row.hospital_id, row.article_id, row.seq),
                row.helpful,
            )
        });
        Ok(keyed.collect())
    }
}
