//! An article in the schema.

use async_graphql::{Context, ID, Object};
use entity::ids::{DepartmentId, PersonId};
use entity::knowledge_article;
use entity::rules::audience::Audiences;
use entity::rules::block::cut;
use entity::values::{ArticleKind, ArticleState, Audience, Language};

use super::Maybe;
use super::file::{ArticleFile, files_of};
use super::version::ArticleVersion;
use crate::account::graphql::{Contract, Department, Person};
use crate::graphql::requester;
use crate::knowledge::ops::tags_of;
use crate::knowledge::{blocks, sees_version};
use crate::loaders::{
    self, MyRatingOf, SeenArticle, SeenTicket, TranslationsOf, VersionAt, VersionsOf,
};
use crate::scalar::Instant;
use crate::ticket::graphql::Ticket;

/// Loads a person of an edge.
pub(crate) async fn person(ctx: &Context<'_>, id: Option<PersonId>) -> Maybe<Person> {
    loaders::person(ctx, id)
        .await
        .map(|row| row.map(Person::from))
        .map_err(Into::into)
        .transpose()
}

/// Loads a department of an edge.
pub(crate) async fn department(ctx: &Context<'_>, id: Option<DepartmentId>) -> Maybe<Department> {
    loaders::edge(ctx, id?, Department).await
}

/// 知识条目.
/// An article of the knowledge base.
#[derive(Clone, Debug)]
pub struct KnowledgeArticle(pub knowledge_article::Model);

impl From<knowledge_article::Model> for KnowledgeArticle {
    fn from(row: knowledge_article::Model) -> Self {
        Self(row)
    }
}

impl KnowledgeArticle {
    fn shown(&self) -> VersionAt {
        VersionAt(self.0.hospital_id, self.0.id, self.0.shown_seq)
    }
}

/// 知识条目；内容为已发布的版本，尚未发布时为草稿.
/// An article of the knowledge base; it shows the published version, or the draft while there is none.
#[Object]
impl KnowledgeArticle {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 乐观锁版本，作为 `expectedVersion` 送回.
    /// Version of the row; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// 编号，如 KB-2026-0001；英文条目与其中文原文同号. 正文以 `[文字](KB-2026-0001)` 引用其他条目.
    /// Human number, such as KB-2026-0001; an English article has that of its original. Texts refer to other articles by `[words](KB-2026-0001)`.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// 合同.
    /// The contract.
    async fn contract(&self, ctx: &Context<'_>) -> Maybe<Contract> {
        loaders::edge(ctx, self.0.contract_id, Contract).await
    }
    /// 种类.
    /// Kind.
    async fn kind(&self) -> ArticleKind {
        self.0.kind
    }
    /// 语言.
    /// Language.
    async fn language(&self) -> Language {
        self.0.language
    }
    /// 英文条目的中文原文；不可见为 null.
    /// The Chinese article of an English one; null out of scope.
    async fn original(&self, ctx: &Context<'_>) -> Maybe<KnowledgeArticle> {
        loaders::edge(ctx, SeenArticle(self.0.original_id?), KnowledgeArticle).await
    }
    /// 英文版，仅可见者，至多 100 篇.
    /// English versions that the reader sees, at most 100.
    async fn translations(&self, ctx: &Context<'_>) -> Maybe<Vec<KnowledgeArticle>> {
        let key = TranslationsOf(self.0.hospital_id, self.0.id);
        let rows = loaders::rows(ctx, key).await;
        let wrapped = rows.map(|rows| rows.into_iter().map(KnowledgeArticle).collect());
        Some(wrapped.map_err(Into::into))
    }
    /// 状态.
    /// State.
    async fn state(&self) -> ArticleState {
        self.0.state
    }
    /// 所示版本的版本号.
    /// Number of the version that is shown.
    async fn version_no(&self) -> i32 {
        self.0.shown_seq
    }
    /// 标题.
    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// 所涉模块.
    /// Module of the ICU system.
    async fn module(&self) -> Option<&str> {
        self.0.module.as_deref()
    }
    /// 标签，小写.
    /// Tags, in lower case.
    async fn tags(&self) -> Vec<&str> {
        tags_of(&self.0.tags).collect()
    }
    /// Markdown 正文，已按读者受众裁剪.
    /// Markdown, cut for the audiences of the reader.
    async fn body(&self, ctx: &Context<'_>) -> Maybe<String> {
        let reader = blocks(requester(ctx), self.0.hospital_id, self.0.side);
        loaders::edge(ctx, self.shown(), |row| cut(&row.body, reader)).await
    }
    /// 受众.
    /// For whom it is.
    async fn audiences(&self) -> Vec<Audience> {
        Audiences::from_bits(self.0.audience_bits).list().collect()
    }
    /// 仅供此科室；null 为全部重症科室.
    /// The one department for which it is; null for every ward.
    async fn department(&self, ctx: &Context<'_>) -> Maybe<Department> {
        department(ctx, self.0.department_id).await
    }
    /// 数据级别，1–3.
    /// Classification, 1 to 3.
    async fn data_level(&self) -> i32 {
        self.0.data_level
    }
    /// 发布时刻.
    /// When the shown version was published.
    async fn published_at(&self) -> Option<Instant> {
        self.0.published_at.map(Instant)
    }
    /// 审核时刻，与发布同时.
    /// When it was reviewed, which is when it was published.
    async fn reviewed_at(&self) -> Option<Instant> {
        self.0.published_at.map(Instant)
    }
    /// 审核并发布者.
    /// Who reviewed and published it.
    async fn reviewed_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        let shown = async { loaders::of(ctx)?.load_one(self.shown()).await };
        match shown.await {
            Ok(row) => person(ctx, row.and_then(|row| row.published_by)).await,
            Err(error) => Some(Err(error.into())),
        }
    }
    /// 由谁建立.
    /// Who made it.
    async fn created_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.created_by)).await
    }
    /// 建立时刻.
    /// When it was made.
    async fn created_at(&self) -> Instant {
        Instant(self.0.created_at)
    }
    /// 所示版本中疑似患者信息之处是否已由信息中心确认并非患者信息.
    /// Whether the information centre found no patient data in what looks like it in the shown version.
    async fn screening_overridden(&self, ctx: &Context<'_>) -> Maybe<bool> {
        loaders::edge(ctx, self.shown(), |row| row.screening_reason.is_some()).await
    }
    /// 标记为过时的时刻.
    /// When it was marked as outdated.
    async fn outdated_at(&self) -> Option<Instant> {
        self.0.outdated_at.map(Instant)
    }
    /// 过时的理由.
    /// Why it is outdated.
    async fn outdated_reason(&self) -> Option<&str> {
        self.0.outdated_reason.as_deref()
    }
    /// 撤下的时刻.
    /// When it was withdrawn.
    async fn retired_at(&self) -> Option<Instant> {
        self.0.retired_at.map(Instant)
    }
    /// 撤下的理由.
    /// Why it was withdrawn.
    async fn retired_reason(&self) -> Option<&str> {
        self.0.retired_reason.as_deref()
    }
    /// 来源工单；不可见为 null.
    /// The ticket that it was made from; null out of scope.
    async fn source_ticket(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        loaders::edge(ctx, SeenTicket(self.0.source_ticket_id?), Ticket::from).await
    }
    /// 所示版本认为有帮助的人数.
    /// How many the shown version helped.
    async fn helped_count(&self, ctx: &Context<'_>) -> Maybe<i32> {
        loaders::edge(ctx, self.shown(), |row| row.helped_count).await
    }
    /// 所示版本认为没有帮助的人数.
    /// How many the shown version did not help.
    async fn not_helped_count(&self, ctx: &Context<'_>) -> Maybe<i32> {
        loaders::edge(ctx, self.shown(), |row| row.not_helped_count).await
    }
    /// 所示版本正文以 `![文字](file:ID)` 引用的文件，仅读者所读部分者.
    /// Files that the text of the shown version names by `![words](file:ID)`, where the reader reads it.
    async fn files(&self, ctx: &Context<'_>) -> Maybe<Vec<ArticleFile>> {
        let place = (self.0.hospital_id, self.0.id, self.0.shown_seq);
        files_of(ctx, place, self.0.side, self.0.data_level).await
    }
    /// 读者本人对所示版本的评价；未评价为 null.
    /// What the reader said of the shown version; null for nothing.
    async fn my_rating(&self, ctx: &Context<'_>) -> Maybe<bool> {
        let key = MyRatingOf(self.0.hospital_id, self.0.id, self.0.shown_seq);
        loaders::edge(ctx, key, |helpful| helpful).await
    }
    /// 版本，先旧后新，至多最近 100 个；读者只见已发布者.
    /// Versions, oldest first, the latest 100; readers see the published one only.
    async fn versions(&self, ctx: &Context<'_>) -> Maybe<Vec<ArticleVersion>> {
        let who = requester(ctx);
        let rows = loaders::rows(ctx, VersionsOf(self.0.hospital_id, self.0.id)).await;
        let shown = rows.map(|rows| {
            let seen = rows
                .into_iter()
                .filter(|row| sees_version(who, &self.0, row));
            seen.map(ArticleVersion).collect()
        });
        Some(shown.map_err(Into::into))
    }
}
