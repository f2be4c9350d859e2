//! What can be announced: a notice, the disaster banner, the state of the system; and taken back.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{DepartmentId, NoticeId};
use entity::rules::access::Permission;
use entity::values::{Audience, NoticeKind, SystemState};
use entity::{notice, system_status};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::status;
use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Code, Error, Result, UserErrorCode, invalid};
use crate::knowledge::ops::{audiences_fit, blocks_fit, department_of};
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::ops::{LONG, SHORT, checked, checked_option};

/// Longest title, in characters.
const TITLE: usize = 200;
/// How far ahead and back an instant may lie, in days: what lies farther is a slip of the pen.
const FAR: i64 = 3_660;

/// A new notice.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// Replay key.
    pub key: String,
    /// Kind.
    pub kind: NoticeKind,
    /// Title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// For whom.
    pub audiences: Vec<Audience>,
    /// The one department of the ward.
    pub department: Option<DepartmentId>,
    /// Classification.
    pub data_level: i32,
    /// Shown from; now without it.
    pub valid_from: Option<DateTime<Utc>>,
    /// Shown before.
    pub valid_to: Option<DateTime<Utc>>,
    /// Begin and end of a window.
    pub window: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

/// A disaster banner.
#[derive(Clone, Debug)]
pub struct NewBanner {
    /// Replay key.
    pub key: String,
    /// Title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Shown before.
    pub valid_to: Option<DateTime<Utc>>,
}

/// The instants of a notice agree with each other and with its kind.
fn times(new: &NewNotice, now: DateTime<Utc>) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    let far = |at: DateTime<Utc>| (at - now).abs() > TimeDelta::days(FAR);
    let from = new.valid_from.unwrap_or(now);
    let all = [new.valid_from, new.valid_to, new.window.0, new.window.1];
    if all.into_iter().flatten().any(far) {
        return Err(invalid(
            "validFrom",
            "时间过远",
            "an instant lies too far away",
        ));
    }
    match (new.kind, new.window) {
        (NoticeKind::Window, (Some(start), Some(end))) if end <= start || end <= now => {
            return Err(invalid(
                "endsAt",
                "窗口须在开始之后、现在之后结束",
                "a window ends after it begins, and not in the past",
            ));
        }
        (NoticeKind::Window, (Some(_), Some(_))) => {}
        (NoticeKind::Window, (start, _)) => {
            let field = if start.is_none() {
                "startsAt"
            } else {
                "endsAt"
            };
            return Err(Error::from(UserErrorCode::Required).at([field]));
        }
        (_, (None, None)) => {}
        (_, _) => {
            return Err(invalid(
                "startsAt",
                "只有维护窗口有起止时间",
                "only a window begins and ends",
            ));
        }
    }
    // A window is news until it is over.
    let to = new.valid_to.or(new.window.1);
    if to.is_some_and(|to| to <= from || to <= now) {
        return Err(invalid(
            "validTo",
            "截止须晚于开始与现在",
            "it ends after it begins, and not in the past",
        ));
    }
    Ok((from, to))
}

/// Publishes a notice.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `REQUIRED`, `INVALID`, `DATA_LEVEL_REFUSED`, `NOT_FOUND` for a department.
pub async fn publish(app: &App, who: &Requester, new: NewNotice) -> Result<notice::Model> {
    insert(app, who, new, Permission::NoticePublish, "notice.publish").await
}

/// Puts up the disaster banner, for everybody at once.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `INVALID`.
pub async fn publish_disaster(
    app: &App,
    who: &Requester,
    banner: NewBanner,
) -> Result<notice::Model> {
    let new = NewNotice {
        key: banner.key,
        kind: NoticeKind::Disaster,
        title: banner.title,
        body: banner.body,
        audiences: Audience::ALL.to_vec(),
        department: None,
        data_level: 1,
        valid_from: None,
        valid_to: banner.valid_to,
        window: (None, None),
    };
    insert(app, who, new, Permission::DisasterNotice, "notice.disaster").await
}

async fn insert(
    app: &App,
    who: &Requester,
    new: NewNotice,
    permission: Permission,
    action: &'static str,
) -> Result<notice::Model> {
    let me = who.require(permission)?.id;
    let hospital = who.desk(permission)?;
    let title = checked(&new.title, "title", TITLE)?;
    let body = blocks_fit(checked(&new.body, "body", LONG)?, "body")?;
    let audiences = audiences_fit("", &new.audiences, new.department.is_some(), new.data_level)?;
    if new.kind == NoticeKind::Disaster && permission != Permission::DisasterNotice {
        return Err(invalid(
            "kind",
            "灾难横幅请用 publishDisasterNotice",
            "publishDisasterNotice puts up the banner",
        ));
    }
    let replay = Replay::of(&new.key, action, &new)?;
    let (now, id) = (app.clock.now(), NoticeId(app.clock.id()));
    let tx = app.db.begin_write().await?;
    if let Some(made) = replay.take(&tx, hospital, me, id.0, now).await? {
        let row = notice::Entity::find_by_id(NoticeId(made)).one(&tx).await?;
        tx.rollback().await?;
        return row.ok_or_else(|| Error::internal("a replayed notice is gone"));
    }
    let (from, to) = times(&new, now)?;
    department_of(&tx, hospital, new.department, "departmentId").await?;
    let row = notice::Model {
        id,
        hospital_id: hospital,
        version: 1,
        kind: new.kind,
        title,
        body,
        audience_bits: audiences.bits(),
        department_id: new.department,
        data_level: new.data_level,
        valid_from_at: from,
        valid_to_at: to,
        starts_at: new.window.0,
        ends_at: new.window.1,
        published_by: me,
        published_at: now,
        withdrawn_by: None,
        withdrawn_at: None,
        withdrawn_reason: None,
    };
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    audit::append(
        &tx,
        now,
        Some(hospital),
        who,
        Act::done(action, "notice", id.0),
    )
    .await?;
    tx.commit().await?;
    Ok(row)
}

/// Withdraws a notice; a manager takes down disaster banners only.
///
/// # Errors
/// `FORBIDDEN`; those of the reason, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE` for one that is withdrawn.
pub async fn withdraw(
    app: &App,
    who: &Requester,
    (id, version): (NoticeId, i32),
    why: &str,
) -> Result<notice::Model> {
    let me = who.require_person()?.id;
    let (any, banner) = (Permission::NoticePublish, Permission::DisasterNotice);
    if !who.may(any) && !who.may(banner) {
        return Err(Error::new(Code::Forbidden));
    }
    let why = checked(why, "reason", SHORT)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let row = notice::Entity::find_by_id(id)
        .filter(notice::Column::HospitalId.is_in(who.hospitals()))
        .lock_exclusive()
        .one(&tx)
        .await?
        .filter(|row| {
            let own = row.kind == NoticeKind::Disaster && who.may_at(row.hospital_id, banner);
            own || who.may_at(row.hospital_id, any)
        });
    let mut row = row.ok_or_else(|| Error::from(UserErrorCode::NotFound).at(["noticeId"]))?;
    if row.version != version {
        return Err(Error::from(UserErrorCode::Conflict).at(["expectedVersion"]));
    }
    if row.withdrawn_at.is_some() {
        return Err(Error::from(UserErrorCode::WrongState).at(["noticeId"]));
    }
    row.version += 1;
    row.withdrawn_by = Some(me);
    row.withdrawn_at = Some(now);
    row.withdrawn_reason = Some(why);
    let row = row.into_active_model().reset_all().update(&tx).await?;
    let act = Act::done("notice.withdraw", "notice", row.id.0);
    audit::append(&tx, now, Some(row.hospital_id), who, act).await?;
    tx.commit().await?;
    Ok(row)
}

/// The state of the system as it is set.
#[derive(Clone, Debug)]
pub struct NewStatus {
    /// Replay key.
    pub key: String,
    /// State.
    pub state: SystemState,
    /// Since when; now, or as before while the state stays the same, without it.
    pub since: Option<DateTime<Utc>>,
    /// When more is said.
    pub next_update: Option<DateTime<Utc>>,
    /// What the staff is told.
    pub message: Option<String>,
}

/// Sets the state of the system: a row more, whatever it was before.
///
/// # Errors
/// `FORBIDDEN`; those of the text, `INVALID` for instants that do not fit.
pub async fn set_status(
    app: &App,
    who: &Requester,
    new: NewStatus,
) -> Result<system_status::Model> {
    let permission = Permission::NoticePublish;
    let me = who.require(permission)?.id;
    let hospital = who.desk(permission)?;
    let message = checked_option(new.message.as_deref(), "message", SHORT)?;
    let replay = Replay::of(&new.key, "setSystemStatus", &new)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    // First of all: whoever sets the state of a hospital at the same time waits here.
    audit::hold(&tx, hospital).await?;
    let before = status(&tx, hospital).await?;
    let seq = before.as_ref().map_or(1, |row| row.seq + 1);
    let made = Uuid::from_u128(u128::from(seq.unsigned_abs()));
    if let Some(earlier) = replay.take(&tx, hospital, me, made, now).await? {
        let seq = i32::try_from(earlier.as_u128()).map_err(Error::internal)?;
        let row = system_status::Entity::find_by_id((hospital, seq))
            .one(&tx)
            .await?;
        tx.rollback().await?;
        return row.ok_or_else(|| Error::internal("a replayed state is gone"));
    }
    if new
        .since
        .is_some_and(|since| since > now || now - since > TimeDelta::days(FAR))
    {
        return Err(invalid("since", "不能晚于现在", "it has not come yet"));
    }
    let far = |at: DateTime<Utc>| at <= now || at - now > TimeDelta::days(FAR);
    if new.next_update.is_some_and(far) {
        return Err(invalid("nextUpdateAt", "须晚于现在", "it lies in the past"));
    }
    let same = before.as_ref().filter(|row| row.state == new.state);
    let row = system_status::Model {
        hospital_id: hospital,
        seq,
        state: new.state,
        since_at: new.since.or(same.map(|row| row.since_at)).unwrap_or(now),
        next_update_at: new.next_update,
        message,
        set_by: me,
        set_at: now,
    };
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    let act = Act::done("system.status", "hospital", hospital.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(row)
}
