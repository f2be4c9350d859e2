//! Who finds which article: the lists of the server against the one pure rule, for every combination.

use std::collections::BTreeSet;

use e2e::cast::COMPANY;
use e2e::{TestApp, both_backends};
use entity::ids::{ArticleId, DepartmentId, HospitalId, PersonId};
use entity::rules::audience::{Audiences, Record, sees_article};
use entity::values::{ArticleKind, ArticleState, Audience, Language, Role, Side};
use entity::{article_text, contract, department, knowledge_article};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

const READERS: &[(&str, Role)] = &[
    ("nurse", Role::IcuNurse),
    ("doctor2", Role::IcuDoctor),
    ("it_admin", Role::HospItAdmin),
    ("manager", Role::HospManager),
    ("auditor", Role::Auditor),
    ("pm_a", Role::VendorPm),
    ("engineer", Role::VendorEngineer),
    ("trainer", Role::VendorTrainer),
];

/// Ids of all pages of a list.
async fn all(app: &TestApp, account: &str, list: &str, arguments: &str) -> BTreeSet<String> {
    let (mut after, mut seen) = (Value::Null, BTreeSet::new());
    loop {
        let query = format!(
            "query($a:String){{l:{list}({arguments}first:100,after:$a){{totalCount nodes{{id}} pageInfo{{hasNextPage endCursor}}}}}}"
        );
        let body = app.ask(account, &query, json!({ "a": after })).await;
        let page = &body["data"]["l"];
        for node in page["nodes"].as_array().unwrap_or_else(|| panic!("{body}")) {
            seen.insert(node["id"].as_str().unwrap().to_owned());
        }
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], seen.len(), "{account} {list}");
            return seen;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

both_backends! {
    /// `domain.md` 4.5, SG-AUD-1: list, count and search find exactly what the rule allows, for every role.
    async fn lists_and_search_find_exactly_what_the_rule_allows(app: &TestApp) {
        for hire in COMPANY {
            app.hire(*hire).await;
        }
        let db = app.app.db.read();
        let hospital = HospitalId(app.hospital("DEMO").await);
        let contract = contract::Entity::find().filter(contract::Column::HospitalId.eq(hospital)).one(db).await.unwrap().unwrap();
        let departments = department::Entity::find().filter(department::Column::HospitalId.eq(hospital)).all(db).await.unwrap();
        let (own, other): (Vec<_>, Vec<_>) = departments.into_iter().partition(|row| row.name == "重症医学科");
        let places: [(Option<DepartmentId>, bool); 3] = [(None, true), (Some(own[0].id), true), (Some(other[0].id), false)];
        let mut sets: Vec<Vec<Audience>> = Audience::ALL.iter().map(|one| vec![*one]).collect();
        sets.push(vec![Audience::Icu, Audience::Mgmt]);
        sets.push(Vec::new());
        let me = PersonId(app.person_id("it_admin").await);
        let now = app.app.clock.now();
        let mut made = Vec::new();
        let tx = app.app.db.begin_write().await.unwrap();
        for audiences in &sets {
            for level in 1..=3 {
                for state in [ArticleState::Draft, ArticleState::Published, ArticleState::Retired] {
                    for side in [Side::Hospital, Side::Vendor] {
                        for (department, is_for_department) in places {
                            let audiences: Audiences = audiences.iter().copied().collect();
                            let id = ArticleId(app.app.clock.id());
                            let row = knowledge_article::Model {
                                id,
                                hospital_id: hospital,
                                contract_id: contract.id,
                                number: format!("KB-2026-{:04}", made.len() + 1),
                                version: 1,
                                kind: ArticleKind::Faq,
                                language: Language::Zh,
                                original_id: None,
                                source_ticket_id: None,
                                state,
                                shown_seq: 1,
                                latest_seq: 1,
                                side,
                                title: "条目".to_owned(),
                                module: None,
                                tags: String::new(),
                                audience_bits: audiences.bits(),
                                department_id: department,
                                data_level: level,
                                published_at: Some(now),
                                listed_at: now,
                                created_by: me,
                                created_at: now,
                                outdated_by: None,
                                outdated_at: None,
                                outdated_reason: None,
                                retired_by: None,
                                retired_at: None,
                                retired_reason: None,
                            };
                            row.into_active_model().reset_all().insert(&tx).await.unwrap();
                            let text = article_text::Model { hospital_id: hospital, article_id: id, part: 1, audience_bits: Audiences::ALL.bits(), text: "监护仪".to_owned() };
                            text.into_active_model().reset_all().insert(&tx).await.unwrap();
                            made.push((id.to_string(), state, side, Record { audiences, data_level: level, is_for_department }));
                        }
                    }
                }
            }
        }
        tx.commit().await.unwrap();
        for (account, role) in READERS {
            let allowed = |published: bool| -> BTreeSet<String> {
                made.iter()
                    .filter(|(_, state, side, record)| sees_article(*role, *state, *side, *record) && (!published || *state == ArticleState::Published))
                    .map(|(id, ..)| id.clone())
                    .collect()
            };
            assert_eq!(all(app, account, "articles", "").await, allowed(false), "{account}: list");
            assert_eq!(all(app, account, "searchArticles", "text:\"监护\",").await, allowed(true), "{account}: search");
            assert!(!allowed(true).is_empty(), "{account}");
        }
        for account in ["it_admin_b", "nurse_b", "manager_b", "pm_b", "auditor_b"] {
            assert!(all(app, account, "articles", "").await.is_empty(), "{account}");
        }
    }
}
