//! Tables as text: comma-separated values with quotes (RFC 4180), the header line first.
//!
//! It splits and names columns; what the cells mean is decided by whoever reads them.

use std::collections::BTreeMap;

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Number in the text, from 1; the header is 1.
    pub line: usize,
    cells: BTreeMap<String, String>,
}

impl Row {
    /// A cell, trimmed; none if it is empty or the column is not there.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells
            .get(column)
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
    }
}

/// What is wrong with a table as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bad {
    /// A quote is not closed, or stands inside an unquoted cell.
    Quote(usize),
    /// A line has another number of cells than the header.
    Width(usize),
    /// The header lacks this column, or has one that is not known, or one twice.
    Column(String),
    /// There is no line below the header.
    Empty,
}

/// Reads a table whose header names some of `columns`, and each of the `required` ones.
///
/// # Errors
/// [`Bad`].
pub fn read(text: &str, columns: &[&str], required: &[&str]) -> Result<Vec<Row>, Bad> {
    let mut lines = split(text.strip_prefix('\u{FEFF}').unwrap_or(text))?.into_iter();
    let (_, header) = lines.next().ok_or(Bad::Empty)?;
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    for (at, name) in header.iter().enumerate() {
        if !columns.contains(&name.as_str()) || header.iter().take(at).any(|other| other == name) {
            return Err(Bad::Column(name.clone()));
        }
    }
    for name in required {
        if !header.iter().any(|other| other == name) {
            return Err(Bad::Column((*name).to_owned()));
        }
    }
    let mut rows = Vec::new();
    for (line, cells) in lines {
        if cells.len() != header.len() {
            return Err(Bad::Width(line));
        }
        rows.push(Row {
            line,
            cells: header.iter().cloned().zip(cells).collect(),
        });
    }
    if rows.is_empty() {
        return Err(Bad::Empty);
    }
    Ok(rows)
}

/// Lines of cells with the number of the line in which each begins; blank lines are left out.
fn split(text: &str) -> Result<Vec<(usize, Vec<String>)>, Bad> {
    let mut lines = Vec::new();
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut line, mut began) = (1, 1);
    let (mut quoted, mut closed) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if quoted {
            match c {
                '"' if chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.push('"');
                }
                '"' => (quoted, closed) = (false, true),
                _ => {
                    line += usize::from(c == '\n');
                    cell.push(c);
                }
            }
            continue;
        }
        match c {
            '"' if cell.trim().is_empty() && !closed => {
                cell.clear();
                quoted = true;
            }
            '"' => return Err(Bad::Quote(line)),
            ',' => {
                cells.push(std::mem::take(&mut cell));
                closed = false;
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                cells.push(std::mem::take(&mut cell));
                closed = false;
                push(&mut lines, began, std::mem::take(&mut cells));
                line += 1;
                began = line;
            }
            ' ' | '\t' if closed => {}
            _ if closed => return Err(Bad::Quote(line)),
            _ => cell.push(c),
        }
    }
    if quoted {
        return Err(Bad::Quote(began));
    }
    cells.push(cell);
    push(&mut lines, began, cells);
    Ok(lines)
}

fn push(lines: &mut Vec<(usize, Vec<String>)>, began: usize, cells: Vec<String>) {
    let blank = cells.iter().all(|cell| cell.trim().is_empty()) && cells.len() == 1;
    if !blank {
        lines.push((began, cells));
    }
}
