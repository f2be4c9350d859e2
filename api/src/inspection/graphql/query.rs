//! Reading assets, plans, inspections, findings, and the duties of the contract.

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::ids::{ContractId, InspectionId};
use entity::rules::access::Permission;
use entity::values::{
    AssetKind, InspectionKind, InspectionScope, InspectionState, RectificationState,
    ResponsibleParty, Risk,
};
use entity::{asset, contract, finding, inspection, inspection_plan, rectification_task};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::super::{seen, seen_findings, seen_tasks};
use super::Maybe;
use super::asset::Asset;
use super::figures::{self, InspectionDuty, InspectionFigures};
use super::finding::Finding;
use super::list::RectificationList;
use super::plan::InspectionPlan;
use super::rectify::RectificationTask;
use super::types::{Inspection, InspectionReportGap, gaps};
use crate::connection;
use crate::error::Result;
use crate::graphql::{Counter, app, page, requester};
use crate::page::{self, Ask, Cursors, Key};
use crate::requester::Requester;

/// Most rows of a bounded list.
const MOST: u64 = 200;

const READ: Permission = Permission::InspectionRead;

connection! {
    /// 资产分页，先登记者在前.
    /// A page of assets, oldest first.
    AssetConnection,
    /// 资产分页的一行.
    /// One row of a page of assets.
    AssetEdge,
    Asset
}

connection! {
    /// 巡检分页，最新在前.
    /// A page of inspections, newest first.
    InspectionConnection,
    /// 巡检分页的一行.
    /// One row of a page of inspections.
    InspectionEdge,
    Inspection
}

connection! {
    /// 整改任务分页，先到期者在前.
    /// A page of rectification tasks, next due first.
    RectificationTaskConnection,
    /// 整改任务分页的一行.
    /// One row of a page of rectification tasks.
    RectificationTaskEdge,
    RectificationTask
}

connection! {
    /// 问题分页，最新在前.
    /// A page of findings, newest first.
    FindingConnection,
    /// 问题分页的一行.
    /// One row of a page of findings.
    FindingEdge,
    Finding
}

/// 资产的筛选，异项为且.
/// AND between fields.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AssetFilter {
    /// 类别.
    /// Kinds.
    pub kind: Option<Vec<AssetKind>>,
    /// 仅在用者，默认否.
    /// Those in use only; no by default.
    pub in_use_only: Option<bool>,
}

/// 巡检的筛选，异项为且.
/// AND between fields.
#[derive(Clone, Debug, Default, InputObject)]
pub struct InspectionFilter {
    /// 方式.
    /// Kind.
    pub kind: Option<InspectionKind>,
    /// 状态.
    /// States.
    pub state: Option<Vec<InspectionState>>,
}

/// 问题的筛选，异项为且.
/// AND between fields.
#[derive(Clone, Debug, Default, InputObject)]
pub struct FindingFilter {
    /// 风险等级.
    /// Risks.
    pub risk: Option<Vec<Risk>>,
    /// 范围.
    /// Scopes.
    pub scope: Option<Vec<InspectionScope>>,
}

/// 整改任务的筛选，异项为且.
/// AND between fields.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RectificationTaskFilter {
    /// 状态.
    /// States.
    pub state: Option<Vec<RectificationState>>,
    /// 责任方.
    /// Who is responsible.
    pub owner: Option<Vec<ResponsibleParty>>,
    /// 风险等级.
    /// Risks.
    pub risk: Option<Vec<Risk>>,
    /// 仅逾期者.
    /// Overdue ones only.
    pub overdue_only: Option<bool>,
}

/// Queries about inspections.
#[derive(Default)]
pub struct InspectionQuery;

/// Queries about inspections.
#[Object]
impl InspectionQuery {
    /// 资产台账，先登记者在前. 权限 INSPECTION_READ.
    /// The register of assets, oldest first. Permission INSPECTION_READ.
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "筛选. Filter.")] filter: Option<AssetFilter>,
    ) -> Maybe<AssetConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        let listed = assets(ctx, &ask, &filter.unwrap_or_default()).await;
        Some(listed.map_err(Into::into))
    }

    /// 巡检计划，最新在前，至多 200 份. 权限 INSPECTION_READ.
    /// Plans of inspections, newest first, at most 200. Permission INSPECTION_READ.
    async fn inspection_plans(&self, ctx: &Context<'_>) -> Maybe<Vec<InspectionPlan>> {
        Some(plans(ctx).await.map_err(Into::into))
    }

    /// 合同的巡检义务：先年度，后季度；合同不可见为空. 权限 INSPECTION_READ.
    /// The inspections that a contract asks for, years first; empty out of scope. Permission INSPECTION_READ.
    async fn inspection_duties(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "合同. The contract.")] contract_id: ID,
    ) -> Maybe<Vec<InspectionDuty>> {
        let id = ContractId::lookup(&contract_id);
        Some(duties(ctx, id).await.map_err(Into::into))
    }

    /// 巡检，最新在前. 权限 INSPECTION_READ.
    /// Inspections, newest first. Permission INSPECTION_READ.
    async fn inspections(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "筛选. Filter.")] filter: Option<InspectionFilter>,
    ) -> Maybe<InspectionConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        let listed = inspections(ctx, &ask, &filter.unwrap_or_default()).await;
        Some(listed.map_err(Into::into))
    }

    /// 一次巡检；不可见为 null. 权限 INSPECTION_READ.
    /// One inspection; null out of scope. Permission INSPECTION_READ.
    async fn inspection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "巡检. The inspection.")] id: ID,
    ) -> Maybe<Inspection> {
        let found = one(ctx, InspectionId::lookup(&id)).await;
        found
            .map(|row| row.map(Inspection))
            .map_err(Into::into)
            .transpose()
    }

    /// 整改任务，先到期者在前；安全类仅指定工程师可见. 权限 INSPECTION_READ.
    /// Rectification tasks, next due first; those about security are for named engineers only. Permission INSPECTION_READ.
    async fn rectification_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "筛选. Filter.")] filter: Option<RectificationTaskFilter>,
    ) -> Maybe<RectificationTaskConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        let listed = tasks(ctx, &ask, &filter.unwrap_or_default()).await;
        Some(listed.map_err(Into::into))
    }

    /// 合同的整改清单，逾期在前，再按到期，至多 1000 项；合同不可见为 null. 权限 INSPECTION_READ.
    /// The rectification list of a contract, overdue first, then by due date, at most 1000; null out of scope. Permission INSPECTION_READ.
    async fn rectification_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "合同. The contract.")] contract_id: ID,
    ) -> Maybe<RectificationList> {
        let found = rectification_list(ctx, ContractId::lookup(&contract_id)).await;
        found.map_err(Into::into).transpose()
    }

    /// 合同的巡检与整改数字，不含任何一项问题；合同不可见为 null. 权限 INSPECTION_FIGURES.
    /// Inspections and rectification of a contract in numbers, without a single finding; null out of scope. Permission INSPECTION_FIGURES.
    async fn inspection_figures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "合同. The contract.")] contract_id: ID,
    ) -> Maybe<InspectionFigures> {
        let found = figures::figures(ctx, ContractId::lookup(&contract_id)).await;
        found.map_err(Into::into).transpose()
    }

    /// 提交报告前尚缺的内容，盖章除外；巡检不可见为 null. 权限 INSPECTION_READ.
    /// What the report of an inspection still lacks, beside its seal; null out of scope. Permission INSPECTION_READ.
    async fn inspection_report_gaps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "巡检. The inspection.")] inspection_id: ID,
    ) -> Maybe<Vec<InspectionReportGap>> {
        let found = async {
            match one(ctx, InspectionId::lookup(&inspection_id)).await? {
                Some(row) => gaps(ctx, &row).await.map(Some),
                None => Ok(None),
            }
        };
        found.await.map_err(Into::into).transpose()
    }

    /// 巡检发现的问题，最新在前；安全类仅指定工程师可见. 权限 INSPECTION_READ.
    /// Findings, newest first; those about security are for named engineers only. Permission INSPECTION_READ.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "筛选. Filter.")] filter: Option<FindingFilter>,
    ) -> Maybe<FindingConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        let listed = findings(ctx, &ask, &filter.unwrap_or_default()).await;
        Some(listed.map_err(Into::into))
    }
}

/// Cursors of a list of one reader under one filter.
fn cursors(ctx: &Context<'_>, who: &Requester, list: &str) -> Result<Cursors> {
    let me = who.reads(READ)?;
    Ok(Cursors::new(app(ctx).cursor_key, &format!("{list}|{me}")))
}

async fn assets(ctx: &Context<'_>, ask: &Ask, filter: &AssetFilter) -> Result<AssetConnection> {
    use asset::Column as C;
    let who = requester(ctx);
    let cursors = cursors(ctx, who, &format!("assets|{filter:?}"))?;
    let window = cursors.window(ask)?;
    let mut query = asset::Entity::find().filter(seen(who, READ, C::HospitalId, C::ContractId));
    if let Some(kinds) = &filter.kind {
        query = query.filter(C::Kind.is_in(kinds.iter().copied()));
    }
    if filter.in_use_only.unwrap_or(false) {
        query = query.filter(C::RetiredAt.is_null());
    }
    let rows = page::select(query.clone(), (C::CreatedAt, C::Id), &window, false)?
        .all(app(ctx).db.read())
        .await?;
    let page = page(&cursors, &window, rows, |row: &asset::Model| {
        Key::at(row.created_at, row.id.0)
    })?;
    Ok(AssetConnection::new(page, Counter::of(query)))
}

async fn inspections(
    ctx: &Context<'_>,
    ask: &Ask,
    filter: &InspectionFilter,
) -> Result<InspectionConnection> {
    use inspection::Column as C;
    let who = requester(ctx);
    let cursors = cursors(ctx, who, &format!("inspections|{filter:?}"))?;
    let window = cursors.window(ask)?;
    let mut query =
        inspection::Entity::find().filter(seen(who, READ, C::HospitalId, C::ContractId));
    if let Some(kind) = filter.kind {
        query = query.filter(C::Kind.eq(kind));
    }
    if let Some(states) = &filter.state {
        query = query.filter(C::State.is_in(states.iter().copied()));
    }
    let rows = page::select(query.clone(), (C::CreatedAt, C::Id), &window, true)?
        .all(app(ctx).db.read())
        .await?;
    let page = page(&cursors, &window, rows, |row: &inspection::Model| {
        Key::at(row.created_at, row.id.0)
    })?;
    Ok(InspectionConnection::new(page, Counter::of(query)))
}

async fn findings(
    ctx: &Context<'_>,
    ask: &Ask,
    filter: &FindingFilter,
) -> Result<FindingConnection> {
    use finding::Column as C;
    let who = requester(ctx);
    let cursors = cursors(ctx, who, &format!("findings|{filter:?}"))?;
    let window = cursors.window(ask)?;
    let mut query = finding::Entity::find().filter(seen_findings(who, READ));
    if let Some(risks) = &filter.risk {
        query = query.filter(C::Risk.is_in(risks.iter().copied()));
    }
    if let Some(scopes) = &filter.scope {
        query = query.filter(C::Scope.is_in(scopes.iter().copied()));
    }
    let rows = page::select(query.clone(), (C::FoundAt, C::Id), &window, true)?
        .all(app(ctx).db.read())
        .await?;
    let page = page(&cursors, &window, rows, |row: &finding::Model| {
        Key::at(row.found_at, row.id.0)
    })?;
    Ok(FindingConnection::new(page, Counter::of(query)))
}

async fn tasks(
    ctx: &Context<'_>,
    ask: &Ask,
    filter: &RectificationTaskFilter,
) -> Result<RectificationTaskConnection> {
    use rectification_task::Column as C;
    let who = requester(ctx);
    let cursors = cursors(ctx, who, &format!("tasks|{filter:?}"))?;
    let window = cursors.window(ask)?;
    let mut query = rectification_task::Entity::find().filter(seen_tasks(who, READ));
    if let Some(states) = &filter.state {
        query = query.filter(C::State.is_in(states.iter().copied()));
    }
    if let Some(owners) = &filter.owner {
        query = query.filter(C::Owner.is_in(owners.iter().copied()));
    }
    if let Some(risks) = &filter.risk {
        query = query.filter(C::Risk.is_in(risks.iter().copied()));
    }
    if filter.overdue_only.unwrap_or(false) {
        query = query.filter(overdue(app(ctx).clock.now()));
    }
    let rows = page::select(query.clone(), (C::DueAt, C::Id), &window, false)?
        .all(app(ctx).db.read())
        .await?;
    let page = page(
        &cursors,
        &window,
        rows,
        |row: &rectification_task::Model| Key::at(row.due_at, row.id.0),
    )?;
    Ok(RectificationTaskConnection::new(page, Counter::of(query)))
}

/// The rule of `is_overdue` as a condition: a day is over at its bound, an instant after it.
fn overdue(now: DateTime<Utc>) -> Condition {
    use rectification_task::Column as C;
    let over = |at: Expr| {
        Condition::any()
            .add(
                C::DueByDay
                    .eq(true)
                    .and(Expr::col(C::DueAt).lte(at.clone())),
            )
            .add(C::DueByDay.eq(false).and(Expr::col(C::DueAt).lt(at)))
    };
    let open = [
        RectificationState::Open,
        RectificationState::InProgress,
        RectificationState::Rejected,
    ];
    let waits_late = Condition::all()
        .add(C::State.eq(RectificationState::Submitted))
        .add(over(Expr::col(C::SubmittedAt)));
    Condition::all()
        .add(over(Expr::value(now)))
        .add(Condition::any().add(C::State.is_in(open)).add(waits_late))
}

async fn rectification_list(
    ctx: &Context<'_>,
    id: ContractId,
) -> Result<Option<RectificationList>> {
    let Some(contract) = seen_contract(ctx, id, READ).await? else {
        return Ok(None);
    };
    let now = app(ctx).clock.now();
    let rows = tasks_of(ctx, &contract, READ).await?;
    Ok(Some(RectificationList::of(rows, now)))
}

/// A contract, of which the requester reads what the permission opens.
pub(super) async fn seen_contract(
    ctx: &Context<'_>,
    id: ContractId,
    permission: Permission,
) -> Result<Option<contract::Model>> {
    use contract::Column as C;
    let who = requester(ctx);
    who.reads(permission)?;
    Ok(contract::Entity::find_by_id(id)
        .filter(seen(who, permission, C::HospitalId, C::Id))
        .one(app(ctx).db.read())
        .await?)
}

/// The tasks of a contract, next due first.
pub(super) async fn tasks_of(
    ctx: &Context<'_>,
    contract: &contract::Model,
    permission: Permission,
) -> Result<Vec<rectification_task::Model>> {
    use rectification_task::Column as C;
    Ok(rectification_task::Entity::find()
        .filter(C::ContractId.eq(contract.id))
        .filter(seen_tasks(requester(ctx), permission))
        .order_by_asc(C::DueAt)
        .order_by_asc(C::Id)
        .limit(1_000)
        .all(app(ctx).db.read())
        .await?)
}

async fn plans(ctx: &Context<'_>) -> Result<Vec<InspectionPlan>> {
    use inspection_plan::Column as C;
    let who = requester(ctx);
    who.reads(READ)?;
    let rows = inspection_plan::Entity::find()
        .filter(seen(who, READ, C::HospitalId, C::ContractId))
        .order_by_desc(C::DraftedAt)
        .order_by_desc(C::Id)
        .limit(MOST)
        .all(app(ctx).db.read())
        .await?;
    Ok(rows.into_iter().map(InspectionPlan).collect())
}

async fn one(ctx: &Context<'_>, id: InspectionId) -> Result<Option<inspection::Model>> {
    use inspection::Column as C;
    let who = requester(ctx);
    who.reads(READ)?;
    Ok(inspection::Entity::find_by_id(id)
        .filter(seen(who, READ, C::HospitalId, C::ContractId))
        .one(app(ctx).db.read())
        .await?)
}

async fn duties(ctx: &Context<'_>, id: ContractId) -> Result<Vec<InspectionDuty>> {
    match seen_contract(ctx, id, READ).await? {
        Some(contract) => figures::duties(ctx, &contract).await,
        None => Ok(Vec::new()),
    }
}
