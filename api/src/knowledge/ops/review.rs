//! The review: published by somebody who did not write in the version, or sent back; marked as outdated; withdrawn.

use entity::ids::AttachmentId;
use entity::rules::access::Permission;
use entity::rules::article as rule;
use entity::rules::block::searched;
use entity::values::ArticleAction;
use entity::{article_text, article_version, knowledge_article};
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::content::{fit_to_publish, override_of, reason};
use super::files::clear;
use super::{Article, ArticleAt, note_override, wrong_state};
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::requester::Requester;

const PUBLISH: Permission = Permission::KnowledgePublish;

/// Keeps the parts of the published text for the search.
async fn keep_texts(article: &Article<'_>, version: &article_version::Model) -> Result<()> {
    article.forget_texts().await?;
    let heading = [
        version.title.as_str(),
        version.module.as_deref().unwrap_or_default(),
        version.tags.as_str(),
    ]
    .join("\n");
    for (part, (audiences, text)) in (1..).zip(searched(&heading, &version.body)) {
        article_text::Model {
            hospital_id: version.hospital_id,
            article_id: version.article_id,
            part,
            audience_bits: audiences.bits(),
            text,
        }
        .into_active_model()
        .reset_all()
        .insert(&article.tx)
        .await?;
    }
    Ok(())
}

/// Publishes the version in review, with the pictures in which the reviewer found no patient; the one before it is
/// replaced.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `FOUR_EYES` for who wrote in it or uploaded a picture,
/// `PATIENT_DATA_IN_TEXT`, `INVALID` for pictures that nobody has looked at and for a reason that nothing needs.
pub async fn publish(
    app: &App,
    who: &Requester,
    (id, version): ArticleAt,
    cleared: &[AttachmentId],
    screening_reason: Option<&str>,
) -> Result<knowledge_article::Model> {
    who.require(PUBLISH)?;
    let why = override_of(who, screening_reason, "screeningOverrideReason")?;
    let mut article = Article::begin(app, who, PUBLISH, (id, Some(version))).await?;
    let mut latest = article.step(ArticleAction::Publish).await?;
    let writers = article.writers(latest.seq).await?;
    if writers.contains(&article.me) {
        return Err(Error::from(UserErrorCode::FourEyes).at(["articleId"]));
    }
    let was_overridden = latest.screening_reason.is_some();
    fit_to_publish(&mut latest, why)?;
    if !was_overridden {
        let by = (who, article.row.hospital_id, article.now);
        note_override(&article.tx, by, &latest).await?;
    }
    clear(&article, &latest, cleared).await?;
    if article.row.published_at.is_some() {
        let mut before = article.version(article.row.shown_seq).await?;
        before.state = rule::next(before.state, ArticleAction::Supersede)
            .map_err(|bad| wrong_state().caused_by(bad))?;
        before.superseded_at = Some(article.now);
        article.write(before).await?;
    }
    latest.published_by = Some(article.me);
    latest.published_at = Some(article.now);
    let latest = article.write(latest).await?;
    article.show(&latest);
    article.row.published_at = Some(article.now);
    article.row.listed_at = article.now;
    article.row.outdated_by = None;
    article.row.outdated_at = None;
    article.row.outdated_reason = None;
    keep_texts(&article, &latest).await?;
    let title = &latest.title;
    let (zh, en) = (
        format!("知识条目《{title}》第 {} 版已发布", latest.seq),
        format!("Article “{title}”, version {}, is published", latest.seq),
    );
    article.tell(&writers, zh, en).await?;
    article.commit("article.publish", latest.state).await
}

/// Sends the version in review back to its writers.
///
/// # Errors
/// `FORBIDDEN`; those of the reason, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn send_back(
    app: &App,
    who: &Requester,
    (id, version): ArticleAt,
    why: &str,
) -> Result<knowledge_article::Model> {
    who.require(PUBLISH)?;
    let why = reason(why)?;
    let article = Article::begin(app, who, PUBLISH, (id, Some(version))).await?;
    let mut latest = article.step(ArticleAction::Return).await?;
    latest.returned_by = Some(article.me);
    latest.returned_at = Some(article.now);
    latest.return_reason = Some(why);
    let latest = article.write(latest).await?;
    let title = &latest.title;
    let (zh, en) = (
        format!("知识条目《{title}》第 {} 版已退回", latest.seq),
        format!("Article “{title}”, version {}, was sent back", latest.seq),
    );
    let writers = article.writers(latest.seq).await?;
    article.tell(&writers, zh, en).await?;
    article.commit("article.return", latest.state).await
}

/// Withdraws an article; readers no longer find it, and nothing is done to it any more.
///
/// # Errors
/// `FORBIDDEN`; those of the reason, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` for one that is withdrawn.
pub async fn retire(
    app: &App,
    who: &Requester,
    (id, version): ArticleAt,
    why: &str,
) -> Result<knowledge_article::Model> {
    who.require(PUBLISH)?;
    let why = reason(why)?;
    let mut article = Article::begin(app, who, PUBLISH, (id, Some(version))).await?;
    if article.row.retired_at.is_some() {
        return Err(wrong_state());
    }
    let latest = article.version(article.row.latest_seq).await?;
    article.row.retired_by = Some(article.me);
    article.row.retired_at = Some(article.now);
    article.row.retired_reason = Some(why);
    article.forget_texts().await?;
    let title = &article.row.title;
    let (zh, en) = (
        format!("知识条目《{title}》已撤下"),
        format!("Article “{title}” was withdrawn"),
    );
    let writers = article.writers(latest.seq).await?;
    article.tell(&writers, zh, en).await?;
    article.commit("article.retire", latest.state).await
}

/// Marks a published article as outdated, or takes the mark away; the next version takes it away by itself.
///
/// # Errors
/// `FORBIDDEN`; those of the reason, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` for one that is not published or whose mark
/// is there, or gone, already.
pub async fn outdated(
    app: &App,
    who: &Requester,
    (id, version): ArticleAt,
    (is_outdated, why): (bool, &str),
) -> Result<knowledge_article::Model> {
    let permission = Permission::KnowledgeDraft;
    who.require(permission)?;
    let why = reason(why)?;
    let mut article = Article::begin(app, who, permission, (id, Some(version))).await?;
    let row = &mut article.row;
    let is_public = row.published_at.is_some() && row.retired_at.is_none();
    if !is_public || row.outdated_at.is_some() == is_outdated {
        return Err(wrong_state());
    }
    row.outdated_by = is_outdated.then_some(article.me);
    row.outdated_at = is_outdated.then_some(article.now);
    row.outdated_reason = is_outdated.then_some(why);
    let latest = article.version(article.row.latest_seq).await?;
    article.commit("article.outdated", latest.state).await
}
