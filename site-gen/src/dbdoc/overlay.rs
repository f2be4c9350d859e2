//! What people add to a catalogue: comments in both languages, logical relations, viewpoints, labels.
//!
//! An entry that matches nothing is an error, or a renamed table would quietly lose its description.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::model::{Snapshot, Table};
use crate::docs::{Problem, Text};

/// The file, TOML.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Overlay {
    /// Title of the whole.
    pub title: Text,
    /// Notes on tables by name or `schema.name`.
    pub tables: BTreeMap<String, TableNote>,
    /// Relations that the database does not enforce.
    pub relations: Vec<RelationNote>,
    /// Groups of tables.
    pub viewpoints: Vec<Viewpoint>,
    /// Settings of the checks.
    pub lint: LintSettings,
}

/// Notes on a table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableNote {
    /// Meaning; replaces the comment of the database.
    pub comment: Text,
    /// Owning module.
    pub module: Text,
    /// Data classification, for instance `3 级 · 敏感个人信息`.
    pub classification: Text,
    /// Labels.
    pub labels: Vec<String>,
    /// The table stands alone on purpose, so a missing relation is no finding.
    pub standalone: bool,
    /// Notes on columns.
    pub columns: BTreeMap<String, ColumnNote>,
}

/// Notes on a column.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ColumnNote {
    /// Meaning.
    pub comment: Text,
    /// Labels.
    pub labels: Vec<String>,
}

/// A relation that the database does not enforce.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationNote {
    /// Table that points.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Table pointed to.
    pub target: String,
    /// Its columns.
    pub target_columns: Vec<String>,
    /// Meaning.
    #[serde(default)]
    pub comment: Text,
}

/// A group of tables.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Viewpoint {
    /// Title.
    pub name: Text,
    /// Meaning.
    #[serde(default)]
    pub comment: Text,
    /// Tables; `*` stands for any characters.
    pub tables: Vec<String>,
}

/// Settings of the checks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LintSettings {
    /// Columns that every table must have.
    pub required_columns: Vec<String>,
    /// More columns than these are too many.
    pub max_columns: usize,
    /// Rules that do not apply, by code.
    pub off: Vec<String>,
}

impl Default for LintSettings {
    fn default() -> Self {
        Self {
            required_columns: Vec::new(),
            max_columns: 60,
            off: Vec::new(),
        }
    }
}

/// A relation between two tables, of the database or of the overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Id of the table that points.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Id of the table pointed to.
    pub target: String,
    /// Its columns.
    pub target_columns: Vec<String>,
    /// Whether only the overlay knows it.
    pub logical: bool,
    /// Name of the constraint.
    pub name: String,
    /// Meaning.
    pub comment: Text,
}

/// A snapshot with what people added.
#[derive(Clone, Debug)]
pub struct Book {
    /// Title.
    pub title: Text,
    /// The catalogue.
    pub snapshot: Snapshot,
    /// Notes by id of the table.
    pub notes: BTreeMap<String, TableNote>,
    /// Relations of the database, then of the overlay.
    pub relations: Vec<Relation>,
    /// Groups with the ids of their tables.
    pub viewpoints: Vec<(Viewpoint, Vec<String>)>,
    /// Settings of the checks.
    pub lint: LintSettings,
    /// Whether the pages are part of a root of the portal, to which they lead back.
    pub in_root: bool,
}

impl Overlay {
    /// Reads the file.
    ///
    /// # Errors
    /// No TOML of this form, with line.
    pub fn read(file: &str, text: &str) -> Result<Self, Problem> {
        toml::from_str(text).map_err(|error| {
            let before = error
                .span()
                .and_then(|span| text.get(..span.start))
                .unwrap_or_default();
            let line = 1 + before.matches('\n').count() as u64;
            Problem::line(file, line, error.message())
        })
    }
}

impl Book {
    /// Joins a snapshot and an overlay.
    ///
    /// # Errors
    /// All entries of the overlay that match nothing.
    pub fn bind(snapshot: Snapshot, overlay: Overlay) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut notes = BTreeMap::new();
        for (name, note) in overlay.tables {
            let place = format!("tables.\"{name}\"");
            let Some(table) = find(&snapshot, &name, &place, &mut problems) else {
                continue;
            };
            for column in note
                .columns
                .keys()
                .filter(|column| table.column(column).is_none())
            {
                problems.push(Problem::new(
                    format!("{place}.columns.{column}"),
                    "matches no column",
                ));
            }
            if notes.insert(table.id(), note).is_some() {
                problems.push(Problem::new(
                    place,
                    format!("is a second entry of table {}", table.id()),
                ));
            }
        }
        let mut relations = of_database(&snapshot);
        for (at, note) in overlay.relations.into_iter().enumerate() {
            let place = format!("relations[{at}]");
            if let Some(relation) = logical(&snapshot, note, &place, &mut problems) {
                let same = |other: &Relation| {
                    (&other.table, &other.columns, &other.target)
                        == (&relation.table, &relation.columns, &relation.target)
                };
                if relations.iter().any(same) {
                    problems.push(Problem::new(
                        place,
                        "repeats a relation that is there already",
                    ));
                } else {
                    relations.push(relation);
                }
            }
        }
        let mut viewpoints = Vec::new();
        for (at, viewpoint) in overlay.viewpoints.into_iter().enumerate() {
            let mut members = Vec::new();
            for pattern in &viewpoint.tables {
                let of =
                    |table: &&Table| matches(pattern, &table.name) || matches(pattern, &table.id());
                let found: Vec<String> = snapshot.tables.iter().filter(of).map(Table::id).collect();
                if found.is_empty() {
                    problems.push(Problem::new(
                        format!("viewpoints[{at}].tables"),
                        format!("{pattern:?} matches no table"),
                    ));
                }
                members.extend(found);
            }
            members.sort();
            members.dedup();
            viewpoints.push((viewpoint, members));
        }
        for code in overlay
            .lint
            .off
            .iter()
            .filter(|code| !super::lint::CODES.contains(&code.as_str()))
        {
            problems.push(Problem::new("lint.off", format!("{code:?} is no rule")));
        }
        if problems.is_empty() {
            Ok(Self {
                title: overlay.title,
                snapshot,
                notes,
                relations,
                viewpoints,
                lint: overlay.lint,
                in_root: false,
            })
        } else {
            Err(problems)
        }
    }

    /// Meaning of a table: of the overlay, else of the database.
    #[must_use]
    pub fn comment(&self, table: &Table) -> Text {
        let note = self.notes.get(&table.id()).map(|note| &note.comment);
        merged(note, table.comment.as_deref())
    }

    /// Meaning of a column: of the overlay, else of the database.
    #[must_use]
    pub fn column_comment(&self, table: &Table, column: &str) -> Text {
        let note = self
            .notes
            .get(&table.id())
            .and_then(|note| note.columns.get(column));
        let own = table
            .column(column)
            .and_then(|column| column.comment.as_deref());
        merged(note.map(|note| &note.comment), own)
    }
}

fn merged(note: Option<&Text>, own: Option<&str>) -> Text {
    let own = own.map(Text::split).unwrap_or_default();
    let note = note.cloned().unwrap_or_default();
    Text {
        zh: if note.zh.is_empty() { own.zh } else { note.zh },
        en: if note.en.is_empty() { own.en } else { note.en },
    }
}

fn find<'a>(
    snapshot: &'a Snapshot,
    name: &str,
    place: &str,
    problems: &mut Vec<Problem>,
) -> Option<&'a Table> {
    let mut found = snapshot
        .tables
        .iter()
        .filter(|table| table.id() == name || table.name == name);
    match (found.next(), found.next()) {
        (Some(table), None) => Some(table),
        (Some(_), Some(_)) => {
            problems.push(Problem::new(
                place,
                format!("{name} is a table of more than one schema: write schema.name"),
            ));
            None
        }
        _ => {
            problems.push(Problem::new(place, format!("{name} matches no table")));
            None
        }
    }
}

fn of_database(snapshot: &Snapshot) -> Vec<Relation> {
    let mut relations = Vec::new();
    for table in &snapshot.tables {
        for key in &table.foreign_keys {
            relations.push(Relation {
                table: table.id(),
                columns: key.columns.clone(),
                target: key.target(),
                target_columns: key.target_columns.clone(),
                logical: false,
                name: key.name.clone(),
                comment: key.comment.as_deref().map(Text::split).unwrap_or_default(),
            });
        }
    }
    relations
}

fn logical(
    snapshot: &Snapshot,
    note: RelationNote,
    place: &str,
    problems: &mut Vec<Problem>,
) -> Option<Relation> {
    let table = find(snapshot, &note.table, place, problems)?;
    let target = find(snapshot, &note.target, place, problems)?;
    let before = problems.len();
    for (of, columns) in [(table, &note.columns), (target, &note.target_columns)] {
        for column in columns.iter().filter(|column| of.column(column).is_none()) {
            problems.push(Problem::new(
                place,
                format!("{column} matches no column of table {}", of.id()),
            ));
        }
    }
    if note.columns.is_empty() || note.columns.len() != note.target_columns.len() {
        problems.push(Problem::new(
            place,
            "columns and target_columns must be equally many, one at least",
        ));
    }
    (problems.len() == before).then(|| Relation {
        table: table.id(),
        columns: note.columns,
        target: target.id(),
        target_columns: note.target_columns,
        logical: true,
        name: String::new(),
        comment: note.comment,
    })
}

/// `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, hit) in [
            ("icu_*", "icu_bed", true),
            ("*_log", "audit_log", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("bed", "bed", true),
            ("bed", "beds", false),
            ("*", "x", true),
        ] {
            assert_eq!(matches(pattern, name), hit, "{pattern} {name}");
        }
    }
}
