//! Files as the schema shows them; bytes travel over REST.

use async_graphql::{Context, ID, Object};
use entity::attachment::{self, Subject};
use entity::ids::{AttachmentId, HospitalId, ReplyId};
use entity::values::ScanState;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::seen;
use crate::account::graphql::Person;
use crate::error::Result;
use crate::graphql::{Found, Node, app, requester};
use crate::loaders::{self, AttachmentsOf};
use crate::scalar::{Instant, Long};

/// 附件：内容经 GET /files/{id} 取得.
/// A file; its bytes by `GET /files/{id}`.
#[derive(Clone, Debug)]
pub struct Attachment(pub attachment::Model);

/// 附件：内容经 GET /files/{id} 取得.
/// A file; its bytes by `GET /files/{id}`.
#[Object]
impl Attachment {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 文件名.
    /// Name that it was given.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// 字节数.
    /// Length, in bytes.
    async fn size_bytes(&self) -> Long {
        Long(self.0.size_bytes)
    }
    /// 按签名判定的媒体类型.
    /// Media type by its signature.
    async fn content_type(&self) -> &str {
        &self.0.content_type
    }
    /// 内容的 SHA-256，64 位十六进制.
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }
    /// 扫描状态.
    /// Malware scan.
    async fn scan_state(&self) -> ScanState {
        self.0.scan_state
    }
    /// 上传人.
    /// Who uploaded it.
    async fn uploaded_by(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<Person>> {
        loaders::edge(ctx, self.0.uploaded_by, Person::from).await
    }
    /// 上传时刻.
    /// When it was uploaded.
    async fn uploaded_at(&self) -> Instant {
        Instant(self.0.uploaded_at)
    }
}

/// Files of a subject, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn attachments(
    ctx: &Context<'_>,
    hospital: HospitalId,
    subject: Subject,
) -> Result<Vec<Attachment>> {
    let rows = loaders::rows(ctx, AttachmentsOf(hospital, subject)).await?;
    Ok(shown(rows))
}

/// Files of a ticket that one of its replies was sent with, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn of_reply(
    ctx: &Context<'_>,
    hospital: HospitalId,
    (subject, reply): (Subject, ReplyId),
) -> Result<Vec<Attachment>> {
    let mut rows = loaders::rows(ctx, AttachmentsOf(hospital, subject)).await?;
    rows.retain(|row| row.reply_id == Some(reply));
    Ok(shown(rows))
}

/// Rows of files as nodes.
#[must_use]
pub fn shown(rows: Vec<attachment::Model>) -> Vec<Attachment> {
    rows.into_iter().map(Attachment).collect()
}

/// Adds what is in scope of the ids.
///
/// # Errors
/// Those of the database.
pub async fn nodes(ctx: &Context<'_>, ids: &[ID], found: &mut Found) -> Result<()> {
    let keys: Vec<AttachmentId> = ids
        .iter()
        .filter_map(|id| AttachmentId::parse(id))
        .collect();
    if keys.is_empty() {
        return Ok(());
    }
    let db = app(ctx).db.read();
    let rows = attachment::Entity::find()
        .filter(attachment::Column::Id.is_in(keys))
        .all(db)
        .await?;
    for row in seen(db, requester(ctx), rows).await? {
        found.insert(row.id.to_string(), Node::Attachment(Attachment(row)));
    }
    Ok(())
}
