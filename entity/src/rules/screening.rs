//! Patient data in free text (`domain.md` 4.6): names the pattern, never the value.

use unicode_normalization::UnicodeNormalization;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Number of an identity card, its check digit right.
    IdCard,
    /// Mobile number.
    Mobile,
    /// Number of an admission or a record.
    RecordNumber,
    /// A name behind 姓名.
    Name,
}

impl Found {
    /// The pattern in Chinese and English.
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::IdCard => ("疑似身份证号", "looks like an identity card number"),
            Self::Mobile => ("疑似手机号", "looks like a mobile number"),
            Self::RecordNumber => (
                "疑似住院号或病案号",
                "looks like an admission or record number",
            ),
            Self::Name => ("疑似患者姓名", "looks like the name of a patient"),
        }
    }
}

/// The first pattern of patient data in a text.
#[must_use]
pub fn screen(text: &str) -> Option<Found> {
    // Full-width digits, letters, colons and blanks are typed too.
    let folded: Vec<char> = text.nfkc().collect();
    runs(&folded)
        .find_map(|run| {
            let id_card = run.len() == 18 && is_id_card(&run);
            let mobile = run.len() == 11
                && run.first() == Some(&'1')
                && run.get(1).is_some_and(|c| ('3'..='9').contains(c))
                && run.iter().all(char::is_ascii_digit);
            if id_card {
                Some(Found::IdCard)
            } else if mobile {
                Some(Found::Mobile)
            } else {
                None
            }
        })
        .or_else(|| {
            labelled(
                &folded,
                &["住院号", "病案号", "病历号", "门诊号"],
                |c| c.is_ascii_alphanumeric(),
                4,
            )
            .then_some(Found::RecordNumber)
        })
        .or_else(|| {
            labelled(
                &folded,
                &["患者姓名", "病人姓名", "姓名"],
                |c| is_han(c) || matches!(c, '*' | '·'),
                2,
            )
            .then_some(Found::Name)
        })
}

/// Runs of digits, with an X at the end of eighteen.
fn runs(text: &[char]) -> impl Iterator<Item = Vec<char>> + '_ {
    text.split(|c| !c.is_ascii_digit() && !matches!(c, 'X' | 'x'))
        .filter(|run| run.len() >= 11)
        .map(<[char]>::to_vec)
}

fn is_id_card(run: &[char]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let sum: Option<u32> = WEIGHTS
        .iter()
        .zip(run)
        .map(|(weight, c)| c.to_digit(10).map(|digit| digit * weight))
        .sum();
    let check = sum.and_then(|sum| CHECK.get(usize::try_from(sum % 11).unwrap_or(0)));
    check.is_some_and(|check| {
        run.last()
            .is_some_and(|last| last.to_ascii_uppercase() == *check)
    })
}

/// Han letters of every plane: rare names are written with those outside the first.
const fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Whether a label is followed by a colon or blank and at least `least` characters of a kind.
/// Forms spread labels and names with blanks (`姓  名：张 三`), which are overlooked.
fn labelled(text: &[char], labels: &[&str], kind: impl Fn(char) -> bool, least: usize) -> bool {
    (0..text.len()).any(|place| {
        let rest = text.get(place..).unwrap_or_default();
        labels.iter().any(|label| {
            let Some(rest) = after(rest, label) else {
                return false;
            };
            let gap = rest
                .iter()
                .take_while(|c| matches!(c, ':' | '为' | '是') || c.is_whitespace())
                .count();
            let value = rest.get(gap..).unwrap_or_default();
            let seen = value.iter().filter(|c| **c != ' ');
            gap > 0 && seen.take_while(|c| kind(**c)).count() >= least
        })
    })
}

/// What follows a label that a text begins with, blanks between its letters or not.
fn after<'a>(mut text: &'a [char], label: &str) -> Option<&'a [char]> {
    for (place, letter) in label.chars().enumerate() {
        while place > 0 && text.first() == Some(&' ') {
            text = text.get(1..)?;
        }
        let (first, rest) = text.split_first()?;
        if *first != letter {
            return None;
        }
        text = rest;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_is_found_and_look_alikes_are_not() {
        assert_eq!(screen("身份证 11010519491231002X"), Some(Found::IdCard));
        assert_eq!(
            screen("身份证 110105194912310021"),
            None,
            "wrong check digit"
        );
        assert_eq!(screen("联系 13812345678"), Some(Found::Mobile));
        assert_eq!(screen("联系 １３８１２３４５６７８"), Some(Found::Mobile));
        assert_eq!(screen("住院号：ZY004512"), Some(Found::RecordNumber));
        assert_eq!(screen("患者姓名: 张三丰"), Some(Found::Name));
        for name in [
            "姓名：𠮷三",
            "姓名：㐂子",
            "姓　名：张 三",
            "病人姓名 張*",
            "姓名：阿依·古丽",
            "姓名：\n张三",
        ] {
            assert_eq!(screen(name), Some(Found::Name), "{name}");
        }
        for clean in [
            "姓名：A",
            "姓名、床号",
            "姓 名 栏",
            "12床监护仪离线",
            "补录23:00的CVP",
            "姓名栏显示不全",
            "住院号查询功能很慢",
            "订单 20261125000123",
        ] {
            assert_eq!(screen(clean), None, "{clean}");
        }
    }
}
