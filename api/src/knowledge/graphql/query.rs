//! Reading the knowledge base: lists, the search, one article, two versions compared.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::article_version;
use entity::ids::ArticleId;
use entity::knowledge_article::{Column as C, Entity, Model};
use entity::rules::access::Permission;
use entity::rules::audience::Audiences;
use entity::rules::block::{cut, folded};
use entity::values::{ArticleKind, ArticleState, Language};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::super::search::containing;
use super::super::{blocks, compare, found, gone, seen, sees_version};
use super::Maybe;
use super::types::KnowledgeArticle;
use super::version::ArticleComparison;
use crate::connection;
use crate::error::{Error, Result};
use crate::graphql::{Counter, app, page, requester};
use crate::knowledge::ops::TAG;
use crate::page::{self, Ask, Cursors, Key};
use crate::requester::Requester;
use crate::scalar::Instant;

const READ: Permission = Permission::KnowledgeRead;

connection! {
    /// 知识条目分页，最新在前.
    /// A page of articles, newest first.
    ArticleConnection,
    /// 知识条目分页的一行.
    /// One row of a page of articles.
    ArticleEdge,
    KnowledgeArticle
}

/// 知识条目的筛选，异项为且.
/// AND between fields.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ArticleFilter {
    /// 种类.
    /// Kinds.
    pub kind: Option<Vec<ArticleKind>>,
    /// 语言.
    /// Language.
    pub language: Option<Language>,
    /// 状态.
    /// States.
    pub state: Option<Vec<ArticleState>>,
    /// 模块，全字相同.
    /// Module, the same word.
    pub module: Option<String>,
    /// 标签，全字相同，不分大小写.
    /// Tag, the same word in any case.
    pub tag: Option<String>,
    /// 仅标记为过时者.
    /// Those marked as outdated only.
    pub outdated_only: Option<bool>,
}

impl ArticleFilter {
    fn on(&self, mut query: Select<Entity>) -> Select<Entity> {
        if let Some(kinds) = &self.kind {
            query = query.filter(C::Kind.is_in(kinds.iter().copied()));
        }
        if let Some(language) = self.language {
            query = query.filter(C::Language.eq(language));
        }
        if let Some(states) = &self.state {
            query = query.filter(C::State.is_in(states.iter().copied()));
        }
        if let Some(module) = &self.module {
            query = query.filter(C::Module.eq(module.trim()));
        }
        if let Some(tag) = &self.tag {
            let tag = format!("{TAG}{}{TAG}", folded(tag.trim()));
            query = query.filter(C::Tags.like(containing(&tag)));
        }
        if self.outdated_only.unwrap_or(false) {
            query = query.filter(C::OutdatedAt.is_not_null());
        }
        query
    }
}

/// 已撤下条目的编号；内容与标题不再可读.
/// The number of an article that was withdrawn; neither text nor title are to be read any more.
#[derive(Clone, Debug, SimpleObject)]
pub struct WithdrawnArticle {
    /// 编号.
    /// Human number.
    pub number: String,
    /// 种类.
    /// Kind.
    pub kind: ArticleKind,
    /// 撤下的时刻.
    /// When it was withdrawn.
    pub withdrawn_at: Instant,
}

/// Most withdrawn articles that are told.
const WITHDRAWN: u64 = 500;

/// Queries about the knowledge base.
#[derive(Default)]
pub struct ArticleQuery;

/// Queries about the knowledge base.
#[Object]
impl ArticleQuery {
    /// 知识条目，最新在前；读者只见本人受众的已发布者. 权限 KNOWLEDGE_READ.
    /// Articles, newest first; readers see what is published for their audiences. Permission KNOWLEDGE_READ.
    async fn articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "筛选. Filter.")] filter: Option<ArticleFilter>,
    ) -> Maybe<ArticleConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        let filter = filter.unwrap_or_default();
        let list = async {
            requester(ctx).reads(READ)?;
            let query = filter.on(Entity::find().filter(seen(requester(ctx))));
            listed(ctx, &format!("articles|{filter:?}"), &ask, query).await
        };
        Some(list.await.map_err(Into::into))
    }

    /// 在可见的已发布条目中检索标题、模块、标签与正文，最新在前；多个词须全部出现. 权限 KNOWLEDGE_READ.
    /// Searches title, module, tags and text of the published articles that the reader sees, newest first; all words must be found. Permission KNOWLEDGE_READ.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is an argument of the schema"
    )]
    async fn search_articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "检索词，至多 100 字、5 个词. What is looked for, at most 100 characters and five words."
        )]
        text: String,
        #[graphql(desc = "模块，全字相同. Module, the same word.")] module: Option<String>,
        #[graphql(desc = "标签，全字相同. Tag, the same word.")] tag: Option<String>,
        #[graphql(desc = "种类. Kind.")] kind: Option<ArticleKind>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
    ) -> Maybe<ArticleConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        let filter = ArticleFilter {
            kind: kind.map(|kind| vec![kind]),
            module,
            tag,
            ..ArticleFilter::default()
        };
        let list = async {
            requester(ctx).reads(READ)?;
            let query = Entity::find().filter(found(requester(ctx), &text)?);
            listed(
                ctx,
                &format!("search|{text}|{filter:?}"),
                &ask,
                filter.on(query),
            )
            .await
        };
        Some(list.await.map_err(Into::into))
    }

    /// 一个知识条目；不可见为 null. 权限 KNOWLEDGE_READ.
    /// One article; null out of scope. Permission KNOWLEDGE_READ.
    async fn article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "知识条目. The article.")] article_id: ID,
    ) -> Maybe<KnowledgeArticle> {
        let row = one(ctx, ArticleId::lookup(&article_id)).await;
        row.map(|row| row.map(KnowledgeArticle))
            .map_err(Into::into)
            .transpose()
    }

    /// 曾向读者发布、后被撤下的条目，最近撤下者在前，至多 500 条. 权限 KNOWLEDGE_READ.
    /// Articles that were published for the reader and withdrawn, the latest first, at most 500. Permission KNOWLEDGE_READ.
    async fn withdrawn_articles(&self, ctx: &Context<'_>) -> Maybe<Vec<WithdrawnArticle>> {
        Some(withdrawn(ctx).await.map_err(Into::into))
    }

    /// 同一条目的两个版本逐行比较；任一不可见为 null. 权限 KNOWLEDGE_READ.
    /// Two versions of an article, line by line; null if one of them is out of scope. Permission KNOWLEDGE_READ.
    async fn article_comparison(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "知识条目. The article.")] article_id: ID,
        #[graphql(desc = "较早版本的版本号. Number of the earlier version.")] from: i32,
        #[graphql(desc = "较晚版本的版本号. Number of the later version.")] to: i32,
    ) -> Maybe<ArticleComparison> {
        let id = ArticleId::lookup(&article_id);
        let made = comparison(ctx, id, (from, to)).await;
        made.map_err(Into::into).transpose()
    }
}

async fn listed(
    ctx: &Context<'_>,
    scope: &str,
    ask: &Ask,
    query: Select<Entity>,
) -> Result<ArticleConnection> {
    let (app, me) = (app(ctx), requester(ctx).named_reader()?);
    let cursors = Cursors::new(app.cursor_key, &format!("{scope}|{me}"));
    let window = cursors.window(ask)?;
    let rows = page::select(query.clone(), (C::ListedAt, C::Id), &window, true)?
        .all(app.db.read())
        .await?;
    let page = page(&cursors, &window, rows, |row: &Model| {
        Key::at(row.listed_at, row.id.0)
    })?;
    Ok(ArticleConnection::new(page, Counter::of(query)))
}

async fn one(ctx: &Context<'_>, id: ArticleId) -> Result<Option<Model>> {
    let who = requester(ctx);
    who.reads(READ)?;
    Ok(Entity::find_by_id(id)
        .filter(seen(who))
        .one(app(ctx).db.read())
        .await?)
}

async fn withdrawn(ctx: &Context<'_>) -> Result<Vec<WithdrawnArticle>> {
    let who = requester(ctx);
    who.reads(READ)?;
    let rows: Vec<(String, ArticleKind, DateTime<Utc>)> = Entity::find()
        .select_only()
        .columns([C::Number, C::Kind, C::RetiredAt])
        .filter(gone(who))
        .order_by_desc(C::RetiredAt)
        .order_by_desc(C::Id)
        .limit(WITHDRAWN)
        .into_tuple()
        .all(app(ctx).db.read())
        .await?;
    let told = rows.into_iter().map(|(number, kind, at)| WithdrawnArticle {
        number,
        kind,
        withdrawn_at: Instant(at),
    });
    Ok(told.collect())
}

async fn comparison(
    ctx: &Context<'_>,
    id: ArticleId,
    (from, to): (i32, i32),
) -> Result<Option<ArticleComparison>> {
    let who = requester(ctx);
    let Some(article) = one(ctx, id).await? else {
        return Ok(None);
    };
    let version = async |seq: i32| -> Result<Option<article_version::Model>> {
        let row = article_version::Entity::find_by_id((article.id, seq))
            .one(app(ctx).db.read())
            .await?;
        Ok(row.filter(|row| sees_version(who, &article, row)))
    };
    let (Some(from), Some(to)) = (version(from).await?, version(to).await?) else {
        return Ok(None);
    };
    let (before, after) = (compared(who, &from), compared(who, &to));
    let made = tokio::task::spawn_blocking(move || compare(&before, &after))
        .await
        .map_err(Error::internal)?;
    Ok(Some(ArticleComparison::of(from, to, made)))
}

/// The text of a version as it is compared. Who reads every block compares the marks too: another audience is a change.
fn compared(who: &Requester, row: &article_version::Model) -> String {
    let reader = blocks(who, row.hospital_id, row.side);
    if reader == Audiences::ALL {
        row.body.clone()
    } else {
        cut(&row.body, reader)
    }
}
