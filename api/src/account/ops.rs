//! Sign in, sign out, change of the password.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{HospitalId, SessionId};
use entity::rules::{password, throttle};
use entity::values::{PersonState, SessionKind, Side};
use entity::{login_attempt, password_history, person, session};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Code, Error, Result, UserErrorCode};
use crate::requester::Requester;

/// A session ends this long after the sign in.
const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
/// A session ends when it was not used for this long.
const IDLE: TimeDelta = TimeDelta::minutes(30);
/// Last use is kept to this grain, so that reading costs no write.
const SEEN_GRAIN: TimeDelta = TimeDelta::minutes(1);

/// A fresh session: the person, and the token that is shown once.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub who: Requester,
    /// The token.
    pub token: String,
    /// How long a cookie lives.
    pub lifetime: Duration,
}

/// Digest under which a token is kept.
#[must_use]
pub fn digest(token: &str) -> String {
    entity::rules::chain::to_hex(&Sha256::digest(token.as_bytes()).into())
}

/// Account names are compared folded: NFKC, lower case, without surrounding blanks.
#[must_use]
pub fn fold(account: &str) -> String {
    account.trim().nfkc().collect::<String>().to_lowercase()
}

/// The hospital whose chain takes the acts of a person: the only one, or none for the system chain.
fn chain_of(who: &Requester) -> Option<HospitalId> {
    let hospitals = who.hospitals();
    if hospitals.len() == 1 {
        hospitals.first().copied()
    } else {
        None
    }
}

/// Signs in; one answer for every reason of a failure (G52).
///
/// # Errors
/// `LOGIN_FAILED`, `RATE_LIMITED` while the throttle holds, `FORBIDDEN` over plain HTTP from elsewhere.
pub async fn login(
    app: &App,
    who: &Requester,
    account: &str,
    secret: &str,
    kind: SessionKind,
) -> Result<SignedIn> {
    if !who.secure {
        return Err(Error::new(Code::Forbidden)
            .detail("登录须经加密连接", "sign in over an encrypted connection"));
    }
    let now = app.clock.now();
    let account = fold(account);
    let source = who.ip.clone().unwrap_or_default();
    check_throttle(app, &account, &source, now).await?;
    let too_long = secret.len() > 256 || account.chars().count() > 100;
    let found = if too_long {
        None
    } else {
        person::Entity::find()
            .filter(person::Column::Account.eq(&account))
            .one(app.db.read())
            .await?
    };
    let secret = if too_long {
        String::new()
    } else {
        secret.nfkc().collect()
    };
    let fits = app
        .passwords
        .verify(
            secret,
            found.as_ref().map(|person| person.password_hash.clone()),
        )
        .await?;
    let open = found.filter(|person| fits && is_open(person, now));

    let tx = app.db.begin_write().await?;
    attempt(&tx, app, &account, &source, now, open.is_some()).await?;
    let Some(person) = open else {
        audit::append(
            &tx,
            now,
            None,
            who,
            Act::refused("account.login", "person", None, "LOGIN_FAILED"),
        )
        .await?;
        tx.commit().await?;
        return Err(UserErrorCode::LoginFailed.into());
    };
    let token = new_token()?;
    let row = session::ActiveModel {
        id: Set(SessionId(app.clock.id())),
        person_id: Set(person.id),
        token_sha256: Set(digest(&token)),
        kind: Set(kind),
        created_at: Set(now),
        last_seen_at: Set(now),
        expires_at: Set(now + ABSOLUTE),
        revoked_at: Set(None),
        ip: Set(source),
        agent: Set(who
            .agent
            .clone()
            .unwrap_or_default()
            .chars()
            .take(200)
            .collect()),
    }
    .insert(&tx)
    .await?;
    let mut signed_in = Requester::load(&tx, person, Some(row), now).await?;
    signed_in.ip.clone_from(&who.ip);
    signed_in.request_id.clone_from(&who.request_id);
    let id = signed_in.person_id().map(|id| id.0).unwrap_or_default();
    audit::append(
        &tx,
        now,
        chain_of(&signed_in),
        &signed_in,
        Act::done("account.login", "person", id),
    )
    .await?;
    tx.commit().await?;
    Ok(SignedIn {
        who: signed_in,
        token,
        lifetime: Duration::from_secs(12 * 3600),
    })
}

/// Whether the account may be used now: state, leave date, and the life of a one-time password.
fn is_open(person: &person::Model, now: DateTime<Utc>) -> bool {
    person.state == PersonState::Active
        && person
            .leave_on
            .is_none_or(|last| entity::rules::calendar::civil_date(now) <= last)
        && person.one_time_until_at.is_none_or(|until| now <= until)
}

async fn check_throttle(app: &App, account: &str, source: &str, now: DateTime<Utc>) -> Result<()> {
    let day_start = now - TimeDelta::days(1);
    let rows = login_attempt::Entity::find()
        .filter(login_attempt::Column::At.gt(day_start))
        .filter(
            Condition::any()
                .add(login_attempt::Column::Account.eq(account))
                .add(login_attempt::Column::Source.eq(source)),
        )
        .order_by_desc(login_attempt::Column::At)
        .limit(1000)
        .all(app.db.read())
        .await?;
    let attempts: Vec<throttle::Attempt> = rows
        .into_iter()
        .map(|row| throttle::Attempt {
            at: row.at,
            success: row.success,
            account: row.account,
            source: row.source,
        })
        .collect();
    match throttle::decide(&attempts, account, source, now) {
        throttle::Verdict::Allowed => Ok(()),
        throttle::Verdict::DelayUntil(until) => {
            let wait = u64::try_from((until - now).num_seconds().max(1)).unwrap_or(1);
            Err(Error::new(Code::RateLimited).retry_after(wait))
        }
        throttle::Verdict::LockedForDay => Err(UserErrorCode::LoginFailed.into()),
    }
}

async fn attempt(
    tx: &crate::db::Tx,
    app: &App,
    account: &str,
    source: &str,
    at: DateTime<Utc>,
    success: bool,
) -> Result<()> {
    login_attempt::ActiveModel {
        id: Set(app.clock.id()),
        account: Set(account.to_owned()),
        source: Set(source.to_owned()),
        at: Set(at),
        success: Set(success),
    }
    .insert(tx)
    .await?;
    Ok(())
}

fn new_token() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Finds the session of a token, in the way it was issued for; touches its last use.
///
/// # Errors
/// `UNAUTHENTICATED` for every token that opens nothing.
pub async fn resume(app: &App, token: &str, kind: SessionKind) -> Result<Requester> {
    let refused = || Error::new(Code::Unauthenticated);
    let now = app.clock.now();
    let (row, person, grants) = Requester::of_token(app.db.read(), &digest(token))
        .await?
        .filter(|(row, person, _)| {
            row.kind == kind
                && row.revoked_at.is_none()
                && now < row.expires_at
                && now < row.last_seen_at + IDLE
                && is_open(person, now)
        })
        .ok_or_else(refused)?;
    if now - row.last_seen_at >= SEEN_GRAIN {
        let tx = app.db.begin_write().await?;
        session::Entity::update_many()
            .col_expr(session::Column::LastSeenAt, Expr::value(now))
            .filter(session::Column::Id.eq(row.id))
            .exec(&tx)
            .await?;
        tx.commit().await?;
    }
    Requester::with(app.db.read(), person, Some(row), grants, now).await
}

/// Ends the session of the requester, or all of the person's.
///
/// # Errors
/// `UNAUTHENTICATED`.
pub async fn logout(app: &App, who: &Requester, everywhere: bool) -> Result<()> {
    let person = who
        .person
        .as_ref()
        .ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let now = app.clock.now();
    let mut mine = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::PersonId.eq(person.id))
        .filter(session::Column::RevokedAt.is_null());
    if !everywhere {
        mine = mine.filter(session::Column::Id.eq(who.session_id().map(|id| id.0)));
    }
    let tx = app.db.begin_write().await?;
    mine.exec(&tx).await?;
    let action = if everywhere {
        "account.logout_everywhere"
    } else {
        "account.logout"
    };
    audit::append(
        &tx,
        now,
        chain_of(who),
        who,
        Act::done(action, "person", person.id.0),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Changes the own password; every other session of the person ends.
///
/// # Errors
/// `LOGIN_FAILED` for a wrong current one, `INVALID` with the rule that the new one breaks.
pub async fn change_password(app: &App, who: &Requester, current: &str, new: &str) -> Result<()> {
    let person = who
        .person
        .clone()
        .ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let now = app.clock.now();
    let source = who.ip.clone().unwrap_or_default();
    check_throttle(app, &person.account, &source, now).await?;
    let normal: String = current
        .chars()
        .take(300)
        .collect::<String>()
        .nfkc()
        .collect();
    if !app
        .passwords
        .verify(normal, Some(person.password_hash.clone()))
        .await?
    {
        let tx = app.db.begin_write().await?;
        attempt(&tx, app, &person.account, &source, now, false).await?;
        audit::append(
            &tx,
            now,
            chain_of(who),
            who,
            Act::refused(
                "account.change_password",
                "person",
                Some(person.id.0),
                "LOGIN_FAILED",
            ),
        )
        .await?;
        tx.commit().await?;
        return Err(Error::from(UserErrorCode::LoginFailed).at(["currentPassword"]));
    }
    let normal = password::check(new, password::Preset::Mlps3).map_err(|found| {
        let (zh, en) = found.text();
        Error::from(UserErrorCode::Invalid)
            .at(["newPassword"])
            .detail(zh, en)
    })?;
    let mut former = vec![person.password_hash.clone()];
    let rows = password_history::Entity::find()
        .filter(password_history::Column::PersonId.eq(person.id))
        .order_by_desc(password_history::Column::At)
        .limit(4)
        .all(app.db.read())
        .await?;
    former.extend(rows.into_iter().map(|row| row.password_hash));
    for hash in former {
        if app.passwords.verify(normal.clone(), Some(hash)).await? {
            return Err(Error::from(UserErrorCode::Invalid)
                .at(["newPassword"])
                .detail(
                    "不能与最近五个口令相同",
                    "differs from none of the last five",
                ));
        }
    }
    let hash = app.passwords.hash(normal).await?;
    let tx = app.db.begin_write().await?;
    password_history::ActiveModel {
        person_id: Set(person.id),
        at: Set(now),
        password_hash: Set(person.password_hash.clone()),
    }
    .insert(&tx)
    .await?;
    let id = person.id;
    let version = person.version;
    let mut row = person.into_active_model();
    row.password_hash = Set(hash);
    row.password_changed_at = Set(now);
    row.one_time_until_at = Set(None);
    row.version = Set(version + 1);
    row.update(&tx).await?;
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::PersonId.eq(id))
        .filter(session::Column::Id.ne(who.session_id().map_or_else(uuid::Uuid::nil, |id| id.0)))
        .filter(session::Column::RevokedAt.is_null())
        .exec(&tx)
        .await?;
    audit::append(
        &tx,
        now,
        chain_of(who),
        who,
        Act::done("account.change_password", "person", id.0),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a side may see the sign-in name of a person: one's own, and the information centre of the hospital.
#[must_use]
pub fn sees_account(who: &Requester, person: &person::Line) -> bool {
    let own = who.person_id() == Some(person.id);
    let centre = person.side == Side::Hospital
        && person.hospital_id.is_some_and(|hospital| {
            who.roles_at(hospital)
                .any(|role| role == entity::values::Role::HospItAdmin)
        });
    own || centre
}
