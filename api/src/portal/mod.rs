//! What the pages of a hospital are built from beside its records (`portal.md` 4): notices, planned windows, the state of
//! the system, the disaster banner, and the revision that grows with whatever pages show.
//!
//! `site-gen` makes the pages, as the reader of each [`instance`].

mod alarm;
pub mod build;
mod due;
pub mod graphql;
pub mod instance;
pub mod ops;
pub mod own;
pub mod press;
mod reader;
mod rescue;
pub mod source;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use entity::ids::HospitalId;
use entity::notice::Column as C;
use entity::rules::access::{Permission, allows};
use entity::values::Audience;
use entity::{portal_revision, system_status};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::knowledge::{Columns, reached};
use crate::requester::Requester;

pub use reader::PortalReader;

/// The folder that holds the roots, each below the name of its instance.
#[must_use]
pub fn roots(app: &App) -> PathBuf {
    app.config.data.join("portal")
}

/// For whom the pages of an audience are, in Chinese and English.
#[must_use]
pub const fn audience_words(audience: Audience) -> (&'static str, &'static str) {
    match audience {
        Audience::Staff => ("全院员工", "all staff"),
        Audience::Icu => ("重症医学科", "intensive care"),
        Audience::It => ("信息中心", "information centre"),
        Audience::Mgmt => ("医院管理人员", "hospital managers"),
        Audience::Vendor => ("服务商", "vendor"),
        Audience::Audit => ("审计", "auditors"),
    }
}

const NOTICE: Columns<C> = Columns {
    hospital: C::HospitalId,
    contract: None,
    bits: C::AudienceBits,
    department: C::DepartmentId,
    level: C::DataLevel,
};

/// Whether pages show what an act changed.
#[must_use]
pub fn shows(action: &str) -> bool {
    let Some((object, verb)) = action.split_once('.') else {
        return false;
    };
    match object {
        "notice" | "system" | "inspection" | "inspection_plan" | "finding" | "rectification"
        | "calendar" | "clock" | "contract" | "asset" => true,
        "article" => matches!(verb, "publish" | "outdated" | "retire"),
        // Drafts and approved ones stand on no page.
        "report" => !matches!(verb, "download" | "draft" | "take_back"),
        "ticket" => !matches!(
            verb,
            "reply" | "rate" | "add_step" | "set_internal_note" | "write_plan"
        ),
        _ => false,
    }
}

/// The next revision of a hospital's pages, in the transaction of what changes them: with the audit of an act that they
/// show.
///
/// # Errors
/// Those of the database.
pub async fn bump(tx: &Tx, hospital: HospitalId, now: DateTime<Utc>) -> Result<()> {
    use portal_revision::Column as R;
    let row = portal_revision::ActiveModel {
        hospital_id: Set(hospital),
        revision: Set(1),
        changed_at: Set(now),
    };
    let grow = OnConflict::column(R::HospitalId)
        .value(R::Revision, Expr::col(R::Revision.as_column_ref()).add(1))
        .value(R::ChangedAt, now)
        .to_owned();
    portal_revision::Entity::insert(row)
        .on_conflict(grow)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Notices in force at an instant.
#[must_use]
pub fn in_force(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(C::WithdrawnAt.is_null())
        .add(C::ValidFromAt.lte(now))
        .add(
            Condition::any()
                .add(C::ValidToAt.is_null())
                .add(C::ValidToAt.gt(now)),
        )
}

/// Notices in scope: those in force of the own audiences; all of the hospital for whoever publishes them.
#[must_use]
pub fn seen(who: &Requester, now: DateTime<Utc>) -> Condition {
    if who.is_system {
        return Condition::all();
    }
    let mut any = Condition::any().add(in_force(now).add(reached(who, &NOTICE)));
    for grant in &who.grants {
        if allows(grant.role, Permission::NoticePublish) {
            any = any.add(C::HospitalId.eq(grant.hospital));
        }
    }
    any
}

/// The state of the system as it was set last; none where nobody ever set one.
///
/// # Errors
/// Those of the database.
pub async fn status(
    db: &impl ConnectionTrait,
    hospital: HospitalId,
) -> Result<Option<system_status::Model>> {
    Ok(system_status::Entity::find()
        .filter(system_status::Column::HospitalId.eq(hospital))
        .order_by_desc(system_status::Column::Seq)
        .one(db)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::shows;

    #[test]
    fn what_no_page_shows_builds_nothing() {
        for action in [
            "article.publish",
            "notice.disaster",
            "clock.overdue",
            "ticket.create",
            "report.attest",
        ] {
            assert!(shows(action), "{action}");
        }
        for action in [
            "account.login",
            "report.download",
            "ticket.reply",
            "attachment.add",
            "article",
            "article.rate",
        ] {
            assert!(!shows(action), "{action}");
        }
    }
}
