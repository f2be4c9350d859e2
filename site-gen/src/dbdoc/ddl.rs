//! DDL of a table, written from the model where the database keeps none.

use super::model::{Product, Table};

/// The statement as the database stores it, else one written from the model.
#[must_use]
pub fn of(table: &Table, product: Product) -> String {
    table.ddl.clone().unwrap_or_else(|| written(table, product))
}

fn written(table: &Table, product: Product) -> String {
    let name = |text: &str| quoted(text, product);
    let list = |names: &[String]| {
        names
            .iter()
            .map(|one| name(one))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let full = |schema: &str, table: &str| {
        if schema.is_empty() {
            name(table)
        } else {
            format!("{}.{}", name(schema), name(table))
        }
    };
    let this = full(&table.schema, &table.name);
    let mut parts = Vec::new();
    for column in &table.columns {
        let mut part = format!("{} {}", name(&column.name), column.data_type);
        if let Some(generated) = &column.generated {
            part.push_str(&format!(" {generated}"));
        }
        if let Some(default) = &column.default {
            part.push_str(&format!(" DEFAULT {default}"));
        }
        if !column.nullable {
            part.push_str(" NOT NULL");
        }
        parts.push(part);
    }
    let constraint = |named: &str| {
        if named.is_empty() {
            String::new()
        } else {
            format!("CONSTRAINT {} ", name(named))
        }
    };
    if let Some(key) = &table.primary_key {
        parts.push(format!(
            "{}PRIMARY KEY ({})",
            constraint(&key.name),
            list(&key.columns)
        ));
    }
    for key in &table.unique_keys {
        parts.push(format!(
            "{}UNIQUE ({})",
            constraint(&key.name),
            list(&key.columns)
        ));
    }
    for key in &table.foreign_keys {
        let mut part = format!(
            "{}FOREIGN KEY ({}) REFERENCES {} ({})",
            constraint(&key.name),
            list(&key.columns),
            full(&key.target_schema, &key.target_table),
            list(&key.target_columns)
        );
        for (event, action) in [("DELETE", &key.on_delete), ("UPDATE", &key.on_update)] {
            if action != "NO ACTION" {
                part.push_str(&format!(" ON {event} {action}"));
            }
        }
        parts.push(part);
    }
    for one in &table.constraints {
        let words = one.definition.trim_start().to_ascii_uppercase();
        let definition = if words.starts_with(&one.kind) {
            one.definition.clone()
        } else {
            format!("{} ({})", one.kind, one.definition)
        };
        parts.push(format!("{}{definition}", constraint(&one.name)));
    }
    let mut text = format!("CREATE TABLE {this} (\n    {}\n)", parts.join(",\n    "));
    if let Some(partition) = table
        .partition
        .as_ref()
        .filter(|text| text.starts_with("PARTITION BY"))
    {
        text.push_str(&format!(" {partition}"));
    }
    text.push_str(";\n");
    for index in table.indexes.iter().filter(|index| !index.of_key) {
        match &index.definition {
            Some(definition) => text.push_str(&format!("{definition};\n")),
            None => text.push_str(&format!(
                "CREATE {}INDEX {} ON {this} ({});\n",
                if index.unique { "UNIQUE " } else { "" },
                name(&index.name),
                index.columns.join(", ")
            )),
        }
    }
    text
}

/// A name is quoted only where the product would read it differently otherwise.
fn quoted(name: &str, product: Product) -> String {
    let upper = matches!(product, Product::Oracle | Product::Dameng);
    let plain = name.chars().enumerate().all(|(at, c)| match c {
        'a'..='z' => !upper,
        'A'..='Z' => {
            upper
                || matches!(
                    product,
                    Product::Sqlserver | Product::Mysql | Product::Sqlite
                )
        }
        '_' => true,
        '0'..='9' | '$' => at > 0,
        _ => false,
    });
    match (plain, product) {
        (true, _) => name.to_owned(),
        (false, Product::Mysql) => format!("`{}`", name.replace('`', "``")),
        (false, Product::Sqlserver) => format!("[{}]", name.replace(']', "]]")),
        (false, _) => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}
