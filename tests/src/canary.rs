//! What belongs to one hospital: its ids in every table, its words, and a picture of its rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use entity::hospital;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use crate::TestApp;

/// The ids and words of one hospital that nobody of another may be shown.
#[derive(Clone, Debug, Default)]
pub struct Canaries {
    /// Table by the 26 characters of the id.
    pub ids: BTreeMap<String, String>,
    /// Words.
    pub words: BTreeSet<String>,
    /// The ids with their prefixes; found once, because a crawl asks for them at every field.
    prefixed: OnceLock<Vec<String>>,
}

/// The 26 characters of an id behind its prefix.
fn letters(id: Uuid) -> String {
    entity::ids::TicketId(id).to_string().split_off(4)
}

/// Prefix of the ids of a table: `sla_clock` has those of `ClockId`.
#[must_use]
pub fn prefix_of_table(table: &str) -> Option<&'static str> {
    let table = table.replace('_', "");
    let word = |ty: &str| ty.to_lowercase()[..ty.len() - 2].to_owned();
    let longest = |fits: &dyn Fn(&str) -> bool| {
        let all = entity::ids::PREFIXES.iter();
        all.filter(|(_, ty)| fits(&word(ty)))
            .max_by_key(|(_, ty)| ty.len())
            .map(|(prefix, _)| *prefix)
    };
    // `recurrence_link` has no id type of its whole name.
    longest(&|word| table.ends_with(word)).or_else(|| longest(&|word| table.starts_with(word)))
}

impl Canaries {
    /// Everything of it that a text shows.
    #[must_use]
    pub fn shown(&self, text: &str) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = self
            .words
            .iter()
            .filter(|word| text.contains(word.as_str()))
            .cloned()
            .collect();
        for (at, _) in text.match_indices('_') {
            let id = text.get(at + 1..at + 27);
            if let Some(id) = id.filter(|id| self.ids.contains_key(*id)) {
                found.insert(id.to_owned());
            }
        }
        found
    }

    /// Ids with their prefixes.
    #[must_use]
    pub fn prefixed(&self) -> &[String] {
        self.prefixed.get_or_init(|| {
            let tables: BTreeSet<&String> = self.ids.values().collect();
            let prefixes: BTreeMap<&String, &str> = tables
                .into_iter()
                .filter_map(|table| Some((table, prefix_of_table(table)?)))
                .collect();
            self.ids
                .iter()
                .filter_map(|(id, table)| Some(format!("{}_{id}", prefixes.get(table)?)))
                .collect()
        })
    }
}

impl TestApp {
    async fn strings(&self, sql: String) -> Vec<String> {
        let db = self.app.db.read();
        let rows = db
            .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
            .await
            .unwrap();
        rows.into_iter()
            .map(|row| {
                row.try_get_by_index::<Option<String>>(0)
                    .unwrap()
                    .unwrap_or_default()
            })
            .collect()
    }

    /// Tables with a column of this name.
    pub async fn tables_with(&self, column: &str) -> Vec<String> {
        self.strings(if self.app.db.backend() == DbBackend::Postgres {
            format!("SELECT table_name::text FROM information_schema.columns WHERE table_schema = 'public' AND column_name = '{column}' ORDER BY 1")
        } else {
            format!("SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = '{column}' ORDER BY 1")
        })
        .await
    }

    /// Id of a hospital by its code.
    pub async fn hospital(&self, code: &str) -> Uuid {
        hospital::Entity::find()
            .filter(hospital::Column::Code.eq(code))
            .one(self.app.db.read())
            .await
            .unwrap()
            .unwrap()
            .id
            .0
    }

    /// An id as SQL.
    fn literal(&self, id: Uuid) -> String {
        match self.app.db.backend() {
            DbBackend::Postgres => format!("'{id}'"),
            _ => format!("X'{}'", id.simple()),
        }
    }

    /// Ids of the rows of a hospital in every table, and the hospital's own; people of the vendor are nobody's.
    pub async fn canaries(&self, hospital: Uuid, words: &[&str]) -> Canaries {
        let mut found = Canaries::default();
        found.ids.insert(letters(hospital), "hospital".to_owned());
        found
            .words
            .extend(words.iter().map(|word| (*word).to_owned()));
        let with_id = self.tables_with("id").await;
        let db = self.app.db.read();
        for table in self
            .tables_with("hospital_id")
            .await
            .into_iter()
            .filter(|table| with_id.contains(table))
        {
            let sql = format!(
                "SELECT id FROM {table} WHERE hospital_id = {}",
                self.literal(hospital)
            );
            for row in db
                .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
                .await
                .unwrap()
            {
                let id: Uuid = row.try_get_by_index(0).unwrap();
                found.ids.insert(letters(id), table.clone());
            }
        }
        found
    }

    /// Present version of the object with this id, 1 for what has none.
    pub async fn version_of(&self, table: &str, letters: &str) -> i64 {
        let Some(id) = entity::ids::TicketId::parse(&format!("tkt_{letters}")) else {
            return 1;
        };
        let sql = format!(
            "SELECT CAST(version AS VARCHAR(20)) FROM {table} WHERE id = {}",
            self.literal(id.0)
        );
        let rows = self.strings(sql).await;
        rows.first().and_then(|text| text.parse().ok()).unwrap_or(1)
    }

    /// Every row of a hospital, table by table, as text. The chains of the audit are no rows of it: refused attempts go there.
    pub async fn picture(&self, hospital: Uuid) -> BTreeMap<String, Vec<String>> {
        let mut picture = BTreeMap::new();
        for table in self.tables_with("hospital_id").await {
            picture.insert(
                table.clone(),
                self.rows(&table, &format!("hospital_id = {}", self.literal(hospital)))
                    .await,
            );
        }
        let own = format!("id = {}", self.literal(hospital));
        picture.insert("hospital".to_owned(), self.rows("hospital", &own).await);
        picture
    }

    /// Number of rows of every table, but of those that grow with every attempt.
    pub async fn sizes(&self) -> BTreeMap<String, String> {
        let tables = self
            .strings(if self.app.db.backend() == DbBackend::Postgres {
                "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1".to_owned()
            } else {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1".to_owned()
            })
            .await;
        let mut sizes = BTreeMap::new();
        for table in tables {
            if matches!(
                table.as_str(),
                "audit" | "audit_head" | "session" | "login_attempt"
            ) {
                continue;
            }
            let count = self
                .strings(format!("SELECT CAST(count(*) AS VARCHAR(20)) FROM {table}"))
                .await;
            sizes.insert(table, count.concat());
        }
        sizes
    }

    async fn rows(&self, table: &str, condition: &str) -> Vec<String> {
        let sql = if self.app.db.backend() == DbBackend::Postgres {
            format!("SELECT t::text FROM {table} t WHERE {condition} ORDER BY 1")
        } else {
            let columns = self.strings(format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}') ORDER BY cid")).await;
            format!(
                "SELECT {} FROM {table} WHERE {condition} ORDER BY 1",
                columns.join(" || ',' || ")
            )
        };
        self.strings(sql).await
    }
}
