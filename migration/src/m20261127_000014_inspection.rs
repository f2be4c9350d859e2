//! Plans, inspections, their lines and what is said about them, findings; parameters of inspections.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, add_columns, drop_columns, number, operational, switch};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Parameters that this capability reads; their defaults stand in `up` (`domain.md` 6.2, A-12).
const PARAMETERS: &[&str] = &[
    "announce_onsite_wd",
    "inspection_idle_days",
    "onsite_counts_as_online",
];

fn tables() -> Tables {
    Tables(vec![
        operational("inspection_plan")
            .uuid("id")
            .uuid("contract_id")
            .int("service_year")
            .text("state")
            .int("version")
            .uuid("drafted_by")
            .at("drafted_at")
            .uuid_null("approved_by")
            .at_null("approved_at")
            .at_null("superseded_at")
            .key(&["id"])
            .within("contract_id", "contract")
            .refs("drafted_by", "person")
            .refs("approved_by", "person")
            .index(&["drafted_at", "id"]),
        operational("inspection_plan_entry")
            .uuid("plan_id")
            .int("seq")
            .text("kind")
            .int("quarter")
            .on("planned_from_on")
            .on("planned_to_on")
            .text_null("note")
            .key(&["plan_id", "seq"])
            .within("plan_id", "inspection_plan"),
        operational("inspection_counter")
            .int("year")
            .int("last")
            .key(&["hospital_id", "year"]),
        operational("inspection")
            .uuid("id")
            .uuid("contract_id")
            .text("number")
            .text("kind")
            .text("state")
            .int("version")
            .uuid_null("plan_id")
            .int_null("plan_entry")
            .on("planned_from_on")
            .on("planned_to_on")
            .uuid("planned_by")
            .at("created_at")
            .uuid_null("announced_by")
            .at_null("announced_at")
            .text_null("location")
            .uuid_null("started_by")
            .at_null("started_at")
            .text_null("template_version")
            .text_null("environment")
            .text_null("method")
            .text_null("conclusion")
            .at_null("last_step_at")
            .uuid_null("ended_by")
            .at_null("ended_at")
            .on_null("ended_on")
            .text_null("visit_record")
            .flag("says_no_problem")
            .on_null("report_due_on")
            .at_null("report_due_at")
            .flag("report_provisional")
            .at_null("report_submitted_at")
            .flag("report_late")
            .int("report_late_wd")
            .text_null("calendar_version")
            .uuid_null("cancelled_by")
            .at_null("cancelled_at")
            .text_null("cancel_reason")
            .key(&["id"])
            .within("contract_id", "contract")
            .within("plan_id", "inspection_plan")
            .refs("planned_by", "person")
            .refs("announced_by", "person")
            .refs("started_by", "person")
            .refs("ended_by", "person")
            .refs("cancelled_by", "person")
            .unique(&["number"])
            .index(&["created_at", "id"])
            .index(&["contract_id", "ended_on"]),
        operational("finding")
            .uuid("id")
            .uuid("contract_id")
            .uuid("inspection_id")
            .int("seq")
            .text("number")
            .int("version")
            .text("scope")
            .text("description")
            .text_null("suggested_risk")
            .text("risk")
            .text("impact")
            .text_null("advice")
            .flag("deadline_by_risk")
            .on_null("deadline_on")
            .text("owner")
            .text_null("component")
            .uuid("found_by")
            .at("found_at")
            .uuid_null("ticket_id")
            .uuid_null("risk_set_by")
            .at_null("risk_set_at")
            .text_null("risk_reason")
            .key(&["id"])
            .within("contract_id", "contract")
            .within("inspection_id", "inspection")
            .within("ticket_id", "ticket")
            .refs("found_by", "person")
            .refs("risk_set_by", "person")
            .unique(&["inspection_id", "seq"])
            .index(&["found_at", "id"]),
        operational("inspection_result")
            .uuid("inspection_id")
            .int("seq")
            .text("scope")
            .text("item_code")
            .text("target")
            .text("item")
            .text_null("evaluation")
            .long_null("value_milli")
            .text_null("value_text")
            .flag_null("value_bool")
            .text_null("na_reason")
            .text_null("evidence")
            .text_null("explanation")
            .uuid_null("finding_id")
            .uuid_null("recorded_by")
            .at_null("recorded_at")
            .on_null("previous_on")
            .text_null("previous_evaluation")
            .long_null("previous_milli")
            .text_null("previous_text")
            .flag_null("previous_bool")
            .key(&["inspection_id", "seq"])
            .within("inspection_id", "inspection")
            .within("finding_id", "finding")
            .refs("recorded_by", "person")
            .unique(&["inspection_id", "item_code", "target"]),
        operational("inspection_scope_na")
            .uuid("inspection_id")
            .text("scope")
            .text_null("reason")
            .uuid("stated_by")
            .at("stated_at")
            .key(&["inspection_id", "scope"])
            .within("inspection_id", "inspection")
            .refs("stated_by", "person"),
        operational("inspection_participant")
            .uuid("inspection_id")
            .uuid("person_id")
            .text("side")
            .uuid("entered_by")
            .at("entered_at")
            .key(&["inspection_id", "person_id"])
            .within("inspection_id", "inspection")
            .refs("person_id", "person")
            .refs("entered_by", "person"),
        operational("inspection_communication")
            .uuid("inspection_id")
            .int("seq")
            .at("at")
            .uuid("hospital_person_id")
            .text("topics")
            .text("channel")
            .uuid("entered_by")
            .at("entered_at")
            .key(&["inspection_id", "seq"])
            .within("inspection_id", "inspection")
            .refs("hospital_person_id", "person")
            .refs("entered_by", "person"),
        operational("inspection_advice")
            .uuid("inspection_id")
            .int("seq")
            .text("kind")
            .text("text")
            .uuid("entered_by")
            .at("entered_at")
            .key(&["inspection_id", "seq"])
            .within("inspection_id", "inspection")
            .refs("entered_by", "person"),
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
            number("announce_onsite_wd", 3),
            number("inspection_idle_days", 10),
            switch("onsite_counts_as_online"),
        ];
        add_columns(manager, "parameter_set", columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "parameter_set", PARAMETERS).await?;
        tables().drop(manager).await
    }
}
