//! 作业 work that follows from a committed transaction (L20–L25).

use sea_orm::entity::prelude::*;

use crate::ids::{HospitalId, JobId};
use crate::values::JobState;

/// A row of `job`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// Whose work.
    pub hospital_id: Option<HospitalId>,
    /// Kind of the job.
    pub kind: String,
    /// Row it is about.
    pub subject: Uuid,
    /// JSON of the kind.
    pub payload: String,
    /// At most one open job a key.
    pub dedup: Option<String>,
    /// State.
    pub state: JobState,
    /// Not before.
    pub run_at: DateTimeUtc,
    /// Attempts so far.
    pub attempt: i32,
    /// Dead beyond.
    pub max_attempts: i32,
    /// Fencing token of the claim; 0 while free.
    pub lease_token: i64,
    /// End of the lease.
    pub lease_until_at: Option<DateTimeUtc>,
    /// Start of the process that holds it.
    pub node: Option<Uuid>,
    /// Class of the last failure, without data.
    pub last_error: Option<String>,
    /// When enqueued.
    pub created_at: DateTimeUtc,
    /// When it ended.
    pub done_at: Option<DateTimeUtc>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
