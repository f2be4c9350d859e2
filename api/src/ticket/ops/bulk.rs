//! Confirming many solutions at once: one transaction, decision, history line and audit row each (S24, V23).
//!
//! Every ticket meets the gates of a single confirmation; one that fails stops no other.

use entity::ids::TicketId;
use entity::rules::access::Permission;
use entity::rules::chain;
use entity::ticket;
use sea_orm::EntityTrait;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::decide::confirm_as;
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::replay::Replay;
use crate::requester::Requester;

/// Most tickets of one call.
const MOST: usize = 100;

/// A checked call: every id once, in the order given.
#[derive(Clone, Debug)]
pub struct Bulk {
    key: String,
    ids: Vec<String>,
}

impl Bulk {
    /// Checks the list and takes the key for the whole call.
    ///
    /// # Errors
    /// `REQUIRED` for an empty list, `TOO_LONG` beyond 100, `IDEMPOTENCY_KEY_REUSED`; `FORBIDDEN`.
    pub async fn begin(app: &App, who: &Requester, key: &str, ids: &[String]) -> Result<Self> {
        let me = who.require(Permission::TicketConfirmBulk)?.id;
        if ids.is_empty() {
            return Err(Error::from(UserErrorCode::Required).at(["ids"]));
        }
        if ids.len() > MOST {
            return Err(Error::from(UserErrorCode::TooLong).at(["ids"]));
        }
        let mut once: Vec<String> = Vec::with_capacity(ids.len());
        for id in ids {
            if !once.contains(id) {
                once.push(id.clone());
            }
        }
        let replay = Replay::of(key, "confirmTickets", &once)?;
        let hospital = who
            .hospitals()
            .into_iter()
            .find(|hospital| who.may_at(*hospital, Permission::TicketConfirmBulk))
            .ok_or_else(|| Error::new(crate::error::Code::Forbidden))?;
        let tx = app.db.begin_write().await?;
        let now = app.clock.now();
        replay.take(&tx, hospital, me, Uuid::nil(), now).await?;
        tx.commit().await?;
        Ok(Self {
            key: key.to_owned(),
            ids: once,
        })
    }

    /// The ids, each once.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Confirms one ticket of the call; the same call again answers with the ticket as it stands.
    ///
    /// # Errors
    /// Those of a single confirmation.
    pub async fn confirm(
        &self,
        app: &App,
        who: &Requester,
        id: Option<TicketId>,
    ) -> Result<ticket::Model> {
        let part = format!("{}|{id:?}", self.key);
        let digest: [u8; 32] = Sha256::digest(part.as_bytes()).into();
        let replay = Replay::of(&chain::to_hex(&digest), "confirmTickets", &self.ids)?;
        confirm_as(
            app,
            who,
            Permission::TicketConfirmBulk,
            id,
            None,
            Some(&replay),
        )
        .await
    }
}

/// The ticket that a replayed confirmation closed.
///
/// # Errors
/// `INTERNAL` if it is gone, those of the database.
pub(super) async fn replayed(app: &App, id: TicketId) -> Result<ticket::Model> {
    ticket::Entity::find_by_id(id)
        .one(app.db.read())
        .await?
        .ok_or_else(|| Error::internal("a confirmed ticket is gone"))
}
