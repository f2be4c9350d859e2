//! Own notifications in the schema.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};
use entity::ids::NotificationId;
use entity::notification;
use entity::values::{Language, NotificationKind};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Select};

use super::Which;
use crate::audit;
use crate::connection;
use crate::db::retrying;
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::graphql::{Counter, Found, Node, app, lang, page, requester, settle};
use crate::loaders::{self, SeenTicket};
use crate::page::{self, Ask, Cursors, Key};
use crate::requester::Requester;
use crate::scalar::Instant;
use crate::ticket::graphql::Ticket;

/// Most ids of one call.
const MOST: usize = 100;

/// What a field that may fail answers.
type Maybe<T> = Option<async_graphql::Result<T>>;

/// 通知：发给一人的消息.
/// A notification: a message to one person.
#[derive(Clone, Debug)]
pub struct Notification(pub notification::Model);

impl From<notification::Model> for Notification {
    fn from(row: notification::Model) -> Self {
        Self(row)
    }
}

/// 通知：发给一人的消息.
/// A notification: a message to one person.
#[Object]
impl Notification {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 种类.
    /// Kind.
    async fn kind(&self) -> NotificationKind {
        self.0.kind
    }
    /// 内容，按读者的语言.
    /// What it says, in the language of the reader.
    async fn title(&self, ctx: &Context<'_>) -> &str {
        match lang(ctx) {
            Language::Zh => &self.0.title_zh,
            Language::En => &self.0.title_en,
        }
    }
    /// 相关工单；不可见为 null.
    /// The ticket that it is about; null out of scope.
    async fn ticket(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        let id = self.0.ticket_id?;
        loaders::edge(ctx, SeenTicket(id), Ticket).await
    }
    /// 时刻.
    /// When.
    async fn at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// 已读时刻，未读为 null.
    /// When it was read; null while unread.
    async fn read_at(&self) -> Option<Instant> {
        self.0.read_at.map(Instant)
    }
}

connection! {
    /// 通知分页，最新在前.
    /// A page of notifications, newest first.
    NotificationConnection,
    /// 通知分页的一行.
    /// One row of a page of notifications.
    NotificationEdge,
    Notification
}

/// 标记为已读，恰好一项.
/// What is marked as read, exactly one.
#[derive(Clone, Debug, OneofObject)]
pub enum ReadNotifications {
    /// 这些通知，至多 100 条.
    /// These, at most 100.
    Ids(Vec<ID>),
    /// 全部；须为 true.
    /// All of them; must be true.
    All(bool),
}

/// 把本人的通知标为已读.
/// Mark own notifications as read.
#[derive(Clone, Debug, InputObject)]
pub struct MarkNotificationsReadInput {
    /// 哪些.
    /// Which.
    pub which: ReadNotifications,
}

/// 标为已读的结果.
/// Result of markNotificationsRead.
#[derive(Debug, SimpleObject)]
pub struct MarkNotificationsReadPayload {
    /// 此次标为已读的条数；失败为 null.
    /// How many were unread and are read now; null on failure.
    pub marked: Option<i32>,
    /// 此后未读的条数；失败为 null.
    /// How many are unread now; null on failure.
    pub unread_count: Option<i32>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

/// Queries about own notifications.
#[derive(Default)]
pub struct NotificationQuery;

/// Queries about own notifications.
#[Object]
impl NotificationQuery {
    /// 本人的通知，最新在前.
    /// Own notifications, newest first.
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "仅未读，默认否. Unread ones only; no by default.",
            default = false
        )]
        unread_only: bool,
    ) -> Maybe<NotificationConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        Some(own(ctx, &ask, unread_only).await.map_err(Into::into))
    }

    /// 本人未读通知的条数.
    /// How many own notifications are unread.
    async fn unread_count(&self, ctx: &Context<'_>) -> Maybe<i32> {
        Some(unread(ctx).await.map_err(Into::into))
    }
}

/// Changes of own notifications.
#[derive(Default)]
pub struct NotificationMutation;

/// Changes of own notifications.
#[Object]
impl NotificationMutation {
    /// 把本人的通知标为已读；他人的不受影响.
    /// Marks own notifications as read; those of others are left alone.
    async fn mark_notifications_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: MarkNotificationsReadInput,
    ) -> Maybe<MarkNotificationsReadPayload> {
        let done = mark(ctx, &input.which).await;
        settle(ctx, done, |done, user_errors| {
            let (marked, unread_count) = done.unzip();
            MarkNotificationsReadPayload {
                marked,
                unread_count,
                user_errors,
            }
        })
    }
}

/// The notifications of a person, as far as its roles reach.
fn of(who: &Requester) -> Result<Select<notification::Entity>> {
    use notification::Column as C;
    let me = who.require_person()?.id;
    let hospitals: Vec<_> = who.hospitals().into_iter().collect();
    let here = match hospitals.as_slice() {
        [one] => C::HospitalId.eq(*one),
        many => C::HospitalId.is_in(many.iter().copied()),
    };
    Ok(notification::Entity::find()
        .filter(here)
        .filter(C::PersonId.eq(me)))
}

async fn own(ctx: &Context<'_>, ask: &Ask, unread_only: bool) -> Result<NotificationConnection> {
    use notification::Column as C;
    let (app, who) = (app(ctx), requester(ctx));
    let me = who.require_person()?.id;
    let cursors = Cursors::new(app.cursor_key, &format!("notifications|{me}|{unread_only}"));
    let window = cursors.window(ask)?;
    let mut scope = of(who)?;
    if unread_only {
        scope = scope.filter(C::ReadAt.is_null());
    }
    let rows = page::select(scope.clone(), (C::At, C::Id), &window, true)?
        .all(app.db.read())
        .await?;
    let page = page(&cursors, &window, rows, |row| Key::at(row.at, row.id.0))?;
    Ok(NotificationConnection::new(page, Counter::of(scope)))
}

async fn unread(ctx: &Context<'_>) -> Result<i32> {
    let count = of(requester(ctx))?
        .filter(notification::Column::ReadAt.is_null())
        .count(app(ctx).db.read())
        .await?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

async fn mark(ctx: &Context<'_>, which: &ReadNotifications) -> Result<(i32, i32)> {
    let (app, who) = (app(ctx), requester(ctx));
    who.require_person()?;
    let which = match asked(which) {
        Ok(which) => which,
        Err(error) => {
            let me = who.person_id().map(|id| id.0);
            audit::refused(app, who, "notification.read", ("person", me), &error).await?;
            return Err(error);
        }
    };
    let marked = retrying(app, || Box::pin(super::mark_read(app, who, which.clone()))).await?;
    Ok((
        i32::try_from(marked).unwrap_or(i32::MAX),
        unread(ctx).await?,
    ))
}

/// What a call asks for; ids that are none are left out, as are those of others.
fn asked(which: &ReadNotifications) -> Result<Which> {
    let refuse = |code: UserErrorCode, field| Err(Error::from(code).at(["which", field]));
    match which {
        ReadNotifications::Ids(ids) if ids.is_empty() => refuse(UserErrorCode::Required, "ids"),
        ReadNotifications::Ids(ids) if ids.len() > MOST => refuse(UserErrorCode::TooLong, "ids"),
        ReadNotifications::Ids(ids) => Ok(Which::Ids(
            ids.iter()
                .filter_map(|id| NotificationId::parse(id))
                .collect(),
        )),
        ReadNotifications::All(true) => Ok(Which::All),
        ReadNotifications::All(false) => refuse(UserErrorCode::Invalid, "all"),
    }
}

/// Adds own notifications of the ids (G19).
///
/// # Errors
/// Those of the database.
pub async fn nodes(ctx: &Context<'_>, ids: &[ID], found: &mut Found) -> Result<()> {
    let keys: Vec<NotificationId> = ids
        .iter()
        .filter_map(|id| NotificationId::parse(id))
        .collect();
    if keys.is_empty() {
        return Ok(());
    }
    let rows = of(requester(ctx))?
        .filter(notification::Column::Id.is_in(keys))
        .all(app(ctx).db.read())
        .await?;
    for row in rows {
        found.insert(row.id.to_string(), Node::Notification(Notification(row)));
    }
    Ok(())
}
