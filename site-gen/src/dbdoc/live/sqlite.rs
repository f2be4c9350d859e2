//! The catalogue of SQLite: `sqlite_schema`, the pragmas, and the text of tables for the rest.

use std::collections::BTreeMap;

use sea_orm::DbErr;

use super::super::model::{
    Column, Constraint, FORMAT, ForeignKey, Index, Key, Kind, Product, Snapshot, Table, Trigger,
    View,
};
use super::ddl::{self, Told};
use super::{Reader, Row};

const OBJECTS: &str = "SELECT type AS kind, name, tbl_name, coalesce(sql, '') AS ddl FROM sqlite_schema \
    WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name";
const COLUMNS: &str = "SELECT name, type AS data_type, \"notnull\" AS required, dflt_value, pk, hidden \
    FROM pragma_table_xinfo(?) ORDER BY cid";
const FOREIGN_KEYS: &str = "SELECT id, \"table\" AS target, \"from\" AS source, \"to\" AS target_column, on_update, on_delete \
    FROM pragma_foreign_key_list(?) ORDER BY id, seq";
const INDEXES: &str = "SELECT l.name, l.\"unique\" AS is_unique, l.origin, coalesce(s.sql, '') AS ddl \
    FROM pragma_index_list(?) l LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = l.name ORDER BY l.name";
const INDEX_COLUMNS: &str =
    "SELECT name, \"desc\" AS descending FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno";
const STATISTICS: &str =
    "SELECT tbl, max(CAST(stat AS INTEGER)) AS row_estimate FROM sqlite_stat1 GROUP BY tbl";

pub(super) async fn read(reader: &Reader<'_>) -> Result<Snapshot, DbErr> {
    let version = reader
        .rows("SELECT sqlite_version() AS version", Vec::new())
        .await?;
    let version = version.first().map(|row| row.text("version")).transpose()?;
    let mut tables = BTreeMap::new();
    let mut triggers = Vec::new();
    let mut views = Vec::new();
    for row in reader.rows(OBJECTS, Vec::new()).await? {
        let (name, sql) = (row.text("name")?, row.text("ddl")?);
        match row.text("kind")?.as_str() {
            "table" => {
                tables.insert(name.clone(), table(reader, name, sql).await?);
            }
            "view" => views.push(View {
                schema: String::new(),
                name,
                materialized: false,
                definition: Some(sql),
                comment: None,
            }),
            "trigger" => {
                let (timing, event) = ddl::trigger(&sql);
                let trigger = Trigger {
                    name,
                    timing,
                    event,
                    definition: Some(sql),
                    comment: None,
                };
                triggers.push((row.text("tbl_name")?, trigger));
            }
            _ => {}
        }
    }
    for (table, trigger) in triggers {
        if let Some(table) = tables.get_mut(&table) {
            table.triggers.push(trigger);
        }
    }
    let mut provided = vec![
        Kind::Tables,
        Kind::Columns,
        Kind::Keys,
        Kind::Indexes,
        Kind::Constraints,
        Kind::Triggers,
        Kind::Views,
        Kind::Comments,
    ];
    let analysed = "SELECT name FROM sqlite_schema WHERE name = 'sqlite_stat1'";
    if !reader.rows(analysed, Vec::new()).await?.is_empty() {
        provided.push(Kind::Estimates);
        for row in reader.rows(STATISTICS, Vec::new()).await? {
            if let Some(table) = tables.get_mut(&row.text("tbl")?) {
                table.row_estimate = row.get("row_estimate")?;
            }
        }
    }
    let mut tables: Vec<Table> = tables.into_values().collect();
    resolve_targets(&mut tables);
    Ok(Snapshot {
        format: FORMAT,
        product: Product::Sqlite,
        product_version: version,
        provided: provided.into_iter().collect(),
        tables,
        views,
        enums: Vec::new(),
        sequences: Vec::new(),
    })
}

async fn table(reader: &Reader<'_>, name: String, sql: String) -> Result<Table, DbErr> {
    let told = ddl::told(&sql);
    let mut table = Table {
        kind: if sql.to_ascii_uppercase().starts_with("CREATE VIRTUAL") {
            "virtual"
        } else {
            "table"
        }
        .to_owned(),
        comment: told.comment.clone(),
        ..Table::default()
    };
    let this = || vec![name.clone().into()];
    let mut primary: Vec<(i64, String)> = Vec::new();
    for (ordinal, row) in (1..).zip(reader.rows(COLUMNS, this()).await?) {
        let column = column(&row, ordinal, &told)?;
        let place = row.get::<i64>("pk")?;
        if place > 0 {
            primary.push((place, column.name.clone()));
        }
        table.columns.push(column);
    }
    primary.sort();
    let named = |kind: &str, columns: &[String]| {
        let found = told.keys.iter().find(|(_, k, c)| k == kind && c == columns);
        found.map(|(name, _, _)| name.clone()).unwrap_or_default()
    };
    let columns: Vec<String> = primary.into_iter().map(|(_, name)| name).collect();
    if !columns.is_empty() {
        let name = named("PRIMARY", &columns);
        table.primary_key = Some(Key {
            name,
            columns,
            comment: None,
        });
    }
    let mut last = None;
    for row in reader.rows(FOREIGN_KEYS, this()).await? {
        let id = row.get::<i64>("id")?;
        let (source, target) = (row.text("source")?, row.maybe("target_column")?);
        if last != Some(id) {
            table.foreign_keys.push(ForeignKey {
                name: String::new(),
                columns: Vec::new(),
                target_schema: String::new(),
                target_table: row.text("target")?,
                target_columns: Vec::new(),
                on_delete: row.text("on_delete")?,
                on_update: row.text("on_update")?,
                comment: None,
            });
            last = Some(id);
        }
        if let Some(key) = table.foreign_keys.last_mut() {
            key.columns.push(source);
            key.target_columns.extend(target);
        }
    }
    for key in &mut table.foreign_keys {
        key.name = named("FOREIGN", &key.columns);
    }
    for row in reader.rows(INDEXES, this()).await? {
        let index = index(reader, &row).await?;
        if row.text("origin")? == "u" {
            let name = named("UNIQUE", &index.columns);
            table.unique_keys.push(Key {
                name,
                columns: index.columns.clone(),
                comment: None,
            });
        }
        table.indexes.push(index);
    }
    for (name, definition) in told.checks {
        let kind = "CHECK".to_owned();
        table.constraints.push(Constraint {
            name,
            kind,
            definition,
            comment: None,
        });
    }
    table.name = name;
    table.ddl = Some(sql);
    Ok(table)
}

fn column(row: &Row, ordinal: u32, told: &Told) -> Result<Column, DbErr> {
    let name = row.text("name")?;
    let comment = told.columns.iter().find(|(column, _)| *column == name);
    let generated = match row.get::<i64>("hidden")? {
        2 => Some("GENERATED ALWAYS … VIRTUAL".to_owned()),
        3 => Some("GENERATED ALWAYS … STORED".to_owned()),
        _ => None,
    };
    Ok(Column {
        ordinal,
        data_type: row.text("data_type")?,
        nullable: row.get::<i64>("required")? == 0,
        default: row.maybe("dflt_value")?,
        generated,
        comment: comment.map(|(_, text)| text.clone()),
        name,
    })
}

async fn index(reader: &Reader<'_>, row: &Row) -> Result<Index, DbErr> {
    let name = row.text("name")?;
    let ddl = row.maybe("ddl")?;
    let mut columns = Vec::new();
    for part in reader
        .rows(INDEX_COLUMNS, vec![name.clone().into()])
        .await?
    {
        let column = part
            .maybe("name")?
            .unwrap_or_else(|| "(expression)".to_owned());
        let descending = part.get::<i64>("descending")? != 0;
        columns.push(if descending {
            format!("{column} DESC")
        } else {
            column
        });
    }
    let predicate = ddl.as_deref().and_then(|sql| {
        let at = sql.to_ascii_uppercase().rfind(" WHERE ")?;
        sql.get(at + " WHERE ".len()..)
            .map(|text| text.trim().to_owned())
    });
    Ok(Index {
        unique: row.get::<i64>("is_unique")? != 0,
        of_key: row.text("origin")? != "c",
        method: None,
        columns,
        included: Vec::new(),
        predicate,
        definition: ddl,
        comment: None,
        name,
    })
}

/// `REFERENCES t` without columns means the primary key, and names of tables ignore case.
fn resolve_targets(tables: &mut [Table]) {
    let known: Vec<(String, Vec<String>)> = tables
        .iter()
        .map(|table| {
            let key = table.primary_key.as_ref().map(|key| key.columns.clone());
            (table.name.clone(), key.unwrap_or_default())
        })
        .collect();
    for key in tables.iter_mut().flat_map(|table| &mut table.foreign_keys) {
        let target = known
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&key.target_table));
        if let Some((name, primary)) = target {
            key.target_table.clone_from(name);
            if key.target_columns.is_empty() {
                key.target_columns.clone_from(primary);
            }
        }
    }
}
