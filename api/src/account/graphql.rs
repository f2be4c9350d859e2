//! Viewer, people and sessions in the schema.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::ids::{DepartmentId, HospitalId, PersonId};
use entity::rules::access::Permission;
use entity::values::{Role, SessionKind, Side};
use entity::{department, hospital, person};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::ops;
use crate::app::App;
use crate::error::{Result, UserError};
use crate::graphql::{
    Cookie, Found, Node, app, requester, set_cookie, settle, settle_unit, shared_requester,
};
use crate::loaders;
use crate::requester::Requester;
use crate::scalar::Instant;

/// 访问者.
/// The person behind the request.
pub struct Viewer(pub Arc<Requester>);

/// 访问者.
/// The person behind the request.
#[Object]
impl Viewer {
    /// 本人.
    /// The person.
    async fn person(&self) -> Option<Person> {
        let row = self.0.person.clone()?.into();
        Some(Person { row, own: true })
    }
    /// 有效角色.
    /// Roles in force.
    async fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<Role> = self.0.grants.iter().map(|grant| grant.role).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }
    /// 可行使的权限.
    /// Permissions that some role in force holds.
    async fn permissions(&self) -> Vec<String> {
        let who = &self.0;
        Permission::ALL
            .iter()
            .filter(|permission| who.may(**permission))
            .map(|permission| permission.word().to_owned())
            .collect()
    }
    /// 有角色的医院.
    /// Hospitals in which the person has a role.
    async fn hospitals(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Option<Hospital>>> {
        let ids = self.0.hospitals().into_iter();
        Ok(loaders::hospitals(ctx, ids)
            .await?
            .into_iter()
            .map(|row| row.map(Hospital))
            .collect())
    }
    /// 会话的最迟结束时刻.
    /// Latest end of the session.
    async fn session_expires_at(&self) -> Option<Instant> {
        self.0
            .session
            .as_ref()
            .map(|session| session.expires_at)
            .map(Instant)
    }
    /// 是否须先修改一次性口令.
    /// Whether a one-time password must be changed first.
    async fn must_change_password(&self) -> bool {
        self.0
            .person
            .as_ref()
            .is_some_and(|person| person.one_time_until_at.is_some())
    }
    /// 是否可用 GraphiQL（仅演示）.
    /// Whether GraphiQL is offered; in the demonstration only.
    async fn graphiql_enabled(&self, ctx: &Context<'_>) -> bool {
        app(ctx).config.demo
    }
}

/// 人员.
/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    /// What is shown of the row.
    pub row: person::Line,
    /// Whether this is the reader.
    pub own: bool,
}

impl From<person::Line> for Person {
    fn from(row: person::Line) -> Self {
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
}

/// Adds people, hospitals and departments in scope of the ids (G19).
///
/// # Errors
/// Those of the database.
pub async fn nodes(ctx: &Context<'_>, ids: &[ID], found: &mut Found) -> Result<()> {
    let (db, who) = (app(ctx).db.read(), requester(ctx));
    let people: Vec<PersonId> = ids.iter().filter_map(|id| PersonId::parse(id)).collect();
    if !people.is_empty() {
        let rows = person::Entity::find()
            .filter(person::Column::Id.is_in(people))
            .filter(who.visible_people())
            .all(db)
            .await?;
        for row in rows {
            let (id, own) = (row.id.to_string(), who.person_id() == Some(row.id));
            let row = row.into();
            found.insert(id, Node::Person(Person { row, own }));
        }
    }
    let mine = who.hospitals();
    let hospitals: Vec<HospitalId> = ids
        .iter()
        .filter_map(|id| HospitalId::parse(id))
        .filter(|id| mine.contains(id))
        .collect();
    for row in loaders::hospitals(ctx, hospitals.into_iter())
        .await?
        .into_iter()
        .flatten()
    {
        found.insert(row.id.to_string(), Node::Hospital(Hospital(row)));
    }
    let departments: Vec<DepartmentId> = ids
        .iter()
        .filter_map(|id| DepartmentId::parse(id))
        .collect();
    if !departments.is_empty() {
        let rows = department::Entity::find()
            .filter(department::Column::Id.is_in(departments))
            .filter(department::Column::HospitalId.is_in(mine))
            .all(db)
            .await?;
        for row in rows {
            found.insert(row.id.to_string(), Node::Department(Department(row)));
        }
    }
    Ok(())
}

/// 登录.
/// Sign in.
#[derive(Debug, InputObject)]
pub struct LoginInput {
    /// 登录名.
    /// Sign-in name.
    pub account: String,
    /// 口令.
    /// Password.
    pub password: String,
    /// 会话方式，默认 COOKIE.
    /// How the session is carried.
    #[graphql(default_with = "Carried::Cookie")]
    pub session: Carried,
}

/// 会话方式.
/// How the session is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "SessionKind")]
pub enum Carried {
    /// 浏览器 Cookie.
    /// Cookie of the browser.
    Cookie,
    /// 令牌，只在登录结果中出现一次.
    /// Bearer token, shown once in the payload.
    Bearer,
}

/// 登录结果.
/// Result of login.
#[derive(SimpleObject)]
pub struct LoginPayload {
    /// 访问者；失败为 null.
    /// The person signed in; null on failure.
    pub viewer: Option<Viewer>,
    /// 令牌，仅 BEARER，且只出现这一次.
    /// Token, only for BEARER and only here.
    pub token: Option<String>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

/// 修改本人口令.
/// Change of the own password.
#[derive(Debug, InputObject)]
pub struct ChangePasswordInput {
    /// 当前口令.
    /// Current password.
    pub current_password: String,
    /// 新口令.
    /// New password.
    pub new_password: String,
}

/// 退出.
/// Sign out.
#[derive(Debug, InputObject)]
pub struct LogoutInput {
    /// 是否退出本人的全部会话.
    /// Whether all sessions of the person end.
    pub everywhere: bool,
}

/// 只有成败的结果.
/// Result of a mutation that changes no node of its own.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

/// 修改口令的结果.
/// Result of changePassword.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

/// Queries about the visitor.
#[derive(Default)]
pub struct AccountQuery;

/// Queries about the visitor.
#[Object]
impl AccountQuery {
    /// 当前访问者，匿名为 null.
    /// Who is asking; null for anonymous.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        let who = shared_requester(ctx);
        who.person.is_some().then(|| Viewer(Arc::clone(who)))
    }
}

/// Sign in, sign out, password.
#[derive(Default)]
pub struct AccountMutation;

/// Sign in, sign out, password.
#[Object]
impl AccountMutation {
    /// 登录；匿名可调用，按次限流.
    /// Sign in; open to anonymous, throttled.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "登录信息. Credentials.")] input: LoginInput,
    ) -> Option<async_graphql::Result<LoginPayload>> {
        let app: &App = app(ctx);
        let kind = match input.session {
            Carried::Cookie => SessionKind::Cookie,
            Carried::Bearer => SessionKind::Bearer,
        };
        let done = Box::pin(ops::login(
            app,
            requester(ctx),
            &input.account,
            &input.password,
            kind,
        ))
        .await;
        settle(ctx, done, |done, user_errors| match done {
            None => LoginPayload {
                viewer: None,
                token: None,
                user_errors,
            },
            Some(done) => {
                let cookie = kind == SessionKind::Cookie;
                if cookie {
                    set_cookie(ctx, &Cookie::Set(done.token.clone(), done.lifetime));
                }
                LoginPayload {
                    viewer: Some(Viewer(Arc::new(done.who))),
                    token: (!cookie).then_some(done.token),
                    user_errors,
                }
            }
        })
    }

    /// 退出当前会话.
    /// Ends this session.
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "范围；缺省为当前会话. Scope; this session by default.")] input: Option<
            LogoutInput,
        >,
    ) -> Option<async_graphql::Result<LogoutPayload>> {
        let done = ops::logout(
            app(ctx),
            requester(ctx),
            input.is_some_and(|input| input.everywhere),
        )
        .await;
        if done.is_ok() {
            set_cookie(ctx, &Cookie::Clear);
        }
        settle_unit(ctx, done, |user_errors| LogoutPayload { user_errors })
    }

    /// 修改本人口令；其他会话随之结束.
    /// Changes the own password; other sessions end.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "口令. Passwords.")] input: ChangePasswordInput,
    ) -> Option<async_graphql::Result<ChangePasswordPayload>> {
        let done = Box::pin(ops::change_password(
            app(ctx),
            requester(ctx),
            &input.current_password,
            &input.new_password,
        ))
        .await;
        settle_unit(ctx, done, |user_errors| ChangePasswordPayload {
            user_errors,
        })
    }
}
