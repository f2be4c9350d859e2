//! History and replies of a ticket as the schema shows them.

use async_graphql::{Context, ID, Object};
use entity::attachment::Subject;
use entity::values::{Side, TicketEventKind, TicketStatus};
use entity::{ticket, ticket_event, ticket_reply};

use super::types::{Maybe, settle};
use crate::account::graphql::Person;
use crate::attachment::graphql::{Attachment, of_reply};
use crate::connection;
use crate::error::Result;
use crate::graphql::{Counter, app, page};
use crate::loaders::{self, EventsOf, Lines, RepliesOf, Wanted};
use crate::page::{Ask, Cursors, Key};
use crate::scalar::Instant;

connection! {
    /// 工单经过分页，自最早起.
    /// A page of a ticket's history, oldest first.
    TicketEventConnection,
    /// 经过分页的一行.
    /// One row of a page of the history.
    TicketEventEdge,
    TicketEvent
}

connection! {
    /// 答复分页，自最早起.
    /// A page of replies, oldest first.
    TicketReplyConnection,
    /// 答复分页的一行.
    /// One row of a page of replies.
    TicketReplyEdge,
    TicketReply
}

/// What of the lines is selected (G72).
pub(super) fn wanted(ctx: &Context<'_>, long: &[&str]) -> Wanted {
    let look = ctx.look_ahead();
    let nodes = [look.field("nodes"), look.field("edges").field("node")];
    Wanted {
        total: look.field("totalCount").exists(),
        text: nodes
            .iter()
            .any(|node| long.iter().any(|name| node.field(name).exists())),
    }
}

/// A page of a ticket's history.
///
/// # Errors
/// `BAD_USER_INPUT`, those of the database.
pub(super) async fn events(
    ctx: &Context<'_>,
    of: &ticket::Model,
    ask: &Ask,
) -> Result<TicketEventConnection> {
    let cursors = Cursors::new(app(ctx).cursor_key, &format!("events|{}", of.id));
    let window = cursors.window(ask)?;
    let key = EventsOf(Lines::of(of, &window, &wanted(ctx, &["text"]))?);
    let lines = loaders::of(ctx)?.load_one(key).await?.unwrap_or_default();
    let page = page(&cursors, &window, lines.rows, |row| Key {
        order: row.seq.into(),
        id: row.id.0,
    })?;
    Ok(TicketEventConnection::new(
        page,
        Counter::known(lines.total),
    ))
}

/// A page of a ticket's replies.
///
/// # Errors
/// `BAD_USER_INPUT`, those of the database.
pub(super) async fn replies(
    ctx: &Context<'_>,
    of: &ticket::Model,
    ask: &Ask,
) -> Result<TicketReplyConnection> {
    let cursors = Cursors::new(app(ctx).cursor_key, &format!("replies|{}", of.id));
    let window = cursors.window(ask)?;
    let key = RepliesOf(Lines::of(of, &window, &wanted(ctx, &["text"]))?);
    let lines = loaders::of(ctx)?.load_one(key).await?.unwrap_or_default();
    let page = page(&cursors, &window, lines.rows, |row| Key {
        order: row.seq.into(),
        id: row.id.0,
    })?;
    Ok(TicketReplyConnection::new(
        page,
        Counter::known(lines.total),
    ))
}

/// 工单经过的一条.
/// An entry of the history.
#[derive(Clone, Debug)]
pub struct TicketEvent(pub ticket_event::Model);

impl From<ticket_event::Model> for TicketEvent {
    fn from(row: ticket_event::Model) -> Self {
        Self(row)
    }
}

/// 工单经过的一条.
/// An entry of the history.
#[Object]
impl TicketEvent {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 序号，自 1 起.
    /// Number in the ticket, from 1.
    async fn seq(&self) -> i32 {
        self.0.seq
    }
    /// 种类.
    /// What happened.
    async fn kind(&self) -> TicketEventKind {
        self.0.kind
    }
    /// 时刻.
    /// When.
    async fn at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// 由谁，系统为 null.
    /// Who; null for the system.
    async fn actor(&self, ctx: &Context<'_>) -> Maybe<Person> {
        settle(
            loaders::person(ctx, self.0.actor_id)
                .await
                .map(|row| row.map(Person::from)),
        )
    }
    /// 之后的状态.
    /// State after it.
    async fn status(&self) -> TicketStatus {
        self.0.status
    }
    /// 文字.
    /// Text given.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }
}

/// 答复.
/// A message on a ticket.
#[derive(Clone, Debug)]
pub struct TicketReply(pub ticket_reply::Model);

impl From<ticket_reply::Model> for TicketReply {
    fn from(row: ticket_reply::Model) -> Self {
        Self(row)
    }
}

/// 答复.
/// A message on a ticket.
#[Object]
impl TicketReply {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 序号，自 1 起.
    /// Number in the ticket, from 1.
    async fn seq(&self) -> i32 {
        self.0.seq
    }
    /// 作者.
    /// Author.
    async fn author(&self, ctx: &Context<'_>) -> Maybe<Person> {
        settle(
            loaders::person(ctx, Some(self.0.author_id))
                .await
                .map(|row| row.map(Person::from)),
        )
    }
    /// 作者所属一方.
    /// Side of the author.
    async fn side(&self) -> Side {
        self.0.side
    }
    /// 时刻.
    /// When.
    async fn created_at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// 文字.
    /// Text.
    async fn text(&self) -> &str {
        &self.0.text
    }
    /// 是否结束了等待.
    /// Whether it ended a wait.
    async fn ends_wait(&self) -> bool {
        self.0.ends_wait
    }
    /// 是否作为响应.
    /// Whether it was sent as the response.
    async fn as_response(&self) -> bool {
        self.0.as_response
    }
    /// 附件，至多 10 个.
    /// Files sent with it, at most 10.
    async fn attachments(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<Option<Attachment>>> {
        let own = (Subject::Ticket(self.0.ticket_id), self.0.id);
        let files = of_reply(ctx, self.0.hospital_id, own).await?;
        Ok(files.into_iter().map(Some).collect())
    }
}
