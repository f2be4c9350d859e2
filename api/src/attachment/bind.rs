//! Files named by what is written about their subject: a reply, a line of an inspection, a submission of a rectification.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use entity::attachment::{self, Subject};
use entity::ids::{AttachmentId, HospitalId, InspectionId, RectificationTaskId, ReplyId};
use entity::rules::attach::MOST_NAMED;
use entity::{inspection_evidence, rectification_evidence};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::subject::of;
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::ticket::ops::Change;

/// Gives files that the author of a reply has uploaded to its ticket to the reply.
///
/// # Errors
/// `TOO_LONG` for too many; `NOT_FOUND` for a file of another ticket or person; `INVALID` for one that a reply has.
pub async fn to_reply(
    change: &Change<'_>,
    reply: ReplyId,
    files: &[Option<AttachmentId>],
) -> Result<()> {
    if files.len() > MOST_NAMED {
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

/// Evidence that is named, each file once.
///
/// # Errors
/// `TOO_LONG` for too many.
pub fn within_limit(files: &[AttachmentId], field: &str) -> Result<BTreeSet<AttachmentId>> {
    if files.len() > MOST_NAMED {
        return Err(Error::from(UserErrorCode::TooLong).at(field.split('.')));
    }
    Ok(files.iter().copied().collect())
}

/// Ids of the files of a subject.
///
/// # Errors
/// Those of the database.
pub async fn of_subject(
    db: &impl ConnectionTrait,
    hospital: HospitalId,
    subject: Subject,
) -> Result<HashSet<AttachmentId>> {
    let ids: Vec<AttachmentId> = attachment::Entity::find()
        .select_only()
        .column(attachment::Column::Id)
        .filter(attachment::Column::HospitalId.eq(hospital))
        .filter(of(subject))
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Lines of an inspection that name a file.
///
/// # Errors
/// Those of the database.
pub async fn lines_with_files(
    db: &impl ConnectionTrait,
    hospital: HospitalId,
    inspection: InspectionId,
) -> Result<HashSet<i32>> {
    use inspection_evidence::Column as C;
    let lines: Vec<i32> = inspection_evidence::Entity::find()
        .select_only()
        .column(C::Seq)
        .filter(C::HospitalId.eq(hospital))
        .filter(C::InspectionId.eq(inspection))
        .into_tuple()
        .all(db)
        .await?;
    Ok(lines.into_iter().collect())
}

/// Writes which files lines of an inspection name; what they named before is named no more.
///
/// # Errors
/// Those of the database, which refuses a file of another inspection.
pub async fn to_lines(
    tx: &Tx,
    (hospital, inspection): (HospitalId, InspectionId),
    lines: BTreeMap<i32, BTreeSet<AttachmentId>>,
) -> Result<()> {
    use inspection_evidence::Column as C;
    if lines.is_empty() {
        return Ok(());
    }
    inspection_evidence::Entity::delete_many()
        .filter(C::HospitalId.eq(hospital))
        .filter(C::InspectionId.eq(inspection))
        .filter(C::Seq.is_in(lines.keys().copied()))
        .exec(tx)
        .await?;
    let mut rows = Vec::new();
    for (seq, files) in lines {
        rows.extend(
            files
                .into_iter()
                .map(|file| inspection_evidence::ActiveModel {
                    hospital_id: Set(hospital),
                    inspection_id: Set(inspection),
                    seq: Set(seq),
                    attachment_id: Set(file),
                }),
        );
    }
    // 4 values a row, and PostgreSQL and SQLite take some ten thousand a statement.
    for some in rows.chunks(1_000) {
        inspection_evidence::Entity::insert_many(some.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Writes which files a submission names.
///
/// # Errors
/// Those of the database, which refuses a file of another task.
pub async fn to_submission(
    tx: &Tx,
    (hospital, task): (HospitalId, RectificationTaskId),
    seq: i32,
    files: BTreeSet<AttachmentId>,
) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let rows = files
        .into_iter()
        .map(|file| rectification_evidence::ActiveModel {
            hospital_id: Set(hospital),
            task_id: Set(task),
            seq: Set(seq),
            attachment_id: Set(file),
        });
    rectification_evidence::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
