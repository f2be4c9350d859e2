//! Files of tickets: who may attach and read, the row, the sweep of objects that no row names (G62–G67).
//!
//! An attachment has the visibility of its ticket. It is not changed or removed by anybody; the bytes
//! are the business of `files`, the wire of `http::files`. No malware scan yet: rows say `NOT_SCANNED`.

use std::collections::HashSet;

use chrono::TimeDelta;
use entity::ids::{AttachmentId, ReplyId, TicketId};
use entity::rules::access::Permission;
use entity::rules::file;
use entity::rules::ticket as rule;
use entity::values::{ScanState, TicketAction, TicketEventKind};
use entity::{attachment, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::ops::{self, Change};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::retrying;
use crate::error::{Error, Result, UserErrorCode};
use crate::files::{Damage, Key, Staged, Store};
use crate::replay::Replay;
use crate::report;
use crate::requester::Requester;

/// A file that has arrived and passed its checks.
#[derive(Debug)]
pub struct NewFile {
    /// Name as it is kept.
    pub name: String,
    /// Media type of its kind.
    pub media: &'static str,
    /// Its bytes.
    pub staged: Staged,
    /// Replay key made by the client.
    pub key: Option<String>,
}

/// The store of this server.
#[must_use]
pub fn store(app: &App) -> Store {
    Store::at(&app.config.data)
}

/// The name as it is kept, and the kind of file that it says it is.
///
/// # Errors
/// `REQUIRED`, `TOO_LONG`, `INVALID`, `PATIENT_DATA_IN_TEXT`.
pub fn named(value: &str) -> Result<(String, &'static file::Kind)> {
    let name = file::name(value).map_err(|problem| match problem {
        file::Problem::Required => Error::from(UserErrorCode::Required),
        file::Problem::TooLong => Error::from(UserErrorCode::TooLong),
        file::Problem::Character => Error::from(UserErrorCode::Invalid).detail(
            "文件名含有不允许的字符",
            "the file name holds a character that is not allowed",
        ),
        file::Problem::Reserved => Error::from(UserErrorCode::Invalid)
            .detail("文件名不可用", "the file name cannot be used"),
    })?;
    let name = ops::checked(&name, "name", file::MOST_NAME)?;
    let kind = file::Kind::of_name(&name).ok_or_else(|| {
        let kinds: Vec<&str> = file::KINDS.iter().map(|kind| kind.extension).collect();
        let kinds = kinds.join(" ");
        Error::from(UserErrorCode::Invalid).detail(
            format!("不接收该类型的文件；可用：{kinds}"),
            format!("files of this kind are not accepted; accepted are: {kinds}"),
        )
    })?;
    Ok((name, kind))
}

/// The ticket that a person may attach to, before any byte is read.
///
/// # Errors
/// `FORBIDDEN` for a role that never attaches, `NOT_FOUND` out of scope, `WRONG_STATE`, `INVALID` if it is full.
pub async fn admit(app: &App, who: &Requester, id: Option<TicketId>) -> Result<ticket::Model> {
    who.require(Permission::TicketReply)?;
    let missing = || Error::from(UserErrorCode::NotFound).at(["subject"]);
    let row = ticket::Entity::find_by_id(id.ok_or_else(missing)?)
        .filter(who.visible_tickets())
        .one(app.db.read())
        .await?
        .filter(|row| who.may_at(row.hospital_id, Permission::TicketReply))
        .ok_or_else(missing)?;
    rule::next(row.status, TicketAction::Reply)
        .map_err(|wrong| Error::from(UserErrorCode::WrongState).caused_by(wrong))?;
    has_room(app.db.read(), &row).await?;
    Ok(row)
}

async fn has_room(db: &impl ConnectionTrait, row: &ticket::Model) -> Result<()> {
    let count = attachment::Entity::find()
        .filter(attachment::Column::HospitalId.eq(row.hospital_id))
        .filter(attachment::Column::TicketId.eq(row.id))
        .count(db)
        .await?;
    if count < file::MOST_OF_TICKET as u64 {
        return Ok(());
    }
    let most = file::MOST_OF_TICKET;
    Err(Error::from(UserErrorCode::Invalid).detail(
        format!("一张工单最多 {most} 个附件"),
        format!("a ticket holds at most {most} files"),
    ))
}

/// Stores the bytes for good, then writes the row; a repeated call with its key answers with the first row.
///
/// # Errors
/// As [`admit`], and `IDEMPOTENCY_KEY_REUSED`.
pub async fn add(
    app: &App,
    who: &Requester,
    ticket: &ticket::Model,
    new: NewFile,
) -> Result<attachment::Model> {
    who.require(Permission::TicketReply)?;
    let input = (ticket.id, &new.name, &new.staged.sha256);
    let replay = new
        .key
        .as_deref()
        .map(|key| Replay::of(key, "POST /files", &input))
        .transpose()?;
    let row = Row {
        name: new.name,
        media: new.media,
        sha256: new.staged.sha256.clone(),
        size: i64::try_from(new.staged.size).map_err(Error::internal)?,
    };
    let now = app.clock.now();
    store(app)
        .promote(new.staged, ticket.hospital_id, now)
        .await?;
    retrying(app, || {
        Box::pin(write(app, who, ticket.id, &row, replay.as_ref()))
    })
    .await
}

/// What the row of a file says.
struct Row {
    name: String,
    media: &'static str,
    sha256: String,
    size: i64,
}

/// The one transaction of an upload.
async fn write(
    app: &App,
    who: &Requester,
    ticket: TicketId,
    new: &Row,
    replay: Option<&Replay>,
) -> Result<attachment::Model> {
    let mut change = Change::begin(app, who, Permission::TicketReply, Some(ticket), None).await?;
    let me = change.who.require_person()?.id;
    let id = AttachmentId(app.clock.id());
    if let Some(replay) = replay {
        let hospital = change.row.hospital_id;
        let earlier = replay
            .take(&change.tx, hospital, me, id.0, change.now)
            .await?;
        if let Some(earlier) = earlier {
            let row = attachment::Entity::find_by_id(AttachmentId(earlier))
                .one(&change.tx)
                .await?
                .ok_or_else(|| Error::internal("a replayed file is gone"))?;
            change.tx.rollback().await?;
            return Ok(row);
        }
    }
    change.step(TicketAction::Reply)?;
    has_room(&change.tx, &change.row).await?;
    let row = attachment::ActiveModel {
        id: Set(id),
        hospital_id: Set(change.row.hospital_id),
        ticket_id: Set(change.row.id),
        reply_id: Set(None),
        name: Set(new.name.clone()),
        size_bytes: Set(new.size),
        content_type: Set(new.media.to_owned()),
        sha256: Set(new.sha256.clone()),
        scan_state: Set(ScanState::NotScanned),
        uploaded_by: Set(me),
        uploaded_at: Set(change.now),
    }
    .insert(&change.tx)
    .await?;
    let name = Some(new.name.clone());
    let act = Act::done("attachment.add", "attachment", row.id.0);
    change
        .commit_about(TicketEventKind::Attached, name, act)
        .await?;
    Ok(row)
}

/// Gives files that the author of a reply has uploaded to its ticket to the reply.
///
/// # Errors
/// `TOO_LONG` for too many; `NOT_FOUND` for a file of another ticket or person; `INVALID` for one that a reply has.
pub async fn bind(
    change: &Change<'_>,
    reply: ReplyId,
    files: &[Option<AttachmentId>],
) -> Result<()> {
    if files.len() > file::MOST_OF_REPLY {
        return Err(Error::from(UserErrorCode::TooLong).at(["fileIds"]));
    }
    let missing = || Error::from(UserErrorCode::NotFound).at(["fileIds"]);
    let ids: Option<HashSet<AttachmentId>> = files.iter().copied().collect();
    let ids = ids.ok_or_else(missing)?;
    if ids.is_empty() {
        return Ok(());
    }
    let rows = attachment::Entity::find()
        .filter(attachment::Column::HospitalId.eq(change.row.hospital_id))
        .filter(attachment::Column::TicketId.eq(change.row.id))
        .filter(attachment::Column::Id.is_in(ids.iter().copied()))
        .all(&change.tx)
        .await?;
    let mine = |row: &&attachment::Model| Some(row.uploaded_by) == change.actor();
    if rows.iter().filter(mine).count() != ids.len() {
        return Err(missing());
    }
    if rows.iter().any(|row| row.reply_id.is_some()) {
        return Err(Error::from(UserErrorCode::Invalid)
            .at(["fileIds"])
            .detail("附件已属于另一条答复", "a file belongs to another reply"));
    }
    attachment::Entity::update_many()
        .col_expr(attachment::Column::ReplyId, Expr::value(reply.0))
        .filter(attachment::Column::HospitalId.eq(change.row.hospital_id))
        .filter(attachment::Column::Id.is_in(ids))
        .exec(&change.tx)
        .await?;
    Ok(())
}

/// A file whose ticket the person sees; `None` for unknown and out of scope alike.
///
/// # Errors
/// `UNAUTHENTICATED`, those of the database.
pub async fn find(
    app: &App,
    who: &Requester,
    id: Option<AttachmentId>,
) -> Result<Option<attachment::Model>> {
    who.require_reader()?;
    let Some(id) = id else { return Ok(None) };
    let row = attachment::Entity::find_by_id(id)
        .one(app.db.read())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let seen = ticket::Entity::find_by_id(row.ticket_id)
        .filter(ticket::Column::HospitalId.eq(row.hospital_id))
        .filter(who.visible_tickets())
        .one(app.db.read())
        .await?;
    Ok(seen.map(|_| row))
}

/// A file to be sent: in scope, and not held back by the malware scan.
///
/// # Errors
/// `NOT_FOUND`, `WRONG_STATE`.
pub async fn readable(
    app: &App,
    who: &Requester,
    id: Option<AttachmentId>,
) -> Result<attachment::Model> {
    let row = find(app, who, id).await?;
    let row = row.ok_or_else(|| Error::from(UserErrorCode::NotFound))?;
    match row.scan_state {
        ScanState::Clean | ScanState::NotScanned => Ok(row),
        ScanState::Quarantined | ScanState::Infected | ScanState::Error => {
            Err(Error::from(UserErrorCode::WrongState)
                .detail("附件未通过扫描", "the file has not passed its scan"))
        }
    }
}

/// Records that a file is sent to a person.
///
/// # Errors
/// Those of the database; nothing must be sent then.
pub async fn sent(app: &App, who: &Requester, row: &attachment::Model) -> Result<()> {
    let tx = app.db.begin_write().await?;
    audit::append(
        &tx,
        app.clock.now(),
        Some(row.hospital_id),
        who,
        Act::done("attachment.download", "attachment", row.id.0),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The key of a file's bytes, and their length.
#[must_use]
pub fn key_of(row: &attachment::Model) -> (Key, u64) {
    let key = Key {
        hospital: row.hospital_id,
        sha256: row.sha256.clone(),
    };
    // A negative length fits no object.
    (key, u64::try_from(row.size_bytes).unwrap_or(u64::MAX))
}

/// How long an upload may take to gain its row; younger objects are left alone.
const YOUNG: TimeDelta = TimeDelta::hours(24);
/// Keys asked for in one statement.
const BATCH: usize = 500;

/// Deletes objects that no row names and no upload has renewed for a day; how many.
///
/// An object is moved aside first and looked at again there: an upload of the same bytes that came in
/// between has either renewed the very file that was moved, or put another in its place.
///
/// # Errors
/// Those of the database and the disk; what stands aside is settled by the next run.
pub async fn sweep(app: &App) -> Result<usize> {
    let store = store(app);
    let before = app.clock.now() - YOUNG;
    store.clear_staging(before).await?;
    for keys in store.older(before).await?.chunks(BATCH) {
        let named = named_by_rows(app, keys).await?;
        for key in keys.iter().filter(|key| !named.contains(key)) {
            store.set_aside(key.clone()).await?;
        }
    }
    settle_aside(app, &store).await
}

/// Puts back what is young or named after all, deletes the rest; how many were deleted.
async fn settle_aside(app: &App, store: &Store) -> Result<usize> {
    let before = app.clock.now() - YOUNG;
    let mut deleted = 0;
    for found in store.aside().await?.chunks(BATCH) {
        let keys: Vec<Key> = found.iter().map(|(key, _)| key.clone()).collect();
        let named = named_by_rows(app, &keys).await?;
        for (key, at) in found {
            if *at >= before || named.contains(key) {
                store.put_back(key.clone()).await?;
            } else {
                store.delete_aside(key.clone()).await?;
                deleted += 1;
            }
        }
    }
    Ok(deleted)
}

async fn named_by_rows(app: &App, keys: &[Key]) -> Result<HashSet<Key>> {
    let rows = attachment::Entity::find()
        .filter(attachment::Column::HospitalId.is_in(keys.iter().map(|key| key.hospital)))
        .filter(attachment::Column::Sha256.is_in(keys.iter().map(|key| key.sha256.clone())))
        .all(app.db.read())
        .await?;
    let mut named: HashSet<Key> = rows.iter().map(|row| key_of(row).0).collect();
    named.extend(report::named(app, keys).await?);
    Ok(named)
}

/// What a check of the objects found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Rows read.
    pub rows: usize,
    /// Rows whose object is not what they say.
    pub damaged: Vec<(AttachmentId, Damage)>,
}

/// Compares every row with its object: there, of its length, of its hash. Each object is read once.
///
/// # Errors
/// Those of the database, and of a disk that cannot be read.
pub async fn check_objects(app: &App) -> Result<Checked> {
    let store = store(app);
    let mut checked = Checked::default();
    let mut whole: HashSet<(Key, u64)> = HashSet::new();
    let mut last: Option<AttachmentId> = None;
    loop {
        let mut query = attachment::Entity::find()
            .order_by_asc(attachment::Column::Id)
            .limit(BATCH as u64);
        if let Some(last) = last {
            query = query.filter(attachment::Column::Id.gt(last));
        }
        let rows = query.all(app.db.read()).await?;
        let Some(end) = rows.last() else {
            return Ok(checked);
        };
        last = Some(end.id);
        for row in &rows {
            checked.rows += 1;
            let (key, size) = key_of(row);
            if whole.contains(&(key.clone(), size)) {
                continue;
            }
            match store.damage(key.clone(), size).await? {
                Some(damage) => checked.damaged.push((row.id, damage)),
                None => {
                    whole.insert((key, size));
                }
            }
        }
    }
}

/// How many files no malware scanner has seen.
///
/// # Errors
/// Those of the database.
pub async fn not_scanned(app: &App) -> Result<u64> {
    let rows =
        attachment::Entity::find().filter(attachment::Column::ScanState.eq(ScanState::NotScanned));
    Ok(rows.count(app.db.read()).await?)
}
