//! Accounts are made, their passwords reset, they are disabled and enabled, and they end on the leave date.

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{AssignmentId, ContractId, GrantId, HospitalId, PersonId, UndertakingId};
use entity::rules::access::Permission;
use entity::rules::calendar;
use entity::values::{GrantState, PersonState, Side, TicketStatus};
use entity::{assignment, contract, machine_token, person, role_grant, session, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::grant::{self, NewGrant};
use super::session::end_all;
use super::vendor::{self, NewUndertaking};
use super::{ONE_TIME_LIFE, fold, invalid, missing, scope, sign_in, throttle};
use crate::account::password;
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::jobs::{self, Kind, NewJob};
use crate::notification::{self, Notice};
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

fn at_version(row: &person::Model, version: Option<i32>) -> Result<()> {
    if version.is_some_and(|version| version != row.version) {
        return Err(Error::from(UserErrorCode::Conflict).at(["expectedVersion"]));
    }
    Ok(())
}

fn not_oneself(who: &Requester, id: PersonId) -> Result<()> {
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
    notification::tell_of_account(&tx, app, hospital, &told, text).await?;
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

/// Sets or clears the last day. A day that has passed ends the account at once, a coming one by a job
/// at 00:00 of the day after. Where another hospital keeps the account, the assignments here end then.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `INVALID` for the own account.
pub async fn set_leave_date(
    app: &App,
    who: &Requester,
    id: Option<PersonId>,
    version: Option<i32>,
    last: Option<NaiveDate>,
) -> Result<(person::Model, Vec<String>)> {
    let hospital = who.desk(Permission::AccountManage)?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let row = scope::target(&tx, who, hospital, id).await?;
    not_oneself(who, row.id)?;
    at_version(&row, version)?;
    let past = last.is_some_and(|last| last < calendar::civil_date(now));
    let (mut row, mut open) = (row, Vec::new());
    if scope::is_kept_by(&row, hospital) {
        let next = row.version + 1;
        let mut change = row.into_active_model();
        change.leave_on = Set(last);
        change.version = Set(next);
        row = change.update(&tx).await?;
    } else {
        let until = last.map(|last| calendar::midnight(calendar::day_after(last)));
        assignment::Entity::update_many()
            .col_expr(assignment::Column::UntilAt, Expr::value(until))
            .filter(assignment::Column::HospitalId.eq(hospital))
            .filter(assignment::Column::PersonId.eq(row.id))
            .filter(
                Condition::any()
                    .add(assignment::Column::UntilAt.is_null())
                    .add(assignment::Column::UntilAt.gt(now)),
            )
            .exec(&tx)
            .await?;
    }
    if past && row.state != PersonState::Disabled {
        (row, open) = retire(&tx, app, hospital, row, now).await?;
    } else if let Some(last) = last {
        plan_leave(&tx, app, hospital, row.id, last).await?;
    }
    let mut act = Act::done("account.leave_date", "person", row.id.0);
    act.reason = Some(last.map_or_else(|| "none".to_owned(), |last| last.to_string()));
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok((row, open))
}

/// A job for 00:00 of the day after the last one.
async fn plan_leave(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    person: PersonId,
    last: NaiveDate,
) -> Result<()> {
    let job = NewJob {
        kind: Kind::Leave,
        hospital,
        subject: person.0,
        payload: "{}".to_owned(),
        // An id beside the date: the same date set again after another one is a new plan.
        dedup: Some(format!(
            "leave:{person}:{hospital}:{last}:{}",
            app.clock.now().timestamp_micros()
        )),
        run_at: calendar::midnight(calendar::day_after(last)),
    };
    jobs::enqueue(tx, app, job).await
}

/// The last day of a person has passed: acts only if that is still so. Whether anything was ended.
///
/// # Errors
/// Those of the database.
pub async fn sweep_leave(tx: &Tx, app: &App, hospital: HospitalId, id: PersonId) -> Result<bool> {
    let now = app.clock.now();
    let Some(row) = person::Entity::find_by_id(id).one(tx).await? else {
        return Ok(false);
    };
    let due = if scope::is_kept_by(&row, hospital) {
        row.state != PersonState::Disabled
            && row
                .leave_on
                .is_some_and(|last| last < calendar::civil_date(now))
    } else {
        !vendor::serves(tx, hospital, row.id, now).await?
    };
    if due {
        retire(tx, app, hospital, row, now).await?;
    }
    Ok(due)
}

/// Ends what this hospital gave: sessions, tokens and the account where it keeps it, else roles and
/// assignments here; tells who has to reassign the open tickets, and returns their numbers.
async fn retire(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    row: person::Model,
    now: DateTime<Utc>,
) -> Result<(person::Model, Vec<String>)> {
    let mut row = row;
    if scope::is_kept_by(&row, hospital) {
        let next = row.version + 1;
        let mut change = row.into_active_model();
        change.state = Set(PersonState::Disabled);
        change.version = Set(next);
        row = change.update(tx).await?;
        machine_token::Entity::update_many()
            .col_expr(machine_token::Column::RevokedAt, Expr::value(now))
            .filter(machine_token::Column::HospitalId.eq(hospital))
            .filter(machine_token::Column::CreatedBy.eq(row.id))
            .filter(machine_token::Column::RevokedAt.is_null())
            .exec(tx)
            .await?;
    } else {
        role_grant::Entity::update_many()
            .col_expr(role_grant::Column::State, Expr::value(GrantState::Revoked))
            .col_expr(role_grant::Column::DecidedAt, Expr::value(now))
            .filter(role_grant::Column::HospitalId.eq(hospital))
            .filter(role_grant::Column::PersonId.eq(row.id))
            .filter(role_grant::Column::State.ne(GrantState::Revoked))
            .exec(tx)
            .await?;
        vendor::end(tx, hospital, row.id, None, now).await?;
    }
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::PersonId.eq(row.id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    let open = reassign(tx, app, hospital, &row).await?;
    Ok((row, open))
}

/// Tells project manager and information centre of each open ticket that the person leaves behind.
pub(super) async fn reassign(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    person: &person::Model,
) -> Result<Vec<String>> {
    use entity::values::{NotificationKind, Role};
    let ended = [
        TicketStatus::Closed,
        TicketStatus::Cancelled,
        TicketStatus::Duplicate,
        TicketStatus::OutOfScope,
    ];
    let mut query = ticket::Entity::find()
        .filter(ticket::Column::AssigneeId.eq(person.id))
        .filter(ticket::Column::Status.is_not_in(ended))
        .order_by_asc(ticket::Column::Number)
        .limit(500);
    // Where the account itself ends, every hospital that the person served has to know.
    let everywhere = person.state == PersonState::Disabled;
    if !everywhere {
        query = query.filter(ticket::Column::HospitalId.eq(hospital));
    }
    let mut numbers = Vec::new();
    for row in query.all(tx).await? {
        let mut to = notification::people(
            tx,
            row.hospital_id,
            row.contract_id,
            &[Role::VendorPm, Role::HospItAdmin],
        )
        .await?;
        to.remove(&person.id);
        let what = Notice {
            kind: NotificationKind::DecisionNeeded,
            ticket: row.id,
            cause: format!("leave:{}:{}", person.id, row.id),
            zh: format!("工单 {} 的处理人已离岗，请重新分派", row.number),
            en: format!(
                "Ticket {}: its assignee has left, assign it again",
                row.number
            ),
        };
        notification::tell(tx, app, row.hospital_id, &to, &what).await?;
        if row.hospital_id == hospital {
            numbers.push(row.number);
        }
    }
    Ok(numbers)
}
