//! People, hospitals and departments in the schema.

use async_graphql::{Context, ID, Object};
use entity::rules::access::Permission;
use entity::values::{PersonState, Side};
use entity::{department, hospital, person};

use super::super::ops;
use super::given::{Assignment, RoleGrant, Undertaking};
use crate::graphql::requester;
use crate::loaders;
use crate::scalar::Day;

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
