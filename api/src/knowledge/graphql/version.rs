//! A version of an article, and what changed between two of them.

use async_graphql::{Context, Object, SimpleObject};
use entity::article_version;
use entity::rules::audience::Audiences;
use entity::rules::block::cut;
use entity::values::{ArticleVersionState, Audience, DiffChange};

use super::Maybe;
use super::file::{ArticleFile, files_of};
use super::types::{department, person};
use crate::account::graphql::{Department, Person};
use crate::graphql::requester;
use crate::knowledge::ops::tags_of;
use crate::knowledge::{Comparison, DiffLine, blocks};
use crate::loaders::{self, VersionAt};
use crate::scalar::Instant;

/// 知识条目的一个版本.
/// A version of an article.
#[derive(Clone, Debug)]
pub struct ArticleVersion(pub article_version::Model);

/// 知识条目的一个版本；提交审核后不再改变.
/// A version of an article; it does not change once it is handed in.
#[Object]
impl ArticleVersion {
    /// 版本号，自 1 起.
    /// Its number, from 1.
    async fn version_no(&self) -> i32 {
        self.0.seq
    }
    /// 状态.
    /// State.
    async fn state(&self) -> ArticleVersionState {
        self.0.state
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
    /// 标签.
    /// Tags.
    async fn tags(&self) -> Vec<&str> {
        tags_of(&self.0.tags).collect()
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
    /// Markdown 正文，已按读者受众裁剪.
    /// Markdown, cut for the audiences of the reader.
    async fn body(&self, ctx: &Context<'_>) -> Maybe<String> {
        let reader = blocks(requester(ctx), self.0.hospital_id, self.0.side);
        let key = VersionAt(self.0.hospital_id, self.0.article_id, self.0.seq);
        loaders::edge(ctx, key, |row| cut(&row.body, reader)).await
    }
    /// 信息中心确认疑似之处并非患者信息的理由；未有疑似之处为 null.
    /// Why the information centre found no patient data in what looked like it; null where nothing did.
    async fn screening_override_reason(&self) -> Option<&str> {
        self.0.screening_reason.as_deref()
    }
    /// 正文以 `![文字](file:ID)` 引用的文件，仅读者所读部分者.
    /// Files that the text names by `![words](file:ID)`, where the reader reads it.
    async fn files(&self, ctx: &Context<'_>) -> Maybe<Vec<ArticleFile>> {
        let place = (self.0.hospital_id, self.0.article_id, self.0.seq);
        files_of(ctx, place, self.0.side, self.0.data_level).await
    }
    /// 最近执笔人.
    /// Who wrote in it last.
    async fn drafted_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.drafted_by)).await
    }
    /// 最近修改的时刻.
    /// When.
    async fn drafted_at(&self) -> Instant {
        Instant(self.0.drafted_at)
    }
    /// 提交审核的时刻.
    /// When it was handed in.
    async fn submitted_at(&self) -> Option<Instant> {
        self.0.submitted_at.map(Instant)
    }
    /// 最近一次退回的理由.
    /// Why it was sent back last.
    async fn return_reason(&self) -> Option<&str> {
        self.0.return_reason.as_deref()
    }
    /// 审核并发布者.
    /// Who reviewed and published it.
    async fn reviewed_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.published_by).await
    }
    /// 审核并发布的时刻.
    /// When.
    async fn published_at(&self) -> Option<Instant> {
        self.0.published_at.map(Instant)
    }
    /// 被取代的时刻.
    /// When the next one replaced it.
    async fn superseded_at(&self) -> Option<Instant> {
        self.0.superseded_at.map(Instant)
    }
    /// 认为有帮助的人数.
    /// How many it helped.
    async fn helped_count(&self) -> i32 {
        self.0.helped_count
    }
    /// 认为没有帮助的人数.
    /// How many it did not help.
    async fn not_helped_count(&self) -> i32 {
        self.0.not_helped_count
    }
}

/// 差异中的一行.
/// A line of a comparison.
#[derive(Clone, Debug, SimpleObject)]
pub struct ArticleDiffLine {
    /// 变化.
    /// What became of it.
    pub change: DiffChange,
    /// 在较早版本中的行号，自 1 起.
    /// Its number in the earlier version, from 1.
    pub from_line: Option<i32>,
    /// 在较晚版本中的行号，自 1 起.
    /// Its number in the later version, from 1.
    pub to_line: Option<i32>,
    /// 文字.
    /// The line.
    pub text: String,
}

impl From<DiffLine> for ArticleDiffLine {
    fn from(line: DiffLine) -> Self {
        Self {
            change: line.change,
            from_line: line.from_line,
            to_line: line.to_line,
            text: line.text,
        }
    }
}

/// 两个版本的比较.
/// Two versions compared.
#[derive(Clone, Debug, SimpleObject)]
pub struct ArticleComparison {
    /// 较早的版本.
    /// The earlier version.
    pub from: ArticleVersion,
    /// 较晚的版本.
    /// The later version.
    pub to: ArticleVersion,
    /// 正文新增的行数.
    /// Lines of the text that were inserted.
    pub inserted_count: i32,
    /// 正文删除的行数.
    /// Lines of the text that were deleted.
    pub deleted_count: i32,
    /// 正文的变化，各带前后三行，至多 2000 行.
    /// What changed in the text, with three lines around each change, at most 2000.
    pub lines: Vec<ArticleDiffLine>,
    /// 是否有行被略去.
    /// Whether lines were left out.
    pub cut: bool,
}

impl ArticleComparison {
    /// What is shown of a comparison.
    #[must_use]
    pub fn of(from: article_version::Model, to: article_version::Model, made: Comparison) -> Self {
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            from: ArticleVersion(from),
            to: ArticleVersion(to),
            inserted_count: number(made.inserted),
            deleted_count: number(made.deleted),
            lines: made.lines.into_iter().map(Into::into).collect(),
            cut: made.is_cut,
        }
    }
}
