//! A text in two languages.

use serde::{Deserialize, Serialize};

/// Language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Simplified Chinese, the default.
    Zh,
    /// English, under `en/`.
    En,
}

impl Language {
    /// Tag for `lang`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-Hans",
            Self::En => "en",
        }
    }

    /// Folder of the pages in this language, with its `/`.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Zh => "",
            Self::En => "en/",
        }
    }
}

/// A text; either language may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    #[serde(default)]
    pub zh: String,
    /// English.
    #[serde(default)]
    pub en: String,
}

impl Text {
    /// Whether there is no text in either language.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }

    /// The text of a language, and the language it is really in.
    #[must_use]
    pub fn pick(&self, language: Language) -> (&str, Language) {
        let other = match language {
            Language::Zh => (&self.en, Language::En),
            Language::En => (&self.zh, Language::Zh),
        };
        let own = match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        };
        if own.is_empty() && !other.0.is_empty() {
            (other.0, other.1)
        } else {
            (own, language)
        }
    }

    /// Splits one text that holds both languages: lines with Chinese from lines without, or one line behind the sentence
    /// that ends the Chinese, whose full stops become Chinese ones.
    #[must_use]
    pub fn split(text: &str) -> Self {
        let split = Self::apart(text);
        Self {
            zh: stops(&split.zh),
            en: split.en,
        }
    }

    fn apart(text: &str) -> Self {
        let text = text.trim();
        let has = |part: &str| part.chars().any(is_han);
        if !has(text) {
            return Self {
                zh: String::new(),
                en: text.to_owned(),
            };
        }
        if text.contains('\n') {
            let (zh, en): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| has(line));
            let join = |lines: Vec<&str>| lines.join("\n").trim().to_owned();
            return Self {
                zh: join(zh),
                en: join(en),
            };
        }
        for (at, _) in text.match_indices(' ') {
            let (zh, en) = text.split_at(at);
            if zh.ends_with(['.', '。', '？', '！', '；']) && has(zh) && !has(en) {
                return Self {
                    zh: zh.to_owned(),
                    en: en.trim().to_owned(),
                };
            }
        }
        Self {
            zh: text.to_owned(),
            en: String::new(),
        }
    }
}

/// Sources are often typed with `.` in both languages: one behind a Chinese sign or at the end of a line ends a sentence,
/// one within a number or a name does not.
fn stops(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut signs = text.chars().peekable();
    let mut last = ' ';
    while let Some(sign) = signs.next() {
        let next = signs.peek().copied();
        let ends = matches!(next, None | Some('\n'))
            || (next == Some(' ') && (is_han(last) || matches!(last, '）' | '”' | '》')));
        if sign == '.' && last != '.' && next != Some('.') && ends {
            out.push('。');
            // The sign is as wide as a stop and a blank.
            signs.next_if_eq(&' ');
        } else {
            out.push(sign);
        }
        last = sign;
    }
    out
}

/// Whether it is a Chinese character.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Width in half-width columns; Chinese and full-width characters take two.
#[must_use]
pub fn width(text: &str) -> usize {
    let wide = |c: char| {
        is_han(c)
            || matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{33ff}' | '\u{ac00}'..='\u{d7a3}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}')
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_split_into_its_languages() {
        for (text, zh, en) in [
            (
                "资产台账. 权限 X.\nThe register. Permission X.",
                "资产台账。权限 X。",
                "The register. Permission X.",
            ),
            ("筛选. Filter.", "筛选。", "Filter."),
            ("几张床？ How many beds?", "几张床？", "How many beds?"),
            (
                "自 1.5 起. Since 1.5. Later.",
                "自 1.5 起。",
                "Since 1.5. Later.",
            ),
            ("只有中文", "只有中文", ""),
            ("Only English. Yes.", "", "Only English. Yes."),
        ] {
            let split = Text::split(text);
            assert_eq!((split.zh.as_str(), split.en.as_str()), (zh, en), "{text}");
        }
    }

    #[test]
    fn a_chinese_character_is_two_columns_wide() {
        assert_eq!(width("a床（1）"), 8);
    }
}
