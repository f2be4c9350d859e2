//! Names of units: the one in a certificate is the one of the contract if nothing but writing habits part them.

use unicode_normalization::UnicodeNormalization;

/// Whether two names are the same unit: full and half width, upper and lower case, white space and the
/// kind of brackets do not count; every other character does. An empty name is nobody's.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    !one.is_empty() && one == other
}

fn plain(name: &str) -> String {
    name.nfkc()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            '〔' | '[' => '(',
            '〕' | ']' => ')',
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_habits_do_not_part_a_unit_and_everything_else_does() {
        for (one, other, same) in [
            ("某科技有限公司", "某科技有限公司", true),
            ("某科技（北京）有限公司", "某科技(北京)有限公司", true),
            ("某科技〔北京〕有限公司", "某科技 (北京) 有限公司", true),
            ("ＡＣＭＥ Ltd", "acme ltd", true),
            ("某科技有限公司", "某科技股份有限公司", false),
            ("某科技（北京）有限公司", "某科技（上海）有限公司", false),
            ("某科技（北京）有限公司", "某科技北京有限公司", false),
            ("某科技有限公司", "某科技有限公司分公司", false),
            ("", "", false),
            (" ", "", false),
        ] {
            assert_eq!(is_same(one, other), same, "{one} {other}");
            assert_eq!(is_same(other, one), same, "{other} {one}");
        }
    }
}
