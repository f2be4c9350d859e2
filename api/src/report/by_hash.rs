//! Reports by the hash of a file or of their data: whoever holds one may ask what became of it (RP-SIG-5).

use entity::values::ReportState;
use entity::{report_issue, sealed_document};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::ops;
use crate::app::App;
use crate::error::Result;
use crate::requester::Requester;

/// Reports found at most; the same file may stand behind several.
pub const MOST: u64 = 5;

/// The hash as it is stored; `None` for a text that is none.
#[must_use]
pub fn hash_of(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| text.to_ascii_lowercase())
}

/// The reports whose data, pages, PDF or sealed document have this hash.
///
/// # Errors
/// Those of the database.
pub async fn named_by(app: &App, hash: &str) -> Result<Condition> {
    use report_issue::Column as C;
    let sealed: Vec<_> = sealed_document::Entity::find()
        .filter(sealed_document::Column::Sha256.eq(hash))
        .limit(MOST)
        .all(app.db.read())
        .await?
        .into_iter()
        .map(|row| row.report_id)
        .collect();
    Ok(Condition::any()
        .add(C::DataSha256.eq(hash))
        .add(C::PdfSha256.eq(hash))
        .add(C::HtmlSha256.eq(hash))
        .add(C::Id.is_in(sealed)))
}

/// Approved and later reports of a condition, newest first.
///
/// # Errors
/// Those of the database.
pub async fn found(app: &App, condition: Condition) -> Result<Vec<report_issue::Model>> {
    use report_issue::Column as C;
    Ok(report_issue::Entity::find()
        .filter(condition)
        .filter(C::State.ne(ReportState::Draft))
        .order_by_desc(C::MadeAt)
        .order_by_desc(C::Id)
        .limit(MOST)
        .all(app.db.read())
        .await?)
}

/// Those of them that a person may see.
///
/// # Errors
/// `FORBIDDEN`; those of the database.
pub async fn visible(app: &App, who: &Requester, text: &str) -> Result<Vec<report_issue::Model>> {
    who.require(entity::rules::access::Permission::ReportRead)?;
    match hash_of(text) {
        None => Ok(Vec::new()),
        Some(hash) => {
            let named = named_by(app, &hash).await?;
            let both = Condition::all().add(named).add(ops::visible(app, who));
            found(app, both).await
        }
    }
}

/// The revision in force that took the place of one.
///
/// # Errors
/// Those of the database.
pub async fn successor(app: &App, row: &report_issue::Model) -> Result<Option<i32>> {
    use report_issue::Column as C;
    if row.state != ReportState::Superseded {
        return Ok(None);
    }
    Ok(report_issue::Entity::find()
        .filter(C::HospitalId.eq(row.hospital_id))
        .filter(C::Number.eq(row.number.clone()))
        .filter(C::Revision.gt(row.revision))
        .filter(C::State.ne(ReportState::Draft))
        .filter(C::State.ne(ReportState::Approved))
        .order_by_desc(C::Revision)
        .one(app.db.read())
        .await?
        .map(|later| later.revision))
}
