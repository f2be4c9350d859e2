//! What hangs on inspections and their plans: one statement an edge and page. Findings are looked up in the reader's scope.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::ids::{
    ContractId, FindingId, HospitalId, InspectionId, InspectionPlanId, RectificationTaskId,
    ReportId,
};
use entity::rules::access::Permission;
use entity::{
    asset, finding, inspection, inspection_advice, inspection_communication,
    inspection_participant, inspection_plan_entry, inspection_report, inspection_result,
    inspection_scope_na, rectification_move, rectification_step, rectification_submission,
    rectification_task, report_issue,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Rows, hospitals_of, padded};
use crate::error::Error;
use crate::inspection::{seen_findings, seen_tasks};

macro_rules! list_of {
    ($(#[$about:meta])* $name:ident($id:ty, $key:ident, $field:ident), $table:ident, $order:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub HospitalId, pub $id);

        impl Loader<$name> for Rows {
            type Value = Vec<$table::Model>;
            type Error = Error;

            async fn load(&self, keys: &[$name]) -> Result<HashMap<$name, Self::Value>, Error> {
                use $table::Column as C;
                let ids: Vec<$id> = keys.iter().map(|key| key.1).collect();
                let rows = $table::Entity::find()
                    .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
                    .filter(C::$key.is_in(padded(&ids)))
                    .order_by_asc(C::$order)
                    .all(&self.0)
                    .await?;
                let mut found: HashMap<$name, Self::Value> = HashMap::new();
                for row in rows {
                    found.entry($name(row.hospital_id, row.$field)).or_default().push(row);
                }
                Ok(found)
            }
        }
    };
}

list_of! {
    /// Entries of a plan, in their order.
    EntriesOf(InspectionPlanId, PlanId, plan_id), inspection_plan_entry, Seq
}
list_of! {
    /// Lines of an inspection, in their order.
    ResultsOf(InspectionId, InspectionId, inspection_id), inspection_result, Seq
}
list_of! {
    /// Scopes that do not apply to an inspection.
    ScopesNaOf(InspectionId, InspectionId, inspection_id), inspection_scope_na, Scope
}
list_of! {
    /// Who takes part in an inspection, in the order of entry.
    ParticipantsOf(InspectionId, InspectionId, inspection_id), inspection_participant, EnteredAt
}
list_of! {
    /// Talks about an inspection, in their order.
    TalksOf(InspectionId, InspectionId, inspection_id), inspection_communication, Seq
}
list_of! {
    /// Advice of an inspection, in its order.
    AdviceOf(InspectionId, InspectionId, inspection_id), inspection_advice, Seq
}

list_of! {
    /// Submissions of the report of an inspection, in their order.
    SubmissionsOf(InspectionId, InspectionId, inspection_id), inspection_report, Seq
}
list_of! {
    /// Inspections of a contract, in the order of their end.
    InspectionsOf(ContractId, ContractId, contract_id), inspection, EndedAt
}
list_of! {
    /// Assets of a contract, by code.
    AssetsOf(ContractId, ContractId, contract_id), asset, Code
}
list_of! {
    /// Steps of a rectification task.
    RectificationStepsOf(RectificationTaskId, TaskId, task_id), rectification_step, Seq
}
list_of! {
    /// Submissions of a rectification task.
    RectificationSubmissionsOf(RectificationTaskId, TaskId, task_id), rectification_submission, Seq
}
list_of! {
    /// What moved the due date of a rectification task.
    RectificationMovesOf(RectificationTaskId, TaskId, task_id), rectification_move, Seq
}

/// Number and revision of the report that an inspection submitted or a task follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReportNumber(pub HospitalId, pub ReportId);

impl Loader<ReportNumber> for Rows {
    type Value = String;
    type Error = Error;

    async fn load(&self, keys: &[ReportNumber]) -> Result<HashMap<ReportNumber, String>, Error> {
        use report_issue::Column as C;
        let ids: Vec<ReportId> = keys.iter().map(|key| key.1).collect();
        let rows = report_issue::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(C::Id.is_in(padded(&ids)))
            .all(&self.0)
            .await?;
        let number = |row: report_issue::Model| {
            let key = ReportNumber(row.hospital_id, row.id);
            Some((key, row.number?))
        };
        Ok(rows.into_iter().filter_map(number).collect())
    }
}

/// Rectification tasks of an inspection that the reader sees, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TasksOf(pub HospitalId, pub InspectionId);

impl Loader<TasksOf> for Rows {
    type Value = Vec<rectification_task::Model>;
    type Error = Error;

    async fn load(&self, keys: &[TasksOf]) -> Result<HashMap<TasksOf, Self::Value>, Error> {
        use rectification_task::Column as C;
        let ids: Vec<InspectionId> = keys.iter().map(|key| key.1).collect();
        let rows = rectification_task::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(C::InspectionId.is_in(padded(&ids)))
            .filter(seen_tasks(&self.1, Permission::InspectionRead))
            .order_by_asc(C::Number)
            .all(&self.0)
            .await?;
        let mut found: HashMap<TasksOf, Self::Value> = HashMap::new();
        for row in rows {
            let key = TasksOf(row.hospital_id, row.inspection_id);
            found.entry(key).or_default().push(row);
        }
        Ok(found)
    }
}

/// Findings of an inspection that the reader sees, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FindingsOf(pub HospitalId, pub InspectionId);

impl Loader<FindingsOf> for Rows {
    type Value = Vec<finding::Model>;
    type Error = Error;

    async fn load(&self, keys: &[FindingsOf]) -> Result<HashMap<FindingsOf, Self::Value>, Error> {
        use finding::Column as C;
        let ids: Vec<InspectionId> = keys.iter().map(|key| key.1).collect();
        let rows = finding::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(C::InspectionId.is_in(padded(&ids)))
            .filter(seen_findings(&self.1, Permission::InspectionRead))
            .order_by_asc(C::Seq)
            .all(&self.0)
            .await?;
        let mut found: HashMap<FindingsOf, Self::Value> = HashMap::new();
        for row in rows {
            let key = FindingsOf(row.hospital_id, row.inspection_id);
            found.entry(key).or_default().push(row);
        }
        Ok(found)
    }
}

/// A finding, if the reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SeenFinding(pub FindingId);

impl Loader<SeenFinding> for Rows {
    type Value = finding::Model;
    type Error = Error;

    async fn load(&self, keys: &[SeenFinding]) -> Result<HashMap<SeenFinding, Self::Value>, Error> {
        let ids: Vec<FindingId> = keys.iter().map(|key| key.0).collect();
        let rows = finding::Entity::find()
            .filter(finding::Column::Id.is_in(padded(&ids)))
            .filter(seen_findings(&self.1, Permission::InspectionRead))
            .all(&self.0)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (SeenFinding(row.id), row))
            .collect())
    }
}
