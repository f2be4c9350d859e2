//! The data dictionary as a workbook. Same input, same bytes: the date of creation is fixed.

use std::collections::BTreeSet;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::lint::{Report, title};
use super::model::{Kind, Table};
use super::overlay::Book;
use crate::docs::Problem;

const TABLE_HEADER: [&str; 8] = [
    "序号 No.",
    "字段名 Column",
    "类型 Type",
    "可空 Nullable",
    "默认值 Default",
    "键 Key",
    "外键目标 Target",
    "说明 Meaning",
];

pub(super) fn workbook(book: &Book, report: &Report) -> Result<Vec<u8>, Problem> {
    written(book, report).map_err(|error| Problem::new("dictionary.xlsx", error.to_string()))
}

struct Formats {
    title: Format,
    head: Format,
    cell: Format,
    link: Format,
}

fn written(book: &Book, report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let fixed = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title("数据字典")
            .set_creation_datetime(&fixed),
    );
    let cell = Format::new().set_border(FormatBorder::Thin).set_text_wrap();
    let formats = Formats {
        title: Format::new().set_bold().set_font_size(14),
        head: Format::new()
            .set_bold()
            .set_border(FormatBorder::Thin)
            .set_background_color("#E4ECF4"),
        link: cell
            .clone()
            .set_font_color("#0B5394")
            .set_underline(rust_xlsxwriter::FormatUnderline::Single),
        cell,
    };
    let mut taken = BTreeSet::from(["目录".to_owned(), "检查".to_owned()]);
    let names: Vec<String> = book
        .snapshot
        .tables
        .iter()
        .map(|table| sheet_name(&table.name, &mut taken))
        .collect();
    let sheet = workbook.add_worksheet();
    sheet.set_name("目录")?;
    contents(sheet, book, &names, &formats)?;
    for (table, name) in book.snapshot.tables.iter().zip(&names) {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        one_table(sheet, book, table, &formats)?;
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name("检查")?;
    checks(sheet, report, &formats)?;
    workbook.save_to_buffer()
}

/// At most 31 characters without `[]:*?/\`, unique without regard to case.
fn sheet_name(table: &str, taken: &mut BTreeSet<String>) -> String {
    let clean = |c: char| if "[]:*?/\\'".contains(c) { '_' } else { c };
    let base: String = table.chars().map(clean).take(31).collect();
    let mut name = base.clone();
    let mut number = 2;
    while !taken.insert(name.to_lowercase()) {
        let tail = format!("~{number}");
        name = base.chars().take(31 - tail.len()).collect::<String>() + &tail;
        number += 1;
    }
    name
}

fn head(
    sheet: &mut Worksheet,
    row: u32,
    names: &[&str],
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (column, name) in (0_u16..).zip(names) {
        sheet.write_with_format(row, column, *name, &formats.head)?;
    }
    Ok(())
}

fn line(
    sheet: &mut Worksheet,
    row: u32,
    values: &[String],
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (column, value) in (0_u16..).zip(values) {
        sheet.write_string_with_format(row, column, value, &formats.cell)?;
    }
    Ok(())
}

fn widths(sheet: &mut Worksheet, widths: &[u32]) -> Result<(), XlsxError> {
    for (column, width) in (0_u16..).zip(widths) {
        sheet.set_column_width(column, *width)?;
    }
    Ok(())
}

fn contents(
    sheet: &mut Worksheet,
    book: &Book,
    names: &[String],
    formats: &Formats,
) -> Result<(), XlsxError> {
    let title = if book.title.zh.is_empty() {
        "数据字典"
    } else {
        &book.title.zh
    };
    sheet.write_with_format(0, 0, title, &formats.title)?;
    head(
        sheet,
        2,
        &[
            "序号 No.",
            "表名 Table",
            "说明 Meaning",
            "所属模块 Module",
            "数据分级 Classification",
            "字段数 Columns",
            "行数估计 Rows",
        ],
        formats,
    )?;
    for ((row, table), name) in (3_u32..).zip(&book.snapshot.tables).zip(names) {
        let note = book.notes.get(&table.id()).cloned().unwrap_or_default();
        // A number that a catalogue does not know is told like one that it does not have.
        let rows = table
            .row_estimate
            .filter(|_| book.snapshot.has(Kind::Estimates))
            .map_or_else(
                || "未提供 Not provided".to_owned(),
                |number| number.to_string(),
            );
        let values = [
            (row - 2).to_string(),
            table.id(),
            both(&book.comment(table)),
            both(&note.module),
            both(&note.classification),
            table.columns.len().to_string(),
            rows,
        ];
        line(sheet, row, &values, formats)?;
        let address = format!("internal:'{name}'!A1");
        let link = rust_xlsxwriter::Url::new(address).set_text(table.id());
        sheet.write_url_with_format(row, 1, link, &formats.link)?;
    }
    sheet.set_freeze_panes(3, 0)?;
    widths(sheet, &[8, 36, 48, 20, 24, 14, 14])
}

fn one_table(
    sheet: &mut Worksheet,
    book: &Book,
    table: &Table,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.write_with_format(0, 0, table.id(), &formats.title)?;
    sheet.write(1, 0, both(&book.comment(table)))?;
    head(sheet, 3, &TABLE_HEADER, formats)?;
    let id = table.id();
    let mut row = 4;
    for column in &table.columns {
        let targets = book
            .relations
            .iter()
            .filter(|one| one.table == id)
            .filter_map(|one| {
                let (_, there) = one
                    .columns
                    .iter()
                    .zip(&one.target_columns)
                    .find(|(here, _)| **here == column.name)?;
                Some(format!("{}.{there}", one.target))
            });
        let targets: Vec<String> = targets.collect();
        let mut keys = Vec::new();
        if table.in_primary_key(&column.name) {
            keys.push("PK");
        }
        if table
            .foreign_keys
            .iter()
            .any(|key| key.columns.contains(&column.name))
        {
            keys.push("FK");
        }
        if table
            .unique_keys
            .iter()
            .any(|key| key.columns.contains(&column.name))
        {
            keys.push("UK");
        }
        let default = column.default.clone().or_else(|| column.generated.clone());
        let values = [
            column.ordinal.to_string(),
            column.name.clone(),
            column.data_type.clone(),
            if column.nullable { "是 Yes" } else { "否 No" }.to_owned(),
            default.unwrap_or_default(),
            keys.join(", "),
            targets.join("\n"),
            both(&book.column_comment(table, &column.name)),
        ];
        line(sheet, row, &values, formats)?;
        row += 1;
    }
    sheet.set_freeze_panes(4, 0)?;
    widths(sheet, &[8, 28, 24, 12, 24, 12, 36, 56])?;
    row += 1;
    head(
        sheet,
        row,
        &["", "索引 Index", "字段 Columns", "唯一 Unique"],
        formats,
    )?;
    if !book.snapshot.has(Kind::Indexes) {
        sheet.write(row + 1, 1, "未提供 Not provided")?;
    }
    for index in &table.indexes {
        row += 1;
        let unique = if index.unique { "是 Yes" } else { "否 No" }.to_owned();
        line(
            sheet,
            row,
            &[
                String::new(),
                index.name.clone(),
                index.columns.join(", "),
                unique,
            ],
            formats,
        )?;
    }
    Ok(())
}

fn checks(sheet: &mut Worksheet, report: &Report, formats: &Formats) -> Result<(), XlsxError> {
    head(
        sheet,
        0,
        &["合同核对 Checklist", "完成 Done", "总数 All"],
        formats,
    )?;
    let points = [
        ("字段含义 Meaning", report.meaning),
        ("数据类型 Types", report.types),
        ("关联关系 Relations", report.related),
    ];
    for (row, (name, ratio)) in (1_u32..).zip(points) {
        line(
            sheet,
            row,
            &[
                name.to_owned(),
                ratio.done.to_string(),
                ratio.all.to_string(),
            ],
            formats,
        )?;
    }
    head(
        sheet,
        5,
        &["表 Table", "对象 Object", "规则 Rule", "问题 Finding"],
        formats,
    )?;
    for (row, finding) in (6_u32..).zip(&report.findings) {
        let values = [
            finding.table.clone(),
            finding.object.clone(),
            finding.code.to_owned(),
            both(&title(finding.code)),
        ];
        line(sheet, row, &values, formats)?;
    }
    widths(sheet, &[36, 36, 24, 48])
}

fn both(text: &crate::docs::Text) -> String {
    match (text.zh.is_empty(), text.en.is_empty()) {
        (false, false) => format!("{}\n{}", text.zh, text.en),
        (true, _) => text.en.clone(),
        (_, true) => text.zh.clone(),
    }
}
