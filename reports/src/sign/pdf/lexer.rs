//! A strict reader of the syntax of objects.

use super::object::{Dictionary, Id, Object};

/// Arrays and dictionaries inside each other.
const MAX_DEPTH: usize = 64;

/// Reads objects from `bytes`, beginning at `at`.
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    pub(crate) at: usize,
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

const fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

impl<'a> Lexer<'a> {
    pub(crate) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Whether nothing follows.
    pub(crate) const fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// The word of letters that stands here, such as an operator of a content stream; not passed.
    pub(crate) fn bare_word(&self) -> Option<&'a [u8]> {
        let rest = self.rest();
        let first = *rest.first()?;
        (first.is_ascii_alphabetic() || matches!(first, b'\'' | b'"')).then_some(())?;
        let end = rest
            .iter()
            .position(|byte| is_space(*byte) || is_delimiter(*byte))
            .unwrap_or(rest.len());
        rest.get(..end)
    }

    /// Passes white space and comments.
    pub(crate) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                    self.at += 1;
                }
            } else if is_space(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// Passes white space and this word; false and nothing passed if something else stands there.
    pub(crate) fn word(&mut self, word: &str) -> bool {
        let start = self.at;
        self.skip_space();
        if let Some(after) = self.rest().strip_prefix(word.as_bytes())
            && after
                .first()
                .is_none_or(|byte| is_space(*byte) || is_delimiter(*byte))
        {
            self.at += word.len();
            return true;
        }
        self.at = start;
        false
    }

    /// A number without sign.
    pub(crate) fn unsigned(&mut self) -> Option<usize> {
        let start = self.at;
        self.skip_space();
        let text: &[u8] = self.rest();
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let after = text.get(count).copied();
        if count > 0
            && after.is_none_or(|byte| is_space(byte) || is_delimiter(byte))
            && let Some(number) = text
                .get(..count)
                .and_then(|digits| std::str::from_utf8(digits).ok())
                .and_then(|digits| digits.parse().ok())
        {
            self.at += count;
            return Some(number);
        }
        self.at = start;
        None
    }

    /// One direct object or reference.
    pub(crate) fn object(&mut self) -> Option<Object> {
        self.nested(0)
    }

    fn nested(&mut self, depth: usize) -> Option<Object> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip_space();
        match self.peek()? {
            b'/' => self.read_name().map(Object::Name),
            b'(' => self.literal().map(Object::String),
            b'<' if self.rest().starts_with(b"<<") => {
                self.at += 2;
                let mut entries: Vec<(Vec<u8>, Object)> = Vec::new();
                let mut known = std::collections::HashSet::new();
                loop {
                    self.skip_space();
                    if self.rest().starts_with(b">>") {
                        self.at += 2;
                        return Some(Object::Dictionary(Dictionary(entries)));
                    }
                    let name = self.read_name()?;
                    // Two readers could take different ones.
                    if !known.insert(name.clone()) {
                        return None;
                    }
                    entries.push((name, self.nested(depth + 1)?));
                }
            }
            b'<' => self.hexadecimal().map(Object::String),
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.skip_space();
                    if self.peek()? == b']' {
                        self.at += 1;
                        return Some(Object::Array(items));
                    }
                    items.push(self.nested(depth + 1)?);
                }
            }
            b'0'..=b'9' => match self.reference() {
                Some(reference) => Some(reference),
                None => self.number(),
            },
            b'+' | b'-' | b'.' => self.number(),
            _ if self.word("true") => Some(Object::Bool(true)),
            _ if self.word("false") => Some(Object::Bool(false)),
            _ if self.word("null") => Some(Object::Null),
            _ => None,
        }
    }

    fn reference(&mut self) -> Option<Object> {
        let start = self.at;
        let id = (|| {
            let number = u32::try_from(self.unsigned()?).ok()?;
            let generation = u16::try_from(self.unsigned()?).ok()?;
            self.word("R").then_some(Id { number, generation })
        })();
        if id.is_none() {
            self.at = start;
        }
        id.map(Object::Reference)
    }

    fn number(&mut self) -> Option<Object> {
        let text = self.rest();
        let count = text
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || b"+-.".contains(byte))
            .count();
        let text = text.get(..count)?;
        if !text.iter().any(u8::is_ascii_digit) {
            return None;
        }
        self.at += count;
        let whole = std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok());
        Some(whole.map_or_else(|| Object::Real(text.to_vec()), Object::Integer))
    }

    fn read_name(&mut self) -> Option<Vec<u8>> {
        if self.peek()? != b'/' {
            return None;
        }
        self.at += 1;
        let mut name = Vec::new();
        while let Some(byte) = self.peek() {
            if is_space(byte) || is_delimiter(byte) {
                break;
            }
            self.at += 1;
            let escaped = (byte == b'#')
                .then(|| {
                    let high = digit(*self.rest().first()?)?;
                    let low = digit(*self.rest().get(1)?)?;
                    Some((high << 4) | low)
                })
                .flatten();
            if let Some(escaped) = escaped {
                self.at += 2;
                name.push(escaped);
            } else {
                name.push(byte);
            }
        }
        Some(name)
    }

    /// Whatever is no digit is passed, as readers do; a digit missing at the end is 0.
    pub(crate) fn hexadecimal(&mut self) -> Option<Vec<u8>> {
        if self.peek()? != b'<' {
            return None;
        }
        let text = self.rest();
        let end = text.iter().position(|byte| *byte == b'>')?;
        let digits: Vec<u8> = text
            .get(1..end)?
            .iter()
            .filter_map(|byte| digit(*byte))
            .collect();
        self.at += end + 1;
        Some(
            digits
                .chunks(2)
                .map(|pair| {
                    let high = pair.first().copied().unwrap_or_default();
                    (high << 4) | pair.get(1).copied().unwrap_or_default()
                })
                .collect(),
        )
    }

    fn literal(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let mut open = 1_usize;
        let mut out = Vec::new();
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'(' => {
                    open += 1;
                    out.push(byte);
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Some(out);
                    }
                    out.push(byte);
                }
                b'\\' => self.escape(&mut out)?,
                b'\r' => {
                    if self.peek() == Some(b'\n') {
                        self.at += 1;
                    }
                    out.push(b'\n');
                }
                _ => out.push(byte),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\n' => {}
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(next @ b'0'..=b'7') = self.peek() else {
                        break;
                    };
                    value = value * 8 + u32::from(next - b'0');
                    self.at += 1;
                }
                // Overflow of three octal digits is ignored, says the standard.
                out.extend(u8::try_from(value & 0xFF));
            }
            other => out.push(other),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Object> {
        Lexer::new(text.as_bytes(), 0).object()
    }

    #[test]
    fn objects_come_back_as_they_were_written() {
        for text in [
            "null",
            "true",
            "-17",
            "[1 0 R 2.50 /A#20B(text)<E4B8>]",
            "<</Type/Catalog/Pages 3 0 R/Empty[]/In<</K false>>>>",
        ] {
            let object = read(text).unwrap();
            let mut out = Vec::new();
            object.write(&mut out);
            assert_eq!(
                read(std::str::from_utf8(&out).unwrap()).unwrap(),
                object,
                "{text}"
            );
        }
    }

    #[test]
    fn strings_are_read_with_their_escapes() {
        for (text, bytes) in [
            ("(a(b)c)", &b"a(b)c"[..]),
            (r"(\(\n\101\7x\\)", b"(\nA\x07x\\"),
            ("(a\\\r\nb\r\nc)", b"ab\nc"),
            ("<41 4 2 5>", b"ABP"),
            ("<4 \u{7f}1>", b"A"),
        ] {
            assert_eq!(read(text).unwrap().as_string().unwrap(), bytes, "{text}");
        }
    }

    #[test]
    fn numbers_and_references_are_told_apart() {
        assert_eq!(read("1 2 3").unwrap(), Object::Integer(1));
        assert!(matches!(read("1 2 R").unwrap(), Object::Reference(_)));
        assert!(matches!(read("1 2 RG").unwrap(), Object::Integer(1)));
        assert_eq!(read("4.").unwrap(), Object::Real(b"4.".to_vec()));
        assert!(matches!(
            read("99999999999999999999").unwrap(),
            Object::Real(_)
        ));
    }

    #[test]
    fn what_is_no_object_is_nothing() {
        for text in [
            "",
            "[",
            "<<",
            "<</A>>",
            "<</A 1/A 2>>",
            "(",
            "<4",
            "nul",
            "-",
            "]",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"[".repeat(1_000_000)), None);
        assert_eq!(read(&"<</A".repeat(1_000_000)), None);
    }
}
