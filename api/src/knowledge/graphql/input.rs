//! What the mutations of the knowledge base take.

use async_graphql::{ID, InputObject};
use entity::ids::DepartmentId;
use entity::values::{ArticleKind, Audience, Language};

use crate::knowledge::ops::Content;

/// 一个版本的内容与受众，整体替换.
/// What a version says and for whom; it replaces what stands there.
#[derive(Clone, Debug, InputObject)]
pub struct ArticleContentInput {
    /// 标题，至多 200 字.
    /// Title, at most 200 characters.
    pub title: String,
    /// 所涉模块，至多 50 字.
    /// Module of the ICU system, at most 50 characters.
    pub module: Option<String>,
    /// 标签，至多 20 个，各至多 50 字，存为小写.
    /// Tags, at most 20 of at most 50 characters, kept in lower case.
    pub tags: Option<Vec<String>>,
    /// Markdown 正文，至多 100000 字；`:::audience IT,VENDOR` 与 `:::` 之间仅供所列受众.
    /// Markdown, at most 100,000 characters; what stands between `:::audience IT,VENDOR` and `:::` is for those audiences only.
    pub body: String,
    /// 受众，至少一个.
    /// For whom it is, at least one.
    pub audiences: Vec<Audience>,
    /// 仅供此科室，限重症医学科受众.
    /// The one department for which it is, of the ward only.
    pub department_id: Option<ID>,
    /// 数据级别，1–3；全院员工与重症医学科至多 2.
    /// Classification, 1 to 3; for staff and ward at most 2.
    pub data_level: i32,
    /// 信息中心确认疑似之处并非患者信息的理由，至多 500 字；仅在被拒 PATIENT_DATA_IN_TEXT 后填写，入审计.
    /// Why what looks like patient data is none, said by the information centre after PATIENT_DATA_IN_TEXT, at most 500 characters; it enters the audit.
    pub screening_override_reason: Option<String>,
}

impl From<&ArticleContentInput> for Content {
    fn from(input: &ArticleContentInput) -> Self {
        Self {
            title: input.title.clone(),
            module: input.module.clone(),
            tags: input.tags.clone().unwrap_or_default(),
            body: input.body.clone(),
            audiences: input.audiences.clone(),
            department: input
                .department_id
                .as_ref()
                .map(|id| DepartmentId::lookup(id)),
            data_level: input.data_level,
            screening_reason: input.screening_override_reason.clone(),
        }
    }
}

/// 起草知识条目.
/// A new article.
#[derive(Debug, InputObject)]
pub struct DraftArticleInput {
    /// 幂等键，8–64 个字符.
    /// Replay key, 8 to 64 characters.
    pub idempotency_key: String,
    /// 合同；只见一份时可省略.
    /// Contract; may be left out by who sees one only.
    pub contract_id: Option<ID>,
    /// 种类.
    /// Kind.
    pub kind: ArticleKind,
    /// 语言.
    /// Language.
    pub language: Language,
    /// 英文条目的中文原文，英文必填.
    /// The Chinese article of an English one; required for English.
    pub original_id: Option<ID>,
    /// 内容.
    /// What it says.
    pub content: ArticleContentInput,
}

/// 由工单生成知识条目.
/// An article made from a ticket.
#[derive(Debug, InputObject)]
pub struct CreateArticleFromTicketInput {
    /// 幂等键，8–64 个字符.
    /// Replay key, 8 to 64 characters.
    pub idempotency_key: String,
    /// 已解决的咨询或故障工单.
    /// A solved consultation or fault.
    pub ticket_id: ID,
    /// 标题；省略则取问题首行.
    /// Title; the first line of the question without one.
    pub title: Option<String>,
    /// 所涉模块.
    /// Module of the ICU system.
    pub module: Option<String>,
    /// 标签.
    /// Tags.
    pub tags: Option<Vec<String>>,
    /// 受众，至少一个.
    /// For whom it is, at least one.
    pub audiences: Vec<Audience>,
    /// 数据级别，1–3；全院员工与重症医学科至多 2.
    /// Classification, 1 to 3; for staff and ward at most 2.
    pub data_level: i32,
}

/// 修改草稿或起草下一版本.
/// Write in the draft, or begin the next version.
#[derive(Debug, InputObject)]
pub struct ReviseArticleInput {
    /// 知识条目.
    /// The article.
    pub article_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 内容.
    /// What it says.
    pub content: ArticleContentInput,
}

/// 提交审核.
/// Hand in for review.
#[derive(Debug, InputObject)]
pub struct SubmitArticleInput {
    /// 知识条目.
    /// The article.
    pub article_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
}

/// 发布.
/// Publish.
#[derive(Debug, InputObject)]
pub struct PublishArticleInput {
    /// 知识条目.
    /// The article.
    pub article_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 审核人逐一看过、确认无患者信息的图片；此前已确认者不必再列.
    /// Pictures at which the reviewer looked and found no patient data; those found so before need not be named again.
    pub cleared_file_ids: Option<Vec<ID>>,
    /// 审核人确认疑似之处并非患者信息的理由，至多 500 字；仅在被拒 PATIENT_DATA_IN_TEXT 后填写，入审计.
    /// Why what looks like patient data is none, said by the reviewer after PATIENT_DATA_IN_TEXT, at most 500 characters; it enters the audit.
    pub screening_override_reason: Option<String>,
}

/// 退回.
/// Send back.
#[derive(Debug, InputObject)]
pub struct ReturnArticleInput {
    /// 知识条目.
    /// The article.
    pub article_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 理由.
    /// Why.
    pub reason: String,
}

/// 撤下.
/// Withdraw.
#[derive(Debug, InputObject)]
pub struct RetireArticleInput {
    /// 知识条目.
    /// The article.
    pub article_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 理由.
    /// Why.
    pub reason: String,
}

/// 标记过时或取消标记.
/// Mark as outdated, or take the mark away.
#[derive(Debug, InputObject)]
pub struct MarkArticleOutdatedInput {
    /// 知识条目.
    /// The article.
    pub article_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 是否过时.
    /// Whether it is outdated.
    pub outdated: bool,
    /// 理由.
    /// Why.
    pub reason: String,
}

/// 评价.
/// Say whether it helped.
#[derive(Debug, InputObject)]
pub struct RateArticleInput {
    /// 知识条目.
    /// The article.
    pub article_id: ID,
    /// 是否有帮助.
    /// Whether it helped.
    pub helpful: bool,
}
