//! Submissions of the report of an inspection, rectification tasks and what happens to them; their parameters.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, add_columns, drop_columns, number, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Parameters that this capability reads; their defaults stand in `up` (`domain.md` 6, A-16, A-17).
const PARAMETERS: &[&str] = &[
    "report_confirm_reminder_wd",
    "rectify_verify_wd",
    "return_voids",
];

fn tables() -> Tables {
    Tables(vec![
        operational("inspection_report")
            .uuid("inspection_id")
            .int("seq")
            .uuid("report_id")
            .uuid("sealed_id")
            .text("state")
            .uuid("submitted_by")
            .at("submitted_at")
            .flag("is_late")
            .int("late_wd")
            .uuid_null("decided_by")
            .at_null("decided_at")
            .text_null("return_kind")
            .text_null("return_reason")
            .int("delay_wd")
            .key(&["inspection_id", "seq"])
            .within("inspection_id", "inspection")
            .within("report_id", "report_issue")
            .within("sealed_id", "sealed_document")
            .refs("submitted_by", "person")
            .refs("decided_by", "person"),
        operational("rectification_task")
            .uuid("id")
            .uuid("contract_id")
            .uuid("inspection_id")
            .uuid("finding_id")
            .uuid("report_id")
            .text("number")
            .int("version")
            .text("state")
            .text("owner")
            .text("risk")
            .uuid_null("responsible_id")
            .at("opened_at")
            .at("original_due_at")
            .at("due_at")
            .on("due_on")
            .flag("due_by_day")
            .flag("due_provisional")
            .flag("is_extended")
            .at_null("submitted_at")
            .uuid_null("verified_by")
            .at_null("verified_at")
            .flag("is_late")
            .int("late_wd")
            .uuid_null("waived_by")
            .at_null("waived_at")
            .text_null("waiver_reason")
            .key(&["id"])
            .within("contract_id", "contract")
            .within("inspection_id", "inspection")
            .within("finding_id", "finding")
            .within("report_id", "report_issue")
            .refs("responsible_id", "person")
            .refs("verified_by", "person")
            .refs("waived_by", "person")
            .unique(&["finding_id"])
            .unique(&["number"])
            .index(&["due_at", "id"])
            .index(&["contract_id", "state"]),
        operational("rectification_step")
            .uuid("task_id")
            .int("seq")
            .at("at")
            .uuid("person_id")
            .text("text")
            .key(&["task_id", "seq"])
            .within("task_id", "rectification_task")
            .refs("person_id", "person"),
        operational("rectification_submission")
            .uuid("task_id")
            .int("seq")
            .at("at")
            .uuid("person_id")
            .text("text")
            .text("evidence")
            .flag_null("accepted")
            .uuid_null("decided_by")
            .at_null("decided_at")
            .text_null("note")
            .key(&["task_id", "seq"])
            .within("task_id", "rectification_task")
            .refs("person_id", "person")
            .refs("decided_by", "person"),
        operational("rectification_move")
            .uuid("task_id")
            .int("seq")
            .text("cause")
            .int_null("by_wd")
            .on("due_on")
            .text("reason")
            .uuid("proposed_by")
            .at("proposed_at")
            .flag_null("agreed")
            .uuid_null("decided_by")
            .at_null("decided_at")
            .key(&["task_id", "seq"])
            .within("task_id", "rectification_task")
            .refs("proposed_by", "person")
            .refs("decided_by", "person"),
    ])
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().create(manager).await?;
        let columns = vec![
            number("report_confirm_reminder_wd", 5),
            number("rectify_verify_wd", 5),
            ColumnDef::new("return_voids")
                .text()
                .not_null()
                .default("DEFECT")
                .take(),
        ];
        add_columns(manager, "parameter_set", columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "parameter_set", PARAMETERS).await?;
        tables().drop(manager).await
    }
}
