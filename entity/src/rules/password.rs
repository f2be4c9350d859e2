//! Passwords (G46): the preset of 等保 or of NIST, counted in characters after NFKC.
//!
//! The list of everybody's passwords is built in, so nothing is asked of a network. A password that
//! is one of its words with digits and signs around it, or with letters written as digits, is found
//! too. This module hashes nothing and knows no former passwords.

use unicode_normalization::UnicodeNormalization;

/// Which rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// GB/T 22239-2019 level 3: three of four classes, or fifteen characters; changed every 90 days.
    Mlps3,
    /// NIST SP 800-63B-4: fifteen characters, no classes, no rotation.
    Nist,
}

impl Preset {
    /// Reads the word of the command line.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "mlps3" => Some(Self::Mlps3),
            "nist" => Some(Self::Nist),
            _ => None,
        }
    }

    /// Fewest characters.
    #[must_use]
    pub const fn least(self) -> usize {
        match self {
            Self::Mlps3 => 8,
            Self::Nist => 15,
        }
    }

    /// Days after which a password must be changed; none for no rotation.
    #[must_use]
    pub const fn max_days(self) -> Option<u32> {
        match self {
            Self::Mlps3 => Some(90),
            Self::Nist => None,
        }
    }

    /// How many of the last passwords must differ, the present one counted.
    #[must_use]
    pub const fn kept(self) -> u64 {
        match self {
            Self::Mlps3 => 5,
            Self::Nist => 1,
        }
    }
}

/// What is wrong with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer characters than the preset asks for.
    Short(usize),
    /// More than 256 bytes.
    Long,
    /// Fewer than three classes and fewer than fifteen characters.
    Classes,
    /// Everybody's password.
    Common,
    /// It holds the sign-in name.
    Account,
}

impl Weakness {
    /// What to do, in Chinese and English.
    #[must_use]
    pub fn text(self) -> (String, String) {
        let (zh, en) = match self {
            Self::Short(least) => {
                return (
                    format!("口令至少 {least} 个字符"),
                    format!("use at least {least} characters"),
                );
            }
            Self::Long => ("口令超过 256 字节", "the password is longer than 256 bytes"),
            Self::Classes => (
                "须含大写、小写、数字、符号中的三类，或至少 15 个字符",
                "use three of upper case, lower case, digits, symbols, or at least 15 characters",
            ),
            Self::Common => ("口令过于常见", "the password is too common"),
            Self::Account => (
                "口令不得包含登录名",
                "the password must not contain the sign-in name",
            ),
        };
        (zh.to_owned(), en.to_owned())
    }
}

/// Longest password, in bytes; a longer one is refused before it is hashed.
pub const MOST_BYTES: usize = 256;

const COMMON: &str = include_str!("../../data/common-passwords.txt");

/// The normal form of a good password.
///
/// # Errors
/// The [`Weakness`].
pub fn check(password: &str, preset: Preset, account: &str) -> Result<String, Weakness> {
    if password.len() > MOST_BYTES {
        return Err(Weakness::Long);
    }
    let normal: String = password.nfkc().collect();
    let length = normal.chars().count();
    if length < preset.least() {
        return Err(Weakness::Short(preset.least()));
    }
    let folded = normal.to_lowercase();
    if account.chars().count() >= 4 && folded.contains(account) {
        return Err(Weakness::Account);
    }
    if is_common(&folded) {
        return Err(Weakness::Common);
    }
    let classes = [
        normal.chars().any(char::is_uppercase),
        normal.chars().any(char::is_lowercase),
        normal.chars().any(char::is_numeric),
        normal.chars().any(|c| !c.is_alphanumeric()),
    ];
    if preset == Preset::Mlps3 && length < 15 && classes.iter().filter(|held| **held).count() < 3 {
        return Err(Weakness::Classes);
    }
    Ok(normal)
}

/// Whether everybody would try it: few different characters, a run of the keyboard or the alphabet,
/// or a word of the list, also in disguise.
fn is_common(folded: &str) -> bool {
    let different: std::collections::BTreeSet<char> = folded.chars().collect();
    if different.len() < 4 || is_run(folded) {
        return true;
    }
    let tailless = folded.trim_end_matches(|c: char| !c.is_alphabetic());
    let bare = tailless.trim_start_matches(|c: char| !c.is_alphabetic());
    let plain = |text: &str| text.chars().map(undisguised).collect::<String>();
    let forms = [
        folded.to_owned(),
        bare.to_owned(),
        plain(bare),
        plain(tailless),
    ];
    COMMON
        .lines()
        .filter(|word| !word.starts_with('#') && !word.is_empty())
        .any(|word| forms.iter().any(|form| form == word))
}

/// Digits and signs that stand for letters.
fn undisguised(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

const RUNS: [&str; 6] = [
    "0123456789012345678901234567890",
    "9876543210987654321098765432109",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "!@#$%^&*()_+",
];

fn is_run(folded: &str) -> bool {
    RUNS.iter().any(|run| run.contains(folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G46
    #[test]
    fn presets_ask_for_what_their_standards_say() {
        use Preset::{Mlps3, Nist};
        let long_word = "x9-K".repeat(64);
        let table: [(&str, Preset, Result<(), Weakness>); 22] = [
            ("Icu-Demo-2026!", Mlps3, Ok(())),
            ("重症监护系统运维服务平台好口令一", Mlps3, Ok(())),
            ("correct horse battery staple", Mlps3, Ok(())),
            ("correct horse battery staple", Nist, Ok(())),
            ("重症监护系统运维服务平台好口令一", Nist, Ok(())),
            ("Ab1!", Mlps3, Err(Weakness::Short(8))),
            ("一二三四五六七", Mlps3, Err(Weakness::Short(8))),
            ("Icu-Demo-2026!", Nist, Err(Weakness::Short(15))),
            ("alllowercase", Mlps3, Err(Weakness::Classes)),
            ("lower-and-sign", Mlps3, Err(Weakness::Classes)),
            ("Lower-and-sign", Mlps3, Ok(())),
            ("Admin@123", Mlps3, Err(Weakness::Common)),
            ("P@ssw0rd2026!", Mlps3, Err(Weakness::Common)),
            ("Hospital#2026", Mlps3, Err(Weakness::Common)),
            ("@dm1n-2026", Mlps3, Err(Weakness::Common)),
            ("12345678", Mlps3, Err(Weakness::Common)),
            ("aaaaaaaaaaaaaaaaaaaa", Nist, Err(Weakness::Common)),
            ("qwertyuiopasdfghjkl", Nist, Err(Weakness::Common)),
            ("Nurse.Chen-2026", Mlps3, Err(Weakness::Account)),
            (&long_word, Mlps3, Ok(())),
            (&long_word, Nist, Ok(())),
            ("ＩＣＵ－Ｄｅｍｏ－２０２６", Mlps3, Ok(())),
        ];
        for (text, preset, expected) in table {
            assert_eq!(
                check(text, preset, "nurse.chen").map(|_| ()),
                expected,
                "{text}"
            );
        }
        assert_eq!(check(&"x".repeat(100_001), Mlps3, "a"), Err(Weakness::Long));
        assert_eq!(
            check("ＩＣＵ－Ｄｅｍｏ－２０２６", Mlps3, "a").as_deref(),
            Ok("ICU-Demo-2026")
        );
        assert_eq!((Mlps3.max_days(), Mlps3.kept()), (Some(90), 5));
        assert_eq!((Nist.max_days(), Nist.kept()), (None, 1));
    }
}
