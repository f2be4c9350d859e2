//! Who is asking; sign in, sign out, change of the password.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::rules::access::Permission;
use entity::values::{Role, SessionKind, TokenScope};

use super::super::ops;
use super::access::Session;
use super::types::{Hospital, Person};
use crate::app::App;
use crate::error::UserError;
use crate::graphql::{Cookie, app, requester, set_cookie, settle, settle_unit, shared_requester};
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
        self.0.person.clone().map(|row| Person { row, own: true })
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
    /// 本人的有效会话，新者在前，至多 100 个.
    /// The own living sessions, newest first, at most 100.
    async fn sessions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Session>> {
        let own = self.0.session_id();
        let rows = ops::sessions(app(ctx), &self.0).await?;
        Ok(rows.into_iter().map(|row| Session::of(row, own)).collect())
    }
    /// 机器令牌的程序名；人员为 null.
    /// Name of the program behind a machine token; null for people.
    async fn agent(&self) -> Option<&str> {
        self.0
            .machine
            .as_ref()
            .map(|machine| machine.agent.as_str())
    }
    /// 机器令牌的范围.
    /// Scopes of the machine token.
    async fn scopes(&self) -> Vec<TokenScope> {
        let machine = self.0.machine.as_ref();
        machine
            .map(|machine| machine.scopes.clone())
            .unwrap_or_default()
    }
    /// 会话的最迟结束时刻.
    /// Latest end of the session.
    async fn session_expires_at(&self) -> Option<Instant> {
        let machine = self.0.machine.as_ref().map(|machine| machine.expires_at);
        let session = self.0.session.as_ref().map(|session| session.expires_at);
        session.or(machine).map(Instant)
    }
    /// 是否须先修改一次性或到期的口令.
    /// Whether a one-time or outdated password must be changed first.
    async fn must_change_password(&self) -> bool {
        self.0.must_change_password()
    }
    /// 是否可用 GraphiQL（仅演示）.
    /// Whether GraphiQL is offered; in the demonstration only.
    async fn graphiql_enabled(&self, ctx: &Context<'_>) -> bool {
        app(ctx).config.demo
    }
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
    #[graphql(default_with = "SessionKind::Cookie")]
    pub session: SessionKind,
    /// 是否在病区共用工作站登录；15 分钟无操作即结束.
    /// Whether this is a shared ward station; 15 idle minutes end the session there.
    #[graphql(default)]
    pub shared_station: bool,
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
pub struct ViewerQuery;

/// Queries about the visitor.
#[Object]
impl ViewerQuery {
    /// 当前访问者，匿名为 null.
    /// Who is asking; null for anonymous.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        let who = shared_requester(ctx);
        let known = who.person.is_some() || who.machine.is_some();
        known.then(|| Viewer(Arc::clone(who)))
    }
}

/// Sign in, sign out, password.
#[derive(Default)]
pub struct SignInMutation;

/// Sign in, sign out, password.
#[Object]
impl SignInMutation {
    /// 登录；匿名可调用，按次限流.
    /// Sign in; open to anonymous, throttled.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "登录信息. Credentials.")] input: LoginInput,
    ) -> Option<async_graphql::Result<LoginPayload>> {
        let app: &App = app(ctx);
        let kind = input.session;
        let with = ops::Credentials {
            account: &input.account,
            secret: &input.password,
            kind,
            shared: input.shared_station,
        };
        let done = Box::pin(ops::login(app, requester(ctx), with)).await;
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
