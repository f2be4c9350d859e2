//! Hospitals, vendors, people, sessions.

use sea_orm_migration::prelude::*;

use crate::table::{Tables, global, operational};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Tables {
    Tables(vec![
        global("hospital")
            .uuid("id")
            .text("code")
            .text("name")
            .at("created_at")
            .key(&["id"])
            .unique(&["code"]),
        global("vendor")
            .uuid("id")
            .text("name")
            .at("created_at")
            .key(&["id"])
            .unique(&["name"]),
        global("person")
            .uuid("id")
            .text("account")
            .text("name")
            .text("side")
            .uuid_null("hospital_id")
            .uuid_null("vendor_id")
            .text_null("email")
            .text("language")
            .text("state")
            .text("password_hash")
            .at("password_changed_at")
            .at_null("one_time_until_at")
            .on_null("leave_on")
            .int("version")
            .at("created_at")
            .key(&["id"])
            .refs("hospital_id", "hospital")
            .refs("vendor_id", "vendor")
            .unique(&["account"])
            .index(&["hospital_id"])
            .index(&["vendor_id"]),
        global("password_history")
            .uuid("person_id")
            .at("at")
            .text("password_hash")
            .key(&["person_id", "at"])
            .refs("person_id", "person"),
        global("session")
            .uuid("id")
            .uuid("person_id")
            .text("token_sha256")
            .text("kind")
            .at("created_at")
            .at("last_seen_at")
            .at("expires_at")
            .at_null("revoked_at")
            .text("ip")
            .text("agent")
            .key(&["id"])
            .refs("person_id", "person")
            .unique(&["token_sha256"])
            .index(&["person_id"]),
        global("login_attempt")
            .uuid("id")
            .text("account")
            .text("source")
            .at("at")
            .flag("success")
            .key(&["id"])
            .index(&["account", "at"])
            .index(&["source", "at"]),
        operational("department")
            .uuid("id")
            .text("name")
            .int("beds")
            .key(&["id"])
            .unique(&["name"]),
        operational("role_grant")
            .uuid("id")
            .uuid("person_id")
            .text("role")
            .uuid_null("department_id")
            .flag("is_lead")
            .text("state")
            .uuid_null("granted_by")
            .at("granted_at")
            .uuid_null("decided_by")
            .at_null("decided_at")
            .key(&["id"])
            .refs("person_id", "person")
            .within("department_id", "department")
            .refs("granted_by", "person")
            .refs("decided_by", "person")
            .index(&["person_id", "role"]),
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
