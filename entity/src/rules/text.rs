//! Free text as it is stored: NFC, without control and direction characters, bounded in characters.

use unicode_normalization::UnicodeNormalization;

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing but blanks.
    Required,
    /// More characters than this.
    TooLong {
        /// The bound, in characters.
        most: usize,
    },
    /// A character that is not shown or changes the direction of others.
    Invalid {
        /// The character.
        found: char,
    },
}

/// The text as it is stored.
///
/// # Errors
/// The [`Problem`].
pub fn normalize(value: &str, most: usize) -> Result<String, Problem> {
    let text: String = value.trim().replace("\r\n", "\n").nfc().collect();
    if text.is_empty() {
        return Err(Problem::Required);
    }
    if text.chars().count() > most {
        return Err(Problem::TooLong { most });
    }
    match text.chars().find(|c| is_hidden(*c)) {
        Some(found) => Err(Problem::Invalid { found }),
        None => Ok(text),
    }
}

/// Control characters other than line feed and tab, and the overrides of writing direction.
fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_characters_and_emoji_stay_and_hidden_ones_are_refused() {
        assert_eq!(
            normalize("  𠮷野家 😀\r\n第二行\t ", 100).as_deref(),
            Ok("𠮷野家 😀\n第二行")
        );
        assert_eq!(normalize(" \n ", 10), Err(Problem::Required));
        assert_eq!(normalize("一二三", 2), Err(Problem::TooLong { most: 2 }));
        assert_eq!(
            normalize("a\u{202E}b", 10),
            Err(Problem::Invalid { found: '\u{202E}' })
        );
        assert_eq!(normalize("a\0b", 10), Err(Problem::Invalid { found: '\0' }));
    }
}
