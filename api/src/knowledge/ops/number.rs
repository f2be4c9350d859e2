//! Human numbers of articles: a counter row a hospital and year. An English article has the number of its original, so
//! that one number is one page in both languages.

use chrono::{DateTime, Datelike, Utc};
use entity::ids::{ArticleId, HospitalId};
use entity::rules::article::number;
use entity::rules::calendar::civil_date;
use entity::{article_counter, knowledge_article};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect,
};

use super::{invalid, missing};
use crate::db::Tx;
use crate::error::{Error, Result};

/// The number of a new article.
///
/// # Errors
/// `INVALID` for an original that has an English version already, `NOT_FOUND` for one that is gone.
pub(super) async fn of(
    tx: &Tx,
    hospital: HospitalId,
    original: Option<ArticleId>,
    now: DateTime<Utc>,
) -> Result<String> {
    use knowledge_article::Column as C;
    let Some(original) = original else {
        return next(tx, hospital, civil_date(now).year()).await;
    };
    // Locked, so that two translations of one article do not pass here at once.
    let row = knowledge_article::Entity::find_by_id(original)
        .filter(C::HospitalId.eq(hospital))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| missing("originalId"))?;
    let others = knowledge_article::Entity::find()
        .filter(C::HospitalId.eq(hospital))
        .filter(C::OriginalId.eq(original))
        .filter(C::RetiredAt.is_null())
        .count(tx)
        .await?;
    if others > 0 {
        return Err(invalid(
            "originalId",
            "该条目已有英文版",
            "the original has an English version already",
        ));
    }
    Ok(row.number)
}

async fn next(tx: &Tx, hospital: HospitalId, year: i32) -> Result<String> {
    use article_counter::Column as C;
    let start = article_counter::ActiveModel {
        hospital_id: Set(hospital),
        year: Set(year),
        last: Set(0),
    };
    let once = OnConflict::columns([C::HospitalId, C::Year])
        .do_nothing()
        .to_owned();
    article_counter::Entity::insert(start)
        .on_conflict(once)
        .exec_without_returning(tx)
        .await?;
    let row = article_counter::Entity::find_by_id((hospital, year))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("the counter of article numbers is gone"))?;
    let last = row.last + 1;
    let mut active = row.into_active_model();
    active.last = Set(last);
    active.update(tx).await?;
    Ok(number(year, last))
}
