//! The types of reports.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::rules::audience;
use entity::values::{
    Audience, EsignContent, EsignCoverage, EsignResult, ReportAction, ReportState, SealVerdict,
    SealWay,
};
use entity::{report_issue, sealed_document};
use reports::Definition;

use super::super::esign::Facts;
use super::super::{ops, seal};
use crate::account::graphql::Person;
use crate::error::{Error, Result};
use crate::graphql::{app, requester};
use crate::loaders;
use crate::scalar::{Day, Instant, Long};

pub(super) type Maybe<T> = Option<async_graphql::Result<T>>;

async fn person(ctx: &Context<'_>, id: Option<entity::ids::PersonId>) -> Maybe<Person> {
    loaders::person(ctx, id)
        .await
        .map(|row| row.map(Person::from))
        .map_err(Into::into)
        .transpose()
}

/// 报告定义：可编制的一种报告.
/// A definition: one kind of report.
#[derive(Clone, Debug)]
pub struct ReportDefinition(pub Arc<Definition>);

/// 报告定义：可编制的一种报告.
/// A definition: one kind of report.
#[Object]
impl ReportDefinition {
    /// 代码.
    /// Code.
    async fn code(&self) -> &str {
        &self.0.spec.code
    }
    /// 版本.
    /// Version.
    async fn version(&self) -> i32 {
        i32::try_from(self.0.spec.version).unwrap_or(i32::MAX)
    }
    /// 标题.
    /// Title.
    async fn title(&self) -> Title {
        Title {
            zh: self.0.spec.title.zh.clone(),
            en: self.0.spec.title.en.clone(),
        }
    }
    /// 编号前缀.
    /// Letters before the year of its numbers.
    async fn number_prefix(&self) -> &str {
        &self.0.spec.number_prefix
    }
    /// 所证明的合同义务.
    /// Obligations that it is evidence for.
    async fn clauses(&self) -> &[String] {
        &self.0.spec.clauses
    }
    /// 数据级别，1–3.
    /// Classification of its data, 1 to 3.
    async fn data_level(&self) -> i32 {
        i32::from(self.0.spec.data_level)
    }
    /// 门户中可阅读其正文的受众.
    /// Audiences whose pages show what is in it.
    async fn audiences(&self) -> Vec<Audience> {
        let codes = self.0.spec.audience.iter().map(|one| one.code());
        let known = |code| {
            Audience::ALL
                .iter()
                .copied()
                .find(|one| audience::code(*one) == code)
        };
        codes.filter_map(known).collect()
    }
}

/// 两种文字的标题.
/// A title in both languages.
#[derive(Clone, Debug, SimpleObject)]
pub struct Title {
    /// 中文.
    /// Chinese.
    pub zh: String,
    /// 英文.
    /// English.
    pub en: String,
}

/// 报告的一个版次.
/// One revision of a report.
#[derive(Clone, Debug)]
pub struct ReportIssue(pub report_issue::Model);

/// 报告的一个版次.
/// One revision of a report.
#[Object]
impl ReportIssue {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 定义；运维人员已撤去为 null.
    /// Its definition; null if the operator has taken it away.
    async fn definition(&self, ctx: &Context<'_>) -> Option<ReportDefinition> {
        let found = app(ctx).reports.definition(&self.0.code);
        found.cloned().map(ReportDefinition)
    }
    /// 定义的代码.
    /// Code of its definition.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// 编制所依的定义版本.
    /// Version of the definition that it was begun with.
    async fn definition_version(&self) -> i32 {
        self.0.definition_version
    }
    /// 所述对象的 ID.
    /// Id of what it is about.
    async fn subject_id(&self) -> ID {
        self.0.subject.clone().into()
    }
    /// 编号，首次批准时给出.
    /// Number, given by the first approval.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }
    /// 版次，从 1 起.
    /// Revision, from 1.
    async fn revision(&self) -> i32 {
        self.0.revision
    }
    /// 状态.
    /// State.
    async fn state(&self) -> ReportState {
        self.0.state
    }
    /// 数据级别，1–3.
    /// Classification of its data, 1 to 3.
    async fn data_level(&self) -> i32 {
        self.0.data_level
    }
    /// 行版本，用于 expectedVersion.
    /// Version of the row, for expectedVersion.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// 编制人.
    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.author_id)).await
    }
    /// 开始编制的时刻.
    /// When it was begun.
    async fn made_at(&self) -> Instant {
        Instant(self.0.made_at)
    }
    /// 批准人，非编制人.
    /// Who approved it, never the author.
    async fn approver(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.approver_id).await
    }
    /// 批准时刻.
    /// When it was approved.
    async fn approved_at(&self) -> Option<Instant> {
        self.0.approved_at.map(Instant)
    }
    /// 冻结数据的 SHA-256.
    /// SHA-256 of the frozen data.
    async fn data_sha256(&self) -> Option<&str> {
        self.0.data_sha256.as_deref()
    }
    /// HTML 的 SHA-256.
    /// SHA-256 of the HTML.
    async fn html_sha256(&self) -> Option<&str> {
        self.0.html_sha256.as_deref()
    }
    /// 盖章前 PDF 的 SHA-256；排版完成前为 null.
    /// SHA-256 of the PDF before any seal; null until it is laid out.
    async fn pdf_sha256(&self) -> Option<&str> {
        self.0.pdf_sha256.as_deref()
    }
    /// PDF 页数.
    /// Pages of the PDF.
    async fn page_count(&self) -> Option<i32> {
        self.0.page_count
    }
    /// 盖章方式.
    /// How it was sealed.
    async fn way(&self) -> Option<SealWay> {
        self.0.way
    }
    /// 签发人：核对盖章件或确认的人.
    /// Who issued it: who attested the seal or confirmed.
    async fn issued_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.issued_by).await
    }
    /// 签发时刻.
    /// When it was issued.
    async fn issued_at(&self) -> Option<Instant> {
        self.0.issued_at.map(Instant)
    }
    /// 所更正的版次.
    /// Revision that it corrects.
    async fn corrects_id(&self) -> Option<ID> {
        self.0.corrects_id.map(|id| id.to_string().into())
    }
    /// 更正、作废的理由.
    /// Why it corrects, or why it was revoked.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// 被替代的时刻.
    /// When a correction replaced it.
    async fn superseded_at(&self) -> Option<Instant> {
        self.0.superseded_at.map(Instant)
    }
    /// 作废人.
    /// Who revoked it.
    async fn revoked_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.revoked_by).await
    }
    /// 作废时刻.
    /// When it was revoked.
    async fn revoked_at(&self) -> Option<Instant> {
        self.0.revoked_at.map(Instant)
    }
    /// 盖章件，按提交先后.
    /// Its sealed documents, in the order they came.
    #[graphql(complexity = "10 + child_complexity")]
    async fn sealed_documents(&self, ctx: &Context<'_>) -> Maybe<Vec<SealedDocument>> {
        Some(
            seal::of(app(ctx), &self.0)
                .await
                .map(|rows| rows.into_iter().map(SealedDocument).collect())
                .map_err(Into::into),
        )
    }
    /// 当前读者此刻可做的操作.
    /// What the reader may do to it now.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> Vec<ReportAction> {
        ops::allowed_actions(app(ctx), requester(ctx), &self.0)
    }
}

/// 盖章件.
/// A sealed document.
#[derive(Clone, Debug)]
pub struct SealedDocument(pub sealed_document::Model);

/// 盖章件.
/// A sealed document.
#[Object]
impl SealedDocument {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 盖章方式.
    /// How it was sealed.
    async fn way(&self) -> SealWay {
        self.0.way
    }
    /// 文件名.
    /// Name of the file.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// 文件类型.
    /// Media type.
    async fn content_type(&self) -> &str {
        &self.0.content_type
    }
    /// 字节数.
    /// Length, in bytes.
    async fn size_bytes(&self) -> Long {
        Long(self.0.size_bytes)
    }
    /// 文件的 SHA-256.
    /// SHA-256 of the file.
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }
    /// 纸质原件的存放位置.
    /// Where the paper original is kept.
    async fn paper_location(&self) -> Option<&str> {
        self.0.paper_location.as_deref()
    }
    /// 盖章日期.
    /// Date on the seal.
    async fn sealed_on(&self) -> Day {
        Day(self.0.sealed_on)
    }
    /// 提交人.
    /// Who brought it.
    async fn uploaded_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, Some(self.0.uploaded_by)).await
    }
    /// 提交时刻.
    /// When it came.
    async fn uploaded_at(&self) -> Instant {
        Instant(self.0.uploaded_at)
    }
    /// 电子签名的核验；纸质扫描件为 null.
    /// The check of its electronic signatures; null for a scan of paper.
    async fn esign(&self) -> Maybe<EsignCheck> {
        EsignCheck::of(&self.0).map_err(Into::into).transpose()
    }
    /// 核对结果；未核对为 null.
    /// What the look at it found; null before.
    async fn verdict(&self) -> Option<SealVerdict> {
        self.0.verdict
    }
    /// 核对的说明.
    /// Remark on the verdict.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
    /// 核对人.
    /// Who attested it.
    async fn attested_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.attested_by).await
    }
    /// 核对时刻.
    /// When it was attested.
    async fn attested_at(&self) -> Option<Instant> {
        self.0.attested_at.map(Instant)
    }
}

/// 电子签名的核验：收到文件时作出，通过方予保存.
/// The check of electronic signatures, made when the file came; only what passes it is kept.
#[derive(Clone, Debug, SimpleObject)]
pub struct EsignCheck {
    /// 结果.
    /// What it found.
    pub result: EsignResult,
    /// 与冻结文件的关系.
    /// How the file stands to the frozen one.
    pub content: Option<EsignContent>,
    /// 判断证书所依的时刻.
    /// Instant for which the certificates were judged.
    pub checked_at: Option<Instant>,
    /// 签名，最早在前.
    /// The signatures, the earliest first.
    pub signatures: Vec<EsignSignature>,
}

impl EsignCheck {
    fn of(row: &sealed_document::Model) -> Result<Option<Self>> {
        let Some(result) = row.esign_result else {
            return Ok(None);
        };
        let text = row.esign_signatures.as_deref().unwrap_or("[]");
        let facts: Vec<Facts> = serde_json::from_str(text).map_err(Error::internal)?;
        Ok(Some(Self {
            result,
            content: row.esign_content,
            checked_at: row.esign_checked_at.map(Instant),
            signatures: facts.into_iter().map(EsignSignature::from).collect(),
        }))
    }
}

/// 一个电子签名.
/// An electronic signature.
#[derive(Clone, Debug, SimpleObject)]
pub struct EsignSignature {
    /// 证书中的单位.
    /// Organisation in the certificate.
    pub organization: Option<String>,
    /// 证书中的名称.
    /// Common name in the certificate.
    pub common_name: Option<String>,
    /// 证书序列号，十六进制.
    /// Serial number of the certificate, hexadecimal.
    pub serial: Option<String>,
    /// 签名者自称的签名时刻，不具证明力.
    /// When the signer says that it was signed; proves nothing.
    pub claimed_at: Option<Instant>,
    /// 可信时间戳证明的时刻.
    /// When a trusted time stamp says that it was signed.
    pub attested_at: Option<Instant>,
    /// 覆盖范围.
    /// Which part of the file it covers.
    pub coverage: EsignCoverage,
    /// 核验结果.
    /// What the check found.
    pub result: EsignResult,
}

impl From<Facts> for EsignSignature {
    fn from(facts: Facts) -> Self {
        Self {
            organization: facts.organization,
            common_name: facts.common_name,
            serial: facts.serial,
            claimed_at: facts.claimed_at.map(Instant),
            attested_at: facts.attested_at.map(Instant),
            coverage: facts.coverage,
            result: facts.result,
        }
    }
}

/// 草稿的现状：批准所依的数据哈希，与尚缺的内容.
/// A draft as it stands: the hash to approve, and what is missing.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReportPreview {
    /// 草稿.
    /// The draft.
    pub report: ReportIssue,
    /// 此刻数据的 SHA-256，批准时原样带回.
    /// SHA-256 of the data as they are now; an approval gives it back.
    pub data_sha256: String,
    /// 批准前须解决的问题；空表示可以批准.
    /// What stands in the way of the approval; empty if nothing does.
    pub problems: Vec<ReportProblem>,
}

/// 报告中的一个问题.
/// A problem of a report.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReportProblem {
    /// 位置，JSON 路径.
    /// Where, a JSON path.
    pub place: String,
    /// 问题.
    /// What is wrong.
    pub message: String,
}
