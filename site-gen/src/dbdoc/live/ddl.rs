//! What SQLite keeps only as text: CHECKs, names of constraints and comments of a `CREATE TABLE`.
//!
//! A comment before the list of columns or behind its opening bracket belongs to the table; one behind a column, also
//! behind its comma, or on lines of its own above a column belongs to the column. It parses no SQL beyond words,
//! brackets, quotes and comments.

/// A CHECK: name (empty if it has none) and definition.
pub(super) type Check = (String, String);

/// What the text of a table tells beyond the pragmas.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub comment: Option<String>,
    /// Comments of columns by name.
    pub columns: Vec<(String, String)>,
    pub checks: Vec<Check>,
    /// Named keys: name, kind (`PRIMARY`, `UNIQUE`, `FOREIGN`) and columns.
    pub keys: Vec<(String, String, Vec<String>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// Quoted name or text.
    Quoted(String),
    Mark(char),
    /// Comment, and whether only blanks stand before it in its line.
    Comment(String, bool),
}

impl Token {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Word(text) | Self::Quoted(text) => Some(text),
            Self::Mark(_) | Self::Comment(..) => None,
        }
    }
}

/// A token and where it lies in the text.
struct Placed {
    token: Token,
    start: usize,
    end: usize,
}

fn tokens(sql: &str) -> Vec<Placed> {
    let mut found = Vec::new();
    let mut rest = sql.char_indices().peekable();
    let mut own_line = true;
    while let Some((start, first)) = rest.next() {
        if first == '\n' {
            own_line = true;
        }
        if first.is_whitespace() {
            continue;
        }
        let next = rest.peek().map(|(_, c)| *c);
        let token = match (first, next) {
            ('-', Some('-')) => {
                let mut text = String::new();
                while let Some((_, c)) = rest.next_if(|(_, c)| *c != '\n') {
                    text.push(c);
                }
                Token::Comment(text.trim_start_matches('-').trim().to_owned(), own_line)
            }
            ('/', Some('*')) => {
                let mut text = String::new();
                for (_, c) in rest.by_ref() {
                    text.push(c);
                    if text.ends_with("*/") && text.len() > 2 {
                        break;
                    }
                }
                let text = text.trim_end_matches("*/").trim_start_matches('*').trim();
                Token::Comment(text.to_owned(), own_line)
            }
            ('\'' | '"' | '`' | '[', _) => {
                let close = if first == '[' { ']' } else { first };
                let mut text = String::new();
                while let Some((_, c)) = rest.next() {
                    if c == close {
                        if close != ']' && rest.next_if(|(_, c)| *c == close).is_some() {
                            text.push(c);
                            continue;
                        }
                        break;
                    }
                    text.push(c);
                }
                Token::Quoted(text)
            }
            (c, _) if c.is_alphanumeric() || c == '_' => {
                let mut text = String::from(c);
                while let Some((_, c)) =
                    rest.next_if(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '$'))
                {
                    text.push(c);
                }
                Token::Word(text)
            }
            (c, _) => Token::Mark(c),
        };
        let comment = matches!(token, Token::Comment(..));
        let end = rest.peek().map_or(sql.len(), |(at, _)| *at);
        found.push(Placed { token, start, end });
        own_line = own_line && comment;
    }
    found
}

/// One line of the list: its tokens without comments, the comments that belong to it.
#[derive(Default)]
struct Item<'a> {
    tokens: Vec<&'a Placed>,
    comments: Vec<String>,
}

/// Reads the text of a `CREATE TABLE`.
pub(super) fn told(sql: &str) -> Told {
    let all = tokens(sql);
    let mut told = Told::default();
    let mut about = Vec::new();
    let mut items: Vec<Item<'_>> = Vec::new();
    // Comments that wait for the line below them.
    let mut above = Vec::new();
    let mut depth = 0_usize;
    let mut ended = false;
    // Set while nothing of the next line was read, so a comment may still belong to the one before the comma.
    let mut fresh = false;
    for placed in &all {
        match &placed.token {
            Token::Comment(text, own_line) => {
                if text.is_empty() {
                } else if depth == 0 || (items.is_empty() && !own_line) {
                    about.push(text.clone());
                } else if *own_line && fresh {
                    above.push(text.clone());
                } else if let Some(item) = items.last_mut() {
                    item.comments.push(text.clone());
                }
                continue;
            }
            Token::Mark('(') => {
                depth += 1;
                if depth == 1 && !ended {
                    fresh = true;
                    continue;
                }
            }
            Token::Mark(')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    ended = true;
                }
            }
            Token::Mark(',') if depth == 1 => {
                fresh = true;
                continue;
            }
            Token::Mark(_) | Token::Word(_) | Token::Quoted(_) => {}
        }
        if depth == 0 || ended {
            continue;
        }
        if fresh {
            items.push(Item {
                tokens: Vec::new(),
                comments: std::mem::take(&mut above),
            });
            fresh = false;
        }
        if let Some(item) = items.last_mut() {
            item.tokens.push(placed);
        }
    }
    for item in &items {
        read_item(sql, item, &mut told);
    }
    told.comment = (!about.is_empty()).then(|| about.join("\n"));
    told
}

fn read_item(sql: &str, item: &Item<'_>, told: &mut Told) {
    let Some(first) = item.tokens.first() else {
        return;
    };
    let of_table = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    let column = if of_table.iter().any(|word| first.token.is(word)) {
        None
    } else {
        first.token.name()
    };
    if let Some(column) = column
        && !item.comments.is_empty()
    {
        told.columns
            .push((column.to_owned(), item.comments.join("\n")));
    }
    let mut name = String::new();
    let mut tokens = item.tokens.iter().peekable();
    while let Some(placed) = tokens.next() {
        let token = &placed.token;
        if token.is("CONSTRAINT") {
            name = tokens
                .next()
                .and_then(|next| next.token.name())
                .unwrap_or_default()
                .to_owned();
        } else if token.is("CHECK") {
            let mut depth = 0_usize;
            let mut end = placed.end;
            for inner in tokens.by_ref() {
                end = inner.end;
                match inner.token {
                    Token::Mark('(') => depth += 1,
                    Token::Mark(')') => depth = depth.saturating_sub(1),
                    Token::Mark(_) | Token::Word(_) | Token::Quoted(_) | Token::Comment(..) => {}
                }
                if depth == 0 {
                    break;
                }
            }
            let text = sql.get(placed.start..end).unwrap_or_default();
            told.checks
                .push((std::mem::take(&mut name), one_line(text)));
        } else if ["PRIMARY", "UNIQUE", "FOREIGN", "REFERENCES"]
            .iter()
            .any(|word| token.is(word))
        {
            let kind = match token.name() {
                Some(word) if word.eq_ignore_ascii_case("REFERENCES") => "FOREIGN".to_owned(),
                word => word.unwrap_or_default().to_ascii_uppercase(),
            };
            let columns = column.map_or_else(
                || names(&mut tokens.clone().map(|placed| &placed.token)),
                |column| vec![column.to_owned()],
            );
            if !name.is_empty() {
                told.keys.push((std::mem::take(&mut name), kind, columns));
            }
        }
    }
}

/// Names in the next pair of brackets.
fn names(tokens: &mut dyn Iterator<Item = &Token>) -> Vec<String> {
    let mut found = Vec::new();
    let mut first_of_part = false;
    for token in tokens {
        match token {
            Token::Mark('(' | ',') => first_of_part = true,
            Token::Mark(')') => break,
            Token::Mark(_) | Token::Comment(..) => {}
            Token::Word(text) | Token::Quoted(text) => {
                if std::mem::take(&mut first_of_part) {
                    found.push(text.clone());
                }
            }
        }
    }
    found
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Timing and events of a `CREATE TRIGGER`.
pub(super) fn trigger(sql: &str) -> (String, String) {
    let all = tokens(sql);
    let words = all.iter().filter_map(|placed| match &placed.token {
        Token::Word(text) => Some(text.to_ascii_uppercase()),
        Token::Quoted(_) | Token::Mark(_) | Token::Comment(..) => None,
    });
    // The name of the trigger may be a word such as `delete`, so the search starts behind it.
    let mut timing = "AFTER".to_owned();
    for word in words.skip(2) {
        match word.as_str() {
            "BEFORE" | "AFTER" => timing = word,
            "INSTEAD" => timing = "INSTEAD OF".to_owned(),
            "INSERT" | "UPDATE" | "DELETE" => return (timing, word),
            _ => {}
        }
    }
    (timing, String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_checks_of_a_table_are_read_from_its_text() {
        let sql = "CREATE TABLE bed_stay ( -- 在科记录\n  id INTEGER PRIMARY KEY, -- 主键, 内部\n  \
            -- 床号（科内）\n  bed TEXT NOT NULL CHECK (bed <> '' AND length(bed) < 9), /* 不含\n患者 */\n  \
            note TEXT DEFAULT 'a,b)' ,\n  CONSTRAINT fk_ward FOREIGN KEY (ward_id, \"site\") REFERENCES ward(id, site),\n  \
            CONSTRAINT ck CHECK(id > 0) -- 不是列\n)";
        let told = told(sql);
        assert_eq!(told.comment.as_deref(), Some("在科记录"));
        assert_eq!(
            told.columns,
            [
                ("id".to_owned(), "主键, 内部".to_owned()),
                ("bed".to_owned(), "床号（科内）\n不含\n患者".to_owned())
            ]
        );
        assert_eq!(
            told.checks,
            [
                (
                    String::new(),
                    "CHECK (bed <> '' AND length(bed) < 9)".to_owned()
                ),
                ("ck".to_owned(), "CHECK(id > 0)".to_owned())
            ]
        );
        assert_eq!(
            told.keys,
            [(
                "fk_ward".to_owned(),
                "FOREIGN".to_owned(),
                vec!["ward_id".to_owned(), "site".to_owned()]
            )]
        );
    }

    #[test]
    fn a_trigger_tells_its_timing_and_event() {
        for (sql, timing, event) in [
            (
                "CREATE TRIGGER \"delete\" BEFORE UPDATE OF a ON t BEGIN DELETE FROM x; END",
                "BEFORE",
                "UPDATE",
            ),
            (
                "CREATE TRIGGER t1 INSTEAD OF DELETE ON v BEGIN SELECT 1; END",
                "INSTEAD OF",
                "DELETE",
            ),
            (
                "CREATE TRIGGER t2 INSERT ON t BEGIN SELECT 1; END",
                "AFTER",
                "INSERT",
            ),
        ] {
            assert_eq!(trigger(sql), (timing.to_owned(), event.to_owned()), "{sql}");
        }
    }
}
