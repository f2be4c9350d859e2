//! Patient data in free text (`domain.md` 4.6): names the pattern, never the value.

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
    // Full-width digits and letters are typed too.
    let folded: Vec<char> = text
        .chars()
        .map(|c| match c {
            '\u{FF10}'..='\u{FF19}'
            | '\u{FF21}'..='\u{FF3A}'
            | '\u{FF41}'..='\u{FF5A}'
            | '\u{FF1A}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .collect();
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
                |c| ('\u{4E00}'..='\u{9FFF}').contains(&c),
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

/// Whether a label is followed by a colon or blank and at least `least` characters of a kind.
fn labelled(text: &[char], labels: &[&str], kind: impl Fn(char) -> bool, least: usize) -> bool {
    labels.iter().any(|label| {
        let label: Vec<char> = label.chars().collect();
        text.windows(label.len())
            .enumerate()
            .filter(|(_, window)| *window == label.as_slice())
            .any(|(place, _)| {
                let rest = text.get(place + label.len()..).unwrap_or_default();
                let gap = rest
                    .iter()
                    .take_while(|c| matches!(c, ':' | ' ' | '：' | '为' | '是'))
                    .count();
                let value = rest.get(gap..).unwrap_or_default();
                gap > 0 && value.iter().take_while(|c| kind(**c)).count() >= least
            })
    })
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
        for clean in [
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
