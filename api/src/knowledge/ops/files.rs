//! Files of a version: those that its text names are entered with it, and pictures go out only once a reviewer has looked
//! at them and found no patient (SG-MD-7).

use std::collections::{BTreeMap, BTreeSet};

use entity::ids::AttachmentId;
use entity::rules::attach::MOST;
use entity::rules::audience::Audiences;
use entity::rules::picture::is_picture;
use entity::rules::reference;
use entity::{article_file, article_version, attachment};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{Article, invalid, missing};
use crate::attachment::seen;
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::requester::Requester;

const BODY: &str = "content.body";
const CLEARED: &str = "clearedFileIds";

/// Enters which files the text of a version names, in place of those that it named before.
///
/// # Errors
/// `INVALID` for a file that is not one of the article or not in scope, `TOO_LONG` for too many.
pub(super) async fn enter(
    tx: &Tx,
    who: &Requester,
    version: &article_version::Model,
) -> Result<()> {
    use article_file::Column as F;
    let named = known(tx, who, version).await?;
    article_file::Entity::delete_many()
        .filter(F::HospitalId.eq(version.hospital_id))
        .filter(F::ArticleId.eq(version.article_id))
        .filter(F::Seq.eq(version.seq))
        .exec(tx)
        .await?;
    if named.is_empty() {
        return Ok(());
    }
    let rows = named
        .into_iter()
        .map(|(file, audiences)| article_file::ActiveModel {
            hospital_id: Set(version.hospital_id),
            article_id: Set(version.article_id),
            seq: Set(version.seq),
            attachment_id: Set(file),
            audience_bits: Set(audiences.bits()),
        });
    article_file::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The files that a text names, each one of the article and in scope of who writes.
async fn known(
    tx: &Tx,
    who: &Requester,
    version: &article_version::Model,
) -> Result<BTreeMap<AttachmentId, Audiences>> {
    use attachment::Column as C;
    let named = reference::files(&version.body);
    if named.is_empty() {
        return Ok(BTreeMap::new());
    }
    if named.len() > MOST {
        return Err(Error::from(UserErrorCode::TooLong).at(BODY.split('.')));
    }
    let unknown = |name: &str| {
        let name: String = name.chars().take(40).collect();
        invalid(
            BODY,
            format!("正文引用的文件“{name}”不属于本条目"),
            format!("the text names the file “{name}”, which is none of this article"),
        )
    };
    let mut wanted: BTreeMap<AttachmentId, Audiences> = BTreeMap::new();
    for (name, audiences) in &named {
        let id = AttachmentId::parse(name).ok_or_else(|| unknown(name))?;
        let known = wanted.entry(id).or_default();
        *known = known.and(*audiences);
    }
    let rows = attachment::Entity::find()
        .filter(C::HospitalId.eq(version.hospital_id))
        .filter(C::ArticleId.eq(version.article_id))
        .filter(C::Id.is_in(wanted.keys().copied()))
        .all(tx)
        .await?;
    let rows = seen(tx, who, rows).await?;
    let here: BTreeSet<AttachmentId> = rows.into_iter().map(|row| row.id).collect();
    match wanted.keys().find(|id| !here.contains(id)) {
        Some(id) => Err(unknown(&id.to_string())),
        None => Ok(wanted),
    }
}

/// Marks the pictures that the reviewer looked at, and sees that none of the version is left.
///
/// # Errors
/// `NOT_FOUND` for a picture that the version does not show, `FOUR_EYES` for an own one, `INVALID` that names those
/// nobody has looked at.
pub(super) async fn clear(
    article: &Article<'_>,
    version: &article_version::Model,
    cleared: &[AttachmentId],
) -> Result<()> {
    use article_file::Column as F;
    use attachment::Column as C;
    let named = article_file::Entity::find()
        .filter(F::HospitalId.eq(version.hospital_id))
        .filter(F::ArticleId.eq(version.article_id))
        .filter(F::Seq.eq(version.seq))
        .all(&article.tx)
        .await?;
    let pictures: Vec<attachment::Model> = if named.is_empty() {
        Vec::new()
    } else {
        let rows = attachment::Entity::find()
            .filter(C::HospitalId.eq(version.hospital_id))
            .filter(C::Id.is_in(named.iter().map(|row| row.attachment_id)))
            .all(&article.tx)
            .await?;
        let shown = |row: &attachment::Model| is_picture(&row.content_type);
        rows.into_iter().filter(shown).collect()
    };
    let cleared: BTreeSet<AttachmentId> = cleared.iter().copied().collect();
    if cleared
        .iter()
        .any(|id| !pictures.iter().any(|row| row.id == *id))
    {
        return Err(missing(CLEARED));
    }
    let open = |row: &&attachment::Model| row.cleared_at.is_none();
    let (done, left): (Vec<_>, Vec<_>) = pictures
        .iter()
        .filter(open)
        .partition(|row| cleared.contains(&row.id));
    if !left.is_empty() {
        let names: Vec<&str> = left.iter().map(|row| row.name.as_str()).collect();
        return Err(invalid(
            CLEARED,
            format!("图片须由审核人逐一确认无患者信息：{}", names.join("、")),
            format!(
                "the reviewer has to find no patient data in each picture: {}",
                names.join(", ")
            ),
        ));
    }
    if done.iter().any(|row| row.uploaded_by == article.me) {
        return Err(Error::from(UserErrorCode::FourEyes).at([CLEARED]));
    }
    for row in done {
        let mut row = row.clone().into_active_model();
        row.cleared_by = Set(Some(article.me));
        row.cleared_at = Set(Some(article.now));
        row.update(&article.tx).await?;
    }
    Ok(())
}
