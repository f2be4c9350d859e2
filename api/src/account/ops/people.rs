//! Accounts are made, their passwords reset, they are disabled and enabled again.

use chrono::NaiveDate;
use entity::ids::{AssignmentId, ContractId, GrantId, HospitalId, PersonId, UndertakingId};
use entity::rules::access::Permission;
use entity::rules::calendar;
use entity::values::{NotificationKind, PersonState, Side};
use entity::{contract, person};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::grant::{self, NewGrant};
use super::leave::{plan_leave, retire};
use super::session::end_all;
use super::vendor::{self, NewUndertaking};
use super::{ONE_TIME_LIFE, fold, invalid, missing, scope, sign_in, throttle};
use crate::account::password;
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification;
use crate::replay::Replay;
use crate::requester::Requester;
use crate::setup::{self, NewPerson};
use crate::ticket::ops::checked;

/// An account to make.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Replay key of the client; none from the command line.
    pub key: Option<String>,
    /// Sign-in name.
    pub account: String,
    /// Name of the person.
    pub name: String,
    /// Side.
    pub side: Side,
    /// Mail address.
    pub email: Option<String>,
    /// Office phone.
    pub phone: Option<String>,
    /// Roles; privileged ones wait for the second person.
    pub roles: Vec<NewGrant>,
    /// Contract that a vendor person serves.
    pub contract: Option<ContractId>,
    /// Undertaking of a vendor person; without it the account waits.
    pub undertaking: Option<NewUndertaking>,
    /// Last day, if it is known.
    pub leave_on: Option<NaiveDate>,
}

/// An account that was made or reset; the password is shown once, and not again on a replay.
#[derive(Clone, Debug)]
pub struct MadeAccount {
    /// The row.
    pub person: person::Model,
    /// One-time password.
    pub password: Option<String>,
}

/// A sign-in name: 3 to 64 letters, digits and `. _ - @`, folded.
fn account_name(text: &str) -> Result<String> {
    let account = fold(text);
    let good = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    if !(3..=64).contains(&account.chars().count()) || !account.chars().all(good) {
        return Err(invalid(
            "account",
            "登录名为 3 至 64 个字母、数字或 . _ - @",
            "a sign-in name has 3 to 64 letters, digits or . _ - @",
        ));
    }
    Ok(account)
}

fn contact(email: Option<&str>, phone: Option<&str>) -> Result<(Option<String>, Option<String>)> {
    let email = email.map(str::trim).filter(|text| !text.is_empty());
    if email.is_some_and(|text| text.len() > 254 || text.parse::<lettre::Address>().is_err()) {
        return Err(invalid("email", "不是邮箱地址", "this is no mail address"));
    }
    let phone = phone.map(str::trim).filter(|text| !text.is_empty());
    let good = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '*' | '#');
    if phone.is_some_and(|text| text.len() > 40 || !text.chars().all(good)) {
        return Err(invalid(
            "phone",
            "电话只含数字与 + - ( ) * #，至多 40 个字符",
            "a phone number has digits and + - ( ) * #, at most 40 characters",
        ));
    }
    Ok((email.map(str::to_owned), phone.map(str::to_owned)))
}

/// Makes an account with its roles and a one-time password.
///
/// # Errors
/// `FORBIDDEN`; `REQUIRED`, `INVALID`, `TOO_LONG` for texts; `NOT_FOUND` for department and contract.
pub async fn create(app: &App, who: &Requester, new: NewAccount) -> Result<MadeAccount> {
    let hospital = who.desk(Permission::AccountManage)?;
    let now = app.clock.now();
    let account = account_name(&new.account)?;
    let name = checked(&new.name, "name", 100)?;
    let (email, phone) = contact(new.email.as_deref(), new.phone.as_deref())?;
    if new.roles.len() > 10 {
        return Err(Error::from(UserErrorCode::TooLong).at(["roles"]));
    }
    for role in &new.roles {
        grant::check(role, new.side)?;
    }
    let undertaking = new
        .undertaking
        .as_ref()
        .map(|paper| paper.checked(now))
        .transpose()?;
    if new.side == Side::Hospital && (undertaking.is_some() || new.contract.is_some()) {
        return Err(invalid(
            "side",
            "合同与保密承诺只属于服务商人员",
            "contract and undertaking belong to vendor people alone",
        ));
    }
    let today = calendar::civil_date(now);
    if new.leave_on.is_some_and(|last| last < today) {
        return Err(invalid(
            "leaveOn",
            "离岗日期已过",
            "the leave date has passed",
        ));
    }
    let replay = match &new.key {
        Some(key) => Some(Replay::of(key, "createPerson", &new)?),
        None => None,
    };
    let secret = password::one_time()?;
    let hash = app.passwords.hash(secret.clone()).await?;

    let id = PersonId(app.clock.id());
    let tx = app.db.begin_write().await?;
    if let (Some(replay), Some(me)) = (&replay, who.person_id())
        && let Some(made) = replay.take(&tx, hospital, me, id.0, now).await?
    {
        let person = person::Entity::find_by_id(PersonId(made))
            .one(&tx)
            .await?
            .ok_or_else(|| missing("idempotencyKey"))?;
        tx.rollback().await?;
        return Ok(MadeAccount {
            person,
            password: None,
        });
    }
    let taken = person::Entity::find()
        .filter(person::Column::Account.eq(&account))
        .one(&tx)
        .await?;
    if taken.is_some() {
        return Err(invalid(
            "account",
            "登录名已被使用",
            "the sign-in name is taken",
        ));
    }
    let contract = vendor_contract(&tx, hospital, new.side, new.contract).await?;
    let row = NewPerson {
        id,
        account: &account,
        name: &name,
        email,
        phone,
        home: hospital,
        made_by: who.person_id(),
        leave_on: new.leave_on,
        hospital: (new.side == Side::Hospital).then_some(hospital),
        vendor: contract.as_ref().map(|contract| contract.vendor_id),
        state: if new.side == Side::Vendor && undertaking.is_none() {
            PersonState::Pending
        } else {
            PersonState::Active
        },
        hash,
        one_time_until_at: Some(now + ONE_TIME_LIFE),
    };
    let person = setup::add_person(&tx, app, row).await?;
    let mut acts = vec![Act::done("account.create", "person", person.id.0)];
    if let Some(contract) = &contract {
        let id = AssignmentId(app.clock.id());
        vendor::put(&tx, id, contract, person.id, now).await?;
        acts.push(Act::done("account.assign", "assignment", id.0));
    }
    if let Some(paper) = undertaking {
        let id = UndertakingId(app.clock.id());
        vendor::keep(&tx, id, who, (hospital, person.id), paper, now).await?;
        acts.push(Act::done("account.undertaking", "undertaking", id.0));
    }
    for role in new.roles {
        let id = GrantId(app.clock.id());
        let row = grant::put(&tx, app, who, (hospital, id), &person, role).await?;
        acts.push(Act::done("account.grant", "role_grant", row.id.0));
    }
    if let Some(last) = person.leave_on {
        plan_leave(&tx, app, hospital, person.id, last).await?;
    }
    for act in acts {
        audit::append(&tx, now, Some(hospital), who, act).await?;
    }
    tx.commit().await?;
    app.wake.notify_one();
    Ok(MadeAccount {
        person,
        password: Some(secret),
    })
}

async fn vendor_contract(
    tx: &Tx,
    hospital: HospitalId,
    side: Side,
    id: Option<ContractId>,
) -> Result<Option<contract::Model>> {
    if side == Side::Hospital {
        return Ok(None);
    }
    let id = id.ok_or_else(|| Error::from(UserErrorCode::Required).at(["contractId"]))?;
    vendor::contract(tx, hospital, id).await.map(Some)
}

/// The person to act on, whose account this hospital keeps, at the version that was read.
async fn kept(
    tx: &Tx,
    who: &Requester,
    hospital: HospitalId,
    id: Option<PersonId>,
    version: Option<i32>,
) -> Result<person::Model> {
    let row = scope::target(tx, who, hospital, id).await?;
    if !scope::is_kept_by(&row, hospital) {
        return Err(invalid(
            "personId",
            "该账号由另一单位维护",
            "another hospital keeps this account",
        ));
    }
    at_version(&row, version)?;
    Ok(row)
}

pub(super) fn at_version(row: &person::Model, version: Option<i32>) -> Result<()> {
    if version.is_some_and(|version| version != row.version) {
        return Err(Error::from(UserErrorCode::Conflict).at(["expectedVersion"]));
    }
    Ok(())
}

pub(super) fn not_oneself(who: &Requester, id: PersonId) -> Result<()> {
    if who.person_id() == Some(id) {
        return Err(invalid(
            "personId",
            "不能对本人账号执行此操作，请另请管理员",
            "ask another administrator to do this to your own account",
        ));
    }
    Ok(())
}

/// Gives a new one-time password, unlocks, and ends every session; person and managers are told.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `INVALID` for the own account and for one kept elsewhere.
pub async fn reset(
    app: &App,
    who: &Requester,
    id: Option<PersonId>,
    version: Option<i32>,
) -> Result<MadeAccount> {
    let hospital = who.desk(Permission::AccountManage)?;
    let now = app.clock.now();
    let secret = password::one_time()?;
    let hash = app.passwords.hash(secret.clone()).await?;
    let tx = app.db.begin_write().await?;
    let row = kept(&tx, who, hospital, id, version).await?;
    not_oneself(who, row.id)?;
    let locked = row.state == PersonState::Locked;
    let mut row = sign_in::replace(&tx, row, hash, Some(now + ONE_TIME_LIFE), now).await?;
    if locked {
        let mut open = row.into_active_model();
        open.state = Set(PersonState::Active);
        row = open.update(&tx).await?;
    }
    throttle::forgive(&tx, &row.account).await?;
    end_all(&tx, row.id, None, now).await?;
    let mut told = grant::managers(&tx, hospital).await?;
    told.insert(row.id);
    let text = (
        format!("reset:{}:{}", row.id, now.timestamp_micros()),
        format!("{} 的口令已重置", row.name),
        format!("The password of {} was reset", row.name),
    );
    notification::tell_of_matter(&tx, app, hospital, &told, NotificationKind::Account, text)
        .await?;
    let act = Act::done("account.reset_password", "person", row.id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(MadeAccount {
        person: row,
        password: Some(secret),
    })
}

/// Disables: the account where this hospital keeps it, else roles and assignments here. The numbers of
/// the open tickets to reassign.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `INVALID` for the own account.
pub async fn disable(
    app: &App,
    who: &Requester,
    id: Option<PersonId>,
    version: Option<i32>,
    reason: &str,
) -> Result<(person::Model, Vec<String>)> {
    let hospital = who.desk(Permission::AccountManage)?;
    let reason = checked(reason, "reason", 500)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let row = scope::target(&tx, who, hospital, id).await?;
    not_oneself(who, row.id)?;
    at_version(&row, version)?;
    if row.state == PersonState::Disabled {
        return Err(UserErrorCode::WrongState.into());
    }
    let (row, open) = retire(&tx, app, hospital, row, now).await?;
    let mut act = Act::done("account.disable", "person", row.id.0);
    act.reason = Some(reason);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok((row, open))
}

/// Enables a disabled or locked account again; the failures of the day are forgiven.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `UNDERTAKING_MISSING`, `INVALID` past the leave date.
pub async fn enable(
    app: &App,
    who: &Requester,
    id: Option<PersonId>,
    version: Option<i32>,
) -> Result<person::Model> {
    let hospital = who.desk(Permission::AccountManage)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let row = kept(&tx, who, hospital, id, version).await?;
    match row.state {
        PersonState::Active => return Err(UserErrorCode::WrongState.into()),
        PersonState::Pending | PersonState::Disabled | PersonState::Locked => {}
    }
    if row.side == Side::Vendor {
        vendor::require_undertaking(&tx, hospital, row.id).await?;
    }
    if row
        .leave_on
        .is_some_and(|last| last < calendar::civil_date(now))
    {
        return Err(invalid(
            "personId",
            "离岗日期已过，请先更新离岗日期",
            "the leave date has passed; set another one first",
        ));
    }
    throttle::forgive(&tx, &row.account).await?;
    let next = row.version + 1;
    let mut row = row.into_active_model();
    row.state = Set(PersonState::Active);
    row.version = Set(next);
    let row = row.update(&tx).await?;
    let act = Act::done("account.enable", "person", row.id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(row)
}
