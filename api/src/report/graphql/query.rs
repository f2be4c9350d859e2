//! Reports: definitions, the list, one report, a draft as it stands.

use async_graphql::{Context, ID, InputObject, Object};
use entity::ids::{ReportId, SealedDocumentId};
use entity::report_issue;
use entity::sealed_document;
use entity::values::ReportState;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::super::{by_hash, ops};
use super::types::{
    Maybe, ReportDefinition, ReportIssue, ReportPreview, ReportProblem, SealedDocument,
};
use crate::connection;
use crate::error::{Code, Result};
use crate::graphql::{Counter, Found, Node, app, page, requester};
use crate::page::{self, Ask, Cursors, Key};

connection! {
    /// 报告分页，最新在前.
    /// A page of reports, newest first.
    ReportConnection,
    /// 报告的一行.
    /// One row of the reports.
    ReportEdge,
    ReportIssue
}

impl From<report_issue::Model> for ReportIssue {
    fn from(row: report_issue::Model) -> Self {
        Self(row)
    }
}

/// 报告筛选：同项为或、异项为且.
/// OR inside a list, AND between fields.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ReportFilter {
    /// 定义的代码.
    /// Codes of definitions.
    pub code: Option<Vec<String>>,
    /// 状态.
    /// States.
    pub state: Option<Vec<ReportState>>,
    /// 所述对象.
    /// What they are about.
    pub subject_id: Option<ID>,
}

/// Queries about reports.
#[derive(Default)]
pub struct ReportQuery;

/// Queries about reports.
#[Object]
impl ReportQuery {
    /// 当前读者可见的报告种类. 权限 REPORT_READ.
    /// The kinds of reports that the reader may see. Permission REPORT_READ.
    async fn report_definitions(&self, ctx: &Context<'_>) -> Maybe<Vec<ReportDefinition>> {
        Some(
            ops::definitions(app(ctx), requester(ctx))
                .map_err(Into::into)
                .map(|found| found.into_iter().map(ReportDefinition).collect()),
        )
    }

    /// 报告，最新在前. 权限 REPORT_READ.
    /// Reports, newest first. Permission REPORT_READ.
    async fn reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "筛选. Filter.")] filter: Option<ReportFilter>,
    ) -> Maybe<ReportConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        Some(
            list(ctx, &ask, &filter.unwrap_or_default())
                .await
                .map_err(Into::into),
        )
    }

    /// 一份报告；不存在或不可见为 null. 权限 REPORT_READ.
    /// One report; null if there is none in sight. Permission REPORT_READ.
    async fn report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "报告. The report.")] id: ID,
    ) -> Maybe<ReportIssue> {
        match ops::find(app(ctx), requester(ctx), ReportId::parse(&id)).await {
            Ok(row) => Some(Ok(ReportIssue(row))),
            Err(error) if error.code() == Code::NotFound => None,
            Err(error) => Some(Err(error.into())),
        }
    }

    /// 按文件或数据的 SHA-256 查验：可见的、已批准及以后的报告，最新在前，至多 5 份；没有或不是哈希为空. 权限 REPORT_READ.
    /// Reports in sight by the SHA-256 of a file or of their data, approved or later, newest first, five at most; empty if
    /// there are none or the text is no hash. Permission REPORT_READ.
    #[graphql(complexity = "20 + child_complexity")]
    async fn verify_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "SHA-256，64 位十六进制. SHA-256, 64 hexadecimal digits.")] sha256: String,
    ) -> Maybe<Vec<ReportIssue>> {
        Some(
            by_hash::visible(app(ctx), requester(ctx), &sha256)
                .await
                .map(|rows| rows.into_iter().map(ReportIssue).collect())
                .map_err(Into::into),
        )
    }

    /// 草稿的现状：批准所依的数据哈希与尚缺的内容；非草稿或不可见为 null. 权限 REPORT_READ.
    /// A draft as it stands: the hash to approve and what is missing; null if it is no draft in sight. Permission REPORT_READ.
    #[graphql(complexity = "200 + child_complexity")]
    async fn report_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "报告. The report.")] id: ID,
    ) -> Maybe<ReportPreview> {
        match ops::preview(app(ctx), requester(ctx), ReportId::parse(&id)).await {
            Ok(seen) => {
                let problems = seen.view.err().unwrap_or_default();
                Some(Ok(ReportPreview {
                    report: ReportIssue(seen.row),
                    data_sha256: seen.fresh.sha256,
                    problems: problems
                        .into_iter()
                        .map(|one| ReportProblem {
                            place: one.place,
                            message: one.message,
                        })
                        .collect(),
                }))
            }
            Err(error) if matches!(error.code(), Code::NotFound | Code::WrongState) => None,
            Err(error) => Some(Err(error.into())),
        }
    }
}

async fn list(ctx: &Context<'_>, ask: &Ask, filter: &ReportFilter) -> Result<ReportConnection> {
    use report_issue::Column as C;
    let (app, who) = (app(ctx), requester(ctx));
    let me = who.reads(entity::rules::access::Permission::ReportRead)?;
    let cursors = Cursors::new(app.cursor_key, &format!("reports|{me}|{filter:?}"));
    let window = cursors.window(ask)?;
    let mut scope = report_issue::Entity::find().filter(ops::visible(app, who));
    if let Some(words) = &filter.code {
        scope = scope.filter(C::Code.is_in(words.iter().cloned()));
    }
    if let Some(words) = &filter.state {
        scope = scope.filter(C::State.is_in(words.iter().copied()));
    }
    if let Some(id) = &filter.subject_id {
        scope = scope.filter(C::Subject.eq(id.as_str()));
    }
    let rows = page::select(scope.clone(), (C::MadeAt, C::Id), &window, true)?
        .all(app.db.read())
        .await?;
    let page = page(&cursors, &window, rows, |row| {
        Key::at(row.made_at, row.id.0)
    })?;
    Ok(ReportConnection::new(page, Counter::of(scope)))
}

/// Adds reports and sealed documents in scope of the ids (G19).
///
/// # Errors
/// Those of the database.
pub async fn nodes(ctx: &Context<'_>, ids: &[ID], found: &mut Found) -> Result<()> {
    let (app, who) = (app(ctx), requester(ctx));
    let mine: Vec<ReportId> = ids.iter().filter_map(|id| ReportId::parse(id)).collect();
    if !mine.is_empty() {
        let rows = report_issue::Entity::find()
            .filter(report_issue::Column::Id.is_in(mine))
            .filter(ops::visible(app, who))
            .all(app.db.read())
            .await?;
        for row in rows {
            found.insert(row.id.to_string(), Node::ReportIssue(ReportIssue(row)));
        }
    }
    let sealed: Vec<SealedDocumentId> = ids
        .iter()
        .filter_map(|id| SealedDocumentId::parse(id))
        .collect();
    if !sealed.is_empty() {
        let rows = sealed_document::Entity::find()
            .filter(sealed_document::Column::Id.is_in(sealed))
            .all(app.db.read())
            .await?;
        let reports = report_issue::Entity::find()
            .filter(report_issue::Column::Id.is_in(rows.iter().map(|row| row.report_id)))
            .filter(ops::visible(app, who))
            .all(app.db.read())
            .await?;
        for row in rows {
            if reports.iter().any(|report| report.id == row.report_id) {
                found.insert(
                    row.id.to_string(),
                    Node::SealedDocument(SealedDocument(row)),
                );
            }
        }
    }
    Ok(())
}
