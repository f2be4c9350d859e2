//! People, hospitals, departments, contracts, roles, sessions and tokens in the schema.

use async_graphql::{Context, ID, Object};
use entity::ids::{PersonId, SessionId};
use entity::rules::access::Permission;
use entity::values::{ContractState, GrantState, PersonState, Role, SessionKind, Side, TokenScope};
use entity::{
    assignment, contract, department, hospital, machine_token, person, role_grant, session,
    undertaking,
};

use super::super::ops;
use crate::graphql::requester;
use crate::loaders;
use crate::scalar::{Day, Instant};

/// 人员.
/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    /// The row.
    pub row: person::Model,
    /// Whether this is the reader.
    pub own: bool,
}

impl From<person::Model> for Person {
    fn from(row: person::Model) -> Self {
        Self { row, own: false }
    }
}

/// 人员.
/// A person.
#[Object]
impl Person {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.row.id.to_string().into()
    }
    /// 姓名.
    /// Name.
    async fn name(&self) -> &str {
        &self.row.name
    }
    /// 登录名；仅本人与本院信息中心可见.
    /// Sign-in name; for the person and the information centre of the hospital, null for others.
    async fn account(&self, ctx: &Context<'_>) -> Option<&str> {
        (self.own || ops::sees_account(requester(ctx), &self.row))
            .then_some(self.row.account.as_str())
    }
    /// 乐观锁版本，作为 `expectedVersion` 送回.
    /// Version; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.row.version
    }
    /// 账号状态；仅本人与可查人员的角色可见.
    /// State of the account; for the person and for roles that list people, null for others.
    async fn state(&self, ctx: &Context<'_>) -> Option<PersonState> {
        (self.own || requester(ctx).may(Permission::PeopleRead)).then_some(self.row.state)
    }
    /// 邮箱；仅本人与维护该账号的一方可见.
    /// Mail address; for the person and the desk that keeps the account, null for others.
    async fn email(&self, ctx: &Context<'_>) -> Option<&str> {
        let seen = ops::sees_contact(requester(ctx), &self.row);
        self.row.email.as_deref().filter(|_| seen)
    }
    /// 办公电话；仅本人与维护该账号的一方可见.
    /// Office phone; for the person and the desk that keeps the account, null for others.
    async fn phone(&self, ctx: &Context<'_>) -> Option<&str> {
        let seen = ops::sees_contact(requester(ctx), &self.row);
        self.row.phone.as_deref().filter(|_| seen)
    }
    /// 离岗日期（最后一日）；仅本人与维护该账号的一方可见.
    /// Last day; for the person and the desk that keeps the account, null for others.
    async fn leave_on(&self, ctx: &Context<'_>) -> Option<Day> {
        let seen = ops::sees_contact(requester(ctx), &self.row);
        self.row.leave_on.filter(|_| seen).map(Day)
    }
    /// 可见医院授予的角色，含待批准者.
    /// Roles granted by the hospitals in scope, those that wait included.
    async fn grants(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<RoleGrant>> {
        let who = requester(ctx);
        let rows = loaders::of(ctx)?
            .load_one(loaders::GrantsOf(self.row.id))
            .await?;
        Ok(rows
            .unwrap_or_default()
            .into_iter()
            .filter(|row| ops::sees_grant(who, row))
            .map(RoleGrant)
            .collect())
    }
    /// 可见医院的保密承诺.
    /// Undertakings of confidentiality held by the hospitals in scope.
    async fn undertakings(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Undertaking>> {
        let who = requester(ctx);
        let rows = loaders::of(ctx)?
            .load_one(loaders::UndertakingsOf(self.row.id))
            .await?;
        Ok(rows
            .unwrap_or_default()
            .into_iter()
            .filter(|row| self.own || who.may_at(row.hospital_id, Permission::PeopleRead))
            .map(Undertaking)
            .collect())
    }
    /// 可见医院的合同分派.
    /// Assignments to contracts of the hospitals in scope.
    async fn assignments(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Assignment>> {
        let who = requester(ctx);
        let rows = loaders::of(ctx)?
            .load_one(loaders::AssignmentsOf(self.row.id))
            .await?;
        Ok(rows
            .unwrap_or_default()
            .into_iter()
            .filter(|row| self.own || who.may_at(row.hospital_id, Permission::PeopleRead))
            .map(Assignment)
            .collect())
    }
    /// 所属一方.
    /// Side of the contract.
    async fn side(&self) -> Side {
        self.row.side
    }
}

/// 医院.
/// A hospital.
#[derive(Clone, Debug)]
pub struct Hospital(pub hospital::Model);

/// 医院.
/// A hospital.
#[Object]
impl Hospital {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 院内代码.
    /// Short code.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// 名称.
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// 科室.
/// A department.
#[derive(Clone, Debug)]
pub struct Department(pub department::Model);

/// 科室.
/// A department.
#[Object]
impl Department {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 名称.
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// 床位数.
    /// Number of beds.
    async fn beds(&self) -> i32 {
        self.0.beds
    }
    /// 科室负责人（护士长、科主任）.
    /// Leads of the department: head nurse, head physician.
    async fn leads(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Person>> {
        let rows = loaders::of(ctx)?
            .load_one(loaders::LeadsOf(self.0.id))
            .await?;
        Ok(rows
            .unwrap_or_default()
            .into_iter()
            .map(Person::from)
            .collect())
    }
}

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
        let row = match loaders::of(ctx) {
            Ok(loaders) => loaders.load_one(id).await,
            Err(error) => Err(error),
        };
        row.map(|row| row.map(Department))
            .map_err(Into::into)
            .transpose()
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
async fn person(ctx: &Context<'_>, id: Option<PersonId>) -> Option<async_graphql::Result<Person>> {
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
        let row = match loaders::of(ctx) {
            Ok(loaders) => loaders.load_one(self.0.contract_id).await,
            Err(error) => Err(error),
        };
        row.map(|row| row.map(Contract))
            .map_err(Into::into)
            .transpose()
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

/// 会话.
/// A signed-in session.
#[derive(Clone, Debug)]
pub struct Session {
    row: session::Model,
    current: bool,
}

impl Session {
    /// A session as its person sees it.
    #[must_use]
    pub fn of(row: session::Model, own: Option<SessionId>) -> Self {
        Self {
            current: own == Some(row.id),
            row,
        }
    }
}

/// 会话.
/// A signed-in session.
#[Object]
impl Session {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.row.id.to_string().into()
    }
    /// 会话方式.
    /// How it is carried.
    async fn kind(&self) -> SessionKind {
        self.row.kind
    }
    /// 登录时刻.
    /// Sign in.
    async fn created_at(&self) -> Instant {
        Instant(self.row.created_at)
    }
    /// 最近使用，精确到分钟.
    /// Last use, to the minute.
    async fn last_seen_at(&self) -> Instant {
        Instant(self.row.last_seen_at)
    }
    /// 最迟结束时刻.
    /// Latest end.
    async fn expires_at(&self) -> Instant {
        Instant(self.row.expires_at)
    }
    /// 登录地址.
    /// Address of the sign in.
    async fn ip(&self) -> &str {
        &self.row.ip
    }
    /// 登录时的浏览器.
    /// User agent of the sign in.
    async fn user_agent(&self) -> &str {
        &self.row.agent
    }
    /// 是否病区共用工作站.
    /// Whether it is on a shared ward station.
    async fn shared_station(&self) -> bool {
        self.row.shared
    }
    /// 是否就是当前会话.
    /// Whether this is the session that asks.
    async fn current(&self) -> bool {
        self.current
    }
}

/// 机器令牌；令牌本身只在创建时出现一次.
/// A machine token; the token itself is shown once, when it is made.
#[derive(Clone, Debug)]
pub struct MachineToken(pub machine_token::Model);

/// 机器令牌；令牌本身只在创建时出现一次.
/// A machine token; the token itself is shown once, when it is made.
#[Object]
impl MachineToken {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 使用它的程序.
    /// The program that uses it.
    async fn agent(&self) -> &str {
        &self.0.agent
    }
    /// 范围.
    /// Scopes.
    async fn scopes(&self) -> Vec<TokenScope> {
        self.0
            .scopes
            .split(' ')
            .filter_map(TokenScope::parse)
            .collect()
    }
    /// 创建人.
    /// Who made it.
    async fn created_by(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<Person>> {
        person(ctx, Some(self.0.created_by)).await
    }
    /// 创建时刻.
    /// When.
    async fn created_at(&self) -> Instant {
        Instant(self.0.created_at)
    }
    /// 到期时刻.
    /// When it ends by itself.
    async fn expires_at(&self) -> Instant {
        Instant(self.0.expires_at)
    }
    /// 最近使用，精确到分钟.
    /// Last use, to the minute.
    async fn last_used_at(&self) -> Option<Instant> {
        self.0.last_used_at.map(Instant)
    }
    /// 撤销时刻.
    /// When it was revoked.
    async fn revoked_at(&self) -> Option<Instant> {
        self.0.revoked_at.map(Instant)
    }
}
