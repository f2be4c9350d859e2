//! Money: fen as yuan, and in the capitals of Chinese vouchers.

use crate::glossary::Lang;

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];

/// Fen as yuan with two digits and thousands marks: 9000000 → `90,000.00 元`.
#[must_use]
pub fn yuan(fen: i64, lang: Lang) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let size = fen.unsigned_abs();
    let whole = (size / 100).to_string();
    let mut marked = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            marked.push(',');
        }
        marked.push(digit);
    }
    let amount = format!("{sign}{marked}.{:02}", size % 100);
    match lang {
        Lang::Zh => format!("{amount} 元"),
        Lang::En => format!("CNY {amount}"),
    }
}

/// Fen in capitals: 8370000 → `捌万叁仟柒佰元整`.
#[must_use]
pub fn capitals(fen: i64) -> String {
    let size = fen.unsigned_abs();
    let (yuan, jiao, cents) = (size / 100, size / 10 % 10, size % 10);
    let mut out = String::new();
    if fen < 0 {
        out.push('负');
    }
    if yuan > 0 {
        out.push_str(&whole(yuan));
        out.push('元');
    } else if size == 0 {
        out.push_str("零元");
    }
    if jiao > 0 {
        out.push_str(digit(jiao));
        out.push('角');
    }
    if cents == 0 {
        out.push('整');
        return out;
    }
    if jiao == 0 && yuan > 0 {
        out.push('零');
    }
    out.push_str(digit(cents));
    out.push('分');
    out
}

/// A number above zero in groups of four: 万, 亿, 万亿, 亿亿.
fn whole(number: u64) -> String {
    let mut out = String::new();
    let mut gap = false;
    for (size, unit) in [
        (10_u64.pow(16), "亿亿"),
        (10_u64.pow(12), "万亿"),
        (10_u64.pow(8), "亿"),
        (10_u64.pow(4), "万"),
        (1, ""),
    ] {
        let group = number / size % 10_000;
        if group == 0 {
            gap |= !out.is_empty();
            continue;
        }
        if !out.is_empty() && (gap || group < 1000) {
            out.push('零');
        }
        gap = false;
        out.push_str(&thousands(group));
        // 万亿 before a group of 亿 is said once: 壹万贰仟亿.
        if unit == "万亿" && !(number / 10_u64.pow(8)).is_multiple_of(10_000) {
            out.push('万');
        } else {
            out.push_str(unit);
        }
    }
    out
}

/// 1 to 9999.
fn thousands(group: u64) -> String {
    let mut out = String::new();
    let mut gap = false;
    for (size, unit) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let value = group / size % 10;
        if value == 0 {
            gap |= !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
        }
        gap = false;
        out.push_str(digit(value));
        out.push_str(unit);
    }
    out
}

fn digit(value: u64) -> &'static str {
    usize::try_from(value)
        .ok()
        .and_then(|place| DIGITS.get(place).copied())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rp_data_3_money_in_capitals() {
        for (fen, text) in [
            (0, "零元整"),
            (5, "伍分"),
            (10, "壹角整"),
            (15, "壹角伍分"),
            (105, "壹元零伍分"),
            (110, "壹元壹角整"),
            (1_000_005, "壹万元零伍分"),
            (9_000_000, "玖万元整"),
            (8_370_000, "捌万叁仟柒佰元整"),
            (10_010_000, "壹拾万零壹佰元整"),
            (101_000, "壹仟零壹拾元整"),
            (10_000_000_100, "壹亿零壹元整"),
            (10_000_000_000_000, "壹仟亿元整"),
            (120_000_000_000_000, "壹万贰仟亿元整"),
            (-12_345, "负壹佰贰拾叁元肆角伍分"),
        ] {
            assert_eq!(capitals(fen), text, "{fen}");
        }
    }

    #[test]
    fn rp_data_3_money_in_yuan() {
        assert_eq!(yuan(0, Lang::Zh), "0.00 元");
        assert_eq!(yuan(9_000_000, Lang::Zh), "90,000.00 元");
        assert_eq!(yuan(-123_456_789, Lang::En), "CNY -1,234,567.89");
        assert_eq!(yuan(99_999, Lang::Zh), "999.99 元");
    }
}
