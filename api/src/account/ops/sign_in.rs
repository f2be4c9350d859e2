//! Sign in, and change of the own password (G46, G50–G52).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::SessionId;
use entity::rules::password;
use entity::values::{PersonState, SessionKind};
use entity::{password_history, person, session};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use unicode_normalization::UnicodeNormalization;

use super::session::{ABSOLUTE, digest, end_all, is_employed, new_token};
use super::{fold, throttle};
use crate::account::password::is_outdated;
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Code, Error, Result, UserErrorCode};
use crate::requester::Requester;

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

/// What is sent to sign in.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// Sign-in name as typed.
    pub account: &'a str,
    /// Password.
    pub secret: &'a str,
    /// How the session is carried.
    pub kind: SessionKind,
    /// On a shared ward station idleness ends the session sooner.
    pub shared: bool,
}

/// Signs in; one answer for every reason of a failure (G52).
///
/// The throttle is asked twice: before the hash, to save its work, and in the transaction that writes
/// the attempt, so that guesses sent side by side learn nothing beyond those that were allowed.
///
/// # Errors
/// `LOGIN_FAILED`, `RATE_LIMITED` while the throttle holds, `FORBIDDEN` over plain HTTP from elsewhere.
pub async fn login(app: &App, who: &Requester, with: Credentials<'_>) -> Result<SignedIn> {
    if !who.secure {
        return Err(Error::new(Code::Forbidden)
            .detail("登录须经加密连接", "sign in over an encrypted connection"));
    }
    let now = app.clock.now();
    let mut account = fold(with.account);
    let source = who.ip.clone().unwrap_or_default();
    let too_long = with.secret.len() > password::MOST_BYTES || account.chars().count() > 100;
    if account.chars().count() > 100 {
        // No account has such a name; what is kept of it is bounded.
        account = account.chars().take(100).collect();
    }
    throttle::check(app.db.read(), &account, &source, now).await?;
    let found = if too_long {
        None
    } else {
        person::Entity::find()
            .filter(person::Column::Account.eq(&account))
            .one(app.db.read())
            .await?
    };
    let secret: String = if too_long {
        String::new()
    } else {
        with.secret.nfkc().collect()
    };
    let kept = found.as_ref().map(|person| person.password_hash.clone());
    let renew = kept.as_deref().is_some_and(is_outdated);
    let fits = app.passwords.verify(secret.clone(), kept).await?;
    let renewed = if fits && renew {
        Some(app.passwords.hash(secret).await?)
    } else {
        None
    };

    let tx = app.db.begin_write().await?;
    let verdict = throttle::check(&tx, &account, &source, now).await;
    let open = found
        .clone()
        .filter(|person| verdict.is_ok() && fits && may_sign_in(person, now));
    let Some(mut person) = open else {
        if verdict.is_ok() || !fits {
            throttle::attempt(&tx, app, &account, &source, false).await?;
        }
        failed(&tx, who, found, now).await?;
        tx.commit().await?;
        verdict?;
        return Err(UserErrorCode::LoginFailed.into());
    };
    throttle::attempt(&tx, app, &account, &source, true).await?;
    if let Some(hash) = renewed {
        let mut row = person.into_active_model();
        row.password_hash = Set(hash);
        person = row.update(&tx).await?;
    }
    if let (SessionKind::Cookie, Some(old)) = (with.kind, &who.session) {
        // The browser gets a new session; what was fixed into it before ends here.
        let mut old = old.clone().into_active_model();
        old.revoked_at = Set(Some(now));
        old.update(&tx).await?;
    }
    let token = new_token()?;
    let row = session::ActiveModel {
        id: Set(SessionId(app.clock.id())),
        person_id: Set(person.id),
        token_sha256: Set(digest(&token)),
        kind: Set(with.kind),
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
        shared: Set(with.shared),
    }
    .insert(&tx)
    .await?;
    let mut signed_in = Requester::load(&tx, person, Some(row), now).await?;
    signed_in.ip.clone_from(&who.ip);
    signed_in.request_id.clone_from(&who.request_id);
    signed_in.password_expired = is_expired(app, signed_in.person.as_ref(), now);
    let id = signed_in.person_id().map(|id| id.0).unwrap_or_default();
    audit::append(
        &tx,
        now,
        signed_in.home(),
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

/// Locks an account at its hundredth failure of a day, and records the failure.
async fn failed(
    tx: &Tx,
    who: &Requester,
    found: Option<person::Model>,
    now: DateTime<Utc>,
) -> Result<()> {
    let (id, chain) = (
        found.as_ref().map(|person| person.id.0),
        found.as_ref().and_then(|person| person.hospital_id),
    );
    let mut locked = false;
    if let Some(person) = found
        && person.state == PersonState::Active
        && throttle::is_locked_for_day(tx, &person.account, now).await?
    {
        let version = person.version;
        let mut row = person.into_active_model();
        row.state = Set(PersonState::Locked);
        row.version = Set(version + 1);
        row.update(tx).await?;
        locked = true;
    }
    let failure = Act::refused("account.login", "person", id, "LOGIN_FAILED");
    audit::append(tx, now, chain, who, failure).await?;
    if let (true, Some(id)) = (locked, id) {
        let act = Act::done("account.lock", "person", id);
        audit::append(tx, now, chain, &Requester::system(), act).await?;
    }
    Ok(())
}

/// Whether the account may sign in now: state, leave date, and the life of a one-time password.
fn may_sign_in(person: &person::Model, now: DateTime<Utc>) -> bool {
    person.state == PersonState::Active
        && is_employed(person, now)
        && person.one_time_until_at.is_none_or(|until| now <= until)
}

/// Whether the password is older than the rules permit.
pub(super) fn is_expired(app: &App, person: Option<&person::Model>, now: DateTime<Utc>) -> bool {
    let Some(days) = app.config.password_days else {
        return false;
    };
    person
        .is_some_and(|person| now - person.password_changed_at >= TimeDelta::days(i64::from(days)))
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
    throttle::check(app.db.read(), &person.account, &source, now).await?;
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
        throttle::attempt(&tx, app, &person.account, &source, false).await?;
        let act = Act::refused(
            "account.change_password",
            "person",
            Some(person.id.0),
            "LOGIN_FAILED",
        );
        audit::append(&tx, now, who.home(), who, act).await?;
        tx.commit().await?;
        return Err(Error::from(UserErrorCode::LoginFailed).at(["currentPassword"]));
    }
    let preset = app.config.password_preset;
    let normal = password::check(new, preset, &person.account).map_err(|found| {
        let (zh, en) = found.text();
        Error::from(UserErrorCode::Invalid)
            .at(["newPassword"])
            .detail(zh, en)
    })?;
    refuse_former(app, &person, &normal, preset.kept()).await?;
    let hash = app.passwords.hash(normal).await?;
    let tx = app.db.begin_write().await?;
    let id = person.id;
    replace(&tx, person, hash, None, now).await?;
    end_all(&tx, id, who.session_id(), now).await?;
    let act = Act::done("account.change_password", "person", id.0);
    audit::append(&tx, now, who.home(), who, act).await?;
    tx.commit().await?;
    Ok(())
}

/// The present password and the ones before it are not to be used again.
async fn refuse_former(app: &App, person: &person::Model, new: &str, kept: u64) -> Result<()> {
    let rows = password_history::Entity::find()
        .filter(password_history::Column::PersonId.eq(person.id))
        .order_by_desc(password_history::Column::At)
        .limit(kept.saturating_sub(1))
        .all(app.db.read())
        .await?;
    let former = rows.into_iter().map(|row| row.password_hash);
    for hash in std::iter::once(person.password_hash.clone()).chain(former) {
        if app.passwords.verify(new.to_owned(), Some(hash)).await? {
            return Err(Error::from(UserErrorCode::Invalid)
                .at(["newPassword"])
                .detail(
                    format!("不能与最近 {kept} 个口令相同"),
                    format!("the last {kept} passwords cannot be used again"),
                ));
        }
    }
    Ok(())
}

/// Puts a new hash in place of the old one, which goes into the history.
///
/// # Errors
/// Those of the database.
pub(super) async fn replace(
    tx: &Tx,
    person: person::Model,
    hash: String,
    one_time_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<person::Model> {
    password_history::ActiveModel {
        person_id: Set(person.id),
        at: Set(now),
        password_hash: Set(person.password_hash.clone()),
    }
    .insert(tx)
    .await?;
    let version = person.version;
    let mut row = person.into_active_model();
    row.password_hash = Set(hash);
    row.password_changed_at = Set(now);
    row.one_time_until_at = Set(one_time_until);
    row.version = Set(version + 1);
    Ok(row.update(tx).await?)
}
