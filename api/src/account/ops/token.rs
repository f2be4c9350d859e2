//! Machine tokens (G45): `icuops_`, 256 bits and a checksum; only the digest is kept.
//!
//! A token is bound to one hospital and reads what its scopes say. It is accepted as Bearer alone: the
//! cookie and the query string are never looked at for it.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{HospitalId, TokenId};
use entity::machine_token;
use entity::rules::access::Permission;
use entity::values::TokenScope;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

use super::session::{SEEN_GRAIN, digest, new_token};
use super::{invalid, missing};
use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Code, Error, Result, UserErrorCode};
use crate::portal::{PortalReader, instance};
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::ops::{checked, checked_option};

/// How every machine token begins, so that scanners for leaked secrets know it.
pub const PREFIX: &str = "icuops_";
/// Characters of the checksum at the end.
const CHECK: usize = 6;
/// Longest life.
const MOST: TimeDelta = TimeDelta::days(366);

/// A token to make.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Replay key of the client.
    pub key: String,
    /// Name of the program.
    pub agent: String,
    /// What it may read.
    pub scopes: Vec<TokenScope>,
    /// Name of the root of pages, with the scope `PORTAL`.
    pub portal_instance: Option<String>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// A token that was made; its text is shown once, and not again on a replay.
#[derive(Clone, Debug)]
pub struct MadeToken {
    /// The row.
    pub row: machine_token::Model,
    /// The token.
    pub token: Option<String>,
}

fn checksum(body: &str) -> String {
    digest(body).chars().take(CHECK).collect()
}

fn fresh() -> Result<String> {
    let body = format!("{PREFIX}{}", new_token()?);
    Ok(format!("{body}{}", checksum(&body)))
}

/// Whether the text has the form of a machine token, checksum included.
fn is_well_formed(token: &str) -> bool {
    token.len() == PREFIX.len() + 43 + CHECK
        && token
            .split_at_checked(PREFIX.len() + 43)
            .is_some_and(|(body, sum)| body.starts_with(PREFIX) && checksum(body) == sum)
}

/// Makes a token for a program of the hospital.
///
/// # Errors
/// `FORBIDDEN`, `REQUIRED`, `INVALID` for no scope or a life beyond a year, those of texts.
pub async fn create(app: &App, who: &Requester, new: NewToken) -> Result<MadeToken> {
    let hospital = who.desk(Permission::TokenManage)?;
    let me = who.require(Permission::TokenManage)?.id;
    let now = app.clock.now();
    let replay = Replay::of(&new.key, "createMachineToken", &new)?;
    let agent = checked(&new.agent, "agent", 100)?;
    let instance = checked_option(new.portal_instance.as_deref(), "portalInstance", 100)?;
    let mut scopes = new.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Error::from(UserErrorCode::Required).at(["scopes"]));
    }
    if new.expires_at <= now || new.expires_at > now + MOST {
        return Err(invalid(
            "expiresAt",
            "有效期须在未来，且不超过 366 天",
            "it ends in the future, within 366 days",
        ));
    }
    let pages = pages(app, hospital, &scopes, instance.as_deref()).await?;
    let token = fresh()?;
    let id = TokenId(app.clock.id());
    let tx = app.db.begin_write().await?;
    if let Some(made) = replay.take(&tx, hospital, me, id.0, now).await? {
        let row = machine_token::Entity::find_by_id(TokenId(made))
            .one(&tx)
            .await?
            .ok_or_else(|| missing("idempotencyKey"))?;
        tx.rollback().await?;
        return Ok(MadeToken { row, token: None });
    }
    let words: Vec<String> = match &pages {
        Some(reader) => vec![reader.scope()],
        None => scopes.iter().map(|scope| scope.word().to_owned()).collect(),
    };
    let row = machine_token::Model {
        id,
        hospital_id: hospital,
        agent,
        token_sha256: digest(&token),
        scopes: words.join(" "),
        created_by: me,
        created_at: now,
        expires_at: new.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    let act = Act::done("token.create", "machine_token", row.id.0);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(MadeToken {
        row,
        token: Some(token),
    })
}

/// The pages as whose reader the token reads: then it reads nothing else.
async fn pages(
    app: &App,
    hospital: HospitalId,
    scopes: &[TokenScope],
    name: Option<&str>,
) -> Result<Option<PortalReader>> {
    match (scopes.contains(&TokenScope::Portal), name) {
        (false, None) => Ok(None),
        (true, Some(name)) if scopes.len() == 1 => {
            let found = instance::named(app.db.read(), name).await?;
            let own = found.filter(|one| one.reader.hospital == hospital);
            let reader = own.ok_or_else(|| missing("portalInstance"))?.reader;
            Ok(Some(reader))
        }
        (true, None) => Err(Error::from(UserErrorCode::Required).at(["portalInstance"])),
        (true, Some(_)) => Err(invalid(
            "scopes",
            "范围 PORTAL 须单独使用",
            "the scope PORTAL stands alone",
        )),
        (false, Some(_)) => Err(invalid(
            "portalInstance",
            "仅用于范围 PORTAL",
            "it belongs to the scope PORTAL",
        )),
    }
}

/// Ends a token.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `WRONG_STATE` for one that was revoked before.
pub async fn revoke(
    app: &App,
    who: &Requester,
    id: Option<TokenId>,
    reason: &str,
) -> Result<machine_token::Model> {
    let hospital = who.desk(Permission::TokenManage)?;
    let reason = checked(reason, "reason", 500)?;
    let id = id.ok_or_else(|| missing("tokenId"))?;
    let now = app.clock.now();
    let tx = app.db.begin_write().await?;
    let row = machine_token::Entity::find_by_id(id)
        .filter(machine_token::Column::HospitalId.eq(hospital))
        .lock_exclusive()
        .one(&tx)
        .await?
        .ok_or_else(|| missing("tokenId"))?;
    if row.revoked_at.is_some() {
        return Err(UserErrorCode::WrongState.into());
    }
    let mut change = row.into_active_model();
    change.revoked_at = Set(Some(now));
    let row = change.update(&tx).await?;
    let mut act = Act::done("token.revoke", "machine_token", row.id.0);
    act.reason = Some(reason);
    audit::append(&tx, now, Some(hospital), who, act).await?;
    tx.commit().await?;
    Ok(row)
}

/// Whether the text is meant as a machine token.
#[must_use]
pub fn is_machine(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// The program of a Bearer token; touches its last use, which is not audited.
///
/// # Errors
/// `UNAUTHENTICATED` for every token that opens nothing.
pub async fn resume_machine(app: &App, token: &str) -> Result<Requester> {
    let refused = || Error::new(Code::Unauthenticated);
    if !is_well_formed(token) {
        return Err(refused());
    }
    let now = app.clock.now();
    let row = machine_token::Entity::find()
        .filter(machine_token::Column::TokenSha256.eq(digest(token)))
        .one(app.db.read())
        .await?
        .filter(|row| row.revoked_at.is_none() && now < row.expires_at)
        .ok_or_else(refused)?;
    if row.last_used_at.is_none_or(|at| now - at >= SEEN_GRAIN) {
        let tx = app.db.begin_write().await?;
        machine_token::Entity::update_many()
            .col_expr(machine_token::Column::LastUsedAt, Expr::value(now))
            .filter(machine_token::Column::Id.eq(row.id))
            .exec(&tx)
            .await?;
        tx.commit().await?;
    }
    Ok(Requester::of_machine(row))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// G45
    #[test]
    fn a_token_with_one_wrong_character_is_refused_by_its_form() {
        let token = fresh().unwrap();
        assert!(is_well_formed(&token) && is_machine(&token), "{token}");
        for place in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            let byte = altered.get_mut(place).unwrap();
            *byte = if *byte == b'0' { b'1' } else { b'0' };
            assert!(
                !is_well_formed(&String::from_utf8(altered).unwrap()),
                "{place}"
            );
        }
        assert!(!is_well_formed("") && !is_well_formed("icuops_"));
        assert_ne!(token, fresh().unwrap());
    }
}
