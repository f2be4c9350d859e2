//! The job table: enqueue in the caller's transaction, claim with a lease, finish with its token (L20–L25, L30).
//!
//! A job re-reads its row and acts only if its work is still due; effects inside the database happen
//! in the transaction that finishes the job, so a late finisher throws its result away. Kinds are
//! listed in [`Kind`]; what they do stands in the capabilities.

mod admin;
mod lease;
mod worker;

use chrono::{DateTime, Utc};
use entity::ids::{HospitalId, JobId};
use entity::job;
use entity::values::JobState;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;
use uuid::Uuid;

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};

pub use admin::{discard, list, retry};
pub use lease::{Held, LeaseLost, Leases, claim};
pub use worker::{drain, work};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Warns of a clock, or records that it passed its due instant; the subject is the clock.
    ClockPoint,
    /// Reminds of a solution that nobody confirmed, or marks it 院方未确认; the subject is the ticket.
    Unconfirmed,
    /// Tells the information centre of a claimed time that nobody answered; the subject is the claim.
    ClaimUndecided,
    /// Reminds of an inspection that the contract asks for and nobody has ended; the subject is the contract.
    InspectionGap,
    /// Reminds of an inspection without a step, or of its report; the subject is the inspection.
    InspectionPoint,
    /// Drafts what a definition wants on the first day of a month; the subject is the contract.
    ReportDraft,
    /// Lays out an approved report; the subject is the report.
    ReportLayout,
    /// Sends a notification by e-mail; the subject is the notification.
    Mail,
    /// Sends what waited for service time as one e-mail; the subject is the person.
    Digest,
    /// Ends an account after its last day; the subject is the person.
    Leave,
    /// Counts provisional due dates again after a calendar came in; the subject is the hospital.
    Calendar,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::ClockPoint,
        Self::Unconfirmed,
        Self::ClaimUndecided,
        Self::InspectionGap,
        Self::InspectionPoint,
        Self::ReportDraft,
        Self::ReportLayout,
        Self::Mail,
        Self::Digest,
        Self::Leave,
        Self::Calendar,
    ];

    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ClockPoint => "CLOCK_POINT",
            Self::Unconfirmed => "UNCONFIRMED",
            Self::ClaimUndecided => "CLAIM_UNDECIDED",
            Self::InspectionGap => "INSPECTION_GAP",
            Self::InspectionPoint => "INSPECTION_POINT",
            Self::ReportDraft => "REPORT_DRAFT",
            Self::ReportLayout => "REPORT_LAYOUT",
            Self::Mail => "MAIL",
            Self::Digest => "DIGEST",
            Self::Leave => "LEAVE",
            Self::Calendar => "CALENDAR",
        }
    }

    /// Whether it talks to somebody outside the database, who may be slow: a mail server, the child that lays out.
    #[must_use]
    pub const fn talks(self) -> bool {
        match self {
            Self::ClockPoint
            | Self::Unconfirmed
            | Self::ClaimUndecided
            | Self::InspectionGap
            | Self::InspectionPoint
            | Self::ReportDraft
            | Self::Leave
            | Self::Calendar => false,
            Self::Mail | Self::Digest | Self::ReportLayout => true,
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The word for metrics; kinds of another release are one.
    #[must_use]
    pub fn label(word: &str) -> &'static str {
        Self::of(word).map_or("UNKNOWN", Self::word)
    }
}

/// A job to enqueue.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What to do.
    pub kind: Kind,
    /// Whose.
    pub hospital: HospitalId,
    /// About which row.
    pub subject: Uuid,
    /// JSON of the kind.
    pub payload: String,
    /// At most one job for ever under this key.
    pub dedup: Option<String>,
    /// Not before.
    pub run_at: DateTime<Utc>,
}

/// Enqueues in the caller's transaction; a second job of the same `dedup` is left out.
///
/// # Errors
/// Those of the database.
pub async fn enqueue(tx: &Tx, app: &App, new: NewJob) -> Result<()> {
    let row = job::ActiveModel {
        id: Set(JobId(app.clock.id())),
        hospital_id: Set(Some(new.hospital)),
        kind: Set(new.kind.word().to_owned()),
        subject: Set(new.subject),
        payload: Set(new.payload),
        dedup: Set(new.dedup),
        state: Set(JobState::Available),
        run_at: Set(new.run_at),
        attempt: Set(0),
        max_attempts: Set(12),
        lease_token: Set(0),
        lease_until_at: Set(None),
        node: Set(None),
        last_error: Set(None),
        created_at: Set(app.clock.now()),
        done_at: Set(None),
    };
    job::Entity::insert(row)
        .on_conflict(
            OnConflict::column(job::Column::Dedup)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

fn random() -> Result<i64> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(i64::from_be_bytes(bytes) | 1)
}

/// A failure that another try would not mend; the job is dead at once.
#[derive(Debug)]
pub struct Permanent {
    class: &'static str,
    cause: Error,
}

impl Permanent {
    /// The class that is kept with the job, without data.
    #[must_use]
    pub fn class(&self) -> &'static str {
        self.class
    }
}

impl std::fmt::Display for Permanent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.class)
    }
}

impl std::error::Error for Permanent {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// Marks a failure that another try would not mend, with a class that holds no data.
#[must_use]
pub fn permanent(class: &'static str, cause: Error) -> Error {
    Error::internal(Permanent { class, cause })
}

/// To be asked between the steps of a job that reaches outside the database.
///
/// # Errors
/// With [`LeaseLost`] as its cause if another process may hold the job by now.
pub fn still_ours(app: &App, row: &job::Model) -> Result<()> {
    if app.held.is_given_up(row) {
        Err(Error::internal(LeaseLost))
    } else {
        Ok(())
    }
}

/// Finishes a job in the transaction of its effect.
///
/// # Errors
/// With [`LeaseLost`] as its cause if the lease was lost; the transaction must not be committed then.
pub async fn finish(tx: &Tx, app: &App, row: &job::Model) -> Result<()> {
    still_ours(app, row)?;
    if lease::set(tx, row, JobState::Done, app.clock.now(), None, None).await? {
        Ok(())
    } else {
        Err(Error::internal(LeaseLost))
    }
}
