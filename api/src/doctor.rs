//! `icuops doctor`: looks for damage without changing anything (L14).
//!
//! It opens the database as it is and applies no step of the schema: a damaged file is not written to.

use crate::audit;
use crate::db::{Db, Depth, is_damage};
use crate::error::{Error, Result};

/// Every finding, one line each; nothing found means good. `say` hears of each chain that was verified.
///
/// # Errors
/// Those of the database that are no damage, such as a server that does not answer.
pub async fn examine(database_url: &str, say: &mut dyn FnMut(String)) -> Result<Vec<String>> {
    let db = match Db::connect(database_url).await {
        Ok(db) => db,
        Err(error) if is_damage(&error) => return Ok(vec![error.to_string()]),
        Err(error) => return Err(error.into()),
    };
    let mut found = db.check_integrity(Depth::Full).await?;
    match audit::verify(&db).await {
        Ok(verdicts) => {
            for verdict in verdicts {
                match verdict.damage {
                    None => say(format!("{}: {} rows, good", verdict.chain, verdict.rows)),
                    Some((seq, what)) => {
                        found.push(format!("{}: damaged at seq {seq}: {what}", verdict.chain));
                    }
                }
            }
        }
        Err(error) if damaged(&error) => found.push(format!("audit: {error}")),
        Err(error) => return Err(error),
    }
    Ok(found)
}

fn damaged(error: &Error) -> bool {
    std::error::Error::source(error)
        .and_then(|cause| cause.downcast_ref())
        .is_some_and(is_damage)
}
