//! Contracts, assignments, parameters, calendars.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        operational("contract")
            .uuid("id")
            .uuid("vendor_id")
            .text("no")
            .text("title")
            .long("fee_fen")
            .on("signed_on")
            .on("service_from_on")
            .on("service_to_on")
            .on("service_start_on")
            .text("baseline_version")
            .flag("government_procurement")
            .flag("vendor_is_sme")
            .text("state")
            .int("version")
            .key(&["id"])
            .refs("vendor_id", "vendor")
            .unique(&["no"]),
        operational("assignment")
            .uuid("id")
            .uuid("person_id")
            .uuid("contract_id")
            .at("from_at")
            .at_null("until_at")
            .key(&["id"])
            .refs("person_id", "person")
            .within("contract_id", "contract")
            .index(&["person_id"])
            .index(&["contract_id"]),
        operational("undertaking")
            .uuid("id")
            .uuid("person_id")
            .on("signed_on")
            .text("evidence")
            .uuid_null("recorded_by")
            .at("recorded_at")
            .key(&["id"])
            .refs("person_id", "person")
            .refs("recorded_by", "person")
            .index(&["person_id"]),
        operational("service_period")
            .uuid("id")
            .uuid("contract_id")
            .text("kind")
            .int("no")
            .on("from_on")
            .on("to_on")
            .key(&["id"])
            .within("contract_id", "contract")
            .unique(&["contract_id", "kind", "no"]),
        operational("parameter_set")
            .uuid("id")
            .uuid("contract_id")
            .int("version")
            .on("effective_from_on")
            .text("two_hour_meaning")
            .int("response_wd_n")
            .int("immediate_min")
            .int("first_step_kpi_min")
            .text("reopen_target")
            .text("calendar_missing")
            .int("recurrence_days")
            .int("reopen_days")
            .int("backdate_max_h")
            .int("claim_decide_wd")
            .int("confirm_reminder_wd")
            .int("confirm_reminders")
            .uuid_null("locked_by")
            .at("locked_at")
            .key(&["id"])
            .within("contract_id", "contract")
            .refs("locked_by", "person")
            .unique(&["contract_id", "version"]),
        operational("sla_annex")
            .uuid("id")
            .uuid("contract_id")
            .int("version")
            .on("effective_from_on")
            .long("s1_s")
            .long("s2_s")
            .long("s3_s")
            .int("s4_wd")
            .text("signed_by_hospital")
            .text("signed_by_vendor")
            .on("signed_on")
            .text("evidence")
            .key(&["id"])
            .within("contract_id", "contract")
            .unique(&["contract_id", "version"]),
        operational("work_calendar")
            .uuid("id")
            .int("year")
            .int("revision")
            .text("version")
            .text("holidays")
            .text("workdays")
            .flag("provisional")
            .text_null("notice_no")
            .on_null("notice_on")
            .uuid_null("imported_by")
            .at("imported_at")
            .key(&["id"])
            .refs("imported_by", "person")
            .unique(&["year", "revision"]),
    ])
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables().drop(manager).await
    }
}
