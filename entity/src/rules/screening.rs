//! Patient data in free text (`domain.md` 4.6): names the pattern, never the value.
//!
//! A text is read as its reader would see it: Markdown, tags, character references, wide forms and invisible characters
//! between the letters of a label or the digits of a number change nothing. The builder of the pages reads this file too
//! (it imports no other crate), so that what is refused on save and what is held back on a page is one rule.

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

/// Labels of the number of a patient; blanks between their letters are overlooked.
const RECORDS: [&str; 5] = ["住院号", "病案号", "病历号", "门诊号", "住院编号"];
/// Labels of the name of a patient.
const NAMES: [&str; 1] = ["姓名"];
/// Words that are followed by a colon and a name.
const PERSONS: [&str; 2] = ["患者", "病人"];
/// First letters of the names that nearly everybody has: of two Han letters in a cell most are no name.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任\
    沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊\
    葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉翁蓝路游辛靳管\
    柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬\
    赖洪骆荣仇栾隋刁巫寇桑郎甄丛虞敖巩佘邝匡狄闻鞠上诸慕皇东尉令師張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭葉蘇魏呂盧鍾譚陸賈夏韋鄒邱薛雷龍陶賀顧龔邵萬錢嚴湯溫";

/// Heads of tables that begin with one of them.
const WORDS: &str = "单位 时间 时段 方式 方法 成绩 成员 项目 任务 任职 金额 温度 安排 安全 文件 计划 计量 车间 全称 应用 常用 \
    高度 高危 高热 高龄 高压 明细 全部 全体 全科 全麻 成人 成年 严密 左侧 安静 平均 常规 温馨 路由 路径 包装 连接 关系 关联 管床 管理 易混 阳性 阴性 左右 白班 夏季 石蜡 花费 毛重 严重 康复";

/// The first pattern of patient data in a text.
#[must_use]
pub fn screen(text: &str) -> Option<Found> {
    let text = Reading::new(text);
    text.id_card()
        .or_else(|| text.mobiles().next().map(|_| Found::Mobile))
        .or_else(|| text.labelled())
}

/// A text as its reader would see it.
#[derive(Debug)]
pub struct Reading<'a> {
    text: &'a str,
    /// Wide forms made narrow, invisible characters left out.
    raw: Vec<char>,
    /// Without Markdown, tags and character references.
    bare: Vec<char>,
    /// Digits of the bare text that stand together, blanks and dashes between them overlooked.
    numbers: Vec<Vec<String>>,
}

impl<'a> Reading<'a> {
    /// Reads a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let raw = narrow(text);
        let bare = bare(&raw);
        let mut numbers = numbers(&bare);
        // What stands in the target of a link or in a tag is there too, each group for itself: ids have dashes.
        let whole = self::numbers(&raw).into_iter().flatten();
        numbers.extend(whole.map(|group| vec![group]));
        Self {
            text,
            raw,
            bare,
            numbers,
        }
    }

    /// What looks like a patient: number of an identity card, number of a record, name.
    #[must_use]
    pub fn patient(&self) -> Option<Found> {
        self.id_card().or_else(|| self.labelled())
    }

    /// Mobile numbers, digits alone.
    pub fn mobiles(&self) -> impl Iterator<Item = String> {
        self.numbers.iter().flat_map(|groups| {
            let alone = groups.iter().filter_map(|group| {
                let group = group.trim_end_matches('X');
                let own = group.strip_prefix("86").filter(|rest| rest.len() == 11);
                let own = own.unwrap_or(group);
                is_mobile(own).then(|| own.to_owned())
            });
            let divided = (2..=3)
                .flat_map(|count| groups.windows(count))
                .filter_map(|some| {
                    let lengths: Vec<usize> = some.iter().map(String::len).collect();
                    let usual = [[3, 4, 4].as_slice(), &[3, 8], &[7, 4]];
                    let joined = some.concat();
                    (usual.contains(&lengths.as_slice()) && is_mobile(&joined)).then_some(joined)
                });
            alone.chain(divided)
        })
    }

    fn id_card(&self) -> Option<Found> {
        let found = self.numbers.iter().any(|groups| {
            groups.iter().any(|group| is_id_card(group))
                || (0..groups.len()).any(|from| {
                    let mut joined = String::new();
                    // Each group has a digit, so that no more than eighteen make a card.
                    groups.iter().skip(from).take(18).any(|group| {
                        joined.push_str(group);
                        joined.len() == 18 && is_id_card(&joined) && is_born(&joined)
                    })
                })
        });
        (found || masked(&self.raw)).then_some(Found::IdCard)
    }

    fn labelled(&self) -> Option<Found> {
        // Stars are marks of Markdown, and of masked names.
        let streams = [&self.raw, &self.bare];
        let found = |kind: fn(&[char]) -> bool| streams.iter().any(|chars| kind(chars));
        if found(has_record) {
            return Some(Found::RecordNumber);
        }
        if found(has_name) {
            return Some(Found::Name);
        }
        tabled(self.text)
    }
}

/// What cannot be seen: joiners, marks of direction, soft hyphens.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{180E}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Wide forms made narrow, invisible characters left out.
fn narrow(text: &str) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len() / 2);
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '\u{3000}' | '\u{A0}' => out.push(' '),
            '\u{2236}' | '\u{FE30}' => out.push(':'),
            c if is_invisible(c) => {}
            '\u{FF01}'..='\u{FF5E}' => {
                out.push(char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c));
            }
            '\u{4E00}'..='\u{9FFF}' | '\u{3001}'..='\u{303F}' => out.push(c),
            // Letters in circles, small and high digits, compatibility forms.
            c => out.extend(std::iter::once(c).nfkc()),
        }
    }
    out
}

/// Longest tag or tail of a link that is overlooked.
const TAG: usize = 200;

/// Without the marks of Markdown, tags and character references.
fn bare(text: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text.get(at).copied() {
        let rest = text.get(at..).unwrap_or_default();
        at += 1;
        match c {
            // The line of a form that is filled in by hand, and a range of numbers.
            '_' | '~' if run(rest, c) >= FORM || c == '~' && run(rest, c) == 1 => {
                at += run(rest, c) - 1;
                out.push(c);
            }
            '\\' if rest.get(1).is_some_and(char::is_ascii_punctuation) => {
                out.extend(rest.get(1));
                at += 1;
            }
            '*' | '_' | '~' | '`' | '\\' | '[' => {}
            ']' if rest.get(1) == Some(&'(') => {
                at += end(rest, ')').unwrap_or(0);
            }
            '<' => match end(rest, '>') {
                Some(length) => {
                    at += length;
                    out.push(' ');
                }
                None => out.push(c),
            },
            '&' => match reference(rest) {
                Some((told, length)) => {
                    at += length;
                    out.extend(narrow(&told.to_string()));
                }
                None => out.push(c),
            },
            c => out.push(c),
        }
    }
    out
}

/// Fewest signs of the line of a form.
const FORM: usize = 3;

/// How often a sign stands here.
fn run(text: &[char], sign: char) -> usize {
    text.iter().take_while(|c| **c == sign).count()
}

/// Where what begins here ends.
fn end(text: &[char], mark: char) -> Option<usize> {
    text.iter()
        .take(TAG)
        .take_while(|c| **c != '\n')
        .position(|c| *c == mark)
}

/// The character of a reference, and how far its last letter is from its first.
fn reference(text: &[char]) -> Option<(char, usize)> {
    let length = text.iter().take(12).position(|c| *c == ';')?;
    let name: String = text.get(1..length)?.iter().collect();
    let code = match name.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => digits.parse().ok()?,
        },
        None => match name.as_str() {
            "colon" => u32::from(':'),
            "nbsp" | "ensp" | "emsp" | "thinsp" => u32::from(' '),
            "zwj" | "zwnj" | "shy" => 0x200B,
            "lpar" => u32::from('('),
            "rpar" => u32::from(')'),
            "num" => u32::from('#'),
            "dash" | "hyphen" => u32::from('-'),
            _ => return None,
        },
    };
    Some((char::from_u32(code)?, length))
}

/// Most blanks and dashes between digits of one number.
const GAP: usize = 3;
/// Shortest number of a person.
const NUMBER: usize = 11;

/// Numbers of at least eleven digits, by the groups in which they are written. An X ends that of an identity card.
fn numbers(text: &[char]) -> Vec<Vec<String>> {
    let is_digit = |c: &char| c.is_ascii_digit();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(first) = text
        .get(at..)
        .and_then(|rest| rest.iter().position(is_digit))
    {
        at += first;
        let mut groups: Vec<String> = Vec::new();
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let mut group: String = rest.iter().take_while(|c| is_digit(c)).collect();
            at += group.len();
            if group.len() >= 3 && matches!(text.get(at), Some('X' | 'x')) {
                group.push('X');
                at += 1;
            }
            groups.push(group);
            let rest = text.get(at..).unwrap_or_default();
            let between = |c: &&char| matches!(**c, ' ' | '-' | '\u{2010}'..='\u{2015}' | '·');
            let gap = rest.iter().take_while(between).count();
            if !(1..=GAP).contains(&gap) || !rest.get(gap).is_some_and(is_digit) {
                break;
            }
            at += gap;
        }
        if groups.iter().map(String::len).sum::<usize>() >= NUMBER {
            out.push(groups);
        }
    }
    out
}

fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11
        && bytes.first() == Some(&b'1')
        && bytes.get(1).is_some_and(|c| (b'3'..=b'9').contains(c))
        && bytes.iter().all(u8::is_ascii_digit)
}

fn is_id_card(run: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: &[u8; 11] = b"10X98765432";
    let bytes = run.as_bytes();
    let Some((last, digits)) = bytes.split_last().filter(|_| bytes.len() == 18) else {
        return false;
    };
    let sum: u32 = WEIGHTS
        .iter()
        .zip(digits)
        .map(|(weight, c)| u32::from(c.wrapping_sub(b'0')) * weight)
        .sum();
    CHECK.get(usize::try_from(sum % 11).unwrap_or(0)) == Some(last)
}

/// Whether a number that was put together names a province and a day of birth: not every sum that fits is a card.
fn is_born(card: &str) -> bool {
    let part = |from: usize, to: usize| card.get(from..to).and_then(|part| part.parse().ok());
    let within = |found: Option<u32>, from, to| found.is_some_and(|n| (from..=to).contains(&n));
    within(part(0, 2), 11, 82)
        && within(part(6, 10), 1900, 2100)
        && within(part(10, 12), 1, 12)
        && within(part(12, 14), 1, 31)
}

/// A number of an identity card with stars in it, as `110105********002X`.
fn masked(text: &[char]) -> bool {
    let is_part = |c: &char| c.is_ascii_digit() || matches!(c, '*' | 'X' | 'x');
    text.split(|c| !is_part(c)).any(|run| {
        run.len() == 18
            && run.iter().take(4).all(char::is_ascii_digit)
            && run.contains(&'*')
            && run.iter().filter(|c| c.is_ascii_digit()).count() >= 7
    })
}

/// Han letters of every plane: rare names are written with those outside the first.
const fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_surname(c: char) -> bool {
    SURNAMES.contains(c)
}

/// What follows each of some labels. Forms spread them with blanks (`姓  名：张 三`), which are overlooked.
fn following<'a>(text: &'a [char], labels: &'a [&'a str]) -> impl Iterator<Item = &'a [char]> {
    let last = |label: &&str| label.chars().next_back();
    // Every letter of every text comes by here.
    let is_last = |c: char| matches!(c, '号' | '名' | '者' | '人');
    let ends = text.iter().enumerate().filter(move |(_, c)| is_last(**c));
    ends.flat_map(move |(at, c)| {
        let ending = labels.iter().filter(move |label| last(label) == Some(*c));
        ending.filter_map(move |label| {
            let mut place = at;
            for (nth, letter) in label.chars().rev().enumerate() {
                while nth > 0 && text.get(place) == Some(&' ') {
                    place = place.checked_sub(1)?;
                }
                if text.get(place) != Some(&letter) {
                    return None;
                }
                place = place.wrapping_sub(1);
            }
            text.get(at + 1..)
        })
    })
}

/// What stands between a label and its value: how much of it, and whether a colon.
fn gap(mut rest: &[char]) -> (usize, bool, &[char]) {
    if let Some(('码', after)) = rest.split_first() {
        rest = after;
    }
    if let Some(('(', _)) = rest.split_first()
        && let Some(length) = rest.iter().take(14).position(|c| *c == ')')
    {
        rest = rest.get(length + 1..).unwrap_or_default();
    }
    let is_gap = |c: &&char| matches!(**c, ':' | '为' | '是' | '#' | '=') || c.is_whitespace();
    let length = rest.iter().take_while(is_gap).count();
    let (between, value) = rest.split_at(length);
    (length, between.contains(&':'), value)
}

fn has_record(text: &[char]) -> bool {
    following(text, &RECORDS).any(|rest| {
        let (_, colon, value) = gap(rest);
        let run = value.iter().filter(|c| **c != ' ');
        let run: Vec<char> = run
            .take_while(|c| c.is_ascii_alphanumeric() || **c == '*')
            .copied()
            .collect();
        run.len() >= 4 && (colon || digits_at_end(&run) >= 4)
    })
}

/// How far a name is read, with what may stand behind it.
const NAME: usize = 24;

fn has_name(text: &[char]) -> bool {
    let is_part = |c: &&char| is_han(**c) || matches!(**c, '*' | '·');
    let named = following(text, &NAMES).any(|rest| {
        let (length, colon, value) = gap(rest);
        // Longer than a name and the label behind it.
        let value = value.get(..value.len().min(NAME)).unwrap_or_default();
        let end = value.iter().position(|c| !is_part(&c) && *c != ' ');
        let (run, after) = value.split_at(end.unwrap_or(value.len()));
        let run: String = run.iter().collect();
        let mut words: Vec<&str> = run.split_whitespace().collect();
        // The next label of a form is no name: `姓名：    性别：`.
        if after.first() == Some(&':')
            && words
                .last()
                .is_some_and(|word| !word.starts_with(is_surname))
        {
            words.pop();
        }
        let word: String = words.concat().chars().take(2).collect();
        // Behind a blank alone stands more often the next head of a table.
        let is_name = colon || word.starts_with(is_surname) && !WORDS.contains(&word);
        length > 0 && word.chars().count() == 2 && is_name
    });
    named
        || following(text, &PERSONS).any(|rest| {
            let (_, colon, value) = gap(rest);
            let seen: String = value.iter().take_while(is_part).take(7).collect();
            let word: String = seen.chars().take(2).collect();
            colon
                && seen.chars().count() >= 2
                && seen.starts_with(is_surname)
                && !WORDS.contains(&word)
        })
}

/// Digits behind the last letter: a number of a patient ends in them, a name of a field or of a type does not.
fn digits_at_end(run: &[char]) -> usize {
    run.iter().rev().take_while(|c| c.is_ascii_digit()).count()
}

/// What a cell of a table is the label of.
fn label_of(cell: &str) -> Option<Found> {
    let short: String = cell.chars().filter(|c| !matches!(*c, ' ' | ':')).collect();
    if short.chars().count() > 12 {
        None
    } else if RECORDS.iter().any(|label| short.contains(label)) {
        Some(Found::RecordNumber)
    } else {
        short.ends_with("姓名").then_some(Found::Name)
    }
}

/// Whether a cell is such a value.
fn is_value(of: Found, cell: &str) -> bool {
    let cell: Vec<char> = cell.chars().filter(|c| *c != ' ').collect();
    match of {
        Found::Name => {
            let word: String = cell.iter().take(2).collect();
            (2..=6).contains(&cell.len())
                && !WORDS.contains(&word)
                && cell.first().is_some_and(|c| is_surname(*c))
                && cell.iter().all(|c| is_han(*c) || matches!(c, '*' | '·'))
                && (cell.len() <= 4 || cell.contains(&'·'))
        }
        Found::RecordNumber => {
            cell.len() >= 4
                && (cell.contains(&'*') || digits_at_end(&cell) >= 4)
                && cell
                    .iter()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '*'))
        }
        Found::IdCard | Found::Mobile => false,
    }
}

/// The cells of a line of a table.
fn cells(line: &str) -> Option<Vec<String>> {
    let line = line.trim_start_matches([' ', '>', '\t']).trim();
    if !line.contains('|') {
        return None;
    }
    let inner = line.strip_prefix('|').unwrap_or(line);
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    let cell = |cell: &str| bare(&narrow(cell)).into_iter().collect::<String>();
    Some(
        inner
            .split('|')
            .map(|one| cell(one).trim().to_owned())
            .collect(),
    )
}

/// A label in a table with its value below or beside it. The head of a table names what stands below, so that two of its
/// cells are no label and value, unless there are no others.
fn tabled(text: &str) -> Option<Found> {
    let mut head: Vec<Option<Found>> = Vec::new();
    let mut is_first = true;
    for line in text.lines() {
        let Some(row) = cells(line) else {
            is_first = true;
            continue;
        };
        let labels: Vec<Option<Found>> = row.iter().map(|cell| label_of(cell)).collect();
        let pair = !is_first || row.len() == 2;
        let beside = labels.iter().zip(row.iter().skip(1));
        let beside = beside.filter(|(of, _)| pair || **of == Some(Found::RecordNumber));
        let below = head.iter().zip(&row);
        let mut hits = beside
            .chain(below)
            .filter_map(|(of, cell)| of.filter(|of| is_value(*of, cell)));
        if let Some(found) = hits.next() {
            return Some(found);
        }
        if is_first {
            head = labels;
            is_first = false;
        }
    }
    None
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
        for name in [
            "| 姓名 | 床号 |\n|---|---|\n| 张三 | 12 |",
            "| 项 | 值 |\n|-|-|\n| **患者姓名** | 欧阳娜 |",
            "<b>姓名</b>：张三",
            "姓名：张三 性别：男",
            "姓名：张\u{FE00}三",
            "| 姓名： | 张三 |",
            "患者：赖小平",
            "患者：李四",
        ] {
            assert_eq!(screen(name), Some(Found::Name), "{name}");
        }
        for number in [
            "**住院号：** 20260012",
            "住院号&#58;20260012",
            "`住院号`：`20260012`",
            "住\u{200B}院号：20260012",
            "住院号（ID）：20260012",
            "住院号码：20260012",
            "[住院号](a.html)：20260012",
            "住院号20260012",
            "| 住院号 | ZY004512 |\n|---|---|",
            "| 床号 | 住院号 | 备注 |\n|---|---|---|\n| 3 | 2026-0012 | |",
        ] {
            assert_eq!(screen(number), Some(Found::RecordNumber), "{number}");
        }
        for card in [
            "110105**19491231**002X",
            "110105 19491231 002X",
            "110105-19491231-002x",
            "110105********002X",
        ] {
            assert_eq!(screen(card), Some(Found::IdCard), "{card}");
        }
        for phone in [
            "138-1234-5678",
            "138-12345678",
            "138 1234 5678",
            "[护士长](tel:13812345678)",
            "<a href=\"tel:13812345678\">护士长</a>",
            "SpO2 <90% 时拨打 13812345678，体温>38",
            "13812345678x2",
            "+8613812345678",
            "86-13812345678",
            "**138**12345678",
            "&#49;3812345678",
        ] {
            assert_eq!(screen(phone), Some(Found::Mobile), "{phone}");
        }
        for clean in [
            "| 姓名 | 床号 | 诊断 |\n|---|---|---|\n|  |  |  |",
            "| 姓名 | 单位 |\n|---|---|\n| （打印） | 信息中心 |",
            "| 栏目 | 说明 |\n|---|---|\n| 姓名 | 打印在页眉 |\n| 住院号 | 扫描腕带 |",
            "姓名：______",
            "姓名：______ 性别：______",
            "姓名：＿＿＿＿　住院号：＿＿＿",
            "姓名：____\n性别：",
            "姓名 职务 签名",
            "住院号：____ APACHE 评分",
            "姓名：    性别：    床号：",
            "影响患者：全部",
            "患者：高热、寒战",
            "适用患者：成人，体重≥30kg",
            "住院号(PatientID) VARCHAR2(20)",
            "| 字段 | 来源 |\n|---|---|\n| 住院号 | PV1-19 |",
            "13500～200000",
            "住院号栏必填",
            "患者：请携带腕带",
            "编号 ICU-2026-000123",
            "版本 10.2.3.1000",
            "2026-11-25 10:30 至 2026-11-26 08:00",
            "400-800-1234",
            "0755-8322-1100",
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

    /// Texts of the greatest length that are made to be slow: a step that looks ahead without a bound would not end here.
    #[test]
    fn hostile_texts_are_read_once() {
        for piece in [
            "_",
            "~",
            "~ ",
            "1 ",
            "<",
            "&#",
            "[",
            "](",
            "住院号",
            "姓 名",
            "号   ",
            "| 姓名 ",
            "1",
            "*1",
        ] {
            let text = piece.repeat(100_000 / piece.chars().count());
            let _ = screen(&text);
        }
    }
}
