//! `node` and `nodes`: every object with a global id, by the same rights as on any other path (G19).

use std::collections::HashMap;

use async_graphql::{Context, ID, Interface, Object};

use super::requester;
use crate::account;
use crate::account::graphql::{
    Contract, Department, Hospital, MachineToken, Person, RoleGrant, Session,
};
use crate::attachment;
use crate::attachment::graphql::Attachment;
use crate::error::{Error, Reason, Result};
use crate::inspection;
use crate::inspection::graphql::{Asset, Finding, Inspection, InspectionPlan, RectificationTask};
use crate::knowledge;
use crate::knowledge::graphql::KnowledgeArticle;
use crate::notification;
use crate::notification::graphql::Notification;
use crate::portal;
use crate::portal::graphql::Notice;
use crate::report;
use crate::report::graphql::{ReportIssue, SealedDocument};
use crate::ticket;
use crate::ticket::graphql::{
    Breach, ClaimedTime, RecurrenceLink, ResolutionDemand, SlaClock, SolutionPlan, Ticket,
    TicketEvent, TicketReply, TicketStep, Wait,
};

/// 可由全局 ID 取得的对象.
/// Anything with a global id.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "全局 ID. Global id."))]
#[expect(
    clippy::large_enum_variant,
    reason = "at most a hundred for a moment; most of them are tickets"
)]
pub enum Node {
    /// 工单.
    /// A ticket.
    Ticket(Ticket),
    /// 时限.
    /// A clock.
    SlaClock(SlaClock),
    /// 工单经过的一条.
    /// An entry of a ticket's history.
    TicketEvent(TicketEvent),
    /// 答复.
    /// A reply.
    TicketReply(TicketReply),
    /// 违约.
    /// A breach.
    Breach(Breach),
    /// 复发.
    /// A recurrence.
    RecurrenceLink(RecurrenceLink),
    /// 书面催告.
    /// A written demand.
    ResolutionDemand(ResolutionDemand),
    /// 通知.
    /// A notification.
    Notification(Notification),
    /// 附件.
    /// A file.
    Attachment(Attachment),
    /// 申报时刻.
    /// A claimed time.
    ClaimedTime(ClaimedTime),
    /// 等待.
    /// A wait.
    Wait(Wait),
    /// 步骤.
    /// A step.
    TicketStep(TicketStep),
    /// 解决方案.
    /// A solution plan.
    SolutionPlan(SolutionPlan),
    /// 资产.
    /// An asset.
    Asset(Asset),
    /// 巡检计划.
    /// A plan of inspections.
    InspectionPlan(InspectionPlan),
    /// 巡检.
    /// An inspection.
    Inspection(Inspection),
    /// 问题.
    /// A finding.
    Finding(Finding),
    /// 整改任务.
    /// A rectification task.
    RectificationTask(RectificationTask),
    /// 人员.
    /// A person.
    Person(Person),
    /// 医院.
    /// A hospital.
    Hospital(Hospital),
    /// 科室.
    /// A department.
    Department(Department),
    /// 运维合同.
    /// A contract.
    Contract(Contract),
    /// 角色授予.
    /// A role of a person.
    RoleGrant(RoleGrant),
    /// 会话.
    /// A session.
    Session(Session),
    /// 机器令牌.
    /// A machine token.
    MachineToken(MachineToken),
    /// 报告.
    /// A report.
    ReportIssue(ReportIssue),
    /// 盖章件.
    /// A sealed document.
    SealedDocument(SealedDocument),
    /// 知识条目.
    /// An article.
    KnowledgeArticle(KnowledgeArticle),
    /// 公告.
    /// A notice.
    Notice(Notice),
}

/// Objects by the text form of their id.
pub type Found = HashMap<String, Node>;

/// Most ids of one call.
const MOST: usize = 100;

/// Queries by global id.
#[derive(Default)]
pub struct NodeQuery;

/// Queries by global id.
#[Object]
impl NodeQuery {
    /// 按全局 ID；不存在与无权同为 null.
    /// By global id; unknown and out of scope are both null.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "全局 ID. Global id.")] id: ID,
    ) -> Option<async_graphql::Result<Node>> {
        let found = find(ctx, std::slice::from_ref(&id)).await;
        found
            .map(|mut found| found.pop().flatten())
            .map_err(Into::into)
            .transpose()
    }

    /// 按入参顺序，至多 100 个；不存在与无权同为 null.
    /// In the order of `ids`, at most 100; unknown and out of scope are both null.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "全局 ID，至多 100 个. Global ids, at most 100.")] ids: Vec<ID>,
    ) -> async_graphql::Result<Vec<Option<Node>>> {
        Ok(find(ctx, &ids).await?)
    }
}

/// Each capability adds what it knows of the ids; what nobody adds is null.
async fn find(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<Node>>> {
    requester(ctx).require_reader()?;
    if ids.len() > MOST {
        return Err(Error::input(Reason::ListTooLong).at(["ids"]));
    }
    let mut found = Found::new();
    ticket::graphql::nodes(ctx, ids, &mut found).await?;
    attachment::graphql::nodes(ctx, ids, &mut found).await?;
    account::graphql::nodes(ctx, ids, &mut found).await?;
    notification::graphql::nodes(ctx, ids, &mut found).await?;
    inspection::graphql::nodes(ctx, ids, &mut found).await?;
    report::graphql::nodes(ctx, ids, &mut found).await?;
    knowledge::graphql::nodes(ctx, ids, &mut found).await?;
    portal::graphql::nodes(ctx, ids, &mut found).await?;
    Ok(ids
        .iter()
        .map(|id| found.get(id.as_str()).cloned())
        .collect())
}
