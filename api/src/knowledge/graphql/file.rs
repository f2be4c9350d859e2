//! A file of a version of an article.

use async_graphql::{Context, SimpleObject};
use entity::attachment;
use entity::ids::{ArticleId, HospitalId};
use entity::values::Side;

use super::Maybe;
use crate::attachment::graphql::Attachment;
use crate::graphql::requester;
use crate::knowledge::blocks;
use crate::loaders::{self, VersionFiles};

/// 条目所用的文件.
/// A file that the text of an article names.
#[derive(Clone, Debug, SimpleObject)]
pub struct ArticleFile {
    /// 文件.
    /// The file.
    pub file: Attachment,
    /// 宽，像素；非图片为 null.
    /// Width in pixels; null for what is no picture.
    pub width: Option<i32>,
    /// 高，像素；非图片为 null.
    /// Height in pixels; null for what is no picture.
    pub height: Option<i32>,
    /// 审核人是否已确认图片无患者信息；非图片恒为否.
    /// Whether a reviewer found no patient data in the picture; never for what is no picture.
    pub is_cleared: bool,
    /// 数据级别，同所在版本.
    /// Classification, that of the version.
    pub data_level: i32,
}

impl ArticleFile {
    fn of(row: attachment::Model, data_level: i32) -> Self {
        Self {
            width: row.width,
            height: row.height,
            is_cleared: row.cleared_at.is_some(),
            data_level,
            file: Attachment(row),
        }
    }
}

/// Files of a version in scope that a side wrote, those that stand where the reader reads.
pub(super) async fn files_of(
    ctx: &Context<'_>,
    (hospital, article, seq): (HospitalId, ArticleId, i32),
    side: Side,
    data_level: i32,
) -> Maybe<Vec<ArticleFile>> {
    let reader = blocks(requester(ctx), hospital, side);
    let rows = loaders::rows(ctx, VersionFiles(hospital, article, seq)).await;
    let shown = rows.map(|rows| {
        let seen = rows.into_iter().filter(|(_, place)| place.meets(reader));
        seen.map(|(row, _)| ArticleFile::of(row, data_level))
            .collect()
    });
    Some(shown.map_err(Into::into))
}
