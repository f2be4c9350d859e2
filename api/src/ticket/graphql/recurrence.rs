//! Recurrences in the schema: the link, the decision of the hospital, the comment of the vendor.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::ids::{PersonId, RecurrenceId, TicketId};
use entity::recurrence_link;
use entity::values::{RecurrenceDecision, RecurrenceKind};

use super::super::ops;
use super::mutation::object;
use super::types::{Maybe, Ticket, settle};
use crate::account::graphql::Person;
use crate::db::retrying;
use crate::error::{Result, UserError};
use crate::graphql::{app, audited, requester, settle as settle_payload};
use crate::loaders::{self, SeenTicket};
use crate::scalar::Instant;

/// 复发：后来的故障，或关闭后的重开.
/// A recurrence: a later fault, or a reopening after closing.
#[derive(Clone, Debug)]
pub struct RecurrenceLink(pub recurrence_link::Model);

/// 复发：后来的故障，或关闭后的重开.
/// A recurrence: a later fault, or a reopening after closing.
#[Object]
impl RecurrenceLink {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 种类.
    /// Kind.
    async fn kind(&self) -> RecurrenceKind {
        self.0.kind
    }
    /// 后来的工单；重开则为同一工单；无权为 null.
    /// The later ticket, of a reopening the same one; null out of scope.
    async fn ticket(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        seen(ctx, self.0.ticket_id).await
    }
    /// 先前的工单；无权为 null.
    /// The earlier ticket; null out of scope.
    async fn previous(&self, ctx: &Context<'_>) -> Maybe<Ticket> {
        seen(ctx, self.0.previous_id).await
    }
    /// 重开所进入的轮次；后来的故障为 null.
    /// Cycle that the reopening began; null for a later fault.
    async fn cycle(&self) -> Option<i32> {
        (self.0.kind == RecurrenceKind::Reopened).then_some(self.0.cycle)
    }
    /// 由谁提出，系统为 null.
    /// Who proposed it; null for the system.
    async fn proposed_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.proposed_by).await
    }
    /// 提出时刻.
    /// When it was proposed.
    async fn proposed_at(&self) -> Instant {
        Instant(self.0.proposed_at)
    }
    /// 院方的决定.
    /// Decision of the hospital.
    async fn decision(&self) -> RecurrenceDecision {
        self.0.decision
    }
    /// 由谁决定.
    /// Who decided.
    async fn decided_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.decided_by).await
    }
    /// 决定时刻.
    /// When it was decided.
    async fn decided_at(&self) -> Option<Instant> {
        self.0.decided_at.map(Instant)
    }
    /// 决定的理由.
    /// Reason of the decision.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
    /// 服务商的意见.
    /// Comment of the vendor.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }
    /// 意见由谁提出.
    /// Who commented.
    async fn commented_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.0.commented_by).await
    }
}

async fn seen(ctx: &Context<'_>, id: TicketId) -> Maybe<Ticket> {
    loaders::edge(ctx, SeenTicket(id), Ticket).await
}

/// A person of a row in scope.
pub(super) async fn person(ctx: &Context<'_>, id: Option<PersonId>) -> Maybe<Person> {
    settle(
        loaders::person(ctx, id)
            .await
            .map(|row| row.map(Person::from)),
    )
}

/// 决定是否复发.
/// Decide about a recurrence.
#[derive(Debug, InputObject)]
pub struct DecideRecurrenceInput {
    /// 复发.
    /// The recurrence.
    pub id: ID,
    /// 是否确认为复发.
    /// Whether it is confirmed.
    pub confirm: bool,
    /// 理由.
    /// Reason.
    pub note: Option<String>,
}

/// 服务商对复发的意见.
/// Comment of the vendor on a recurrence.
#[derive(Debug, InputObject)]
pub struct CommentRecurrenceInput {
    /// 复发.
    /// The recurrence.
    pub id: ID,
    /// 意见.
    /// Comment.
    pub text: String,
}

/// 决定复发的结果.
/// Result of decideRecurrence.
#[derive(Debug, SimpleObject)]
pub struct DecideRecurrencePayload {
    /// 复发；失败为 null.
    /// The recurrence; null on failure.
    pub recurrence: Option<RecurrenceLink>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

/// 复发意见的结果.
/// Result of commentRecurrence.
#[derive(Debug, SimpleObject)]
pub struct CommentRecurrencePayload {
    /// 复发；失败为 null.
    /// The recurrence; null on failure.
    pub recurrence: Option<RecurrenceLink>,
    /// 可预期的失败.
    /// Expected failures.
    pub user_errors: Vec<UserError>,
}

/// Changes of recurrences.
#[derive(Default)]
pub struct RecurrenceMutation;

/// Changes of recurrences.
#[Object]
impl RecurrenceMutation {
    /// 决定是否复发；确认后先前的故障不再计为已解决. 权限 RECURRENCE_DECIDE.
    /// Decide about a recurrence; once confirmed the earlier fault no longer counts as solved. Permission RECURRENCE_DECIDE.
    async fn decide_recurrence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: DecideRecurrenceInput,
    ) -> Maybe<DecideRecurrencePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = RecurrenceId::parse(&input.id);
        let done = retrying(app, || {
            Box::pin(ops::decide_recurrence(
                app,
                who,
                id,
                input.confirm,
                input.note.as_deref(),
            ))
        })
        .await;
        let done = linked(ctx, "recurrence.decide", done).await;
        settle_payload(ctx, done, |link, user_errors| DecideRecurrencePayload {
            recurrence: link.map(RecurrenceLink),
            user_errors,
        })
    }

    /// 服务商对待决定的复发提出意见. 权限 RECURRENCE_COMMENT.
    /// The vendor comments a proposed recurrence. Permission RECURRENCE_COMMENT.
    async fn comment_recurrence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: CommentRecurrenceInput,
    ) -> Maybe<CommentRecurrencePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = RecurrenceId::parse(&input.id);
        let done = retrying(app, || {
            Box::pin(ops::comment_recurrence(app, who, id, &input.text))
        })
        .await;
        let done = linked(ctx, "recurrence.comment", done).await;
        settle_payload(ctx, done, |link, user_errors| CommentRecurrencePayload {
            recurrence: link.map(RecurrenceLink),
            user_errors,
        })
    }
}

async fn linked(
    ctx: &Context<'_>,
    action: &str,
    done: Result<recurrence_link::Model>,
) -> Result<recurrence_link::Model> {
    let ticket = done.as_ref().ok().map(|link| link.ticket_id);
    audited(ctx, action, object(ticket), done).await
}
