//! Finds the parts of a JSON text without reading them: where a member of an object, an element of a list ends.
//!
//! What is found is read by the parser afterwards, or is known to have been read before, byte for byte. Of a text that
//! is no JSON nothing or anything may be found, but never more than its bytes.

use std::ops::Range;

/// Bytes that are looked at together.
const STRIDE: usize = 32;

/// The first byte from `at` on that is no blank.
pub(crate) fn blank(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let first = rest
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
    first.map_or(bytes.len(), |first| at + first)
}

/// Behind the closing quote of a string; `at` is behind the opening one.
fn string(bytes: &[u8], mut at: usize) -> Option<usize> {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\');
    loop {
        let mut rest = bytes.get(at..)?;
        // Without a branch in it, this is done by the wide registers of the processor.
        while let Some((stride, after)) = rest.split_first_chunk::<STRIDE>() {
            if stride.iter().fold(false, |found, byte| found | ends(byte)) {
                break;
            }
            rest = after;
            at += STRIDE;
        }
        at += rest.iter().position(ends)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Behind the value that begins at `at`.
pub(crate) fn value(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string(bytes, at + 1)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ if depth == 0 => {
                let rest = bytes.get(at..)?;
                let ends =
                    |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                return (length > 0).then_some(at + length);
            }
            _ => {}
        }
        at += 1;
    }
}

/// Behind what begins at `at` with one sign and ends with the other; `part` is given the place of each part and tells
/// where it ends.
fn parts(
    bytes: &[u8],
    at: usize,
    (open, close): (u8, u8),
    mut part: impl FnMut(usize) -> Option<usize>,
) -> Option<usize> {
    if bytes.get(at) != Some(&open) {
        return None;
    }
    let mut at = blank(bytes, at + 1);
    if bytes.get(at) == Some(&close) {
        return Some(at + 1);
    }
    loop {
        at = blank(bytes, part(at)?);
        match bytes.get(at)? {
            b',' => at = blank(bytes, at + 1),
            byte if *byte == close => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Behind the object that begins at `at`; `member` is given the name and the place of each value and tells where it
/// ends. A name that is written with escapes is given as it is written.
pub(crate) fn object<'a>(
    bytes: &'a [u8],
    at: usize,
    mut member: impl FnMut(&'a [u8], usize) -> Option<usize>,
) -> Option<usize> {
    parts(bytes, at, (b'{', b'}'), |at| {
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let end = string(bytes, at + 1)?;
        let colon = blank(bytes, end);
        if bytes.get(colon) != Some(&b':') {
            return None;
        }
        member(bytes.get(at + 1..end - 1)?, blank(bytes, colon + 1))
    })
}

/// Behind the list that begins at `at`, and its elements.
pub(crate) fn list(bytes: &[u8], at: usize) -> Option<(usize, Vec<Range<usize>>)> {
    let mut out = Vec::new();
    let end = parts(bytes, at, (b'[', b']'), |at| {
        let to = value(bytes, at)?;
        out.push(at..to);
        Some(to)
    })?;
    Some((end, out))
}

/// The nodes of an answer that is a page of a list.
#[derive(Debug)]
pub(crate) struct Nodes {
    /// Where their list stands in the answer.
    pub(crate) place: Range<usize>,
    /// Where each of them stands in it.
    pub(crate) each: Vec<Range<usize>>,
}

/// Behind the answer that begins at `at`, and its nodes if it has some at `data.list.nodes`.
pub(crate) fn answer(bytes: &[u8], at: usize) -> Option<(usize, Option<Nodes>)> {
    let from = at;
    if bytes.get(at) != Some(&b'{') {
        return Some((value(bytes, at)?, None));
    }
    let mut found = None;
    let mut nodes = |at: usize| {
        let (to, mut each) = list(bytes, at)?;
        for one in &mut each {
            *one = one.start - from..one.end - from;
        }
        let place = at - from..to - from;
        found = Some(Nodes { place, each });
        Some(to)
    };
    let end = object(bytes, at, |name, at| match (name, bytes.get(at)) {
        (b"data", Some(b'{')) => object(bytes, at, |name, at| match (name, bytes.get(at)) {
            (b"list", Some(b'{')) => object(bytes, at, |name, at| match (name, bytes.get(at)) {
                (b"nodes", Some(b'[')) => nodes(at),
                _ => value(bytes, at),
            }),
            _ => value(bytes, at),
        }),
        _ => value(bytes, at),
    })?;
    Some((end, found))
}

/// The members of an object that is the whole text, each with the place of its value; nothing if there is anything else.
pub(crate) fn members(bytes: &[u8]) -> Option<Vec<(&[u8], Range<usize>)>> {
    let mut out = Vec::new();
    let end = object(bytes, blank(bytes, 0), |name, at| {
        let to = value(bytes, at)?;
        out.push((name, at..to));
        Some(to)
    })?;
    (blank(bytes, end) == bytes.len()).then_some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json, value::RawValue};

    use super::*;

    fn elements(text: &str) -> Option<Vec<&str>> {
        let (end, all) = list(text.as_bytes(), 0)?;
        (end == text.len()).then(|| all.into_iter().map(|part| &text[part]).collect())
    }

    #[test]
    fn parts_are_found_and_damage_is_not() {
        let text = " { \"a\" : [1, {\"b\":\"]}\\\"\"} ,\"\\\\\"] ,\"c\":null } ";
        let all = members(text.as_bytes()).expect("it is there");
        let texts: Vec<&str> = all.iter().map(|(_, value)| &text[value.clone()]).collect();
        assert_eq!(texts, ["[1, {\"b\":\"]}\\\"\"} ,\"\\\\\"]", "null"]);
        assert_eq!(elements(texts[0]).expect("it is there").len(), 3);
        assert_eq!(elements("[]").expect("it is there"), Vec::<&str>::new());
        for text in [
            "", "{", "{}x", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "[\"a]", "[1]]", "{a:1}",
        ] {
            assert!(members(text.as_bytes()).is_none(), "{text}");
            assert!(elements(text).is_none(), "{text}");
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<i64>().prop_map(|value| json!(value)),
            ".{0,80}".prop_map(|value| json!(value)),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(|all| json!(all)),
                proptest::collection::btree_map(".{0,6}", inner, 0..6).prop_map(|all| json!(all)),
            ]
        })
    }

    proptest! {
        /// The parts are those that the parser finds.
        #[test]
        fn parts_are_those_of_the_parser(all in proptest::collection::vec(values(), 0..6), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&all) } else { serde_json::to_string(&all) }.expect("it is there");
            let theirs: Vec<&RawValue> = serde_json::from_str(&text).expect("it is there");
            let theirs: Vec<&str> = theirs.into_iter().map(RawValue::get).collect();
            prop_assert_eq!(elements(&text).expect("it is there"), theirs);
        }
    }
}
