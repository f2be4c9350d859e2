//! The register of assets: entered one by one or as a sheet, changed, retired (C1.5.1-c).
//!
//! An asset is never deleted: earlier inspections name it.

use chrono::NaiveDate;
use entity::asset;
use entity::ids::{AssetId, ContractId, HospitalId, PersonId};
use entity::rules::access::Permission;
use entity::rules::inspection::{self as rule, Row, WHOLE};
use entity::values::{AssetKind, AssetOs, DbEngine, ResponsibleParty};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, SqlErr,
};

use super::{Sheeted, contract_of, expect, invalid, missing, required};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::inspection::scope::seen;
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::ops::{SHORT, checked};

/// Longest code, and longest name of an asset, in characters.
const NAME: usize = 100;
/// Longest sheet, in characters; and longest line of it.
const SHEET: usize = 90_000;
const LINE: usize = 4_000;
/// Most lines of a sheet.
const LINES: usize = 500;

/// What the register says of an asset beside code and kind.
#[derive(Clone, Debug)]
pub struct AssetCard {
    /// Name as people say it.
    pub label: String,
    /// Engine, of a database only.
    pub engine: Option<DbEngine>,
    /// Operating system, of a server only.
    pub os: Option<AssetOs>,
    /// Whose it is.
    pub owner: ResponsibleParty,
    /// Last day of its warranty.
    pub warranty_until_on: Option<NaiveDate>,
    /// Level of the data that it holds, 1 to 4.
    pub data_level: Option<i32>,
}

/// An asset to enter.
#[derive(Clone, Debug)]
pub struct NewAsset {
    /// Replay key made by the client.
    pub key: String,
    /// Contract that covers it.
    pub contract: Option<ContractId>,
    /// Code.
    pub code: String,
    /// Kind.
    pub kind: AssetKind,
    /// The rest.
    pub card: AssetCard,
}

/// A code is what people put on a machine: letters, digits, `.`, `_`, `-`.
fn code_of(text: &str) -> Result<String> {
    let text = checked(text, "code", NAME)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.chars().all(plain) && text != WHOLE {
        Ok(text)
    } else {
        Err(invalid(
            "code",
            "代码只含字母、数字与 . _ -",
            "a code has letters, digits and . _ - only",
        ))
    }
}

/// The facts that depend on the kind.
fn fits(kind: AssetKind, card: &AssetCard) -> Result<()> {
    if card.engine.is_some() != (kind == AssetKind::Database) {
        return Err(invalid(
            "engine",
            "数据库须有引擎，其他资产没有",
            "a database has an engine, and nothing else has",
        ));
    }
    if card.os.is_some() != (kind == AssetKind::Server) {
        return Err(invalid(
            "os",
            "服务器须有操作系统，其他资产没有",
            "a server has an operating system, and nothing else has",
        ));
    }
    if card
        .data_level
        .is_some_and(|level| !(1..=4).contains(&level))
    {
        return Err(Error::from(UserErrorCode::DataLevelRefused).at(["dataLevel"]));
    }
    Ok(())
}

/// Enters an asset.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `NOT_FOUND`, `REQUIRED`, `INVALID` for a code that is taken or facts that do not fit
/// the kind, `DATA_LEVEL_REFUSED`.
pub async fn create_asset(app: &App, who: &Requester, new: NewAsset) -> Result<asset::Model> {
    let me = who.require(Permission::AssetManage)?.id;
    let code = code_of(&new.code)?;
    let label = checked(&new.card.label, "label", NAME)?;
    let replay = Replay::of(&new.key, "createAsset", &new)?;
    let contract = contract_of(app, who, Permission::AssetManage, new.contract).await?;
    fits(new.kind, &new.card)?;
    let (now, id) = (app.clock.now(), AssetId(app.clock.id()));
    let hospital = contract.hospital_id;
    let tx = app.db.begin_write().await?;
    if let Some(made) = replay.take(&tx, hospital, me, id.0, now).await? {
        let row = asset::Entity::find_by_id(AssetId(made)).one(&tx).await?;
        tx.rollback().await?;
        return row.ok_or_else(|| Error::internal("a replayed asset is gone"));
    }
    if find_code(&tx, hospital, contract.id, &code)
        .await?
        .is_some()
    {
        return Err(taken());
    }
    let card = AssetCard { label, ..new.card };
    let row = fresh(
        id,
        (hospital, contract.id),
        (code, new.kind),
        card,
        (me, now),
    );
    let row = enter(&tx, row).await?;
    let act = Act::done("asset.create", "asset", row.id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(row)
}

fn taken() -> Error {
    invalid(
        "code",
        "该代码已在台账中",
        "the code stands in the register already",
    )
}

/// Inserts a row; somebody else may have taken its code since it was looked for.
async fn enter(tx: &Tx, row: asset::Model) -> Result<asset::Model> {
    let done = row.into_active_model().reset_all().insert(tx).await;
    done.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => taken(),
        _ => error.into(),
    })
}

fn fresh(
    id: AssetId,
    (hospital_id, contract_id): (HospitalId, ContractId),
    (code, kind): (String, AssetKind),
    card: AssetCard,
    (created_by, created_at): (PersonId, chrono::DateTime<chrono::Utc>),
) -> asset::Model {
    asset::Model {
        id,
        hospital_id,
        contract_id,
        code,
        kind,
        label: card.label,
        engine: card.engine,
        os: card.os,
        owner: card.owner,
        warranty_until_on: card.warranty_until_on,
        data_level: card.data_level,
        version: 1,
        created_by,
        created_at,
        retired_by: None,
        retired_at: None,
        retire_reason: None,
    }
}

async fn find_code(
    tx: &Tx,
    hospital: HospitalId,
    contract: ContractId,
    code: &str,
) -> Result<Option<asset::Model>> {
    Ok(asset::Entity::find()
        .filter(asset::Column::HospitalId.eq(hospital))
        .filter(asset::Column::ContractId.eq(contract))
        .filter(asset::Column::Code.eq(code))
        .one(tx)
        .await?)
}

/// The asset in scope, locked, in use, in the version that the client has seen.
async fn held(tx: &Tx, who: &Requester, id: AssetId, version: i32) -> Result<asset::Model> {
    use asset::Column as C;
    let row = asset::Entity::find_by_id(id)
        .filter(seen(
            who,
            Permission::AssetManage,
            C::HospitalId,
            C::ContractId,
        ))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| missing("assetId"))?;
    expect(row.version, version)?;
    if row.retired_at.is_some() {
        return Err(Error::from(UserErrorCode::WrongState).at(["assetId"]));
    }
    Ok(row)
}

/// Replaces what the register says of an asset.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` once it is retired, `INVALID`,
/// `DATA_LEVEL_REFUSED`.
pub async fn update_asset(
    app: &App,
    who: &Requester,
    (id, version): (AssetId, i32),
    card: AssetCard,
) -> Result<asset::Model> {
    who.require(Permission::AssetManage)?;
    let label = checked(&card.label, "label", NAME)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let mut row = held(&tx, who, id, version).await?;
    fits(row.kind, &card)?;
    put(&mut row, AssetCard { label, ..card });
    let row = row.into_active_model().reset_all().update(&tx).await?;
    let act = Act::done("asset.update", "asset", row.id.0);
    audit::append(&tx, now, Some(row.hospital_id), who, act).await?;
    tx.commit().await?;
    Ok(row)
}

fn put(row: &mut asset::Model, card: AssetCard) {
    let AssetCard {
        label,
        engine,
        os,
        owner,
        warranty_until_on,
        data_level,
    } = card;
    row.label = label;
    row.engine = engine;
    row.os = os;
    row.owner = owner;
    row.warranty_until_on = warranty_until_on;
    row.data_level = data_level;
    row.version += 1;
}

/// Retires an asset: later inspections do not ask for it.
///
/// # Errors
/// `FORBIDDEN`; those of the reason, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn retire_asset(
    app: &App,
    who: &Requester,
    (id, version): (AssetId, i32),
    reason: &str,
) -> Result<asset::Model> {
    let me = who.require(Permission::AssetManage)?.id;
    let reason = checked(reason, "reason", SHORT)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let mut row = held(&tx, who, id, version).await?;
    row.retired_by = Some(me);
    row.retired_at = Some(now);
    row.retire_reason = Some(reason);
    row.version += 1;
    let row = row.into_active_model().reset_all().update(&tx).await?;
    let act = Act::done("asset.retire", "asset", row.id.0);
    audit::append(&tx, now, Some(row.hospital_id), who, act).await?;
    tx.commit().await?;
    Ok(row)
}

/// Columns of a sheet of assets.
const COLUMNS: &[&str] = &[
    "code",
    "kind",
    "label",
    "engine",
    "os",
    "owner",
    "warrantyUntilOn",
    "dataLevel",
];

/// The text of a sheet: bounded as a whole and line by line, screened like every text.
///
/// # Errors
/// `REQUIRED`, `TOO_LONG`, `INVALID`, `PATIENT_DATA_IN_TEXT` at `csv`.
pub(super) fn sheet(text: &str) -> Result<String> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if text.lines().any(|line| line.chars().count() > LINE) {
        return Err(Error::from(UserErrorCode::TooLong).at(["csv"]));
    }
    checked(text, "csv", SHEET)
}

/// The lines of a sheet.
///
/// # Errors
/// `INVALID` at `csv` for what is no such table, `TOO_LONG` for too many lines.
pub(super) fn lines(text: &str, columns: &[&str], needed: &[&str]) -> Result<Vec<Row>> {
    let rows = rule::read_table(text, columns, needed).map_err(|bad| {
        let (zh, en) = match bad {
            rule::Bad::Quote(line) => (
                format!("第 {line} 行引号不成对"),
                format!("line {line}: a quote is not closed"),
            ),
            rule::Bad::Width(line) => (
                format!("第 {line} 行的列数与表头不符"),
                format!("line {line}: another number of cells than the header"),
            ),
            rule::Bad::Column(name) => {
                // What is not known is not repeated: it is the client's text.
                let known = columns.iter().find(|column| **column == name);
                let (zh, en) = match known {
                    Some(name) => (
                        format!("表头缺少或重复列 {name}"),
                        format!("the header lacks or repeats {name}"),
                    ),
                    None => (
                        "表头有不认识的列".to_owned(),
                        "the header has an unknown column".to_owned(),
                    ),
                };
                let all = columns.join(",");
                (
                    format!("{zh}；可用列：{all}"),
                    format!("{en}; columns: {all}"),
                )
            }
            rule::Bad::Empty => (
                "表头以下没有内容".to_owned(),
                "there is nothing below the header".to_owned(),
            ),
        };
        invalid("csv", zh, en)
    })?;
    if rows.len() > LINES {
        return Err(Error::from(UserErrorCode::TooLong).at(["csv"]));
    }
    Ok(rows)
}

/// An error of a line, with its place in the sheet.
pub(super) fn in_line(line: usize, error: &Error) -> Error {
    let column = error
        .field()
        .and_then(<[String]>::last)
        .cloned()
        .unwrap_or_default();
    let place = ["csv".to_owned(), line.to_string(), column];
    error
        .clone()
        .in_place(&format!("第 {line} 行"), &format!("line {line}"))
        .at(place)
}

fn word<T>(row: &Row, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
    row.get(column)
        .map(|text| {
            read(text).ok_or_else(|| {
                invalid(
                    column,
                    format!("{column} 的值不认识"),
                    format!("{column} has an unknown value"),
                )
            })
        })
        .transpose()
}

fn asset_of(row: &Row) -> Result<(String, AssetKind, AssetCard)> {
    let code = code_of(row.get("code").unwrap_or_default())?;
    let kind = word(row, "kind", AssetKind::parse)?.ok_or_else(|| required("kind"))?;
    let card = AssetCard {
        label: checked(row.get("label").unwrap_or_default(), "label", NAME)?,
        engine: word(row, "engine", DbEngine::parse)?,
        os: word(row, "os", AssetOs::parse)?,
        owner: word(row, "owner", ResponsibleParty::parse)?.unwrap_or(ResponsibleParty::Hospital),
        warranty_until_on: word(row, "warrantyUntilOn", |text| text.parse().ok())?,
        data_level: word(row, "dataLevel", |text| text.parse().ok())?,
    };
    fits(kind, &card)?;
    Ok((code, kind, card))
}

/// Enters a sheet of assets: unknown codes are new, known ones are changed. Nothing is entered if a line is wrong.
///
/// # Errors
/// `FORBIDDEN`; those of the sheet as a whole. Failures of lines are the inner list.
pub async fn import_assets(
    app: &App,
    who: &Requester,
    contract: Option<ContractId>,
    csv: &str,
) -> Result<Sheeted<Vec<asset::Model>>> {
    let me = who.require(Permission::AssetManage)?.id;
    let csv = sheet(csv)?;
    let contract = contract_of(app, who, Permission::AssetManage, contract).await?;
    let (now, hospital) = (app.clock.now(), contract.hospital_id);
    let rows = lines(&csv, COLUMNS, &["code", "kind", "label"])?;
    let mut wrong = Vec::new();
    let mut read: Vec<(usize, String, AssetKind, AssetCard)> = Vec::new();
    for row in &rows {
        match asset_of(row) {
            Ok((code, _, _)) if read.iter().any(|(_, other, _, _)| *other == code) => {
                wrong.push(in_line(row.line, &taken()));
            }
            Ok((code, kind, card)) => read.push((row.line, code, kind, card)),
            Err(error) => wrong.push(in_line(row.line, &error)),
        }
    }
    let tx = app.db.begin_write().await?;
    let mut made = Vec::new();
    for (line, code, kind, card) in read {
        let row = match find_code(&tx, hospital, contract.id, &code).await? {
            None => {
                let id = AssetId(app.clock.id());
                let row = fresh(id, (hospital, contract.id), (code, kind), card, (me, now));
                enter(&tx, row).await?
            }
            Some(row) if row.retired_at.is_some() || row.kind != kind => {
                let error = invalid(
                    "code",
                    "该代码已停用或属于另一类资产",
                    "the code is retired or of another kind",
                );
                wrong.push(in_line(line, &error));
                continue;
            }
            Some(mut row) => {
                put(&mut row, card);
                row.into_active_model().reset_all().update(&tx).await?
            }
        };
        made.push(row);
    }
    if !wrong.is_empty() {
        tx.rollback().await?;
        return Ok(Err(wrong));
    }
    let act = Act::done("asset.import", "contract", contract.id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(Ok(made))
}
