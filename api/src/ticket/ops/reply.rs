//! Replies, visible to both sides, append-only (`domain.md` 4.3).

use entity::ids::{AttachmentId, ReplyId, TicketId};
use entity::rules::access::Permission;
use entity::values::{NotificationKind, Side, TicketAction, TicketEventKind, WaitEnd, WaitReason};
use entity::{ticket, ticket_reply};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::handle::{notice, require_handler};
use super::respond::answered;
use super::{Change, LONG, checked, wait};
use crate::app::App;
use crate::attachment;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification;
use crate::replay::Replay;
use crate::requester::Requester;

/// A reply to write.
#[derive(Clone, Debug)]
pub struct NewReply {
    /// Replay key made by the client.
    pub key: String,
    /// Text.
    pub text: String,
    /// Sent as the response; for the vendor.
    pub as_response: bool,
    /// Files that the author has uploaded to the ticket; `None` for an id that is none.
    pub files: Vec<Option<AttachmentId>>,
}

/// A reply, visible to both sides; a reply of the awaited side ends the wait.
///
/// # Errors
/// `NOT_FOUND`, `WRONG_STATE`, those of the text.
pub async fn reply(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    new: NewReply,
) -> Result<(ticket::Model, ticket_reply::Model)> {
    who.require(Permission::TicketReply)?;
    let text = checked(&new.text, "text", LONG)?;
    let replay = Replay::of(&new.key, "addReply", &(id, &new))?;
    let mut change = Change::begin(app, who, Permission::TicketReply, id, None).await?;
    let author = change.who.require_person()?.clone();
    let made = ReplyId(app.clock.id());
    let earlier = replay
        .take(
            &change.tx,
            change.row.hospital_id,
            author.id,
            made.0,
            change.now,
        )
        .await?;
    if let Some(earlier) = earlier {
        let reply = ticket_reply::Entity::find_by_id(ReplyId(earlier))
            .one(&change.tx)
            .await?
            .ok_or_else(|| Error::internal("a replayed reply is gone"))?;
        change.tx.rollback().await?;
        return Ok((change.before, reply));
    }
    change.step(TicketAction::Reply)?;
    let as_response = new.as_response && author.side == Side::Vendor;
    if new.as_response && !as_response {
        return Err(Error::from(UserErrorCode::Invalid).at(["asResponse"]));
    }
    if as_response && change.row.responded_at.is_none() {
        require_handler(&change)?;
        change.step(TicketAction::Respond)?;
        answered(&mut change).await?;
    }
    let awaited = wait::open(&change)
        .await?
        .is_some_and(|wait| wait.reason == WaitReason::WaitHospital);
    let ends_wait = awaited && author.side == Side::Hospital;
    if ends_wait {
        wait::end_open(&mut change, WaitEnd::Reply).await?;
    }
    let last = ticket_reply::Entity::find()
        .filter(ticket_reply::Column::HospitalId.eq(change.row.hospital_id))
        .filter(ticket_reply::Column::TicketId.eq(change.row.id))
        .order_by_desc(ticket_reply::Column::Seq)
        .limit(1)
        .one(&change.tx)
        .await?;
    let row = ticket_reply::ActiveModel {
        id: Set(made),
        hospital_id: Set(change.row.hospital_id),
        ticket_id: Set(change.row.id),
        seq: Set(last.map_or(0, |reply| reply.seq) + 1),
        author_id: Set(author.id),
        side: Set(author.side),
        at: Set(change.now),
        text: Set(text),
        ends_wait: Set(ends_wait),
        as_response: Set(as_response),
    }
    .insert(&change.tx)
    .await?;
    attachment::to_reply(&change, row.id, &new.files).await?;
    let other = if author.side == Side::Vendor {
        Some(change.row.reporter_id)
    } else {
        change.row.assignee_id
    };
    if let Some(other) = other.filter(|other| *other != author.id) {
        let what = notice(
            &change.row,
            NotificationKind::TicketChanged,
            format!("reply:{}", row.id),
            "有新答复",
            "has a new reply",
        );
        notification::tell(
            &change.tx,
            app,
            change.row.hospital_id,
            &[other].into(),
            &what,
        )
        .await?;
    }
    let ticket = change
        .commit(TicketEventKind::Replied, None, "ticket.reply")
        .await?;
    Ok((ticket, row))
}
