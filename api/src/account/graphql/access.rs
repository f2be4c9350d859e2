//! How people and programs get in: sessions and machine tokens.

use async_graphql::{Context, ID, Object};
use entity::ids::SessionId;
use entity::values::{SessionKind, TokenScope};
use entity::{machine_token, session};

use super::given::person;
use super::types::Person;
use crate::graphql::app;
use crate::portal::instance;
use crate::requester::{pages, scopes};
use crate::scalar::Instant;

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
        scopes(&self.0).collect()
    }
    /// 范围 PORTAL 所指的门户根，如 demo-p2；其他范围为 null.
    /// Name of the root of pages of the scope PORTAL, such as demo-p2; null with other scopes.
    async fn portal_instance(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<String>> {
        let reader = pages(&self.0)?;
        let found = instance::all(app(ctx).db.read(), Some(self.0.hospital_id)).await;
        let name = |all: Vec<instance::Instance>| {
            let its = all.into_iter().find(|one| one.reader == reader);
            its.map(|one| one.name)
        };
        found.map(name).map_err(Into::into).transpose()
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
