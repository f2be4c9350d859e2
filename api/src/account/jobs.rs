//! What time does to accounts: the end of the last day.

use entity::ids::PersonId;
use entity::job;

use super::ops;
use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Error, Result};
use crate::jobs;
use crate::requester::Requester;

/// The day after the last one has begun, in Asia/Shanghai; acts only if the leave date still says so.
///
/// # Errors
/// Those of the database; the job is tried again.
pub async fn leave(app: &App, job: &job::Model) -> Result<()> {
    let hospital = job
        .hospital_id
        .ok_or_else(|| Error::internal("a job of leaving without its hospital"))?;
    let person = PersonId(job.subject);
    let tx = app.db.begin_write().await?;
    let ended = ops::sweep_leave(&tx, app, hospital, person).await?;
    jobs::finish(&tx, app, job).await?;
    if ended {
        let act = Act::done("account.leave", "person", person.0);
        audit::append(
            &tx,
            app.clock.now(),
            Some(hospital),
            &Requester::system(),
            act,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}
