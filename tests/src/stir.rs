//! Fills a hospital through the operations of the schema: every mutation is tried by some of those who may.
//!
//! A mutation that does not exist yet is tried on the day it is in the SDL; the objects that it makes
//! are then canaries of the crawl. What must be there in every run is made by [`crate::story`].

use std::cell::Cell;
use std::collections::BTreeMap;

use entity::rules::access::allows;
use entity::values::Role;
use serde_json::{Map, Value, json};

use crate::TestApp;
use crate::canary::prefix_of_table;
use crate::cast::SPARE;
use crate::make::Maker;
use crate::sdl::{Field, Sdl, permissions};
use crate::walk::repeated;

/// Mutations that may end an account or a role: tried on the spare people alone.
const ON_ACCOUNTS: &[&str] = &[
    "assignPerson",
    "decideGrant",
    "disablePerson",
    "enablePerson",
    "endSessions",
    "grantRole",
    "recordUndertaking",
    "resetPassword",
    "revokeRole",
    "setLeaveDate",
    "unassignPerson",
];

/// How often the list of mutations is gone through; later ones need what earlier ones made.
const ROUNDS: usize = 2;
/// Objects that a mutation is tried on by one person.
const TRIES: usize = 4;
/// People who try a mutation.
const ACTORS: usize = 3;

impl TestApp {
    /// Tries every mutation on the objects of a hospital as each of the people who may; how often each succeeded.
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
            // Back and forth: what one mutation needs, another one, earlier or later by name, has made.
            let mut order: Vec<&Field> = sdl.mutations().iter().collect();
            if round % 2 == 1 {
                order.reverse();
            }
            for (nth, field) in order.into_iter().enumerate() {
                let needed = permissions(&field.description);
                let holds = |role: Role| needed.iter().any(|permission| allows(role, *permission));
                let times = done.entry(field.name.clone()).or_default();
                if *times > 0 || needed.is_empty() {
                    continue;
                }
                let on_accounts = ON_ACCOUNTS.contains(&field.name.as_str());
                let pool = self.pool(hospital, people, on_accounts).await;
                'people: for (account, _) in
                    people.iter().filter(|(_, role)| holds(*role)).take(ACTORS)
                {
                    for step in 0..TRIES {
                        let at = nth + round * TRIES + step;
                        let arguments = self
                            .guess(sdl, field, &pool, (step + round, at), tag, &count)
                            .await;
                        if self.succeeds(account, field, arguments).await {
                            *times += 1;
                            self.tick();
                            break 'people;
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
        on_accounts: bool,
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
        if on_accounts {
            persons.clear();
            let mut grants = Vec::new();
            for account in SPARE {
                let person = self.person_id(account).await;
                let letters = |id| entity::ids::TicketId(id).to_string()[4..].to_owned();
                persons.push(("person".to_owned(), letters(person)));
                for grant in self.grants_of(person).await {
                    grants.push(("role_grant".to_owned(), letters(grant)));
                }
            }
            grants.reverse();
            pool.insert("grt".to_owned(), grants);
        }
        pool.insert("psn".to_owned(), persons);
        pool
    }

    async fn grants_of(&self, person: uuid::Uuid) -> Vec<uuid::Uuid> {
        use entity::role_grant::{Column, Entity};
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
        let rows = Entity::find()
            .filter(Column::PersonId.eq(person))
            .order_by_asc(Column::GrantedAt)
            .all(self.app.db.read())
            .await
            .unwrap();
        rows.into_iter().map(|row| row.id.0).collect()
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
