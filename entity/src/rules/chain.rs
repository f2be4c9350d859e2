//! The audit chain: canonical form v1 and the link (L62).
//!
//! Canonical form: RFC 8785 restricted to strings, booleans, null and integers below 2^53.
//! `hash = SHA-256(0x01 ‖ prev_hash ‖ u32 length, big endian ‖ bytes)`; the first row follows 32 zero bytes.

use std::fmt;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The hash before the first row.
pub const GENESIS: [u8; 32] = [0; 32];

const LIMIT: i64 = 1 << 53;

/// A value that the canonical form does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCanonical;

impl fmt::Display for NotCanonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the canonical form knows strings, booleans, null and integers below 2^53")
    }
}

impl std::error::Error for NotCanonical {}

/// The canonical bytes of a JSON value.
///
/// # Errors
/// [`NotCanonical`] for fractions and large integers.
pub fn canonical(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = String::new();
    write(value, &mut out)?;
    Ok(out.into_bytes())
}

fn write(value: &Value, out: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => {
            let number = number
                .as_i64()
                .filter(|number| number.abs() < LIMIT)
                .ok_or(NotCanonical)?;
            out.push_str(&number.to_string());
        }
        // serde_json escapes as RFC 8785 wants it: the short forms, else lower-case \u00xx below blank.
        Value::String(text) => out.push_str(&Value::String(text.clone()).to_string()),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (place, key) in keys.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write(fields.get(key).unwrap_or(&Value::Null), out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// The hash of a row.
#[must_use]
pub fn link(prev: &[u8; 32], payload: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(prev);
    hasher.update(
        u32::try_from(payload.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes(),
    );
    hasher.update(payload);
    hasher.finalize().into()
}

/// Lower-case hexadecimal.
#[must_use]
pub fn to_hex(bytes: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Reads 64 lower-case hexadecimal digits.
#[must_use]
pub fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64
        || !text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The number does not follow the one before: a row was deleted, inserted or moved.
    Sequence,
    /// The row does not follow the hash before.
    Link,
    /// The bytes do not give the hash: the row was edited.
    Hash,
    /// The bytes are not canonical, or speak of another row or chain.
    Payload,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sequence => {
                "the number does not follow the row before: deleted, inserted or moved"
            }
            Self::Link => "the row does not follow the hash before",
            Self::Hash => "the content does not give the hash: edited",
            Self::Payload => "the content is not canonical or belongs to another row",
        })
    }
}

/// Checks the rows of one chain, in order.
#[derive(Clone, Debug)]
pub struct Checker {
    chain: String,
    seq: i64,
    hash: [u8; 32],
}

impl Checker {
    /// Starts before the first row of the chain of that name.
    #[must_use]
    pub fn new(chain: &str) -> Self {
        Self {
            chain: chain.to_owned(),
            seq: 0,
            hash: GENESIS,
        }
    }

    /// Hash of the last good row, hexadecimal.
    #[must_use]
    pub fn last_hash(&self) -> String {
        to_hex(&self.hash)
    }

    /// Checks the next row.
    ///
    /// # Errors
    /// The [`Damage`]; the checker then stays before the row.
    pub fn check(
        &mut self,
        seq: i64,
        prev_hash: &str,
        hash: &str,
        payload: &[u8],
    ) -> Result<(), Damage> {
        if seq != self.seq + 1 {
            return Err(Damage::Sequence);
        }
        if prev_hash != self.last_hash() {
            return Err(Damage::Link);
        }
        let linked = link(&self.hash, payload);
        if to_hex(&linked) != hash {
            return Err(Damage::Hash);
        }
        let value: Value = serde_json::from_slice(payload)
            .ok()
            .ok_or(Damage::Payload)?;
        let same = canonical(&value).is_ok_and(|bytes| bytes == payload);
        let own = value.get("seq").and_then(Value::as_i64) == Some(seq)
            && value.get("hospital").and_then(Value::as_str) == Some(&self.chain);
        if !same || !own {
            return Err(Damage::Payload);
        }
        self.seq = seq;
        self.hash = linked;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may panic"
    )]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// L62: the golden vectors that the independent verifier in `tests/` checks too.
    #[test]
    fn golden_vectors_hold() {
        let mut checkers: std::collections::BTreeMap<String, Checker> =
            std::collections::BTreeMap::new();
        for line in include_str!("../../../tests/golden/audit-chain.ndjson").lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| row[key].as_str().unwrap().to_owned();
            let checker = checkers
                .entry(text("chain"))
                .or_insert_with(|| Checker::new(&text("chain")));
            checker
                .check(
                    row["seq"].as_i64().unwrap(),
                    &text("prev_hash"),
                    &text("hash"),
                    text("payload").as_bytes(),
                )
                .unwrap();
        }
        assert_eq!(checkers.len(), 2);
    }

    fn chain(rows: usize) -> Vec<(i64, String, String, Vec<u8>)> {
        let mut prev = GENESIS;
        (1..=rows)
            .map(|seq| {
                let payload = canonical(
                    &json!({"seq": seq, "hospital": "system", "reason": "中文 \u{1F600}\n"}),
                )
                .unwrap();
                let hash = link(&prev, &payload);
                let row = (
                    i64::try_from(seq).unwrap(),
                    to_hex(&prev),
                    to_hex(&hash),
                    payload,
                );
                prev = hash;
                row
            })
            .collect()
    }

    fn first_bad(rows: &[(i64, String, String, Vec<u8>)]) -> Option<i64> {
        let mut checker = Checker::new("system");
        rows.iter()
            .find(|row| checker.check(row.0, &row.1, &row.2, &row.3).is_err())
            .map(|row| row.0)
    }

    /// L63
    #[test]
    fn edit_deletion_insertion_and_reordering_are_named() {
        let good = chain(5);
        assert_eq!(first_bad(&good), None);
        let mut edited = good.clone();
        edited[2].3[5] ^= 1;
        assert_eq!(first_bad(&edited), Some(3));
        let mut deleted = good.clone();
        deleted.remove(2);
        assert_eq!(first_bad(&deleted), Some(4));
        let mut inserted = good.clone();
        inserted.insert(2, good[1].clone());
        assert_eq!(first_bad(&inserted), Some(2));
        let mut swapped = good;
        swapped.swap(1, 2);
        assert_eq!(first_bad(&swapped), Some(3));
    }

    proptest! {
        #[test]
        fn every_text_survives_the_canonical_form(text: String, number in -LIMIT + 1..LIMIT) {
            let value = json!({"text": text, "number": number});
            let bytes = canonical(&value).unwrap();
            prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), value);
        }
    }
}
