//! Sessions: found by their token, listed, ended (G44).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{PersonId, SessionId};
use entity::rules::access::Permission;
use entity::values::{PersonState, SessionKind};
use entity::{person, session};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};

use super::{invalid, missing, scope, sign_in};
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::requester::Requester;

/// A session ends this long after the sign in.
pub(super) const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
/// A session ends when it was not used for this long.
const IDLE: TimeDelta = TimeDelta::minutes(30);
/// The same on a shared ward station.
const IDLE_SHARED: TimeDelta = TimeDelta::minutes(15);
/// Last use is kept to this grain, so that reading costs no write.
pub(super) const SEEN_GRAIN: TimeDelta = TimeDelta::minutes(1);

/// Digest under which a token is kept.
pub(super) fn digest(token: &str) -> String {
    entity::rules::chain::to_hex(&Sha256::digest(token.as_bytes()).into())
}

/// 256 bits.
pub(super) fn new_token() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether the last day has not passed, in Asia/Shanghai.
pub(super) fn is_employed(person: &person::Model, now: DateTime<Utc>) -> bool {
    person
        .leave_on
        .is_none_or(|last| entity::rules::calendar::civil_date(now) <= last)
}

fn is_alive(row: &session::Model, now: DateTime<Utc>) -> bool {
    let idle = if row.shared { IDLE_SHARED } else { IDLE };
    row.revoked_at.is_none() && now < row.expires_at && now < row.last_seen_at + idle
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
                && is_alive(row, now)
                // Guesses lock the sign-in, never who is already at work.
                && matches!(person.state, PersonState::Active | PersonState::Locked)
                && is_employed(person, now)
                && person.one_time_until_at.is_none_or(|until| now <= until)
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
    let mut who = Requester::with(app.db.read(), person, Some(row), grants, now).await?;
    who.password_expired = sign_in::is_expired(app, who.person.as_ref(), now);
    Ok(who)
}

/// Ends the sessions of a person, except one.
///
/// # Errors
/// Those of the database.
pub(super) async fn end_all(
    tx: &Tx,
    person: PersonId,
    except: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<u64> {
    let mut open = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::RevokedAt.is_null());
    if let Some(kept) = except {
        open = open.filter(session::Column::Id.ne(kept));
    }
    Ok(open.exec(tx).await?.rows_affected)
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
    let tx = app.db.begin_write().await?;
    let action = if everywhere {
        end_all(&tx, person.id, None, now).await?;
        "account.logout_everywhere"
    } else {
        if let Some(own) = who.session_id() {
            end_one(&tx, person.id, own, now).await?;
        }
        "account.logout"
    };
    let act = Act::done(action, "person", person.id.0);
    audit::append(&tx, now, who.home(), who, act).await?;
    tx.commit().await?;
    Ok(())
}

async fn end_one(
    tx: &Tx,
    person: PersonId,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let ended = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::Id.eq(session))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// The living sessions of the requester, newest first, at most a hundred.
///
/// # Errors
/// Those of the database.
pub async fn list(app: &App, who: &Requester) -> Result<Vec<session::Model>> {
    let Some(me) = who.person_id() else {
        return Ok(Vec::new());
    };
    let now = app.clock.now();
    let rows = session::Entity::find()
        .filter(session::Column::PersonId.eq(me))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(session::Column::LastSeenAt.gt(now - IDLE))
        .order_by_desc(session::Column::CreatedAt)
        .order_by_desc(session::Column::Id)
        .limit(100)
        .all(app.db.read())
        .await?;
    Ok(rows.into_iter().filter(|row| is_alive(row, now)).collect())
}

/// Ends one own session.
///
/// # Errors
/// `UNAUTHENTICATED`; `NOT_FOUND` for what is not an own open session.
pub async fn revoke_own(app: &App, who: &Requester, session: Option<SessionId>) -> Result<()> {
    let me = who
        .person_id()
        .ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let session = session.ok_or_else(|| missing("sessionId"))?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    if !end_one(&tx, me, session, now).await? {
        return Err(missing("sessionId"));
    }
    let act = Act::done("account.revoke_session", "session", session.0);
    audit::append(&tx, now, who.home(), who, act).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends every session of somebody else whose account this hospital keeps; how many.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `INVALID` for an account that another hospital keeps.
pub async fn end_sessions(app: &App, who: &Requester, person: Option<PersonId>) -> Result<u64> {
    let hospital = who.desk(Permission::SessionManage)?;
    let tx = app.db.begin_write().await?;
    let row = scope::target(&tx, who, hospital, person).await?;
    if !scope::is_kept_by(&row, hospital) {
        return Err(invalid(
            "personId",
            "该账号由另一单位维护",
            "another hospital keeps this account",
        ));
    }
    let now = app.clock.now();
    let ended = end_all(&tx, row.id, None, now).await?;
    let act = Act::done("account.end_sessions", "person", row.id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(ended)
}
