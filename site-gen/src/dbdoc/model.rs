//! The snapshot: what a catalogue says about tables, as JSON with a version. It never holds a row of data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::docs::Problem;

/// Version of the format that this program writes and reads.
pub const FORMAT: u32 = 1;

/// Which database a snapshot was taken from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// PostgreSQL, read live.
    Postgresql,
    /// SQLite, read live.
    Sqlite,
    /// Oracle Database.
    Oracle,
    /// Microsoft SQL Server.
    Sqlserver,
    /// MySQL.
    Mysql,
    /// 达梦 DM8.
    Dameng,
    /// 人大金仓 KingbaseES.
    Kingbase,
}

impl Product {
    /// Name as its maker writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgresql => "PostgreSQL",
            Self::Sqlite => "SQLite",
            Self::Oracle => "Oracle",
            Self::Sqlserver => "SQL Server",
            Self::Mysql => "MySQL",
            Self::Dameng => "达梦 DM8",
            Self::Kingbase => "金仓 KingbaseES",
        }
    }
}

/// Kinds of facts; what a catalogue did not yield is not in [`Snapshot::provided`] and shown as 未提供.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Tables; always there.
    Tables,
    /// Columns; always there.
    Columns,
    /// Primary, unique and foreign keys.
    Keys,
    /// Indexes.
    Indexes,
    /// CHECK, EXCLUDE and their like.
    Constraints,
    /// Triggers.
    Triggers,
    /// Views.
    Views,
    /// Comments of tables and columns.
    Comments,
    /// Comments of indexes, constraints and triggers.
    ObjectComments,
    /// Enumerated types.
    Enums,
    /// Sequences.
    Sequences,
    /// Estimated numbers of rows.
    Estimates,
    /// Sizes in bytes.
    Sizes,
}

/// Tables of a database at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// [`FORMAT`].
    pub format: u32,
    /// Database product.
    pub product: Product,
    /// Version of the product, if known.
    pub product_version: Option<String>,
    /// Kinds of facts that the catalogue yielded.
    pub provided: BTreeSet<Kind>,
    /// Tables by schema and name.
    pub tables: Vec<Table>,
    /// Views by schema and name.
    pub views: Vec<View>,
    /// Enumerated types.
    pub enums: Vec<EnumType>,
    /// Sequences.
    pub sequences: Vec<Sequence>,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Schema or owner; empty for SQLite.
    pub schema: String,
    /// Name as the catalogue spells it.
    pub name: String,
    /// `table`, `partitioned`, `foreign` or what the product calls it.
    pub kind: String,
    /// Comment.
    pub comment: Option<String>,
    /// Estimated number of rows, from statistics.
    pub row_estimate: Option<i64>,
    /// Size with indexes in bytes.
    pub size_bytes: Option<i64>,
    /// Parents by inheritance or partitioning.
    pub parents: Vec<String>,
    /// Partition key or bound.
    pub partition: Option<String>,
    /// Columns by position.
    pub columns: Vec<Column>,
    /// Primary key.
    pub primary_key: Option<Key>,
    /// Unique keys.
    pub unique_keys: Vec<Key>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Indexes.
    pub indexes: Vec<Index>,
    /// Other constraints.
    pub constraints: Vec<Constraint>,
    /// Triggers.
    pub triggers: Vec<Trigger>,
    /// DDL as the database stores it; otherwise it is written from this model.
    pub ddl: Option<String>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Position, from 1.
    pub ordinal: u32,
    /// Name.
    pub name: String,
    /// Type as the product writes it, with length.
    pub data_type: String,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Default expression.
    pub default: Option<String>,
    /// Expression or kind of a generated or identity column.
    pub generated: Option<String>,
    /// Comment.
    pub comment: Option<String>,
}

/// A primary or unique key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Name of the constraint; empty if the database knows none.
    pub name: String,
    /// Columns in order.
    pub columns: Vec<String>,
    /// Comment.
    pub comment: Option<String>,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignKey {
    /// Name of the constraint; empty if the database knows none.
    pub name: String,
    /// Columns here.
    pub columns: Vec<String>,
    /// Schema of the target.
    pub target_schema: String,
    /// Table of the target.
    pub target_table: String,
    /// Columns there.
    pub target_columns: Vec<String>,
    /// Action on delete, upper case; `NO ACTION` is the default.
    pub on_delete: String,
    /// Action on update.
    pub on_update: String,
    /// Comment.
    pub comment: Option<String>,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// Name.
    pub name: String,
    /// Whether it is unique.
    pub unique: bool,
    /// Whether a primary or unique key made it.
    pub of_key: bool,
    /// Access method or type.
    pub method: Option<String>,
    /// Columns or expressions, ` DESC` behind descending ones.
    pub columns: Vec<String>,
    /// Columns that are only carried along.
    pub included: Vec<String>,
    /// Condition of a partial index.
    pub predicate: Option<String>,
    /// Statement that makes it.
    pub definition: Option<String>,
    /// Comment.
    pub comment: Option<String>,
}

/// A CHECK or other constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraint {
    /// Name; empty if the database knows none.
    pub name: String,
    /// `CHECK`, `EXCLUDE` …
    pub kind: String,
    /// Definition.
    pub definition: String,
    /// Comment.
    pub comment: Option<String>,
}

/// A trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Name.
    pub name: String,
    /// `BEFORE`, `AFTER`, `INSTEAD OF`.
    pub timing: String,
    /// Events, `INSERT OR UPDATE`.
    pub event: String,
    /// Statement or body; None where the catalogue does not show it.
    pub definition: Option<String>,
    /// Comment.
    pub comment: Option<String>,
}

/// A view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Schema or owner.
    pub schema: String,
    /// Name.
    pub name: String,
    /// Whether it is stored.
    pub materialized: bool,
    /// Query; None where the catalogue cuts or hides it.
    pub definition: Option<String>,
    /// Comment.
    pub comment: Option<String>,
}

/// An enumerated type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnumType {
    /// Schema.
    pub schema: String,
    /// Name.
    pub name: String,
    /// Values in order.
    pub values: Vec<String>,
    /// Comment.
    pub comment: Option<String>,
}

/// A sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// Schema.
    pub schema: String,
    /// Name.
    pub name: String,
    /// Type.
    pub data_type: String,
    /// First value.
    pub start: i64,
    /// Step.
    pub increment: i64,
    /// Column that owns it, `schema.table.column`.
    pub owned_by: Option<String>,
}

impl Table {
    /// `schema.name`, or the name where there is no schema.
    #[must_use]
    pub fn id(&self) -> String {
        full(&self.schema, &self.name)
    }

    /// Whether the column belongs to the primary key.
    #[must_use]
    pub fn in_primary_key(&self, column: &str) -> bool {
        let of = |key: &Key| key.columns.iter().any(|name| name == column);
        self.primary_key.as_ref().is_some_and(of)
    }

    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl ForeignKey {
    /// Id of the table that it points to.
    #[must_use]
    pub fn target(&self) -> String {
        full(&self.target_schema, &self.target_table)
    }
}

/// `schema.name`, or the name where there is no schema.
#[must_use]
pub fn full(schema: &str, name: &str) -> String {
    if schema.is_empty() {
        name.to_owned()
    } else {
        format!("{schema}.{name}")
    }
}

impl Snapshot {
    /// Reads a snapshot.
    ///
    /// # Errors
    /// Text that is no snapshot of this format, with line; facts of a kind that it says it does not provide.
    pub fn read(file: &str, text: &str) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let wrong = |error: serde_json::Error| {
            Problem::line(file, error.line() as u64, format!("no snapshot: {error}"))
        };
        let Version { format } = serde_json::from_str(text).map_err(wrong)?;
        if format != FORMAT {
            return Err(Problem::new(
                file,
                format!("format {format} of a snapshot; this program reads {FORMAT}"),
            ));
        }
        let mut read: Self = serde_json::from_str(text).map_err(wrong)?;
        read.order();
        read.check(file)?;
        Ok(read)
    }

    /// The canonical text: sorted, two blanks, a line break at the end.
    ///
    /// # Errors
    /// None in practice; the writer of JSON can fail.
    pub fn write(&self) -> Result<String, Problem> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| Problem::new("snapshot", error.to_string()))?;
        text.push('\n');
        Ok(text)
    }

    /// Whether facts of this kind are known.
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        self.provided.contains(&kind)
    }

    /// The table of this id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.id() == id)
    }

    /// Puts everything into one order, so that equal catalogues give equal bytes.
    pub fn order(&mut self) {
        for table in &mut self.tables {
            table.columns.sort_by_key(|column| column.ordinal);
            table
                .unique_keys
                .sort_by(|a, b| (&a.columns, &a.name).cmp(&(&b.columns, &b.name)));
            table
                .foreign_keys
                .sort_by(|a, b| (&a.columns, &a.name).cmp(&(&b.columns, &b.name)));
            table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
            table
                .constraints
                .sort_by(|a, b| (&a.name, &a.definition).cmp(&(&b.name, &b.definition)));
            table.triggers.sort_by(|a, b| a.name.cmp(&b.name));
            table.parents.sort();
        }
        self.tables
            .sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        self.views
            .sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        self.enums
            .sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        self.sequences
            .sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    }

    /// A snapshot that contradicts itself would show 未提供 beside facts, or a key without its column.
    fn check(&self, file: &str) -> Result<(), Problem> {
        let mut seen = BTreeSet::new();
        for table in &self.tables {
            let id = table.id();
            if !seen.insert(id.clone()) {
                return Err(Problem::new(file, format!("table {id} stands twice")));
            }
            let keyed = table.primary_key.is_some()
                || !table.unique_keys.is_empty()
                || !table.foreign_keys.is_empty();
            for (kind, there) in [
                (Kind::Keys, keyed),
                (Kind::Indexes, !table.indexes.is_empty()),
                (Kind::Constraints, !table.constraints.is_empty()),
                (Kind::Triggers, !table.triggers.is_empty()),
                (Kind::Estimates, table.row_estimate.is_some()),
                (Kind::Sizes, table.size_bytes.is_some()),
            ] {
                if there && !self.has(kind) {
                    return Err(Problem::new(
                        file,
                        format!("table {id} has {kind:?}, which `provided` does not name"),
                    ));
                }
            }
            let here = table.primary_key.iter().chain(&table.unique_keys);
            let columns = here
                .flat_map(|key| &key.columns)
                .chain(table.foreign_keys.iter().flat_map(|key| &key.columns));
            for column in columns {
                if table.column(column).is_none() {
                    return Err(Problem::new(
                        file,
                        format!("a key of table {id} names the unknown column {column}"),
                    ));
                }
            }
        }
        Ok(())
    }
}
