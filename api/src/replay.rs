//! Replay-safe mutations: a client's key with the digest of what it sent (G27, L34).
//!
//! The key is taken in the transaction of the mutation. The same call again answers with the same
//! object; the same key with another input is refused; after 24 hours the key is free again.

use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};
use entity::idempotency;
use entity::ids::{HospitalId, PersonId};
use entity::rules::chain;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, ModelTrait};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};

/// How long a key is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// A key and the call that it stands for.
#[derive(Clone, Debug)]
pub struct Replay {
    key: String,
    mutation: &'static str,
    input_sha256: String,
}

impl Replay {
    /// The call `mutation` with `input`; equal inputs have equal debug forms.
    ///
    /// # Errors
    /// `INVALID` for a key outside 8 to 64 characters.
    pub fn of(key: &str, mutation: &'static str, input: &impl Debug) -> Result<Self> {
        if !(8..=64).contains(&key.chars().count()) || key.chars().any(char::is_control) {
            return Err(Error::from(UserErrorCode::Invalid)
                .at(["idempotencyKey"])
                .detail(
                    "重放键为 8 至 64 个字符",
                    "a replay key has 8 to 64 characters",
                ));
        }
        let digest = Sha256::digest(format!("{input:?}").as_bytes());
        Ok(Self {
            key: key.to_owned(),
            mutation,
            input_sha256: chain::to_hex(&digest.into()),
        })
    }

    /// [`Self::of`] where the key is optional.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn optional(
        key: Option<&str>,
        mutation: &'static str,
        input: &impl Debug,
    ) -> Result<Option<Self>> {
        key.map(|key| Self::of(key, mutation, input)).transpose()
    }

    /// Takes the key for `made`, or answers with the object that the same call made before.
    ///
    /// A second call that runs at the same time waits here for the first one's commit.
    ///
    /// # Errors
    /// `IDEMPOTENCY_KEY_REUSED` for another input or mutation, those of the database.
    pub async fn take(
        &self,
        tx: &Tx,
        hospital: HospitalId,
        actor: PersonId,
        made: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>> {
        loop {
            let row = idempotency::ActiveModel {
                hospital_id: Set(hospital),
                actor_id: Set(actor),
                key: Set(self.key.clone()),
                mutation: Set(self.mutation.to_owned()),
                input_sha256: Set(self.input_sha256.clone()),
                object_id: Set(made),
                at: Set(now),
            };
            let once = OnConflict::columns([
                idempotency::Column::HospitalId,
                idempotency::Column::ActorId,
                idempotency::Column::Key,
            ])
            .do_nothing()
            .to_owned();
            let written = idempotency::Entity::insert(row)
                .on_conflict(once)
                .exec_without_returning(tx)
                .await?;
            if written == 1 {
                return Ok(None);
            }
            let found = idempotency::Entity::find_by_id((hospital, actor, self.key.clone()))
                .one(tx)
                .await?
                .ok_or_else(|| Error::from(UserErrorCode::IdempotencyInFlight))?;
            if now - found.at >= KEPT {
                found.delete(tx).await?;
                continue;
            }
            if found.mutation != self.mutation || found.input_sha256 != self.input_sha256 {
                return Err(Error::from(UserErrorCode::IdempotencyKeyReused).at(["idempotencyKey"]));
            }
            return Ok(Some(found.object_id));
        }
    }
}
