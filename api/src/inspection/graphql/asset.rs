//! The register of assets in the schema.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::asset;
use entity::ids::{AssetId, ContractId};
use entity::values::{AssetKind, AssetOs, DbEngine, ResponsibleParty};

use super::super::ops;
use super::{Maybe, audited, listed, payload};
use crate::account::graphql::Contract;
use crate::db::retrying;
use crate::error::UserError;
use crate::graphql::{app, requester, settle};
use crate::scalar::{Day, Instant};

/// 资产：台账的一项，巡检按其逐一进行.
/// An asset of the register; an inspection looks at each.
#[derive(Clone, Debug)]
pub struct Asset(pub asset::Model);

impl From<asset::Model> for Asset {
    fn from(row: asset::Model) -> Self {
        Self(row)
    }
}

/// 资产：台账的一项，巡检按其逐一进行.
/// An asset of the register; an inspection looks at each.
#[Object]
impl Asset {
    /// 全局 ID.
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// 乐观锁版本，作为 `expectedVersion` 送回.
    /// Version; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// 合同.
    /// The contract that covers it.
    async fn contract(&self, ctx: &Context<'_>) -> Maybe<Contract> {
        super::types::contract(ctx, self.0.contract_id).await
    }
    /// 代码，合同内唯一.
    /// Code, unique in the contract.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// 类别.
    /// Kind.
    async fn kind(&self) -> AssetKind {
        self.0.kind
    }
    /// 名称.
    /// Name.
    async fn label(&self) -> &str {
        &self.0.label
    }
    /// 数据库引擎，仅数据库.
    /// Engine, of a database only.
    async fn engine(&self) -> Option<DbEngine> {
        self.0.engine
    }
    /// 操作系统，仅服务器.
    /// Operating system, of a server only.
    async fn os(&self) -> Option<AssetOs> {
        self.0.os
    }
    /// 归属方.
    /// Whose it is.
    async fn owner(&self) -> ResponsibleParty {
        self.0.owner
    }
    /// 维保截止日期.
    /// Last day of its warranty.
    async fn warranty_until_on(&self) -> Option<Day> {
        self.0.warranty_until_on.map(Day)
    }
    /// 数据级别，1–4.
    /// Level of the data that it holds, 1 to 4.
    async fn data_level(&self) -> Option<i32> {
        self.0.data_level
    }
    /// 登记时刻.
    /// When it was entered.
    async fn created_at(&self) -> Instant {
        Instant(self.0.created_at)
    }
    /// 停用时刻.
    /// When it was retired.
    async fn retired_at(&self) -> Option<Instant> {
        self.0.retired_at.map(Instant)
    }
    /// 停用理由.
    /// Why it was retired.
    async fn retire_reason(&self) -> Option<&str> {
        self.0.retire_reason.as_deref()
    }
}

/// 登记资产.
/// A new asset.
#[derive(Debug, InputObject)]
pub struct CreateAssetInput {
    /// 客户端生成的重放键，8–64 字符.
    /// Replay key made by the client, 8 to 64 characters.
    pub idempotency_key: String,
    /// 合同；只见一份时可省略.
    /// Contract; may be left out by who sees one only.
    pub contract_id: Option<ID>,
    /// 代码：字母、数字与 . _ -.
    /// Code: letters, digits and . _ -.
    pub code: String,
    /// 类别.
    /// Kind.
    pub kind: AssetKind,
    /// 名称.
    /// Name.
    pub label: String,
    /// 数据库引擎，数据库必填.
    /// Engine; required for a database, only there.
    pub engine: Option<DbEngine>,
    /// 操作系统，服务器必填.
    /// Operating system; required for a server, only there.
    pub os: Option<AssetOs>,
    /// 归属方.
    /// Whose it is.
    pub owner: ResponsibleParty,
    /// 维保截止日期.
    /// Last day of its warranty.
    pub warranty_until_on: Option<Day>,
    /// 数据级别，1–4.
    /// Level of the data that it holds, 1 to 4.
    pub data_level: Option<i32>,
}

/// 修改资产，整体替换.
/// A changed asset; it replaces what stands there.
#[derive(Debug, InputObject)]
pub struct UpdateAssetInput {
    /// 资产.
    /// The asset.
    pub asset_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 名称.
    /// Name.
    pub label: String,
    /// 数据库引擎，数据库必填.
    /// Engine; required for a database, only there.
    pub engine: Option<DbEngine>,
    /// 操作系统，服务器必填.
    /// Operating system; required for a server, only there.
    pub os: Option<AssetOs>,
    /// 归属方.
    /// Whose it is.
    pub owner: ResponsibleParty,
    /// 维保截止日期.
    /// Last day of its warranty.
    pub warranty_until_on: Option<Day>,
    /// 数据级别，1–4.
    /// Level of the data that it holds, 1 to 4.
    pub data_level: Option<i32>,
}

/// 停用资产.
/// Retire an asset.
#[derive(Debug, InputObject)]
pub struct RetireAssetInput {
    /// 资产.
    /// The asset.
    pub asset_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 理由.
    /// Reason.
    pub reason: String,
}

/// 导入资产表.
/// A sheet of assets.
#[derive(Debug, InputObject)]
pub struct ImportAssetsInput {
    /// 合同；只见一份时可省略.
    /// Contract; may be left out by who sees one only.
    pub contract_id: Option<ID>,
    /// CSV 文本，首行为列名：code,kind,label 必备，engine,os,owner,warrantyUntilOn,dataLevel 可选；至多 500 行.
    /// CSV text with a header: code, kind, label; engine, os, owner, warrantyUntilOn, dataLevel on demand; at most 500 lines.
    pub csv: String,
}

payload! {
    /// 登记资产的结果.
    /// Result of createAsset.
    CreateAssetPayload,
    /// 资产；失败为 null.
    /// The asset; null on failure.
    asset: Asset
}
payload! {
    /// 修改资产的结果.
    /// Result of updateAsset.
    UpdateAssetPayload,
    /// 资产；失败为 null.
    /// The asset; null on failure.
    asset: Asset
}
payload! {
    /// 停用资产的结果.
    /// Result of retireAsset.
    RetireAssetPayload,
    /// 资产；失败为 null.
    /// The asset; null on failure.
    asset: Asset
}

/// 导入资产表的结果.
/// Result of importAssets.
#[derive(Debug, SimpleObject)]
pub struct ImportAssetsPayload {
    /// 新增与修改的条数；失败为 null.
    /// How many were entered or changed; null on failure.
    pub imported: Option<i32>,
    /// 可预期的失败，至多 100 条；路径为 csv、行号、列名.
    /// Expected failures, at most 100; the path is csv, line, column.
    pub user_errors: Vec<UserError>,
}

/// Changes of the register.
#[derive(Default)]
pub struct AssetMutation;

/// Changes of the register.
#[Object]
impl AssetMutation {
    /// 登记资产. 权限 ASSET_MANAGE.
    /// Enters an asset. Permission ASSET_MANAGE.
    async fn create_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "新资产. The new asset.")] input: CreateAssetInput,
    ) -> Maybe<CreateAssetPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let new = || ops::NewAsset {
            key: input.idempotency_key.clone(),
            contract: input.contract_id.as_ref().map(|id| ContractId::lookup(id)),
            code: input.code.clone(),
            kind: input.kind,
            card: ops::AssetCard {
                label: input.label.clone(),
                engine: input.engine,
                os: input.os,
                owner: input.owner,
                warranty_until_on: input.warranty_until_on.map(|on| on.0),
                data_level: input.data_level,
            },
        };
        let done = retrying(app, || Box::pin(ops::create_asset(app, who, new()))).await;
        let done = audited(ctx, "asset.create", ("asset", None), done).await;
        settle(ctx, done, |row, user_errors| CreateAssetPayload {
            asset: row.map(Asset),
            user_errors,
        })
    }

    /// 修改资产，整体替换. 权限 ASSET_MANAGE.
    /// Changes an asset as a whole. Permission ASSET_MANAGE.
    async fn update_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: UpdateAssetInput,
    ) -> Maybe<UpdateAssetPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = AssetId::lookup(&input.asset_id);
        let card = || ops::AssetCard {
            label: input.label.clone(),
            engine: input.engine,
            os: input.os,
            owner: input.owner,
            warranty_until_on: input.warranty_until_on.map(|on| on.0),
            data_level: input.data_level,
        };
        let of = (id, input.expected_version);
        let done = retrying(app, || Box::pin(ops::update_asset(app, who, of, card()))).await;
        let done = audited(ctx, "asset.update", ("asset", Some(id.0)), done).await;
        settle(ctx, done, |row, user_errors| UpdateAssetPayload {
            asset: row.map(Asset),
            user_errors,
        })
    }

    /// 停用资产；以后的巡检不再涉及. 权限 ASSET_MANAGE.
    /// Retires an asset; later inspections do not ask for it. Permission ASSET_MANAGE.
    async fn retire_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RetireAssetInput,
    ) -> Maybe<RetireAssetPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = AssetId::lookup(&input.asset_id);
        let of = (id, input.expected_version);
        let run = || Box::pin(ops::retire_asset(app, who, of, &input.reason));
        let done = retrying(app, run).await;
        let done = audited(ctx, "asset.retire", ("asset", Some(id.0)), done).await;
        settle(ctx, done, |row, user_errors| RetireAssetPayload {
            asset: row.map(Asset),
            user_errors,
        })
    }

    /// 导入资产表：全部生效或全不生效，逐行报告错误. 权限 ASSET_MANAGE.
    /// Imports a sheet of assets, all of it or nothing, with the errors of each line. Permission ASSET_MANAGE.
    async fn import_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "资产表. The sheet.")] input: ImportAssetsInput,
    ) -> Maybe<ImportAssetsPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let contract = input.contract_id.as_ref().map(|id| ContractId::lookup(id));
        let run = || Box::pin(ops::import_assets(app, who, contract, &input.csv));
        let done = retrying(app, run).await;
        let object = ("contract", contract.map(|id| id.0));
        let mut done = audited(ctx, "asset.import", object, done).await;
        let mut lines = Vec::new();
        if let Ok(Err(wrong)) = &mut done {
            match listed(ctx, "asset.import", object, std::mem::take(wrong)).await {
                Ok(entries) => lines = entries,
                Err(error) => done = Err(error),
            }
        }
        settle(ctx, done, |rows, mut user_errors| {
            user_errors.extend(lines);
            let made = rows.and_then(|rows| rows.ok()).map(|rows| rows.len());
            ImportAssetsPayload {
                imported: made.and_then(|n| i32::try_from(n).ok()),
                user_errors,
            }
        })
    }
}
