//! The queries that a hospital or vendor runs with its own client where this program may not connect.
//!
//! Each reads catalogue views alone and gives one result set, to be saved as `<kind>.csv` or `<kind>.json`. All products
//! use the same names of columns. `total_rows` stands in every row, so that a file that was cut is noticed.

use super::model::Product;

/// A query: name of the result set and text.
pub type Query = (&'static str, &'static str);

macro_rules! of {
    ($product:literal) => {
        &[
            (
                "tables",
                include_str!(concat!("../../catalog/", $product, "/tables.sql")),
            ),
            (
                "columns",
                include_str!(concat!("../../catalog/", $product, "/columns.sql")),
            ),
            (
                "keys",
                include_str!(concat!("../../catalog/", $product, "/keys.sql")),
            ),
            (
                "indexes",
                include_str!(concat!("../../catalog/", $product, "/indexes.sql")),
            ),
            (
                "constraints",
                include_str!(concat!("../../catalog/", $product, "/constraints.sql")),
            ),
            (
                "triggers",
                include_str!(concat!("../../catalog/", $product, "/triggers.sql")),
            ),
            (
                "views",
                include_str!(concat!("../../catalog/", $product, "/views.sql")),
            ),
            (
                "comments",
                include_str!(concat!("../../catalog/", $product, "/comments.sql")),
            ),
        ]
    };
}

/// Queries of a product; None for the two that are read live.
#[must_use]
pub fn queries(product: Product) -> Option<&'static [Query]> {
    Some(match product {
        Product::Postgresql | Product::Sqlite => return None,
        Product::Oracle => of!("oracle"),
        Product::Sqlserver => of!("sqlserver"),
        Product::Mysql => of!("mysql"),
        Product::Dameng => of!("dameng"),
        Product::Kingbase => of!("kingbase"),
    })
}

/// All queries of a product as one script, with the name of the file that each result belongs into.
#[must_use]
pub fn script(product: Product) -> Option<String> {
    let queries = queries(product)?;
    let mut text = format!(
        "-- {}: 表结构文档的只读查询。只读数据字典视图，不读业务数据。\n\
         -- Read-only queries for the documentation of tables: catalogue views alone, no row of data.\n\
         -- 将每个结果集连同表头另存为注明的文件（UTF-8 或 GB18030 的 CSV，或 JSON 数组）。\n\
         -- Save each result set with its header as the file named: CSV in UTF-8 or GB18030, or an array of JSON.\n",
        product.name()
    );
    for (name, sql) in queries {
        text.push_str(&format!("\n-- >>> {name}.csv | {name}.json\n{sql}"));
    }
    Some(text)
}

/// One column of a result set.
pub(super) struct Field {
    pub name: &'static str,
    /// Whether the column must be there.
    pub required: bool,
}

const fn must(name: &'static str) -> Field {
    Field {
        name,
        required: true,
    }
}

const fn may(name: &'static str) -> Field {
    Field {
        name,
        required: false,
    }
}

/// Columns of the result sets. Another column is an error: it is a sign of another query.
pub(super) const SETS: [(&str, &[Field]); 8] = [
    (
        "tables",
        &[
            must("table_schema"),
            must("table_name"),
            must("table_kind"),
            may("row_estimate"),
            may("size_bytes"),
            must("total_rows"),
        ],
    ),
    (
        "columns",
        &[
            must("table_schema"),
            must("table_name"),
            must("ordinal"),
            must("column_name"),
            must("data_type"),
            must("is_nullable"),
            must("default_value"),
            may("generated"),
            must("total_rows"),
        ],
    ),
    (
        "keys",
        &[
            must("table_schema"),
            must("table_name"),
            must("key_name"),
            must("key_type"),
            must("position"),
            must("column_name"),
            must("ref_schema"),
            must("ref_table"),
            must("ref_column"),
            must("on_delete"),
            may("on_update"),
            must("total_rows"),
        ],
    ),
    (
        "indexes",
        &[
            must("table_schema"),
            must("table_name"),
            must("index_name"),
            must("is_unique"),
            must("of_key"),
            may("index_type"),
            must("position"),
            must("column_expression"),
            must("is_descending"),
            may("is_included"),
            may("predicate"),
            must("total_rows"),
        ],
    ),
    (
        "constraints",
        &[
            must("table_schema"),
            must("table_name"),
            must("constraint_name"),
            must("constraint_type"),
            must("definition"),
            must("total_rows"),
        ],
    ),
    (
        "triggers",
        &[
            must("table_schema"),
            must("table_name"),
            must("trigger_name"),
            must("timing"),
            must("event"),
            must("definition"),
            must("total_rows"),
        ],
    ),
    (
        "views",
        &[
            must("view_schema"),
            must("view_name"),
            may("is_materialized"),
            must("definition"),
            may("definition_length"),
            must("total_rows"),
        ],
    ),
    (
        "comments",
        &[
            must("object_type"),
            must("table_schema"),
            must("table_name"),
            must("object_name"),
            must("comment_text"),
            must("total_rows"),
        ],
    ),
];
