//! A notice, the state of the system and the revision of the pages.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::rules::audience::Audiences;
use entity::rules::block::cut;
use entity::values::{Audience, DocumentKind, NoticeKind, Side, SystemState};
use entity::{notice, system_status};

use super::super::own;
use super::Maybe;
use crate::account::graphql::{Department, Person};
use crate::graphql::requester;
use crate::knowledge::blocks;
use crate::knowledge::graphql::{department, person};
use crate::scalar::{Instant, Long};

/// 公告.
/// A notice.
#[derive(Clone, Debug)]
pub struct Notice(pub notice::Model);

impl From<notice::Model> for Notice {
    fn from(row: notice::Model) -> Self {
        Self(row)
    }
}

/// 公告、计划维护窗口或灾难横幅.
/// A notice, a planned window or the disaster banner.
#[Object]
impl Notice {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 乐观锁版本，作为 `expectedVersion` 送回.
    /// Version; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// 种类.
    /// Kind.
    async fn kind(&self) -> NoticeKind {
        self.0.kind
    }
    /// 标题.
    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Markdown 正文，已按读者受众裁剪.
    /// Markdown, cut for the audiences of the reader.
    async fn body(&self, ctx: &Context<'_>) -> String {
        let reader = blocks(requester(ctx), self.0.hospital_id, Side::Hospital);
        cut(&self.0.body, reader)
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
    /// 起始.
    /// Shown from.
    async fn valid_from(&self) -> Instant {
        Instant(self.0.valid_from_at)
    }
    /// 截止，不含；null 为至撤回.
    /// Shown before; until it is withdrawn where null.
    async fn valid_to(&self) -> Option<Instant> {
        self.0.valid_to_at.map(Instant)
    }
    /// 窗口开始.
    /// Begin of the window.
    async fn starts_at(&self) -> Option<Instant> {
        self.0.starts_at.map(Instant)
    }
    /// 窗口结束.
    /// End of the window.
    async fn ends_at(&self) -> Option<Instant> {
        self.0.ends_at.map(Instant)
    }
    /// 由谁发布.
    /// Who published it.
    async fn published_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.published_by)).await
    }
    /// 发布时刻.
    /// When it was published.
    async fn published_at(&self) -> Instant {
        Instant(self.0.published_at)
    }
    /// 撤回的时刻.
    /// When it was withdrawn.
    async fn withdrawn_at(&self) -> Option<Instant> {
        self.0.withdrawn_at.map(Instant)
    }
    /// 撤回的理由.
    /// Why it was withdrawn.
    async fn withdrawn_reason(&self) -> Option<&str> {
        self.0.withdrawn_reason.as_deref()
    }
}

/// 系统运行状态；从未设定为正常.
/// The state of the ICU system; normal where it was never set.
#[derive(Clone, Debug, SimpleObject)]
pub struct SystemStatus {
    /// 状态.
    /// State.
    pub state: SystemState,
    /// 自何时起；从未设定为 null.
    /// Since when; null where it was never set.
    pub since: Option<Instant>,
    /// 下次更新的时刻.
    /// When more is said.
    pub next_update_at: Option<Instant>,
    /// 给员工的说明.
    /// What the staff is told.
    pub message: Option<String>,
}

impl From<system_status::Model> for SystemStatus {
    fn from(row: system_status::Model) -> Self {
        Self {
            state: row.state,
            since: Some(Instant(row.since_at)),
            next_update_at: row.next_update_at.map(Instant),
            message: row.message,
        }
    }
}

impl SystemStatus {
    /// What holds until somebody says something else.
    #[must_use]
    pub fn untold() -> Self {
        Self {
            state: SystemState::Normal,
            since: None,
            next_update_at: None,
            message: None,
        }
    }
}

/// 页面的版本.
/// What pages are of.
#[derive(Clone, Debug, SimpleObject)]
pub struct Portal {
    /// 读者所在页面集的名称；非页面集的读者为 null.
    /// Name of the root that the reader is behind; null for everybody else.
    pub instance: Option<String>,
    /// 修订号；页面所示内容的每次变化使其增加.
    /// Revision; it grows with every change of what pages show.
    pub revision: Long,
    /// 数据截止时刻：最近一次变化，不早于当日 00:05.
    /// The instant up to which the data reach: that of the last change, 00:05 of the day at the earliest.
    pub cutoff_at: Instant,
    /// 当年工作日历的版本；尚未导入为 null.
    /// Version of the working-day calendar of this year; null without one.
    pub calendar_version: Option<String>,
    /// 产品版本.
    /// Version of the product.
    pub product_version: &'static str,
    /// 页面文字不得出现的主机与数据库名称，为其小写的 SHA-256；仅全院与重症页面集的读者有，他人为空.
    /// Names of hosts and databases that no text of the pages may have, as SHA-256 of their small letters; of the readers
    /// behind pages of the staff and the ward alone, empty for others.
    pub hidden_names: Vec<String>,
}

/// 平台自身的技术文档，作为页面的来源.
/// A technical document of the platform itself, as the source of pages.
#[derive(Clone, Debug)]
pub struct OwnDocument(pub own::OwnDocument);

/// 平台自身的技术文档，作为页面的来源.
/// A technical document of the platform itself, as the source of pages.
#[Object]
impl OwnDocument {
    /// 种类.
    /// Kind.
    async fn kind(&self) -> DocumentKind {
        self.0.kind
    }
    /// 平台版本.
    /// Version of the platform.
    async fn version(&self) -> &str {
        self.0.version
    }
    /// SDL 或表结构快照（JSON）；管理人员与审计员为 null.
    /// SDL, or the snapshot of the tables as JSON; null for managers and auditors.
    async fn source(&self) -> Option<&str> {
        self.0.source
    }
    /// 来源自身未说明的内容（TOML）：注释、示例；管理人员与审计员为 null.
    /// What the source does not say of itself, TOML: comments, examples; null for managers and auditors.
    async fn notes(&self) -> Option<&str> {
        self.0.notes.as_deref()
    }
}
