//! Roles: granted, decided by a second person where they are privileged, revoked (`domain.md` 2.4).

use std::collections::BTreeSet;

use entity::ids::{DepartmentId, GrantId, HospitalId, PersonId};
use entity::rules::access::Permission;
use entity::values::{GrantState, NotificationKind, Role, Side};
use entity::{department, person, role_grant};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

use super::session::end_all;
use super::{invalid, missing, scope, vendor};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification;
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::ops::{checked, checked_option};

/// A role to grant.
#[derive(Clone, Copy, Debug)]
pub struct NewGrant {
    /// Which.
    pub role: Role,
    /// Department; ward roles need one, others have none.
    pub department: Option<DepartmentId>,
    /// Lead of the department, or of the information centre.
    pub is_lead: bool,
}

/// Whether role, side, department and lead go together.
///
/// # Errors
/// `INVALID`, `REQUIRED`.
pub(super) fn check(new: &NewGrant, side: Side) -> Result<()> {
    let ward = matches!(new.role, Role::IcuNurse | Role::IcuDoctor);
    if new.role.side() != side {
        return Err(invalid(
            "role",
            "角色不属于该人员所在一方",
            "the role belongs to the other side",
        ));
    }
    if ward && new.department.is_none() {
        return Err(Error::from(UserErrorCode::Required).at(["departmentId"]));
    }
    if !ward && new.department.is_some() {
        return Err(invalid(
            "departmentId",
            "只有病区角色属于科室",
            "only ward roles belong to a department",
        ));
    }
    if new.is_lead && !ward && new.role != Role::HospItAdmin {
        return Err(invalid(
            "isLead",
            "该角色没有负责人",
            "this role has no lead",
        ));
    }
    Ok(())
}

/// Writes a grant that was checked: in force, or waiting for the second person, who is told.
///
/// # Errors
/// `NOT_FOUND` for a department of another hospital, `INVALID` for a role that is held already.
pub(super) async fn put(
    tx: &Tx,
    app: &App,
    who: &Requester,
    (hospital, id): (HospitalId, GrantId),
    person: &person::Model,
    new: NewGrant,
) -> Result<role_grant::Model> {
    if let Some(id) = new.department {
        department::Entity::find_by_id(id)
            .filter(department::Column::HospitalId.eq(hospital))
            .one(tx)
            .await?
            .ok_or_else(|| missing("departmentId"))?;
    }
    let held = role_grant::Entity::find()
        .filter(role_grant::Column::HospitalId.eq(hospital))
        .filter(role_grant::Column::PersonId.eq(person.id))
        .filter(role_grant::Column::Role.eq(new.role))
        .filter(role_grant::Column::State.ne(GrantState::Revoked))
        .all(tx)
        .await?;
    if held
        .iter()
        .any(|row| row.department_id == new.department && row.is_lead == new.is_lead)
    {
        return Err(invalid(
            "role",
            "已授予或待批准",
            "the role is held, or waits for its approval",
        ));
    }
    let now = app.clock.now();
    let row = role_grant::Model {
        id,
        hospital_id: hospital,
        person_id: person.id,
        role: new.role,
        department_id: new.department,
        is_lead: new.is_lead,
        state: if new.role.is_privileged() {
            GrantState::Pending
        } else {
            GrantState::Active
        },
        granted_by: who.person_id(),
        granted_at: now,
        decided_by: None,
        decided_at: None,
    };
    let row = row.into_active_model().reset_all().insert(tx).await?;
    if row.state == GrantState::Pending {
        let text = (
            format!("grant:{}", row.id),
            format!("待批准：授予 {} 角色 {}", person.name, row.role),
            format!("To decide: role {} for {}", row.role, person.name),
        );
        let to = managers(tx, hospital).await?;
        notification::tell_of_matter(tx, app, hospital, &to, NotificationKind::Account, text)
            .await?;
    } else {
        end_all(tx, person.id, None, now).await?;
    }
    Ok(row)
}

/// The managers of a hospital.
///
/// # Errors
/// Those of the database.
pub(super) async fn managers(tx: &Tx, hospital: HospitalId) -> Result<BTreeSet<PersonId>> {
    let rows = role_grant::Entity::find()
        .filter(role_grant::Column::HospitalId.eq(hospital))
        .filter(role_grant::Column::State.eq(GrantState::Active))
        .filter(role_grant::Column::Role.eq(Role::HospManager))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}

/// Grants a role; a privileged one waits for the second person.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `REQUIRED`, `INVALID`, `UNDERTAKING_MISSING` for a vendor person without one.
pub async fn grant(
    app: &App,
    who: &Requester,
    key: &str,
    id: Option<PersonId>,
    new: NewGrant,
) -> Result<role_grant::Model> {
    let hospital = who.desk(Permission::AccountManage)?;
    let now = app.clock.now();
    check(&new, new.role.side())?;
    let replay = Replay::of(key, "grantRole", &(id, new))?;
    let made_id = GrantId(app.clock.id());
    let tx = app.db.begin_write().await?;
    if let Some(me) = who.person_id()
        && let Some(made) = replay.take(&tx, hospital, me, made_id.0, now).await?
    {
        let row = role_grant::Entity::find_by_id(GrantId(made))
            .one(&tx)
            .await?;
        tx.rollback().await?;
        return row.ok_or_else(|| missing("idempotencyKey"));
    }
    let person = scope::target(&tx, who, hospital, id).await?;
    check(&new, person.side)?;
    if person.side == Side::Vendor {
        vendor::require_undertaking(&tx, hospital, person.id).await?;
    }
    let row = put(&tx, app, who, (hospital, made_id), &person, new).await?;
    let act = Act::done("account.grant", "role_grant", row.id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(row)
}

async fn of_hospital(
    tx: &Tx,
    hospital: HospitalId,
    id: Option<GrantId>,
) -> Result<role_grant::Model> {
    let id = id.ok_or_else(|| missing("grantId"))?;
    role_grant::Entity::find_by_id(id)
        .filter(role_grant::Column::HospitalId.eq(hospital))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| missing("grantId"))
}

/// Decides on a privileged role, as the second person.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `WRONG_STATE`; `FOUR_EYES` for who granted it, made the account or gets it.
pub async fn decide(
    app: &App,
    who: &Requester,
    id: Option<GrantId>,
    accept: bool,
    reason: Option<&str>,
) -> Result<role_grant::Model> {
    let hospital = who.desk(Permission::GrantDecide)?;
    let reason = checked_option(reason, "reason", 500)?;
    if !accept && reason.is_none() {
        return Err(Error::from(UserErrorCode::Required).at(["reason"]));
    }
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let row = of_hospital(&tx, hospital, id).await?;
    let person = person::Entity::find_by_id(row.person_id)
        .one(&tx)
        .await?
        .ok_or_else(|| missing("grantId"))?;
    let me = who.person_id();
    if me.is_some() && [row.granted_by, person.created_by, Some(person.id)].contains(&me) {
        return Err(UserErrorCode::FourEyes.into());
    }
    if row.state != GrantState::Pending {
        return Err(UserErrorCode::WrongState.into());
    }
    let (state, zh, en) = if accept {
        (GrantState::Active, "已批准", "was approved")
    } else {
        (GrantState::Revoked, "未获批准", "was refused")
    };
    let granter = row.granted_by;
    let mut change = row.into_active_model();
    change.state = Set(state);
    change.decided_by = Set(me);
    change.decided_at = Set(Some(now));
    let row = change.update(&tx).await?;
    if accept {
        end_all(&tx, row.person_id, None, now).await?;
    }
    let told: BTreeSet<PersonId> = granter.into_iter().chain([row.person_id]).collect();
    let text = (
        format!("decided:{}", row.id),
        format!("{} 的角色 {} {zh}", person.name, row.role),
        format!("The role {} of {} {en}", row.role, person.name),
    );
    notification::tell_of_matter(&tx, app, hospital, &told, NotificationKind::Account, text)
        .await?;
    let action = if accept {
        "account.grant_accept"
    } else {
        "account.grant_refuse"
    };
    let mut act = Act::done(action, "role_grant", row.id.0);
    act.reason = reason;
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(row)
}

/// Takes a role away; the sessions of the person end, and managers hear of a privileged one.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `WRONG_STATE`, `INVALID` for an own role.
pub async fn revoke(
    app: &App,
    who: &Requester,
    id: Option<GrantId>,
    reason: &str,
) -> Result<role_grant::Model> {
    let hospital = who.desk(Permission::AccountManage)?;
    let reason = checked(reason, "reason", 500)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let row = of_hospital(&tx, hospital, id).await?;
    if who.person_id() == Some(row.person_id) {
        return Err(invalid(
            "grantId",
            "不能撤销本人的角色，请另请管理员",
            "ask another administrator to take your own role away",
        ));
    }
    if row.state == GrantState::Revoked {
        return Err(UserErrorCode::WrongState.into());
    }
    let mut change = row.into_active_model();
    change.state = Set(GrantState::Revoked);
    change.decided_by = Set(who.person_id());
    change.decided_at = Set(Some(now));
    let row = change.update(&tx).await?;
    end_all(&tx, row.person_id, None, now).await?;
    if row.role.is_privileged() {
        let text = (
            format!("revoked:{}", row.id),
            format!("角色 {} 已被撤销", row.role),
            format!("A role {} was taken away", row.role),
        );
        let to = managers(&tx, hospital).await?;
        notification::tell_of_matter(&tx, app, hospital, &to, NotificationKind::Account, text)
            .await?;
    }
    let mut act = Act::done("account.revoke", "role_grant", row.id.0);
    act.reason = Some(reason);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(row)
}
