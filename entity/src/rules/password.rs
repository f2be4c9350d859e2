//! Passwords (G46): the preset of 等保 or of NIST, counted in characters after NFKC.

use unicode_normalization::UnicodeNormalization;

/// Which rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// GB/T 22239-2019 level 3: three of four classes, or fifteen characters.
    Mlps3,
    /// NIST SP 800-63B-4: fifteen characters, no classes.
    Nist,
}

/// What is wrong with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than eight characters.
    Short,
    /// More than 256 bytes.
    Long,
    /// Fewer than three classes and fewer than fifteen characters.
    Classes,
    /// Everybody's password.
    Common,
}

impl Weakness {
    /// What to do, in Chinese and English.
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Short => ("口令太短", "the password is too short"),
            Self::Long => ("口令超过 256 字节", "the password is longer than 256 bytes"),
            Self::Classes => (
                "须含大写、小写、数字、符号中的三类，或至少 15 个字符",
                "use three of upper case, lower case, digits, symbols, or at least 15 characters",
            ),
            Self::Common => ("口令过于常见", "the password is too common"),
        }
    }
}

const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "admin123",
    "administrator",
    "qwerty123",
    "12345678",
    "123456789",
    "1234567890",
    "11111111",
    "88888888",
    "66666666",
    "iloveyou",
    "woaini1314",
    "woaini520",
    "5201314",
    "a123456789",
    "abc123456",
    "abcd1234",
    "1qaz2wsx",
    "1q2w3e4r",
    "qazwsx123",
    "letmein123",
    "welcome123",
    "hospital123",
    "zhongzheng123",
    "icu123456",
    "test1234",
    "root1234",
    "admin@123",
    "p@ssw0rd",
    "p@ssword1",
    "aa123456",
    "asd123456",
];

/// The normal form of a good password.
///
/// # Errors
/// The [`Weakness`].
pub fn check(password: &str, preset: Preset) -> Result<String, Weakness> {
    if password.len() > 256 {
        return Err(Weakness::Long);
    }
    let normal: String = password.nfkc().collect();
    let length = normal.chars().count();
    let least = match preset {
        Preset::Mlps3 => 8,
        Preset::Nist => 15,
    };
    if length < least {
        return Err(Weakness::Short);
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
    let folded = normal.to_lowercase();
    if COMMON.iter().any(|common| *common == folded)
        || folded
            .chars()
            .collect::<std::collections::BTreeSet<_>>()
            .len()
            < 4
    {
        return Err(Weakness::Common);
    }
    Ok(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_ask_for_what_their_standards_say() {
        assert!(check("Icu-Demo-2026!", Preset::Mlps3).is_ok());
        assert!(check("重症监护系统运维服务平台好口令一", Preset::Mlps3).is_ok());
        assert_eq!(check("Ab1!", Preset::Mlps3), Err(Weakness::Short));
        assert_eq!(check("alllowercase", Preset::Mlps3), Err(Weakness::Classes));
        assert_eq!(check("Admin@123", Preset::Mlps3), Err(Weakness::Common));
        assert_eq!(check("Icu-Demo-2026!", Preset::Nist), Err(Weakness::Short));
        assert_eq!(
            check(&"x".repeat(100_001), Preset::Mlps3),
            Err(Weakness::Long)
        );
    }
}
