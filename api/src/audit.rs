//! Appends to the audit chains; the rule of the chain itself is `entity::rules::chain` (L60–L64).
//!
//! One chain a hospital and one for the system. Appending is the last thing that a transaction
//! does before it commits: the head row is locked, so writers of one hospital queue there.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::ids::HospitalId;
use entity::rules::chain;
use entity::{audit, audit_head};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::portal;
use crate::requester::Requester;

/// What is recorded of one act.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    /// Verb and noun, e.g. `ticket.respond`.
    pub action: &'a str,
    /// Table of the object.
    pub object_type: &'a str,
    /// Row of the object, if it is known.
    pub object_id: Option<Uuid>,
    /// Whether it was done; a refused attempt is recorded too.
    pub success: bool,
    /// Code of a refusal or a screened reason.
    pub reason: Option<String>,
}

impl<'a> Act<'a> {
    /// An act that was done.
    #[must_use]
    pub fn done(action: &'a str, object_type: &'a str, object_id: Uuid) -> Self {
        Self {
            action,
            object_type,
            object_id: Some(object_id),
            success: true,
            reason: None,
        }
    }

    /// An attempt that was refused with `code`.
    #[must_use]
    pub fn refused(
        action: &'a str,
        object_type: &'a str,
        object_id: Option<Uuid>,
        code: &str,
    ) -> Self {
        Self {
            action,
            object_type,
            object_id,
            success: false,
            reason: Some(code.to_owned()),
        }
    }
}

/// Records a refused attempt in a transaction of its own, in the chain of the person's home.
///
/// # Errors
/// Those of the database.
pub async fn refused(
    app: &App,
    who: &Requester,
    action: &str,
    (object_type, object_id): (&str, Option<Uuid>),
    error: &Error,
) -> Result<()> {
    let tx = app.db.begin_write().await?;
    let act = Act::refused(action, object_type, object_id, error.code().word());
    append(&tx, app.clock.now(), who.home(), who, act).await?;
    tx.commit().await?;
    Ok(())
}

/// Appends one row to the chain of `hospital`, or to the system's. Call it last in the transaction. The revision of the
/// hospital's pages grows with an act that they show.
///
/// # Errors
/// Those of the database.
pub async fn append(
    tx: &Tx,
    at: DateTime<Utc>,
    hospital: Option<HospitalId>,
    who: &Requester,
    act: Act<'_>,
) -> Result<()> {
    let chain_id = hospital.map_or(Uuid::nil(), |id| id.0);
    let head = lock_head(tx, chain_id).await?;
    let seq = head.seq + 1;
    let text = |value: Option<String>| value.map_or(Value::Null, Value::String);
    let record: BTreeMap<&str, Value> = BTreeMap::from([
        ("action", json!(act.action)),
        ("actor", text(who.actor_word())),
        ("actor_role", text(who.role_word())),
        ("at", json!(at.timestamp_micros())),
        ("hospital", json!(chain_name(chain_id))),
        ("ip", text(who.ip.clone())),
        ("object_id", text(act.object_id.map(|id| id.to_string()))),
        ("object_type", json!(act.object_type)),
        ("org", text(who.side().map(|side| side.word().to_owned()))),
        ("reason", text(act.reason.or_else(|| who.note.clone()))),
        ("request", text(who.request_id.clone())),
        ("seq", json!(seq)),
        ("session", text(who.session_id().map(|id| id.to_string()))),
        ("success", json!(act.success)),
        ("v", json!(1)),
    ]);
    let payload = chain::canonical(&json!(record)).map_err(Error::internal)?;
    let prev =
        chain::parse_hash(&head.hash).ok_or_else(|| Error::internal("audit head is no hash"))?;
    let hash = chain::to_hex(&chain::link(&prev, &payload));
    audit::ActiveModel {
        chain: Set(chain_id),
        seq: Set(seq),
        at: Set(at),
        action: Set(act.action.to_owned()),
        object_id: Set(act.object_id),
        payload: Set(payload),
        prev_hash: Set(head.hash),
        hash: Set(hash.clone()),
    }
    .insert(tx)
    .await?;
    audit_head::ActiveModel {
        chain: Set(chain_id),
        seq: Set(seq),
        hash: Set(hash),
    }
    .update(tx)
    .await?;
    match hospital {
        Some(hospital) if act.success && portal::shows(act.action) => {
            portal::bump(tx, hospital, at).await
        }
        _ => Ok(()),
    }
}

/// `system`, or the id of the hospital.
fn chain_name(chain_id: Uuid) -> String {
    if chain_id.is_nil() {
        "system".to_owned()
    } else {
        HospitalId(chain_id).to_string()
    }
}

/// Waits for everybody else who is about to act at a hospital, until the end of the transaction.
///
/// # Errors
/// Those of the database.
pub async fn hold(tx: &Tx, hospital: HospitalId) -> Result<()> {
    lock_head(tx, hospital.0).await.map(|_| ())
}

async fn lock_head(tx: &Tx, chain_id: Uuid) -> Result<audit_head::Model> {
    audit_head::Entity::insert(audit_head::ActiveModel {
        chain: Set(chain_id),
        seq: Set(0),
        hash: Set(chain::to_hex(&chain::GENESIS)),
    })
    .on_conflict(
        OnConflict::column(audit_head::Column::Chain)
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(tx)
    .await?;
    audit_head::Entity::find_by_id(chain_id)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("the head of an audit chain is gone"))
}

/// Result of verifying one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `system` or the id of the hospital.
    pub chain: String,
    /// Rows read.
    pub rows: i64,
    /// The first bad row and what is wrong with it.
    pub damage: Option<(i64, String)>,
}

/// Reads every chain and names the first bad row of each.
///
/// # Errors
/// Those of the database.
pub async fn verify(db: &Db) -> Result<Vec<Verdict>> {
    let heads = audit_head::Entity::find()
        .order_by_asc(audit_head::Column::Chain)
        .all(db.read())
        .await?;
    let mut verdicts = Vec::new();
    for head in heads {
        verdicts.push(verify_chain(db, head).await?);
    }
    Ok(verdicts)
}

/// Reads on while the head moves: writers may be at work, and head and rows are read one after the other.
async fn verify_chain(db: &Db, mut head: audit_head::Model) -> Result<Verdict> {
    let chain = chain_name(head.chain);
    let mut checker = chain::Checker::new(&chain);
    let mut last = 0;
    let damage = 'reading: loop {
        for row in page_of(db, head.chain, last).await? {
            if let Err(found) = checker.check(row.seq, &row.prev_hash, &row.hash, &row.payload) {
                last = row.seq;
                break 'reading Some((row.seq, found.to_string()));
            }
            last = row.seq;
        }
        if last == head.seq && checker.last_hash() == head.hash {
            break None;
        }
        let now = audit_head::Entity::find_by_id(head.chain)
            .one(db.read())
            .await?;
        let is_behind = page_of(db, head.chain, last).await?.is_empty();
        match now {
            Some(now) if now != head || !is_behind => head = now,
            _ => {
                let what = "the chain ends before its head".to_owned();
                break Some((last.saturating_add(1), what));
            }
        }
    };
    Ok(Verdict {
        chain,
        rows: last,
        damage,
    })
}

/// Rows of one chain after `seq`, at most a thousand.
async fn page_of(db: &Db, chain_id: Uuid, seq: i64) -> Result<Vec<audit::Model>> {
    let rows = audit::Entity::find()
        .filter(audit::Column::Chain.eq(chain_id))
        .filter(audit::Column::Seq.gt(seq))
        .order_by_asc(audit::Column::Seq)
        .limit(1000)
        .all(db.read())
        .await?;
    Ok(rows)
}

/// Writes every chain as NDJSON, for `tests/verify_audit.py` and other independent verifiers.
///
/// # Errors
/// Those of the database and of the writer.
pub async fn export(db: &Db, out: &mut impl std::io::Write) -> Result<()> {
    let heads = audit_head::Entity::find()
        .order_by_asc(audit_head::Column::Chain)
        .all(db.read())
        .await?;
    for head in heads {
        let mut last = 0;
        loop {
            let rows = page_of(db, head.chain, last).await?;
            let Some(end) = rows.last().map(|row| row.seq) else {
                break;
            };
            for row in rows {
                let line = json!({
                    "chain": chain_name(row.chain), "seq": row.seq, "prev_hash": row.prev_hash,
                    "hash": row.hash, "payload": String::from_utf8_lossy(&row.payload),
                });
                writeln!(out, "{line}").map_err(Error::internal)?;
            }
            last = end;
        }
    }
    Ok(())
}
