//! How text becomes terms: compatibility forms, case and traditional characters are folded, ideographs are taken in
//! pairs, everything else in words.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

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

static TABLE: LazyLock<HashMap<char, char>> =
    LazyLock::new(|| SIMPLIFIED.iter().copied().collect());

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
            out.push(TABLE.get(&c).copied().unwrap_or(c));
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// One term of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// An ideograph and the one after it in the same run.
    Pair(char, Option<char>),
    /// A word or number, with its joints.
    Word(String),
}

/// The terms of a text, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let text = fold(text);
    let mut out = Vec::with_capacity(text.len() / 3);
    let mut chars = text.chars().peekable();
    let mut word = String::new();
    while let Some(c) = chars.next() {
        if is_han(c) {
            flush(&mut word, &mut out);
            out.push(Token::Pair(
                c,
                chars.peek().copied().filter(|next| is_han(*next)),
            ));
        } else if c.is_alphanumeric()
            || (is_joint(c)
                && !word.is_empty()
                && chars
                    .peek()
                    .is_some_and(|next| next.is_alphanumeric() && !is_han(*next)))
        {
            word.push(c);
        } else {
            flush(&mut word, &mut out);
        }
    }
    flush(&mut word, &mut out);
    out
}

fn flush(word: &mut String, out: &mut Vec<Token>) {
    if !word.is_empty() {
        out.push(Token::Word(std::mem::take(word)));
    }
}
