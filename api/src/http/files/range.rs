//! Which bytes of a file are asked for: `Range` and `If-Range` (RFC 9110, chapter 14).
//!
//! One range is served. Several in one request are answered with the whole file, which a server may
//! do at any time and which leaves no room for many overlapping ones.

/// What to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Everything, 200.
    Whole,
    /// From the first to the last byte, both included, 206.
    Part {
        /// First byte, from 0.
        first: u64,
        /// Last byte.
        last: u64,
    },
    /// The range lies behind the end, 416.
    Nothing,
}

/// Reads the headers for a file of `size` bytes; a date in `If-Range` never matches.
#[must_use]
pub fn wanted(range: Option<&str>, if_range: Option<&str>, etag: &str, size: u64) -> Wanted {
    let current = if_range.is_none_or(|tag| tag.trim() == etag);
    let Some(range) = range.filter(|_| current) else {
        return Wanted::Whole;
    };
    let spec = match range.split_once('=') {
        Some((unit, spec)) if unit.trim().eq_ignore_ascii_case("bytes") => spec.trim(),
        _ => return Wanted::Whole,
    };
    let Some((first, last)) = spec.split_once('-') else {
        return Wanted::Whole;
    };
    let end = size.saturating_sub(1);
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Wanted::Whole,
        (Some(first), _) if first >= size && is_number_or_empty(last) => Wanted::Nothing,
        (Some(first), Some(last)) => Wanted::Part {
            first,
            last: last.min(end),
        },
        (Some(first), None) if last.is_empty() => Wanted::Part { first, last: end },
        (None, Some(0)) if first.is_empty() => Wanted::Nothing,
        (None, Some(length)) if first.is_empty() => Wanted::Part {
            first: size.saturating_sub(length),
            last: end,
        },
        _ => Wanted::Whole,
    }
}

fn is_number_or_empty(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits; a number too large for any file counts as the largest.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && is_number_or_empty(text);
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_their_edges() {
        let part = |first, last| Wanted::Part { first, last };
        for (range, expected) in [
            ("bytes=0-0", part(0, 0)),
            ("bytes=0-9", part(0, 9)),
            ("bytes=9-", part(9, 9)),
            ("bytes=3-99999999999999999999999", part(3, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-10", part(0, 9)),
            ("bytes=-99999999999999999999999", part(0, 9)),
            ("BYTES = 2-4", part(2, 4)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=10-20", Wanted::Nothing),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-3", Wanted::Whole),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=10-x", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("rows=0-1", Wanted::Whole),
            ("nonsense", Wanted::Whole),
        ] {
            assert_eq!(
                wanted(Some(range), None, "\"tag\"", 10),
                expected,
                "{range}"
            );
        }
    }

    #[test]
    fn an_old_copy_is_answered_with_the_whole_file() {
        let ask = |tag| wanted(Some("bytes=1-2"), Some(tag), "\"tag\"", 10);
        assert_eq!(ask("\"tag\""), Wanted::Part { first: 1, last: 2 });
        for old in ["\"other\"", "W/\"tag\"", "Mon, 02 Mar 2026 00:00:00 GMT"] {
            assert_eq!(ask(old), Wanted::Whole, "{old}");
        }
        assert_eq!(wanted(None, Some("\"tag\""), "\"tag\"", 10), Wanted::Whole);
    }
}
