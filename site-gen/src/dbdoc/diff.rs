//! What changed between two snapshots, and what a migration of it risks.
//!
//! Estimates and sizes change by themselves and are not compared. The order of columns is.

mod width;

use std::collections::BTreeMap;

use serde::Serialize;

use self::width::widens;
use super::model::{Column, Kind, Snapshot, Table};

/// What a change may do to data or to a running system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Only texts differ.
    None,
    /// Nothing that is there is touched.
    Low,
    /// May fail on data, or change how the system behaves.
    Medium,
    /// Data is lost, or programs fail.
    High,
}

impl Risk {
    /// Word for tables of words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// Table, view, type or sequence.
    pub object: String,
    /// Column, index, constraint …; empty for the object itself.
    pub part: String,
    /// Code, a key of the words.
    pub code: &'static str,
    /// State before; empty if there was none.
    pub before: String,
    /// State after; empty if there is none.
    pub after: String,
    /// What it risks.
    pub risk: Risk,
}

/// Compares two snapshots, oldest first.
#[must_use]
pub fn diff(old: &Snapshot, new: &Snapshot) -> Vec<Change> {
    let mut changes = Changes(Vec::new());
    let both = |kind| old.has(kind) && new.has(kind);
    pairs(&old.tables, &new.tables, Table::id, |id, pair| match pair {
        Pair::Gone(table) => changes.add(id, "", "table_removed", (columns(table), ""), Risk::High),
        Pair::New(table) => changes.add(id, "", "table_added", ("", columns(table)), Risk::Low),
        Pair::Both(a, b) => {
            of_table(&mut changes, id, a, b, &both);
        }
    });
    if both(Kind::Views) {
        let name = |view: &super::model::View| super::model::full(&view.schema, &view.name);
        pairs(&old.views, &new.views, name, |id, pair| match pair {
            Pair::Gone(_) => changes.add(id, "", "view_removed", ("", ""), Risk::High),
            Pair::New(_) => changes.add(id, "", "view_added", ("", ""), Risk::Low),
            Pair::Both(a, b) => {
                let text = |view: &super::model::View| view.definition.clone().unwrap_or_default();
                changes.differ(id, "", "view_changed", (text(a), text(b)), Risk::Medium);
                changes.comment(id, "", (&a.comment, &b.comment));
            }
        });
    }
    if both(Kind::Enums) {
        let name = |one: &super::model::EnumType| super::model::full(&one.schema, &one.name);
        pairs(&old.enums, &new.enums, name, |id, pair| match pair {
            Pair::Gone(one) => changes.add(
                id,
                "",
                "enum_removed",
                (one.values.join(", "), ""),
                Risk::High,
            ),
            Pair::New(one) => {
                changes.add(id, "", "enum_added", ("", one.values.join(", ")), Risk::Low)
            }
            Pair::Both(a, b) => {
                let kept = a.values.iter().all(|value| b.values.contains(value));
                let risk = if kept { Risk::Low } else { Risk::High };
                changes.differ(
                    id,
                    "",
                    "enum_changed",
                    (a.values.join(", "), b.values.join(", ")),
                    risk,
                );
            }
        });
    }
    if both(Kind::Sequences) {
        let name = |one: &super::model::Sequence| super::model::full(&one.schema, &one.name);
        let text = |one: &super::model::Sequence| {
            format!(
                "{} START {} INCREMENT {}",
                one.data_type, one.start, one.increment
            )
        };
        pairs(
            &old.sequences,
            &new.sequences,
            name,
            |id, pair| match pair {
                Pair::Gone(one) => {
                    changes.add(id, "", "sequence_removed", (text(one), ""), Risk::High)
                }
                Pair::New(one) => changes.add(id, "", "sequence_added", ("", text(one)), Risk::Low),
                Pair::Both(a, b) => {
                    changes.differ(id, "", "sequence_changed", (text(a), text(b)), Risk::Medium)
                }
            },
        );
    }
    let mut changes = changes.0;
    changes.sort();
    changes
}

struct Changes(Vec<Change>);

impl Changes {
    fn add(
        &mut self,
        object: &str,
        part: &str,
        code: &'static str,
        (before, after): (impl Into<String>, impl Into<String>),
        risk: Risk,
    ) {
        self.0.push(Change {
            object: object.to_owned(),
            part: part.to_owned(),
            code,
            before: before.into(),
            after: after.into(),
            risk,
        });
    }

    fn differ(
        &mut self,
        object: &str,
        part: &str,
        code: &'static str,
        (a, b): (String, String),
        risk: Risk,
    ) {
        if a != b {
            self.add(object, part, code, (a, b), risk);
        }
    }

    fn comment(&mut self, object: &str, part: &str, (a, b): (&Option<String>, &Option<String>)) {
        let text = |one: &Option<String>| one.clone().unwrap_or_default();
        self.differ(
            object,
            part,
            "comment_changed",
            (text(a), text(b)),
            Risk::None,
        );
    }
}

enum Pair<'a, T> {
    Gone(&'a T),
    New(&'a T),
    Both(&'a T, &'a T),
}

fn pairs<'a, T>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&T) -> String,
    mut each: impl FnMut(&str, Pair<'a, T>),
) {
    let mut all: BTreeMap<String, (Option<&T>, Option<&T>)> = BTreeMap::new();
    for one in old {
        all.entry(key(one)).or_default().0 = Some(one);
    }
    for one in new {
        all.entry(key(one)).or_default().1 = Some(one);
    }
    for (key, pair) in &all {
        match *pair {
            (Some(a), Some(b)) => each(key, Pair::Both(a, b)),
            (Some(a), None) => each(key, Pair::Gone(a)),
            (None, Some(b)) => each(key, Pair::New(b)),
            (None, None) => {}
        }
    }
}

fn columns(table: &Table) -> String {
    table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn of_table(changes: &mut Changes, id: &str, a: &Table, b: &Table, both: &dyn Fn(Kind) -> bool) {
    if both(Kind::Comments) {
        changes.comment(id, "", (&a.comment, &b.comment));
    }
    let text = |one: &Option<String>| one.clone().unwrap_or_default();
    changes.differ(
        id,
        "",
        "partition_changed",
        (text(&a.partition), text(&b.partition)),
        Risk::High,
    );
    pairs(
        &a.columns,
        &b.columns,
        |column| column.name.clone(),
        |name, pair| match pair {
            Pair::Gone(column) => {
                changes.add(id, name, "column_removed", (shape(column), ""), Risk::High)
            }
            Pair::New(column) => {
                let filled =
                    column.nullable || column.default.is_some() || column.generated.is_some();
                let risk = if filled { Risk::Low } else { Risk::High };
                changes.add(id, name, "column_added", ("", shape(column)), risk);
            }
            Pair::Both(a, b) => of_column(changes, id, a, b, both),
        },
    );
    let order = |table: &Table, other: &Table| {
        let kept = table
            .columns
            .iter()
            .filter(|column| other.column(&column.name).is_some());
        kept.map(|column| column.name.clone())
            .collect::<Vec<_>>()
            .join(", ")
    };
    changes.differ(
        id,
        "",
        "column_order",
        (order(a, b), order(b, a)),
        Risk::Low,
    );
    if both(Kind::Keys) {
        let primary = |table: &Table| {
            table
                .primary_key
                .as_ref()
                .map(|key| key.columns.join(", "))
                .unwrap_or_default()
        };
        changes.differ(
            id,
            "",
            "primary_key_changed",
            (primary(a), primary(b)),
            Risk::High,
        );
        pairs(
            &a.unique_keys,
            &b.unique_keys,
            |key| key.columns.join(", "),
            |name, pair| match pair {
                Pair::Gone(_) => changes.add(id, name, "unique_removed", (name, ""), Risk::Medium),
                Pair::New(_) => changes.add(id, name, "unique_added", ("", name), Risk::High),
                Pair::Both(..) => {}
            },
        );
        let target = |key: &super::model::ForeignKey| {
            let actions = format!("ON DELETE {} ON UPDATE {}", key.on_delete, key.on_update);
            format!(
                "{} ({}) {actions}",
                key.target(),
                key.target_columns.join(", ")
            )
        };
        pairs(
            &a.foreign_keys,
            &b.foreign_keys,
            |key| key.columns.join(", "),
            |name, pair| match pair {
                Pair::Gone(key) => changes.add(
                    id,
                    name,
                    "foreign_key_removed",
                    (target(key), ""),
                    Risk::Medium,
                ),
                Pair::New(key) => changes.add(
                    id,
                    name,
                    "foreign_key_added",
                    ("", target(key)),
                    Risk::Medium,
                ),
                Pair::Both(a, b) => changes.differ(
                    id,
                    name,
                    "foreign_key_changed",
                    (target(a), target(b)),
                    Risk::Medium,
                ),
            },
        );
    }
    if both(Kind::Indexes) {
        let shape = |index: &super::model::Index| {
            let unique = if index.unique { "UNIQUE " } else { "" };
            let mut text = format!("{unique}({})", index.columns.join(", "));
            if !index.included.is_empty() {
                text.push_str(&format!(" INCLUDE ({})", index.included.join(", ")));
            }
            if let Some(predicate) = &index.predicate {
                text.push_str(&format!(" WHERE {predicate}"));
            }
            text
        };
        let own = |table: &Table| {
            table
                .indexes
                .iter()
                .filter(|index| !index.of_key)
                .cloned()
                .collect::<Vec<_>>()
        };
        let (a, b) = (own(a), own(b));
        let stricter = |unique: bool| if unique { Risk::High } else { Risk::Low };
        pairs(
            &a,
            &b,
            |index| index.name.clone(),
            |name, pair| match pair {
                Pair::Gone(index) => {
                    changes.add(id, name, "index_removed", (shape(index), ""), Risk::Medium)
                }
                Pair::New(index) => changes.add(
                    id,
                    name,
                    "index_added",
                    ("", shape(index)),
                    stricter(index.unique),
                ),
                Pair::Both(a, b) => {
                    let risk = stricter(b.unique).max(Risk::Medium);
                    changes.differ(id, name, "index_changed", (shape(a), shape(b)), risk);
                }
            },
        );
    }
    if both(Kind::Constraints) {
        // A name that the product made says nothing; then the definition is the identity.
        let key = |one: &super::model::Constraint| {
            if one.name.is_empty() {
                one.definition.clone()
            } else {
                one.name.clone()
            }
        };
        pairs(
            &a.constraints,
            &b.constraints,
            key,
            |name, pair| match pair {
                Pair::Gone(one) => changes.add(
                    id,
                    name,
                    "constraint_removed",
                    (one.definition.clone(), ""),
                    Risk::Low,
                ),
                Pair::New(one) => changes.add(
                    id,
                    name,
                    "constraint_added",
                    ("", one.definition.clone()),
                    Risk::Medium,
                ),
                Pair::Both(a, b) => {
                    changes.differ(
                        id,
                        name,
                        "constraint_changed",
                        (a.definition.clone(), b.definition.clone()),
                        Risk::Medium,
                    );
                }
            },
        );
    }
    if both(Kind::Triggers) {
        let shape = |one: &super::model::Trigger| {
            let text = one.definition.clone().unwrap_or_default();
            format!("{} {}\n{text}", one.timing, one.event)
        };
        pairs(
            &a.triggers,
            &b.triggers,
            |one| one.name.clone(),
            |name, pair| match pair {
                Pair::Gone(one) => {
                    changes.add(id, name, "trigger_removed", (shape(one), ""), Risk::Medium)
                }
                Pair::New(one) => {
                    changes.add(id, name, "trigger_added", ("", shape(one)), Risk::Medium)
                }
                Pair::Both(a, b) => changes.differ(
                    id,
                    name,
                    "trigger_changed",
                    (shape(a), shape(b)),
                    Risk::Medium,
                ),
            },
        );
    }
}

fn shape(column: &Column) -> String {
    let null = if column.nullable { "" } else { " NOT NULL" };
    let default = column
        .default
        .as_ref()
        .map(|text| format!(" DEFAULT {text}"))
        .unwrap_or_default();
    format!("{}{null}{default}", column.data_type)
}

fn of_column(changes: &mut Changes, id: &str, a: &Column, b: &Column, both: &dyn Fn(Kind) -> bool) {
    let name = &a.name;
    let risk = if widens(&a.data_type, &b.data_type) {
        Risk::Medium
    } else {
        Risk::High
    };
    changes.differ(
        id,
        name,
        "type_changed",
        (a.data_type.clone(), b.data_type.clone()),
        risk,
    );
    let null = |column: &Column| if column.nullable { "NULL" } else { "NOT NULL" }.to_owned();
    let risk = if b.nullable { Risk::Low } else { Risk::High };
    changes.differ(id, name, "null_changed", (null(a), null(b)), risk);
    let text = |one: &Option<String>| one.clone().unwrap_or_default();
    changes.differ(
        id,
        name,
        "default_changed",
        (text(&a.default), text(&b.default)),
        Risk::Medium,
    );
    changes.differ(
        id,
        name,
        "generated_changed",
        (text(&a.generated), text(&b.generated)),
        Risk::High,
    );
    if both(Kind::Comments) {
        changes.comment(id, name, (&a.comment, &b.comment));
    }
}
