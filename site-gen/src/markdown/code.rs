//! Highlighting by classes, with one small table-driven scanner for all languages.
//!
//! The stock grammars of an engine know neither TOML nor GraphQL nor PowerShell. What is shown here are keywords,
//! strings, comments, numbers and names of keys: enough to read a query, and never wrong text, since every byte is
//! written escaped.

use super::escape;

/// Names that a fenced block may carry.
pub const LANGUAGES: &[&str] = &[
    "bash",
    "console",
    "graphql",
    "http",
    "json",
    "mermaid",
    "powershell",
    "ps1",
    "rust",
    "sh",
    "shell",
    "sql",
    "text",
    "toml",
    "txt",
    "xml",
    "html",
    "yaml",
    "yml",
];

struct Syntax {
    line: &'static [&'static str],
    block: Option<(&'static str, &'static str)>,
    quotes: &'static str,
    keywords: &'static [&'static str],
    any_case: bool,
    /// A word or string before this sign is a key.
    key: Option<char>,
    /// A word that begins with it is a variable.
    sigil: Option<char>,
}

const PLAIN: Syntax = Syntax {
    line: &[],
    block: None,
    quotes: "",
    keywords: &[],
    any_case: false,
    key: None,
    sigil: None,
};

const SQL: Syntax = Syntax {
    line: &["--"],
    block: Some(("/*", "*/")),
    quotes: "'\"",
    keywords: &[
        "add",
        "all",
        "alter",
        "and",
        "as",
        "asc",
        "begin",
        "between",
        "by",
        "case",
        "check",
        "commit",
        "constraint",
        "count",
        "create",
        "cross",
        "date",
        "default",
        "delete",
        "desc",
        "distinct",
        "drop",
        "else",
        "end",
        "exists",
        "false",
        "foreign",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "if",
        "in",
        "index",
        "inner",
        "insert",
        "int",
        "integer",
        "into",
        "is",
        "join",
        "key",
        "left",
        "like",
        "limit",
        "not",
        "null",
        "numeric",
        "offset",
        "on",
        "or",
        "order",
        "outer",
        "primary",
        "references",
        "returning",
        "revoke",
        "right",
        "rollback",
        "select",
        "set",
        "sum",
        "table",
        "text",
        "then",
        "timestamp",
        "to",
        "true",
        "union",
        "unique",
        "update",
        "using",
        "values",
        "varchar",
        "view",
        "when",
        "where",
        "with",
    ],
    any_case: true,
    ..PLAIN
};
const JSON: Syntax = Syntax {
    quotes: "\"",
    keywords: &["false", "null", "true"],
    key: Some(':'),
    ..PLAIN
};
const YAML: Syntax = Syntax {
    line: &["#"],
    quotes: "'\"",
    keywords: &["false", "no", "null", "true", "yes"],
    key: Some(':'),
    ..PLAIN
};
const TOML: Syntax = Syntax {
    keywords: &["false", "true"],
    key: Some('='),
    ..YAML
};
const SHELL: Syntax = Syntax {
    line: &["#"],
    quotes: "'\"",
    keywords: &[
        "case", "cd", "do", "done", "echo", "elif", "else", "esac", "exit", "export", "fi", "for",
        "function", "if", "in", "local", "return", "set", "source", "then", "until", "while",
    ],
    sigil: Some('$'),
    ..PLAIN
};
const POWERSHELL: Syntax = Syntax {
    block: Some(("<#", "#>")),
    keywords: &[
        "begin", "break", "catch", "else", "elseif", "end", "exit", "filter", "finally", "for",
        "foreach", "function", "if", "in", "param", "process", "return", "switch", "throw", "trap",
        "try", "until", "while",
    ],
    any_case: true,
    ..SHELL
};
const RUST: Syntax = Syntax {
    line: &["//"],
    block: Some(("/*", "*/")),
    quotes: "\"",
    keywords: &[
        "as", "async", "await", "break", "const", "continue", "crate", "else", "enum", "false",
        "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
        "ref", "return", "self", "static", "struct", "super", "trait", "true", "type", "use",
        "where", "while",
    ],
    ..PLAIN
};
const GRAPHQL: Syntax = Syntax {
    line: &["#"],
    quotes: "\"",
    keywords: &[
        "directive",
        "enum",
        "extend",
        "false",
        "fragment",
        "implements",
        "input",
        "interface",
        "mutation",
        "null",
        "on",
        "query",
        "scalar",
        "schema",
        "subscription",
        "true",
        "type",
        "union",
    ],
    sigil: Some('$'),
    key: Some(':'),
    ..PLAIN
};
const HTTP: Syntax = Syntax {
    keywords: &[
        "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT",
    ],
    key: Some(':'),
    ..PLAIN
};
const XML: Syntax = Syntax {
    block: Some(("<!--", "-->")),
    quotes: "'\"",
    key: Some('='),
    ..PLAIN
};

fn syntax(language: &str) -> Option<&'static Syntax> {
    Some(match language {
        "sql" => &SQL,
        "json" => &JSON,
        "yaml" | "yml" => &YAML,
        "toml" => &TOML,
        "bash" | "sh" | "shell" | "console" => &SHELL,
        "powershell" | "ps1" => &POWERSHELL,
        "rust" => &RUST,
        "graphql" => &GRAPHQL,
        "http" => &HTTP,
        "xml" | "html" => &XML,
        _ => return None,
    })
}

/// Whether a block may name this language without a warning.
pub(crate) fn known(language: &str) -> bool {
    LANGUAGES.contains(&language)
}

/// The text of a block, escaped, with spans around what the language knows.
pub(crate) fn highlight(language: &str, text: &str, out: &mut String) {
    let Some(syntax) = syntax(language) else {
        escape(text, out);
        return;
    };
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (class, len) = token(syntax, rest, first);
        let len = len.max(first.len_utf8());
        let (token, tail) = rest.split_at_checked(len).unwrap_or((rest, ""));
        match class {
            Some(class) => {
                out.push_str("<span class=\"hl-");
                out.push_str(class);
                out.push_str("\">");
                escape(token, out);
                out.push_str("</span>");
            }
            None => escape(token, out),
        }
        rest = tail;
    }
}

/// The class of what stands at the beginning, and its length.
fn token(syntax: &Syntax, rest: &str, first: char) -> (Option<&'static str>, usize) {
    if syntax.line.iter().any(|mark| rest.starts_with(mark)) {
        return (Some("c"), rest.find('\n').unwrap_or(rest.len()));
    }
    if let Some((open, close)) = syntax.block
        && let Some(inner) = rest.strip_prefix(open)
    {
        let end = inner
            .find(close)
            .map_or(rest.len(), |at| open.len() + at + close.len());
        return (Some("c"), end);
    }
    if syntax.quotes.contains(first) {
        let len = string(rest, first);
        return (Some(if is_key(syntax, rest, len) { "v" } else { "s" }), len);
    }
    if syntax.sigil == Some(first) {
        return (
            Some("v"),
            first.len_utf8() + word(rest.get(1..).unwrap_or_default()),
        );
    }
    if first.is_ascii_digit() {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '.')
            .unwrap_or(rest.len());
        return (Some("n"), end);
    }
    if first.is_alphabetic() || first == '_' {
        let len = word(rest);
        let text = rest.get(..len).unwrap_or_default();
        let found = if syntax.any_case {
            syntax
                .keywords
                .iter()
                .any(|keyword| keyword.eq_ignore_ascii_case(text))
        } else {
            syntax.keywords.contains(&text)
        };
        let class = if found {
            Some("k")
        } else {
            is_key(syntax, rest, len).then_some("v")
        };
        return (class, len);
    }
    (None, plain(syntax, rest))
}

/// How far nothing of interest stands.
fn plain(syntax: &Syntax, rest: &str) -> usize {
    let stops = |c: char| {
        c.is_alphanumeric()
            || c == '_'
            || syntax.quotes.contains(c)
            || syntax.sigil == Some(c)
            || matches!(c, '-' | '/' | '#' | '<')
    };
    rest.char_indices()
        .skip(1)
        .find(|(_, c)| stops(*c))
        .map_or(rest.len(), |(at, _)| at)
}

fn word(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'))
        .unwrap_or(text.len())
}

fn string(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

fn is_key(syntax: &Syntax, rest: &str, len: usize) -> bool {
    let after = rest
        .get(len..)
        .unwrap_or_default()
        .trim_start_matches([' ', '\t']);
    syntax.key.is_some_and(|sign| after.starts_with(sign))
}
