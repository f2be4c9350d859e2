//! Files of tickets as the schema shows them; bytes travel over REST.

use async_graphql::{Context, ID, Object};
use entity::attachment;
use entity::ids::{HospitalId, ReplyId, TicketId};
use entity::values::ScanState;

use super::types::{Maybe, settle};
use crate::account::graphql::Person;
use crate::error::Result;
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
    /// 扫描状态.
    /// Malware scan.
    async fn scan_state(&self) -> ScanState {
        self.0.scan_state
    }
    /// 上传人.
    /// Who uploaded it.
    async fn uploaded_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        settle(
            loaders::person(ctx, Some(self.0.uploaded_by))
                .await
                .map(|row| row.map(Person::from)),
        )
    }
    /// 上传时刻.
    /// When it was uploaded.
    async fn uploaded_at(&self) -> Instant {
        Instant(self.0.uploaded_at)
    }
}

/// Files of a ticket, or those of one of its replies, oldest first.
///
/// # Errors
/// Those of the database.
pub(super) async fn attachments(
    ctx: &Context<'_>,
    hospital: HospitalId,
    ticket: TicketId,
    reply: Option<ReplyId>,
) -> Result<Vec<Option<Attachment>>> {
    let key = AttachmentsOf(hospital, ticket);
    let rows = loaders::rows(ctx, key).await?;
    let wanted = rows
        .into_iter()
        .filter(|row| reply.is_none() || row.reply_id == reply);
    Ok(wanted.map(|row| Some(Attachment(row))).collect())
}
