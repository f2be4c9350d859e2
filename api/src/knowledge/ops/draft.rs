//! Drafts: a new article, the next version, and its way to the reviewers.

use entity::ids::{ArticleId, ContractId, TicketId};
use entity::rules::access::Permission;
use entity::values::{
    ArticleAction, ArticleKind, ArticleState, ArticleVersionState, ContractState, Language, Role,
    Side,
};
use entity::{article_version, article_writer, contract, knowledge_article};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::{
    Article, ArticleAt, Content, Fit, content, files, invalid, missing, note_override, number,
    show, wrong_state,
};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::inspection::seen as seen_contracts;
use crate::knowledge::scope::seen;
use crate::notification;
use crate::replay::Replay;
use crate::requester::Requester;

const DRAFT: Permission = Permission::KnowledgeDraft;

/// A new article.
#[derive(Clone, Debug)]
pub struct NewArticle {
    /// Replay key.
    pub key: String,
    /// Contract; may be left out by who sees one only.
    pub contract: Option<ContractId>,
    /// Kind.
    pub kind: ArticleKind,
    /// Language.
    pub language: Language,
    /// The Chinese article of an English one.
    pub original: Option<ArticleId>,
    /// What it says and for whom.
    pub content: Content,
}

async fn contract_of(
    app: &App,
    who: &Requester,
    asked: Option<ContractId>,
) -> Result<contract::Model> {
    use contract::Column as C;
    let mut query = contract::Entity::find()
        .filter(seen_contracts(who, DRAFT, C::HospitalId, C::Id))
        .filter(C::State.eq(ContractState::Active));
    if let Some(asked) = asked {
        query = query.filter(C::Id.eq(asked));
    }
    let mut rows = query.limit(2).all(app.db.read()).await?;
    match (rows.pop(), rows.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(Error::from(UserErrorCode::Required).at(["contractId"])),
        (None, _) => Err(missing("contractId")),
    }
}

/// An English article points to its Chinese one, of the same contract; a Chinese one to none.
async fn original_of(
    db: &impl ConnectionTrait,
    who: &Requester,
    new: &NewArticle,
    contract: ContractId,
) -> Result<()> {
    let id = match (new.language, new.original) {
        (Language::Zh, None) => return Ok(()),
        (Language::Zh, Some(_)) => {
            return Err(invalid(
                "originalId",
                "中文条目没有原文",
                "a Chinese article has no original",
            ));
        }
        (Language::En, None) => return Err(Error::from(UserErrorCode::Required).at(["originalId"])),
        (Language::En, Some(id)) => id,
    };
    let found = knowledge_article::Entity::find_by_id(id)
        .filter(seen(who))
        .filter(knowledge_article::Column::ContractId.eq(contract))
        .one(db)
        .await?
        .ok_or_else(|| missing("originalId"))?;
    if found.language != Language::Zh {
        return Err(invalid(
            "originalId",
            "原文须为中文条目",
            "the original is a Chinese article",
        ));
    }
    Ok(())
}

/// Drafts an article.
///
/// # Errors
/// `FORBIDDEN`; those of the content, `NOT_FOUND`, `REQUIRED`, `INVALID` for an original that does not fit.
pub async fn draft(
    app: &App,
    who: &Requester,
    new: NewArticle,
) -> Result<knowledge_article::Model> {
    who.require(DRAFT)?;
    let content = new.content.checked(who)?;
    let replay = Replay::of(&new.key, "draftArticle", &new)?;
    let contract = contract_of(app, who, new.contract).await?;
    original_of(app.db.read(), who, &new, contract.id).await?;
    let made = Made {
        kind: new.kind,
        language: new.language,
        original: new.original,
        source: None,
        action: "article.draft",
    };
    insert(app, who, &contract, made, content, &replay).await
}

/// What a new row has beside its first version.
pub(super) struct Made {
    pub kind: ArticleKind,
    pub language: Language,
    pub original: Option<ArticleId>,
    pub source: Option<TicketId>,
    pub action: &'static str,
}

pub(super) async fn insert(
    app: &App,
    who: &Requester,
    contract: &contract::Model,
    made: Made,
    content: Fit,
    replay: &Replay,
) -> Result<knowledge_article::Model> {
    let person = who.require(DRAFT)?;
    let (now, id) = (app.clock.now(), ArticleId(app.clock.id()));
    let hospital = contract.hospital_id;
    let tx = app.db.begin_write().await?;
    if let Some(earlier) = replay.take(&tx, hospital, person.id, id.0, now).await? {
        let row = knowledge_article::Entity::find_by_id(ArticleId(earlier))
            .one(&tx)
            .await?;
        tx.rollback().await?;
        return row.ok_or_else(|| Error::internal("a replayed article is gone"));
    }
    content::department_of(&tx, hospital, content.department(), "content.departmentId").await?;
    let number = number::of(&tx, hospital, made.original, now).await?;
    let mut version = fresh((hospital, id), 1, (person.id, person.side), now);
    content.put(&mut version);
    let mut row = knowledge_article::Model {
        id,
        hospital_id: hospital,
        contract_id: contract.id,
        number,
        version: 1,
        kind: made.kind,
        language: made.language,
        original_id: made.original,
        source_ticket_id: made.source,
        state: ArticleState::Draft,
        shown_seq: 1,
        latest_seq: 1,
        side: person.side,
        title: String::new(),
        module: None,
        tags: String::new(),
        audience_bits: 0,
        department_id: None,
        data_level: 0,
        published_at: None,
        listed_at: now,
        created_by: person.id,
        created_at: now,
        outdated_by: None,
        outdated_at: None,
        outdated_reason: None,
        retired_by: None,
        retired_at: None,
        retired_reason: None,
    };
    show(&mut row, &version);
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    let version = version.into_active_model().reset_all().insert(&tx).await?;
    files::enter(&tx, who, &version).await?;
    sign(&tx, &version).await?;
    note_override(&tx, (who, hospital, now), &version).await?;
    let act = Act::done(made.action, "knowledge_article", id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(row)
}

/// An empty draft of a version.
fn fresh(
    (hospital, article): (entity::ids::HospitalId, ArticleId),
    seq: i32,
    (me, side): (entity::ids::PersonId, Side),
    now: chrono::DateTime<chrono::Utc>,
) -> article_version::Model {
    article_version::Model {
        hospital_id: hospital,
        article_id: article,
        seq,
        state: ArticleVersionState::Draft,
        side,
        title: String::new(),
        module: None,
        tags: String::new(),
        audience_bits: 0,
        department_id: None,
        data_level: 0,
        body: String::new(),
        screening_reason: None,
        drafted_by: me,
        drafted_at: now,
        submitted_by: None,
        submitted_at: None,
        returned_by: None,
        returned_at: None,
        return_reason: None,
        published_by: None,
        published_at: None,
        superseded_at: None,
        helped_count: 0,
        not_helped_count: 0,
    }
}

/// Enters who wrote in a version; once is enough.
async fn sign(tx: &Tx, version: &article_version::Model) -> Result<()> {
    use article_writer::Column as W;
    let row = article_writer::Model {
        hospital_id: version.hospital_id,
        article_id: version.article_id,
        seq: version.seq,
        person_id: version.drafted_by,
        at: version.drafted_at,
    };
    let once = OnConflict::columns([W::ArticleId, W::Seq, W::PersonId])
        .do_nothing()
        .to_owned();
    article_writer::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(once)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The vendor does not go on from what the hospital wrote.
fn not_ours() -> Error {
    let (zh, en) = ("该条目现由院方编写", "the hospital writes this article");
    invalid("articleId", zh, en)
}

/// Writes in the open draft, or begins the next version.
///
/// A draft becomes the hospital's as soon as one of its people writes in it. The vendor goes on only from what its own
/// people wrote: of other articles it may not see every block.
///
/// # Errors
/// `FORBIDDEN`; those of the content, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `INVALID` for an article of the other side.
pub async fn revise(
    app: &App,
    who: &Requester,
    (id, version): ArticleAt,
    new: Content,
) -> Result<knowledge_article::Model> {
    who.require(DRAFT)?;
    let content = new.checked(who)?;
    let mut article = Article::begin(app, who, DRAFT, (id, Some(version))).await?;
    if article.row.retired_at.is_some() {
        return Err(wrong_state());
    }
    let hospital = article.row.hospital_id;
    let field = "content.departmentId";
    content::department_of(&article.tx, hospital, content.department(), field).await?;
    let latest = article.version(article.row.latest_seq).await?;
    if article.my_side == Side::Vendor && latest.side != Side::Vendor {
        return Err(not_ours());
    }
    let by = (article.me, article.my_side);
    let is_next = latest.state == ArticleVersionState::Published;
    let mut draft = if is_next {
        fresh((hospital, article.row.id), latest.seq + 1, by, article.now)
    } else {
        article.step(ArticleAction::Revise).await?
    };
    if article.my_side == Side::Hospital {
        draft.side = Side::Hospital;
    }
    draft.drafted_by = article.me;
    draft.drafted_at = article.now;
    content.put(&mut draft);
    let draft = if is_next {
        let row = draft.into_active_model().reset_all();
        row.insert(&article.tx).await?
    } else {
        article.write(draft).await?
    };
    files::enter(&article.tx, who, &draft).await?;
    sign(&article.tx, &draft).await?;
    note_override(&article.tx, (who, hospital, article.now), &draft).await?;
    article.row.latest_seq = draft.seq;
    if article.row.published_at.is_none() {
        article.show(&draft);
    }
    article.commit("article.revise", draft.state).await
}

/// Hands the draft in for review.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `INVALID` for a draft of the other side.
pub async fn submit(
    app: &App,
    who: &Requester,
    (id, version): ArticleAt,
) -> Result<knowledge_article::Model> {
    let article = Article::begin(app, who, DRAFT, (id, Some(version))).await?;
    let mut latest = article.step(ArticleAction::Submit).await?;
    if article.my_side == Side::Vendor && latest.side != Side::Vendor {
        return Err(not_ours());
    }
    latest.submitted_by = Some(article.me);
    latest.submitted_at = Some(article.now);
    let latest = article.write(latest).await?;
    let (hospital, contract) = (article.row.hospital_id, article.row.contract_id);
    let desk = [Role::HospItAdmin];
    let mut to = notification::people(&article.tx, hospital, contract, &desk).await?;
    for writer in article.writers(latest.seq).await? {
        to.remove(&writer);
    }
    let title = &latest.title;
    let (zh, en) = (
        format!("知识条目《{title}》第 {} 版待审核", latest.seq),
        format!(
            "Article “{title}”, version {}, waits for its review",
            latest.seq
        ),
    );
    article.tell(&to, zh, en).await?;
    article.commit("article.submit", latest.state).await
}
