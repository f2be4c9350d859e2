//! Free text: what no font shows, what is replaced, paragraphs and lists.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::fonts;

/// A symbol that was replaced, for the last page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// Code point, for example `U+2714`.
    pub from: String,
    /// What stands in its place; empty for a sign without a shape of its own.
    pub to: String,
}

/// Symbols that people type and the fonts do not have. Han characters are never here.
const SYMBOLS: &[(char, &str)] = &[
    ('✔', "√"),
    ('✅', "√"),
    ('✗', "×"),
    ('✘', "×"),
    ('✕', "×"),
    ('✖', "×"),
    ('❌', "×"),
    ('❎', "×"),
    ('☐', "[ ]"),
    ('☑', "[√]"),
    ('☒', "[×]"),
    ('ℹ', "[信息]"),
    ('⌀', "Φ"),
    ('❗', "！"),
    ('❓', "？"),
    ('➜', "→"),
    ('➤', "→"),
    ('₀', "0"),
    ('₁', "1"),
    ('₂', "2"),
    ('₃', "3"),
    ('₄', "4"),
    ('₅', "5"),
    ('₆', "6"),
    ('₇', "7"),
    ('₈', "8"),
    ('₉', "9"),
    ('⭐', "★"),
    ('⛔', "[禁止]"),
    ('⏰', "[闹钟]"),
    ('⏳', "[沙漏]"),
    ('✉', "[信封]"),
    ('❤', "[爱心]"),
    ('☺', "[微笑]"),
    ('✨', "[闪光]"),
    ('⚡', "[闪电]"),
    ('😀', "[笑脸]"),
    ('😁', "[露齿笑]"),
    ('😂', "[笑哭]"),
    ('😊', "[微笑]"),
    ('😅', "[苦笑]"),
    ('😍', "[喜爱]"),
    ('😎', "[墨镜]"),
    ('🤔', "[思考]"),
    ('😐', "[无表情]"),
    ('😕', "[困惑]"),
    ('😟', "[担心]"),
    ('😢', "[流泪]"),
    ('😭', "[大哭]"),
    ('😡', "[愤怒]"),
    ('😱', "[惊恐]"),
    ('😷', "[口罩]"),
    ('🙏', "[合十]"),
    ('👍', "[赞]"),
    ('👎', "[踩]"),
    ('👌', "[好的]"),
    ('👏', "[鼓掌]"),
    ('💪', "[加油]"),
    ('🎉', "[庆祝]"),
    ('🔥', "[火]"),
    ('💡', "[灯泡]"),
    ('🔴', "[红圈]"),
    ('🟡', "[黄圈]"),
    ('🟢', "[绿圈]"),
    ('🔵', "[蓝圈]"),
    ('🚨', "[警灯]"),
    ('🔒', "[锁]"),
    ('🔑', "[钥匙]"),
    ('🔧', "[扳手]"),
    ('🛠', "[工具]"),
    ('📌', "[图钉]"),
    ('📎', "[回形针]"),
    ('📅', "[日历]"),
    ('📈', "[上升图]"),
    ('📉', "[下降图]"),
    ('📊', "[柱状图]"),
    ('📞', "[电话]"),
    ('📱', "[手机]"),
    ('💻', "[电脑]"),
    ('🖥', "[显示器]"),
    ('🖨', "[打印机]"),
    ('💾', "[磁盘]"),
    ('🏥', "[医院]"),
    ('💊', "[药片]"),
    ('💉', "[注射器]"),
    ('🚫', "[禁止]"),
];

/// Signs without a shape: joiners, variation selectors, directions, marks of the byte order.
fn shapeless(char: char) -> bool {
    matches!(
        char,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{1F3FB}'..='\u{1F3FF}' | '\u{20E3}' | '\u{E0020}'..='\u{E007F}'
            | '\u{E0100}'..='\u{E01EF}' | '\u{00AD}'
    )
}

/// Pictures: emoji without a name in the table.
fn picture(char: char) -> bool {
    matches!(char, '\u{1F000}'..='\u{1F0FF}' | '\u{1F1E6}'..='\u{1F1FF}' | '\u{1F300}'..='\u{1FAFF}')
}

/// What stands in place of one character; `None` for what stays.
fn replacement(char: char) -> Option<&'static str> {
    if shapeless(char) {
        return Some("");
    }
    if char == '\t' {
        return Some(" ");
    }
    if char == '\r' || fonts::covers(char) {
        return None;
    }
    if let Some((_, to)) = SYMBOLS.iter().find(|(from, _)| *from == char) {
        return Some(to);
    }
    if char.is_whitespace() && char != '\n' && !char.is_control() {
        return Some(" ");
    }
    picture(char).then_some("[表情]")
}

/// The text with the symbols of the fixed table replaced, and which they were. Line ends become
/// `\n`. Han characters and whatever a font shows stay as they are.
#[must_use]
pub fn replace(text: &str) -> (String, Vec<Replaced>) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len());
    let mut replaced: Vec<Replaced> = Vec::new();
    for char in text.chars() {
        let Some(to) = replacement(char) else {
            out.push(char);
            continue;
        };
        out.push_str(to);
        let one = Replaced {
            from: format!("U+{:04X}", u32::from(char)),
            to: to.to_owned(),
        };
        if char != '\t' && !replaced.contains(&one) {
            replaced.push(one);
        }
    }
    (out, replaced)
}

/// Characters of a text that a report cannot print: without a glyph and without a replacement, in
/// the order of their code points. To be called when a text that can reach a report is saved, and
/// again before data is frozen.
#[must_use]
pub fn unsupported(text: &str) -> Vec<char> {
    let missing: BTreeSet<char> = text
        .chars()
        .filter(|char| {
            !matches!(char, '\n' | '\r') && replacement(*char).is_none() && !fonts::covers(*char)
        })
        .collect();
    missing.into_iter().collect()
}

/// Paragraphs, `- ` lists and `1. ` lists of a text. Every line is a paragraph of its own.
#[must_use]
pub fn blocks(text: &str) -> Vec<Value> {
    let mut out: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (kind, content) = match (line.strip_prefix("- "), numbered(line)) {
            (Some(item), _) => ("ul", item),
            (None, Some(item)) => ("ol", item),
            (None, None) => ("p", line),
        };
        match out.last_mut() {
            Some((last, items)) if *last == kind && kind != "p" => items.push(content.trim()),
            _ => out.push((kind, vec![content.trim()])),
        }
    }
    out.into_iter()
        .map(|(kind, items)| match kind {
            "p" => json!({"kind": kind, "text": items.concat()}),
            _ => json!({"kind": kind, "items": items}),
        })
        .collect()
}

fn numbered(line: &str) -> Option<&str> {
    let (number, item) = line.split_once(". ")?;
    (!number.is_empty() && number.len() <= 3 && number.chars().all(|char| char.is_ascii_digit()))
        .then_some(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rp_font_3_coverage_is_what_the_design_says() {
        for char in "√×○●◎△▲■□◆★☆①⚠≥≤±℃㎡𰻝㛃䶮".chars() {
            assert!(fonts::covers(char), "{char}");
        }
        for char in "𠮷✔✗✘☐☑✅❌ℹ⌀₂😀".chars() {
            assert!(!fonts::covers(char), "{char}");
        }
    }

    #[test]
    fn rp_font_4_symbols_are_replaced_and_listed_han_never() {
        let (text, replaced) = replace("✔ 完成 ☑ 👍🏻 CO₂ 🫠 𠮷野\r\n二\u{FE0F}");
        assert_eq!(text, "√ 完成 [√] [赞] CO2 [表情] 𠮷野\n二");
        let from: Vec<&str> = replaced.iter().map(|one| one.from.as_str()).collect();
        assert_eq!(
            from,
            [
                "U+2714", "U+2611", "U+1F44D", "U+1F3FB", "U+2082", "U+1FAE0", "U+FE0F"
            ]
        );
        assert_eq!(unsupported("✔ 𠮷野 𠮷 ok"), ['𠮷']);
        assert_eq!(unsupported("a\u{1}b\n"), ['\u{1}']);
    }

    #[test]
    fn rp_font_4_every_replacement_can_be_printed_and_is_needed() {
        for (from, to) in SYMBOLS {
            assert!(to.chars().all(fonts::covers), "{from} → {to}");
        }
        let needless: Vec<char> = SYMBOLS
            .iter()
            .map(|(from, _)| *from)
            .filter(|from| fonts::covers(*from))
            .collect();
        assert_eq!(needless, Vec::<char>::new(), "these are shown by the fonts");
    }

    #[test]
    fn rp_data_4_text_knows_paragraphs_and_two_lists() {
        let text = "先看\n\n- 甲\n- 乙\n1. 一\n2. 二\n#eval(\"x\")\n* 星\n2026. 年";
        assert_eq!(
            Value::Array(blocks(text)),
            json!([
                {"kind": "p", "text": "先看"},
                {"kind": "ul", "items": ["甲", "乙"]},
                {"kind": "ol", "items": ["一", "二"]},
                {"kind": "p", "text": "#eval(\"x\")"},
                {"kind": "p", "text": "* 星"},
                {"kind": "p", "text": "2026. 年"},
            ])
        );
    }
}
