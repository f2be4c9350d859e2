//! Whether an article helped: one word a person and version, which may be changed.

use entity::ids::ArticleId;
use entity::rules::access::Permission;
use entity::values::ArticleState;
use entity::{article_rating, knowledge_article};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};

use super::{Article, wrong_state};
use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Error, Result};
use crate::requester::Requester;

/// Says whether the published version helped.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`, `WRONG_STATE` for an article that is not published.
pub async fn rate(
    app: &App,
    who: &Requester,
    id: ArticleId,
    helpful: bool,
) -> Result<knowledge_article::Model> {
    use article_rating::Column as R;
    let article = Article::begin(app, who, Permission::KnowledgeRate, (id, None)).await?;
    if article.row.state != ArticleState::Published {
        return Err(wrong_state());
    }
    let mut version = article.version(article.row.shown_seq).await?;
    let rating = article_rating::Model {
        hospital_id: article.row.hospital_id,
        article_id: article.row.id,
        seq: version.seq,
        person_id: article.me,
        helpful,
        at: article.now,
    };
    let anew = OnConflict::columns([R::ArticleId, R::Seq, R::PersonId])
        .update_columns([R::Helpful, R::At])
        .to_owned();
    article_rating::Entity::insert(rating.into_active_model().reset_all())
        .on_conflict(anew)
        .exec_without_returning(&article.tx)
        .await?;
    let of = |helpful: bool| {
        article_rating::Entity::find()
            .filter(R::HospitalId.eq(article.row.hospital_id))
            .filter(R::ArticleId.eq(article.row.id))
            .filter(R::Seq.eq(version.seq))
            .filter(R::Helpful.eq(helpful))
    };
    let (yes, no) = (
        of(true).count(&article.tx).await?,
        of(false).count(&article.tx).await?,
    );
    version.helped_count = i32::try_from(yes).map_err(Error::internal)?;
    version.not_helped_count = i32::try_from(no).map_err(Error::internal)?;
    article.write(version).await?;
    let act = Act::done("article.rate", "knowledge_article", article.row.id.0);
    let hospital = Some(article.row.hospital_id);
    audit::append(&article.tx, article.now, hospital, who, act).await?;
    article.tx.commit().await?;
    Ok(article.row)
}
