//! Looks at a document before the parser does: bytes, tokens, nesting, NUL (G32).
//!
//! One pass without recursion, aware of strings and comments. It does not decide whether the document is GraphQL; it
//! makes sure that the parser cannot be driven off its stack.

use crate::error::{Code, Error};

/// Deepest nesting of `{`, `[` and `(` together.
pub const NESTING: usize = 64;

/// What the scanner counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scan {
    /// Length in bytes.
    pub bytes: usize,
    /// Names, numbers, strings and punctuators.
    pub tokens: usize,
}

/// Scans a document.
///
/// # Errors
/// `DOCUMENT_REJECTED` beyond the limits, `GRAPHQL_PARSE_FAILED` for a string that does not end: the parser would try
/// to read such a string in another way, and see brackets that the scanner took for text.
pub fn scan(document: &str, max_bytes: usize, max_tokens: usize) -> Result<Scan, Error> {
    let rejected = || Error::new(Code::DocumentRejected);
    let bytes = document.as_bytes();
    if bytes.len() > max_bytes || bytes.contains(&0) {
        return Err(rejected());
    }
    let (mut at, mut tokens, mut nesting) = (0, 0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => {
                at = end_of_line(bytes, at);
                continue;
            }
            b'"' => {
                tokens += 1;
                at = end_of_string(bytes, at).ok_or_else(|| {
                    Error::new(Code::GraphqlParseFailed)
                        .detail("字符串没有结束", "a string does not end")
                })?;
            }
            b'{' | b'[' | b'(' => {
                tokens += 1;
                nesting += 1;
                if nesting > NESTING {
                    return Err(rejected());
                }
                at += 1;
            }
            b'}' | b']' | b')' => {
                tokens += 1;
                nesting = nesting.saturating_sub(1);
                at += 1;
            }
            b'!' | b'$' | b'&' | b':' | b'=' | b'@' | b'|' => {
                tokens += 1;
                at += 1;
            }
            b'.' if bytes.get(at..at + 3) == Some(b"...") => {
                tokens += 1;
                at += 3;
            }
            _ if is_word(byte) => {
                tokens += 1;
                at = end_of_word(bytes, at);
            }
            _ => at += 1,
        }
        if tokens > max_tokens {
            return Err(rejected());
        }
    }
    Ok(Scan {
        bytes: bytes.len(),
        tokens,
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+')
}

fn end_of_word(bytes: &[u8], from: usize) -> usize {
    let inside = |(at, byte): (usize, &u8)| {
        is_word(*byte) || (*byte == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit))
    };
    (from..bytes.len())
        .find(|at| !bytes.get(*at).is_some_and(|b| inside((*at, b))))
        .unwrap_or(bytes.len())
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    (from..bytes.len())
        .find(|at| matches!(bytes.get(*at), Some(b'\n' | b'\r')))
        .unwrap_or(bytes.len())
}

/// Position after the closing quote; `None` if there is none.
fn end_of_string(bytes: &[u8], from: usize) -> Option<usize> {
    if bytes.get(from..from + 3) == Some(b"\"\"\"") {
        let mut at = from + 3;
        loop {
            match bytes.get(at)? {
                b'\\' if bytes.get(at + 1..at + 4) == Some(b"\"\"\"") => at += 4,
                b'"' if bytes.get(at..at + 3) == Some(b"\"\"\"") => return Some(at + 3),
                _ => at += 1,
            }
        }
    }
    let mut at = from + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use async_graphql_parser::parse_query;
    use proptest::prelude::*;

    use super::*;

    const ALL: usize = 1_000_000;

    fn nested(open: &str, close: &str, inner: &str, n: usize) -> String {
        format!("{{f(a:{}{inner}{})}}", open.repeat(n), close.repeat(n))
    }

    /// G32, M5: 60 passes and parses, the rest is refused without it.
    #[test]
    fn deep_literals_are_refused_before_the_parser() {
        for (open, close, inner) in [("[", "]", ""), ("{a:", "}", "1")] {
            let ok = nested(open, close, inner, 60);
            assert!(scan(&ok, ALL, ALL).is_ok());
            assert!(parse_query(&ok).is_ok());
            for n in [63, 100, 1_500, 2_000, 6_600] {
                let error = scan(&nested(open, close, inner, n), ALL, ALL).unwrap_err();
                assert_eq!(error.code(), Code::DocumentRejected, "{n}");
            }
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        let deep = "[".repeat(500);
        for text in [
            format!("{{f(a:\"{deep}\")}}"),
            format!("{{f(a:\"\"\"{deep} \\\"\"\" \" {deep}\"\"\")}}"),
            format!("# {deep}\n{{f}}"),
            format!("{{f(a:\"\\\"{deep}\")}}"),
        ] {
            assert!(scan(&text, ALL, ALL).is_ok(), "{text}");
            assert!(parse_query(&text).is_ok(), "{text}");
        }
    }

    /// The parser reads an open `"""` as `""` and a new string; brackets after it would be real ones.
    #[test]
    fn open_strings_are_refused() {
        for text in [
            format!("{{f(a:[\"\"\" x \" {}", "[".repeat(5_000)),
            "{f(a:\"x)}".to_owned(),
            "{f(a:\"x\\".to_owned(),
            "{f(a:\"x\n\")}".to_owned(),
        ] {
            assert_eq!(
                scan(&text, ALL, ALL).unwrap_err().code(),
                Code::GraphqlParseFailed
            );
        }
    }

    #[test]
    fn limits_on_bytes_tokens_and_nul() {
        assert_eq!(
            scan("{a(b:-1.5e+3){...c @d}}", ALL, ALL).unwrap().tokens,
            14
        );
        assert!(scan("{abc}", 5, 3).is_ok());
        assert!(scan("{abc}", 4, 3).is_err());
        assert!(scan("{abc}", 5, 2).is_err());
        assert!(scan("{a\0}", ALL, ALL).is_err());
    }

    proptest! {
        /// G32: whatever passes the scanner, the parser survives it on the stack of a worker.
        #[test]
        fn parser_survives_what_the_scanner_passes(text in "([\\[{(]{1,40}|[\"\\\\#\n]|\"\"\"|a:?|\\]|\\}|\\)|\\.\\.\\.| |1){0,60}") {
            if scan(&text, ALL, ALL).is_ok() {
                drop(parse_query(&text));
            }
        }
    }
}
