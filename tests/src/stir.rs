//! Fills a hospital through the operations of the schema: some tickets, then every mutation by whoever may.
//!
//! A mutation that does not exist yet is tried on the day it is in the SDL; the objects that it makes
//! are then canaries of the crawl.

use std::cell::Cell;
use std::collections::BTreeMap;

use entity::rules::access::allows;
use entity::values::Role;
use serde_json::{Map, Value, json};

use crate::TestApp;
use crate::canary::prefix_of_table;
use crate::make::Maker;
use crate::sdl::{Field, Sdl, permissions};
use crate::walk::repeated;

/// Tickets of a story: kind, subcategory.
const TICKETS: &[(&str, &str)] = &[
    ("CONSULT", "CONSULT-OPER"),
    ("CHANGE", "CHANGE-REPORT_FORMAT"),
    ("FAULT", "FAULT-SLOW"),
    ("CONSULT", "CONSULT-FUNC"),
    ("TRAINING", "TRAINING-MGMT"),
    ("COMPLAINT", "COMPLAINT-QUALITY"),
    ("CONSULT", "CONSULT-OPER"),
];

/// How often the list of mutations is gone through; later ones need what earlier ones made.
const ROUNDS: usize = 2;
/// Objects that a mutation is tried on by one person.
const TRIES: usize = 3;
/// People who try a mutation.
const ACTORS: usize = 3;

/// Who plays a story.
#[derive(Clone, Copy, Debug)]
pub struct Actors<'a> {
    /// Reports.
    pub nurse: &'a str,
    /// Decides.
    pub it_admin: &'a str,
    /// Assigns.
    pub pm: &'a str,
    /// Handles.
    pub engineer: &'a str,
}

impl TestApp {
    /// Tickets in many states; every text begins with `tag`.
    pub async fn story(&self, by: Actors<'_>, tag: &str) -> Vec<Value> {
        let mut made = Vec::new();
        let text = |what: &str| format!("{tag}{what}");
        for (n, (category, subcategory)) in TICKETS.iter().enumerate() {
            let now = self.app.clock.now().to_rfc3339();
            let mut input = json!({
                "category": category, "subcategory": subcategory, "description": text("描述"), "location": text("十二床旁"),
                "idempotencyKey": format!("story-{}-{n}", by.nurse),
            });
            if *category == "FAULT" {
                input["fault"] = json!({ "phenomenon": text("现象"), "occurredAt": now, "scope": text("范围"), "relatedSystems": [text("系统")], "steps": text("步骤"), "component": text("部件") });
                input["urgency"] = json!("HIGH");
                input["bedsAffected"] = json!("ONE");
            }
            made.push(self.create(by.nurse, input).await);
            // Ids begin with the time: with a second between them they are in the same order in every run.
            self.app
                .clock
                .set(self.app.clock.now() + chrono::TimeDelta::seconds(1));
        }
        let checklist: Vec<Value> = entity::rules::ticket::CHECKLIST
            .iter()
            .map(|item| json!({ "code": item.code, "answer": true, "note": text("核查") }))
            .collect();
        let engineer = entity::ids::PersonId(self.person_id(by.engineer).await).to_string();
        let respond = json!({ "text": text("响应"), "channel": "PHONE" });
        let step = json!({ "kind": "HANDLING", "channel": "PHONE", "action": text("步骤"), "finding": text("发现") });
        let acts = [
            (0, by.engineer, "respondTicket", respond.clone()),
            (0, by.engineer, "addStep", step.clone()),
            (
                0,
                by.engineer,
                "proposeWait",
                json!({ "reason": "WAIT_WINDOW", "note": text("等待") }),
            ),
            (0, by.it_admin, "decideWait", json!({ "accept": true })),
            (0, by.engineer, "resumeTicket", json!({})),
            (
                0,
                by.nurse,
                "addReply",
                json!({ "text": text("答复"), "idempotencyKey": format!("story-{}-reply", by.nurse) }),
            ),
            (
                0,
                by.engineer,
                "resolveTicket",
                json!({ "text": text("解决") }),
            ),
            (0, by.nurse, "confirmTicket", json!({})),
            (
                0,
                by.nurse,
                "rateTicket",
                json!({ "rating": 4, "comment": text("评价") }),
            ),
            (
                0,
                by.nurse,
                "reopenTicket",
                json!({ "reason": text("重开") }),
            ),
            (1, by.it_admin, "triageTicket", json!({})),
            (1, by.it_admin, "releaseTicket", json!({})),
            (1, by.pm, "assignTicket", json!({ "assigneeId": engineer })),
            (2, by.engineer, "respondTicket", respond),
            (2, by.engineer, "addStep", step),
            (
                2,
                by.engineer,
                "writePlan",
                json!({ "steps": text("方案"), "risk": text("风险"), "rollback": text("回退"), "checklist": checklist, "executed": true }),
            ),
            (
                2,
                by.engineer,
                "resolveTicket",
                json!({ "text": text("解决"), "rootCause": "CONFIG", "verification": text("验证") }),
            ),
            (
                2,
                by.nurse,
                "rejectTicket",
                json!({ "reason": text("驳回") }),
            ),
            (
                3,
                by.it_admin,
                "takeTicket",
                json!({ "reason": text("自处理") }),
            ),
            (3, by.it_admin, "handOver", json!({ "text": text("转交") })),
            (
                6,
                by.nurse,
                "cancelTicket",
                json!({ "reason": text("撤销") }),
            ),
        ];
        for (at, account, name, input) in acts {
            self.done(&made[at], account, name, input).await;
        }
        made
    }

    /// Tries every mutation on the objects of a hospital as some of the people who may; how often each succeeded.
    pub async fn stir(
        &self,
        sdl: &Sdl,
        hospital: &str,
        people: &[(&str, Role)],
        tag: &str,
    ) -> BTreeMap<String, u32> {
        let hospital = self.hospital(hospital).await;
        let count = Cell::new(1000);
        let mut done: BTreeMap<String, u32> = BTreeMap::new();
        for round in 0..ROUNDS {
            for (nth, field) in sdl.mutations().iter().enumerate() {
                let needed = permissions(&field.description);
                let holds = |role: Role| needed.iter().any(|permission| allows(role, *permission));
                let times = done.entry(field.name.clone()).or_default();
                let pool = self.pool(hospital, people).await;
                for (account, _) in people.iter().filter(|(_, role)| holds(*role)).take(ACTORS) {
                    for step in 0..TRIES {
                        if *times > 0 {
                            break;
                        }
                        let at = nth + round * TRIES + step;
                        let arguments = self
                            .guess(sdl, field, &pool, (step + round, at), tag, &count)
                            .await;
                        if self.succeeds(account, field, arguments).await {
                            *times += 1;
                        }
                    }
                }
            }
        }
        done
    }

    /// Ids of the objects of a hospital by prefix, and of its people; each with its table.
    async fn pool(
        &self,
        hospital: uuid::Uuid,
        people: &[(&str, Role)],
    ) -> BTreeMap<String, Vec<(String, String)>> {
        let mut pool: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        let canaries = self.canaries(hospital, &[]).await;
        for (letters, table) in &canaries.ids {
            if let Some(prefix) = prefix_of_table(table) {
                pool.entry(prefix.to_owned())
                    .or_default()
                    .push((table.clone(), letters.clone()));
            }
        }
        let mut persons = Vec::new();
        for (account, role) in people {
            if matches!(role, Role::VendorEngineer | Role::VendorPm | Role::IcuNurse) {
                let id = entity::ids::TicketId(self.person_id(account).await).to_string();
                persons.push(("person".to_owned(), id[4..].to_owned()));
            }
        }
        pool.insert("psn".to_owned(), persons);
        pool
    }

    async fn guess(
        &self,
        sdl: &Sdl,
        field: &Field,
        pool: &BTreeMap<String, Vec<(String, String)>>,
        (turn, nth): (usize, usize),
        tag: &str,
        count: &Cell<u64>,
    ) -> Map<String, Value> {
        let pick = |prefix: &str| {
            let all = pool.get(prefix).filter(|all| !all.is_empty())?;
            Some(&all[nth % all.len()])
        };
        let first = sdl
            .places(&field.arguments)
            .into_iter()
            .find(|place| place.scalar == "ID");
        let version = match first.and_then(|place| pick(place.prefix)) {
            Some((table, letters)) if self.tables_with("version").await.contains(table) => {
                self.version_of(table, letters).await
            }
            _ => 1,
        };
        let id = |prefix: &str| match pick(prefix) {
            Some((_, letters)) => format!("{prefix}_{letters}"),
            None => format!("{prefix}_{}", "0".repeat(26)),
        };
        let maker = Maker {
            sdl,
            now: self.app.clock.now(),
            tag,
            turn,
            version,
            id: &id,
            count,
        };
        maker.arguments(&field.arguments)
    }

    async fn succeeds(&self, account: &str, field: &Field, arguments: Map<String, Value>) -> bool {
        let call = repeated(
            "mutation",
            field,
            &[arguments],
            "{userErrors{code message messages{zh en} field}}",
        );
        let body = self
            .ask(account, &call.query, Value::Object(call.variables))
            .await;
        body["errors"].is_null() && body["data"]["a0"]["userErrors"] == json!([])
    }

    /// Id of a person by account.
    pub async fn person_id(&self, account: &str) -> uuid::Uuid {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
        let person = entity::person::Entity::find()
            .filter(entity::person::Column::Account.eq(account))
            .one(self.app.db.read())
            .await
            .unwrap();
        person
            .unwrap_or_else(|| panic!("nobody is called {account}"))
            .id
            .0
    }
}
