//! An upload: the bytes first, then the row in one transaction.

use entity::attachment::{self, Subject};
use entity::ids::{AttachmentId, PersonId};
use entity::rules::picture::{Size, is_picture, look};
use entity::values::{ScanState, TicketAction, TicketEventKind};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};

use super::subject::{Place, has_room, open};
use super::{NewFile, store};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::{Tx, retrying};
use crate::error::{Error, Result, UserErrorCode};
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::ops::Change;

/// Action under which uploads are recorded.
const ACTION: &str = "attachment.add";

/// Stores the bytes for good, then writes the row; a repeated call with its key answers with the first row.
///
/// # Errors
/// As `admit`, and `IDEMPOTENCY_KEY_REUSED`.
pub async fn add(
    app: &App,
    who: &Requester,
    place: Place,
    new: NewFile,
) -> Result<attachment::Model> {
    who.require(place.subject.kind().attach())?;
    let input = (place.subject.object().1, &new.name, &new.staged.sha256);
    let replay = new
        .key
        .as_deref()
        .map(|key| Replay::of(key, "POST /files", &input))
        .transpose()?;
    let size_px = match place.subject {
        Subject::Article(_) if is_picture(new.media) => Some(looked(&new).await?),
        Subject::Ticket(_) | Subject::Inspection(_) | Subject::Task(_) | Subject::Article(_) => {
            None
        }
    };
    let row = Row {
        name: new.name,
        media: new.media,
        sha256: new.staged.sha256.clone(),
        size: i64::try_from(new.staged.size).map_err(Error::internal)?,
        size_px,
    };
    let now = app.clock.now();
    store(app).promote(new.staged, place.hospital, now).await?;
    retrying(app, || {
        Box::pin(async {
            match place.subject {
                Subject::Ticket(_) => to_ticket(app, who, place, &row, replay.as_ref()).await,
                Subject::Inspection(_) | Subject::Task(_) | Subject::Article(_) => {
                    to_other(app, who, place, &row, replay.as_ref()).await
                }
            }
        })
    })
    .await
}

/// What the row of a file says.
struct Row {
    name: String,
    media: &'static str,
    sha256: String,
    size: i64,
    size_px: Option<Size>,
}

/// Width and height of a picture that says no more than it shows: it is going to stand on pages.
async fn looked(new: &NewFile) -> Result<Size> {
    let (media, bytes) = (new.media, new.staged.bytes().await?);
    let seen = tokio::task::spawn_blocking(move || look(media, &bytes));
    seen.await.map_err(Error::internal)?.map_err(|problem| {
        let (zh, en) = problem.text();
        Error::from(UserErrorCode::Invalid).detail(zh, en)
    })
}

/// The file of the same call, if it was answered before.
async fn replayed(
    tx: &Tx,
    (app, me): (&App, PersonId),
    place: Place,
    replay: Option<&Replay>,
    made: AttachmentId,
) -> Result<Option<attachment::Model>> {
    let Some(replay) = replay else {
        return Ok(None);
    };
    let now = app.clock.now();
    let earlier = replay.take(tx, place.hospital, me, made.0, now).await?;
    let Some(earlier) = earlier else {
        return Ok(None);
    };
    let row = attachment::Entity::find_by_id(AttachmentId(earlier))
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("a replayed file is gone"))?;
    Ok(Some(row))
}

async fn insert(
    tx: &Tx,
    (app, me): (&App, PersonId),
    place: Place,
    id: AttachmentId,
    new: &Row,
) -> Result<attachment::Model> {
    let (mut ticket, mut inspection, mut task, mut article) = (None, None, None, None);
    let px = |side: u32| i32::try_from(side).ok();
    match place.subject {
        Subject::Ticket(id) => ticket = Some(id),
        Subject::Inspection(id) => inspection = Some(id),
        Subject::Task(id) => task = Some(id),
        Subject::Article(id) => article = Some(id),
    }
    let row = attachment::ActiveModel {
        id: Set(id),
        hospital_id: Set(place.hospital),
        ticket_id: Set(ticket),
        reply_id: Set(None),
        inspection_id: Set(inspection),
        task_id: Set(task),
        article_id: Set(article),
        name: Set(new.name.clone()),
        size_bytes: Set(new.size),
        content_type: Set(new.media.to_owned()),
        sha256: Set(new.sha256.clone()),
        scan_state: Set(ScanState::NotScanned),
        uploaded_by: Set(me),
        uploaded_at: Set(app.clock.now()),
        width: Set(new.size_px.and_then(|size| px(size.width))),
        height: Set(new.size_px.and_then(|size| px(size.height))),
        cleared_by: Set(None),
        cleared_at: Set(None),
    };
    Ok(row.insert(tx).await?)
}

/// The one transaction of an upload to a ticket, whose history tells of it.
async fn to_ticket(
    app: &App,
    who: &Requester,
    place: Place,
    new: &Row,
    replay: Option<&Replay>,
) -> Result<attachment::Model> {
    let Subject::Ticket(ticket) = place.subject else {
        return Err(Error::internal("no ticket"));
    };
    let permission = place.subject.kind().attach();
    let mut change = Change::begin(app, who, permission, Some(ticket), None).await?;
    let me = change.who.require_person()?.id;
    let id = AttachmentId(app.clock.id());
    if let Some(row) = replayed(&change.tx, (app, me), place, replay, id).await? {
        change.tx.rollback().await?;
        return Ok(row);
    }
    change.step(TicketAction::Reply)?;
    has_room(&change.tx, &place).await?;
    let row = insert(&change.tx, (app, me), place, id, new).await?;
    let act = Act::done(ACTION, "attachment", row.id.0);
    change
        .commit_about(TicketEventKind::Attached, Some(new.name.clone()), act)
        .await?;
    Ok(row)
}

/// The one transaction of an upload to anything else; its version stays, so that nobody who works on it is in conflict.
async fn to_other(
    app: &App,
    who: &Requester,
    place: Place,
    new: &Row,
    replay: Option<&Replay>,
) -> Result<attachment::Model> {
    let me = who.require_person()?.id;
    let tx = app.db.begin_write().await?;
    let id = AttachmentId(app.clock.id());
    if let Some(row) = replayed(&tx, (app, me), place, replay, id).await? {
        tx.rollback().await?;
        return Ok(row);
    }
    let place = open(&tx, who, place.subject, true).await?;
    has_room(&tx, &place).await?;
    let row = insert(&tx, (app, me), place, id, new).await?;
    let act = Act::done(ACTION, "attachment", row.id.0);
    audit::append(&tx, app.clock.now(), Some(row.hospital_id), who, act).await?;
    tx.commit().await?;
    Ok(row)
}
