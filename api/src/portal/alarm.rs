//! Who is told that a page is held back or a record left out (SG-QUAR-1): the information centre and the project managers
//! of the vendor, once a day for as long as it lasts. The message names the place, never the text.

use std::collections::BTreeSet;

use entity::contract;
use entity::ids::{HospitalId, PersonId};
use entity::rules::calendar::civil_date;
use entity::values::{NotificationKind, Role};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use site_gen::Report;

use super::instance::Instance;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::notification;

/// Most messages of one build; beyond them the number of the others is told.
const MOST: usize = 20;

/// Tells of what a build held back or left out. A record that is held back in several roots is told once.
///
/// # Errors
/// Those of the database.
pub async fn tell(app: &App, instance: &Instance, report: &Report) -> Result<()> {
    let faults: BTreeSet<(&str, &str, &str, usize, &str, &str)> = report
        .problems
        .iter()
        .filter(|one| one.kind != "warning" && one.reason != site_gen::WITHDRAWN_RECORD)
        .map(|one| {
            (
                one.record.as_str(),
                one.kind,
                one.path.trim_start_matches("en/"),
                one.line,
                one.reason.as_str(),
                one.reason_zh.as_str(),
            )
        })
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    let hospital = instance.reader.hospital;
    let day = civil_date(app.clock.now());
    let tx = app.db.begin_write().await?;
    let to = desk(&tx, hospital).await?;
    let kind = NotificationKind::Knowledge;
    for (record, fault, path, line, reason, why) in faults.iter().take(MOST).copied() {
        let place = match (path, line) {
            ("", _) => record.to_owned(),
            (path, 0) => path.to_owned(),
            (path, line) => format!("{path}:{line}"),
        };
        let (zh, en) = match fault {
            "quarantine" => (
                "门户页面待核，暂不显示",
                "a page of the portal is held back",
            ),
            _ => (
                "未放入门户：受众、数据级别或来源有误",
                "left out of the portal",
            ),
        };
        let cause = format!("page:{record}:{place}:{day}");
        let texts = (
            cause,
            match why {
                "" => format!("{zh}：{place}"),
                why => format!("{zh}：{place}：{why}"),
            },
            format!("{en}: {place}: {reason}"),
        );
        notification::tell_of_matter(&tx, app, hospital, &to, kind, texts).await?;
    }
    if let Some(more) = faults.len().checked_sub(MOST).filter(|more| *more > 0) {
        let name = &instance.name;
        let texts = (
            format!("pages:{name}:{day}"),
            format!("门户 {name} 另有 {more} 处待核"),
            format!("{more} more places of the portal {name} are held back"),
        );
        notification::tell_of_matter(&tx, app, hospital, &to, kind, texts).await?;
    }
    tx.commit().await.map_err(Into::into)
}

/// The information centre of a hospital, and the project managers of the vendor.
async fn desk(tx: &Tx, hospital: HospitalId) -> Result<BTreeSet<PersonId>> {
    let mut to = BTreeSet::new();
    let contracts = contract::Entity::find()
        .filter(contract::Column::HospitalId.eq(hospital))
        .all(tx)
        .await?;
    for contract in contracts {
        let roles = [Role::HospItAdmin, Role::VendorPm];
        to.extend(notification::people(tx, hospital, contract.id, &roles).await?);
    }
    Ok(to)
}

/// Tells once a day that a root cannot be made, and what is shown instead.
///
/// # Errors
/// Those of the database.
pub async fn failed(app: &App, instance: &Instance) -> Result<()> {
    let (name, hospital) = (&instance.name, instance.reader.hospital);
    let day = civil_date(app.clock.now());
    let tx = app.db.begin_write().await?;
    let to = desk(&tx, hospital).await?;
    let texts = (
        format!("root:{name}:{day}"),
        format!("门户 {name} 未能生成，仍显示上一次内容（横幅与撤下照常生效）；请查看服务日志"),
        format!(
            "the portal {name} could not be made; it shows what it showed before, with the banner of now and without what was withdrawn; see the log of the server"
        ),
    );
    let kind = NotificationKind::Knowledge;
    notification::tell_of_matter(&tx, app, hospital, &to, kind, texts).await?;
    tx.commit().await.map_err(Into::into)
}
