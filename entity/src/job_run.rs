//! 作业执行 one attempt of a job (L21).

use sea_orm::entity::prelude::*;

use crate::ids::JobId;
use crate::values::JobOutcome;

/// A row of `job_run`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_run")]
pub struct Model {
    /// Which job.
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: JobId,
    /// Which attempt, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt: i32,
    /// Start of the process that claimed it.
    pub node: Uuid,
    /// When claimed.
    pub started_at: DateTimeUtc,
    /// When it ended, or was found abandoned.
    pub ended_at: Option<DateTimeUtc>,
    /// How it ended.
    pub outcome: Option<JobOutcome>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
