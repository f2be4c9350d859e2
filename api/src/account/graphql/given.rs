//! What a hospital gives to people: roles, undertakings that it holds, assignments to its contracts.

use async_graphql::{Context, ID, Object};
use entity::ids::PersonId;
use entity::values::{ContractState, GrantState, Role};
use entity::{assignment, contract, role_grant, undertaking};

use super::types::{Department, Person};
use crate::loaders;
use crate::scalar::{Day, Instant};

/// 角色授予.
/// A role of a person at a hospital.
#[derive(Clone, Debug)]
pub struct RoleGrant(pub role_grant::Model);

/// 角色授予.
/// A role of a person at a hospital.
#[Object]
impl RoleGrant {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 被授予者.
    /// Who holds it.
    async fn person(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<Person>> {
        person(ctx, Some(self.0.person_id)).await
    }
    /// 角色.
    /// Which role.
    async fn role(&self) -> Role {
        self.0.role
    }
    /// 科室，仅病区角色.
    /// Department, for ward roles.
    async fn department(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<Department>> {
        let id = self.0.department_id?;
        loaders::edge(ctx, id, Department).await
    }
    /// 是否负责人.
    /// Lead of the department or of the information centre.
    async fn is_lead(&self) -> bool {
        self.0.is_lead
    }
    /// 状态.
    /// State.
    async fn state(&self) -> GrantState {
        self.0.state
    }
    /// 授予人；系统设置为 null.
    /// Who granted it; null for the setup.
    async fn granted_by(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<Person>> {
        person(ctx, self.0.granted_by).await
    }
    /// 授予时刻.
    /// When.
    async fn granted_at(&self) -> Instant {
        Instant(self.0.granted_at)
    }
    /// 批准、拒绝或撤销的人.
    /// Who decided or took it away.
    async fn decided_by(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<Person>> {
        person(ctx, self.0.decided_by).await
    }
    /// 批准、拒绝或撤销的时刻.
    /// When that was.
    async fn decided_at(&self) -> Option<Instant> {
        self.0.decided_at.map(Instant)
    }
}

/// Loads a person of an edge.
pub(super) async fn person(
    ctx: &Context<'_>,
    id: Option<PersonId>,
) -> Option<async_graphql::Result<Person>> {
    loaders::person(ctx, id)
        .await
        .map(|row| row.map(Person::from))
        .map_err(Into::into)
        .transpose()
}

/// 保密承诺.
/// An undertaking of confidentiality.
#[derive(Clone, Debug)]
pub struct Undertaking(pub undertaking::Model);

/// 保密承诺.
/// An undertaking of confidentiality.
#[Object]
impl Undertaking {
    /// 签署日期.
    /// Signed.
    async fn signed_on(&self) -> Day {
        Day(self.0.signed_on)
    }
    /// 存放位置.
    /// Where the signed paper lies.
    async fn evidence(&self) -> &str {
        &self.0.evidence
    }
    /// 登记时刻.
    /// When it was recorded.
    async fn recorded_at(&self) -> Instant {
        Instant(self.0.recorded_at)
    }
}

/// 合同分派.
/// A vendor person at a contract.
#[derive(Clone, Debug)]
pub struct Assignment(pub assignment::Model);

/// 合同分派.
/// A vendor person at a contract.
#[Object]
impl Assignment {
    /// 合同.
    /// The contract.
    async fn contract(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<Contract>> {
        loaders::edge(ctx, self.0.contract_id, Contract).await
    }
    /// 起.
    /// From.
    async fn from_at(&self) -> Instant {
        Instant(self.0.from_at)
    }
    /// 止；未定为 null.
    /// Until; null while it is open.
    async fn until_at(&self) -> Option<Instant> {
        self.0.until_at.map(Instant)
    }
}

/// 运维合同；费用不在此处.
/// A maintenance contract; fees are not shown here.
#[derive(Clone, Debug)]
pub struct Contract(pub contract::Model);

/// 运维合同；费用不在此处.
/// A maintenance contract; fees are not shown here.
#[Object]
impl Contract {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 合同编号.
    /// Number.
    async fn number(&self) -> &str {
        &self.0.no
    }
    /// 名称.
    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// 状态.
    /// State.
    async fn state(&self) -> ContractState {
        self.0.state
    }
    /// 签订日期.
    /// Signed.
    async fn signed_on(&self) -> Day {
        Day(self.0.signed_on)
    }
    /// 服务首日.
    /// First day of the service.
    async fn service_from_on(&self) -> Day {
        Day(self.0.service_from_on)
    }
    /// 服务末日.
    /// Last day of the service.
    async fn service_to_on(&self) -> Day {
        Day(self.0.service_to_on)
    }
    /// 在任项目经理.
    /// Project managers in office.
    async fn project_managers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Person>> {
        let rows = loaders::of(ctx)?
            .load_one(loaders::ManagersOf(self.0.id))
            .await?;
        Ok(rows
            .unwrap_or_default()
            .into_iter()
            .map(Person::from)
            .collect())
    }
}
