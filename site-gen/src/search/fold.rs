//! How text becomes terms: compatibility forms, case and traditional characters are folded, ideographs are taken in
//! pairs, everything else in words.

use std::{borrow::Cow, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;

static SIMPLIFIED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    include_str!("../../data/simplified.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut chars = line.chars();
            Some((chars.next()?, chars.next()?))
        })
        .collect()
});

/// Where the simplified form of a character stands in the table, plus one, by the number of the character: a look-up of
/// every character of a root must cost next to nothing.
static TABLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let last = SIMPLIFIED.iter().map(|(from, _)| u32::from(*from)).max();
    let mut table = vec![0; last.map_or(0, |last| last as usize + 1)];
    for ((from, _), at) in SIMPLIFIED.iter().zip(1..) {
        if let Some(slot) = table.get_mut(u32::from(*from) as usize) {
            *slot = at;
        }
    }
    table
});

fn simple(c: char) -> char {
    match TABLE.get(u32::from(c) as usize) {
        Some(at) if *at > 0 => SIMPLIFIED.get(*at as usize - 1).map_or(c, |pair| pair.1),
        Some(_) | None => c,
    }
}

/// The table of traditional characters and their simplified forms.
pub(crate) fn simplified() -> &'static [(char, char)] {
    &SIMPLIFIED
}

/// An ideograph: taken in pairs.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' | '々' | '〇')
}

/// A sign that joins the parts of a name.
pub(crate) fn is_joint(c: char) -> bool {
    matches!(c, '-' | '_' | '.')
}

/// Whether the compatibility form of a character is itself, or it ends a word either way.
fn plain(c: char) -> bool {
    c.is_ascii()
        || matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3011}' | '\u{3400}'..='\u{4DBF}'
            | '，' | '：' | '；' | '！' | '？' | '（' | '）' | '“' | '”' | '‘' | '’' | '—' | '·' | '☑' | '☐')
}

/// Text as both sides compare it.
pub(crate) fn fold(text: &str) -> String {
    let text: Cow<'_, str> = if text.chars().all(plain) {
        Cow::Borrowed(text)
    } else {
        text.nfkc().collect::<String>().into()
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else if is_han(c) {
            out.push(simple(c));
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// One term of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// An ideograph and the one after it in the same run.
    Pair(char, Option<char>),
    /// A word or number, with its joints.
    Word(&'a str),
}

/// The terms of a text, in order.
pub(crate) fn tokens(text: &str, each: &mut dyn FnMut(Token<'_>)) {
    let text = fold(text);
    let mut chars = text.char_indices().peekable();
    // Where the word under way begins.
    let mut word: Option<usize> = None;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        if c.is_alphanumeric() && !is_han(c)
            || (is_joint(c)
                && word.is_some()
                && next.is_some_and(|next| next.is_alphanumeric() && !is_han(next)))
        {
            word = word.or(Some(at));
            continue;
        }
        if let Some(from) = word.take() {
            each(Token::Word(text.get(from..at).unwrap_or_default()));
        }
        if is_han(c) {
            each(Token::Pair(c, next.filter(|next| is_han(*next))));
        }
    }
    if let Some(from) = word {
        each(Token::Word(text.get(from..).unwrap_or_default()));
    }
}
