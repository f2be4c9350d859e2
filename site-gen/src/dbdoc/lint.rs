//! Checks of a data dictionary and its coverage; the checklist of the contract is computed from it (一(八)).

use std::collections::BTreeMap;

use super::model::{Kind, Table};
use super::overlay::{Book, Relation};
use crate::docs::Text;

/// Codes of the rules.
pub const CODES: [&str; 20] = [
    "table-comment",
    "column-comment",
    "index-comment",
    "constraint-comment",
    "trigger-comment",
    "unrelated-table",
    "too-many-columns",
    "required-column",
    "duplicate-relation",
    "foreign-key-index",
    "foreign-key-type",
    "nullable-foreign-key",
    "created-updated",
    "naming",
    "reserved-word",
    "duplicate-index",
    "money-type",
    "time-type",
    "no-primary-key",
    "column-type",
];

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Id of the table.
    pub table: String,
    /// Column, index, constraint; empty for the table.
    pub object: String,
    /// One of [`CODES`].
    pub code: &'static str,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratio {
    /// Numerator.
    pub done: usize,
    /// Denominator.
    pub all: usize,
}

impl Ratio {
    fn count(&mut self, done: bool) {
        self.all += 1;
        self.done += usize::from(done);
    }

    /// Whole per cent, rounded down; 100 of nothing.
    #[must_use]
    pub const fn percent(self) -> usize {
        match (self.done * 100).checked_div(self.all) {
            Some(percent) => percent,
            None => 100,
        }
    }

    /// Whether nothing is missing.
    #[must_use]
    pub const fn whole(self) -> bool {
        self.done == self.all
    }
}

/// What the checks found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Findings by table.
    pub findings: Vec<Finding>,
    /// Tables with a comment.
    pub tables: Ratio,
    /// Columns with a comment.
    pub columns: Ratio,
    /// Tables and columns with a comment together: the gate.
    pub coverage: Ratio,
    /// 字段含义: columns with their meaning.
    pub meaning: Ratio,
    /// 数据类型: columns with their type.
    pub types: Ratio,
    /// 关联关系: tables that are related or declared to stand alone.
    pub related: Ratio,
}

impl Report {
    /// How many of the three points of the contract's checklist are complete.
    #[must_use]
    pub fn checklist(&self) -> usize {
        [self.meaning, self.types, self.related]
            .into_iter()
            .filter(|ratio| ratio.whole())
            .count()
    }
}

/// What a rule says, for a reader.
#[must_use]
pub fn title(code: &str) -> Text {
    let (zh, en) = match code {
        "table-comment" => ("表无说明", "table without a comment"),
        "column-comment" => ("字段无说明", "column without a comment"),
        "index-comment" => ("索引无说明", "index without a comment"),
        "constraint-comment" => ("约束无说明", "constraint without a comment"),
        "trigger-comment" => ("触发器无说明", "trigger without a comment"),
        "unrelated-table" => ("与其他表无关联", "table without any relation"),
        "too-many-columns" => ("字段过多", "too many columns"),
        "required-column" => ("缺少必备字段", "required column is missing"),
        "duplicate-relation" => ("重复的关联", "the same relation twice"),
        "foreign-key-index" => ("外键无索引", "foreign key without an index"),
        "foreign-key-type" => (
            "外键与目标类型不一致",
            "foreign key of another type than its target",
        ),
        "nullable-foreign-key" => ("可空外键无说明", "nullable foreign key without a comment"),
        "created-updated" => (
            "缺少 created_at 或 updated_at",
            "created_at or updated_at is missing",
        ),
        "naming" => ("命名不统一", "name of another style"),
        "reserved-word" => ("使用保留字", "reserved word as a name"),
        "duplicate-index" => ("索引被另一索引包含", "index is a prefix of another"),
        "money-type" => ("金额用浮点类型", "money in a floating type"),
        "time-type" => ("时间存为文本", "time stored as text"),
        "no-primary-key" => ("无主键", "no primary key"),
        _ => ("字段无类型", "column without a type"),
    };
    Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

/// Runs the checks. A rule whose facts the catalogue did not yield is not applied.
#[must_use]
pub fn check(book: &Book) -> Report {
    let mut report = Report::default();
    let style = style(book);
    for table in &book.snapshot.tables {
        let mut found = Found {
            table: table.id(),
            findings: Vec::new(),
        };
        comments(book, table, &mut report, &mut found);
        relations(book, table, &mut report, &mut found);
        form(book, table, style, &mut found);
        indexes(table, &mut found);
        report.findings.append(&mut found.findings);
    }
    report
        .findings
        .retain(|finding| !book.lint.off.iter().any(|code| code == finding.code));
    report.findings.sort();
    report.findings.dedup();
    report.coverage = Ratio {
        done: report.tables.done + report.columns.done,
        all: report.tables.all + report.columns.all,
    };
    report.meaning = report.columns;
    report
}

struct Found {
    table: String,
    findings: Vec<Finding>,
}

impl Found {
    fn if_so(&mut self, wrong: bool, code: &'static str, object: &str) {
        if wrong {
            self.findings.push(Finding {
                table: self.table.clone(),
                object: object.to_owned(),
                code,
            });
        }
    }
}

fn comments(book: &Book, table: &Table, report: &mut Report, found: &mut Found) {
    let there = !book.comment(table).is_empty();
    report.tables.count(there);
    found.if_so(!there, "table-comment", "");
    for column in &table.columns {
        let there = !book.column_comment(table, &column.name).is_empty();
        report.columns.count(there);
        found.if_so(!there, "column-comment", &column.name);
        let typed = !column.data_type.trim().is_empty();
        report.types.count(typed);
        found.if_so(!typed, "column-type", &column.name);
    }
    if !book.snapshot.has(Kind::ObjectComments) {
        return;
    }
    for index in table.indexes.iter().filter(|index| !index.of_key) {
        found.if_so(index.comment.is_none(), "index-comment", &index.name);
    }
    for one in &table.constraints {
        found.if_so(one.comment.is_none(), "constraint-comment", &one.name);
    }
    for one in &table.triggers {
        found.if_so(one.comment.is_none(), "trigger-comment", &one.name);
    }
}

fn relations(book: &Book, table: &Table, report: &mut Report, found: &mut Found) {
    let id = table.id();
    let alone = book.notes.get(&id).is_some_and(|note| note.standalone);
    let related = book
        .relations
        .iter()
        .any(|one| one.table == id || one.target == id);
    let known = book.snapshot.has(Kind::Keys);
    report.related.count(related || alone);
    found.if_so(known && !related && !alone, "unrelated-table", "");
    found.if_so(known && table.primary_key.is_none(), "no-primary-key", "");
    let mut seen: BTreeMap<(&[String], &str), &Relation> = BTreeMap::new();
    for one in book.relations.iter().filter(|one| one.table == id) {
        let name = one.columns.join(", ");
        found.if_so(
            seen.insert((&one.columns, &one.target), one).is_some(),
            "duplicate-relation",
            &name,
        );
        if let Some(target) = book.snapshot.table(&one.target) {
            let differs = one
                .columns
                .iter()
                .zip(&one.target_columns)
                .any(|(here, there)| {
                    let (here, there) = (table.column(here), target.column(there));
                    here.zip(there)
                        .is_some_and(|(a, b)| !a.data_type.eq_ignore_ascii_case(&b.data_type))
                });
            found.if_so(differs, "foreign-key-type", &name);
        }
        for column in one.columns.iter().filter_map(|column| table.column(column)) {
            let told = !book.column_comment(table, &column.name).is_empty();
            found.if_so(
                column.nullable && !told && !one.logical,
                "nullable-foreign-key",
                &column.name,
            );
        }
        if book.snapshot.has(Kind::Indexes) && !one.logical {
            let plain = |names: &[String]| {
                names
                    .iter()
                    .zip(&one.columns)
                    .filter(|(a, b)| a.trim_end_matches(" DESC").trim_matches('"') == *b)
                    .count()
                    == one.columns.len()
            };
            let by_key = table
                .primary_key
                .iter()
                .chain(&table.unique_keys)
                .any(|key| plain(&key.columns));
            let covered = by_key
                || table
                    .indexes
                    .iter()
                    .any(|index| index.predicate.is_none() && plain(&index.columns));
            found.if_so(!covered, "foreign-key-index", &name);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Lower,
    Upper,
    Mixed,
}

fn style_of(name: &str) -> Style {
    match (
        name.chars().any(char::is_lowercase),
        name.chars().any(char::is_uppercase),
    ) {
        (true, true) => Style::Mixed,
        (_, true) => Style::Upper,
        _ => Style::Lower,
    }
}

/// The style of most tables is the style.
fn style(book: &Book) -> Style {
    let count = |style| {
        book.snapshot
            .tables
            .iter()
            .filter(|table| style_of(&table.name) == style)
            .count()
    };
    let styles = [Style::Lower, Style::Upper, Style::Mixed];
    styles
        .into_iter()
        .rev()
        .max_by_key(|style| count(*style))
        .unwrap_or(Style::Lower)
}

/// Words that are reserved in SQL:2016 and in most of the products.
const RESERVED: [&str; 40] = [
    "all",
    "and",
    "any",
    "as",
    "between",
    "by",
    "case",
    "check",
    "column",
    "constraint",
    "create",
    "cross",
    "current_date",
    "current_user",
    "default",
    "delete",
    "desc",
    "distinct",
    "drop",
    "else",
    "end",
    "exists",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "index",
    "insert",
    "into",
    "join",
    "key",
    "level",
    "order",
    "select",
    "table",
    "user",
    "where",
    "with",
];

fn form(book: &Book, table: &Table, style: Style, found: &mut Found) {
    found.if_so(
        table.columns.len() > book.lint.max_columns,
        "too-many-columns",
        "",
    );
    for wanted in &book.lint.required_columns {
        let there = table
            .columns
            .iter()
            .any(|column| column.name.eq_ignore_ascii_case(wanted));
        found.if_so(!there, "required-column", wanted);
    }
    for wanted in ["created_at", "updated_at"] {
        let there = table
            .columns
            .iter()
            .any(|column| column.name.eq_ignore_ascii_case(wanted));
        found.if_so(!there, "created-updated", wanted);
    }
    let odd = |name: &str| {
        style_of(name) != style
            || name.contains(' ')
            || name.starts_with(|c: char| c.is_ascii_digit())
    };
    found.if_so(odd(&table.name), "naming", "");
    found.if_so(is_reserved(&table.name), "reserved-word", "");
    for column in &table.columns {
        found.if_so(odd(&column.name), "naming", &column.name);
        found.if_so(is_reserved(&column.name), "reserved-word", &column.name);
        let (name, kind) = (column.name.to_lowercase(), column.data_type.to_lowercase());
        let money = ["amount", "price", "fee", "cost", "金额", "费用"]
            .iter()
            .any(|word| name.contains(word));
        let floats = ["float", "real", "double", "binary_"]
            .iter()
            .any(|word| kind.starts_with(word));
        found.if_so(money && floats, "money-type", &column.name);
        let time = ["_at", "_time", "_date", "_on"]
            .iter()
            .any(|end| name.ends_with(end));
        let text = ["char", "varchar", "nvarchar", "text", "clob"]
            .iter()
            .any(|word| kind.starts_with(word));
        // SQLite has no type of time of its own.
        let free = book.snapshot.product == super::model::Product::Sqlite;
        found.if_so(time && text && !free, "time-type", &column.name);
    }
}

fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|word| name.eq_ignore_ascii_case(word))
}

fn indexes(table: &Table, found: &mut Found) {
    for index in &table.indexes {
        let contained = table.indexes.iter().any(|other| {
            let longer = other.columns.len() > index.columns.len()
                || (other.columns.len() == index.columns.len() && other.name < index.name);
            other.name != index.name
                && longer
                && other.predicate == index.predicate
                && other.method == index.method
                && other.columns.starts_with(&index.columns)
        });
        // A unique index is a rule besides, and must stay.
        found.if_so(
            contained && !index.unique && !index.of_key,
            "duplicate-index",
            &index.name,
        );
    }
}
