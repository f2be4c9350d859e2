//! A snapshot from the result sets of the shipped queries.

mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::catalog::SETS;
use super::model::{
    Column, Constraint, FORMAT, ForeignKey, Index, Key, Kind, Product, Snapshot, Table, Trigger,
    View, full,
};
use crate::docs::{Problem, files};
use sheet::{Row, Sheet};

/// Reads a folder of `<kind>.csv` or `<kind>.json`. Tables and columns must be there; any other kind may be absent.
///
/// # Errors
/// With file and line: a missing or unknown column, a file that was cut, a reference to an unknown table or column.
pub fn snapshot(folder: &Path, product: Product) -> Result<Snapshot, Problem> {
    strangers(folder)?;
    let mut tables = BTreeMap::new();
    let mut provided = BTreeSet::new();
    let mut views = Vec::new();
    let mut comments = None;
    for (name, fields) in SETS {
        let Some(sheet) = sheet::read(folder, name, fields)? else {
            if matches!(name, "tables" | "columns") {
                return Err(Problem::new(
                    folder.display().to_string(),
                    format!("{name}.csv or {name}.json is missing"),
                ));
            }
            continue;
        };
        match name {
            "tables" => {
                provided.insert(Kind::Tables);
                read_tables(&sheet, &mut tables, &mut provided)?;
            }
            "columns" => {
                provided.insert(Kind::Columns);
                for row in &sheet.rows {
                    read_column(row, &mut tables)?;
                }
            }
            "keys" => {
                provided.insert(Kind::Keys);
                read_keys(&sheet, &mut tables)?;
            }
            "indexes" => {
                provided.insert(Kind::Indexes);
                read_indexes(&sheet, &mut tables)?;
            }
            "constraints" => {
                provided.insert(Kind::Constraints);
                for row in &sheet.rows {
                    let constraint = Constraint {
                        name: row.text("constraint_name")?.to_owned(),
                        kind: row.text("constraint_type")?.to_uppercase(),
                        definition: row.text("definition")?.to_owned(),
                        comment: None,
                    };
                    table(row, &mut tables)?.constraints.push(constraint);
                }
            }
            "triggers" => {
                provided.insert(Kind::Triggers);
                for row in &sheet.rows {
                    let trigger = Trigger {
                        name: row.text("trigger_name")?.to_owned(),
                        timing: row.text("timing")?.to_uppercase(),
                        event: row.text("event")?.to_uppercase(),
                        definition: row.maybe("definition").map(|text| text.trim().to_owned()),
                        comment: None,
                    };
                    table(row, &mut tables)?.triggers.push(trigger);
                }
            }
            "views" => {
                provided.insert(Kind::Views);
                for row in &sheet.rows {
                    views.push(read_view(row)?);
                }
            }
            _ => comments = Some(sheet),
        }
    }
    if let Some(sheet) = comments {
        provided.insert(Kind::Comments);
        for row in &sheet.rows {
            if read_comment(row, &mut tables, &mut views, &provided)? {
                provided.insert(Kind::ObjectComments);
            }
        }
    }
    if let Some(table) = tables.values().find(|table| table.columns.is_empty()) {
        return Err(Problem::new(
            "columns",
            format!("table {} has no column", table.id()),
        ));
    }
    let mut snapshot = Snapshot {
        format: FORMAT,
        product,
        product_version: None,
        provided,
        tables: tables.into_values().collect(),
        views,
        enums: Vec::new(),
        sequences: Vec::new(),
    };
    snapshot.order();
    Ok(snapshot)
}

/// A file with another name would silently be left out.
fn strangers(folder: &Path) -> Result<(), Problem> {
    let entries = std::fs::read_dir(folder).map_err(|error| files::at(folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| files::at(folder, &error))?.path();
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        if matches!(ending, "csv" | "json") && !SETS.iter().any(|(name, _)| *name == stem) {
            let known = SETS.map(|(name, _)| name).join(", ");
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            return Err(Problem::new(
                name,
                format!("is no result set; known are {known}"),
            ));
        }
    }
    Ok(())
}

type Tables = BTreeMap<String, Table>;

fn table<'a>(row: &Row, tables: &'a mut Tables) -> Result<&'a mut Table, Problem> {
    let id = full(
        row.maybe("table_schema").unwrap_or_default(),
        row.text("table_name")?,
    );
    tables
        .get_mut(&id)
        .ok_or_else(|| row.problem(format!("unknown table {id}")))
}

/// The table, of which the column must be known.
fn with_column<'a>(
    row: &Row,
    tables: &'a mut Tables,
    column: &str,
) -> Result<&'a mut Table, Problem> {
    let table = table(row, tables)?;
    if table.column(column).is_none() {
        return Err(row.problem(format!("unknown column {column} of table {}", table.id())));
    }
    Ok(table)
}

fn read_tables(
    sheet: &Sheet,
    tables: &mut Tables,
    provided: &mut BTreeSet<Kind>,
) -> Result<(), Problem> {
    for row in &sheet.rows {
        let table = Table {
            schema: row.maybe("table_schema").unwrap_or_default().to_owned(),
            name: row.text("table_name")?.to_owned(),
            kind: row.text("table_kind")?.to_lowercase(),
            row_estimate: row.number("row_estimate")?,
            size_bytes: row.number("size_bytes")?,
            ..Table::default()
        };
        if table.row_estimate.is_some() {
            provided.insert(Kind::Estimates);
        }
        if table.size_bytes.is_some() {
            provided.insert(Kind::Sizes);
        }
        let id = table.id();
        if tables.insert(id.clone(), table).is_some() {
            return Err(row.problem(format!("table {id} stands twice")));
        }
    }
    Ok(())
}

fn read_column(row: &Row, tables: &mut Tables) -> Result<(), Problem> {
    let ordinal = row
        .number("ordinal")?
        .and_then(|number| u32::try_from(number).ok());
    let column = Column {
        ordinal: ordinal.ok_or_else(|| row.problem("column ordinal is no position"))?,
        name: row.text("column_name")?.to_owned(),
        data_type: row.text("data_type")?.to_owned(),
        nullable: row.flag("is_nullable")?,
        default: row
            .maybe("default_value")
            .map(|text| text.trim().to_owned()),
        generated: row.maybe("generated").map(ToOwned::to_owned),
        comment: None,
    };
    let table = table(row, tables)?;
    if table.column(&column.name).is_some() {
        return Err(row.problem(format!(
            "column {} of table {} stands twice",
            column.name,
            table.id()
        )));
    }
    table.columns.push(column);
    Ok(())
}

fn read_keys(sheet: &Sheet, tables: &mut Tables) -> Result<(), Problem> {
    for row in ordered(sheet, "position")? {
        let name = row.text("key_name")?.to_owned();
        let column = row.text("column_name")?.to_owned();
        match row.text("key_type")?.to_ascii_uppercase().as_str() {
            "PRIMARY" => {
                let table = with_column(row, tables, &column)?;
                let key = table.primary_key.get_or_insert_with(|| Key {
                    name: name.clone(),
                    columns: Vec::new(),
                    comment: None,
                });
                if key.name != name {
                    return Err(row.problem(format!("a second primary key of the table: {name}")));
                }
                key.columns.push(column);
            }
            "UNIQUE" => {
                let keys = &mut with_column(row, tables, &column)?.unique_keys;
                match keys.iter_mut().find(|key| key.name == name) {
                    Some(key) => key.columns.push(column),
                    None => keys.push(Key {
                        name,
                        columns: vec![column],
                        comment: None,
                    }),
                }
            }
            "FOREIGN" => read_foreign_key(row, tables, name, column)?,
            other => {
                return Err(row.problem(format!(
                    "key_type {other:?} is none of PRIMARY, UNIQUE, FOREIGN"
                )));
            }
        }
    }
    Ok(())
}

fn read_foreign_key(
    row: &Row,
    tables: &mut Tables,
    name: String,
    column: String,
) -> Result<(), Problem> {
    let schema = row.maybe("ref_schema").unwrap_or_default().to_owned();
    let target = row.text("ref_table")?.to_owned();
    let target_column = row.text("ref_column")?.to_owned();
    let id = full(&schema, &target);
    let known = tables
        .get(&id)
        .ok_or_else(|| row.problem(format!("unknown table {id} as target of {name}")))?;
    if known.column(&target_column).is_none() {
        return Err(row.problem(format!(
            "unknown column {target_column} of table {id} as target of {name}"
        )));
    }
    let action = |column| {
        row.maybe(column)
            .unwrap_or("NO ACTION")
            .replace('_', " ")
            .to_uppercase()
    };
    let (on_delete, on_update) = (action("on_delete"), action("on_update"));
    let keys = &mut with_column(row, tables, &column)?.foreign_keys;
    match keys.iter_mut().find(|key| key.name == name) {
        Some(key) => {
            key.columns.push(column);
            key.target_columns.push(target_column);
        }
        None => keys.push(ForeignKey {
            name,
            columns: vec![column],
            target_schema: schema,
            target_table: target,
            target_columns: vec![target_column],
            on_delete,
            on_update,
            comment: None,
        }),
    }
    Ok(())
}

fn read_indexes(sheet: &Sheet, tables: &mut Tables) -> Result<(), Problem> {
    for row in ordered(sheet, "position")? {
        let name = row.text("index_name")?.to_owned();
        let expression = row.text("column_expression")?.trim().to_owned();
        let expression = if row.flag("is_descending")? {
            format!("{expression} DESC")
        } else {
            expression
        };
        let included = row.flag("is_included")?;
        let (unique, of_key) = (row.flag("is_unique")?, row.flag("of_key")?);
        let indexes = &mut table(row, tables)?.indexes;
        let place = indexes
            .iter()
            .position(|index| index.name == name)
            .unwrap_or_else(|| {
                indexes.push(Index {
                    name,
                    unique,
                    of_key,
                    method: row.maybe("index_type").map(ToOwned::to_owned),
                    columns: Vec::new(),
                    included: Vec::new(),
                    predicate: row.maybe("predicate").map(ToOwned::to_owned),
                    definition: None,
                    comment: None,
                });
                indexes.len() - 1
            });
        if let Some(index) = indexes.get_mut(place) {
            if included {
                &mut index.included
            } else {
                &mut index.columns
            }
            .push(expression);
        }
    }
    Ok(())
}

/// Rows by position, which need not be the order of the file; equal positions keep it.
fn ordered<'a>(sheet: &'a Sheet, column: &str) -> Result<Vec<&'a Row>, Problem> {
    let mut rows = Vec::new();
    for row in &sheet.rows {
        let place = row.number(column)?;
        rows.push((
            place.ok_or_else(|| row.problem(format!("column {column} is empty")))?,
            row,
        ));
    }
    rows.sort_by_key(|(place, _)| *place);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn read_view(row: &Row) -> Result<View, Problem> {
    let definition = row.maybe("definition").map(str::trim);
    // Some catalogues cut a long definition and tell its true length.
    let whole = row.number("definition_length")?.is_none_or(|length| {
        let here = row
            .maybe("definition")
            .map_or(0, |text| text.chars().count());
        i64::try_from(here).is_ok_and(|here| here >= length)
    });
    Ok(View {
        schema: row.maybe("view_schema").unwrap_or_default().to_owned(),
        name: row.text("view_name")?.to_owned(),
        materialized: row.flag("is_materialized")?,
        definition: definition.filter(|_| whole).map(ToOwned::to_owned),
        comment: None,
    })
}

/// Tells whether it was the comment of an index, a constraint or a trigger.
fn read_comment(
    row: &Row,
    tables: &mut Tables,
    views: &mut [View],
    provided: &BTreeSet<Kind>,
) -> Result<bool, Problem> {
    let Some(text) = row.maybe("comment_text").map(|text| text.trim().to_owned()) else {
        return Ok(false);
    };
    let kind = row.text("object_type")?.to_ascii_uppercase();
    // The comment of an object whose result set is not there has no place.
    let set = match kind.as_str() {
        "VIEW" => Kind::Views,
        "INDEX" => Kind::Indexes,
        "TRIGGER" => Kind::Triggers,
        _ => Kind::Tables,
    };
    if !provided.contains(&set) {
        return Ok(false);
    }
    if kind == "VIEW" {
        let (schema, name) = (
            row.maybe("table_schema").unwrap_or_default(),
            row.text("table_name")?,
        );
        let view = views
            .iter_mut()
            .find(|view| view.schema == schema && view.name == name);
        view.ok_or_else(|| row.problem(format!("unknown view {}", full(schema, name))))?
            .comment = Some(text);
        return Ok(false);
    }
    let table = table(row, tables)?;
    if kind == "TABLE" {
        table.comment = Some(text);
        return Ok(false);
    }
    let name = row.text("object_name")?;
    let unknown = format!(
        "unknown {} {name} of table {}",
        kind.to_lowercase(),
        table.id()
    );
    let place = match kind.as_str() {
        "COLUMN" => table
            .columns
            .iter_mut()
            .find(|one| one.name == name)
            .map(|one| &mut one.comment),
        "INDEX" => table
            .indexes
            .iter_mut()
            .find(|one| one.name == name)
            .map(|one| &mut one.comment),
        "TRIGGER" => table
            .triggers
            .iter_mut()
            .find(|one| one.name == name)
            .map(|one| &mut one.comment),
        "CONSTRAINT" => constraint_comment(table, name),
        other => {
            return Err(row.problem(format!(
                "object_type {other:?} is none of TABLE, COLUMN, INDEX, CONSTRAINT, TRIGGER, VIEW"
            )));
        }
    };
    match place {
        Some(place) => *place = Some(text),
        // It may belong to the one of the two result sets that is not there.
        None if kind == "CONSTRAINT"
            && !(provided.contains(&Kind::Keys) && provided.contains(&Kind::Constraints)) =>
        {
            return Ok(false);
        }
        None => return Err(row.problem(unknown)),
    }
    Ok(kind != "COLUMN")
}

fn constraint_comment<'a>(table: &'a mut Table, name: &str) -> Option<&'a mut Option<String>> {
    let primary = table
        .primary_key
        .iter_mut()
        .filter(|key| key.name == name)
        .map(|key| &mut key.comment);
    let unique = table
        .unique_keys
        .iter_mut()
        .filter(|key| key.name == name)
        .map(|key| &mut key.comment);
    let foreign = table
        .foreign_keys
        .iter_mut()
        .filter(|key| key.name == name)
        .map(|key| &mut key.comment);
    let other = table
        .constraints
        .iter_mut()
        .filter(|one| one.name == name)
        .map(|one| &mut one.comment);
    primary.chain(unique).chain(foreign).chain(other).next()
}
