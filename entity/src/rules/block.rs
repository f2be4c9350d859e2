//! Blocks of a text for some audiences (SG-AUD-4): `:::audience IT,VENDOR`, lines, `:::`. They are cut for each reader
//! before anything else looks at the text, so they are lines of the text and not of its Markdown.
//!
//! It also folds texts for the search: each part with the audiences that may find it.

use unicode_normalization::UnicodeNormalization;

use crate::rules::audience::Audiences;
use crate::values::Audience;

const MARK: &str = ":::";
const WORD: &str = "audience";

/// Why the blocks of a text are not in order; lines count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disorder {
    /// A block inside a block.
    Nested(usize),
    /// A block that does not end, with the line where it begins.
    Unclosed(usize),
    /// An end without a begin.
    Stray(usize),
    /// No audience, or one that does not exist.
    Unknown(usize),
}

impl Disorder {
    /// What is wrong, in Chinese and English.
    #[must_use]
    pub fn text(self) -> (String, String) {
        match self {
            Self::Nested(line) => (
                format!("第 {line} 行：受众块不能嵌套"),
                format!("line {line}: a block inside a block"),
            ),
            Self::Unclosed(line) => (
                format!("第 {line} 行的受众块没有结束"),
                format!("the block of line {line} does not end"),
            ),
            Self::Stray(line) => (
                format!("第 {line} 行：没有开始的受众块"),
                format!("line {line}: an end without a begin"),
            ),
            Self::Unknown(line) => (
                format!("第 {line} 行：未知的受众代码"),
                format!("line {line}: unknown audience"),
            ),
        }
    }
}

enum Line {
    Text,
    Begin(Option<Audiences>),
    End,
}

/// The audience of a word or a code, `IT` or `P2`.
fn audience(code: &str) -> Option<Audience> {
    let by_number = || {
        let digit = code.strip_prefix('P')?;
        let number = char::to_digit(digit.parse().ok()?, 10)?;
        Audience::ALL.get(usize::try_from(number).ok()?).copied()
    };
    Audience::parse(code).or_else(by_number)
}

fn read(line: &str) -> Line {
    let Some(rest) = line.trim().strip_prefix(MARK) else {
        return Line::Text;
    };
    let rest = rest.trim_start_matches(':').trim();
    if rest.is_empty() {
        return Line::End;
    }
    let Some(codes) = rest.strip_prefix(WORD) else {
        // Another mark of this form would look like the end of a block to one program and not to another.
        return Line::Begin(None);
    };
    let codes: Option<Vec<Audience>> = codes
        .split([',', '，'])
        .map(|one| audience(one.trim()))
        .collect();
    Line::Begin(codes.map(|all| all.into_iter().collect()))
}

/// A run of lines and who reads it; outside all blocks everybody does.
struct Run<'a> {
    audiences: Audiences,
    lines: Vec<&'a str>,
}

fn runs(text: &str) -> Result<Vec<Run<'_>>, Disorder> {
    let open = |audiences| Run {
        audiences,
        lines: Vec::new(),
    };
    let mut done = Vec::new();
    let mut now = open(Audiences::ALL);
    let mut begun: Option<usize> = None;
    for (place, line) in (1..).zip(text.lines()) {
        match (read(line), begun) {
            (Line::Text, _) => now.lines.push(line),
            (Line::Begin(_), Some(_)) => return Err(Disorder::Nested(place)),
            (Line::Begin(None), None) => return Err(Disorder::Unknown(place)),
            (Line::Begin(Some(audiences)), None) => {
                done.push(std::mem::replace(&mut now, open(audiences)));
                begun = Some(place);
            }
            (Line::End, None) => return Err(Disorder::Stray(place)),
            (Line::End, Some(_)) => {
                done.push(std::mem::replace(&mut now, open(Audiences::ALL)));
                begun = None;
            }
        }
    }
    done.push(now);
    begun.map_or(Ok(done), |line| Err(Disorder::Unclosed(line)))
}

/// Whether the blocks of a text are in order.
///
/// # Errors
/// The first [`Disorder`].
pub fn check(text: &str) -> Result<(), Disorder> {
    runs(text).map(|_| ())
}

/// The text as a reader of these audiences gets it: blocks for others and the marks of all blocks are gone.
///
/// A text that is not in order is never kept; nothing is shown of one.
#[must_use]
pub fn cut(text: &str, reader: Audiences) -> String {
    let kept = runs(text).unwrap_or_default();
    let lines: Vec<&str> = kept
        .into_iter()
        .filter(|run| run.audiences.meets(reader))
        .flat_map(|run| run.lines)
        .collect();
    lines.join("\n")
}

/// The parts of a text in order, each with the audiences that read it; none of a text that is not in order.
#[must_use]
pub fn parts(text: &str) -> Vec<(Audiences, String)> {
    let all = runs(text).unwrap_or_default();
    all.into_iter()
        .map(|run| (run.audiences, run.lines.join("\n")))
        .collect()
}

/// The text in lower case and compatible forms, as it is searched.
#[must_use]
pub fn folded(text: &str) -> String {
    let lower: String = text.nfkc().flat_map(char::to_lowercase).collect();
    lower.nfkc().collect()
}

/// The parts of an article as they are searched, each with the audiences that may find it: heading and plain text are
/// for everybody who reads the article. One that would be empty is left out.
#[must_use]
pub fn searched(heading: &str, body: &str) -> Vec<(Audiences, String)> {
    let mut parts: Vec<(Audiences, String)> = vec![(Audiences::ALL, folded(heading))];
    for run in runs(body).unwrap_or_default() {
        let text = folded(&run.lines.join("\n"));
        match parts.iter_mut().find(|(who, _)| *who == run.audiences) {
            Some((_, all)) => {
                all.push('\n');
                all.push_str(&text);
            }
            None => parts.push((run.audiences, text)),
        }
    }
    parts.retain(|(_, text)| !text.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "开头\n:::audience IT,P4\n口令在档案柜\n:::\n结尾";

    fn set(all: &[Audience]) -> Audiences {
        all.iter().copied().collect()
    }

    #[test]
    fn a_block_is_read_by_its_audiences_only() {
        for audience in Audience::ALL {
            let inside = matches!(audience, Audience::It | Audience::Vendor);
            let expected = if inside {
                "开头\n口令在档案柜\n结尾"
            } else {
                "开头\n结尾"
            };
            assert_eq!(cut(TEXT, set(&[*audience])), expected, "{audience}");
        }
        assert_eq!(
            cut(TEXT, Audiences::NONE),
            "",
            "who has no audience reads nothing"
        );
        assert_eq!(cut("普通\n\n文字", set(&[Audience::Icu])), "普通\n\n文字");
    }

    #[test]
    fn what_is_not_in_order_is_refused_and_shows_nothing() {
        let table = [
            (
                "a\n:::audience IT\n:::audience VENDOR\n:::\n:::",
                Disorder::Nested(3),
            ),
            ("a\n:::audience IT\nb", Disorder::Unclosed(2)),
            ("a\n:::\nb", Disorder::Stray(2)),
            (":::audience NOBODY\nb\n:::", Disorder::Unknown(1)),
            (":::audience\nb\n:::", Disorder::Unknown(1)),
            (":::audience IT,,VENDOR\nb\n:::", Disorder::Unknown(1)),
            (":::audience P6\nb\n:::", Disorder::Unknown(1)),
            (":::note\nb\n:::", Disorder::Unknown(1)),
            ("   :::audience it\nb\n:::", Disorder::Unknown(1)),
        ];
        for (text, expected) in table {
            assert_eq!(check(text), Err(expected), "{text}");
            assert_eq!(cut(text, Audiences::ALL), "", "{text}");
        }
        for text in [
            "",
            "::",
            "a ::: b",
            "  ::::audience IT ， VENDOR\nb\n :::: \n",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_search_finds_a_block_for_its_audiences_only() {
        let parts = searched("标题 ＣＶＰ", TEXT);
        let all = parts.iter().find(|(who, _)| *who == Audiences::ALL);
        assert_eq!(
            all.map(|(_, text)| text.as_str()),
            Some("标题 cvp\n开头\n结尾")
        );
        let some = parts
            .iter()
            .find(|(who, _)| *who == set(&[Audience::It, Audience::Vendor]));
        assert_eq!(some.map(|(_, text)| text.as_str()), Some("口令在档案柜"));
        assert_eq!(parts.len(), 2);
    }

    proptest! {
        /// No line of a block for others is ever left, wherever blocks stand.
        #[test]
        fn nothing_of_others_is_left(pieces in prop::collection::vec((0..64_i32, "[a-z]{1,4}"), 0..12), reader in 1..64_i32) {
            let reader = Audiences::from_bits(reader);
            let mut text = String::new();
            for (place, (bits, word)) in pieces.iter().enumerate() {
                let audiences = Audiences::from_bits(*bits);
                let codes: Vec<&str> = audiences.list().map(Audience::word).collect();
                if codes.is_empty() {
                    text.push_str(&format!("open-{place}-{word}\n"));
                } else {
                    text.push_str(&format!(":::audience {}\nblock-{place}-{word}\n:::\n", codes.join(",")));
                }
            }
            prop_assert_eq!(check(&text), Ok(()));
            let left = cut(&text, reader);
            prop_assert!(!left.contains(MARK));
            for (place, (bits, word)) in pieces.iter().enumerate() {
                let audiences = Audiences::from_bits(*bits);
                let (line, seen) = if audiences.is_empty() {
                    (format!("open-{place}-{word}"), true)
                } else {
                    (format!("block-{place}-{word}"), audiences.meets(reader))
                };
                prop_assert_eq!(left.lines().any(|one| one == line), seen);
            }
        }
    }
}
