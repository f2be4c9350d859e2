//! Files of tickets, inspections, rectification tasks and articles: who may attach and read, the row, the objects (G62–G67).
//!
//! A file has the visibility of what it is attached to; who may attach when says `entity::rules::attach`. It is not
//! changed or removed by anybody; the bytes are the business of `files`, the wire of `http::files`. No malware scan yet:
//! rows say `NOT_SCANNED`.

mod add;
mod bind;
pub mod graphql;
mod object;
mod subject;

use entity::attachment;
use entity::ids::AttachmentId;
use entity::rules::file;
use entity::values::ScanState;
use sea_orm::EntityTrait;

pub use add::add;
pub use bind::{lines_with_files, of_subject, to_lines, to_reply, to_submission, within_limit};
pub use object::{Checked, check_objects, not_scanned, sweep};
pub use subject::{Place, admit, permission_of, seen};

use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Error, Result, UserErrorCode};
use crate::files::{Key, Staged, Store};
use crate::requester::Requester;
use crate::ticket::ops::checked;

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
    let name = checked(&name, "name", file::MOST_NAME)?;
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

/// A file whose subject the person sees; `None` for unknown and out of scope alike.
///
/// # Errors
/// `UNAUTHENTICATED`, those of the database.
pub async fn find(
    app: &App,
    who: &Requester,
    id: Option<AttachmentId>,
) -> Result<Option<attachment::Model>> {
    if who.portal.is_none() {
        who.require_reader()?;
    }
    let Some(id) = id else { return Ok(None) };
    let row = attachment::Entity::find_by_id(id)
        .one(app.db.read())
        .await?;
    let rows: Vec<_> = row.into_iter().collect();
    Ok(subject::seen(app.db.read(), who, rows).await?.pop())
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
