//! 巡检结果 one line of an inspection: an item and its target (C1.5.1-c…f).

use sea_orm::entity::prelude::*;

use crate::ids::{FindingId, HospitalId, InspectionId, PersonId};
use crate::values::{Evaluation, InspectionScope};

/// A row of `inspection_result`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_result")]
pub struct Model {
    /// Tenant.
    pub hospital_id: HospitalId,
    /// Inspection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub inspection_id: InspectionId,
    /// Place in the inspection, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// Scope.
    pub scope: InspectionScope,
    /// Code of the item.
    pub item_code: String,
    /// Code of the asset, or 整体 for the system as a whole.
    pub target: String,
    /// The item of the template as it was laid out, JSON.
    pub item: String,
    /// Evaluation; none while nothing is recorded.
    pub evaluation: Option<Evaluation>,
    /// Value in thousandths of the unit.
    pub value_milli: Option<i64>,
    /// Value that is a word.
    pub value_text: Option<String>,
    /// Value that is yes or no.
    pub value_bool: Option<bool>,
    /// Why it does not apply.
    pub na_reason: Option<String>,
    /// Evidence and where it lies.
    pub evidence: Option<String>,
    /// Explanation of an abnormal value.
    pub explanation: Option<String>,
    /// Finding that it led to.
    pub finding_id: Option<FindingId>,
    /// Who recorded it.
    pub recorded_by: Option<PersonId>,
    /// When.
    pub recorded_at: Option<DateTimeUtc>,
    /// Civil date of the last inspection that valued the same item and target.
    pub previous_on: Option<Date>,
    /// Evaluation then.
    pub previous_evaluation: Option<Evaluation>,
    /// Value then, in thousandths.
    pub previous_milli: Option<i64>,
    /// Value then, a word.
    pub previous_text: Option<String>,
    /// Value then, yes or no.
    pub previous_bool: Option<bool>,
}

/// Joins are made by loaders, so there are none here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
